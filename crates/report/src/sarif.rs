//! `sarif`: SARIF 2.1.0, in the subset and within the limits of GitHub code scanning
//! (<https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support>).

use crate::{Report, RuleInfo, Style, escape, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use undrawn_model::{Confidence, Finding, Location, Note, Related, Severity};

/// Results that GitHub accepts in one run; more than these are left out, least severe first, with a notification.
const RESULTS_MAX: usize = 25_000;
/// Characters of a short or full description.
const DESCRIPTION_MAX: usize = 1024;
/// Locations of one result, and of one thread flow.
const LOCATIONS_MAX: usize = 1_000;
/// Notes that are passed on; a count stands for the rest.
const NOTES_MAX: usize = 5_000;

/// One run with its rules, results and notes.
pub fn render(report: &Report, _style: &Style) -> String {
    let sorted = report.sorted();
    let index: BTreeMap<&str, usize> = report.rules.iter().enumerate().map(|(i, r)| (r.id, i)).collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut results = Vec::new();
    for finding in sorted.iter().take(RESULTS_MAX) {
        let times = seen.entry(&finding.fingerprint.0).or_insert(0);
        *times += 1;
        results.push(result(report, finding, index.get(&*finding.rule).copied(), *times));
    }
    let run = json!({
        "tool": { "driver": {
            "name": "undrawn",
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "version": report.tool_version,
            "semanticVersion": report.tool_version,
            "rules": report.rules.iter().map(rule).collect::<Vec<_>>(),
        } },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            "%SRCROOT%": { "description": { "text": "the root of the repository" } },
        },
        "invocations": [{
            "executionSuccessful": true,
            "toolExecutionNotifications": notifications(report, sorted.len()),
        }],
        "results": results,
    });
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    });
    escape::json_pretty(&document) + "\n"
}

fn rule(rule: &RuleInfo) -> Value {
    let summary = text::clip(&text::line(rule.summary), DESCRIPTION_MAX);
    json!({
        "id": rule.id,
        "name": rule.id,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": text::clip(&full_description(rule), DESCRIPTION_MAX) },
        "help": { "text": help_text(rule), "markdown": help_markdown(rule) },
        "defaultConfiguration": { "level": rule.severity.as_str() },
        "properties": {
            "tags": ["architecture", rule.group],
            "precision": precision(rule.precision),
            "problem.severity": problem_severity(rule.severity),
        },
    })
}

/// The page's first paragraph; the summary when the page has none.
fn full_description(rule: &RuleInfo) -> String {
    let mut paragraphs = rule.page_markdown.split("\n\n").map(str::trim);
    let first = paragraphs.find(|p| !p.is_empty() && !p.starts_with(['#', '`', '<', '|', '-']));
    text::line(first.unwrap_or(rule.summary))
}

fn help_text(rule: &RuleInfo) -> String {
    format!("{}; `undrawn explain {}` shows the rule's page", text::line(rule.summary), rule.id)
}

fn help_markdown(rule: &RuleInfo) -> String {
    match rule.page_markdown.trim() {
        "" => help_text(rule),
        page => page.to_string(),
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "recommendation",
    }
}

fn result(report: &Report, finding: &Finding, rule: Option<usize>, times: usize) -> Value {
    let related = &finding.related[..finding.related.len().min(LOCATIONS_MAX)];
    let hash = hash(&finding.fingerprint.0, times);
    let mut out = json!({
        "ruleId": finding.rule,
        "level": finding.severity.as_str(),
        "message": { "text": message(finding, related) },
        "locations": [location(report, &finding.location, &finding.label)],
        "partialFingerprints": {
            // The one that GitHub compares, together with rule and path.
            "primaryLocationLineHash": hash,
            "undrawn/v1": finding.fingerprint.0,
        },
        "properties": { "confidence": finding.confidence, "ends": finding.ends, "help": finding.help },
    });
    let Some(fields) = out.as_object_mut() else { return out };
    if let Some(rule) = rule {
        fields.insert("ruleIndex".into(), json!(rule));
    }
    if !related.is_empty() {
        fields.insert("relatedLocations".into(), related_locations(report, related));
    }
    if !finding.path.is_empty() {
        fields.insert("codeFlows".into(), code_flows(report, finding));
    }
    out
}

/// The message, then the related places as links to their ids.
fn message(finding: &Finding, related: &[Related]) -> String {
    let mut out = plain(&finding.message);
    for (i, place) in related.iter().enumerate() {
        let between = if i == 0 { ": " } else { ", " };
        let words = if place.message.is_empty() { place.location.to_string() } else { place.message.clone() };
        out.push_str(&format!("{between}[{}]({})", plain(&words), i + 1));
    }
    if !finding.help.is_empty() {
        out.push_str(&format!("\nhelp: {}", plain(&finding.help)));
    }
    out
}

/// Text in which nothing is a link (SARIF 2.1.0, section 3.11.6).
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text::line(text).chars() {
        if matches!(c, '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn location(report: &Report, place: &Location, label: &str) -> Value {
    let mut out = json!({ "physicalLocation": physical(report, place) });
    if let (Some(fields), false) = (out.as_object_mut(), label.is_empty()) {
        fields.insert("message".into(), json!({ "text": plain(label) }));
    }
    out
}

fn physical(report: &Report, place: &Location) -> Value {
    let (line, column) = (place.line.max(1), place.column.max(1));
    let end_line = place.end_line.max(line);
    let end_column = if end_line == line { place.end_column.max(column) } else { place.end_column.max(1) };
    json!({
        "artifactLocation": { "uri": escape::uri(&report.repository_path(&place.file)), "uriBaseId": "%SRCROOT%" },
        "region": {
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
        },
    })
}

fn related_locations(report: &Report, related: &[Related]) -> Value {
    let all = related.iter().enumerate().map(|(i, place)| {
        let mut out = location(report, &place.location, &place.message);
        if let Some(fields) = out.as_object_mut() {
            fields.insert("id".into(), json!(i + 1));
        }
        out
    });
    Value::Array(all.collect())
}

fn code_flows(report: &Report, finding: &Finding) -> Value {
    let steps = finding.path.iter().take(LOCATIONS_MAX);
    let steps: Vec<Value> =
        steps.map(|s| json!({ "location": location(report, &s.location, &s.message) })).collect();
    json!([{ "threadFlows": [{ "locations": steps }] }])
}

fn notifications(report: &Report, findings: usize) -> Value {
    let notes = &report.model.notes;
    let mut out: Vec<Value> = notes.iter().take(NOTES_MAX).map(|n| notification(report, n)).collect();
    let mut cut = |n: usize, what: &str| {
        if n > 0 {
            let message = format!("{} left out of this file", text::count(n, what));
            out.push(json!({ "level": "warning", "message": { "text": message } }));
        }
    };
    cut(notes.len().saturating_sub(NOTES_MAX), "note");
    cut(findings.saturating_sub(RESULTS_MAX), "result");
    Value::Array(out)
}

fn notification(report: &Report, note: &Note) -> Value {
    let (level, id) = if note.unread { ("warning", "unread") } else { ("note", "undecided") };
    let mut out = json!({
        "level": level,
        "descriptor": { "id": id },
        "message": { "text": plain(&note.message) },
    });
    if let (Some(fields), Some(place)) = (out.as_object_mut(), &note.location) {
        fields.insert("locations".into(), json!([location(report, place, "")]));
    }
    out
}

/// A short stable name of a fingerprint (FNV-1a, 64 bits, hexadecimal), and which of several equal ones it is.
pub(crate) fn hash(fingerprint: &str, times: usize) -> String {
    let hash = fingerprint.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}:{times}")
}
