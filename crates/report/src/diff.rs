//! What changed between two maps: components and dependencies that came, went, or became something else.
//!
//! Everything is compared by name. A dependency is its two ends and its kind; when the only thing between two components
//! becomes of another kind, that is one change and not a loss and a gain.

use crate::json::{SavedComponent, SavedDependency, SavedMap};
use crate::{escape, json::SCHEMA_VERSION, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use undrawn_model::{SystemModel, Verdict};

/// The difference between an older and a newer map. Every list is sorted by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MapDiff {
    /// Components only the newer map has.
    pub components_added: Vec<SavedComponent>,
    /// Components only the older map has.
    pub components_removed: Vec<SavedComponent>,
    /// Components whose kind changed.
    pub components_changed: Vec<(String, Vec<Change>)>,
    /// Dependencies only the newer map has.
    pub dependencies_added: Vec<SavedDependency>,
    /// Dependencies only the older map has.
    pub dependencies_removed: Vec<SavedDependency>,
    /// Dependencies of which kind, mode, need or verdict changed; as they are in the newer map.
    pub dependencies_changed: Vec<(SavedDependency, Vec<Change>)>,
}

/// One property that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `kind`, `mode`, `need` or `verdict`.
    pub what: &'static str,
    /// Older value.
    pub before: String,
    /// Newer value.
    pub after: String,
}

type Pair<'a> = (&'a str, &'a str);

impl MapDiff {
    /// The difference between two systems.
    pub fn between(older: &SystemModel, newer: &SystemModel) -> Self {
        MapDiff::of_saved(&SavedMap::from(older), &SavedMap::from(newer))
    }

    /// The difference between two saved maps.
    pub fn of_saved(older: &SavedMap, newer: &SavedMap) -> Self {
        let mut out = MapDiff::default();
        out.compare_components(older, newer);
        let (before, after) = (pairs(older), pairs(newer));
        for (pair, new) in &after {
            out.compare_pair(before.get(pair), new);
        }
        for (pair, old) in &before {
            if !after.contains_key(pair) {
                out.dependencies_removed.extend(old.values().map(|d| (*d).clone()));
            }
        }
        out.dependencies_removed.sort();
        out
    }

    /// True when nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == MapDiff::default()
    }

    fn compare_components(&mut self, older: &SavedMap, newer: &SavedMap) {
        let by_name = |map: &'_ SavedMap| -> BTreeMap<String, SavedComponent> {
            map.components.iter().map(|c| (c.name.clone(), c.clone())).collect()
        };
        let (before, mut after) = (by_name(older), by_name(newer));
        for (name, old) in before {
            match after.remove(&name) {
                None => self.components_removed.push(old),
                Some(new) => {
                    let changes = changes(&[("kind", &old.kind, &new.kind)]);
                    if !changes.is_empty() {
                        self.components_changed.push((name, changes));
                    }
                }
            }
        }
        self.components_added.extend(after.into_values());
    }

    fn compare_pair(
        &mut self,
        old: Option<&BTreeMap<&str, &SavedDependency>>,
        new: &BTreeMap<&str, &SavedDependency>,
    ) {
        let none = BTreeMap::new();
        let old = old.unwrap_or(&none);
        let gone: Vec<_> = old.iter().filter(|(kind, _)| !new.contains_key(*kind)).collect();
        let came: Vec<_> = new.iter().filter(|(kind, _)| !old.contains_key(*kind)).collect();
        if let ([(_, before)], [(_, after)]) = (gone.as_slice(), came.as_slice()) {
            self.compare_dependency(before, after);
        } else {
            self.dependencies_removed.extend(gone.iter().map(|(_, d)| (**d).clone()));
            self.dependencies_added.extend(came.iter().map(|(_, d)| (**d).clone()));
        }
        for (kind, after) in new {
            if let Some(before) = old.get(kind) {
                self.compare_dependency(before, after);
            }
        }
    }

    fn compare_dependency(&mut self, before: &SavedDependency, after: &SavedDependency) {
        let changes = changes(&[
            ("kind", &before.kind, &after.kind),
            ("mode", &before.mode, &after.mode),
            ("need", &before.need, &after.need),
            ("verdict", &before.verdict, &after.verdict),
        ]);
        if !changes.is_empty() {
            self.dependencies_changed.push((after.clone(), changes));
        }
    }
}

fn pairs(map: &SavedMap) -> BTreeMap<Pair<'_>, BTreeMap<&str, &SavedDependency>> {
    let mut out: BTreeMap<Pair, BTreeMap<&str, &SavedDependency>> = BTreeMap::new();
    for dependency in &map.dependencies {
        let pair = (dependency.from.as_str(), dependency.to.as_str());
        out.entry(pair).or_default().insert(&dependency.kind, dependency);
    }
    out
}

