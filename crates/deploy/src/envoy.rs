//! Envoy: listeners, routes, clusters, endpoints.
//!
//! Static configuration, version 3 and 2:
//! <https://www.envoyproxy.io/docs/envoy/latest/configuration/overview/examples>. Every mention of a cluster is followed
//! to its endpoints; where a match stands beside it, it is a route.

use crate::Reading;
use crate::emit::Out;
use crate::yaml::{self, Node, Yaml};
use std::collections::BTreeMap;
use undrawn_model::{
    Address, CallClaim, Claim, ComponentClaim, DependencyKind, Mode, Need, Policy, RouteClaim, SourceFile,
    SourceTree, Subject, Syntax, Template,
};

/// Nesting beyond this is not searched.
const NESTING_MAX: usize = 64;

/// May this path be an Envoy configuration?
pub(crate) fn wants(path: &str) -> bool {
    crate::compose::wants(path)
        || path.rsplit('/').next().is_some_and(|n| n.contains("envoy") && n.ends_with(".json"))
}

/// Reads files with static resources.
pub(crate) fn read(_tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let mut out = Out::default();
    for file in files.iter().filter(|f| f.text.contains("static_resources") && f.text.contains("clusters")) {
        let yaml = yaml::parse(file);
        out.notes.extend(yaml.notes.iter().cloned());
        for root in yaml.documents.iter().filter_map(|d| d.get("static_resources")) {
            let clusters = clusters(root);
            let mut reader = Reader { yaml: &yaml, clusters, out: &mut out };
            for listener in root.get("listeners").map(Node::items).unwrap_or(&[]) {
                reader.listener(listener);
            }
        }
    }
    out.finish()
}

/// `host:port` of each cluster's endpoints.
fn clusters(root: &Node) -> BTreeMap<String, Vec<String>> {
    let items = root.get("clusters").map(Node::items).unwrap_or(&[]);
    let entry = |cluster: &Node| {
        let mut addresses = Vec::new();
        sockets(cluster, 0, &mut addresses);
        Some((cluster.text_at(&["name"])?.to_string(), addresses))
    };
    items.iter().filter_map(entry).collect()
}

fn sockets(node: &Node, depth: usize, out: &mut Vec<String>) {
    if depth > NESTING_MAX {
        return;
    }
    if let Some(socket) = node.get("socket_address") {
        let host = socket.text_at(&["address"]).unwrap_or("");
        let port = socket.text_at(&["port_value"]).map(|p| format!(":{p}")).unwrap_or_default();
        if !host.is_empty() {
            out.push(format!("{host}{port}"));
        }
    }
    node.items().iter().for_each(|n| sockets(n, depth + 1, out));
    node.entries().iter().for_each(|e| sockets(&e.value, depth + 1, out));
}

struct Reader<'a> {
    yaml: &'a Yaml,
    clusters: BTreeMap<String, Vec<String>>,
    out: &'a mut Out,
}

impl Reader<'_> {
    fn listener(&mut self, listener: &Node) {
        if let Some(node) = listener.at(&["address", "socket_address", "port_value"]) {
            let port = node.text().map(|p| Template::parse(p, Syntax::Shell));
            let addresses = vec![Address { host: None, port, published_port: None }];
            let claim = ComponentClaim { addresses, ..ComponentClaim::default() };
            self.out.component(&Subject::Owner, claim, self.yaml.location(node), "Envoy listener");
        }
        self.search(listener, None, 0);
    }

    /// Follows every mention of a cluster; `path` is that of the match around it.
    fn search(&mut self, node: &Node, path: Option<&str>, depth: usize) {
        if depth > NESTING_MAX {
            return;
        }
        let matched = node.get("match").and_then(pattern);
        let path = matched.or(path);
        for item in node.items() {
            self.search(item, path, depth + 1);
        }
        // The members of `weighted_clusters` have their cluster as `name`.
        let weighted = node.at(&["weighted_clusters", "clusters"]).map(Node::items).unwrap_or(&[]);
        for name in weighted.iter().filter_map(|c| c.get("name")) {
            self.mention(name, path);
        }
        for entry in node.entries() {
            if matches!(entry.name(), "cluster" | "cluster_name" | "collector_cluster") {
                self.mention(&entry.value, path);
            }
            self.search(&entry.value, path, depth + 1);
        }
    }

    fn mention(&mut self, node: &Node, path: Option<&str>) {
        let Some(name) = node.text() else { return };
        let at = self.yaml.location(node);
        let Some(addresses) = self.clusters.get(name) else {
            return self.out.note(at, format!("the cluster \"{name}\" is not among the static ones"));
        };
        for address in addresses {
            let claim = match path {
                Some(path) => {
                    let to = Template::parse(&format!("http://{address}"), Syntax::Shell);
                    Claim::Route(RouteClaim { path: Template::text(path), to, policy: Policy::new() })
                }
                None => {
                    let call =
                        CallClaim::to(DependencyKind::Network, Template::parse(address, Syntax::Shell));
                    Claim::Call(CallClaim { mode: Mode::Sync, need: Need::Unknown, ..call })
                }
            };
            self.out.say(&Subject::Owner, claim, at.clone(), format!("Envoy cluster {name} at {address}"));
        }
    }
}

/// The path of a match.
fn pattern(node: &Node) -> Option<&str> {
    let plain = ["prefix", "path", "regex", "path_separated_prefix"].iter().find_map(|k| node.text_at(&[k]));
    plain.or_else(|| node.text_at(&["safe_regex", "regex"]))
}
