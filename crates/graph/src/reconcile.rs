//! Drawings against evidence: every dependency gets its verdict, every drawn line its outcome.
//!
//! The comparison follows reflexion models (Murphy, Notkin, Sullivan, TSE 2001): convergence, divergence and absence are
//! `confirmed`, `undrawn` and `unseen` here. A drawing may be coarser than the code; a line between boxes that hold several
//! components covers every dependency between them, and says so.

use crate::assemble::Assembled;
use crate::boxes::{Boxes, Match};
use crate::finish::finish;
use crate::names::normal;
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{
    Claim, Component, ComponentId, ComponentKind, Confidence, Dependency, DependencyKind, Drawing,
    DrawingForm, DrawnDependency, DrawnLine, Evidence, Intent, LiftedLine, LineEnds, MappedDrawing, Mode,
    Need, Note, Omission, Policy, Provenance, Sighting, SystemModel, Verdict,
};

/// Gives every dependency its verdict.
pub fn reconcile(assembled: Assembled, evidence: &[Evidence], intent: &Intent) -> SystemModel {
    let mut model = finish(assembled);
    let boxes = Boxes::new(&model.components, &model.dependencies);
    let drawings = evidence
        .iter()
        .filter_map(|e| if let Claim::Drawing(d) = &e.claim { Some(d.as_ref()) } else { None });
    model.drawings = drawings.map(|d| map_drawing(d, &boxes, intent)).collect();
    add_drawn_only(&mut model);
    for index in 0..model.drawings.len() {
        if model.drawings[index].compared {
            compare(&mut model, index);
        }
    }
    judge(&mut model, intent);
    sort(&mut model);
    for mapped in model.drawings.iter().filter(|m| !m.compared && m.drawing.form != DrawingForm::Other) {
        let message = format!("diagram not compared: {}", mapped.reason);
        model.notes.push(Note::undecided(mapped.drawing.location.clone(), message));
    }
    model
}

fn map_drawing(drawing: &Drawing, boxes: &Boxes, intent: &Intent) -> MappedDrawing {
    let found = boxes.of_drawing(drawing);
    let mut mapped: BTreeMap<String, Vec<ComponentId>> = BTreeMap::new();
    let mut ambiguous = Vec::new();
    for (id, m) in found {
        match m {
            Match::These(ids) => {
                mapped.insert(id, ids);
            }
            Match::Ambiguous(ids) => ambiguous.push((id, ids)),
            Match::Unknown => {}
        }
    }
    map_groups(drawing, boxes, &mut mapped);
    let total = drawing.boxes.len();
    let known = drawing
        .boxes
        .iter()
        .filter(|b| mapped.contains_key(&b.id) || ambiguous.iter().any(|(id, _)| *id == b.id))
        .count();
    let chosen = intent.diagrams.is_empty() || intent.diagrams.iter().any(|d| **d == *drawing.location.file);
    let (compared, reason) = decide(drawing.form, known, total, chosen, !intent.diagrams.is_empty());
    MappedDrawing { drawing: drawing.clone(), compared, reason, boxes: mapped, ambiguous, lifted: vec![] }
}

/// A group whose label is a component holds that component's parts: boxes in it that are nothing else stand for it.
fn map_groups(drawing: &Drawing, boxes: &Boxes, mapped: &mut BTreeMap<String, Vec<ComponentId>>) {
    for group in &drawing.groups {
        let inside: Vec<&str> = drawing
            .boxes
            .iter()
            .filter(|b| b.group.as_deref() == Some(&group.id))
            .map(|b| b.id.as_str())
            .collect();
        if inside.iter().any(|id| mapped.contains_key(*id)) {
            continue;
        }
        if let Match::These(ids) = boxes.of_label(&group.label, None)
            && ids.len() == 1
        {
            mapped.insert(group.id.clone(), ids.clone());
            for id in inside {
                mapped.insert(id.to_string(), ids.clone());
            }
        }
    }
}

/// Whether a drawing is compared, and why. A flowchart may be a process: it is an architecture when at least half of its
/// boxes, and at least two, are known components. A form that is always structure needs one.
fn decide(form: DrawingForm, known: usize, total: usize, chosen: bool, named: bool) -> (bool, String) {
    let share = format!("{known} of {total} boxes are known components");
    match form {
        _ if !chosen => (false, "not among the diagrams asked for".into()),
        DrawingForm::Other => (false, "shows no components and connections".into()),
        _ if named || form == DrawingForm::Architecture => (known > 0, share),
        _ => (known >= 2 && known * 2 >= total, share),
    }
}

