//! Docker compose, in all versions' shapes.
//!
//! Which files are compose is decided by content: a `services` mapping with images or builds, whatever the file is
//! called, or (version 1) services at the top level of a file whose name says compose. Files of one folder are one scope:
//! an override file speaks about the services of the file it overrides.
//!
//! Specification: <https://github.com/compose-spec/compose-spec/blob/main/spec.md>. A service that others extend from
//! another file is itself no part of the project:
//! <https://docs.docker.com/compose/how-tos/multiple-compose-files/extends/>. Services with `depends_on` pass it on
//! although that page says otherwise: <https://github.com/docker/compose/issues/12360>.

mod mounts;
mod ports;
mod service;

use crate::Reading;
use crate::dotenv;
use crate::emit::Out;
use crate::images;
use crate::yaml::{self, Entry, Node, Yaml};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{Note, Part, SourceFile, SourceTree, Subject, Syntax, Template};

/// May this path be a compose file?
pub(crate) fn wants(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower.ends_with(".yml") || lower.ends_with(".yaml")
}

/// Reads all compose files of the tree.
pub(crate) fn read(tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let parsed: Vec<_> = files.par_iter().filter_map(|file| Compose::parse(tree, file)).collect();
    let mut out = Out::default();
    let mut composes = Vec::new();
    for parsed in parsed {
        match parsed {
            Ok(compose) => composes.push(compose),
            Err(notes) => out.notes.extend(notes),
        }
    }
    let project = Project::new(tree, &composes);
    for compose in &composes {
        out.notes.extend(compose.yaml.notes.iter().cloned());
        if project.is_template(compose) {
            continue;
        }
        for entry in compose.services() {
            project.service(compose, entry, &mut out);
        }
    }
    out.finish()
}

/// One compose file.
pub(crate) struct Compose {
    yaml: Yaml,
    /// Index of the document in the file (others are ignored by compose too).
    root: usize,
    /// Version 1: services stand at the top level.
    flat: bool,
    /// Variables that the `.env` file beside it gives.
    variables: BTreeMap<String, Template>,
    /// Repositories of which several tags run: there the tag, not the repository, says what a service is.
    shared: BTreeSet<String>,
}

impl Compose {
    /// `None` for another format's file; the notes alone when a file that is called so is too broken to be one.
    fn parse(tree: &SourceTree, file: &SourceFile) -> Option<Result<Compose, Vec<Note>>> {
        let named = is_compose_name(file.name());
        let likely = named || file.text.contains("services:") && has_word(&file.text);
        if !likely {
            return None;
        }
        let yaml = yaml::parse(file);
        let Some((root, flat)) = Compose::root_of(&yaml, named) else {
            return named.then_some(Err(yaml.notes));
        };
        let variables = dotenv::variables(tree, file.dir());
        let mut compose = Compose { variables, yaml, root, flat, shared: BTreeSet::new() };
        compose.shared = compose.shared_repositories();
        Some(Ok(compose))
    }

    /// Index of the document that is a project, and whether its services stand at the top level.
    fn root_of(yaml: &Yaml, named: bool) -> Option<(usize, bool)> {
        let root = yaml.documents.iter().position(Node::is_map)?;
        let node = yaml.documents.get(root)?;
        let flat = node.get("services").is_none() && node.get("include").is_none();
        let services = if flat { Some(node) } else { node.get("services") };
        let runs = services.into_iter().flat_map(Node::entries).any(|e| runs_something(&e.value));
        let is_project = if flat { named && runs } else { named || runs };
        (is_project && !is_foreign(node)).then_some((root, flat))
    }

    fn shared_repositories(&self) -> BTreeSet<String> {
        let mut tags: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for text in self.services().filter_map(|e| e.value.text_at(&["image"])).map(|t| self.resolved(t)) {
            if let Some(image) = images::parse(&text) {
                tags.entry(image.repository).or_default().insert(text);
            }
        }
        tags.into_iter().filter(|(_, texts)| texts.len() > 1).map(|(repository, _)| repository).collect()
    }

    fn node(&self) -> Option<&Node> {
        self.yaml.documents.get(self.root)
    }

    /// Service entries, in order.
    pub(crate) fn services(&self) -> impl Iterator<Item = &Entry> {
        let holder = self.node().and_then(|n| if self.flat { Some(n) } else { n.get("services") });
        let entries = holder.map(Node::entries).unwrap_or(&[]);
        entries.iter().filter(|e| e.value.is_map() && !e.name().starts_with("x-"))
    }

    /// Paths of other files whose services are extended here.
    fn extended(&self) -> Vec<String> {
        let files = self.services().filter_map(|e| e.value.text_at(&["extends", "file"]));
        let paths = files.filter_map(|f| SourceTree::join(self.dir(), &self.resolved(f)));
        paths.filter(|p| **p != *self.yaml.file.path).collect()
    }

    /// A top-level section.
    pub(crate) fn section(&self, name: &str) -> Option<&Node> {
        self.node()?.get(name)
    }

    /// Folder of the file.
    pub(crate) fn dir(&self) -> &str {
        self.yaml.file.dir()
    }

    /// The scope of its services.
    pub(crate) fn scope(&self) -> String {
        format!("compose:{}", self.dir())
    }

    /// A value with variables: those of the `.env` file are defaults, because the shell's win over them.
    pub(crate) fn template(&self, text: &str) -> Template {
        with_variables(Template::parse(text, Syntax::Shell), &self.variables)
    }

