//! Spring Boot configuration, with what Quarkus, Micronaut and MicroProfile share of it. See `spring.md`.

mod pairs;
mod profiles;
mod properties;
mod repository;
mod routes;
mod sources;
mod values;

use crate::{Reading, maven};
use pairs::{Pair, Pairs, canonical, relaxed};
use repository::{Likeness, Names, Served};
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{
    Claim, Evidence, Policy, Provenance, RouteClaim, SettingClaim, SettingSort, SourceFile, SourceTree,
    Subject,
};

/// Files that other files import, each counted once, beyond which no more are followed.
const IMPORTS_MAX: usize = 200;

/// Any YAML or property file that is no test's and no build's output: which of them are configuration repositories, only
/// all of them together can say.
pub(crate) fn wants(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    matches!(ending, "yml" | "yaml" | "properties") && !is_foreign(path)
}

/// True for build output, test resources and archetypes.
pub(crate) fn is_foreign(path: &str) -> bool {
    const BUILT: &[&str] = &[
        "/target/classes/",
        "/target/test-classes/",
        "/build/resources/",
        "/out/production/",
        "/bin/main/",
        "/node_modules/",
        "/archetype-resources/",
    ];
    let rooted = format!("/{path}");
    BUILT.iter().any(|part| rooted.contains(part)) || is_test(&rooted)
}

/// `/src/test/`, `/src/integrationTest/`, `/src/it/`.
fn is_test(rooted: &str) -> bool {
    rooted.split("/src/").skip(1).any(|rest| {
        let set = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
        rest.contains('/') && (set.contains("test") || set == "it")
    })
}

/// Profiles of which any one is meant by a text: names, commas, expressions.
pub(crate) fn profile_list(text: &str) -> Vec<String> {
    profiles::list(text)
}

/// Keys and values of a `.properties` text.
pub(crate) fn property_pairs(text: &str) -> Vec<(String, String)> {
    properties::parse(text).into_iter().map(|p| (p.entry.key, p.entry.value)).collect()
}

/// Whose a file is.
enum Whose {
    /// The module's it lies in, in these profiles.
    Own(Vec<String>),
    /// A configuration repository's.
    Served(Served),
}

/// Reads all configuration of a tree.
pub(crate) fn read(tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let mut reader = Reader { build: maven::build(tree), cache: BTreeMap::new() };
    let own: Vec<&SourceFile> = files.iter().copied().filter(|f| own_profiles(f).is_some()).collect();
    let whose = reader.whose(tree, files, &own);
    let (mut evidence, mut notes) = (Vec::new(), Vec::new());
    for (path, whose) in whose {
        let Some(file) = tree.get(&path) else { continue };
        let pairs = reader.pairs(file);
        if repository::likeness(pairs) == Likeness::Foreign {
            continue;
        }
        notes.extend(pairs.notes.iter().cloned());
        let claims = Claims {
            build: &reader.build,
            module: reader.build.module_of(&path),
            pairs: &reader.cache[&path],
        };
        claims.all(&whose, &mut evidence);
    }
    (evidence, notes)
}

/// The profiles of an application's own file by its name and folder; `None` when it is no such file.
fn own_profiles(file: &SourceFile) -> Option<Vec<String>> {
    let stem = repository::stem(file);
    let names: &[&str] = match file.name().ends_with(".properties") {
        true => &["application", "bootstrap", "microprofile-config"],
        false => &["application", "bootstrap"],
    };
    let rest = names.iter().find_map(|name| stem.strip_prefix(name))?;
    let profile =
        if rest.is_empty() { None } else { Some(rest.strip_prefix('-').filter(|p| !p.is_empty())?) };
    let folder = resource_folder(file.dir()).map(|folder| folder.to_string());
    let profile: Vec<String> = profile.map(str::to_string).into_iter().collect();
    Some(profiles::both(&folder.into_iter().collect::<Vec<_>>(), &profile))
}

/// Of a file in `src/main/resources/docker`, `docker`: such a folder is no place where a program looks by itself, so
/// something selects it. The root and `config` are looked at always.
fn resource_folder(dir: &str) -> Option<&str> {
    let (_, below) = dir.split_once("src/main/resources/")?;
    let below = below.strip_prefix("config/").unwrap_or(below);
    let last = below.rsplit('/').next()?;
    (!matches!(last, "" | "config" | "META-INF")).then_some(last)
}

struct Reader {
    build: maven::Build,
    cache: BTreeMap<String, Pairs>,
}

impl Reader {
    fn pairs(&mut self, file: &SourceFile) -> &Pairs {
        self.cache.entry(file.path.to_string()).or_insert_with(|| Pairs::read(file))
    }

    /// Every file that is configuration, with whose it is.
    fn whose(
        &mut self,
        tree: &SourceTree,
        files: &[&SourceFile],
        own: &[&SourceFile],
    ) -> BTreeMap<String, Whose> {
        let names = self.names(own);
        let servers: Vec<_> = own.iter().filter_map(|f| repository::server(self.pairs(f))).collect();
        let served = repository::find(files, &names, &servers, &mut |f| repository::likeness(self.pairs(f)));
        let mut out: BTreeMap<String, Whose> = BTreeMap::new();
        for file in own.iter().filter(|f| !served.contains_key(&*f.path)) {
            out.insert(file.path.to_string(), Whose::Own(own_profiles(file).unwrap_or_default()));
        }
        for (path, profiles) in sources::find(tree) {
            if !served.contains_key(&path) {
                out.entry(path).or_insert(Whose::Own(profiles));
            }
        }
        self.add_imports(tree, &mut out, &served);
        out.extend(served.into_iter().map(|(path, served)| (path, Whose::Served(served))));
        out
    }

