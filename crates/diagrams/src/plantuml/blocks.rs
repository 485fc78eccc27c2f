//! Where the diagrams of a file begin and end.

use crate::markdown::{fences, is_markdown};
use std::ops::Range;

/// One diagram's text.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// Bytes from the start mark to the end of the end mark (or of the body where there is none).
    pub whole: Range<usize>,
    /// Bytes between the marks: whole lines.
    pub body: Range<usize>,
    /// What stands after `@start`: `uml`, `mindmap`; `uml` where there is no mark.
    pub sort: String,
    /// The name after the start mark, or the heading above the fence.
    pub title: Option<String>,
}

/// Every diagram, in order, with its number in the file. A fence without marks is one diagram; a file without marks
/// is a library.
pub(super) fn blocks(path: &str, text: &str) -> Vec<(String, Block)> {
    let mut out = Vec::new();
    if !is_markdown(path) {
        let found = marked(text, 0..text.len(), None, false).into_iter().enumerate();
        return found.map(|(n, block)| ((n + 1).to_string(), block)).collect();
    }
    for fence in fences(text) {
        let (Some(first), Some(last)) = (fence.rows.first(), fence.rows.last()) else { continue };
        if !["plantuml", "puml", "c4plantuml", "uml"].contains(&fence.language.as_str()) {
            continue;
        }
        let start = text[..first.start].rfind('\n').map_or(0, |i| i + 1);
        let end = text[last.end..].find('\n').map_or(text.len(), |i| last.end + i + 1);
        for (n, block) in marked(text, start..end, fence.heading, true).into_iter().enumerate() {
            // A second diagram in one fence has no number of its own among the fences.
            let number =
                if n == 0 { fence.number.to_string() } else { format!("{}.{}", fence.number, n + 1) };
            out.push((number, block));
        }
    }
    out
}

fn marked(text: &str, within: Range<usize>, heading: Option<String>, whole_if_none: bool) -> Vec<Block> {
    let (mut out, mut at): (Vec<Block>, usize) = (Vec::new(), within.start);
    let mut open: Option<Block> = None;
    for line in text[within.clone()].split_inclusive('\n') {
        let start = at;
        at += line.len();
        let bare = line.trim().trim_start_matches('\u{feff}');
        let indent = line.len() - line.trim_start().len();
        if let Some(rest) = word_after(bare, "@start") {
            if let Some(mut block) = open.take() {
                // Never closed: it ends where the next begins.
                (block.body.end, block.whole.end) = (start, start);
                out.push(block);
            }
            let (sort, name) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let sort = sort.split(['(', '{']).next().unwrap_or("").to_ascii_lowercase();
            let name = name.trim().trim_matches('"').trim();
            let named = Some(name.to_string()).filter(|n| !n.is_empty());
            let title = heading.clone().or(named);
            open = Some(Block { whole: start + indent..within.end, body: at..within.end, sort, title });
        } else if word_after(bare, "@end").is_some()
            && let Some(mut block) = open.take()
        {
            block.body.end = start;
            block.whole.end = start + line.trim_end().len();
            out.push(block);
        }
    }
    out.extend(open);
    if out.is_empty() && whole_if_none && !text[within.clone()].trim().is_empty() {
        let lead = text[within.clone()].len() - text[within.clone()].trim_start().len();
        let end = within.start + text[within.clone()].trim_end().len();
        let whole = within.start + lead..end;
        out.push(Block { whole, body: within, sort: "uml".into(), title: heading });
    }
    out
}

fn word_after<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let head = line.get(..mark.len())?;
    head.eq_ignore_ascii_case(mark).then(|| &line[mark.len()..])
}
