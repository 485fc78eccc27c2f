//! Two diagrams that draw one pair of programs in opposite directions.

use crate::{Rule, push};
use std::collections::BTreeMap;
use undrawn_model::{
    ComponentId, Confidence, DrawingForm, Finding, Intent, LineEnds, Location, Severity, SystemModel,
};

/// The rule.
pub const RULE: Rule = Rule {
    id: "diagram-disagreement",
    group: "drawing",
    severity: Severity::Warning,
    summary: "two diagrams of one system contradict each other",
    page: include_str!("diagram_disagreement.md"),
    run,
};

type Lines = BTreeMap<(ComponentId, ComponentId), Location>;

fn run(model: &SystemModel, _intent: &Intent) -> Vec<Finding> {
    let drawings: Vec<(usize, Lines)> = (0..model.drawings.len())
        .filter(|i| model.drawings[*i].compared)
        // In a sequence answers and events go back and forth: a direction there is no claim about who needs whom.
        .filter(|i| model.drawings[*i].drawing.form != DrawingForm::Sequence)
        .map(|i| (i, arrows(model, i)))
        .collect();
    let mut out = Vec::new();
    for (n, (a, first)) in drawings.iter().enumerate() {
        for (b, second) in &drawings[n + 1..] {
            for ((from, to), place) in first {
                if let (Some(other), None, None) =
                    (second.get(&(*to, *from)), second.get(&(*from, *to)), first.get(&(*to, *from)))
                {
                    let (from, to) = (&model.component(*from).name, &model.component(*to).name);
                    let message = format!(
                        "{} draws {from} -> {to}, {} draws {to} -> {from}",
                        title(model, *a),
                        title(model, *b)
                    );
                    let finding = Finding::of(RULE.id, Severity::Warning, Confidence::High, message)
                        .seen_at(other.clone(), format!("{to} -> {from} here"))
                        .and(place.clone(), format!("{from} -> {to} here"))
                        .about(&[from, to], "direction")
                        .help("make the two agree; undrawn map shows what the evidence says");
                    push(&mut out, finding);
                }
            }
        }
    }
    out
}

/// Arrows of a drawing between single programs. An arrow at a store, a broker or plumbing may follow the data.
fn arrows(model: &SystemModel, index: usize) -> Lines {
    let mapped = &model.drawings[index];
    let one = |id: &str| mapped.boxes.get(id).filter(|ids| ids.len() == 1).map(|ids| ids[0]);
    let program = |id: ComponentId| {
        let kind = model.component(id).kind;
        !kind.holds_data() && !kind.is_plumbing()
    };
    let lines = mapped.drawing.lines.iter().filter(|l| l.ends == LineEnds::Forward && !l.reply);
    let mut out = Lines::new();
    for line in lines {
        if let (Some(from), Some(to)) = (one(&line.from), one(&line.to))
            && program(from)
            && program(to)
        {
            out.entry((from, to)).or_insert_with(|| line.location.clone());
        }
    }
    out
}

fn title(model: &SystemModel, index: usize) -> String {
    let drawing = &model.drawings[index].drawing;
    drawing.title.as_ref().map_or_else(|| drawing.id.clone(), |t| format!("\"{t}\" ({})", drawing.id))
}
