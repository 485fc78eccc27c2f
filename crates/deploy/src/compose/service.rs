//! One service of a compose file.

use super::{Compose, Project, mounts, ports};
use crate::command::{self, Context};
use crate::emit::{self, Out, name};
use crate::images;
use crate::yaml::{Entry, Node};
use std::collections::BTreeSet;
use undrawn_model::{
    Address, CallClaim, ComponentClaim, DependencyKind, Location, NameSort, SettingSort, SourceTree, Subject,
    Template,
};

/// `extends` is followed this deep.
const EXTENDS_MAX: usize = 8;

/// Says everything about a service.
pub(super) fn read(
    project: &Project<'_>,
    compose: &Compose,
    entry: &Entry,
    subject: &Subject,
    out: &mut Out,
) {
    let mark = out.evidence.len();
    let place = compose.yaml.location(&entry.key);
    let mut reader =
        Reader { project, subject, out, overridden: BTreeSet::new(), declared: place, product: false };
    reader.body(compose, &entry.value, 0, Some(entry.name()));
    let profiles: Vec<String> = strings(entry.value.get("profiles")).map(|p| compose.resolved(p)).collect();
    if !profiles.is_empty() {
        let said = out.evidence.get_mut(mark..).unwrap_or(&mut []);
        said.iter_mut().for_each(|e| e.profiles.clone_from(&profiles));
    }
}

struct Reader<'a, 'p> {
    project: &'a Project<'p>,
    subject: &'a Subject,
    out: &'a mut Out,
    /// Keys and variables that an extending service has already said, which its base cannot say any more.
    overridden: BTreeSet<String>,
    /// Where the service is declared.
    declared: Location,
    /// It runs a product of somebody else's, whose variables no code of the system reads.
    product: bool,
}

impl Reader<'_, '_> {
    /// Reads a service's own mapping, then what it extends.
    fn body(&mut self, compose: &Compose, body: &Node, depth: usize, service: Option<&str>) {
        self.component(compose, body, service);
        self.names(compose, body);
        self.environment(compose, body);
        self.order(compose, body);
        self.commands(compose, body);
        self.logging(compose, body);
        mounts::volumes(self.project, compose, body, self.subject, self.out);
        mounts::configs(self.project, compose, body, self.subject, self.out);
        if let Some(base) = body.get("extends") {
            self.extends(compose, base, depth);
        }
    }

    fn extends(&mut self, compose: &Compose, base: &Node, depth: usize) {
        let Some(service) = base.text().or_else(|| base.text_at(&["service"])) else { return };
        let other = match base.text_at(&["file"]) {
            Some(file) => {
                SourceTree::join(compose.dir(), &compose.resolved(file)).and_then(|p| self.project.file(&p))
            }
            None => Some(compose),
        };
        let found = other.and_then(|c| Some((c, c.services().find(|e| e.name() == service)?)));
        match found {
            Some((other, entry)) if depth < EXTENDS_MAX => self.body(other, &entry.value, depth + 1, None),
            _ => self.out.note(
                compose.yaml.location(base),
                format!("the extended service \"{service}\" is not in the tree"),
            ),
        }
    }

