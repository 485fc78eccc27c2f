//! Markdown as the readers of diagrams see it: fenced blocks, the heading above each, and where every line lies.
//!
//! Shared by all formats that are written into Markdown, so that `PATH#N` counts the diagrams of one file whatever
//! formats they are in.

use std::ops::Range;

/// Words after a fence that stand for a diagram. Blocks of these are counted together.
const LANGUAGES: &[&str] =
    &["mermaid", "plantuml", "puml", "uml", "c4plantuml", "structurizr", "dot", "graphviz", "d2", "likec4"];

/// One fenced block of a diagram language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    /// First word of the info string in lower case, without `{`, `.` and what follows: `mermaid`.
    pub language: String,
    /// Counted from 1 over the diagram blocks of the file.
    pub number: usize,
    /// The nearest heading above, without its marks.
    pub heading: Option<String>,
    /// Bytes of the opening line, without its line end.
    pub opening: Range<usize>,
    /// Bytes of each line's content: without quote marks, the indentation of the fence, and the line end.
    pub rows: Vec<Range<usize>>,
    /// Whether a closing fence was found; the end of the file or of the quote closes it as well.
    pub closed: bool,
}

/// True for files in which [`fences`] looks for blocks.
pub(crate) fn is_markdown(path: &str) -> bool {
    extension(path).is_some_and(|e| {
        ["md", "markdown", "mdx", "mdown", "mkd", "mkdn", "qmd", "rmd"]
            .iter()
            .any(|m| e.eq_ignore_ascii_case(m))
    })
}

/// What stands after the last dot of the file's name.
pub(crate) fn extension(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.rsplit_once('.').map(|(_, e)| e)
}

/// Lines of a text as byte ranges without `\n` or `\r\n`. A text that ends with a line end has no empty last line.
pub(crate) fn rows(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let row = |line: &str| {
        let start = at;
        at += line.len();
        let bare = line.strip_suffix('\n').unwrap_or(line);
        let bare = bare.strip_suffix('\r').unwrap_or(bare);
        start..start + bare.len()
    };
    text.split_inclusive('\n').map(row).collect()
}

/// Every fenced block of a diagram language, in order. Blocks inside HTML comments and inside longer fences are not
/// blocks.
pub(crate) fn fences(text: &str) -> Vec<Fence> {
    let mut walk = Walk::default();
    for row in rows(text) {
        walk.line(text, row);
    }
    walk.close(false);
    walk.out
}

#[derive(Default)]
struct Walk {
    out: Vec<Fence>,
    open: Option<Open>,
    heading: Option<String>,
    paragraph: Option<String>,
    comment: Option<&'static str>,
    number: usize,
}

struct Open {
    mark: u8,
    length: usize,
    quotes: usize,
    indent: usize,
    fence: Option<Fence>,
}

impl Walk {
    fn line(&mut self, text: &str, row: Range<usize>) {
        let line = &text[row.clone()];
        if let Some(open) = &mut self.open {
            if let Some(prefix) = unquote(line, open.quotes) {
                let content = &line[prefix..];
                if closes(content, open) {
                    return self.close(true);
                }
                let spaces =
                    content.bytes().take(open.indent).take_while(|b| matches!(b, b' ' | b'\t')).count();
                if let Some(fence) = &mut open.fence {
                    fence.rows.push(row.start + prefix + spaces..row.end);
                }
                return;
            }
            self.close(false);
        }
        self.outside(line, row);
    }

    fn outside(&mut self, line: &str, row: Range<usize>) {
        let trimmed = line.trim_start();
        if let Some(end) = self.comment {
            if line.contains(end) {
                self.comment = None;
            }
            return;
        }
        for (begin, end) in [("<!--", "-->"), ("{/*", "*/}")] {
            if let Some(rest) = trimmed.strip_prefix(begin) {
                self.comment = if rest.contains(end) { None } else { Some(end) };
                return;
            }
        }
        let quotes = quotes_of(line);
        let prefix = unquote(line, quotes).unwrap_or(0);
        let (indent, body) = list_item(&line[prefix..]);
        if let Some((mark, length, info)) = opening(body) {
            self.paragraph = None;
            let fence = language(info, mark).map(|language| {
                self.number += 1;
                let (heading, number) = (self.heading.clone(), self.number);
                Fence { language, number, heading, opening: row, rows: vec![], closed: false }
            });
            self.open = Some(Open { mark, length, quotes, indent, fence });
        } else {
            self.note_heading(line[prefix..].trim());
        }
    }

    fn note_heading(&mut self, line: &str) {
        let hashes = line.bytes().take_while(|b| *b == b'#').count();
        if (1..=6).contains(&hashes) && line[hashes..].starts_with([' ', '\t']) {
            self.heading = heading_text(line[hashes..].trim().trim_end_matches('#'));
            self.paragraph = None;
        } else if line.len() >= 3 && (line.bytes().all(|b| b == b'=') || line.bytes().all(|b| b == b'-')) {
            if let Some(text) = self.paragraph.take() {
                self.heading = heading_text(&text);
            }
        } else {
            self.paragraph = (!line.is_empty()).then(|| line.to_string());
        }
    }

    fn close(&mut self, closed: bool) {
        if let Some(mut fence) = self.open.take().and_then(|o| o.fence) {
            fence.closed = closed;
            self.out.push(fence);
        }
    }
}

/// Characters of a heading that are read.
const HEADING_MAX: usize = 300;

