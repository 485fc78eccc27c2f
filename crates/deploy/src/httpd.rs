//! Apache httpd: which paths are proxied where.
//!
//! `ProxyPass`, `ProxyPassMatch`, balancers: <https://httpd.apache.org/docs/2.4/mod/mod_proxy.html>; `RewriteRule ... [P]`:
//! <https://httpd.apache.org/docs/2.4/rewrite/flags.html#flag_p>.

use crate::Reading;
use crate::emit::Out;
use std::collections::BTreeMap;
use std::ops::Range;
use undrawn_model::{
    Address, Claim, ComponentClaim, LineIndex, Part, Policy, RouteClaim, SourceFile, SourceTree, Subject,
    Syntax, Template,
};

/// `httpd.conf`, `000-default.conf`, `.htaccess`, `sites-available/shop`.
pub(crate) fn wants(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    name.contains(".conf") || name == ".htaccess" || name.ends_with(".vhost") || lower.contains("/sites-")
}

/// Reads the files that are httpd's by content.
pub(crate) fn read(_tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let mut out = Out::default();
    for file in files.iter().filter(|f| is_httpd(&f.text)) {
        let index = LineIndex::new(&file.text);
        let lines = lines(&file.text);
        let balancers = balancers(&lines);
        let defined = defined(&lines);
        let mut writer = Writer { file, index, balancers, defined, out: &mut out };
        writer.read(&lines);
    }
    out.finish()
}

fn is_httpd(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["proxypass", "rewriterule", "balancermember", "<virtualhost", "proxy:fcgi"]
        .iter()
        .any(|w| lower.contains(w))
}

/// One directive: its words with their bytes. Sections (`<Location /x>`) are words too, the first beginning with `<`.
type Line = Vec<(String, Range<usize>)>;

fn lines(text: &str) -> Vec<Line> {
    let mut out: Vec<Line> = vec![];
    let mut offset = 0;
    let mut joined = false;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end();
        let continued = trimmed.ends_with('\\');
        if !trimmed.trim_start().starts_with('#') {
            let words = words(trimmed.trim_end_matches('\\'), offset);
            match out.last_mut() {
                Some(last) if joined => last.extend(words),
                _ if !words.is_empty() => out.push(words),
                _ => {}
            }
            joined = continued && !out.is_empty();
        }
        offset += line.len();
    }
    out
}

fn words(line: &str, offset: usize) -> Line {
    let mut out = vec![];
    let mut chars = line.char_indices().peekable();
    while let Some(&(start, c)) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
            continue;
        }
        let quote = matches!(c, '"' | '\'').then_some(c);
        if quote.is_some() {
            chars.next();
        }
        let begin = start + usize::from(quote.is_some());
        let ends = |c: char| quote.map_or(c.is_whitespace(), |q| c == q);
        let (mut word, mut end) = (String::new(), begin);
        while let Some((at, c)) = chars.next_if(|(_, c)| !ends(*c)) {
            word.push(c);
            end = at + c.len_utf8();
        }
        if quote.is_some() {
            chars.next();
        }
        let closed = word
            .strip_suffix('>')
            .filter(|_| out.first().is_none_or(|(w, _): &(String, _)| w.starts_with('<')));
        let word = closed.map_or(word.clone(), str::to_string);
        if !word.is_empty() {
            end = end.min(begin + word.len());
            out.push((word, offset + begin..offset + end));
        }
    }
    out
}

fn is(line: &Line, directive: &str) -> bool {
    line.first().is_some_and(|(w, _)| w.eq_ignore_ascii_case(directive))
}

/// Members of each `<Proxy balancer://name>`.
fn balancers(lines: &[Line]) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in lines {
        let second = line.get(1).map(|(w, _)| w.as_str()).unwrap_or("");
        if is(line, "<Proxy") {
            current = second.strip_prefix("balancer://").map(|n| n.trim_end_matches('/').to_string());
        } else if is(line, "</Proxy") {
            current = None;
        } else if is(line, "BalancerMember") {
            let inline = second.strip_prefix("balancer://").map(str::to_string);
            let member = if inline.is_some() { line.get(2).map_or("", |(w, _)| w) } else { second };
            if let Some(name) = inline.or_else(|| current.clone()) {
                out.entry(name).or_default().push(member.to_string());
            }
        }
    }
    out
}

/// `Define NAME value`.
fn defined(lines: &[Line]) -> BTreeMap<String, String> {
    let defines = lines.iter().filter(|l| is(l, "Define"));
    defines.filter_map(|l| Some((l.get(1)?.0.clone(), l.get(2)?.0.clone()))).collect()
}

