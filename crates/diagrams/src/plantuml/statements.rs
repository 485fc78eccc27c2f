//! A block cut into statements: comments, notes, legends, styles and the preprocessor are taken out on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// One statement.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    /// Its words, comments removed, variables put in, lines that belong together joined.
    pub text: String,
    /// Its bytes in the file, without indentation and line end.
    pub range: Range<usize>,
    /// Stands between `!if` and `!endif`, or in another part that may not be drawn.
    pub guarded: bool,
    /// Calls a procedure or macro that the diagram defines itself.
    pub expands: bool,
}

/// What a block consists of.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// In order.
    pub statements: Vec<Statement>,
    /// Comments with their bytes, marks removed.
    pub comments: Vec<(String, Range<usize>)>,
    /// Text of `title`.
    pub title: Option<String>,
    /// A block comment is never closed.
    pub cut: bool,
}

/// Statements longer than this after putting variables in are left as they are written.
const EXPANDED_MAX: usize = 8192;
/// More lines than this are never joined to one statement.
const JOINED_MAX: usize = 60;

/// Splits the bytes `body` of a file's text.
pub(super) fn split(text: &str, body: Range<usize>) -> Split {
    let mut split = Split::default();
    let clean = without_block_comments(&text[body.clone()], body.start, &mut split);
    let mut at = body.start;
    let lines: Vec<(&str, usize)> = clean
        .split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            (line, start)
        })
        .collect();
    Splitter {
        lines,
        at: 0,
        guards: 0,
        split,
        names: Names::default(),
        absent: BTreeSet::new(),
        no_bracket_before: 0,
    }
    .run()
}

