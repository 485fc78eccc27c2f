//! Logstash pipelines: where events come from and where they go.
//!
//! A pipeline is sections of plugins with `key => value` attributes, `if` blocks between them. Attributes by plugin:
//! <https://www.elastic.co/guide/en/logstash/current/output-plugins.html> and `input-plugins.html` beside it.

use crate::Reading;
use crate::command::{Arg, base};
use crate::emit::{self, Out};
use std::ops::Range;
use undrawn_model::{
    Access, Address, CallClaim, ComponentClaim, ComponentKind, DependencyKind, LineIndex, Location, Mode,
    Need, ResourceSort, ResourceUse, SourceFile, SourceTree, Subject, Syntax, Template,
};

/// Nesting of blocks beyond this is not read.
const NESTING_MAX: usize = 32;

/// May this path be a pipeline?
pub(crate) fn wants(path: &str) -> bool {
    path.ends_with(".conf") || path.ends_with(".logstash")
}

/// Reads the files that are pipelines by content.
pub(crate) fn read(_tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let mut out = Out::default();
    for file in files.iter().filter(|f| f.text.contains("=>")) {
        let index = LineIndex::new(&file.text);
        pipeline(&file.text, &Subject::Owner, &|r| index.location(&file.path, &file.text, r), &mut out);
    }
    out.finish()
}

/// A pipeline given on the command line: `logstash -e 'input {...} output {...}'`.
pub(crate) fn inline(args: &[Arg], subject: &Subject, out: &mut Out) {
    if args.iter().any(|a| base(&a.text) == "logstash") {
        let script = args.iter().position(|a| matches!(a.text.as_str(), "-e" | "--config.string"));
        if let Some(arg) = script.and_then(|i| args.get(i + 1)) {
            pipeline(&arg.text, subject, &|_| arg.at.clone(), out);
        }
    }
}

fn pipeline(text: &str, subject: &Subject, place: &dyn Fn(Range<usize>) -> Location, out: &mut Out) {
    let tokens = tokens(text);
    let mut parser = Parser { tokens: &tokens, at: 0 };
    while let Some(token) = parser.next() {
        let section = match token {
            Token { text, bare: true, .. } if matches!(text.as_str(), "input" | "filter" | "output") => {
                text.clone()
            }
            _ => continue,
        };
        if parser.accept("{") {
            let mut plugins = Vec::new();
            parser.plugins(&mut plugins, 0);
            for plugin in plugins {
                say(&section, &plugin, subject, place, out);
            }
        }
    }
}

#[derive(Debug, Clone)]
struct Token {
    text: String,
    span: Range<usize>,
    bare: bool,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        match c {
            '#' => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            '"' | '\'' => {
                let (mut content, mut end) = (String::new(), text.len());
                for (at, inner) in chars.by_ref() {
                    if inner == c {
                        end = at;
                        break;
                    }
                    content.push(inner);
                }
                out.push(Token { text: content, span: start + 1..end, bare: false });
            }
            '{' | '}' | '[' | ']' | ',' => {
                out.push(Token { text: c.into(), span: start..start + 1, bare: true })
            }
            '=' if chars.next_if(|(_, c)| *c == '>').is_some() => {
                out.push(Token { text: "=>".into(), span: start..start + 2, bare: true });
            }
            c if c.is_whitespace() => {}
            c => {
                let (mut content, mut end) = (String::from(c), start + c.len_utf8());
                while let Some((at, c)) =
                    chars.next_if(|(_, c)| !c.is_whitespace() && !"{}[],=\"'#".contains(*c))
                {
                    content.push(c);
                    end = at + c.len_utf8();
                }
                out.push(Token { text: content, span: start..end, bare: true });
            }
        }
    }
    out
}

/// A plugin with its attributes; every value is a list of texts (a hash gives its values).
struct Plugin {
    name: String,
    span: Range<usize>,
    attributes: Vec<(String, Vec<Token>)>,
}

impl Plugin {
    fn values(&self, key: &str) -> &[Token] {
        self.attributes.iter().find(|(k, _)| k == key).map_or(&[], |(_, v)| v)
    }

