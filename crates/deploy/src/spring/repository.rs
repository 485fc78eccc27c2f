//! Configuration repositories: folders whose files a config server hands to its clients.
//!
//! A folder is one when a config server of the tree names it (`spring.cloud.config.server.native.search-locations`,
//! `git.uri`, `git.search-paths`:
//! <https://docs.spring.io/spring-cloud-config/reference/server/environment-repository.html>), or when it holds files
//! called like two or more applications of the tree. Then `user-service-docker.yml` is the client `user-service` in the
//! profile `docker`, and `application.yml` is every client.

use super::pairs::{Pairs, canonical, relaxed};
use super::profiles::both;
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{SourceFile, SourceTree};

/// Names of the tree's applications, relaxed.
pub(super) type Names = BTreeSet<String>;

/// What a file of a repository is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Served {
    /// The client; `None` for all of them.
    pub(super) name: Option<String>,
    /// Profiles of which any one is enough.
    pub(super) profiles: Vec<String>,
}

/// A config server's word: where its repository may lie.
#[derive(Debug, Clone, Default)]
pub(super) struct Server {
    /// Folder of the file that says so.
    dir: String,
    locations: Vec<String>,
    uris: Vec<String>,
    paths: Vec<String>,
}

/// What a configuration file says of a repository, if it is a config server's.
pub(super) fn server(pairs: &Pairs) -> Option<Server> {
    let values = |key: &str| {
        let key = format!("spring.cloud.config.server.{key}");
        pairs.values(&key).map(str::to_string).collect::<Vec<_>>()
    };
    let server = Server {
        dir: pairs.file.dir().to_string(),
        locations: values("native.searchlocations"),
        uris: values("git.uri"),
        paths: values("git.searchpaths"),
    };
    (!server.locations.is_empty() || !server.uris.is_empty()).then_some(server)
}

/// Stem and ending of a configuration file's name.
pub(super) fn stem(file: &SourceFile) -> &str {
    let name = file.name();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The part of a stem that is an application's name, and the profile after it: the longest name wins.
fn split<'a>(stem: &'a str, names: &Names) -> Option<(&'a str, Option<&'a str>)> {
    if names.contains(&relaxed(stem)) {
        return Some((stem, None));
    }
    let dashes = stem.match_indices('-').map(|(i, _)| i).collect::<Vec<_>>();
    let known = dashes.into_iter().rev().find(|i| *i > 0 && names.contains(&relaxed(&stem[..*i])));
    known.map(|i| (&stem[..i], Some(&stem[i + 1..])))
}

/// `application`, `application-profile`.
fn for_all(stem: &str) -> Option<Option<&str>> {
    match stem.strip_prefix("application")? {
        "" => Some(None),
        rest => rest.strip_prefix('-').map(Some),
    }
}

/// The files of all repositories among `files`, by path. `springy` says whether a file's content is that of such a
/// configuration; it is asked only about files that would be served.
pub(super) fn find(
    files: &[&SourceFile],
    names: &Names,
    servers: &[Server],
    springy: &mut dyn FnMut(&SourceFile) -> Likeness,
) -> BTreeMap<String, Served> {
    let mut by_dir: BTreeMap<&str, Vec<&SourceFile>> = BTreeMap::new();
    files.iter().for_each(|f| by_dir.entry(f.dir()).or_default().push(f));
    let mut dirs = named_by_files(&by_dir, names, springy);
    for server in servers {
        dirs.extend(named_by_server(server, &by_dir, names));
    }
    let environments = environments(&dirs, &by_dir);
    let mut out = BTreeMap::new();
    for dir in &dirs {
        let Some(files) = by_dir.get(dir.as_str()) else { continue };
        let known: Names = files.iter().map(|f| relaxed(stem(f))).chain(names.iter().cloned()).collect();
        for file in files {
            if own_of_server(file, servers) || springy(file) == Likeness::Foreign {
                continue;
            }
            let mut served = served(stem(file), &known, names);
            if environments.contains(dir.as_str()) {
                served.profiles = both(&[basename(dir).to_string()], &served.profiles);
            }
            out.insert(file.path.to_string(), served);
        }
    }
    out
}

/// Whether a file's content is that of a Spring application's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// Keys that such configurations have.
    Spring,
    /// May be one.
    Open,
    /// Clearly of another format (a manifest, an interface description, a pipeline).
    Foreign,
}

