//! Gradle: projects, what they need, and the images they become. See `gradle.md`.

mod catalog;
mod script;
mod tokens;

use crate::Reading;
use catalog::Catalog;
use script::{Layer, Script, Target};
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{
    Claim, Evidence, Location, ModuleClaim, Note, Provenance, SourceFile, SourceTree, Subject,
};

/// Scripts that a script applies, and those that these apply, beyond which no more are followed.
const APPLIED_MAX: usize = 50;

/// Variables replaced in one text.
const REPLACEMENTS_MAX: usize = 50;

/// Build scripts, settings, the properties beside them and version catalogs.
pub(crate) fn wants(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let script = name.ends_with(".gradle") || name.ends_with(".gradle.kts");
    (script || name == "gradle.properties" || name.ends_with(".versions.toml"))
        && !crate::spring::is_foreign(path)
}

/// One build: a settings file's folder, or a build script that no settings file above it governs.
struct Build<'a> {
    dir: String,
    projects: Vec<Project<'a>>,
    root_script: Option<usize>,
    variables: BTreeMap<String, String>,
    catalogs: BTreeMap<String, Catalog>,
}

struct Project<'a> {
    dir: String,
    /// `:`, `:a:b`.
    path: String,
    name: String,
    /// Its own script, if it has one.
    script: Option<(&'a SourceFile, usize)>,
    /// Where a settings file includes it.
    included: Option<Location>,
}

/// Reads all Gradle builds of a tree.
pub(crate) fn read(tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let scripts: Vec<Script> = files.iter().map(|f| read_script(f)).collect();
    let too_deep = scripts.iter().filter_map(|script| script.too_deep.clone());
    let mut notes: Vec<Note> =
        too_deep.map(|place| Note::unread(place, "nested too deeply, the inner part is not read")).collect();
    let by_path: BTreeMap<&str, usize> = files.iter().enumerate().map(|(i, f)| (&*f.path, i)).collect();
    let tree = Files { tree, files, scripts, by_path };
    let mut evidence = Vec::new();
    for build in tree.builds(&mut notes) {
        tree.claims(&build, &mut evidence);
    }
    (evidence, notes)
}

fn read_script(file: &SourceFile) -> Script {
    let name = file.name();
    if name.ends_with(".gradle") || name.ends_with(".kts") { script::read(file) } else { Script::default() }
}

struct Files<'a> {
    tree: &'a SourceTree,
    files: &'a [&'a SourceFile],
    scripts: Vec<Script>,
    by_path: BTreeMap<&'a str, usize>,
}

