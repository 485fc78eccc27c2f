//! A drawn box for which two components fit equally well.

use crate::{Rule, push};
use undrawn_model::{Confidence, Finding, Intent, Severity, SystemModel};

/// The rule.
pub const RULE: Rule = Rule {
    id: "ambiguous-identity",
    group: "drawing",
    severity: Severity::Warning,
    summary: "a drawn box may be one of several components, so its lines were not compared",
    page: include_str!("ambiguous_identity.md"),
    run,
};

fn run(model: &SystemModel, _intent: &Intent) -> Vec<Finding> {
    let mut out = Vec::new();
    for mapped in model.drawings.iter().filter(|m| m.compared) {
        for (id, candidates) in &mapped.ambiguous {
            let Some(b) = mapped.drawing.box_of(id) else { continue };
            let names: Vec<&str> = candidates.iter().map(|c| model.component(*c).name.as_str()).collect();
            let mut finding = Finding::of(
                RULE.id,
                Severity::Warning,
                Confidence::High,
                format!("box \"{}\" may be {}; its lines were not compared", b.label, names.join(" or ")),
            )
            .seen_at(b.location.clone(), "drawn here")
            .about(&[&b.label], "box")
            .help(format!(
                "say which: [alias] \"{}\" = \"{}\"",
                b.label,
                names.first().unwrap_or(&"")
            ));
            for candidate in candidates.iter().take(4) {
                let component = model.component(*candidate);
                if let Some(sighting) = component.evidence.first() {
                    finding = finding
                        .and(sighting.location.clone(), format!("{} is known from here", component.name));
                }
            }
            push(&mut out, finding);
        }
    }
    out
}
