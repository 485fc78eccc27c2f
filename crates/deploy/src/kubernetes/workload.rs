//! Workloads: what runs, with which settings, waiting for what.

use super::{Cluster, Object, config_map_subject, secret_subject};
use crate::command::{self, Context};
use crate::emit::{self, Out, name};
use crate::images;
use crate::yaml::{Node, Yaml};
use undrawn_model::{
    Address, CallClaim, Claim, ComponentClaim, ComponentKind, DependencyKind, NameSort, OperationClaim,
    OperationKind, SettingClaim, SettingSort, Subject, Syntax, Template,
};

/// The pod specification of a workload; `None` for anything else.
pub(super) fn pod<'a>(object: &Object<'a>) -> Option<&'a Node> {
    let spec = object.node.get("spec")?;
    let pod = match object.kind {
        "Pod" => spec,
        "CronJob" => spec.at(&["jobTemplate", "spec", "template", "spec"])?,
        // Deployments and whatever else has a pod template, custom kinds too (Rollout, DeploymentConfig, Knative Service).
        _ => spec.at(&["template", "spec"])?,
    };
    (pod.get("containers").is_some() || pod.get("initContainers").is_some()).then_some(pod)
}

/// Labels of its pods.
pub(super) fn pod_labels<'a>(object: &Object<'a>) -> Option<&'a Node> {
    let path: &[&str] = match object.kind {
        "Pod" => &["metadata", "labels"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "metadata", "labels"],
        _ => &["spec", "template", "metadata", "labels"],
    };
    object.node.at(path)
}

/// Its containers.
pub(super) fn containers(pod: &Node) -> &[Node] {
    pod.get("containers").map(Node::items).unwrap_or(&[])
}

/// Says everything about a workload.
pub(super) fn say(cluster: &Cluster<'_>, object: &Object<'_>, subject: &Subject, out: &mut Out) {
    let Some(pod) = pod(object) else { return };
    let main =
        containers(pod).iter().find(|c| !is_sidecar(c)).and_then(|c| images::parse(c.text_at(&["image"])?));
    let product = main.as_ref().and_then(images::product).is_some();
    let mut writer = Writer { cluster, object, subject, product, out };
    writer.component(pod);
    if object.kind == "CronJob" {
        writer.schedule();
    }
    for container in containers(pod).iter().filter(|c| !is_sidecar(c)) {
        writer.environment(container);
        writer.start(container);
    }
    for container in pod.get("initContainers").map(Node::items).unwrap_or(&[]) {
        writer.init(container, pod);
    }
    for volume in pod.get("volumes").map(Node::items).unwrap_or(&[]) {
        writer.volume(volume);
    }
}

/// A proxy or agent beside the main program.
fn is_sidecar(container: &Node) -> bool {
    let image = container.text_at(&["image"]).and_then(images::parse);
    image.as_ref().and_then(images::product).is_some_and(|p| p.sidecar)
        || container
            .text_at(&["name"])
            .is_some_and(|n| matches!(n, "istio-proxy" | "linkerd-proxy" | "daprd"))
}

fn variables(container: &Node) -> &[Node] {
    container.get("env").map(Node::items).unwrap_or(&[])
}

struct Writer<'a, 'c> {
    cluster: &'a Cluster<'c>,
    object: &'a Object<'c>,
    subject: &'a Subject,
    /// It runs a product of somebody else's, whose variables no code of the system reads.
    product: bool,
    out: &'a mut Out,
}

