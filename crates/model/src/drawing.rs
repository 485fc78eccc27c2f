//! What a diagram claims, whatever format it is written in.

use crate::{ComponentKind, Location};
use serde::{Deserialize, Serialize};

/// One diagram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    /// Unique in the analysis: `README.md#1` (the first diagram of the file).
    pub id: String,
    /// The format's own name: `mermaid`, `plantuml`, `structurizr`.
    pub format: String,
    /// What sort of diagram it is.
    pub form: DrawingForm,
    /// Its title, or the heading it stands under.
    pub title: Option<String>,
    /// Where it begins and ends.
    pub location: Location,
    /// Boxes, in order of first appearance.
    pub boxes: Vec<DrawnBox>,
    /// Groups (subgraphs, boundaries, packages).
    pub groups: Vec<DrawnGroup>,
    /// Lines, in order.
    pub lines: Vec<DrawnLine>,
    /// Lines left out on purpose, written in the drawing's comments: (from, to, reason, until) by label or id.
    pub ignores: Vec<DrawnIgnore>,
}

/// `%% undrawn: ignore[rule] a -> b: reason, until 2027-01-01`, as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnIgnore {
    /// The rule, if one is named.
    pub rule: Option<String>,
    /// Dependent: box id or component name.
    pub from: String,
    /// Dependency.
    pub to: String,
    /// Why.
    pub reason: String,
    /// Last valid day, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// Where.
    pub location: Location,
}

/// What sort of diagram it is. Only forms that show components and connections are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DrawingForm {
    /// Boxes and arrows: may be an architecture or a process; the graph decides by what the boxes match.
    Flowchart,
    /// C4, deployment, component, architecture: meant as structure.
    Architecture,
    /// Messages over time between participants.
    Sequence,
    /// Something else (class, state, gantt ...): noted and left alone.
    Other,
}

/// One box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnBox {
    /// The format's identifier.
    pub id: String,
    /// What the reader sees, with markup and line breaks turned into spaces; the id when there is no label.
    pub label: String,
    /// Further lines of the label, technology and description texts.
    pub details: Vec<String>,
    /// Kind, when the shape or macro says it (cylinder, person, queue).
    pub kind: Option<ComponentKind>,
    /// True when the drawing marks it as somebody else's.
    pub external: bool,
    /// Id of the group it stands in.
    pub group: Option<String>,
    /// Where it is declared.
    pub location: Location,
}

/// One group of boxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnGroup {
    /// The format's identifier.
    pub id: String,
    /// What the reader sees.
    pub label: String,
    /// Id of the group around it.
    pub parent: Option<String>,
    /// Where it is declared.
    pub location: Location,
}

/// Which ends of a line carry arrow heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineEnds {
    /// `from --> to`.
    Forward,
    /// `a <--> b`.
    Both,
    /// `a --- b`.
    Neither,
}

/// One line between boxes or groups. Written backwards (`a <-- b`) it is already turned round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnLine {
    /// Box or group id at the tail.
    pub from: String,
    /// Box or group id at the head.
    pub to: String,
    /// Text on the line.
    pub label: Option<String>,
    /// Drawn dotted or dashed.
    pub dashed: bool,
    /// Arrow heads.
    pub ends: LineEnds,
    /// True for a reply or return message of a sequence diagram: no dependency of its own.
    pub reply: bool,
    /// Where.
    pub location: Location,
}

impl Drawing {
    /// The box with this id.
    pub fn box_of(&self, id: &str) -> Option<&DrawnBox> {
        self.boxes.iter().find(|b| b.id == id)
    }

    /// The group with this id.
    pub fn group_of(&self, id: &str) -> Option<&DrawnGroup> {
        self.groups.iter().find(|g| g.id == id)
    }
}
