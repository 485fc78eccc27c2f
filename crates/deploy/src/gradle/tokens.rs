//! A build script as tokens and statements: enough of Groovy and Kotlin to find declarations, nothing is run.

use std::ops::Range;

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A name or number.
    Word(&'a str),
    /// The inside of a text in quotes, escapes as written.
    Text(&'a str),
    /// Any other character.
    Sign(char),
    /// The end of a line.
    Newline,
}

/// A script's tokens with their places and matching brackets.
pub(super) struct Tokens<'a> {
    pub(super) list: Vec<Token<'a>>,
    pub(super) spans: Vec<Range<usize>>,
    /// For an opening bracket the token that closes it, or the end.
    close: Vec<usize>,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Tokens<'a> {
        let mut lexer = Lexer { text, at: 0, list: vec![], spans: vec![] };
        lexer.run();
        let Lexer { list, spans, .. } = lexer;
        let close = brackets(&list);
        Tokens { list, spans, close }
    }

    pub(super) fn get(&self, i: usize) -> Option<Token<'a>> {
        self.list.get(i).copied()
    }

    pub(super) fn is(&self, i: usize, sign: char) -> bool {
        self.get(i) == Some(Token::Sign(sign))
    }

    pub(super) fn word(&self, i: usize) -> Option<&'a str> {
        match self.get(i) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// The inside of the bracket that opens at `i`.
    pub(super) fn inside(&self, i: usize) -> Range<usize> {
        i + 1..self.close.get(i).copied().unwrap_or(self.list.len()).max(i + 1)
    }

    /// The first position of a sign in `range` outside deeper brackets.
    pub(super) fn find(&self, range: Range<usize>, sign: char) -> Option<usize> {
        let mut at = range.start;
        while at < range.end {
            if self.is(at, sign) {
                return Some(at);
            }
            at = self.after(at);
        }
        None
    }

    /// The position after the token at `i`, or after the bracket that it opens.
    pub(super) fn after(&self, i: usize) -> usize {
        match self.get(i) {
            Some(Token::Sign('(' | '[' | '{')) => self.inside(i).end + 1,
            _ => i + 1,
        }
    }

    /// Statements of a range: up to a line's end or `;` outside brackets, unless the line goes on.
    pub(super) fn statements(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let end = range.end.min(self.list.len());
        let (mut out, mut start, mut at) = (Vec::new(), range.start, range.start);
        while at < end {
            let ends = match self.get(at) {
                Some(Token::Newline) => at == start || !self.goes_on(at, end),
                Some(Token::Sign(';')) => true,
                _ => false,
            };
            if ends {
                if at > start {
                    out.push(start..at);
                }
                start = at + 1;
            }
            at = self.after(at);
        }
        if start < end {
            out.push(start..end);
        }
        out
    }

    /// True when the line before the newline at `i` continues after it.
    fn goes_on(&self, i: usize, end: usize) -> bool {
        let before = matches!(self.get(i.wrapping_sub(1)), Some(Token::Sign(',' | '=' | '+' | '.' | ':')));
        let next = (i + 1..end).find(|n| self.get(*n) != Some(Token::Newline));
        before || next.is_some_and(|n| self.is(n, '.'))
    }
}

fn brackets(list: &[Token<'_>]) -> Vec<usize> {
    let mut close = vec![list.len(); list.len()];
    let mut open: Vec<(usize, char)> = Vec::new();
    for (i, token) in list.iter().enumerate() {
        match token {
            Token::Sign('(') => open.push((i, ')')),
            Token::Sign('[') => open.push((i, ']')),
            Token::Sign('{') => open.push((i, '}')),
            Token::Sign(sign @ (')' | ']' | '}')) => {
                // A bracket that was never closed ends with the one around it.
                if let Some(depth) = open.iter().rposition(|(_, c)| c == sign).filter(|d| open.len() - d <= 8)
                {
                    for (o, _) in open.drain(depth..) {
                        close[o] = i;
                    }
                }
            }
            _ => {}
        }
    }
    close
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    list: Vec<Token<'a>>,
    spans: Vec<Range<usize>>,
}

impl<'a> Lexer<'a> {
    fn run(&mut self) {
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            let first = rest.chars().next().unwrap_or(' ');
            if rest.starts_with("//") || (self.at == 0 && rest.starts_with("#!")) {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.at += rest.find("*/").map_or(rest.len(), |i| i + 2);
            } else if let Some(quote) =
                ["\"\"\"", "'''", "\"", "'", "`"].iter().find(|q| rest.starts_with(**q))
            {
                self.quoted(quote);
            } else if first == '\n' {
                self.push(Token::Newline, 1);
            } else if first.is_alphanumeric() || first == '_' || first == '$' {
                let len =
                    rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
                self.push(Token::Word(&rest[..len]), len);
            } else if first.is_whitespace() {
                self.at += first.len_utf8();
            } else {
                self.push(Token::Sign(first), first.len_utf8());
            }
        }
    }

    fn push(&mut self, token: Token<'a>, len: usize) {
        self.list.push(token);
        self.spans.push(self.at..self.at + len);
        self.at += len;
    }

    /// A text up to its closing quote; one in single quotes of any sort ends with its line at the latest.
    fn quoted(&mut self, quote: &str) {
        let body = &self.text[self.at + quote.len()..];
        let (mut at, mut depth) = (0, 0usize);
        let bytes = body.as_bytes();
        while at < bytes.len() {
            let expression = quote.starts_with('"');
            match bytes[at] {
                b'\\' => at += 1,
                b'\n' if quote.len() == 1 => break,
                b'{' if expression && (depth > 0 || at > 0 && bytes[at - 1] == b'$') => depth += 1,
                b'}' if depth > 0 => depth -= 1,
                _ if depth == 0 && bytes[at..].starts_with(quote.as_bytes()) => {
                    return self.text_token(quote, at, quote.len());
                }
                _ => {}
            }
            at += 1;
        }
        let mut end = at.min(bytes.len());
        while !body.is_char_boundary(end) {
            end += 1;
        }
        self.text_token(quote, end, 0);
    }

    fn text_token(&mut self, quote: &str, len: usize, closing: usize) {
        let start = self.at + quote.len();
        let inside = &self.text[start..start + len];
        self.list.push(if quote == "`" { Token::Word(inside) } else { Token::Text(inside) });
        self.spans.push(start..start + len);
        self.at = start + len + closing;
    }
}
