//! A configuration file as a flat list of keys and values, whichever syntax it is written in.

use super::properties;
use crate::yaml::{self, Kind, Node};
use std::ops::Range;
use undrawn_model::{LineIndex, Location, Note, SourceFile};

/// Joined keys longer than this are left out: nobody writes them, and each child would repeat them.
const KEY_MAX: usize = 1000;

/// One key with its value, as written.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) entry: Entry,
    /// Number of the document in its file.
    pub(super) document: usize,
}

/// The key, the value and the value's place (the key's where the value is empty).
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Full key; lists as `a.b[0].c`.
    pub(super) key: String,
    pub(super) value: String,
    pub(super) value_span: Range<usize>,
}

/// One file's pairs.
#[derive(Debug, Clone)]
pub(super) struct Pairs {
    pub(super) file: SourceFile,
    pub(super) pairs: Vec<Pair>,
    pub(super) notes: Vec<Note>,
    index: LineIndex,
}

impl Pairs {
    /// Reads a file by the ending of its name. Never fails: what could not be read is in the notes.
    pub(super) fn read(file: &SourceFile) -> Pairs {
        let index = LineIndex::new(&file.text);
        if file.path.ends_with(".properties") {
            let pairs = properties::parse(&file.text);
            return Pairs { file: file.clone(), pairs, notes: vec![], index };
        }
        let parsed = yaml::parse(file);
        let mut flat = Flat { out: vec![], document: 0, too_long: None };
        for (i, root) in parsed.documents.iter().enumerate() {
            flat.document = i;
            flat.walk(root, String::new(), 0..0);
        }
        let (pairs, mut notes) = (flat.out, parsed.notes.clone());
        if let Some(span) = flat.too_long {
            let message = format!("keys of more than {KEY_MAX} characters are left out");
            notes.push(Note::unread(parsed.place(span), message));
        }
        Pairs { file: file.clone(), pairs, notes, index }
    }

    /// Where a pair's value is written.
    pub(super) fn place(&self, span: &Range<usize>) -> Location {
        self.index.location(&self.file.path, &self.file.text, span.clone())
    }

    /// Values of a key (canonical spelling), lists and comma-separated texts taken apart.
    pub(super) fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let of_key = self.pairs.iter().filter(move |p| {
            let name = canonical(&p.entry.key);
            name == key
                || name.strip_prefix(key).is_some_and(|index| index.starts_with('[') && !index.contains('.'))
        });
        of_key.flat_map(|p| p.entry.value.split(',')).map(str::trim).filter(|v| !v.is_empty())
    }
}

struct Flat {
    out: Vec<Pair>,
    document: usize,
    too_long: Option<Range<usize>>,
}

impl Flat {
    fn walk(&mut self, node: &Node, path: String, key_span: Range<usize>) {
        if path.len() > KEY_MAX {
            self.too_long.get_or_insert(node.span.clone());
            return;
        }
        match &node.kind {
            Kind::Scalar { text, .. } => {
                let value = if node.is_null() { String::new() } else { text.to_string() };
                let value_span = if node.span.is_empty() { key_span } else { node.span.clone() };
                if !path.is_empty() {
                    self.out.push(Pair {
                        entry: Entry { key: path, value, value_span },
                        document: self.document,
                    });
                }
            }
            Kind::Seq(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.walk(item, format!("{path}[{i}]"), key_span.clone());
                }
            }
            Kind::Map(entries) => {
                for entry in entries {
                    let name = entry.name();
                    // A long name is cut here already, so that its children do not copy it.
                    let name = if name.len() > KEY_MAX { "" } else { name };
                    let dot = if path.is_empty() || name.starts_with('[') { "" } else { "." };
                    self.walk(&entry.value, format!("{path}{dot}{name}"), entry.key.span.clone());
                }
            }
        }
    }
}

/// The one spelling of a key under which relaxed spellings meet: lower case, without `-` and `_`
/// (<https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.typesafe-configuration-properties.relaxed-binding>).
pub(super) fn canonical(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

/// The one spelling of a name under which `User-Service` and `user_service` meet.
pub(super) fn relaxed(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
