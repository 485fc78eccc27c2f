//! `junit`: a test case for each dependency that is drawn or should be, for tools that show test results.
//!
//! A drawn dependency passes when it is confirmed and is skipped when nothing was found for it. An undrawn one fails when a
//! finding says so; otherwise (suppressed, or its rule was not selected) it is skipped. Findings about other things are a
//! suite of their own.

use crate::{Report, Style, escape};
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{Dependency, Finding, Verdict};

/// Two suites: `dependencies` and `findings`.
pub fn render(report: &Report, _style: &Style) -> String {
    let sorted = report.sorted();
    let mut by_ends: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in &sorted {
        if let [from, to] = finding.ends.as_slice() {
            by_ends.entry((from, to)).or_default().push(finding);
        }
    }
    let mut dependencies = Suite::default();
    let mut told: BTreeSet<*const Finding> = BTreeSet::new();
    for dependency in report.model.dependencies.iter().filter(|d| d.verdict != Verdict::Unjudged) {
        let ends = (
            report.model.component(dependency.from).name.as_str(),
            report.model.component(dependency.to).name.as_str(),
        );
        // Several dependencies may join two components; a finding is told at the first that is not confirmed.
        let wrong = !matches!(dependency.verdict, Verdict::Confirmed | Verdict::Omitted);
        let findings = if wrong { by_ends.remove(&ends).unwrap_or_default() } else { vec![] };
        told.extend(findings.iter().map(|f| std::ptr::from_ref(*f)));
        dependencies.dependency(report, dependency, ends, &findings);
    }
    let mut others = Suite::default();
    for finding in sorted.iter().filter(|f| !told.contains(&std::ptr::from_ref(**f))) {
        others.finding(report, finding);
    }
    let tests = dependencies.tests + others.tests;
    let failures = dependencies.failures + others.failures;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"undrawn\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n{}{}</testsuites>\n",
        dependencies.text("dependencies"),
        others.text("findings")
    )
}

#[derive(Default)]
struct Suite {
    cases: String,
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Suite {
    fn dependency(
        &mut self,
        report: &Report,
        dependency: &Dependency,
        (from, to): (&str, &str),
        findings: &[&Finding],
    ) {
        let name = format!("{from} -> {to} ({})", dependency.kind);
        let file = dependency.evidence.first().map(|e| &e.location);
        let outcome = match (dependency.verdict, findings) {
            (_, [_, ..]) => Outcome::Failed(findings.iter().map(|f| failure(report, f)).collect()),
            (Verdict::Confirmed, _) => Outcome::Passed,
            (Verdict::Omitted, _) => Outcome::Skipped("left out of the drawing on purpose"),
            (Verdict::Unseen, _) => Outcome::Skipped("drawn, no evidence found"),
            _ => Outcome::Skipped("not drawn, and not reported by the selected rules"),
        };
        let place = file.map(|l| (report.repository_path(&l.file), l.line));
        self.case(from, &name, place, outcome);
    }

    fn finding(&mut self, report: &Report, finding: &Finding) {
        let place = (report.repository_path(&finding.location.file), finding.location.line);
        let name = format!("{} {}", finding.rule, finding.ends.join(" "));
        self.case(&finding.rule, name.trim(), Some(place), Outcome::Failed(failure(report, finding)));
    }

    fn case(&mut self, class: &str, name: &str, place: Option<(String, u32)>, outcome: Outcome) {
        self.tests += 1;
        let mut head = format!(
            "    <testcase classname=\"{}\" name=\"{}\"",
            escape::markup(class),
            escape::markup(name)
        );
        if let Some((file, line)) = place {
            head.push_str(&format!(" file=\"{}\" line=\"{line}\"", escape::markup(&file)));
        }
        let case = match outcome {
            Outcome::Passed => format!("{head}/>\n"),
            Outcome::Skipped(why) => {
                self.skipped += 1;
                format!("{head}>\n      <skipped message=\"{}\"/>\n    </testcase>\n", escape::markup(why))
            }
            Outcome::Failed(text) => {
                self.failures += 1;
                format!("{head}>\n{text}    </testcase>\n")
            }
        };
        self.cases.push_str(&case);
    }

    fn text(&self, name: &str) -> String {
        format!(
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n{}  </testsuite>\n",
            self.tests, self.failures, self.skipped, self.cases
        )
    }
}

enum Outcome {
    Passed,
    Skipped(&'static str),
    Failed(String),
}

fn failure(report: &Report, finding: &Finding) -> String {
    let place = format!("{}:{}", report.repository_path(&finding.location.file), finding.location.line);
    let mut body = format!("{place}: {}\n", finding.label);
    for related in &finding.related {
        body.push_str(&format!("{}: {}\n", related.location, related.message));
    }
    if !finding.help.is_empty() {
        body.push_str(&format!("help: {}\n", finding.help));
    }
    format!(
        "      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
        escape::markup(&finding.rule),
        escape::markup(&finding.message),
        escape::markup_lines(&body)
    )
}
