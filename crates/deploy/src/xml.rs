//! XML as far as build and logging files need it: elements, attributes and texts with their places.
//!
//! Tolerant on purpose: half a file gives half a tree and a note. Document types are skipped, so no entity of a file's own
//! is ever expanded; namespaces prefixes are dropped. Deeper nesting than [`DEPTH_MAX`] is left out.

use std::ops::Range;
use undrawn_model::{LineIndex, Location, Note, SourceFile};

/// Elements nested deeper are left out.
const DEPTH_MAX: usize = 200;

/// One parsed file.
#[derive(Debug, Clone)]
pub(crate) struct Xml {
    file: SourceFile,
    index: LineIndex,
    /// The first one is a root without name that holds the document's elements.
    elements: Vec<Data>,
    /// What could not be read.
    pub(crate) notes: Vec<Note>,
}

#[derive(Debug, Clone, Default)]
struct Data {
    name: String,
    children: Vec<usize>,
    attributes: Vec<Attribute>,
    text: String,
    text_span: Option<Range<usize>>,
    span: Range<usize>,
}

/// One attribute.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    /// Name without prefix.
    pub(crate) name: String,
    /// Value, entities replaced.
    pub(crate) value: String,
    span: Range<usize>,
}

/// An element of a parsed file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    xml: &'a Xml,
    id: usize,
}

/// A text with its place.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    /// The text, trimmed.
    pub(crate) text: String,
    /// Where it is written.
    pub(crate) location: Location,
}

/// Parses a file. Never fails: see [`Xml::notes`].
pub(crate) fn parse(file: &SourceFile) -> Xml {
    let mut parser =
        Parser { text: &file.text, at: 0, elements: vec![Data::default()], open: vec![0], lost: vec![] };
    parser.run();
    let Parser { elements, lost, .. } = parser;
    let index = LineIndex::new(&file.text);
    let notes = lost
        .into_iter()
        .map(|(span, message)| Note::unread(index.location(&file.path, &file.text, span), message))
        .collect();
    Xml { file: file.clone(), index, elements, notes }
}

impl Xml {
    /// The first element of the document.
    pub(crate) fn root(&self) -> Option<Element<'_>> {
        let document = Element { xml: self, id: 0 };
        document.children().next()
    }

    fn place(&self, span: Range<usize>) -> Location {
        self.index.location(&self.file.path, &self.file.text, span)
    }
}

impl<'a> Element<'a> {
    fn data(self) -> &'a Data {
        &self.xml.elements[self.id]
    }

    /// Name without prefix.
    pub(crate) fn name(self) -> &'a str {
        &self.data().name
    }

    /// Child elements in order.
    pub(crate) fn children(self) -> impl Iterator<Item = Element<'a>> {
        self.data().children.iter().map(move |id| Element { xml: self.xml, id: *id })
    }

    /// Child elements of this name.
    pub(crate) fn all(self, name: &'static str) -> impl Iterator<Item = Element<'a>> {
        self.children().filter(move |c| c.name() == name)
    }

    /// The first child element of this name.
    pub(crate) fn child(self, name: &str) -> Option<Element<'a>> {
        self.children().find(|c| c.name() == name)
    }

    /// The element below a chain of names.
    pub(crate) fn at(self, names: &[&str]) -> Option<Element<'a>> {
        names.iter().try_fold(self, |element, name| element.child(name))
    }

    /// Its own text, trimmed.
    pub(crate) fn text(self) -> &'a str {
        self.data().text.trim()
    }

    /// Its own text with its place (the start tag when there is no text).
    pub(crate) fn value(self) -> Value {
        let span = self.data().text_span.clone().unwrap_or(self.data().span.clone());
        Value { text: self.text().to_string(), location: self.xml.place(span) }
    }

    /// Text of a child that has some.
    pub(crate) fn value_of(self, name: &str) -> Option<Value> {
        self.child(name).map(Element::value).filter(|v| !v.text.is_empty())
    }

    /// The value of an attribute.
    pub(crate) fn attribute(self, name: &str) -> Option<&'a str> {
        self.data().attributes.iter().find(|a| a.name == name).map(|a| a.value.as_str())
    }

    /// All attributes in order.
    pub(crate) fn attributes(self) -> &'a [Attribute] {
        &self.data().attributes
    }

    /// An attribute with its place.
    pub(crate) fn attribute_value(self, attribute: &Attribute) -> Value {
        Value { text: attribute.value.trim().to_string(), location: self.xml.place(attribute.span.clone()) }
    }

    /// Where its start tag is.
    pub(crate) fn location(self) -> Location {
        self.xml.place(self.data().span.clone())
    }

    /// It and everything below it, in order.
    pub(crate) fn descendants(self) -> Vec<Element<'a>> {
        let (mut out, mut todo) = (vec![], vec![self]);
        while let Some(element) = todo.pop() {
            out.push(element);
            let mut children: Vec<_> = element.children().collect();
            children.reverse();
            todo.extend(children);
        }
        out
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    elements: Vec<Data>,
    open: Vec<usize>,
    lost: Vec<(Range<usize>, String)>,
}

