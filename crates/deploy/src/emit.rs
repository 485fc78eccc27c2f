//! Saying claims: the small words every format uses.

use crate::Reading;
use undrawn_model::{
    CallClaim, Claim, ComponentClaim, DependencyKind, Evidence, Location, Mode, Name, NameSort, Need, Note,
    Provenance, SettingClaim, SettingSort, Subject, Template,
};

/// What a format has said so far.
#[derive(Debug, Default)]
pub(crate) struct Out {
    /// Claims.
    pub evidence: Vec<Evidence>,
    /// Notes.
    pub notes: Vec<Note>,
}

impl Out {
    /// Says a claim.
    pub fn say(&mut self, subject: &Subject, claim: Claim, at: Location, detail: impl Into<String>) {
        self.evidence.push(Evidence::new(subject.clone(), claim, Provenance::Config, at, detail));
    }

    /// Says that a key has a value.
    pub fn setting(
        &mut self,
        subject: &Subject,
        key: &str,
        value: Template,
        sort: SettingSort,
        at: Location,
    ) {
        let detail = format!("{key}={value}");
        self.say(subject, Claim::Setting(SettingClaim { key: key.to_string(), value, sort }), at, detail);
    }

    /// Says that the subject exists.
    pub fn component(
        &mut self,
        subject: &Subject,
        claim: ComponentClaim,
        at: Location,
        detail: impl Into<String>,
    ) {
        self.say(subject, Claim::Component(claim), at, detail);
    }

    /// Says that the subject answers at a host name.
    pub fn host(&mut self, subject: &Subject, host: Template, at: Location, detail: impl Into<String>) {
        let claim = ComponentClaim { names: vec![name(host, NameSort::Host)], ..ComponentClaim::default() };
        self.component(subject, claim, at, detail);
    }

    /// Says that the subject waits for another declared component.
    pub fn ordered(
        &mut self,
        subject: &Subject,
        on: Subject,
        by: &str,
        at: Location,
        detail: impl Into<String>,
    ) {
        self.say(subject, Claim::Ordered { on, by: by.to_string() }, at, detail);
    }

    /// Says a call.
    pub fn call(&mut self, subject: &Subject, call: CallClaim, at: Location, detail: impl Into<String>) {
        self.say(subject, Claim::Call(call), at, detail);
    }

    /// Says that files belong to the subject.
    pub fn owns(&mut self, subject: &Subject, path: String, at: Location, detail: impl Into<String>) {
        self.say(subject, Claim::Owns { path }, at, detail);
    }

    /// Notes something read but not decided.
    pub fn note(&mut self, at: Location, message: impl Into<String>) {
        self.notes.push(Note::undecided(at, message));
    }

    /// Gives everything away.
    pub fn finish(self) -> Reading {
        (self.evidence, self.notes)
    }
}

/// A name of this sort.
pub(crate) fn name(text: Template, sort: NameSort) -> Name {
    Name { text, sort }
}

/// Plumbing of this kind: sending or fetching logs, metrics and traces and the like.
pub(crate) fn plumbing(kind: DependencyKind, address: Template) -> CallClaim {
    CallClaim { mode: Mode::Infra, need: Need::Soft, ..CallClaim::to(kind, address) }
}

/// Start-up waits until the address answers.
pub(crate) fn awaited(address: Template) -> CallClaim {
    CallClaim { mode: Mode::Infra, need: Need::Startup, ..CallClaim::to(DependencyKind::Deployment, address) }
}

/// True for addresses that mean the machine or container itself.
pub(crate) fn is_self(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "::1" | "[::1]" | "[::]")
}

/// The host part of `scheme://user@host:port/path` or `host:port`; empty when there is none.
pub(crate) fn host_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    match host.strip_prefix('[').and_then(|h| h.split_once(']')) {
        Some((v6, _)) => v6,
        None => host.split(':').next().unwrap_or(""),
    }
}

/// Addresses in an environment variable of a third-party program: (host, address). A bare name counts only where the
/// variable's name says that it is an address.
pub(crate) fn addresses_in<'a>(key: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let upper = key.to_ascii_uppercase();
    let words = ["HOST", "SERVER", "URL", "URI", "ADDR", "ENDPOINT", "CONNECT", "NODES", "SEEDS", "VOTERS"];
    let speaks = words.iter().any(|w| upper.contains(w));
    // Where it answers itself.
    let advertised = upper.contains("ADVERTISED") || upper.contains("LISTENER");
    let one = |token: &'a str| {
        let token = token.trim_matches(['"', '\'', '[', ']', '(', ')']);
        let host = host_of(token);
        let digits = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
        let with_port = token.split_once(':').is_some_and(|(_, port)| digits(port));
        let known = token.contains("://") || (speaks && (with_port || host == token));
        (known && !host.is_empty() && !is_self(host)).then_some((host, token))
    };
    if advertised { vec![] } else { value.split([',', ' ', ';']).filter_map(one).collect() }
}

/// `1 patch is`, `2 patches are`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
