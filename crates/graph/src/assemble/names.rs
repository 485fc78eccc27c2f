//! Names for what no file declares: people before the system, stores without a host, third parties by their role.

use super::*;

/// All that requests from `start` can lead to.
fn reached(requests: &BTreeMap<usize, BTreeSet<usize>>, start: usize) -> BTreeSet<usize> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
    while let Some(next) = open.pop() {
        open.extend(requests.get(&next).into_iter().flatten().filter(|to| seen.insert(**to)));
    }
    seen
}

impl Assembler<'_> {
    /// Who stands before the system: people use what is published and what no other component calls.
    pub(super) fn people(&mut self) {
        let plumbing = |kind: &DependencyKind| {
            matches!(kind, DependencyKind::Telemetry | DependencyKind::Deployment | DependencyKind::Auth)
        };
        let mut callers: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut requests: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (from, to, kind) in self.out.bonds.keys() {
            if !plumbing(kind) {
                callers.entry(*to).or_default().insert(*from);
            }
            if *kind == DependencyKind::Http {
                requests.entry(*from).or_default().insert(*to);
            }
        }
        let is_gateway = |i: &usize| self.drafts.list[*i].kind == ComponentKind::Gateway;
        let entries: Vec<usize> = requests
            .iter()
            .filter(|(i, to)| {
                let draft = &self.drafts.list[**i];
                let foreign = draft.published && draft.kind == ComponentKind::Service && !draft.has_code;
                let before_gateway = draft.kind == ComponentKind::Service && to.iter().any(is_gateway);
                let front = is_gateway(i) || foreign || before_gateway;
                let callers = callers.get(i);
                // Those behind an entry may call back through it.
                let called = || callers.is_some_and(|c| !c.is_subset(&reached(&requests, **i)));
                front && !draft.outside && (callers.is_none() || (is_gateway(i) && !called()))
            })
            .map(|(i, _)| *i)
            .collect();
        // What a manifest declares without publishing it is not reached from outside, if anything is.
        let inside = |i: &usize| !self.drafts.list[*i].published && !self.drafts.list[*i].scopes.is_empty();
        let open: Vec<usize> = entries.iter().copied().filter(|i| !inside(i)).collect();
        let entries = if open.is_empty() { entries } else { open };
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
    pub(super) fn name_outside(&mut self) {
        let mut taken: BTreeSet<String> =
            self.drafts.list.iter().map(|d| normal(&d.name)).filter(|n| !n.is_empty()).collect();
        let mut users: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (from, to, _) in self.out.bonds.keys() {
            users.entry(*to).or_default().insert(*from);
        }
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        for index in 0..self.drafts.list.len() {
            let draft = &self.drafts.list[index];
            if !draft.outside || !draft.name.is_empty() {
                continue;
            }
            let users = users.remove(&index).unwrap_or_default();
            let word = draft.technology.clone().unwrap_or_else(|| draft.kind.to_string());
            let ending = if draft.kind == ComponentKind::Database { "db" } else { &word };
            let mut name = match users.iter().next() {
                Some(user) if users.len() == 1 => format!("{}-{ending}", self.drafts.list[*user].name),
                _ => word.clone(),
            };
            let n = numbers.entry(word.clone()).or_insert(2);
            while !taken.insert(normal(&name)) {
                name = format!("{word}-{n}");
                *n += 1;
            }
            self.drafts.list[index].name = name;
        }
        self.roles();
    }

    /// Things that have no name of their own in the tree are also called by their role, when only one has it.
    pub(super) fn roles(&mut self) {
        let mut by_role: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (_, to, kind) in self.out.bonds.keys() {
            let draft = &self.drafts.list[*to];
            if !draft.outside || draft.kind != ComponentKind::External {
                continue;
            }
            let git = draft.technology.as_deref() == Some("git");
            // The host of a repository is what people call it by: a GitHub repository, a GitLab repository.
            let host = draft.name.split(['.', '/']).next().unwrap_or("git");
            let role = match kind {
                DependencyKind::Mail => "mail-server".to_string(),
                DependencyKind::Configuration if git => format!("{host}-repository"),
                DependencyKind::Http => "external-website".to_string(),
                _ => continue,
            };
            by_role.entry(role).or_default().push(*to);
        }
        for (role, mut who) in by_role {
            who.dedup();
            let distinct: BTreeSet<usize> = who.into_iter().collect();
            let free = !self.drafts.list.iter().any(|d| normal(&d.name) == normal(&role));
            if let (Some(only), 1, true) = (distinct.first(), distinct.len(), free) {
                self.drafts.list[*only].aliases.insert(role);
            }
        }
    }
}