/// Boxes that stand for nothing known become components of the drawing only.
fn add_drawn_only(model: &mut SystemModel) {
    let mut by_name: BTreeMap<String, ComponentId> = BTreeMap::new();
    let SystemModel { drawings, components, .. } = model;
    for mapped in drawings.iter_mut().filter(|m| m.compared) {
        let grouped: BTreeSet<&str> = mapped.boxes.keys().map(String::as_str).collect();
        let unknown = mapped.drawing.boxes.iter().filter(|b| {
            !grouped.contains(b.id.as_str()) && !mapped.ambiguous.iter().any(|(id, _)| *id == b.id)
        });
        let mut added = Vec::new();
        for b in unknown {
            let id = *by_name.entry(normal(&b.label)).or_insert_with(|| {
                let taken = components.iter().any(|c| c.name == b.label);
                let sighting = Sighting {
                    provenance: Provenance::Drawn,
                    location: b.location.clone(),
                    detail: format!("drawn as \"{}\"", b.label),
                };
                let kind = b.kind.unwrap_or(if b.external {
                    ComponentKind::External
                } else {
                    ComponentKind::Service
                });
                components.push(Component {
                    name: if taken { format!("{} (drawn)", b.label) } else { b.label.clone() },
                    kind,
                    technology: None,
                    aliases: vec![],
                    language: None,
                    published: false,
                    identities: vec![],
                    operations: vec![],
                    evidence: vec![sighting],
                    drawn_only: true,
                });
                ComponentId(components.len() as u32 - 1)
            });
            added.push((b.id.clone(), id));
        }
        for (id, component) in added {
            mapped.boxes.insert(id, vec![component]);
        }
    }
}

/// Components that the end of a line stands for: a box's own, or everything in a group.
fn end(mapped: &MappedDrawing, id: &str) -> Vec<ComponentId> {
    if let Some(ids) = mapped.boxes.get(id) {
        return ids.clone();
    }
    let mut out = BTreeSet::new();
    let (mut open, mut seen) = (vec![id], BTreeSet::new());
    while let Some(group) = open.pop() {
        if !seen.insert(group) {
            continue;
        }
        for b in mapped.drawing.boxes.iter().filter(|b| b.group.as_deref() == Some(group)) {
            out.extend(mapped.boxes.get(&b.id).into_iter().flatten().copied());
        }
        open.extend(
            mapped
                .drawing
                .groups
                .iter()
                .filter(|g| g.parent.as_deref() == Some(group))
                .map(|g| g.id.as_str()),
        );
    }
    out.into_iter().collect()
}

fn compare(model: &mut SystemModel, index: usize) {
    let mapped = model.drawings[index].clone();
    let shown: BTreeSet<ComponentId> = mapped.boxes.values().flatten().copied().collect();
    let mut lifted = Vec::new();
    for (n, line) in mapped.drawing.lines.iter().enumerate() {
        if line.reply || line.from == line.to {
            continue;
        }
        let (from, to) = (end(&mapped, &line.from), end(&mapped, &line.to));
        if from.is_empty() || to.is_empty() {
            continue;
        }
        let outcome = cover(model, &shown, line, &from, &to);
        let several = from.len() > 1 || to.len() > 1;
        let text = |model: &SystemModel| {
            format!(
                "line {} -> {} stands for {} -> {}",
                line.from,
                line.to,
                names(model, &from),
                names(model, &to)
            )
        };
        if outcome.is_empty() {
            match (from.as_slice(), to.as_slice()) {
                ([a], [b]) if a != b => unseen(model, index, n, line, *a, *b),
                _ if several => lifted.push(LiftedLine {
                    line: n,
                    message: format!("{}, none of which is evidenced", text(model)),
                    covers: vec![],
                }),
                _ => {}
            }
            continue;
        }
        let covers: Vec<usize> = outcome.iter().map(|(d, _, _)| *d).collect();
        if several {
            lifted.push(LiftedLine { line: n, message: text(model), covers: covers.clone() });
        }
        for (dependency, reversed, through) in outcome {
            let message = match (&through, several) {
                (Some(through), _) => Some(through.clone()),
                (None, true) => Some(text(model)),
                (None, false) => None,
            };
            if let (Some(through), false) = (&through, several) {
                lifted.push(LiftedLine { line: n, message: through.clone(), covers: vec![dependency] });
            }
            model.dependencies[dependency].drawn.push(DrawnDependency {
                drawing: index,
                line: Some(n),
                lifted: message,
                reversed,
            });
        }
    }
    within_boxes(model, index, &mapped);
    model.drawings[index].lifted = lifted;
}

fn names(model: &SystemModel, ids: &[ComponentId]) -> String {
    let all: Vec<&str> = ids.iter().map(|id| model.component(*id).name.as_str()).collect();
    if let [one] = all.as_slice() { one.to_string() } else { format!("any of {}", all.join(", ")) }
}

