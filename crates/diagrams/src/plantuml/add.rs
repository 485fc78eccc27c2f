//! Adds one line to a PlantUML text: a message or relation in the manner of those that are there, and before it a
//! declaration for an end that is new.

use super::element::is_bare;
use super::{Sheet, sheets};
use crate::{Addition, Edit, End, Refusal};
use std::collections::BTreeMap;
use undrawn_model::{ComponentKind, Drawing, DrawingForm, SourceFile};

/// Edits that add a line to a drawing; a refusal when the text cannot be changed without touching more.
pub(crate) fn add(text: &str, drawing: &Drawing, addition: &Addition) -> Result<Vec<Edit>, Refusal> {
    let before = file(drawing, text);
    let all = sheets(&before);
    let at = all
        .iter()
        .position(|s| s.drawing.location.line == drawing.location.line && s.drawing.id == drawing.id);
    let at = at.ok_or_else(|| refusal("the text is not the one that the drawing was read from"))?;
    let Some(sheet) = all.get(at) else { return Err(refusal("the drawing is gone")) };
    if sheet.drawing.form == DrawingForm::Other {
        return Err(refusal("the diagram shows no components"));
    }
    if !sheet.canvas.balanced && sheet.drawing.form == DrawingForm::Architecture {
        return Err(refusal("the braces of the diagram are not balanced"));
    }
    let edit = Pen { text, sheet }.edit(addition)?;
    let edits = vec![edit];
    verify(&all, at, &file(drawing, &crate::apply(text, &edits)), addition)?;
    Ok(edits)
}

fn refusal(why: &str) -> Refusal {
    Refusal(why.to_string())
}

fn file(drawing: &Drawing, text: &str) -> SourceFile {
    SourceFile { path: drawing.location.file.clone(), text: text.into() }
}

/// Reads the new text: everything as before, and exactly one line more.
fn verify(before: &[Sheet], at: usize, file: &SourceFile, addition: &Addition) -> Result<(), Refusal> {
    let after = sheets(file);
    let new_boxes = [&addition.from, &addition.to].iter().filter(|e| matches!(e, End::New { .. })).count();
    let same = before.len() == after.len()
        && before.iter().zip(&after).enumerate().all(|(n, (old, new))| {
            let (old, new) = (&old.drawing, &new.drawing);
            let (lines, boxes) = if n == at { (1, new_boxes) } else { (0, 0) };
            old.form == new.form
                && new.lines.len() == old.lines.len() + lines
                && new.boxes.len() == old.boxes.len() + boxes
                && new.groups.len() == old.groups.len()
                && crate::kept::boxes(old, new)
        });
    let right = after.get(at).is_some_and(|sheet| {
        let fits = |id: &str, end: &End| match end {
            End::Drawn(drawn) => id == drawn,
            End::New { label, .. } => sheet.drawing.box_of(id).is_some_and(|b| &b.label == label),
        };
        sheet
            .drawing
            .lines
            .iter()
            .any(|l| fits(&l.from, &addition.from) && fits(&l.to, &addition.to) && !l.reply)
    });
    if same && right { Ok(()) } else { Err(refusal("the diagram would not read the same with the new line")) }
}

struct Pen<'a> {
    text: &'a str,
    sheet: &'a Sheet,
}

/// An end, ready to be written.
struct Name {
    written: String,
    declaration: Option<String>,
    /// First byte after its declaration.
    declared: usize,
}

