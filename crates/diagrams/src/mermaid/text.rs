//! What the reader sees of a label, and how to write a label so that the reader sees exactly that.

/// HTML that is dropped from labels; the second list also ends a line.
const INLINE_TAGS: &[&str] = &[
    "a", "b", "big", "center", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark", "s", "small",
    "span", "strike", "strong", "sub", "sup", "tt", "u",
];
const BLOCK_TAGS: &[&str] = &[
    "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "td", "tr", "ul",
];

/// Named characters, written `&name;` or, as Mermaid has it, `#name;`.
const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("apos", '\''),
    ("bull", '•'),
    ("colon", ':'),
    ("comma", ','),
    ("copy", '©'),
    ("darr", '↓'),
    ("gt", '>'),
    ("harr", '↔'),
    ("hellip", '…'),
    ("infin", '∞'),
    ("larr", '←'),
    ("lbrace", '{'),
    ("lbrack", '['),
    ("lpar", '('),
    ("lt", '<'),
    ("mdash", '—'),
    ("middot", '·'),
    ("nbsp", ' '),
    ("ndash", '–'),
    ("num", '#'),
    ("period", '.'),
    ("quot", '"'),
    ("rarr", '→'),
    ("rbrace", '}'),
    ("rbrack", ']'),
    ("reg", '®'),
    ("rpar", ')'),
    ("semi", ';'),
    ("sol", '/'),
    ("times", '×'),
    ("trade", '™'),
    ("uarr", '↑'),
    ("vert", '|'),
];

/// Prefixes of icon words, which are drawn as pictures.
const ICONS: &[&str] =
    &["fa:fa-", "fab:fa-", "fas:fa-", "far:fa-", "fal:fa-", "fad:fa-", "fak:fa-", "fa-solid:fa-"];

