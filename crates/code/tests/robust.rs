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
        read(&[("src/main/java/A.java", text.clone()), ("m.xml", text.clone()), ("p.proto", text.clone()), ("a/b.py", text)]);
    }

    #[test]
    fn any_program(words in proptest::collection::vec(0..WORDS.len(), 0..80)) {
        let text: String = words.iter().map(|w| WORDS[*w]).collect();
        read(&[("src/main/java/A.java", format!("{HEAD}{text}")), ("src/main/java/B.java", format!("{HEAD} class C extends B {{ {text}"))]);
    }
}

/// Pieces of which random Python programs are made.
const PYTHON: &[&str] = &[
    "def f(a, b=1, *c, **d):\n",
    "class A(B):\n",
    "    ",
    "\n",
    "\t",
    "@app.get(\"/a\")\n",
    "app = Flask(__name__)\n",
    "self.a = ",
    "a = ",
    "a += ",
    "global a\n",
    "f\"http://{a}/{b!r:>{c}}\"",
    "\"%s/%(a)d\" % ",
    "\"{}/{0}/{a}\".format(",
    "requests.get(",
    "lambda x: ",
    "[x for x in ",
    "{\"a\": ",
    "}",
    "]",
    "(",
    ")",
    ", ",
    "**a",
    "*a",
    "if a:\n",
    "else:\n",
    "while True:\n",
    "time.sleep(a)\n",
    "for a, b in c:\n",
    "try:\n",
    "except E as e:\n",
    "with a as b:\n",
    "return ",
    "yield ",
    "await ",
    "async ",
    "import a.b as c\n",
    "from .. import a\n",
    "from a import *\n",
    "print a\n",
    "a if b else c",
    " or ",
    "a[b]",
    "a.b()",
    "A()",
    "super().__init__(",
    "if __name__ == \"__main__\":\n",
    "a := ",
    "\u{1F600}",
    "\r\n",
    "'\\x4",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_python(words in proptest::collection::vec(0..PYTHON.len(), 0..80)) {
        let head = "import requests, time\nfrom flask import Flask\nfrom b import A\n";
        let text: String = words.iter().map(|w| PYTHON[*w]).collect();
        read(&[("p/a.py", format!("{head}{text}")), ("p/b.py", format!("{head}class A:\n  def f(self, a):\n    {text}"))]);
    }
}

#[test]
fn deep_python_is_cut_with_a_note() {
    let deep = |open: &str, close: &str| {
        let inner = format!("{}\"x\"{}", open.repeat(20_000), close.repeat(20_000));
        format!("import requests\nrequests.get({inner})\nrequests.get(\"http://after\")\n")
    };
    for text in [
        deep("(", ")"),
        deep("f(", ")"),
        deep("[", "]"),
        deep("lambda: ", ""),
        deep("a if b else ", ""),
        deep("a or ", ""),
    ] {
        read(&[("a.py", text)]);
    }
    let long = format!("import requests\nrequests.get(\"http://x\"{})\n", " + a".repeat(50_000));
    assert!(!read(&[("a.py", long)]).0.is_empty());
    let blocks: String = (0..500).map(|i| format!("{}if a:\n", " ".repeat(i))).collect();
    read(&[("a.py", blocks)]);
}

#[test]
fn python_cycles_end() {
    let text = "import requests\nfrom a import u as v\nu = v\nclass A(B):\n  def __init__(self, x):\n    self.x = self.f(x)\n  def f(self, x):\n    return self.g(x + x)\n  \
                def g(self, x):\n    return self.f(self.x + x)\nclass B(A):\n  pass\ndef h(x):\n  y = h(x)\n  requests.get(h(y) + u + A(u).x)\n  return h(y)\n";
    read(&[("a.py", text.to_string())]);
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
