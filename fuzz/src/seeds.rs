//! Seeds: the inputs of the workspace's own pages, and the files of its examples.

use crate::Target;
use std::path::{Path, PathBuf};

/// The seeds of a target, in one order.
pub fn of(target: &Target) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut out = Vec::new();
    for from in target.seeds {
        let mut files = Vec::new();
        collect(&root.join(from), &mut files);
        files.sort();
        for file in files {
            let Ok(bytes) = std::fs::read(&file) else { continue };
            let is_page = from.starts_with("crates") && file.extension().is_some_and(|e| e == "md");
            let found = match is_page {
                true => cases(&String::from_utf8_lossy(&bytes)),
                false => vec![bytes].into_iter().filter(|_| same_sort(&file, target.path)).collect(),
            };
            out.extend(found);
        }
    }
    out
}

/// Files of examples are seeds where their name ends as the target's does.
fn same_sort(file: &Path, wanted: &str) -> bool {
    let wanted = Path::new(wanted);
    match wanted.extension() {
        Some(_) => file.extension() == wanted.extension(),
        None => file.file_name() == wanted.file_name(),
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().for_each(|entry| collect(&entry.path(), files)),
        Err(_) => files.push(path.to_path_buf()),
    }
}

/// The inputs under each heading of a page, as one seed with several files; blocks without a path (`lines`, expected
/// output) as seeds of their own, for the readers of those.
fn cases(page: &str) -> Vec<Vec<u8>> {
    let (mut out, mut case, mut block) = (Vec::new(), Vec::new(), None::<(Option<String>, Vec<u8>)>);
    for line in page.lines() {
        let bare = line.trim_start();
        match &mut block {
            Some((path, body)) if bare.starts_with("```") => {
                match path {
                    Some(path) => {
                        case.extend(format!("=== {path}\n").bytes());
                        case.append(body);
                    }
                    None => out.push(std::mem::take(body)),
                }
                block = None;
            }
            Some((_, body)) => body.extend(format!("{line}\n").bytes()),
            None if bare.starts_with("```") => {
                let file = line.split_whitespace().find_map(|w| w.strip_prefix("file="));
                block = Some((file.map(str::to_string), vec![]));
            }
            None if line.starts_with('#') && !case.is_empty() => out.push(std::mem::take(&mut case)),
            None => {}
        }
    }
    out.push(case);
    out.retain(|seed| !seed.is_empty());
    out
}
