//! Names for what no file declares: people before the system, stores without a host, third parties by their role.

use super::*;

impl Assembler<'_> {
    /// Who stands before the system: people use what is published and what no other component calls.
    pub(super) fn people(&mut self) {
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
    pub(super) fn name_outside(&mut self) {
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
    pub(super) fn roles(&mut self) {
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
