//! Prints the evidence of a folder: `cargo run -p undrawn-code --example dump -- FOLDER`.

use std::path::Path;
use undrawn_code::{Options, read_with, wants};
use undrawn_model::{Claim, SourceFile, SourceTree};

fn collect(root: &Path, dir: &Path, out: &mut Vec<SourceFile>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            collect(root, &path, out);
            continue;
        }
        let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if wants(&relative)
            && let Ok(bytes) = std::fs::read(&path)
        {
            out.push(SourceFile::new(relative.as_str(), &bytes));
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().unwrap_or_else(|| ".".into());
    let all = arguments.next().is_some_and(|a| a == "--all");
    let mut files = Vec::new();
    collect(Path::new(&root), Path::new(&root), &mut files);
    let tree = SourceTree::new(files);
    let begin = std::time::Instant::now();
    let (evidence, notes) = read_with(&tree, Options { prefilter: !all });
    eprintln!("{} files, {} claims, {:?}", tree.files().len(), evidence.len(), begin.elapsed());
    for one in evidence {
        let place = &one.sighting.location;
        print!("{}:{}:{} {}", place.file, place.line, place.column, one.sighting.detail);
        if let Claim::Call(call) = &one.claim {
            print!(
                " => {} {} {:?}",
                call.kind,
                call.address,
                call.target_operation.as_ref().map(|o| o.to_string())
            );
            if let Some(resource) = &call.resource {
                print!(" {} {} {}", resource.access, resource.sort, resource.name);
            }
            print!(" from {:?}", call.entries);
        }
        println!();
    }
    for note in notes {
        println!("note {:?} {}", note.location.map(|l| l.to_string()), note.message);
    }
}
