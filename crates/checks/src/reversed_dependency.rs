//! A line drawn against the dependency, where nothing suggests that it follows the data.

use crate::{Rule, push};
use undrawn_model::{Confidence, Dependency, Finding, Intent, Provenance, Severity, SystemModel};

/// The rule.
pub const RULE: Rule = Rule {
    id: "reversed-dependency",
    group: "drawing",
    severity: Severity::Warning,
    summary: "a diagram draws a call from the callee to the caller",
    page: include_str!("reversed_dependency.md"),
    run,
};

fn run(model: &SystemModel, _intent: &Intent) -> Vec<Finding> {
    let mut out = Vec::new();
    for d in &model.dependencies {
        let (from, to) = (model.component(d.from), model.component(d.to));
        // Stores, brokers and plumbing are often drawn along the data; that is a convention, not a mistake.
        let along_data = to.kind.holds_data() || to.kind.is_plumbing();
        let right_way = d.drawn.iter().any(|x| !x.reversed);
        let Some(drawn) =
            d.drawn.iter().find(|x| x.reversed && x.lifted.is_none()).filter(|_| !along_data && !right_way)
        else {
            continue;
        };
        let Some(line) = drawn.line.and_then(|l| model.drawings[drawn.drawing].drawing.lines.get(l)) else {
            continue;
        };
        let message = format!(
            "{} depends on {}, but the diagram draws {} -> {}",
            from.name, to.name, to.name, from.name
        );
        // A proxy forwards to a front end that may well call the proxy: without its code nobody can say.
        let forwarded = from.language.is_none() && from.technology.is_some();
        let called = |x: &Dependency| x.evidence.iter().any(|s| s.provenance == Provenance::Code);
        let unread =
            to.operations.is_empty() && !model.dependencies.iter().any(|x| x.from == d.to && called(x));
        let confidence = if forwarded && unread { Confidence::Low } else { d.confidence };
        let finding = Finding::of(RULE.id, Severity::Warning, confidence, message)
            .seen_at(line.location.clone(), "drawn the other way here")
            .and(d.primary().location.clone(), d.primary().detail.clone())
            .about(&[&from.name, &to.name], d.kind.as_str())
            .help("turn the arrow round, or label it with the data that flows along it");
        push(&mut out, finding);
    }
    out
}
