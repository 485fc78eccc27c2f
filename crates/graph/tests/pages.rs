//! Runs the pages on who is who: the page's files are a whole system, the output is what the graph makes of it.
//! `expect=identities` shows components with their names and why, `expect=dependencies` what depends on what and how sure
//! that is, `expect=notes` what could not be decided, `expect=boxes` what the boxes of drawings stand for.

use std::fmt::Write as _;
use undrawn_model::{Evidence, Intent, Note, SourceFile, SourceTree, SystemModel};
use undrawn_testkit::Case;

fn read(case: &Case) -> (Vec<Evidence>, Vec<Note>) {
    let files = case.files.iter().map(|(path, bytes)| SourceFile::new(path.as_str(), bytes)).collect();
    let tree = SourceTree::new(files);
    let (mut evidence, mut notes) = undrawn_deploy::read(&tree);
    for (more, more_notes) in [undrawn_code::read(&tree), undrawn_diagrams::read(&tree)] {
        evidence.extend(more);
        notes.extend(more_notes);
    }
    (evidence, notes)
}

fn build(evidence: Vec<Evidence>, notes: Vec<Note>) -> SystemModel {
    let intent = Intent { today: "2026-11-21".into(), ..Intent::default() };
    undrawn_graph::build(evidence, notes, undrawn_code::rules(), &intent)
}

fn actual(case: &Case) -> String {
    let (evidence, notes) = read(case);
    let model = build(evidence.clone(), notes.clone());
    shuffled(case, evidence, notes, &model);
    let text = match case.output.as_str() {
        "identities" => identities(&model),
        "notes" => listed(&model),
        "boxes" => boxes(&model),
        _ => dependencies(&model),
    };
    if text.is_empty() { "nothing\n".into() } else { text }
}

/// The order in which evidence arrives must not show: every case is built again from several other orders.
fn shuffled(case: &Case, mut evidence: Vec<Evidence>, mut notes: Vec<Note>, expected: &SystemModel) {
    let expected = format!("{expected:?}");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..8 {
        for last in (1..evidence.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            evidence.swap(last, (state >> 33) as usize % (last + 1));
        }
        notes.reverse();
        let again = format!("{:?}", build(evidence.clone(), notes.clone()));
        assert!(again == expected, "{}: another order of evidence gives another model", case.title);
    }
}

fn identities(model: &SystemModel) -> String {
    let mut out = String::new();
    for component in &model.components {
        let technology = component.technology.as_deref().map_or(String::new(), |t| format!(", {t}"));
        let also = if component.aliases.is_empty() {
            String::new()
        } else {
            format!(" = {}", component.aliases.join(", "))
        };
        let _ = writeln!(out, "{} ({}{technology}){also}", component.name, component.kind);
        for identity in &component.identities {
            let _ = writeln!(
                out,
                "  {}: {} at {}:{}",
                identity.name, identity.reason, identity.location.file, identity.location.line
            );
        }
    }
    out
}

fn dependencies(model: &SystemModel) -> String {
    let mut out = String::new();
    for d in &model.dependencies {
        let (from, to) = (&model.component(d.from).name, &model.component(d.to).name);
        let place = d.primary();
        let _ = writeln!(
            out,
            "{from} -> {to} ({}, {}, {} confidence) {}:{} {}",
            d.kind, d.mode, d.confidence, place.location.file, place.location.line, place.detail
        );
    }
    out
}

fn listed(model: &SystemModel) -> String {
    let place = |n: &Note| n.location.as_ref().map_or(String::new(), |l| format!("{}:{} ", l.file, l.line));
    model.notes.iter().map(|n| format!("{}{}\n", place(n), n.message)).collect()
}

fn boxes(model: &SystemModel) -> String {
    let mut out = String::new();
    for mapped in &model.drawings {
        let verdict = if mapped.compared { "compared" } else { "left alone" };
        let _ = writeln!(out, "{} {verdict}: {}", mapped.drawing.id, mapped.reason);
        for b in &mapped.drawing.boxes {
            let ids = mapped.boxes.get(&b.id).map_or(&[][..], Vec::as_slice);
            let names: Vec<&str> = ids
                .iter()
                .map(|id| model.component(*id))
                .filter(|c| !c.drawn_only)
                .map(|c| c.name.as_str())
                .collect();
            let several: Vec<&str> = mapped
                .ambiguous
                .iter()
                .filter(|(id, _)| *id == b.id)
                .flat_map(|(_, ids)| ids)
                .map(|id| model.component(*id).name.as_str())
                .collect();
            let text = match (names.is_empty(), several.is_empty()) {
                (false, _) => names.join(", "),
                (true, false) => format!("one of {}", several.join(", ")),
                (true, true) => "nothing known".into(),
            };
            let _ = writeln!(out, "  \"{}\" is {text}", b.label);
        }
        for lifted in &mapped.lifted {
            let _ = writeln!(out, "  line {}: {}", lifted.line, lifted.message);
        }
    }
    out
}

#[test]
fn every_page_shows_what_the_graph_makes_of_it() {
    undrawn_testkit::run(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), actual);
}
