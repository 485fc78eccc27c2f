//! `go.mod` (<https://go.dev/ref/mod#go-mod-file>) and the programs of a module: folders with a `package main`.

use super::{Library, Manifest, evidence};
use undrawn_model::{Claim, Evidence, LineIndex, Location, ModuleClaim, Note, SourceFile};

/// Reads a module file. Requirements that other modules bring (`// indirect`) are left out.
pub(super) fn go_mod(file: &SourceFile, _: &mut Vec<Note>) -> Option<Manifest> {
    let index = LineIndex::new(&file.text);
    let (mut coordinate, mut location) = (None, Location::file(file.path.clone()));
    let (mut libraries, mut block) = (Vec::new(), "");
    for (offset, line) in lines(&file.text) {
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let mut words = code.split_whitespace().peekable();
        let verb = match words.peek() {
            Some(&")") => {
                block = "";
                continue;
            }
            Some(_) if !block.is_empty() => block,
            Some(_) => words.next().unwrap_or_default(),
            None => continue,
        };
        if words.peek() == Some(&"(") {
            block = verb;
            continue;
        }
        let Some(name) = words.next() else { continue };
        let start = offset + line.find(name).unwrap_or(0);
        let place = index.location(&file.path, &file.text, start..start + name.len());
        let name = name.trim_matches('"').to_string();
        match verb {
            "module" => (coordinate, location) = (Some(name), place),
            "require" if comment.trim() != "indirect" => {
                libraries.push(Library { name, version: words.next().map(str::to_string), location: place });
            }
            _ => {}
        }
    }
    Some(Manifest {
        build: "go",
        language: "go",
        coordinate,
        location,
        aggregate: false,
        starts: false,
        libraries,
    })
}

/// The lines of a text with the offsets at which they start.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}

/// Each folder with a program is a module of its own that needs the module file's: `cmd/orders` of `shop`.
pub(super) fn programs(files: &[&SourceFile]) -> Vec<Evidence> {
    let roots: Vec<(&str, String)> = files
        .iter()
        .filter(|f| f.name() == "go.mod")
        .filter_map(|f| Some((f.dir(), go_mod(f, &mut vec![])?.coordinate?)))
        .collect();
    let mut out = Vec::new();
    for file in files.iter().filter(|f| f.name() == "main.go") {
        let Some((offset, line)) =
            lines(&file.text).find(|(_, l)| l.split_whitespace().eq(["package", "main"]))
        else {
            continue;
        };
        let above = roots.iter().filter(|(dir, _)| below(file.dir(), dir).is_some());
        let Some((root, coordinate)) = above.max_by_key(|(dir, _)| dir.len()) else { continue };
        let within = below(file.dir(), root).unwrap_or_default();
        let claim = ModuleClaim {
            dir: file.dir().to_string(),
            build: "go".into(),
            name: super::short_name("go", &format!("{coordinate}/{within}"))
                .trim_end_matches('/')
                .to_string(),
            coordinate: format!("{coordinate}/{within}").trim_end_matches('/').to_string(),
            aggregate: false,
            runnable: true,
            needs: if within.is_empty() { vec![] } else { vec![coordinate.clone()] },
            language: Some("go".into()),
        };
        let place = LineIndex::new(&file.text).location(&file.path, &file.text, offset..offset + line.len());
        if !within.is_empty() {
            let detail = format!("go program {}", claim.coordinate);
            out.push(evidence(Claim::Module(claim), place, detail));
        }
    }
    out
}

/// The part of `dir` below `root`.
fn below<'a>(dir: &'a str, root: &str) -> Option<&'a str> {
    if root.is_empty() {
        return Some(dir);
    }
    let rest = dir.strip_prefix(root)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
}
