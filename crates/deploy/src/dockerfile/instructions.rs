//! Instructions of a Dockerfile, and which of them make the final stage.

use std::ops::Range;

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instruction {
    /// In capitals.
    pub keyword: String,
    /// What follows, as long in bytes as it is in the file: continuations and comments between are spaces.
    pub text: String,
    /// Bytes of `text` in the file.
    pub span: Range<usize>,
}

/// Splits a file into instructions.
pub(super) fn parse(text: &str) -> Vec<Instruction> {
    let escape = escape_of(text);
    let mut out: Vec<Instruction> = Vec::new();
    let mut lines = Lines { text, at: 0 };
    while let Some((start, line)) = lines.next() {
        let bare = line.trim_start();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let keyword: String = bare.chars().take_while(char::is_ascii_alphabetic).collect();
        let begin = start + (line.len() - bare.len()) + keyword.len();
        let mut joined = String::new();
        let mut rest = line.get(line.len() - bare.len() + keyword.len()..).unwrap_or("");
        while continues(rest, escape, &mut joined) {
            match lines.next_content(&mut joined) {
                Some(more) => rest = more,
                None => break,
            }
        }
        let mut span = begin..(begin + joined.len()).min(text.len());
        if let Some(end) = heredoc(&joined, &mut lines) {
            // The lines of a here-document are a script of the instruction's own, never an address of the image.
            span.end = span.end.max(end.min(span.end));
        }
        let lead = joined.len() - joined.trim_start().len();
        let tail = joined.trim_end().len();
        let trimmed = joined.get(lead..tail.max(lead)).unwrap_or("").to_string();
        let span = span.start + lead..span.start + lead + trimmed.len();
        out.push(Instruction { keyword: keyword.to_ascii_uppercase(), text: trimmed, span });
    }
    out
}

/// The character before a line end that continues the line: `# escape=` may change it.
fn escape_of(text: &str) -> char {
    let directive = text.lines().take_while(|l| l.trim_start().starts_with('#')).find_map(|l| {
        let l = l.trim_start_matches(['#', ' ']);
        l.strip_prefix("escape=").map(str::trim)
    });
    if directive == Some("`") { '`' } else { '\\' }
}

/// Appends a line; true when the next one belongs to it. The escape becomes a space, so lengths stay.
fn continues(line: &str, escape: char, joined: &mut String) -> bool {
    match line.trim_end().strip_suffix(escape) {
        Some(before) => {
            joined.push_str(before);
            joined.extend(std::iter::repeat_n(' ', line.len() - before.len()));
            true
        }
        None => {
            joined.push_str(line);
            false
        }
    }
}

struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lines<'a> {
    /// The next line without its end, and where it starts.
    fn next(&mut self) -> Option<(usize, &'a str)> {
        let rest = self.text.get(self.at..).filter(|r| !r.is_empty())?;
        let start = self.at;
        let length = rest.find('\n').map_or(rest.len(), |i| i + 1);
        self.at += length;
        Some((start, rest.get(..length)?.trim_end_matches('\n')))
    }

    /// The next line that is neither blank nor a comment; a space stands for every byte passed over.
    fn next_content(&mut self, joined: &mut String) -> Option<&'a str> {
        joined.push(' ');
        while let Some((_, line)) = self.next() {
            let bare = line.trim_start();
            if !bare.is_empty() && !bare.starts_with('#') {
                return Some(line);
            }
            joined.extend(std::iter::repeat_n(' ', line.len() + 1));
        }
        None
    }
}

/// Passes over the lines of `<<EOF`; where they end.
fn heredoc(text: &str, lines: &mut Lines<'_>) -> Option<usize> {
    let (_, after) = text.split_once("<<")?;
    let word: String = after
        .trim_start_matches('-')
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    if word.is_empty() {
        return None;
    }
    let back = lines.at;
    while let Some((_, line)) = lines.next() {
        if line.trim() == word {
            return Some(lines.at);
        }
    }
    // It never ends: then it was none (`<<` may stand in arithmetic).
    lines.at = back;
    None
}

/// Indices of the final stage's instructions, the stages it is built on first.
pub(super) fn final_stage(instructions: &[Instruction]) -> Vec<usize> {
    let froms: Vec<usize> = (0..instructions.len()).filter(|i| keyword(instructions, *i) == "FROM").collect();
    let mut stages = Vec::new();
    let mut stage = froms.len().checked_sub(1);
    while let Some(at) = stage {
        stages.push(at);
        let base =
            froms.get(at).and_then(|i| instructions.get(*i)).map(|f| parts(&f.text).0).unwrap_or_default();
        // Only earlier stages can be built on, so this ends.
        stage = froms.get(..at).unwrap_or(&[]).iter().position(|i| {
            let name = instructions.get(*i).and_then(|f| parts(&f.text).1);
            name.is_some_and(|n| n.eq_ignore_ascii_case(&base))
        });
    }
    let range = |stage: usize| {
        let start = froms.get(stage).copied().unwrap_or(0);
        start..froms.get(stage + 1).copied().unwrap_or(instructions.len())
    };
    stages.into_iter().rev().flat_map(range).collect()
}

fn keyword(instructions: &[Instruction], at: usize) -> &str {
    instructions.get(at).map_or("", |i| &i.keyword)
}

/// Image and stage name of `FROM --platform=x image AS name`.
pub(super) fn parts(text: &str) -> (String, Option<String>) {
    let words: Vec<&str> = text.split_whitespace().filter(|w| !w.starts_with("--")).collect();
    let name = words.iter().position(|w| w.eq_ignore_ascii_case("as")).and_then(|i| words.get(i + 1));
    (words.first().copied().unwrap_or("").to_string(), name.map(|n| n.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continuations_keep_every_offset() {
        let text = "FROM a\nRUN x \\\n  # no\n\n  y && \\\r\n  z\nRUN <<EOF\nEXPOSE 1\nEOF\nEXPOSE 2\n";
        let found = parse(text);
        assert_eq!(
            found.iter().map(|i| i.keyword.as_str()).collect::<Vec<_>>(),
            ["FROM", "RUN", "RUN", "EXPOSE"]
        );
        let run = &found[1];
        assert_eq!(text.get(run.span.start..run.span.start + 1), Some("x"));
        let y = run.text.find('y').unwrap();
        assert_eq!(text.get(run.span.start + y..run.span.start + y + 4), Some("y &&"));
        assert_eq!(run.text.split_whitespace().collect::<Vec<_>>(), ["x", "y", "&&", "z"]);
    }

    #[test]
    fn the_final_stage_brings_its_bases() {
        let stage = |text: &str| final_stage(&parse(text));
        assert_eq!(
            stage("FROM a AS base\nENV A=1\nFROM b AS build\nRUN x\nFROM base\nCMD y\n"),
            [0, 1, 4, 5]
        );
        assert_eq!(stage("FROM self AS self\n"), [0]);
        assert!(stage("RUN x\n").is_empty());
    }
}
