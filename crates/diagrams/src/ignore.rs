//! `undrawn: ignore[rule] a -> b: reason, until 2027-01-01` in a diagram's comment, the same in every format.

use undrawn_model::{DrawnIgnore, Location};

/// Reads a comment's text (without the format's comment mark). `None` when it is an ordinary comment; an error says in
/// one phrase what is wrong with the directive.
pub(crate) fn parse(comment: &str, location: Location) -> Option<Result<DrawnIgnore, &'static str>> {
    let rest = comment.trim().strip_prefix("undrawn:")?.trim_start();
    Some(match rest.strip_prefix("ignore") {
        Some(rest) => directive(rest, location),
        None => Err("the only directive is `ignore`"),
    })
}

fn directive(rest: &str, location: Location) -> Result<DrawnIgnore, &'static str> {
    let (rule, rest) = match rest.trim_start().strip_prefix('[') {
        Some(inner) => {
            let (rule, rest) = inner.split_once(']').ok_or("`[` is not closed")?;
            (Some(rule.trim().to_string()).filter(|r| !r.is_empty()), rest)
        }
        None => (None, rest),
    };
    let (from, rest) = rest.split_once("->").ok_or("it needs `from -> to`")?;
    let (to, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let (reason, until) = split_until(reason)?;
    let clean = |name: &str| name.trim().trim_matches('"').to_string();
    let (from, to) = (clean(from), clean(to));
    if from.is_empty() || to.is_empty() {
        return Err("it needs `from -> to`");
    }
    Ok(DrawnIgnore { rule, from, to, reason, until, location })
}

/// Splits `reason, until 2027-01-01`.
fn split_until(reason: &str) -> Result<(String, Option<String>), &'static str> {
    let reason = reason.trim();
    let Some(at) = reason.rfind("until ") else { return Ok((reason.to_string(), None)) };
    let (before, day) = (&reason[..at], reason[at + "until ".len()..].trim());
    // "until the rewrite" in the middle of a sentence is part of the reason; only a date ends it.
    if !(before.is_empty() || before.ends_with([',', ' '])) || !day.starts_with(|c: char| c.is_ascii_digit())
    {
        return Ok((reason.to_string(), None));
    }
    if !is_day(day) {
        return Err("the day after `until` is not written as 2027-01-31");
    }
    Ok((before.trim_end().trim_end_matches(',').trim_end().to_string(), Some(day.to_string())))
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |i: usize, len: usize| {
        parts.get(i).filter(|p| p.len() == len && p.bytes().all(|b| b.is_ascii_digit()))?.parse::<u32>().ok()
    };
    let (Some(_), Some(month), Some(day)) = (number(0, 4), number(1, 2), number(2, 2)) else { return false };
    parts.len() == 3 && (1..=12).contains(&month) && (1..=31).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(comment: &str) -> Option<Result<DrawnIgnore, &'static str>> {
        parse(comment, Location::file("x"))
    }

    #[test]
    fn every_part_but_the_two_ends_may_be_missing() {
        let full = read(" undrawn: ignore[undrawn-dependency] a b -> c: known, paid by X, until 2027-01-01")
            .unwrap()
            .unwrap();
        assert_eq!((full.rule.as_deref(), &*full.from, &*full.to), (Some("undrawn-dependency"), "a b", "c"));
        assert_eq!((&*full.reason, full.until.as_deref()), ("known, paid by X", Some("2027-01-01")));
        let bare = read("undrawn: ignore a -> b").unwrap().unwrap();
        assert_eq!((bare.rule, &*bare.reason, bare.until), (None, "", None));
        let prose = read("undrawn: ignore a -> b: not until the rewrite").unwrap().unwrap();
        assert_eq!(prose.reason, "not until the rewrite");
    }

    #[test]
    fn what_is_no_directive_is_not_one_and_broken_ones_say_why() {
        assert_eq!(read("a comment"), None);
        assert!(read("undrawn: skip").unwrap().is_err());
        assert!(read("undrawn: ignore[x a -> b").unwrap().is_err());
        assert!(read("undrawn: ignore a b").unwrap().is_err());
        assert!(read("undrawn: ignore a -> b: x, until 2027-13-01").unwrap().is_err());
    }
}
