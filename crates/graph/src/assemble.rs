//! Dependencies with all their evidence, before any drawing is looked at.

use crate::address::HOLE;
use crate::draft::{self, Draft, Drafts};
use crate::identity::Group;
use crate::names::normal;
use crate::proto::Protos;
use crate::resolve::{Certainty, Index, Outside, Resolution, Wanted};
use crate::rules::Facts;
use crate::settings::Expansion;
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{
    Access, CallClaim, Claim, ComponentKind, DependencyKind, Evidence, Implication, LibraryRule, Location,
    Mode, NameSort, Need, Note, Policy, Provenance, ResourceSort, SettingSort, Sighting, Subject, Template,
};

/// A dependency in the making.
#[derive(Debug, Clone)]
pub struct Bond {
    /// Evidence, in the order it was met.
    pub sightings: Vec<Sighting>,
    /// Calls behind it.
    pub calls: Vec<CallClaim>,
    /// The surest way in which its address was resolved.
    pub certainty: Certainty,
    /// Carries work how.
    pub mode: Mode,
    /// What happens without it.
    pub need: Need,
    /// Limits.
    pub policy: Policy,
    /// Entry operations.
    pub operations: BTreeSet<String>,
    /// Resources.
    pub resources: BTreeSet<(String, ResourceSort, Access)>,
}

/// Who uses a resource: component -> access and places.
pub type Users = BTreeMap<usize, (Access, Vec<Sighting>)>;

/// Everything but the drawings.
#[derive(Debug, Default)]
pub struct Assembled {
    /// Components.
    pub drafts: Vec<Draft>,
    /// Dependencies by ends and kind.
    pub bonds: BTreeMap<(usize, usize, DependencyKind), Bond>,
    /// Resource users: (store, sort, name) -> component -> access and places.
    pub resources: BTreeMap<(usize, ResourceSort, String), Users>,
    /// Calls that lead nowhere.
    pub unresolved: Vec<(usize, CallClaim, Sighting, String)>,
}

struct Assembler<'a> {
    protos: &'a Protos,
    drafts: Drafts,
    index: Index,
    /// Components that no file declares.
    outside: BTreeMap<String, usize>,
    out: Assembled,
    notes: &'a mut Vec<Note>,
}

/// Puts components and dependencies together.
pub fn assemble(
    evidence: &[Evidence],
    protos: &Protos,
    groups: &[Group],
    rules: &[LibraryRule],
    notes: &mut Vec<Note>,
) -> Assembled {
    let drafts = draft::drafts(evidence, protos, groups, rules);
    let index = Index::new(&drafts);
    let mut a =
        Assembler { protos, drafts, index, outside: BTreeMap::new(), out: Assembled::default(), notes };
    a.claims(evidence);
    let registered = a.implications(rules);
    a.forward_to_registered(registered);
    a.given_addresses();
    a.ordered(evidence);
    a.people();
    a.name_outside();
    a.out.drafts = a.drafts.list;
    a.out
}

/// A place that configuration gives.
fn configured(via: &[(String, Location)]) -> Vec<Sighting> {
    via.iter()
        .map(|(key, location)| Sighting {
            provenance: Provenance::Config,
            location: location.clone(),
            detail: format!("set by {key}"),
        })
        .collect()
}

