//! Runs the pages beside the code and the models: evidence as compact text.

use std::fmt::Write as _;
use undrawn_code::{Options, read_with};
use undrawn_model::{CallClaim, Claim, Evidence, Note, SourceFile, SourceTree};
use undrawn_testkit::Case;

/// The case's files among enough others that the prefilter has something to leave out.
fn tree(case: &Case) -> SourceTree {
    let mut files: Vec<SourceFile> =
        case.files.iter().map(|(path, bytes)| SourceFile::new(path.as_str(), bytes)).collect();
    files.extend((0..12 * files.len() + 12).map(|i| {
        let text = format!("package other; class Other{i} {{}}");
        SourceFile::new(format!("other/Other{i}.java"), text.as_bytes())
    }));
    SourceTree::new(files)
}

fn show(evidence: &[Evidence], notes: &[Note]) -> String {
    let mut out = String::new();
    for one in evidence {
        let place = &one.sighting.location;
        let file = place.file.rsplit('/').next().unwrap_or(&place.file);
        let _ = write!(out, "{file}:{}:{} ", place.line, place.column);
        match &one.claim {
            Claim::Call(call) => show_call(&mut out, call, &one.sighting.detail),
            Claim::Operation(operation) => {
                let _ = write!(out, "operation {} {}", operation.kind, operation.name);
                if let Some(schedule) = &operation.schedule {
                    let _ = write!(out, " ({schedule})");
                }
            }
            Claim::Marked { marker } => {
                let _ = write!(out, "marked {marker}");
            }
            Claim::Route(route) => {
                let _ = write!(out, "route {} to {}", route.path, route.to);
            }
            other => {
                let _ = write!(out, "{other:?}");
            }
        }
        out.push('\n');
    }
    for note in notes {
        let place = note.location.as_ref().map_or(String::new(), |l| format!("{l} "));
        let _ = writeln!(out, "note {place}{}", note.message);
    }
    if out.is_empty() { "nothing".into() } else { out }
}

fn show_call(out: &mut String, call: &CallClaim, detail: &str) {
    let _ = write!(out, "call {}", call.kind);
    if let Some(technology) = &call.technology {
        let _ = write!(out, "/{technology}");
    }
    let _ = write!(out, " {} to {}", call.mode, call.address);
    if let Some(operation) = &call.target_operation {
        let _ = write!(out, " [{operation}]");
    }
    if let Some(resource) = &call.resource {
        let _ = write!(out, " {} {} {}", resource.access, resource.sort, resource.name);
    }
    let _ = write!(out, "\n    {detail}, in {}", call.site);
    if !call.entries.is_empty() {
        let _ = write!(out, ", from {}", call.entries.join("; "));
    }
    if call.in_loop {
        out.push_str(", in a loop");
    }
    if call.caught {
        out.push_str(", caught");
    }
    if let Some(guard) = &call.guard {
        let _ = write!(out, ", if {guard}");
    }
}

fn actual(case: &Case) -> String {
    let tree = tree(case);
    let (evidence, notes) = read_with(&tree, Options::default());
    let (all, all_notes) = read_with(&tree, Options { prefilter: false });
    assert_eq!(evidence, all, "{}: the prefilter changes the evidence", case.title);
    let _ = all_notes;
    show(&evidence, &notes)
}

#[test]
fn front_end_pages() {
    undrawn_testkit::run(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), actual);
}

#[test]
fn model_pages() {
    undrawn_testkit::run(concat!(env!("CARGO_MANIFEST_DIR"), "/models"), actual);
}
