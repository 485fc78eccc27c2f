//! Maven: modules, what they need, and the images they become. See `maven.md`.

mod effective;
mod pom;

pub(crate) use effective::Build;

use crate::Reading;
use pom::Plugin;
use std::collections::BTreeMap;
use undrawn_model::{
    Claim, ComponentClaim, Evidence, Location, ModuleClaim, Name, NameSort, Note, Provenance, SourceFile,
    SourceTree, Subject, Template,
};

/// Poms of the build itself; templates of archetypes and builds used as test data are somebody else's.
pub(crate) fn wants(path: &str) -> bool {
    let foreign = ["/src/test/", "/src/it/", "/archetype-resources/", "/target/"];
    let rooted = format!("/{path}");
    rooted.ends_with("/pom.xml") && !foreign.iter().any(|part| rooted.contains(part))
}

/// Reads all poms of a tree together.
pub(crate) fn read(tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let (build, notes) = load(tree, files);
    let final_names = unique_final_names(&build);
    let mut out = Vec::new();
    for module in 0..build.poms.len() {
        claims(&build, module, &final_names, &mut out);
    }
    (out, notes)
}

/// The build of a tree, for readers that need a module's properties.
pub(crate) fn build(tree: &SourceTree) -> Build {
    let files: Vec<&SourceFile> = tree.files().iter().filter(|f| wants(&f.path)).collect();
    load(tree, &files).0
}

fn load(tree: &SourceTree, files: &[&SourceFile]) -> (Build, Vec<Note>) {
    let (mut poms, mut notes) = (vec![], vec![]);
    for file in files {
        let (pom, more) = pom::read(file);
        if pom.is_none() && more.is_empty() {
            notes.push(Note::undecided(
                Location::file(file.path.clone()),
                "pom.xml without <project>: not a Maven build",
            ));
        }
        notes.extend(more);
        poms.extend(pom);
    }
    notes.extend(poms.iter().flat_map(|p| p.notes.clone()));
    (Build::new(poms, tree), notes)
}

/// `<finalName>`s that belong to one module only.
fn unique_final_names(build: &Build) -> BTreeMap<String, usize> {
    let mut seen: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for (module, pom) in build.poms.iter().enumerate() {
        let names =
            [Some(build.artifact(module)), pom.final_name.as_ref().map(|f| build.resolve(module, &f.text))];
        for name in names.into_iter().flatten() {
            seen.entry(name).and_modify(|m| *m = m.filter(|m| *m == module)).or_insert(Some(module));
        }
    }
    seen.into_iter().filter_map(|(name, module)| Some((name, module?))).collect()
}

fn claims(build: &Build, module: usize, final_names: &BTreeMap<String, usize>, out: &mut Vec<Evidence>) {
    let pom = &build.poms[module];
    let (group, artifact) = (build.group(module), build.artifact(module));
    let coordinate = format!("{group}:{artifact}");
    let aggregate = pom.packaging.as_ref().is_some_and(|p| p.text == "pom");
    let needs = build.needs(module);
    let (plugins, managed) = build.plugins(module);
    let runnable = !aggregate
        && (plugins.iter().any(makes_program) || pom.packaging.as_ref().is_some_and(|p| p.text == "war"));
    let mut always: Vec<String> = Vec::new();
    for need in needs.iter().filter(|n| !n.test && n.profile.is_none()) {
        always.push(format!("{}:{}", need.group, need.artifact));
    }
    let claim = ModuleClaim {
        dir: pom.dir.clone(),
        build: "maven".into(),
        name: artifact.clone(),
        coordinate: coordinate.clone(),
        aggregate,
        runnable,
        needs: always,
        language: (!aggregate).then(|| language(&plugins).to_string()),
    };
    out.push(evidence(Claim::Module(claim), pom.location.clone(), format!("maven module {coordinate}")));
    for need in needs.iter().filter(|n| !n.test) {
        out.push(uses(build, module, need));
    }
    if runnable {
        let plugins = plugins.iter().chain(&managed);
        images(build, module, plugins, out);
        let name = pom.final_name.as_ref().map(|f| (build.resolve(module, &f.text), f));
        if let Some((name, value)) =
            name.filter(|(n, _)| *n != artifact && final_names.get(n) == Some(&module))
            && !name.contains("${")
        {
            let names = vec![Name { text: Template::text(&*name), sort: NameSort::Module }];
            let claim = Claim::Component(ComponentClaim { names, ..ComponentClaim::default() });
            out.push(evidence(claim, value.location.clone(), format!("<finalName>{name}")));
        }
    }
}

