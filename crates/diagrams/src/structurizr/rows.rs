//! Structurizr DSL cut into rows of words: comments out, continued lines and text blocks joined.

use std::ops::Range;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Without quotes.
    pub text: String,
    /// It was written in quotes.
    pub quoted: bool,
}

/// One statement.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Its words, the opening brace taken off.
    pub words: Vec<Word>,
    /// Its bytes in the file, without indentation and line end.
    pub range: Range<usize>,
    /// It ends with an opening brace.
    pub opens: bool,
    /// It is a closing brace.
    pub closes: bool,
    /// Nothing but a closing brace.
    pub bare_close: bool,
}

/// A text's rows and comments.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub rows: Vec<Row>,
    /// Comments of one line, marks removed.
    pub comments: Vec<(String, Range<usize>)>,
}

/// No more lines than this are joined to one row.
const JOINED_MAX: usize = 400;

/// Splits bytes of a text.
pub(super) fn rows(text: &str, within: Range<usize>) -> Rows {
    let mut out = Rows::default();
    let mut at = within.start;
    let mut lines = text[within].split_inclusive('\n').map(|line| {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        (line.trim().trim_start_matches('\u{feff}'), start..start + line.trim().len())
    });
    while let Some((line, mut range)) = lines.next() {
        if line.is_empty() {
        } else if line.starts_with("/*") {
            let mut end = line.ends_with("*/") && line.len() >= 4;
            while !end {
                let Some((next, _)) = lines.next() else { break };
                end = next.ends_with("*/");
            }
        } else if let Some(comment) = line.strip_prefix("//").or(line.strip_prefix('#')) {
            out.comments.push((comment.to_string(), range));
        } else {
            let mut joined = line.to_string();
            for _ in 0..JOINED_MAX {
                let block = joined.matches("\"\"\"").count() % 2 == 1;
                if !block && !joined.ends_with('\\') {
                    break;
                }
                let Some((next, more)) = lines.next() else { break };
                if !block {
                    joined.pop();
                }
                joined.push_str(if block { "\n" } else { "" });
                joined.push_str(next);
                range.end = more.end;
                if joined.len() > 100_000 {
                    break;
                }
            }
            out.rows.push(row(&joined, range));
        }
    }
    out
}

fn row(line: &str, range: Range<usize>) -> Row {
    let mut words = words(line);
    let opens = words.last().is_some_and(|w| !w.quoted && w.text == "{");
    if opens {
        words.pop();
    } else if words.len() > 1
        && let Some(last) =
            words.last_mut().filter(|w| !w.quoted && w.text.ends_with('{') && !w.text.starts_with('$'))
    {
        // `model{`: not the language, but what people write.
        last.text.pop();
        return Row { words, range, opens: true, closes: false, bare_close: false };
    } else if let Some(only) =
        words.first_mut().filter(|w| !w.quoted && w.text.len() > 1 && w.text.ends_with('{'))
    {
        only.text.pop();
        return Row { words, range, opens: true, closes: false, bare_close: false };
    }
    let closes =
        words.first().is_some_and(|w| !w.quoted && w.text.starts_with('}') && !w.text.starts_with("}}"));
    Row { words, range, opens, closes, bare_close: line == "}" }
}

fn words(line: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        let mut text = String::new();
        let quoted = c == '"';
        if quoted && chars.peek() == Some(&'"') {
            chars.next();
            if chars.peek() == Some(&'"') {
                chars.next();
                block(&mut chars, &mut text);
            }
            out.push(Word { text, quoted });
            continue;
        }
        if !quoted {
            text.push(c);
        }
        while let Some(c) = chars.next() {
            match c {
                '\\' if chars.peek() == Some(&'"') => {
                    chars.next();
                    text.push('"');
                }
                '"' if quoted => break,
                c if !quoted && c.is_whitespace() => break,
                c => text.push(c),
            }
        }
        out.push(Word { text, quoted });
    }
    out
}

/// The inside of `"""..."""`.
fn block(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, text: &mut String) {
    for c in chars.by_ref() {
        text.push(c);
        if text.ends_with("\"\"\"") {
            text.truncate(text.len() - 3);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_join_continued_lines_and_keep_quotes() {
        let text = "a = container \"A \\\"x\\\"\" \\\n  \"d\" {\r\n/* no\n */\n  // undrawn: x\n}\n\"\"\"\n";
        let rows = rows(text, 0..text.len());
        let words: Vec<_> =
            rows.rows.iter().map(|r| r.words.iter().map(|w| &*w.text).collect::<Vec<_>>()).collect();
        assert_eq!(words, [vec!["a", "=", "container", "A \"x\"", "d"], vec!["}"], vec![""]]);
        assert_eq!((rows.rows[0].opens, rows.rows[1].closes), (true, true));
        assert_eq!(rows.comments[0].0, " undrawn: x");
    }
}
