//! C4 diagrams: `C4Context`, `C4Container`, `C4Component`, `C4Dynamic`, `C4Deployment`.

use super::cursor::Cursor;
use super::sheet::{Arrow, Sheet, marks_external};
use super::source::Source;
use super::text;
use std::ops::Range;
use undrawn_model::{ComponentKind, LineEnds};

/// Reads a C4 diagram; `at` is the offset after its first word.
pub(crate) fn read<'a>(source: &'a Source<'a>, at: usize) -> Sheet<'a> {
    let cursor = Cursor { text: &source.text, at };
    let mut reader = Reader { sheet: Sheet::new(source), cursor, open: vec![] };
    reader.run();
    if let Some((_, opened)) = reader.open.last().cloned() {
        reader.sheet.unread(opened, "this boundary has no `}`");
    }
    reader.sheet.finish();
    reader.sheet
}

struct Reader<'a> {
    sheet: Sheet<'a>,
    cursor: Cursor<'a>,
    /// Boundaries not yet closed: id and place.
    open: Vec<(String, Range<usize>)>,
}

/// A call's arguments: those by place, and those written `$name="value"`.
#[derive(Default)]
struct Arguments {
    placed: Vec<String>,
    named: Vec<(String, String)>,
}

impl Arguments {
    fn get(&self, place: usize, name: &str) -> Option<&str> {
        let named = self.named.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        named.or_else(|| self.placed.get(place).map(String::as_str)).filter(|v| !v.is_empty())
    }
}

impl Reader<'_> {
    fn run(&mut self) {
        loop {
            self.cursor.eat_while(|c| c.is_whitespace() || c == ';');
            if self.cursor.done() {
                return;
            }
            let (start, first_line) = (self.cursor.at, self.sheet.lines.len());
            let arrow = self.statement();
            if self.cursor.at == start {
                self.cursor.bump();
            }
            self.sheet.statement(start..self.cursor.at, self.open.len(), first_line, arrow);
        }
    }

    fn statement(&mut self) -> Option<Arrow> {
        let start = self.cursor.at;
        if self.cursor.eat("}") {
            if self.open.pop().is_none() {
                self.sheet.unread(start..start + 1, "this `}` closes no boundary");
            }
            return None;
        }
        let word = self.cursor.eat_while(|c| c.is_ascii_alphanumeric() || c == '_');
        match word {
            "title" => {
                self.sheet.title = Some(text::line_of(self.cursor.eat_line()));
                return None;
            }
            "accDescription" | "direction" => {
                self.cursor.eat_line();
                return None;
            }
            _ => {}
        }
        self.cursor.skip_blank();
        let Some(arguments) = self.arguments().filter(|_| !word.is_empty()) else {
            self.cursor.at = start;
            let line = self.cursor.eat_line();
            self.sheet.unread(start..start + line.trim_end().len(), "this statement was not understood");
            return None;
        };
        self.call(word, &arguments, start..self.cursor.at)
    }

    fn call(&mut self, word: &str, arguments: &Arguments, range: Range<usize>) -> Option<Arrow> {
        if word.starts_with("Update") {
            return None;
        }
        if word == "BiRel"
            || word == "RelIndex"
            || word == "Rel"
            || word.starts_with("Rel_")
            || word.starts_with("BiRel_")
        {
            return self.relation(word, arguments, range);
        }
        let boundary =
            word.ends_with("Boundary") || matches!(word, "Node" | "Deployment_Node" | "Node_L" | "Node_R");
        let opened = boundary && self.opens();
        let Some(id) = arguments.get(0, "alias").map(str::to_string) else {
            self.sheet.unread(range.clone(), format!("`{word}` needs an alias"));
            // The braces still have to match.
            if opened {
                self.open.push((String::new(), range));
            }
            return None;
        };
        if opened {
            let label = text::line_of(arguments.get(1, "label").unwrap_or(&id));
            let parent = self.parent();
            self.sheet.group(&id, label, parent, range.clone());
            self.open.push((id, range));
        } else {
            self.element(word, &id, arguments, range);
        }
        None
    }

    /// Steps over `{`, which may stand on the next line.
    fn opens(&mut self) -> bool {
        let mut at = self.cursor;
        at.skip_space();
        let found = at.eat("{");
        if found {
            self.cursor = at;
        }
        found
    }

    fn parent(&self) -> Option<String> {
        self.open.iter().rev().map(|(id, _)| id.clone()).find(|id| !id.is_empty())
    }

    fn element(&mut self, word: &str, id: &str, arguments: &Arguments, range: Range<usize>) {
        let (base, external) = match word.strip_suffix("_Ext") {
            Some(base) => (base, true),
            None => (word, false),
        };
        let Some(kind) = kind_of(base) else {
            return self.sheet.unread(range, format!("`{word}` is not known"));
        };
        let mut lines = text::lines_of(arguments.get(1, "label").unwrap_or(id));
        if lines.is_empty() {
            lines.push(id.to_string());
        }
        // Persons and systems have no technology before their description.
        let described = matches!(base, "Person" | "System" | "SystemDb" | "SystemQueue");
        let techn = if described { arguments.get(usize::MAX, "techn") } else { arguments.get(2, "techn") };
        let descr = arguments.get(if described { 2 } else { 3 }, "descr");
        for more in [techn, descr].into_iter().flatten() {
            lines.extend(text::lines_of(more));
        }
        self.sheet.label(id, lines, range);
        self.sheet.kind(id, kind);
        let tags = arguments.get(usize::MAX, "tags").unwrap_or("");
        let parent = self.parent();
        if let Some(drawn) = self.sheet.touch(id, 0..0) {
            drawn.external = external || tags.split('+').any(marks_external);
            drawn.group = parent;
        }
    }

    fn relation(&mut self, word: &str, arguments: &Arguments, range: Range<usize>) -> Option<Arrow> {
        let first = usize::from(word == "RelIndex");
        let ends = arguments.get(first, "from").zip(arguments.get(first + 1, "to"));
        let Some((from, to)) = ends else {
            self.sheet.unread(range, format!("`{word}` needs two ends"));
            return None;
        };
        let (from, to) = if word.starts_with("Rel_Back") { (to, from) } else { (from, to) };
        let mut label = text::line_of(arguments.get(first + 2, "label").unwrap_or(""));
        if let Some(techn) = arguments.get(first + 3, "techn") {
            label = format!("{label} [{}]", text::line_of(techn)).trim_start().to_string();
        }
        let ends = if word.starts_with("BiRel") { LineEnds::Both } else { LineEnds::Forward };
        self.sheet.line(from, to, Some(label), false, ends, range);
        Some(Arrow { token: word.to_string(), inline_text: false })
    }

    /// `(a, "b, c", $d="e")`; `None` when there is none or it is not closed.
    fn arguments(&mut self) -> Option<Arguments> {
        let mut at = self.cursor;
        if !at.eat("(") {
            return None;
        }
        let (mut out, limit) = (Arguments::default(), at.at + CALL_MAX);
        loop {
            at.skip_space();
            let value = argument(&mut at, &mut out)?;
            let closed = at.eat(")");
            let more = at.eat(",");
            if let Some(value) = value.filter(|v| !(closed && v.is_empty() && out.placed.is_empty())) {
                out.placed.push(value);
            }
            if closed {
                self.cursor = at;
                return Some(out);
            }
            if !more || at.at > limit {
                return None;
            }
        }
    }
}