    fn value(&self, key: &str) -> Option<&Token> {
        self.values(key).first()
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn accept(&mut self, text: &str) -> bool {
        let found = self.peek().is_some_and(|t| t.bare && t.text == text);
        self.at += usize::from(found);
        found
    }

    /// Plugins up to the closing brace, those in conditions too.
    fn plugins(&mut self, out: &mut Vec<Plugin>, depth: usize) {
        while let Some(token) = self.next() {
            if token.bare && token.text == "}" {
                return;
            }
            if token.bare && matches!(token.text.as_str(), "if" | "else") {
                while self.peek().is_some_and(|t| !(t.bare && t.text == "{")) {
                    self.at += 1;
                }
                self.at += 1;
                if depth < NESTING_MAX {
                    self.plugins(out, depth + 1);
                }
            } else if self.accept("{") {
                let attributes = self.attributes(depth);
                out.push(Plugin { name: token.text.clone(), span: token.span.clone(), attributes });
            }
        }
    }

    fn attributes(&mut self, depth: usize) -> Vec<(String, Vec<Token>)> {
        let mut out = Vec::new();
        while let Some(token) = self.next() {
            if token.bare && token.text == "}" {
                break;
            }
            if self.accept("=>") {
                let mut values = Vec::new();
                self.value(&mut values, depth);
                out.push((token.text.clone(), values));
            }
        }
        out
    }

    fn value(&mut self, out: &mut Vec<Token>, depth: usize) {
        match self.next() {
            Some(t) if t.bare && t.text == "[" => {
                while let Some(t) = self.peek() {
                    if self.accept("]") {
                        break;
                    }
                    if t.bare && matches!(t.text.as_str(), "{" | "}") {
                        return;
                    }
                    self.at += 1;
                    out.extend((!t.bare || t.text != ",").then(|| t.clone()));
                }
            }
            Some(t) if t.bare && t.text == "{" && depth < NESTING_MAX => {
                out.extend(self.attributes(depth + 1).into_iter().flat_map(|(_, values)| values));
            }
            Some(t) => {
                out.push(t.clone());
                // A codec may have a block of its own.
                if self.accept("{") && depth < NESTING_MAX {
                    self.attributes(depth + 1);
                }
            }
            None => {}
        }
    }
}

/// A product that plugins talk to.
struct Peer {
    plugins: &'static [&'static str],
    kind: DependencyKind,
    technology: Option<&'static str>,
    target: Option<ComponentKind>,
    /// Attributes with addresses; `host` is completed by `port`.
    keys: &'static [&'static str],
    /// Attributes with names of things used there.
    resources: &'static [(&'static str, ResourceSort)],
}

const PEERS: &[Peer] = &[
    Peer {
        plugins: &["elasticsearch", "opensearch", "elastic_app_search"],
        kind: DependencyKind::Search,
        technology: Some("elasticsearch"),
        target: Some(ComponentKind::Database),
        keys: &["hosts", "host", "url"],
        resources: &[("index", ResourceSort::Index)],
    },
    Peer {
        plugins: &["kafka"],
        kind: DependencyKind::Messaging,
        technology: Some("kafka"),
        target: Some(ComponentKind::Broker),
        keys: &["bootstrap_servers"],
        resources: &[("topics", ResourceSort::Topic), ("topic_id", ResourceSort::Topic)],
    },
    Peer {
        plugins: &["rabbitmq"],
        kind: DependencyKind::Messaging,
        technology: Some("rabbitmq"),
        target: Some(ComponentKind::Broker),
        keys: &["host"],
        resources: &[("queue", ResourceSort::Queue), ("exchange", ResourceSort::Exchange)],
    },
    Peer {
        plugins: &["redis"],
        kind: DependencyKind::Cache,
        technology: Some("redis"),
        target: Some(ComponentKind::Cache),
        keys: &["host"],
        resources: &[("key", ResourceSort::Keyspace)],
    },
    Peer {
        plugins: &["jdbc", "jdbc_streaming", "jdbc_static"],
        kind: DependencyKind::Sql,
        technology: None,
        target: Some(ComponentKind::Database),
        keys: &["jdbc_connection_string", "connection_string"],
        resources: &[],
    },
    Peer {
        plugins: &["mongodb"],
        kind: DependencyKind::Document,
        technology: Some("mongodb"),
        target: Some(ComponentKind::Database),
        keys: &["uri"],
        resources: &[("collection", ResourceSort::Collection)],
    },
    Peer {
        plugins: &["http", "http_poller"],
        kind: DependencyKind::Http,
        technology: None,
        target: None,
        keys: &["url", "urls"],
        resources: &[],
    },
    Peer {
        plugins: &["email"],
        kind: DependencyKind::Mail,
        technology: None,
        target: None,
        keys: &["address"],
        resources: &[],
    },
    Peer {
        plugins: &[
            "tcp",
            "udp",
            "lumberjack",
            "logstash",
            "gelf",
            "graphite",
            "statsd",
            "influxdb",
            "loki",
            "syslog",
        ],
        kind: DependencyKind::Telemetry,
        technology: None,
        target: None,
        keys: &["hosts", "host", "url"],
        resources: &[],
    },
];