impl<'a> Files<'a> {
    fn in_dir(&self, dir: &str, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.by_path.get(SourceTree::join(dir, name)?.as_str()).copied())
    }

    fn builds(&self, notes: &mut Vec<Note>) -> Vec<Build<'a>> {
        let settings = |f: &SourceFile| matches!(f.name(), "settings.gradle" | "settings.gradle.kts");
        let mut claimed: BTreeSet<String> = BTreeSet::new();
        let mut out = Vec::new();
        for (i, file) in self.files.iter().enumerate().filter(|(_, f)| settings(f)) {
            let build = self.build_of(file.dir(), Some(i), notes);
            claimed.extend(build.projects.iter().map(|p| p.dir.clone()));
            out.push(build);
        }
        for file in self.files.iter().filter(|f| matches!(f.name(), "build.gradle" | "build.gradle.kts")) {
            if file.dir() != "buildSrc"
                && !file.dir().ends_with("/buildSrc")
                && claimed.insert(file.dir().to_string())
            {
                out.push(self.build_of(file.dir(), None, notes));
            }
        }
        out
    }

    fn build_of(&self, dir: &str, settings: Option<usize>, notes: &mut Vec<Note>) -> Build<'a> {
        let root_script = self.in_dir(dir, &["build.gradle", "build.gradle.kts"]);
        let said = settings.map(|i| &self.scripts[i]);
        let folder = crate::packages::folder(dir).to_string();
        let root_name = said.and_then(|s| s.root_name.clone()).unwrap_or(folder);
        let mut projects = Vec::new();
        if root_script.is_some() || settings.is_some() {
            let script = root_script.map(|i| (self.files[i], i));
            let included = settings.map(|i| Location::file(self.files[i].path.clone()));
            projects.push(Project { dir: dir.into(), path: ":".into(), name: root_name, script, included });
        }
        if let Some(i) = settings {
            let folders = script::project_folders(self.files[i]);
            let mut seen = BTreeSet::new();
            for (path, place) in &self.scripts[i].includes {
                let path = format!(":{}", path.trim_start_matches(':').replace('/', ":"));
                if path != ":" && seen.insert(path.clone()) {
                    projects.extend(self.project(dir, path, place, &folders));
                }
            }
        }
        let mut build = Build {
            dir: dir.into(),
            projects,
            root_script,
            variables: BTreeMap::new(),
            catalogs: BTreeMap::new(),
        };
        self.variables(&mut build, settings);
        self.catalogs(&mut build, notes);
        build
    }

    fn project(
        &self,
        root: &str,
        path: String,
        place: &Location,
        folders: &BTreeMap<String, String>,
    ) -> Option<Project<'a>> {
        let written = folders.get(&path).or_else(|| folders.get(path.trim_start_matches(':')));
        let relative = match written {
            Some(folder) => folder.replace("$rootDir/", "").replace("${rootDir}/", ""),
            None => path.trim_start_matches(':').replace(':', "/"),
        };
        let dir = SourceTree::join(root, &relative)?;
        let name = path.rsplit(':').next().unwrap_or_default().to_string();
        let own = [format!("{name}.gradle"), format!("{name}.gradle.kts")];
        let names = ["build.gradle", "build.gradle.kts", &own[0], &own[1]];
        let script = self.in_dir(&dir, &names).map(|i| (self.files[i], i));
        // An included project whose folder is not in the tree is not part of it.
        let folder = format!("{dir}/");
        let at = self.tree.files().partition_point(|f| *f.path < *folder);
        let there = self.tree.files().get(at).is_some_and(|f| f.path.starts_with(&folder));
        (script.is_some() || there).then(|| Project {
            dir,
            path,
            name,
            script,
            included: Some(place.clone()),
        })
    }

    /// `gradle.properties`, the settings', the root script's and the applied scripts' variables.
    fn variables(&self, build: &mut Build<'a>, settings: Option<usize>) {
        if let Some(i) = self.in_dir(&build.dir, &["gradle.properties"]) {
            build.variables.extend(crate::spring::property_pairs(&self.files[i].text));
        }
        let mut todo: Vec<usize> = settings.into_iter().chain(build.root_script).collect();
        let mut seen = BTreeSet::new();
        while let Some(i) = todo.pop() {
            if !seen.insert(i) || seen.len() > APPLIED_MAX {
                continue;
            }
            build.variables.extend(self.scripts[i].variables.iter().map(|(k, v)| (k.clone(), v.clone())));
            todo.extend(self.applied(i, &build.dir));
        }
    }

    /// Scripts of the tree that a script applies.
    fn applied(&self, script: usize, root: &str) -> Vec<usize> {
        let dir = self.files[script].dir();
        let applies = self.scripts[script].applies.iter();
        let found = applies.filter_map(|written| {
            let from_root =
                ["$rootDir/", "${rootDir}/", "$rootProject.projectDir/", "${rootProject.projectDir}/"]
                    .iter()
                    .find_map(|start| written.strip_prefix(start));
            let path = match from_root {
                Some(rest) => SourceTree::join(root, rest),
                None => SourceTree::join(dir, written),
            };
            self.by_path.get(path?.as_str()).copied()
        });
        found.collect()
    }

    fn catalogs(&self, build: &mut Build<'a>, notes: &mut Vec<Note>) {
        let Some(dir) = SourceTree::join(&build.dir, "gradle") else { return };
        for file in self.files.iter().filter(|f| f.dir() == dir) {
            if let Some(name) = file.name().strip_suffix(".versions.toml") {
                build.catalogs.insert(name.to_string(), Catalog::read(file, notes));
            }
        }
    }

    /// What holds for a project: its own script's word, then what others say of it.
    fn layers(&self, build: &Build<'a>, project: &Project<'a>) -> Vec<&Layer> {
        let mut out: Vec<&Layer> = Vec::new();
        if let Some((_, i)) = project.script {
            out.push(&self.scripts[i].own);
            out.extend(self.applied(i, &build.dir).into_iter().map(|a| &self.scripts[a].own));
        }
        if let Some(i) = build.root_script {
            let root = &self.scripts[i];
            out.extend(root.projects.iter().filter(|(path, _)| *path == project.path).map(|(_, l)| l));
            out.extend((project.path != ":").then_some(&root.sub));
            out.push(&root.all);
        }
        out
    }

    fn group(&self, build: &Build<'a>, project: &Project<'a>) -> String {
        let written = self.layers(build, project).iter().find_map(|l| l.group.clone());
        let written = written.or_else(|| build.variables.get("group").cloned());
        let written = written.map(|g| build.replace(&g, &build.variables)).filter(|g| !g.contains('$'));
        // Gradle's own group of a project is the path of the project above it.
        let root = build.projects.first().map(|p| p.name.as_str()).unwrap_or_default();
        written.unwrap_or_else(|| match project.path.rsplit_once(':') {
            Some(("", "")) | None => String::new(),
            Some((above, _)) => format!("{root}{}", above.replace(':', ".")),
        })
    }

    fn coordinate(&self, build: &Build<'a>, project: &Project<'a>) -> String {
        match self.group(build, project) {
            group if group.is_empty() => project.name.clone(),
            group => format!("{group}:{}", project.name),
        }
    }

    fn claims(&self, build: &Build<'a>, out: &mut Vec<Evidence>) {
        for project in &build.projects {
            self.project_claims(build, project, out);
        }
    }

    fn project_claims(&self, build: &Build<'a>, project: &Project<'a>, out: &mut Vec<Evidence>) {
        let layers = self.layers(build, project);
        let mut variables = build.variables.clone();
        if let Some((_, i)) = project.script {
            variables.extend(self.scripts[i].variables.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
        let mut libraries: Vec<(String, Option<String>, Location)> = Vec::new();
        let mut seen = BTreeSet::new();
        for dependency in layers.iter().flat_map(|l| &l.dependencies) {
            for (library, version) in self.targets(build, &dependency.target, &variables) {
                if seen.insert(library.clone()) {
                    libraries.push((library, version, dependency.location.clone()));
                }
            }
        }
        let plugins: Vec<String> = layers.iter().flat_map(|l| &l.plugins).map(|p| build.plugin(p)).collect();
        let own = layers.first().filter(|_| project.script.is_some());
        let gathers = project.path == ":" && build.projects.len() > 1;
        let aggregate = gathers && own.is_none_or(|l| l.dependencies.is_empty() && !l.main_class);
        let runnable = !aggregate
            && !layers.iter().any(|l| l.no_program)
            && (layers.iter().any(|l| l.main_class) || plugins.iter().any(|p| makes_program(p)));
        let coordinate = self.coordinate(build, project);
        let place = match (project.script, &project.included) {
            (Some((file, _)), _) => Location::file(file.path.clone()),
            (None, Some(place)) => place.clone(),
            (None, None) => return,
        };
        let claim = ModuleClaim {
            dir: project.dir.clone(),
            build: "gradle".into(),
            name: project.name.clone(),
            coordinate: coordinate.clone(),
            aggregate,
            runnable,
            needs: libraries.iter().map(|(name, ..)| name.clone()).collect(),
            language: (!aggregate).then(|| language(&plugins).to_string()),
        };
        out.push(evidence(Claim::Module(claim), place, format!("gradle project {coordinate}")));
        let Some((file, _)) = project.script else { return };
        for (library, version, written) in libraries {
            let (location, inherited) = here(file, &written);
            let detail = format!("dependency {library}{inherited}");
            out.push(evidence(Claim::Uses { library, version }, location, detail));
        }
        for (image, written) in layers.iter().flat_map(|l| &l.images).filter(|_| runnable) {
            let own = image.replace("${project.name}", &project.name).replace("$project.name", &project.name);
            let text = build.replace(&own, &variables);
            let Some(name) = crate::packages::image_name(&text) else { continue };
            let (location, inherited) = here(file, written);
            let detail = format!("builds image {text}{inherited}");
            out.push(evidence(crate::packages::built_image(&name), location, detail));
        }
    }

    /// Libraries (`group:name`, version) and projects that a target stands for.
    fn targets(
        &self,
        build: &Build<'a>,
        target: &Target,
        variables: &BTreeMap<String, String>,
    ) -> Vec<(String, Option<String>)> {
        match target {
            Target::Coordinate(text) => library(&build.replace(text, variables)).into_iter().collect(),
            Target::Project(path) => {
                let path = format!(":{}", path.trim_start_matches(':'));
                let found = build.projects.iter().find(|p| p.path == path);
                found.map(|p| (self.coordinate(build, p), None)).into_iter().collect()
            }
            Target::Path(path) => {
                if let Some(accessor) = path.strip_prefix("projects.") {
                    let wanted = accessor.to_ascii_lowercase();
                    let found = build.projects.iter().find(|p| accessor_of(&p.path) == wanted);
                    return found.map(|p| (self.coordinate(build, p), None)).into_iter().collect();
                }
                let (first, rest) = path.split_once('.').unwrap_or((path, ""));
                match build.catalogs.get(first) {
                    Some(catalog) => catalog.coordinates(rest).into_iter().filter_map(library).collect(),
                    None => {
                        let text = variables.get(path).map(|text| build.replace(text, variables));
                        text.and_then(|t| library(&t)).into_iter().collect()
                    }
                }
            }
        }
    }
}

impl Build<'_> {
    /// `$name`, `${name}` and `$a.b` replaced where they are known.
    fn replace(&self, text: &str, variables: &BTreeMap<String, String>) -> String {
        let (mut out, mut rest) = (text.to_string(), 0);
        for _ in 0..REPLACEMENTS_MAX {
            let Some(at) = out.get(rest..).and_then(|t| t.find('$')).map(|i| rest + i) else { break };
            let tail = &out[at + 1..];
            let (name, len) = match tail.strip_prefix('{').and_then(|t| t.split_once('}')) {
                Some((name, _)) => (name.trim().to_string(), name.len() + 2),
                None => longest_known(tail, variables),
            };
            let name = name.trim_start_matches("project.").trim_start_matches("rootProject.").to_string();
            let name = name.trim_start_matches("ext.");
            match variables.get(name).filter(|v| v.len() < 1000) {
                Some(value) => out.replace_range(at..at + 1 + len, value),
                None => rest = at + 1 + len,
            }
        }
        out
    }

    /// A plugin's id; that of a catalog's entry is looked up.
    fn plugin(&self, written: &str) -> String {
        let Some(path) = written.strip_prefix("alias:") else { return written.to_string() };
        let found =
            path.split_once(".plugins.").and_then(|(name, plugin)| self.catalogs.get(name)?.plugin(plugin));
        found.unwrap_or(path).to_string()
    }
}

