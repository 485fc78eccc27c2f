//! From a written value to what is known of it.

use crate::maven::Build;
use undrawn_model::{Part, Syntax, Template};

/// Details longer than this are cut.
const DETAIL_MAX: usize = 120;

/// A value with its placeholders: `${key:default}`, and `@name@`, which Maven replaces while it copies resources
/// (<https://docs.spring.io/spring-boot/how-to/properties-and-configuration.html#howto.properties-and-configuration.expand-properties.maven>).
/// `module` is the Maven module the file is copied in.
pub(super) fn template(text: &str, build: &Build, module: Option<usize>) -> Template {
    let property = |name: &str| module.and_then(|m| build.property(m, name));
    let mut out = Template::default();
    let mut rest = text;
    while let Some((before, name, after)) = next_filtered(rest) {
        match property(name) {
            Some(value) => out.push(Part::Text(format!("{before}{value}"))),
            None if name.contains('.') => {
                out.push(Part::Text(before.to_string()));
                out.push(Part::Hole(name.to_string()));
            }
            // `user@host@x` is no placeholder: what is no known property and has no dot stays as it is.
            None => out.push(Part::Text(format!("{before}@{name}@"))),
        }
        rest = after;
    }
    out.push(Part::Text(rest.to_string()));
    known_keys(parse_texts(out), &property)
}

/// The first `@name@`: what is before it, the name, what is after it.
fn next_filtered(text: &str) -> Option<(&str, &str, &str)> {
    let (mut from, is_name) = (0, |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    loop {
        let open = from + text.get(from..)?.find('@')?;
        let tail = &text[open + 1..];
        let len = tail.find(|c| !is_name(c))?;
        if len > 0 && tail[len..].starts_with('@') {
            return Some((&text[..open], &tail[..len], &tail[len + 1..]));
        }
        from = open + 1 + len;
    }
}

fn parse_texts(template: Template) -> Template {
    let mut out = Template::default();
    for part in template.parts {
        match part {
            Part::Text(text) => out.append(Template::parse(&text, Syntax::Spring)),
            other => out.push(other),
        }
    }
    out
}

/// Replaces `${project.artifactId}` and the like, which only the build can know.
fn known_keys(template: Template, property: &impl Fn(&str) -> Option<String>) -> Template {
    let mut out = Template::default();
    for part in template.parts {
        match part {
            Part::Key { name, default } => {
                let built = name.starts_with("project.") || name.starts_with("pom.");
                match property(&name).filter(|_| built) {
                    Some(value) => out.push(Part::Text(value)),
                    None => out.push(Part::Key { name, default }),
                }
            }
            other => out.push(other),
        }
    }
    out
}

/// `key = value` for the reader, without secrets.
pub(super) fn detail(key: &str, value: &str) -> String {
    let shown =
        if is_secret(key) && !value.contains("${") && !value.is_empty() { "***" } else { value.trim() };
    let mut text = format!("{key} = {}", shown.replace(['\n', '\r'], " "));
    if let Some((at, _)) = text.char_indices().nth(DETAIL_MAX) {
        text.truncate(at);
        text.push('…');
    }
    text
}

/// True for keys whose value nobody wants to see in a report.
fn is_secret(key: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key);
    let last: String = last.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    [
        "password",
        "passwd",
        "secret",
        "token",
        "passphrase",
        "apikey",
        "privatekey",
        "accesskey",
        "credentials",
    ]
    .iter()
    .any(|word| last.ends_with(word))
}
