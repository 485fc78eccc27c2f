//! nginx: which paths go where.
//!
//! Directives: <https://nginx.org/en/docs/dirindex.html>. A file is nginx's by content: blocks with a `..._pass` or an
//! `upstream`. Included files are files of the tree and are read for themselves.

mod blocks;

use crate::Reading;
use crate::emit::{Out, name};
use blocks::{Directive, parse};
use std::collections::BTreeMap;
use std::ops::Range;
use undrawn_model::{
    Address, CallClaim, Claim, ComponentClaim, DependencyKind, LineIndex, Location, Mode, NameSort, Need,
    Part, Policy, RouteClaim, SourceFile, SourceTree, Subject, Template,
};

/// Directives that forward, with the protocol when the address has none.
const PASSES: &[(&str, &str)] = &[
    ("proxy_pass", ""),
    ("grpc_pass", "grpc"),
    ("fastcgi_pass", "fastcgi"),
    ("uwsgi_pass", "uwsgi"),
    ("scgi_pass", "scgi"),
    ("memcached_pass", "memcached"),
];

/// `nginx.conf`, `default.conf.template`, `sites-available/shop`.
pub(crate) fn wants(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let endings = [".conf", ".template", ".tmpl", ".tpl", ".erb", ".j2", ".nginx", ".vhost", ".inc"];
    let site = lower.contains("sites-available/") || lower.contains("sites-enabled/");
    name.contains(".conf")
        || site
        || (name.contains("nginx") && (!name.contains('.') || ends(name, &endings)))
}

fn ends(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|e| name.ends_with(e))
}

/// Reads the files that are nginx's by content.
pub(crate) fn read(_tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let is_nginx =
        |f: &&&SourceFile| f.text.contains('{') && (f.text.contains("_pass") || f.text.contains("upstream "));
    let parsed: Vec<(&SourceFile, Vec<Directive>)> =
        files.iter().filter(is_nginx).map(|f| (*f, parse(&f.text))).collect();
    let mut all = BTreeMap::new();
    for (_, directives) in &parsed {
        upstreams(directives, &mut all);
    }
    let mut out = Out::default();
    for (file, directives) in &parsed {
        let mut own = BTreeMap::new();
        upstreams(directives, &mut own);
        let mut variables = BTreeMap::new();
        sets(directives, &mut variables);
        let index = LineIndex::new(&file.text);
        let mut writer =
            Writer { file, index: &index, own: &own, all: &all, variables: &variables, out: &mut out };
        writer.walk(directives, None);
    }
    out.finish()
}

/// Servers of each upstream.
type Upstreams = BTreeMap<String, Vec<String>>;

fn upstreams(directives: &[Directive], found: &mut Upstreams) {
    for directive in directives {
        if let ("upstream", Some(name)) = (directive.name.as_str(), directive.args.first()) {
            let servers =
                directive.children.iter().filter(|d| d.name == "server").filter_map(|d| d.args.first());
            found.insert(name.text.clone(), servers.map(|s| s.text.clone()).collect());
        }
        upstreams(&directive.children, found);
    }
}

/// Values of `set $name value`, and the default of a `map`.
fn sets(directives: &[Directive], found: &mut BTreeMap<String, String>) {
    for directive in directives {
        if let ("set", [name, value, ..]) = (directive.name.as_str(), directive.args.as_slice()) {
            found.insert(name.text.trim_start_matches('$').to_string(), value.text.clone());
        }
        if let ("map", [_, name, ..]) = (directive.name.as_str(), directive.args.as_slice()) {
            let default =
                directive.children.iter().find(|d| d.name == "default").and_then(|d| d.args.first());
            if let Some(value) = default {
                found.insert(name.text.trim_start_matches('$').to_string(), value.text.clone());
            }
        }
        sets(&directive.children, found);
    }
}

struct Writer<'a> {
    file: &'a SourceFile,
    index: &'a LineIndex,
    own: &'a Upstreams,
    all: &'a Upstreams,
    variables: &'a BTreeMap<String, String>,
    out: &'a mut Out,
}

