//! Runs the pages: `crates/report/src/*.md` and `docs/formats.md`.
//!
//! The name of an expectation says what is printed: a format, `FORMAT-color`, `FORMAT-hostile`, or one of the outputs that
//! are no format. Escape characters are shown as `␛`.

mod fixture;

use fixture::Fixture;
use undrawn_report::{
    Format, MapDiff, SavedMap, Style, diff, github, json, map, picture, picture::PictureOptions, render,
    schema,
};

/// What somebody who wants to harm the reader of a report would call a service.
const HOSTILE: &str =
    "::error::x\u{1b}[31m ##[set-env]<script>alert('&\"')</script>|`@all` #1 [a](http://x) ]]>\u{202e}";

#[test]
fn pages() {
    undrawn_testkit::run(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), |case| printed(&case.output));
}

/// The page lies among other pages of `docs`, so a copy of it is run, and comes back when it was updated.
#[test]
fn the_page_of_all_formats() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats.md");
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/formats");
    std::fs::create_dir_all(folder).expect("a folder for the copy");
    let copy = format!("{folder}/formats.md");
    std::fs::copy(page, &copy).expect("the page");
    undrawn_testkit::run(folder, |case| printed(&case.output));
    let text = |path: &str| std::fs::read_to_string(path).expect("the page");
    if text(&copy) != text(page) {
        std::fs::copy(&copy, page).expect("a page that can be written");
    }
}

fn printed(name: &str) -> String {
    let (name, hostile) = match name.strip_suffix("-hostile") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let (name, color) = match name.strip_suffix("-color") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let fixture = if hostile { fixture::made_of(HOSTILE) } else { fixture::shop() };
    let style = Style { color, ..Style::default() };
    output(&fixture, name, &style).replace('\u{1b}', "␛")
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// One finding whose places are of every awkward sort.
fn places() -> Fixture {
    let mut fixture = fixture::shop();
    let finding = &mut fixture.findings[0];
    let at = |file: &str, line, column, end_line, end_column| undrawn_model::Location {
        file: file.into(),
        line,
        column,
        end_line,
        end_column,
    };
    let related = |location, message: &str| undrawn_model::Related { location, message: message.into() };
    finding.location = at("README.md", 4, 1, 8, 22);
    finding.label = "several lines".into();
    finding.related = vec![
        related(at("gone.yml", 3, 7, 3, 9), "a file that is not at hand"),
        related(at("min.js", 1, 400, 1, 406), "a minified file"),
        related(at("crlf.properties", 2, 5, 2, 9), "a file with tabs and Windows line ends"),
        related(at("README.md", 900, 1, 900, 2), "a line that is not there"),
    ];
    fixture.files.push(("min.js".into(), format!("{}TARGET{}", "a".repeat(399), "b".repeat(999))));
    fixture.files.push(("crlf.properties".into(), "a=1\r\n\tb\t=\u{1b}[2J\r\nc=3\r\n".into()));
    fixture.findings.truncate(1);
    fixture
}

/// A picture as plain lines.
fn drawn(model: &undrawn_model::SystemModel, options: &PictureOptions) -> String {
    let picture = picture::picture(model, options);
    let label = |i: usize| &picture.boxes[i].label;
    let boxes = picture
        .boxes
        .iter()
        .map(|b| format!("[{}] {} {}", b.label, b.kind, b.detail.as_deref().unwrap_or("")));
    let lines = picture.lines.iter().map(|l| {
        format!("{} -> {}: {} ({}, {}, {})", label(l.from), label(l.to), l.label, l.verdict, l.need, l.mode)
    });
    boxes.chain(lines).chain(picture.hidden.iter().cloned()).map(|line| line + "\n").collect()
}

fn output(fixture: &Fixture, name: &str, style: &Style) -> String {
    let model = &fixture.model;
    let changed = || {
        let mut newer = model.clone();
        newer.dependencies.remove(1);
        newer.dependencies[2].verdict = undrawn_model::Verdict::Confirmed;
        newer.dependencies[0].kind = undrawn_model::DependencyKind::Grpc;
        newer.components[0].name = "telefax".into();
        MapDiff::between(model, &newer)
    };
    match name {
        "full-places" => places().report(|report| render(Format::Full, report, style)),
        "map" => map::render(model, style),
        "identities" => map::identities(model, style),
        "picture" => drawn(model, &Default::default()),
        "picture-around" => drawn(
            model,
            &PictureOptions { plumbing: true, around: model.find("payments"), ..Default::default() },
        ),
        "picture-small" => drawn(model, &PictureOptions { boxes_max: 3, ..Default::default() }),
        "schema" => schema::text(),
        "diff" => diff::text(&changed(), style.color),
        "diff-json" => diff::json(&changed()),
        "diff-markdown" => diff::markdown(&changed()),
        "map-markdown" => fixture.report(undrawn_report::markdown::map),
        "step-summary" => fixture.report(github::step_summary),
        "json-dependency" => pretty(&fixture.report(json::document)["dependencies"][3]),
        "json-finding" => pretty(&fixture.report(json::document)["findings"][1]),
        "sarif-result" => {
            let sarif = fixture.report(|report| render(Format::Sarif, report, style));
            let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("own output");
            pretty(&sarif["runs"][0]["results"][1])
        }
        "saved-and-read" => {
            let saved = json::read(&fixture.report(|r| render(Format::Json, r, style))).expect("own output");
            diff::text(&MapDiff::of_saved(&saved, &SavedMap::from(model)), false)
        }
        format => {
            let format: Format = format.parse().expect("a format");
            fixture.report(|report| render(format, report, style))
        }
    }
}