impl<'c> Writer<'_, 'c> {
    fn yaml(&self) -> &'c Yaml {
        self.object.yaml
    }

    fn component(&mut self, pod: &Node) {
        let mut claim = ComponentClaim::default();
        claim.names.push(name(Template::text(self.object.name), NameSort::Declared));
        if matches!(self.object.kind, "Job" | "CronJob") {
            claim.kind = Some(ComponentKind::Job);
        }
        let replicas = self.object.node.text_at(&["spec", "replicas"]);
        claim.replicas = replicas.and_then(|r| r.parse().ok());
        if let Some(main) = containers(pod).iter().find(|c| !is_sidecar(c)) {
            image(main, &mut claim);
            limits(main, &mut claim);
        }
        for container in containers(pod).iter().filter(|c| !is_sidecar(c)) {
            ports(container, &mut claim);
        }
        let detail = format!("Kubernetes {} {}", self.object.kind, self.object.name);
        self.out.component(self.subject, claim, self.object.place(), detail);
    }

    fn schedule(&mut self) {
        let Some(node) = self.object.node.at(&["spec", "schedule"]) else { return };
        let operation = OperationClaim {
            name: self.object.name.to_string(),
            kind: OperationKind::Scheduled,
            schedule: node.text().map(str::to_string),
        };
        let detail = format!("CronJob {}", self.object.name);
        self.out.say(self.subject, Claim::Operation(operation), self.yaml().location(node), detail);
    }

    fn environment(&mut self, container: &Node) {
        for item in container.get("envFrom").map(Node::items).unwrap_or(&[]) {
            let prefix = item.text_at(&["prefix"]).unwrap_or("");
            for (key, subject_of) in SETS {
                if let Some(node) = item.at(&[key, "name"]) {
                    self.takes(subject_of(self.object.namespace, node.text().unwrap_or("")), prefix, node);
                }
            }
        }
        for item in variables(container) {
            let Some(key) = item.text_at(&["name"]) else { continue };
            match (item.get("value"), item.get("valueFrom")) {
                (Some(value), _) => self.variable(key, value),
                (None, Some(from)) => self.reference(key, from),
                (None, None) => {}
            }
        }
    }

    fn variable(&mut self, key: &str, node: &Node) {
        let value = Template::parse(&as_shell(node.as_str().unwrap_or("")), Syntax::Shell);
        let yaml = self.yaml();
        let sort = SettingSort::Environment;
        if self.product {
            self.product_calls(key, node);
        }
        let place = |r| yaml.location_in(node, r);
        command::environment(self.subject, (key, value, sort), yaml.location(node), place, self.out);
    }

    /// Services that a product's variable names.
    fn product_calls(&mut self, key: &str, node: &Node) {
        let text = node.as_str().unwrap_or("");
        for (host, address) in emit::addresses_in(key, text) {
            let mut labels = host.split('.');
            let service = labels.next().unwrap_or("");
            let namespace = labels.next().unwrap_or(self.object.namespace);
            let behind = self.cluster.behind(namespace, service);
            if !behind.is_empty() && !behind.contains(self.subject) {
                let call = CallClaim::to(DependencyKind::Network, Template::text(address));
                self.out.call(self.subject, call, self.yaml().location(node), format!("{key}={text}"));
            }
        }
    }

    /// `valueFrom`: the value, when the ConfigMap or Secret is in the tree.
    fn reference(&mut self, key: &str, from: &Node) {
        let namespace = self.object.namespace;
        for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
            let Some(reference) = from.get(field) else { continue };
            let (set, entry) =
                (reference.text_at(&["name"]).unwrap_or(""), reference.text_at(&["key"]).unwrap_or(""));
            let known = self.cluster.value(kind, namespace, set, entry);
            let value = match known {
                Some(text) => Template::parse(text, Syntax::Shell),
                None => Template::hole(format!("{kind} {set} {entry}")),
            };
            let claim = SettingClaim { key: key.to_string(), value, sort: SettingSort::Environment };
            let at = self.yaml().location(reference.get("key").unwrap_or(reference));
            self.out.say(self.subject, Claim::Setting(claim), at, format!("{key} from {kind} {set} {entry}"));
        }
    }

    fn takes(&mut self, from: Subject, prefix: &str, node: &Node) {
        let at = self.yaml().location(node);
        let detail = format!("takes settings from {}", node.text().unwrap_or(""));
        self.out.say(self.subject, Claim::TakesSettings { from, prefix: prefix.to_string() }, at, detail);
    }

    /// The container's own command line.
    fn start(&mut self, container: &Node) {
        let context = Context { subject: self.subject, script: false };
        for key in ["command", "args"] {
            if let Some(node) = container.get(key) {
                command::read(&self.words(node), context, self.out);
            }
        }
        // `sh -c` in `command` and the script in `args` belong together.
        let script = container.get("args").and_then(|a| a.items().first());
        let shell = container.get("command").and_then(|c| c.items().last()).and_then(Node::as_str);
        if let (Some(script), Some("-c" | "-ec" | "-lc")) = (script, shell) {
            let words = command::split(script.as_str().unwrap_or(""), |r| self.yaml().location_in(script, r));
            command::read(&words, Context { script: true, ..context }, self.out);
        }
    }

    /// An init container: what it waits for. A wait tool may be the image itself, with the addresses as arguments.
    fn init(&mut self, container: &Node, pod: &Node) {
        // Its variables are settings of the workload only where the main program has none of that name.
        let names = |c: &Node, name: &str| variables(c).iter().any(|v| v.text_at(&["name"]) == Some(name));
        for item in variables(container) {
            let (key, value) = (item.text_at(&["name"]), item.get("value"));
            if let (Some(key), Some(value)) = (key, value)
                && !containers(pod).iter().any(|c| names(c, key))
            {
                self.variable(key, value);
            }
        }
        let image = container.text_at(&["image"]).and_then(images::parse);
        let mut words = Vec::new();
        if container.get("command").is_none()
            && let Some(image) = image.filter(|i| i.name.starts_with("wait") || i.name == "dockerize")
        {
            words.push(command::plain(&image.name, self.yaml().location(container)));
        }
        for key in ["command", "args"] {
            words.extend(container.get(key).map(|n| self.words(n)).unwrap_or_default());
        }
        command::read(&words, Context { subject: self.subject, script: true }, self.out);
    }

    fn words(&self, node: &Node) -> Vec<command::Arg> {
        let mut words = command::of_node(self.yaml(), node);
        words.iter_mut().for_each(|w| w.text = as_shell(&w.text));
        words
    }

    /// A mounted ConfigMap or Secret gives its files.
    fn volume(&mut self, volume: &Node) {
        let projected = volume.at(&["projected", "sources"]).map(Node::items).unwrap_or(&[]);
        for source in std::iter::once(volume).chain(projected) {
            if let Some(node) = source.at(&["configMap", "name"]) {
                self.takes(config_map_subject(self.object.namespace, node.text().unwrap_or("")), "", node);
            }
        }
    }
}

