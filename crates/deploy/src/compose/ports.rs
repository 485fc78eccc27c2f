//! Ports of a compose service, in every shape.

use super::Compose;
use crate::yaml::Node;
use undrawn_model::{Address, Template};

/// Ports taken from one range.
const RANGE_MAX: u16 = 32;

/// `ports`: (address, published).
pub(super) fn published(compose: &Compose, item: &Node) -> Vec<Address> {
    if item.is_map() {
        let target = item.text_at(&["target"]).map(|t| compose.resolved(t)).unwrap_or_default();
        let published = item.text_at(&["published"]).map(|p| compose.resolved(p)).unwrap_or_default();
        return pair(&published, &target);
    }
    let text = item.text().map(|t| compose.resolved(t)).unwrap_or_default();
    let text = text.split('/').next().unwrap_or("");
    match text.rsplit_once(':') {
        None => pair("", text),
        Some((outside, inside)) => pair(outside.rsplit(':').next().unwrap_or(""), inside),
    }
}

/// `expose`: ports inside the network.
pub(super) fn exposed(compose: &Compose, item: &Node) -> Vec<Address> {
    let text = item.text().map(|t| compose.resolved(t)).unwrap_or_default();
    pair("", text.split('/').next().unwrap_or(""))
}

/// Ports of two ranges side by side; the outer one may be empty.
fn pair(outside: &str, inside: &str) -> Vec<Address> {
    let Some((first, last)) = range(inside) else {
        let port = (!inside.is_empty()).then(|| Template::parse(inside, undrawn_model::Syntax::Shell));
        return vec![Address { host: None, port, published_port: outside.parse().ok() }];
    };
    let outer = range(outside);
    let count = last.saturating_sub(first).min(RANGE_MAX - 1);
    (0..=count)
        .map(|i| Address {
            host: None,
            port: Some(Template::text(first.saturating_add(i).to_string())),
            published_port: outer.map(|(o, end)| o.saturating_add(i).min(end)),
        })
        .collect()
}

/// `80` or `8000-8010`.
fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.trim().split_once('-').unwrap_or((text.trim(), text.trim()));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}
