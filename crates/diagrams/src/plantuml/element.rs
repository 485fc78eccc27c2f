//! Names and declarations of elements, as component, deployment and sequence diagrams write them.

use undrawn_model::ComponentKind;

/// How a name was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A word.
    Bare,
    /// `"text"`.
    Quoted,
    /// `[text]`.
    Component,
    /// `(text)`.
    UseCase,
    /// `() text`.
    Interface,
    /// `:text:`.
    Actor,
}

/// A name as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Its text without marks.
    pub text: String,
    /// How it was marked.
    pub shape: Shape,
    /// With marks, to write it again.
    pub written: String,
}

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declaration {
    /// The keyword, lower case; empty for `[x]`, `(x)`, `:x:` and `() x`.
    pub keyword: String,
    /// The identifier.
    pub id: String,
    /// How to write the identifier in a line.
    pub written: String,
    /// The text shown, markup included.
    pub label: String,
    /// `<<...>>` texts.
    pub stereotypes: Vec<String>,
    /// Shape of the name.
    pub shape: Shape,
    /// It opens a block of members.
    pub opens: bool,
}

/// Keywords of component, deployment and use case diagrams.
pub(super) const KEYWORDS: [&str; 33] = [
    "actor",
    "agent",
    "artifact",
    "boundary",
    "card",
    "circle",
    "cloud",
    "collections",
    "component",
    "control",
    "database",
    "entity",
    "file",
    "folder",
    "frame",
    "hexagon",
    "interface",
    "label",
    "node",
    "package",
    "person",
    "process",
    "queue",
    "rectangle",
    "stack",
    "storage",
    "usecase",
    "action",
    "port",
    "portin",
    "portout",
    "together",
    "system",
];

/// Keywords of sequence diagrams.
pub(super) const PARTICIPANTS: [&str; 9] =
    ["participant", "actor", "boundary", "control", "entity", "database", "collections", "queue", "create"];

/// The kind that a keyword or shape says.
pub(super) fn kind(keyword: &str, shape: Shape) -> Option<ComponentKind> {
    match keyword {
        "actor" | "person" => Some(ComponentKind::User),
        "database" | "storage" => Some(ComponentKind::Database),
        "queue" => Some(ComponentKind::Topic),
        "" if shape == Shape::Actor => Some(ComponentKind::User),
        _ => None,
    }
}

/// The name at the start of `text`, and the bytes it takes.
pub(super) fn token(text: &str) -> Option<(Token, usize)> {
    let marked = |shape: Shape, open: usize, close: &str| -> Option<(Token, usize)> {
        let inner = text.get(open..)?;
        let end = inner.find(close)?;
        let len = open + end + close.len();
        let word = inner[..end].trim();
        (!word.is_empty())
            .then(|| (Token { text: word.to_string(), shape, written: text[..len].to_string() }, len))
    };
    match text.as_bytes().first()? {
        b'"' => marked(Shape::Quoted, 1, "\""),
        b'[' if text.starts_with("[[") => None,
        b'[' => marked(Shape::Component, 1, "]"),
        b'(' if text.starts_with("()") => {
            let rest = text[2..].trim_start();
            let skipped = text.len() - rest.len();
            let (name, len) = token(rest).filter(|(t, _)| matches!(t.shape, Shape::Bare | Shape::Quoted))?;
            let written = text[..skipped + len].to_string();
            Some((Token { text: name.text, shape: Shape::Interface, written }, skipped + len))
        }
        b'(' => marked(Shape::UseCase, 1, ")"),
        b':' => marked(Shape::Actor, 1, ":").filter(|(t, _)| !t.text.contains('"')),
        _ => bare(text),
    }
}

fn bare(text: &str) -> Option<(Token, usize)> {
    let mut chars = text.char_indices().peekable();
    let mut len = 0;
    while let Some((i, c)) = chars.next() {
        let next = text[i + c.len_utf8()..].chars().next();
        let word = |n: Option<char>| n.is_some_and(|n| n.is_alphanumeric() || n == '_');
        if c.is_alphanumeric() || matches!(c, '_' | '@' | '$') || (c == '.' && len > 0 && word(next)) {
            len = i + c.len_utf8();
        } else if c == ':' && len > 0 && next == Some(':') {
            chars.next();
            len = i + 2;
        } else {
            break;
        }
    }
    let written = text[..len].trim_end_matches(':');
    let token = Token { text: written.to_string(), shape: Shape::Bare, written: written.to_string() };
    (!written.is_empty()).then_some((token, written.len()))
}

/// True when `id` can be written as a bare word.
pub(super) fn is_bare(id: &str) -> bool {
    bare(id).is_some_and(|(t, len)| len == id.len() && t.text == id)
}

