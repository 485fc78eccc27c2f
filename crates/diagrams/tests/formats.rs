//! What holds for every PlantUML and Structurizr text, and for every picture in every format.

use proptest::prelude::*;
use undrawn_diagrams::{Addition, End, FORMATS, Format, Picture, PictureBox, PictureLine, apply};
use undrawn_model::{ComponentKind, Drawing, DrawingForm, Mode, Need, Note, SourceFile, SourceTree, Verdict};

fn format(name: &str) -> &'static Format {
    FORMATS.iter().find(|f| f.name == name).expect("registered")
}

fn read(name: &str, path: &str, text: &str) -> (Vec<Drawing>, Vec<Note>) {
    (format(name).read)(&SourceFile::new(path, text.as_bytes()))
}

/// Pieces put together at random: closer to trouble than random letters.
fn mix(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..70).prop_map(|w| w.concat())
}

fn plantuml_text() -> impl Strategy<Value = String> {
    mix(&[
        "@startuml\n",
        "@enduml\n",
        "@startuml T\n",
        "\n",
        "\r\n",
        " ",
        "\t",
        "component A\n",
        "[B c]",
        "[B",
        "]",
        "() I\n",
        "()",
        "(use)",
        ":U:",
        "\"q\"",
        "A",
        "é",
        "as x",
        " as ",
        "{\n",
        "{",
        "}\n",
        "-->",
        "->",
        "..>",
        "<-",
        "<--",
        "--",
        "-[#red]->",
        "-left->",
        "--(",
        "o--",
        "-(0)-",
        "--o",
        "--x ",
        "*--",
        "<|--",
        " : l\n",
        ": ",
        "<<ext>>",
        "<<",
        ">>",
        "#red",
        "$t",
        "[[http://x]]",
        "note left of A\n",
        "note \"x\" as N\n",
        "end note\n",
        "note left: x\n",
        "legend\n",
        "endlegend\n",
        "title x\n",
        "title\n",
        "skinparam x {\n",
        "!include a.puml\n",
        "!$v = \"w\"\n",
        "$v",
        "!define M(x) y\n",
        "M(1)\n",
        "!if (1)\n",
        "!endif\n",
        "!procedure $p()\n",
        "!endprocedure\n",
        "$p()\n",
        "' c\n",
        "' undrawn: ignore a -> b: c\n",
        "/'",
        "'/",
        "Container(c, \"C\", \"t\")\n",
        "System_Boundary(s, \"S\") {\n",
        "Rel(a, b, \"x\")\n",
        "Rel_Back(a, b)\n",
        "Rel(",
        "BiRel_U(a,b,\"c\")\n",
        "Foo(f, \"F\")\n",
        "participant P\n",
        "activate P\n",
        "return x\n",
        "A -> B ++ : x\n",
        "B --> A\n",
        "A -> A\n",
        "alt x\n",
        "end\n",
        "box T\n",
        "end box\n",
        "[-> A\n",
        "class C {\n",
        "state S\n",
        "start\n",
        "database D [\n",
        "]\n",
        "\\\n",
        "\\n",
        "<b>",
        "<U+0041>",
        "package P {\n",
        "rectangle {\n",
        "together {\n",
        "```puml\n",
        "```\n",
        "# h\n",
        "> ",
    ])
}

