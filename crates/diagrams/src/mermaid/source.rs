//! One diagram's text, taken out of its file, with the way back.
//!
//! Rows of the file are joined without quote marks and indentation, and what every diagram type shares (front matter,
//! directives, comments, accessibility texts) is read and blanked out, so that the parsers meet only statements.

use crate::markdown::{self, Fence};
use std::ops::Range;
use std::sync::Arc;
use undrawn_model::{LineIndex, Location};

/// A file with its line index, shared by the diagrams in it.
pub(crate) struct Page<'a> {
    /// Path.
    pub file: Arc<str>,
    /// Content.
    pub text: &'a str,
    index: LineIndex,
}

impl<'a> Page<'a> {
    /// Indexes a file.
    pub fn new(file: &Arc<str>, text: &'a str) -> Self {
        Page { file: file.clone(), text, index: LineIndex::new(text) }
    }

    /// The place of a byte range of the file.
    pub fn location(&self, range: Range<usize>) -> Location {
        self.index.location(&self.file, self.text, range)
    }
}

/// One line of a diagram.
#[derive(Debug, Clone)]
struct Row {
    /// Where it starts in the joined text.
    at: usize,
    /// Its content in the file.
    file: Range<usize>,
}

/// One diagram's text.
pub(crate) struct Source<'a> {
    /// Its file.
    pub page: &'a Page<'a>,
    /// `N` of `PATH#N`.
    pub number: usize,
    /// The text to parse: rows joined by `\n`, shared syntax blanked out byte for byte.
    pub text: String,
    /// Title of the front matter or `accTitle`.
    pub title: Option<String>,
    /// Nearest Markdown heading.
    pub heading: Option<String>,
    /// Comments without `%%`: (offset, text).
    pub comments: Vec<(usize, String)>,
    /// The whole of it in the file.
    pub whole: Range<usize>,
    rows: Vec<Row>,
}

/// Every Mermaid diagram of a file.
pub(crate) fn sources<'a>(page: &'a Page<'a>) -> Vec<Source<'a>> {
    let in_markdown = || {
        let fences = markdown::fences(page.text).into_iter().filter(|f| f.language == "mermaid");
        fences.map(|fence| Source::fenced(page, fence)).collect()
    };
    if markdown::is_markdown(&page.file) {
        return in_markdown();
    }
    // A file of Mermaid's own, which some people fence all the same, and which `.mmd` of MultiMarkdown looks like.
    let fenced: Vec<_> = in_markdown();
    if !fenced.is_empty() || page.text.trim().is_empty() {
        return fenced;
    }
    vec![Source::of(page, 1, None, 0..page.text.len(), markdown::rows(page.text))]
}

impl<'a> Source<'a> {
    fn fenced(page: &'a Page<'a>, fence: Fence) -> Self {
        let end = fence.rows.last().map_or(fence.opening.end, |r| r.end);
        Source::of(page, fence.number, fence.heading, fence.opening.start..end, fence.rows)
    }

    fn of(
        page: &'a Page<'a>,
        number: usize,
        heading: Option<String>,
        whole: Range<usize>,
        rows: Vec<Range<usize>>,
    ) -> Self {
        let mut joined = Vec::with_capacity(rows.len());
        let mut text = String::with_capacity(whole.len());
        for file in rows {
            if !joined.is_empty() {
                text.push('\n');
            }
            joined.push(Row { at: text.len(), file: file.clone() });
            text.push_str(&page.text[file]);
        }
        let (title, comments) = (None, vec![]);
        let mut source = Source { page, number, text, title, heading, comments, whole, rows: joined };
        source.take_shared();
        source
    }

    /// The place of a byte range of [`Source::text`].
    pub fn location(&self, range: Range<usize>) -> Location {
        let end = self.in_file(range.end).max(self.in_file(range.start));
        self.page.location(self.in_file(range.start)..end)
    }

    fn in_file(&self, offset: usize) -> usize {
        match self.rows.get(self.row_of(offset)) {
            Some(row) => (row.file.start + offset.saturating_sub(row.at)).min(row.file.end),
            None => self.whole.end,
        }
    }

    /// Index of the row that an offset of [`Source::text`] lies in.
    pub fn row_of(&self, offset: usize) -> usize {
        self.rows.partition_point(|r| r.at <= offset).saturating_sub(1)
    }

