//! A workspace turned into a drawing.

use super::workspace::{Element, Sort, Workspace};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use undrawn_model::{
    ComponentKind, Drawing, DrawingForm, DrawnBox, DrawnGroup, DrawnLine, LineEnds, LineIndex, Note,
    SourceFile,
};

/// The drawing of a workspace, and what could not be read of it.
pub(super) fn drawing(
    workspace: &Workspace,
    file: &SourceFile,
    body: &Range<usize>,
    number: usize,
    heading: Option<String>,
) -> (Drawing, Vec<Note>) {
    let index = LineIndex::new(&file.text);
    let span = workspace.span.clone().unwrap_or(body.clone());
    let sketch = Sketch::new(workspace);
    let mut notes = workspace.notes.clone();
    let mut drawing = Drawing {
        id: format!("{}#{number}", file.path),
        format: "structurizr".into(),
        form: DrawingForm::Architecture,
        title: workspace.title.clone().or(heading).filter(|t| !t.is_empty()),
        location: index.location(&file.path, &file.text, span),
        boxes: sketch.boxes(),
        groups: sketch.groups(),
        lines: vec![],
        ignores: vec![],
    };
    sketch.lines(&mut drawing, &mut notes);
    for (text, location) in &workspace.comments {
        match crate::ignore::parse(text, location.clone()) {
            Some(Ok(ignore)) => drawing.ignores.push(ignore),
            Some(Err(why)) => {
                let message = format!("this `undrawn:` comment has no effect: {why}");
                notes.push(Note::undecided(location.clone(), message));
            }
            None => {}
        }
    }
    (drawing, notes)
}

/// Names everything that is drawn.
pub(super) struct Sketch<'a> {
    workspace: &'a Workspace,
    /// Systems that have containers.
    filled: BTreeSet<usize>,
    /// Element -> id in the drawing.
    ids: BTreeMap<usize, String>,
    /// Group -> id in the drawing.
    group_ids: Vec<String>,
}

impl<'a> Sketch<'a> {
    pub fn new(workspace: &'a Workspace) -> Self {
        let elements = &workspace.elements;
        let parents = elements.iter().filter(|e| e.sort == Sort::Container).filter_map(|e| e.parent);
        let filled = parents.filter(|p| elements.get(*p).is_some_and(|e| e.sort == Sort::System)).collect();
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        let mut unique = |id: String| {
            let mut name = id.clone();
            while taken.contains_key(&name) {
                let count = taken.entry(id.clone()).or_insert(1);
                *count += 1;
                name = format!("{id} {count}");
            }
            taken.insert(name.clone(), 1);
            name
        };
        let mut ids = BTreeMap::new();
        for (at, element) in elements.iter().enumerate().filter(|(_, e)| e.sort != Sort::Deployed) {
            let id = if element.path.is_empty() { names(elements, element) } else { element.path.clone() };
            ids.insert(at, unique(id));
        }
        let group_ids = workspace.groups.iter().map(|g| unique(format!("group {}", g.name))).collect();
        Sketch { workspace, filled, ids, group_ids }
    }

    /// The element that stands for `at` in the drawing: components are part of their container.
    pub fn shown(&self, mut at: usize) -> Option<usize> {
        for _ in 0..8 {
            let element = self.workspace.elements.get(at)?;
            match element.sort {
                Sort::Component => at = element.parent?,
                Sort::Deployed => return None,
                _ => return Some(at),
            }
        }
        None
    }

    /// The id in the drawing.
    pub fn id(&self, at: usize) -> Option<&str> {
        self.ids.get(&at).map(String::as_str)
    }

    /// The element of an id.
    pub fn element(&self, id: &str) -> Option<usize> {
        self.ids.iter().find(|(_, name)| name.as_str() == id).map(|(at, _)| *at)
    }

    /// The named group it stands in, else the nearest thing around it that is a group.
    fn group_of(&self, element: &Element) -> Option<String> {
        let named = element.group.and_then(|g| self.group_ids.get(g)).cloned();
        named.or_else(|| self.group_around(element.parent?))
    }

    fn group_around(&self, mut at: usize) -> Option<String> {
        for _ in 0..16 {
            if self.filled.contains(&at) {
                return self.ids.get(&at).cloned();
            }
            let element = self.workspace.elements.get(at)?;
            if let Some(group) = element.group {
                return self.group_ids.get(group).cloned();
            }
            at = element.parent?;
        }
        None
    }

    fn is_box(&self, at: usize, element: &Element) -> bool {
        match element.sort {
            Sort::Person | Sort::Container | Sort::Custom => true,
            Sort::System => !self.filled.contains(&at),
            Sort::Component | Sort::Deployed => false,
        }
    }

    fn boxes(&self) -> Vec<DrawnBox> {
        let drawn = self.workspace.elements.iter().enumerate().filter(|(at, e)| self.is_box(*at, e));
        let drawn = drawn.map(|(at, element)| DrawnBox {
            id: self.ids.get(&at).cloned().unwrap_or_default(),
            label: words(if element.name.is_empty() { &element.path } else { &element.name }),
            details: element.details.iter().map(|d| words(d)).filter(|d| !d.is_empty()).collect(),
            kind: self.kind(element),
            external: element.tags.iter().any(|t| says_external(t)),
            group: self.group_of(element),
            location: element.location.clone(),
        });
        drawn.collect()
    }

