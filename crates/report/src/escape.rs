//! Escaping, one function a format. Each takes text that anybody may have written.

use crate::text;
use serde_json::Value;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use std::io::{self, Write};

/// Element content or an attribute's value, in XML 1.0 and in HTML. Characters that XML forbids become visible ones;
/// line ends and tabs become spaces.
pub fn markup(text: &str) -> String {
    entities(&text::line(text))
}

/// The same, keeping line ends.
pub fn markup_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(markup).collect();
    lines.join("\n")
}

fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // A command to a CI runner that shows the text in its log.
            '[' if out.ends_with("##") => out.push_str("&#91;"),
            // Not characters of XML 1.0.
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

/// Running text in Markdown: no markup, no HTML, no mention, no reference to an issue, no link of its own. For the middle
/// of a line.
pub fn markdown(text: &str) -> String {
    let text = text::line(text);
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            // A character that cannot be seen keeps "@name" and "#1" from notifying and linking.
            '@' => out.push_str("@&#8203;"),
            '#' => out.push_str("#&#8203;"),
            // "http://", "mailto:" and "www." would become links.
            ':' if begins_link(&text[..at], &text[at + 1..]) => out.push_str("&#58;"),
            '.' if ends_with(&text[..at], "www") => out.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn begins_link(before: &str, after: &str) -> bool {
    after.starts_with("//") || ends_with(before, "mailto") || ends_with(before, "xmpp")
}

fn ends_with(text: &str, word: &str) -> bool {
    let tail = text.len().checked_sub(word.len()).and_then(|at| text.get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(word))
}

/// A message in Markdown: what stands between backticks becomes code, the rest is plain text.
pub fn markdown_message(message: &str) -> String {
    with_code(message, markdown, code)
}

/// A message in HTML: what stands between backticks becomes code, the rest is plain text.
pub fn html_message(message: &str) -> String {
    with_code(message, markup, |text| format!("<code>{}</code>", markup(text)))
}

fn with_code(message: &str, plain: impl Fn(&str) -> String, code: impl Fn(&str) -> String) -> String {
    let message = text::line(message);
    let mut out = String::new();
    let mut rest = message.as_str();
    while let Some((before, after)) = rest.split_once('`') {
        let Some((body, after)) = after.split_once('`').filter(|(body, _)| !body.trim().is_empty()) else {
            break;
        };
        out.push_str(&plain(before));
        out.push_str(&code(body));
        rest = after;
    }
    out + &plain(rest)
}

/// A code span in Markdown, fit for a table's cell, where a bar would end the cell even in a code span.
pub fn code_cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A code span in Markdown.
pub fn code(text: &str) -> String {
    let text = text::line(text);
    if text.trim().is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The message of a GitHub workflow command.
pub fn command_data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            c => out.push_str(&text::line(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out
}

/// A property of a GitHub workflow command.
pub fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A relative path as a URI reference (RFC 3986): every byte that is not unreserved or a slash is percent-encoded.
pub fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Indented JSON in which every character that a terminal or a CI runner obeys or hides is written as an escape.
pub fn json_pretty(value: &Value) -> String {
    written(value, Safe(PrettyFormatter::new()))
}

/// The same on one line.
pub fn json_line(value: &Value) -> String {
    written(value, Safe(serde_json::ser::CompactFormatter))
}

fn written<F: Formatter>(value: &Value, formatter: F) -> String {
    use serde::Serialize;
    let mut out = Vec::new();
    // Writing a `Value` into memory does not fail.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut out, formatter));
    String::from_utf8_lossy(&out).into_owned()
}

/// A formatter that escapes hidden characters and leaves the layout to another one.
struct Safe<F>(F);

macro_rules! forward {
    ($($name:ident($($arg:ident: $type:ty),*);)+) => {
        $(fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $arg: $type)*) -> io::Result<()> {
            self.0.$name(writer $(, $arg)*)
        })+
    };
}

impl<F: Formatter> Formatter for Safe<F> {
    forward! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.bytes().all(|b| b < 0x7f && b != b'[') {
            return writer.write_all(fragment.as_bytes());
        }
        let mut plain = 0;
        for (at, c) in fragment.char_indices() {
            // "##[" is a command to a CI runner that shows the text in its log.
            let command = c == '[' && fragment[..at].ends_with("##");
            if command || c == '\u{7f}' || text::is_hidden(c) {
                writer.write_all(&fragment.as_bytes()[plain..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                plain = at + c.len_utf8();
            }
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }
}