fn changes(values: &[(&'static str, &String, &String)]) -> Vec<Change> {
    let differ = values.iter().filter(|(_, before, after)| before != after);
    differ
        .map(|(what, before, after)| Change { what, before: before.to_string(), after: after.to_string() })
        .collect()
}

fn sentence(changes: &[Change]) -> String {
    let parts: Vec<String> = changes
        .iter()
        .map(|c| format!("{} {} -> {}", c.what, text::line(&c.before), text::line(&c.after)))
        .collect();
    parts.join(", ")
}

fn ends(dependency: &SavedDependency) -> String {
    format!("{} -> {}", text::line(&dependency.from), text::line(&dependency.to))
}

fn words(dependency: &SavedDependency) -> String {
    let judged = Verdict::from_word(&dependency.verdict) != Some(Verdict::Unjudged);
    let words = [&dependency.kind, &dependency.mode, &dependency.need];
    let words = words.into_iter().chain(judged.then_some(&dependency.verdict));
    words.filter(|w| !w.is_empty()).map(|w| text::line(w)).collect::<Vec<_>>().join(", ")
}

fn place(dependency: &SavedDependency) -> String {
    match dependency.evidence.first() {
        Some(first) => format!("{}:{}", text::line(&first.file), first.line),
        None => String::new(),
    }
}

/// For a terminal: `+` came, `-` went, `~` changed. One line says so when nothing changed.
pub fn text(diff: &MapDiff, color: bool) -> String {
    let paint = text::Paint(color);
    let mut out = String::new();
    let mut line = |mark: char, body: String| {
        let line = format!("{mark} {body}").trim_end().to_string();
        let painted = match mark {
            '+' => paint.change(true, &line),
            '-' => paint.change(false, &line),
            _ => line,
        };
        out.push_str(&painted);
        out.push('\n');
    };
    let component = |c: &SavedComponent| format!("{} ({})", text::line(&c.name), text::line(&c.kind));
    diff.components_added.iter().for_each(|c| line('+', component(c)));
    diff.components_removed.iter().for_each(|c| line('-', component(c)));
    diff.components_changed
        .iter()
        .for_each(|(name, c)| line('~', format!("{}: {}", text::line(name), sentence(c))));
    let dependency = |d: &SavedDependency| format!("{} ({})  {}", ends(d), words(d), place(d));
    diff.dependencies_added.iter().for_each(|d| line('+', dependency(d)));
    diff.dependencies_removed.iter().for_each(|d| line('-', dependency(d)));
    diff.dependencies_changed.iter().for_each(|(d, c)| line('~', format!("{}: {}", ends(d), sentence(c))));
    if out.is_empty() {
        return "no change\n".to_string();
    }
    out.push_str(&format!("{}\n", summary(diff)));
    text::without_commands(out)
}

fn summary(diff: &MapDiff) -> String {
    let part = |what: &str, added: usize, removed: usize, changed: usize| {
        format!("{what}: {added} added, {removed} removed, {changed} changed")
    };
    let components =
        (diff.components_added.len(), diff.components_removed.len(), diff.components_changed.len());
    let dependencies =
        (diff.dependencies_added.len(), diff.dependencies_removed.len(), diff.dependencies_changed.len());
    format!(
        "{} · {}",
        part("components", components.0, components.1, components.2),
        part("dependencies", dependencies.0, dependencies.1, dependencies.2)
    )
}

/// One JSON document: `components` and `dependencies`, each with `added`, `removed` and `changed`.
pub fn json(diff: &MapDiff) -> String {
    let component = |c: &SavedComponent| json!({ "name": c.name, "kind": c.kind });
    let dependency = |d: &SavedDependency| {
        let evidence: Vec<Value> =
            d.evidence.iter().map(|e| json!({ "file": e.file, "line": e.line })).collect();
        json!({
            "from": d.from, "to": d.to, "kind": d.kind, "mode": d.mode, "need": d.need, "verdict": d.verdict,
            "evidence": evidence,
        })
    };
    let changes = |changes: &[Change]| -> Value {
        let all =
            changes.iter().map(|c| (c.what.to_string(), json!({ "before": c.before, "after": c.after })));
        Value::Object(all.collect())
    };
    let list = |items: &[SavedComponent]| -> Vec<Value> { items.iter().map(component).collect() };
    let edges = |items: &[SavedDependency]| -> Vec<Value> { items.iter().map(dependency).collect() };
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "components": {
            "added": list(&diff.components_added),
            "removed": list(&diff.components_removed),
            "changed": diff.components_changed.iter()
                .map(|(name, c)| json!({ "name": name, "changes": changes(c) })).collect::<Vec<_>>(),
        },
        "dependencies": {
            "added": edges(&diff.dependencies_added),
            "removed": edges(&diff.dependencies_removed),
            "changed": diff.dependencies_changed.iter()
                .map(|(d, c)| json!({ "from": d.from, "to": d.to, "kind": d.kind, "changes": changes(c) }))
                .collect::<Vec<_>>(),
        },
    });
    escape::json_pretty(&document) + "\n"
}

/// A table for a comment on a pull request.
pub fn markdown(diff: &MapDiff) -> String {
    if diff.is_empty() {
        return "No change in the map.\n".to_string();
    }
    let mut out = String::from("| | what | how |\n|---|---|---|\n");
    let mut row =
        |mark: &str, what: String, how: String| out.push_str(&format!("| {mark} | {what} | {how} |\n"));
    let component = |c: &SavedComponent| (escape::code_cell(&c.name), escape::markdown(&c.kind));
    let dependency = |d: &SavedDependency| {
        let place = escape::code_cell(&place(d));
        let how = escape::markdown(&words(d));
        (arrow(d), if place.is_empty() { how } else { format!("{how}, {place}") })
    };
    for (mark, components) in [("added", &diff.components_added), ("removed", &diff.components_removed)] {
        components.iter().map(component).for_each(|(what, how)| row(mark, what, how));
    }
    for (name, changes) in &diff.components_changed {
        row("changed", escape::code_cell(name), escape::markdown(&sentence(changes)));
    }
    for (mark, edges) in [("added", &diff.dependencies_added), ("removed", &diff.dependencies_removed)] {
        edges.iter().map(dependency).for_each(|(what, how)| row(mark, what, how));
    }
    for (edge, changes) in &diff.dependencies_changed {
        row("changed", arrow(edge), escape::markdown(&sentence(changes)));
    }
    out.push_str(&format!("\n{}\n", escape::markdown(&summary(diff))));
    out
}

fn arrow(dependency: &SavedDependency) -> String {
    format!("{} → {}", escape::code_cell(&dependency.from), escape::code_cell(&dependency.to))
}