/// The name after a `$`: with its dots when a variable is called so, else up to the first dot.
fn longest_known(tail: &str, variables: &BTreeMap<String, String>) -> (String, usize) {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let dotted = tail.find(|c: char| !is_name(c) && c != '.').unwrap_or(tail.len());
    let plain = tail.find(|c: char| !is_name(c)).unwrap_or(tail.len());
    let len = if variables.contains_key(&tail[..dotted]) { dotted } else { plain };
    (tail[..len].to_string(), len)
}

/// `group:name:version:classifier@type` as name and version; `None` when group or name are not known.
fn library(text: &str) -> Option<(String, Option<String>)> {
    let mut parts = text.split('@').next().unwrap_or(text).split(':').map(str::trim);
    let (group, name) = (parts.next()?, parts.next()?);
    if group.is_empty()
        || name.is_empty()
        || group.contains(['$', '/', ' '])
        || name.contains(['$', '/', ' '])
    {
        return None;
    }
    let version = parts.next().filter(|v| !v.is_empty() && !v.contains('$')).map(str::to_string);
    Some((format!("{group}:{name}"), version))
}

/// `:user-service:api` as type-safe accessors spell it, lower case: `userservice.api`.
fn accessor_of(path: &str) -> String {
    path.trim_start_matches(':').replace(['-', '_'], "").replace(':', ".").to_ascii_lowercase()
}

