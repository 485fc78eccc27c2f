//! The OpenTelemetry Collector: where it sends what it receives.
//!
//! <https://opentelemetry.io/docs/collector/configuration/>. Exporters that no pipeline uses are left out.

use crate::Reading;
use crate::emit::{self, Out, is_self};
use crate::yaml::{self, Node, Yaml};
use std::collections::BTreeSet;
use undrawn_model::{
    Address, ComponentClaim, DependencyKind, SourceFile, SourceTree, Subject, Syntax, Template,
};

/// May this path be a collector's configuration?
pub(crate) fn wants(path: &str) -> bool {
    crate::compose::wants(path)
}

/// Reads files with receivers, exporters and pipelines.
pub(crate) fn read(_tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let mut out = Out::default();
    for file in files.iter().filter(|f| f.text.contains("exporters:") && f.text.contains("pipelines:")) {
        let yaml = yaml::parse(file);
        out.notes.extend(yaml.notes.iter().cloned());
        for root in yaml.documents.iter().filter(|d| d.at(&["service", "pipelines"]).is_some()) {
            exporters(&yaml, root, &mut out);
            receivers(&yaml, root, &mut out);
        }
    }
    out.finish()
}

fn used<'a>(root: &'a Node, section: &str) -> BTreeSet<&'a str> {
    let pipelines = root.at(&["service", "pipelines"]).map(Node::entries).unwrap_or(&[]);
    pipelines
        .iter()
        .filter_map(|p| p.value.get(section))
        .flat_map(Node::items)
        .filter_map(Node::text)
        .collect()
}

fn exporters(yaml: &Yaml, root: &Node, out: &mut Out) {
    let used = used(root, "exporters");
    let entries = root.get("exporters").map(Node::entries).unwrap_or(&[]);
    for entry in entries.iter().filter(|e| used.contains(e.name())) {
        let keys =
            ["endpoint", "endpoints", "brokers", "traces_endpoint", "metrics_endpoint", "logs_endpoint"];
        let kind = entry.name().split('/').next().unwrap_or("");
        // The Prometheus exporter's endpoint is where it listens.
        for node in keys.iter().filter(|_| kind != "prometheus").filter_map(|k| entry.value.get(k)) {
            node.one_or_many().iter().for_each(|n| send(yaml, kind, n, out));
        }
    }
}

fn send(yaml: &Yaml, kind: &str, node: &Node, out: &mut Out) {
    let Some(text) = node.text() else { return };
    let call = emit::plumbing(DependencyKind::Telemetry, environment(text));
    out.call(&Subject::Owner, call, yaml.location(node), format!("OpenTelemetry exporter {kind} {text}"));
}

fn receivers(yaml: &Yaml, root: &Node, out: &mut Out) {
    let used = used(root, "receivers");
    let entries = root.get("receivers").map(Node::entries).unwrap_or(&[]);
    for entry in entries.iter().filter(|e| used.contains(e.name())) {
        let protocols = entry.value.get("protocols").map(Node::entries).unwrap_or(&[]);
        let holders = protocols.iter().map(|p| &p.value).chain(std::iter::once(&entry.value));
        for node in holders.filter_map(|h| h.get("endpoint")) {
            receiver(yaml, entry.name(), node, out);
        }
    }
}

/// An endpoint here is either where it listens or what it asks (`redis`, `postgresql`).
fn receiver(yaml: &Yaml, kind: &str, node: &Node, out: &mut Out) {
    let Some(text) = node.text() else { return };
    let host = emit::host_of(text);
    let listens = host.is_empty() || is_self(host) || host.starts_with("${");
    let servers = ["otlp", "zipkin", "jaeger", "opencensus", "statsd", "fluentforward", "syslog", "kafka"];
    let kind = kind.split('/').next().unwrap_or("");
    if listens || servers.contains(&kind) {
        let port = text.rsplit(':').next().filter(|p| p.bytes().all(|b| b.is_ascii_digit()));
        let addresses = vec![Address { host: None, port: port.map(Template::text), published_port: None }];
        let claim = ComponentClaim { addresses, ..ComponentClaim::default() };
        out.component(
            &Subject::Owner,
            claim,
            yaml.location(node),
            format!("OpenTelemetry receiver {kind} {text}"),
        );
    } else {
        let call = emit::plumbing(DependencyKind::Telemetry, environment(text));
        out.call(&Subject::Owner, call, yaml.location(node), format!("OpenTelemetry receiver {kind} {text}"));
    }
}

/// `${env:NAME}` and `${NAME}`.
fn environment(text: &str) -> Template {
    Template::parse(&text.replace("${env:", "${"), Syntax::Shell)
}
