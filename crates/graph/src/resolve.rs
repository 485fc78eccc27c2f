//! Addresses lead to components, to external ones, or nowhere with a reason.

use crate::address::{self, EndPoint, HOLE, Parsed};
use crate::draft::{Draft, Drafts};
use crate::names::normal;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{ComponentKind, DependencyKind, NameSort};

/// How an address was found to mean a component. Earlier is surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// By its name.
    Name,
    /// By the port, on the machine's own address.
    Port,
    /// As the only component of that product or kind.
    Only,
}

/// What an address leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// A component of the system.
    To(usize, Certainty),
    /// Every component registered with discovery.
    Registered,
    /// Something outside the tree; the key tells two of them apart, the name is for display.
    Outside(Outside),
    /// Inside the process.
    Local,
    /// Nowhere, and why.
    Nowhere(String),
}

/// Something that no file of the tree declares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outside {
    /// One key, one component.
    pub key: String,
    /// Name for display; `None` when one is to be made from its users.
    pub name: Option<String>,
    /// What it is.
    pub kind: ComponentKind,
    /// Product.
    pub technology: Option<String>,
}

impl Outside {
    /// True when an address names it; otherwise it is only known to be there.
    pub fn is_named(&self) -> bool {
        self.key.starts_with("host ") || self.key.starts_with("git ")
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Protocol or relation.
    pub kind: DependencyKind,
    /// Product, if the caller's library says so.
    pub technology: Option<&'a str>,
    /// Kind of component, likewise.
    pub target_kind: Option<ComponentKind>,
}

/// Look-up tables over all components.
pub struct Index {
    names: BTreeMap<String, Named>,
    ports: BTreeMap<u16, BTreeSet<usize>>,
    inner_ports: BTreeMap<u16, BTreeSet<usize>>,
    rpc: BTreeMap<String, BTreeSet<usize>>,
}

/// Who answers to one name.
#[derive(Default)]
struct Named {
    found: Vec<(usize, NameSort)>,
    /// The component, when there is but one.
    only: Option<usize>,
    /// The one that answers to it in the surest way.
    surest: Option<usize>,
    /// Those of each manifest scope, when there are several.
    near: BTreeMap<String, Vec<(usize, NameSort)>>,
}

impl Named {
    fn close(&mut self, drafts: &Drafts) {
        // A folder or image name is what nobody dials; it counts when nothing better answers to the name.
        if self.found.iter().any(|(_, sort)| *sort < NameSort::Module) {
            self.found.retain(|(_, sort)| *sort < NameSort::Module);
        }
        let distinct: BTreeSet<usize> = self.found.iter().map(|(i, _)| *i).collect();
        self.only = distinct.first().copied().filter(|_| distinct.len() == 1);
        self.surest = surest(&self.found);
        for found in self.found.iter().filter(|_| distinct.len() > 1) {
            for scope in &drafts.list[found.0].scopes {
                self.near.entry(scope.clone()).or_default().push(*found);
            }
        }
    }
}

/// The only one that answers in the surest way.
fn surest(found: &[(usize, NameSort)]) -> Option<usize> {
    let best = found.iter().map(|(_, sort)| *sort).min()?;
    let mut ids = found.iter().filter(|(_, sort)| *sort == best).map(|(i, _)| *i);
    let first = ids.next()?;
    ids.all(|i| i == first).then_some(first)
}

/// The field's usual spelling of a product.
pub fn product(word: &str) -> String {
    usual(&lower(word)).to_string()
}

/// True when two words mean one product.
fn same_product(a: &str, b: &str) -> bool {
    usual(&lower(a)) == usual(&lower(b))
}

/// Lower case, without a copy where it is so already.
fn lower(word: &str) -> Cow<'_, str> {
    match word.chars().any(char::is_uppercase) {
        true => Cow::Owned(word.to_lowercase()),
        false => Cow::Borrowed(word),
    }
}

fn usual(word: &str) -> &str {
    match word {
        "postgres" | "pgsql" => "postgresql",
        "amqp" | "amqps" | "rabbit" => "rabbitmq",
        "mongo" | "mongodb+srv" => "mongodb",
        "rediss" | "redis-sentinel" => "redis",
        // Speaks Kafka's protocol, and is told from it by nobody who uses it: <https://docs.redpanda.com/current/develop/kafka-clients/>
        "redpanda" => "kafka",
        other => other,
    }
}

