//! Dockerfiles: what an image is made of, listens at and starts.
//!
//! The last stage counts, with the stages it is built on. Reference:
//! <https://docs.docker.com/reference/dockerfile/>.

mod copies;
mod instructions;

use crate::Reading;
use crate::command::{self, Arg, Context};
use crate::compose::flat_text;
use crate::emit::{Out, is_self};
use crate::{images, yaml};
use instructions::{Instruction, parse};
use std::collections::BTreeMap;
use std::ops::Range;
use undrawn_model::{
    Address, Claim, ComponentClaim, LineIndex, Location, Part, SettingSort, SourceFile, SourceTree, Subject,
    Syntax, Template,
};

/// `Dockerfile`, `Dockerfile.dev`, `web.Dockerfile`, `Containerfile`; not those of development containers, which describe
/// an editor's workplace.
pub(crate) fn wants(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let named = ["dockerfile", "containerfile"].iter().any(|n| {
        let rest = name.strip_prefix(n).or_else(|| name.strip_suffix(n));
        rest.is_some_and(|r| r.is_empty() || r.starts_with(['.', '-', '_']) || r.ends_with(['.', '-', '_']))
    });
    let script = name.ends_with(".sh");
    (named && !name.ends_with(".dockerignore") && !path.split('/').any(|p| p == ".devcontainer")) || script
}

/// Reads all Dockerfiles. Shell scripts are wanted too, and read where an image runs them.
pub(crate) fn read(tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let mut out = Out::default();
    for file in files.iter().filter(|f| !f.name().to_ascii_lowercase().ends_with(".sh")) {
        let image = Image::new(tree, file);
        image.say(&mut out);
    }
    out.finish()
}

/// The product that the image of this Dockerfile runs, when it is a known one and nothing of its own is added.
pub(crate) fn product_of(tree: &SourceTree, path: &str) -> Option<&'static images::Product> {
    let image = Image::new(tree, tree.get(path)?);
    image.product().filter(|_| !image.runs_own_program())
}

struct Image<'a> {
    tree: &'a SourceTree,
    file: &'a SourceFile,
    index: LineIndex,
    instructions: Vec<Instruction>,
    /// Indices of the instructions of the final stage, with those of the stages below it.
    last: Vec<usize>,
    /// Defaults of `ARG` and values of `ENV`.
    variables: BTreeMap<String, Template>,
}

impl<'a> Image<'a> {
    fn new(tree: &'a SourceTree, file: &'a SourceFile) -> Self {
        let instructions = parse(&file.text);
        let last = instructions::final_stage(&instructions);
        let index = LineIndex::new(&file.text);
        let mut image = Image { tree, file, index, instructions, last, variables: BTreeMap::new() };
        let all: Vec<(String, Template)> = image
            .instructions
            .iter()
            .filter(|i| matches!(i.keyword.as_str(), "ARG" | "ENV"))
            .flat_map(|i| image.pairs(i))
            .filter_map(|(key, value, _)| Some((key, Template::parse(&value?, Syntax::Shell))))
            .collect();
        image.variables.extend(all.into_iter().rev());
        image
    }

    fn place(&self, range: Range<usize>) -> Location {
        self.index.location(&self.file.path, &self.file.text, range)
    }

    fn words(&self, instruction: &Instruction) -> Vec<Arg> {
        let start = instruction.span.start;
        command::split(&instruction.text, |r| self.place(r.start + start..r.end + start))
    }

    /// `ENV a=b c=d`, `ENV a b c`, `ARG a=b`, `ARG a`: key, value and its place.
    fn pairs(&self, instruction: &Instruction) -> Vec<(String, Option<String>, Location)> {
        let words = self.words(instruction);
        let Some(first) = words.first() else { return vec![] };
        if !first.text.contains('=') {
            let old_form = instruction.keyword == "ENV";
            let value = instruction.text.trim_start().strip_prefix(&first.text).map(str::trim);
            let value = value.filter(|v| !v.is_empty() && old_form).map(str::to_string);
            let at = words.get(1).unwrap_or(first).at.clone();
            return vec![(first.text.clone(), value, at)];
        }
        let pair = |w: &Arg| {
            let (key, value) = w.text.split_once('=')?;
            let skip = (key.chars().count() + 1) as u32;
            let one_line = w.at.line == w.at.end_line && w.at.column + skip < w.at.end_column;
            let at =
                if one_line { Location { column: w.at.column + skip, ..w.at.clone() } } else { w.at.clone() };
            Some((key.to_string(), Some(value.to_string()), at))
        };
        words.iter().filter_map(pair).collect()
    }

    fn of_last(&self, keyword: &str) -> impl Iterator<Item = &Instruction> {
        let last = self.last.iter().filter_map(|i| self.instructions.get(*i));
        last.filter(move |i| i.keyword == keyword)
    }

