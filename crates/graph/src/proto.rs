//! Candidates: everything that may be a component, before names are compared.

use crate::settings::{Setting, Settings};
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{
    Claim, ComponentClaim, ComponentKind, Evidence, LibraryRule, Location, NameSort, Provenance, Sighting,
    Subject, Template,
};

/// One candidate.
#[derive(Debug, Clone, Default)]
pub struct Proto {
    /// Scope and name, when a manifest declares it.
    pub declared: Option<(String, String)>,
    /// Folders whose files belong to it.
    pub dirs: Vec<String>,
    /// Build coordinates.
    pub coordinate: Option<String>,
    /// Coordinates it needs.
    pub needs: BTreeSet<String>,
    /// Gathers other modules only.
    pub aggregate: bool,
    /// The build or an image makes a program of it.
    pub runnable: bool,
    /// Names with who calls it so and where.
    pub names: Vec<(String, NameSort, Location)>,
    /// Claimed kinds.
    pub kinds: Vec<ComponentKind>,
    /// Product.
    pub technology: Option<String>,
    /// Images without tags.
    pub images: Vec<String>,
    /// Language.
    pub language: Option<String>,
    /// Reachable from outside.
    pub published: bool,
    /// Ports at which the machine that runs it answers, as far as is known.
    pub ports: BTreeSet<u16>,
    /// Ports inside its container.
    pub inner_ports: BTreeSet<u16>,
    /// Places that claim it.
    pub sightings: Vec<Sighting>,
    /// Its own settings.
    pub settings: Settings,
    /// Libraries.
    pub libraries: BTreeMap<String, Sighting>,
    /// Markers.
    pub markers: BTreeMap<String, Sighting>,
    /// Code of it was read.
    pub has_code: bool,
    /// It has an entry operation.
    pub has_operation: bool,
    /// Sets of settings it takes: subject and prefix.
    pub takes: Vec<(Subject, String)>,
}

/// All candidates and who owns which file.
#[derive(Debug, Default)]
pub struct Protos {
    /// Candidates, in a stable order.
    pub list: Vec<Proto>,
    /// Scope and name -> candidate.
    pub declared: BTreeMap<(String, String), usize>,
    /// Folder -> candidate.
    dirs: BTreeMap<String, usize>,
    /// File or folder given explicitly -> candidate.
    owned: BTreeMap<String, Vec<usize>>,
    /// Settings served by a configuration repository, by application name; `None` serves all.
    pub served: BTreeMap<Option<String>, Settings>,
    /// Named sets of settings.
    pub sets: BTreeMap<(String, String), Settings>,
    /// Named set of settings -> who takes it.
    pub takers: BTreeMap<(String, String), Vec<usize>>,
}

/// True for scopes that hold sets of settings and no components.
pub fn is_set(scope: &str) -> bool {
    scope.starts_with("configmap:") || scope.starts_with("secret:")
}

impl Protos {
    /// The candidate that owns a file: the one it was given to, else the nearest folder above.
    pub fn owner(&self, file: &str) -> Option<usize> {
        let mut path = file;
        loop {
            if let Some(owner) = self.owned.get(path) {
                return owner.first().copied();
            }
            match path.rfind('/') {
                Some(end) => path = &path[..end],
                None => break,
            }
        }
        self.owner_of_dir(file.rfind('/').map_or("", |end| &file[..end]))
    }

    /// Everybody to whom a file was given, when several were.
    pub fn owners(&self, file: &str) -> &[usize] {
        let above = std::iter::successors(Some(file), |path| path.rfind('/').map(|end| &path[..end]));
        above.filter_map(|path| self.owned.get(path)).next().map_or(&[], Vec::as_slice)
    }

    /// The candidate of the nearest folder at or above `dir`. A folder that only gathers others owns nothing.
    pub fn owner_of_dir(&self, dir: &str) -> Option<usize> {
        let mut path = dir;
        loop {
            if let Some(index) = self.dirs.get(path) {
                return (!self.list[*index].aggregate).then_some(*index);
            }
            match path.rfind('/') {
                Some(end) => path = &path[..end],
                None if path.is_empty() => return None,
                None => path = "",
            }
        }
    }

