//! Drawings against evidence: every dependency gets its verdict, every drawn line its outcome.
//!
//! The comparison follows reflexion models (Murphy, Notkin, Sullivan, TSE 2001): convergence, divergence and absence are
//! `confirmed`, `undrawn` and `unseen` here. A drawing may be coarser than the code; a line between boxes that hold several
//! components covers every dependency between them, and says so.

use crate::assemble::Assembled;
use crate::boxes::{Boxes, Match};
use crate::finish::finish;
use crate::labels::{decides, is_person};
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
    model.drawings = drawings.map(|d| map_drawing(d, &boxes, &model, intent)).collect();
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

fn map_drawing(drawing: &Drawing, boxes: &Boxes, model: &SystemModel, intent: &Intent) -> MappedDrawing {
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
    let drawing = drawing.clone();
    let mut out = MappedDrawing {
        drawing,
        compared: false,
        reason: String::new(),
        boxes: mapped,
        ambiguous,
        lifted: vec![],
    };
    (out.compared, out.reason) = decide(&out, model, intent);
    out
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
        if let Some(whole) = boxes.of_group(&group.label) {
            mapped.insert(group.id.clone(), vec![whole]);
            for id in inside {
                mapped.insert(id.to_string(), vec![whole]);
            }
        }
    }
}

/// What the boxes of a drawing match, people left out because no evidence speaks of them.
struct Share {
    /// Different components, or sets of components, that boxes stand for.
    different: usize,
    /// Boxes that stand for nothing known.
    unknown: usize,
}

fn share(mapped: &MappedDrawing, model: &SystemModel) -> Share {
    let flowchart = mapped.drawing.form == DrawingForm::Flowchart;
    let (mut different, mut unknown) = (BTreeSet::new(), 0);
    for b in mapped.drawing.boxes.iter().filter(|b| b.kind != Some(ComponentKind::User)) {
        match mapped.boxes.get(&b.id) {
            Some(ids) if ids.iter().all(|id| model.component(*id).drawn_only) => unknown += 1,
            Some(ids) if ids.iter().all(|id| model.component(*id).kind == ComponentKind::User) => {}
            Some(ids) => {
                different.insert(ids.clone());
            }
            None if mapped.ambiguous.iter().any(|(id, _)| *id == b.id) => {
                different.insert(vec![]);
            }
            // It points at others and nothing at it: a client of the system, like a person.
            None if flowchart && is_source(&mapped.drawing, &b.id) => {}
            None => unknown += 1,
        }
    }
    Share { different: different.len(), unknown }
}

fn is_source(drawing: &Drawing, id: &str) -> bool {
    drawing.lines.iter().any(|l| l.from == id) && !drawing.lines.iter().any(|l| l.to == id)
}

/// Whether a drawing is compared, and why. A flowchart may show a process, and a sequence the inside of a program: it is
/// about components when at least two different ones are in it, when they are at least half of what it shows, and when,
/// if it shows other things too, one of its lines is known from elsewhere. A form that is always structure needs a third.
fn decide(mapped: &MappedDrawing, model: &SystemModel, intent: &Intent) -> (bool, String) {
    let drawing = &mapped.drawing;
    let named = !intent.diagrams.is_empty();
    let known = |id: &str| mapped.boxes.contains_key(id) || mapped.ambiguous.iter().any(|(a, _)| a == id);
    let matched = drawing.boxes.iter().filter(|b| known(&b.id)).count();
    let text = format!("{matched} of {} boxes are known components", drawing.boxes.len());
    if named && !intent.diagrams.iter().any(|d| **d == *drawing.location.file) {
        return (false, "not among the diagrams asked for".into());
    }
    let Share { different, unknown } = share(mapped, model);
    match drawing.form {
        DrawingForm::Other => (false, "shows no components and connections".into()),
        _ if named => (matched > 0, text),
        DrawingForm::Architecture => (different > 0 && different * 3 >= different + unknown, text),
        DrawingForm::Flowchart if asks(drawing) => (false, "asks questions, as a process does".into()),
        _ if different < 2 || different < unknown => (false, text),
        _ if unknown > 0 && !has_known_line(mapped, model) => {
            (false, format!("{text}, and no line between them is known from elsewhere"))
        }
        _ => (true, text),
    }
}

fn asks(drawing: &Drawing) -> bool {
    let labels = drawing.lines.iter().filter_map(|l| l.label.as_deref());
    drawing.boxes.iter().map(|b| b.label.as_str()).chain(labels).any(decides)
}

