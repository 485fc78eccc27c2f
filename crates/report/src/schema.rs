//! The JSON Schema (2020-12) of the public contract: what `undrawn schema` prints.

use crate::{escape, json::SCHEMA_VERSION};
use serde_json::{Map, Value, json};
use undrawn_model::{
    Access, ComponentKind, Confidence, DependencyKind, Mode, Need, OperationKind, Provenance, ResourceSort,
    Verdict,
};

/// The schema as indented JSON.
pub fn text() -> String {
    escape::json_pretty(&schema()) + "\n"
}

/// The schema. Fields that it does not name may be added without a new version; readers pass over them.
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{}/schema/{SCHEMA_VERSION}", env!("CARGO_PKG_REPOSITORY")),
        "title": "undrawn report",
        "description": "components, dependencies, findings and notes of one analysis; files are relative to the analysed root",
        "type": "object",
        "required": ["schema_version", "components", "dependencies", "findings", "notes"],
        "properties": {
            "schema_version": { "const": SCHEMA_VERSION },
            "tool": object(&[("name", text_of("always \"undrawn\"")), ("version", text_of("version of the program"))], &[]),
            "summary": summary(),
            "components": list("component"),
            "dependencies": list("dependency"),
            "resources": list("resource"),
            "drawings": list("drawing"),
            "unresolved": list("unresolved"),
            "omissions": list("omission"),
            "findings": list("finding"),
            "notes": list("note"),
        },
        "$defs": {
            "location": location(),
            "evidence": evidence(),
            "component": component(),
            "dependency": dependency(),
            "policy_value": policy_value(),
            "observed": observed(),
            "resource": resource(),
            "drawing": drawing(),
            "unresolved": unresolved(),
            "omission": omission(),
            "finding": finding(),
            "place": place(),
            "note": note(),
        },
    })
}