/// Judges content by its top-level keys.
pub(super) fn likeness(pairs: &Pairs) -> Likeness {
    const SPRING: &[&str] = &[
        "spring",
        "server",
        "management",
        "logging",
        "eureka",
        "security",
        "feign",
        "hystrix",
        "ribbon",
        "zuul",
        "info",
        "endpoints",
        "quarkus",
        "micronaut",
    ];
    const FOREIGN: &[&str] = &["openapi", "swagger", "asyncapi", "jobs", "stages", "services", "pipeline"];
    let roots: BTreeSet<String> = pairs
        .pairs
        .iter()
        .map(|p| canonical(p.entry.key.split(['.', '[']).next().unwrap_or_default()))
        .collect();
    let manifest = roots.contains("apiversion") && roots.contains("kind");
    if manifest || FOREIGN.iter().any(|root| roots.contains(*root) && !roots.contains("spring")) {
        Likeness::Foreign
    } else if SPRING.iter().any(|root| roots.contains(*root)) {
        Likeness::Spring
    } else {
        Likeness::Open
    }
}

fn served(stem: &str, known: &Names, names: &Names) -> Served {
    if let Some(profile) = for_all(stem) {
        return Served { name: None, profiles: profile.map(str::to_string).into_iter().collect() };
    }
    // Applications of the tree first; then a file beside it whose whole name is a beginning of this one's.
    let (name, profile) = split(stem, names).or_else(|| beside(stem, known)).unwrap_or((stem, None));
    Served { name: Some(name.to_string()), profiles: profile.map(str::to_string).into_iter().collect() }
}

fn beside<'a>(stem: &'a str, known: &Names) -> Option<(&'a str, Option<&'a str>)> {
    let dashes: Vec<usize> = stem.match_indices('-').map(|(i, _)| i).collect();
    let found = dashes.into_iter().rev().find(|i| *i > 0 && known.contains(&relaxed(&stem[..*i])));
    found.map(|i| (&stem[..i], Some(&stem[i + 1..])))
}

/// Folders with files called like two applications or more, of which one at least looks like Spring configuration;
/// and folders called like the one application whose file they hold, when there are two of them side by side.
fn named_by_files(
    by_dir: &BTreeMap<&str, Vec<&SourceFile>>,
    names: &Names,
    springy: &mut dyn FnMut(&SourceFile) -> Likeness,
) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut one_each: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (dir, files) in by_dir {
        let called: Vec<(&SourceFile, String)> =
            files.iter().filter_map(|f| Some((*f, relaxed(split(stem(f), names)?.0)))).collect();
        let distinct: BTreeSet<&String> = called.iter().map(|(_, name)| name).collect();
        if distinct.is_empty() || !called.iter().any(|(f, _)| springy(f) == Likeness::Spring) {
            continue;
        }
        if distinct.len() > 1 {
            out.insert(dir.to_string());
        } else if distinct.contains(&relaxed(basename(dir))) {
            one_each.entry(parent(dir)).or_default().insert(dir);
        }
    }
    out.extend(one_each.into_values().filter(|dirs| dirs.len() > 1).flatten().map(str::to_string));
    out
}

/// Folders that a config server names and that hold a file for a client.
fn named_by_server(server: &Server, by_dir: &BTreeMap<&str, Vec<&SourceFile>>, names: &Names) -> Vec<String> {
    let serves = |dir: &str| {
        let files = by_dir.get(dir).map(Vec::as_slice).unwrap_or_default();
        files.iter().any(|f| for_all(stem(f)).is_some() || split(stem(f), names).is_some())
    };
    let mut roots: Vec<String> = Vec::new();
    for uri in &server.uris {
        let local = uri.strip_prefix("file:");
        let found =
            local.map(|path| folders(path, &server.dir, by_dir)).unwrap_or_else(|| called(uri, by_dir));
        roots.extend(found);
    }
    let mut out: Vec<String> =
        server.locations.iter().flat_map(|l| locations(l, &server.dir, by_dir)).collect();
    for path in &server.paths {
        let path = path.split(['{', '*']).next().unwrap_or_default();
        let beside = ["".to_string(), module_dir(&server.dir).to_string()];
        let joined = roots
            .iter()
            .chain(&beside)
            .filter_map(|root| SourceTree::join(root, path.trim_start_matches('/')));
        // Without a path a root of the tree would make everything in it configuration.
        out.extend(joined.filter(|dir| !dir.is_empty()));
    }
    if server.paths.is_empty() {
        out.extend(roots);
    }
    out.sort();
    out.dedup();
    out.retain(|dir| serves(dir));
    out
}

