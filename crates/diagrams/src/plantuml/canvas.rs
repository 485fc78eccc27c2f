//! The drawing being put together, whatever diagram it is read from.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use undrawn_model::{
    ComponentKind, DrawnBox, DrawnGroup, DrawnLine, LineEnds, LineIndex, Location, Note, SourceFile,
};

use super::statements::Statement;
use super::text;

/// Groups nested deeper than this count as part of the group around them.
const NESTING_MAX: usize = 64;

/// Turns bytes into locations.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub file: &'a SourceFile,
    pub index: &'a LineIndex,
}

impl Place<'_> {
    pub fn of(&self, range: &Range<usize>) -> Location {
        self.index.location(&self.file.path, &self.file.text, range.clone())
    }
}

/// What writing back asks of the text.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Id -> how a line refers to it.
    pub names: BTreeMap<String, String>,
    /// Id -> first byte after its declaration.
    pub declared: BTreeMap<String, usize>,
    /// Lines between ends, in order.
    pub lines: Vec<WrittenLine>,
    /// Every group was closed, and nothing was closed twice.
    pub balanced: bool,
    /// It uses C4 macros.
    pub c4: bool,
}

/// A line as written.
#[derive(Debug)]
pub(super) struct WrittenLine {
    /// The whole statement.
    pub range: Range<usize>,
    /// The arrow, or the macro's name.
    pub arrow: String,
    /// In no group and under no condition.
    pub top: bool,
    /// Dashed, as [`DrawnLine::dashed`].
    pub dashed: bool,
    /// A head at the right end only.
    pub forward: bool,
}

/// An element to be drawn.
pub(super) struct Element<'a> {
    pub id: &'a str,
    /// With markup.
    pub label: &'a str,
    pub kind: Option<ComponentKind>,
    pub external: bool,
    /// With markup.
    pub details: Vec<String>,
    /// How a line refers to it.
    pub written: &'a str,
}

/// A line to be drawn.
pub(super) struct Stroke<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub label: &'a str,
    pub dashed: bool,
    pub ends: LineEnds,
    pub reply: bool,
    pub arrow: &'a str,
    /// Written from left to right.
    pub forward: bool,
}

/// Everything read.
pub(super) struct Done {
    pub boxes: Vec<DrawnBox>,
    pub groups: Vec<DrawnGroup>,
    pub lines: Vec<DrawnLine>,
    pub notes: Vec<Note>,
    pub written: Written,
}

struct Entry {
    drawn: DrawnBox,
    declared: bool,
    dropped: bool,
}

pub(super) struct Canvas<'a> {
    place: Place<'a>,
    boxes: Vec<Entry>,
    box_at: BTreeMap<String, usize>,
    groups: Vec<(DrawnGroup, Standin)>,
    group_at: BTreeMap<String, usize>,
    /// Open groups; `None` for blocks that are no group of their own.
    open: Vec<Option<usize>>,
    /// Blocks open beyond [`NESTING_MAX`].
    deeper: usize,
    lines: Vec<DrawnLine>,
    written: Written,
    remarks: BTreeSet<String>,
    /// Calls of foreign macros: alias -> (label, statement, group).
    candidates: BTreeMap<String, (String, Range<usize>, Option<String>)>,
    missed: Vec<Range<usize>>,
    notes: Vec<Note>,
    sequence: bool,
    unbalanced: bool,
}

/// What a group needs to become a box when nothing stands in it.
#[derive(Default)]
struct Standin {
    kind: Option<ComponentKind>,
    external: bool,
    details: Vec<String>,
}

impl<'a> Canvas<'a> {
    pub fn new(place: Place<'a>, sequence: bool) -> Self {
        Canvas {
            place,
            boxes: vec![],
            box_at: BTreeMap::new(),
            groups: vec![],
            group_at: BTreeMap::new(),
            open: vec![],
            deeper: 0,
            lines: vec![],
            written: Written::default(),
            remarks: BTreeSet::new(),
            candidates: BTreeMap::new(),
            missed: vec![],
            notes: vec![],
            sequence,
            unbalanced: false,
        }
    }

    fn group(&self) -> Option<String> {
        self.open.iter().rev().flatten().next().and_then(|i| self.groups.get(*i)).map(|(g, _)| g.id.clone())
    }

