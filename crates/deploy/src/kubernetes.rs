//! Kubernetes manifests: workloads, the Services and Ingresses in front of them, their settings.
//!
//! Overlays and patches of one workload are one subject: whatever a partial manifest says is said about the workload of
//! that kind and name. Field names: <https://kubernetes.io/docs/reference/kubernetes-api/>.

mod network;
mod settings;
mod workload;

use crate::Reading;
use crate::emit::{self, Out};
use crate::kustomize::Overlays;
use crate::yaml::{self, Node, Yaml};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{Location, SourceFile, SourceTree, Subject};

/// May this path be a manifest?
pub(crate) fn wants(path: &str) -> bool {
    crate::compose::wants(path)
}

/// Reads all manifests of the tree.
pub(crate) fn read(tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let mut out = Out::default();
    let manifests = files.iter().filter(|f| is_manifest(f));
    let (templates, plain): (Vec<_>, Vec<_>) = manifests.partition(|f| is_helm(f));
    helm_notes(&templates, &mut out);
    let parsed: Vec<Yaml> = plain.par_iter().map(|f| yaml::parse(f)).collect();
    let overlays = Overlays::new(tree, &parsed);
    let mut objects: Vec<Object<'_>> = Vec::new();
    for yaml in parsed.iter().chain(overlays.inline()) {
        yaml.documents.iter().for_each(|d| objects_of(yaml, d, 0, &mut objects));
        out.notes.extend(yaml.notes.iter().cloned());
    }
    let cluster = Cluster::new(objects);
    for object in &cluster.objects {
        let mark = out.evidence.len();
        cluster.say(object, &mut out);
        let profiles = overlays.profiles(&object.yaml.file.path);
        let said = out.evidence.get_mut(mark..).unwrap_or(&mut []);
        said.iter_mut().filter(|_| !profiles.is_empty()).for_each(|e| e.profiles.clone_from(&profiles));
    }
    overlays.say(&cluster, &mut out);
    cluster.note_unread(&mut out);
    out.finish()
}

/// True for files that have the two keys of every manifest.
pub(crate) fn is_manifest(file: &SourceFile) -> bool {
    file.text.contains("kind:") && file.text.contains("apiVersion:")
}

fn is_helm(file: &SourceFile) -> bool {
    file.text.contains("{{") && file.path.split('/').any(|p| p == "templates")
}

/// One note a chart: its templates are programs, not manifests.
fn helm_notes(files: &[&&SourceFile], out: &mut Out) {
    let mut charts: BTreeMap<&str, (usize, &SourceFile)> = BTreeMap::new();
    for file in files {
        let chart = file.path.find("templates/").map_or("", |i| file.path.get(..i).unwrap_or(""));
        charts.entry(chart).or_insert((0, file)).0 += 1;
    }
    for (chart, (count, first)) in charts {
        let name = if chart.is_empty() { "." } else { chart.trim_end_matches('/') };
        let templates = emit::count(count, "template", "templates");
        let message = format!("Helm templates are not evaluated yet: {templates} of the chart {name}");
        out.note(Location::file(first.path.clone()), message);
    }
}

/// One manifest.
pub(crate) struct Object<'a> {
    yaml: &'a Yaml,
    node: &'a Node,
    kind: &'a str,
    name: &'a str,
    namespace: &'a str,
}

impl Object<'_> {
    /// Place of its name.
    fn place(&self) -> Location {
        let name = self.node.at(&["metadata", "name"]).unwrap_or(self.node);
        self.yaml.location(name)
    }
}

/// Members of lists are objects too; lists in lists only a little deep.
fn objects_of<'a>(yaml: &'a Yaml, node: &'a Node, depth: usize, out: &mut Vec<Object<'a>>) {
    let Some(kind) = node.text_at(&["kind"]).filter(|_| node.get("apiVersion").is_some()) else { return };
    if kind.ends_with("List") && node.get("items").is_some() {
        let items = node.get("items").map(Node::items).unwrap_or(&[]);
        return items.iter().filter(|_| depth < 4).for_each(|item| objects_of(yaml, item, depth + 1, out));
    }
    let name = node.text_at(&["metadata", "name"]).or_else(|| node.text_at(&["metadata", "generateName"]));
    let deleted = node.text_at(&["$patch"]) == Some("delete");
    if let Some(name) = name.filter(|_| !deleted) {
        let namespace = node.text_at(&["metadata", "namespace"]).unwrap_or("");
        out.push(Object { yaml, node, kind, name, namespace });
    }
}

