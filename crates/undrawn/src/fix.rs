//! Adds undrawn dependencies to the diagram that shows their ends, as the smallest edit. What the edit makes of the file
//! is read again before anything is written: all that was drawn must still be drawn, and only the new line be new.

use crate::error::{Result, io};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use undrawn_diagrams::{Addition, End, Format};
use undrawn_model::{
    ComponentId, Confidence, Dependency, Drawing, DrawingForm, Finding, MappedDrawing, Mode, SourceFile,
    SourceTree, SystemModel,
};

/// The rule whose findings can be mended here.
pub const RULE: &str = "undrawn-dependency";

/// What came of fixing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Changed files.
    pub files: Vec<Changed>,
    /// Dependencies that were not added, each with the reason: `orders -> kafka: ...`.
    pub refused: Vec<String>,
}

/// A file with its text before and after.
#[derive(Debug, PartialEq, Eq)]
pub struct Changed {
    /// Path relative to the root.
    pub path: String,
    /// Before; a byte-order mark is kept.
    pub before: String,
    /// After.
    pub after: String,
    /// How many dependencies were added.
    pub added: usize,
}

impl Changed {
    /// The change as a unified diff.
    pub fn diff(&self) -> String {
        let diff = similar::TextDiff::from_lines(&self.before, &self.after);
        let (old, new) = (format!("a/{}", self.path), format!("b/{}", self.path));
        diff.unified_diff().context_radius(3).header(&old, &new).to_string()
    }

    /// Writes the file.
    pub fn write(&self, root: &Path) -> Result<()> {
        let path = root.join(&self.path);
        Ok(crate::files::replace(&path, self.after.as_bytes()).map_err(|e| io("write", &path, &e))?)
    }
}

/// Adds what the findings say is undrawn. `diagrams` limits the choice of drawings to these files; empty means all.
pub fn plan(model: &SystemModel, findings: &[Finding], diagrams: &[String], root: &Path) -> Outcome {
    let mut outcome = Outcome::default();
    let mut wanted: BTreeMap<usize, Vec<&Dependency>> = BTreeMap::new();
    for finding in findings.iter().filter(|f| f.rule == RULE && f.confidence >= Confidence::Medium) {
        let Some(dependency) = dependency_of(model, finding) else { continue };
        match best_drawing(model, diagrams, dependency) {
            Some(at) if wanted.get(&at).is_some_and(|w| w.iter().any(|d| same_ends(d, dependency))) => {}
            Some(at) => wanted.entry(at).or_default().push(dependency),
            None => outcome.refuse(
                model,
                dependency,
                "no compared diagram can be edited (sequence diagrams are not)",
            ),
        }
    }
    let mut files: BTreeMap<Arc<str>, Vec<(usize, Vec<&Dependency>)>> = BTreeMap::new();
    for (at, dependencies) in wanted {
        let file = model.drawings[at].drawing.location.file.clone();
        files.entry(file).or_default().push((at, dependencies));
    }
    for (file, drawings) in files {
        outcome.edit_file(model, root, &file, &drawings);
    }
    outcome
}

/// One line in a drawing stands for every kind of dependency between its ends.
fn same_ends(a: &Dependency, b: &Dependency) -> bool {
    (a.from, a.to) == (b.from, b.to)
}

fn dependency_of<'m>(model: &'m SystemModel, finding: &Finding) -> Option<&'m Dependency> {
    let [from, to] = finding.ends.as_slice() else { return None };
    let (from, to) = (model.find(from)?, model.find(to)?);
    model.dependencies.iter().find(|d| d.from == from && d.to == to)
}

fn format_of(drawing: &Drawing) -> Option<&'static Format> {
    undrawn_diagrams::FORMATS.iter().find(|f| f.name == drawing.format)
}

/// The drawing that shows most of the two ends; among equals the one that shows most of the system.
fn best_drawing(model: &SystemModel, diagrams: &[String], dependency: &Dependency) -> Option<usize> {
    let writable = model.drawings.iter().enumerate().filter(|(_, m)| {
        m.compared
            && m.drawing.form != DrawingForm::Sequence
            && format_of(&m.drawing).is_some_and(|f| f.add.is_some())
            && (diagrams.is_empty() || diagrams.iter().any(|d| **d == *m.drawing.location.file))
    });
    let ends = |m: &MappedDrawing| {
        [dependency.from, dependency.to].into_iter().filter(|end| drawn_id(m, *end).is_some()).count()
    };
    let known = |m: &MappedDrawing| m.boxes.values().filter(|c| !c.is_empty()).count();
    writable.max_by_key(|(at, m)| (ends(m), known(m), std::cmp::Reverse(*at))).map(|(at, _)| at)
}

