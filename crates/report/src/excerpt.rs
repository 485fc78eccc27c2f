//! Lines of a source file as an excerpt: control characters pictured, tabs kept, long lines cut around the place.

use crate::text;
use std::ops::Range;
use undrawn_model::Location;

/// Characters of a line that are shown; the rest of a minified file is not.
const LINE_MAX: usize = 200;
/// Characters shown before a place that stands far to the right.
const LEAD: usize = 50;
/// Lines of one place that are shown.
const LINES_MAX: u32 = 6;

/// Some lines of a file, ready to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The lines, joined by `\n`.
    pub text: String,
    /// Number of the first line, from 1.
    pub line: u32,
    /// Bytes of `text` that are the place; on character boundaries, inside one or several whole lines.
    pub span: Range<usize>,
    /// Column at which the place begins in `text`, when that is another one than in the file: the line was cut.
    pub cut_column: Option<usize>,
}

/// The lines of a place. `None` when the file has no such line or the place is the file as a whole and empty.
pub fn excerpt(source: &str, place: &Location) -> Option<Excerpt> {
    let first = place.line.max(1);
    let last = place.end_line.clamp(first, first.saturating_add(LINES_MAX - 1));
    let shortened = last < place.end_line;
    let lines: Vec<&str> =
        source.split('\n').skip(first as usize - 1).take((last - first + 1) as usize).collect();
    if lines.iter().all(|l| l.trim().is_empty()) {
        return None;
    }
    let (mut text, mut start, mut end, mut cut_column) = (String::new(), 0, 0, None);
    for (i, raw) in lines.iter().enumerate() {
        let number = first + i as u32;
        let raw = raw.strip_suffix('\r').unwrap_or(raw);
        let from = if number == first { place.column.max(1) as usize - 1 } else { 0 };
        let to = match number {
            n if n == place.end_line && !shortened => (place.end_column.max(1) as usize - 1).max(from + 1),
            _ => usize::MAX,
        };
        let shown = show(raw, from, to);
        if number == first {
            start = text.len() + shown.span.start;
            cut_column = shown.cut.then(|| shown.text[..shown.span.start].chars().count() + 1);
        }
        end = text.len() + shown.span.end;
        text.push_str(&shown.text);
        if i + 1 < lines.len() {
            text.push('\n');
        }
    }
    Some(Excerpt { text, line: first, span: start..end.max(start), cut_column })
}

struct Shown {
    text: String,
    span: Range<usize>,
    /// The beginning of the line is missing.
    cut: bool,
}

/// One line, with the characters `from..to` (counted from 0) as its span.
fn show(raw: &str, from: usize, to: usize) -> Shown {
    let skip = match raw.char_indices().nth(LINE_MAX) {
        Some(_) => from.saturating_sub(LEAD),
        None => 0,
    };
    let mut text = String::from(if skip > 0 { "…" } else { "" });
    let (mut start, mut end) = (None, None);
    let mut characters = raw.chars().skip(skip);
    for (i, c) in characters.by_ref().take(LINE_MAX).enumerate() {
        if skip + i == from {
            start = Some(text.len());
        }
        if skip + i == to {
            end = Some(text.len());
        }
        match c {
            '\t' => text.push('\t'),
            c => text.push_str(&text::line(c.encode_utf8(&mut [0; 4]))),
        }
    }
    let whole = text.len();
    if characters.next().is_some() {
        text.push('…');
    }
    let start = start.unwrap_or(whole);
    Shown { text, span: start..end.unwrap_or(whole).max(start), cut: skip > 0 }
}
