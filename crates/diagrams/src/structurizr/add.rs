//! Adds one relationship to a Structurizr text, and before it an element for an end that is new.

use super::rows::rows;
use super::sketch::Sketch;
use super::workspace::{Element, Sort, Workspace};
use crate::{Addition, Edit, End, Refusal};
use std::ops::Range;
use undrawn_model::{ComponentKind, Drawing, SourceFile};

/// Edits that add a line to a drawing; a refusal when the text cannot be changed without touching more.
pub(crate) fn add(text: &str, drawing: &Drawing, addition: &Addition) -> Result<Vec<Edit>, Refusal> {
    let before = SourceFile { path: drawing.location.file.clone(), text: text.into() };
    let number = drawing.id.rsplit('#').next().and_then(|n| n.parse::<usize>().ok());
    let body = super::bodies(&before).into_iter().find(|(n, _, _)| Some(*n) == number);
    let (_, body, _) =
        body.ok_or_else(|| refusal("the text is not the one that the drawing was read from"))?;
    let workspace = Workspace::read(None, &before, body.clone());
    if !workspace.balanced {
        return Err(refusal("the braces of the workspace are not balanced"));
    }
    let edits = Pen { text, body, workspace: &workspace, drawing }.edits(addition)?;
    let after = SourceFile { path: before.path.clone(), text: crate::apply(text, &edits).into() };
    verify(&before, &after, &drawing.id, addition)?;
    Ok(edits)
}

fn refusal(why: &str) -> Refusal {
    Refusal(why.to_string())
}

/// Reads the new text: everything as before, and exactly one line more.
fn verify(before: &SourceFile, after: &SourceFile, id: &str, addition: &Addition) -> Result<(), Refusal> {
    let (old, new) = (super::read(before).0, super::read(after).0);
    let same = old.len() == new.len()
        && old.iter().zip(&new).all(|(old, new)| {
            let here = usize::from(old.id == id);
            new.lines.len() == old.lines.len() + here
                && new.groups.len() == old.groups.len()
                && crate::kept::boxes(old, new)
        });
    let fits = |drawing: &Drawing, id: &str, end: &End| match end {
        End::Drawn(drawn) => id == drawn,
        End::New { label, .. } => drawing.box_of(id).is_some_and(|b| &b.label == label),
    };
    let drawing = new.iter().find(|d| d.id == id);
    let right = drawing.is_some_and(|d| {
        d.lines.iter().any(|l| fits(d, &l.from, &addition.from) && fits(d, &l.to, &addition.to))
    });
    if same && right {
        Ok(())
    } else {
        Err(refusal("the workspace would not read the same with the new relationship"))
    }
}

struct Pen<'a> {
    text: &'a str,
    body: Range<usize>,
    workspace: &'a Workspace,
    drawing: &'a Drawing,
}

/// An end, ready to be written.
struct Name {
    written: String,
    element: Option<usize>,
    insert: Option<Insert>,
    /// First byte after which it may be named.
    from: usize,
}

/// A row to put in before the line that begins at `at`.
struct Insert {
    at: usize,
    row: String,
}