    /// Modules in whose own folder a file lies that was given to a candidate: where the Dockerfile lies says what is
    /// built when the build's context is the root of many modules.
    pub fn modules_of_given_files(&self) -> BTreeMap<usize, usize> {
        let mut out = BTreeMap::new();
        for (path, takers) in &self.owned {
            let module = path.rfind('/').and_then(|end| self.dirs.get(&path[..end]));
            let Some(module) = module.filter(|m| !self.list[**m].aggregate && path.contains("ockerfile"))
            else {
                continue;
            };
            for taker in takers.iter().filter(|t| *t != module) {
                out.entry(*taker).or_insert(*module);
            }
        }
        out
    }

    /// The candidate a claim is about. `Application` subjects have none here: who an application is, is known only when
    /// names are.
    pub fn subject(&self, evidence: &Evidence) -> Option<usize> {
        match &evidence.subject {
            Subject::Owner => self.owner(&evidence.sighting.location.file),
            Subject::Declared { scope, name } => self.declared.get(&(scope.clone(), name.clone())).copied(),
            Subject::Application { .. } | Subject::System => None,
        }
    }

    /// The candidate of a declared subject.
    pub fn of_subject(&self, subject: &Subject) -> Option<usize> {
        match subject {
            Subject::Declared { scope, name } => self.declared.get(&(scope.clone(), name.clone())).copied(),
            _ => None,
        }
    }

    fn declare(&mut self, scope: &str, name: &str) -> usize {
        let key = (scope.to_string(), name.to_string());
        if let Some(index) = self.declared.get(&key) {
            return *index;
        }
        self.list.push(Proto { declared: Some(key.clone()), ..Proto::default() });
        self.declared.insert(key, self.list.len() - 1);
        self.list.len() - 1
    }

    fn folder(&mut self, dir: &str) -> usize {
        if let Some(index) = self.dirs.get(dir) {
            return *index;
        }
        self.list.push(Proto { dirs: vec![dir.to_string()], ..Proto::default() });
        self.dirs.insert(dir.to_string(), self.list.len() - 1);
        self.list.len() - 1
    }
}

/// Collects candidates from all evidence, which is sorted.
pub fn collect(evidence: &[Evidence], rules: &[LibraryRule]) -> Protos {
    let mut protos = Protos::default();
    add_modules(&mut protos, evidence);
    add_declared(&mut protos, evidence);
    add_images(&mut protos, evidence);
    add_owned(&mut protos, evidence);
    for item in evidence {
        add_claim(&mut protos, item);
    }
    name_by_rules(&mut protos, rules);
    protos
}

/// True for what lies among the sources of another module: a web front that is built into it.
fn is_part(dir: &str, modules: &BTreeSet<&str>) -> bool {
    dir.match_indices("src/main/").any(|(at, _)| {
        let outer = dir[..at].strip_suffix('/');
        (at == 0 && modules.contains("")) || outer.is_some_and(|outer| modules.contains(outer))
    })
}

fn add_modules(protos: &mut Protos, evidence: &[Evidence]) {
    let dirs = evidence.iter().filter_map(|item| match &item.claim {
        Claim::Module(module) if !module.aggregate => Some(module.dir.as_str()),
        _ => None,
    });
    let dirs: BTreeSet<&str> = dirs.collect();
    for item in evidence {
        let Claim::Module(module) = &item.claim else { continue };
        if is_part(&module.dir, &dirs) {
            continue;
        }
        let index = protos.folder(&module.dir);
        let proto = &mut protos.list[index];
        let first = proto.coordinate.is_none();
        proto.aggregate = module.aggregate && (first || proto.aggregate);
        proto.runnable |= module.runnable && !module.aggregate;
        proto.needs.extend(module.needs.iter().cloned());
        // A build may say what a module needs in another file (a Gradle settings script): the module's place stands in.
        for library in &module.needs {
            proto.libraries.entry(library.clone()).or_insert_with(|| item.sighting.clone());
        }
        proto.coordinate.get_or_insert_with(|| module.coordinate.clone());
        if proto.language.is_none() {
            proto.language = module.language.clone();
        }
        proto.names.push((module.name.clone(), NameSort::Module, item.sighting.location.clone()));
        proto.sightings.push(item.sighting.clone());
    }
    let dirs: Vec<(String, usize)> = protos.dirs.iter().map(|(d, i)| (d.clone(), *i)).collect();
    for (dir, index) in dirs {
        name_by_folder(&mut protos.list[index], &dir);
    }
}

