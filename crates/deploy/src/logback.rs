//! Logging configuration (Logback and Log4j 2, XML): log lines that go to another machine. See `logback.md`.

mod appenders;
mod substitution;

use crate::Reading;
use crate::xml::{self, Element, Value};
use appenders::Remote;
use std::collections::{BTreeMap, BTreeSet};
use substitution::Variables;
use undrawn_model::{
    CallClaim, Claim, Evidence, Mode, Need, Provenance, SourceFile, SourceTree, Subject, Template,
};

/// Destinations of one appender beyond which no more are claimed.
const DESTINATIONS_MAX: usize = 20;

/// `logback*.xml` and `log4j*.xml`, tests excluded.
pub(crate) fn wants(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    (name.starts_with("logback") || name.starts_with("log4j"))
        && name.ends_with(".xml")
        && !crate::spring::is_foreign(path)
}

/// Reads the logging configurations of a tree.
pub(crate) fn read(_: &SourceTree, files: &[&SourceFile]) -> Reading {
    let (mut evidence, mut notes) = (Vec::new(), Vec::new());
    for file in files {
        let parsed = xml::parse(file);
        notes.extend(parsed.notes.iter().cloned());
        if let Some(root) = parsed.root().filter(|r| r.name().eq_ignore_ascii_case("configuration")) {
            configuration(root, &mut evidence);
        }
    }
    (evidence, notes)
}

/// An element with the profiles of the `<springProfile>`s around it
/// (<https://docs.spring.io/spring-boot/reference/features/logging.html#features.logging.logback-extensions.profile-specific>).
struct Placed<'a> {
    element: Element<'a>,
    profiles: Vec<String>,
    guard: Option<String>,
}

fn configuration(root: Element<'_>, out: &mut Vec<Evidence>) {
    let placed = placed(root);
    let variables = Variables::of(placed.iter().map(|p| p.element));
    let used = references(&placed);
    for p in &placed {
        let Some(remote) = appenders::remote(p.element) else { continue };
        let name = p.element.attribute("name").unwrap_or_default();
        let Some(used_in) = used.get(name) else { continue };
        let profiles = if p.profiles.is_empty() { used_in.clone() } else { p.profiles.clone() };
        for (address, place) in remote.destinations(&variables).into_iter().take(DESTINATIONS_MAX) {
            let evidence = call(&remote, p, address, &place).in_profiles(profiles.clone());
            out.push(evidence);
        }
    }
}

/// All elements, top down.
fn placed(root: Element<'_>) -> Vec<Placed<'_>> {
    let mut out = Vec::new();
    let mut todo = vec![Placed { element: root, profiles: vec![], guard: None }];
    while let Some(at) = todo.pop() {
        let (mut profiles, mut guard) = (at.profiles.clone(), at.guard.clone());
        match at.element.name() {
            "springProfile" | "SpringProfile" => {
                let names = at.element.attribute("name").unwrap_or_default();
                profiles = crate::spring::profile_list(names);
            }
            "if" => guard = at.element.attribute("condition").map(str::to_string),
            _ => {}
        }
        let mut children: Vec<_> = at
            .element
            .children()
            .map(|element| Placed { element, profiles: profiles.clone(), guard: guard.clone() })
            .collect();
        children.reverse();
        todo.extend(children);
        out.push(at);
    }
    out
}

/// Names of the appenders that some logger uses, directly or through an asynchronous one, with the profiles in which it
/// does (empty: always). An appender that nothing refers to sends nothing.
fn references(placed: &[Placed<'_>]) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut always: BTreeSet<String> = BTreeSet::new();
    for p in placed {
        if !p.element.name().eq_ignore_ascii_case("appender-ref") && p.element.name() != "AppenderRef" {
            continue;
        }
        let Some(name) = p.element.attribute("ref") else { continue };
        let profiles = out.entry(name.to_string()).or_default();
        if p.profiles.is_empty() {
            always.insert(name.to_string());
        }
        profiles.extend(p.profiles.iter().cloned());
    }
    for (name, profiles) in &mut out {
        if always.contains(name) {
            profiles.clear();
        }
        profiles.sort();
        profiles.dedup();
    }
    out
}

fn call(remote: &Remote<'_>, at: &Placed<'_>, address: Template, place: &Value) -> Evidence {
    let name = at.element.attribute("name").unwrap_or_default();
    let detail = format!("appender {name} ({}) sends to {address}", remote.class());
    let claim = CallClaim {
        technology: remote.technology().map(str::to_string),
        mode: Mode::Infra,
        need: Need::Background,
        guard: at.guard.clone(),
        target_kind: remote.target_kind(),
        resource: None,
        ..CallClaim::to(remote.kind(), address)
    };
    Evidence::new(Subject::Owner, Claim::Call(claim), Provenance::Config, place.location.clone(), detail)
}
