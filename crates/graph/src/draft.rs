//! Components in the making: which candidates are programs, what reaches them, what they are.

use crate::identity::Group;
use crate::names::normal;
use crate::proto::{Proto, Protos, is_set, uses};
use crate::rules::Facts;
use crate::settings::Settings;
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{
    Claim, ComponentKind, Evidence, Identity, LibraryRule, Location, NameSort, Operation, OperationClaim,
    Sighting, Subject, Template,
};

/// A component in the making.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Display name; unique once all drafts are named.
    pub name: String,
    /// What it is.
    pub kind: ComponentKind,
    /// Product.
    pub technology: Option<String>,
    /// Names with who calls it so.
    pub names: Vec<(String, NameSort, Location)>,
    /// Manifest scopes it is declared in.
    pub scopes: BTreeSet<String>,
    /// Ports at which the machine that runs it answers.
    pub ports: BTreeSet<u16>,
    /// Ports inside its container.
    pub inner_ports: BTreeSet<u16>,
    /// Reachable from outside.
    pub published: bool,
    /// Language.
    pub language: Option<String>,
    /// Settings that reach it.
    pub settings: Settings,
    /// Libraries.
    pub libraries: BTreeMap<String, Sighting>,
    /// Markers.
    pub markers: BTreeMap<String, Sighting>,
    /// Entry operations.
    pub operations: Vec<Operation>,
    /// Where it is known from.
    pub sightings: Vec<Sighting>,
    /// Why its names are one.
    pub identities: Vec<Identity>,
    /// Source code of it was read.
    pub has_code: bool,
    /// No file of the tree declares it.
    pub outside: bool,
    /// Further names: products it is called as, roles.
    pub aliases: BTreeSet<String>,
}

/// All drafts, and which of them a candidate's evidence is about.
#[derive(Debug, Default)]
pub struct Drafts {
    /// Drafts; the index is the component.
    pub list: Vec<Draft>,
    /// Candidate -> the draft it is part of.
    own: Vec<Option<usize>>,
    /// Candidate that is a library -> the drafts of the programs that need it.
    lent: Vec<Vec<usize>>,
    /// Name by which a configuration repository may know a program, normalised -> the drafts.
    applications: BTreeMap<String, BTreeSet<usize>>,
}

impl Drafts {
    /// The components that a piece of evidence is about: several when it lies in a library that several programs
    /// need, none when nobody needs it.
    pub fn of(&self, protos: &Protos, evidence: &Evidence) -> Vec<usize> {
        match &evidence.subject {
            Subject::Application { name } => self.clients(name.as_deref()),
            // A file in a set of settings configures whoever takes the set.
            Subject::Declared { scope, name } if is_set(scope) => {
                let takers = protos.takers.get(&(scope.clone(), name.clone())).into_iter().flatten();
                let found: BTreeSet<usize> = takers.flat_map(|proto| self.of_proto(*proto)).collect();
                found.into_iter().collect()
            }
            Subject::Owner if protos.owners(&evidence.sighting.location.file).len() > 1 => {
                let owners = protos.owners(&evidence.sighting.location.file);
                let found: BTreeSet<usize> = owners.iter().flat_map(|proto| self.of_proto(*proto)).collect();
                found.into_iter().collect()
            }
            _ => protos.subject(evidence).map_or(vec![], |proto| self.of_proto(proto)),
        }
    }

    /// The components that a configuration repository serves under this name; without one, all programs of the tree.
    fn clients(&self, name: Option<&str>) -> Vec<usize> {
        if let Some(name) = name {
            return self.applications.get(&normal(name)).into_iter().flatten().copied().collect();
        }
        let is_client = |d: &Draft| d.has_code || !d.libraries.is_empty();
        self.list.iter().enumerate().filter(|(_, d)| is_client(d)).map(|(i, _)| i).collect()
    }

    /// True when a piece of evidence lies in a library, whose users all have it.
    pub fn is_lent(&self, protos: &Protos, evidence: &Evidence) -> bool {
        protos.subject(evidence).is_some_and(|proto| self.own[proto].is_none())
    }

    fn of_proto(&self, proto: usize) -> Vec<usize> {
        match self.own[proto] {
            Some(draft) => vec![draft],
            None => self.lent[proto].clone(),
        }
    }

    /// The component of a declared subject.
    pub fn of_subject(&self, protos: &Protos, subject: &Subject) -> Option<usize> {
        self.own[protos.of_subject(subject)?]
    }
}

