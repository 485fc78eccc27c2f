//! Filebeat, Metricbeat and their kin: where they send, what they watch.
//!
//! Keys may be nested or dotted. Outputs: <https://www.elastic.co/guide/en/beats/filebeat/current/configuring-output.html>.

use crate::Reading;
use crate::emit::{self, Out};
use crate::yaml::{self, Node, Yaml};
use undrawn_model::{
    CallClaim, ComponentKind, DependencyKind, Mode, SourceFile, SourceTree, Subject, Syntax, Template,
};

/// `filebeat.yml` and its kin, wherever.
pub(crate) fn wants(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    crate::compose::wants(path)
        && (name.contains("beat") || name.contains("elastic-agent") || name.contains("apm-server"))
}

/// Where beats keep addresses: path, kind, technology, kind of component.
const PLACES: &[(&[&str], DependencyKind, &str, ComponentKind)] = &[
    (&["output", "logstash", "hosts"], DependencyKind::Telemetry, "logstash", ComponentKind::Telemetry),
    (&["output", "elasticsearch", "hosts"], DependencyKind::Search, "elasticsearch", ComponentKind::Database),
    (&["output", "kafka", "hosts"], DependencyKind::Messaging, "kafka", ComponentKind::Broker),
    (&["output", "redis", "hosts"], DependencyKind::Cache, "redis", ComponentKind::Cache),
    (&["setup", "kibana", "host"], DependencyKind::Telemetry, "kibana", ComponentKind::Telemetry),
    (
        &["monitoring", "elasticsearch", "hosts"],
        DependencyKind::Telemetry,
        "elasticsearch",
        ComponentKind::Database,
    ),
];

/// Reads them.
pub(crate) fn read(_tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let mut out = Out::default();
    for file in files
        .iter()
        .filter(|f| f.text.contains("output") || f.text.contains("hosts") || f.text.contains("urls"))
    {
        let yaml = yaml::parse(file);
        out.notes.extend(yaml.notes.iter().cloned());
        for root in yaml.documents.iter().filter(|d| d.get("apiVersion").is_none()) {
            outputs(&yaml, root, &mut out);
            watched(&yaml, root, &mut out);
        }
    }
    out.finish()
}

fn outputs(yaml: &Yaml, root: &Node, out: &mut Out) {
    for (path, kind, technology, target) in PLACES {
        let enabled = path.split_last().and_then(|(_, p)| find(root, p)).and_then(|n| n.get("enabled"));
        if enabled.and_then(Node::as_bool) == Some(false) {
            continue;
        }
        for node in find(root, path).map(Node::one_or_many).unwrap_or(&[]) {
            let Some(text) = node.text() else { continue };
            let call = CallClaim {
                technology: Some(technology.to_string()),
                target_kind: Some(*target),
                mode: Mode::Infra,
                ..emit::plumbing(*kind, Template::parse(text, Syntax::Spring))
            };
            out.call(&Subject::Owner, call, yaml.location(node), format!("{} {text}", path.join(".")));
        }
    }
}

/// Hosts that modules and monitors ask.
fn watched(yaml: &Yaml, root: &Node, out: &mut Out) {
    let lists = [["metricbeat", "modules"], ["heartbeat", "monitors"]];
    for item in lists.iter().filter_map(|p| find(root, p)).flat_map(Node::items) {
        let hosts = ["hosts", "urls"].iter().filter_map(|k| item.get(k)).flat_map(Node::one_or_many);
        for node in hosts {
            let Some(text) = node.text().filter(|t| !emit::is_self(emit::host_of(t))) else { continue };
            let call = emit::plumbing(DependencyKind::Telemetry, Template::parse(text, Syntax::Spring));
            let module = item.text_at(&["module"]).or_else(|| item.text_at(&["type"])).unwrap_or("");
            out.call(&Subject::Owner, call, yaml.location(node), format!("watches {module} {text}"));
        }
    }
}

/// The value at a path whose steps may be joined by dots anywhere.
fn find<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    if path.is_empty() {
        return Some(node);
    }
    (1..=path.len()).find_map(|n| {
        let key = path.get(..n)?.join(".");
        find(node.get(&key)?, path.get(n..)?)
    })
}
