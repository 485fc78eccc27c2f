//! A dependency that code or configuration shows and no drawing does.

use crate::{Rule, push, structure_at};
use undrawn_model::{
    ComponentKind, Dependency, Finding, Intent, Mode, Provenance, Severity, SystemModel, Verdict,
};

/// The rule.
pub const RULE: Rule = Rule {
    id: "undrawn-dependency",
    group: "drawing",
    severity: Severity::Error,
    summary: "a dependency is in the code or configuration, both ends are drawn, and no line shows it",
    page: include_str!("undrawn_dependency.md"),
    run,
};

fn run(model: &SystemModel, _intent: &Intent) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut told: Option<(_, _)> = None;
    for d in model.dependencies.iter().filter(|d| d.verdict == Verdict::Undrawn) {
        let (from, to) = (model.component(d.from), model.component(d.to));
        if from.kind == ComponentKind::User || told == Some((d.from, d.to)) {
            continue;
        }
        let (from_drawn, to_drawn) = (structure_at(model, d.from), structure_at(model, d.to));
        // An end that is not drawn at all is told once, as an undrawn component.
        let (Some(first), Some(second)) = (from_drawn.first(), to_drawn.first()) else { continue };
        // Another relation of the same two may be drawn: the line shows both.
        if model
            .dependencies
            .iter()
            .any(|o| (o.from, o.to) == (d.from, d.to) && o.verdict == Verdict::Confirmed)
        {
            continue;
        }
        told = Some((d.from, d.to));
        let message = format!("{} depends on {} ({}), and no diagram shows it", from.name, to.name, d.kind);
        let mut finding = Finding::of(RULE.id, severity(d), d.confidence, message)
            .seen_at(d.primary().location.clone(), d.primary().detail.clone())
            .and(first.0.clone(), format!("{} is drawn here as \"{}\"", from.name, first.1))
            .and(second.0.clone(), format!("{} is drawn here as \"{}\"", to.name, second.1))
            .about(&[&from.name, &to.name], d.kind.as_str())
            .help(format!(
                "draw it (undrawn check --fix adds the line), or leave it out on purpose with [[omit]] from = \"{}\", to = \"{}\"",
                from.name, to.name
            ));
        for sighting in d.evidence.iter().skip(1).take(4) {
            finding = finding.and(sighting.location.clone(), sighting.detail.clone());
        }
        push(&mut out, finding);
    }
    out
}

/// Platform plumbing is worth a line in few drawings; what requests and data need is worth one in all.
fn severity(d: &Dependency) -> Severity {
    let only_ordered = d.evidence.iter().all(|s| s.provenance == Provenance::Config)
        && d.calls.iter().all(|c| c.address.parts.is_empty());
    match d.mode {
        Mode::Infra => Severity::Note,
        _ if only_ordered => Severity::Warning,
        _ => Severity::Error,
    }
}