impl Pen<'_> {
    fn edits(&self, addition: &Addition) -> Result<Vec<Edit>, Refusal> {
        let close =
            self.workspace.model_close.ok_or_else(|| refusal("the model block is not in this file"))?;
        let mut taken = Vec::new();
        let from = self.name(&addition.from, &addition.to, close, &mut taken)?;
        let to = self.name(&addition.to, &addition.from, close, &mut taken)?;
        if let (Some(a), Some(b)) = (from.element, to.element)
            && (self.holds(a, b) || self.holds(b, a))
        {
            return Err(refusal("an element cannot have a relationship with its own parent"));
        }
        self.refuse_twice(&from, &to, addition)?;
        let (at, indent) = self.place(from.from.max(to.from), close);
        let label = addition.label.as_deref().map(clean).filter(|l| !l.is_empty());
        let mut row = format!("{indent}{} -> {}", from.written, to.written);
        match (label, addition.dashed && self.dashed_tag()) {
            (label, true) => row.push_str(&format!(" \"{}\" \"\" \"Async\"", label.unwrap_or_default())),
            (Some(label), false) => row.push_str(&format!(" \"{label}\"")),
            (None, false) => {}
        }
        let relation = Insert { at, row };
        let mut edits: Vec<Edit> = Vec::new();
        for insert in [from.insert, to.insert, Some(relation)].into_iter().flatten() {
            let end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
            let text = format!("{}{end}", insert.row);
            match edits.iter_mut().find(|e| e.range.start == insert.at) {
                Some(edit) => edit.text.push_str(&text),
                None => edits.push(Edit { range: insert.at..insert.at, text }),
            }
        }
        edits.sort_by_key(|e| e.range.start);
        Ok(edits)
    }

    /// True when relationships of this workspace are already told apart by an asynchronous tag.
    fn dashed_tag(&self) -> bool {
        self.workspace.relations.iter().any(|r| r.tags.iter().any(|t| t == "Async"))
    }

    fn holds(&self, outer: usize, inner: usize) -> bool {
        let mut at = Some(inner);
        for _ in 0..16 {
            let Some(element) = at.and_then(|i| self.workspace.elements.get(i)) else { return false };
            if at == Some(outer) {
                return true;
            }
            at = element.parent;
        }
        false
    }

    /// The language refuses a second relationship with the same ends and description.
    fn refuse_twice(&self, from: &Name, to: &Name, addition: &Addition) -> Result<(), Refusal> {
        let label = addition.label.as_deref().map(clean).unwrap_or_default();
        let twice = self.workspace.relations.iter().any(|r| {
            let end = |word: &str| self.workspace.find(word, r.scope);
            from.element.is_some()
                && end(&r.from) == from.element
                && end(&r.to) == to.element
                && r.label == label
        });
        if twice { Err(refusal("the relationship is already in the workspace")) } else { Ok(()) }
    }

    /// Where to write a relationship: after the last one of the model block if both ends are known there, else before
    /// the block closes. Gives the first byte of a line and the indentation.
    fn place(&self, known: usize, close: usize) -> (usize, String) {
        let last = self.workspace.relations.iter().rev().filter(|r| r.top).find_map(|r| r.range.clone());
        if let Some(range) = last.clone().filter(|r| r.start >= known) {
            // A relationship with a block of its own ends where the block does: then the model's end is meant.
            let row_end = self.text[range.end..].find('\n').map_or(self.text.len(), |i| range.end + i + 1);
            if !self.text[range.clone()].trim_end().ends_with('{')
                && row_end <= close
                && self.text[..row_end].ends_with('\n')
            {
                return (row_end, self.indent(range.start));
            }
        }
        let model = self.workspace.model_open.unwrap_or(self.body.start);
        let sibling = last.map(|r| r.start).or_else(|| self.first_row(model));
        let indent =
            sibling.map(|at| self.indent(at)).unwrap_or_else(|| format!("{}    ", self.indent(close)));
        (self.line_start(close), indent)
    }

    /// First byte of the first row after `from`.
    fn first_row(&self, from: usize) -> Option<usize> {
        rows(self.text, from..self.body.end).rows.into_iter().find(|r| !r.closes).map(|r| r.range.start)
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |i| i + 1)
    }

    fn indent(&self, at: usize) -> String {
        let lead = &self.text[self.line_start(at)..at];
        if lead.chars().all(|c| c == ' ' || c == '\t') { lead.to_string() } else { String::new() }
    }

    fn name(&self, end: &End, other: &End, close: usize, taken: &mut Vec<String>) -> Result<Name, Refusal> {
        match end {
            End::Drawn(id) => self.drawn(id),
            End::New { label, kind } => self.new_element(label, *kind, other, close, taken),
        }
    }

    fn drawn(&self, id: &str) -> Result<Name, Refusal> {
        let sketch = Sketch::new(self.workspace);
        let Some(at) = sketch.element(id) else {
            let elsewhere = self.workspace.partial && is_identifier(id);
            let known = self.drawing.box_of(id).is_some() || self.drawing.group_of(id).is_some();
            return match elsewhere && known && !id.starts_with("group ") {
                true => Ok(Name {
                    written: id.to_string(),
                    element: None,
                    insert: None,
                    from: self.last_include(),
                }),
                false => Err(Refusal(format!("\"{id}\" is no element of the workspace"))),
            };
        };
        let element = self.workspace.elements.get(at).filter(|e| !e.path.is_empty());
        let element = element.ok_or_else(|| Refusal(format!("\"{id}\" has no identifier to name it by")))?;
        let from = element.close.or(element.range.as_ref().map(|r| r.end)).unwrap_or(0);
        Ok(Name { written: element.path.clone(), element: Some(at), insert: None, from })
    }

    /// After the last include, what it declares is known.
    fn last_include(&self) -> usize {
        let includes = rows(self.text, self.body.clone()).rows.into_iter();
        let is = |w: &super::rows::Word| w.text.eq_ignore_ascii_case("!include");
        includes.filter(|r| r.words.first().is_some_and(is)).map(|r| r.range.end).max().unwrap_or(0)
    }

    /// A new element: a container beside the other end, or a system or person of the model.
    fn new_element(
        &self,
        label: &str,
        kind: ComponentKind,
        other: &End,
        close: usize,
        taken: &mut Vec<String>,
    ) -> Result<Name, Refusal> {
        if label.trim().is_empty() || label.contains(['\n', '\r', '"', '\\', '$']) || clean(label) != label {
            return Err(refusal("the name of the new element cannot be written"));
        }
        let id = self.free(label, taken);
        let inside = match kind {
            ComponentKind::User | ComponentKind::External => None,
            _ => self.system_beside(other),
        };
        let word = match (kind, inside) {
            (ComponentKind::User, _) => "person",
            (_, Some(_)) => "container",
            (_, None) => "softwareSystem",
        };
        let tag = self.tag(kind);
        let tags = match (tag, word) {
            (Some(tag), "container") => format!(" \"\" \"\" \"{tag}\""),
            (Some(tag), _) => format!(" \"\" \"{tag}\""),
            (None, _) => String::new(),
        };
        let row = format!("{id} = {word} \"{label}\"{tags}");
        let (at, indent, written) =
            match inside.and_then(|at| Some((at, self.workspace.elements.get(at)?.close?))) {
                Some((at, end)) => {
                    let path = self.workspace.elements.get(at).map(|e| e.path.clone()).unwrap_or_default();
                    let hierarchical = self.workspace.hierarchical && !path.is_empty();
                    let written = if hierarchical { format!("{path}.{id}") } else { id };
                    (self.line_start(end), self.member_indent(at, end), written)
                }
                None => {
                    let place = self.place(close, close);
                    (place.0, place.1, id)
                }
            };
        // Known from the row after it, which may be the one before which it is put.
        Ok(Name {
            written,
            element: None,
            insert: Some(Insert { at, row: format!("{indent}{row}") }),
            from: at,
        })
    }

    fn member_indent(&self, at: usize, close: usize) -> String {
        let member = |e: &&Element| e.parent == Some(at) && e.range.is_some();
        let sibling =
            self.workspace.elements.iter().filter(member).find_map(|e| e.range.as_ref().map(|r| r.start));
        sibling.map(|s| self.indent(s)).unwrap_or_else(|| format!("{}    ", self.indent(close)))
    }

    /// The system that a new container belongs to: that of the other end, or the only one that has containers.
    fn system_beside(&self, other: &End) -> Option<usize> {
        let elements = &self.workspace.elements;
        let system_of =
            |at: usize| elements.get(at).filter(|e| e.sort == Sort::Container).and_then(|e| e.parent);
        let beside = match other {
            End::Drawn(id) => Sketch::new(self.workspace).element(id).and_then(system_of),
            End::New { .. } => None,
        };
        let mut all: Vec<usize> =
            elements.iter().filter(|e| e.sort == Sort::Container).filter_map(|e| e.parent).collect();
        all.dedup();
        let only = if all.len() == 1 { all.first().copied() } else { None };
        beside.or(only).filter(|at| elements.get(*at).is_some_and(|e| e.close.is_some()))
    }

    /// The tag that elements of this kind carry in the workspace.
    fn tag(&self, kind: ComponentKind) -> Option<String> {
        let words: &[&str] = match kind {
            ComponentKind::Database | ComponentKind::Cache => &["database", "db", "datastore"],
            ComponentKind::Broker | ComponentKind::Topic => {
                &["queue", "topic", "message bus", "message broker"]
            }
            ComponentKind::External => &["external", "external system", "existing system"],
            _ => return None,
        };
        let all = self.workspace.elements.iter().flat_map(|e| e.tags.iter());
        all.into_iter().find(|t| words.contains(&t.to_lowercase().as_str())).cloned()
    }

    fn free(&self, label: &str, taken: &mut Vec<String>) -> String {
        let base = super::render::identifier(label);
        let body = &self.text[self.body.clone()];
        let used = |name: &str, taken: &[String]| {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            taken.iter().any(|t| t == name) || body.split(|c| !word(c)).any(|w| w.eq_ignore_ascii_case(name))
        };
        let (mut name, mut n) = (base.clone(), 2);
        while used(&name, taken) {
            name = format!("{base}_{n}");
            n += 1;
        }
        taken.push(name.clone());
        name
    }
}

fn is_identifier(id: &str) -> bool {
    !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// A text on one line that can stand in quotes.
fn clean(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").replace(['"', '\\'], "'")
}