impl Index {
    /// Tables over these drafts.
    pub fn new(drafts: &Drafts) -> Self {
        let mut index = Index {
            names: BTreeMap::new(),
            ports: BTreeMap::new(),
            inner_ports: BTreeMap::new(),
            rpc: BTreeMap::new(),
        };
        for (i, draft) in drafts.list.iter().enumerate() {
            for (name, sort, _) in &draft.names {
                index.names.entry(normal(name)).or_default().found.push((i, *sort));
            }
            for port in &draft.ports {
                index.ports.entry(*port).or_default().insert(i);
            }
            for port in &draft.inner_ports {
                index.inner_ports.entry(*port).or_default().insert(i);
            }
            for operation in &draft.operations {
                if let Some((service, _)) = operation
                    .name
                    .split_once('/')
                    .filter(|_| operation.kind == undrawn_model::OperationKind::Rpc)
                {
                    index.rpc.entry(service.to_string()).or_default().insert(i);
                }
            }
        }
        index.names.values_mut().for_each(|named| named.close(drafts));
        index
    }

    /// The only component that offers an RPC service, given `package.Service/Method` or `package.Service`.
    pub fn by_rpc(&self, operation: &str) -> Option<usize> {
        let service = operation.split('/').next().unwrap_or(operation);
        let found = self.rpc.get(service)?;
        (found.len() == 1).then(|| found.iter().next().copied()).flatten()
    }

    /// The component of this name as `from` would see it: names of its own manifest first.
    pub fn by_name(&self, drafts: &Drafts, from: usize, host: &str) -> Option<usize> {
        let named = self.names.get(&normal(host))?;
        if named.only.is_some() {
            return named.only;
        }
        let scopes = drafts.list[from].scopes.iter();
        let near: Vec<(usize, NameSort)> =
            scopes.filter_map(|scope| named.near.get(scope)).flatten().copied().collect();
        if near.is_empty() { named.surest } else { surest(&near) }
    }

    /// The component that answers at this host name, in any of its spellings.
    pub fn by_host(&self, drafts: &Drafts, from: usize, host: &str) -> Option<usize> {
        spellings(host).into_iter().find_map(|host| self.by_name(drafts, from, host))
    }

    /// Where an address leads, seen from the component `from`.
    pub fn resolve(&self, drafts: &Drafts, from: usize, text: &str, wanted: &Wanted) -> Vec<Resolution> {
        if wanted.technology == Some("git") && is_folder(text) {
            return vec![Resolution::Local];
        }
        match address::parse(text) {
            Parsed::Local => vec![Resolution::Local],
            Parsed::Registered => vec![Resolution::Registered],
            Parsed::Unknown => vec![self.without_address(drafts, from, wanted)],
            Parsed::EndPoints(ends) => {
                let mut out: Vec<Resolution> = Vec::new();
                for end in ends {
                    let found = self.end_point(drafts, from, &end, wanted);
                    if !out.contains(&found) {
                        out.push(found);
                    }
                }
                out
            }
        }
    }

    fn end_point(&self, drafts: &Drafts, from: usize, end: &EndPoint, wanted: &Wanted) -> Resolution {
        let technology = wanted.technology.map(product).or_else(|| technology_of(&end.scheme));
        let wanted = Wanted { technology: technology.as_deref(), ..wanted.clone() };
        if address::is_loopback(&end.host) || address::is_ip(&end.host) {
            return self.on_machine(drafts, from, end, &wanted);
        }
        if let Some(found) = self.before_hole(drafts, from, end) {
            return Resolution::To(found, Certainty::Only);
        }
        if end.host.contains(HOLE) || !address::is_host(&end.host) {
            return self.without_address(drafts, from, &wanted);
        }
        if let Some(found) = self.by_host(drafts, from, &end.host) {
            return Resolution::To(found, Certainty::Name);
        }
        // A bare word is no address that anybody could dial: it is what is left of one whose other part is empty.
        let bare = end.scheme.is_empty() && end.port.is_none() && !end.host.contains('.');
        if bare && is_request(wanted.kind) {
            return Resolution::Nowhere(format!(
                "\"{}\" is no complete address and no component is called so",
                end.host
            ));
        }
        Resolution::Outside(outside(end, &wanted))
    }

    /// `http://orders` and something unknown straight after it: a path that begins with the slash, when `orders` is known.
    fn before_hole(&self, drafts: &Drafts, from: usize, end: &EndPoint) -> Option<usize> {
        let name =
            end.host.strip_suffix(HOLE).filter(|name| !end.scheme.is_empty() && address::is_host(name))?;
        self.by_host(drafts, from, name)
    }

