//! A picture as SVG: layers from left to right, caller to callee, with the verdicts visible without colour.
//!
//! The same picture gives the same bytes. Columns come from [`ranks`], the order in them from [`order`], places from
//! [`layout`], marks from [`paint`].

mod labels;
mod layout;
mod measure;
mod order;
mod paint;
mod ranks;

use crate::Picture;

/// A whole SVG document.
pub(crate) fn render(picture: &Picture) -> String {
    let layout = layout::layout(picture, |at| paint::caption(picture, at));
    paint::paint(picture, &layout)
}