fn evidence(claim: Claim, location: Location, detail: String) -> Evidence {
    Evidence::new(Subject::Owner, claim, Provenance::Config, location, detail)
}

/// What is inherited is claimed at the module's `<parent>`, which is the line of this module that brings it.
fn place(build: &Build, module: usize, written: &Location) -> (Location, String) {
    let pom = &build.poms[module];
    if written.file == pom.path {
        return (written.clone(), String::new());
    }
    let here = pom.parent.as_ref().map_or(&pom.location, |p| &p.location);
    (here.clone(), format!(", inherited from {written}"))
}

fn uses(build: &Build, module: usize, need: &effective::Need) -> Evidence {
    let (location, inherited) = place(build, module, &need.location);
    let library = format!("{}:{}", need.group, need.artifact);
    let scope = if need.scope == "compile" { String::new() } else { format!(" ({})", need.scope) };
    let detail = format!("dependency {library}{scope}{inherited}");
    let claim = Claim::Uses { library, version: need.version.clone() };
    let profiles = need.profile.iter().map(|p| format!("maven:{p}")).collect();
    evidence(claim, location, detail).in_profiles(profiles)
}

fn images<'a>(
    build: &Build,
    module: usize,
    plugins: impl Iterator<Item = &'a Plugin>,
    out: &mut Vec<Evidence>,
) {
    let mut seen = Vec::new();
    for value in plugins.filter(|p| !p.skip).flat_map(|p| &p.images) {
        let written = build.resolve(module, &value.text);
        let Some(image) = crate::packages::image_name(&written).filter(|i| !seen.contains(i)) else {
            continue;
        };
        let (location, inherited) = place(build, module, &value.location);
        let claim = crate::packages::built_image(&image);
        out.push(evidence(claim, location, format!("builds image {written}{inherited}")));
        seen.push(image);
    }
}

/// When a plugin makes a program of a module.
enum When {
    /// It is there.
    Always,
    /// A main class is configured.
    MainClass,
    /// An image is configured.
    Image,
}

/// Plugins whose work is a runnable program or image, by artifact: the Spring Boot plugin repackages
/// (<https://docs.spring.io/spring-boot/maven-plugin/packaging.html>), Jib and the docker plugins build images
/// (<https://github.com/GoogleContainerTools/jib/tree/master/jib-maven-plugin>, <https://dmp.fabric8.io>,
/// <https://github.com/spotify/dockerfile-maven>), shade, assembly and jar plugins write a main class into the manifest
/// (<https://maven.apache.org/plugins/maven-shade-plugin/examples/executable-jar.html>).
const PROGRAM_PLUGINS: &[(&str, When)] = &[
    ("spring-boot-maven-plugin", When::Always),
    ("quarkus-maven-plugin", When::Always),
    ("micronaut-maven-plugin", When::Always),
    ("jib-maven-plugin", When::Always),
    ("dockerfile-maven-plugin", When::Always),
    ("liberty-maven-plugin", When::Always),
    ("wildfly-jar-maven-plugin", When::Always),
    ("appassembler-maven-plugin", When::Always),
    ("docker-maven-plugin", When::Image),
    ("exec-maven-plugin", When::MainClass),
    ("maven-shade-plugin", When::MainClass),
    ("maven-assembly-plugin", When::MainClass),
    ("maven-jar-plugin", When::MainClass),
];

fn makes_program(plugin: &Plugin) -> bool {
    let rule = PROGRAM_PLUGINS.iter().find(|(artifact, _)| *artifact == plugin.artifact);
    !plugin.skip
        && rule.is_some_and(|(_, when)| match when {
            When::Always => true,
            When::MainClass => plugin.main_class,
            When::Image => !plugin.images.is_empty(),
        })
}

fn language(plugins: &[Plugin]) -> &'static str {
    let has = |name: &str| plugins.iter().any(|p| p.artifact == name);
    if has("kotlin-maven-plugin") {
        "kotlin"
    } else if has("scala-maven-plugin") {
        "scala"
    } else {
        "java"
    }
}