    /// Draws a box, or completes one that a line named before.
    pub fn declare(&mut self, element: Element<'_>, statement: &Statement) {
        if element.id.is_empty() || self.group_at.contains_key(element.id) {
            return;
        }
        let lines = text::lines(element.label);
        let label = lines.first().cloned().unwrap_or_else(|| text::plain(element.id));
        let label = if label.is_empty() { element.id.to_string() } else { label };
        let mut details: Vec<String> = lines.into_iter().skip(1).collect();
        details.extend(element.details.iter().map(|d| text::plain(d)).filter(|d| !d.is_empty()));
        self.written.names.insert(element.id.to_string(), element.written.to_string());
        let end = self.written.declared.entry(element.id.to_string()).or_insert(0);
        *end = (*end).max(statement.range.end);
        let drawn = DrawnBox {
            id: element.id.to_string(),
            label,
            details,
            kind: element.kind,
            external: element.external,
            group: self.group(),
            location: self.place.of(&statement.range),
        };
        match self.box_at.get(element.id) {
            Some(at) => {
                if let Some(entry) = self.boxes.get_mut(*at).filter(|e| !e.declared) {
                    *entry = Entry { drawn, declared: true, dropped: false };
                }
            }
            None => {
                self.box_at.insert(drawn.id.clone(), self.boxes.len());
                self.boxes.push(Entry { drawn, declared: true, dropped: false });
            }
        }
    }

    /// Opens a group; members follow until [`Canvas::close`].
    pub fn open(&mut self, element: Element<'_>, statement: &Statement) {
        if element.id.is_empty() || self.open.len() >= NESTING_MAX {
            return self.open_plain();
        }
        let mut id = element.id.to_string();
        if let Some(at) = self.box_at.get(&id) {
            match self.boxes.get_mut(*at) {
                Some(entry) if !entry.declared => entry.dropped = true,
                _ => id = format!("{id} (group)"),
            }
        }
        if let Some(at) = self.group_at.get(&id) {
            self.open.push(Some(*at));
            return;
        }
        let label = text::lines(element.label).into_iter().next().unwrap_or_default();
        let group = DrawnGroup {
            label: if label.is_empty() { id.clone() } else { label },
            parent: self.group(),
            location: self.place.of(&statement.range),
            id: id.clone(),
        };
        let details = element.details.iter().map(|d| text::plain(d)).filter(|d| !d.is_empty()).collect();
        self.written.names.insert(id.clone(), element.written.to_string());
        self.written.declared.insert(id.clone(), statement.range.end);
        self.group_at.insert(id, self.groups.len());
        self.open.push(Some(self.groups.len()));
        self.groups.push((group, Standin { kind: element.kind, external: element.external, details }));
    }

    /// Opens a block that is no group.
    pub fn open_plain(&mut self) {
        match self.open.len() < NESTING_MAX {
            true => self.open.push(None),
            false => self.deeper += 1,
        }
    }

    /// Makes the box declared last a group: its brace stood on a line of its own.
    pub fn open_last(&mut self) {
        let last = self.boxes.last().filter(|e| e.declared && !e.dropped).map(|e| e.drawn.clone());
        let Some(last) = last.filter(|_| self.open.len() < NESTING_MAX) else { return self.open_plain() };
        self.boxes.pop();
        self.box_at.remove(&last.id);
        self.group_at.insert(last.id.clone(), self.groups.len());
        self.open.push(Some(self.groups.len()));
        let element = Standin { kind: last.kind, external: last.external, details: last.details };
        let group =
            DrawnGroup { id: last.id, label: last.label, parent: last.group, location: last.location };
        self.groups.push((group, element));
    }

    /// Closes the innermost block.
    pub fn close(&mut self) {
        match self.deeper {
            0 => self.unbalanced |= self.open.pop().is_none(),
            _ => self.deeper -= 1,
        }
    }

    /// A name that stands for a note: lines to it are no dependencies.
    pub fn remark(&mut self, name: &str) {
        self.remarks.insert(name.to_string());
    }

    /// A macro of a library that was not read: if a line names its first argument, it draws a box.
    pub fn candidate(&mut self, alias: &str, label: &str, statement: &Statement) {
        let group = self.group();
        self.candidates.entry(alias.to_string()).or_insert((
            label.to_string(),
            statement.range.clone(),
            group,
        ));
    }

