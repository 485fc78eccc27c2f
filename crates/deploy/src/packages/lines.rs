//! Manifests read line by line: `requirements.txt`
//! (<https://pip.pypa.io/en/stable/reference/requirements-file-format/>), `setup.py`, `Gemfile`
//! (<https://bundler.io/man/gemfile.5.html>) and `mix.exs` (<https://hexdocs.pm/mix/Mix.Tasks.Deps.html>). The last three are programs;
//! what they write literally is read, nothing is run.

use super::go::lines;
use super::{Library, Manifest};
use undrawn_model::{LineIndex, Location, Note, SourceFile};

/// Reads a requirements file; options, addresses and files are left out.
pub(super) fn requirements(file: &SourceFile, _: &mut Vec<Note>) -> Option<Manifest> {
    let index = LineIndex::new(&file.text);
    let mut libraries = Vec::new();
    for (offset, line) in lines(&file.text) {
        let written = line.split('#').next().unwrap_or_default();
        let indent = written.len() - written.trim_start().len();
        if let Some((name, version)) = requirement(written.trim()) {
            let start = offset + indent;
            let location = index.location(&file.path, &file.text, start..start + name.len());
            libraries.push(Library { name: normal(name), version, location });
        }
    }
    Some(python(None, Location::file(file.path.clone()), libraries))
}

/// A Python module.
pub(super) fn python(coordinate: Option<String>, location: Location, libraries: Vec<Library>) -> Manifest {
    Manifest {
        build: "python",
        language: "python",
        coordinate,
        location,
        aggregate: false,
        starts: false,
        libraries,
    }
}

/// Name and version of a requirement such as `requests[socks]>=2.1; python_version > "3"`.
pub(super) fn requirement(text: &str) -> Option<(&str, Option<String>)> {
    let len = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(len);
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let rest = rest.trim_start();
    let rest =
        rest.strip_prefix('[').and_then(|r| r.split_once(']')).map_or(rest, |(_, after)| after.trim_start());
    if !(rest.is_empty() || rest.starts_with(['=', '<', '>', '~', '!', ';', '@', '(', '\\', '-', ','])) {
        return None;
    }
    let version = rest.split([';', '@', '\\']).next().unwrap_or_default().trim().trim_matches(['(', ')']);
    let version = version.split("--").next().unwrap_or_default().trim();
    Some((name, Some(version.to_string()).filter(|v| !v.is_empty())))
}

/// The registry's spelling: <https://packaging.python.org/en/latest/specifications/name-normalization/>.
pub(super) fn normal(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// Reads the literal `name=` and the literal members of `install_requires=[...]`.
pub(super) fn setup_py(file: &SourceFile, _: &mut Vec<Note>) -> Option<Manifest> {
    let index = LineIndex::new(&file.text);
    let (mut name, mut location) = (None, Location::file(file.path.clone()));
    let (mut libraries, mut inside) = (Vec::new(), false);
    for (offset, line) in lines(&file.text) {
        let code = line.trim_start();
        if let Some(rest) =
            code.strip_prefix("name=").or(code.strip_prefix("name =")).filter(|_| name.is_none())
            && let Some((start, text)) = quoted(rest).next()
        {
            let start = offset + (line.len() - rest.len()) + start;
            location = index.location(&file.path, &file.text, start..start + text.len());
            name = Some(text.to_string());
        }
        let opens = line.find("install_requires");
        let from = opens.unwrap_or(0);
        inside |= opens.is_some();
        if !inside {
            continue;
        }
        for (at, text) in quoted(&line[from..]) {
            if let Some((package, version)) = requirement(text) {
                let start = offset + from + at;
                let place = index.location(&file.path, &file.text, start..start + package.len());
                libraries.push(Library { name: normal(package), version, location: place });
            }
        }
        inside = !line[from..].contains(']');
    }
    Some(python(name, location, libraries))
}

/// Reads `gem "name", "version"`; groups for tests and development are left out.
pub(super) fn gemfile(file: &SourceFile, _: &mut Vec<Note>) -> Option<Manifest> {
    let index = LineIndex::new(&file.text);
    let (mut libraries, mut skipping) = (Vec::new(), false);
    let idle = |text: &str| [":test", ":development", "'test'", "\"test\""].iter().any(|g| text.contains(g));
    for (offset, line) in lines(&file.text) {
        let code = line.trim();
        if code.starts_with("group ") && code.ends_with("do") {
            skipping = idle(code) && !code.contains(":production");
        } else if code == "end" {
            skipping = false;
        } else if let Some(rest) =
            code.strip_prefix("gem ").or(code.strip_prefix("gem(")).filter(|_| !skipping)
        {
            let mut texts = quoted(rest);
            let Some((at, name)) = texts.next().filter(|_| !(rest.contains("group") && idle(rest))) else {
                continue;
            };
            let start = offset + line.find(rest).unwrap_or(0) + at;
            let version =
                texts.next().map(|(_, v)| v.to_string()).filter(|v| v.contains(|c: char| c.is_ascii_digit()));
            let location = index.location(&file.path, &file.text, start..start + name.len());
            libraries.push(Library { name: name.to_string(), version, location });
        }
    }
    let location = Location::file(file.path.clone());
    let (build, language) = ("bundler", "ruby");
    Some(Manifest { build, language, coordinate: None, location, aggregate: false, starts: false, libraries })
}

/// Reads `app: :name` and `{:library, "~> 1.0"}`; those `only:` for tests and development are left out.
pub(super) fn mix(file: &SourceFile, _: &mut Vec<Note>) -> Option<Manifest> {
    let index = LineIndex::new(&file.text);
    let (mut name, mut location) = (None, Location::file(file.path.clone()));
    let mut libraries = Vec::new();
    for (offset, line) in lines(&file.text) {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let app = line.find("app: :").filter(|_| name.is_none());
        let word = |text: &str| {
            text.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("").to_string()
        };
        if let Some(at) = app.map(|at| at + "app: :".len()) {
            let app = word(&line[at..]);
            let start = offset + at;
            location = index.location(&file.path, &file.text, start..start + app.len());
            name = Some(app);
        } else if let Some(rest) = code.strip_prefix("{:") {
            let library = word(rest);
            let idle = rest.contains("only:") && !rest.contains(":prod");
            if !library.is_empty() && !idle {
                let start = offset + indent + 2;
                let place = index.location(&file.path, &file.text, start..start + library.len());
                let version = quoted(rest).next().map(|(_, v)| v.to_string());
                libraries.push(Library { name: library, version, location: place });
            }
        }
    }
    Some(Manifest {
        build: "mix",
        language: "elixir",
        coordinate: name,
        location,
        aggregate: file.text.contains("apps_path:"),
        starts: false,
        libraries,
    })
}

/// Texts in quotes with the offsets of their first characters.
fn quoted(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let open = at + text.get(at..)?.find(['"', '\''])?;
        let quote = if text[open..].starts_with('"') { '"' } else { '\'' };
        let len = text[open + 1..].find(quote)?;
        at = open + len + 2;
        Some((open + 1, &text[open + 1..open + 1 + len]))
    })
}
