//! An omission that matches nothing.

use crate::{Rule, push};
use undrawn_model::{Confidence, Finding, Intent, Severity, SystemModel};

/// The rule.
pub const RULE: Rule = Rule {
    id: "unused-omission",
    group: "drawing",
    severity: Severity::Warning,
    summary: "an omission stands for no dependency that is known",
    page: include_str!("unused_omission.md"),
    run,
};

fn run(model: &SystemModel, _intent: &Intent) -> Vec<Finding> {
    let mut out = Vec::new();
    for (omission, _) in model.omissions.iter().filter(|(_, used)| *used == 0) {
        let unknown =
            [&omission.from, &omission.to].into_iter().find(|name| *name != "*" && !known(model, name));
        let why = unknown.map_or_else(
            || "no such dependency is known".to_string(),
            |name| format!("nothing is called \"{name}\""),
        );
        let finding = Finding::of(
            RULE.id,
            Severity::Warning,
            Confidence::High,
            format!("the omission of {} -> {} stands for nothing: {why}", omission.from, omission.to),
        )
        .seen_at(omission.location.clone(), "written here")
        .about(&[&omission.from, &omission.to], "omission")
        .help("remove it, or correct the names");
        push(&mut out, finding);
    }
    out
}

fn known(model: &SystemModel, name: &str) -> bool {
    model.find(name).is_some()
        || model.components.iter().any(|c| {
            c.name.eq_ignore_ascii_case(name) || c.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
        })
}
