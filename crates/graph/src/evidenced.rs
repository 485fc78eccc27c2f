//! The part of a system that is known, without what is only drawn.

use undrawn_model::{Component, ComponentId, Dependency, Note, SystemModel, Verdict};

/// The model without lines that have no evidence and boxes that stand for nothing known: a map says what is there, and a
/// drawing alone does not. What is left out is counted in a note.
pub fn evidenced(mut model: SystemModel) -> SystemModel {
    let mut place: Vec<Option<ComponentId>> = Vec::with_capacity(model.components.len());
    let mut kept = 0;
    for component in &model.components {
        place.push((!component.drawn_only).then_some(ComponentId(kept)));
        kept += u32::from(!component.drawn_only);
    }
    let to = |id: ComponentId| place.get(id.0 as usize).copied().flatten();
    let stays = |d: &Dependency| d.verdict != Verdict::Unseen && to(d.from).is_some() && to(d.to).is_some();
    let mut number: Vec<Option<usize>> = Vec::with_capacity(model.dependencies.len());
    let mut left = 0;
    for dependency in &model.dependencies {
        number.push(stays(dependency).then_some(left));
        left += usize::from(stays(dependency));
    }
    let boxes = model.components.iter().filter(|c| c.drawn_only).count();
    let lines = model.dependencies.len() - left;
    model.components.retain(|c: &Component| !c.drawn_only);
    model.dependencies.retain(stays);
    for dependency in &mut model.dependencies {
        dependency.from = to(dependency.from).unwrap_or(dependency.from);
        dependency.to = to(dependency.to).unwrap_or(dependency.to);
    }
    for resource in &mut model.resources {
        resource.store = to(resource.store).unwrap_or(resource.store);
        resource.users.iter_mut().for_each(|u| u.component = to(u.component).unwrap_or(u.component));
    }
    for unresolved in &mut model.unresolved {
        unresolved.from = to(unresolved.from).unwrap_or(unresolved.from);
    }
    for mapped in &mut model.drawings {
        for ids in mapped.boxes.values_mut().chain(mapped.ambiguous.iter_mut().map(|(_, ids)| ids)) {
            *ids = ids.iter().filter_map(|id| to(*id)).collect();
        }
        mapped.boxes.retain(|_, ids| !ids.is_empty());
        for lifted in &mut mapped.lifted {
            lifted.covers = lifted.covers.iter().filter_map(|n| number.get(*n).copied().flatten()).collect();
        }
    }
    if boxes + lines > 0 {
        let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let message = format!(
            "{} and {} are drawn and have no evidence; they are not on the map (undrawn check tells them, --drawn shows them)",
            count(boxes, "box", "boxes"),
            count(lines, "line", "lines")
        );
        model.notes.push(Note { message, location: None, unread: false });
        model.notes.sort();
    }
    model
}
