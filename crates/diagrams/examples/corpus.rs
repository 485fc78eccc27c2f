//! Reads every diagram below folders and tries to add a line to each: `corpus DIR...`.
//!
//! Counts forms, boxes, lines and notes by format. On every diagram that is compared, it adds a line between two boxes
//! that are not joined yet, and a line to a new box, and checks that the result reads as before and one line more, that
//! only lines were added to the file, and that the new line is there. Failures and notes are printed with their place.

use std::collections::BTreeMap;
use std::path::Path;
use undrawn_diagrams::{Addition, End, FORMATS, Format, apply};
use undrawn_model::{ComponentKind, Drawing, DrawingForm, SourceFile};

#[derive(Default)]
struct Counts {
    files: usize,
    forms: BTreeMap<String, usize>,
    boxes: usize,
    lines: usize,
    notes: BTreeMap<String, usize>,
    tried: usize,
    added: usize,
    refused: BTreeMap<String, usize>,
    broken: usize,
}

fn main() {
    let quiet = std::env::args().any(|a| a == "--quiet");
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    for dir in std::env::args().skip(1).filter(|a| !a.starts_with("--")) {
        walk(Path::new(&dir), &mut |path| {
            let Ok(bytes) = std::fs::read(path) else { return };
            let file = SourceFile::new(path.to_string_lossy().as_ref(), &bytes);
            for format in FORMATS.iter().filter(|f| (f.wants)(&file.path)) {
                measure(format, &file, counts.entry(format.name).or_default(), quiet);
            }
        });
    }
    for (name, c) in counts {
        println!(
            "{name}: {} files with diagrams, forms {:?}, {} boxes, {} lines",
            c.files, c.forms, c.boxes, c.lines
        );
        println!("  notes: {:?}", c.notes);
        println!(
            "  additions: {} tried, {} made, {} broken, refused {:?}",
            c.tried, c.added, c.broken, c.refused
        );
    }
}

fn walk(path: &Path, visit: &mut impl FnMut(&Path)) {
    if path.is_symlink() || path.ends_with(".git") || path.ends_with("node_modules") {
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else { return visit(path) };
    let mut paths: Vec<_> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    paths.iter().for_each(|p| walk(p, visit));
}

fn measure(format: &Format, file: &SourceFile, counts: &mut Counts, quiet: bool) {
    let (drawings, notes) = (format.read)(file);
    counts.files += usize::from(!drawings.is_empty());
    for note in notes {
        let place = note.location.as_ref().map(|l| format!("{}:{}", l, l.column)).unwrap_or_default();
        if !quiet {
            println!("note {place} {}", note.message);
        }
        let kind = note.message.split('`').step_by(2).collect::<Vec<_>>().join("..");
        *counts.notes.entry(kind).or_default() += 1;
    }
    for drawing in &drawings {
        *counts.forms.entry(format!("{:?}", drawing.form)).or_default() += 1;
        counts.boxes += drawing.boxes.len();
        counts.lines += drawing.lines.len();
        if drawing.form == DrawingForm::Other || drawing.boxes.is_empty() {
            continue;
        }
        for addition in additions(drawing) {
            counts.tried += 1;
            match attempt(format, file, drawing, &addition) {
                Ok(true) => counts.added += 1,
                Ok(false) => {
                    counts.broken += 1;
                    println!("broken {} {addition:?}", drawing.location);
                }
                Err(why) => {
                    println!("refused {} {why} {:?} {:?}", drawing.location, addition.from, addition.to);
                    *counts
                        .refused
                        .entry(why.split('`').step_by(2).collect::<Vec<_>>().join(".."))
                        .or_default() += 1;
                }
            }
        }
    }
}

fn additions(drawing: &Drawing) -> Vec<Addition> {
    let joined = |a: &str, b: &str| drawing.lines.iter().any(|l| l.from == a && l.to == b);
    let boxes = drawing.boxes.iter().take(50);
    let pair = boxes.clone().flat_map(|a| drawing.boxes.iter().rev().take(50).map(move |b| (a, b)));
    let free = pair.clone().find(|(a, b)| a.id != b.id && !joined(&a.id, &b.id));
    let old = free.map(|(a, b)| Addition {
        from: End::Drawn(a.id.clone()),
        to: End::Drawn(b.id.clone()),
        label: Some("reads \"x\" & <y>".into()),
        dashed: false,
    });
    let new = drawing.boxes.last().map(|b| Addition {
        from: End::Drawn(b.id.clone()),
        to: End::New { label: "undrawn store (new)".into(), kind: ComponentKind::Database },
        label: None,
        dashed: true,
    });
    old.into_iter().chain(new).collect()
}

/// Adds, and checks the result. An error is the format's refusal.
fn attempt(
    format: &Format,
    file: &SourceFile,
    drawing: &Drawing,
    addition: &Addition,
) -> Result<bool, String> {
    let Some(add) = format.add else { return Err("not written".into()) };
    let edits = add(&file.text, drawing, addition).map_err(|r| r.0)?;
    let edited = apply(&file.text, &edits);
    let (drawings, notes) =
        (format.read)(&SourceFile { path: file.path.clone(), text: edited.as_str().into() });
    let Some(new) = drawings.iter().find(|d| d.id == drawing.id) else { return Ok(false) };
    let mut rest = edited.lines();
    let only_added = file.text.lines().all(|old| rest.any(|l| l == old));
    let new_line = |l: &undrawn_model::DrawnLine| match (&addition.from, &addition.to) {
        (End::Drawn(a), End::Drawn(b)) => l.from == *a && l.to == *b,
        (End::Drawn(a), End::New { .. }) => l.from == *a && drawing.box_of(&l.to).is_none(),
        _ => false,
    };
    let boxes_kept = drawing.boxes.iter().all(|b| {
        let now = new.box_of(&b.id);
        now.is_some_and(|n| {
            n.label == b.label && n.kind == b.kind && n.group == b.group && n.details == b.details
        })
    });
    let fresh = usize::from(matches!(addition.to, End::New { .. }));
    Ok(only_added
        && boxes_kept
        && notes.len() == (format.read)(file).1.len()
        && new.lines.len() == drawing.lines.len() + 1
        && new.boxes.len() == drawing.boxes.len() + fresh
        && new.lines.iter().any(new_line))
}
