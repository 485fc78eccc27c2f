//! `.properties` files with the place of every key and value.
//!
//! Rules of <https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)>:
//! comments, continued lines, escapes, and `=`, `:` or white space between key and value. A line `#---` (or `!---`) that
//! no comment touches begins a new document:
//! <https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.files.multi-document>.

use super::pairs::{Entry, Pair};
use std::ops::Range;

/// All entries of a text, in order.
pub(super) fn parse(text: &str) -> Vec<Pair> {
    let mut out = Vec::new();
    let (mut document, mut comment_before) = (0, false);
    let mut lines = Lines { text, at: 0 };
    while let Some(range) = lines.next_line() {
        let line = &text[range.clone()];
        let trimmed = line.trim_start_matches(is_space);
        if matches!(line.trim_end(), "#---" | "!---") && !comment_before && !lines.comment_follows() {
            document += 1;
        } else if trimmed.starts_with(['#', '!']) {
            comment_before = true;
            continue;
        } else if !trimmed.is_empty() {
            let pieces = lines.logical(range);
            out.extend(entry(text, &pieces).map(|entry| Pair { entry, document }));
        }
        comment_before = false;
    }
    out
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl Lines<'_> {
    /// Bytes of the next line without its end (`\n`, `\r\n` or `\r`).
    fn next_line(&mut self) -> Option<Range<usize>> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let len = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let end = if rest[len..].starts_with("\r\n") { 2 } else { usize::from(len < rest.len()) };
        let range = self.at..self.at + len;
        self.at += len + end;
        Some(range)
    }

    fn comment_follows(&self) -> bool {
        self.text[self.at..].starts_with(['#', '!'])
    }

    /// The pieces of a logical line that begins with this line: without leading space and trailing backslashes.
    fn logical(&mut self, first: Range<usize>) -> Vec<Range<usize>> {
        let (mut pieces, mut line) = (Vec::new(), first);
        loop {
            let raw = &self.text[line.clone()];
            let start = line.start + (raw.len() - raw.trim_start_matches(is_space).len());
            let slashes = raw.len() - raw.trim_end_matches('\\').len();
            if slashes.is_multiple_of(2) {
                pieces.push(start..line.end);
                return pieces;
            }
            pieces.push(start.min(line.end - 1)..line.end - 1);
            match self.next_line() {
                Some(next) => line = next,
                None => return pieces,
            }
        }
    }
}

/// A character of a logical line after its escapes are replaced, with the bytes it was written in.
struct Char {
    c: char,
    span: Range<usize>,
    escaped: bool,
}

fn characters(text: &str, pieces: &[Range<usize>]) -> Vec<Char> {
    let mut out = Vec::new();
    for piece in pieces {
        let mut at = piece.start;
        while at < piece.end {
            let (c, len, escaped) = character(&text[at..piece.end]);
            out.push(Char { c, span: at..at + len, escaped });
            at += len;
        }
    }
    out
}

/// The first character of a text that is not empty: what it stands for, its bytes, whether it was escaped.
fn character(rest: &str) -> (char, usize, bool) {
    let mut chars = rest.chars();
    let first = chars.next().unwrap_or(' ');
    let Some(next) = chars.next().filter(|_| first == '\\') else { return (first, first.len_utf8(), false) };
    let unicode = || {
        let code = u32::from_str_radix(rest.get(2..6)?, 16).ok()?;
        // Half of a surrogate pair stands for nothing by itself.
        Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 6, true))
    };
    let plain = match next {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\u{c}',
        'u' => return unicode().unwrap_or(('u', 2, true)),
        other => other,
    };
    (plain, 1 + next.len_utf8(), true)
}

fn entry(text: &str, pieces: &[Range<usize>]) -> Option<Entry> {
    let chars = characters(text, pieces);
    let ends_key = |c: &Char| !c.escaped && (is_space(c.c) || matches!(c.c, '=' | ':'));
    let key_len = chars.iter().position(ends_key).unwrap_or(chars.len());
    let mut value_at = key_len;
    let skip_space = |at: &mut usize| {
        while chars.get(*at).is_some_and(|c| !c.escaped && is_space(c.c)) {
            *at += 1;
        }
    };
    skip_space(&mut value_at);
    if chars.get(value_at).is_some_and(|c| !c.escaped && matches!(c.c, '=' | ':')) {
        value_at += 1;
        skip_space(&mut value_at);
    }
    let (key, value) = (&chars[..key_len], &chars[value_at..]);
    let key_span = span(key)?;
    // Trailing space belongs to the value in Java; Spring trims what it converts, and no address ends in space.
    let written = value.iter().rposition(|c| c.escaped || !c.c.is_whitespace()).map_or(0, |i| i + 1);
    let value = &value[..written];
    Some(Entry {
        key: key.iter().map(|c| c.c).collect(),
        value: value.iter().map(|c| c.c).collect(),
        value_span: span(value).unwrap_or_else(|| key_span.clone()),
    })
}

fn span(chars: &[Char]) -> Option<Range<usize>> {
    Some(chars.first()?.span.start..chars.last()?.span.end)
}