/// True when a line between two known components has evidence in either direction, or when there are no lines at all.
fn has_known_line(mapped: &MappedDrawing, model: &SystemModel) -> bool {
    let shown: BTreeSet<ComponentId> = mapped.boxes.values().flatten().copied().collect();
    let mut between = mapped
        .drawing
        .lines
        .iter()
        .map(|line| (line, end(mapped, &line.from), end(mapped, &line.to)))
        .filter(|(_, from, to)| !from.is_empty() && !to.is_empty() && from != to);
    mapped.drawing.lines.is_empty()
        || between.any(|(line, from, to)| !cover(model, &shown, line, &from, &to).is_empty())
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
                let kind = match b.kind {
                    Some(kind) => kind,
                    None if b.external => ComponentKind::External,
                    None if is_person(&b.label) => ComponentKind::User,
                    None => ComponentKind::Service,
                };
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
                elided(&mut lifted, n, through, dependency);
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

/// One line through something that is not drawn covers what leads to it and what leads on.
fn elided(lifted: &mut Vec<LiftedLine>, line: usize, message: &str, dependency: usize) {
    match lifted.iter_mut().find(|l| l.line == line && l.message == message) {
        Some(known) => known.covers.push(dependency),
        None => lifted.push(LiftedLine { line, message: message.to_string(), covers: vec![dependency] }),
    }
}

fn names(model: &SystemModel, ids: &[ComponentId]) -> String {
    let named: Vec<&str> = ids.iter().take(NAMES_MAX).map(|id| model.component(*id).name.as_str()).collect();
    match (named.as_slice(), ids.len() - named.len()) {
        ([one], 0) => one.to_string(),
        (_, 0) => format!("any of {}", named.join(", ")),
        (_, more) => format!("any of {} and {more} more", named.join(", ")),
    }
}

/// Components that a message names one by one.
const NAMES_MAX: usize = 12;

/// Components at one end of a line.
type Ends = BTreeSet<ComponentId>;

/// Evidenced dependencies that a line shows: (dependency, drawn the other way, what lies between).
fn cover(
    model: &SystemModel,
    shown: &BTreeSet<ComponentId>,
    line: &DrawnLine,
    from: &[ComponentId],
    to: &[ComponentId],
) -> Vec<(usize, bool, Option<String>)> {
    let real = |d: &Dependency| d.evidence.iter().any(|s| s.provenance != Provenance::Drawn);
    let (from, to): (Ends, Ends) = (from.iter().copied().collect(), to.iter().copied().collect());
    let between = |a: &Ends, b: &Ends| -> Vec<usize> {
        let all = model.dependencies.iter().enumerate();
        all.filter(|(_, d)| d.from != d.to && a.contains(&d.from) && b.contains(&d.to) && real(d))
            .map(|(i, _)| i)
            .collect()
    };
    let forward = between(&from, &to);
    let backward = between(&to, &from);
    let mut out: Vec<(usize, bool, Option<String>)> = forward.iter().map(|i| (*i, false, None)).collect();
    if line.ends != LineEnds::Forward {
        out.extend(backward.into_iter().map(|i| (i, false, None)));
    } else if out.is_empty() {
        out.extend(backward.into_iter().map(|i| (i, true, None)));
    }
    if out.is_empty() {
        out = through(model, shown, &from, &to);
    }
    out
}

/// Dependencies through something that the drawing leaves out: a gateway that forwards, a collector of telemetry, or a
/// broker or store that one side writes and the other reads.
fn through(
    model: &SystemModel,
    shown: &BTreeSet<ComponentId>,
    from: &Ends,
    to: &Ends,
) -> Vec<(usize, bool, Option<String>)> {
    let mut out = Vec::new();
    let hidden = |id: ComponentId| !shown.contains(&id);
    for (i, first) in
        model.dependencies.iter().enumerate().filter(|(_, d)| from.contains(&d.from) && hidden(d.to))
    {
        let middle = model.component(first.to);
        for (j, second) in model.dependencies.iter().enumerate() {
            let passes_on = matches!(middle.kind, ComponentKind::Gateway | ComponentKind::Telemetry)
                || is_product(middle) && !middle.kind.holds_data();
            let forwards = second.from == first.to && to.contains(&second.to) && passes_on;
            let shares = second.to == first.to
                && to.contains(&second.from)
                && middle.kind.holds_data()
                && exchange(model, first, second);
            let collects = second.to == first.to
                && to.contains(&second.from)
                && middle.kind == ComponentKind::Telemetry
                && model.component(second.from).kind == ComponentKind::Telemetry;
            if forwards || shares || collects {
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

/// Somebody else's program that does what its configuration says: a proxy forwards.
fn is_product(component: &Component) -> bool {
    component.technology.is_some() && component.language.is_none() && component.operations.is_empty()
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
        let ids: BTreeSet<&ComponentId> = ids.iter().collect();
        for d in &mut model.dependencies {
            if d.drawn.is_empty() && ids.contains(&d.from) && ids.contains(&d.to) {
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
    let confidence = unseen_confidence(model, drawing, from, to);
    if let Some(known) = model.dependencies.iter_mut().find(same) {
        known.evidence.push(sighting);
        known.drawn.push(drawn);
        known.confidence = known.confidence.max(confidence);
        return;
    }
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

/// How much it says that nothing is known of a drawn line. Little when no call in the dependent's code is known; when the
/// drawing tells a story and not a structure; and when the other end is one of many boxes that stand for nothing known.
fn unseen_confidence(model: &SystemModel, drawing: usize, from: ComponentId, to: ComponentId) -> Confidence {
    let mapped = &model.drawings[drawing];
    // Code was read and understood: it has entry operations, or some of its calls lead somewhere.
    let mut known = model.dependencies.iter().filter(|d| d.from == from).flat_map(|d| &d.evidence);
    let read =
        !model.component(from).operations.is_empty() || known.any(|s| s.provenance == Provenance::Code);
    let of_system = || {
        let Share { different, unknown } = share(mapped, model);
        !model.component(to).drawn_only || different >= 2 * unknown
    };
    let story = mapped.drawing.form == DrawingForm::Sequence;
    if read && !story && of_system() { Confidence::Medium } else { Confidence::Low }
}

/// A sequence shows what happens in one case: it confirms what it shows, but leaving something out says nothing.
fn judge(model: &mut SystemModel, intent: &Intent) {
    let compared = model.drawings.iter().any(|m| m.compared && m.drawing.form != DrawingForm::Sequence);
    let mut omissions: Vec<(Omission, usize)> =
        intent.omissions.iter().chain(&drawn_omissions(model)).map(|o| (o.clone(), 0)).collect();
    for index in 0..model.dependencies.len() {
        let d = &model.dependencies[index];
        if d.verdict == Verdict::Unseen {
            continue;
        }
        let mut verdict = match (compared, d.drawn.is_empty()) {
            (_, false) => Verdict::Confirmed,
            (false, true) => Verdict::Unjudged,
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
