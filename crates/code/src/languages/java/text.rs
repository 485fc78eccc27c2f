//! String literals: escapes and text blocks.

use std::borrow::Cow;

/// The value of a string literal as written, quotes included.
pub fn literal(written: &str) -> Cow<'_, str> {
    if let Some(block) = written.strip_prefix("\"\"\"") {
        let block = block.strip_suffix("\"\"\"").unwrap_or(block);
        return Cow::Owned(unescape(&dedent(block)).into_owned());
    }
    let inner = written.strip_prefix(['"', '\'']).unwrap_or(written);
    let inner = inner.strip_suffix(['"', '\'']).unwrap_or(inner);
    unescape(inner)
}

/// Text block content without its incidental indentation.
fn dedent(block: &str) -> String {
    let body = block.split_once('\n').map_or(block, |(_, body)| body);
    let lines: Vec<&str> = body.split('\n').map(|l| l.strip_suffix('\r').unwrap_or(l)).collect();
    let last = lines.len().saturating_sub(1);
    let indent = lines
        .iter()
        .enumerate()
        .filter(|(i, l)| *i == last || !l.trim().is_empty())
        .map(|(_, l)| l.len() - l.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    let cut: Vec<&str> = lines.iter().map(|l| l.get(indent..).unwrap_or("").trim_end()).collect();
    cut.join("\n")
}

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('s') => out.push(' '),
            Some('\n') => {}
            Some('u') => {
                while chars.peek() == Some(&'u') {
                    chars.next();
                }
                let digits: String = (0..4).filter_map(|_| chars.next()).collect();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                out.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(digit @ '0'..='7') => {
                let mut code = digit as u32 - '0' as u32;
                while let Some(next) = chars.peek().and_then(|c| c.to_digit(8))
                    && code * 8 + next < 256
                {
                    code = code * 8 + next;
                    chars.next();
                }
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    Cow::Owned(out)
}
