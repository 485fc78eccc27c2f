//! `json`: the public contract, schema version 1. [`crate::schema`] describes it.
//!
//! A report in this format is also a saved map: [`read`] takes back what `undrawn diff` compares.

use crate::{Report, Style, Summary, escape};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use undrawn_model::{
    Component, Dependency, Finding, Location, Note, Origin, Policy, Related, Resource, Sighting, SystemModel,
};

/// The version of the contract. A change that breaks readers raises it; added fields do not.
pub const SCHEMA_VERSION: &str = "1";

/// The whole report as one document.
pub fn render(report: &Report, _style: &Style) -> String {
    escape::json_pretty(&document(report)) + "\n"
}

/// The document, for callers that add to it.
pub fn document(report: &Report) -> Value {
    let model = report.model;
    let findings: Vec<Value> = report.sorted().into_iter().map(finding).collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "tool": { "name": "undrawn", "version": report.tool_version },
        "summary": summary(&Summary::of(report)),
        "components": model.components.iter().map(component).collect::<Vec<_>>(),
        "dependencies": model.dependencies.iter().map(|d| dependency(model, d)).collect::<Vec<_>>(),
        "resources": model.resources.iter().map(|r| resource(model, r)).collect::<Vec<_>>(),
        "drawings": drawings(model),
        "unresolved": unresolved(model),
        "omissions": omissions(model),
        "findings": findings,
        "notes": model.notes.iter().map(note).collect::<Vec<_>>(),
    })
}

/// Counts. Those of findings are left out where no rule was run: zero would say that all is well.
fn summary(summary: &Summary) -> Value {
    let verdicts: Map<String, Value> =
        summary.verdicts.iter().map(|(verdict, n)| (verdict.to_string(), json!(n))).collect();
    let mut out = json!({
        "components": summary.components,
        "dependencies": summary.dependencies(),
        "verdicts": verdicts,
        "drawings_compared": summary.drawings,
        "files_not_read": summary.unread,
    });
    if let (Some(fields), true) = (out.as_object_mut(), summary.checked) {
        fields.insert("errors".into(), json!(summary.errors));
        fields.insert("warnings".into(), json!(summary.warnings));
        fields.insert("notes".into(), json!(summary.hints));
        fields.insert("suppressed".into(), json!(summary.suppressed));
    }
    out
}

/// A component of the contract.
pub(crate) fn component(component: &Component) -> Value {
    let operations: Vec<Value> = component
        .operations
        .iter()
        .map(|o| json!({ "name": o.name, "kind": o.kind, "schedule": o.schedule, "location": location(&o.location) }))
        .collect();
    let identities: Vec<Value> = component
        .identities
        .iter()
        .map(|i| json!({ "name": i.name, "sort": i.sort, "reason": i.reason, "location": location(&i.location) }))
        .collect();
    json!({
        "name": component.name,
        "kind": component.kind,
        "aliases": component.aliases,
        "language": component.language,
        "technology": component.technology,
        "published": component.published,
        "drawn_only": component.drawn_only,
        "operations": operations,
        "identities": identities,
        "evidence": evidence(&component.evidence),
    })
}

/// A dependency of the contract. `observed` is left out where nothing was observed: no zeroes that nobody counted.
pub(crate) fn dependency(model: &SystemModel, dependency: &Dependency) -> Value {
    let mut out = json!({
        "from": model.component(dependency.from).name,
        "to": model.component(dependency.to).name,
        "kind": dependency.kind,
        "mode": dependency.mode,
        "need": dependency.need,
        "verdict": dependency.verdict,
        "confidence": dependency.confidence,
        "policy": policy(&dependency.policy),
        "operations": dependency.operations,
        "resources": dependency.resources,
        "drawn": drawn(model, dependency),
    });
    if let (Some(fields), Some(seen)) = (out.as_object_mut(), &dependency.observed) {
        let seen = json!({
            "count": seen.count,
            "errors": seen.errors,
            "p50_ms": seen.p50_ms,
            "p99_ms": seen.p99_ms,
            "first_seen": seen.first_seen,
            "last_seen": seen.last_seen,
        });
        fields.insert("observed".into(), seen);
    }
    if let Some(fields) = out.as_object_mut() {
        fields.insert("evidence".into(), evidence(&dependency.evidence));
    }
    out
}

