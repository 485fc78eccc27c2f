//! Directives and blocks of an nginx file.

use std::ops::Range;

/// Blocks nested deeper are read as if they stood one level up.
const NESTING_MAX: usize = 32;

/// `name args;` or `name args { children }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    pub name: String,
    pub args: Vec<Arg>,
    pub children: Vec<Directive>,
}

/// One word with the bytes it was written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arg {
    pub text: String,
    pub span: Range<usize>,
}

/// Parses a file. What is not closed ends with the file.
pub(super) fn parse(text: &str) -> Vec<Directive> {
    let mut open: Vec<Directive> = vec![];
    let mut done: Vec<Directive> = vec![];
    let mut words: Vec<Arg> = vec![];
    let mut skipped = 0usize;
    for token in tokens(text) {
        match token {
            Token::Word(arg) => words.push(arg),
            Token::End => {
                if let Some(directive) = directive(&mut words) {
                    open.last_mut().map_or(&mut done, |o| &mut o.children).push(directive);
                }
            }
            Token::Open if open.len() >= NESTING_MAX => {
                words.clear();
                skipped += 1;
            }
            Token::Open => open.push(directive(&mut words).unwrap_or(Directive {
                name: String::new(),
                args: vec![],
                children: vec![],
            })),
            Token::Close => {
                words.clear();
                if skipped > 0 {
                    skipped -= 1;
                } else if let Some(block) = open.pop() {
                    open.last_mut().map_or(&mut done, |o| &mut o.children).push(block);
                }
            }
        }
    }
    while let Some(block) = open.pop() {
        open.last_mut().map_or(&mut done, |o| &mut o.children).push(block);
    }
    done
}

fn directive(words: &mut Vec<Arg>) -> Option<Directive> {
    let mut words = std::mem::take(words).into_iter();
    let name = words.next()?.text;
    Some(Directive { name, args: words.collect(), children: vec![] })
}

enum Token {
    Word(Arg),
    End,
    Open,
    Close,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = vec![];
    let mut chars = text.char_indices().peekable();
    while let Some(&(start, c)) = chars.peek() {
        match c {
            c if c.is_whitespace() => drop(chars.next()),
            '#' => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            ';' | '{' | '}' => {
                chars.next();
                out.push(match c {
                    ';' => Token::End,
                    '{' => Token::Open,
                    _ => Token::Close,
                });
            }
            '"' | '\'' => {
                chars.next();
                let mut word = String::new();
                let mut end = text.len();
                while let Some((at, inner)) = chars.next() {
                    if inner == c {
                        end = at;
                        break;
                    }
                    match inner {
                        '\\' => word.extend(chars.next().map(|(_, c)| c)),
                        _ => word.push(inner),
                    }
                }
                out.push(Token::Word(Arg { text: word, span: start + 1..end }));
            }
            _ => {
                let (word, end) = bare_word(&mut chars, start);
                out.push(Token::Word(Arg { text: word, span: start..end }));
            }
        }
    }
    out
}

/// A word without quotes: `${NAME}` in it is no block.
fn bare_word(chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>, start: usize) -> (String, usize) {
    let (mut word, mut end) = (String::new(), start);
    let mut braces = false;
    while let Some((at, c)) = chars
        .next_if(|(_, c)| braces && !matches!(c, '\n' | ';') || !(c.is_whitespace() || ";{}".contains(*c)))
    {
        braces &= c != '}';
        word.push(c);
        end = at + c.len_utf8();
        if c == '$'
            && let Some((at, brace)) = chars.next_if(|(_, c)| *c == '{')
        {
            word.push(brace);
            end = at + 1;
            braces = true;
        }
    }
    (word, end.max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_of_variables_are_no_blocks() {
        let parsed = parse("a { b \"x;y\" http://${H}:1/; } # c {\nd;");
        assert_eq!(parsed.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["a", "d"]);
        let args: Vec<_> = parsed[0].children[0].args.iter().map(|a| a.text.as_str()).collect();
        assert_eq!(args, ["x;y", "http://${H}:1/"]);
        assert_eq!(parse("}}{{;a").len(), 1);
    }
}
