//! Flowcharts: `flowchart LR`, `graph TD`.
//!
//! The grammar is Mermaid's `flow.jison`; statements it would refuse are read as far as they can be, because a diagram
//! that an older Mermaid accepted still says something.

mod link;
mod node;

use super::cursor::Cursor;
use super::sheet::{Arrow, Sheet, marks_external};
use super::source::Source;
use super::text;
use link::Link;
use node::Node;
use std::collections::HashSet;
use std::ops::Range;
use undrawn_model::LineEnds;

/// Reads a flowchart; `at` is the offset after its first word.
pub(crate) fn read<'a>(source: &'a Source<'a>, at: usize) -> Sheet<'a> {
    let cursor = Cursor { text: &source.text, at };
    let mut reader = Reader {
        sheet: Sheet::new(source),
        cursor,
        open: vec![],
        edge_ids: HashSet::new(),
        placed: HashSet::new(),
        foreign: vec![],
    };
    reader.run();
    reader.sheet
}

/// True when `id` can be written as it is and names the same box again.
pub(crate) fn is_plain_id(id: &str) -> bool {
    !id.is_empty() && node::id_len(id) == id.len()
}

struct Reader<'a> {
    sheet: Sheet<'a>,
    cursor: Cursor<'a>,
    /// Subgraphs not yet ended, outermost first.
    open: Vec<Subgraph>,
    /// Names given to arrows (`e1@-->`), which later statements may style.
    edge_ids: HashSet<String>,
    /// Boxes that already stand in a subgraph: the first subgraph that ends takes them.
    placed: HashSet<String>,
    /// Boxes whose class marks them as somebody else's.
    foreign: Vec<String>,
}

struct Subgraph {
    id: String,
    start: usize,
    members: Vec<String>,
}

/// `A & B --> C -- text --> D`, before anything of it is believed.
#[derive(Default)]
struct Chain {
    stops: Vec<Vec<Node>>,
    links: Vec<Link>,
}

impl<'a> Reader<'a> {
    fn run(&mut self) {
        self.direction_word();
        loop {
            self.cursor.eat_while(|c| c.is_whitespace() || c == ';');
            if self.cursor.done() {
                break;
            }
            let (start, first_line) = (self.cursor.at, self.sheet.lines.len());
            let arrow = self.statement();
            if self.cursor.at == start {
                self.cursor.bump();
            }
            let end = start + self.cursor.since(start).trim_end().len();
            self.sheet.statement(start..end, self.open.len(), first_line, arrow);
        }
        while let Some(open) = self.open.pop() {
            let range = open.start..open.start + "subgraph".len();
            self.sheet.unread(range, "this subgraph has no `end`; it is read to the end of the diagram");
            self.place(&open);
        }
        for id in std::mem::take(&mut self.foreign) {
            if self.sheet.has_box(&id)
                && let Some(drawn) = self.sheet.touch(&id, 0..0)
            {
                drawn.external = true;
            }
        }
        self.sheet.finish();
    }

    fn direction_word(&mut self) {
        self.cursor.skip_blank();
        let mut ahead = self.cursor;
        let word = ahead.eat_while(|c| !c.is_whitespace() && c != ';');
        if ["LR", "RL", "TB", "BT", "TD", "BR", "<", ">", "^", "v"].contains(&word) {
            self.cursor = ahead;
        }
    }

    /// Reads one statement; gives the arrow it is written with, if it draws lines.
    fn statement(&mut self) -> Option<Arrow> {
        let start = self.cursor.at;
        let mut ahead = self.cursor;
        let word = ahead.eat_while(|c| c.is_ascii_alphabetic());
        let ends = ahead.peek().is_none_or(|c| c.is_whitespace() || c == ';');
        let keyword = ends && !self.starts_link(ahead);
        match word {
            "subgraph" if keyword => self.subgraph(ahead),
            "end" if keyword => self.end(ahead),
            "direction" | "style" | "classDef" | "click" if keyword => {
                self.cursor = ahead;
                self.eat_statement();
            }
            "class" if keyword => {
                self.cursor = ahead;
                self.class();
            }
            "linkStyle" if keyword => {
                self.cursor = ahead;
                self.sheet.numbered |=
                    self.eat_statement().trim_start().starts_with(|c: char| c.is_ascii_digit());
            }
            _ => return self.chain_statement(start),
        }
        None
    }

    /// True when an arrow follows on the same line.
    fn starts_link(&self, mut at: Cursor<'a>) -> bool {
        at.skip_blank();
        link::read(&mut at).is_some()
    }

