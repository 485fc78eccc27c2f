//! Any text gives an answer: no panic, no overflow, places inside the text, the same with and without the prefilter.

use proptest::prelude::*;
use undrawn_code::{Options, read_with};
use undrawn_model::{Evidence, Note, SourceFile, SourceTree};

fn read(files: &[(&str, String)]) -> (Vec<Evidence>, Vec<Note>) {
    let others = (0..40).map(|i| (format!("other/O{i}.java"), format!("package other; class O{i} {{}}")));
    let files = files.iter().map(|(path, text)| ((*path).to_string(), text.clone())).chain(others);
    let files = files.map(|(path, text)| SourceFile::new(path, text.as_bytes())).collect();
    let tree = SourceTree::new(files);
    let (evidence, notes) = read_with(&tree, Options::default());
    for one in &evidence {
        let place = &one.sighting.location;
        let file = tree.get(&place.file).expect("evidence lies in a file of the tree");
        let lines = file.text.split('\n').count() as u32;
        assert!(place.line >= 1 && place.line <= place.end_line && place.end_line <= lines, "{place:?}");
    }
    let (all, _) = read_with(&tree, Options { prefilter: false });
    assert_eq!(evidence, all);
    (evidence, notes)
}

const HEAD: &str =
    "import org.springframework.web.client.RestTemplate; import org.springframework.web.bind.annotation.*; ";

/// Pieces of which random programs are made.
const WORDS: &[&str] = &[
    "class A ",
    "class B extends A ",
    "interface I ",
    "enum E { X(\"a\"), Y; ",
    "record R(String a, int b) ",
    "{",
    "}",
    "(",
    ")",
    ";",
    "@GetMapping(\"/a\") ",
    "@RestController ",
    "String a ",
    "= ",
    "a + ",
    "\"http://x/\" ",
    "a.b() ",
    "new A() ",
    "this.a ",
    "return ",
    "RestTemplate rest ",
    "rest.getForObject(",
    "b -> ",
    "() -> { ",
    "if (a) ",
    "for (String s : a) ",
    "try { ",
    "} catch (E e) { ",
    "switch (a) { ",
    "case 1 -> ",
    "? ",
    ": ",
    ", ",
    "A::b ",
    "void f(String a) { ",
    "static final ",
    "\"\"\"\n x\n\"\"\" ",
    "// c\n",
    "/* ",
    " */",
    "\u{1F600}",
    "\r\n",
    "'",
    "\\u0041",
    "a += ",
    "super.f(",
    "A(String a) { ",
    "this(a); ",
    "a.b.c.D ",
    "<T extends A> ",
    "[] ",
    "...",
    "E.X ",
    "String.format(\"%s%d%%\", ",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        read(&[("src/main/java/A.java", text.clone()), ("m.xml", text.clone()), ("p.proto", text)]);
    }

    #[test]
    fn any_program(words in proptest::collection::vec(0..WORDS.len(), 0..80)) {
        let text: String = words.iter().map(|w| WORDS[*w]).collect();
        read(&[("src/main/java/A.java", format!("{HEAD}{text}")), ("src/main/java/B.java", format!("{HEAD} class C extends B {{ {text}"))]);
    }
}

#[test]
fn deep_nesting_is_cut_with_a_note() {
    let deep = |open: &str, close: &str| {
        let inner = format!("{}\"x\"{}", open.repeat(20_000), close.repeat(20_000));
        format!(
            "{HEAD} class A {{ RestTemplate r; void f() {{ r.delete({inner}); r.delete(\"http://after\"); }} }}"
        )
    };
    for text in
        [deep("(", ")"), deep("f(", ")"), deep("a ? ", " : b"), deep("() -> ", ""), deep("new A() {{", "}}")]
    {
        read(&[("A.java", text)]);
    }
    let long = format!(
        "{HEAD} class A {{ RestTemplate r; void f() {{ r.delete(\"http://x\"{}); }} }}",
        " + a".repeat(50_000)
    );
    assert!(!read(&[("A.java", long)]).0.is_empty());
    let chain =
        format!("{HEAD} class A {{ RestTemplate r; void f() {{ r.delete(b{}); }} }}", ".c()".repeat(50_000));
    assert!(!read(&[("A.java", chain)]).0.is_empty());
    let types = format!("{HEAD} {}", "class A { ".repeat(20_000));
    read(&[("A.java", types)]);
}

#[test]
fn cycles_end() {
    let text = format!(
        "{HEAD} class A extends B {{ String u = v; String v = u; RestTemplate r; String f(String x) {{ return g(x + x); }} \
         String g(String x) {{ return f(x + x); }} void h() {{ r.delete(f(u)); h(); }} }} class B extends A {{}} "
    );
    read(&[("A.java", text)]);
}
