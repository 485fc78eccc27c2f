//! Boxes of flowcharts: an id, perhaps a shape with a label, a class, data in `@{ }`.

use super::super::cursor::Cursor;
use super::super::text;
use std::ops::Range;
use undrawn_model::ComponentKind;

/// Longest quoted label and longest label without quotes that are looked for; what is longer is not a label.
pub(super) const QUOTE_MAX: usize = 8 << 10;
const RAW_MAX: usize = 2 << 10;
const RAW_LINES_MAX: usize = 8;

/// One mention of a box.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    pub id: String,
    pub range: Range<usize>,
    /// Lines of the label, when one is given here.
    pub label: Option<Vec<String>>,
    /// A shape or data is given here.
    pub shaped: bool,
    /// Data in `@{ }` is given here.
    pub has_data: bool,
    pub kind: Option<ComponentKind>,
    pub classes: Vec<String>,
}

/// Opening and closing marks, longest first; the second closing mark is of the slanted shapes.
const SHAPES: &[(&str, &[&str], Option<ComponentKind>)] = &[
    ("(((", &[")))"], None),
    ("((", &["))"], None),
    ("([", &["])"], None),
    ("(-", &["-)"], None),
    ("(", &[")"], None),
    ("[[", &["]]"], None),
    ("[(", &[")]"], Some(ComponentKind::Database)),
    ("[/", &["/]", "\\]"], None),
    ("[\\", &["\\]", "/]"], None),
    ("[|", &["]"], None),
    ("[", &["]"], None),
    ("{{", &["}}"], None),
    ("{", &["}"], None),
    (">", &["]"], None),
];

/// Names of `@{ shape: .. }` that say what a box is: https://mermaid.js.org/syntax/flowchart.html
const SHAPE_KINDS: &[(&str, ComponentKind)] = &[
    ("cyl", ComponentKind::Database),
    ("cylinder", ComponentKind::Database),
    ("database", ComponentKind::Database),
    ("datastore", ComponentKind::Database),
    ("data-store", ComponentKind::Database),
    ("db", ComponentKind::Database),
    ("disk", ComponentKind::Database),
    ("lin-cyl", ComponentKind::Database),
    ("lined-cylinder", ComponentKind::Database),
    ("h-cyl", ComponentKind::Topic),
    ("horizontal-cylinder", ComponentKind::Topic),
    ("das", ComponentKind::Topic),
];

/// `a & b & c`
pub(super) fn group(cursor: &mut Cursor<'_>) -> Result<Vec<Node>, String> {
    let mut out = vec![node(cursor)?];
    loop {
        let mut at = *cursor;
        at.skip_blank();
        if !at.eat("&") {
            return Ok(out);
        }
        at.skip_space();
        out.push(node(&mut at)?);
        *cursor = at;
    }
}

fn node(cursor: &mut Cursor<'_>) -> Result<Node, String> {
    let start = cursor.at;
    let len = id_len(cursor.rest());
    if len == 0 {
        return Err("this statement was not understood".to_string());
    }
    cursor.at += len;
    let mut out = Node { id: cursor.since(start).to_string(), ..Node::default() };
    shape(cursor, &mut out)?;
    loop {
        if cursor.eat(":::") {
            let class = cursor.eat_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ','));
            out.classes.extend(class.split(',').map(str::to_string));
        } else if cursor.rest().starts_with("@{") {
            cursor.at += 2;
            data(cursor, &mut out)?;
        } else {
            break;
        }
    }
    out.range = start..cursor.at;
    Ok(out)
}

/// Length of the id at the start of `rest`; 0 when there is none.
pub(super) fn id_len(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut named = false;
    let mut end = rest.len();
    for (i, c) in rest.char_indices() {
        let next = bytes.get(i + c.len_utf8()).copied();
        let stops = match c {
            '[' | ']' | '(' | ')' | '{' | '}' | '|' | ';' | '"' | '<' | '>' | '@' | '~' | '^' => true,
            '-' => matches!(next, Some(b'-' | b'.' | b'>')),
            '=' => next == Some(b'='),
            '%' => next == Some(b'%'),
            ':' => rest[i..].starts_with(":::"),
            '&' => !named,
            c => c.is_whitespace() || c.is_control(),
        };
        if stops {
            end = i;
            break;
        }
        named |= c.is_alphanumeric() || c == '_' || !c.is_ascii();
    }
    if named { end } else { 0 }
}