    /// A value with the defaults of `ARG` and `ENV` in it.
    fn template(&self, text: &str) -> Template {
        let mut out = Template::default();
        for part in Template::parse(text, Syntax::Shell).parts {
            out.push(match part {
                Part::Key { name, default: None } => {
                    let default = self.variables.get(&name).filter(|v| !v.keys().contains(&name.as_str()));
                    Part::Key { default: default.cloned(), name }
                }
                other => other,
            });
        }
        out
    }

    fn say(&self, out: &mut Out) {
        let subject = Subject::Owner;
        let Some(from) = self.of_last("FROM").next() else { return };
        let at = self.place(from.span.clone());
        out.component(&subject, self.component(), at, format!("image built from {}", from.text.trim()));
        for instruction in self.of_last("ENV") {
            for (key, value, at) in self.pairs(instruction) {
                let value = self.template(&value.unwrap_or_default());
                command::environment(
                    &subject,
                    (&key, value, SettingSort::Image),
                    at.clone(),
                    |_| at.clone(),
                    out,
                );
            }
        }
        for keyword in ["ENTRYPOINT", "CMD"] {
            if let Some(instruction) = self.of_last(keyword).last() {
                command::read(&self.start(instruction), Context { subject: &subject, script: false }, out);
            }
        }
        copies::say(self, out);
    }

    /// The words of `CMD` or `ENTRYPOINT`: a JSON list or a shell text.
    fn start(&self, instruction: &Instruction) -> Vec<Arg> {
        let text = instruction.text.trim();
        if !text.starts_with('[') {
            return self.words(instruction);
        }
        let lead = instruction.text.len() - instruction.text.trim_start().len();
        let start = instruction.span.start + lead;
        let parsed = yaml::parse(&SourceFile::new(self.file.path.clone(), text.as_bytes()));
        let items = parsed.documents.iter().flat_map(yaml::Node::items);
        let word = |n: &yaml::Node| {
            let at = self.place(n.span.start + start..n.span.end + start);
            Some(command::plain(n.as_str()?, at))
        };
        items.filter_map(word).collect()
    }

    fn component(&self) -> ComponentClaim {
        let mut claim = ComponentClaim { dir: Some(self.folder()), ..ComponentClaim::default() };
        for word in self.of_last("EXPOSE").flat_map(|i| self.words(i)) {
            let port = word.text.split('/').next().unwrap_or("");
            let port = Some(self.template(port));
            claim.addresses.push(Address { host: None, port, published_port: None });
        }
        if let Some(product) = self.product().filter(|_| !self.runs_own_program()) {
            claim.kind = Some(product.kind);
            claim.technology = Some(product.technology.clone());
            if claim.addresses.is_empty() {
                let port = |p: &u16| Some(Template::text(p.to_string()));
                let address = |p: &u16| Address { host: None, port: port(p), published_port: None };
                claim.addresses.extend(product.ports.iter().map(address));
            }
        }
        claim
    }

    /// What the undermost image of the final stage is known to run.
    fn product(&self) -> Option<&'static images::Product> {
        let from = self.of_last("FROM").next()?;
        let words = self.words(from);
        let image = words.iter().find(|w| !w.text.starts_with("--"))?;
        images::product(&images::parse(&flat_text(&self.template(&image.text)))?)
    }

    /// A program of its own on top of a product's image: then the image says nothing about what runs.
    fn runs_own_program(&self) -> bool {
        let started = ["ENTRYPOINT", "CMD"].iter().filter_map(|k| self.of_last(k).last());
        let own = |w: &Arg| {
            matches!(
                command::base(&w.text),
                "java" | "node" | "npm" | "python" | "python3" | "dotnet" | "ruby"
            )
        };
        let programs = self.of_last("COPY").chain(self.of_last("ADD")).flat_map(|i| self.words(i));
        started.flat_map(|i| self.start(i)).any(|w| own(&w))
            || programs.into_iter().any(|w| w.text.ends_with(".jar") || w.text.ends_with(".war"))
    }

    /// The folder the image is about: its own, or the module's when it lies in a folder for docker files below one.
    fn folder(&self) -> String {
        let dir = self.file.dir();
        for inner in ["src/main/docker", "src/main/resources/docker", "docker", ".docker"] {
            let Some(above) = dir.strip_suffix(inner).and_then(|d| d.strip_suffix('/')) else { continue };
            if copies::BUILD_FILES.iter().any(|f| self.tree.get(&format!("{above}/{f}")).is_some()) {
                return above.to_string();
            }
        }
        dir.to_string()
    }

    /// Claims about a script that the image runs; it lies in the tree.
    fn script(&self, file: &SourceFile, out: &mut Out) {
        let index = LineIndex::new(&file.text);
        let args = command::split(&file.text, |r| index.location(&file.path, &file.text, r));
        command::read(&args, Context { subject: &Subject::Owner, script: true }, out);
    }

    fn owns(&self, path: String, at: Location, out: &mut Out) {
        if !is_self(&path) {
            let detail = format!("copies {path}");
            out.say(&Subject::Owner, Claim::Owns { path }, at, detail);
        }
    }
}
