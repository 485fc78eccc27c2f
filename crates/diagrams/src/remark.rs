//! Instructions to `undrawn` in the comments of a drawing.

use undrawn_model::{DrawnIgnore, Location};

/// Reads `undrawn: ignore[rule] a -> b: reason, until 2027-01-01` from the text of a comment (its mark removed).
/// `None` when the comment says nothing of the kind.
pub(crate) fn ignore(comment: &str, location: Location) -> Option<DrawnIgnore> {
    let rest = comment.trim().strip_prefix("undrawn:")?.trim_start().strip_prefix("ignore")?;
    let (rule, rest) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (rule, rest) = rest.split_once(']')?;
            (Some(rule.trim().to_string()), rest)
        }
        None => (None, rest),
    };
    let (ends, reason) = rest.split_once(": ").or_else(|| rest.split_once(':')).unwrap_or((rest, ""));
    let (from, to) = ends.split_once("->")?;
    let (reason, until) = match reason.rsplit_once("until ") {
        Some((reason, day)) if is_day(day.trim()) => {
            (reason.trim_end().trim_end_matches(','), Some(day.trim().to_string()))
        }
        _ => (reason, None),
    };
    let name = |end: &str| end.trim().trim_matches('"').trim().to_string();
    let (from, to) = (name(from), name(to));
    let reason = reason.trim().to_string();
    (!from.is_empty() && !to.is_empty()).then_some(DrawnIgnore { rule, from, to, reason, until, location })
}

fn is_day(text: &str) -> bool {
    let shape = |(i, b): (usize, u8)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(shape)
}
