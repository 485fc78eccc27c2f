//! Mermaid, read without loss of what matters and written back by adding lines only.
//!
//! Flowcharts, sequence diagrams, C4 and architecture diagrams are read; the other types are recognised and left alone.
//! The grammars are those of <https://github.com/mermaid-js/mermaid> (`flow.jison`, `sequenceDiagram.jison`,
//! `c4Diagram.jison`, `architecture.langium`), read more leniently.

mod add;
mod architecture;
mod c4;
mod cursor;
mod flow;
mod render;
mod sequence;
mod sheet;
mod source;
mod text;

use crate::{Format, ignore, markdown};
use sheet::Sheet;
use source::{Page, Source};
use undrawn_model::{Drawing, DrawingForm, DrawnIgnore, Note, SourceFile};

/// Mermaid in Markdown and in files of its own.
pub const FORMAT: Format = Format {
    name: "mermaid",
    wants,
    read,
    read_tree: None,
    add: Some(add::add),
    render: Some(render::render),
};

fn wants(path: &str) -> bool {
    markdown::is_markdown(path) || is_own_file(path)
}

fn is_own_file(path: &str) -> bool {
    markdown::extension(path)
        .is_some_and(|e| e.eq_ignore_ascii_case("mmd") || e.eq_ignore_ascii_case("mermaid"))
}

fn read(file: &SourceFile) -> (Vec<Drawing>, Vec<Note>) {
    let fenced = || file.text.contains("ermaid") || file.text.contains("ERMAID");
    if !is_own_file(&file.path) && !fenced() {
        return (vec![], vec![]);
    }
    let page = Page::new(&file.path, &file.text);
    let (mut drawings, mut notes) = (vec![], vec![]);
    for source in source::sources(&page) {
        let mut parsed = parse(&source);
        drawings.push(drawing(&source, &mut parsed, &mut notes));
        notes.append(&mut parsed.sheet.notes);
    }
    (drawings, notes)
}

/// A diagram's type and content.
struct Parsed<'a> {
    kind: Kind,
    sheet: Sheet<'a>,
    sides: architecture::Sides,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Flow,
    Sequence,
    /// C4, with the first word's level: `Context`, `Container`.
    C4 {
        context: bool,
    },
    Architecture,
    Other,
}

/// First words of diagrams that show no components: <https://mermaid.js.org/intro/syntax-reference.html>
const OTHERS: &[&str] = &[
    "block",
    "block-beta",
    "classdiagram",
    "classdiagram-v2",
    "erdiagram",
    "eventmodeling",
    "gantt",
    "gitgraph",
    "info",
    "ishikawa",
    "ishikawa-beta",
    "journey",
    "kanban",
    "mindmap",
    "packet",
    "packet-beta",
    "pie",
    "quadrantchart",
    "radar",
    "radar-beta",
    "requirement",
    "requirementdiagram",
    "sankey",
    "sankey-beta",
    "statediagram",
    "statediagram-v2",
    "timeline",
    "treemap",
    "treemap-beta",
    "treeview",
    "treeview-beta",
    "usecase",
    "venn",
    "venn-beta",
    "wardley",
    "wardley-beta",
    "xychart",
    "xychart-beta",
    "zenuml",
];

fn parse<'a>(source: &'a Source<'a>) -> Parsed<'a> {
    let (word, at) = source.header();
    let lower = word.to_ascii_lowercase();
    let mut sides = architecture::Sides::default();
    let (kind, sheet) = match lower.as_str() {
        "flowchart" | "graph" | "flowchart-elk" => (Kind::Flow, flow::read(source, at)),
        "sequencediagram" => (Kind::Sequence, sequence::read(source, at)),
        "c4context" | "c4container" | "c4component" | "c4dynamic" | "c4deployment" => {
            (Kind::C4 { context: lower == "c4context" }, c4::read(source, at))
        }
        "architecture" | "architecture-beta" => {
            let (sheet, found) = architecture::read(source, at);
            sides = found;
            (Kind::Architecture, sheet)
        }
        other => {
            let mut sheet = Sheet::new(source);
            if !other.is_empty() && !OTHERS.contains(&other) {
                let shown: String = word.chars().take(40).collect();
                sheet.unread(
                    at - word.len()..at,
                    format!("`{shown}` begins no Mermaid diagram that is known"),
                );
            }
            (Kind::Other, sheet)
        }
    };
    Parsed { kind, sheet, sides }
}

fn drawing(source: &Source<'_>, parsed: &mut Parsed<'_>, notes: &mut Vec<Note>) -> Drawing {
    let sheet = &mut parsed.sheet;
    let form = match parsed.kind {
        Kind::Flow => DrawingForm::Flowchart,
        Kind::Sequence => DrawingForm::Sequence,
        Kind::C4 { .. } | Kind::Architecture => DrawingForm::Architecture,
        Kind::Other => DrawingForm::Other,
    };
    let title = sheet.title.take().filter(|t| !t.is_empty());
    Drawing {
        id: format!("{}#{}", source.page.file, source.number),
        format: FORMAT.name.to_string(),
        form,
        title: title.or_else(|| source.title.clone()).or_else(|| source.heading.clone()),
        location: source.page.location(source.whole.clone()),
        boxes: std::mem::take(&mut sheet.boxes),
        groups: std::mem::take(&mut sheet.groups),
        lines: std::mem::take(&mut sheet.lines),
        ignores: ignores(source, notes),
    }
}

fn ignores(source: &Source<'_>, notes: &mut Vec<Note>) -> Vec<DrawnIgnore> {
    let mut out = vec![];
    for (offset, comment) in &source.comments {
        let location = source.location(*offset..*offset + "%% ".len() + comment.len());
        match ignore::parse(comment, location.clone()) {
            Some(Ok(ignore)) => out.push(ignore),
            Some(Err(why)) => {
                notes.push(Note::unread(location, format!("this ignore comment is not understood: {why}")))
            }
            None => {}
        }
    }
    out
}
