//! What holds for every Mermaid text.

use proptest::prelude::*;
use undrawn_diagrams::{Addition, End, FORMATS, Format, Picture, PictureBox, PictureLine, apply};
use undrawn_model::{ComponentKind, Drawing, DrawingForm, LineEnds, Mode, Need, Note, SourceFile, Verdict};

fn mermaid() -> &'static Format {
    FORMATS.iter().find(|f| f.name == "mermaid").expect("registered")
}

fn read(path: &str, text: &str) -> (Vec<Drawing>, Vec<Note>) {
    (mermaid().read)(&SourceFile::new(path, text.as_bytes()))
}

/// Pieces that Mermaid texts are made of, put together at random: closer to trouble than random letters.
fn pieces() -> impl Strategy<Value = String> {
    let words = [
        "flowchart LR\n",
        "sequenceDiagram\n",
        "C4Container\n",
        "architecture-beta\n",
        "subgraph s[\"t\"]\n",
        "end\n",
        "A",
        "b-c",
        "é",
        "x",
        "o",
        "1",
        " ",
        "\n",
        "\r\n",
        ";",
        "&",
        " & ",
        "-->",
        "---",
        "-.->",
        "-. t .->",
        "==>",
        "== t ==>",
        "<-->",
        "--x",
        "o--o",
        "~~~",
        "|",
        "|\"t\"|",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "[(",
        ")]",
        "((",
        "))",
        ">",
        "[/",
        "/]",
        "\\]",
        "\"",
        "`",
        "@{ shape: cyl }",
        "@{",
        ":::",
        "e1@",
        "%%",
        "%% undrawn: ignore a -> b: c\n",
        "%%{init: {}}%%",
        "---\n",
        "title: x\n",
        "class A external\n",
        "linkStyle 0 stroke:red\n",
        "style A fill:#fff\n",
        "A->>B: hi\n",
        "B-->>A: ok\n",
        "loop\n",
        "alt x\n",
        "else\n",
        "box Aqua T\n",
        "participant P as Q\n",
        "actor U\n",
        "note over A,B: x\n",
        "Rel(a, b, \"c\")\n",
        "System_Boundary(s, \"t\") {\n",
        "}\n",
        "ContainerDb(d, \"D\")\n",
        "service a(server)[A]\n",
        "junction j\n",
        "a:R --> L:b\n",
        "group g(cloud)[G]\n",
        "a{group}:R -- L:j\n",
        "#quot;",
        "&amp;",
        "<br/>",
        "<b>",
        "accTitle: t\n",
        "accDescr {\n",
        "```\n",
        "```mermaid\n",
        "> ",
        "    ",
        "\t",
        "<!--\n",
        "-->\n",
        "# h\n",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..60).prop_map(|w| w.concat())
}

fn lies_inside(text: &str, drawings: &[Drawing], notes: &[Note]) {
    let lines = text.split('\n').count() as u32;
    let places = drawings.iter().flat_map(|d| {
        let boxes = d.boxes.iter().map(|b| &b.location);
        boxes
            .chain(d.lines.iter().map(|l| &l.location))
            .chain(d.groups.iter().map(|g| &g.location))
            .chain([&d.location])
    });
    for place in places.chain(notes.iter().filter_map(|n| n.location.as_ref())) {
        assert!(place.line >= 1 && place.end_line <= lines && place.column >= 1, "{place:?}");
        assert!((place.line, place.column) <= (place.end_line, place.end_column), "{place:?}");
    }
    for d in drawings {
        for end in d.lines.iter().flat_map(|l| [&l.from, &l.to]) {
            assert!(d.box_of(end).is_some() || d.group_of(end).is_some(), "{end} is not drawn");
        }
        for group in d.boxes.iter().filter_map(|b| b.group.as_ref()) {
            assert!(
                d.group_of(group).is_some() || group.is_empty() || d.form == DrawingForm::Architecture,
                "{group}"
            );
        }
    }
}

/// What an addition must leave alone: everything but places.
fn parts(d: &Drawing) -> (Vec<String>, Vec<String>) {
    let boxes =
        d.boxes.iter().map(|b| format!("{} {} {:?} {:?} {:?}", b.id, b.label, b.details, b.kind, b.group));
    let lines =
        d.lines.iter().map(|l| format!("{} {} {:?} {} {:?}", l.from, l.to, l.label, l.dashed, l.ends));
    (boxes.collect(), lines.collect())
}

fn additions(drawing: &Drawing, label: &str) -> Vec<Addition> {
    let (Some(first), Some(last)) = (drawing.boxes.first(), drawing.boxes.last()) else { return vec![] };
    let text = Some(label.to_string());
    let new = End::New { label: label.to_string(), kind: ComponentKind::Database };
    vec![
        Addition {
            from: End::Drawn(first.id.clone()),
            to: End::Drawn(last.id.clone()),
            label: text,
            dashed: false,
        },
        Addition { from: End::Drawn(last.id.clone()), to: new, label: None, dashed: true },
    ]
}

