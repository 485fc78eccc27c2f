//! String literals and the texts that `%` and `.format` fill in.

use std::borrow::Cow;

/// True when the prefix before the quotes says that backslashes stand for themselves.
pub fn is_raw(start: &str) -> bool {
    start.bytes().take_while(|b| b.is_ascii_alphabetic()).any(|b| matches!(b, b'r' | b'R'))
}

/// A literal's content without its escapes.
pub fn unescape(text: &str, raw: bool) -> Cow<'_, str> {
    if raw || !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('\n') => {}
            Some(marker @ ('x' | 'u' | 'U')) => {
                let count = match marker {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let digits: String = chars.by_ref().take(count).collect();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                out.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other @ ('\\' | '\'' | '"')) => out.push(other),
            Some(other) => out.extend(['\\', other]),
            None => {}
        }
    }
    Cow::Owned(out)
}

/// A piece of a text to be filled in.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// As it stands.
    Text(String),
    /// The next value.
    Next,
    /// The value at this position.
    At(usize),
    /// The value of this name.
    Named(&'t str),
}

/// Pieces of `"%s/%(name)d"`.
pub fn percent(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push(Piece::Text(rest[..at].to_string()));
        rest = &rest[at + 1..];
        let mut piece = Piece::Next;
        if let Some(named) = rest.strip_prefix('(')
            && let Some((name, after)) = named.split_once(')')
        {
            piece = Piece::Named(name);
            rest = after;
        }
        let flags = rest.bytes().take_while(|b| b"#0- +.123456789*".contains(b)).count();
        rest = &rest[flags..];
        let mut chars = rest.chars();
        match chars.next() {
            Some('%') => out.push(Piece::Text("%".into())),
            Some(_) => out.push(piece),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push(Piece::Text(rest.to_string()));
    out
}

/// Pieces of `"{}/{0}/{name!r:>8}"`.
pub fn braces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        out.push(Piece::Text(rest[..at].to_string()));
        let mark = &rest[at..at + 1];
        let after = &rest[at + 1..];
        if let Some(doubled) = after.strip_prefix(mark) {
            out.push(Piece::Text(mark.to_string()));
            rest = doubled;
            continue;
        }
        let (inside, after) =
            if mark == "{" { after.split_once('}').unwrap_or(("", after)) } else { ("", after) };
        rest = after;
        if mark == "}" {
            continue;
        }
        let name = inside.split(['!', ':', '.', '[']).next().unwrap_or("");
        out.push(match (name, name.parse()) {
            ("", _) => Piece::Next,
            (_, Ok(index)) => Piece::At(index),
            (name, _) => Piece::Named(name),
        });
    }
    out.push(Piece::Text(rest.to_string()));
    out
}
