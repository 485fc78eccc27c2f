//! Places for the texts and signs on lines: on their line, on nothing else.

use super::layout::{Bend, Course, LINE, Layout, short_label};
use super::measure::width;
use crate::Picture;
use undrawn_model::Verdict;

/// What stands on a line.
pub(super) struct Tag {
    /// Left edge.
    pub left: f64,
    /// Middle.
    pub y: f64,
    /// `+` or `?`.
    pub sign: Option<char>,
    pub text: String,
    pub width: f64,
}

/// Tags by course, and how many texts found no place.
pub(super) fn tags(picture: &Picture, layout: &Layout) -> (Vec<Option<Tag>>, usize) {
    let mut taken = Taken::default();
    let mut out: Vec<Option<Tag>> = layout.courses.iter().map(|_| None).collect();
    let mut order: Vec<usize> = (0..layout.courses.len()).collect();
    // Those with a sign first: their place matters most.
    order.sort_by_key(|c| sign(picture, &layout.courses[*c]).is_none());
    let mut missing = 0;
    for at in order {
        let course = &layout.courses[at];
        let sign = sign(picture, course);
        let text = short_label(&picture.lines[course.line].label);
        let full = tag_width(sign, &text);
        let spot =
            if text.is_empty() && sign.is_none() { None } else { taken.spot(course, full, lead(sign, full)) };
        match spot {
            Some((x, y)) => out[at] = Some(Tag { left: x - lead(sign, full), y, sign, text, width: full }),
            None if !text.is_empty() || sign.is_some() => {
                missing += usize::from(!text.is_empty());
                // The sign is the meaning: it is drawn even where it covers something.
                if sign.is_some() {
                    let alone = tag_width(sign, "");
                    let lead = lead(sign, alone);
                    let (x, y) = taken.spot(course, alone, lead).unwrap_or_else(|| middle(course));
                    out[at] = Some(Tag { left: x - lead, y, sign, text: String::new(), width: alone });
                }
            }
            None => {}
        }
    }
    (out, missing)
}

fn sign(picture: &Picture, course: &Course) -> Option<char> {
    match picture.lines[course.line].verdict {
        Verdict::Undrawn => Some('+'),
        Verdict::Unseen => Some('?'),
        _ => None,
    }
}

/// How far from the tag's left edge its line passes: through the sign, or through the middle of the text.
fn lead(sign: Option<char>, width: f64) -> f64 {
    if sign.is_some() { 7.0 } else { width / 2.0 }
}

fn tag_width(sign: Option<char>, text: &str) -> f64 {
    let text = if text.is_empty() { 0.0 } else { width(text, LINE, false) + 4.0 };
    text + if sign.is_some() { 16.0 } else { 0.0 }
}

fn middle(course: &Course) -> (f64, f64) {
    match course.bends.first() {
        Some(bend) => at(bend, 0.5),
        None => course.ends[0],
    }
}

/// A point of the curve that [`super::paint`] draws for a bend.
pub(super) fn at(bend: &Bend, t: f64) -> (f64, f64) {
    let (s, half) = (1.0 - t, (bend.x2 - bend.x1) / 2.0);
    let bezier = |a: f64, b: f64, c: f64, d: f64| {
        s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d
    };
    (bezier(bend.x1, bend.x1 + half, bend.x2 - half, bend.x2), bezier(bend.y1, bend.y1, bend.y2, bend.y2))
}

/// Places that are used, in horizontal bands so that few are compared.
#[derive(Default)]
struct Taken {
    bands: std::collections::BTreeMap<i64, Vec<(f64, f64, f64)>>,
}

const HEIGHT: f64 = 15.0;

impl Taken {
    /// The first free place of this width along a course.
    fn spot(&mut self, course: &Course, width: f64, lead: f64) -> Option<(f64, f64)> {
        for t in [0.5, 0.38, 0.62, 0.28, 0.72, 0.2, 0.8] {
            for bend in &course.bends {
                let (x, y) = at(bend, t);
                let left = x - lead;
                let inside = left > bend.x1 + 3.0 && left + width < bend.x2 - 11.0;
                let middle = left + width / 2.0;
                if inside && self.free(middle, y, width) {
                    self.bands.entry((y / HEIGHT) as i64).or_default().push((middle, y, width));
                    return Some((x, y));
                }
            }
        }
        None
    }

    fn free(&self, x: f64, y: f64, width: f64) -> bool {
        let band = (y / HEIGHT) as i64;
        let near = self.bands.range(band - 1..=band + 1).flat_map(|(_, all)| all);
        near.into_iter().all(|(a, b, w)| (a - x).abs() > (w + width) / 2.0 + 3.0 || (b - y).abs() > HEIGHT)
    }
}