    fn kind(&self, element: &Element) -> Option<ComponentKind> {
        let by_tag = |tag: &String| kind_of_tag(&tag.to_lowercase());
        let by_shape = |tag: &String| kind_of_shape(self.workspace.shapes.get(&tag.to_lowercase())?);
        if element.sort == Sort::Person {
            return Some(ComponentKind::User);
        }
        element.tags.iter().find_map(by_tag).or_else(|| element.tags.iter().find_map(by_shape))
    }

    fn groups(&self) -> Vec<DrawnGroup> {
        let mut out = Vec::new();
        for (group, id) in self.workspace.groups.iter().zip(&self.group_ids) {
            let around = group.group.and_then(|g| self.group_ids.get(g)).cloned();
            let parent = around.or_else(|| self.group_around(group.element?));
            out.push(DrawnGroup {
                id: id.clone(),
                label: words(&group.name),
                parent,
                location: group.location.clone(),
            });
        }
        for at in &self.filled {
            let Some((element, id)) = self.workspace.elements.get(*at).zip(self.ids.get(at)) else {
                continue;
            };
            let (label, parent) = (words(&element.name), self.group_of(element));
            out.push(DrawnGroup { id: id.clone(), label, parent, location: element.location.clone() });
        }
        out.sort_by(|a, b| a.location.cmp(&b.location));
        out
    }

    fn lines(&self, drawing: &mut Drawing, notes: &mut Vec<Note>) {
        let mut pairs: BTreeSet<(String, String)> = BTreeSet::new();
        let boxes = drawing.boxes.iter().map(|b| b.id.clone());
        let mut known: BTreeSet<String> = boxes.chain(drawing.groups.iter().map(|g| g.id.clone())).collect();
        for relation in self.workspace.relations.iter().filter(|r| !r.deployed) {
            let find = |word: &str| self.workspace.find(word, relation.scope);
            let (from, to) = (find(&relation.from), find(&relation.to));
            if (from.is_none() || to.is_none()) && !self.workspace.partial {
                let name = if from.is_none() { &relation.from } else { &relation.to };
                let message =
                    format!("this relationship names \"{name}\", which is no element of the workspace");
                notes.push(Note::unread(relation.location.clone(), message));
                continue;
            }
            let lifted = [from, to].iter().flatten().any(|at| self.shown(*at) != Some(*at));
            let Some(from) = self.end(from, &relation.from, &relation.location, drawing, &mut known) else {
                continue;
            };
            let Some(to) = self.end(to, &relation.to, &relation.location, drawing, &mut known) else {
                continue;
            };
            if lifted && (from == to || pairs.contains(&(from.clone(), to.clone()))) {
                continue;
            }
            pairs.insert((from.clone(), to.clone()));
            let label = if relation.label.is_empty() { &relation.technology } else { &relation.label };
            drawing.lines.push(DrawnLine {
                from,
                to,
                label: Some(words(label)).filter(|l| !l.is_empty()),
                dashed: relation.tags.iter().any(|t| t.to_lowercase().starts_with("async")),
                ends: LineEnds::Forward,
                reply: false,
                location: relation.location.clone(),
            });
        }
    }

    /// Id of a line's end. A name that an unread include may declare gets a box of its own.
    fn end(
        &self,
        at: Option<usize>,
        word: &str,
        location: &undrawn_model::Location,
        drawing: &mut Drawing,
        known: &mut BTreeSet<String>,
    ) -> Option<String> {
        if let Some(at) = at {
            return self.id(self.shown(at)?).map(str::to_string);
        }
        if known.insert(word.to_string()) {
            drawing.boxes.push(DrawnBox {
                id: word.to_string(),
                label: word.to_string(),
                details: vec![],
                kind: None,
                external: false,
                group: None,
                location: location.clone(),
            });
        }
        Some(word.to_string())
    }
}

/// Names from the outermost parent inwards.
fn names(elements: &[Element], element: &Element) -> String {
    let mut parts = vec![element.name.as_str()];
    let mut parent = element.parent;
    for _ in 0..8 {
        let Some(around) = parent.and_then(|p| elements.get(p)) else { break };
        parts.push(&around.name);
        parent = around.parent;
    }
    parts.reverse();
    parts.join("/")
}

fn words(text: &str) -> String {
    let text = text.replace("\\n", " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn kind_of_tag(tag: &str) -> Option<ComponentKind> {
    Some(match tag {
        "database" | "db" | "datastore" | "data store" | "sql" | "nosql" => ComponentKind::Database,
        "queue" | "topic" | "message queue" => ComponentKind::Topic,
        "broker" | "message broker" | "message bus" | "messagebus" | "event bus" => ComponentKind::Broker,
        "cache" => ComponentKind::Cache,
        _ => return None,
    })
}

fn kind_of_shape(shape: &str) -> Option<ComponentKind> {
    match shape {
        "cylinder" | "bucket" => Some(ComponentKind::Database),
        "pipe" => Some(ComponentKind::Topic),
        "person" => Some(ComponentKind::User),
        _ => None,
    }
}

fn says_external(tag: &str) -> bool {
    let tag = tag.to_lowercase();
    tag.starts_with("external")
        || tag.starts_with("existing system")
        || matches!(&*tag, "third party" | "thirdparty")
}
