//! Reading on after syntax errors, with every offset unchanged.
//!
//! The parser stops at the first error of a document. Two repairs cover what real repositories hold: a value that begins
//! with a character YAML reserves (`@project.version@`, a build's placeholder) is read as plain text, and a line that
//! cannot be read is blanked together with the lines nested below it, so that nothing of them is attributed to its
//! neighbours. Every repair but the placeholder's gives a note.

use super::Node;
use super::build::{Failure, pass};
use std::ops::Range;

/// Repairs tried before the rest of the document is given up.
const REPAIRS_MAX: usize = 12;

/// Texts beyond this length are not tried again and again.
const REPAIR_LENGTH_MAX: usize = 1 << 20;

/// What could not be read, and why.
type Errors = Vec<(Range<usize>, String)>;

/// Parses as much as can be parsed.
pub(super) fn parse_tolerantly(original: &str) -> (Vec<Node>, Errors) {
    let mut text = std::borrow::Cow::Borrowed(original);
    let mut errors = Errors::new();
    for attempt in 0.. {
        let result = pass(&text, original);
        let failure = match result.failure {
            None => {
                errors.extend(result.left_out);
                return (result.documents, errors);
            }
            Some(failure) => failure,
        };
        let allowed = attempt < REPAIRS_MAX && original.len() <= REPAIR_LENGTH_MAX;
        match repair(&text, &failure).filter(|_| allowed) {
            Some(Repair { text: better, lost }) => {
                text = better.into();
                errors.extend(lost.map(|lost| (lost, format!("not read: {}", failure.1))));
            }
            None => {
                let end = text[failure.0..].find('\n').map_or(text.len(), |i| failure.0 + i);
                errors.push((failure.0..end, format!("not read from here on: {}", failure.1)));
                errors.extend(result.left_out);
                return (result.documents, errors);
            }
        }
    }
    (vec![], errors)
}

struct Repair {
    text: String,
    /// Bytes blanked.
    lost: Option<Range<usize>>,
}

/// A text of the same length in which this error is gone; `None` when there is nothing left to leave out.
fn repair(text: &str, failure: &Failure) -> Option<Repair> {
    let at = failure.0;
    if let Some(b'@' | b'`') = text.as_bytes().get(at) {
        let mut better = text.to_string();
        better.replace_range(at..at + 1, "_");
        return Some(Repair { text: better, lost: None });
    }
    let lost = nested_block(text, at)?;
    let mut better = String::with_capacity(text.len());
    better.push_str(&text[..lost.start]);
    better.extend(text[lost.clone()].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
    better.push_str(&text[lost.end..]);
    Some(Repair { text: better, lost: Some(lost) })
}

/// The line of an offset (the last one before it that is not blank) with the deeper lines after it.
fn nested_block(text: &str, at: usize) -> Option<Range<usize>> {
    let mut start = line_start(text, at);
    while line_at(text, start).trim().is_empty() {
        start = line_start(text, start.checked_sub(1)?);
    }
    let depth = indent(line_at(text, start));
    let mut end = start + line_at(text, start).len();
    while end < text.len() {
        let line = line_at(text, end);
        if !line.trim().is_empty() && indent(line) <= depth {
            break;
        }
        end += line.len();
    }
    let kept = text[start..end].trim_end().len();
    Some(start..start + kept)
}

fn line_start(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1)
}

/// The line that starts here, with its line end.
fn line_at(text: &str, start: usize) -> &str {
    let rest = &text[start..];
    &rest[..rest.find('\n').map_or(rest.len(), |i| i + 1)]
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
