//! Structurizr DSL: one workspace is one drawing of structure. Boxes are people, containers and systems without
//! containers; systems with containers and named groups are groups.
//!
//! Language: <https://docs.structurizr.com/dsl/language>. Relationships of components are lifted to their containers,
//! as the language's implied relationships are; deployment environments, views, documentation and scripts are passed
//! over.

mod add;
mod render;
mod rows;
mod sketch;
mod workspace;

use crate::markdown::{extension, fences, is_markdown};
use std::ops::Range;
use undrawn_model::{Drawing, Note, SourceFile, SourceTree};
use workspace::Workspace;

pub(crate) use add::add;
pub(crate) use render::render;

/// True for DSL files and for Markdown.
pub(crate) fn wants(path: &str) -> bool {
    is_dsl(path) || is_markdown(path)
}

fn is_dsl(path: &str) -> bool {
    extension(path).is_some_and(|e| e.eq_ignore_ascii_case("dsl") || e.eq_ignore_ascii_case("c4"))
}

/// Reads every workspace of one file; what it includes is not known.
pub(crate) fn read(file: &SourceFile) -> (Vec<Drawing>, Vec<Note>) {
    read_all(None, file)
}

/// Reads every workspace of one file, with the files of the tree that it includes.
pub(crate) fn read_tree(tree: &SourceTree, file: &SourceFile) -> (Vec<Drawing>, Vec<Note>) {
    read_all(Some(tree), file)
}

fn read_all(tree: Option<&SourceTree>, file: &SourceFile) -> (Vec<Drawing>, Vec<Note>) {
    let (mut drawings, mut notes) = (vec![], vec![]);
    for (number, body, heading) in bodies(file) {
        let workspace = Workspace::read(tree, file, body.clone());
        let (drawing, more) = sketch::drawing(&workspace, file, &body, number, heading);
        drawings.push(drawing);
        notes.extend(more);
    }
    (drawings, notes)
}

/// Number, bytes and heading of every workspace.
fn bodies(file: &SourceFile) -> Vec<(usize, Range<usize>, Option<String>)> {
    let text = &file.text;
    if !is_markdown(&file.path) {
        let own = is_dsl(&file.path) && begins_workspace(text);
        return if own { vec![(1, 0..text.len(), None)] } else { vec![] };
    }
    let mut out = Vec::new();
    for fence in fences(text).into_iter().filter(|f| f.language == "structurizr") {
        let (Some(first), Some(last)) = (fence.rows.first(), fence.rows.last()) else { continue };
        let start = text[..first.start].rfind('\n').map_or(0, |i| i + 1);
        let end = text[last.end..].find('\n').map_or(text.len(), |i| last.end + i + 1);
        if begins_workspace(&text[start..end]) {
            out.push((fence.number, start..end, fence.heading));
        }
    }
    out
}

/// True when a `workspace` statement stands in the text, before any other that is no instruction.
fn begins_workspace(text: &str) -> bool {
    let read = rows::rows(text, 0..text.len().min(text.len()));
    let mut plain = read.rows.iter().filter_map(|r| r.words.first()).filter(|w| !w.text.starts_with('!'));
    plain.next().is_some_and(|w| w.text.eq_ignore_ascii_case("workspace"))
}