    /// Steps to the end of the statement and returns its text.
    fn eat_statement(&mut self) -> &'a str {
        let start = self.cursor.at;
        let mut quoted = false;
        while let Some(c) = self.cursor.peek() {
            match c {
                '\n' => break,
                '"' => quoted = !quoted,
                ';' if !quoted && !text::ends_entity(self.cursor.since(start)) => break,
                _ => {}
            }
            self.cursor.bump();
        }
        self.cursor.since(start)
    }

    fn subgraph(&mut self, after: Cursor<'a>) {
        let start = self.cursor.at;
        self.cursor = after;
        let raw = self.eat_statement().trim();
        let raw = raw.split(" %%").next().unwrap_or(raw).trim();
        let (id, label) = subgraph_title(raw);
        let id = id.unwrap_or_else(|| format!("subGraph{}", self.sheet.groups.len()));
        let parent = self.open.last().map(|g| g.id.clone());
        self.sheet.group(&id, label, parent, start..self.cursor.at);
        self.open.push(Subgraph { id, start, members: vec![] });
    }

    fn end(&mut self, after: Cursor<'a>) {
        let start = self.cursor.at;
        self.cursor = after;
        match self.open.pop() {
            Some(open) => self.place(&open),
            None => self.sheet.unread(start..after.at, "this `end` ends no subgraph"),
        }
    }

    fn place(&mut self, open: &Subgraph) {
        for id in &open.members {
            if *id != open.id
                && self.placed.insert(id.clone())
                && let Some(drawn) = self.sheet.touch(id, open.start..open.start)
            {
                drawn.group = Some(open.id.clone());
            }
        }
    }

    /// `class a,b name`
    fn class(&mut self) {
        let rest = self.eat_statement();
        let Some((ids, class)) = rest.trim().rsplit_once(char::is_whitespace) else { return };
        if marks_external(class.trim_end_matches(';')) {
            self.foreign.extend(ids.split(',').map(|id| id.trim().to_string()));
        }
    }

    fn chain_statement(&mut self, start: usize) -> Option<Arrow> {
        let mut chain = Chain::default();
        let problem = self.chain(&mut chain).err().or_else(|| self.trailing());
        let believed = match problem {
            None => true,
            Some(_) => !chain.links.is_empty() || chain.stops.iter().flatten().any(|n| n.shaped),
        };
        if let Some(problem) = problem {
            self.cursor.eat_line();
            let line = self.cursor.since(start);
            self.sheet.unread(start..start + line.trim_end().len(), problem);
        }
        if believed { self.commit(&chain) } else { None }
    }

    fn chain(&mut self, chain: &mut Chain) -> Result<(), String> {
        let first = node::group(&mut self.cursor)?;
        chain.stops.push(first);
        loop {
            let before = self.cursor;
            self.cursor.skip_space();
            let crossed = self.cursor.since(before.at).contains('\n');
            // A line that starts with a box called `x` or `o` is not an arrow head.
            let boxlike = crossed && self.cursor.rest().starts_with(['x', 'o']);
            let link = if boxlike { None } else { link::read(&mut self.cursor) };
            let Some(link) = link else {
                self.cursor = before;
                return Ok(());
            };
            self.cursor.skip_space();
            let group = node::group(&mut self.cursor)
                .map_err(|_| format!("nothing that can be read follows the arrow `{}`", link.token))?;
            chain.links.push(link);
            chain.stops.push(group);
        }
    }

    /// What is left on the line after a statement, as a problem.
    fn trailing(&mut self) -> Option<String> {
        self.cursor.skip_blank();
        match self.cursor.peek() {
            None | Some('\n' | ';') => None,
            Some(_) if self.cursor.rest().starts_with("%%") => {
                self.cursor.eat_line();
                None
            }
            Some(_) => {
                let rest: String = self.cursor.rest().lines().next().unwrap_or("").chars().take(40).collect();
                Some(format!("`{}` was not understood here", rest.trim_end()))
            }
        }
    }

    fn commit(&mut self, chain: &Chain) -> Option<Arrow> {
        for node in chain.stops.iter().flatten() {
            self.commit_node(node);
        }
        for (link, pair) in chain.links.iter().zip(chain.stops.windows(2)) {
            if let [left, right] = pair {
                self.commit_link(link, left, right);
            }
        }
        let forward = |l: &&Link| l.ends == LineEnds::Forward && l.token.ends_with('>');
        let link = chain.links.iter().rfind(forward).or(chain.links.last())?;
        Some(Arrow { token: link.token.clone(), inline_text: link.inline_text })
    }

    fn commit_node(&mut self, node: &Node) {
        if node.has_data && self.edge_ids.contains(&node.id) {
            return;
        }
        if let Some(lines) = node.label.clone() {
            self.sheet.label(&node.id, lines, node.range.clone());
        } else {
            self.sheet.touch(&node.id, node.range.clone());
        }
        self.sheet.kind(&node.id, node.kind);
        if node.classes.iter().any(|c| marks_external(c)) {
            self.foreign.push(node.id.clone());
        }
        if let Some(open) = self.open.last_mut() {
            open.members.push(node.id.clone());
        }
    }

    fn commit_link(&mut self, link: &Link, left: &[Node], right: &[Node]) {
        self.edge_ids.extend(link.id.clone());
        if link.invisible {
            return;
        }
        for from in left {
            for to in right {
                let (tail, head) = if link.backward { (to, from) } else { (from, to) };
                let range = hull(&from.range, &to.range);
                self.sheet.line(&tail.id, &head.id, link.label.clone(), link.dashed, link.ends, range);
            }
        }
    }
}

fn hull(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    a.start.min(b.start)..a.end.max(b.end)
}

/// (id, label) of what stands after `subgraph`. A title of several words is no id.
fn subgraph_title(raw: &str) -> (Option<String>, String) {
    if let Some(inner) = raw.strip_suffix(']')
        && let Some(at) = outside_quotes(inner, '[')
    {
        let (id, label) = (inner[..at].trim(), &inner[at + 1..]);
        let label = node::label_lines(label).join(" ");
        let id = id.trim_matches('"').to_string();
        return (Some(id).filter(|id| !id.is_empty()), label);
    }
    let label = node::label_lines(raw).join(" ");
    let bare = raw.trim_matches('"').trim_matches('`').trim();
    let single = !bare.is_empty() && !bare.contains(char::is_whitespace);
    (single.then(|| bare.to_string()), label)
}

fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(i, c)| {
        quoted ^= c == '"';
        (c == wanted && !quoted).then_some(i)
    })
}

/// A label as it may be written in `["..."]`.
pub(crate) fn quoted(label: &str) -> String {
    format!("\"{}\"", text::escape(label))
}