/// Evidenced dependencies that a line shows: (dependency, drawn the other way, what lies between).
fn cover(
    model: &SystemModel,
    shown: &BTreeSet<ComponentId>,
    line: &DrawnLine,
    from: &[ComponentId],
    to: &[ComponentId],
) -> Vec<(usize, bool, Option<String>)> {
    let real = |d: &Dependency| d.evidence.iter().any(|s| s.provenance != Provenance::Drawn);
    let between = |a: &[ComponentId], b: &[ComponentId]| -> Vec<usize> {
        let all = model.dependencies.iter().enumerate();
        all.filter(|(_, d)| real(d) && d.from != d.to && a.contains(&d.from) && b.contains(&d.to))
            .map(|(i, _)| i)
            .collect()
    };
    let forward = between(from, to);
    let backward = between(to, from);
    let mut out: Vec<(usize, bool, Option<String>)> = forward.iter().map(|i| (*i, false, None)).collect();
    if line.ends != LineEnds::Forward {
        out.extend(backward.into_iter().map(|i| (i, false, None)));
    } else if out.is_empty() {
        out.extend(backward.into_iter().map(|i| (i, true, None)));
    }
    if out.is_empty() {
        out = through(model, shown, from, to);
    }
    out
}

/// Dependencies through something that the drawing leaves out: a gateway that forwards, or a broker or store that one side
/// writes and the other reads.
fn through(
    model: &SystemModel,
    shown: &BTreeSet<ComponentId>,
    from: &[ComponentId],
    to: &[ComponentId],
) -> Vec<(usize, bool, Option<String>)> {
    let mut out = Vec::new();
    let hidden = |id: ComponentId| !shown.contains(&id);
    for (i, first) in
        model.dependencies.iter().enumerate().filter(|(_, d)| from.contains(&d.from) && hidden(d.to))
    {
        let middle = model.component(first.to);
        for (j, second) in model.dependencies.iter().enumerate() {
            let forwards =
                second.from == first.to && to.contains(&second.to) && middle.kind == ComponentKind::Gateway;
            let shares = second.to == first.to
                && to.contains(&second.from)
                && middle.kind.holds_data()
                && exchange(model, first, second);
            if forwards || shares {
                let message = Some(format!("through {}, which is not drawn", middle.name));
                out.push((i, false, message.clone()));
                out.push((j, false, message));
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

/// True when one of the two writes something in the store that the other reads.
fn exchange(model: &SystemModel, a: &Dependency, b: &Dependency) -> bool {
    model.resources.iter().filter(|r| r.store == a.to).any(|r| {
        let access = |who: ComponentId| r.users.iter().find(|u| u.component == who).map(|u| u.access);
        access(a.from)
            .zip(access(b.from))
            .is_some_and(|(x, y)| (x.writes() && y.reads()) || (x.reads() && y.writes()))
    })
}

/// Both ends lie in one box: no line could show the dependency.
fn within_boxes(model: &mut SystemModel, index: usize, mapped: &MappedDrawing) {
    for (id, ids) in mapped.boxes.iter().filter(|(_, ids)| ids.len() > 1) {
        let label = mapped.drawing.box_of(id).map_or(id.as_str(), |b| b.label.as_str());
        for d in &mut model.dependencies {
            if ids.contains(&d.from) && ids.contains(&d.to) && d.drawn.is_empty() {
                let lifted = Some(format!("both ends lie in box \"{label}\""));
                d.drawn.push(DrawnDependency { drawing: index, line: None, lifted, reversed: false });
            }
        }
    }
}

/// A drawn line without evidence.
fn unseen(
    model: &mut SystemModel,
    drawing: usize,
    n: usize,
    line: &DrawnLine,
    from: ComponentId,
    to: ComponentId,
) {
    let person = |id: ComponentId| model.component(id).kind == ComponentKind::User;
    // What people do is in no code, so nothing can be said of it.
    if person(from) || person(to) {
        return;
    }
    let sighting = Sighting {
        provenance: Provenance::Drawn,
        location: line.location.clone(),
        detail: format!("drawn in {}", model.drawings[drawing].drawing.id),
    };
    let drawn = DrawnDependency { drawing, line: Some(n), lifted: None, reversed: false };
    let same = |d: &&mut Dependency| d.from == from && d.to == to && d.verdict == Verdict::Unseen;
    if let Some(known) = model.dependencies.iter_mut().find(same) {
        known.evidence.push(sighting);
        known.drawn.push(drawn);
        return;
    }
    let read = |id: ComponentId| {
        model.component(id).evidence.iter().any(|s| s.provenance == Provenance::Code)
            || !model.component(id).operations.is_empty()
    };
    let confidence = if read(from) { Confidence::Medium } else { Confidence::Low };
    model.dependencies.push(Dependency {
        from,
        to,
        kind: DependencyKind::Network,
        mode: if line.dashed { Mode::Async } else { Mode::Sync },
        need: Need::Unknown,
        verdict: Verdict::Unseen,
        confidence,
        policy: Policy::new(),
        operations: vec![],
        resources: vec![],
        observed: None,
        evidence: vec![sighting],
        calls: vec![],
        drawn: vec![drawn],
    });
}

fn judge(model: &mut SystemModel, intent: &Intent) {
    let compared = model.drawings.iter().any(|m| m.compared);
    let mut omissions: Vec<(Omission, usize)> =
        intent.omissions.iter().chain(&drawn_omissions(model)).map(|o| (o.clone(), 0)).collect();
    for index in 0..model.dependencies.len() {
        let d = &model.dependencies[index];
        if d.verdict == Verdict::Unseen {
            continue;
        }
        let mut verdict = match (compared, d.drawn.is_empty()) {
            (false, _) => Verdict::Unjudged,
            (true, false) => Verdict::Confirmed,
            (true, true) => Verdict::Undrawn,
        };
        for (omission, count) in &mut omissions {
            if names_end(model.component(d.from), &omission.from)
                && names_end(model.component(d.to), &omission.to)
            {
                *count += 1;
                let valid = omission.until.as_deref().is_none_or(|until| until >= intent.today.as_str());
                if verdict == Verdict::Undrawn && valid {
                    verdict = Verdict::Omitted;
                }
            }
        }
        model.dependencies[index].verdict = verdict;
    }
    model.omissions = omissions;
}

fn names_end(component: &Component, name: &str) -> bool {
    name == "*"
        || normal(&component.name) == normal(name)
        || component.aliases.iter().any(|a| normal(a) == normal(name))
}

/// Omissions written as comments in the drawings. Their ends may be box ids.
fn drawn_omissions(model: &SystemModel) -> Vec<Omission> {
    let mut out = Vec::new();
    for mapped in model.drawings.iter().filter(|m| m.compared) {
        for ignore in mapped
            .drawing
            .ignores
            .iter()
            .filter(|i| i.rule.as_deref().is_none_or(|r| r == "undrawn-dependency"))
        {
            let name = |id: &String| match mapped.boxes.get(id).map(Vec::as_slice) {
                Some([one]) => model.component(*one).name.clone(),
                _ => id.clone(),
            };
            out.push(Omission {
                from: name(&ignore.from),
                to: name(&ignore.to),
                reason: ignore.reason.clone(),
                owner: None,
                until: ignore.until.clone(),
                location: ignore.location.clone(),
            });
        }
    }
    out
}

/// Puts components in order again after drawn ones were added, and everything that points at them.
fn sort(model: &mut SystemModel) {
    let mut order: Vec<usize> = (0..model.components.len()).collect();
    order.sort_by(|a, b| (&model.components[*a].name, a).cmp(&(&model.components[*b].name, b)));
    let mut place = vec![ComponentId(0); order.len()];
    for (position, old) in order.iter().enumerate() {
        place[*old] = ComponentId(position as u32);
    }
    let to = |id: &mut ComponentId| *id = place[id.0 as usize];
    let mut components: Vec<Option<Component>> =
        std::mem::take(&mut model.components).into_iter().map(Some).collect();
    model.components = order.iter().filter_map(|old| components[*old].take()).collect();
    for resource in &mut model.resources {
        to(&mut resource.store);
        resource.users.iter_mut().for_each(|u| to(&mut u.component));
        resource.users.sort_by_key(|u| u.component);
    }
    for mapped in &mut model.drawings {
        mapped.boxes.values_mut().flatten().for_each(to);
        mapped.ambiguous.iter_mut().flat_map(|(_, ids)| ids).for_each(to);
    }
    model.unresolved.iter_mut().for_each(|u| to(&mut u.from));
    for d in &mut model.dependencies {
        to(&mut d.from);
        to(&mut d.to);
    }
    let mut order: Vec<usize> = (0..model.dependencies.len()).collect();
    order.sort_by_key(|i| {
        let d = &model.dependencies[*i];
        (d.from, d.to, d.kind, d.verdict, *i)
    });
    let mut position = vec![0; order.len()];
    for (new, old) in order.iter().enumerate() {
        position[*old] = new;
    }
    let mut dependencies: Vec<Option<Dependency>> =
        std::mem::take(&mut model.dependencies).into_iter().map(Some).collect();
    model.dependencies = order.iter().filter_map(|old| dependencies[*old].take()).collect();
    for lifted in model.drawings.iter_mut().flat_map(|m| &mut m.lifted) {
        lifted.covers.iter_mut().for_each(|c| *c = position[*c]);
    }
}
