//! What `COPY` and `ADD` bring into an image: configuration and scripts that belong to it wherever they lie.

use super::Image;
use super::instructions::{Instruction, parts};
use crate::command::base;
use crate::emit::Out;
use undrawn_model::{SourceFile, SourceTree};

/// Files that say that something is built in their folder.
pub(super) const BUILD_FILES: &[&str] = &[
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "package.json",
    "go.mod",
    "Cargo.toml",
    "pyproject.toml",
];

/// Endings of configuration files.
const CONFIGURATION: &[&str] = &[
    ".conf",
    ".cfg",
    ".cnf",
    ".ini",
    ".yml",
    ".yaml",
    ".json",
    ".properties",
    ".xml",
    ".toml",
    ".env",
    ".template",
    ".tmpl",
    ".sql",
    ".js",
    ".sh",
    ".config",
    ".lua",
    ".vcl",
];

/// Says which files of the tree belong to the image, and reads the scripts it runs.
pub(super) fn say(image: &Image<'_>, out: &mut Out) {
    for instruction in image.of_last("COPY").chain(image.of_last("ADD")) {
        let words = image.words(instruction);
        let from = words.iter().find_map(|w| w.text.strip_prefix("--from="));
        let plain: Vec<_> = words.iter().filter(|w| !w.text.starts_with("--") && !w.operator).collect();
        let Some((_, sources)) = plain.split_last() else { continue };
        for source in sources {
            let text = source.text.trim_matches(['[', ']', ',', '"']);
            let path = match from {
                Some(stage) => through_stage(image, stage, text),
                None => Some(text.to_string()),
            };
            if let Some(file) = path.and_then(|p| found(image, &p)) {
                copied(image, file, &source.at, out);
            }
        }
    }
    built(image, out);
}

fn copied(image: &Image<'_>, file: &SourceFile, at: &undrawn_model::Location, out: &mut Out) {
    let name = file.name().to_ascii_lowercase();
    if !CONFIGURATION.iter().any(|e| name.ends_with(e)) || BUILD_FILES.contains(&file.name()) {
        return;
    }
    let folder = image.folder();
    let inside = folder.is_empty() || file.path.starts_with(&format!("{folder}/"));
    if !inside {
        image.owns(file.path.to_string(), at.clone(), out);
    }
    if name.ends_with(".sh") && !is_wait_tool(&name) {
        image.script(file, out);
    }
}

/// Scripts that wait for what they are told to: their own words say nothing.
fn is_wait_tool(name: &str) -> bool {
    name.starts_with("wait") || name.starts_with("dockerize")
}

/// The file of the tree that a source path means. The build's folder is not known here: it is the Dockerfile's own or one
/// above it, the nearest in which the file lies.
fn found<'a>(image: &Image<'a>, source: &str) -> Option<&'a SourceFile> {
    let relative = source.trim_start_matches('/');
    let mut dir = image.file.dir();
    loop {
        if let Some(file) = SourceTree::join(dir, relative).and_then(|p| image.tree.get(&p)) {
            return Some(file);
        }
        if dir.is_empty() {
            return None;
        }
        dir = dir.rfind('/').map_or("", |i| dir.get(..i).unwrap_or(""));
    }
}

/// A path of an earlier stage, as a path of the build's folder: through the stage's own `COPY . /app`.
fn through_stage(image: &Image<'_>, stage: &str, path: &str) -> Option<String> {
    let mut inside = false;
    let mut best: Option<(usize, String)> = None;
    let mut workdir = String::from("/");
    for instruction in &image.instructions {
        match instruction.keyword.as_str() {
            "FROM" => {
                inside = parts(&instruction.text).1.is_some_and(|n| n.eq_ignore_ascii_case(stage));
                workdir = "/".into();
            }
            "WORKDIR" if inside => workdir = absolute(&workdir, instruction.text.trim()),
            "COPY" | "ADD" if inside => {
                if let Some((length, mapped)) = mapped(instruction, &workdir, path)
                    && best.as_ref().is_none_or(|(b, _)| *b < length)
                {
                    best = Some((length, mapped));
                }
            }
            _ => {}
        }
    }
    best.map(|(_, path)| path)
}

/// `COPY src /dst`: the path with `/dst` replaced by `src`, and how long the match was.
fn mapped(instruction: &Instruction, workdir: &str, path: &str) -> Option<(usize, String)> {
    let mut words: Vec<&str> = instruction.text.split_whitespace().collect();
    if words.iter().any(|w| w.starts_with("--from=")) {
        return None;
    }
    words.retain(|w| !w.starts_with("--"));
    let (target, sources) = words.split_last()?;
    let source = sources.first().filter(|_| sources.len() == 1)?;
    let target = absolute(workdir, target);
    let prefix = format!("{}/", target.trim_end_matches('/'));
    let rest = path.strip_prefix(&prefix)?;
    Some((prefix.len(), format!("{}/{rest}", source.trim_end_matches('/'))))
}

fn absolute(workdir: &str, path: &str) -> String {
    let joined = SourceTree::join(workdir.trim_start_matches('/'), path.trim_start_matches('/'));
    match path.starts_with('/') {
        true => path.to_string(),
        false => format!("/{}", joined.unwrap_or_default()),
    }
}

/// `go build ./cmd/web` says which folder of a shared module the image is made of.
fn built(image: &Image<'_>, out: &mut Out) {
    for instruction in image.instructions.iter().filter(|i| i.keyword == "RUN") {
        let words = image.words(instruction);
        for (i, word) in words.iter().enumerate() {
            let go = base(&word.text) == "go"
                && words.get(i + 1).is_some_and(|w| matches!(&*w.text, "build" | "install"));
            let command = words.get(i + 2..).unwrap_or(&[]).iter().take_while(|w| !w.operator);
            for source in command.filter(|w| go && w.text.starts_with("./") && w.text.len() > 2) {
                if let Some(path) = folder(image, &source.text) {
                    image.owns(path, source.at.clone(), out);
                }
            }
        }
    }
}

fn folder(image: &Image<'_>, source: &str) -> Option<String> {
    let mut dir = image.file.dir();
    loop {
        let path = SourceTree::join(dir, source)?;
        let prefix = format!("{path}/");
        let files = image.tree.files();
        let at = files.partition_point(|f| *f.path < *prefix);
        if files.get(at).is_some_and(|f| f.path.starts_with(&prefix)) {
            return Some(path);
        }
        if dir.is_empty() {
            return None;
        }
        dir = dir.rfind('/').map_or("", |i| dir.get(..i).unwrap_or(""));
    }
}
