//! What holds for every text that a repository may contain.

mod fixture;

use proptest::prelude::*;
use serde_json::Value;
use undrawn_model::Location;
use undrawn_report::{Format, Style, diff, github, json, map, render, schema};

/// Text of all sorts: any characters, and those that formats obey.
fn any_text() -> impl Strategy<Value = String> {
    let special = prop::sample::select(
        "::error::|##[x]|\u{1b}[31m|\u{9b}31m|\r\n|<script>|]]>|-->|&amp;|`|```|@a|%0A|\\|\u{202e}|\u{feff}|\t|\u{0}|\u{ffff}|\"|'|é|漢|[a](http://b)|www.|mailto:a|{0}|$x$|,|:"
            .split('|')
            .collect::<Vec<_>>(),
    );
    let any = prop::collection::vec(any::<char>(), 0..6).prop_map(String::from_iter);
    prop::collection::vec(prop_oneof![special.prop_map(str::to_string), any], 0..12).prop_map(|p| p.concat())
}

fn printed(format: Format, text: &str) -> String {
    fixture::made_of(text).report(|report| render(format, report, &Style::default()))
}

fn obeyed_by_terminal(c: char) -> bool {
    c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn no_format_lets_a_control_character_through(text in any_text()) {
        for format in Format::ALL {
            prop_assert!(!printed(*format, &text).contains(obeyed_by_terminal), "{format}");
        }
        let fixture = fixture::made_of(&text);
        for text in [map::render(&fixture.model, &Style::default()), map::identities(&fixture.model, &Style::default())] {
            prop_assert!(!text.contains(obeyed_by_terminal));
        }
    }

    #[test]
    fn json_formats_are_json_and_keep_every_character(text in any_text()) {
        for format in [Format::Json, Format::Sarif, Format::Gitlab] {
            serde_json::from_str::<Value>(&printed(format, &text)).unwrap();
        }
        for line in printed(Format::Jsonl, &text).lines() {
            serde_json::from_str::<Value>(line).unwrap();
        }
        let document: Value = serde_json::from_str(&printed(Format::Json, &text)).unwrap();
        prop_assert_eq!(document["components"][0]["name"].as_str(), Some(text.as_str()));
    }

    #[test]
    fn a_finding_is_one_workflow_command(text in any_text()) {
        let out = printed(Format::Github, &text);
        prop_assert_eq!(out.lines().count(), 1);
        prop_assert!(out.starts_with("::error file="));
        // The properties end at the first "::" after the command's name: no value may bring it forward.
        let (properties, _) = out["::error ".len()..].split_once("::").unwrap();
        let names: Vec<_> = properties.split(',').map(|p| p.split('=').next().unwrap()).collect();
        prop_assert_eq!(names, ["file", "line", "endLine", "col", "title"]);
    }

    #[test]
    fn output_in_a_log_holds_no_command_for_a_runner(text in any_text()) {
        for format in [Format::Json, Format::Jsonl, Format::Sarif, Format::Gitlab, Format::Junit, Format::Html] {
            prop_assert!(!printed(format, &text).contains("##["), "{format}");
        }
        for format in [Format::Full, Format::Concise] {
            for line in printed(format, &text).lines() {
                let line = line.trim_start();
                prop_assert!(!line.starts_with("::") || line.starts_with(":::"), "{}", line);
                prop_assert!(!line.contains("##["), "{}", line);
            }
        }
    }

    #[test]
    fn xml_is_well_formed_and_keeps_its_shape(text in any_text()) {
        let xml = printed(Format::Junit, &text);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let names: Vec<_> = document.descendants().filter(|n| n.is_element()).map(|n| n.tag_name().name()).collect();
        prop_assert_eq!(names, ["testsuites", "testsuite", "testcase", "failure", "testsuite"]);
    }

    #[test]
    fn html_has_only_our_own_tags(text in any_text()) {
        // Backticks of a message make code; nothing else of it makes a tag.
        let tags = |html: &str| html.replace("<code>", "").replace("</code>", "").matches('<').count();
        // Text without any markup gives the same number of tags, unless it has no visible line to quote.
        let plain: String = text.chars().map(|c| if c.is_whitespace() { c } else { 'x' }).collect();
        prop_assert_eq!(tags(&printed(Format::Html, &text)), tags(&printed(Format::Html, &plain)));
    }

    #[test]
    fn markdown_has_no_raw_html_mention_or_link(text in any_text()) {
        let out = printed(Format::Markdown, &text);
        // What stands outside code spans; a span ends with as many backticks as it began with.
        let outside = outside_code(&out);
        prop_assert!(!outside.contains('<'), "{}", outside);
        prop_assert!(!outside.contains("://") && !outside.contains("mailto:"), "{}", outside);
        prop_assert!(!outside.contains("@") || outside.contains("@&#8203;"));
    }

    #[test]
    fn any_place_in_any_file_can_be_printed(
        text in any_text(), line in 0u32..5, column in 0u32..40, lines in 0u32..9, end_column in 0u32..40, width in 0usize..200
    ) {
        let mut fixture = fixture::made_of(&text);
        let place = Location { file: text.as_str().into(), line, column, end_line: line + lines, end_column };
        fixture.findings[0].location = place.clone();
        fixture.findings[0].related[0].location = place;
        let style = Style { width, ..Style::default() };
        for format in Format::ALL {
            fixture.report(|report| render(*format, report, &style));
        }
    }

    #[test]
    fn a_saved_map_is_read_or_refused_in_one_line(text in any_text()) {
        let error = json::read(&text).unwrap_err();
        prop_assert!(!error.contains(char::is_control));
    }
}