fn shape(cursor: &mut Cursor<'_>, out: &mut Node) -> Result<(), String> {
    let mut at = *cursor;
    at.skip_blank();
    let gap = at.at != cursor.at;
    let Some((open, close, kind)) = SHAPES.iter().find(|(open, ..)| at.rest().starts_with(open)) else {
        return Ok(());
    };
    // `a [label]` with a blank between is read as older versions did; `a > b` is not a shape.
    if gap && *open == ">" {
        return Ok(());
    }
    // `a((x) y)` and the like begin with a longer mark than they mean: try the shorter ones too.
    let shorter = SHAPES.iter().filter(|(o, ..)| open.starts_with(o));
    for (open, close, kind) in std::iter::once(&(*open, *close, *kind)).chain(shorter) {
        let mut inside = at;
        inside.eat(open);
        if let Some(raw) = content(&mut inside, close) {
            let raw = if *open == "[|" { raw.split_once('|').map_or(raw, |(_, label)| label) } else { raw };
            (out.label, out.shaped, out.kind) = (Some(label_lines(raw)), true, *kind);
            *cursor = inside;
            return Ok(());
        }
    }
    Err(format!("`{open}` is not closed"))
}

/// Text up to one of the closing marks, which is stepped over.
fn content<'a>(cursor: &mut Cursor<'a>, close: &[&str]) -> Option<&'a str> {
    quoted_content(cursor, close).or_else(|| raw_content(cursor, close))
}

fn quoted_content<'a>(cursor: &mut Cursor<'a>, close: &[&str]) -> Option<&'a str> {
    let mut at = *cursor;
    at.skip_space();
    let start = at.at;
    if !at.eat("\"") {
        return None;
    }
    at.at += at.rest().bytes().take(QUOTE_MAX).position(|b| b == b'"')? + 1;
    let text = at.since(start);
    at.skip_space();
    if !close.iter().any(|c| at.eat(c)) {
        return None;
    }
    *cursor = at;
    Some(text)
}

/// Text without quotes: brackets inside it must match on its first line; further lines have none.
fn raw_content<'a>(cursor: &mut Cursor<'a>, close: &[&str]) -> Option<&'a str> {
    let mut at = *cursor;
    let start = at.at;
    let (mut depth, mut lines) = (0usize, 0usize);
    while let Some(c) = at.peek() {
        if depth == 0 && close.iter().any(|mark| at.rest().starts_with(mark)) {
            let text = at.since(start);
            // `[text)]` of a cylinder inside a plain bracket is the longest closing mark that fits.
            close.iter().any(|mark| at.eat(mark));
            *cursor = at;
            return Some(text);
        }
        match c {
            '\n' => lines += 1,
            '[' | '(' | '{' if lines == 0 => depth += 1,
            ']' | ')' | '}' if lines == 0 => depth = depth.checked_sub(1)?,
            '[' | '(' | '{' | ']' | ')' | '}' | '|' | '"' if lines > 0 => return None,
            _ => {}
        }
        at.bump();
        if at.at - start > RAW_MAX || lines > RAW_LINES_MAX || (lines > 0 && depth > 0) {
            return None;
        }
    }
    None
}

/// `@{ shape: cyl, label: "Orders" }`, after `@{`; may have several lines.
fn data(cursor: &mut Cursor<'_>, out: &mut Node) -> Result<(), String> {
    let limit = cursor.at + QUOTE_MAX;
    (out.shaped, out.has_data) = (true, true);
    loop {
        cursor.eat_while(|c| c.is_whitespace() || c == ',');
        if cursor.eat("}") {
            return Ok(());
        }
        let key = cursor.eat_while(|c| !matches!(c, ':' | '}' | '\n')).trim().trim_matches(['"', '\'']);
        if !cursor.eat(":") || cursor.at > limit {
            return Err("`@{` is not closed, or has no `key: value` in it".to_string());
        }
        cursor.skip_blank();
        let value = data_value(cursor);
        match key {
            "label" => out.label = Some(label_lines(value)).filter(|l| !l.is_empty()),
            "shape" => {
                let name = value.trim().trim_matches(['"', '\'']);
                out.kind = SHAPE_KINDS.iter().find(|(n, _)| *n == name).map(|(_, k)| *k);
            }
            _ => {}
        }
    }
}

fn data_value<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    let start = cursor.at;
    if let Some(quote) = cursor.peek().filter(|c| matches!(c, '"' | '\'')) {
        let mut at = *cursor;
        at.bump();
        at.eat_while(|c| c != quote);
        if at.bump().is_some() {
            *cursor = at;
            return at.since(start).trim_matches(quote);
        }
    }
    cursor.eat_while(|c| !matches!(c, ',' | '}' | '\n'))
}

/// Lines of a label written with or without quotes, or as a Markdown string.
pub(super) fn label_lines(raw: &str) -> Vec<String> {
    let raw = raw.trim();
    let inner = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"')).unwrap_or(raw);
    match inner.trim().strip_prefix('`').and_then(|r| r.strip_suffix('`')) {
        Some(markdown) => text::markdown_lines_of(markdown),
        None => text::lines_of(inner),
    }
}
