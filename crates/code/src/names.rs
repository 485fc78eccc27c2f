//! Names that other files give: services of `.proto` files, statements of mapper files.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex};

static KEPT: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);

/// A name that does not stand in the file as it is, such as that of an imported member. Each distinct one is kept once, for
/// as long as the program runs.
pub fn kept(name: &str) -> &'static str {
    let mut all = KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = all.get(name) {
        return known;
    }
    let new: &'static str = Box::leak(name.to_string().into_boxed_str());
    all.insert(new);
    new
}

/// Adds the services of a `.proto` file: `Service` to `package.Service`.
pub fn proto_services(text: &str, out: &mut HashMap<String, String>) {
    let mut package = String::new();
    let tokens = proto_tokens(text);
    for pair in tokens.windows(2) {
        match pair {
            ["package", name] => package = (*name).to_string(),
            ["service", name] => {
                let qualified =
                    if package.is_empty() { (*name).to_string() } else { format!("{package}.{name}") };
                out.entry((*name).to_string()).or_insert(qualified);
            }
            _ => {}
        }
    }
}

/// Words and marks without comments and strings.
fn proto_tokens(text: &str) -> Vec<&str> {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = memchr::memmem::find(&bytes[at + 2..], b"*/").map_or(bytes.len(), |n| at + n + 4);
            }
            quote @ (b'"' | b'\'') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b if b.is_ascii_alphanumeric() || b == b'_' => {
                while at < bytes.len()
                    && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'.'))
                {
                    at += 1;
                }
                out.push(text.get(start..at).unwrap_or(""));
            }
            b if b.is_ascii_whitespace() => at += 1,
            b if b.is_ascii() => {
                at += 1;
                out.push(text.get(start..at).unwrap_or(""));
            }
            _ => at += 1,
        }
    }
    out
}

/// Adds the statements of a mapper file: `namespace.id` to the text of the statement with its dynamic parts.
pub fn mapper_statements(text: &str, out: &mut HashMap<String, String>) {
    if memchr::memmem::find(text.as_bytes(), b"<mapper").is_none() {
        return;
    }
    let options = roxmltree::ParsingOptions { allow_dtd: true, nodes_limit: 1_000_000, ..Default::default() };
    let Ok(document) = roxmltree::Document::parse_with_options(text, options) else { return };
    let root = document.root_element();
    let Some(namespace) = root.attribute("namespace").filter(|_| root.has_tag_name("mapper")) else { return };
    for node in root.children().filter(roxmltree::Node::is_element) {
        let statement = matches!(node.tag_name().name(), "select" | "insert" | "update" | "delete");
        if let Some(id) = node.attribute("id").filter(|_| statement) {
            let mut sql = String::new();
            for inner in node.descendants() {
                if let Some(text) = inner.text().filter(|_| inner.is_text() && sql.len() < 64 << 10) {
                    sql.push_str(text);
                    sql.push(' ');
                }
            }
            out.insert(format!("{namespace}.{id}"), sql);
        }
    }
}