fn name_by_folder(proto: &mut Proto, dir: &str) {
    let folder = dir.rsplit('/').next().unwrap_or(dir);
    if !folder.is_empty() {
        let location = proto.sightings.first().map_or_else(|| Location::file(dir), |s| s.location.clone());
        proto.names.push((folder.to_string(), NameSort::Folder, location));
    }
}

fn add_declared(protos: &mut Protos, evidence: &[Evidence]) {
    for item in evidence {
        // What only forwards or waits is no program: an Ingress, a name that another manifest declares.
        let program = !matches!(item.claim, Claim::Ordered { .. } | Claim::Route(_));
        if let (Subject::Declared { scope, name }, true) = (&item.subject, program)
            && !is_set(scope)
        {
            protos.declare(scope, name);
        }
    }
}

/// A folder in which an image is built and that no module owns is a candidate of its own.
fn add_images(protos: &mut Protos, evidence: &[Evidence]) {
    for item in evidence {
        let Claim::Component(component) = &item.claim else { continue };
        let file = &item.sighting.location.file;
        let dir = match (&item.subject, &component.dir) {
            (Subject::Owner, None) => file.rfind('/').map_or("", |end| &file[..end]).to_string(),
            (_, Some(dir)) => dir.clone(),
            _ => continue,
        };
        if protos.owner_of_dir(&dir).is_none() && !protos.dirs.contains_key(&dir) {
            let index = protos.folder(&dir);
            protos.list[index].sightings.push(item.sighting.clone());
            name_by_folder(&mut protos.list[index], &dir);
        }
    }
}

fn add_owned(protos: &mut Protos, evidence: &[Evidence]) {
    for item in evidence {
        if let Claim::Owns { path } = &item.claim
            && let Some(index) = protos.subject(item)
        {
            let owners = protos.owned.entry(path.clone()).or_default();
            if !owners.contains(&index) {
                owners.push(index);
            }
        }
    }
}

fn add_claim(protos: &mut Protos, item: &Evidence) {
    if let Claim::Setting(setting) = &item.claim {
        let setting = Setting {
            key: setting.key.clone(),
            value: setting.value.clone(),
            sort: setting.sort,
            profiles: item.profiles.clone(),
            location: item.sighting.location.clone(),
        };
        match (&item.subject, protos.subject(item)) {
            (Subject::Application { name }, _) => protos.served.entry(name.clone()).or_default().add(setting),
            (Subject::Declared { scope, name }, _) if is_set(scope) => {
                protos.sets.entry((scope.clone(), name.clone())).or_default().add(setting);
            }
            (_, Some(index)) => protos.list[index].settings.add(setting),
            _ => {}
        }
        return;
    }
    let Some(index) = protos.subject(item) else { return };
    let proto = &mut protos.list[index];
    match &item.claim {
        Claim::Component(component) => add_component(proto, component, item),
        Claim::Uses { library, .. } if item.profiles.is_empty() => {
            proto.libraries.insert(library.clone(), item.sighting.clone());
        }
        Claim::Marked { marker } => {
            proto.markers.entry(marker.clone()).or_insert_with(|| item.sighting.clone());
            proto.has_code = true;
        }
        Claim::Operation(_) => {
            proto.has_operation = true;
            proto.has_code |= item.sighting.provenance == Provenance::Code;
        }
        Claim::Call(_) | Claim::Route(_) => proto.has_code |= item.sighting.provenance == Provenance::Code,
        Claim::TakesSettings { from, prefix } => {
            proto.takes.push((from.clone(), prefix.clone()));
            if let Subject::Declared { scope, name } = from {
                protos.takers.entry((scope.clone(), name.clone())).or_default().push(index);
            }
        }
        _ => {}
    }
}