/// Longest call that is looked for.
const CALL_MAX: usize = 8 << 10;

/// One argument; `None` inside when it was a named one.
fn argument(at: &mut Cursor<'_>, out: &mut Arguments) -> Option<Option<String>> {
    if at.eat("$") {
        let name = at.eat_while(|c| c.is_alphanumeric() || c == '_').to_string();
        at.skip_blank();
        if !at.eat("=") {
            return None;
        }
        at.skip_blank();
        let value = value(at)?;
        out.named.push((name, value));
        return Some(None);
    }
    value(at).map(Some)
}

fn value(at: &mut Cursor<'_>) -> Option<String> {
    let start = at.at;
    if at.eat("\"") {
        let close = at.rest().bytes().take(CALL_MAX).position(|b| b == b'"')?;
        let text = at.rest().get(..close)?.to_string();
        at.at += close + 1;
        at.skip_space();
        if at.rest().starts_with([',', ')']) {
            return Some(text);
        }
        at.at = start;
    }
    // Without quotes: up to the comma or the bracket that closes the call, brackets inside matched.
    let (mut depth, begin) = (0usize, at.at);
    while let Some(c) = at.peek() {
        match c {
            ',' | ')' if depth == 0 => return Some(at.since(begin).trim().trim_matches('"').to_string()),
            '\n' => return None,
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        at.bump();
    }
    None
}

/// Kind of an element by its macro; `None` outside when there is no such macro.
fn kind_of(base: &str) -> Option<Option<ComponentKind>> {
    Some(match base {
        "Person" => Some(ComponentKind::User),
        "System" | "Container" | "Component" => None,
        "SystemDb" | "ContainerDb" | "ComponentDb" => Some(ComponentKind::Database),
        "SystemQueue" | "ContainerQueue" | "ComponentQueue" => Some(ComponentKind::Topic),
        "Node" | "Node_L" | "Node_R" | "Deployment_Node" => Some(ComponentKind::Node),
        base if base.ends_with("Boundary") => None,
        _ => return None,
    })
}