/// Makes drafts of the groups that are programs; the others are libraries whose evidence goes to whoever needs them.
pub fn drafts(evidence: &[Evidence], protos: &Protos, groups: &[Group], rules: &[LibraryRule]) -> Drafts {
    let needed = needed_coordinates(protos);
    let count = protos.list.len();
    let mut out = Drafts { own: vec![None; count], lent: vec![vec![]; count], ..Drafts::default() };
    for group in groups {
        if is_program(group, protos, &needed) {
            for member in &group.members {
                out.own[*member] = Some(out.list.len());
            }
            out.list.push(draft_of(group, protos));
        }
    }
    for (index, draft) in out.list.iter().enumerate() {
        for (name, _, _) in draft.names.iter().filter(|(_, sort, _)| *sort <= NameSort::Discovery) {
            out.applications.entry(normal(name)).or_default().insert(index);
        }
    }
    give_libraries(&mut out, protos);
    give_settings(&mut out, protos, rules);
    give_operations(&mut out, protos, evidence);
    give_roles(&mut out, rules);
    name_drafts(&mut out.list);
    out
}

fn needed_coordinates(protos: &Protos) -> BTreeSet<&str> {
    protos.list.iter().flat_map(|p| p.needs.iter().map(String::as_str)).collect()
}

fn is_program(group: &Group, protos: &Protos, needed: &BTreeSet<&str>) -> bool {
    group.members.iter().map(|i| &protos.list[*i]).any(|p| {
        let library = p.coordinate.as_deref().is_some_and(|c| needed.contains(c));
        p.declared.is_some() || (!p.aggregate && (p.runnable || (p.has_operation && !library)))
    })
}

fn draft_of(group: &Group, protos: &Protos) -> Draft {
    let mut draft = Draft { published: false, ..Draft::default() };
    let mut kinds = Vec::new();
    let mut runs_on = false;
    for member in &group.members {
        let p = &protos.list[*member];
        take(&mut draft, p);
        runs_on |= p.declared.is_some() && !p.kinds.contains(&ComponentKind::Job);
        kinds.extend(p.kinds.iter().copied());
    }
    // A program that runs for good elsewhere is no job because one prepares its database.
    kinds.retain(|k| *k != ComponentKind::Job || !runs_on);
    draft.kind = kinds.into_iter().find(|k| *k != ComponentKind::Service).unwrap_or_default();
    draft.names.sort_by(|a, b| (a.1, &a.2, &a.0).cmp(&(b.1, &b.2, &b.0)));
    draft.names.dedup_by(|a, b| a.0 == b.0 && a.1 == b.1);
    draft.identities = draft
        .names
        .iter()
        .map(|(name, sort, location)| Identity {
            name: name.clone(),
            sort: *sort,
            reason: said_by(*sort).into(),
            location: location.clone(),
        })
        .collect();
    draft.identities.extend(group.reasons.iter().map(|(name, sort, reason, location)| Identity {
        name: name.clone(),
        sort: *sort,
        reason: format!("joined: {reason}"),
        location: location.clone(),
    }));
    for alias in &group.aliases {
        draft.names.push((alias.clone(), NameSort::Alias, Location::file("undrawn.toml")));
    }
    draft
}

fn said_by(sort: NameSort) -> &'static str {
    match sort {
        NameSort::Alias => "[alias] in the configuration",
        NameSort::Application => "its own configuration",
        NameSort::Declared => "declared in a manifest",
        NameSort::Discovery => "registered under this name",
        NameSort::Host => "answers at this host name",
        NameSort::Module => "name of the build module",
        NameSort::Folder => "name of the folder",
        NameSort::Image => "name of the image",
    }
}

fn take(draft: &mut Draft, p: &Proto) {
    draft.scopes.extend(p.declared.iter().map(|(scope, _)| scope.clone()));
    if let Some((_, name)) = &p.declared {
        let location = p.sightings.first().map_or_else(|| Location::file(""), |s| s.location.clone());
        draft.names.push((name.clone(), NameSort::Declared, location));
    }
    draft.names.extend(p.names.iter().cloned());
    draft.ports.extend(p.ports.iter().copied());
    draft.inner_ports.extend(p.inner_ports.iter().copied());
    draft.published |= p.published;
    draft.has_code |= p.has_code;
    draft.settings.extend(&p.settings);
    draft.sightings.extend(p.sightings.iter().cloned());
    draft.libraries.extend(p.libraries.iter().map(|(k, v)| (k.clone(), v.clone())));
    draft.markers.extend(p.markers.iter().map(|(k, v)| (k.clone(), v.clone())));
    if draft.language.is_none() {
        draft.language = p.language.clone();
    }
    if draft.technology.is_none() {
        draft.technology = p.technology.clone();
    }
}

