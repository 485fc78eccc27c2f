//! The pages of every format: an input file, and the drawings read from it, the file after adding lines to it, or the
//! text rendered from a picture.
//!
//! The name of an expectation says what is done: none for reading; `add` for adding the lines that the page's file
//! `lines` asks for, one a line; a format's name for rendering the picture that the page's file `picture` asks for.

use std::fmt::Write as _;
use undrawn_diagrams::{Addition, End, FORMATS, Format, Picture, PictureBox, PictureLine, apply};
use undrawn_model::{
    ComponentKind, Drawing, LineEnds, Location, Mode, Need, Note, SourceFile, SourceTree, Verdict,
};
use undrawn_testkit::Case;

#[test]
fn pages() {
    undrawn_testkit::run(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), |case| match case.output.as_str() {
        "" => read(case),
        "add" => add(case),
        format => render(case, format),
    });
}

fn inputs(case: &Case) -> Vec<SourceFile> {
    let files = case.files.iter().filter(|(path, _)| !["lines", "picture"].contains(&path.as_str()));
    files.map(|(path, bytes)| SourceFile::new(path.as_str(), bytes)).collect()
}

fn instructions(case: &Case, name: &str) -> String {
    let found = case.files.iter().find(|(path, _)| path == name);
    let (_, bytes) = found.unwrap_or_else(|| panic!("{}: the case needs a file `{name}`", case.title));
    String::from_utf8_lossy(bytes).into_owned()
}

/// Drawings and notes of a file, by every format that wants it.
fn drawings(tree: &SourceTree, file: &SourceFile) -> (Vec<Drawing>, Vec<Note>) {
    let (mut drawings, mut notes) = (vec![], vec![]);
    for format in FORMATS.iter().filter(|f| (f.wants)(&file.path)) {
        let (more, said) = match format.read_tree {
            Some(read) => read(tree, file),
            None => (format.read)(file),
        };
        drawings.extend(more);
        notes.extend(said);
    }
    (drawings, notes)
}

fn read(case: &Case) -> String {
    let tree = SourceTree::new(inputs(case));
    let mut out = String::new();
    for file in tree.files() {
        let (drawings, notes) = drawings(&tree, file);
        drawings.iter().for_each(|d| show(&mut out, d));
        for note in notes {
            let place =
                note.location.map(|l| format!("{}:{}:{}: ", l.file, l.line, l.column)).unwrap_or_default();
            let _ = writeln!(out, "{} {place}{}", if note.unread { "unread" } else { "note" }, note.message);
        }
    }
    out
}

fn at(location: &Location) -> String {
    format!("{}:{}", location.line, location.column)
}

fn show(out: &mut String, drawing: &Drawing) {
    let title = drawing.title.as_ref().map(|t| format!(" {t:?}")).unwrap_or_default();
    let _ = writeln!(out, "{} {:?}{title} {}", drawing.id, drawing.form, at(&drawing.location));
    for group in &drawing.groups {
        let parent = group.parent.as_ref().map(|p| format!(" in {p}")).unwrap_or_default();
        let _ = writeln!(out, "  group {} {:?}{parent} {}", group.id, group.label, at(&group.location));
    }
    for drawn in &drawing.boxes {
        let _ = write!(out, "  box {} {:?}", drawn.id, drawn.label);
        drawn.details.iter().for_each(|d| _ = write!(out, " {d:?}"));
        drawn.kind.iter().for_each(|k| _ = write!(out, " {k}"));
        let _ = write!(out, "{}", if drawn.external { " external" } else { "" });
        drawn.group.iter().for_each(|g| _ = write!(out, " in {g}"));
        let _ = writeln!(out, " {}", at(&drawn.location));
    }
    for line in &drawing.lines {
        let arrow = match line.ends {
            LineEnds::Forward => "->",
            LineEnds::Both => "<->",
            LineEnds::Neither => "--",
        };
        let label = line.label.as_ref().map(|l| format!(" {l:?}")).unwrap_or_default();
        let dashed = if line.dashed { " dashed" } else { "" };
        let reply = if line.reply { " reply" } else { "" };
        let _ = writeln!(
            out,
            "  line {} {arrow} {}{label}{dashed}{reply} {}",
            line.from,
            line.to,
            at(&line.location)
        );
    }
    for ignore in &drawing.ignores {
        let rule = ignore.rule.as_deref().unwrap_or("*");
        let until = ignore.until.as_deref().unwrap_or("always");
        let _ =
            writeln!(out, "  ignore {rule} {} -> {}: {} ({until})", ignore.from, ignore.to, ignore.reason);
    }
}

