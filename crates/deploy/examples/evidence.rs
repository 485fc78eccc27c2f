//! Prints what the formats read of a folder: `cargo run -p undrawn-deploy --example evidence -- DIR`.

#[path = "../tests/dump/mod.rs"]
mod dump;

use std::path::Path;
use undrawn_model::{SourceFile, SourceTree};

fn main() {
    let root = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let mut files = Vec::new();
    collect(Path::new(&root), "", &mut files);
    print!("{}", dump::dump(&undrawn_deploy::read(&SourceTree::new(files))));
}

fn collect(dir: &Path, prefix: &str, files: &mut Vec<SourceFile>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let kind = entry.file_type();
        if kind.as_ref().is_ok_and(|k| k.is_dir()) && !matches!(&*name, ".git" | "node_modules" | "target") {
            collect(&entry.path(), &path, files);
        } else if kind.is_ok_and(|k| k.is_file()) && undrawn_deploy::wants(&path) {
            files
                .extend(std::fs::read(entry.path()).ok().map(|bytes| SourceFile::new(path.as_str(), &bytes)));
        }
    }
}