fn adding_keeps_everything(path: &str, text: &str, label: &str) {
    let text = &*SourceFile::new(path, text.as_bytes()).text;
    let (before, notes) = read(path, text);
    for drawing in before.iter().filter(|d| d.form != DrawingForm::Other) {
        for addition in additions(drawing, label) {
            let Ok(edits) = mermaid().add.expect("written")(text, drawing, &addition) else { continue };
            assert!(edits.iter().all(|e| e.range.is_empty()), "only insertions");
            let edited = apply(text, &edits);
            let mut rest = edited.split('\n');
            assert!(text.split('\n').all(|old| rest.any(|l| l.trim_end() == old.trim_end())), "{edited}");
            let (after, more) = read(path, &edited);
            assert_eq!(more.len(), notes.len());
            let new = after.iter().find(|d| d.id == drawing.id).expect("still there");
            let ((mut boxes, mut lines), (now_boxes, now_lines)) = (parts(drawing), parts(new));
            assert_eq!(now_lines.len(), lines.len() + 1);
            lines.retain(|l| !now_lines.contains(l));
            boxes.retain(|b| !now_boxes.contains(b));
            assert!(lines.is_empty() && boxes.is_empty(), "lost {lines:?} {boxes:?}");
        }
    }
}

fn picture() -> impl Strategy<Value = Picture> {
    let label = "[^\\x00]{0,24}";
    let boxes = prop::collection::vec(
        (
            label,
            prop::sample::select(ComponentKind::ALL.to_vec()),
            prop::option::of(label),
            prop::option::of("[a-c]"),
        ),
        1..8,
    );
    let lines = prop::collection::vec(
        (
            any::<prop::sample::Index>(),
            any::<prop::sample::Index>(),
            label,
            prop::sample::select(Verdict::ALL.to_vec()),
            prop::sample::select(Need::ALL.to_vec()),
            prop::sample::select(Mode::ALL.to_vec()),
        ),
        0..12,
    );
    (label, boxes, lines, prop::collection::vec(label, 0..3)).prop_map(|(title, boxes, lines, hidden)| {
        let count = boxes.len();
        let boxes =
            boxes.into_iter().map(|(label, kind, detail, group)| PictureBox { label, kind, detail, group });
        let lines = lines.into_iter().map(|(from, to, label, verdict, need, mode)| PictureLine {
            from: from.index(count),
            to: to.index(count),
            label,
            verdict,
            need,
            mode,
        });
        Picture { title, boxes: boxes.collect(), lines: lines.collect(), hidden }
    })
}

/// White space as a label shows it.
fn words(text: &str) -> String {
    let blank = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' | '\u{2028}' | '\u{2029}')
    };
    text.replace(blank, " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn rendering_reads_back(picture: &Picture) {
    let text = mermaid().render.expect("rendered")(picture);
    let (drawings, notes) = read("map.mmd", &text);
    assert!(notes.is_empty(), "{notes:?}\n{text}");
    let [drawing] = drawings.as_slice() else { panic!("one drawing:\n{text}") };
    assert_eq!(drawing.boxes.len(), picture.boxes.len(), "{text}");
    let group_label =
        |id: &Option<String>| id.as_ref().and_then(|id| drawing.group_of(id)).map(|g| g.label.clone());
    let mut shown: Vec<_> =
        drawing.boxes.iter().map(|b| (b.label.clone(), b.details.clone(), group_label(&b.group))).collect();
    let mut wanted: Vec<_> = picture
        .boxes
        .iter()
        .map(|b| {
            let label = words(&b.label);
            let detail = b.detail.iter().map(|d| words(d)).filter(|d| !d.is_empty()).collect::<Vec<_>>();
            (label, detail, b.group.clone())
        })
        .collect();
    // A box without a label shows its id.
    let is_id = |label: &str| drawing.boxes.iter().any(|b| b.id == label);
    shown.iter_mut().for_each(|s| {
        if is_id(&s.0) {
            s.0.clear()
        }
    });
    wanted.iter_mut().for_each(|w| {
        if is_id(&w.0) {
            w.0.clear()
        }
    });
    shown.sort();
    wanted.sort();
    assert_eq!(shown, wanted, "{text}");
    assert_eq!(drawing.lines.len(), picture.lines.len());
    for (line, wanted) in drawing.lines.iter().zip(&picture.lines) {
        let sign = match wanted.verdict {
            Verdict::Undrawn => "+ ",
            Verdict::Unseen => "? ",
            _ => "",
        };
        let label = words(&format!("{sign}{}", wanted.label));
        assert_eq!(line.label.clone().unwrap_or_default(), label, "{text}");
        assert_eq!(line.ends, LineEnds::Forward);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}", path in prop::sample::select(vec!["a.md", "a.mmd"])) {
        let (drawings, notes) = read(path, &text);
        lies_inside(&text, &drawings, &notes);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let file = SourceFile::new("a.mmd", &bytes);
        let (drawings, notes) = (mermaid().read)(&file);
        lies_inside(&file.text, &drawings, &notes);
    }

    #[test]
    fn any_pieces_are_read_and_survive_an_addition(
        head in prop::sample::select(vec!["flowchart LR\n", "sequenceDiagram\n", "C4Context\n", "architecture-beta\n", ""]),
        text in pieces(),
        label in "[^\\x00]{0,20}",
    ) {
        let text = format!("{head}{text}");
        let (drawings, notes) = read("a.mmd", &text);
        lies_inside(&text, &drawings, &notes);
        adding_keeps_everything("a.mmd", &text, &label);
        let fenced = format!("# t\n\n```mermaid\n{text}\n```\nend\n");
        let (drawings, notes) = read("a.md", &fenced);
        lies_inside(&fenced, &drawings, &notes);
        adding_keeps_everything("a.md", &fenced, &label);
    }

    #[test]
    fn any_picture_reads_back(picture in picture()) {
        rendering_reads_back(&picture);
    }
}