/// `classpath:/shared`, `file:./config`, `file:///${HOME}/config-repo`, `config/{application}`.
fn locations(location: &str, dir: &str, by_dir: &BTreeMap<&str, Vec<&SourceFile>>) -> Vec<String> {
    let location = location.strip_prefix("optional:").unwrap_or(location);
    if let Some(path) = location.strip_prefix("file:") {
        return folders(path, dir, by_dir);
    }
    let path = location.strip_prefix("classpath:").unwrap_or(location);
    let path = path.split('{').next().unwrap_or_default();
    SourceTree::join(resources(dir), path.trim_start_matches('/')).into_iter().collect()
}

/// Folders of the tree that a file path may mean: relative to the module or the root, else those of the same last name.
fn folders(path: &str, dir: &str, by_dir: &BTreeMap<&str, Vec<&SourceFile>>) -> Vec<String> {
    let path = path.trim_start_matches("//");
    if !path.starts_with('/') && !path.contains('$') {
        let path = path.split('{').next().unwrap_or_default();
        let joined = [module_dir(dir), ""].into_iter().filter_map(|d| SourceTree::join(d, path));
        return joined.filter(|d| by_dir.contains_key(d.as_str())).take(1).collect();
    }
    called(path, by_dir)
}

/// Folders whose name is the last segment of a path or address.
fn called(path: &str, by_dir: &BTreeMap<&str, Vec<&SourceFile>>) -> Vec<String> {
    let last = path.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    let last = last.strip_suffix(".git").unwrap_or(last);
    if last.is_empty() || last.contains(['$', '{', '}']) {
        return vec![];
    }
    // A folder may hold folders only; so every beginning of a folder with files counts.
    let mut out = BTreeSet::new();
    for dir in by_dir.keys() {
        let ends = dir.match_indices('/').map(|(i, _)| i).chain([dir.len()]);
        out.extend(ends.map(|end| &dir[..end]).filter(|d| basename(d) == last).map(str::to_string));
    }
    out.into_iter().collect()
}

/// Sibling repositories that hold the same file: each is one environment.
fn environments<'a>(
    dirs: &'a BTreeSet<String>,
    by_dir: &BTreeMap<&str, Vec<&SourceFile>>,
) -> BTreeSet<&'a str> {
    let mut holders: BTreeMap<(&str, &str), Vec<&'a str>> = BTreeMap::new();
    for dir in dirs {
        for file in by_dir.get(dir.as_str()).into_iter().flatten() {
            holders.entry((parent(dir), stem(file))).or_default().push(dir);
        }
    }
    let mut out = BTreeSet::new();
    for mut dirs in holders.into_values() {
        dirs.dedup();
        if dirs.len() > 1 {
            out.extend(dirs);
        }
    }
    out
}

/// A server that serves the folder of its own configuration does not serve that configuration.
fn own_of_server(file: &SourceFile, servers: &[Server]) -> bool {
    let own = for_all(stem(file)).is_some() || stem(file).starts_with("bootstrap");
    own && servers.iter().any(|s| s.dir == file.dir())
}

fn basename(dir: &str) -> &str {
    dir.rsplit('/').next().unwrap_or(dir)
}

fn parent(dir: &str) -> &str {
    dir.rfind('/').map_or("", |i| &dir[..i])
}

/// The root of the class path that a folder lies in: up to `resources`.
fn resources(dir: &str) -> &str {
    match dir.rfind("/resources") {
        Some(i) if dir[i + 10..].is_empty() || dir[i + 10..].starts_with('/') => &dir[..i + 10],
        _ => dir,
    }
}

/// The folder above `src`.
fn module_dir(dir: &str) -> &str {
    match dir.find("src/main") {
        Some(0) => "",
        Some(i) => dir[..i].trim_end_matches('/'),
        None => dir,
    }
}
