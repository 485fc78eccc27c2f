//! Routes of a gateway that stand in its configuration.
//!
//! Spring Cloud Gateway: `spring.cloud.gateway.routes[n]` with `uri` and `predicates`, each predicate in its short form
//! (`Path=/red/{segment},/blue/{segment}`) or as `name` and `args`
//! (<https://docs.spring.io/spring-cloud-gateway/reference/spring-cloud-gateway-server-webflux/configuring-route-predicate-factories-and-filter-factories.html>,
//! <https://docs.spring.io/spring-cloud-gateway/reference/spring-cloud-gateway-server-webflux/request-predicates-factories.html>);
//! newer releases put `server.webflux` or `server.webmvc` between, and the servlet flavour had `mvc`
//! (<https://docs.spring.io/spring-cloud-gateway/reference/spring-cloud-gateway-server-webmvc/java-routes-api.html>).
//!
//! Zuul: `zuul.routes.<id>` is a path, or has `path`, `serviceId` and `url`; the service id is the route's id unless it is
//! written, and `zuul.prefix` stands before every path
//! (<https://cloud.spring.io/spring-cloud-static/Edgware.RELEASE/multi/multi__router_and_filter_zuul.html>).

use super::pairs::{Entry, Pair, canonical};
use std::collections::BTreeMap;
use std::ops::Range;

/// One route as written.
#[derive(Debug, Clone)]
pub(super) struct Route {
    /// Path pattern.
    pub(super) path: String,
    /// `lb://service`, or a URL.
    pub(super) to: String,
    /// What names the target, or the path when only that is written.
    pub(super) span: Range<usize>,
    /// Id or index for the reader.
    pub(super) name: String,
    /// Whose route it is: `gateway`, `zuul`.
    pub(super) by: &'static str,
}

/// Path patterns of one route beyond which no more are claimed.
const PATHS_MAX: usize = 50;

/// What the documents without condition say of routes; documents with one complete theirs from it.
pub(super) struct Base<'a> {
    gateway: BTreeMap<(usize, String), Parts<'a>>,
    zuul: BTreeMap<String, ZuulParts<'a>>,
    prefix: Option<String>,
}

impl<'a> Base<'a> {
    pub(super) fn of(pairs: &[&'a Pair]) -> Base<'a> {
        Base {
            gateway: gateway_parts(pairs),
            zuul: zuul_parts(pairs).into_iter().collect(),
            prefix: prefix(pairs),
        }
    }

    /// Routes that a document says.
    pub(super) fn routes(&self, document: &[&'a Pair]) -> Vec<Route> {
        let mut out = gateway(document, self);
        out.extend(zuul(document, self));
        out
    }
}

const GATEWAY: &[&str] = &[
    "spring.cloud.gateway.routes[",
    "spring.cloud.gateway.server.webflux.routes[",
    "spring.cloud.gateway.server.webmvc.routes[",
    "spring.cloud.gateway.mvc.routes[",
];

/// Everything of one gateway route.
#[derive(Default, Clone)]
struct Parts<'a> {
    id: Option<&'a str>,
    uri: Option<&'a Entry>,
    /// Texts of short predicates.
    short: Vec<&'a str>,
    /// Long predicates by index: name and arguments.
    long: BTreeMap<String, (&'a str, Vec<&'a str>)>,
}

fn gateway(document: &[&Pair], base: &Base<'_>) -> Vec<Route> {
    let mut out = Vec::new();
    for (key, mut parts) in gateway_parts(document) {
        let inherited = base.gateway.get(&key).cloned().unwrap_or_default();
        parts.uri = parts.uri.or(inherited.uri);
        parts.id = parts.id.or(inherited.id);
        if parts.short.is_empty() && parts.long.is_empty() {
            (parts.short, parts.long) = (inherited.short, inherited.long);
        }
        let Some(uri) = parts.uri.filter(|u| leads_elsewhere(&u.value)) else { continue };
        for path in paths(&parts) {
            out.push(Route {
                path,
                to: uri.value.trim().to_string(),
                span: uri.value_span.clone(),
                name: parts.id.map_or_else(|| key.1.trim_start_matches('0').to_string(), str::to_string),
                by: "gateway",
            });
        }
    }
    out
}

/// `forward:` stays in the gateway, `no://op` goes nowhere.
fn leads_elsewhere(uri: &str) -> bool {
    let uri = uri.trim();
    !uri.is_empty() && !uri.starts_with("forward:") && !uri.starts_with("no:")
}

/// Parts of the routes, by (list, index), in numerical order of the index.
fn gateway_parts<'a>(pairs: &[&'a Pair]) -> BTreeMap<(usize, String), Parts<'a>> {
    let mut out: BTreeMap<(usize, String), Parts<'a>> = BTreeMap::new();
    for pair in pairs {
        let key = canonical(&pair.entry.key);
        let of_list = GATEWAY.iter().enumerate().find_map(|(i, list)| Some((i, key.strip_prefix(list)?)));
        let Some((list, rest)) = of_list else { continue };
        let Some((index, field)) = rest.split_once(']') else { continue };
        let parts = out.entry((list, format!("{index:0>6}"))).or_default();
        let value = pair.entry.value.as_str();
        match field {
            ".uri" => parts.uri = Some(&pair.entry),
            ".id" => parts.id = Some(value),
            ".predicates" => parts.short.push(value),
            _ => predicate(parts, field, value),
        }
    }
    out
}

