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
            Syntax::Spring => Placeholders { braces: &Braces::of(text), nesting: 0, at: 0 }.spring(text),
            Syntax::Shell => Placeholders { braces: &Braces::of(text), nesting: 0, at: 0 }.shell(text),
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

/// Which brace closes which, found in one pass: looking ahead from each would be quadratic.
struct Braces(Vec<(usize, usize)>);

impl Braces {
    fn of(text: &str) -> Self {
        let (mut open, mut pairs) = (Vec::new(), Vec::new());
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'{' => open.push(at),
                b'}' => pairs.extend(open.pop().map(|start| (start, at))),
                _ => {}
            }
        }
        pairs.sort_unstable();
        Braces(pairs)
    }

    /// Where the brace that opens at this byte is closed.
    fn closing(&self, open: usize) -> Option<usize> {
        let found = self.0.binary_search_by_key(&open, |(start, _)| *start).ok()?;
        self.0.get(found).map(|(_, end)| *end)
    }
}

/// Parses a part of a text.
struct Placeholders<'a> {
    /// Of the whole text.
    braces: &'a Braces,
    /// How many placeholders are around this part.
    nesting: usize,
    /// Where the part begins in the whole text.
    at: usize,
}

impl Placeholders<'_> {
    /// What stands between the brace that opens at this byte of the part and the one that closes it.
    fn body<'t>(&self, text: &'t str, open: usize) -> Option<&'t str> {
        if self.nesting >= NESTING_MAX || text.as_bytes().get(open) != Some(&b'{') {
            return None;
        }
        let end = self.braces.closing(self.at + open)? - self.at;
        text.get(open + 1..end)
    }

    /// For a part of the part, one level down.
    fn inside(&self, offset: usize) -> Self {
        Placeholders { braces: self.braces, nesting: self.nesting + 1, at: self.at + offset }
    }

    fn spring(&self, text: &str) -> Template {
        let (mut out, mut from) = (Template::default(), 0);
        while let Some(sign) = text[from..].find(['$', '#']).map(|i| from + i) {
            out.push(Part::Text(text[from..sign].to_string()));
            from = sign + 1;
            match self.body(text, from) {
                Some(body) => {
                    out.push(match text.as_bytes()[sign] {
                        b'#' => Part::Hole(body.trim().to_string()),
                        _ => self.spring_key(body, from + 1),
                    });
                    from += body.len() + 2;
                }
                None => out.push(Part::Text(text[sign..from].to_string())),
            }
        }
        out.push(Part::Text(text[from..].to_string()));
        out
    }

    fn spring_key(&self, body: &str, offset: usize) -> Part {
        let (name, default) = match body.split_once(':') {
            Some((name, default)) => (name, Some(self.inside(offset + name.len() + 1).spring(default))),
            None => (body, None),
        };
        Part::Key { name: name.trim().to_string(), default }
    }

    fn shell(&self, text: &str) -> Template {
        let (mut out, mut from) = (Template::default(), 0);
        while let Some(sign) = text[from..].find('$').map(|i| from + i) {
            out.push(Part::Text(text[from..sign].to_string()));
            from = sign + 1;
            if text[from..].starts_with('$') {
                out.push(Part::Text("$".into()));
                from += 1;
            } else if let Some(body) = self.body(text, from) {
                out.push(self.shell_key(body, from + 1));
                from += body.len() + 2;
            } else {
                let len = word_len(&text[from..]);
                out.push(match len {
                    0 => Part::Text("$".into()),
                    _ => Part::Key { name: text[from..from + len].to_string(), default: None },
                });
                from += len;
            }
        }
        out.push(Part::Text(text[from..].to_string()));
        out
    }

    fn shell_key(&self, body: &str, offset: usize) -> Part {
        let len = word_len(body);
        let (name, operator) = body.split_at(len);
        if name.is_empty() {
            return Part::Hole(body.to_string());
        }
        let signs = [":-", "-", ":="].into_iter().find(|signs| operator.starts_with(signs));
        let default =
            signs.map(|signs| self.inside(offset + len + signs.len()).shell(&operator[signs.len()..]));
        Part::Key { name: name.to_string(), default }
    }
}

/// How many bytes of a variable's name a text begins with.
fn word_len(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// Offset of the brace that closes the one before `text`, braces within counted; `None` when it is never closed.
pub fn closing_brace(text: &str) -> Option<usize> {
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
    fn what_never_closes_and_what_nests_without_end_is_read_in_time() {
        for text in ["${".repeat(200_000), format!("{}{}", "${a:".repeat(50_000), "}".repeat(50_000))] {
            for syntax in [Syntax::Spring, Syntax::Shell] {
                assert!(!Template::parse(&text, syntax).parts.is_empty());
            }
        }
        assert_eq!(
            spring("${ ${a} ${b:c}d}"),
            r#"[Key { name: "${a} ${b", default: Some(Template { parts: [Text("c}d")] }) }]"#
        );
    }

    #[test]
    fn shell_placeholders_have_every_operator() {
        let shell = |text: &str| Template::parse(text, Syntax::Shell).to_string();
        assert_eq!(shell("$A/${B}/${C:-x}/${D-y}/${E:?no}"), "${A}/${B}/${C:x}/${D:y}/${E}");
        assert_eq!(shell("cost $$5 ${"), "cost $5 ${");
    }
}
