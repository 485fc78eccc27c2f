//! What is fuzzed: every reader of bytes that somebody else wrote, each as one function of bytes that must not panic,
//! hang or point outside the input. `fuzz_targets/` hands them to libFuzzer, `examples/mutate.rs` runs them on a stable
//! toolchain, both through [`TARGETS`].
//!
//! Readers of files take several at once: a line `=== PATH` begins the next file. Text before the first such line is a
//! file at the target's own path.

pub mod mutate;
pub mod seeds;
mod targets;

use undrawn_model::{Evidence, Note, SourceFile, SourceTree};

pub use targets::{TARGETS, Target};

/// Runs a target on these bytes. Panics where an invariant is broken, or when there is no such target.
pub fn run(target: &str, bytes: &[u8]) {
    let found = TARGETS.iter().find(|t| t.name == target);
    let target = found.unwrap_or_else(|| panic!("no fuzz target {target}"));
    (target.run)(target.path, bytes);
}

/// Line that begins a file.
pub const FILE_MARK: &[u8] = b"=== ";

/// The files in these bytes.
pub fn tree(path: &str, bytes: &[u8]) -> SourceTree {
    let mut files: Vec<(String, Vec<u8>)> = vec![(path.to_string(), vec![])];
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        match (line.strip_prefix(FILE_MARK), files.last_mut()) {
            (Some(named), _) => files.push((clean(&String::from_utf8_lossy(named)), vec![])),
            (None, Some((_, content))) => content.extend(line),
            (None, None) => {}
        }
    }
    let began_with_mark = bytes.starts_with(FILE_MARK);
    let files = files.into_iter().skip(usize::from(began_with_mark));
    SourceTree::new(files.map(|(path, content)| SourceFile::new(path, &content)).collect())
}

/// A path as the walk would give it.
fn clean(written: &str) -> String {
    SourceTree::join("", written.trim()).filter(|p| !p.is_empty()).unwrap_or_else(|| "a".into())
}

/// Every place must lie inside its file.
pub fn check_places(tree: &SourceTree, evidence: &[Evidence], notes: &[Note]) {
    let lines = |file: &SourceFile| file.text.split('\n').count() as u32;
    let counts: std::collections::BTreeMap<&str, u32> =
        tree.files().iter().map(|f| (&*f.path, lines(f))).collect();
    let told = notes.iter().filter_map(|n| n.location.as_ref());
    for place in evidence.iter().map(|e| &e.sighting.location).chain(told) {
        assert!(place.line >= 1 && place.column >= 1 && place.line <= place.end_line, "{place:?}");
        if let Some(lines) = counts.get(&*place.file) {
            assert!(place.end_line <= *lines, "{place:?} of {lines} lines");
        }
    }
}