fn structurizr_text() -> impl Strategy<Value = String> {
    mix(&[
        "workspace {\n",
        "workspace \"W\" {\n",
        "workspace extends x.dsl {\n",
        "model {\n",
        "views {\n",
        "styles {\n",
        "element \"Database\" {\n",
        "shape Cylinder\n",
        "}\n",
        "{\n",
        "{",
        "}",
        "\n",
        "\r\n",
        " ",
        "\t",
        "a = softwareSystem \"A\"\n",
        "b = softwareSystem \"B\" {\n",
        "c = container \"C\" \"d\" \"t\" \"Database\"\n",
        "c = container \"C\" {\n",
        "k = component \"K\"\n",
        "p = person P\n",
        "person \"Nameless\"\n",
        "group \"G\" {\n",
        "enterprise E {\n",
        "a -> b\n",
        "a -> b \"l\" \"t\" \"Async\"\n",
        "-> a \"x\"\n",
        "this -> a\n",
        "b.c -> a {\n",
        "a -/> b\n",
        "a --x-> b\n",
        "archetypes {\n",
        "m = container {\n",
        "x = -> {\n",
        "z = m \"Z\"\n",
        "!identifiers hierarchical\n",
        "!include x.dsl\n",
        "!const N v\n",
        "${N}",
        "!element a {\n",
        "!script groovy {\n",
        "!elements x {\n",
        "deploymentEnvironment L {\n",
        "deploymentNode N {\n",
        "containerInstance c\n",
        "tags \"External\"\n",
        "// c\n",
        "# c\n",
        "/*\n",
        "*/\n",
        "// undrawn: ignore a -> b: c\n",
        "\"\"\"\n",
        "\\\n",
        "\"",
        "=",
        "é",
        "->",
        "```structurizr\n",
        "```\n",
    ])
}

fn inside(text: &str, drawings: &[Drawing], notes: &[Note]) {
    let lines = text.split('\n').count() as u32;
    for drawing in drawings {
        for line in &drawing.lines {
            for end in [&line.from, &line.to] {
                assert!(
                    drawing.box_of(end).is_some() || drawing.group_of(end).is_some(),
                    "{end} is not drawn"
                );
            }
        }
        let known = |id: &Option<String>| id.as_ref().is_none_or(|g| drawing.group_of(g).is_some());
        assert!(
            drawing.boxes.iter().all(|b| known(&b.group)) && drawing.groups.iter().all(|g| known(&g.parent))
        );
        let mut ids: Vec<_> =
            drawing.boxes.iter().map(|b| &b.id).chain(drawing.groups.iter().map(|g| &g.id)).collect();
        ids.sort();
        assert!(ids.windows(2).all(|w| w[0] != w[1]), "two things of one id: {ids:?}");
    }
    let places = drawings.iter().flat_map(|d| {
        let boxes = d.boxes.iter().map(|b| &b.location).chain(d.lines.iter().map(|l| &l.location));
        boxes.chain(d.groups.iter().map(|g| &g.location)).chain([&d.location])
    });
    for place in places.chain(notes.iter().filter_map(|n| n.location.as_ref())) {
        assert!(place.line >= 1 && place.end_line >= place.line && place.end_line <= lines, "{place:?}");
    }
}

/// Adds a line to the first drawing that can have one; what comes out holds the old text and one line more.
fn addition_keeps_the_rest(name: &str, path: &str, text: &str, new: bool) {
    let (drawings, _) = read(name, path, text);
    for (at, drawing) in drawings.iter().enumerate().filter(|(_, d)| d.form != DrawingForm::Other) {
        let (Some(from), Some(last)) = (drawing.boxes.first(), drawing.boxes.last()) else { continue };
        let to = match new {
            true => End::New { label: "Brand new".into(), kind: ComponentKind::Cache },
            false => End::Drawn(last.id.clone()),
        };
        let addition =
            Addition { from: End::Drawn(from.id.clone()), to, label: Some("x: y".into()), dashed: new };
        let add = format(name).add.expect("is written");
        let Ok(edits) = add(text, drawing, &addition) else { continue };
        assert!(edits.iter().all(|e| e.range.is_empty()), "only added: {edits:?}");
        let after = read(name, path, &apply(text, &edits)).0;
        assert_eq!(after.len(), drawings.len());
        assert_eq!(after[at].lines.len(), drawing.lines.len() + 1);
    }
}

fn words() -> impl Strategy<Value = String> {
    "[A-Za-z0-9 \"'<>{}\\[\\]()|&#$%*/\\\\:;+=_.,!?@~-]{0,14}|orders|é ü|漢字"
}

