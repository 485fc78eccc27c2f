//! Splitting a shell text into words, with the bytes each was written in.

use std::ops::Range;

/// One word or operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Without quotes and escapes.
    pub text: String,
    /// Bytes it was written in.
    pub span: Range<usize>,
    /// `;`, `&`, `|`, brackets of sub-shells and line ends.
    pub operator: bool,
    /// All of it stood in single quotes.
    pub literal: bool,
}

/// Splits a text. Never fails: a quote that is not closed ends with the text.
pub(super) fn split(text: &str) -> Vec<Word> {
    let mut splitter = Splitter { chars: text.char_indices().peekable(), end: text.len(), out: vec![] };
    splitter.run();
    splitter.out
}

struct Splitter<'a> {
    chars: std::iter::Peekable<std::str::CharIndices<'a>>,
    end: usize,
    out: Vec<Word>,
}

impl Splitter<'_> {
    fn run(&mut self) {
        while let Some(&(at, c)) = self.chars.peek() {
            match c {
                ' ' | '\t' | '\r' => drop(self.chars.next()),
                '#' => self.comment(),
                '\n' | ';' | '&' | '|' | '(' | ')' | '`' => {
                    self.chars.next();
                    let span = at..at + 1;
                    self.out.push(Word { text: c.into(), span, operator: true, literal: false });
                }
                _ => self.word(at),
            }
        }
    }

    fn comment(&mut self) {
        while self.chars.next_if(|(_, c)| *c != '\n').is_some() {}
    }

    fn word(&mut self, start: usize) {
        let mut text = String::new();
        let (mut quoted, mut bare) = (false, false);
        while let Some(&(at, c)) = self.chars.peek() {
            match c {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')' | '`' => break,
                '\'' => {
                    self.chars.next();
                    quoted = true;
                    while let Some((_, c)) = self.chars.next().filter(|(_, c)| *c != '\'') {
                        text.push(c);
                    }
                }
                '"' => {
                    self.chars.next();
                    bare = true;
                    self.double_quoted(&mut text);
                }
                '\\' => {
                    self.chars.next();
                    bare = true;
                    match self.chars.next() {
                        Some((_, '\n')) | None => {}
                        Some((_, c)) => text.push(c),
                    }
                }
                '$' => {
                    bare = true;
                    self.expansion(at, &mut text);
                }
                c => {
                    self.chars.next();
                    bare = true;
                    text.push(c);
                }
            }
        }
        let end = self.chars.peek().map_or(self.end, |(at, _)| *at);
        if !text.is_empty() || quoted {
            let literal = quoted && !bare;
            self.out.push(Word { text, span: start..end, operator: false, literal });
        }
    }

    fn double_quoted(&mut self, text: &mut String) {
        while let Some((_, c)) = self.chars.next() {
            match c {
                '"' => return,
                '\\' => match self.chars.next() {
                    Some((_, '\n')) | None => {}
                    Some((_, c @ ('"' | '\\' | '$' | '`'))) => text.push(c),
                    Some((_, c)) => {
                        text.push('\\');
                        text.push(c);
                    }
                },
                c => text.push(c),
            }
        }
    }

    /// `${...}` and `$(...)` belong to their word whatever is in them; a command's output is a hole, written `$`.
    fn expansion(&mut self, _at: usize, text: &mut String) {
        self.chars.next();
        text.push('$');
        let (open, close) = match self.chars.peek() {
            Some((_, '{')) => ('{', '}'),
            Some((_, '(')) => ('(', ')'),
            _ => return,
        };
        let mut depth = 0usize;
        for (_, c) in self.chars.by_ref() {
            if open == '{' {
                text.push(c);
            }
            if c == open {
                depth += 1;
            } else if c == close {
                depth -= 1;
                if depth == 0 {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Vec<String> {
        split(text).into_iter().map(|w| if w.operator { "|".into() } else { w.text }).collect()
    }

    #[test]
    fn quotes_join_and_operators_part() {
        assert_eq!(show("a 'b c'\"d\\\"\" e\\ f;g # h\ni"), ["a", "b cd\"", "e f", "|", "g", "|", "i"]);
        assert_eq!(show("x=${A:-b c} $(cat f | g) \"open"), ["x=${A:-b c}", "$", "open"]);
    }
}
