//! An omission whose last day has passed.

use crate::{Rule, push};
use undrawn_model::{Confidence, Finding, Intent, Severity, SystemModel};

/// The rule.
pub const RULE: Rule = Rule {
    id: "expired-omission",
    group: "drawing",
    severity: Severity::Error,
    summary: "a dependency was left out of the drawing until a day that has passed",
    page: include_str!("expired_omission.md"),
    run,
};

fn run(model: &SystemModel, intent: &Intent) -> Vec<Finding> {
    let mut out = Vec::new();
    for (omission, used) in model.omissions.iter().filter(|(_, used)| *used > 0) {
        let Some(until) = omission.until.as_deref().filter(|until| *until < intent.today.as_str()) else {
            continue;
        };
        let owner = omission.owner.as_ref().map_or(String::new(), |o| format!(", owner {o}"));
        let dependencies = if *used == 1 { "dependency" } else { "dependencies" };
        let finding = Finding::of(
            RULE.id,
            Severity::Error,
            Confidence::High,
            format!(
                "the omission of {} -> {} ended on {until}; it still stands for {used} {dependencies}",
                omission.from, omission.to
            ),
        )
        .seen_at(omission.location.clone(), format!("reason given: {}{owner}", omission.reason))
        .about(&[&omission.from, &omission.to], "omission")
        .help("draw the dependency, or decide again and give a new day");
        push(&mut out, finding);
    }
    out
}
