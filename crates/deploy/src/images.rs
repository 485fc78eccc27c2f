//! Container images: reading references, and which products are known by theirs.

use crate::yaml::{self, Node};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use undrawn_model::{ComponentKind, Part, SourceFile, Syntax, Template};

/// An image reference, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    /// Registry and path without tag and digest, as written; unknown variables stay as `${NAME}`.
    pub repository: String,
    /// Last path segment without tag.
    pub name: String,
}

/// What runs in an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Product {
    /// What it is.
    pub kind: ComponentKind,
    /// Its name.
    pub technology: String,
    /// Where it listens without configuration.
    pub ports: Vec<u16>,
    /// Runs beside a main program and is no component of its own.
    pub sidecar: bool,
}

/// Takes a reference apart; variables take their defaults. `None` when nothing of its name is known.
pub(crate) fn parse(text: &str) -> Option<Image> {
    let resolved = with_defaults(&Template::parse(text.trim(), Syntax::Shell));
    let undigested = resolved.split('@').next().unwrap_or("");
    // A colon after the last slash begins the tag; one before it is the registry's port. `${NAME}` has no colon here.
    let start = undigested.rfind('/').map_or(0, |i| i + 1);
    let last = undigested.get(start..)?;
    let name = last.split(':').next().unwrap_or("");
    let repository = undigested.get(..start + name.len())?.to_string();
    (!name.is_empty() && !name.contains('$')).then(|| Image { repository, name: name.to_string() })
}

fn with_defaults(template: &Template) -> String {
    let mut out = String::new();
    for part in &template.parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Key { default: Some(default), .. } => out.push_str(&with_defaults(default)),
            Part::Key { name, default: None } => out.push_str(&format!("${{{name}}}")),
            Part::Hole(_) => out.push('$'),
        }
    }
    out
}

/// The product of a known image.
pub(crate) fn product(image: &Image) -> Option<&'static Product> {
    let name = image.name.to_ascii_lowercase();
    let path = image.repository.to_ascii_lowercase();
    let allowed = |row: &&Row| {
        row.only.is_empty() || row.only.iter().any(|o| path == *o || path.ends_with(&format!("/{o}")))
    };
    let exact = TABLE.exact.get(name.as_str()).into_iter().flatten().filter_map(|i| TABLE.rows.get(*i));
    exact
        .filter(allowed)
        .chain(
            TABLE
                .starting
                .iter()
                .filter(|(start, _)| name.starts_with(start))
                .filter_map(|(_, i)| TABLE.rows.get(*i)),
        )
        .find(allowed)
        .map(|row| &row.product)
}

struct Row {
    product: Product,
    only: Vec<String>,
}

#[derive(Default)]
struct Table {
    rows: Vec<Row>,
    exact: BTreeMap<String, Vec<usize>>,
    starting: Vec<(String, usize)>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let file = SourceFile::new("images.yml", include_bytes!("../data/images.yml"));
    let parsed = yaml::parse(&file);
    let mut table = Table::default();
    for entry in parsed.documents.iter().flat_map(Node::items) {
        let Some(row) = row(entry) else { continue };
        let index = table.rows.len();
        table.rows.push(row);
        for name in texts(entry, "names") {
            match name.strip_suffix('*') {
                Some(start) => table.starting.push((start.to_string(), index)),
                None => table.exact.entry(name).or_default().push(index),
            }
        }
    }
    table
});

fn row(entry: &Node) -> Option<Row> {
    let kind = ComponentKind::from_word(entry.text_at(&["kind"])?)?;
    let technology = entry.text_at(&["technology"])?.to_string();
    let ports = texts(entry, "ports").iter().filter_map(|p| p.parse().ok()).collect();
    let sidecar = entry.get("sidecar").and_then(Node::as_bool).unwrap_or(false);
    Some(Row { product: Product { kind, technology, ports, sidecar }, only: texts(entry, "only") })
}

fn texts(entry: &Node, key: &str) -> Vec<String> {
    entry
        .get(key)
        .map(Node::items)
        .unwrap_or(&[])
        .iter()
        .filter_map(|n| n.text().map(str::to_string))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let rows = include_str!("../data/images.yml").lines().filter(|l| l.starts_with("- ")).count();
        assert_eq!(TABLE.rows.len(), rows);
    }

    #[test]
    fn products_are_known_by_the_last_segment_alone() {
        let technology = |text: &str| parse(text).and_then(|i| product(&i)).map(|p| p.technology.as_str());
        assert_eq!(technology("registry:5000/bitnami/postgresql:15@sha256:ab"), Some("postgresql"));
        assert_eq!(technology("${REGISTRY:-docker.io}/redis:${TAG:-7}"), Some("redis"));
        assert_eq!(technology("acme/redis-consumer"), None);
        assert_eq!(technology("acme/agent"), None);
        assert_eq!(technology("grafana/agent"), Some("alloy"));
        assert_eq!(technology("${IMAGE}"), None);
    }
}
