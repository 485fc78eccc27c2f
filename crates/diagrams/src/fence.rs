//! Fenced code blocks of Markdown, for formats that are written inside it.

use std::ops::Range;

/// One fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    /// Bytes between the fences: whole lines, line ends included.
    pub body: Range<usize>,
    /// First word after the opening fence, lower case.
    pub language: String,
    /// Text of the nearest heading above.
    pub heading: Option<String>,
}

/// True for the file names of Markdown.
pub(crate) fn is_markdown(path: &str) -> bool {
    [".md", ".markdown", ".mdx", ".mdown"].iter().any(|end| has_extension(path, end))
}

/// True when the path ends with `end` (lower case, with its dot), in any case.
pub(crate) fn has_extension(path: &str, end: &str) -> bool {
    let (path, end) = (path.as_bytes(), end.as_bytes());
    path.len() > end.len() && path[path.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// All fenced blocks, in order. A block that is never closed reaches to the end of the text.
pub(crate) fn fences(text: &str) -> Vec<Fence> {
    let mut out: Vec<Fence> = Vec::new();
    let mut heading: Option<String> = None;
    let mut open: Option<(u8, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let bare = line.trim();
        let mark = bare.bytes().next().filter(|b| matches!(b, b'`' | b'~'));
        let run = mark.map_or(0, |m| bare.bytes().take_while(|b| *b == m).count());
        match open {
            Some((m, n)) if mark == Some(m) && run >= n && bare.len() == run => {
                if let Some(last) = out.last_mut() {
                    last.body.end = start;
                }
                open = None;
            }
            Some(_) => {}
            None if run >= 3 => {
                let info = bare.get(run..).unwrap_or("").trim_start_matches([' ', '{', '.']);
                let word = info.split([' ', '\t', '}', ',', '{']).next().unwrap_or("");
                let language = word.to_ascii_lowercase();
                out.push(Fence { body: at..text.len(), language, heading: heading.clone() });
                open = mark.map(|m| (m, run));
            }
            None if bare.starts_with('#') => {
                let title = bare.trim_matches('#').trim();
                heading = Some(title.to_string()).filter(|t| !t.is_empty());
            }
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_know_their_heading_and_survive_a_missing_end() {
        let text =
            "# One #\n~~~puml\na\n```\n~~~\n## Two\n- ````PlantUML x\n  b\n  ```` \n   ````{.dot}\nrest";
        let found: Vec<_> = fences(text)
            .into_iter()
            .map(|f| (f.language, text[f.body].to_string(), f.heading.unwrap_or_default()))
            .collect();
        assert_eq!(
            found,
            [
                ("puml".to_string(), "a\n```\n".to_string(), "One".to_string()),
                ("".to_string(), "   ````{.dot}\nrest".to_string(), "Two".to_string()),
            ]
        );
    }
}