type SubjectOf = fn(&str, &str) -> Subject;

const SETS: [(&str, SubjectOf); 2] = [("configMapRef", config_map_subject), ("secretRef", secret_subject)];

fn image(container: &Node, claim: &mut ComponentClaim) {
    let Some(image) = container.text_at(&["image"]).and_then(images::parse) else { return };
    claim.names.push(name(Template::text(image.name.clone()), NameSort::Image));
    if let Some(product) = images::product(&image) {
        claim.kind = Some(product.kind);
        claim.technology = Some(product.technology.clone());
        if container.get("ports").is_none() {
            let port = |p: &u16| Some(Template::text(p.to_string()));
            let address = |p: &u16| Address { host: None, port: port(p), published_port: None };
            claim.addresses.extend(product.ports.iter().map(address));
        }
    }
    claim.image = Some(image.repository);
}

fn ports(container: &Node, claim: &mut ComponentClaim) {
    for port in container.get("ports").map(Node::items).unwrap_or(&[]) {
        let inside = port.text_at(&["containerPort"]).map(|p| Template::parse(p, Syntax::Shell));
        let published_port = port.text_at(&["hostPort"]).and_then(|p| p.parse().ok());
        claim.published |= published_port.is_some();
        claim.addresses.push(Address { host: None, port: inside, published_port });
    }
}

fn limits(container: &Node, claim: &mut ComponentClaim) {
    for (section, word) in [("limits", "limit"), ("requests", "request")] {
        for entry in container.at(&["resources", section]).map(Node::entries).unwrap_or(&[]) {
            if let Some(value) = entry.value.text() {
                claim.resources.insert(format!("{}_{word}", entry.name()), value.to_string());
            }
        }
    }
}

/// `$(NAME)` of Kubernetes as `${NAME}`, byte for byte as long; anything else stays.
fn as_shell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("$(") {
        out.push_str(rest.get(..at).unwrap_or(""));
        let inner = rest.get(at + 2..).unwrap_or("");
        let length = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        if length > 0 && inner.as_bytes().get(length) == Some(&b')') {
            out.push_str("${");
            out.push_str(inner.get(..length).unwrap_or(""));
            out.push('}');
            rest = inner.get(length + 1..).unwrap_or("");
        } else {
            out.push_str("$(");
            rest = inner;
        }
    }
    out.push_str(rest);
    out
}
