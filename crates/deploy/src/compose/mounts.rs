//! Files and folders of the tree that a service mounts.

use super::{Compose, Project};
use crate::embed;
use crate::emit::Out;
use crate::yaml::Node;
use undrawn_model::{SourceTree, Subject};

/// Files that make a folder a module of its own: such a folder is not somebody's mounted data.
const BUILD_FILES: &[&str] = &[
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "package.json",
    "go.mod",
    "Cargo.toml",
    "requirements.txt",
    "pyproject.toml",
    "setup.py",
    "Gemfile",
    "composer.json",
    "build.sbt",
    "mix.exs",
    "Dockerfile",
];

/// `volumes`, short and long.
pub(super) fn volumes(
    project: &Project<'_>,
    compose: &Compose,
    body: &Node,
    subject: &Subject,
    out: &mut Out,
) {
    for item in body.get("volumes").map(Node::items).unwrap_or(&[]) {
        let source = match item.text() {
            Some(text) => {
                let text = compose.resolved(text);
                text.split_once(':').map(|(source, _)| source.to_string())
            }
            None => item.text_at(&["source"]).or_else(|| item.text_at(&["src"])).map(|s| compose.resolved(s)),
        };
        let node = item.get("source").unwrap_or(item);
        if let Some(source) = source.filter(|s| s.starts_with('.')) {
            own(project, compose, &source, (node, subject), out);
        }
    }
}

/// `configs` and `secrets` that are files of the tree.
pub(super) fn configs(
    project: &Project<'_>,
    compose: &Compose,
    body: &Node,
    subject: &Subject,
    out: &mut Out,
) {
    for section in ["configs", "secrets"] {
        for item in body.get(section).map(Node::items).unwrap_or(&[]) {
            let Some(name) = item.text().or_else(|| item.text_at(&["source"])) else { continue };
            let Some(definition) = compose.section(section).and_then(|s| s.get(name)) else { continue };
            if let Some(file) = definition.text_at(&["file"]) {
                own(project, compose, &compose.resolved(file), (item, subject), out);
            }
            let target = item.text_at(&["target"]).unwrap_or(name);
            let target = target.rsplit('/').next().unwrap_or(target);
            if let Some(content) = definition.get("content").filter(|_| embed::is_file(target)) {
                embed::read(&compose.yaml, content, target, subject, out);
            }
        }
    }
}

fn own(
    project: &Project<'_>,
    compose: &Compose,
    source: &str,
    (node, subject): (&Node, &Subject),
    out: &mut Out,
) {
    let Some(path) = SourceTree::join(compose.dir(), source).filter(|p| !p.is_empty()) else { return };
    if is_file(project.tree, &path) || is_data_folder(project.tree, &path) {
        out.owns(subject, path.clone(), compose.yaml.location(node), format!("mounts {path}"));
    }
}

fn is_file(tree: &SourceTree, path: &str) -> bool {
    tree.get(path).is_some()
}

/// A folder with files in which nothing is built.
fn is_data_folder(tree: &SourceTree, dir: &str) -> bool {
    let mut below = below(tree, dir).peekable();
    below.peek().is_some() && !below.any(|name| BUILD_FILES.contains(&name))
}

/// Names of the files below a folder. The tree is sorted by path, so they lie together.
fn below<'a>(tree: &'a SourceTree, dir: &str) -> impl Iterator<Item = &'a str> {
    let prefix = format!("{dir}/");
    let files = tree.files();
    let start = files.partition_point(|f| *f.path < *prefix);
    files
        .get(start..)
        .unwrap_or(&[])
        .iter()
        .take_while(move |f| f.path.starts_with(&prefix))
        .map(|f| f.name())
}