fn evidence(claim: Claim, location: Location, detail: String) -> Evidence {
    Evidence::new(Subject::Owner, claim, Provenance::Config, location, detail)
}

/// What another script says of a project is claimed at the project's own script.
fn here(file: &SourceFile, written: &Location) -> (Location, String) {
    if written.file == file.path {
        return (written.clone(), String::new());
    }
    (Location::file(file.path.clone()), format!(", inherited from {written}"))
}

/// Plugins whose work is a runnable program or image
/// (<https://docs.gradle.org/current/userguide/application_plugin.html>,
/// <https://docs.spring.io/spring-boot/gradle-plugin/packaging.html>,
/// <https://github.com/GoogleContainerTools/jib/tree/master/jib-gradle-plugin>).
const PROGRAM_PLUGINS: &[&str] = &[
    "application",
    "org.springframework.boot",
    "spring-boot",
    "io.quarkus",
    "io.micronaut.application",
    "io.ktor.plugin",
    "com.google.cloud.tools.jib",
    "com.bmuschko.docker-java-application",
    "com.bmuschko.docker-spring-boot-application",
    "com.palantir.docker",
    "war",
];

fn makes_program(id: &str) -> bool {
    PROGRAM_PLUGINS.contains(&id)
}

fn language(plugins: &[String]) -> &'static str {
    let has =
        |word: &str| plugins.iter().any(|p| p == word || p.starts_with(&format!("org.jetbrains.{word}.")));
    if has("kotlin") || plugins.iter().any(|p| p == "kotlin-jvm") {
        "kotlin"
    } else if has("scala") {
        "scala"
    } else if has("groovy") {
        "groovy"
    } else {
        "java"
    }
}