struct Writer<'a> {
    file: &'a SourceFile,
    index: LineIndex,
    balancers: BTreeMap<String, Vec<String>>,
    defined: BTreeMap<String, String>,
    out: &'a mut Out,
}

impl Writer<'_> {
    fn read(&mut self, lines: &[Line]) {
        let mut location: Option<String> = None;
        for line in lines {
            let Some((first, _)) = line.first() else { continue };
            match first.to_ascii_lowercase().as_str() {
                "<location" | "<locationmatch" => location = line.last().map(|(w, _)| w.clone()),
                "</location" | "</locationmatch" => location = None,
                "listen" | "<virtualhost" => self.listens(line),
                "proxypass" | "proxypassmatch" => self.pass(line, location.as_deref()),
                "rewriterule" => self.rewrite(line),
                "sethandler" => self.handler(line, location.as_deref()),
                _ => {}
            }
        }
    }

    fn listens(&mut self, line: &Line) {
        let Some((text, span)) = line.get(1) else { return };
        let port = text.rsplit(':').next().unwrap_or("");
        if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) {
            let addresses =
                vec![Address { host: None, port: Some(Template::text(port)), published_port: None }];
            let claim = ComponentClaim { addresses, ..ComponentClaim::default() };
            let at = self.index.location(&self.file.path, &self.file.text, span.clone());
            self.out.component(&Subject::Owner, claim, at, format!("httpd listens at {text}"));
        }
    }

    /// `ProxyPass /path url`; inside a `<Location>` only `ProxyPass url`.
    fn pass(&mut self, line: &Line, location: Option<&str>) {
        // What follows the address are parameters, `key=value`.
        let words: Vec<_> =
            line.iter().skip(1).take_while(|(w, _)| w.contains("://") || !w.contains('=')).collect();
        let (path, url) = match (words.as_slice(), location) {
            ([url], Some(location)) => (location, *url),
            ([url, ..], Some(location)) if url.0.contains("://") => (location, *url),
            ([path, url, ..], _) => (path.0.as_str(), *url),
            _ => return,
        };
        self.route(path, url, "ProxyPass");
    }

    /// A rule that proxies: flag `P`, or `proxy`.
    fn rewrite(&mut self, line: &Line) {
        let [_, pattern, url, rest @ ..] = line.as_slice() else { return };
        let flags: String = rest.iter().map(|(w, _)| w.as_str()).collect();
        let proxies = flags.trim_matches(['[', ']']).split(',').any(|f| matches!(f.trim(), "P" | "proxy"));
        if proxies && url.0.contains("://") {
            self.route(&pattern.0, url, "RewriteRule");
        }
    }

    /// `SetHandler "proxy:fcgi://php:9000"`.
    fn handler(&mut self, line: &Line, location: Option<&str>) {
        let Some((text, span)) = line.get(1) else { return };
        if let Some(url) = text.strip_prefix("proxy:").filter(|u| !u.starts_with("unix:")) {
            let start = span.start + "proxy:".len();
            self.route(location.unwrap_or("/"), &(url.to_string(), start..span.end), "SetHandler");
        }
    }

    fn route(&mut self, path: &str, (url, span): &(String, Range<usize>), by: &str) {
        if url == "!" || url.starts_with("unix:") {
            return;
        }
        let at = self.index.location(&self.file.path, &self.file.text, span.clone());
        for target in self.targets(url) {
            let to = self.template(&target);
            let claim = RouteClaim { path: Template::text(path), to, policy: Policy::new() };
            self.out.say(&Subject::Owner, Claim::Route(claim), at.clone(), format!("{by} {path} {url}"));
        }
    }

    /// The address, or those of the balancer's members.
    fn targets(&self, url: &str) -> Vec<String> {
        let Some(rest) = url.strip_prefix("balancer://") else { return vec![url.to_string()] };
        let (name, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let members = self.balancers.get(name).map(Vec::as_slice).unwrap_or(&[]);
        members.iter().map(|m| format!("{}{path}", m.trim_end_matches('/'))).collect()
    }

    fn template(&self, text: &str) -> Template {
        let mut out = Template::default();
        for part in Template::parse(text, Syntax::Shell).parts {
            match part {
                // `$1` is a group of the pattern.
                Part::Key { name, .. } if name.bytes().all(|b| b.is_ascii_digit()) => {
                    out.push(Part::Hole(name))
                }
                Part::Key { name, default } => match self.defined.get(&name) {
                    Some(value) => out.push(Part::Text(value.clone())),
                    None => out.push(Part::Key { name, default }),
                },
                other => out.push(other),
            }
        }
        out
    }
}
