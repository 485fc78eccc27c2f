//! A drawing while it is being read, and what a later edit needs to know of its text.

use super::source::Source;
use super::text;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use undrawn_model::{ComponentKind, DrawnBox, DrawnGroup, DrawnLine, LineEnds, Note};

/// More than this of boxes, lines or notes in one drawing is noted and left out.
const BOXES_MAX: usize = 10_000;
const LINES_MAX: usize = 20_000;
const NOTES_MAX: usize = 50;

/// A drawing being read.
pub(crate) struct Sheet<'a> {
    /// Its text.
    pub source: &'a Source<'a>,
    /// Title given inside the diagram.
    pub title: Option<String>,
    /// Boxes in order of first appearance.
    pub boxes: Vec<DrawnBox>,
    /// Groups in order.
    pub groups: Vec<DrawnGroup>,
    /// Lines in order.
    pub lines: Vec<DrawnLine>,
    /// What was not understood.
    pub notes: Vec<Note>,
    /// Statements in order, for edits.
    pub statements: Vec<Statement>,
    /// Participants that are created or destroyed on the way: no message may be put just anywhere.
    pub transient: HashSet<String>,
    /// True when styles refer to lines by number, so that no line may be put before another.
    pub numbered: bool,
    index: HashMap<String, usize>,
    group_ids: HashSet<String>,
    full: bool,
}

/// One statement that was read.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// Its bytes in the source's text.
    pub range: Range<usize>,
    /// Number of groups or blocks open after it.
    pub depth: usize,
    /// Lines it draws, as indices.
    pub lines: Range<usize>,
    /// The arrow it is written with.
    pub arrow: Option<Arrow>,
}

/// How an arrow is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrow {
    /// Its token: `-->`.
    pub token: String,
    /// True for `-- text -->`, false for `-->|text|` and for no text.
    pub inline_text: bool,
}

impl<'a> Sheet<'a> {
    /// An empty drawing.
    pub fn new(source: &'a Source<'a>) -> Self {
        Sheet {
            source,
            title: None,
            boxes: vec![],
            groups: vec![],
            lines: vec![],
            notes: vec![],
            statements: vec![],
            transient: HashSet::new(),
            numbered: false,
            index: HashMap::new(),
            group_ids: HashSet::new(),
            full: false,
        }
    }

    /// Notes something that could not be read.
    pub fn unread(&mut self, range: Range<usize>, message: impl Into<String>) {
        let location = self.source.location(range);
        match self.notes.len() {
            n if n < NOTES_MAX => self.notes.push(Note::unread(location, message)),
            NOTES_MAX => {
                self.notes.push(Note::unread(location, "and more of this diagram was not understood"))
            }
            _ => {}
        }
    }

    /// The box of this id, made if it is new. `None` when the drawing is full.
    pub fn touch(&mut self, id: &str, range: Range<usize>) -> Option<&mut DrawnBox> {
        if let Some(i) = self.index.get(id) {
            return self.boxes.get_mut(*i);
        }
        if self.boxes.len() >= BOXES_MAX {
            self.say_full(range);
            return None;
        }
        self.index.insert(id.to_string(), self.boxes.len());
        self.boxes.push(DrawnBox {
            id: id.to_string(),
            label: text::one_line(id),
            details: vec![],
            kind: None,
            external: false,
            group: None,
            location: self.source.location(range),
        });
        self.boxes.last_mut()
    }

    /// True when a box of this id is known.
    pub fn has_box(&self, id: &str) -> bool {
        self.index.contains_key(id)
    }

    /// Gives a box its label: the first line, and the others as details.
    pub fn label(&mut self, id: &str, mut lines: Vec<String>, range: Range<usize>) {
        let location = self.source.location(range.clone());
        let Some(drawn) = self.touch(id, range) else { return };
        if !lines.is_empty() {
            drawn.label = lines.remove(0);
            drawn.details = lines;
        }
        drawn.location = location;
    }

