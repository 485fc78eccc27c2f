//! Where a claim can be opened: file, line and column.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A place in a file. Lines and columns count from 1; columns count Unicode scalar values, as editors show them.
/// `end_*` is exclusive in the column. Ordering is by file, then position, so sorted output is stable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Path relative to the analysed root, with forward slashes.
    pub file: Arc<str>,
    /// First line, from 1.
    pub line: u32,
    /// First column, from 1.
    pub column: u32,
    /// Last line, from 1.
    pub end_line: u32,
    /// Column after the last one, from 1.
    pub end_column: u32,
}

impl Location {
    /// A place that covers one whole file (line 1, column 1).
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Location::point(file, 1, 1)
    }

    /// A place of one character.
    pub fn point(file: impl Into<Arc<str>>, line: u32, column: u32) -> Self {
        Location { file: file.into(), line, column, end_line: line, end_column: column + 1 }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Something that could not be read or decided. Never a finding: "not read" must not look like "not there".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Note {
    /// What and why, lower case, no full stop.
    pub message: String,
    /// Where, if it has a place.
    pub location: Option<Location>,
    /// True when input was lost (a file or part of one could not be read); `--strict` turns these into exit code 2.
    pub unread: bool,
}

impl Note {
    /// Input that could not be read, in full or in part.
    pub fn unread(location: Location, message: impl Into<String>) -> Self {
        Note { message: message.into(), location: Some(location), unread: true }
    }

    /// Something read but not decided (an address with an unknown part, a diagram that is no architecture).
    pub fn undecided(location: Location, message: impl Into<String>) -> Self {
        Note { message: message.into(), location: Some(location), unread: false }
    }
}

/// Turns byte offsets of one text into lines and columns. Built once a file, a look-up is a binary search.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<usize>,
    /// One byte is one column: columns need no counting, however long a line is.
    ascii: bool,
}

impl LineIndex {
    /// Index of `text`. `\n` ends a line; a `\r` before it belongs to the line's end.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
        LineIndex { starts, ascii: text.is_ascii() }
    }

    /// (line, column) of a byte offset, both from 1. Offsets past the end give the end; offsets inside a character
    /// give that character.
    pub fn line_column(&self, text: &str, offset: usize) -> (u32, u32) {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|s| *s <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let column = match self.ascii {
            true => offset - start,
            false => text.as_bytes()[start..offset].iter().filter(|b| (**b as i8) >= -0x40).count(),
        };
        (line as u32 + 1, column as u32 + 1)
    }

    /// Byte offset at which a line (from 1) starts; the text's length when there is no such line.
    pub fn line_start(&self, text: &str, line: u32) -> usize {
        self.starts.get((line as usize).saturating_sub(1)).copied().unwrap_or(text.len())
    }

    /// The place of the bytes `start..end` of `text`, which is the content of `file`.
    pub fn location(&self, file: &Arc<str>, text: &str, range: std::ops::Range<usize>) -> Location {
        let (line, column) = self.line_column(text, range.start);
        let (end_line, end_column) = self.line_column(text, range.end.max(range.start));
        Location { file: file.clone(), line, column, end_line, end_column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_survive_any_offset() {
        let text = "añb\r\nx";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(text, 0), (1, 1));
        assert_eq!(index.line_column(text, 3), (1, 3));
        assert_eq!(index.line_column(text, 6), (2, 1));
        assert_eq!(index.line_column(text, 999), (2, 2));
        assert_eq!(index.line_start(text, 2), 6);
        assert_eq!(index.line_start(text, 9), text.len());
    }
}
