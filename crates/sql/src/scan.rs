//! Uses by keywords, for statements that no parser accepts: fragments, templates of mappers, oddities of dialects.

use crate::names::Uses;
use crate::tokens::{Kind, Token, hole_word};
use undrawn_model::Access;

/// What one statement uses; `None` when it does not look like a statement.
pub fn uses(sql: &str, statement: &[Token]) -> Option<Uses> {
    const VERBS: [&str; 16] = [
        "select", "insert", "update", "delete", "merge", "replace", "truncate", "with", "create", "alter",
        "drop", "call", "exec", "begin", "set", "end",
    ];
    let view = View { sql, tokens: statement };
    let mut scan = Scan { view, uses: Uses::default(), levels: vec![Level::default()], ctes: ctes(&view) };
    let mut at = 0;
    while at < statement.len() {
        at = scan.step(at);
    }
    let starts = VERBS.iter().any(|verb| view.is(0, verb));
    (starts || !scan.uses.is_empty()).then_some(scan.uses)
}

/// Tokens with their text; asking beyond either end is answered no.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The source.
    pub sql: &'a str,
    /// One statement.
    pub tokens: &'a [Token],
}

impl<'a> View<'a> {
    /// True when the token there is this keyword or sign.
    pub fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(self.sql, word))
    }

    /// True when the token before it is one of these.
    pub fn after(&self, at: usize, words: &[&str]) -> bool {
        at.checked_sub(1).is_some_and(|before| words.iter().any(|word| self.is(before, word)))
    }

    /// True when the token there is one of these.
    pub fn is_any(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(at, word))
    }

    /// The dotted name at `at` and where it ends. Adjacent words and holes are one part (`orders_${year}`).
    pub fn name(&self, at: usize) -> Option<(String, usize)> {
        let (mut parts, mut at) = (Vec::new(), at);
        loop {
            let (part, next) = self.part(at)?;
            parts.push(part);
            at = next;
            if !self.is(at, ".") {
                break;
            }
            at += 1;
        }
        let known = parts.last().is_some_and(|part| !is_hole(part));
        parts.retain(|part| !is_hole(part));
        Some((if known { parts.join(".") } else { String::new() }, at))
    }

    fn part(&self, from: usize) -> Option<(String, usize)> {
        let (mut out, mut at) = (String::new(), from);
        while let Some(token) = self.tokens.get(at) {
            let joined = at == from
                || self
                    .tokens
                    .get(at.wrapping_sub(1))
                    .is_some_and(|last| last.range.end == token.range.start);
            match token.kind {
                Kind::Word | Kind::Number if joined && (at > from || token.kind == Kind::Word) => {
                    out.push_str(token.text(self.sql));
                }
                Kind::Quoted if at == from => out.push_str(unquoted(token.text(self.sql))),
                Kind::Hole if joined => out.push_str(&format!("{{{}}}", hole_word(token.text(self.sql)))),
                _ => break,
            }
            at += 1;
        }
        (at > from).then_some((out, at))
    }
}

fn unquoted(text: &str) -> &str {
    let inner = text.strip_prefix(['"', '`', '[']).unwrap_or(text);
    inner.strip_suffix(['"', '`', ']']).unwrap_or(inner)
}

fn is_hole(part: &str) -> bool {
    part.starts_with('{') && part.find('}') == Some(part.len() - 1)
}

/// What is known inside one pair of brackets.
#[derive(Default)]
struct Level {
    /// A verb stands before: `FROM` names tables. Otherwise it is `extract(year from x)`.
    verb: bool,
    /// In the list after `FROM`: a comma brings another table.
    listing: bool,
}

struct Scan<'a> {
    view: View<'a>,
    uses: Uses,
    levels: Vec<Level>,
    ctes: Vec<String>,
}