    /// Makes sure that an end of a line exists.
    fn reach(&mut self, element: Element<'_>, statement: &Statement) {
        if self.group_at.contains_key(element.id) || self.box_at.contains_key(element.id) {
            return;
        }
        let id = element.id.to_string();
        match self.candidates.get(&id).cloned() {
            Some((label, range, group)) => {
                let text = String::new();
                let at = Statement { text, range, guarded: false, expands: false };
                self.declare(Element { label: &label, ..element }, &at);
                if let Some(entry) = self.box_at.get(&id).and_then(|at| self.boxes.get_mut(*at)) {
                    entry.drawn.group = group;
                }
            }
            None => {
                self.declare(element, statement);
                if let Some(entry) = self.box_at.get(&id).and_then(|at| self.boxes.get_mut(*at)) {
                    entry.declared = false;
                }
            }
        }
    }

    /// Draws a line; its ends are drawn if they were not.
    pub fn line(&mut self, from: Element<'_>, to: Element<'_>, stroke: Stroke<'_>, statement: &Statement) {
        if self.remarks.contains(stroke.from) || self.remarks.contains(stroke.to) {
            return;
        }
        self.reach(from, statement);
        self.reach(to, statement);
        let label = text::plain(stroke.label);
        self.lines.push(DrawnLine {
            from: stroke.from.to_string(),
            to: stroke.to.to_string(),
            label: Some(label).filter(|l| !l.is_empty()),
            dashed: stroke.dashed,
            ends: stroke.ends,
            reply: stroke.reply,
            location: self.place.of(&statement.range),
        });
        let top = self.open.is_empty() && !statement.guarded;
        let forward = stroke.forward && stroke.ends == LineEnds::Forward && !stroke.reply;
        self.written.lines.push(WrittenLine {
            range: statement.range.clone(),
            arrow: stroke.arrow.to_string(),
            top,
            dashed: stroke.dashed,
            forward,
        });
    }

    /// A statement that was not understood.
    pub fn missed(&mut self, statement: &Statement) {
        self.missed.push(statement.range.clone());
    }

    /// Something worth telling.
    pub fn undecided(&mut self, statement: &Statement, message: String) {
        self.notes.push(Note::undecided(self.place.of(&statement.range), message));
    }

    /// C4 macros are used.
    pub fn uses_c4(&mut self) {
        self.written.c4 = true;
    }

    pub fn finish(mut self) -> Done {
        self.empty_groups_become_boxes();
        self.note_missed();
        self.written.balanced = self.open.is_empty() && self.deeper == 0 && !self.unbalanced;
        let boxes = self.boxes.into_iter().filter(|e| !e.dropped).map(|e| e.drawn).collect();
        let groups = self.groups.into_iter().map(|(g, _)| g).collect();
        Done { boxes, groups, lines: self.lines, notes: self.notes, written: self.written }
    }

    fn empty_groups_become_boxes(&mut self) {
        if self.sequence {
            return;
        }
        let mut used: BTreeSet<String> =
            self.boxes.iter().filter(|e| !e.dropped).filter_map(|e| e.drawn.group.clone()).collect();
        // A group stands after its parent: from the last to the first, members are known before their group.
        let mut kept = Vec::with_capacity(self.groups.len());
        for (group, element) in std::mem::take(&mut self.groups).into_iter().rev() {
            if used.contains(&group.id) {
                used.extend(group.parent.clone());
                kept.push((group, element));
                continue;
            }
            used.extend(group.parent.clone());
            let drawn = DrawnBox {
                id: group.id,
                label: group.label,
                details: element.details,
                kind: element.kind,
                external: element.external,
                group: group.parent,
                location: group.location,
            };
            self.boxes.push(Entry { drawn, declared: true, dropped: false });
        }
        kept.reverse();
        self.groups = kept;
        self.boxes.sort_by(|a, b| {
            let key = |e: &Entry| (e.drawn.location.line, e.drawn.location.column);
            key(a).cmp(&key(b))
        });
    }

    fn note_missed(&mut self) {
        let Some(first) = self.missed.first() else { return };
        let message = match self.missed.len() {
            1 => "this line of a PlantUML diagram was not understood".to_string(),
            n => format!("{n} lines of this PlantUML diagram were not understood; this is the first"),
        };
        self.notes.push(Note::unread(self.place.of(first), message));
    }
}

impl Canvas<'_> {
    /// True when something of this id is drawn.
    pub fn knows(&self, id: &str) -> bool {
        self.box_at.contains_key(id) || self.group_at.contains_key(id)
    }

    /// Draws a participant that nobody declared.
    pub fn appear(&mut self, element: Element<'_>, statement: &Statement) {
        self.reach(element, statement);
    }
}
