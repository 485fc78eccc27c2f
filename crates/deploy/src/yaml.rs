//! YAML with positions: every node knows the bytes it was written in.
//!
//! One layer for every format that is YAML. Aliases are expanded where they are used (up to a limit, so that no small
//! file becomes a huge one) and keep the place of their definition; merge keys (`<<`) are merged, the mapping's own keys
//! winning; of equal keys the last one stays. A syntax error costs the lines it concerns and a note, not the file: the
//! line and what is nested below it are left out and the rest is read again.
//!
//! ```
//! # use undrawn_model::SourceFile;
//! let file = SourceFile::new("a.yml", b"services:\n  web: {image: nginx}\n");
//! let yaml = undrawn_deploy::yaml::parse(&file);
//! let image = yaml.documents[0].at(&["services", "web", "image"]).unwrap();
//! assert_eq!(image.as_str(), Some("nginx"));
//! assert_eq!((yaml.location(image).line, yaml.location(image).column), (2, 16));
//! ```

mod build;
mod repair;

use std::ops::Range;
use std::sync::Arc;
use undrawn_model::{LineIndex, Location, Note, SourceFile};

/// One parsed file.
#[derive(Debug, Clone)]
pub struct Yaml {
    /// The file it was read from.
    pub file: SourceFile,
    /// Roots of the documents, in order. Empty documents are left out.
    pub documents: Vec<Node>,
    /// What could not be read.
    pub notes: Vec<Note>,
    index: LineIndex,
}

/// One value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The value.
    pub kind: Kind,
    /// Bytes of the file it was written in; for a mapping or list from its first child to its last one.
    pub span: Range<usize>,
    /// Its tag as written (`!reset`, `!Ref`), if it has one.
    pub tag: Option<Arc<str>>,
}

/// What sort of value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A text, number, boolean or nothing.
    Scalar {
        /// The text after unquoting.
        text: Arc<str>,
        /// How it is written.
        style: Style,
    },
    /// A list.
    Seq(Vec<Node>),
    /// A mapping, in written order; no two keys are equal.
    Map(Vec<Entry>),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: may be a number, a boolean or null.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// A block after `|`: its lines are lines of the file.
    Literal,
    /// A block after `>`.
    Folded,
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key; a scalar in any file worth reading.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// Parses a file. Never fails: see [`Yaml::notes`].
pub fn parse(file: &SourceFile) -> Yaml {
    let index = LineIndex::new(&file.text);
    let (documents, errors) = repair::parse_tolerantly(&file.text);
    let notes = errors
        .into_iter()
        .map(|(range, message)| Note::unread(index.location(&file.path, &file.text, range), message))
        .collect();
    Yaml { file: file.clone(), documents, notes, index }
}

impl Yaml {
    /// Where a node is written.
    pub fn location(&self, node: &Node) -> Location {
        self.place(node.span.clone())
    }

    /// Where these bytes of the file are.
    pub fn place(&self, range: Range<usize>) -> Location {
        self.index.location(&self.file.path, &self.file.text, range)
    }

    /// Where a part of a scalar is written: `part` is a range of bytes of its unquoted text. Exact for plain text on one
    /// line, quoted text without escapes and literal blocks; the whole scalar otherwise.
    pub fn location_in(&self, node: &Node, part: Range<usize>) -> Location {
        let text = node.as_str().unwrap_or("");
        let source = self.file.text.get(node.span.clone()).unwrap_or("");
        let wanted = text.get(part.clone()).unwrap_or("");
        let exact = match source.find(text).filter(|_| !text.is_empty()) {
            Some(at) => Some(node.span.start + at + part.start),
            None => self.block_offset(node, part.start),
        };
        match exact.map(|start| start..start + wanted.len()) {
            Some(range) if self.file.text.get(range.clone()) == Some(wanted) => self.place(range),
            _ => self.location(node),
        }
    }

    /// Byte of the file at which byte `offset` of a literal block's text is written.
    fn block_offset(&self, node: &Node, offset: usize) -> Option<usize> {
        let Kind::Scalar { text, style: Style::Literal } = &node.kind else { return None };
        let before = text.get(..offset)?;
        let line_in_block = before.matches('\n').count();
        let in_line = before.len() - before.rfind('\n').map_or(0, |i| i + 1);
        let (first, _) = self.block_origin(node)?;
        let line_start = self.index.line_start(&self.file.text, first + line_in_block as u32);
        let block_line = text.split('\n').nth(line_in_block)?;
        let file_line = self.file.text.get(line_start..)?.lines().next()?;
        let indent = file_line.len().checked_sub(block_line.len())?;
        Some(line_start + indent + in_line)
    }

    /// For a literal block: the file's line at which its text begins, and how many columns it is indented.
    pub fn block_origin(&self, node: &Node) -> Option<(u32, u32)> {
        let Kind::Scalar { text, style: Style::Literal } = &node.kind else { return None };
        let (line, _) = self.index.line_column(&self.file.text, node.span.start);
        // The parser's span begins at the `|`, at the header's line end or at the first line of text: find the first
        // line that ends with the block's first line.
        let wanted = text.split('\n').next().unwrap_or("");
        (line..line.saturating_add(8)).find_map(|candidate| {
            let start = self.index.line_start(&self.file.text, candidate);
            let found = self.file.text.get(start..)?.lines().next()?;
            let indent = found.strip_suffix(wanted).filter(|i| i.bytes().all(|b| b == b' '))?;
            (candidate > line || !wanted.is_empty()).then_some((candidate, indent.len() as u32))
        })
    }
}

impl Node {
    /// The text of a scalar; `None` for lists and mappings. Null is the text it is written as (`""`, `~`, `null`).
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The text of a scalar that is not null and not empty.
    pub fn text(&self) -> Option<&str> {
        self.as_str().filter(|t| !t.is_empty() && !self.is_null())
    }

    /// True for a plain `null`, `~` or nothing.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, style: Style::Plain } if matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The truth value of a plain scalar, with the words of YAML 1.1 too.
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_str()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// The members of a list; empty for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Seq(items) => items,
            _ => &[],
        }
    }

    /// The members of a list, or the node itself when it is a scalar or mapping that is not null: for the many places
    /// where one value may stand for a list of one.
    pub fn one_or_many(&self) -> &[Node] {
        match &self.kind {
            Kind::Seq(items) => items,
            _ if self.is_null() => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The entries of a mapping; empty for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// True for a list.
    pub fn is_seq(&self) -> bool {
        matches!(self.kind, Kind::Seq(_))
    }

    /// True for a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.kind, Kind::Map(_))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|e| &e.value)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|e| e.key.as_str() == Some(key))
    }

    /// The value below a chain of keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text below a chain of keys, when it is a scalar with content.
    pub fn text_at(&self, keys: &[&str]) -> Option<&str> {
        self.at(keys)?.text()
    }

    /// How many nodes it has, itself included.
    fn size(&self) -> usize {
        match &self.kind {
            Kind::Scalar { .. } => 1,
            Kind::Seq(items) => 1 + items.iter().map(Node::size).sum::<usize>(),
            Kind::Map(entries) => 1 + entries.iter().map(|e| e.key.size() + e.value.size()).sum::<usize>(),
        }
    }
}

impl Entry {
    /// The key's text; empty for a key that is no scalar.
    pub fn name(&self) -> &str {
        self.key.as_str().unwrap_or("")
    }
}
