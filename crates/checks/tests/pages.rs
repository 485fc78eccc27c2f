//! Runs every rule's page: the page's files are a whole system, the output is what that one rule finds in it.

use std::fmt::Write as _;
use undrawn_model::{Intent, Omission, SourceFile, SourceTree};
use undrawn_testkit::Case;

/// Reads the case's files as `undrawn check` would, and runs the rule the page is called after.
fn actual(case: &Case) -> String {
    let page = case.title.split(".md").next().unwrap_or_default();
    let id = page.rsplit(['/', '\\']).next().unwrap_or_default().replace('_', "-");
    let Some(rule) = undrawn_checks::RULES.iter().find(|r| r.id == id) else {
        return format!("no rule is called {id}");
    };
    let tree = SourceTree::new(
        case.files.iter().map(|(path, bytes)| SourceFile::new(path.as_str(), bytes)).collect(),
    );
    let (mut evidence, mut notes) = undrawn_deploy::read(&tree);
    for (more, more_notes) in [undrawn_code::read(&tree), undrawn_diagrams::read(&tree)] {
        evidence.extend(more);
        notes.extend(more_notes);
    }
    let intent = Intent { today: "2026-11-21".into(), omissions: omissions(&tree), ..Intent::default() };
    let model = undrawn_graph::build(evidence, notes, undrawn_code::rules(), &intent);
    let mut out = String::new();
    for f in undrawn_checks::run_one(rule, &model, &intent) {
        let _ =
            writeln!(out, "{}[{}] {} ({} confidence)", f.severity.as_str(), f.rule, f.message, f.confidence);
        let _ = writeln!(out, "  {}:{}:{} {}", f.location.file, f.location.line, f.location.column, f.label);
        for r in &f.related {
            let _ = writeln!(
                out,
                "  {}:{}:{} {}",
                r.location.file, r.location.line, r.location.column, r.message
            );
        }
        let _ = writeln!(out, "  help: {}", f.help);
    }
    if out.is_empty() { "nothing found\n".into() } else { out }
}

/// Omissions of a page, one a line in a file `omit`: `from -> to: reason, until DAY`. The command reads `undrawn.toml`; that
/// reader is tested with the command.
fn omissions(tree: &SourceTree) -> Vec<Omission> {
    let Some(file) = tree.get("omit") else { return vec![] };
    let lines = file.text.lines().enumerate();
    lines
        .filter_map(|(n, line)| {
            let (ends, rest) = line.split_once(':')?;
            let (from, to) = ends.split_once("->")?;
            let (reason, until) = rest.split_once(", until ").unwrap_or((rest, ""));
            Some(Omission {
                from: from.trim().into(),
                to: to.trim().into(),
                reason: reason.trim().into(),
                owner: None,
                until: (!until.is_empty()).then(|| until.trim().to_string()),
                location: undrawn_model::Location::point("omit", n as u32 + 1, 1),
            })
        })
        .collect()
}

#[test]
fn every_page_shows_what_its_rule_finds() {
    undrawn_testkit::run(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), actual);
}

#[test]
fn every_rule_has_a_page_with_a_case_that_fires_and_one_that_does_not() {
    for rule in undrawn_checks::RULES {
        assert!(rule.page.contains("expect"), "{} has no case", rule.id);
        assert!(rule.page.contains("nothing found"), "{} shows no case that does not fire", rule.id);
        assert!(rule.page.contains(&format!("[{}]", rule.id)), "{} shows no case that fires", rule.id);
    }
}
