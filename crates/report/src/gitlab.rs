//! `gitlab`: the code quality report that a merge request shows
//! (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).

use crate::{Report, Style, escape, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use undrawn_model::{Finding, Severity};

/// A list with one entry a finding. Fingerprints are unique, as GitLab shows only one of two equal ones.
pub fn render(report: &Report, _style: &Style) -> String {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out = Vec::new();
    for finding in report.sorted() {
        let times = seen.entry(&finding.fingerprint.0).or_insert(0);
        *times += 1;
        out.push(entry(report, finding, *times));
    }
    escape::json_pretty(&Value::Array(out)) + "\n"
}

fn entry(report: &Report, finding: &Finding, times: usize) -> Value {
    let severity = match finding.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Note => "info",
    };
    let mut description = text::line(&finding.message);
    if !finding.help.is_empty() {
        description.push_str(&format!(" (help: {})", text::line(&finding.help)));
    }
    json!({
        "description": description,
        "check_name": finding.rule,
        "fingerprint": crate::sarif::hash(&finding.fingerprint.0, times),
        "severity": severity,
        "location": {
            "path": report.repository_path(&finding.location.file),
            "lines": { "begin": finding.location.line, "end": finding.location.end_line.max(finding.location.line) },
        },
    })
}