/// `.predicates[1]`, `.predicates[1].name`, `.predicates[1].args.pattern`, `.predicates[1].args[pattern]`.
fn predicate<'a>(parts: &mut Parts<'a>, field: &str, value: &'a str) {
    let Some((index, rest)) = field.strip_prefix(".predicates[").and_then(|r| r.split_once(']')) else {
        return;
    };
    if rest.is_empty() {
        parts.short.push(value);
        return;
    }
    let long = parts.long.entry(index.to_string()).or_default();
    if rest == ".name" {
        long.0 = value;
    } else if rest.strip_prefix(".args").is_some_and(|arg| !arg.contains("matchtrailingslash")) {
        long.1.push(value);
    }
}

/// Path patterns of a route; one that is chosen by something else takes any path.
fn paths(parts: &Parts<'_>) -> Vec<String> {
    let short =
        parts.short.iter().filter_map(|p| p.trim().strip_prefix("Path")?.trim_start().strip_prefix('='));
    let long =
        parts.long.values().filter(|(name, _)| *name == "Path").flat_map(|(_, args)| args.iter().copied());
    let patterns = short.chain(long).flat_map(split_patterns);
    let mut out: Vec<String> = Vec::new();
    for pattern in patterns.take(PATHS_MAX) {
        if pattern.starts_with(['/', '$']) && !out.contains(&pattern) {
            out.push(pattern);
        }
    }
    if out.is_empty() { vec!["/**".to_string()] } else { out }
}

/// Patterns between commas that are in no braces (`/a/{x:[a,b]}` is one).
fn split_patterns(text: &str) -> Vec<String> {
    let (mut out, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                out.push(text[start..i].trim().to_string());
                start = i + 1;
            }
            _ => {}
        }
    }
    out.push(text[start..].trim().to_string());
    out
}

/// Everything of one Zuul route.
#[derive(Default, Clone, Copy)]
struct ZuulParts<'a> {
    path: Option<&'a Entry>,
    service: Option<&'a Entry>,
    url: Option<&'a Entry>,
}

fn zuul(document: &[&Pair], base: &Base<'_>) -> Vec<Route> {
    let prefix = prefix(document).or_else(|| base.prefix.clone()).unwrap_or_default();
    zuul_parts(document)
        .into_iter()
        .filter_map(|(id, parts)| {
            let inherited = base.zuul.get(&id).copied().unwrap_or_default();
            let to = if parts.url.is_some() || parts.service.is_some() { parts.to() } else { inherited.to() };
            let to = to.unwrap_or_else(|| format!("lb://{id}"));
            if !leads_elsewhere(&to) {
                return None;
            }
            let path = parts.path.or(inherited.path);
            let pattern = path.map_or_else(|| format!("/{id}/**"), |p| p.value.trim().to_string());
            let span = parts.url.or(parts.service).or(parts.path)?.value_span.clone();
            Some(Route { path: format!("{prefix}{pattern}"), to, span, name: id, by: "zuul" })
        })
        .collect()
}

impl ZuulParts<'_> {
    /// A URL stays as it is (`forward:` too), a placeholder for one also; anything else is a service id.
    fn to(&self) -> Option<String> {
        let is_url = |v: &str| ["http:", "https:", "forward:", "${"].iter().any(|start| v.starts_with(start));
        match (self.url, self.service) {
            (Some(url), _) if is_url(url.value.trim()) => Some(url.value.trim().to_string()),
            (Some(name), _) | (None, Some(name)) => Some(format!("lb://{}", name.value.trim())),
            (None, None) => None,
        }
    }
}

fn prefix(pairs: &[&Pair]) -> Option<String> {
    let value =
        pairs.iter().find(|p| canonical(&p.entry.key) == "zuul.prefix").map(|p| p.entry.value.trim())?;
    let value = value.trim_end_matches('/');
    Some(if value.is_empty() || value.starts_with('/') { value.to_string() } else { format!("/{value}") })
}

/// Routes in written order, by id.
fn zuul_parts<'a>(pairs: &[&'a Pair]) -> Vec<(String, ZuulParts<'a>)> {
    let mut out: Vec<(String, ZuulParts<'a>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for pair in pairs {
        let Some(rest) = pair.entry.key.strip_prefix("zuul.routes.") else { continue };
        let (id, field) = match rest.rsplit_once('.') {
            Some((id, field)) if is_field(field) => (id, canonical(field)),
            // Deeper keys that are no field of a route are not a route either, unless their value is a path.
            Some(_) if !pair.entry.value.contains(['/', '*']) => continue,
            _ => (rest, String::new()),
        };
        let place = *places.entry(id.to_string()).or_insert_with(|| {
            out.push((id.to_string(), ZuulParts::default()));
            out.len() - 1
        });
        let parts = &mut out[place].1;
        let entry = Some(&pair.entry).filter(|e| !e.value.trim().is_empty());
        match field.as_str() {
            "path" | "" => parts.path = entry.or(parts.path),
            "serviceid" => parts.service = entry.or(parts.service),
            "url" | "location" => parts.url = entry.or(parts.url),
            _ => {}
        }
    }
    out.retain(|(_, p)| p.path.is_some() || p.service.is_some() || p.url.is_some());
    out
}

fn is_field(name: &str) -> bool {
    let name = canonical(name);
    let stem = name.split('[').next().unwrap_or(&name);
    matches!(
        stem,
        "path"
            | "serviceid"
            | "url"
            | "location"
            | "id"
            | "stripprefix"
            | "retryable"
            | "sensitiveheaders"
            | "customsensitiveheaders"
    )
}