    /// The value of a key, unless an extending service has said it.
    fn own<'n>(&mut self, body: &'n Node, key: &str) -> Option<&'n Node> {
        let value = body.get(key).filter(|n| !n.is_null() && n.tag.as_deref() != Some("!reset"))?;
        self.overridden.insert(key.to_string()).then_some(value)
    }

    fn component(&mut self, compose: &Compose, body: &Node, service: Option<&str>) {
        let mut claim = ComponentClaim::default();
        if let Some(service) = service {
            claim.names.push(name(Template::text(service), NameSort::Declared));
            claim.names.push(name(Template::text(service), NameSort::Host));
        }
        let mut place = None;
        let build = self.own(body, "build");
        if let Some(node) = self.own(body, "image") {
            place = Some(compose.yaml.location(node));
            self.image(compose, node, build.is_some(), &mut claim);
        }
        if let Some(node) = build {
            claim.dir = self.context_dir(compose, node);
            self.built_product(compose, node, &mut claim);
            place = Some(compose.yaml.location(node.get("context").unwrap_or(node)));
        }
        self.ports(compose, body, &mut claim);
        limits(compose, body, &mut claim);
        let at = match service {
            Some(_) => self.declared.clone(),
            None => place.unwrap_or_else(|| compose.yaml.location(body)),
        };
        if service.is_some() || claim != ComponentClaim::default() {
            let what = service.map_or("extended service".into(), |s| format!("compose service {s}"));
            self.out.component(self.subject, claim, at, what);
        }
    }

    /// With a build beside it, `image` only names the result.
    fn image(&mut self, compose: &Compose, node: &Node, built: bool, claim: &mut ComponentClaim) {
        let Some(image) = node.text().and_then(|t| images::parse(&compose.resolved(t))) else { return };
        if !compose.shared.contains(&image.repository) {
            claim.names.push(name(Template::text(image.name.clone()), NameSort::Image));
        }
        if let Some(product) = images::product(&image).filter(|_| !built) {
            self.product = true;
            claim.kind = Some(product.kind);
            claim.technology = Some(product.technology.clone());
            claim.addresses.extend(product.ports.iter().map(|port| Address {
                host: None,
                port: Some(Template::text(port.to_string())),
                published_port: None,
            }));
        }
        claim.image = Some(image.repository);
    }

    /// A build on top of a known product's image is that product.
    fn built_product(&mut self, compose: &Compose, node: &Node, claim: &mut ComponentClaim) {
        let file = compose.resolved(node.text_at(&["dockerfile"]).unwrap_or("Dockerfile"));
        let path = claim.dir.as_ref().and_then(|dir| SourceTree::join(dir, &file));
        if let Some(product) = path.and_then(|p| crate::dockerfile::product_of(self.project.tree, &p)) {
            self.product = true;
            claim.kind = Some(product.kind);
            claim.technology = Some(product.technology.clone());
        }
    }

    /// The build's folder; its Dockerfile belongs to the service wherever it lies.
    fn context_dir(&mut self, compose: &Compose, node: &Node) -> Option<String> {
        let context = node.text().or_else(|| node.text_at(&["context"])).unwrap_or(".");
        let context = compose.resolved(context);
        if context.contains("://") || context.contains('$') || context.starts_with("git@") {
            return None;
        }
        let dir = SourceTree::join(compose.dir(), &context)?;
        if let Some(file) = node.get("dockerfile") {
            let path = file.text().and_then(|f| SourceTree::join(&dir, &compose.resolved(f)));
            if let Some(path) = path.filter(|p| self.project.tree.get(p).is_some()) {
                self.out.owns(
                    self.subject,
                    path.clone(),
                    compose.yaml.location(file),
                    format!("built by {path}"),
                );
            }
        }
        Some(dir)
    }

    fn ports(&mut self, compose: &Compose, body: &Node, claim: &mut ComponentClaim) {
        for item in body.get("ports").map(Node::items).unwrap_or(&[]) {
            claim.published = true;
            merge_addresses(&mut claim.addresses, ports::published(compose, item));
        }
        for item in body.get("expose").map(Node::items).unwrap_or(&[]) {
            merge_addresses(&mut claim.addresses, ports::exposed(compose, item));
        }
    }

    fn names(&mut self, compose: &Compose, body: &Node) {
        for key in ["container_name", "hostname"] {
            if let Some(node) = self.own(body, key) {
                self.host(compose, node, key);
            }
        }
        for network in body.get("networks").map(Node::entries).unwrap_or(&[]) {
            let aliases = network.value.get("aliases").map(Node::items).unwrap_or(&[]);
            aliases.iter().for_each(|alias| self.host(compose, alias, "network alias"));
        }
    }

    fn host(&mut self, compose: &Compose, node: &Node, by: &str) {
        if let Some(text) = node.text() {
            let detail = format!("{by} {text}");
            self.out.host(self.subject, compose.template(text), compose.yaml.location(node), detail);
        }
    }

    fn environment(&mut self, compose: &Compose, body: &Node) {
        let Some(node) = body.get("environment") else { return self.env_files(compose, body) };
        for entry in node.entries() {
            let value = entry.value.as_str().unwrap_or("");
            let value = if entry.value.is_null() { None } else { Some(value) };
            self.variable(compose, entry.name(), value, &entry.value);
        }
        for item in node.items() {
            let text = item.as_str().unwrap_or("");
            match text.split_once('=') {
                Some((key, value)) => self.variable(compose, key.trim(), Some(value), item),
                None => self.variable(compose, text, None, item),
            }
        }
        self.env_files(compose, body);
    }

    /// One variable. Without a value it is passed on from whoever starts compose.
    fn variable(&mut self, compose: &Compose, key: &str, value: Option<&str>, node: &Node) {
        if key.is_empty() || !self.overridden.insert(format!("environment {key}")) {
            return;
        }
        let template = match value {
            Some(value) => compose.template(value),
            None => compose.template(&format!("${{{key}}}")),
        };
        let whole = node.as_str().unwrap_or("");
        let offset = whole.len() - value.map_or(0, str::len).min(whole.len());
        let at = compose.yaml.location_in(node, offset..whole.len());
        let place =
            |r: std::ops::Range<usize>| compose.yaml.location_in(node, r.start + offset..r.end + offset);
        let sort = SettingSort::Environment;
        if self.product {
            self.product_calls(compose, key, &template, &at);
        }
        command::environment(self.subject, (key, template, sort), at, place, self.out);
    }

    /// Services that a product's variable names: `KAFKA_ZOOKEEPER_CONNECT: zookeeper:2181`.
    fn product_calls(&mut self, compose: &Compose, key: &str, value: &Template, at: &Location) {
        let text = super::flat_text(value);
        for (host, address) in emit::addresses_in(key, &text) {
            let other = self.project.find(compose, host).filter(|s| s != self.subject);
            if other.is_some() {
                let call = CallClaim::to(DependencyKind::Network, Template::text(address));
                self.out.call(self.subject, call, at.clone(), format!("{key}={text}"));
            }
        }
    }

    fn env_files(&mut self, compose: &Compose, body: &Node) {
        for item in body.get("env_file").map(Node::one_or_many).unwrap_or(&[]) {
            let Some(text) = item.text().or_else(|| item.text_at(&["path"])) else { continue };
            let path = SourceTree::join(compose.dir(), &compose.resolved(text));
            let file = path.as_deref().and_then(|p| self.project.tree.get(p));
            match file {
                Some(file) => {
                    let skip = |key: &str| self.overridden.contains(&format!("environment {key}"));
                    crate::dotenv::say(file, self.subject, SettingSort::Environment, &skip, self.out);
                }
                None if item.get("required").and_then(Node::as_bool) == Some(false) => {}
                None => {
                    let message = format!("env_file \"{text}\" is not in the tree");
                    self.out.note(compose.yaml.location(item), message);
                }
            }
        }
    }

    fn order(&mut self, compose: &Compose, body: &Node) {
        let depends = body.get("depends_on");
        for item in depends.map(Node::items).unwrap_or(&[]) {
            self.on(compose, item, item.text().unwrap_or(""), "depends_on", "depends_on");
        }
        for entry in depends.map(Node::entries).unwrap_or(&[]) {
            let condition = entry.value.text_at(&["condition"]).unwrap_or("service_started");
            let detail = format!("depends_on ({condition})");
            self.on(compose, &entry.key, entry.name(), "depends_on", &detail);
        }
        for by in ["links", "external_links"] {
            for item in body.get(by).map(Node::items).unwrap_or(&[]) {
                self.link(compose, item, by);
            }
        }
        for item in body.get("volumes_from").map(Node::items).unwrap_or(&[]) {
            let text = item.text().unwrap_or("").trim_start_matches("container:");
            let service = text.split(':').next().unwrap_or("");
            self.on(compose, item, service, "volumes_from", "volumes_from");
        }
        for by in ["network_mode", "net", "pid", "ipc"] {
            let Some(node) = body.get(by) else { continue };
            let text = node.text().unwrap_or("");
            if let Some(service) = text.strip_prefix("service:").or_else(|| text.strip_prefix("container:")) {
                self.on(compose, node, service, by, by);
            }
        }
    }

    fn link(&mut self, compose: &Compose, item: &Node, by: &str) {
        let text = compose.resolved(item.text().unwrap_or(""));
        let (service, alias) = text.split_once(':').map_or((text.as_str(), None), |(s, a)| (s, Some(a)));
        self.on(compose, item, service, by, by);
        if let (Some(alias), Some(target)) = (alias, self.project.find(compose, service)) {
            let at = compose.yaml.location(item);
            self.out.host(&target, Template::text(alias), at, format!("{by} {text}"));
        }
    }

    fn on(&mut self, compose: &Compose, node: &Node, service: &str, by: &str, detail: &str) {
        if service.is_empty() {
            return;
        }
        let at = compose.yaml.location(node);
        match self.project.find(compose, service) {
            Some(on) if on == *self.subject => {}
            Some(on) => self.out.ordered(self.subject, on, by, at, format!("{detail} {service}")),
            None => {
                let address = compose.template(service);
                self.out.call(self.subject, emit::awaited(address), at, format!("{detail} {service}"));
            }
        }
    }

    fn commands(&mut self, compose: &Compose, body: &Node) {
        for key in ["entrypoint", "command"] {
            if let Some(node) = self.own(body, key) {
                let args = command::of_node(&compose.yaml, node);
                command::read(&args, Context { subject: self.subject, script: false }, self.out);
                crate::logstash::inline(&args, self.subject, self.out);
            }
        }
    }

    /// Logging drivers that send to an address.
    fn logging(&mut self, compose: &Compose, body: &Node) {
        let Some(options) = body.at(&["logging", "options"]).or_else(|| body.get("log_opt")) else { return };
        let keys = [
            "fluentd-address",
            "gelf-address",
            "syslog-address",
            "splunk-url",
            "loki-url",
            "awslogs-endpoint",
        ];
        for key in keys {
            let Some(node) = options.get(key) else { continue };
            let Some(text) = node.text() else { continue };
            let call = emit::plumbing(DependencyKind::Telemetry, compose.template(text));
            self.out.call(self.subject, call, compose.yaml.location(node), format!("{key} {text}"));
        }
    }
}

