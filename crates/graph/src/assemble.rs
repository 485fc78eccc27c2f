//! Dependencies with all their evidence, before any drawing is looked at.

mod implied;
mod listed;
mod manifests;
mod names;

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
    Mode, NameSort, Need, Note, Part, Policy, Provenance, ResourceSort, SettingSort, Sighting, Subject,
    Template,
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
            if is_declaration(&call, &item.sighting) && self.drafts.is_lent(self.protos, item) {
                let message = format!(
                    "{} is declared in a library, and nothing that was read calls it",
                    item.sighting.detail
                );
                self.notes.push(Note::undecided(item.sighting.location.clone(), message));
                continue;
            }
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
    fn call(&mut self, from: usize, call: &CallClaim, because: &[Sighting], addresses: &[Template]) {
        if let Some((resolutions, expansion)) = self.lead(from, call, addresses) {
            self.follow(from, call, because, resolutions, &expansion);
        }
    }

    /// Where a call leads, and the alternative of its address that leads there.
    fn lead(
        &self,
        from: usize,
        call: &CallClaim,
        addresses: &[Template],
    ) -> Option<(Vec<Resolution>, Expansion)> {
        let settings = &self.drafts.list[from].settings;
        let mut expansions: Vec<Expansion> = addresses.iter().flat_map(|t| settings.expand(t)).collect();
        if expansions.is_empty() {
            expansions.push(Expansion { text: String::new(), via: vec![], only_in: vec![] });
        }
        self.lead_any(from, call, expansions)
    }

    /// The alternative that leads furthest, with the lists of addresses that configuration gives for logical names.
    fn lead_any(
        &self,
        from: usize,
        call: &CallClaim,
        mut expansions: Vec<Expansion>,
    ) -> Option<(Vec<Resolution>, Expansion)> {
        let wanted =
            Wanted { kind: call.kind, technology: call.technology.as_deref(), target_kind: call.target_kind };
        let settings = &self.drafts.list[from].settings;
        let listed: Vec<Expansion> = expansions.iter().flat_map(|e| listed::addresses(settings, e)).collect();
        expansions.extend(listed);
        let resolve = |e: Expansion| (self.index.resolve(&self.drafts, from, &e.text, &wanted), e);
        best(expansions.into_iter().map(resolve).collect())
    }

    /// Adds what an address leads to.
    fn follow(
        &mut self,
        from: usize,
        call: &CallClaim,
        because: &[Sighting],
        resolutions: Vec<Resolution>,
        expansion: &Expansion,
    ) {
        let mut sightings = because.to_vec();
        sightings.extend(configured(&expansion.via));
        // An address that is marked as optional does not stop the start.
        let optional = call.need == Need::Startup && crate::address::is_optional(&expansion.text);
        let call = &CallClaim { need: if optional { Need::Soft } else { call.need }, ..call.clone() };
        for resolution in resolutions {
            if self.is_only_conditional(&resolution, expansion) {
                self.conditional(from, expansion);
                continue;
            }
            match resolution {
                Resolution::To(to, certainty) => self.bond(from, to, call, &sightings, certainty),
                Resolution::Outside(outside) => {
                    let to = self.outside(outside, &sightings);
                    self.bond(from, to, call, &sightings, Certainty::Name);
                }
                Resolution::Registered => {
                    for to in self.registered(from) {
                        self.bond(from, to, call, &sightings, Certainty::Only);
                    }
                }
                Resolution::Local => {}
                Resolution::Nowhere(reason) => match self.by_operation(call, from) {
                    Some(to) => self.bond(from, to, call, &sightings, Certainty::Only),
                    None => self.nowhere(from, call, because, &expansion.text, reason),
                },
            }
        }
    }

    /// True when an address holds only in a profile that nothing activates, and leads to nothing that a manifest declares:
    /// the profile may be a developer's own. A profile whose address is declared in the tree is one that is deployed.
    fn is_only_conditional(&self, resolution: &Resolution, expansion: &Expansion) -> bool {
        let declared = matches!(resolution, Resolution::To(_, Certainty::Name));
        !expansion.only_in.is_empty() && !declared && !matches!(resolution, Resolution::Local)
    }

    fn conditional(&mut self, from: usize, expansion: &Expansion) {
        let Some((key, location)) = expansion.via.first() else { return };
        let (name, profiles) = (&self.drafts.list[from].name, expansion.only_in.join(", "));
        let message = format!(
            "{name} depends on {} only in profile {profiles}, which nothing here activates ({key})",
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
        let shown = match text.chars().all(|c| c == HOLE) {
            true => call.address.to_string(),
            false => text.replace(HOLE, "{?}"),
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

/// True for a method of a client interface that stands for itself because nothing calls it.
fn is_declaration(call: &CallClaim, sighting: &Sighting) -> bool {
    let called = sighting.detail.strip_prefix(call.site.as_str());
    !call.site.is_empty() && called.is_some_and(|rest| rest.starts_with('('))
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
