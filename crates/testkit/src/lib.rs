//! Pages: Markdown files that are documentation and test at once.
//!
//! A page explains something, shows input files, and shows the output. Under any heading, a fenced block whose info
//! string has `file=PATH` is an input, and a fenced block whose info string has `expect` (or `expect=NAME` where a case has
//! several outputs) is the expected text:
//!
//! ````markdown
//! ## A queue nobody drew
//!
//! ```java file=src/App.java
//! class App {}
//! ```
//!
//! ```text expect
//! nothing found
//! ```
//! ````
//!
//! [`run`] compares them all and reports every difference at once; with `UPDATE_PAGES=1` in the environment it writes
//! the actual text into the page instead. An input written `file=PATH hex` is hexadecimal bytes, for broken encodings.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// One heading's worth of input and expectation.
#[derive(Debug, Clone)]
pub struct Case {
    /// Page and heading, for messages.
    pub title: String,
    /// Input files in order: (path, bytes).
    pub files: Vec<(String, Vec<u8>)>,
    /// Name of the expectation (`expect=NAME`), empty for a bare `expect`.
    pub output: String,
}

impl Case {
    /// Content of the only input, as text; panics when the page has another number, which is the page's fault.
    pub fn only_file(&self) -> (&str, String) {
        assert_eq!(self.files.len(), 1, "{}: this runner takes one input a case", self.title);
        (&self.files[0].0, String::from_utf8_lossy(&self.files[0].1).into_owned())
    }
}

/// Runs `actual` on every case of every page (`*.md`) below `dir`, and panics with all differences. `actual` gets one
/// case for each expectation. Panics when no page has a case: a runner that runs nothing must not pass.
pub fn run(dir: impl AsRef<Path>, mut actual: impl FnMut(&Case) -> String) {
    let update = std::env::var_os("UPDATE_PAGES").is_some();
    let mut pages = Vec::new();
    collect(dir.as_ref(), &mut pages);
    pages.sort();
    let (mut cases, mut differences) = (0, String::new());
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap_or_else(|e| panic!("{}: {e}", page.display()));
        let mut edited = text.clone();
        // From the last to the first, so that earlier ranges stay true while later ones are replaced.
        for (case, range) in cases_of(&page, &text).into_iter().rev() {
            cases += 1;
            let got = normal(&actual(&case));
            let expected = normal(&text[range.clone()]);
            if got != expected {
                edited.replace_range(range, &got);
                let _ = writeln!(differences, "== {} {}\n{}", case.title, case.output, diff(&expected, &got));
            }
        }
        if update && edited != text {
            std::fs::write(&page, edited).unwrap_or_else(|e| panic!("{}: {e}", page.display()));
        }
    }
    assert!(cases > 0, "no case in any page below {}", dir.as_ref().display());
    assert!(update || differences.is_empty(), "pages differ (UPDATE_PAGES=1 accepts):\n{differences}");
}

fn collect(dir: &Path, pages: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, pages);
        } else if path.extension().is_some_and(|e| e == "md") {
            pages.push(path);
        }
    }
}

fn normal(text: &str) -> String {
    let mut out: String = text.lines().map(|l| format!("{}\n", l.trim_end())).collect();
    out.truncate(out.trim_end().len());
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Cases of a page, each with the byte range of its expected text.
fn cases_of(page: &Path, text: &str) -> Vec<(Case, std::ops::Range<usize>)> {
    let (mut out, mut files, mut heading) = (Vec::new(), Vec::new(), String::new());
    let (mut offset, mut fence): (usize, Option<(String, String, usize)>) = (0, None);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let start = offset;
        offset += line.len();
        match &fence {
            Some((marks, info, content)) if bare == marks => {
                let range = *content..start;
                if let Some(name) = value(info, "file") {
                    let bytes =
                        if has(info, "hex") { hex(&text[range]) } else { text[range].as_bytes().to_vec() };
                    files.push((name, bytes));
                } else if has(info, "expect") || value(info, "expect").is_some() {
                    let title = format!("{}: {heading}", page.display());
                    let output = value(info, "expect").unwrap_or_default();
                    out.push((Case { title, files: files.clone(), output }, range));
                }
                fence = None;
            }
            Some(_) => {}
            None if bare.starts_with("```") => {
                let ticks = bare.len() - bare.trim_start_matches('`').len();
                fence = Some((bare[..ticks].to_string(), bare[ticks..].to_string(), offset));
            }
            None if bare.starts_with('#') => {
                heading = bare.trim_start_matches('#').trim().to_string();
                files.clear();
            }
            None => {}
        }
    }
    out
}

fn has(info: &str, word: &str) -> bool {
    info.split_whitespace().any(|w| w == word)
}

fn value(info: &str, key: &str) -> Option<String> {
    info.split_whitespace().find_map(|w| w.strip_prefix(key)?.strip_prefix('=').map(str::to_string))
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter_map(|b| (b as char).to_digit(16).map(|d| d as u8)).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// A plain line difference: common head and tail dropped, the rest shown with `-` and `+`.
fn diff(expected: &str, got: &str) -> String {
    let (a, b): (Vec<_>, Vec<_>) = (expected.lines().collect(), got.lines().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let old = a[head..a.len() - tail].iter().map(|l| format!("-{l}\n"));
    old.chain(b[head..b.len() - tail].iter().map(|l| format!("+{l}\n"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gives_its_cases_with_the_files_of_their_heading() {
        let page = "# t\n## one\n```java file=A.java\nclass A {}\n```\n```text expect\nout\n```\n## two\n```text file=x hex\nff 0a\n```\n````text expect=other\n```\n````\n";
        let cases = cases_of(Path::new("p.md"), page);
        assert_eq!(cases.len(), 2);
        assert_eq!(cases[0].0.files, [("A.java".to_string(), b"class A {}\n".to_vec())]);
        assert_eq!(&page[cases[0].1.clone()], "out\n");
        assert_eq!(cases[1].0.files, [("x".to_string(), vec![0xff, 0x0a])]);
        assert_eq!((&*cases[1].0.output, &page[cases[1].1.clone()]), ("other", "```\n"));
    }

    #[test]
    #[should_panic(expected = "no case in any page")]
    fn a_folder_without_cases_does_not_pass() {
        let dir = std::env::temp_dir().join(format!("testkit-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        run(&dir, |_| String::new());
    }
}
