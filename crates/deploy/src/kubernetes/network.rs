//! Services and Ingresses: the names at which workloads answer, and what is open to the outside.

use super::{Cluster, Object, workload_subject};
use crate::emit::{Out, name};
use crate::yaml::Node;
use undrawn_model::{
    Address, Claim, ComponentClaim, ComponentKind, Name, NameSort, Policy, RouteClaim, Subject, Syntax,
    Template,
};

/// A Service names the workloads that its selector means.
pub(super) fn service(cluster: &Cluster<'_>, object: &Object<'_>, out: &mut Out) {
    let spec = object.node.get("spec");
    if let Some(target) = spec.and_then(|s| s.text_at(&["externalName"])) {
        return external(object, target, out);
    }
    let Some(selector) = spec.and_then(|s| s.get("selector")).filter(|s| s.is_map()) else { return };
    let subjects = cluster.selected(object.namespace, selector);
    if subjects.is_empty() {
        let message =
            format!("no workload in the tree has the labels that the Service \"{}\" selects", object.name);
        out.note(object.place(), message);
    }
    let claim = claim(object);
    for subject in subjects {
        out.component(&subject, claim.clone(), object.place(), format!("Kubernetes Service {}", object.name));
    }
}

fn claim(object: &Object<'_>) -> ComponentClaim {
    let spec = object.node.get("spec");
    let kind = spec.and_then(|s| s.text_at(&["type"])).unwrap_or("ClusterIP");
    let ports = spec.and_then(|s| s.get("ports")).map(Node::items).unwrap_or(&[]);
    let address = |port: &Node| Address {
        host: Some(object.name.to_string()),
        port: port.text_at(&["port"]).map(|p| Template::parse(p, Syntax::Shell)),
        published_port: port.text_at(&["nodePort"]).and_then(|p| p.parse().ok()),
    };
    ComponentClaim {
        names: hosts(object),
        addresses: ports.iter().map(address).collect(),
        published: matches!(kind, "LoadBalancer" | "NodePort"),
        ..ComponentClaim::default()
    }
}

/// `name`, and with the namespace where one is written.
fn hosts(object: &Object<'_>) -> Vec<Name> {
    let mut texts = vec![object.name.to_string()];
    if !object.namespace.is_empty() {
        let full = format!("{}.{}", object.name, object.namespace);
        texts.extend([full.clone(), format!("{full}.svc"), format!("{full}.svc.cluster.local")]);
    }
    texts.into_iter().map(|text| name(Template::text(text), NameSort::Host)).collect()
}

/// A name for something outside the cluster.
fn external(object: &Object<'_>, target: &str, out: &mut Out) {
    let mut names = hosts(object);
    names.push(name(Template::text(target), NameSort::Host));
    names.push(name(Template::text(object.name), NameSort::Declared));
    let claim = ComponentClaim { kind: Some(ComponentKind::External), names, ..ComponentClaim::default() };
    let subject = workload_subject(object.namespace, object.name);
    out.component(&subject, claim, object.place(), format!("Kubernetes Service {} is {target}", object.name));
}

/// An Ingress opens the workloads behind its Services, and forwards paths to them.
pub(super) fn ingress(cluster: &Cluster<'_>, object: &Object<'_>, out: &mut Out) {
    let subject = workload_subject(object.namespace, object.name);
    let spec = object.node.get("spec");
    let section = |key: &str| spec.and_then(|s| s.get(key)).map(Node::one_or_many).unwrap_or(&[]);
    for backend in section("defaultBackend").iter().chain(section("backend")) {
        forward(cluster, object, (&subject, "/"), backend, out);
    }
    for rule in section("rules") {
        let host = rule.text_at(&["host"]).unwrap_or("");
        for path in rule.at(&["http", "paths"]).map(Node::items).unwrap_or(&[]) {
            let pattern = format!("{host}{}", path.text_at(&["path"]).unwrap_or("/"));
            if let Some(backend) = path.get("backend") {
                forward(cluster, object, (&subject, &pattern), backend, out);
            }
        }
        // Gateway API: rules without hosts, matches beside backends.
        let matched =
            rule.get("matches").and_then(|m| m.items().first()).and_then(|m| m.text_at(&["path", "value"]));
        for backend in rule.get("backendRefs").map(Node::items).unwrap_or(&[]) {
            forward(cluster, object, (&subject, matched.unwrap_or("/")), backend, out);
        }
    }
    // OpenShift.
    if let Some(backend) = spec.and_then(|s| s.get("to")) {
        let path = spec.and_then(|s| s.text_at(&["path"])).unwrap_or("/");
        forward(cluster, object, (&subject, path), backend, out);
    }
}

fn forward(
    cluster: &Cluster<'_>,
    object: &Object<'_>,
    (subject, path): (&Subject, &str),
    backend: &Node,
    out: &mut Out,
) {
    let keys: [&[&str]; 3] = [&["service", "name"], &["serviceName"], &["name"]];
    let Some(node) = keys.iter().find_map(|k| backend.at(k)) else { return };
    let Some(service) = node.text() else { return };
    let at = object.yaml.location(node);
    let keys: [&[&str]; 3] = [&["service", "port", "number"], &["servicePort"], &["port"]];
    let port = keys.iter().find_map(|k| backend.text_at(k)).filter(|p| p.bytes().all(|b| b.is_ascii_digit()));
    let to = port.map_or(format!("http://{service}"), |p| format!("http://{service}:{p}"));
    let detail = format!("{} {}: {path} -> {service}", object.kind, object.name);
    let route = RouteClaim { path: Template::text(path), to: Template::text(to), policy: Policy::new() };
    out.say(subject, Claim::Route(route), at.clone(), detail.clone());
    for target in cluster.behind(object.namespace, service) {
        let claim = ComponentClaim { published: true, ..ComponentClaim::default() };
        out.component(&target, claim, at.clone(), detail.clone());
    }
}
