//! PlantUML: component, deployment and C4 diagrams as architecture, sequence diagrams as messages; everything else
//! (class, state, activity, gantt, mind map, wireframe ...) is recognised and left alone.
//!
//! A file is cut into blocks (`@startuml ... @enduml`, or the body of a Markdown fence), a block into statements, and
//! each statement is understood on its own, so one that is not understood costs only itself.
//! Language: <https://plantuml.com/component-diagram>, <https://plantuml.com/deployment-diagram>,
//! <https://plantuml.com/sequence-diagram>, <https://github.com/plantuml-stdlib/C4-PlantUML>.

mod add;
mod arrow;
mod blocks;
mod c4;
mod canvas;
mod component;
mod element;
mod form;
mod render;
mod sequence;
mod statements;
mod text;

use crate::markdown::{extension, is_markdown};
use canvas::Canvas;
use undrawn_model::{Drawing, DrawingForm, LineIndex, Note, SourceFile};

pub(crate) use add::add;
pub(crate) use render::render;

/// True for PlantUML files and for Markdown.
pub(crate) fn wants(path: &str) -> bool {
    is_plantuml(path) || is_markdown(path)
}

fn is_plantuml(path: &str) -> bool {
    let ours = ["puml", "plantuml", "pu", "iuml", "wsd"];
    extension(path).is_some_and(|e| ours.iter().any(|o| e.eq_ignore_ascii_case(o)))
}

/// Reads every diagram of a file.
pub(crate) fn read(file: &SourceFile) -> (Vec<Drawing>, Vec<Note>) {
    let sheets = sheets(file);
    let mut notes = Vec::new();
    let mut drawings = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        notes.extend(sheet.notes);
        drawings.push(sheet.drawing);
    }
    (drawings, notes)
}

/// A drawing with what writing back needs to know of its text.
struct Sheet {
    drawing: Drawing,
    notes: Vec<Note>,
    /// Bytes of the block's content.
    body: std::ops::Range<usize>,
    statements: Vec<statements::Statement>,
    canvas: canvas::Written,
}

fn sheets(file: &SourceFile) -> Vec<Sheet> {
    let index = LineIndex::new(&file.text);
    let blocks = blocks::blocks(&file.path, &file.text);
    blocks.into_iter().map(|(number, block)| sheet(file, &index, block, &number)).collect()
}

fn sheet(file: &SourceFile, index: &LineIndex, block: blocks::Block, number: &str) -> Sheet {
    let split = statements::split(&file.text, block.body.clone());
    let form = form::form(&block, &split.statements);
    let place = canvas::Place { file, index };
    let mut canvas = Canvas::new(place, form == DrawingForm::Sequence);
    let title = split.title.or(block.title).map(|t| text::plain(&t)).filter(|t| !t.is_empty());
    match form {
        DrawingForm::Sequence => sequence::read(&split.statements, &mut canvas),
        DrawingForm::Architecture => component::read(&split.statements, &mut canvas),
        _ => {}
    }
    let location = index.location(&file.path, &file.text, block.whole.clone());
    let (mut ignores, mut wrong) = (vec![], vec![]);
    for (text, range) in &split.comments {
        let location = index.location(&file.path, &file.text, range.clone());
        match crate::ignore::parse(text, location.clone()) {
            Some(Ok(ignore)) => ignores.push(ignore),
            Some(Err(why)) => {
                wrong.push(Note::undecided(location, format!("this `undrawn:` comment has no effect: {why}")))
            }
            None => {}
        }
    }
    let done = canvas.finish();
    let mut notes = done.notes;
    notes.append(&mut wrong);
    if form != DrawingForm::Other && split.cut {
        notes.push(Note::unread(location.clone(), "a comment of this PlantUML diagram is never closed"));
    }
    let drawing = Drawing {
        id: format!("{}#{number}", file.path),
        format: "plantuml".into(),
        form,
        title,
        location,
        boxes: done.boxes,
        groups: done.groups,
        lines: done.lines,
        ignores,
    };
    Sheet { drawing, notes, body: block.body, statements: split.statements, canvas: done.written }
}