/// The text with `/' ... '/` turned into spaces of the same length.
fn without_block_comments(text: &str, base: usize, split: &mut Split) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("/'") {
        let Some(len) = rest[start + 2..].find("'/") else {
            split.cut = rest[..start].ends_with('\n') || rest[..start].is_empty();
            break;
        };
        let end = start + 2 + len + 2;
        out.push_str(&rest[..start]);
        let from = base + out.len();
        split.comments.push((rest[start + 2..end - 2].to_string(), from..from + end - start));
        out.extend(rest.as_bytes()[start..end].iter().map(|b| if *b == b'\n' { '\n' } else { ' ' }));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[derive(Default)]
struct Names {
    variables: BTreeMap<String, String>,
    macros: BTreeSet<String>,
}

struct Splitter<'a> {
    lines: Vec<(&'a str, usize)>,
    at: usize,
    guards: usize,
    split: Split,
    names: Names,
    /// Closing words that do not occur any more, so that nobody looks for them twice.
    absent: BTreeSet<&'static str>,
    /// No line before this one, from where statements are read, ends a description in brackets.
    no_bracket_before: usize,
}

impl Splitter<'_> {
    fn run(mut self) -> Split {
        while let Some((line, start)) = self.lines.get(self.at).copied() {
            let lead = line.len() - line.trim_start().len();
            let bare = line.trim().trim_start_matches('\u{feff}');
            let range = start + lead..start + lead + line.trim().len();
            self.at += 1;
            if bare.is_empty() {
            } else if let Some(comment) = bare.strip_prefix('\'') {
                self.split.comments.push((comment.to_string(), range));
            } else if bare.starts_with('!') {
                self.directive(bare, range);
            } else if !self.skipped(bare) {
                self.statement(bare, range);
            }
        }
        self.split
    }

    fn statement(&mut self, bare: &str, mut range: Range<usize>) {
        let mut text = bare.to_string();
        if opens_description(bare) && self.bracket_near() {
            self.join(&mut text, &mut range, closes_description, "\n");
        } else if let Some(mut state) = open_call(bare) {
            self.join(&mut text, &mut range, |line| !state.read(line), " ");
        }
        while text.ends_with('\\') && !text.ends_with("\\\\") && text.len() < EXPANDED_MAX {
            let before = text.len();
            text.pop();
            self.join(&mut text, &mut range, |_| true, " ");
            if text.len() < before {
                break;
            }
        }
        let text = self.substituted(text);
        let head: String =
            text.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).collect();
        let expands = self.names.macros.contains(&head) && text[head.len()..].trim_start().starts_with('(');
        let guarded = self.guards > 0;
        self.split.statements.push(Statement { text, range, guarded, expands });
    }

    /// True when a description that begins here ends within the lines that may be joined. Lines in which no end was
    /// found are not searched again.
    fn bracket_near(&mut self) -> bool {
        let end = (self.at + JOINED_MAX).min(self.lines.len());
        let from = self.at.max(self.no_bracket_before.min(end));
        let found = self.lines[from..end].iter().any(|(line, _)| closes_description(line.trim()));
        if !found {
            self.no_bracket_before = end;
        }
        found
    }

    /// Appends following lines until `last` is true of one (and the text so far); nothing when none is near.
    fn join(
        &mut self,
        text: &mut String,
        range: &mut Range<usize>,
        mut last: impl FnMut(&str) -> bool,
        with: &str,
    ) {
        let length = text.len();
        for (n, (line, start)) in self.lines.iter().skip(self.at).take(JOINED_MAX).enumerate() {
            let bare = line.trim();
            text.push_str(with);
            text.push_str(bare);
            if last(bare) {
                range.end = start + (line.len() - line.trim_start().len()) + bare.len();
                self.at += n + 1;
                return;
            }
            if text.len() > length + EXPANDED_MAX {
                break;
            }
        }
        text.truncate(length);
    }

    /// True when a line ahead satisfies `found`; `word` names the question.
    fn ahead(&mut self, word: &'static str, found: impl Fn(&str) -> bool) -> bool {
        if self.absent.contains(word) {
            return false;
        }
        let yes = self.lines[self.at.min(self.lines.len())..].iter().any(|(l, _)| found(l.trim()));
        if !yes {
            self.absent.insert(word);
        }
        yes
    }

    /// Skips up to and including the line that satisfies `found`, if there is one.
    fn skip_to(&mut self, word: &'static str, found: impl Fn(&str) -> bool) {
        if self.ahead(word, &found) {
            while let Some((line, _)) = self.lines.get(self.at) {
                self.at += 1;
                if found(line.trim()) {
                    return;
                }
            }
        }
    }

    /// Skips a block in braces whose opening line has been read.
    fn skip_braces(&mut self) {
        let mut depth = 1usize;
        while let Some((line, _)) = self.lines.get(self.at) {
            self.at += 1;
            let bare = line.trim();
            depth += usize::from(bare.ends_with('{'));
            if bare.starts_with('}') {
                depth -= 1;
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn directive(&mut self, bare: &str, range: Range<usize>) {
        let word = bare.split([' ', '\t', '(']).next().unwrap_or("").to_ascii_lowercase();
        match word.as_str() {
            "!if" | "!ifdef" | "!ifndef" | "!while" | "!foreach" => self.guards += 1,
            "!endif" | "!endwhile" | "!endfor" => self.guards = self.guards.saturating_sub(1),
            "!procedure" | "!unquoted" | "!final" | "!function" | "!definelong" => {
                self.definition(bare, &word)
            }
            "!define" => self.define(bare),
            "!include" | "!includeurl" | "!include_many" | "!include_once" | "!includesub" | "!import" => {
                let text = bare.to_string();
                let guarded = self.guards > 0;
                self.split.statements.push(Statement { text, range, guarded, expands: false });
            }
            _ => self.assignment(bare),
        }
    }

    fn definition(&mut self, bare: &str, word: &str) {
        let header = bare.split('(').next().unwrap_or("");
        if let Some(name) = header.split_whitespace().last() {
            self.names.macros.insert(name.to_string());
        }
        let lower = bare.to_ascii_lowercase();
        if lower.contains("function") && lower.contains("!return") || lower.contains(" return ") {
            return;
        }
        match word {
            "!definelong" => self.skip_to("!enddefinelong", |l| l.eq_ignore_ascii_case("!enddefinelong")),
            _ if lower.contains("function") => self.skip_to("!endfunction", |l| starts(l, "!endfunction")),
            _ => self.skip_to("!endprocedure", |l| starts(l, "!endprocedure")),
        }
    }

    fn define(&mut self, bare: &str) {
        let rest = bare.get("!define".len()..).unwrap_or("").trim();
        let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        match name.split_once('(') {
            Some((name, _)) => {
                self.names.macros.insert(name.to_string());
            }
            None => self.remember(name, value),
        }
    }

    fn assignment(&mut self, bare: &str) {
        let rest = bare.trim_start_matches('!').trim_start();
        let rest = rest.strip_prefix("global ").or(rest.strip_prefix("local ")).unwrap_or(rest).trim();
        if let Some((name, value)) = rest.split_once('=')
            && name.starts_with('$')
        {
            self.remember(name.trim().trim_end_matches('?'), super::text::unquoted(value));
        }
    }

    fn remember(&mut self, name: &str, value: &str) {
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
        if plain && value.len() <= 256 && self.names.variables.len() < 200 {
            self.names.variables.insert(name.to_string(), super::text::unquoted(value).to_string());
        }
    }

    /// Puts the values of variables in the place of their names, once, whole words only.
    fn substituted(&self, text: String) -> String {
        if self.names.variables.is_empty() || text.len() > EXPANDED_MAX {
            return text;
        }
        let mut out = String::with_capacity(text.len());
        let mut word = String::new();
        for c in text.chars().chain(['\0']) {
            if c.is_alphanumeric() || c == '_' || (c == '$' && word.is_empty()) {
                word.push(c);
                continue;
            }
            out.push_str(self.names.variables.get(&word).unwrap_or(&word));
            word.clear();
            match c {
                '\0' => {}
                '$' => word.push(c),
                _ => out.push(c),
            }
        }
        if out.len() > EXPANDED_MAX { text } else { out }
    }

    /// True when the line begins something that is not part of the structure; the whole of it is then passed over.
    fn skipped(&mut self, bare: &str) -> bool {
        let word: String = bare.chars().take_while(|c| c.is_alphanumeric() || *c == '<').collect();
        let rest = bare[word.len()..].trim();
        match word.to_ascii_lowercase().as_str() {
            "note" | "hnote" | "rnote" => self.note(rest),
            "legend" => self.skip_to("endlegend", |l| ends(l, "legend")),
            "header" | "footer" if rest.is_empty() => {
                self.skip_to("endheader", |l| ends(l, "header") || ends(l, "footer"));
            }
            "center" | "left" | "right" if ["header", "footer"].contains(&rest) => {
                self.skip_to("endheader", |l| ends(l, "header") || ends(l, "footer"));
            }
            "title" => self.title(rest),
            "ref" if starts(rest, "over") && !rest.contains(':') => {
                self.skip_to("end ref", |l| ends(l, "ref"));
            }
            "skinparam" | "skinparamlocked" | "sprite" | "json" | "yaml" if bare.ends_with('{') => {
                self.skip_braces();
            }
            "<style" => self.skip_to("</style>", |l| starts(l, "</style")),
            "skinparam" | "skinparamlocked" | "sprite" | "hide" | "show" | "scale" | "skin" | "caption"
            | "header" | "footer" | "mainframe" | "newpage" | "remove" | "restore" | "set" | "rank" => {
                // A box may be called so too: `scale --> x` is a line.
                return !rest.starts_with(['-', '.', '<', '=']);
            }
            "allowmixing" | "allow" | "autonumber" if !rest.starts_with(['-', '.']) => {
                return !word.eq_ignore_ascii_case("autonumber");
            }
            "end" if ["note", "legend", "title", "header", "footer"].iter().any(|w| starts(rest, w)) => {}
            "endnote" | "endlegend" | "endtitle" => {}
            _ => return false,
        }
        true
    }

    fn note(&mut self, rest: &str) {
        let single = rest.contains(':') || (rest.starts_with('"') && rest.contains(" as "));
        if let Some((_, name)) = rest.rsplit_once(" as ").or(rest.strip_prefix("as ").map(|n| ("", n))) {
            let name = name.split([' ', '#', '\t']).next().unwrap_or("");
            self.names_note(name);
        }
        if rest.ends_with('{') {
            self.skip_braces();
        } else if !single {
            self.skip_to("end note", |l| ends(l, "note") || ends(l, "hnote") || ends(l, "rnote"));
        }
    }

    fn names_note(&mut self, name: &str) {
        let at = self.lines.get(self.at.saturating_sub(1)).map_or(0, |(_, start)| *start);
        let text = format!("note as {name}");
        self.split.statements.push(Statement { text, range: at..at, guarded: true, expands: false });
    }

    fn title(&mut self, rest: &str) {
        if !rest.is_empty() {
            self.split.title.get_or_insert_with(|| super::text::unquoted(rest).to_string());
            return;
        }
        let from = self.at;
        self.skip_to("end title", |l| ends(l, "title"));
        let lines = self.lines.get(from..self.at.saturating_sub(1)).unwrap_or(&[]);
        let text: Vec<&str> = lines.iter().map(|(l, _)| l.trim()).collect();
        self.split.title.get_or_insert_with(|| text.join("\n"));
    }
}

/// True for `end WORD` and `endWORD`.
fn ends(line: &str, word: &str) -> bool {
    let Some(rest) = line.get(..3).filter(|e| e.eq_ignore_ascii_case("end")).map(|_| line[3..].trim_start())
    else {
        return false;
    };
    starts(rest, word)
}

fn starts(text: &str, mark: &str) -> bool {
    text.get(..mark.len()).is_some_and(|t| t.eq_ignore_ascii_case(mark))
}

/// `node orders [`: a description in brackets follows on the next lines.
fn opens_description(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or("");
    let open = text.rfind('[').filter(|i| !text[*i..].contains(']'));
    open.is_some_and(|i| i > 0)
        && word.chars().all(char::is_alphabetic)
        && !text.contains("--")
        && !text.contains("->")
}

/// The line ends a description in brackets.
fn closes_description(line: &str) -> bool {
    line.ends_with(']') || line.contains("] ")
}

/// Brackets and quotes of a call that are still open.
struct OpenCall {
    depth: i32,
    quoted: bool,
}

impl OpenCall {
    /// True while a bracket is open after this text.
    fn read(&mut self, text: &str) -> bool {
        for c in text.chars() {
            match c {
                '"' => self.quoted = !self.quoted,
                '(' if !self.quoted => self.depth += 1,
                ')' if !self.quoted => self.depth -= 1,
                _ => {}
            }
        }
        self.depth > 0
    }
}

/// `Container(a, "b",`: a call whose closing bracket is on a later line.
fn open_call(text: &str) -> Option<OpenCall> {
    let name = text.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    let mut state = OpenCall { depth: 0, quoted: false };
    (name > 0 && text[name..].starts_with('(') && state.read(text)).then_some(state)
}