/// Adds `FROM -> TO [dashed] [: label]` to the first drawing; a new box is written `(kind label)`.
fn add(case: &Case) -> String {
    let tree = SourceTree::new(inputs(case));
    let Some(file) = tree.files().first() else { return "no file".into() };
    let mut text = file.text.to_string();
    for instruction in instructions(case, "lines").lines().filter(|l| !l.trim().is_empty()) {
        let current = SourceFile { path: file.path.clone(), text: text.as_str().into() };
        let found = FORMATS.iter().filter(|f| (f.wants)(&file.path)).find_map(|f| {
            let drawing = (f.read)(&current).0.into_iter().next()?;
            Some((f, drawing))
        });
        let Some((format, drawing)) = found else { return "no drawing".into() };
        let Some(add) = format.add else { return format!("{} is not written", format.name) };
        match add(&text, &drawing, &addition(instruction)) {
            Ok(edits) => text = apply(&text, &edits),
            Err(refusal) => _ = writeln!(text, "refused {instruction}: {}", refusal.0),
        }
    }
    text
}

fn addition(instruction: &str) -> Addition {
    let (ends, label) = match instruction.split_once(" : ") {
        Some((ends, label)) => (ends, Some(label.to_string())),
        None => (instruction, None),
    };
    let (ends, dashed) = match ends.trim().strip_suffix(" dashed") {
        Some(ends) => (ends, true),
        None => (ends, false),
    };
    let (from, to) = ends.split_once("->").expect("FROM -> TO");
    Addition { from: end(from), to: end(to), label, dashed }
}

fn end(text: &str) -> End {
    let text = text.trim();
    match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(new) => {
            let (kind, label) = new.split_once(' ').expect("(kind label)");
            End::New { label: label.to_string(), kind: ComponentKind::from_word(kind).expect("a kind") }
        }
        None => End::Drawn(text.to_string()),
    }
}

/// Renders lines `title T`, `box KIND LABEL [/ DETAIL] [@ GROUP]`, `line FROM TO VERDICT NEED MODE [LABEL]` (ends are
/// numbers of boxes from 0) and `hidden TEXT`.
fn render(case: &Case, name: &str) -> String {
    let format: &Format = FORMATS.iter().find(|f| f.name == name).expect("a format");
    let mut picture = Picture::default();
    for line in instructions(case, "picture").lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "title" => picture.title = rest.to_string(),
            "hidden" => picture.hidden.push(rest.to_string()),
            "box" => picture.boxes.push(picture_box(rest)),
            "line" => picture.lines.push(picture_line(rest)),
            _ => {}
        }
    }
    format.render.map_or_else(|| "not written".into(), |render| render(&picture))
}

fn picture_box(rest: &str) -> PictureBox {
    let (rest, group) = rest.split_once(" @ ").map_or((rest, None), |(r, g)| (r, Some(g.to_string())));
    let (rest, detail) = rest.split_once(" / ").map_or((rest, None), |(r, d)| (r, Some(d.to_string())));
    let (kind, label) = rest.split_once(' ').expect("KIND LABEL");
    PictureBox { label: label.into(), kind: ComponentKind::from_word(kind).expect("a kind"), detail, group }
}

fn picture_line(rest: &str) -> PictureLine {
    let words: Vec<&str> = rest.splitn(6, ' ').collect();
    let number = |i: usize| words[i].parse().expect("a number of a box");
    PictureLine {
        from: number(0),
        to: number(1),
        verdict: Verdict::from_word(words[2]).expect("a verdict"),
        need: Need::from_word(words[3]).expect("a need"),
        mode: Mode::from_word(words[4]).expect("a mode"),
        label: words.get(5).unwrap_or(&"").to_string(),
    }
}