    /// `localhost:8761` and the like: who listens there?
    fn on_machine(&self, drafts: &Drafts, from: usize, end: &EndPoint, wanted: &Wanted) -> Resolution {
        let fits = |i: &usize| *i != from && drafts.list[*i].may_be(wanted);
        let listening = |ports: &BTreeMap<u16, BTreeSet<usize>>| -> Vec<usize> {
            end.port.and_then(|p| ports.get(&p)).into_iter().flatten().copied().filter(fits).collect()
        };
        let mut at_port = listening(&self.ports);
        if at_port.is_empty() {
            at_port = listening(&self.inner_ports);
        }
        match at_port.as_slice() {
            [only] => return Resolution::To(*only, Certainty::Port),
            [] => {}
            several => {
                let near: Vec<usize> = several
                    .iter()
                    .copied()
                    .filter(|i| drafts.list[*i].shares_scope(&drafts.list[from]))
                    .collect();
                if let [only] = near.as_slice() {
                    return Resolution::To(*only, Certainty::Port);
                }
            }
        }
        let loopback = address::is_loopback(&end.host);
        let itself = |port: u16| drafts.list[from].ports.contains(&port);
        if loopback && at_port.is_empty() && end.port.is_some_and(itself) {
            return Resolution::Local;
        }
        match self.only(drafts, from, wanted) {
            Some(found) if loopback => Resolution::To(found, Certainty::Only),
            // The form of a token server's address tells Keycloak: <https://www.keycloak.org/securing-apps/oidc-layers>
            _ if wanted.kind == DependencyKind::Auth && end.path.contains("realms/") => {
                let wanted = Wanted { technology: Some("keycloak"), ..wanted.clone() };
                Resolution::Outside(outside(end, &wanted))
            }
            _ if wanted.technology.is_some() && !is_request(wanted.kind)
                || wanted.target_kind.is_some_and(|k| k != ComponentKind::Service) =>
            {
                Resolution::Outside(outside(end, wanted))
            }
            _ => {
                let port = end.port.map_or(String::new(), |p| format!(":{p}"));
                Resolution::Nowhere(format!(
                    "no component of the tree is known to listen at {}{port}",
                    end.host
                ))
            }
        }
    }

    /// No usable address: the only component of that product, else one of its own that nobody declares.
    fn without_address(&self, drafts: &Drafts, from: usize, wanted: &Wanted) -> Resolution {
        if let Some(found) = self.only(drafts, from, wanted) {
            return Resolution::To(found, Certainty::Only);
        }
        match wanted.technology {
            Some(technology) if !is_request(wanted.kind) => Resolution::Outside(Outside {
                key: format!("{technology}@{from}"),
                name: None,
                kind: wanted.target_kind.unwrap_or_else(|| kind_for(wanted.kind)),
                technology: Some(product(technology)),
            }),
            _ => Resolution::Nowhere("the address is not known from the files that were read".into()),
        }
    }

    /// The only component of the wanted product (or kind, when no product is named), those of the own manifest first.
    fn only(&self, drafts: &Drafts, from: usize, wanted: &Wanted) -> Option<usize> {
        let all: Vec<usize> = (0..drafts.list.len())
            .filter(|i| *i != from && !drafts.list[*i].outside && drafts.list[*i].is_a(wanted))
            .collect();
        if let [only] = all.as_slice() {
            return Some(*only);
        }
        let near: Vec<usize> =
            all.into_iter().filter(|i| drafts.list[*i].shares_scope(&drafts.list[from])).collect();
        if let [only] = near.as_slice() { Some(*only) } else { None }
    }
}

/// Requests go to services of any product; the address decides, not the product.
fn is_request(kind: DependencyKind) -> bool {
    matches!(
        kind,
        DependencyKind::Http
            | DependencyKind::Grpc
            | DependencyKind::Network
            | DependencyKind::Deployment
            | DependencyKind::Auth
    )
}

/// True for a repository on the machine's own disk: `/config-repo`, `${HOME}/config`, `./config`.
fn is_folder(text: &str) -> bool {
    let text = text.trim();
    let home = text.strip_prefix(HOLE).is_some_and(|rest| rest.starts_with('/'));
    home || text.starts_with(['/', '.', '~'])
}

/// `orders.shop.svc.cluster.local` is also `orders.shop` and `orders`.
fn spellings(host: &str) -> Vec<&str> {
    let mut out = vec![host];
    for suffix in [".svc.cluster.local", ".svc", ".cluster.local", ".local", ".internal", ".default"] {
        if let Some(short) = out.last().and_then(|h| h.strip_suffix(suffix)) {
            out.push(short);
        }
    }
    if out.len() > 1
        && let Some((first, _)) = out.last().and_then(|h| h.split_once('.'))
    {
        out.push(first);
    }
    out
}

