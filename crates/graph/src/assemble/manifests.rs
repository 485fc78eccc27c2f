//! What manifests say without saying what for: given addresses, start-up order, waits.

use super::*;

impl Assembler<'_> {
    /// Environment variables whose value is the address of a component, for programs whose code was not read (third-party
    /// images, languages without a reader): somebody gave it the address, so it is likely to use it.
    pub(super) fn given_addresses(&mut self) {
        let shared = self.shared_settings();
        let mut found = Vec::new();
        for (from, draft) in self.drafts.list.iter().enumerate() {
            if draft.has_code || draft.outside {
                continue;
            }
            let given = draft.settings.all().filter(|s| s.sort >= SettingSort::Image);
            for setting in given.filter(|s| draft.settings.may_hold(&s.profiles)) {
                let certainty =
                    if shared.contains(&setting.location) { Certainty::Only } else { Certainty::Name };
                for expansion in draft.settings.expand(&setting.value) {
                    for to in self.addressed(from, &setting.key, &expansion.text) {
                        let detail = format!("{} = {}", setting.key, setting.value);
                        let location = setting.location.clone();
                        let sighting = Sighting { provenance: Provenance::Config, location, detail };
                        found.push((from, to, sighting, certainty));
                    }
                }
            }
        }
        for (from, to, sighting, certainty) in found {
            let target = &self.drafts.list[to];
            let kind = dependency_kind(target.kind);
            let call = CallClaim { mode: mode_for(target.kind), ..CallClaim::to(kind, Template::default()) };
            if !self.reinforce(from, to, &sighting) {
                self.bond(from, to, &call, &[sighting], certainty);
            }
        }
    }

    /// Places of settings that several programs are given at once, such as one ConfigMap for all: who is given all addresses
    /// need not use each.
    fn shared_settings(&self) -> BTreeSet<Location> {
        let mut seen: BTreeMap<&Location, usize> = BTreeMap::new();
        let mut shared = BTreeSet::new();
        for (from, draft) in self.drafts.list.iter().enumerate() {
            for setting in draft.settings.all() {
                if *seen.entry(&setting.location).or_insert(from) != from {
                    shared.insert(setting.location.clone());
                }
            }
        }
        shared
    }

    /// Components that a value names as an address: with a scheme or a port, or a bare name under a key that asks for one.
    pub(super) fn addressed(&self, from: usize, key: &str, value: &str) -> Vec<usize> {
        let words = crate::names::words(key);
        let asks = words.iter().any(|w| ADDRESS_WORDS.contains(&w.as_str()));
        let crate::address::Parsed::EndPoints(ends) = crate::address::parse(value) else { return vec![] };
        let usable = ends
            .into_iter()
            .filter(|e| !e.host.contains(HOLE) && (!e.scheme.is_empty() || e.port.is_some() || asks));
        usable
            .filter(|e| !crate::address::is_loopback(&e.host) && crate::address::is_host(&e.host))
            .filter_map(|e| self.index.by_host(&self.drafts, from, &e.host))
            .filter(|to| *to != from)
            .collect()
    }

    /// Adds a place to whatever dependency there already is between two components.
    pub(super) fn reinforce(&mut self, from: usize, to: usize, sighting: &Sighting) -> bool {
        let mut any = false;
        for (_, bond) in
            self.out.bonds.range_mut((from, to, DependencyKind::Http)..=(from, to, DependencyKind::Placement))
        {
            any = true;
            if !bond.sightings.contains(sighting) {
                bond.sightings.push(sighting.clone());
            }
        }
        any
    }

    /// `depends_on` and links: added to what is known already; alone they are a dependency only of programs whose code was
    /// not read, because nothing better can be known of those.
    pub(super) fn ordered(&mut self, evidence: &[Evidence]) {
        self.fold_waits();
        for item in evidence {
            let Claim::Ordered { on, by } = &item.claim else { continue };
            let Some(to) = self.drafts.of_subject(self.protos, on).or_else(|| self.linked(item, on)) else {
                continue;
            };
            for from in self.drafts.of(self.protos, item) {
                if from == to || self.reinforce(from, to, &item.sighting) {
                    continue;
                }
                if self.drafts.list[from].has_code {
                    let (a, b) = (&self.drafts.list[from].name, &self.drafts.list[to].name);
                    let message =
                        format!("{a} is ordered after {b} ({by}), but nothing that was read uses it");
                    self.notes.push(Note::undecided(item.sighting.location.clone(), message));
                } else {
                    let target = self.drafts.list[to].kind;
                    let call = CallClaim {
                        mode: mode_for(target),
                        ..CallClaim::to(DependencyKind::Deployment, Template::default())
                    };
                    self.bond(from, to, &call, std::slice::from_ref(&item.sighting), Certainty::Name);
                }
            }
        }
    }

    /// A link to something declared in another manifest.
    pub(super) fn linked(&self, item: &Evidence, on: &Subject) -> Option<usize> {
        let Subject::Declared { name, .. } = on else { return None };
        let from = self.drafts.of(self.protos, item).first().copied()?;
        self.index.by_name(&self.drafts, from, name)
    }

    /// Waiting for an address at start-up is not a use of its own: it strengthens a known dependency.
    pub(super) fn fold_waits(&mut self) {
        let waits: Vec<(usize, usize)> = self
            .out
            .bonds
            .keys()
            .filter(|(_, _, kind)| *kind == DependencyKind::Deployment)
            .map(|(a, b, _)| (*a, *b))
            .collect();
        for (from, to) in waits {
            let between = (from, to, DependencyKind::Http)..=(from, to, DependencyKind::Placement);
            let others =
                self.out.bonds.range(between).any(|((_, _, kind), _)| *kind != DependencyKind::Deployment);
            let code = self.drafts.list[from].has_code;
            if !others && !code {
                continue;
            }
            let Some(bond) = self.out.bonds.remove(&(from, to, DependencyKind::Deployment)) else { continue };
            for sighting in &bond.sightings {
                if !self.reinforce(from, to, sighting) {
                    let (a, b) = (&self.drafts.list[from].name, &self.drafts.list[to].name);
                    let message = format!("{a} waits for {b} at start-up, but nothing that was read uses it");
                    self.notes.push(Note::undecided(sighting.location.clone(), message));
                }
            }
        }
    }
}

/// Words of a key that asks for an address.
const ADDRESS_WORDS: &[&str] = &[
    "host",
    "hosts",
    "hostname",
    "addr",
    "addrs",
    "address",
    "addresses",
    "url",
    "urls",
    "uri",
    "endpoint",
    "endpoints",
    "server",
    "servers",
    "broker",
    "brokers",
    "connect",
    "peers",
    "upstream",
    "target",
    "dsn",
    "backend",
];

/// The relation to a component of this kind when only its address is known.
fn dependency_kind(kind: ComponentKind) -> DependencyKind {
    match kind {
        ComponentKind::Database => DependencyKind::Sql,
        ComponentKind::Cache => DependencyKind::Cache,
        ComponentKind::Broker | ComponentKind::Topic => DependencyKind::Messaging,
        ComponentKind::Discovery => DependencyKind::Discovery,
        ComponentKind::ConfigServer => DependencyKind::Configuration,
        ComponentKind::Telemetry => DependencyKind::Telemetry,
        _ => DependencyKind::Network,
    }
}

fn mode_for(kind: ComponentKind) -> Mode {
    if kind.is_plumbing() { Mode::Infra } else { Mode::Sync }
}