    /// Number of rows.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Where a row ends in [`Source::text`].
    pub fn row_end(&self, row: usize) -> usize {
        self.rows.get(row).map_or(self.text.len(), |r| r.at + r.file.len())
    }

    /// A row's content as it is in the file, comments included.
    pub fn row_text(&self, row: usize) -> &'a str {
        self.rows.get(row).map_or("", |r| &self.page.text[r.file.clone()])
    }

    /// What stands before a row's content on its line of the file: quote marks, indentation of the fence.
    pub fn row_prefix(&self, row: usize) -> &'a str {
        let Some(start) = self.rows.get(row).map(|r| r.file.start) else { return "" };
        let line = self.page.text[..start].rfind('\n').map_or(0, |i| i + 1);
        &self.page.text[line..start]
    }

    /// Byte offset in the file at which a new line after this row is inserted.
    pub fn insertion(&self, row: usize) -> usize {
        self.rows.get(row).map_or(self.whole.end, |r| r.file.end)
    }

    /// The first word of the diagram and the offset after it.
    pub fn header(&self) -> (&str, usize) {
        let start = self.text.len() - self.text.trim_start().len();
        let rest = &self.text[start..];
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ';' | ':')).unwrap_or(rest.len());
        (&rest[..end], start + end)
    }

    fn take_shared(&mut self) {
        let mut row = self.take_front_matter();
        while row < self.rows.len() {
            let line = self.row_text(row);
            let bare = line.trim_start();
            let count = if bare.starts_with("%%{") {
                self.rows_until(row, "}%%")
            } else if let Some(comment) = bare.strip_prefix("%%") {
                let offset = self.rows[row].at + (line.len() - bare.len());
                self.comments.push((offset, comment.trim().to_string()));
                1
            } else {
                self.take_accessibility(row, bare)
            };
            self.blank(row, count);
            row += count.max(1);
        }
    }

    /// Rows of `accTitle: ..`, `accDescr: ..` or `accDescr { .. }` at this row; 0 for others.
    fn take_accessibility(&mut self, row: usize, bare: &str) -> usize {
        let after = |word: &str| Some(bare.strip_prefix(word)?.trim_start());
        if let Some(title) = after("accTitle").and_then(|r| r.strip_prefix(':')) {
            self.title.get_or_insert(title.trim().to_string());
            return 1;
        }
        match after("accDescr") {
            Some(rest) if rest.starts_with(':') => 1,
            Some(rest) if rest.starts_with('{') => self.rows_until(row, "}"),
            _ => 0,
        }
    }

    /// Number of rows from this one to the first that contains `end`; 1 when none does.
    fn rows_until(&self, row: usize, end: &str) -> usize {
        (row..self.rows.len())
            .take(ROWS_MAX)
            .position(|r| self.row_text(r).contains(end))
            .map_or(1, |i| i + 1)
    }

    /// Reads YAML front matter and returns the first row after it.
    fn take_front_matter(&mut self) -> usize {
        let first = (0..self.rows.len()).find(|r| !self.row_text(*r).trim().is_empty()).unwrap_or(0);
        if self.row_text(first).trim() != "---" {
            return 0;
        }
        let last = (first + 1..self.rows.len()).take(ROWS_MAX).find(|r| self.row_text(*r).trim() == "---");
        let Some(last) = last else { return 0 };
        let titles = (first + 1..last).filter_map(|r| self.row_text(r).strip_prefix("title:"));
        self.title = titles.map(unquoted).find(|t| !t.is_empty());
        self.blank(first, last - first + 1);
        last + 1
    }

    fn blank(&mut self, row: usize, count: usize) {
        let Some((first, last)) = self.rows.get(row).zip(self.rows.get(row + count.max(1) - 1)) else {
            return;
        };
        if count > 0 {
            let range = first.at..last.at + last.file.len();
            let spaces: String =
                self.text[range.clone()].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
            self.text.replace_range(range, &spaces);
        }
    }
}

/// Front matter, directives and descriptions longer than this are not looked for to their end.
const ROWS_MAX: usize = 200;

/// A YAML scalar of one line as text.
fn unquoted(value: &str) -> String {
    let value = value.trim();
    if let Some(inner) = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
        return inner.replace("\\\"", "\"").replace("\\\\", "\\");
    }
    if let Some(inner) = value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')) {
        return inner.replace("''", "'");
    }
    value.split(" #").next().unwrap_or(value).trim().to_string()
}