fn add_component(proto: &mut Proto, claim: &ComponentClaim, item: &Evidence) {
    let location = &item.sighting.location;
    proto.kinds.extend(claim.kind);
    for name in &claim.names {
        let texts = proto.settings.expand(&name.text);
        if let Some(text) =
            texts.into_iter().map(|e| e.text).find(|t| !t.contains(crate::address::HOLE) && !t.is_empty())
        {
            proto.names.push((text, name.sort, location.clone()));
        }
    }
    if proto.technology.is_none() {
        proto.technology = claim.technology.clone();
    }
    if proto.language.is_none() {
        proto.language = claim.language.clone();
    }
    proto.images.extend(claim.image.iter().cloned());
    proto.published |= claim.published;
    if item.subject == Subject::Owner {
        proto.runnable |= claim.image.is_some() || claim.dir.is_some();
    }
    if let (Subject::Declared { .. }, Some(dir)) = (&item.subject, &claim.dir) {
        proto.dirs.push(dir.clone());
    }
    for address in &claim.addresses {
        let port = address
            .port
            .as_ref()
            .and_then(|p| proto.settings.expand(p).into_iter().find_map(|e| e.text.parse::<u16>().ok()));
        // A manifest's container port is reachable from the machine only where it is published.
        match item.subject {
            Subject::Declared { .. } => proto.inner_ports.extend(port),
            _ => proto.ports.extend(port),
        }
        proto.ports.extend(address.published_port);
    }
    proto.sightings.push(item.sighting.clone());
}

/// Names and ports that a library reads from configuration. A key that is set is meant, whichever library brings it; a
/// default holds only where the library is.
fn name_by_rules(protos: &mut Protos, rules: &[LibraryRule]) {
    for proto in &mut protos.list {
        let used: Vec<&LibraryRule> = rules.iter().filter(|r| uses(&proto.libraries, &r.libraries)).collect();
        let profiles: Vec<Template> = used.iter().flat_map(|r| r.profiles.iter().cloned()).collect();
        proto.settings.activate(&profiles);
        for template in rules.iter().flat_map(|r| &r.names) {
            if let Some((text, location)) = known(&proto.settings, template) {
                proto.names.push((text, NameSort::Application, location));
                proto.runnable = true;
            }
        }
        let written = rules
            .iter()
            .flat_map(|r| &r.ports)
            .filter_map(|t| known(&proto.settings, t))
            .map(|(text, _)| text);
        let defaults =
            used.iter().flat_map(|r| &r.ports).flat_map(|t| proto.settings.expand(t)).map(|e| e.text);
        let ports: Vec<u16> =
            written.chain(defaults).filter_map(|t| t.parse::<u16>().ok()).filter(|p| *p != 0).collect();
        proto.ports.extend(ports);
    }
}

/// The text of a template that is set somewhere and fully known, with the place that sets it.
fn known(settings: &Settings, template: &Template) -> Option<(String, Location)> {
    settings.expand(template).into_iter().find_map(|e| {
        let location = e.via.first()?.1.clone();
        (!e.text.contains(crate::address::HOLE) && !e.text.is_empty()).then_some((e.text, location))
    })
}

/// True when one of `wanted` (a trailing `*` matches any ending) is among the libraries.
pub fn uses(libraries: &BTreeMap<String, Sighting>, wanted: &[String]) -> bool {
    wanted.iter().any(|w| first_match(libraries, w).is_some())
}

/// The first library that matches `wanted`, with its place.
pub fn first_match<'a>(
    libraries: &'a BTreeMap<String, Sighting>,
    wanted: &str,
) -> Option<(&'a String, &'a Sighting)> {
    match wanted.strip_suffix('*') {
        Some(prefix) => {
            libraries.range(prefix.to_string()..).next().filter(|(name, _)| name.starts_with(prefix))
        }
        None => libraries.get_key_value(wanted),
    }
}
