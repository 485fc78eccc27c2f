//! `.env` files: `NAME=value` lines.
//!
//! Syntax as docker compose reads it: <https://docs.docker.com/compose/env-file/>.

use crate::Reading;
use crate::command;
use crate::emit::Out;
use std::collections::BTreeMap;
use std::ops::Range;
use undrawn_model::{LineIndex, SettingSort, SourceFile, SourceTree, Subject, Syntax, Template};

/// `.env`, `.env.production`, `prod.env`.
pub(crate) fn wants(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == ".env" || name.starts_with(".env.") || name.ends_with(".env")
}

/// Says the variables of every file, as settings of whoever owns the file.
pub(crate) fn read(_tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let mut out = Out::default();
    // `web.env` is a file that some manifest names: it is read from there.
    for file in files.iter().filter(|f| f.name().starts_with(".env") && !is_sample(f.name())) {
        say(file, &Subject::Owner, SettingSort::Image, &|_| false, &mut out);
    }
    out.finish()
}

/// Files to copy from, whose values are examples.
fn is_sample(name: &str) -> bool {
    ["example", "sample", "template", "dist", "tmpl"].iter().any(|word| name.contains(word))
}

/// Says a file's variables about a subject, except those to skip.
pub(crate) fn say(
    file: &SourceFile,
    subject: &Subject,
    sort: SettingSort,
    skip: &dyn Fn(&str) -> bool,
    out: &mut Out,
) {
    let index = LineIndex::new(&file.text);
    for line in lines(&file.text) {
        if !skip(line.key) {
            let place = |r: Range<usize>| index.location(&file.path, &file.text, r);
            let at = place(line.span.clone());
            let start = line.span.start;
            let within = |r: Range<usize>| place(r.start + start..r.end + start);
            command::environment(subject, (line.key, line.value, sort), at, within, out);
        }
    }
}

/// Variables of the `.env` file in a folder.
pub(crate) fn variables(tree: &SourceTree, dir: &str) -> BTreeMap<String, Template> {
    let path = if dir.is_empty() { ".env".to_string() } else { format!("{dir}/.env") };
    let text = tree.get(&path).map_or("", |f| &*f.text);
    lines(text).into_iter().map(|l| (l.key.to_string(), l.value)).collect()
}

struct Line<'a> {
    key: &'a str,
    value: Template,
    /// Bytes of the value.
    span: Range<usize>,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut out = Vec::new();
    let mut offset = 0;
    while let Some(rest) = text.get(offset..).filter(|r| !r.is_empty()) {
        let length = rest.find('\n').map_or(rest.len(), |i| i + 1);
        let (line, end) = one(text, offset, offset + length);
        out.extend(line);
        offset = end.max(offset + length);
    }
    out
}

/// The variable of a line and where the next line starts (a quoted value may go over several).
fn one(text: &str, start: usize, end: usize) -> (Option<Line<'_>>, usize) {
    let line = text.get(start..end).unwrap_or("");
    let bare = line.trim_start();
    let exported = bare.strip_prefix("export ").unwrap_or(bare);
    let Some((key, after)) = exported.split_once('=').filter(|(k, _)| is_name(k.trim())) else {
        return (None, end);
    };
    let value = after.trim_start_matches([' ', '\t']);
    let at = end - value.len();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote
        && let Some(close) = text.get(at + 1..).and_then(|rest| closing(rest, quote))
    {
        let inner = at + 1..at + 1 + close;
        let content = text.get(inner.clone()).unwrap_or("");
        let syntax = if quote == '"' { Syntax::Shell } else { Syntax::Plain };
        let next = text.get(inner.end..).and_then(|r| r.find('\n')).map_or(text.len(), |i| inner.end + i + 1);
        let value = Template::parse(&unescaped(content), syntax);
        return (Some(Line { key: key.trim(), value, span: inner }), next);
    }
    // A comment begins at a `#` after a space.
    let content = value.split(" #").next().unwrap_or("").trim_end();
    let span = at..at + content.len();
    (Some(Line { key: key.trim(), value: Template::parse(content, Syntax::Shell), span }), end)
}

/// Byte of the quote that is not escaped.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

/// A backslash before a quote or backslash goes away; others stay, which is right for paths and patterns.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.next_if(|n| c == '\\' && matches!(n, '"' | '\'' | '\\'));
        out.push(next.unwrap_or(c));
    }
    out
}

fn is_name(key: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    !key.is_empty() && key.bytes().all(known)
}