fn picture() -> impl Strategy<Value = Picture> {
    let drawn = (words(), 0..ComponentKind::ALL.len(), prop::option::of(words()), prop::option::of("[a-c]"));
    let boxes = prop::collection::vec(drawn, 0..9).prop_map(|all| {
        let each = |(label, kind, detail, group): (String, usize, _, _)| PictureBox {
            label,
            kind: ComponentKind::ALL[kind],
            detail,
            group,
        };
        all.into_iter().map(each).collect::<Vec<_>>()
    });
    let line = (0usize..9, 0usize..9, words(), 0usize..5, 0usize..5, 0usize..4);
    (boxes, prop::collection::vec(line, 0..12), words(), prop::collection::vec(words(), 0..2)).prop_map(
        |(boxes, lines, title, hidden)| {
            let count = boxes.len();
            let each = |(from, to, label, verdict, need, mode)| PictureLine {
                from,
                to,
                label,
                verdict: Verdict::ALL[verdict],
                need: Need::ALL[need],
                mode: Mode::ALL[mode],
            };
            let lines = lines.into_iter().filter(|l| l.0 < count && l.1 < count).map(each).collect();
            Picture { title, boxes, lines, hidden }
        },
    )
}

/// What a reader can get back of a label: words, one line.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn comes_back(name: &str, path: &str, picture: &Picture, label: impl Fn(&str) -> String) {
    let text = format(name).render.expect("is written")(picture);
    let (drawings, notes) = read(name, path, &text);
    assert!(notes.iter().all(|n| !n.unread), "{notes:?}\n{text}");
    if picture.boxes.is_empty() {
        return;
    }
    let drawing = drawings.first().unwrap_or_else(|| panic!("no drawing:\n{text}"));
    assert_eq!(drawing.lines.len(), picture.lines.len(), "{text}");
    let mut names: Vec<String> = drawing.boxes.iter().map(|b| b.label.clone()).collect();
    let wanted = picture.boxes.iter().map(|b| label(&plain(&b.label))).filter(|l| !l.is_empty());
    for wanted in wanted {
        let at = names
            .iter()
            .position(|n| *n == wanted)
            .unwrap_or_else(|| panic!("no {wanted:?} in {names:?}:\n{text}"));
        names.swap_remove(at);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_plantuml_gives_drawings_inside_it(text in plantuml_text()) {
        for path in ["a.puml", "a.md"] {
            let (drawings, notes) = read("plantuml", path, &text);
            inside(&text, &drawings, &notes);
        }
    }

    #[test]
    fn any_structurizr_gives_drawings_inside_it(text in structurizr_text()) {
        for path in ["a.dsl", "a.md"] {
            let (drawings, notes) = read("structurizr", path, &text);
            inside(&text, &drawings, &notes);
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for (name, path) in [("plantuml", "x.puml"), ("structurizr", "x.dsl"), ("plantuml", "x.md"), ("structurizr", "x.md")] {
            let file = SourceFile::new(path, &bytes);
            let (drawings, notes) = (format(name).read)(&file);
            inside(&file.text, &drawings, &notes);
        }
    }

    #[test]
    fn a_line_is_added_and_nothing_else_changes(text in plantuml_text(), new in any::<bool>()) {
        let text = format!("@startuml\ncomponent First\n{text}");
        addition_keeps_the_rest("plantuml", "a.puml", &text, new);
    }

    #[test]
    fn a_relationship_is_added_and_nothing_else_changes(text in structurizr_text(), new in any::<bool>()) {
        let text = format!("workspace {{\nmodel {{\nfirst = person F\n{text}\n}}\n}}\n");
        addition_keeps_the_rest("structurizr", "a.dsl", &text, new);
    }

    #[test]
    fn included_files_may_hold_anything(a in structurizr_text(), b in structurizr_text()) {
        let files = [("a.dsl", a), ("x.dsl", b)].map(|(path, text)| SourceFile::new(path, text.as_bytes()));
        let tree = SourceTree::new(files.to_vec());
        for file in tree.files() {
            (format("structurizr").read_tree.expect("includes"))(&tree, file);
        }
    }

    #[test]
    fn a_rendered_picture_reads_as_it_was(picture in picture()) {
        comes_back("plantuml", "p.puml", &picture, |l| l.to_string());
        comes_back("structurizr", "p.dsl", &picture, |l| l.replace('\\', "/").replace("${", "$ {"));
    }

    #[test]
    fn every_format_renders_every_picture_the_same_twice(picture in picture()) {
        for render in FORMATS.iter().filter_map(|f| f.render) {
            assert_eq!(render(&picture), render(&picture));
        }
    }
}
