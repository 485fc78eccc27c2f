//! Reads configuration and deployment files: what runs, under which names, with which settings, started after what.
//!
//! Bytes in, evidence out. Every format is one file with its page beside it and one line in [`FORMATS`]. A format never
//! sees another one's result, and none of them decides that two names are one component: that is `graph`'s work. Broken
//! input gives what could be read, plus notes.
//!
//! ```text
//! SourceTree --formats--> (Vec<Evidence>, Vec<Note>)
//! ```

mod beats;
mod command;
mod compose;
mod dockerfile;
mod dotenv;
mod embed;
mod emit;
mod envoy;
mod gradle;
mod grafana;
mod httpd;
mod images;
mod kubernetes;
mod kustomize;
mod logback;
mod logstash;
mod maven;
mod nginx;
mod otel_collector;
mod packages;
mod prometheus;
mod spring;
mod xml;
pub mod yaml;

use rayon::prelude::*;
use undrawn_model::{Evidence, Note, SourceFile, SourceTree};

/// What a format makes of its files.
pub type Reading = (Vec<Evidence>, Vec<Note>);

/// One format: which paths may be of it, and how to read them. `files` are those of the tree whose path it wants; it
/// looks at their content to be sure. The tree is for the files that they name.
struct Format {
    name: &'static str,
    wants: fn(path: &str) -> bool,
    read: fn(tree: &SourceTree, files: &[&SourceFile]) -> Reading,
}

/// All formats, one line each.
static FORMATS: &[Format] = &[
    Format { name: "beats", wants: beats::wants, read: beats::read },
    Format { name: "compose", wants: compose::wants, read: compose::read },
    Format { name: "dockerfile", wants: dockerfile::wants, read: dockerfile::read },
    Format { name: "dotenv", wants: dotenv::wants, read: dotenv::read },
    Format { name: "envoy", wants: envoy::wants, read: envoy::read },
    Format { name: "grafana", wants: grafana::wants, read: grafana::read },
    Format { name: "httpd", wants: httpd::wants, read: httpd::read },
    Format { name: "kubernetes", wants: kubernetes::wants, read: kubernetes::read },
    Format { name: "kustomize", wants: kustomize::wants, read: kustomize::read },
    Format { name: "gradle", wants: gradle::wants, read: gradle::read },
    Format { name: "logback", wants: logback::wants, read: logback::read },
    Format { name: "logstash", wants: logstash::wants, read: logstash::read },
    Format { name: "maven", wants: maven::wants, read: maven::read },
    Format { name: "nginx", wants: nginx::wants, read: nginx::read },
    Format { name: "otel_collector", wants: otel_collector::wants, read: otel_collector::read },
    Format { name: "packages", wants: packages::wants, read: packages::read },
    Format { name: "prometheus", wants: prometheus::wants, read: prometheus::read },
    Format { name: "spring", wants: spring::wants, read: spring::read },
];

/// Names of the formats, for messages and documentation.
pub fn formats() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|f| f.name)
}

/// True when some format may read this path (relative, forward slashes).
pub fn wants(path: &str) -> bool {
    FORMATS.iter().any(|f| (f.wants)(path))
}

/// Reads the whole tree. The order of the result depends on the tree alone.
pub fn read(tree: &SourceTree) -> Reading {
    let readings: Vec<Reading> = FORMATS
        .par_iter()
        .map(|format| {
            let files: Vec<&SourceFile> = tree.files().iter().filter(|f| (format.wants)(&f.path)).collect();
            (format.read)(tree, &files)
        })
        .collect();
    let (mut evidence, mut notes) = (Vec::new(), Vec::new());
    for (more, heard) in readings {
        evidence.extend(more);
        notes.extend(heard);
    }
    (evidence, notes)
}