impl Scan<'_> {
    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// Reads the token at `at`; where to go on.
    fn step(&mut self, at: usize) -> usize {
        const ENDS_LIST: [&str; 12] = [
            "where",
            "group",
            "order",
            "having",
            "on",
            "set",
            "union",
            "limit",
            "values",
            "intersect",
            "except",
            "returning",
        ];
        let view = self.view;
        if view.is(at, "(") {
            self.levels.push(Level::default());
        } else if view.is(at, ")") {
            self.levels.pop();
        } else if view.is_any(at, &["select", "delete"]) {
            *self.level() = Level { verb: true, listing: false };
            if view.is(at, "delete") && !view.after(at, &["on", "then"]) {
                return self.delete(at);
            }
        } else if view.is_any(at, &ENDS_LIST) {
            self.level().listing = false;
            self.level().verb |= view.is(at, "set");
        } else if view.is(at, ",") && self.level().listing {
            return self.read(at + 1);
        } else {
            return self.keyword(at);
        }
        at + 1
    }

    fn keyword(&mut self, at: usize) -> usize {
        let view = self.view;
        let only = |at: usize| at + usize::from(view.is_any(at, &["only", "lateral"]));
        if view.is(at, "from") && self.level().verb && !view.after(at, &["distinct"]) {
            self.level().listing = true;
            return self.read(only(at + 1));
        }
        if view.is(at, "using") && self.level().verb && !view.is(at + 1, "(") {
            return self.read(at + 1);
        }
        if view.is(at, "join") {
            return self.read(only(at + 1));
        }
        if view.is_any(at, &["insert", "replace", "merge"]) {
            self.level().verb |= view.is(at, "merge");
            return self.insert(at);
        }
        if view.is(at, "update") && !view.after(at, &["for", "on", "do", "key", "then"]) {
            return self.update(at);
        }
        if view.is(at, "truncate") {
            return self.add(at + 1 + usize::from(view.is(at + 1, "table")), Access::Write, false);
        }
        if view.is(at, "table")
            && view.after(at, &["create", "alter", "drop", "temporary", "temp", "unlogged"])
        {
            let at = (at + 1..at + 4).find(|i| !view.is_any(*i, &["if", "not", "exists"])).unwrap_or(at + 1);
            return self.add(at, Access::Unknown, false);
        }
        at + 1
    }

    /// A relation that is read: a subquery or a function is none.
    fn read(&mut self, at: usize) -> usize {
        self.add(at, Access::Read, true)
    }

    fn delete(&mut self, at: usize) -> usize {
        let view = self.view;
        let from = at + 1;
        if !view.is(from, "from") {
            return from;
        }
        let name = from + 1 + usize::from(view.is(from + 1, "only"));
        self.level().listing = true;
        self.add(name, Access::Write, false)
    }

    /// `INSERT INTO t`, `INSERT OVERWRITE TABLE t`, `REPLACE INTO t`, `MERGE INTO t`.
    fn insert(&mut self, at: usize) -> usize {
        let view = self.view;
        let into = (at + 1..at + 5).find(|i| view.is(*i, "into") || view.is(*i, "overwrite"));
        let merge = view.is(at, "merge").then_some(at);
        match into.or(merge) {
            Some(into) => self.add(into + 1 + usize::from(view.is(into + 1, "table")), Access::Write, false),
            None => at + 1,
        }
    }

    /// Only with its `SET`: prose says update too.
    fn update(&mut self, at: usize) -> usize {
        const SET_WITHIN: usize = 64;
        let view = self.view;
        let has_set = (at + 2..at + SET_WITHIN).any(|i| view.is(i, "set"));
        if !has_set {
            return at + 1;
        }
        let name = (at + 1..at + 3)
            .find(|i| !view.is_any(*i, &["only", "ignore", "low_priority"]))
            .unwrap_or(at + 1);
        self.add(name, Access::Write, false)
    }

    fn add(&mut self, at: usize, access: Access, may_be_function: bool) -> usize {
        const NO_NAMES: [&str; 8] = ["select", "where", "set", "values", "table", "on", "join", "from"];
        let view = self.view;
        if view.is_any(at, &NO_NAMES) {
            return at;
        }
        let Some((name, end)) = view.name(at) else { return at };
        let is_function = may_be_function && view.is(end, "(");
        let is_cte = self.ctes.iter().any(|cte| cte.eq_ignore_ascii_case(&name));
        if !is_function && !is_cte {
            self.uses.add(&name, access);
        }
        end
    }
}

/// Names given by `WITH name [(columns)] AS (`.
fn ctes(view: &View) -> Vec<String> {
    let mut out = Vec::new();
    if !(0..view.tokens.len()).any(|at| view.is(at, "with")) {
        return out;
    }
    for at in 1..view.tokens.len() {
        let opens = view.is(at, "as")
            && (at + 1..at + 4).any(|i| {
                view.is(i, "(")
                    && view.is_any(i + 1, &["select", "with", "insert", "update", "delete", "values", "("])
            });
        if let (true, Some(name)) = (opens, name_before(view, at)) {
            out.push(name);
        }
    }
    out
}

/// The word before `at`, over a list of columns in brackets.
fn name_before(view: &View, at: usize) -> Option<String> {
    const COLUMNS_MAX: usize = 400;
    let mut before = at.checked_sub(1)?;
    if view.is(before, ")") {
        let floor = before.saturating_sub(COLUMNS_MAX);
        before = (floor..before).rev().find(|i| view.is(*i, "("))?.checked_sub(1)?;
    }
    let introduced = view.after(before, &["with", "recursive", ","]);
    introduced.then(|| view.part(before).map(|(name, _)| name)).flatten()
}