/// The reader's words of a heading: links by their text, no emphasis marks, no `{#anchor}`.
fn heading_text(text: &str) -> Option<String> {
    let text = text.char_indices().nth(HEADING_MAX).map_or(text, |(end, _)| &text[..end]);
    let text = text.split(" {#").next().unwrap_or(text);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['*', '`', '[', '<']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        rest = if let Some((inner, after)) = link(tail) {
            out.push_str(inner);
            after
        } else if let Some(end) = tail.strip_prefix('<').and_then(|t| t.find('>')) {
            &tail[end + 2..]
        } else {
            if tail.starts_with(['[', '<']) {
                out.push_str(&tail[..1]);
            }
            &tail[1..]
        };
    }
    out.push_str(rest);
    let words: Vec<&str> = out.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// `[text](target)rest` as (text, rest).
fn link(text: &str) -> Option<(&str, &str)> {
    let close = text.strip_prefix('[')?.find(']')? + 1;
    let target = text.get(close + 1..)?.strip_prefix('(')?;
    let end = target.find(')')?;
    Some((&text[1..close], &target[end + 1..]))
}

fn quotes_of(line: &str) -> usize {
    let mut count = 0;
    let mut rest = line.trim_start_matches([' ', '\t']);
    while let Some(after) = rest.strip_prefix('>') {
        count += 1;
        rest = after.trim_start_matches([' ', '\t']);
    }
    count
}

/// Bytes of `quotes` quote marks, each with one space after it, at the start of the line; `None` when it has fewer.
fn unquote(line: &str, quotes: usize) -> Option<usize> {
    let mut at = 0;
    for _ in 0..quotes {
        let spaces = line[at..].len() - line[at..].trim_start_matches([' ', '\t']).len();
        line[at + spaces..].strip_prefix('>')?;
        at += spaces + 1;
        at += usize::from(line[at..].starts_with(' '));
    }
    Some(at)
}

/// Indentation of the content and the content, past list marks (`- `, `1. `) that stand before it.
fn list_item(line: &str) -> (usize, &str) {
    let mut at = line.len() - line.trim_start_matches([' ', '\t']).len();
    for _ in 0..4 {
        let rest = &line[at..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let mark = if digits > 0 && rest[digits..].starts_with(['.', ')']) {
            digits + 1
        } else {
            usize::from(rest.starts_with(['-', '*', '+']))
        };
        let after = &rest[mark..];
        let spaces = after.len() - after.trim_start_matches([' ', '\t']).len();
        if mark == 0 || spaces == 0 {
            break;
        }
        at += mark + spaces;
    }
    (at, &line[at..])
}

/// (mark, length, info string) of a line that opens a fence.
fn opening(body: &str) -> Option<(u8, usize, &str)> {
    let mark = *body.as_bytes().first().filter(|b| matches!(b, b'`' | b'~' | b':'))?;
    let length = body.bytes().take_while(|b| *b == mark).count();
    let info = body[length..].trim();
    let colon = mark == b':' && !info.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("mermaid"));
    (length >= 3 && !(mark == b'`' && info.contains('`')) && !colon).then_some((mark, length, info))
}

fn closes(content: &str, open: &Open) -> bool {
    let body = content.trim();
    body.len() >= open.length && body.bytes().all(|b| b == open.mark)
}

fn language(info: &str, mark: u8) -> Option<String> {
    let info = info.trim_start_matches(['{', '.', ' ']);
    let end = info.find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).unwrap_or(info.len());
    let word = info[..end].to_ascii_lowercase();
    (LANGUAGES.contains(&word.as_str()) && (mark != b':' || word == "mermaid")).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String, Option<String>, Vec<&str>)> {
        let rows = |f: &Fence| f.rows.iter().map(|r| &text[r.clone()]).collect();
        fences(text).iter().map(|f| (f.number, f.language.clone(), f.heading.clone(), rows(f))).collect()
    }

    #[test]
    fn quotes_lists_tildes_and_windows_line_ends_are_stripped() {
        let text = "# The *system*\r\n> ```mermaid\r\n> a\r\n>   b\r\n> ```\r\n- x\r\n  - ~~~ puml x=1\r\n    c\r\n\r\n      d\r\n    ~~~\r\n";
        let heading = Some("The system".to_string());
        assert_eq!(
            found(text),
            [
                (1, "mermaid".to_string(), heading.clone(), vec!["a", "  b"]),
                (2, "puml".to_string(), heading, vec!["c", "", "  d"]),
            ]
        );
    }

    #[test]
    fn comments_and_longer_fences_hide_blocks() {
        let text = "<!--\n```mermaid\na\n```\n-->\n````md\n```mermaid\nb\n```\n````\nTitle\n-----\n``` {.mermaid}\nc\n```\n::: mermaid\nd\n:::\n";
        let heading = Some("Title".to_string());
        assert_eq!(
            found(text),
            [(1, "mermaid".into(), heading.clone(), vec!["c"]), (2, "mermaid".into(), heading, vec!["d"])]
        );
    }

    #[test]
    fn a_quote_that_ends_ends_its_block() {
        assert_eq!(found("> ```mermaid\n> a\nplain\n").len(), 1);
        assert!(!fences("> ```mermaid\n> a\nplain\n")[0].closed);
        assert_eq!(found("```mermaid"), [(1, "mermaid".into(), None, vec![])]);
    }
}