    /// The text with every variable whose value or default is known; the rest stays as `${NAME}`.
    pub(crate) fn resolved(&self, text: &str) -> String {
        flat_text(&self.template(text))
    }
}

fn with_variables(template: Template, variables: &BTreeMap<String, Template>) -> Template {
    let mut out = Template::default();
    for part in template.parts {
        out.push(match part {
            Part::Key { name, default } => {
                let given = variables.get(&name).cloned();
                Part::Key { default: given.or(default.map(|d| with_variables(d, variables))), name }
            }
            other => other,
        });
    }
    out
}

/// Text in which keys with a default take it.
pub(crate) fn flat_text(template: &Template) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Key { default: Some(default), .. } => flat_text(default),
        Part::Key { name, default: None } => format!("${{{name}}}"),
        Part::Hole(word) => format!("{{{word}}}"),
    };
    template.parts.iter().map(part).collect()
}

fn is_compose_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("compose") || lower.starts_with("docker-stack") || lower == "fig.yml"
}

fn has_word(text: &str) -> bool {
    text.contains("image:") || text.contains("build:") || text.contains("extends:")
}

fn runs_something(service: &Node) -> bool {
    ["image", "build", "extends"].iter().any(|key| service.get(key).is_some())
}

/// Other formats whose files have a `services` mapping too.
fn is_foreign(root: &Node) -> bool {
    ["apiVersion", "kind", "swagger", "openapi", "jobs", "stages", "parameters"]
        .iter()
        .any(|k| root.get(k).is_some())
}

/// All compose files together: whom a name means.
pub(crate) struct Project<'a> {
    /// The tree, for files that compose files name.
    pub tree: &'a SourceTree,
    composes: &'a [Compose],
    /// Services that some file of the scope gives an image or a build, as (scope, name).
    declared: BTreeSet<(String, String)>,
    /// Container names, with their services.
    containers: BTreeMap<String, BTreeSet<(String, String)>>,
    /// Paths of files that services of other files extend.
    templates: BTreeSet<String>,
}

impl<'a> Project<'a> {
    fn new(tree: &'a SourceTree, composes: &'a [Compose]) -> Self {
        let mut declared = BTreeSet::new();
        let mut containers: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
        let templates = composes.iter().flat_map(Compose::extended).collect();
        for compose in composes {
            for entry in compose.services().filter(|e| runs_something(&e.value)) {
                let id = (compose.scope(), entry.name().to_string());
                for key in ["container_name", "hostname"] {
                    let name = entry.value.text_at(&[key]).map(|n| compose.resolved(n));
                    if let Some(n) = name {
                        containers.entry(n).or_default().insert(id.clone());
                    }
                }
                containers.entry(id.1.clone()).or_default().insert(id.clone());
                declared.insert(id);
            }
        }
        Project { tree, composes, declared, containers, templates }
    }

    /// The service called `name` from a file of this scope: in the scope, else in an included file's, else the only
    /// one in the whole tree that is called so (`external_links` reach other projects).
    pub(crate) fn find(&self, compose: &Compose, name: &str) -> Option<Subject> {
        self.declared(compose, name).or_else(|| {
            let candidates = self.containers.get(name)?;
            let same_scope = candidates.iter().find(|(scope, _)| *scope == compose.scope());
            let only = candidates.iter().next().filter(|_| candidates.len() == 1);
            same_scope.or(only).map(subject)
        })
    }

    /// The service declared under this name in the scope, or in a file that the scope's files include.
    fn declared(&self, compose: &Compose, name: &str) -> Option<Subject> {
        let declared = |scope: String| {
            let id = (scope, name.to_string());
            self.declared.contains(&id).then(|| subject(&id))
        };
        declared(compose.scope()).or_else(|| {
            let siblings = self.composes.iter().filter(|c| c.dir() == compose.dir());
            siblings.flat_map(|c| self.included(c, 0)).find_map(|c| declared(c.scope()))
        })
    }

    /// True for a file whose services others extend, and whose name does not say that it runs by itself.
    fn is_template(&self, compose: &Compose) -> bool {
        self.templates.contains(&*compose.yaml.file.path) && !is_compose_name(compose.yaml.file.name())
    }

    /// The compose file with this path.
    pub(crate) fn file(&self, path: &str) -> Option<&'a Compose> {
        self.composes.iter().find(|c| &*c.yaml.file.path == path)
    }

    /// Files that this one includes, theirs too.
    fn included(&self, compose: &Compose, depth: usize) -> Vec<&'a Compose> {
        let mut out = Vec::new();
        if depth > 4 {
            return out;
        }
        for item in compose.section("include").map(Node::one_or_many).unwrap_or(&[]) {
            let paths = item.get("path").map(Node::one_or_many).unwrap_or(std::slice::from_ref(item));
            for path in paths.iter().filter_map(Node::text) {
                let joined = SourceTree::join(compose.dir(), &compose.resolved(path));
                if let Some(file) = joined.and_then(|p| self.file(&p)) {
                    out.push(file);
                    out.extend(self.included(file, depth + 1));
                }
            }
        }
        out
    }

    fn service(&self, compose: &Compose, entry: &Entry, out: &mut Out) {
        match self.declared(compose, entry.name()) {
            Some(subject) => service::read(self, compose, entry, &subject, out),
            None => {
                let at = compose.yaml.location(&entry.key);
                let name = entry.name();
                out.note(
                    at,
                    format!("service \"{name}\" has neither an image nor a build in any compose file here"),
                );
            }
        }
    }
}

fn subject((scope, name): &(String, String)) -> Subject {
    Subject::Declared { scope: scope.clone(), name: name.clone() }
}