fn strings(node: Option<&Node>) -> impl Iterator<Item = &str> {
    node.map(Node::one_or_many).unwrap_or(&[]).iter().filter_map(Node::text)
}

/// Adds addresses; one port is one address, published if any says so.
fn merge_addresses(all: &mut Vec<Address>, more: Vec<Address>) {
    for address in more {
        match all.iter_mut().find(|a| a.port == address.port && a.port.is_some()) {
            Some(known) => known.published_port = known.published_port.or(address.published_port),
            None => all.push(address),
        }
    }
}

/// Replicas and limits, of every version's shape.
fn limits(compose: &Compose, body: &Node, claim: &mut ComponentClaim) {
    let replicas = body.text_at(&["deploy", "replicas"]).or_else(|| body.text_at(&["scale"]));
    claim.replicas = replicas.and_then(|r| compose.resolved(r).parse().ok());
    let places: [(&str, &[&str]); 9] = [
        ("memory_limit", &["mem_limit"]),
        ("memory_request", &["mem_reservation"]),
        ("cpu_limit", &["cpus"]),
        ("cpu_shares", &["cpu_shares"]),
        ("pids_limit", &["pids_limit"]),
        ("memory_limit", &["deploy", "resources", "limits", "memory"]),
        ("cpu_limit", &["deploy", "resources", "limits", "cpus"]),
        ("memory_request", &["deploy", "resources", "reservations", "memory"]),
        ("cpu_request", &["deploy", "resources", "reservations", "cpus"]),
    ];
    for (name, path) in places {
        if let Some(value) = body.text_at(path) {
            claim.resources.insert(name.to_string(), compose.resolved(value));
        }
    }
}