/// An object of these properties; all are required but the ones named in `optional`.
fn object(properties: &[(&str, Value)], optional: &[&str]) -> Value {
    let required: Vec<&str> =
        properties.iter().map(|(name, _)| *name).filter(|n| !optional.contains(n)).collect();
    let properties: Map<String, Value> =
        properties.iter().map(|(name, v)| (name.to_string(), v.clone())).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

fn list(definition: &str) -> Value {
    json!({ "type": "array", "items": reference(definition) })
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

fn text_of(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn text_or_null(description: &str) -> Value {
    json!({ "type": ["string", "null"], "description": description })
}

fn texts(description: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": description })
}

fn truth(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn number(description: &str, minimum: u32) -> Value {
    json!({ "type": "integer", "minimum": minimum, "description": description })
}

fn words(description: &str, words: Vec<&str>) -> Value {
    json!({ "enum": words, "description": description })
}

macro_rules! all {
    ($name:ident) => {
        $name::ALL.iter().map(|w| w.as_str()).collect()
    };
}

fn summary() -> Value {
    let verdicts: Map<String, Value> =
        Verdict::ALL.iter().map(|v| (v.to_string(), number("dependencies with this verdict", 1))).collect();
    object(
        &[
            (
                "errors",
                number(
                    "findings that are errors; absent when no rule was run, like the other three of findings",
                    0,
                ),
            ),
            ("warnings", number("findings that are warnings", 0)),
            ("notes", number("findings that are notes", 0)),
            ("suppressed", number("findings that were silenced", 0)),
            ("components", number("components", 0)),
            ("dependencies", number("dependencies", 0)),
            (
                "verdicts",
                json!({ "type": "object", "properties": verdicts, "description": "dependencies by verdict" }),
            ),
            ("drawings_compared", number("drawings compared with the evidence", 0)),
            ("files_not_read", number("files that could not be read in full", 0)),
        ],
        &["errors", "warnings", "notes", "suppressed"],
    )
}

fn location() -> Value {
    object(
        &[
            ("file", text_of("path relative to the analysed root, with forward slashes")),
            ("line", number("first line, from 1", 1)),
            ("column", number("first column, from 1, in Unicode characters", 1)),
            ("end_line", number("last line", 1)),
            ("end_column", number("column after the last one", 1)),
        ],
        &[],
    )
}

fn evidence() -> Value {
    object(
        &[
            ("provenance", words("what sort of source said it", all!(Provenance))),
            ("file", text_of("path relative to the analysed root, with forward slashes")),
            ("line", number("line, from 1", 1)),
            ("column", number("column, from 1, in Unicode characters", 1)),
            ("detail", text_of("one line for the reader")),
        ],
        &[],
    )
}

fn component() -> Value {
    let operation = object(
        &[
            ("name", text_of("unique in the component")),
            ("kind", words("what starts it", all!(OperationKind))),
            ("schedule", text_or_null("expression or period of a schedule, as written")),
            ("location", reference("location")),
        ],
        &[],
    );
    let identity = object(
        &[
            ("name", text_of("the name")),
            ("sort", text_of("who calls it so")),
            ("reason", text_of("why it is this component's name")),
            ("location", reference("location")),
        ],
        &[],
    );
    object(
        &[
            ("name", text_of("unique in the system")),
            ("kind", words("what it is", all!(ComponentKind))),
            ("aliases", texts("all other names")),
            ("language", text_or_null("main language, if known")),
            ("technology", text_or_null("product it runs, if known")),
            ("published", truth("reachable from outside the system")),
            ("drawn_only", truth("exists in a drawing only")),
            ("operations", json!({ "type": "array", "items": operation })),
            ("identities", json!({ "type": "array", "items": identity })),
            ("evidence", list("evidence")),
        ],
        &[],
    )
}

fn dependency() -> Value {
    let drawn = object(
        &[
            ("drawing", text_of("id of the drawing")),
            ("location", reference("location")),
            ("lifted", text_or_null("how a coarser line was lifted to cover this; null when it is exact")),
            ("reversed", truth("drawn the other way, along the data")),
        ],
        &[],
    );
    object(
        &[
            ("from", text_of("name of the dependent")),
            ("to", text_of("name of the dependency")),
            ("kind", words("protocol or relation", all!(DependencyKind))),
            ("mode", words("how it carries work", all!(Mode))),
            ("need", words("what happens to the dependent without it", all!(Need))),
            ("verdict", words("drawing against evidence", all!(Verdict))),
            ("confidence", words("how sure", all!(Confidence))),
            (
                "policy",
                json!({ "type": "object", "additionalProperties": reference("policy_value"), "description": "limits by name; names carry their unit" }),
            ),
            ("operations", texts("entry operations of the dependent that use it")),
            ("resources", texts("tables, topics and the like that are used")),
            ("drawn", json!({ "type": "array", "items": drawn })),
            ("observed", reference("observed")),
            ("evidence", list("evidence")),
        ],
        &["observed"],
    )
}

fn policy_value() -> Value {
    let sorts = vec!["explicit", "inherited", "library-default", "unlimited", "unknown"];
    let origin = object(
        &[
            ("sort", words("where the value comes from", sorts)),
            ("location", reference("location")),
            ("key", text_of("configuration key or rule it is inherited from")),
            ("library", text_of("library and version range")),
            ("citation", text_of("document that says so")),
        ],
        &["location", "key", "library", "citation"],
    );
    let value = json!({ "type": ["number", "null"], "description": "null when unlimited or unknown" });
    object(&[("value", value), ("origin", origin)], &[])
}

fn observed() -> Value {
    let milliseconds = |what: &str| json!({ "type": "number", "description": what });
    let mut out = object(
        &[
            ("count", number("calls", 0)),
            ("errors", number("failed calls", 0)),
            ("p50_ms", milliseconds("median, milliseconds")),
            ("p99_ms", milliseconds("99th percentile, milliseconds")),
            ("first_seen", text_of("first call, RFC 3339")),
            ("last_seen", text_of("last call, RFC 3339")),
        ],
        &[],
    );
    out["description"] =
        json!("traffic; absent when nothing was observed, which does not mean that there is none");
    out
}

fn resource() -> Value {
    let user = object(
        &[
            ("component", text_of("name of the user")),
            ("access", words("what is done to it", all!(Access))),
            ("evidence", list("evidence")),
        ],
        &[],
    );
    object(
        &[
            ("store", text_of("name of the store or broker it lies in")),
            ("sort", words("what it is", all!(ResourceSort))),
            ("name", text_of("its name")),
            ("users", json!({ "type": "array", "items": user })),
        ],
        &[],
    )
}

fn drawing() -> Value {
    let lifted =
        object(&[("message", text_of("what became of the line")), ("location", reference("location"))], &[]);
    let candidates = texts("components that fit equally well");
    let ambiguous = object(&[("box", text_of("box id")), ("candidates", candidates)], &[]);
    let boxes = json!({
        "type": "object",
        "additionalProperties": { "type": "array", "items": { "type": "string" } },
        "description": "box id to the names of the components it stands for",
    });
    object(
        &[
            ("id", text_of("file and number: README.md#1")),
            ("format", text_of("the format's own name")),
            (
                "form",
                words("what sort of diagram it is", vec!["flowchart", "architecture", "sequence", "other"]),
            ),
            ("title", text_or_null("title, or the heading it stands under")),
            ("location", reference("location")),
            ("compared", truth("compared with the evidence")),
            ("reason", text_of("why it is compared or not")),
            ("boxes", boxes),
            ("ambiguous", json!({ "type": "array", "items": ambiguous })),
            ("lifted", json!({ "type": "array", "items": lifted })),
        ],
        &[],
    )
}

fn unresolved() -> Value {
    let mut out = object(
        &[
            ("from", text_of("name of the caller")),
            ("kind", words("protocol or relation", all!(DependencyKind))),
            ("address", text_of("address as far as it is known; unknown parts in braces")),
            ("reason", text_of("why it leads to no component")),
            ("evidence", list("evidence")),
        ],
        &[],
    );
    out["description"] = json!("a call whose address leads to no component");
    out
}

fn omission() -> Value {
    let mut out = object(
        &[
            ("from", text_of("dependent, or *")),
            ("to", text_of("dependency, or *")),
            ("reason", text_of("why")),
            ("owner", text_or_null("who decided")),
            ("until", text_or_null("last valid day, YYYY-MM-DD")),
            ("location", reference("location")),
            ("applied", number("dependencies it applied to", 0)),
        ],
        &[],
    );
    out["description"] = json!("a dependency left out of the drawing on purpose");
    out
}

fn finding() -> Value {
    object(
        &[
            ("rule", text_of("kebab-case name of the rule")),
            ("severity", words("how bad, if true", vec!["note", "warning", "error"])),
            ("confidence", words("how sure", all!(Confidence))),
            ("message", text_of("what, in one line")),
            ("help", text_of("what next, in one line; may be empty")),
            ("location", reference("location")),
            ("label", text_of("what is to be seen at the location; may be empty")),
            ("related", list("place")),
            ("path", list("place")),
            ("ends", texts("components it is about, the dependent first")),
            ("fingerprint", text_of("the same from run to run; made of rule, ends and kind, never of lines")),
        ],
        &[],
    )
}

fn place() -> Value {
    object(&[("message", text_of("what is to be seen there")), ("location", reference("location"))], &[])
}

fn note() -> Value {
    let location = json!({ "anyOf": [reference("location"), { "type": "null" }] });
    object(
        &[
            ("message", text_of("what could not be read or decided, and why")),
            ("location", location),
            ("unread", truth("input was lost")),
        ],
        &[],
    )
}
