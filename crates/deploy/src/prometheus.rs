//! Prometheus: what it scrapes, where it sends alerts and samples.
//!
//! <https://prometheus.io/docs/prometheus/latest/configuration/configuration/>. An OpenTelemetry Collector or agent with
//! the same section inside is read too.

use crate::Reading;
use crate::emit::{self, Out};
use crate::yaml::{self, Node, Yaml};
use undrawn_model::{DependencyKind, Location, SourceFile, SourceTree, Subject, Syntax, Template};

/// May this path be a Prometheus configuration?
pub(crate) fn wants(path: &str) -> bool {
    crate::compose::wants(path)
}

/// Reads the files that have scrape configurations.
pub(crate) fn read(tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let mut out = Out::default();
    let words = ["scrape_configs:", "remote_write:", "alertmanagers:"];
    for file in
        files.iter().filter(|f| words.iter().any(|w| f.text.contains(w)) && !f.text.contains("{{ .Values"))
    {
        let yaml = yaml::parse(file);
        out.notes.extend(yaml.notes.iter().cloned());
        for root in yaml.documents.iter().filter_map(configuration) {
            Reader { tree, yaml: &yaml, out: &mut out }.root(root);
        }
    }
    out.finish()
}

/// The Prometheus part of a document.
fn configuration(document: &Node) -> Option<&Node> {
    let is = |n: &&Node| ["scrape_configs", "remote_write", "alerting"].iter().any(|k| n.get(k).is_some());
    // A manifest's ConfigMap is read by the manifest's reader.
    let plain = Some(document).filter(|d| d.get("apiVersion").is_none());
    plain.filter(is).or_else(|| plain?.at(&["receivers", "prometheus", "config"]).filter(is))
}

struct Reader<'a> {
    tree: &'a SourceTree,
    yaml: &'a Yaml,
    out: &'a mut Out,
}

impl Reader<'_> {
    fn root(&mut self, root: &Node) {
        for job in items(root, "scrape_configs") {
            self.job(job);
        }
        for section in ["remote_write", "remote_read"] {
            for item in items(root, section) {
                if let Some(node) = item.get("url") {
                    self.call(node, node.text().unwrap_or(""), section);
                }
            }
        }
        // Promtail has the same scrape section and sends what it finds to its clients:
        // <https://grafana.com/docs/loki/latest/send-data/promtail/configuration/>
        for client in items(root, "clients") {
            if let Some(node) = client.get("url") {
                self.call(node, node.text().unwrap_or(""), "sends logs to");
            }
        }
        for manager in root.at(&["alerting", "alertmanagers"]).map(Node::items).unwrap_or(&[]) {
            self.targets(manager, "http", "alertmanager");
            self.discovered(manager, "alertmanagers");
        }
    }

    fn job(&mut self, job: &Node) {
        let name = job.text_at(&["job_name"]).unwrap_or("");
        // Prometheus' own targets are itself; every job by that name or by `localhost` says nothing about others.
        let path = job.text_at(&["metrics_path"]).unwrap_or("/metrics");
        self.targets(
            job,
            job.text_at(&["scheme"]).unwrap_or("http"),
            &format!("scrapes {path} as job {name} of"),
        );
        for files in items(job, "file_sd_configs") {
            for file in items(files, "files") {
                self.target_file(file, name);
            }
        }
        self.discovered(job, &format!("job \"{name}\""));
    }

    fn targets(&mut self, holder: &Node, scheme: &str, verb: &str) {
        let groups = items(holder, "static_configs").iter().chain(items(holder, "target_groups"));
        for target in groups.flat_map(|g| items(g, "targets")) {
            self.target(target, scheme, verb);
        }
    }

    fn target(&mut self, target: &Node, scheme: &str, verb: &str) {
        let text = target.text().unwrap_or("");
        let own = self.yaml.location(target);
        if !text.is_empty() && !emit::is_self(emit::host_of(text)) {
            let address = if text.contains("://") { text.to_string() } else { format!("{scheme}://{text}") };
            self.say(&address, own, format!("{verb} {text}"));
        }
    }

    /// Targets in a file of their own; patterns and files outside the tree are noted.
    fn target_file(&mut self, node: &Node, job: &str) {
        let text = node.text().unwrap_or("");
        let base = text.rsplit('/').next().unwrap_or("");
        let file = SourceTree::join(self.yaml.file.dir(), text.trim_start_matches('/'))
            .and_then(|p| self.tree.get(&p))
            .or_else(|| self.tree.get(&SourceTree::join(self.yaml.file.dir(), base)?));
        let Some(file) = file else {
            let message = format!("job \"{job}\" takes its targets from {text}, which is not in the tree");
            return self.out.note(self.yaml.location(node), message);
        };
        let other = yaml::parse(file);
        let targets = other.documents.iter().flat_map(Node::items).flat_map(|g| items(g, "targets"));
        let mut reader = Reader { tree: self.tree, yaml: &other, out: self.out };
        targets.for_each(|t| reader.target(t, "http", &format!("scrapes as job {job}")));
    }

    /// Targets that Prometheus finds while it runs.
    fn discovered(&mut self, holder: &Node, what: &str) {
        for entry in holder.entries() {
            let Some(by) = entry.name().strip_suffix("_sd_configs").filter(|n| *n != "file") else {
                continue;
            };
            for config in entry.value.items() {
                let server = ["server", "api_server", "url"].iter().find_map(|k| config.get(k));
                if let Some(node) = server.filter(|n| n.text().is_some()) {
                    self.call(node, node.text().unwrap_or(""), &format!("finds targets through {by}"));
                }
                let names = ["names", "services", "applications"].iter().flat_map(|k| items(config, k));
                for node in names.filter(|_| by == "dns") {
                    self.target(node, "http", &format!("scrapes, found by {by}:"));
                }
            }
            let message = format!("{what} finds its targets through {by}; which ones is not known here");
            self.out.note(self.yaml.location(&entry.key), message);
        }
    }

    fn call(&mut self, node: &Node, address: &str, detail: &str) {
        self.say(address, self.yaml.location(node), format!("{detail} {address}"));
    }

    fn say(&mut self, address: &str, at: Location, detail: String) {
        let call = emit::plumbing(DependencyKind::Telemetry, Template::parse(address, Syntax::Shell));
        self.out.call(&Subject::Owner, call, at, detail);
    }
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or(&[])
}
