//! Manifests in JSON, read by the YAML layer, of which JSON is a part and which knows every place:
//! `package.json` (<https://docs.npmjs.com/cli/configuring-npm/package-json>) and `composer.json`
//! (<https://getcomposer.org/doc/04-schema.md>).

use super::{Library, Manifest};
use crate::yaml::{self, Node, Yaml};
use undrawn_model::{Location, Note, SourceFile};

/// Reads an npm package.
pub(super) fn package_json(file: &SourceFile, notes: &mut Vec<Note>) -> Option<Manifest> {
    let (yaml, root) = parse(file, notes)?;
    let dev = |name: &str| {
        root.at(&["devDependencies", name]).is_some() || root.at(&["dependencies", name]).is_some()
    };
    Some(Manifest {
        build: "npm",
        language: if dev("typescript") || dev("ts-node") { "typescript" } else { "javascript" },
        coordinate: root.text_at(&["name"]).map(str::to_string),
        location: place(&yaml, root.get("name")),
        aggregate: root.get("workspaces").is_some() && root.at(&["scripts", "start"]).is_none(),
        starts: root.at(&["scripts", "start"]).is_some(),
        libraries: libraries(&yaml, &root, &["dependencies", "optionalDependencies"], |_| true),
    })
}

/// Reads a Composer package; `php` and `ext-*` are no packages.
pub(super) fn composer_json(file: &SourceFile, notes: &mut Vec<Note>) -> Option<Manifest> {
    let (yaml, root) = parse(file, notes)?;
    Some(Manifest {
        build: "composer",
        language: "php",
        coordinate: root.text_at(&["name"]).map(str::to_string),
        location: place(&yaml, root.get("name")),
        aggregate: false,
        starts: false,
        libraries: libraries(&yaml, &root, &["require"], |name| name.contains('/')),
    })
}

fn parse(file: &SourceFile, notes: &mut Vec<Note>) -> Option<(Yaml, Node)> {
    let mut yaml = yaml::parse(file);
    notes.append(&mut yaml.notes);
    let root = yaml.documents.first().filter(|d| d.is_map())?.clone();
    Some((yaml, root))
}

fn place(yaml: &Yaml, node: Option<&Node>) -> Location {
    node.map_or_else(|| Location::file(yaml.file.path.clone()), |n| yaml.location(n))
}

fn libraries(yaml: &Yaml, root: &Node, sections: &[&str], keep: fn(&str) -> bool) -> Vec<Library> {
    let entries = sections.iter().filter_map(|s| root.get(s)).flat_map(Node::entries);
    entries
        .filter(|e| keep(e.name()) && !e.name().is_empty())
        .map(|e| Library {
            name: e.name().to_string(),
            version: e.value.text().map(str::to_string),
            location: yaml.location(&e.key),
        })
        .collect()
}
