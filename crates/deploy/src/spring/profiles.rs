//! When a document or key is active.
//!
//! `spring.config.activate.on-profile` and the older `spring.profiles` take names, lists of names (any of them) and
//! expressions with `!`, `&`, `|` and parentheses:
//! <https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.files.activation-properties>.
//! The result is a list of which any one activates: plain names where possible, else `a & !b` as text.

use super::pairs::{Pairs, canonical};
use std::collections::BTreeMap;

/// More alternatives than this are given as the one text that was written.
const ALTERNATIVES_MAX: usize = 16;

/// Parentheses and negations nested deeper are not taken apart.
const NESTING_MAX: usize = 16;

/// Keys that only say when their document is active.
pub(super) fn is_activation(key: &str) -> bool {
    let key = canonical(key);
    let stem = key.split('[').next().unwrap_or(&key);
    matches!(
        stem,
        "spring.profiles" | "spring.config.activate.onprofile" | "spring.config.activate.oncloudplatform"
    )
}

/// For each document of a file that has a condition, the profiles of which any one activates it.
pub(super) fn of_documents(pairs: &Pairs) -> BTreeMap<usize, Vec<String>> {
    let mut out: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut platforms: BTreeMap<usize, String> = BTreeMap::new();
    for pair in pairs.pairs.iter().filter(|p| is_activation(&p.entry.key)) {
        let value = pair.entry.value.trim();
        if canonical(&pair.entry.key).starts_with("spring.config.activate.oncloudplatform") {
            platforms.insert(pair.document, format!("cloud-platform:{value}"));
        } else if !value.is_empty() {
            out.entry(pair.document).or_default().extend(list(value));
        }
    }
    for (document, platform) in platforms {
        let all = out.entry(document).or_default();
        *all = both(all, &[platform]);
    }
    out
}

/// Names and expressions between commas, any of which is enough.
pub(super) fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|v| !v.is_empty()).flat_map(expression).collect()
}

/// Profiles under which both conditions hold; an empty one always holds.
pub(super) fn both(a: &[String], b: &[String]) -> Vec<String> {
    match (a, b) {
        ([], other) | (other, []) => other.to_vec(),
        _ if a == b => a.to_vec(),
        _ if a.len().saturating_mul(b.len()) > ALTERNATIVES_MAX => b.to_vec(),
        _ => {
            let pairs = a.iter().flat_map(|x| b.iter().map(move |y| (x, y)));
            pairs.map(|(x, y)| if x == y { x.clone() } else { format!("{x} & {y}") }).collect()
        }
    }
}

/// A key's own profiles, Quarkus style: `%dev.server.port`, `%{dev,test}.server.port`
/// (<https://quarkus.io/guides/config-reference#profile-in-the-property-name>), and the key without them.
pub(super) fn of_key(key: &str) -> (Vec<String>, &str) {
    let Some(rest) = key.trim_start_matches('"').strip_prefix('%') else { return (vec![], key) };
    let (names, bare) = match rest.strip_prefix('{').and_then(|r| r.split_once('}')) {
        Some((names, bare)) => (names, bare.trim_start_matches('"').strip_prefix('.')),
        None => match rest.split_once('.') {
            Some((names, bare)) => (names.trim_end_matches('"'), Some(bare)),
            None => return (vec![], key),
        },
    };
    match bare {
        Some(bare) => {
            (names.split(',').map(|n| n.trim().to_string()).filter(|n| !n.is_empty()).collect(), bare)
        }
        None => (vec![], key),
    }
}

/// An expression as alternatives, each a name, `!name`, or several of them joined with ` & `.
fn expression(text: &str) -> Vec<String> {
    let mut parser = Parser { rest: text, nesting: 0 };
    let parsed = parser.any(false).filter(|_| parser.rest.trim().is_empty());
    match parsed {
        Some(alternatives) if alternatives.len() <= ALTERNATIVES_MAX => {
            alternatives.into_iter().map(|all| all.join(" & ")).collect()
        }
        _ => vec![text.to_string()],
    }
}

/// Alternatives, each a list of conditions that must all hold.
type Alternatives = Vec<Vec<String>>;

struct Parser<'a> {
    rest: &'a str,
    nesting: usize,
}

impl<'a> Parser<'a> {
    fn eat(&mut self, sign: char) -> bool {
        let trimmed = self.rest.trim_start();
        match trimmed.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// `a | b`; negated it is an "and" of its negated parts.
    fn any(&mut self, negated: bool) -> Option<Alternatives> {
        let mut out = self.all(negated)?;
        while self.eat('|') {
            let more = self.all(negated)?;
            out = if negated { product(&out, &more)? } else { sum(out, more)? };
        }
        Some(out)
    }

    fn all(&mut self, negated: bool) -> Option<Alternatives> {
        let mut out = self.one(negated)?;
        while self.eat('&') {
            let more = self.one(negated)?;
            out = if negated { sum(out, more)? } else { product(&out, &more)? };
        }
        Some(out)
    }

    fn one(&mut self, negated: bool) -> Option<Alternatives> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return None;
        }
        let out = if self.eat('!') {
            self.one(!negated)?
        } else if self.eat('(') {
            let inner = self.any(negated)?;
            self.eat(')').then_some(inner)?
        } else {
            let name = self.name()?;
            vec![vec![if negated { format!("!{name}") } else { name.to_string() }]]
        };
        self.nesting -= 1;
        Some(out)
    }

    fn name(&mut self) -> Option<&'a str> {
        let trimmed = self.rest.trim_start();
        let len = trimmed.find(['!', '&', '|', '(', ')']).unwrap_or(trimmed.len());
        let (name, rest) = trimmed.split_at(len);
        self.rest = rest;
        Some(name.trim()).filter(|n| !n.is_empty())
    }
}

fn sum(mut a: Alternatives, b: Alternatives) -> Option<Alternatives> {
    a.extend(b);
    (a.len() <= ALTERNATIVES_MAX).then_some(a)
}

fn product(a: &Alternatives, b: &Alternatives) -> Option<Alternatives> {
    if a.len().saturating_mul(b.len()) > ALTERNATIVES_MAX {
        return None;
    }
    Some(a.iter().flat_map(|x| b.iter().map(|y| [x.as_slice(), y].concat())).collect())
}
