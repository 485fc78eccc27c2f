//! Whatever stands in build and configuration files: an answer, the same one every time, with places inside the files.

use proptest::prelude::*;
use std::collections::BTreeMap;
use undrawn_model::{Evidence, Note, SourceFile, SourceTree};

/// Input files of the formats' pages: (path, text).
fn inputs() -> Vec<(String, String)> {
    let mut out = Vec::new();
    for page in ["maven", "gradle", "spring", "logback", "packages"] {
        let path = format!("{}/src/{page}.md", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("a page");
        let mut open: Option<(String, String)> = None;
        for line in text.lines() {
            match &mut open {
                Some(_) if line == "```" => out.extend(open.take()),
                Some((_, body)) => body.push_str(&format!("{line}\n")),
                None => {
                    let file = line.split_whitespace().find_map(|w| w.strip_prefix("file="));
                    open = file.filter(|_| line.starts_with("```")).map(|f| (f.to_string(), String::new()));
                }
            }
        }
    }
    assert!(out.len() > 40, "the pages have {} inputs", out.len());
    out
}

fn read(files: &[(String, String)]) -> (Vec<Evidence>, Vec<Note>) {
    let files = files.iter().map(|(path, text)| SourceFile::new(path.as_str(), text.as_bytes()));
    undrawn_deploy::read(&SourceTree::new(files.collect()))
}

fn check(files: &[(String, String)]) {
    let (evidence, notes) = read(files);
    let places =
        evidence.iter().map(|e| &e.sighting.location).chain(notes.iter().filter_map(|n| n.location.as_ref()));
    let counts: BTreeMap<&str, u32> =
        files.iter().map(|(path, text)| (path.as_str(), text.split('\n').count() as u32)).collect();
    for place in places {
        let lines = counts[&*place.file];
        assert!(
            (1..=lines).contains(&place.line) && place.line <= place.end_line,
            "{place:?} of {lines} lines"
        );
        assert!(place.end_line <= lines && place.column >= 1, "{place:?} of {lines} lines");
    }
    assert_eq!(read(files), (evidence, notes));
}

/// The text with the bytes of a range (wrapped into it) replaced.
fn spliced(text: &str, from: usize, len: usize, new: &str) -> String {
    let mut from = from % (text.len() + 1);
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    let mut to = (from + len).min(text.len());
    while !text.is_char_boundary(to) {
        to += 1;
    }
    format!("{}{new}{}", &text[..from], &text[to..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn damaged_files_give_an_answer(
        which in 0usize..1000,
        from in 0usize..5000,
        len in 0usize..200,
        new in r#"([<>/&;"'{}\[\]()$#@%:=,.\\\n\t -]|[a-z]|\$\{|é|---\n|<!\[CDATA\[|/\*|""")*"#,
    ) {
        let files = inputs();
        let (path, text) = &files[which % files.len()];
        check(&[(path.clone(), spliced(text, from, len, &new))]);
    }

    #[test]
    fn anything_in_any_file_gives_an_answer(which in 0usize..1000, text in "\\PC{0,300}|[ -~\n\t\r]{0,300}") {
        let files = inputs();
        check(&[(files[which % files.len()].0.clone(), text)]);
    }

    #[test]
    fn all_files_of_the_pages_together_give_an_answer(cut in 0usize..3000) {
        let files: Vec<_> = inputs().into_iter().map(|(path, text)| (path, spliced(&text, cut, 40, ""))).collect();
        let mut seen = std::collections::BTreeSet::new();
        let files: Vec<_> = files.into_iter().filter(|(path, _)| seen.insert(path.clone())).collect();
        check(&files);
    }
}

#[test]
fn what_nests_or_repeats_without_end_is_read_in_time() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let many = |line: &str| line.repeat(10_000);
    let cases = [
        ("pom.xml", format!("<project>{}</project>", deep("<a>", "</a>"))),
        ("pom.xml", format!("<project>{}</project>", many("<a x='1'>"))),
        (
            "pom.xml",
            format!("<project><properties>{}</properties></project>", many("<p>${p}${q}</p><q>${p}</q>")),
        ),
        (
            "logback.xml",
            format!(
                "<configuration>{}</configuration>",
                deep("<appender name='a' class='Socket'>", "</appender>")
            ),
        ),
        ("build.gradle", deep("dependencies {", "}")),
        ("build.gradle", many("implementation(")),
        ("build.gradle", many("if (a) { } else ")),
        ("build.gradle", format!("ext {{ {} }}", many("a = \"$a$b\"\n"))),
        ("build.gradle", many("'")),
        ("application.yml", many("- ")),
        ("application.yml", format!("zuul.routes:\n{}", many("  x: /a\n"))),
        ("application.yml", many("a:\n---\nspring.cloud.gateway.routes[0].uri: b\n")),
        ("application.properties", many("spring.config.activate.on-profile=((((a|b)&\\\n")),
        ("application.properties", (0..10_000).map(|i| format!("zuul.routes.r{i}=/r{i}\n")).collect()),
        ("package.json", deep("{\"a\":", "}")),
        ("Cargo.toml", format!("a = {}", deep("[", "]"))),
        ("go.mod", many("require (\n")),
    ];
    for (path, text) in cases {
        let start = std::time::Instant::now();
        check(&[(path.to_string(), text)]);
        // Generous: these take milliseconds; anything quadratic takes minutes.
        assert!(start.elapsed().as_secs() < 20, "{path} took {:?}", start.elapsed());
    }
}