/// What a program's own library modules bring is the program's too.
fn give_libraries(out: &mut Drafts, protos: &Protos) {
    let by_coordinate: BTreeMap<&str, usize> =
        protos.list.iter().enumerate().filter_map(|(i, p)| Some((p.coordinate.as_deref()?, i))).collect();
    let programs: Vec<(usize, usize)> =
        out.own.iter().enumerate().filter_map(|(proto, d)| Some((proto, (*d)?))).collect();
    for (proto, draft) in programs {
        let mut seen = BTreeSet::new();
        let mut open = vec![proto];
        while let Some(next) = open.pop() {
            let libraries = protos.list[next].needs.iter().filter_map(|c| by_coordinate.get(c.as_str()));
            open.extend(libraries.filter(|l| out.own[**l].is_none() && seen.insert(**l)));
        }
        for library in seen {
            if !out.lent[library].contains(&draft) {
                out.lent[library].push(draft);
            }
            let p = &protos.list[library];
            let target = &mut out.list[draft];
            target.has_code |= p.has_code;
            target.settings.extend(&p.settings);
            target.libraries.extend(p.libraries.iter().map(|(k, v)| (k.clone(), v.clone())));
            target.markers.extend(p.markers.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
    }
}

fn give_settings(out: &mut Drafts, protos: &Protos, rules: &[LibraryRule]) {
    for (application, settings) in &protos.served {
        for draft in out.clients(application.as_deref()) {
            out.list[draft].settings.extend(settings);
        }
    }
    for (proto, candidate) in protos.list.iter().enumerate() {
        for (from, _prefix) in &candidate.takes {
            let Subject::Declared { scope, name } = from else { continue };
            if let Some(settings) = protos.sets.get(&(scope.clone(), name.clone())) {
                for draft in out.of_proto(proto) {
                    out.list[draft].settings.extend(settings);
                }
            }
        }
    }
    for draft in &mut out.list {
        let keys: Vec<Template> = rules
            .iter()
            .filter(|r| !r.profiles.is_empty() && uses(&draft.libraries, &r.libraries))
            .flat_map(|r| r.profiles.iter().cloned())
            .collect();
        draft.settings.activate(&keys);
        for rule in rules.iter().filter(|r| !r.ports.is_empty() && uses(&draft.libraries, &r.libraries)) {
            let ports = rule.ports.iter().flat_map(|t| draft.settings.expand(t));
            draft.ports.extend(ports.filter_map(|e| e.text.parse::<u16>().ok()).filter(|p| *p != 0));
        }
    }
}

fn give_operations(out: &mut Drafts, protos: &Protos, evidence: &[Evidence]) {
    for item in evidence {
        let Claim::Operation(OperationClaim { name, kind, schedule }) = &item.claim else { continue };
        for draft in out.of(protos, item) {
            let operation = Operation {
                name: name.clone(),
                kind: *kind,
                schedule: schedule.clone(),
                location: item.sighting.location.clone(),
            };
            let operations = &mut out.list[draft].operations;
            if !operations.iter().any(|o| o.name == operation.name) {
                operations.push(operation);
            }
        }
    }
    for draft in &mut out.list {
        draft.operations.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

fn give_roles(out: &mut Drafts, rules: &[LibraryRule]) {
    for draft in &mut out.list {
        let facts = Facts { libraries: &draft.libraries, markers: &draft.markers, settings: &draft.settings };
        let role = rules
            .iter()
            .flat_map(|r| &r.roles)
            .find_map(|role| Some((role, facts.holds_because(&role.when)?)));
        if let Some((role, because)) = role {
            draft.kind = role.kind;
            draft.technology = role.technology.clone().or(draft.technology.take());
            draft.sightings.extend(because);
        }
    }
}

/// Gives every draft the best of its names, and tells two of the same name apart.
fn name_drafts(list: &mut [Draft]) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for draft in list.iter_mut() {
        let mut choices: Vec<&(String, NameSort, Location)> = draft.names.iter().collect();
        // An alias says what else a component is called; it is shown under its own name.
        choices.sort_by(|a, b| (a.1 == NameSort::Alias, a.1, &a.2).cmp(&(b.1 == NameSort::Alias, b.1, &b.2)));
        let free = choices.iter().map(|(n, _, _)| n).find(|n| !taken.contains(&normal(n)));
        let name = match (free, choices.first()) {
            (Some(name), _) => name.clone(),
            (None, Some((name, _, location))) => {
                let place = folder_of(&location.file);
                let mut numbered = format!("{name} ({place})");
                let n = numbers.entry(normal(&numbered)).or_insert(2);
                while taken.contains(&normal(&numbered)) {
                    numbered = format!("{name} ({place} {n})");
                    *n += 1;
                }
                numbered
            }
            (None, None) => "unnamed".to_string(),
        };
        taken.insert(normal(&name));
        draft.name = name;
    }
}

/// The folder that a file lies in, by its own name; the file's name at the root.
fn folder_of(file: &str) -> &str {
    let mut parts = file.rsplit('/');
    let name = parts.next().unwrap_or(file);
    parts.next().unwrap_or(name)
}
