//! The one direction: files to evidence, evidence to a model, a model to findings. The only place that names the crates of
//! each layer.

use undrawn_checks::{RULES, Rule};
use undrawn_model::{Evidence, Finding, Intent, Note, SourceTree, SystemModel};

/// True when some source reads files of this path.
pub fn wants(path: &str) -> bool {
    undrawn_code::wants(path) || undrawn_deploy::wants(path) || undrawn_diagrams::wants(path)
}

/// Everything that the sources find, each on its own and side by side.
pub fn evidence(tree: &SourceTree) -> (Vec<Evidence>, Vec<Note>) {
    let (code, (deploy, diagrams)) = rayon::join(
        || undrawn_code::read(tree),
        || rayon::join(|| undrawn_deploy::read(tree), || undrawn_diagrams::read(tree)),
    );
    let (mut evidence, mut notes) = code;
    for (more, heard) in [deploy, diagrams] {
        evidence.extend(more);
        notes.extend(heard);
    }
    (evidence, notes)
}

/// The model of this evidence.
pub fn model(evidence: Vec<Evidence>, notes: Vec<Note>, intent: &Intent) -> SystemModel {
    undrawn_graph::build(evidence, notes, undrawn_code::rules(), intent)
}

/// What the checks find in a model: the rules that are wanted, and no others, look at it.
pub fn findings(model: &SystemModel, intent: &Intent, wanted: impl Fn(&str) -> bool) -> Vec<Finding> {
    let wanted = RULES.iter().filter(|rule| wanted(rule.id));
    let mut findings: Vec<Finding> =
        wanted.flat_map(|rule| undrawn_checks::run_one(rule, model, intent)).collect();
    findings.sort_by(|a, b| (&a.location, &a.rule, &a.message).cmp(&(&b.location, &b.rule, &b.message)));
    findings
}

/// All rules.
pub fn rules() -> &'static [Rule] {
    RULES
}

/// Group of a rule; empty for rules that are not known.
pub fn group(rule: &str) -> &'static str {
    RULES.iter().find(|known| known.id == rule).map_or("", |known| known.group)
}
