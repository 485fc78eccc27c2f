//! Values that are known in part: what code and configuration say before anybody has resolved it.

use serde::{Deserialize, Serialize};

/// A string with holes, such as `http://${USER_HOST:user-service}/users/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Template {
    /// In order; adjacent texts are joined.
    pub parts: Vec<Part>,
}

/// One piece of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Part {
    /// Known text.
    Text(String),
    /// A configuration key or environment variable, with the default written beside it. Which of the two it is, only
    /// the whole system's settings can say: `graph` looks it up under every spelling.
    Key {
        /// As written: `payment.url`, `PAYMENT_URL`.
        name: String,
        /// What stands after `:` or `:-`.
        default: Option<Template>,
    },
    /// Unknown text, with a word for what it is (`userId`, `#{...}`).
    Hole(String),
}

/// How placeholders are written in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// `${key}` and `${key:default}`, nested; `#{...}` is an expression and becomes a hole.
    Spring,
    /// `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`; `$$` is a dollar.
    Shell,
    /// No placeholders.
    Plain,
}

impl Template {
    /// A template of known text.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Template { parts: if text.is_empty() { vec![] } else { vec![Part::Text(text)] } }
    }

    /// A template of one key.
    pub fn key(name: impl Into<String>, default: Option<Template>) -> Self {
        Template { parts: vec![Part::Key { name: name.into(), default }] }
    }

    /// A template of which nothing is known.
    pub fn hole(word: impl Into<String>) -> Self {
        Template { parts: vec![Part::Hole(word.into())] }
    }

    /// Appends a part, joining texts.
    pub fn push(&mut self, part: Part) {
        match (self.parts.last_mut(), part) {
            (_, Part::Text(new)) if new.is_empty() => {}
            (Some(Part::Text(last)), Part::Text(new)) => last.push_str(&new),
            (_, part) => self.parts.push(part),
        }
    }

    /// Appends another template.
    pub fn append(&mut self, other: Template) {
        for part in other.parts {
            self.push(part);
        }
    }

    /// The text, when all of it is known.
    pub fn as_text(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// True when nothing but holes is in it.
    pub fn is_unknown(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|p| matches!(p, Part::Hole(_)))
    }

    /// Parses placeholders. Never fails: what is not closed is text.
    pub fn parse(text: &str, syntax: Syntax) -> Self {
        match syntax {
            Syntax::Plain => Template::text(text),
            Syntax::Spring => parse_spring(text, 0),
            Syntax::Shell => parse_shell(text, 0),
        }
    }

    /// Names of the keys in it, defaults included.
    pub fn keys(&self) -> Vec<&str> {
        let mut out = Vec::new();
        for part in &self.parts {
            if let Part::Key { name, default } = part {
                out.push(name.as_str());
                if let Some(default) = default {
                    out.extend(default.keys());
                }
            }
        }
        out
    }
}

impl std::fmt::Display for Template {
    /// As a reader would write it: keys as `${name:default}`, holes as `{word}`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in &self.parts {
            match part {
                Part::Text(text) => f.write_str(text)?,
                Part::Key { name, default: None } => write!(f, "${{{name}}}")?,
                Part::Key { name, default: Some(default) } => write!(f, "${{{name}:{default}}}")?,
                Part::Hole(word) => write!(f, "{{{word}}}")?,
            }
        }
        Ok(())
    }
}

/// Nesting of `${a:${b:...}}` beyond this is text.
const NESTING_MAX: usize = 16;

/// Length of the text up to the brace that closes the one before `text`; `None` when it never closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(i),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn parse_spring(text: &str, nesting: usize) -> Template {
    let mut out = Template::default();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '#']) {
        let (before, tail) = rest.split_at(at);
        out.push(Part::Text(before.to_string()));
        let body = tail.get(1..).filter(|t| t.starts_with('{') && nesting < NESTING_MAX).map(|t| &t[1..]);
        match body.and_then(|body| closing(body).map(|end| (body, end))) {
            Some((body, end)) => {
                let inner = &body[..end];
                out.push(if tail.starts_with('#') {
                    Part::Hole(inner.trim().to_string())
                } else {
                    spring_key(inner, nesting)
                });
                rest = &body[end + 1..];
            }
            None => {
                out.push(Part::Text(tail[..1].to_string()));
                rest = &tail[1..];
            }
        }
    }
    out.push(Part::Text(rest.to_string()));
    out
}

fn spring_key(inner: &str, nesting: usize) -> Part {
    match inner.split_once(':') {
        Some((name, default)) => {
            Part::Key { name: name.trim().to_string(), default: Some(parse_spring(default, nesting + 1)) }
        }
        None => Part::Key { name: inner.trim().to_string(), default: None },
    }
}

fn parse_shell(text: &str, nesting: usize) -> Template {
    let mut out = Template::default();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push(Part::Text(rest[..at].to_string()));
        let tail = &rest[at + 1..];
        rest = if let Some(after) = tail.strip_prefix('$') {
            out.push(Part::Text("$".into()));
            after
        } else if let Some(body) = tail.strip_prefix('{').filter(|_| nesting < NESTING_MAX)
            && let Some(end) = closing(body)
        {
            out.push(shell_key(&body[..end], nesting));
            &body[end + 1..]
        } else {
            let len = tail.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            match len {
                0 => out.push(Part::Text("$".into())),
                _ => out.push(Part::Key { name: tail[..len].to_string(), default: None }),
            }
            &tail[len..]
        };
    }
    out.push(Part::Text(rest.to_string()));
    out
}

fn shell_key(inner: &str, nesting: usize) -> Part {
    let len = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let (name, operator) = inner.split_at(len);
    if name.is_empty() {
        return Part::Hole(inner.to_string());
    }
    let default = operator
        .strip_prefix(":-")
        .or_else(|| operator.strip_prefix('-'))
        .or_else(|| operator.strip_prefix(":="))
        .map(|default| parse_shell(default, nesting + 1));
    Part::Key { name: name.to_string(), default }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spring(text: &str) -> String {
        format!("{:?}", Template::parse(text, Syntax::Spring).parts)
    }

    #[test]
    fn spring_placeholders_nest_and_never_fail() {
        assert_eq!(
            spring("http://${a.host:${H:db}}:5/x"),
            r#"[Text("http://"), Key { name: "a.host", default: Some(Template { parts: [Key { name: "H", default: Some(Template { parts: [Text("db")] }) }] }) }, Text(":5/x")]"#
        );
        assert_eq!(spring("${open"), r#"[Text("${open")]"#);
        assert_eq!(spring("#{1+1}$"), r#"[Hole("1+1"), Text("$")]"#);
        assert_eq!(spring(""), "[]");
    }

    #[test]
    fn shell_placeholders_have_every_operator() {
        let shell = |text: &str| Template::parse(text, Syntax::Shell).to_string();
        assert_eq!(shell("$A/${B}/${C:-x}/${D-y}/${E:?no}"), "${A}/${B}/${C:x}/${D:y}/${E}");
        assert_eq!(shell("cost $$5 ${"), "cost $5 ${");
    }
}