impl Pen<'_> {
    fn edit(&self, addition: &Addition) -> Result<Edit, Refusal> {
        let mut taken = Vec::new();
        let from = self.name(&addition.from, &mut taken)?;
        let to = self.name(&addition.to, &mut taken)?;
        let (at, indent, before) = self.place(from.declared.max(to.declared));
        let end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let relation = self.relation(&from.written, &to.written, addition);
        let rows: Vec<String> = [from.declaration, to.declaration, Some(relation)]
            .into_iter()
            .flatten()
            .map(|row| format!("{indent}{row}"))
            .collect();
        let rows = rows.join(end);
        let whole_line = before && (at == 0 || self.text[..at].ends_with('\n'));
        let text = if whole_line { format!("{rows}{end}") } else { format!("{end}{rows}") };
        Ok(Edit { range: at..at, text })
    }

    /// Where to write: after the last line at the top, if both ends are declared before it, else at the end. Gives
    /// the byte, the indentation, and whether the new text stands before a line's beginning.
    fn place(&self, declared: usize) -> (usize, String, bool) {
        let sequence = self.sheet.drawing.form == DrawingForm::Sequence;
        let last = self.sheet.canvas.lines.last().filter(|l| l.top && l.range.start >= declared && !sequence);
        if let Some(line) = last {
            return (line.range.end, self.indent(line.range.start), false);
        }
        let body = &self.sheet.body;
        let top = self.sheet.canvas.lines.iter().rev().find(|l| l.top).map(|l| l.range.start);
        let first = self.sheet.statements.iter().map(|s| s.range.start).find(|s| *s > body.start);
        let indent = top.or(first).map(|at| self.indent(at)).unwrap_or_default();
        (body.end, indent, true)
    }

    fn indent(&self, at: usize) -> String {
        let start = self.text[..at].rfind('\n').map_or(0, |i| i + 1);
        let lead = &self.text[start..at];
        if lead.chars().all(|c| c == ' ' || c == '\t') { lead.to_string() } else { String::new() }
    }

    fn name(&self, end: &End, taken: &mut Vec<String>) -> Result<Name, Refusal> {
        match end {
            End::Drawn(id) => {
                let written = &self.sheet.canvas;
                let name = written
                    .names
                    .get(id)
                    .ok_or_else(|| Refusal(format!("\"{id}\" is not in the diagram")))?;
                let name = if is_bare(id) && !name.starts_with('[') { id } else { name };
                if name.is_empty() || name.contains('\n') {
                    return Err(Refusal(format!("\"{id}\" cannot be named in a line")));
                }
                let declared = written.declared.get(id).copied().unwrap_or(0);
                Ok(Name { written: name.clone(), declaration: None, declared })
            }
            End::New { label, kind } => {
                if label.trim().is_empty() || label.contains(['\n', '\r', '"']) {
                    return Err(refusal("the name of the new box cannot be written"));
                }
                let id = self.free(label, taken);
                let declaration = Some(self.declaration(&id, label, *kind));
                Ok(Name { written: id, declaration, declared: 0 })
            }
        }
    }

    /// An identifier that nothing in the block is called by.
    fn free(&self, label: &str, taken: &mut Vec<String>) -> String {
        let id = super::render::identifier(label);
        let body = &self.text[self.sheet.body.clone()];
        let used = |name: &str, taken: &[String]| {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            taken.iter().any(|t| t == name) || body.split(|c| !word(c)).any(|w| w.eq_ignore_ascii_case(name))
        };
        let mut name = id.clone();
        let mut n = 2;
        while used(&name, taken) {
            name = format!("{id}_{n}");
            n += 1;
        }
        taken.push(name.clone());
        name
    }

    fn declaration(&self, id: &str, label: &str, kind: ComponentKind) -> String {
        if self.sheet.canvas.c4 {
            let containers = self.sheet.statements.iter().any(|s| s.text.trim().starts_with("Container"));
            let call = match (kind, containers) {
                (ComponentKind::User, _) => "Person",
                (ComponentKind::External, _) | (_, false) if kind == ComponentKind::External => "System_Ext",
                (ComponentKind::Database | ComponentKind::Cache, true) => "ContainerDb",
                (ComponentKind::Broker | ComponentKind::Topic, true) => "ContainerQueue",
                (ComponentKind::Database | ComponentKind::Cache, false) => "SystemDb",
                (ComponentKind::Broker | ComponentKind::Topic, false) => "SystemQueue",
                (_, true) => "Container",
                (_, false) => "System",
            };
            return format!("{call}({id}, \"{label}\")");
        }
        let keyword = match (kind, self.sheet.drawing.form) {
            (ComponentKind::User, _) => "actor",
            (ComponentKind::Database | ComponentKind::Cache, _) => "database",
            (ComponentKind::Broker | ComponentKind::Topic, _) => "queue",
            (_, DrawingForm::Sequence) => "participant",
            (ComponentKind::External, _) => "cloud",
            _ => self.favourite_keyword(),
        };
        if id == label { format!("{keyword} {id}") } else { format!("{keyword} \"{label}\" as {id}") }
    }

    /// The keyword that most boxes are declared with.
    fn favourite_keyword(&self) -> &'static str {
        let common = ["component", "rectangle", "node", "artifact", "agent", "card"];
        let count = |word: &str| {
            let starts = |s: &&super::statements::Statement| {
                let text = s.text.trim_start();
                text.starts_with(word) && !text.ends_with('{')
            };
            self.sheet.statements.iter().filter(starts).count()
        };
        common.iter().rev().copied().max_by_key(|w| count(w)).filter(|w| count(w) > 0).unwrap_or("component")
    }

    fn relation(&self, from: &str, to: &str, addition: &Addition) -> String {
        let label = addition.label.as_deref().map(clean).filter(|l| !l.is_empty());
        if self.sheet.canvas.c4 && self.sheet.canvas.lines.last().is_none_or(|l| l.arrow.contains("Rel")) {
            let label = label.unwrap_or_else(|| "uses".into()).replace('"', "'");
            return format!("Rel({from}, {to}, \"{label}\")");
        }
        let arrow = self.arrow(addition.dashed);
        match label {
            Some(label) => format!("{from} {arrow} {to} : {label}"),
            None => format!("{from} {arrow} {to}"),
        }
    }

    /// The arrow that most lines of this sort are drawn with; styles that belong to one line are not copied.
    fn arrow(&self, dashed: bool) -> String {
        let sequence = self.sheet.drawing.form == DrawingForm::Sequence;
        // In a sequence diagram a dashed arrow is an answer: not waiting has an open head.
        let (default, wanted) = match (sequence, dashed) {
            (true, true) => return "->>".into(),
            (true, false) => ("->", false),
            (false, true) => ("..>", true),
            (false, false) => ("-->", false),
        };
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        let same = self.sheet.canvas.lines.iter().filter(|l| l.dashed == wanted && l.forward);
        let plain =
            |arrow: &str| !arrow.contains(['[', '(', ')']) && arrow.ends_with('>') && !arrow.ends_with("|>");
        for line in same.filter(|l| plain(&l.arrow) && l.arrow.bytes().all(|b| b"-.=>".contains(&b))) {
            *count.entry(&line.arrow).or_default() += 1;
        }
        let best = count.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        best.map_or(default, |(arrow, _)| arrow).to_string()
    }
}

/// A label on one line.
fn clean(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}