/// All manifests together: which workload a selector means, which values a reference has.
pub(crate) struct Cluster<'a> {
    objects: Vec<Object<'a>>,
    /// (namespace, name) of workloads that some manifest gives an image.
    workloads: BTreeSet<(&'a str, &'a str)>,
    /// Pod labels of each workload, of all its manifests.
    labels: BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, &'a str>>,
    /// Indices of the Services of each (namespace, name).
    services: BTreeMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'a> Cluster<'a> {
    fn new(objects: Vec<Object<'a>>) -> Self {
        let (mut workloads, mut services) = (BTreeSet::new(), BTreeMap::<_, Vec<usize>>::new());
        let mut labels: BTreeMap<(&str, &str), BTreeMap<&str, &str>> = BTreeMap::new();
        for (i, object) in objects.iter().enumerate() {
            let id = (object.namespace, object.name);
            if let Some(pod) = workload::pod(object) {
                if workload::containers(pod).iter().any(|c| c.text_at(&["image"]).is_some()) {
                    workloads.insert(id);
                }
                let own = workload::pod_labels(object).map(Node::entries).unwrap_or(&[]);
                let own = own.iter().filter_map(|e| Some((e.key.as_str()?, e.value.as_str()?)));
                labels.entry(id).or_default().extend(own);
            } else if object.kind == "Service" {
                services.entry(id).or_default().push(i);
            }
        }
        Cluster { objects, workloads, labels, services }
    }

    fn say(&self, object: &Object<'_>, out: &mut Out) {
        match object.kind {
            "Service" if workload::pod(object).is_none() => network::service(self, object, out),
            "Ingress" | "Route" | "HTTPRoute" => network::ingress(self, object, out),
            "ConfigMap" => settings::config_map(object, out),
            "Secret" => settings::secret(object, out),
            _ if workload::pod(object).is_some() => self.workload(object, out),
            _ => {}
        }
    }

    fn workload(&self, object: &Object<'_>, out: &mut Out) {
        if self.workloads.contains(&(object.namespace, object.name)) {
            workload::say(self, object, &workload_subject(object.namespace, object.name), out);
        } else {
            let message = format!("no manifest gives the workload \"{}\" an image", object.name);
            out.note(object.place(), message);
        }
    }

    /// Workloads whose pods carry all of these labels.
    fn selected(&self, namespace: &str, selector: &Node) -> Vec<Subject> {
        let wanted: Vec<_> =
            selector.entries().iter().map(|e| (e.name(), e.value.as_str().unwrap_or(""))).collect();
        let carries = |labels: &BTreeMap<&str, &str>| wanted.iter().all(|(k, v)| labels.get(k) == Some(v));
        let of_namespace =
            self.labels.iter().filter(|(id, _)| id.0 == namespace && self.workloads.contains(*id));
        match wanted.is_empty() {
            true => vec![],
            false => of_namespace
                .filter(|(_, labels)| carries(labels))
                .map(|((namespace, name), _)| workload_subject(namespace, name))
                .collect(),
        }
    }

    /// Workloads behind a Service.
    fn behind(&self, namespace: &str, service: &str) -> Vec<Subject> {
        let services = self.services.get(&(namespace, service)).into_iter().flatten();
        let objects = services.filter_map(|i| self.objects.get(*i));
        let mut out: Vec<Subject> = objects
            .filter_map(|o| o.node.at(&["spec", "selector"]))
            .flat_map(|selector| self.selected(namespace, selector))
            .collect();
        out.sort();
        out.dedup();
        out
    }

    /// Names of the Services of a file, with the workloads behind them.
    pub(crate) fn services_of(&self, path: &str) -> Vec<(&'a str, Subject)> {
        let own = self.objects.iter().filter(|o| o.kind == "Service" && *o.yaml.file.path == *path);
        own.flat_map(|o| self.behind(o.namespace, o.name).into_iter().map(move |s| (o.name, s))).collect()
    }

    /// The value of a key of a ConfigMap (`kind`) or Secret.
    fn value(&self, kind: &str, namespace: &str, name: &str, key: &str) -> Option<&'a str> {
        let found = |o: &&Object<'a>| o.kind == kind && o.namespace == namespace && o.name == name;
        let section = if kind == "Secret" { "stringData" } else { "data" };
        self.objects.iter().filter(found).find_map(|o| o.node.at(&[section, key])?.as_str())
    }

    /// One note for all kinds that nothing is known about.
    fn note_unread(&self, out: &mut Out) {
        let unknown = |o: &&Object<'_>| !KNOWN.contains(&o.kind) && workload::pod(o).is_none();
        let objects: Vec<&Object<'_>> = self.objects.iter().filter(unknown).collect();
        let kinds: BTreeSet<&str> = objects.iter().map(|o| o.kind).collect();
        if let Some(first) = objects.first() {
            let kinds: Vec<&str> = kinds.into_iter().collect();
            let count =
                emit::count(objects.len(), "resource of another kind is", "resources of other kinds are");
            let message = format!("{count} not read: {}", kinds.join(", "));
            out.note(first.place(), message);
        }
    }
}

/// Kinds that are read, or say nothing about what depends on what.
const KNOWN: &[&str] = &[
    "Service",
    "Ingress",
    "Route",
    "HTTPRoute",
    "ConfigMap",
    "Secret",
    "Namespace",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "NetworkPolicy",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "LimitRange",
    "ResourceQuota",
    "PriorityClass",
    "PodSecurityPolicy",
    "IngressClass",
    "CustomResourceDefinition",
    "Kustomization",
    "Component",
    "ConfigMapGenerator",
    "Endpoints",
    "Project",
    "Config",
    "Cluster",
    "APIService",
    "Gateway",
    "GatewayClass",
    "Certificate",
    "Issuer",
    "ClusterIssuer",
    "VerticalPodAutoscaler",
    "ImageStream",
    "Skaffold",
    "AuthorizationPolicy",
    "PeerAuthentication",
];

/// The subject of a workload.
pub(crate) fn workload_subject(namespace: &str, name: &str) -> Subject {
    Subject::Declared { scope: format!("kubernetes:{namespace}"), name: name.to_string() }
}

/// The subject of a ConfigMap.
pub(crate) fn config_map_subject(namespace: &str, name: &str) -> Subject {
    Subject::Declared { scope: format!("configmap:{namespace}"), name: name.to_string() }
}

/// The subject of a Secret.
pub(crate) fn secret_subject(namespace: &str, name: &str) -> Subject {
    Subject::Declared { scope: format!("secret:{namespace}"), name: name.to_string() }
}
