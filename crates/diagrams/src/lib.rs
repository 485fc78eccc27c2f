//! Diagrams: read as claims, written back as the smallest edit, rendered from the map.
//!
//! One file a format. A format is registered by one line in [`FORMATS`]. A reader never fails: what it does not
//! understand is a note, and everything else of the text is still read.

mod d2;
mod dot;
mod ignore;
mod kept;
mod likec4;
mod markdown;
mod mermaid;
mod picture;
mod plantuml;
mod structurizr;
mod svg;

use std::ops::Range;
use undrawn_model::{ComponentKind, Drawing, Evidence, Mode, Need, Note, SourceFile, SourceTree, Verdict};

/// Reads every diagram of one file of a tree.
pub type ReadTree = fn(tree: &SourceTree, file: &SourceFile) -> (Vec<Drawing>, Vec<Note>);
/// Makes the edits that add one line to a drawing of this text.
pub type Add = fn(text: &str, drawing: &Drawing, addition: &Addition) -> Result<Vec<Edit>, Refusal>;

/// One diagram format.
pub struct Format {
    /// Its own name: `mermaid`.
    pub name: &'static str,
    /// True when a file may hold a diagram of this format, by its path alone.
    pub wants: fn(path: &str) -> bool,
    /// Reads every diagram of a file. `Drawing::id` is `PATH#N` with N counted from 1 in that file.
    pub read: fn(file: &SourceFile) -> (Vec<Drawing>, Vec<Note>),
    /// The same, for formats whose files include others: used by [`read`] in the place of `read`.
    pub read_tree: Option<ReadTree>,
    /// Edits that add one line to a drawing of this format. `None` for formats that are only read.
    pub add: Option<Add>,
    /// A whole new text for a picture. `None` for formats that are not written.
    pub render: Option<fn(picture: &Picture) -> String>,
}

/// The formats. Add a line to add one.
pub static FORMATS: &[Format] = &[
    mermaid::FORMAT,
    Format {
        name: "plantuml",
        wants: plantuml::wants,
        read: plantuml::read,
        read_tree: None,
        add: Some(plantuml::add),
        render: Some(plantuml::render),
    },
    Format {
        name: "structurizr",
        wants: structurizr::wants,
        read: structurizr::read,
        read_tree: Some(structurizr::read_tree),
        add: Some(structurizr::add),
        render: Some(structurizr::render),
    },
    Format {
        name: "dot",
        wants: never,
        read: nothing,
        read_tree: None,
        add: None,
        render: Some(dot::render),
    },
    Format { name: "d2", wants: never, read: nothing, read_tree: None, add: None, render: Some(d2::render) },
    Format {
        name: "likec4",
        wants: never,
        read: nothing,
        read_tree: None,
        add: None,
        render: Some(likec4::render),
    },
    Format {
        name: "svg",
        wants: never,
        read: nothing,
        read_tree: None,
        add: None,
        render: Some(svg::render),
    },
];

/// For formats that are only written.
fn never(_: &str) -> bool {
    false
}

/// For formats that are only written.
fn nothing(_: &SourceFile) -> (Vec<Drawing>, Vec<Note>) {
    (vec![], vec![])
}

/// Replaces bytes of a text. Several edits of one text are given from the same original and do not overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Bytes to replace; empty to insert.
    pub range: Range<usize>,
    /// What to put there.
    pub text: String,
}

/// One line to add to a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// Dependent.
    pub from: End,
    /// Dependency.
    pub to: End,
    /// Text on the line.
    pub label: Option<String>,
    /// Draw it dashed (the caller does not wait), where the format can.
    pub dashed: bool,
}

/// One end of a line to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// A box or group that is already drawn, by its id.
    Drawn(String),
    /// A box to add.
    New {
        /// Its label; the format makes an id of it that is free in the drawing.
        label: String,
        /// Its kind, for the shape.
        kind: ComponentKind,
    },
}

/// Why an edit cannot be made; lower case, no full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

/// What is to be drawn, ready for any format. Order is the order of drawing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Picture {
    /// Title.
    pub title: String,
    /// Boxes.
    pub boxes: Vec<PictureBox>,
    /// Lines; ends are indices into `boxes`.
    pub lines: Vec<PictureLine>,
    /// What the picture leaves out and why, for the reader: `hidden: 12 telemetry dependencies`.
    pub hidden: Vec<String>,
}

/// One box of a [`Picture`].
#[derive(Debug, Clone, PartialEq)]
pub struct PictureBox {
    /// Name.
    pub label: String,
    /// Kind, for the shape.
    pub kind: ComponentKind,
    /// Second line: product or language.
    pub detail: Option<String>,
    /// Name of the group it stands in.
    pub group: Option<String>,
}

/// One line of a [`Picture`].
#[derive(Debug, Clone, PartialEq)]
pub struct PictureLine {
    /// Dependent.
    pub from: usize,
    /// Dependency.
    pub to: usize,
    /// Text.
    pub label: String,
    /// Undrawn lines are thick orange with a plus, unseen ones dashed grey with a question mark.
    pub verdict: Verdict,
    /// Hard is a filled arrow, soft a hollow one.
    pub need: Need,
    /// Asynchronous lines are dotted where the format can.
    pub mode: Mode,
}

/// True when some format may read the file.
pub fn wants(path: &str) -> bool {
    FORMATS.iter().any(|f| (f.wants)(path))
}

/// Reads every diagram of the tree, each as one piece of evidence about the system.
pub fn read(tree: &SourceTree) -> (Vec<Evidence>, Vec<Note>) {
    use undrawn_model::{Claim, Provenance, Subject};
    let (mut evidence, mut notes) = (Vec::new(), Vec::new());
    for file in tree.files() {
        for format in FORMATS.iter().filter(|f| (f.wants)(&file.path)) {
            let (drawings, more) = match format.read_tree {
                Some(read_tree) => read_tree(tree, file),
                None => (format.read)(file),
            };
            notes.extend(more);
            evidence.extend(drawings.into_iter().map(|drawing| {
                let detail = drawing.title.clone().unwrap_or_else(|| format!("{} diagram", format.name));
                let location = drawing.location.clone();
                Evidence::new(
                    Subject::System,
                    Claim::Drawing(Box::new(drawing)),
                    Provenance::Drawn,
                    location,
                    detail,
                )
            }));
        }
    }
    (evidence, notes)
}

/// Applies edits to the text they were made for.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|e| (e.range.start, e.range.end));
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        out.push_str(&text[at..edit.range.start]);
        out.push_str(&edit.text);
        at = edit.range.end;
    }
    out.push_str(&text[at..]);
    out
}
