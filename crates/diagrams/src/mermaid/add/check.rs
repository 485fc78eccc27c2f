//! Reads the edited text and compares: what was drawn is still drawn, one line is new, nothing else.

use super::{Plan, refusal};
use crate::mermaid::source::Page;
use crate::mermaid::{FORMAT, text};
use crate::{Addition, Edit, End, Refusal, apply};
use undrawn_model::{Drawing, DrawnBox, DrawnLine, LineEnds, Note, SourceFile};

/// Refuses an edit whose result does not read as the old drawings and one line more.
pub(super) fn check(
    page: &Page<'_>,
    edits: &[Edit],
    number: usize,
    addition: &Addition,
    plan: &Plan,
) -> Result<(), Refusal> {
    let edited = apply(page.text, edits);
    let read = |text: &str| (FORMAT.read)(&SourceFile { path: page.file.clone(), text: text.into() });
    let ((old, old_notes), (new, new_notes)) = (read(page.text), read(&edited));
    if old.len() != new.len() || messages(&old_notes) != messages(&new_notes) {
        return Err(refusal("the diagram would not be read as before"));
    }
    let id = format!("{}#{number}", page.file);
    for (old, new) in old.iter().zip(&new) {
        let same = if old.id == id { grown(old, new, addition, plan) } else { unchanged(old, new) };
        same.then_some(()).ok_or_else(|| refusal("other parts of the diagram would change"))?;
    }
    Ok(())
}

fn messages(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|n| n.message.as_str()).collect()
}

fn unchanged(old: &Drawing, new: &Drawing) -> bool {
    same_frame(old, new)
        && old.boxes.len() == new.boxes.len()
        && old.lines.len() == new.lines.len()
        && old.boxes.iter().zip(&new.boxes).all(|(a, b)| box_of(a) == box_of(b))
        && old.lines.iter().zip(&new.lines).all(|(a, b)| line_of(a) == line_of(b))
}

fn same_frame(old: &Drawing, new: &Drawing) -> bool {
    let groups = |d: &Drawing| -> Vec<_> {
        d.groups.iter().map(|g| (g.id.clone(), g.label.clone(), g.parent.clone())).collect()
    };
    let ignores =
        |d: &Drawing| -> Vec<_> { d.ignores.iter().map(|i| (i.from.clone(), i.to.clone())).collect() };
    (&old.id, old.form, &old.title) == (&new.id, new.form, &new.title)
        && groups(old) == groups(new)
        && ignores(old) == ignores(new)
}

fn grown(old: &Drawing, new: &Drawing, addition: &Addition, plan: &Plan) -> bool {
    let ends = [&addition.from, &addition.to];
    let fresh: Vec<&String> =
        ends.iter().zip(&plan.ends).filter(|(e, _)| matches!(e, End::New { .. })).map(|(_, id)| id).collect();
    let mut kept: Vec<_> = new.boxes.iter().filter(|b| !fresh.contains(&&b.id)).map(box_of).collect();
    let mut before: Vec<_> = old.boxes.iter().map(box_of).collect();
    kept.sort_unstable();
    before.sort_unstable();
    same_frame(old, new)
        && kept == before
        && new.boxes.len() == old.boxes.len() + fresh.len()
        && one_more(old, new, plan)
        && ends.iter().zip(&plan.ends).all(|(end, id)| shows(new, end, id))
}

/// True when a new box reads as what was asked for, as far as the format can write it.
fn shows(new: &Drawing, end: &End, id: &str) -> bool {
    let End::New { label, .. } = end else { return true };
    let letters = |s: &str| -> String { s.chars().filter(|c| c.is_ascii_alphanumeric()).collect() };
    let drawn = new.box_of(id);
    drawn.is_some_and(|b| {
        b.group.is_none() && (b.label == text::one_line(label) || letters(&b.label).contains(&letters(label)))
    })
}

/// True when the new lines are the old ones in their order and exactly one more, which is the one asked for.
fn one_more(old: &Drawing, new: &Drawing, plan: &Plan) -> bool {
    if new.lines.len() != old.lines.len() + 1 {
        return false;
    }
    let at = old.lines.iter().zip(&new.lines).take_while(|(a, b)| line_of(a) == line_of(b)).count();
    let tail =
        old.lines.iter().skip(at).zip(new.lines.iter().skip(at + 1)).all(|(a, b)| line_of(a) == line_of(b));
    // Equal lines side by side: which of them is the new one does not matter.
    let wanted = |l: &DrawnLine| {
        [&l.from, &l.to] == [&plan.ends[0], &plan.ends[1]] && l.ends == LineEnds::Forward && !l.reply
    };
    let here = new.lines.get(at).is_some_and(wanted);
    tail && (here || at.checked_sub(1).and_then(|i| new.lines.get(i)).is_some_and(wanted))
}

type BoxParts<'a> = (&'a str, &'a str, &'a [String], Option<&'static str>, bool, Option<&'a str>);

fn box_of(b: &DrawnBox) -> BoxParts<'_> {
    (&b.id, &b.label, &b.details, b.kind.map(|k| k.as_str()), b.external, b.group.as_deref())
}

fn line_of(l: &DrawnLine) -> (&str, &str, Option<&str>, bool, LineEnds, bool) {
    (&l.from, &l.to, l.label.as_deref(), l.dashed, l.ends, l.reply)
}