impl Parser<'_> {
    fn run(&mut self) {
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            if rest.starts_with("<!--") {
                self.skip_to("-->", "comment");
            } else if rest.starts_with("<![CDATA[") {
                self.cdata();
            } else if rest.starts_with("<?") {
                self.skip_to("?>", "processing instruction");
            } else if rest.starts_with("<!") {
                self.doctype();
            } else if rest.starts_with("</") {
                self.end_tag();
            } else if rest.starts_with('<') && rest[1..].starts_with(is_name_start) {
                self.start_tag();
            } else {
                let first = rest.chars().next().map_or(1, char::len_utf8);
                let len = rest[first..].find('<').map_or(rest.len(), |i| i + first);
                self.add_text(self.at..self.at + len, true);
                self.at += len;
            }
        }
        if self.open.len() > 1 {
            let names =
                self.open.iter().skip(1).filter_map(|id| self.elements.get(*id)).map(|e| e.name.as_str());
            let message = format!("the file ends inside <{}>", names.collect::<Vec<_>>().join("><"));
            self.lost.push((self.text.len()..self.text.len(), message));
        }
    }

    fn skip_to(&mut self, end: &str, what: &str) {
        match self.text[self.at..].find(end) {
            Some(i) => self.at += i + end.len(),
            None => {
                self.lost.push((self.at..self.text.len(), format!("{what} never ends")));
                self.at = self.text.len();
            }
        }
    }

    fn cdata(&mut self) {
        let start = self.at + "<![CDATA[".len();
        self.skip_to("]]>", "CDATA section");
        let end = self.text[..self.at].strip_suffix("]]>").map_or(self.at, str::len).max(start);
        self.add_text(start..end, false);
    }

    /// `<!DOCTYPE ... [ ... ]>`: to the `>` outside brackets.
    fn doctype(&mut self) {
        let mut brackets = 0usize;
        for (i, b) in self.text.bytes().enumerate().skip(self.at) {
            match b {
                b'[' => brackets += 1,
                b']' => brackets = brackets.saturating_sub(1),
                b'>' if brackets == 0 => {
                    self.at = i + 1;
                    return;
                }
                _ => {}
            }
        }
        self.lost.push((self.at..self.text.len(), "document type never ends".into()));
        self.at = self.text.len();
    }

    fn add_text(&mut self, span: Range<usize>, entities: bool) {
        let raw = &self.text[span.clone()];
        let trimmed = raw.trim();
        let Some(data) = self.open.last().and_then(|id| self.elements.get_mut(*id)) else { return };
        if trimmed.is_empty() && data.text.is_empty() {
            return;
        }
        if entities {
            push_decoded(&mut data.text, raw)
        } else {
            data.text.push_str(raw)
        }
        if !trimmed.is_empty() {
            let start = span.start + (raw.len() - raw.trim_start().len());
            let end = start + trimmed.len();
            let first = data.text_span.as_ref().map_or(start, |s| s.start);
            data.text_span = Some(first..end);
        }
    }

    fn name(&mut self) -> String {
        let rest = &self.text[self.at..];
        let len = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        self.at += len;
        let name = &rest[..len];
        name.rsplit(':').next().unwrap_or(name).to_string()
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn start_tag(&mut self) {
        let start = self.at;
        self.at += 1;
        let name = self.name();
        let (attributes, empty) = self.tag_rest();
        if self.open.len() > DEPTH_MAX {
            if self.open.len() == DEPTH_MAX + 1 {
                self.lost.push((start..self.at, format!("nested deeper than {DEPTH_MAX} elements")));
            }
            if !empty {
                self.open.push(usize::MAX);
            }
            return;
        }
        let id = self.elements.len();
        self.elements.push(Data { name, attributes, span: start..self.at, ..Data::default() });
        if let Some(parent) = self.open.last().and_then(|p| self.elements.get_mut(*p)) {
            parent.children.push(id);
        }
        if !empty {
            self.open.push(id);
        }
    }

    /// Attributes up to the tag's end, and whether it ends with `/>`.
    fn tag_rest(&mut self) -> (Vec<Attribute>, bool) {
        let mut attributes = Vec::new();
        loop {
            self.skip_space();
            let rest = &self.text[self.at..];
            if rest.starts_with("/>") {
                self.at += 2;
                return (attributes, true);
            } else if rest.starts_with('>') {
                self.at += 1;
                return (attributes, false);
            } else if rest.is_empty() || rest.starts_with('<') {
                self.lost.push((self.at..self.at, "a tag never ends".into()));
                return (attributes, false);
            } else if rest.starts_with(is_name_start) {
                attributes.push(self.attribute());
            } else {
                self.at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
    }

    fn attribute(&mut self) -> Attribute {
        let start = self.at;
        let name = self.name();
        self.skip_space();
        if !self.text[self.at..].starts_with('=') {
            return Attribute { name, value: String::new(), span: start..self.at };
        }
        self.at += 1;
        self.skip_space();
        let rest = &self.text[self.at..];
        let (open, len) = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => (1, rest[1..].find(quote).unwrap_or(rest.len() - 1)),
            _ => (0, rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(rest.len())),
        };
        let span = self.at + open..self.at + open + len;
        let mut value = String::new();
        push_decoded(&mut value, &self.text[span.clone()]);
        self.at = (span.end + open).min(self.text.len());
        Attribute { name, value, span }
    }

    fn end_tag(&mut self) {
        let start = self.at;
        self.at += 2;
        let name = self.name();
        let rest = &self.text[self.at..];
        self.at += rest.find(['>', '<']).map_or(rest.len(), |i| i + usize::from(rest[i..].starts_with('>')));
        if self.open.last() == Some(&usize::MAX) {
            self.open.pop();
            return;
        }
        let found = self.open.iter().rposition(|id| self.elements.get(*id).is_some_and(|e| e.name == name));
        match found {
            Some(depth) if depth > 0 => {
                if depth + 1 < self.open.len() {
                    self.lost
                        .push((start..self.at, format!("</{name}> closes elements that are still open")));
                }
                self.open.truncate(depth);
            }
            _ => self.lost.push((start..self.at, format!("</{name}> closes nothing"))),
        }
    }
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == ':'
}

fn is_name(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit() || matches!(c, '-' | '.')
}

/// Appends `raw` with the predefined and numeric entities replaced; others stay as they are.
fn push_decoded(out: &mut String, raw: &str) {
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|b| b == b';');
        match end.and_then(|end| entity(rest.get(1..end)?).map(|c| (c, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
