//! Commands and shell scripts: the settings and addresses in their words.
//!
//! A small tokenizer, no shell: quotes and operators are understood, expansions become placeholders, and only words
//! whose meaning is certain are read (`-Dk=v`, `--k=v`, wait tools, `curl` and its like).

mod waits;
mod words;

use crate::emit::{self, Out};
use crate::yaml::{Node, Yaml};
use std::collections::BTreeMap;
use std::ops::Range;
use undrawn_model::{
    Claim, DependencyKind, Location, Mode, Need, SettingClaim, SettingSort, Subject, Syntax, Template,
};
use waits::Waiting;

/// Scripts inside words (`sh -c "..."`) are followed this deep.
const NESTING_MAX: usize = 3;

/// One word of a command.
#[derive(Debug, Clone)]
pub(crate) struct Arg {
    /// Without its quotes.
    pub text: String,
    /// Where it is written.
    pub at: Location,
    /// True for `;`, `&&`, `|` and line ends.
    pub operator: bool,
    /// True when it stood in single quotes, where `$` means nothing.
    pub literal: bool,
}

/// What the words of a command mean beyond themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    /// Whom the claims are about.
    pub subject: &'a Subject,
    /// True for a whole script: words there are the script's own, so `--k=v` is nobody's setting unless a Java program
    /// is started.
    pub script: bool,
}

/// Splits a text into words with places: `place` turns a range of the text's bytes into a location.
pub(crate) fn split(text: &str, place: impl Fn(Range<usize>) -> Location) -> Vec<Arg> {
    let args = words::split(text).into_iter();
    args.map(|w| Arg { at: place(w.span), text: w.text, operator: w.operator, literal: w.literal }).collect()
}

/// Words of a YAML value: a list is one word an item, a text is split.
pub(crate) fn of_node(yaml: &Yaml, node: &Node) -> Vec<Arg> {
    if node.is_seq() {
        let items = node.items().iter().filter_map(|item| Some((item, item.as_str()?)));
        return items.map(|(item, text)| plain(text, yaml.location(item))).collect();
    }
    let Some(text) = node.text() else { return vec![] };
    split(text, |range| yaml.location_in(node, range))
}

/// A word that is no operator.
pub(crate) fn plain(text: &str, at: Location) -> Arg {
    Arg { text: text.to_string(), at, operator: false, literal: false }
}

/// Reads a command or script and says what it means.
pub(crate) fn read(args: &[Arg], context: Context<'_>, out: &mut Out) {
    read_nested(args, context, out, 0);
}

fn read_nested(args: &[Arg], context: Context<'_>, out: &mut Out, depth: usize) {
    let mut known = BTreeMap::new();
    let mut in_loop = false;
    for command in args.split(|a| a.operator) {
        let Some(first) = command.first() else { continue };
        match first.text.as_str() {
            "until" | "while" => in_loop = true,
            "done" => in_loop = false,
            _ => assignments(command, &mut known),
        }
        let mut reader = Reader { context, known: &known, in_loop, out };
        reader.command(command);
        if depth < NESTING_MAX {
            for inner in inner_scripts(command) {
                read_nested(&inner, Context { script: true, ..context }, out, depth + 1);
            }
        }
    }
}

/// Scripts given as one word: `sh -c "..."`.
fn inner_scripts(command: &[Arg]) -> Vec<Vec<Arg>> {
    let shell = |a: &Arg| matches!(base(&a.text), "sh" | "bash" | "ash" | "dash" | "zsh" | "busybox");
    let option = |a: &Arg| a.text.starts_with('-') && !a.text.starts_with("--") && a.text.ends_with('c');
    // Further shells on the line (`exec busybox sh -c ...`) are given the same script.
    let after = command.iter().position(shell).map_or(&[][..], |first| &command[first + 1..]);
    let script = after.iter().find(|a| !a.text.starts_with('-') && !shell(a));
    match (script, after.iter().any(option)) {
        (Some(script), true) => vec![split(&script.text, |range| within(script, range))],
        _ => vec![],
    }
}

