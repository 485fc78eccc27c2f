//! What holds for a module once its parents inside the tree, its properties and its profiles are taken together.
//!
//! Rules as in <https://maven.apache.org/pom.html> (inheritance, dependency management, profiles) and
//! <https://maven.apache.org/guides/introduction/introduction-to-profiles.html> (activation). Parents and imported
//! boms outside the tree are not known; what they would give is simply absent.

use super::pom::{Activation, Dependency, Layer, Plugin, Pom, Profile};
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{Location, SourceTree};

/// Parents above each other beyond this are ignored.
const PARENTS_MAX: usize = 32;

/// Placeholders replaced in one text, nested ones included.
const REPLACEMENTS_MAX: usize = 200;

/// A text grown by placeholders is cut here.
const TEXT_MAX: usize = 4096;

/// All poms of a tree.
pub(crate) struct Build {
    pub(super) poms: Vec<Pom>,
    /// For each pom itself, its parent, its parent's parent ... as far as they are in the tree.
    chains: Vec<Vec<usize>>,
    /// For each pom the flags of its chain's profiles: active without being asked for.
    active: Vec<Vec<Vec<bool>>>,
    by_dir: BTreeMap<String, usize>,
    by_coordinate: BTreeMap<(String, String), usize>,
}

/// A dependency with everything inherited and replaced.
#[derive(Debug, Clone)]
pub(super) struct Need {
    pub(super) group: String,
    pub(super) artifact: String,
    pub(super) version: Option<String>,
    pub(super) scope: String,
    pub(super) test: bool,
    /// Profile it hangs on, unless that is active by itself.
    pub(super) profile: Option<String>,
    /// Where it is written; in another file when it is inherited.
    pub(super) location: Location,
}

type Key = (String, String, String, String);

impl Build {
    /// Links the poms with their parents.
    pub(super) fn new(poms: Vec<Pom>, tree: &SourceTree) -> Build {
        let by_dir = poms.iter().enumerate().map(|(i, p)| (p.dir.clone(), i)).collect();
        let by_path = poms.iter().enumerate().map(|(i, p)| (p.path.to_string(), i)).collect();
        let mut by_coordinate = BTreeMap::new();
        for (i, pom) in poms.iter().enumerate() {
            by_coordinate.entry((written_group(pom), written_artifact(pom))).or_insert(i);
        }
        let parents: Vec<Option<usize>> =
            poms.iter().map(|p| parent(p, &poms, &by_path, &by_coordinate)).collect();
        let chains: Vec<Vec<usize>> = (0..poms.len()).map(|i| chain(i, &parents)).collect();
        let active = chains
            .iter()
            .map(|c| c.iter().map(|j| active_profiles(&poms[*j].profiles, &poms[c[0]].dir, tree)).collect())
            .collect();
        Build { poms, chains, active, by_dir, by_coordinate }
    }

    /// The module that owns a path: the nearest pom above it.
    pub(crate) fn module_of(&self, path: &str) -> Option<usize> {
        let mut dir = path;
        while let Some(at) = dir.rfind('/') {
            dir = &dir[..at];
            if let Some(i) = self.by_dir.get(dir) {
                return Some(*i);
            }
        }
        self.by_dir.get("").copied()
    }

    /// Value of a property as `@name@` or `${name}` would be replaced in a module's resources.
    pub(crate) fn property(&self, module: usize, name: &str) -> Option<String> {
        let raw = self.raw_property(module, name)?;
        let text = self.resolve(module, &raw);
        (!text.contains("${")).then_some(text)
    }

    /// `text` with all known `${placeholders}` replaced as they are in this module; unknown ones stay.
    pub(super) fn resolve(&self, module: usize, text: &str) -> String {
        let mut out = String::new();
        self.replace(module, text, &mut Vec::new(), &mut 0, &mut out);
        out
    }

