//! A position in a text, for parsers written by hand.

/// A position in a text. Offsets are bytes and always lie between characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    /// The whole text.
    pub text: &'a str,
    /// Where we are.
    pub at: usize,
}

impl<'a> Cursor<'a> {
    /// What is left.
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// What stands between an earlier position and this one.
    pub fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or("")
    }

    /// The next character.
    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// True at the end.
    pub fn done(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Steps over one character.
    pub fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Steps over `word` if it comes next.
    pub fn eat(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// Steps over everything that satisfies `wanted` and returns it.
    pub fn eat_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Steps over white space of this line.
    pub fn skip_blank(&mut self) {
        self.eat_while(|c| c.is_whitespace() && c != '\n');
    }

    /// Steps over white space and line ends.
    pub fn skip_space(&mut self) {
        self.eat_while(char::is_whitespace);
    }

    /// Steps to the end of the line and returns what was there.
    pub fn eat_line(&mut self) -> &'a str {
        self.eat_while(|c| c != '\n')
    }
}
