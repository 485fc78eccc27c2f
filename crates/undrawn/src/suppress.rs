//! Findings silenced where they arise: `undrawn: ignore[rule, group] reason, until 2027-01-01` in a comment on the line
//! of the finding or on the line above it.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use undrawn_model::{Finding, LineIndex, Location, SourceFile, SourceTree, SystemModel};

/// What a comment says.
const MARK: &str = "undrawn: ignore[";

/// The rule whose comments in drawings are omissions: the graph gives those dependencies another verdict.
const OMITTING_RULE: &str = "undrawn-dependency";

/// What opens a comment in the languages that are read; the mark must stand right behind one of these.
const OPENERS: &[&str] = &["//", "#", "--", "/*", "*", "<!--", "%%", "{-", ";", "'"];

/// What opens a comment in Markdown, where `#` and `*` are text.
const OPENERS_MARKDOWN: &[&str] = &["<!--", "%%"];

/// What may close a comment behind the reason.
const CLOSERS: &[&str] = &["*/", "-->", "-}"];

/// One such comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Rules and groups it names.
    pub rules: Vec<String>,
    /// Why.
    pub reason: String,
    /// Last day on which it holds, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// Where.
    pub location: Location,
    /// Line it speaks of, if not its own: the next line that is no such comment.
    pub next_line: Option<u32>,
}

impl Comment {
    /// True when it was meant to end before `today`.
    pub fn expired(&self, today: &str) -> bool {
        self.until.as_deref().is_some_and(|until| until < today)
    }

    fn covers(&self, location: &Location) -> bool {
        location.file == self.location.file
            && (location.line == self.location.line || self.next_line == Some(location.line))
    }

    fn names(&self, rule: &str, group: &str) -> bool {
        self.rules.iter().any(|name| name == rule || name == group)
    }
}

/// All comments of the tree, by file and line.
pub fn scan(tree: &SourceTree) -> Vec<Comment> {
    let finder = memchr::memmem::Finder::new(MARK);
    let with_mark = tree.files().par_iter().filter(|file| finder.find(file.text.as_bytes()).is_some());
    with_mark.flat_map_iter(scan_file).collect()
}

fn scan_file(file: &SourceFile) -> Vec<Comment> {
    let index = LineIndex::new(&file.text);
    let mut out: Vec<Comment> = Vec::new();
    let mut start = 0;
    for line in file.text.split_inclusive('\n') {
        out.extend(comment(file, &index, line.trim_end(), start));
        start += line.len();
    }
    // A stack of such comments speaks of the line below the stack.
    for i in (1..out.len()).rev() {
        if out[i - 1].next_line == Some(out[i].location.line) && out[i].next_line.is_some() {
            out[i - 1].next_line = out[i].next_line;
        }
    }
    out
}

/// The comment of one line that starts at byte `start`.
fn comment(file: &SourceFile, index: &LineIndex, line: &str, start: usize) -> Option<Comment> {
    let at = line.find(MARK)?;
    let markdown = file.path.ends_with(".md") || file.path.ends_with(".markdown");
    let openers = if markdown { OPENERS_MARKDOWN } else { OPENERS };
    let before = line[..at].trim_end();
    let opener = openers.iter().filter(|o| before.ends_with(**o)).max_by_key(|o| o.len())?;
    let code = before[..before.len() - opener.len()].trim_matches([' ', '\t', '/', '*', '#', '!']);
    let (rules, rest) = line[at + MARK.len()..].split_once(']')?;
    let (reason, until) = reason(rest);
    let location = index.location(&file.path, &file.text, start + at..start + line.len());
    let next_line = code.is_empty().then_some(location.line + 1);
    let rules = rules.split(',').map(|r| r.trim().to_string()).filter(|r| !r.is_empty()).collect();
    Some(Comment { rules, reason, until, location, next_line })
}

/// Reason and last day: `reason, until 2027-01-01`.
fn reason(text: &str) -> (String, Option<String>) {
    let mut text = text.trim();
    for closer in CLOSERS {
        text = text.strip_suffix(closer).unwrap_or(text).trim_end();
    }
    let text = text.trim_start_matches(':').trim();
    match text.rsplit_once("until ") {
        Some((reason, day)) if crate::today::is_date(day.trim()) => {
            (reason.trim_end().trim_end_matches(',').to_string(), Some(day.trim().to_string()))
        }
        _ => (text.to_string(), None),
    }
}

