//! Manifests in TOML: `pyproject.toml`
//! (<https://packaging.python.org/en/latest/specifications/pyproject-toml/>, <https://python-poetry.org/docs/pyproject/>),
//! `Pipfile` and `Cargo.toml` (<https://doc.rust-lang.org/cargo/reference/manifest.html>).

use super::lines::{normal, python, requirement};
use super::{Library, Manifest};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use undrawn_model::{LineIndex, Location, Note, SourceFile};

type Value<'a> = Spanned<DeValue<'a>>;

/// A parsed file.
pub(crate) struct Toml<'a> {
    file: &'a SourceFile,
    index: LineIndex,
    pub(crate) root: DeTable<'a>,
}

impl<'a> Toml<'a> {
    /// Reads as much as can be read; errors are notes.
    pub(crate) fn parse(file: &'a SourceFile, notes: &mut Vec<Note>) -> Toml<'a> {
        let index = LineIndex::new(&file.text);
        let (root, errors) = DeTable::parse_recoverable(&file.text);
        let toml = Toml { file, index, root: root.into_inner() };
        for error in errors {
            let place = toml.place(error.span().unwrap_or(0..0));
            notes.push(Note::unread(place, format!("not read: {}", error.message())));
        }
        toml
    }

    pub(crate) fn place(&self, span: Range<usize>) -> Location {
        self.index.location(&self.file.path, &self.file.text, span)
    }

    pub(crate) fn at(&self, keys: &[&str]) -> Option<&Value<'a>> {
        let (first, rest) = keys.split_first()?;
        rest.iter().try_fold(self.root.get(*first)?, |value, key| table(value)?.get(*key))
    }

    fn text(&self, keys: &[&str]) -> Option<(String, Location)> {
        let value = self.at(keys)?;
        Some((string(value)?.to_string(), self.place(value.span())))
    }

    fn entries(&self, keys: &[&str]) -> Vec<(String, Location, &Value<'a>)> {
        let entries = self.at(keys).and_then(table).into_iter().flatten();
        entries.map(|(k, v)| (k.get_ref().to_string(), self.place(k.span()), v)).collect()
    }

    /// Libraries of a table of names with versions or tables.
    fn libraries(&self, keys: &[&str]) -> Vec<Library> {
        let entries = self.entries(keys).into_iter();
        entries.map(|(name, location, value)| Library { name, version: version(value), location }).collect()
    }
}

/// The table that a value is.
pub(crate) fn table<'v, 'a>(value: &'v Value<'a>) -> Option<&'v DeTable<'a>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

/// The text that a value is.
pub(crate) fn string<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value.get_ref() {
        DeValue::String(text) => Some(text),
        _ => None,
    }
}

/// The members of an array.
pub(crate) fn array<'v, 'a>(value: &'v Value<'a>) -> impl Iterator<Item = &'v Value<'a>> {
    let members = match value.get_ref() {
        DeValue::Array(array) => Some(array),
        _ => None,
    };
    members.into_iter().flat_map(|a| a.iter())
}

fn version(value: &Value<'_>) -> Option<String> {
    let inner = table(value).and_then(|t| t.get("version"));
    string(inner.unwrap_or(value)).map(str::to_string)
}

fn file_place(file: &SourceFile) -> Location {
    Location::file(file.path.clone())
}

/// Reads a Python project, whichever tool's tables it has.
pub(super) fn pyproject(file: &SourceFile, notes: &mut Vec<Note>) -> Option<Manifest> {
    let toml = Toml::parse(file, notes);
    let name = toml.text(&["project", "name"]).or_else(|| toml.text(&["tool", "poetry", "name"]));
    let listed = toml.at(&["project", "dependencies"]).into_iter().flat_map(array);
    let mut libraries: Vec<Library> = listed
        .filter_map(|member| {
            let (name, version) = requirement(string(member)?.trim())?;
            Some(Library { name: normal(name), version, location: toml.place(member.span()) })
        })
        .collect();
    let poetry =
        toml.libraries(&["tool", "poetry", "dependencies"]).into_iter().filter(|l| l.name != "python");
    libraries.extend(poetry.map(|l| Library { name: normal(&l.name), ..l }));
    // A file that only configures tools is no project.
    if name.is_none() && libraries.is_empty() {
        return None;
    }
    let starts =
        toml.at(&["project", "scripts"]).or_else(|| toml.at(&["tool", "poetry", "scripts"])).is_some();
    let (coordinate, location) = name.map_or((None, file_place(file)), |(n, l)| (Some(n), l));
    Some(Manifest { starts, ..python(coordinate, location, libraries) })
}

/// Reads a Pipenv file.
pub(super) fn pipfile(file: &SourceFile, notes: &mut Vec<Note>) -> Option<Manifest> {
    let toml = Toml::parse(file, notes);
    let libraries = toml.libraries(&["packages"]).into_iter().map(|l| Library { name: normal(&l.name), ..l });
    Some(python(None, file_place(file), libraries.collect()))
}

/// Reads a Cargo package or workspace.
pub(super) fn cargo(file: &SourceFile, notes: &mut Vec<Note>) -> Option<Manifest> {
    let toml = Toml::parse(file, notes);
    let name = toml.text(&["package", "name"]);
    let workspace = toml.at(&["workspace"]).is_some();
    if name.is_none() && !workspace {
        return None;
    }
    let aggregate = name.is_none();
    let (coordinate, location) = name.map_or((None, file_place(file)), |(n, l)| (Some(n), l));
    Some(Manifest {
        build: "cargo",
        language: "rust",
        coordinate,
        location,
        aggregate,
        starts: toml.at(&["bin"]).is_some(),
        libraries: toml.libraries(&["dependencies"]),
    })
}
