//! Which candidates are one component, and why.

use crate::draft::Draft;
use crate::names::{normal, stem};
use crate::proto::{Proto, Protos};
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{Intent, Location, NameSort, Note};

/// Candidates that are one component.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// Indices of candidates, ascending.
    pub members: Vec<usize>,
    /// Why each further one was joined: (name, sort, reason, place).
    pub reasons: Vec<(String, NameSort, String, Location)>,
    /// Names that the team's configuration adds.
    pub aliases: Vec<String>,
}

struct Joiner<'a> {
    protos: &'a Protos,
    parent: Vec<usize>,
    /// Of every root: the group has source code or a build folder of its own.
    sourced: Vec<bool>,
    reasons: Vec<(usize, usize, String)>,
}

impl Joiner<'_> {
    fn root(&self, mut i: usize) -> usize {
        while self.parent[i] != i {
            i = self.parent[i];
        }
        i
    }

    fn join(&mut self, a: usize, b: usize, reason: impl Into<String>) {
        let (ra, rb) = (self.root(a), self.root(b));
        if ra != rb {
            self.parent[ra.max(rb)] = ra.min(rb);
            self.sourced[ra.min(rb)] |= self.sourced[ra.max(rb)];
            self.reasons.push((a, b, reason.into()));
        }
    }

    /// True when a group already has source code or a build folder of its own.
    fn has_source(&self, of: usize) -> bool {
        self.sourced[self.root(of)]
    }
}

/// Joins candidates into components.
pub fn join(protos: &Protos, intent: &Intent) -> Vec<Group> {
    let sourced = |p: &Proto| p.coordinate.is_some() || (p.declared.is_none() && !p.dirs.is_empty());
    let mut joiner = Joiner {
        protos,
        parent: (0..protos.list.len()).collect(),
        sourced: protos.list.iter().map(sourced).collect(),
        reasons: vec![],
    };
    by_build_folder(&mut joiner);
    by_image(&mut joiner);
    by_name(&mut joiner, normal, "the same name");
    by_name(&mut joiner, stem, "the same name but for a generic ending");
    by_scope(&mut joiner);
    by_alias(&mut joiner, intent);
    groups(&joiner, intent)
}

fn declared(protos: &Protos) -> impl Iterator<Item = (usize, &Proto)> {
    protos.list.iter().enumerate().filter(|(_, p)| p.declared.is_some())
}

fn sources(protos: &Protos) -> impl Iterator<Item = (usize, &Proto)> {
    protos.list.iter().enumerate().filter(|(_, p)| p.declared.is_none() && !p.aggregate)
}

/// A manifest builds an image from the folder of a module.
fn by_build_folder(joiner: &mut Joiner) {
    let protos = joiner.protos;
    let given = protos.modules_of_given_files();
    let found: Vec<(usize, usize, String)> = declared(protos)
        .flat_map(|(index, p)| p.dirs.iter().map(move |dir| (index, dir)))
        .filter_map(|(index, dir)| {
            if let Some(module) = given.get(&index).filter(|m| !protos.list[**m].dirs.contains(dir)) {
                return Some((index, *module, "built by the Dockerfile in its folder".to_string()));
            }
            Some((
                index,
                protos.owner_of_dir(dir)?,
                format!("built from {}", if dir.is_empty() { "the root folder" } else { dir }),
            ))
        })
        .collect();
    // A folder from which several differently named things are built says nothing about which is which, unless one of
    // them is all that its scope builds there.
    let mut builders: BTreeMap<usize, BTreeSet<(String, String)>> = BTreeMap::new();
    for (index, source, _) in &found {
        if let Some((scope, name)) = &protos.list[*index].declared {
            builders.entry(*source).or_default().insert((scope.clone(), name.clone()));
        }
    }
    for (index, source, reason) in found {
        let Some((scope, name)) = &protos.list[index].declared else { continue };
        let built: Vec<&str> =
            builders[&source].iter().filter(|(s, _)| s == scope).map(|(_, n)| n.as_str()).collect();
        let first = built.iter().find(|first| is_numbered(name, first));
        let all_numbered = |first: &str| built.iter().all(|n| *n == first || is_numbered(n, first));
        if built.len() == 1 || all_numbered(first.copied().unwrap_or(name)) {
            joiner.join(source, index, reason);
        } else if let Some(first) = first.and_then(|n| protos.declared.get(&(scope.clone(), n.to_string()))) {
            joiner.join(*first, index, format!("{reason} as {}, and numbered", name));
        }
    }
}