/// Inputs that listen.
const SERVERS: &[&str] =
    &["tcp", "udp", "beats", "http", "syslog", "gelf", "lumberjack", "logstash", "elastic_agent"];

fn say(
    section: &str,
    plugin: &Plugin,
    subject: &Subject,
    place: &dyn Fn(Range<usize>) -> Location,
    out: &mut Out,
) {
    if section == "input" && SERVERS.contains(&plugin.name.as_str()) {
        if let Some(port) = plugin.value("port") {
            let port = Some(Template::parse(&port.text, Syntax::Spring));
            let addresses = vec![Address { host: None, port, published_port: None }];
            let claim = ComponentClaim { addresses, ..ComponentClaim::default() };
            out.component(
                subject,
                claim,
                place(plugin.span.clone()),
                format!("logstash input {}", plugin.name),
            );
        }
        return;
    }
    let Some(peer) = PEERS.iter().find(|p| p.plugins.contains(&plugin.name.as_str())) else { return };
    for key in peer.keys {
        for value in plugin.values(key) {
            let mut address = value.text.clone();
            if let Some(port) = plugin.value("port").filter(|_| *key == "host" && !value.text.contains(':')) {
                address = format!("{address}:{}", port.text);
            }
            if emit::is_self(emit::host_of(&address)) {
                let message = format!("logstash {section} {} is on the same machine: {address}", plugin.name);
                out.note(place(value.span.clone()), message);
                continue;
            }
            let detail = format!("logstash {section} {} {address}", plugin.name);
            let at = place(value.span.clone());
            let resources = resources(section, plugin, peer);
            let call = call(peer, &address);
            if resources.is_empty() {
                out.call(subject, call.clone(), at.clone(), detail.clone());
            }
            for resource in resources {
                let call = CallClaim { resource: Some(resource), ..call.clone() };
                out.call(subject, call, at.clone(), detail.clone());
            }
        }
    }
}

/// What is read or written there.
fn resources(section: &str, plugin: &Plugin, peer: &Peer) -> Vec<ResourceUse> {
    let access = if section == "output" { Access::Write } else { Access::Read };
    let one = |sort: ResourceSort, token: &Token| {
        let name = Template::parse(&token.text, Syntax::Spring);
        ResourceUse { sort, name, access }
    };
    let keys = peer.resources.iter();
    keys.flat_map(|(key, sort)| plugin.values(key).iter().map(|token| one(*sort, token))).collect()
}

fn call(peer: &Peer, address: &str) -> CallClaim {
    let messaging = peer.kind == DependencyKind::Messaging;
    CallClaim {
        technology: peer.technology.map(str::to_string),
        target_kind: peer.target,
        mode: if messaging { Mode::Async } else { Mode::Sync },
        need: Need::Hard,
        ..emit::plumbing(peer.kind, Template::parse(address, Syntax::Spring))
    }
}