/// Removes what comments silence and says how often each comment (by index) did. Expired comments silence nothing.
pub fn apply(
    findings: Vec<Finding>,
    comments: &[&Comment],
    today: &str,
    group: impl Fn(&str) -> &'static str,
) -> (Vec<Finding>, Vec<usize>) {
    let mut by_file: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
    for (i, comment) in comments.iter().enumerate().filter(|(_, c)| !c.expired(today)) {
        by_file.entry(comment.location.file.clone()).or_default().push(i);
    }
    let mut used = vec![0; comments.len()];
    let mut kept = Vec::with_capacity(findings.len());
    for finding in findings {
        let here = by_file.get(&finding.location.file).into_iter().flatten();
        let silencer = here.copied().find(|i| {
            comments[*i].covers(&finding.location) && comments[*i].names(&finding.rule, group(&finding.rule))
        });
        match silencer {
            Some(i) => used[i] += 1,
            None => kept.push(finding),
        }
    }
    (kept, used)
}

/// A comment in a drawing that ignores a rule between two ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// What it says.
    pub comment: Comment,
    from: Vec<String>,
    to: Vec<String>,
}

/// The comments of compared drawings about rules that judge what is drawn. Those about what is not drawn are omissions,
/// which the graph has applied.
pub fn drawn(model: &SystemModel) -> Vec<Drawn> {
    let mut out = Vec::new();
    for mapped in model.drawings.iter().filter(|m| m.compared) {
        let names = |end: &String| -> Vec<String> {
            let by_label = || mapped.drawing.boxes.iter().find(|b| b.label == *end).map(|b| &b.id);
            let components = mapped.boxes.get(end).or_else(|| mapped.boxes.get(by_label()?));
            let components = components.into_iter().flatten().map(|id| model.component(*id).name.clone());
            components.chain([end.clone()]).collect()
        };
        for ignore in &mapped.drawing.ignores {
            let Some(rule) = ignore.rule.as_ref().filter(|rule| *rule != OMITTING_RULE) else { continue };
            let comment = Comment {
                rules: vec![rule.clone()],
                reason: ignore.reason.clone(),
                until: ignore.until.clone(),
                location: ignore.location.clone(),
                next_line: None,
            };
            out.push(Drawn { comment, from: names(&ignore.from), to: names(&ignore.to) });
        }
    }
    out
}

/// Removes what comments in drawings silence and says how often each did.
pub fn apply_drawn(findings: Vec<Finding>, drawn: &[Drawn], today: &str) -> (Vec<Finding>, Vec<usize>) {
    let mut used = vec![0; drawn.len()];
    let mut kept = Vec::with_capacity(findings.len());
    for finding in findings {
        let silencer = drawn.iter().position(|d| {
            !d.comment.expired(today)
                && d.comment.rules.contains(&finding.rule)
                && matches!(finding.ends.as_slice(), [from, to, ..] if d.from.contains(from) && d.to.contains(to))
        });
        match silencer {
            Some(i) => used[i] += 1,
            None => kept.push(finding),
        }
    }
    (kept, used)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<(u32, Option<u32>, String)> {
        let tree = SourceTree::new(vec![SourceFile::new(path, text.as_bytes())]);
        let shown = |c: Comment| {
            let until = c.until.map(|u| format!("/{u}")).unwrap_or_default();
            (c.location.line, c.next_line, format!("{}:{}{until}", c.rules.join("+"), c.reason))
        };
        scan(&tree).into_iter().map(shown).collect()
    }

    #[test]
    fn comments_are_told_from_text_and_speak_of_their_line_or_the_next() {
        assert_eq!(
            lines(
                "A.java",
                "x(); // undrawn: ignore[a] known\n/* undrawn: ignore[a, b] why, until 2030-01-01 */\ny();"
            ),
            [(1, None, "a:known".into()), (2, Some(3), "a+b:why/2030-01-01".into())]
        );
        assert_eq!(lines("A.java", "s = \"undrawn: ignore[a]\";"), []);
        assert_eq!(
            lines("c.yml", "  # undrawn: ignore[a] one\r\n  # undrawn: ignore[b] two\r\nx: 1"),
            [(1, Some(3), "a:one".into()), (2, Some(3), "b:two".into())]
        );
        assert_eq!(
            lines("R.md", "# undrawn: ignore[a] text\n<!-- undrawn: ignore[a] why -->"),
            [(2, Some(3), "a:why".into())]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_comments_inside_of_it(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    "undrawn: ignore[", "]", "//", "#", "a,b", "until 2030-01-01", "\n", "\r\n", "é", " ", "*/", "-->", "x();",
                ]),
                0..40,
            ),
            markdown: bool,
        ) {
            let text = parts.concat();
            let count = text.split('\n').count() as u32;
            for (line, next, _) in lines(if markdown { "R.md" } else { "A.java" }, &text) {
                proptest::prop_assert!(line <= count && next.is_none_or(|next| next > line));
            }
        }
    }
}