/// `orders-2`, `orders2` and `orders-p2` are further copies of `orders`.
fn is_numbered(name: &str, first: &str) -> bool {
    let (name, first) = (normal(name), normal(first));
    let Some(rest) = name.strip_prefix(&first) else { return false };
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) && rest.len() - digits.len() <= 1
}

/// The last segment of an image's path, without tag.
fn image_base(image: &str) -> &str {
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split([':', '@']).next().unwrap_or(last)
}

/// A manifest runs an image that a module builds, or that is called like one.
fn by_image(joiner: &mut Joiner) {
    let protos = joiner.protos;
    let mut builds: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, p) in sources(protos) {
        for image in &p.images {
            builds.entry(normal(image)).or_default().insert(index);
        }
    }
    let named = names_of(sources(protos));
    let mut own: BTreeSet<&str> = BTreeSet::new();
    for known in [false, true] {
        for (index, p) in declared(protos) {
            if joiner.has_source(index) || p.technology.is_some() != known {
                continue;
            }
            for image in &p.images {
                // An image of a known product is another's, unless it lies where the team's own images lie.
                let place = image_place(image).filter(|place| !known || own.contains(place));
                let exact = builds.get(&normal(image)).and_then(only);
                let by_name = || {
                    let name = normal(image_base(image));
                    named
                        .get(&name)
                        .and_then(|found| only(found).or_else(|| built_as(protos, found, &name, normal)))
                };
                let found = exact.or_else(by_name).filter(|_| !known || place.is_some());
                if let Some(source) = found {
                    joiner.join(source, index, format!("runs image {image}"));
                    own.extend(place);
                }
            }
        }
    }
}

/// Where an image lies: registry and account, when an account is written.
fn image_place(image: &str) -> Option<&str> {
    image.rsplit_once('/').map(|(place, _)| place)
}

/// Of several that use a name, the one whose folder or build module is called so: an application name is easily copied.
fn built_as(protos: &Protos, found: &BTreeSet<usize>, name: &str, key: fn(&str) -> String) -> Option<usize> {
    let built = |i: &&usize| {
        let names = &protos.list[**i].names;
        names.iter().any(|(n, sort, _)| matches!(sort, NameSort::Module | NameSort::Folder) && key(n) == name)
    };
    only(&found.iter().filter(built).copied().collect())
}

fn only(set: &BTreeSet<usize>) -> Option<usize> {
    (set.len() == 1).then(|| set.iter().next().copied()).flatten()
}

fn names_of<'a>(protos: impl Iterator<Item = (usize, &'a Proto)>) -> BTreeMap<String, BTreeSet<usize>> {
    let mut out: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, p) in protos {
        for (name, _, _) in &p.names {
            out.entry(normal(name)).or_default().insert(index);
        }
    }
    out
}

/// A manifest and a module, or two manifests' own programs, have one name.
fn by_name(joiner: &mut Joiner, key: fn(&str) -> String, reason: &str) {
    let protos = joiner.protos;
    let mut named: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, p) in sources(protos) {
        for (name, _, _) in &p.names {
            named.entry(key(name)).or_default().insert(index);
        }
    }
    for (index, p) in declared(protos) {
        if joiner.has_source(index) || p.technology.is_some() {
            continue;
        }
        let own = p.declared.iter().map(|(_, n)| n.as_str());
        let hosts =
            p.names.iter().filter(|(_, sort, _)| *sort != NameSort::Image).map(|(n, _, _)| n.as_str());
        let found = own.chain(hosts).find_map(|name| {
            let roots: BTreeSet<usize> = named.get(&key(name))?.iter().map(|i| joiner.root(*i)).collect();
            let built = || built_as(protos, &named[&key(name)], &key(name), key).map(|i| joiner.root(i));
            Some((only(&roots).or_else(built)?, name.to_string()))
        });
        if let Some((source, name)) = found {
            joiner.join(source, index, format!("{reason}: {name}"));
        }
    }
}

/// The technology or, failing that, the image of a declared candidate: what two manifests must agree on.
fn product(p: &Proto) -> Option<String> {
    p.technology.clone().or_else(|| p.images.first().map(|i| normal(image_base(i))))
}