    fn replace(
        &self,
        module: usize,
        text: &str,
        inside: &mut Vec<String>,
        count: &mut usize,
        out: &mut String,
    ) {
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, after)) = tail.split_once('}') else {
                out.push_str("${");
                rest = tail;
                continue;
            };
            rest = after;
            *count += 1;
            let known =
                *count <= REPLACEMENTS_MAX && out.len() <= TEXT_MAX && !inside.iter().any(|n| n == name);
            match self.raw_property(module, name).filter(|_| known) {
                Some(value) => {
                    inside.push(name.to_string());
                    self.replace(module, &value, inside, count, out);
                    inside.pop();
                }
                None => {
                    out.push_str("${");
                    out.push_str(name);
                    out.push('}');
                }
            }
        }
        out.push_str(rest);
    }

    fn raw_property(&self, module: usize, name: &str) -> Option<String> {
        let pom = &self.poms[module];
        let of_parent = |f: fn(&super::pom::Parent) -> &String| pom.parent.as_ref().map(|p| f(p).clone());
        let field = name.strip_prefix("project.").or(name.strip_prefix("pom.")).unwrap_or(name);
        match field {
            "artifactId" => Some(written_artifact(pom)),
            "groupId" => Some(written_group(pom)),
            "version" => pom.version.as_ref().map(|v| v.text.clone()).or_else(|| of_parent(|p| &p.version)),
            "parent.artifactId" => of_parent(|p| &p.artifact),
            "parent.groupId" => of_parent(|p| &p.group),
            "parent.version" => of_parent(|p| &p.version),
            "build.finalName" => Some(match &pom.final_name {
                Some(name) => name.text.clone(),
                None => "${project.artifactId}-${project.version}".into(),
            }),
            "basedir" if field != name || name == "basedir" => Some(".".into()),
            _ => self.declared_property(module, name),
        }
    }

    /// A `<properties>` entry: the nearest that always holds, else the one that all profiles with it agree on.
    fn declared_property(&self, module: usize, name: &str) -> Option<String> {
        let values: Vec<(&String, bool)> = self
            .layers(module)
            .filter_map(|(layer, profile)| {
                let value = layer.properties.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v)?;
                Some((value, profile.is_none()))
            })
            .collect();
        let (first, _) = values.first()?;
        let agreed = values.iter().all(|(v, _)| v == first).then_some(*first);
        values.iter().find(|(_, always)| *always).map(|(v, _)| *v).or(agreed).cloned()
    }

    /// Layers that hold for a module, nearest first, with the profile that must be asked for.
    fn layers(&self, module: usize) -> impl Iterator<Item = (&Layer, Option<&str>)> {
        self.chains[module].iter().zip(&self.active[module]).flat_map(|(pom, active)| {
            let pom = &self.poms[*pom];
            let profiles = pom.profiles.iter().zip(active);
            let profiles = profiles.map(|(p, active)| (&p.layer, (!active).then_some(p.id.as_str())));
            profiles.chain([(&pom.base, None)])
        })
    }

    pub(super) fn group(&self, module: usize) -> String {
        self.resolve(module, &written_group(&self.poms[module]))
    }

    pub(super) fn artifact(&self, module: usize) -> String {
        self.resolve(module, &written_artifact(&self.poms[module]))
    }

    /// Everything the module depends on; of equal ones the nearest, one that always holds before one of a profile.
    pub(super) fn needs(&self, module: usize) -> Vec<Need> {
        let managed = self.managed(module, &mut BTreeSet::new());
        let mut found: BTreeMap<Key, usize> = BTreeMap::new();
        let mut out: Vec<Need> = Vec::new();
        for always in [true, false] {
            for (layer, profile) in self.layers(module).filter(|(_, profile)| profile.is_none() == always) {
                for dependency in &layer.dependencies {
                    let key = self.key(module, dependency);
                    if !found.contains_key(&key) {
                        found.insert(key.clone(), out.len());
                        out.push(self.need(module, dependency, key, &managed, profile));
                    }
                }
            }
        }
        out
    }

    fn need(
        &self,
        module: usize,
        dependency: &Dependency,
        key: Key,
        managed: &BTreeMap<Key, Managed>,
        profile: Option<&str>,
    ) -> Need {
        let rule = managed.get(&key);
        let version = dependency.version.as_ref().map(|v| self.resolve(module, v));
        let version = version.or_else(|| rule.and_then(|r| r.version.clone())).filter(|v| !v.contains("${"));
        let scope = dependency.scope.as_ref().map(|s| self.resolve(module, s));
        let scope = scope.or_else(|| rule.and_then(|r| r.scope.clone())).unwrap_or_else(|| "compile".into());
        let (group, artifact, kind, classifier) = key;
        Need {
            group,
            artifact,
            version,
            test: scope == "test" || kind == "test-jar" || classifier == "tests",
            scope,
            profile: profile.map(str::to_string),
            location: dependency.location.clone(),
        }
    }

    fn key(&self, module: usize, d: &Dependency) -> Key {
        let resolve = |text: &str| self.resolve(module, text);
        (resolve(&d.group), resolve(&d.artifact), resolve(&d.kind), resolve(&d.classifier))
    }

    /// `<dependencyManagement>` of the module, its parents and the boms of the tree that they import.
    fn managed(&self, module: usize, seen: &mut BTreeSet<usize>) -> BTreeMap<Key, Managed> {
        let mut out: BTreeMap<Key, Managed> = BTreeMap::new();
        let mut imports: Vec<usize> = Vec::new();
        if !seen.insert(module) || seen.len() > PARENTS_MAX {
            return out;
        }
        for (layer, _) in self.layers(module).filter(|(_, profile)| profile.is_none()) {
            for d in &layer.managed {
                let key = self.key(module, d);
                if d.scope.as_deref() == Some("import") {
                    imports.extend(self.by_coordinate.get(&(key.0, key.1)).copied());
                    continue;
                }
                let version = d.version.as_ref().map(|v| self.resolve(module, v));
                let scope = d.scope.as_ref().map(|s| self.resolve(module, s));
                out.entry(key).or_insert(Managed { version, scope });
            }
        }
        for import in imports {
            for (key, rule) in self.managed(import, seen) {
                out.entry(key).or_insert(rule);
            }
        }
        out
    }

    /// Plugins that the build runs in some profile, configuration inherited, and those that are only managed.
    pub(super) fn plugins(&self, module: usize) -> (Vec<Plugin>, Vec<Plugin>) {
        let (mut run, mut managed): (Vec<Plugin>, Vec<Plugin>) = (vec![], vec![]);
        let own = &self.poms[module].path;
        for (layer, _) in self.layers(module) {
            let inherited = |p: &&Plugin| !p.own_only || p.location.file == *own;
            layer.plugins.iter().filter(inherited).for_each(|p| merge(&mut run, p));
            layer.managed_plugins.iter().filter(inherited).for_each(|p| merge(&mut managed, p));
        }
        for plugin in &mut run {
            if let Some(m) = managed.iter().find(|m| same(m, plugin)) {
                add(plugin, m);
            }
        }
        (run, managed)
    }
}

