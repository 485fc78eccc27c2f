//! Grafana's provisioned data sources.
//!
//! <https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources>.

use crate::Reading;
use crate::emit::{self, Out};
use crate::yaml::{self, Node};
use undrawn_model::{CallClaim, DependencyKind, SourceFile, SourceTree, Subject, Syntax, Template};

/// May this path be a provisioning file?
pub(crate) fn wants(path: &str) -> bool {
    crate::compose::wants(path)
}

/// Reads files with a list of data sources.
pub(crate) fn read(_tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let mut out = Out::default();
    for file in files.iter().filter(|f| f.text.contains("datasources:") && f.text.contains("url:")) {
        let yaml = yaml::parse(file);
        out.notes.extend(yaml.notes.iter().cloned());
        for source in yaml.documents.iter().filter_map(|d| d.get("datasources")).flat_map(Node::items) {
            let (Some(node), Some(kind)) = (source.get("url"), source.text_at(&["type"])) else { continue };
            let Some(text) = node.text() else { continue };
            let call = CallClaim {
                technology: known(kind),
                ..emit::plumbing(DependencyKind::Telemetry, Template::parse(text, Syntax::Shell))
            };
            out.call(
                &Subject::Owner,
                call,
                yaml.location(node),
                format!("Grafana data source {kind} {text}"),
            );
        }
    }
    out.finish()
}

/// Types of data sources that are names of products.
fn known(kind: &str) -> Option<String> {
    let products =
        ["prometheus", "loki", "tempo", "jaeger", "zipkin", "elasticsearch", "influxdb", "postgres", "mysql"];
    let name = products.iter().find(|p| **p == kind)?;
    Some(if *name == "postgres" { "postgresql".into() } else { name.to_string() })
}