fn technology_of(scheme: &str) -> Option<String> {
    let scheme = scheme.strip_prefix("jdbc:").unwrap_or(scheme);
    let generic = matches!(
        scheme,
        "" | "http"
            | "https"
            | "lb"
            | "tcp"
            | "udp"
            | "ssl"
            | "tls"
            | "ws"
            | "wss"
            | "dns"
            | "static"
            | "grpc"
            | "ssh"
            | "smtp"
            | "smtps"
            | "ldap"
            | "ldaps"
            | "discovery"
            | "ipv4"
            | "passthrough"
            | "xds"
            | "git"
    );
    (!generic).then(|| product(scheme))
}

/// The kind of component that answers such a dependency, when nothing says it better.
pub fn kind_for(kind: DependencyKind) -> ComponentKind {
    match kind {
        DependencyKind::Sql | DependencyKind::Document | DependencyKind::Search => ComponentKind::Database,
        DependencyKind::Cache => ComponentKind::Cache,
        DependencyKind::Messaging => ComponentKind::Broker,
        DependencyKind::Discovery => ComponentKind::Discovery,
        DependencyKind::Configuration => ComponentKind::ConfigServer,
        DependencyKind::Telemetry => ComponentKind::Telemetry,
        DependencyKind::Placement => ComponentKind::Node,
        _ => ComponentKind::External,
    }
}

/// A component that no file declares.
fn outside(end: &EndPoint, wanted: &Wanted) -> Outside {
    let machine = address::is_loopback(&end.host) || address::is_ip(&end.host);
    let port = end.port.map_or(String::new(), |p| format!(":{p}"));
    let kind = wanted.target_kind.unwrap_or_else(|| kind_for(wanted.kind));
    let technology = wanted.technology.map(product);
    let repository = wanted.technology == Some("git");
    let path = end.path.trim_end_matches('/').trim_end_matches(".git");
    match (machine, repository) {
        (false, true) => Outside {
            key: format!("git {}/{path}", end.host),
            name: Some(format!("{}/{path}", end.host)),
            kind,
            technology,
        },
        (false, false) => {
            Outside { key: format!("host {}", end.host), name: Some(end.host.clone()), kind, technology }
        }
        (true, _) => {
            // On the machine itself a store is told from another by product, place and database.
            let database = if kind == ComponentKind::Database { path } else { "" };
            let word = technology.clone().unwrap_or_else(|| kind.to_string());
            let host = if address::is_loopback(&end.host) { "localhost" } else { &end.host };
            let name = (kind != ComponentKind::Database).then(|| word.clone());
            Outside { key: format!("{word} {host}{port}/{database}"), name, kind, technology }
        }
    }
}

impl Draft {
    /// True when both are declared in one manifest.
    pub fn shares_scope(&self, other: &Draft) -> bool {
        !self.scopes.is_disjoint(&other.scopes)
    }

    /// True when nothing speaks against it being what is wanted.
    fn may_be(&self, wanted: &Wanted) -> bool {
        // SMTP is a protocol that mail servers of every product speak.
        if is_request(wanted.kind) || wanted.kind == DependencyKind::Mail {
            return !self.kind.holds_data() || self.technology.is_none();
        }
        match (&self.technology, wanted.technology) {
            (Some(own), Some(technology)) => same_product(own, technology),
            (None, Some(_)) | (_, None) => {
                wanted.target_kind.is_none_or(|k| k == self.kind || self.kind == ComponentKind::Service)
            }
        }
    }

    /// True when it is known to be what is wanted: the product, or the kind where no product is asked for.
    fn is_a(&self, wanted: &Wanted) -> bool {
        match wanted.technology {
            Some(technology) => self.technology.as_deref().is_some_and(|own| same_product(own, technology)),
            None => {
                !is_request(wanted.kind)
                    && wanted.target_kind.is_some_and(|k| k == self.kind && k != ComponentKind::Service)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_databases_of_one_server_are_two() {
        let drafts = Drafts::default();
        let index = Index::new(&drafts);
        let wanted = Wanted { kind: DependencyKind::Sql, technology: None, target_kind: None };
        let key = |text: &str| match index.resolve(&drafts, 0, text, &wanted).as_slice() {
            [Resolution::Outside(outside)] => outside.key.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(
            key("jdbc:mysql://192.168.99.100:33306/default?useSSL=false"),
            "mysql 192.168.99.100:33306/default"
        );
        assert_eq!(
            key("jdbc:mysql://192.168.99.100:33306/oauth2?useSSL=false"),
            "mysql 192.168.99.100:33306/oauth2"
        );
    }
}