/// Lines that show a dependency; the drawing itself where both ends lie in one box and no line can show it.
fn drawn(model: &SystemModel, dependency: &Dependency) -> Value {
    let lines = dependency.drawn.iter().filter_map(|d| {
        let drawing = &model.drawings.get(d.drawing)?.drawing;
        let line = d.line.and_then(|line| drawing.lines.get(line));
        let place = location(line.map_or(&drawing.location, |line| &line.location));
        Some(json!({ "drawing": drawing.id, "location": place, "lifted": d.lifted, "reversed": d.reversed }))
    });
    Value::Array(lines.collect())
}

fn policy(policy: &Policy) -> Value {
    let values = policy.iter().map(|(name, value)| {
        let origin = match &value.origin {
            Origin::Explicit(place) => json!({ "sort": "explicit", "location": location(place) }),
            Origin::Inherited { key, location: place } => {
                json!({ "sort": "inherited", "key": key, "location": location(place) })
            }
            Origin::LibraryDefault { library, citation } => {
                json!({ "sort": "library-default", "library": library, "citation": citation })
            }
            Origin::Unlimited { library, citation } => {
                json!({ "sort": "unlimited", "library": library, "citation": citation })
            }
            Origin::Unknown => json!({ "sort": "unknown" }),
        };
        (name.clone(), json!({ "value": value.value, "origin": origin }))
    });
    Value::Object(values.collect())
}

fn resource(model: &SystemModel, resource: &Resource) -> Value {
    let users: Vec<Value> = resource
        .users
        .iter()
        .map(|user| {
            let name = &model.component(user.component).name;
            json!({ "component": name, "access": user.access, "evidence": evidence(&user.evidence) })
        })
        .collect();
    json!({
        "store": model.component(resource.store).name,
        "sort": resource.sort,
        "name": resource.name,
        "users": users,
    })
}

fn drawings(model: &SystemModel) -> Value {
    let names = |ids: &[undrawn_model::ComponentId]| -> Vec<&str> {
        ids.iter().map(|id| &*model.component(*id).name).collect()
    };
    let all = model.drawings.iter().map(|mapped| {
        let boxes: Map<String, Value> =
            mapped.boxes.iter().map(|(id, components)| (id.clone(), json!(names(components)))).collect();
        let ambiguous: Vec<Value> =
            mapped.ambiguous.iter().map(|(id, fit)| json!({ "box": id, "candidates": names(fit) })).collect();
        let lifted: Vec<Value> = mapped
            .lifted
            .iter()
            .filter_map(|l| {
                let place = location(&mapped.drawing.lines.get(l.line)?.location);
                Some(json!({ "message": l.message, "location": place }))
            })
            .collect();
        json!({
            "id": mapped.drawing.id,
            "format": mapped.drawing.format,
            "form": mapped.drawing.form,
            "title": mapped.drawing.title,
            "location": location(&mapped.drawing.location),
            "compared": mapped.compared,
            "reason": mapped.reason,
            "boxes": boxes,
            "ambiguous": ambiguous,
            "lifted": lifted,
        })
    });
    Value::Array(all.collect())
}

fn unresolved(model: &SystemModel) -> Vec<Value> {
    let all = model.unresolved.iter().map(|call| {
        json!({
            "from": model.component(call.from).name,
            "kind": call.call.kind,
            "address": call.call.address.to_string(),
            "reason": call.reason,
            "evidence": evidence(std::slice::from_ref(&call.sighting)),
        })
    });
    all.collect()
}

fn omissions(model: &SystemModel) -> Vec<Value> {
    let all = model.omissions.iter().map(|(omission, times)| {
        json!({
            "from": omission.from,
            "to": omission.to,
            "reason": omission.reason,
            "owner": omission.owner,
            "until": omission.until,
            "location": location(&omission.location),
            "applied": times,
        })
    });
    all.collect()
}

