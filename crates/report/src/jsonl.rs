//! `jsonl`: the public contract, one object a line, each with its `type`.
//!
//! For programs that read as it comes. The objects are those of the `json` format; the first line says the version.

use crate::{Report, Style, escape, json};
use serde_json::{Map, Value};

/// `meta`, then every `component`, `dependency`, `finding` and `note`.
pub fn render(report: &Report, _style: &Style) -> String {
    let model = report.model;
    let meta = serde_json::json!({
        "schema_version": json::SCHEMA_VERSION,
        "tool": { "name": "undrawn", "version": report.tool_version },
    });
    let components = model.components.iter().map(|c| typed("component", json::component(c)));
    let dependencies = model.dependencies.iter().map(|d| typed("dependency", json::dependency(model, d)));
    let findings = report.sorted().into_iter().map(|f| typed("finding", json::finding(f)));
    let notes = model.notes.iter().map(|n| typed("note", json::note(n)));
    let all = std::iter::once(typed("meta", meta)).chain(components).chain(dependencies).chain(findings);
    all.chain(notes).map(|value| escape::json_line(&value) + "\n").collect()
}

fn typed(word: &str, value: Value) -> Value {
    let mut out = Map::new();
    out.insert("type".into(), Value::String(word.into()));
    if let Value::Object(fields) = value {
        out.extend(fields);
    }
    Value::Object(out)
}
