//! A drawn line for which nothing that was read gives evidence.

use crate::{Rule, push};
use undrawn_model::{Component, Confidence, Finding, Intent, Severity, SystemModel, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "unseen-dependency",
    group: "drawing",
    severity: Severity::Warning,
    summary: "a diagram draws a dependency for which no evidence was found",
    page: include_str!("unseen_dependency.md"),
    run,
};

fn run(model: &SystemModel, _intent: &Intent) -> Vec<Finding> {
    let mut out = Vec::new();
    for d in model.dependencies.iter().filter(|d| d.verdict == Verdict::Unseen) {
        let (from, to) = (model.component(d.from), model.component(d.to));
        let message = format!("{} -> {} is drawn, and no evidence of it was found", from.name, to.name);
        let finding = Finding::of(RULE.id, Severity::Warning, d.confidence, message)
            .seen_at(d.primary().location.clone(), "drawn here")
            .about(&[&from.name, &to.name], "drawn")
            .help(format!("{}; not seen is not the same as not there: correct the diagram, or name the component in [alias]", looked(from, to)));
        push(
            &mut out,
            d.evidence
                .iter()
                .skip(1)
                .take(4)
                .fold(finding, |f, s| f.and(s.location.clone(), "drawn here too")),
        );
    }
    for mapped in model.drawings.iter().filter(|m| m.compared) {
        for lifted in mapped.lifted.iter().filter(|l| l.covers.is_empty()) {
            let Some(line) = mapped.drawing.lines.get(lifted.line) else { continue };
            let finding = Finding::of(RULE.id, Severity::Warning, Confidence::Low, lifted.message.clone())
                .seen_at(line.location.clone(), "drawn here")
                .about(&[&line.from, &line.to], "lifted")
                .help("not seen is not the same as not there: correct the diagram, or name the components in [alias]");
            push(&mut out, finding);
        }
    }
    out
}

/// Where evidence was looked for.
fn looked(from: &Component, to: &Component) -> String {
    match (from.drawn_only, to.drawn_only) {
        (true, _) => format!("nothing that was read is called \"{}\"", from.name),
        (_, true) => format!("nothing that was read is called \"{}\"", to.name),
        _ if from.operations.is_empty() && from.language.is_none() => {
            format!("no source code of {} was read", from.name)
        }
        _ => format!("the code and configuration of {} name no address that leads to {}", from.name, to.name),
    }
}
