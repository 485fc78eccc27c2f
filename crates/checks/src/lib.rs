//! Checks: what is wrong with a system, judged from its model alone.
//!
//! `checks` cannot tell Java from YAML: it asks about evidence, not about languages. One check is one file here and one
//! page of the same name beside it; the page explains the rule, shows an input, and shows what is found. One line in
//! [`RULES`] registers it.

mod ambiguous_identity;
mod diagram_disagreement;
mod expired_omission;
mod reversed_dependency;
mod shared_table;
mod undrawn_component;
mod undrawn_dependency;
mod unseen_dependency;
mod unused_omission;

use undrawn_model::{
    Component, ComponentId, DrawingForm, Finding, FindingBuilder, Intent, Location, Severity, SystemModel,
};

/// One rule.
pub struct Rule {
    /// Kebab-case, the condition it finds.
    pub id: &'static str,
    /// `drawing`, `hidden`, `time`, `load`, `data`, `watch` or `memory`.
    pub group: &'static str,
    /// Severity of an ordinary finding.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// The page, Markdown.
    pub page: &'static str,
    /// Finds.
    pub run: fn(&SystemModel, &Intent) -> Vec<Finding>,
}

/// The rules, in the order of their groups. Add a line to add one.
pub static RULES: &[Rule] = &[
    undrawn_dependency::RULE,
    undrawn_component::RULE,
    unseen_dependency::RULE,
    reversed_dependency::RULE,
    diagram_disagreement::RULE,
    ambiguous_identity::RULE,
    expired_omission::RULE,
    unused_omission::RULE,
    shared_table::RULE,
];

/// Runs every rule. Findings are sorted by place, then rule.
pub fn run(model: &SystemModel, intent: &Intent) -> Vec<Finding> {
    sorted(RULES.iter().flat_map(|rule| (rule.run)(model, intent)).collect())
}

/// Runs one rule.
pub fn run_one(rule: &Rule, model: &SystemModel, intent: &Intent) -> Vec<Finding> {
    sorted((rule.run)(model, intent))
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| (&a.location, &a.rule, &a.message).cmp(&(&b.location, &b.rule, &b.message)));
    findings.dedup();
    findings
}

/// Ends a finding. The builder refuses one without a place, which no check here makes: every one starts from evidence.
fn push(out: &mut Vec<Finding>, builder: FindingBuilder) {
    match builder.build() {
        Ok(finding) => out.push(finding),
        Err(mistake) => debug_assert!(false, "{mistake}"),
    }
}

/// Places at which compared drawings show a component, each with its label.
fn drawn_at(model: &SystemModel, id: ComponentId) -> Vec<(Location, String)> {
    shown_at(model, id, |_| true)
}

/// The same in drawings of the structure. A sequence shows one case: what it leaves out is no mistake.
fn structure_at(model: &SystemModel, id: ComponentId) -> Vec<(Location, String)> {
    shown_at(model, id, |form| form != DrawingForm::Sequence)
}

fn shown_at(model: &SystemModel, id: ComponentId, of: fn(DrawingForm) -> bool) -> Vec<(Location, String)> {
    let mut out = Vec::new();
    for mapped in model.drawings.iter().filter(|m| m.compared && of(m.drawing.form)) {
        for (drawn, _) in mapped.boxes.iter().filter(|(_, ids)| ids.contains(&id)) {
            out.extend(mapped.drawing.box_of(drawn).map(|b| (b.location.clone(), b.label.clone())));
        }
    }
    out
}

/// The kind of a component as a reader would say it: `postgresql database`, `service`.
fn described(component: &Component) -> String {
    match &component.technology {
        Some(technology) if *technology != component.kind.as_str() => {
            format!("{technology} {}", component.kind)
        }
        _ => component.kind.to_string(),
    }
}