/// The text with its code spans taken out.
fn outside_code(markdown: &str) -> String {
    let mut out = String::new();
    let mut rest = markdown;
    while let Some(open) = rest.find('`') {
        out.push_str(&rest[..open]);
        if out.ends_with('\\') {
            out.push('`');
            rest = &rest[open + 1..];
            continue;
        }
        let ticks = rest[open..].chars().take_while(|c| *c == '`').count();
        let body = &rest[open + ticks..];
        let Some(end) = closing(body, ticks) else { return out + body };
        rest = &body[end..];
    }
    out + rest
}

fn closing(body: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = body[at..].find('`') {
        let start = at + found;
        let run = body[start..].chars().take_while(|c| *c == '`').count();
        if run == ticks {
            return Some(start + run);
        }
        at = start + run;
    }
    None
}

#[test]
fn output_is_the_same_every_time_and_in_any_order_of_findings() {
    let one = fixture::shop();
    let mut other = fixture::shop();
    other.findings.reverse();
    for format in Format::ALL {
        let print = |f: &fixture::Fixture| f.report(|report| render(*format, report, &Style::default()));
        assert_eq!(print(&one), print(&other), "{format}");
    }
}

#[test]
fn a_system_of_nothing_is_printed_too() {
    let mut nothing = fixture::shop();
    nothing.model = Default::default();
    nothing.findings.clear();
    for format in Format::ALL {
        let out = nothing.report(|report| render(*format, report, &Style::default()));
        assert_eq!(out.is_empty(), *format == Format::Github, "{format}");
    }
    nothing.rules.clear();
    let map = nothing.report(|report| render(Format::Markdown, report, &Style::default()));
    assert!(!map.contains("no findings"), "no rule was run: {map}");
    let same = undrawn_report::MapDiff::between(&nothing.model, &nothing.model);
    assert_eq!(diff::text(&same, true), "no change\n");
    assert!(nothing.report(github::step_summary).contains("No dependency was found"));
}

#[test]
fn a_minified_file_is_shown_around_the_place() {
    let mut fixture = fixture::shop();
    let text = format!("{}TARGET{}", "a".repeat(1_000_000), "b".repeat(1_000_000));
    fixture.files.push(("min.js".into(), text));
    fixture.findings.truncate(1);
    fixture.findings[0].location =
        Location { file: "min.js".into(), line: 1, column: 1_000_001, end_line: 1, end_column: 1_000_007 };
    for format in [Format::Full, Format::Html] {
        let out = fixture.report(|report| render(format, report, &Style::default()));
        assert!(out.contains("TARGET"), "{format}");
        assert!(out.contains("min.js:1:1000001"), "{out}");
        assert!(out.lines().all(|l| l.len() < 3_000), "{format}");
    }
}

#[test]
fn sarif_keeps_the_limits_and_says_what_it_left_out() {
    let mut fixture = fixture::shop();
    let finding = fixture.findings[0].clone();
    fixture.findings = (0..25_003).map(|_| finding.clone()).collect();
    let out = fixture.report(|report| render(Format::Sarif, report, &Style::default()));
    let run = &serde_json::from_str::<Value>(&out).unwrap()["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 25_000);
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.last().unwrap()["message"]["text"], "3 results left out of this file");
    let hashes: std::collections::BTreeSet<_> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap())
        .collect();
    assert_eq!(hashes.len(), 25_000);
}

#[test]
fn the_schema_describes_every_field_that_is_printed() {
    let schema = schema::schema();
    for fixture in [fixture::shop(), fixture::made_of("x")] {
        let document = fixture.report(json::document);
        let mut faults = Vec::new();
        check(&schema, &schema, &document, "$", &mut faults);
        assert!(faults.is_empty(), "{faults:#?}");
    }
    let mut broken = fixture::shop().report(json::document);
    broken["dependencies"][0]["kind"] = "telepathy".into();
    broken["findings"][0].as_object_mut().unwrap().remove("location");
    let mut faults = Vec::new();
    check(&schema, &schema, &broken, "$", &mut faults);
    assert_eq!(faults, ["$.dependencies[0].kind is none of the words", "$.findings[0].location is missing"]);
}

/// The part of JSON Schema that the contract's schema uses; stricter in that fields without a description are faults.
fn check(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.trim_start_matches('#')).expect("a definition");
        return check(root, target, value, at, faults);
    }
    if let Some(all) = schema["anyOf"].as_array() {
        let fits = |one: &Value| {
            let mut faults = Vec::new();
            check(root, one, value, at, &mut faults);
            faults.is_empty()
        };
        if !all.iter().any(fits) {
            faults.push(format!("{at} fits no alternative"));
        }
        return;
    }
    if schema["const"] != Value::Null && schema["const"] != *value {
        faults.push(format!("{at} is not the constant"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        faults.push(format!("{at} is none of the words"));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    };
    if !types.is_empty() && !types.iter().any(|t| is(t)) {
        faults.push(format!("{at} is not of type {types:?}"));
    }
    if value.as_u64() < schema["minimum"].as_u64() && value.is_u64() {
        faults.push(format!("{at} is below the minimum"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            faults.push(format!("{at}.{name} is missing"));
        }
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        match (schema["properties"].get(name), schema.get("additionalProperties")) {
            (Some(schema), _) | (None, Some(schema)) => check(root, schema, value, &at, faults),
            (None, None) => faults.push(format!("{at} is not described")),
        }
    }
    for (i, value) in value.as_array().into_iter().flatten().enumerate() {
        check(root, &schema["items"], value, &format!("{at}[{i}]"), faults);
    }
}
