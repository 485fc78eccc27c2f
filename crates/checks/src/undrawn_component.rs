//! A component that others depend on, or that depends on others, and that no drawing shows.

use crate::{Rule, described, drawn_at, push, structure_at};
use undrawn_model::{
    ComponentKind, Confidence, Dependency, Finding, Intent, Mode, Provenance, Severity, SystemModel, Verdict,
};

/// The rule.
pub const RULE: Rule = Rule {
    id: "undrawn-component",
    group: "drawing",
    severity: Severity::Warning,
    summary: "a component takes part in dependencies, and no compared diagram shows it",
    page: include_str!("undrawn_component.md"),
    run,
};

fn run(model: &SystemModel, _intent: &Intent) -> Vec<Finding> {
    let mut out = Vec::new();
    if !model.drawings.iter().any(|m| m.compared) {
        return out;
    }
    for (id, component) in model.ids() {
        if component.drawn_only
            || component.kind == ComponentKind::User
            || !structure_at(model, id).is_empty()
        {
            continue;
        }
        let touching: Vec<&Dependency> = model
            .dependencies
            .iter()
            .filter(|d| (d.from == id || d.to == id) && d.verdict == Verdict::Undrawn)
            .collect();
        let others = |d: &Dependency| model.component(if d.from == id { d.to } else { d.from });
        let touching: Vec<&Dependency> =
            touching.into_iter().filter(|d| others(d).kind != ComponentKind::User).collect();
        let Some(first) = touching.iter().min_by_key(|d| (std::cmp::Reverse(d.confidence), d.from, d.to))
        else {
            continue;
        };
        let confidence = touching.iter().map(|d| d.confidence).max().unwrap_or(Confidence::Low);
        // What nothing needs, known from a manifest alone, is a tool beside the system: a seeder, a console, a proxy.
        let tool = touching.iter().all(|d| d.from == id)
            && component.evidence.iter().all(|s| s.provenance == Provenance::Config)
            && touching.iter().all(|d| d.evidence.iter().all(|s| s.provenance == Provenance::Config));
        let infra = tool || component.kind.is_plumbing() || touching.iter().all(|d| d.mode == Mode::Infra);
        let severity = if infra { Severity::Note } else { Severity::Warning };
        let place = if drawn_at(model, id).is_empty() { "no diagram" } else { "no diagram but sequences" };
        let message = format!(
            "{} ({}) is in {place}, and {}",
            component.name,
            described(component),
            relation(model, id, &touching)
        );
        let mut finding = Finding::of(RULE.id, severity, confidence, message)
            .seen_at(first.primary().location.clone(), first.primary().detail.clone())
            .about(&[&component.name], component.kind.as_str())
            .help("draw it with its lines, or leave it out on purpose with [[omit]] entries that give the reason");
        for d in touching.iter().skip(1).take(6) {
            let (from, to) = (&model.component(d.from).name, &model.component(d.to).name);
            finding =
                finding.and(d.primary().location.clone(), format!("{from} -> {to}: {}", d.primary().detail));
        }
        push(&mut out, finding);
    }
    out
}

/// `orders and users depend on it`, `it depends on db`.
fn relation(model: &SystemModel, id: undrawn_model::ComponentId, touching: &[&Dependency]) -> String {
    let mut dependents: Vec<&str> =
        touching.iter().filter(|d| d.to == id).map(|d| model.component(d.from).name.as_str()).collect();
    let mut dependencies: Vec<&str> =
        touching.iter().filter(|d| d.from == id).map(|d| model.component(d.to).name.as_str()).collect();
    dependents.dedup();
    dependencies.dedup();
    match (dependents.as_slice(), dependencies.as_slice()) {
        ([], needs) => format!("it depends on {}", list(needs)),
        ([one], _) => format!("{one} depends on it"),
        (many, _) => format!("{} depend on it", list(many)),
    }
}

/// `a`, `a and b`, `a, b and 3 more`.
fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [a, b] => format!("{a} and {b}"),
        [a, b, c] => format!("{a}, {b} and {c}"),
        [a, b, rest @ ..] => format!("{a}, {b} and {} more", rest.len()),
    }
}