/// The place of a part of a word, when the word is written as it is read; the whole word otherwise.
fn within(arg: &Arg, range: Range<usize>) -> Location {
    let before = arg.text.get(..range.start).unwrap_or("");
    let part = arg.text.get(range).unwrap_or("");
    let width = arg.at.end_column.saturating_sub(arg.at.column) as usize;
    let chars = arg.text.chars().count();
    if arg.at.line != arg.at.end_line || arg.text.contains('\n') || width < chars || width > chars + 2 {
        return arg.at.clone();
    }
    let quote = u32::from(width == chars + 2);
    let column = arg.at.column + quote + before.chars().count() as u32;
    Location { column, end_column: column + part.chars().count() as u32, ..arg.at.clone() }
}

/// Remembers `NAME=value` in front of commands.
fn assignments(command: &[Arg], known: &mut BTreeMap<String, Template>) {
    let exported =
        command.first().is_some_and(|a| matches!(a.text.as_str(), "export" | "local" | "readonly"));
    for arg in command.iter().skip(usize::from(exported)) {
        match arg.text.split_once('=').filter(|(name, _)| is_variable(name)) {
            Some((name, value)) => {
                let value =
                    if arg.literal { Template::text(value) } else { Template::parse(value, Syntax::Shell) };
                known.insert(name.to_string(), value);
            }
            None => return,
        }
    }
}

fn is_variable(name: &str) -> bool {
    let head = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    head && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The last segment of a path.
pub(crate) fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

struct Reader<'a> {
    context: Context<'a>,
    known: &'a BTreeMap<String, Template>,
    in_loop: bool,
    out: &'a mut Out,
}

impl Reader<'_> {
    fn command(&mut self, command: &[Arg]) {
        let mut at = 0;
        // Once the main program begins, everything after it is its own; before it stand wait tools and wrappers.
        while let Some(arg) = command.get(at) {
            let rest = command.get(at + 1..).unwrap_or(&[]);
            if let Some(waiting) = waits::read(base(&arg.text), rest) {
                let Waiting { addresses, used } = waiting;
                addresses.into_iter().for_each(|(text, at)| self.awaits(&text, at, base(&arg.text)));
                at += 1 + used;
            } else if matches!(base(&arg.text), "curl" | "wget" | "http" | "https") {
                self.requests(rest);
                return;
            } else {
                self.argument(arg, command);
                at += 1;
            }
        }
    }

    /// `-Dk=v` and `--k=v`.
    fn argument(&mut self, arg: &Arg, command: &[Arg]) {
        let java = command.iter().any(|a| base(&a.text) == "java");
        let pair = match arg.text.strip_prefix("-D") {
            Some(pair) if java || !self.context.script => Some(pair),
            _ => arg.text.strip_prefix("--").filter(|_| java || !self.context.script),
        };
        let Some((key, value)) = pair.and_then(|p| p.split_once('=')) else { return };
        if is_key(key) {
            let value = self.template(value, arg.literal);
            self.out.setting(self.context.subject, key, value, SettingSort::Environment, arg.at.clone());
        }
    }

    fn template(&self, text: &str, literal: bool) -> Template {
        if literal { Template::text(text) } else { fill(Template::parse(text, Syntax::Shell), self.known) }
    }

    fn awaits(&mut self, address: &str, at: Location, by: &str) {
        let address = self.template(address, false);
        if names_a_host(&address) {
            let detail = format!("{by} {address}");
            self.out.call(self.context.subject, emit::awaited(address), at, detail);
        }
    }

    /// Addresses given to `curl` and its like: inside a loop it waits for them, elsewhere it asks them.
    fn requests(&mut self, args: &[Arg]) {
        let url = |a: &&Arg| a.text.contains("://") || (a.text.contains('/') && a.text.starts_with('$'));
        for arg in args.iter().filter(url) {
            let address = self.template(&arg.text, arg.literal);
            if !names_a_host(&address) {
                continue;
            }
            let mut call = emit::awaited(address);
            if !self.in_loop {
                call.kind = DependencyKind::Http;
                call.mode = Mode::Sync;
                call.need = Need::Unknown;
            }
            let detail = format!("requests {}", call.address);
            self.out.call(self.context.subject, call, arg.at.clone(), detail);
        }
    }
}