impl Assembler<'_> {
    /// Calls and routes that the sources saw.
    fn claims(&mut self, evidence: &[Evidence]) {
        for item in evidence {
            let call = match &item.claim {
                Claim::Call(call) => call.clone(),
                Claim::Route(route) => CallClaim {
                    target_operation: Some(route.path.clone()),
                    policy: route.policy.clone(),
                    need: Need::Hard,
                    ..CallClaim::to(DependencyKind::Http, route.to.clone())
                },
                _ => continue,
            };
            let owners = self.drafts.of(self.protos, item);
            let ingress = matches!((&item.claim, &item.subject), (Claim::Route(_), Subject::Declared { .. }));
            if owners.is_empty() && !ingress {
                let message = format!(
                    "{} belongs to no component that is known, so its dependency is not on the map",
                    item.sighting.detail
                );
                self.notes.push(Note::undecided(item.sighting.location.clone(), message));
            }
            for from in owners {
                if self.drafts.list[from].settings.may_hold(&item.profiles) {
                    self.call(
                        from,
                        &call,
                        std::slice::from_ref(&item.sighting),
                        std::slice::from_ref(&call.address),
                    );
                } else {
                    let message = format!(
                        "{} holds only in profile {}, which is not active",
                        item.sighting.detail,
                        item.profiles.join(", ")
                    );
                    self.notes.push(Note::undecided(item.sighting.location.clone(), message));
                }
            }
        }
    }

    /// Resolves a call and adds what it leads to. `addresses` are tried in order.
    fn call(
        &mut self,
        from: usize,
        call: &CallClaim,
        because: &[Sighting],
        addresses: &[Template],
    ) -> Vec<usize> {
        let wanted =
            Wanted { kind: call.kind, technology: call.technology.as_deref(), target_kind: call.target_kind };
        let mut expansions: Vec<Expansion> =
            addresses.iter().flat_map(|t| self.drafts.list[from].settings.expand(t)).collect();
        if expansions.is_empty() {
            expansions.push(Expansion { text: String::new(), via: vec![], only_in: vec![] });
        }
        let resolved: Vec<(Vec<Resolution>, Expansion)> = expansions
            .into_iter()
            .map(|e| (self.index.resolve(&self.drafts, from, &e.text, &wanted), e))
            .collect();
        let Some((resolutions, expansion)) = best(resolved) else { return vec![] };
        let mut sightings = because.to_vec();
        sightings.extend(configured(&expansion.via));
        let mut reached = Vec::new();
        for resolution in resolutions {
            if self.is_only_conditional(&resolution, &expansion) {
                self.conditional(from, call, because, &expansion);
                continue;
            }
            match resolution {
                Resolution::To(to, certainty) => {
                    self.bond(from, to, call, &sightings, certainty);
                    reached.push(to);
                }
                Resolution::Outside(outside) => {
                    let to = self.outside(outside, &sightings);
                    self.bond(from, to, call, &sightings, Certainty::Name);
                    reached.push(to);
                }
                Resolution::Registered => {
                    let others = self.registered();
                    for to in others.into_iter().filter(|to| *to != from) {
                        self.bond(from, to, call, &sightings, Certainty::Only);
                        reached.push(to);
                    }
                }
                Resolution::Local => {}
                Resolution::Nowhere(reason) => match self.by_operation(call, from) {
                    Some(to) => {
                        self.bond(from, to, call, &sightings, Certainty::Only);
                        reached.push(to);
                    }
                    None => self.nowhere(from, call, because, &expansion.text, reason),
                },
            }
        }
        reached
    }

    /// True when an address holds only in a profile that nothing activates, and leads to nothing that a manifest declares:
    /// the profile may be a developer's own. A profile whose address is declared in the tree is one that is deployed.
    fn is_only_conditional(&self, resolution: &Resolution, expansion: &Expansion) -> bool {
        let declared = matches!(resolution, Resolution::To(_, Certainty::Name));
        !expansion.only_in.is_empty() && !declared && !matches!(resolution, Resolution::Local)
    }

    fn conditional(&mut self, from: usize, call: &CallClaim, because: &[Sighting], expansion: &Expansion) {
        let Some((key, location)) = expansion.via.first() else { return };
        let (name, profiles) = (&self.drafts.list[from].name, expansion.only_in.join(", "));
        let what = because.first().map_or_else(|| call.address.to_string(), |s| s.detail.clone());
        let message = format!(
            "{name} depends on {} only in profile {profiles}, which nothing here activates ({key}: {what})",
            expansion.text.replace(HOLE, "{?}")
        );
        self.notes.push(Note::undecided(location.clone(), message));
    }

    /// The component that offers the called RPC, when the address says nothing.
    fn by_operation(&self, call: &CallClaim, from: usize) -> Option<usize> {
        let operation = call.target_operation.as_ref()?;
        let text = self.drafts.list[from].settings.expand(operation).into_iter().next()?.text;
        self.index.by_rpc(&text).filter(|to| *to != from)
    }

    fn nowhere(&mut self, from: usize, call: &CallClaim, because: &[Sighting], text: &str, reason: String) {
        let Some(sighting) = because.first() else { return };
        let shown = match text.replace(HOLE, "{?}") {
            empty if empty.is_empty() => call.address.to_string(),
            shown => shown,
        };
        let message = format!("{} calls {shown}: {reason}", self.drafts.list[from].name);
        self.notes.push(Note::undecided(sighting.location.clone(), message));
        self.out.unresolved.push((from, call.clone(), sighting.clone(), reason));
    }

    /// The draft of something that no file declares, made on first use.
    fn outside(&mut self, outside: Outside, sightings: &[Sighting]) -> usize {
        if let Some(index) = self.outside.get(&outside.key) {
            return *index;
        }
        let index = self.drafts.list.len();
        let location = sightings.first().map_or_else(|| Location::file(""), |s| s.location.clone());
        let names = outside.name.iter().map(|n| (n.clone(), NameSort::Host, location.clone())).collect();
        self.drafts.list.push(Draft {
            name: outside.name.unwrap_or_default(),
            kind: outside.kind,
            technology: outside.technology,
            names,
            sightings: sightings.iter().take(1).cloned().collect(),
            outside: true,
            ..Draft::default()
        });
        self.outside.insert(outside.key, index);
        index
    }

    fn bond(
        &mut self,
        from: usize,
        to: usize,
        call: &CallClaim,
        sightings: &[Sighting],
        certainty: Certainty,
    ) {
        if from == to {
            return;
        }
        self.learn(to, call);
        let bond = self.out.bonds.entry((from, to, call.kind)).or_insert_with(|| Bond {
            sightings: vec![],
            calls: vec![],
            certainty,
            mode: call.mode,
            need: call.need,
            policy: Policy::new(),
            operations: BTreeSet::new(),
            resources: BTreeSet::new(),
        });
        bond.certainty = bond.certainty.min(certainty);
        bond.mode = if call.mode == Mode::Sync { Mode::Sync } else { bond.mode };
        bond.need = strongest(bond.need, call.need);
        bond.operations.extend(call.entries.iter().cloned());
        for (name, value) in &call.policy {
            bond.policy.entry(name.clone()).or_insert_with(|| value.clone());
        }
        for sighting in sightings {
            if !bond.sightings.contains(sighting) {
                bond.sightings.push(sighting.clone());
            }
        }
        bond.calls.push(call.clone());
        self.resource(from, to, call, sightings);
    }

    /// What a caller knows of the callee: the product it speaks to.
    fn learn(&mut self, to: usize, call: &CallClaim) {
        let draft = &mut self.drafts.list[to];
        let plain = draft.kind == ComponentKind::Service && !draft.has_code && draft.libraries.is_empty();
        if let Some(kind) = call.target_kind.filter(|k| plain && *k != ComponentKind::External) {
            draft.kind = kind;
        }
        if let Some(technology) = &call.technology {
            match &draft.technology {
                Some(own) if crate::resolve::product(own) == crate::resolve::product(technology) => {}
                None if !draft.has_code => draft.technology = Some(crate::resolve::product(technology)),
                _ => {
                    draft.aliases.insert(crate::resolve::product(technology));
                }
            }
        }
    }

    fn resource(&mut self, from: usize, to: usize, call: &CallClaim, sightings: &[Sighting]) {
        let Some(used) = &call.resource else { return };
        let name = match self.drafts.list[from].settings.expand(&used.name).into_iter().next() {
            Some(e) if !e.text.contains(HOLE) && !e.text.is_empty() => e.text,
            _ => return,
        };
        if let Some(bond) = self.out.bonds.get_mut(&(from, to, call.kind)) {
            bond.resources.insert((name.clone(), used.sort, used.access));
        }
        let users = self.out.resources.entry((to, used.sort, name)).or_default();
        let user = users.entry(from).or_insert_with(|| (used.access, vec![]));
        user.0 = user.0.and(used.access);
        user.1.extend(sightings.iter().take(1).cloned());
    }

    /// Dependencies that libraries bring. Answers those who forward to everything registered.
    fn implications(&mut self, rules: &[LibraryRule]) -> Vec<(usize, CallClaim, Vec<Sighting>)> {
        let mut forwarders = Vec::new();
        for from in 0..self.drafts.list.len() {
            let draft = &self.drafts.list[from];
            if draft.outside {
                continue;
            }
            let facts =
                Facts { libraries: &draft.libraries, markers: &draft.markers, settings: &draft.settings };
            let found: Vec<(&Implication, Vec<Sighting>)> = rules
                .iter()
                .flat_map(|r| &r.implies)
                .filter_map(|implication| Some((implication, facts.holds_because(&implication.when)?)))
                .collect();
            for (implication, because) in found {
                let because: Vec<Sighting> = because
                    .into_iter()
                    .map(|s| Sighting { detail: implication.detail.clone(), ..s })
                    .collect();
                let call = implied_call(implication);
                if implication.addresses.iter().any(|a| a.as_text() == Some("discovery:*")) {
                    forwarders.push((from, call, because));
                } else if implication.reverse {
                    self.reverse(from, &call, &because, &implication.addresses);
                } else {
                    self.implied(from, &call, &because, &implication.addresses);
                }
            }
        }
        forwarders
    }

    /// A dependency that a library brings. Its default address says where it would look on a developer's machine: when
    /// nothing in the tree answers there and nothing is configured, that is a note and no dependency.
    fn implied(&mut self, from: usize, call: &CallClaim, because: &[Sighting], addresses: &[Template]) {
        let wanted =
            Wanted { kind: call.kind, technology: call.technology.as_deref(), target_kind: call.target_kind };
        let expansions: Vec<Expansion> = match addresses {
            [] => vec![Expansion { text: String::new(), via: vec![], only_in: vec![] }],
            some => some.iter().flat_map(|t| self.drafts.list[from].settings.expand(t)).collect(),
        };
        let resolved = expansions
            .into_iter()
            .map(|e| (self.index.resolve(&self.drafts, from, &e.text, &wanted), e))
            .collect();
        let Some((resolutions, expansion)) = best(resolved) else { return };
        let guessed = resolutions.iter().all(|r| {
            matches!(r, Resolution::Outside(o) if !o.is_named()) || matches!(r, Resolution::Nowhere(_))
        });
        if expansion.via.is_empty() && guessed {
            if let Some(sighting) = because.first() {
                let message = format!(
                    "{}: {}, but no address is configured and nothing in the tree answers at the default one",
                    self.drafts.list[from].name, sighting.detail
                );
                self.notes.push(Note::undecided(sighting.location.clone(), message));
            }
            return;
        }
        self.call(from, call, because, addresses);
    }

    /// The component at the address depends on `subject`.
    fn reverse(&mut self, subject: usize, call: &CallClaim, because: &[Sighting], addresses: &[Template]) {
        let wanted =
            Wanted { kind: call.kind, technology: call.technology.as_deref(), target_kind: call.target_kind };
        let expansions: Vec<Expansion> = match addresses {
            [] => vec![Expansion { text: String::new(), via: vec![], only_in: vec![] }],
            some => some.iter().flat_map(|t| self.drafts.list[subject].settings.expand(t)).collect(),
        };
        let resolved = expansions
            .into_iter()
            .map(|e| (self.index.resolve(&self.drafts, subject, &e.text, &wanted), e))
            .collect();
        let Some((resolutions, expansion)) = best(resolved) else { return };
        let mut sightings = because.to_vec();
        sightings.extend(configured(&expansion.via));
        for resolution in resolutions {
            if let Resolution::To(server, certainty) = resolution {
                let call = CallClaim { technology: None, target_kind: None, ..call.clone() };
                self.bond(server, subject, &call, &sightings, certainty);
            }
        }
    }

    /// Components that register with discovery.
    fn registered(&self) -> Vec<usize> {
        let registered: BTreeSet<usize> = self
            .out
            .bonds
            .keys()
            .filter(|(_, _, kind)| *kind == DependencyKind::Discovery)
            .map(|(from, _, _)| *from)
            .collect();
        registered.into_iter().collect()
    }

    fn forward_to_registered(&mut self, forwarders: Vec<(usize, CallClaim, Vec<Sighting>)>) {
        let registered = self.registered();
        for (from, call, because) in forwarders {
            for to in &registered {
                self.bond(from, *to, &call, &because, Certainty::Only);
            }
        }
    }

    /// Environment variables whose value is the address of a component, for programs whose code was not read (third-party
    /// images, languages without a reader): somebody gave it the address, so it is likely to use it.
    fn given_addresses(&mut self) {
        let mut found = Vec::new();
        for (from, draft) in self.drafts.list.iter().enumerate() {
            if draft.has_code || draft.outside {
                continue;
            }
            for setting in draft
                .settings
                .all()
                .filter(|s| s.sort >= SettingSort::Image && draft.settings.may_hold(&s.profiles))
            {
                for expansion in draft.settings.expand(&setting.value) {
                    found.extend(self.addressed(from, &setting.key, &expansion.text).into_iter().map(|to| {
                        let detail = format!("{} = {}", setting.key, setting.value);
                        (
                            from,
                            to,
                            Sighting {
                                provenance: Provenance::Config,
                                location: setting.location.clone(),
                                detail,
                            },
                        )
                    }));
                }
            }
        }
        for (from, to, sighting) in found {
            let target = &self.drafts.list[to];
            let kind = dependency_kind(target.kind);
            let call = CallClaim { mode: mode_for(target.kind), ..CallClaim::to(kind, Template::default()) };
            if !self.reinforce(from, to, &sighting) {
                self.bond(from, to, &call, &[sighting], Certainty::Name);
            }
        }
    }

    /// Components that a value names as an address: with a scheme or a port, or a bare name under a key that asks for one.
    fn addressed(&self, from: usize, key: &str, value: &str) -> Vec<usize> {
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
    fn reinforce(&mut self, from: usize, to: usize, sighting: &Sighting) -> bool {
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
    fn ordered(&mut self, evidence: &[Evidence]) {
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
    fn linked(&self, item: &Evidence, on: &Subject) -> Option<usize> {
        let Subject::Declared { name, .. } = on else { return None };
        let from = self.drafts.of(self.protos, item).first().copied()?;
        self.index.by_name(&self.drafts, from, name)
    }

    /// Waiting for an address at start-up is not a use of its own: it strengthens a known dependency.
    fn fold_waits(&mut self) {
        let waits: Vec<(usize, usize)> = self
            .out
            .bonds
            .keys()
            .filter(|(_, _, kind)| *kind == DependencyKind::Deployment)
            .map(|(a, b, _)| (*a, *b))
            .collect();
        for (from, to) in waits {
            let others = self
                .out
                .bonds
                .keys()
                .any(|(a, b, kind)| (*a, *b) == (from, to) && *kind != DependencyKind::Deployment);
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

    /// Who stands before the system: people use what is published and what no other component calls.
    fn people(&mut self) {
        let called: BTreeSet<usize> = self
            .out
            .bonds
            .keys()
            .filter(|(_, _, kind)| {
                !matches!(kind, DependencyKind::Telemetry | DependencyKind::Deployment | DependencyKind::Auth)
            })
            .map(|(_, to, _)| *to)
            .collect();
        let forwards = |i: usize| {
            self.out.bonds.iter().any(|((from, _, kind), _)| *from == i && *kind == DependencyKind::Http)
        };
        let entries: Vec<usize> = (0..self.drafts.list.len())
            .filter(|i| {
                let draft = &self.drafts.list[*i];
                let front = draft.kind == ComponentKind::Gateway
                    || (draft.published && draft.kind == ComponentKind::Service && !draft.has_code);
                front && !draft.outside && !called.contains(i) && forwards(*i)
            })
            .collect();
        if entries.is_empty() {
            return;
        }
        let user = self.drafts.list.len();
        let first = self.drafts.list[entries[0]].sightings.first().cloned();
        self.drafts.list.push(Draft {
            name: if self.drafts.list.iter().any(|d| normal(&d.name) == "user") {
                "person".into()
            } else {
                "user".into()
            },
            kind: ComponentKind::User,
            names: vec![],
            aliases: BTreeSet::from(["user".to_string()]),
            sightings: first
                .into_iter()
                .map(|s| Sighting { detail: "requests from outside enter here".into(), ..s })
                .collect(),
            ..Draft::default()
        });
        for entry in entries {
            let Some(place) = self.drafts.list[entry].sightings.first().cloned() else { continue };
            let sighting = Sighting {
                provenance: Provenance::Config,
                detail: "entry of the system: it forwards to others and nothing calls it".into(),
                ..place
            };
            let call = CallClaim::to(DependencyKind::Http, Template::default());
            self.bond(user, entry, &call, &[sighting], Certainty::Only);
        }
    }

    /// Names what no file declares and no address names, after those who use it.
    fn name_outside(&mut self) {
        let mut taken: BTreeSet<String> =
            self.drafts.list.iter().map(|d| normal(&d.name)).filter(|n| !n.is_empty()).collect();
        for index in 0..self.drafts.list.len() {
            let users: BTreeSet<usize> =
                self.out.bonds.keys().filter(|(_, to, _)| *to == index).map(|(from, _, _)| *from).collect();
            let draft = &self.drafts.list[index];
            if !draft.outside || !draft.name.is_empty() {
                continue;
            }
            let word = draft.technology.clone().unwrap_or_else(|| draft.kind.to_string());
            let ending = if draft.kind == ComponentKind::Database { "db" } else { &word };
            let mut name = match users.iter().next() {
                Some(user) if users.len() == 1 => format!("{}-{ending}", self.drafts.list[*user].name),
                _ => word.clone(),
            };
            let mut n = 2;
            while !taken.insert(normal(&name)) {
                name = format!("{word}-{n}");
                n += 1;
            }
            self.drafts.list[index].name = name;
        }
        self.roles();
    }

    /// Things that have no name of their own in the tree are also called by their role, when only one has it.
    fn roles(&mut self) {
        let mut by_role: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (_, to, kind) in self.out.bonds.keys() {
            let draft = &self.drafts.list[*to];
            let git = draft.technology.as_deref() == Some("git");
            let role = match (draft.outside && draft.kind == ComponentKind::External, kind) {
                (true, DependencyKind::Mail) => "mail-server",
                (true, DependencyKind::Configuration) if git && draft.name.starts_with("github.com") => {
                    "github-repository"
                }
                (true, DependencyKind::Configuration) if git => "git-repository",
                (true, DependencyKind::Http) => "external-website",
                _ => continue,
            };
            by_role.entry(role).or_default().push(*to);
        }
        for (role, mut who) in by_role {
            who.dedup();
            let distinct: BTreeSet<usize> = who.into_iter().collect();
            let free = !self.drafts.list.iter().any(|d| normal(&d.name) == normal(role));
            if let (Some(only), 1, true) = (distinct.first(), distinct.len(), free) {
                self.drafts.list[*only].aliases.insert(role.to_string());
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

fn implied_call(implication: &Implication) -> CallClaim {
    CallClaim {
        technology: implication.technology.clone(),
        target_kind: implication.target_kind,
        mode: implication.mode,
        need: implication.need,
        ..CallClaim::to(implication.kind, implication.addresses.first().cloned().unwrap_or_default())
    }
}

/// The alternative that leads furthest: to a named component, then a guessed one, then outside, then nowhere. An address
/// that is written goes before one of which nothing is known.
fn best(resolved: Vec<(Vec<Resolution>, Expansion)>) -> Option<(Vec<Resolution>, Expansion)> {
    let grade = |r: &Resolution| match r {
        Resolution::To(_, Certainty::Name) | Resolution::Registered => 0,
        Resolution::To(_, _) => 1,
        Resolution::Local | Resolution::Outside(_) => 2,
        Resolution::Nowhere(_) => 3,
    };
    let unknown = |e: &Expansion| e.text.chars().all(|c| c == HOLE);
    resolved.into_iter().min_by_key(|(resolutions, expansion)| {
        let nowhere = resolutions.iter().all(|r| matches!(r, Resolution::Nowhere(_)));
        (nowhere, unknown(expansion), resolutions.iter().map(grade).min().unwrap_or(4))
    })
}

fn strongest(a: Need, b: Need) -> Need {
    let order = |n: Need| match n {
        Need::Hard => 0,
        Need::Startup => 1,
        Need::Soft => 2,
        Need::Background => 3,
        Need::Unknown => 4,
    };
    if order(b) < order(a) { b } else { a }
}

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