/// A finding of the contract.
pub(crate) fn finding(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "help": finding.help,
        "location": location(&finding.location),
        "label": finding.label,
        "related": places(&finding.related),
        "path": places(&finding.path),
        "ends": finding.ends,
        "fingerprint": finding.fingerprint.0,
    })
}

fn places(places: &[Related]) -> Vec<Value> {
    places.iter().map(|p| json!({ "message": p.message, "location": location(&p.location) })).collect()
}

/// A note of the contract.
pub(crate) fn note(note: &Note) -> Value {
    json!({ "message": note.message, "location": note.location.as_ref().map(location), "unread": note.unread })
}

fn location(place: &Location) -> Value {
    json!({
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    })
}

fn evidence(sightings: &[Sighting]) -> Value {
    let all = sightings.iter().map(|s| {
        json!({
            "provenance": s.provenance,
            "file": s.location.file,
            "line": s.location.line,
            "column": s.location.column,
            "detail": s.detail,
        })
    });
    Value::Array(all.collect())
}

/// What of a saved report is needed to compare two: names, kinds, verdicts. Fields of later versions are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SavedMap {
    /// Always [`SCHEMA_VERSION`] once read.
    pub schema_version: String,
    /// Components.
    pub components: Vec<SavedComponent>,
    /// Dependencies.
    pub dependencies: Vec<SavedDependency>,
}

/// A component of a saved map. The words are those of the contract.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct SavedComponent {
    /// Name.
    pub name: String,
    /// Kind.
    #[serde(default)]
    pub kind: String,
}

/// A dependency of a saved map. The words are those of the contract.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct SavedDependency {
    /// Dependent.
    pub from: String,
    /// Dependency.
    pub to: String,
    /// Protocol or relation.
    #[serde(default)]
    pub kind: String,
    /// How it carries work.
    #[serde(default)]
    pub mode: String,
    /// What happens without it.
    #[serde(default)]
    pub need: String,
    /// Drawing against evidence.
    #[serde(default)]
    pub verdict: String,
    /// Where it is known from, the line that creates it first.
    #[serde(default)]
    pub evidence: Vec<SavedEvidence>,
}

/// A place of a saved map.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct SavedEvidence {
    /// Path relative to the analysed root.
    #[serde(default)]
    pub file: String,
    /// Line, from 1.
    #[serde(default)]
    pub line: u32,
}

/// Reads a saved map. The error is one line: what is wrong and where in the text.
pub fn read(text: &str) -> Result<SavedMap, String> {
    let map: SavedMap = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|e| format!("not a saved map: {}", crate::text::line(&e.to_string())))?;
    if map.schema_version != SCHEMA_VERSION {
        let version = crate::text::line(&map.schema_version);
        return Err(format!(
            "saved map has schema version \"{version}\", this program reads \"{SCHEMA_VERSION}\""
        ));
    }
    Ok(map)
}

impl From<&SystemModel> for SavedMap {
    fn from(model: &SystemModel) -> Self {
        let component = |c: &Component| SavedComponent { name: c.name.clone(), kind: c.kind.to_string() };
        let dependency = |d: &Dependency| SavedDependency {
            from: model.component(d.from).name.clone(),
            to: model.component(d.to).name.clone(),
            kind: d.kind.to_string(),
            mode: d.mode.to_string(),
            need: d.need.to_string(),
            verdict: d.verdict.to_string(),
            evidence: d.evidence.iter().map(saved_evidence).collect(),
        };
        SavedMap {
            schema_version: SCHEMA_VERSION.to_string(),
            components: model.components.iter().map(component).collect(),
            dependencies: model.dependencies.iter().map(dependency).collect(),
        }
    }
}

fn saved_evidence(sighting: &Sighting) -> SavedEvidence {
    SavedEvidence { file: sighting.location.file.to_string(), line: sighting.location.line }
}