/// A declaration that is the whole of `text`; `keywords` are those of the diagram.
pub(super) fn declaration(text: &str, keywords: &[&str]) -> Option<Declaration> {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric()).collect();
    let lower = word.to_ascii_lowercase();
    let known = keywords.contains(&lower.as_str());
    let (keyword, rest) =
        if known { (lower, text[word.len()..].trim_start_matches('/')) } else { (String::new(), text) };
    let spaced = rest.starts_with(char::is_whitespace) || rest.starts_with(['[', '(', '"', ':']);
    let rest = rest.trim_start();
    let (first, len) = match token(rest) {
        Some(found) => found,
        // `rectangle {` and `together {`
        None if known && rest.trim() == "{" => return Some(nameless(keyword)),
        None => return None,
    };
    if known && !spaced || !known && matches!(first.shape, Shape::Bare | Shape::Quoted) {
        return None;
    }
    let mut rest = rest[len..].trim_start();
    let mut stereotypes = vec![];
    while let Some((inner, after)) = rest.strip_prefix("<<").and_then(|r| r.split_once(">>")) {
        stereotypes.push(inner.trim().to_string());
        rest = after.trim_start();
    }
    let mut alias = None;
    if let Some(after) = strip_word(rest, "as") {
        let (second, len) = token(after.trim_start())?;
        alias = Some(second);
        rest = after.trim_start()[len..].trim_start();
    }
    let (id, label) = match alias {
        Some(second) if second.shape == Shape::Quoted && first.shape != Shape::Quoted => {
            (first.clone(), second.text)
        }
        Some(second) => (second, first.text.clone()),
        None => (first.clone(), first.text.clone()),
    };
    let mut declaration = Declaration {
        keyword,
        written: written(&id, &first),
        id: id.text,
        label,
        stereotypes,
        shape: first.shape,
        opens: false,
    };
    suffixes(rest, &mut declaration).then_some(declaration)
}

/// How a line refers to a declared element: an alias is a word, `[x]` stays `[x]`.
fn written(id: &Token, first: &Token) -> String {
    match id.shape {
        Shape::Quoted if is_bare(&id.text) => id.text.clone(),
        Shape::Bare | Shape::Quoted => id.written.clone(),
        _ if id.text == first.text || is_bare(&id.text) => match is_bare(&id.text) {
            true => id.text.clone(),
            false => id.written.clone(),
        },
        _ => id.written.clone(),
    }
}

fn nameless(keyword: String) -> Declaration {
    let shape = Shape::Bare;
    let (id, written, label) = (String::new(), String::new(), String::new());
    Declaration { keyword, id, written, label, stereotypes: vec![], shape, opens: true }
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.get(..word.len()).filter(|h| h.eq_ignore_ascii_case(word))?;
    let rest = &text[head.len()..];
    rest.starts_with([' ', '\t', '"', '[', '(', ':']).then_some(rest)
}

/// Stereotypes, links, colours, tags, order and the opening brace. False when something else follows.
fn suffixes(mut rest: &str, out: &mut Declaration) -> bool {
    loop {
        rest = rest.trim_start();
        let cut = |close: &str| rest.find(close).map(|i| i + close.len());
        let len = if rest.is_empty() {
            return true;
        } else if rest.starts_with("<<") {
            let Some(len) = cut(">>") else { return false };
            out.stereotypes.push(rest[2..len - 2].trim().to_string());
            len
        } else if rest.starts_with("[[") {
            match cut("]]") {
                Some(len) => len,
                None => return false,
            }
        } else if rest.starts_with('[') {
            let Some(len) = rest.rfind(']').map(|i| i + 1) else { return false };
            out.label = rest[1..len - 1].trim().to_string();
            len
        } else if rest.starts_with(['#', '$']) {
            rest.find([' ', '\t', '{']).unwrap_or(rest.len())
        } else if let Some(after) = strip_word(rest, "order") {
            let digits = after.trim_start();
            rest.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').len()
        } else if rest.starts_with("{}") || rest.starts_with("{ }") {
            rest.find('}').map_or(rest.len(), |i| i + 1)
        } else if rest.trim_end() == "{" {
            out.opens = true;
            return true;
        } else {
            return false;
        };
        rest = rest.get(len..).unwrap_or("");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match declaration(text, &KEYWORDS) {
            None => "none".into(),
            Some(d) => format!("{} {} {:?} {:?} {}", d.keyword, d.id, d.label, d.stereotypes, d.opens),
        }
    }

    #[test]
    fn declarations_have_many_spellings() {
        assert_eq!(
            show("component \"Long name\" as A <<x>> #red"),
            "component A \"Long name\" [\"x\"] false"
        );
        assert_eq!(show("rectangle \"==A\" <<P>> as 1.a"), "rectangle 1.a \"==A\" [\"P\"] false");
        assert_eq!(show("component A as \"Long\""), "component A \"Long\" [] false");
        assert_eq!(show("[First one] as f"), " f \"First one\" [] false");
        assert_eq!(show("() \"Data Access\" as DA"), " DA \"Data Access\" [] false");
        assert_eq!(show("node \"Tomcat\" as t #line:green {"), "node t \"Tomcat\" [] true");
        assert_eq!(show("database db [\nMain\nstore\n]"), "database db \"Main\\nstore\" [] false");
        assert_eq!(show(":User: as u"), " u \"User\" [] false");
        assert_eq!(show("database --> x"), "none");
        assert_eq!(show("a"), "none");
    }
}
