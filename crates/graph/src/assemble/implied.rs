//! Dependencies that libraries bring by being there.

use super::*;

impl Assembler<'_> {
    /// Dependencies that libraries bring. Answers those who forward to everything registered.
    pub(super) fn implications(&mut self, rules: &[LibraryRule]) -> Vec<(usize, CallClaim, Vec<Sighting>)> {
        let mut forwarders = Vec::new();
        for from in 0..self.drafts.list.len() {
            let draft = &self.drafts.list[from];
            if draft.outside {
                continue;
            }
            // What a configuration repository serves cannot decide whether it is asked.
            let own = draft.settings.without_served();
            let facts = |settings| Facts { libraries: &draft.libraries, markers: &draft.markers, settings };
            let (asked, told) = (facts(&own), facts(&draft.settings));
            let holds = |implication: &Implication| match implication.kind {
                DependencyKind::Configuration => asked.holds_because(&implication.when),
                _ => told.holds_because(&implication.when),
            };
            let found: Vec<(&Implication, Vec<Sighting>)> =
                rules.iter().flat_map(|r| &r.implies).filter_map(|i| Some((i, holds(i)?))).collect();
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
    /// nothing in the tree answers there and nothing is configured, that is a note and no dependency. A broker is another
    /// matter: whoever carries its starter connects to it when it starts, so there is one wherever the program runs.
    pub(super) fn implied(
        &mut self,
        from: usize,
        call: &CallClaim,
        because: &[Sighting],
        addresses: &[Template],
    ) {
        let (starred, plain): (Vec<Template>, Vec<Template>) = addresses.iter().cloned().partition(has_star);
        let each: Vec<_> = starred.iter().flat_map(|t| self.lead_each(from, call, t)).collect();
        for (resolutions, expansion) in each {
            self.follow(from, call, because, resolutions, &expansion);
        }
        // No address at all is a question of its own: the only component of that product.
        if plain.is_empty() && !addresses.is_empty() {
            return;
        }
        let Some((resolutions, expansion)) = self.lead(from, call, &plain) else { return };
        let guessed = resolutions.iter().all(|r| {
            matches!(r, Resolution::Outside(o) if !o.is_named()) || matches!(r, Resolution::Nowhere(_))
        });
        if expansion.via.is_empty() && guessed && call.kind != DependencyKind::Messaging {
            if let Some(sighting) = because.first() {
                let message = format!(
                    "{}: {}, but no address is configured and nothing in the tree answers at the default one",
                    self.drafts.list[from].name, sighting.detail
                );
                self.notes.push(Note::undecided(sighting.location.clone(), message));
            }
            return;
        }
        self.follow(from, call, because, resolutions, &expansion);
    }

    /// Where an address with a `*` in its key leads, for each key that it stands for.
    fn lead_each(
        &self,
        from: usize,
        call: &CallClaim,
        address: &Template,
    ) -> Vec<(Vec<Resolution>, Expansion)> {
        let star = address.keys().into_iter().find(|key| key.contains('*')).unwrap_or_default();
        let keys = self.drafts.list[from].settings.keys_like(star);
        keys.iter().filter_map(|key| self.lead(from, call, &[with_key(address, star, key)])).collect()
    }

    /// The component at the address depends on `subject`.
    pub(super) fn reverse(
        &mut self,
        subject: usize,
        call: &CallClaim,
        because: &[Sighting],
        addresses: &[Template],
    ) {
        let Some((resolutions, expansion)) = self.lead(subject, call, addresses) else { return };
        let mut sightings = because.to_vec();
        sightings.extend(configured(&expansion.via));
        for resolution in resolutions {
            if let Resolution::To(server, certainty) = resolution {
                let call = CallClaim { technology: None, target_kind: None, ..call.clone() };
                self.bond(server, subject, &call, &sightings, certainty);
            }
        }
    }

    /// Components that register with the registry that `from` asks, or with any when it is not known which one that is.
    pub(super) fn registered(&self, from: usize) -> Vec<usize> {
        let bonds = || self.out.bonds.keys().filter(|(_, _, kind)| *kind == DependencyKind::Discovery);
        let mut asked: BTreeSet<usize> = bonds().filter(|(a, _, _)| *a == from).map(|(_, b, _)| *b).collect();
        // Peers replicate to each other.
        let is_registry = |i: &usize| self.drafts.list[*i].kind == ComponentKind::Discovery;
        let peers = bonds().filter(|(a, b, _)| is_registry(a) && is_registry(b));
        let peers: Vec<usize> = peers
            .filter(|(a, b, _)| asked.contains(a) || asked.contains(b))
            .flat_map(|(a, b, _)| [*a, *b])
            .collect();
        asked.extend(peers);
        let same = |to: &usize| asked.is_empty() || asked.contains(to);
        let registered: BTreeSet<usize> =
            bonds().filter(|(_, to, _)| same(to)).map(|(who, _, _)| *who).collect();
        registered.into_iter().collect()
    }

    pub(super) fn forward_to_registered(&mut self, forwarders: Vec<(usize, CallClaim, Vec<Sighting>)>) {
        for (from, call, because) in forwarders {
            for to in &self.registered(from) {
                self.bond(from, *to, &call, &because, Certainty::Only);
            }
        }
    }
}

fn has_star(address: &Template) -> bool {
    address.parts.iter().any(|part| matches!(part, Part::Key { name, .. } if name.contains('*')))
}

/// The same address with one key in the place of the other.
fn with_key(address: &Template, star: &str, key: &str) -> Template {
    let part = |part: &Part| match part {
        Part::Key { name, default } if name == star => {
            Part::Key { name: key.to_string(), default: default.clone() }
        }
        other => other.clone(),
    };
    Template { parts: address.parts.iter().map(part).collect() }
}

fn implied_call(implication: &Implication) -> CallClaim {
    CallClaim {
        technology: implication.technology.clone(),
        target_kind: implication.target_kind,
        mode: implication.mode,
        need: implication.need,
        ..CallClaim::to(implication.kind, implication.addresses.first().cloned().unwrap_or_default())
    }
}
