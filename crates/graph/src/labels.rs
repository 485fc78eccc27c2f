//! What people write in boxes besides the name, and what their words tell.

use crate::names::words;
use undrawn_model::ComponentKind;

/// Readings of a label, from the one that takes every word seriously to the loosest: as written, without ports, versions
/// and counts (`Orders :8081`, `PostgreSQL 16`, `Gateway x3`), and what stands before a remark (`Seq — logs`).
pub fn readings(label: &str) -> Vec<String> {
    let whole = without_brackets(label);
    let plain = without_asides(&whole);
    let head = [" — ", " – ", " - ", ": ", " | "].iter().filter_map(|s| plain.find(s)).min();
    let head = head.map(|end| without_asides(&plain[..end]));
    let mut out = vec![whole, plain];
    out.extend(head);
    out.dedup();
    out.retain(|r| !r.is_empty());
    out
}

/// `Orders [Spring Boot] (Java)` without what stands in brackets; the whole when nothing else is left.
pub fn without_brackets(label: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0u32);
    for c in label.chars() {
        match c {
            '(' | '[' | '<' | '{' => depth += 1,
            ')' | ']' | '>' | '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    let out = out.trim();
    if out.is_empty() { label.to_string() } else { out.to_string() }
}

fn without_asides(label: &str) -> String {
    let all: Vec<&str> = label.split_whitespace().collect();
    let kept: Vec<&str> = (0..all.len())
        .filter(|i| !(is_number(all[*i]) || is_port(all[*i]) && all.get(i + 1).is_some_and(|n| is_number(n))))
        .map(|i| all[i])
        .collect();
    if kept.is_empty() { label.to_string() } else { kept.join(" ") }
}

fn is_port(word: &str) -> bool {
    matches!(word.trim_end_matches(':').to_lowercase().as_str(), "port" | "ports")
}

/// `:8080`, `16`, `3.13`, `v2`, `x3`, `3x`.
fn is_number(word: &str) -> bool {
    let word = word.trim_matches([':', ',', ';']);
    let bare = word.trim_start_matches(['v', 'V', 'x', '×']).trim_end_matches(['x', '×', '+']);
    !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// Words that make a name mean a part of a program, not a program.
const PARTS: &[&str] = &[
    "controller",
    "repository",
    "mapper",
    "listener",
    "consumer",
    "producer",
    "publisher",
    "subscriber",
    "handler",
    "adapter",
    "usecase",
    "interactor",
    "entity",
    "dao",
    "dto",
    "filter",
    "interceptor",
    "template",
    "outbox",
    "inbox",
    "streams",
    "stream",
    "thread",
    "pool",
    "driver",
    "exporter",
    "connector",
    "java",
    "class",
    "kt",
    "py",
    "ts",
];

/// The label names a part of a program: `OrderController`, `Kafka listener`.
pub fn is_part(words: &[String]) -> bool {
    words.len() > 1
        && words.last().is_some_and(|w| PARTS.contains(&w.trim_end_matches('s')) || PARTS.contains(&&**w))
}

/// Words beside a product's name that do not tell which one is meant.
const FILLERS: &[&str] = &[
    "cluster",
    "broker",
    "server",
    "service",
    "event",
    "message",
    "messaging",
    "bus",
    "queue",
    "topic",
    "exchange",
    "instance",
    "main",
    "primary",
    "shared",
    "registry",
    "discovery",
    "apache",
    "amazon",
    "aws",
    "azure",
    "cloud",
    "managed",
    "netflix",
    "spring",
    "dashboard",
    "database",
    "db",
    "cache",
    "store",
    "storage",
    "backend",
    "engine",
    "the",
    "our",
    "and",
    "search",
    "streaming",
    "platform",
    "in",
    "memory",
];

/// True for a word that does not tell one component of a product from another.
pub fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word) || FILLERS.contains(&word.trim_end_matches('s'))
}

/// The label without fillers that are no words for a store: what may name whose store it is.
pub fn for_owner(label: &str) -> String {
    let store = |w: &str| matches!(w, "database" | "db" | "store" | "storage");
    words(label).into_iter().filter(|w| store(w) || !is_filler(w)).collect::<Vec<_>>().join("-")
}

/// The kind of store that the words ask for.
pub fn store_kind(words: &[String]) -> Option<ComponentKind> {
    let has = |list: &[&str]| words.iter().any(|w| list.contains(&w.trim_end_matches('s')));
    if has(&["cache"]) {
        Some(ComponentKind::Cache)
    } else if has(&["queue", "topic", "broker", "bu", "exchange"]) {
        Some(ComponentKind::Broker)
    } else {
        has(&["db", "database", "dbm", "datastore", "store"]).then_some(ComponentKind::Database)
    }
}

/// The label means people, or what they hold in their hands.
pub fn is_person(label: &str) -> bool {
    const PEOPLE: &[&str] = &[
        "user",
        "client",
        "browser",
        "customer",
        "visitor",
        "actor",
        "developer",
        "administrator",
        "admin",
        "operator",
        "person",
        "people",
        "internet",
        "consumer",
    ];
    words(label).last().is_some_and(|w| PEOPLE.contains(&w.trim_end_matches('s')))
}

/// The text asks a question or answers one, as a process does: `Paid?`, `yes`.
pub fn decides(text: &str) -> bool {
    let text = text.trim();
    text.ends_with(['?', '？'])
        || matches!(
            text.to_lowercase().as_str(),
            "yes" | "no" | "true" | "false" | "ja" | "nein" | "oui" | "non" | "sí" | "si"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_ports_versions_and_counts_are_no_part_of_a_name() {
        let last = |label: &str| readings(label).pop().unwrap_or_default();
        assert_eq!(last("ApiGateway :8090"), "ApiGateway");
        assert_eq!(last("PostgreSQL 16"), "PostgreSQL");
        assert_eq!(last("Orders Port: 8081"), "Orders");
        assert_eq!(last("Bidding x3"), "Bidding");
        assert_eq!(last("Seq — Log Aggregation"), "Seq");
        assert_eq!(last("8080"), "8080");
        assert_eq!(readings("orders-2"), ["orders-2"]);
    }
}
