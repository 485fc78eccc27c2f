//! From parser events to nodes.

use super::{Entry, Kind, Node, Style};
use granit_parser::{Event, Parser, ScalarStyle, Span, Tag, options};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// Nodes that aliases and merge keys may add to a file.
const EXPANSION_MAX: usize = 200_000;

/// Broken documents of one file after which reading ends.
const ERRORS_MAX: usize = 100;

/// A syntax error: byte offset and what is wrong.
pub(super) type Failure = (usize, String);

/// What one pass over a text gave.
#[derive(Default)]
pub(super) struct Pass {
    /// Roots of the documents, in order.
    pub documents: Vec<Node>,
    /// The first syntax error; reading went on with the next document.
    pub failure: Option<Failure>,
    /// Things that were left out although the syntax is right.
    pub left_out: Vec<(Range<usize>, String)>,
}

/// Parses `text`, all documents. `original` has the same length; where they differ, `original` has the true text.
pub(super) fn pass(text: &str, original: &str) -> Pass {
    let options = options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: 100,
        block_nesting_limit: 100,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder { text, original, ..Builder::default() };
    let mut errors = 0;
    loop {
        match parser.next_event() {
            Some(Ok((event, span))) => builder.take(event, &span),
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
                builder.out.failure.get_or_insert((at, error.kind().to_string()));
                builder.abandon();
                errors += 1;
                if errors > ERRORS_MAX || !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
            None => break,
        }
    }
    builder.abandon();
    builder.out
}

/// An open list or mapping.
struct Open {
    seq: bool,
    start: usize,
    end: usize,
    anchor: usize,
    tag: Option<Arc<str>>,
    /// Children; keys and values in turn for a mapping.
    children: Vec<Node>,
}

#[derive(Default)]
struct Builder<'a> {
    text: &'a str,
    original: &'a str,
    open: Vec<Open>,
    /// Anchored nodes with their sizes.
    anchors: BTreeMap<usize, (Arc<Node>, usize)>,
    expanded: usize,
    out: Pass,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: &Span) {
        let range = self.range(span);
        match event {
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::DocumentEnd => self.abandon(),
            Event::Scalar(text, style, anchor, tag) => {
                let node = Node { kind: self.scalar(&text, style, &range), span: range, tag: written(tag) };
                self.anchored(anchor, &node);
                self.push(node);
            }
            Event::SequenceStart(_, anchor, tag) => self.start(true, range, anchor, tag),
            Event::MappingStart(_, anchor, tag) => self.start(false, range, anchor, tag),
            Event::SequenceEnd | Event::MappingEnd => self.close(range.end),
            Event::Alias(id) => self.alias(id, range),
            Event::UnresolvedAlias(name) => {
                self.out.left_out.push((range.clone(), format!("alias \"{name}\" has no anchor before it")));
                self.push(null(range));
            }
            _ => {}
        }
    }

    fn range(&self, span: &Span) -> Range<usize> {
        let range = span.byte_range().unwrap_or(0..0);
        // Blanked text has more character boundaries than the original, which is what callers slice.
        let end = self.original.floor_char_boundary(range.end);
        self.original.floor_char_boundary(range.start.min(end))..end
    }

    /// Repaired text is read from the original, which has other characters at the same offsets.
    fn scalar(&self, text: &str, style: ScalarStyle, range: &Range<usize>) -> Kind {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        };
        let (now, before) = (self.text.get(range.clone()), self.original.get(range.clone()));
        let text = match before {
            Some(before) if style == Style::Plain && now != Some(before) => before,
            _ => text,
        };
        Kind::Scalar { text: text.into(), style }
    }

    fn start(&mut self, seq: bool, range: Range<usize>, anchor: usize, tag: Option<Cow<'_, Tag>>) {
        let (start, end) = (range.start, range.start);
        self.open.push(Open { seq, start, end, anchor, tag: written(tag), children: Vec::new() });
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        // A block's end is where the parser saw that it had ended: at the next token. Its last child is nearer the truth.
        let end = match open.children.last() {
            Some(last) if !self.text[..end].ends_with(['}', ']']) => last.span.end,
            _ => end.max(open.end),
        };
        let span = open.start..end.max(open.start);
        let kind = if open.seq { Kind::Seq(open.children) } else { Kind::Map(self.entries(open.children)) };
        let node = Node { kind, span, tag: open.tag };
        self.anchored(open.anchor, &node);
        self.push(node);
    }

    fn push(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None if node.is_null() => {}
            None => self.out.documents.push(node),
        }
    }

    fn anchored(&mut self, anchor: usize, node: &Node) {
        if anchor == 0 || self.expanded > EXPANSION_MAX {
            return;
        }
        let size = node.size();
        if self.afford(size, &node.span) {
            self.anchors.insert(anchor, (Arc::new(node.clone()), size));
        }
    }

    fn alias(&mut self, id: usize, range: Range<usize>) {
        let node = match self.anchors.get(&id).cloned() {
            Some((node, size)) if self.afford(size, &range) => (*node).clone(),
            _ => null(range),
        };
        self.push(node);
    }

    /// Counts a copy of this many nodes; false, with one note a file, when the file has grown too much.
    fn afford(&mut self, size: usize, range: &Range<usize>) -> bool {
        let before = self.expanded;
        self.expanded = self.expanded.saturating_add(size);
        if self.expanded > EXPANSION_MAX && before <= EXPANSION_MAX {
            let message = format!("aliases grow beyond {EXPANSION_MAX} values; the rest is left out");
            self.out.left_out.push((range.clone(), message));
        }
        self.expanded <= EXPANSION_MAX
    }

    /// Pairs keys with values, merges `<<`, and keeps the last of equal keys.
    fn entries(&mut self, children: Vec<Node>) -> Vec<Entry> {
        let mut own: Vec<Entry> = Vec::with_capacity(children.len() / 2);
        let mut merged: Vec<Entry> = Vec::new();
        let mut children = children.into_iter();
        while let Some(key) = children.next() {
            let value = children.next().unwrap_or_else(|| null(key.span.end..key.span.end));
            if is_merge(&key) { merged.extend(mergeable(value)) } else { own.push(Entry { key, value }) }
        }
        let mut seen = BTreeSet::new();
        own.reverse();
        own.retain(|e| seen.insert(key_of(e)));
        own.reverse();
        own.extend(merged.into_iter().filter(|e| seen.insert(key_of(e))));
        own
    }

    /// Closes whatever an error or the end left open.
    fn abandon(&mut self) {
        while let Some(open) = self.open.last() {
            let end = open.children.last().map_or(open.start, |c| c.span.end);
            self.close(end);
        }
    }
}

fn null(span: Range<usize>) -> Node {
    Node { kind: Kind::Scalar { text: "".into(), style: Style::Plain }, span, tag: None }
}

fn is_merge(key: &Node) -> bool {
    matches!(&key.kind, Kind::Scalar { text, style: Style::Plain } if &**text == "<<")
}

fn mergeable(value: Node) -> Vec<Entry> {
    match value.kind {
        Kind::Map(entries) => entries,
        Kind::Seq(items) => items.into_iter().flat_map(mergeable).collect(),
        Kind::Scalar { .. } => vec![],
    }
}

/// What makes two keys equal; keys that are no scalars differ by place.
fn key_of(entry: &Entry) -> (Arc<str>, usize) {
    match &entry.key.kind {
        Kind::Scalar { text, .. } => (text.clone(), 0),
        _ => ("".into(), entry.key.span.start + 1),
    }
}

fn written(tag: Option<Cow<'_, Tag>>) -> Option<Arc<str>> {
    tag.map(|tag| tag.original().into())
}