/// The lines of a label as the reader sees them: no markup, no icons, characters decoded, white space single, empty
/// lines dropped.
pub(crate) fn lines_of(raw: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let word_start = out.last().is_none_or(|l| l.is_empty() || l.ends_with(char::is_whitespace));
        if word_start && let Some(icon) = ICONS.iter().find(|i| rest.starts_with(*i)) {
            rest = rest[icon.len()..].trim_start_matches(|c: char| c.is_alphanumeric() || c == '-');
        } else if let Some((breaks, after)) = tag(rest) {
            if breaks {
                out.push(String::new());
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\\n").or_else(|| rest.strip_prefix('\n')) {
            out.push(String::new());
            rest = after;
        } else if let Some((decoded, after)) = entity(rest) {
            out.last_mut().into_iter().for_each(|l| l.push(decoded));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("**") {
            rest = after;
        } else {
            out.last_mut().into_iter().for_each(|l| l.push(c));
            rest = &rest[c.len_utf8()..];
        }
    }
    out.iter().map(|l| one_line(l)).filter(|l| !l.is_empty()).collect()
}

/// The lines of a Markdown label: emphasis and code marks dropped as well.
pub(crate) fn markdown_lines_of(raw: &str) -> Vec<String> {
    let word = |w: &str| w.trim_matches('_').to_string();
    let line = |l: &str| l.split_whitespace().map(word).collect::<Vec<_>>().join(" ");
    let bare: Vec<String> = raw.replace(['`', '*'], "").lines().map(line).collect();
    lines_of(&bare.join("\n"))
}

/// A label in one line.
pub(crate) fn line_of(raw: &str) -> String {
    lines_of(raw).join(" ")
}

/// White space as single spaces, control characters as white space.
pub(crate) fn one_line(text: &str) -> String {
    let spaced = text.replace(|c: char| c.is_control() || is_invisible(c), " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' | '\u{2028}' | '\u{2029}')
}

/// Steps over an HTML tag; true when it ends the line.
fn tag(text: &str) -> Option<(bool, &str)> {
    let inner = text.strip_prefix('<')?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let len = inner.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let name = inner[..len].to_ascii_lowercase();
    let block = BLOCK_TAGS.contains(&name.as_str());
    if !block && !INLINE_TAGS.contains(&name.as_str()) {
        return None;
    }
    let end = inner.bytes().take(TAG_MAX).position(|b| b == b'>')?;
    Some((block, &inner[end + 1..]))
}

/// Longer tags are text: a label is short, and looking further would cost too much on hostile input.
const TAG_MAX: usize = 512;

fn entity(text: &str) -> Option<(char, &str)> {
    let body = text.strip_prefix("&#").or_else(|| text.strip_prefix(['&', '#']))?;
    let end = body.bytes().take(12).position(|b| b == b';')?;
    let name = body.get(..end)?;
    let code = match name.strip_prefix(['x', 'X']).filter(|hex| !hex.is_empty()) {
        Some(hex) if text.starts_with("&#") => u32::from_str_radix(hex, 16).ok(),
        _ if text.starts_with("&") && !text.starts_with("&#") => None,
        _ => name.parse().ok(),
    };
    let named = || ENTITIES.iter().find(|(n, _)| *n == name).map(|(_, c)| *c);
    let decoded = code.and_then(char::from_u32).or_else(named)?;
    Some((decoded, &body[end + 1..]))
}

/// True when a `;` after this text would end `#35;` or `&amp;`.
pub(crate) fn ends_entity(before: &str) -> bool {
    let name = before.bytes().rev().take(10).take_while(u8::is_ascii_alphanumeric).count();
    name > 0 && before[..before.len() - name].ends_with(['#', '&'])
}

/// A label as the content of a quoted string, read back by [`lines_of`] as it was (in one line).
pub(crate) fn escape(label: &str) -> String {
    let label = one_line(label);
    let list_like = label.starts_with(|c: char| c.is_ascii_digit()) || label.starts_with(['-', '+']);
    let mut out = String::with_capacity(label.len());
    for (i, c) in label.chars().enumerate() {
        match c {
            '"' => out.push_str("#quot;"),
            '&' => out.push_str("#amp;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '#' | '\\' | '`' | '*' => out.push_str(&format!("#{};", u32::from(c))),
            // `1. x` and `- x` would be taken for Markdown lists.
            '.' | ')' if list_like && out.bytes().all(|b| b.is_ascii_digit()) => {
                out.push_str(&format!("#{};", u32::from(c)));
            }
            '-' | '+' if i == 0 => out.push_str(&format!("#{};", u32::from(c))),
            ':' if label.contains(":fa-") => out.push_str("#58;"),
            c => out.push(c),
        }
    }
    out
}

/// A word for an identifier made of a label: ASCII letters and digits, joined by `_`; never empty, never a digit first.
pub(crate) fn slug(label: &str) -> String {
    let words: Vec<&str> =
        label.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).take(8).collect();
    let joined = words.join("_").to_ascii_lowercase();
    match joined.chars().next() {
        None => "box".to_string(),
        Some(c) if c.is_ascii_digit() => format!("n{joined}"),
        _ => joined,
    }
}

/// A slug that is no keyword and for which `taken` is false, with a number after it where needed.
pub(crate) fn free_id(label: &str, taken: impl Fn(&str) -> bool) -> String {
    let slug = slug(label);
    let usable = |id: &str| !taken(id) && !KEYWORDS.contains(&id);
    if usable(&slug) {
        return slug;
    }
    (2..).map(|n| format!("{slug}_{n}")).find(|id| usable(id)).unwrap_or(slug)
}

/// Words that mean something to one of Mermaid's grammars.
const KEYWORDS: &[&str] = &[
    "activate",
    "actor",
    "alt",
    "and",
    "as",
    "autonumber",
    "box",
    "break",
    "call",
    "class",
    "classdef",
    "click",
    "create",
    "critical",
    "deactivate",
    "default",
    "destroy",
    "details",
    "direction",
    "else",
    "end",
    "flowchart",
    "graph",
    "group",
    "href",
    "in",
    "interpolate",
    "junction",
    "l",
    "b",
    "t",
    "r",
    "link",
    "links",
    "linkstyle",
    "loop",
    "note",
    "o",
    "opt",
    "option",
    "over",
    "par",
    "participant",
    "properties",
    "rect",
    "service",
    "style",
    "subgraph",
    "title",
    "v",
    "x",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_text_stays() {
        assert_eq!(lines_of("<b>Order</b> Service<br/>Spring&nbsp;Boot"), ["Order Service", "Spring Boot"]);
        assert_eq!(lines_of(r"fa:fa-user Anna\n#35;1 #quot;x#quot; &lt;T&gt;"), ["Anna", "#1 \"x\" <T>"]);
        assert_eq!(lines_of("List<String> a < b & c #nosuch; &#x41;"), ["List<String> a < b & c #nosuch; A"]);
        assert_eq!(markdown_lines_of("**Orders**\n_fast_ `x`"), ["Orders", "fast x"]);
    }
}