/// Id of the box that stands for a component: boxes before groups, exact ones before coarse ones, earlier ones first.
fn drawn_id(mapped: &MappedDrawing, component: ComponentId) -> Option<&str> {
    let place = |id: &str| mapped.drawing.boxes.iter().position(|b| b.id == id);
    let holding = mapped.boxes.iter().filter(|(_, components)| components.contains(&component));
    holding
        .min_by_key(|(id, components)| (place(id).is_none(), components.len(), place(id)))
        .map(|(id, _)| id.as_str())
}

impl Outcome {
    fn refuse(&mut self, model: &SystemModel, dependency: &Dependency, why: &str) {
        let (from, to) = (&model.component(dependency.from).name, &model.component(dependency.to).name);
        self.refused.push(format!("{from} -> {to}: {why}"));
    }

    fn edit_file(
        &mut self,
        model: &SystemModel,
        root: &Path,
        path: &Arc<str>,
        drawings: &[(usize, Vec<&Dependency>)],
    ) {
        let before = std::fs::read(root.join(&**path)).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(before) = before else {
            let all = drawings.iter().flat_map(|(_, dependencies)| dependencies);
            all.for_each(|d| self.refuse(model, d, &format!("{path} is not a UTF-8 file that can be read")));
            return;
        };
        let mark = if before.starts_with('\u{feff}') { "\u{feff}" } else { "" };
        let text = before[mark.len()..].to_string();
        let others = others(model, root, path, drawings.iter().map(|(at, _)| *at));
        let mut editor = Editor { path: path.clone(), text, others, added: 0 };
        for (at, dependencies) in drawings {
            let mut page = Page::of(model, &model.drawings[*at]);
            for dependency in dependencies {
                if let Err(why) = page.add(&mut editor, dependency) {
                    self.refuse(model, dependency, &why);
                }
            }
        }
        let after = format!("{mark}{}", editor.text);
        if after != before {
            self.files.push(Changed { path: path.to_string(), before, after, added: editor.added });
        }
    }
}

/// The other files that parts of these drawings stand in: a workspace may include files.
fn others(
    model: &SystemModel,
    root: &Path,
    path: &Arc<str>,
    drawings: impl Iterator<Item = usize>,
) -> Vec<SourceFile> {
    let mut files = BTreeSet::new();
    for drawing in drawings.map(|at| &model.drawings[at].drawing) {
        files.extend(drawing.boxes.iter().map(|b| b.location.file.clone()));
        files.extend(drawing.groups.iter().map(|g| g.location.file.clone()));
        files.extend(drawing.lines.iter().map(|l| l.location.file.clone()));
    }
    files.remove(path);
    let read = |file: Arc<str>| crate::walk::read_file(&root.join(&*file), &file, u64::MAX / 2).ok();
    files.into_iter().filter_map(read).collect()
}

/// A file while lines are added to it.
struct Editor {
    path: Arc<str>,
    text: String,
    others: Vec<SourceFile>,
    added: usize,
}

impl Editor {
    /// The drawings of the file if it had this text.
    fn drawings(&self, format: &Format, text: &str) -> Vec<Drawing> {
        let file = SourceFile { path: self.path.clone(), text: text.into() };
        let (drawings, _) = match format.read_tree {
            Some(read) => {
                let tree = SourceTree::new(self.others.iter().cloned().chain([file.clone()]).collect());
                read(&tree, &file)
            }
            None => (format.read)(&file),
        };
        drawings
    }
}

/// One drawing while lines are added to it.
struct Page<'m> {
    model: &'m SystemModel,
    mapped: &'m MappedDrawing,
    /// Boxes that were added, by component.
    added: BTreeMap<ComponentId, String>,
}

impl<'m> Page<'m> {
    fn of(model: &'m SystemModel, mapped: &'m MappedDrawing) -> Self {
        Page { model, mapped, added: BTreeMap::new() }
    }

