//! The targets, one line each, and what each does with bytes.

use crate::{check_places, tree};
use std::sync::Arc;
use undrawn_diagrams::{Addition, End, Format};
use undrawn_model::{ComponentKind, Evidence, Intent, Note, SourceTree, Syntax, SystemModel, Template};

/// One reader of foreign bytes.
pub struct Target {
    /// Its name, which is that of its file in `fuzz_targets/`.
    pub name: &'static str,
    /// Path of the input where the bytes name none.
    pub path: &'static str,
    /// Pages and folders, from the workspace's root, whose inputs are its seeds.
    pub seeds: &'static [&'static str],
    /// Reads. The first argument is `path`.
    pub run: fn(path: &str, bytes: &[u8]),
}

macro_rules! targets {
    ($($name:ident($path:literal, [$($seeds:literal),*]) = $run:path;)+) => {
        /// All targets.
        pub static TARGETS: &[Target] = &[
            $(Target { name: stringify!($name), path: $path, seeds: &[$($seeds),*], run: $run }),+
        ];
    };
}

targets! {
    mermaid("a.mmd", ["crates/diagrams/src/mermaid.md", "crates/diagrams/src/mermaid"]) = diagrams;
    markdown("a.md", ["crates/diagrams/src/mermaid.md", "examples"]) = diagrams;
    plantuml("a.puml", ["crates/diagrams/src/plantuml.md"]) = diagrams;
    structurizr("a.dsl", ["crates/diagrams/src/structurizr.md"]) = diagrams;
    java("src/main/java/A.java", ["crates/code", "examples"]) = code;
    mybatis("src/main/resources/AMapper.xml", ["crates/code"]) = code;
    proto("a.proto", ["crates/code", "examples"]) = code;
    compose("docker-compose.yml", ["crates/deploy/src/compose.md", "examples"]) = deploy;
    dockerfile("Dockerfile", ["crates/deploy/src/dockerfile.md", "examples"]) = deploy;
    dotenv(".env", ["crates/deploy/src/dotenv.md"]) = deploy;
    kubernetes("k8s/a.yaml", ["crates/deploy/src/kubernetes.md", "examples"]) = deploy;
    kustomize("kustomization.yaml", ["crates/deploy/src/kustomize.md"]) = deploy;
    nginx("nginx.conf", ["crates/deploy/src/nginx.md"]) = deploy;
    httpd("httpd.conf", ["crates/deploy/src/httpd.md"]) = deploy;
    envoy("envoy.yaml", ["crates/deploy/src/envoy.md"]) = deploy;
    prometheus("prometheus.yml", ["crates/deploy/src/prometheus.md"]) = deploy;
    grafana("provisioning/datasources/a.yml", ["crates/deploy/src/grafana.md"]) = deploy;
    otel_collector("otel-collector.yaml", ["crates/deploy/src/otel_collector.md"]) = deploy;
    logstash("logstash.conf", ["crates/deploy/src/logstash.md"]) = deploy;
    beats("filebeat.yml", ["crates/deploy/src/beats.md"]) = deploy;
    spring("src/main/resources/application.yml", ["crates/deploy/src/spring.md", "examples"]) = deploy;
    properties("src/main/resources/application.properties", ["crates/deploy/src/spring.md"]) = deploy;
    maven("pom.xml", ["crates/deploy/src/maven.md", "examples"]) = deploy;
    gradle("build.gradle", ["crates/deploy/src/gradle.md"]) = deploy;
    logback("logback.xml", ["crates/deploy/src/logback.md"]) = deploy;
    packages("package.json", ["crates/deploy/src/packages.md", "examples"]) = deploy;
    sql("a.sql", ["crates/sql/src"]) = sql;
    jpql("a.jpql", ["crates/sql/src"]) = jpql;
    config("undrawn.toml", ["crates/undrawn/tests/pages"]) = config;
    baseline("undrawn-baseline.json", ["crates/undrawn/tests/pages"]) = baseline;
    saved_map("map.json", ["crates/undrawn/tests/pages", "crates/report/src"]) = saved_map;
    template("a.txt", ["crates/deploy/src/spring.md", "crates/deploy/src/compose.md"]) = template;
    pipeline("docker-compose.yml", ["crates/checks/src", "crates/undrawn/tests/pages", "examples"]) = pipeline;
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn sound(tree: &SourceTree, (evidence, notes): (Vec<Evidence>, Vec<Note>)) {
    check_places(tree, &evidence, &notes);
}

fn code(path: &str, bytes: &[u8]) {
    let tree = tree(path, bytes);
    sound(&tree, undrawn_code::read_with(&tree, undrawn_code::Options { prefilter: false }));
}

fn deploy(path: &str, bytes: &[u8]) {
    let tree = tree(path, bytes);
    sound(&tree, undrawn_deploy::read(&tree));
}

/// Reads every diagram, and adds a line to each.
fn diagrams(path: &str, bytes: &[u8]) {
    let tree = tree(path, bytes);
    sound(&tree, undrawn_diagrams::read(&tree));
    for file in tree.files() {
        for format in undrawn_diagrams::FORMATS.iter().filter(|f| (f.wants)(&file.path)) {
            add(&file.text, format, &tree, &file.path);
        }
    }
}

/// Diagrams of one input that are added to: each addition reads the text anew, and an input may hold thousands.
const ADDITIONS_MAX: usize = 4;

fn add(text: &str, format: &Format, tree: &SourceTree, path: &str) {
    let (Some(add), Some(file)) = (format.add, tree.get(path)) else { return };
    let drawings = (format.read)(file).0;
    for drawing in drawings.iter().take(ADDITIONS_MAX) {
        let Some(first) = drawing.boxes.first() else { continue };
        let from = End::Drawn(first.id.clone());
        let to = End::New { label: "new box".into(), kind: ComponentKind::Database };
        let addition = Addition { from, to, label: Some("x".into()), dashed: false };
        if let Ok(edits) = add(text, drawing, &addition) {
            let edited = undrawn_diagrams::apply(text, &edits);
            assert!(edited.len() > text.len(), "an addition adds nothing");
        }
    }
}

/// The first byte chooses the dialect, for SQL that is not seeded.
fn sql(_: &str, bytes: &[u8]) {
    use undrawn_sql::Dialect::*;
    let all = [Generic, Postgres, MySql, MsSql, Oracle, Sqlite];
    let chosen = usize::from(bytes.first().copied().unwrap_or(0)) % all.len();
    let _ = undrawn_sql::tables(&text(bytes), all[chosen]);
}

fn jpql(_: &str, bytes: &[u8]) {
    undrawn_sql::jpql(&text(bytes));
}

fn config(_: &str, bytes: &[u8]) {
    undrawn::untrusted::config(&text(bytes));
}

fn baseline(_: &str, bytes: &[u8]) {
    undrawn::untrusted::baseline(&text(bytes));
}

fn saved_map(_: &str, bytes: &[u8]) {
    if let Ok(map) = undrawn_report::json::read(&text(bytes)) {
        let diff = undrawn_report::MapDiff::of_saved(&map, &map);
        assert!(diff.is_empty(), "a map differs from itself");
        let empty = undrawn_report::SavedMap::from(&SystemModel::default());
        undrawn_report::diff::markdown(&undrawn_report::MapDiff::of_saved(&empty, &map));
    }
}

fn template(_: &str, bytes: &[u8]) {
    let text = text(bytes);
    for syntax in [Syntax::Spring, Syntax::Shell, Syntax::Plain] {
        let parsed = Template::parse(&text, syntax);
        assert!(syntax != Syntax::Plain || parsed.to_string() == text);
        parsed.keys();
    }
}

/// Files to evidence to a model to findings to every report.
fn pipeline(path: &str, bytes: &[u8]) {
    let tree = tree(path, bytes);
    let (mut evidence, mut notes) = (vec![], vec![]);
    for (more, heard) in
        [undrawn_code::read(&tree), undrawn_deploy::read(&tree), undrawn_diagrams::read(&tree)]
    {
        evidence.extend(more);
        notes.extend(heard);
    }
    undrawn::untrusted::comments(&tree);
    let intent = Intent { today: "2026-01-01".into(), ..Intent::default() };
    let model = undrawn_graph::build(evidence, notes, undrawn_code::rules(), &intent);
    let findings = undrawn_checks::run(&model, &intent);
    let source = |path: &str| tree.get(path).map(|f| Arc::clone(&f.text));
    let options = undrawn_report::picture::PictureOptions::default();
    let picture = undrawn_report::picture::picture(&model, &options);
    for format in undrawn_diagrams::FORMATS {
        format.render.map(|render| render(&picture));
    }
    let report = undrawn_report::Report {
        model: &model,
        findings: &findings,
        rules: &[],
        source: &source,
        tool_version: "0",
        suppressed: 0,
        root_in_repository: "",
        link_base: "",
        svg: None,
    };
    for format in undrawn_report::Format::ALL {
        undrawn_report::render(*format, &report, &undrawn_report::Style::default());
    }
    let saved =
        undrawn_report::render(undrawn_report::Format::Json, &report, &undrawn_report::Style::default());
    assert!(undrawn_report::json::read(&saved).is_ok(), "a map that was written is not read");
}