impl Writer<'_> {
    fn place(&self, range: &Range<usize>) -> Location {
        self.index.location(&self.file.path, &self.file.text, range.clone())
    }

    /// `path` is that of the location around, if there is one.
    fn walk(&mut self, directives: &[Directive], path: Option<&str>) {
        for directive in directives {
            match directive.name.as_str() {
                "location" => {
                    let own = directive.args.last().map(|a| a.text.as_str());
                    self.walk(&directive.children, own.filter(|p| !p.starts_with('@')).or(path));
                }
                "upstream" => {}
                "server" => {
                    self.server(directive);
                    self.walk(&directive.children, path);
                }
                _ => {
                    self.forward(directive, path);
                    self.walk(&directive.children, path);
                }
            }
        }
    }

    /// Ports it listens at and full names it answers to.
    fn server(&mut self, server: &Directive) {
        for directive in &server.children {
            let Some(first) = directive.args.first() else { continue };
            let mut claim = ComponentClaim::default();
            if directive.name == "listen" {
                let port = first.text.rsplit(':').next().unwrap_or("").trim_end_matches(']');
                let known =
                    port.bytes().all(|b| b.is_ascii_digit()) && !port.is_empty() || port.starts_with("${");
                let port = known.then(|| self.resolved(port));
                claim.addresses.extend(port.map(|p| Address {
                    host: None,
                    port: Some(p),
                    published_port: None,
                }));
            }
            if directive.name == "server_name" {
                let full = |t: &&str| t.contains('.') && !t.contains(['*', '$', '~', '(']);
                let names = directive.args.iter().map(|a| a.text.as_str()).filter(full);
                claim.names.extend(names.map(|n| name(Template::text(n), NameSort::Host)));
            }
            if claim != ComponentClaim::default() {
                let at = self.place(&first.span);
                self.out.component(
                    &Subject::Owner,
                    claim,
                    at,
                    format!("nginx {} {}", directive.name, first.text),
                );
            }
        }
    }

    fn forward(&mut self, directive: &Directive, path: Option<&str>) {
        let Some((_, scheme)) = PASSES.iter().find(|(name, _)| *name == directive.name) else { return };
        let Some(arg) = directive.args.first().filter(|a| !a.text.contains("unix:")) else { return };
        for target in self.targets(&arg.text) {
            let text = if target.contains("://") || scheme.is_empty() {
                target
            } else {
                format!("{scheme}://{target}")
            };
            let to = self.resolved(&text);
            let detail = format!("{} {}", directive.name, arg.text);
            let at = self.place(&arg.span);
            let claim = match path {
                Some(path) => {
                    Claim::Route(RouteClaim { path: self.resolved(path), to, policy: Policy::new() })
                }
                None => {
                    let call = CallClaim::to(DependencyKind::Network, to);
                    Claim::Call(CallClaim { mode: Mode::Sync, need: Need::Hard, ..call })
                }
            };
            self.out.say(&Subject::Owner, claim, at, detail);
        }
    }

    /// The address, or the addresses of the upstream that it names.
    fn targets(&self, text: &str) -> Vec<String> {
        let text = self.with_own_variables(text);
        let (scheme, rest) = text.split_once("://").map_or(("", text.as_str()), |(s, r)| (s, r));
        let end = rest.find(['/', ':', '?']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        let servers = self.own.get(host).or_else(|| self.all.get(host));
        match servers.filter(|s| !s.is_empty()) {
            None => vec![text.clone()],
            Some(servers) => {
                let prefix = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
                let named = servers.iter().filter(|s| !s.starts_with("unix:"));
                named.map(|server| format!("{prefix}{server}{path}")).collect()
            }
        }
    }

    /// Replaces `$name` by what `set` gave it, where that is all of the host.
    fn with_own_variables(&self, text: &str) -> String {
        let known = |name: &str| self.variables.get(name).cloned();
        match Template::parse(text, undrawn_model::Syntax::Shell).parts.as_slice() {
            [Part::Key { name, .. }, ..] if known(name).is_some_and(|v| v.contains("://")) => {
                let value = known(name).unwrap_or_default();
                let rest = text.trim_start_matches('$').trim_start_matches('{').strip_prefix(name.as_str());
                format!("{value}{}", rest.unwrap_or("").trim_start_matches('}'))
            }
            _ => text.to_string(),
        }
    }

    /// nginx's variables: its own are replaced, those in capitals are the environment's (`envsubst`), the rest is unknown.
    /// Variables that name each other are followed for [`STEPS_MAX`] steps in all.
    fn resolved(&self, text: &str) -> Template {
        let (mut out, mut steps) = (Template::default(), 0);
        self.resolve(text, 0, &mut steps, &mut out);
        out
    }

    fn resolve(&self, text: &str, depth: usize, steps: &mut usize, out: &mut Template) {
        for part in Template::parse(text, undrawn_model::Syntax::Shell).parts {
            let Part::Key { name, default } = part else {
                out.push(part);
                continue;
            };
            match self.variables.get(&name).filter(|_| depth < 8 && *steps < STEPS_MAX) {
                Some(value) => {
                    *steps += 1;
                    self.resolve(value, depth + 1, steps, out);
                }
                None if is_environment(&name) => out.push(Part::Key { name, default }),
                None => out.push(Part::Hole(name)),
            }
        }
    }
}

/// Variables replaced in one value.
const STEPS_MAX: usize = 100;

/// A variable that `envsubst` fills in; nginx's own are written small, and `$1` is a group of the pattern.
fn is_environment(name: &str) -> bool {
    name.bytes().any(|b| b.is_ascii_uppercase()) && !name.bytes().any(|b| b.is_ascii_lowercase())
}