    /// Gives a box its kind, if one is said.
    pub fn kind(&mut self, id: &str, kind: Option<ComponentKind>) {
        if let (Some(kind), Some(i)) = (kind, self.index.get(id))
            && let Some(drawn) = self.boxes.get_mut(*i)
        {
            drawn.kind = Some(kind);
        }
    }

    /// Adds a group; the first of two with one id counts.
    pub fn group(&mut self, id: &str, label: String, parent: Option<String>, range: Range<usize>) {
        if !self.group_ids.insert(id.to_string()) {
            return;
        }
        let label = if label.is_empty() { id.to_string() } else { label };
        let location = self.source.location(range);
        self.groups.push(DrawnGroup { id: id.to_string(), label, parent, location });
    }

    /// Adds a line.
    pub fn line(
        &mut self,
        from: &str,
        to: &str,
        label: Option<String>,
        dashed: bool,
        ends: LineEnds,
        range: Range<usize>,
    ) {
        if self.lines.len() >= LINES_MAX {
            return self.say_full(range);
        }
        let label = label.filter(|l| !l.is_empty());
        let (from, to) = (from.to_string(), to.to_string());
        let location = self.source.location(range);
        self.lines.push(DrawnLine { from, to, label, dashed, ends, reply: false, location });
    }

    /// Records a statement that ends here; its lines are those from `first_line` on.
    pub fn statement(&mut self, range: Range<usize>, depth: usize, first_line: usize, arrow: Option<Arrow>) {
        let lines = first_line.min(self.lines.len())..self.lines.len();
        self.statements.push(Statement { range, depth, lines, arrow });
    }

    /// Id of the group that a box stands in.
    pub fn group_of(&self, id: &str) -> Option<&str> {
        self.index.get(id).and_then(|i| self.boxes.get(*i))?.group.as_deref()
    }

    /// True when a group of this id is known.
    pub fn has_group(&self, id: &str) -> bool {
        self.group_ids.contains(id)
    }

    /// Makes boxes of undeclared ends of lines, drops boxes that turned out to be groups, and marks what stands in a
    /// group named as somebody else's.
    pub fn finish(&mut self) {
        let missing = |id: &String| !self.index.contains_key(id) && !self.group_ids.contains(id);
        let ends = self.lines.iter().flat_map(|l| [(&l.from, &l.location), (&l.to, &l.location)]);
        let ends: Vec<_> =
            ends.filter(|(id, _)| missing(id)).map(|(id, at)| (id.clone(), at.clone())).collect();
        for (id, location) in ends {
            if !self.has_box(&id)
                && let Some(drawn) = self.touch(&id, 0..0)
            {
                drawn.location = location;
            }
        }
        let groups = &self.group_ids;
        self.boxes.retain(|b| !groups.contains(&b.id));
        self.index.clear();
        let foreign: HashSet<&str> =
            self.groups.iter().filter(|g| names_foreigners(&g.label)).map(|g| g.id.as_str()).collect();
        for drawn in &mut self.boxes {
            drawn.external |= drawn.group.as_deref().is_some_and(|g| foreign.contains(g));
        }
    }

    fn say_full(&mut self, range: Range<usize>) {
        if !self.full {
            self.full = true;
            self.unread(
                range,
                format!("only the first {BOXES_MAX} boxes and {LINES_MAX} lines of a diagram are read"),
            );
        }
    }
}

/// True for `External services`, `Third-party APIs` and the like: a group that says it is not the system's own.
fn names_foreigners(label: &str) -> bool {
    let label = label.to_lowercase();
    let words: Vec<&str> = label.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let outside =
        matches!(words.as_slice(), ["external", ..] | ["third", "party", ..] | ["3rd", "party", ..]);
    let what =
        ["services", "service", "systems", "system", "apis", "api", "providers", "dependencies", "saas"];
    outside && words.last().is_some_and(|last| what.contains(last) || words.len() == 1)
}

/// True for a class or tag that marks a box as somebody else's: `external`, `thirdParty`.
pub(crate) fn marks_external(class: &str) -> bool {
    let class = class.to_lowercase().replace(['-', '_'], "");
    ["external", "ext", "thirdparty", "3rdparty", "externalsystem", "externalservice"]
        .contains(&class.as_str())
}