    /// `spring.application.name` and its like in the applications' own files.
    fn names(&mut self, own: &[&SourceFile]) -> Names {
        let mut out = Names::new();
        for file in own {
            let module = self.build.module_of(&file.path);
            self.pairs(file);
            for pair in &self.cache[&*file.path].pairs {
                let key = canonical(profiles::of_key(&pair.entry.key).1);
                if matches!(
                    key.as_str(),
                    "spring.application.name" | "quarkus.application.name" | "micronaut.application.name"
                ) {
                    out.extend(known_names(&values::template(&pair.entry.value, &self.build, module)));
                }
            }
        }
        out
    }

    /// Files that `spring.config.import` names, in the profiles of the document that says so.
    fn add_imports(
        &mut self,
        tree: &SourceTree,
        out: &mut BTreeMap<String, Whose>,
        served: &BTreeMap<String, Served>,
    ) {
        let mut todo: Vec<(String, Vec<String>)> = out
            .iter()
            .filter_map(|(path, whose)| match whose {
                Whose::Own(profiles) => Some((path.clone(), profiles.clone())),
                Whose::Served(_) => None,
            })
            .collect();
        let mut followed = 0;
        while let Some((path, file_profiles)) = todo.pop() {
            let Some(file) = tree.get(&path) else { continue };
            for (target, document) in imports(self.pairs(file)) {
                let fresh = !out.contains_key(&target) && !served.contains_key(&target) && wants(&target);
                if fresh && tree.get(&target).is_some() && followed < IMPORTS_MAX {
                    followed += 1;
                    let profiles = profiles::both(&file_profiles, &document);
                    out.insert(target.clone(), Whose::Own(profiles.clone()));
                    todo.push((target, profiles));
                }
            }
        }
    }
}

/// Names that a value may have: its text, or the texts of its defaults.
fn known_names(value: &undrawn_model::Template) -> BTreeSet<String> {
    let text = match value.parts.as_slice() {
        [undrawn_model::Part::Key { default: Some(default), .. }] => default.as_text(),
        _ => value.as_text(),
    };
    text.map(relaxed).filter(|n| !n.is_empty()).into_iter().collect()
}

/// Paths that a file imports, with the profiles of the importing document.
fn imports(pairs: &Pairs) -> Vec<(String, Vec<String>)> {
    let conditions = profiles::of_documents(pairs);
    let mut out = Vec::new();
    for pair in pairs.pairs.iter().filter(|p| canonical(&p.entry.key).starts_with("spring.config.import")) {
        for value in pair.entry.value.split(',').map(str::trim) {
            let value = value.strip_prefix("optional:").unwrap_or(value);
            let path = value.strip_prefix("classpath:").or(value.strip_prefix("file:")).unwrap_or(value);
            let target = SourceTree::join(pairs.file.dir(), path.trim_start_matches('/'));
            out.extend(target.map(|t| (t, conditions.get(&pair.document).cloned().unwrap_or_default())));
        }
    }
    out
}

/// Turns one file's pairs into claims.
struct Claims<'a> {
    build: &'a maven::Build,
    module: Option<usize>,
    pairs: &'a Pairs,
}

impl Claims<'_> {
    fn all(&self, whose: &Whose, out: &mut Vec<Evidence>) {
        let (subject, sort, file_profiles) = match whose {
            Whose::Own(profiles) => (Subject::Owner, SettingSort::Property, profiles),
            Whose::Served(s) => {
                (Subject::Application { name: s.name.clone() }, SettingSort::Served, &s.profiles)
            }
        };
        let conditions = profiles::of_documents(self.pairs);
        let of_document = |document: usize| {
            profiles::both(file_profiles, conditions.get(&document).map(Vec::as_slice).unwrap_or_default())
        };
        for pair in self.pairs.pairs.iter().filter(|p| !profiles::is_activation(&p.entry.key)) {
            let (own, key) = profiles::of_key(&pair.entry.key);
            if own.iter().any(|p| p == "test") {
                continue;
            }
            let profiles = profiles::both(&of_document(pair.document), &own);
            out.push(self.setting(pair, key, sort, &subject).in_profiles(profiles));
        }
        let always: Vec<&Pair> =
            self.pairs.pairs.iter().filter(|p| !conditions.contains_key(&p.document)).collect();
        let base = routes::Base::of(&always);
        for (document, pairs) in self.documents() {
            for route in base.routes(&pairs) {
                out.push(self.route(route, &subject).in_profiles(of_document(document)));
            }
        }
    }

    fn documents(&self) -> BTreeMap<usize, Vec<&Pair>> {
        let mut out: BTreeMap<usize, Vec<&Pair>> = BTreeMap::new();
        self.pairs.pairs.iter().for_each(|p| out.entry(p.document).or_default().push(p));
        out
    }

    fn setting(&self, pair: &Pair, key: &str, sort: SettingSort, subject: &Subject) -> Evidence {
        let value = values::template(&pair.entry.value, self.build, self.module);
        let claim = Claim::Setting(SettingClaim { key: key.to_string(), value, sort });
        let location = self.pairs.place(&pair.entry.value_span);
        let detail = values::detail(key, &pair.entry.value);
        Evidence::new(subject.clone(), claim, Provenance::Config, location, detail)
    }

    fn route(&self, route: routes::Route, subject: &Subject) -> Evidence {
        let template = |text: &str| values::template(text, self.build, self.module);
        let detail = format!("{} route {}: {} to {}", route.by, route.name, route.path, route.to);
        let (path, to) = (template(&route.path), template(&route.to));
        let claim = Claim::Route(RouteClaim { path, to, policy: Policy::new() });
        Evidence::new(subject.clone(), claim, Provenance::Config, self.pairs.place(&route.span), detail)
    }
}
