//! A tolerant tokenizer: every text has tokens, whatever is unclosed in it. Placeholders of every tool that puts values
//! into SQL are tokens of their own, so that neither the parser nor the keyword scan trips over them.

use crate::Dialect;
use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Keyword or plain identifier.
    Word,
    /// Quoted identifier, quotes included.
    Quoted,
    /// String literal or dollar-quoted body.
    String,
    /// Number.
    Number,
    /// A value known only at run time: `?`, `:name`, `#{name}`, `${name}`, `{name}`, `%s`, `@name`, `$1`.
    Hole,
    /// Anything else, one character.
    Sign,
}

/// One token: kind and bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where.
    pub range: Range<usize>,
}

impl Token {
    /// Its text.
    pub fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.range.clone()).unwrap_or("")
    }

    /// True when it is this keyword or sign, whatever its case.
    pub fn is(&self, source: &str, word: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text(source).eq_ignore_ascii_case(word)
    }

    /// True when `next` goes on where this ends, so that both are one name or operator. A hole joins a name only in
    /// braces: `orders_${year}`, but not `?and`.
    pub fn joins(&self, next: &Token, source: &str) -> bool {
        let hole_in_braces = |token: &Token| token.kind != Kind::Hole || token.text(source).ends_with('}');
        self.range.end == next.range.start && hole_in_braces(self) && hole_in_braces(next)
    }
}

/// Tokens of a text; comments and white space are left out.
pub fn tokens(source: &str, dialect: Dialect) -> Vec<Token> {
    let mut cursor = Cursor { source, bytes: source.as_bytes(), at: 0, dialect };
    let mut out: Vec<Token> = Vec::new();
    while let Some(kind) = cursor.kind(out.last()) {
        let start = cursor.at;
        let end = cursor.end_of(kind).clamp(start + 1, source.len());
        cursor.at = (end..=source.len()).find(|i| source.is_char_boundary(*i)).unwrap_or(source.len());
        out.push(Token { kind, range: start..cursor.at });
    }
    out
}

/// The word inside a hole: `name` of `#{name}`; `?` of `?`.
pub fn hole_word(text: &str) -> &str {
    let word =
        text.trim_start_matches(['#', '$', '{', ':', '@', '%', '(']).trim_end_matches(['}', ')']).trim();
    if word.is_empty() { text } else { word }
}

struct Cursor<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    dialect: Dialect,
}