/// Puts a script's own variables in.
fn fill(template: Template, known: &BTreeMap<String, Template>) -> Template {
    let mut out = Template::default();
    for part in template.parts {
        match &part {
            undrawn_model::Part::Key { name, .. } if known.contains_key(name) => {
                known.get(name).cloned().into_iter().for_each(|t| out.append(t));
            }
            _ => out.push(part),
        }
    }
    out
}

/// True when an address says whom it means: a name or a key, not the machine itself and no positional parameter or
/// output of a command.
fn names_a_host(address: &Template) -> bool {
    let text = address.to_string();
    let host = emit::host_of(&text);
    let key = host.starts_with("${") && !host.starts_with("${}");
    !host.is_empty() && !emit::is_self(host) && (key || !host.contains(['$', '{', '"', '\'']))
}

fn is_key(key: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'[' | b']' | b'/');
    key.bytes().next().is_some_and(|b| b.is_ascii_alphabetic()) && key.bytes().all(known)
}

/// Environment variables whose value is a command line of a Java program.
fn holds_arguments(key: &str) -> bool {
    matches!(
        key,
        "JAVA_OPTS"
            | "JAVA_OPTIONS"
            | "JAVA_ARGS"
            | "JAVA_TOOL_OPTIONS"
            | "JDK_JAVA_OPTIONS"
            | "JVM_OPTS"
            | "_JAVA_OPTIONS"
    ) || matches!(
        key,
        "CATALINA_OPTS"
            | "JAVA_OPTS_APPEND"
            | "JAVA_OPT"
            | "JVM_ARGS"
            | "RUN_ARGS"
            | "SPRING_OPTS"
            | "ES_JAVA_OPTS"
    )
}

/// An environment variable: itself, and what its value holds when that is a command line or a JSON document of settings.
/// `place` turns a range of the value's bytes into a location.
pub(crate) fn environment(
    subject: &Subject,
    (key, value, sort): (&str, Template, SettingSort),
    at: Location,
    place: impl Fn(Range<usize>) -> Location,
    out: &mut Out,
) {
    let text = value.to_string();
    out.setting(subject, key, value, sort, at.clone());
    if holds_arguments(key) {
        let unquoted = text.trim().trim_matches(['\'', '"']);
        let offset = text.find(unquoted).unwrap_or(0);
        for arg in split(unquoted, |r| place(r.start + offset..r.end + offset)) {
            let Some((key, value)) = arg.text.strip_prefix("-D").and_then(|p| p.split_once('=')) else {
                continue;
            };
            if is_key(key) {
                out.setting(subject, key, Template::parse(value, Syntax::Spring), sort, arg.at.clone());
            }
        }
    } else if matches!(key, "WAIT_HOSTS" | "SERVICE_PRECONDITION") {
        // Read by small wait programs in the image.
        for address in text.split([',', ' ']).filter(|a| a.contains(':')) {
            let address = Template::parse(address, Syntax::Shell);
            out.call(subject, emit::awaited(address.clone()), at.clone(), format!("{key} {address}"));
        }
    } else if key == "SPRING_APPLICATION_JSON" {
        json_settings(subject, &text, sort, &at, out);
    }
}

/// Flattens a JSON document of settings.
fn json_settings(subject: &Subject, text: &str, sort: SettingSort, at: &Location, out: &mut Out) {
    let parsed = crate::yaml::parse(&undrawn_model::SourceFile::new("", text.as_bytes()));
    for root in &parsed.documents {
        flatten(root, String::new(), &mut |key, value| {
            let claim =
                SettingClaim { key: key.to_string(), value: Template::parse(value, Syntax::Spring), sort };
            out.say(subject, Claim::Setting(claim), at.clone(), format!("{key}={value}"));
        });
    }
}

fn flatten(node: &Node, path: String, say: &mut impl FnMut(&str, &str)) {
    if let Some(text) = node.as_str() {
        return say(&path, text);
    }
    for (i, item) in node.items().iter().enumerate() {
        flatten(item, format!("{path}[{i}]"), say);
    }
    for entry in node.entries() {
        let dot = if path.is_empty() { "" } else { "." };
        flatten(&entry.value, format!("{path}{dot}{}", entry.name()), say);
    }
}