    fn end(&self, component: ComponentId) -> End {
        match self.added.get(&component).map(String::as_str).or_else(|| drawn_id(self.mapped, component)) {
            Some(id) => End::Drawn(id.to_string()),
            None => {
                let component = self.model.component(component);
                End::New { label: component.name.clone(), kind: component.kind }
            }
        }
    }

    fn addition(&self, dependency: &Dependency) -> std::result::Result<Addition, String> {
        let (from, to) = (self.end(dependency.from), self.end(dependency.to));
        if from == to {
            return Err("both ends are one box of the drawing".to_string());
        }
        let lines = &self.mapped.drawing.lines;
        let labelled = lines.iter().filter(|line| line.label.is_some()).count();
        let label = (labelled * 2 > lines.len()).then(|| dependency.kind.to_string());
        Ok(Addition { from, to, label, dashed: dependency.mode == Mode::Async })
    }

    /// Adds one line; the text stays as it was when that cannot be done safely.
    fn add(&mut self, editor: &mut Editor, dependency: &Dependency) -> std::result::Result<(), String> {
        let addition = self.addition(dependency)?;
        let format = format_of(&self.mapped.drawing).ok_or("its format is not written")?;
        let add = format.add.ok_or("its format is not written")?;
        let before = editor.drawings(format, &editor.text);
        let id = &self.mapped.drawing.id;
        let drawing = before.iter().find(|d| d.id == *id).ok_or("the diagram is not where it was")?;
        let edits = add(&editor.text, drawing, &addition).map_err(|refusal| refusal.0)?;
        let text = undrawn_diagrams::apply(&editor.text, &edits);
        let after = editor.drawings(format, &text);
        let grown = only_grown(&before, &after, id)
            .ok_or("the edit would change more than it should; left as it was")?;
        self.remember(&addition, dependency, drawing, grown);
        editor.text = text;
        editor.added += 1;
        Ok(())
    }

    /// Ids of the boxes that the addition made, for the next line to the same component.
    fn remember(&mut self, addition: &Addition, dependency: &Dependency, before: &Drawing, after: &Drawing) {
        let ends = [(&addition.from, dependency.from), (&addition.to, dependency.to)];
        for (end, component) in ends {
            let End::New { label, .. } = end else { continue };
            let new = after.boxes.iter().find(|b| b.label == *label && before.box_of(&b.id).is_none());
            if let Some(new) = new {
                self.added.insert(component, new.id.clone());
            }
        }
    }
}

/// The drawing `id` of `after`, if everything of `before` is still there and exactly one line is new.
fn only_grown<'a>(before: &[Drawing], after: &'a [Drawing], id: &str) -> Option<&'a Drawing> {
    let mut grown = None;
    if before.len() != after.len() {
        return None;
    }
    for (old, new) in before.iter().zip(after) {
        let added = new.lines.len().checked_sub(old.lines.len())?;
        let wanted = usize::from(old.id == id);
        if old.id != new.id || added != wanted || !contains(old, new) {
            return None;
        }
        if old.id == id {
            grown = Some(new);
        }
    }
    grown
}

/// True when all boxes, groups and lines of `old` are in `new`, in their order.
fn contains(old: &Drawing, new: &Drawing) -> bool {
    let boxes = |d: &Drawing| -> Vec<_> {
        d.boxes.iter().map(|b| (b.id.clone(), b.label.clone(), b.group.clone(), b.kind)).collect()
    };
    let groups = |d: &Drawing| -> Vec<_> {
        d.groups.iter().map(|g| (g.id.clone(), g.label.clone(), g.parent.clone())).collect()
    };
    let lines = |d: &Drawing| -> Vec<_> {
        let parts = |l: &undrawn_model::DrawnLine| {
            (l.from.clone(), l.to.clone(), l.label.clone(), l.dashed, l.ends, l.reply)
        };
        d.lines.iter().map(parts).collect()
    };
    subsequence(&boxes(old), &boxes(new))
        && subsequence(&lines(old), &lines(new))
        && groups(old) == groups(new)
}

fn subsequence<T: PartialEq>(part: &[T], whole: &[T]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|item| rest.any(|other| other == item))
}
