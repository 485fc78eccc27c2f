//! Arrows: heads, bodies, directions and styles between two ends.

/// An arrow as written between two ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrow {
    /// Head characters on the left.
    pub left: String,
    /// Head characters on the right.
    pub right: String,
    /// Body characters (`-`, `.`, `=`, `~`) without styles and directions.
    pub body: String,
    /// Content of `[...]` parts.
    pub style: String,
    /// A direction word stands in it.
    pub directed: bool,
    /// Exactly as written.
    pub written: String,
}

impl Arrow {
    /// The arrow at the start of `text`, and the bytes it takes.
    pub fn at(text: &str) -> Option<(Arrow, usize)> {
        let left_len = text.bytes().take_while(|b| is_head(*b)).count();
        let left = text.get(..left_len).filter(|h| h.len() <= 4)?;
        let mut arrow = Arrow {
            left: left.to_string(),
            right: String::new(),
            body: String::new(),
            style: String::new(),
            directed: false,
            written: String::new(),
        };
        let mut at = left_len;
        loop {
            let rest = &text[at..];
            let Some(c) = rest.chars().next() else { break };
            if matches!(c, '-' | '.' | '=' | '~') {
                arrow.body.push(c);
                at += 1;
            } else if arrow.body.is_empty() {
                return None;
            } else if let Some(len) = style_len(rest) {
                arrow.style.push_str(&rest[1..len - 1]);
                arrow.style.push(',');
                at += len;
            } else if let Some(len) = direction_len(rest).or_else(|| joint_len(rest)) {
                arrow.directed = true;
                at += len;
            } else {
                break;
            }
        }
        let right = right_head(&text[at..]);
        arrow.right = right.to_string();
        at += right.len();
        arrow.written = text[..at].to_string();
        (!arrow.body.is_empty()).then_some((arrow, at))
    }

    /// True when the left end carries the head of a dependency.
    pub fn points_left(&self) -> bool {
        self.left.contains('<')
            || self.left.contains(')') && !self.left.contains('(')
            || matches!(self.left.as_str(), "/" | "\\" | "//" | "\\\\" | "^")
    }

    /// True when the right end carries the head of a dependency.
    pub fn points_right(&self) -> bool {
        self.right.contains('>')
            || self.right.contains('(') && !self.right.contains(')')
            || matches!(self.right.as_str(), "/" | "\\" | "//" | "\\\\" | "^")
    }

    /// Drawn dotted or dashed, in a diagram of structure.
    pub fn dashed(&self) -> bool {
        self.body.contains(['.', '~']) || self.style.contains("dashed") || self.style.contains("dotted")
    }

    /// Not drawn at all.
    pub fn hidden(&self) -> bool {
        self.style.split([',', ';']).any(|s| s.trim() == "hidden")
    }
}

fn is_head(b: u8) -> bool {
    matches!(
        b,
        b'<' | b'|'
            | b'*'
            | b'o'
            | b'+'
            | b'^'
            | b'#'
            | b'x'
            | b'}'
            | b'{'
            | b'@'
            | b'('
            | b')'
            | b'0'
            | b'/'
            | b'\\'
            | b'!'
    )
}

/// `[#red,dashed]`
fn style_len(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let end = inner.find(']')?;
    let style = inner[..end].bytes().all(|b| b.is_ascii_alphanumeric() || b"#,;=. -_/\\|:".contains(&b));
    // `A --[B]` is an end, not a style: a style is followed by more of the arrow.
    let follows = inner[end + 1..].bytes().next().is_some_and(|b| b"-.=~>ox*|+^#lrudLRUD(0[\\/".contains(&b));
    (style && follows).then_some(end + 2)
}

const DIRECTIONS: [&str; 12] =
    ["left", "right", "up", "down", "le", "ri", "do", "l", "r", "u", "d", "norank"];

/// A direction word inside the body: it is followed by more body.
fn direction_len(text: &str) -> Option<usize> {
    let word = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let known = DIRECTIONS.iter().any(|d| text.get(..word).is_some_and(|w| w.eq_ignore_ascii_case(d)));
    let rest = text.get(word..)?;
    (known && (rest.starts_with(['-', '.', '=', '~']) || rest.starts_with('[') && style_len(rest).is_some()))
        .then_some(word)
}

/// `-(0)-`, `-0-`: a ball or socket in the middle.
fn joint_len(text: &str) -> Option<usize> {
    let len = text.bytes().take_while(|b| matches!(b, b'(' | b')' | b'0')).count();
    (len > 0 && len <= 3 && text[len..].starts_with(['-', '.', '='])).then_some(len)
}

fn right_head(text: &str) -> &str {
    let marks = text.bytes().take_while(|b| is_head(*b) && !b.is_ascii_alphanumeric() || *b == b'>').count();
    let marks = marks.min(4);
    let head = text.get(..marks).unwrap_or("");
    // `(use case)` and `()` are ends, `(` alone or before `0` is a socket.
    if let Some(i) = head.find('(') {
        let after = text.get(i + 1..).unwrap_or("");
        if i == 0 && (after.starts_with([' ', '\t']) || after.starts_with('0') || after.is_empty()) {
            return text
                .get(
                    ..if after.starts_with("0)") {
                        3
                    } else if after.starts_with('0') {
                        2
                    } else {
                        1
                    },
                )
                .unwrap_or("");
        }
        return &head[..i];
    }
    let letters = text.get(marks..).unwrap_or("");
    let letter = letters.bytes().next().filter(|b| matches!(b, b'o' | b'x' | b'0'));
    let ends = |t: &str| t.is_empty() || t.starts_with([' ', '\t', '"', '[', '(', ':']);
    if letter.is_some() && ends(letters.get(1..).unwrap_or("")) && letters.len() > 1 {
        return text.get(..marks + 1).unwrap_or(head);
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match Arrow::at(text) {
            None => "none".into(),
            Some((a, len)) => format!("{}|{}|{} {}", a.left, a.body, a.right, &text[len..]),
        }
    }

    #[test]
    fn every_form_of_arrow_is_one_token() {
        assert_eq!(show("-[#red,dashed]-> b"), "|--|>  b");
        assert_eq!(show("-left-> b"), "|--|>  b");
        assert_eq!(show("..> b"), "|..|>  b");
        assert_eq!(show("<-->b"), "<|--|> b");
        assert_eq!(show("--( b"), "|--|(  b");
        assert_eq!(show("--(b)"), "|--| (b)");
        assert_eq!(show("o-- b"), "o|--|  b");
        assert_eq!(show("--orders"), "|--| orders");
        assert_eq!(show("-->> x"), "|--|>>  x");
        assert_eq!(show("-(0)- x"), "|--|  x");
        assert_eq!(show("--[b]"), "|--| [b]");
        assert_eq!(show("-d[hidden]-> b"), "|--|>  b");
        assert_eq!(show("x"), "none");
    }
}
