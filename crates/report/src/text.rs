//! Text of the analysed repository, made harmless for a terminal, and small helpers for laying text out.

use undrawn_model::{Location, MappedDrawing, Severity, Verdict};

/// One line without anything a terminal would obey or a reader could not see: line ends and tabs become spaces, control
/// characters their pictures, invisible and direction-changing characters U+FFFD. One character stays one character.
pub fn line(text: &str) -> String {
    text.chars().map(visible).collect()
}

fn visible(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' => ' ',
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        c if is_hidden(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// True for characters that change what the reader sees without being seen: C1 controls, zero-width and bidirectional
/// marks, line separators, tags.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// At most `max` characters, the last one `…` when something was cut.
pub fn clip(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_string(),
        Some(_) => text.chars().take(max.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// Text that may stand in a CI log. A log line that begins with `::`, or holds `##[`, is a command to GitHub's and
/// Azure's runners; a backslash breaks it, visibly.
pub fn without_commands(text: String) -> String {
    if !text.contains("::") && !text.contains("##[") {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 8);
    for line in text.split_inclusive('\n') {
        let body = line.trim_start();
        if is_command(body) {
            out.push_str(&line[..line.len() - body.len()]);
            out.push('\\');
            out.push_str(&body.replace("##[", "##\\["));
        } else {
            out.push_str(&line.replace("##[", "##\\["));
        }
    }
    out
}

/// `:::` leads to a place in an excerpt; a third colon never begins the name of a command.
fn is_command(line: &str) -> bool {
    line.starts_with("::") && !line.starts_with(":::")
}

/// `1 finding`, `2 findings`; the plural is the word with an `s`, `y` becoming `ies`.
pub fn count(n: usize, word: &str) -> String {
    match (n, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        (_, None) => format!("{n} {word}s"),
    }
}

/// Lines of a compared drawing that stand for no single dependency, with what became of them.
pub fn lifted(mapped: &MappedDrawing) -> impl Iterator<Item = (&Location, &str)> {
    let lines = mapped.lifted.iter().filter(|_| mapped.compared);
    lines.filter_map(|l| Some((&mapped.drawing.lines.get(l.line)?.location, &*l.message)))
}

/// The sign that stands for a verdict wherever colour cannot be relied on.
pub fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Confirmed => "=",
        Verdict::Undrawn => "+",
        Verdict::Unseen => "?",
        Verdict::Omitted => "o",
        Verdict::Unjudged => " ",
    }
}

/// Paints with ANSI colours, or not.
#[derive(Debug, Clone, Copy)]
pub struct Paint(pub bool);

impl Paint {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    /// Bold.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// Faint.
    pub fn faint(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// The colour of a severity.
    pub fn severity(self, severity: Severity, text: &str) -> String {
        let code = match severity {
            Severity::Error => "1;31",
            Severity::Warning => "1;33",
            Severity::Note => "1;36",
        };
        self.wrap(code, text)
    }

    /// The colour of a verdict: orange for undrawn, faint for unseen and omitted.
    pub fn verdict(self, verdict: Verdict, text: &str) -> String {
        match verdict {
            Verdict::Confirmed => self.wrap("32", text),
            Verdict::Undrawn => self.wrap("1;33", text),
            Verdict::Unseen | Verdict::Omitted => self.wrap("2", text),
            Verdict::Unjudged => text.to_string(),
        }
    }

    /// Green for what came, red for what went.
    pub fn change(self, added: bool, text: &str) -> String {
        self.wrap(if added { "32" } else { "31" }, text)
    }
}

/// Rows of cells as aligned columns, two spaces apart, nothing after the last cell of a row. Cells are clean text; `paint`
/// gets the padded cell with its row and column.
pub fn columns(rows: &[Vec<String>], indent: usize, paint: impl Fn(usize, usize, &str) -> String) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|c| rows.iter().filter_map(|r| r.get(c)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for (r, row) in rows.iter().enumerate() {
        let last = row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |i| i + 1);
        out.push_str(&" ".repeat(indent));
        for (c, cell) in row.iter().take(last).enumerate() {
            let width = widths.get(c).copied().unwrap_or(0);
            out.push_str(&paint(r, c, cell));
            if c + 1 < last {
                out.push_str(&" ".repeat(width - cell.chars().count() + 2));
            }
        }
        out.push('\n');
    }
    out
}
