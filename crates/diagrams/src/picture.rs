//! What all renderers ask of a [`Picture`].

use crate::{Picture, PictureLine};
use std::collections::BTreeMap;
use undrawn_model::Verdict;

/// A unique identifier for every box, made of its label.
pub(crate) fn identifiers(picture: &Picture, name: impl Fn(&str) -> String) -> Vec<String> {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let unique = |label: &str| {
        let base = name(label);
        let mut id = base.clone();
        while taken.contains_key(&id.to_lowercase()) {
            let count = taken.entry(base.to_lowercase()).or_insert(1);
            *count += 1;
            id = format!("{base}_{count}");
        }
        taken.insert(id.to_lowercase(), 1);
        id
    };
    picture.boxes.iter().map(|b| b.label.as_str()).map(unique).collect()
}

/// A word of letters, digits and `_` that begins with a letter and is none of `reserved`.
pub(crate) fn word(label: &str, fallback: &str, reserved: &[&str]) -> String {
    let mut out = String::new();
    for c in label.trim().chars() {
        match c {
            c if c.is_ascii_alphanumeric() => out.push(c.to_ascii_lowercase()),
            _ if out.ends_with('_') || out.is_empty() => {}
            _ => out.push('_'),
        }
    }
    let out = out.trim_end_matches('_').chars().take(48).collect::<String>();
    let plain = out.starts_with(|c: char| c.is_ascii_alphabetic()) && !reserved.contains(&out.as_str());
    match (out.is_empty(), plain) {
        (true, _) => format!("{fallback}_1"),
        (_, true) => out,
        (_, false) => format!("{fallback}_{out}"),
    }
}

/// Groups in order of first appearance, with the boxes in them.
pub(crate) fn groups(picture: &Picture) -> Vec<(&str, Vec<usize>)> {
    let mut out: Vec<(&str, Vec<usize>)> = Vec::new();
    for (at, drawn) in picture.boxes.iter().enumerate() {
        let Some(group) = drawn.group.as_deref() else { continue };
        match out.iter_mut().find(|(name, _)| *name == group) {
            Some((_, members)) => members.push(at),
            None => out.push((group, vec![at])),
        }
    }
    out
}

/// Boxes in no group.
pub(crate) fn ungrouped(picture: &Picture) -> impl Iterator<Item = usize> {
    picture.boxes.iter().enumerate().filter(|(_, b)| b.group.is_none()).map(|(at, _)| at)
}

/// The text of a line, with a sign for its verdict: colour is never the only one.
pub(crate) fn marked_label(line: &PictureLine) -> String {
    let label = line.label.split_whitespace().collect::<Vec<_>>().join(" ");
    let sign = match line.verdict {
        Verdict::Undrawn => "+",
        Verdict::Unseen => "?",
        _ => "",
    };
    [sign, &label].iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" ")
}
