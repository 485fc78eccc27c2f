//! Creole and HTML of PlantUML labels, turned into the words a reader sees.

/// Lines of a label, markup removed, empty and ruler lines dropped.
pub(super) fn lines(label: &str) -> Vec<String> {
    broken(label).iter().map(|l| line(l)).filter(|l| !l.is_empty()).collect()
}

/// A label on one line.
pub(super) fn plain(label: &str) -> String {
    lines(label).join(" ")
}

/// Splits at `\n`, `\l`, `\r`, `<br>` and real line ends.
fn broken(label: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut rest = label;
    while let Some(c) = rest.chars().next() {
        let escape = rest.get(..2).filter(|e| matches!(*e, "\\n" | "\\l" | "\\r"));
        let tag = ["<br>", "<br/>", "<br />", "%n()"].iter().find(|t| starts(rest, t));
        if let Some(len) = escape.map(str::len).or(tag.map(|t| t.len())) {
            out.push(String::new());
            rest = &rest[len..];
            continue;
        }
        match c {
            '\n' => out.push(String::new()),
            _ => {
                if let Some(last) = out.last_mut() {
                    last.push(c);
                }
            }
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn starts(text: &str, mark: &str) -> bool {
    text.get(..mark.len()).is_some_and(|t| t.eq_ignore_ascii_case(mark))
}

/// One line: tags, links, icons and emphasis marks removed.
fn line(text: &str) -> String {
    let text = text.trim();
    if text.len() >= 2 && ["--", "==", "..", "__"].iter().any(|r| text.starts_with(r) && text.ends_with(r)) {
        return line(text.trim_matches(['-', '=', '.', '_']));
    }
    let text = text.trim_start_matches(['=', '*', '#']).trim_start();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((shown, len)) = markup(rest) {
            out.push_str(&shown);
            rest = &rest[len..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Markup at the start of `text`: what is shown for it and how long it is.
fn markup(text: &str) -> Option<(String, usize)> {
    if let Some(rest) = text.strip_prefix("[[") {
        let end = rest.find("]]")?;
        let inner = rest[..end].trim();
        let shown =
            inner.rsplit_once('}').or(inner.split_once(char::is_whitespace)).map_or("", |(_, l)| l.trim());
        return Some((shown.to_string(), end + 4));
    }
    if let Some(rest) = text.strip_prefix("<U+").or_else(|| text.strip_prefix("<u+")) {
        let end = rest.find('>')?;
        let c = u32::from_str_radix(rest.get(..end)?, 16).ok().and_then(char::from_u32)?;
        return Some((c.to_string(), end + 4));
    }
    if let Some(rest) = text.strip_prefix('<') {
        let tag = rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '&' | '$' | ':'));
        let end = rest.find(['>', '<']).filter(|i| tag && *i < 80 && rest.as_bytes()[*i] == b'>')?;
        return known_tag(&rest[..end]).then(|| (String::new(), end + 2));
    }
    ["**", "//", "__", "\"\"", "--", "~~"]
        .iter()
        .find(|m| text.starts_with(**m))
        .filter(|m| pairs(text, m))
        .map(|m| (String::new(), m.len()))
        .or_else(|| {
            text.strip_prefix('~')
                .filter(|r| r.starts_with(['*', '/', '_', '-', '"']))
                .map(|_| (String::new(), 1))
        })
}

/// A doubled mark is emphasis when it is not part of an address (`http://`) and not a longer run of the same.
fn pairs(text: &str, mark: &str) -> bool {
    let rest = &text[mark.len()..];
    let longer = rest.chars().next() == mark.chars().next();
    !longer && (mark != "//" && mark != "--" && mark != "~~")
}

fn known_tag(tag: &str) -> bool {
    let name: String = tag.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphabetic()).collect();
    let names = [
        "b", "i", "u", "s", "w", "size", "color", "font", "back", "sub", "sup", "img", "code", "plain",
        "strike", "del",
    ];
    tag.starts_with(['&', '$', ':']) || names.contains(&name.to_ascii_lowercase().as_str())
}

/// Removes one pair of double quotes.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_lose_markup_and_keep_words() {
        assert_eq!(plain(r"<b>Orders</b>\n<size:10>Spring <&cloud> Boot</size>"), "Orders Spring Boot");
        assert_eq!(plain("== Orders\n----\nhttp://x/y <U+0022>a<U+0022>"), "Orders http://x/y \"a\"");
        assert_eq!(plain("**Orders** [[http://x{tip} API]] a < b"), "Orders API a < b");
        assert_eq!(lines("a\\nb"), ["a", "b"]);
    }
}
