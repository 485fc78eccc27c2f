//! A drawn line for which nothing that was read gives evidence.

use crate::{Rule, push};
use std::collections::BTreeMap;
use undrawn_model::{
    Component, ComponentId, Confidence, Dependency, Finding, FindingBuilder, Intent, Severity, SystemModel,
    Verdict,
};

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
    let unseen = || model.dependencies.iter().filter(|d| d.verdict == Verdict::Unseen);
    let stranger = |d: &Dependency| [d.to, d.from].into_iter().find(|id| model.component(*id).drawn_only);
    for d in unseen().filter(|d| stranger(d).is_none()) {
        push(&mut out, line_without_evidence(model, d));
    }
    // A box that stands for nothing known is told once, with all its lines.
    let mut strangers: BTreeMap<ComponentId, Vec<&Dependency>> = BTreeMap::new();
    for d in unseen() {
        if let Some(id) = stranger(d) {
            strangers.entry(id).or_default().push(d);
        }
    }
    for (id, lines) in strangers {
        if let Some(finding) = unknown_box(model, id, &lines) {
            push(&mut out, finding);
        }
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

fn line_without_evidence(model: &SystemModel, d: &Dependency) -> FindingBuilder {
    let (from, to) = (model.component(d.from), model.component(d.to));
    let message = format!("{} -> {} is drawn, and no evidence of it was found", from.name, to.name);
    let finding = Finding::of(RULE.id, Severity::Warning, d.confidence, message)
        .seen_at(d.primary().location.clone(), "drawn here")
        .about(&[&from.name, &to.name], "drawn")
        .help(format!("{}; not seen is not the same as not there: correct the diagram, or name the component in [alias]", looked(from, to)));
    d.evidence.iter().skip(1).take(4).fold(finding, |f, s| f.and(s.location.clone(), "drawn here too"))
}

/// One finding for a box that stands for nothing known. `None` when no line leads to it, which does not happen.
fn unknown_box(model: &SystemModel, id: ComponentId, lines: &[&Dependency]) -> Option<FindingBuilder> {
    let name = &model.component(id).name;
    let surest = lines.iter().max_by_key(|d| (d.confidence, std::cmp::Reverse((d.from, d.to))))?;
    let other = &model.component(if surest.to == id { surest.from } else { surest.to }).name;
    let (from, to) = if surest.to == id { (other, name) } else { (name, other) };
    let message = match lines.len() {
        1 => format!("{from} -> {to} is drawn, and nothing that was read is called \"{name}\""),
        n => format!(
            "{from} -> {to} and {} are drawn, and nothing that was read is called \"{name}\"",
            more(n - 1)
        ),
    };
    let finding = Finding::of(RULE.id, Severity::Warning, surest.confidence, message)
        .seen_at(surest.primary().location.clone(), "drawn here")
        .about(&[from, to], "drawn")
        .help(format!("if it is there under another name, say which: [alias] \"{name}\" = ...; if it is gone, remove the box; not seen is not the same as not there"));
    let rest = lines.iter().filter(|d| !std::ptr::eq(**d, *surest)).take(6);
    Some(rest.fold(finding, |f, d| {
        let (from, to) = (&model.component(d.from).name, &model.component(d.to).name);
        f.and(d.primary().location.clone(), format!("{from} -> {to} is drawn here"))
    }))
}

fn more(lines: usize) -> String {
    if lines == 1 { "1 more line".into() } else { format!("{lines} more lines") }
}

/// Where evidence was looked for.
fn looked(from: &Component, to: &Component) -> String {
    if from.operations.is_empty() && from.language.is_none() {
        format!("no source code of {} was read", from.name)
    } else {
        format!("the code and configuration of {} name no address that leads to {}", from.name, to.name)
    }
}