impl Cursor<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Skips what is no token; the kind of what stands here, or `None` at the end.
    fn kind(&mut self, last: Option<&Token>) -> Option<Kind> {
        self.skip_blanks();
        let first = *self.bytes.get(self.at)?;
        let touches = last.is_some_and(|token| token.range.end == self.at);
        Some(match first {
            b'\'' => Kind::String,
            b'"' | b'`' => Kind::Quoted,
            b'[' if self.dialect == Dialect::MsSql => Kind::Quoted,
            b'$' if self.dollar_tag().is_some() => Kind::String,
            _ if self.hole_end(touches, last).is_some() => Kind::Hole,
            b'0'..=b'9' => Kind::Number,
            _ if is_word_byte(first) => Kind::Word,
            _ => Kind::Sign,
        })
    }

    fn skip_blanks(&mut self) {
        loop {
            match (self.byte(0), self.byte(1)) {
                (b'-', b'-') => self.at = self.find_from(self.at, b"\n"),
                (b'/', b'*') => self.at = self.find_from(self.at + 2, b"*/") + 2,
                (first, _) if self.at < self.bytes.len() && (first.is_ascii_whitespace() || first == 0) => {
                    self.at += 1;
                }
                _ => break,
            }
        }
        self.at = self.at.min(self.bytes.len());
    }

    /// Offset of `what` at or after `from`; the end when it is not there.
    fn find_from(&self, from: usize, what: &[u8]) -> usize {
        let rest = self.bytes.get(from..).unwrap_or(&[]);
        rest.windows(what.len()).position(|w| w == what).map_or(self.bytes.len(), |i| from + i)
    }

    fn end_of(&self, kind: Kind) -> usize {
        match kind {
            Kind::String if self.byte(0) == b'$' => {
                let tag = self.dollar_tag().unwrap_or(0);
                let opening = self.bytes.get(self.at..self.at + tag).unwrap_or(&[]);
                self.find_from(self.at + tag, opening) + tag
            }
            Kind::String => self.quoted_end(b'\''),
            Kind::Quoted if self.byte(0) == b'[' => self.quoted_end(b']'),
            Kind::Quoted => self.quoted_end(self.byte(0)),
            Kind::Hole => self.hole_end(false, None).unwrap_or(self.at + 1),
            Kind::Number => self.run(|b, _| b.is_ascii_alphanumeric() || b == b'.'),
            Kind::Word => self.run(|b, next| is_word_byte(b) || b.is_ascii_digit() || is_inner(b, next)),
            Kind::Sign => self.at + 1,
        }
    }

    fn run(&self, keeps: fn(u8, u8) -> bool) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let next = |i: usize| rest.get(i + 1).copied().unwrap_or(0);
        self.at + rest.iter().enumerate().take_while(|(i, b)| keeps(**b, next(*i))).count()
    }

    /// End of a quoted text: a doubled quote stays inside, MySQL's backslash escapes too.
    fn quoted_end(&self, quote: u8) -> usize {
        let mut i = self.at + 1;
        while let Some(b) = self.bytes.get(i) {
            let next = self.bytes.get(i + 1).copied();
            match *b {
                b'\\' if self.dialect == Dialect::MySql => i += 2,
                b if b == quote && next == Some(quote) => i += 2,
                b if b == quote => return i + 1,
                _ => i += 1,
            }
        }
        self.bytes.len()
    }

    /// Length of `$tag$` here.
    fn dollar_tag(&self) -> Option<usize> {
        let rest = self.bytes.get(self.at + 1..)?;
        let tag = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let starts_like_a_name = !rest.first()?.is_ascii_digit();
        (starts_like_a_name && rest.get(tag) == Some(&b'$')).then_some(tag + 2)
    }

    /// End of a hole here. `touches` says that the last token ends here: then `:` and `%` are operators.
    fn hole_end(&self, touches: bool, last: Option<&Token>) -> Option<usize> {
        let name_from = |from: usize| {
            let rest = self.bytes.get(from..).unwrap_or(&[]);
            rest.first().filter(|b| is_word_byte(**b))?;
            Some(
                from + rest
                    .iter()
                    .take_while(|b| is_word_byte(**b) || b.is_ascii_digit() || **b == b'.')
                    .count(),
            )
        };
        let after_colon = touches && last.is_some_and(|token| token.text(self.source) == ":");
        match (self.byte(0), self.byte(1)) {
            (b'#' | b'$', b'{') => self.braces_end(self.at + 1),
            (b'{', _) => self.braces_end(self.at),
            (b'$', b'0'..=b'9') => Some(self.at + 1 + self.digits(self.at + 1)),
            (b'?', b'|' | b'&' | b'?') => None,
            (b'?', _) => Some(self.at + 1 + self.digits(self.at + 1)),
            (b':', _) if after_colon || (touches && last.is_some_and(ends_a_value)) => None,
            (b':', _) => name_from(self.at + 1),
            (b'@', b'@') => name_from(self.at + 2),
            (b'@', _) => name_from(self.at + 1),
            (b'%', b's' | b'd') if !is_word_byte(self.byte(2)) => Some(self.at + 2),
            (b'%', b'(') => {
                let close = name_from(self.at + 2)?;
                (self.bytes.get(close..close + 2)? == b")s").then_some(close + 2)
            }
            _ => None,
        }
    }

    fn digits(&self, from: usize) -> usize {
        self.bytes.get(from..).unwrap_or(&[]).iter().take_while(|b| b.is_ascii_digit()).count()
    }

    /// Offset after the brace that closes the one at `open`, on the same statement (a hole is short).
    fn braces_end(&self, open: usize) -> Option<usize> {
        const HOLE_MAX: usize = 512;
        let mut depth = 0usize;
        for (i, b) in self.bytes.get(open..)?.iter().take(HOLE_MAX).enumerate() {
            match b {
                b'{' => depth += 1,
                b'}' if depth == 1 => return Some(open + i + 1),
                b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        None
    }
}

fn ends_a_value(token: &Token) -> bool {
    !matches!(token.kind, Kind::Sign)
}

fn is_word_byte(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_' || b >= 0x80
}

/// `$` and `#` belong to a name unless a placeholder begins there.
fn is_inner(b: u8, next: u8) -> bool {
    matches!(b, b'$' | b'#') && next != b'{'
}