struct Managed {
    version: Option<String>,
    scope: Option<String>,
}

fn same(a: &Plugin, b: &Plugin) -> bool {
    a.group == b.group && a.artifact == b.artifact
}

fn merge(list: &mut Vec<Plugin>, plugin: &Plugin) {
    match list.iter_mut().find(|p| same(p, plugin)) {
        Some(nearer) => add(nearer, plugin),
        None => list.push(plugin.clone()),
    }
}

/// What a farther declaration of the same plugin adds to a nearer one.
fn add(nearer: &mut Plugin, farther: &Plugin) {
    nearer.main_class |= farther.main_class;
    nearer.skip |= farther.skip;
    if nearer.images.is_empty() {
        nearer.images.clone_from(&farther.images);
    }
}

fn written_group(pom: &Pom) -> String {
    let own = pom.group.as_ref().map(|g| g.text.clone());
    own.or_else(|| pom.parent.as_ref().map(|p| p.group.clone())).unwrap_or_default()
}

/// The artifact; a file without one is called like its folder.
fn written_artifact(pom: &Pom) -> String {
    let folder = || crate::packages::folder(&pom.dir).to_string();
    pom.artifact.as_ref().map_or_else(folder, |a| a.text.clone())
}

/// The parent inside the tree: by relative path when its artifact agrees, else by coordinate.
fn parent(
    pom: &Pom,
    poms: &[Pom],
    by_path: &BTreeMap<String, usize>,
    by_coordinate: &BTreeMap<(String, String), usize>,
) -> Option<usize> {
    let parent = pom.parent.as_ref()?;
    let path = SourceTree::join(&pom.dir, &parent.relative_path).filter(|_| !parent.relative_path.is_empty());
    let by_relative_path = path.and_then(|path| {
        let in_folder = SourceTree::join(&path, "pom.xml")?;
        by_path.get(&path).or_else(|| by_path.get(&in_folder)).copied()
    });
    by_relative_path
        .filter(|i| written_artifact(&poms[*i]) == parent.artifact)
        .or_else(|| by_coordinate.get(&(parent.group.clone(), parent.artifact.clone())).copied())
}

fn chain(module: usize, parents: &[Option<usize>]) -> Vec<usize> {
    let mut chain = vec![module];
    let mut at = module;
    while let Some(parent) = parents[at] {
        if chain.contains(&parent) || chain.len() >= PARENTS_MAX {
            break;
        }
        chain.push(parent);
        at = parent;
    }
    chain
}

/// Which profiles of a pom are active for a module in `dir` without being asked for.
fn active_profiles(profiles: &[Profile], dir: &str, tree: &SourceTree) -> Vec<bool> {
    let exists = |path: &str| {
        let path = path.trim_start_matches("${basedir}/").trim_start_matches("${project.basedir}/");
        SourceTree::join(dir, path).is_some_and(|path| {
            let folder = format!("{path}/");
            let at = tree.files().partition_point(|f| *f.path < *folder);
            tree.get(&path).is_some() || tree.files().get(at).is_some_and(|f| f.path.starts_with(&folder))
        })
    };
    let mut active: Vec<bool> = profiles
        .iter()
        .map(|p| match &p.activation {
            Activation::Exists(path) => exists(path),
            Activation::Missing(path) => !exists(path),
            Activation::Absent => true,
            Activation::Asked | Activation::Default => false,
        })
        .collect();
    if !active.contains(&true) {
        active.iter_mut().zip(profiles).for_each(|(a, p)| *a = p.activation == Activation::Default);
    }
    active
}
