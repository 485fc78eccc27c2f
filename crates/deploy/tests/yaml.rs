//! The YAML layer on its own: places, expansion, and reading on after errors.

use proptest::prelude::*;
use undrawn_deploy::yaml::{Kind, Node, Yaml, parse};
use undrawn_model::SourceFile;

/// Every scalar with its place, keys in front, notes last.
fn show(text: &str) -> String {
    let yaml = parse(&SourceFile::new("a.yml", text.as_bytes()));
    let mut out = String::new();
    for document in &yaml.documents {
        walk(&yaml, document, "", &mut out);
    }
    for note in &yaml.notes {
        let Some(at) = &note.location else { continue };
        out += &format!("{}:{}-{}:{} {}\n", at.line, at.column, at.end_line, at.end_column, note.message);
    }
    out
}

fn walk(yaml: &Yaml, node: &Node, path: &str, out: &mut String) {
    match &node.kind {
        Kind::Scalar { text, .. } => {
            let at = yaml.location(node);
            *out += &format!("{path}={text:?}@{}:{}\n", at.line, at.column);
        }
        Kind::Seq(items) => {
            items.iter().enumerate().for_each(|(i, n)| walk(yaml, n, &format!("{path}[{i}]"), out));
        }
        Kind::Map(entries) => {
            entries.iter().for_each(|e| walk(yaml, &e.value, &format!("{path}.{}", e.name()), out));
        }
    }
}

#[test]
fn aliases_and_merges_keep_the_place_of_their_definition() {
    let text = "x: &d {a: 1, b: 2}\ny: &e\n  c: 3\nz:\n  <<: [*d, *e]\n  b: own\nl: [*d, *nobody]\n";
    assert_eq!(
        show(text),
        ".x.a=\"1\"@1:11\n.x.b=\"2\"@1:17\n.y.c=\"3\"@3:6\n.z.b=\"own\"@6:6\n.z.a=\"1\"@1:11\n.z.c=\"3\"@3:6\n\
         .l[0].a=\"1\"@1:11\n.l[0].b=\"2\"@1:17\n.l[1]=\"\"@7:9\n7:9-7:16 alias \"nobody\" has no anchor before it\n"
    );
}

#[test]
fn the_last_of_equal_keys_stays() {
    assert_eq!(show("a: 1\nb: 2\na: 3\n"), ".b=\"2\"@2:4\n.a=\"3\"@3:4\n");
}

#[test]
fn an_error_costs_its_lines_and_what_is_nested_below() {
    let text = "s:\n  web:\n    image: x\n  db: : bad\n    image: postgres\n  mq:\n    image: y\n---\nd: 2\n";
    let shown = show(text);
    assert!(
        shown.starts_with(".s.web.image=\"x\"@3:12\n.s.mq.image=\"y\"@7:12\n.d=\"2\"@9:4\n4:1-5:20"),
        "{shown}"
    );
}

#[test]
fn a_builds_placeholder_is_text() {
    assert_eq!(show("v: @project.version@\nw: 1\n"), ".v=\"@project.version@\"@1:4\n.w=\"1\"@2:4\n");
}

#[test]
fn a_small_file_does_not_become_a_huge_one() {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_string();
    for i in 1..20 {
        let p = i - 1;
        text += &format!("a{i}: &a{i} [*a{p},*a{p},*a{p},*a{p},*a{p},*a{p},*a{p},*a{p},*a{p}]\n");
    }
    assert!(parse(&SourceFile::new("a", text.as_bytes())).notes.iter().any(|n| n.message.contains("beyond")));
}

#[test]
fn parts_of_scalars_have_places() {
    let yaml = parse(&SourceFile::new("a.yml", b"p: \"8080:80\"\nb: |\n    one\n    two=3\nc: |-\n  x\n"));
    let root = &yaml.documents[0];
    let at = |key: &str, range| {
        let l = yaml.location_in(root.get(key).unwrap(), range);
        (l.line, l.column, l.end_column)
    };
    assert_eq!(at("p", 5..7), (1, 10, 12));
    assert_eq!(at("b", 8..9), (4, 9, 10));
    assert_eq!(at("c", 0..1), (6, 3, 4));
    assert_eq!(yaml.block_origin(root.get("b").unwrap()), Some((3, 4)));
}

proptest! {
    #[test]
    fn any_text_parses_and_spans_lie_inside(text in "([a-z:{}\\[\\]&*<|>'\"#@!%?,-]|[ \\n\\t]|[éü]: x|---\n|  |: ){0,80}") {
        let yaml = parse(&SourceFile::new("a", text.as_bytes()));
        let mut open: Vec<&Node> = yaml.documents.iter().collect();
        while let Some(node) = open.pop() {
            prop_assert!(yaml.file.text.get(node.span.clone()).is_some());
            let _ = yaml.location_in(node, 0..1);
            open.extend(node.items());
            open.extend(node.entries().iter().flat_map(|e| [&e.key, &e.value]));
        }
    }
}