/// The same thing declared in two scopes: two compose folders, compose and Kubernetes, two namespaces.
///
/// A name alone does not do it: `db` of one folder and `db` of another may be two databases. Either both run the team's own
/// program, joined above, or the two scopes describe the same system: they share such a program, or a third scope
/// shares one with each, or one of the two is of another manifest format.
fn by_scope(joiner: &mut Joiner) {
    let protos = joiner.protos;
    let mut programs: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut by_name: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for (index, p) in declared(protos) {
        let Some((scope, name)) = &p.declared else { continue };
        by_name.entry(normal(name)).or_default().push(Place { index, scope, product: product(p) });
        if joiner.has_source(index) {
            programs.entry(scope).or_default().insert(joiner.root(index));
        }
    }
    let shared =
        |a: &str, b: &str| programs.get(a).zip(programs.get(b)).is_some_and(|(x, y)| !x.is_disjoint(y));
    for (name, places) in by_name {
        for (n, a) in places.iter().enumerate() {
            for b in &places[n + 1..] {
                if a.may_be(b) && (a.format() != b.format() || shared(a.scope, b.scope)) {
                    let reason = format!("declared as {name} in two manifests of one system");
                    joiner.join(a.index, b.index, reason);
                }
            }
        }
    }
}

/// A candidate of some name in one manifest.
struct Place<'a> {
    index: usize,
    scope: &'a str,
    product: Option<String>,
}

impl Place<'_> {
    /// True when nothing says that the two run different things.
    fn may_be(&self, other: &Place<'_>) -> bool {
        self.product.is_none() || other.product.is_none() || self.product == other.product
    }

    /// The manifest's format, as the scope begins with it.
    fn format(&self) -> &str {
        self.scope.split(':').next().unwrap_or("")
    }
}

/// `[alias]` of the team's configuration.
fn by_alias(joiner: &mut Joiner, intent: &Intent) {
    let named = names_of(joiner.protos.list.iter().enumerate());
    for (alias, name) in &intent.aliases {
        if let (Some(a), Some(b)) = (named.get(&normal(alias)), named.get(&normal(name))) {
            let (a, b): (Vec<usize>, Vec<usize>) = (a.iter().copied().collect(), b.iter().copied().collect());
            if let (Some(first), Some(other)) = (b.first(), a.first()) {
                joiner.join(*first, *other, format!("[alias] {alias} = {name}"));
            }
        }
    }
}

/// Gives the names of `[alias]` to what no manifest declares as well; one that fits nothing is a note.
pub fn name_by_alias(drafts: &mut [Draft], intent: &Intent, notes: &mut Vec<Note>) {
    for (alias, name) in &intent.aliases {
        let is = |text: &str| normal(text) == normal(name);
        let answers = |d: &Draft| d.names.iter().any(|(n, _, _)| is(n)) || d.aliases.iter().any(|a| is(a));
        let found = drafts.iter().position(|d| is(&d.name)).or_else(|| drafts.iter().position(answers));
        match found {
            Some(_) if drafts.iter().any(|d| d.names.iter().any(|(n, _, _)| n == alias)) => {}
            Some(index) => drop(drafts[index].aliases.insert(alias.clone())),
            None => {
                let message = format!(
                    "[alias] \"{alias}\" = \"{name}\" names nothing: no component is called \"{name}\""
                );
                notes.push(Note { message, location: None, unread: false });
            }
        }
    }
}

fn groups(joiner: &Joiner, intent: &Intent) -> Vec<Group> {
    let mut out: BTreeMap<usize, Group> = BTreeMap::new();
    for index in 0..joiner.protos.list.len() {
        out.entry(joiner.root(index)).or_default().members.push(index);
    }
    for (_, joined, reason) in &joiner.reasons {
        let p = &joiner.protos.list[*joined];
        let (name, sort, location) = match (&p.declared, p.names.first(), p.sightings.first()) {
            (Some((_, name)), _, Some(s)) => (name.clone(), NameSort::Declared, s.location.clone()),
            (None, Some((name, sort, location)), _) => (name.clone(), *sort, location.clone()),
            (Some((scope, name)), _, None) => {
                (name.clone(), NameSort::Declared, Location::file(scope.as_str()))
            }
            (None, None, _) => continue,
        };
        if let Some(group) = out.get_mut(&joiner.root(*joined)) {
            group.reasons.push((name, sort, reason.clone(), location));
        }
    }
    for (alias, name) in &intent.aliases {
        let of = |group: &Group| {
            group
                .members
                .iter()
                .any(|i| joiner.protos.list[*i].names.iter().any(|(n, _, _)| normal(n) == normal(name)))
        };
        if let Some(group) = out.values_mut().find(|g| of(g)) {
            group.aliases.push(alias.clone());
        }
    }
    out.into_values().collect()
}
