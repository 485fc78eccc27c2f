//! `architecture-beta`: services, groups, junctions, and edges between their sides.

use super::cursor::Cursor;
use super::sheet::{Arrow, Sheet};
use super::source::Source;
use super::text;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use undrawn_model::{ComponentKind, LineEnds};

/// Reads an architecture diagram; `at` is the offset after its first word.
pub(crate) fn read<'a>(source: &'a Source<'a>, at: usize) -> (Sheet<'a>, Sides) {
    let mut reader = Reader {
        sheet: Sheet::new(source),
        junctions: BTreeSet::new(),
        edges: vec![],
        sides: Sides::default(),
        steps: 0,
    };
    let mut start = at;
    for line in source.text.get(at..).unwrap_or("").split('\n') {
        reader.line(line, start);
        start += line.len() + 1;
    }
    reader.draw();
    reader.sheet.finish();
    (reader.sheet, reader.sides)
}

/// Sides of services that edges are fixed to.
#[derive(Debug, Default)]
pub(crate) struct Sides(HashMap<String, BTreeSet<char>>);

impl Sides {
    /// Facing sides for a new edge that both ends have free, or the first pair when there is none.
    pub fn free(&self, from: &str, to: &str) -> (char, char) {
        let used = |id: &str, side: char| self.0.get(id).is_some_and(|s| s.contains(&side));
        let pairs = [('R', 'L'), ('B', 'T'), ('T', 'B'), ('L', 'R')];
        let free = pairs.iter().find(|(a, b)| !used(from, *a) && !used(to, *b));
        *free.unwrap_or(&('R', 'L'))
    }
}

struct Reader<'a> {
    sheet: Sheet<'a>,
    junctions: BTreeSet<String>,
    edges: Vec<Edge>,
    sides: Sides,
    /// Edges looked at on ways through junctions so far.
    steps: usize,
}

/// More ways through junctions are not followed.
const STEPS_MAX: usize = 1_000_000;

struct Edge {
    ends: [EdgeEnd; 2],
    label: Option<String>,
    range: Range<usize>,
}

struct EdgeEnd {
    id: String,
    /// The edge leaves the group that this service stands in.
    of_group: bool,
    /// An arrow points here.
    into: bool,
}

/// What a declaration says: `service db(database)[Main] in api`.
struct Declared<'a> {
    id: &'a str,
    icon: Option<&'a str>,
    title: Option<&'a str>,
    parent: Option<&'a str>,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, offset: usize) {
        let bare = line.split(" %%").next().unwrap_or(line).trim();
        let start = offset + (line.len() - line.trim_start().len());
        let range = start..start + bare.len();
        if bare.is_empty() {
            return;
        }
        let (word, rest) = bare.split_once(char::is_whitespace).unwrap_or((bare, ""));
        let mut arrow = None;
        let read = match word {
            "title" => {
                self.sheet.title = Some(text::line_of(rest));
                true
            }
            "group" | "service" | "junction" => self.declare(word, rest, range.clone()),
            _ => {
                arrow = Some(Arrow { token: "-->".into(), inline_text: false });
                self.edge(bare, range.clone())
            }
        };
        if read {
            self.sheet.statement(range, 0, self.sheet.lines.len(), arrow);
        } else {
            self.sheet.unread(range, "this statement was not understood");
        }
    }

    fn declare(&mut self, word: &str, rest: &str, range: Range<usize>) -> bool {
        let Some(declared) = declaration(rest) else { return false };
        let id = declared.id;
        let label = text::line_of(declared.title.unwrap_or(id).trim_matches(['"', '\'']));
        let parent = declared.parent.map(str::to_string);
        match word {
            "group" => self.sheet.group(id, label, parent, range),
            "junction" => {
                self.junctions.insert(id.to_string());
            }
            _ => {
                let icon = declared.icon.filter(|i| !PLAIN_ICONS.contains(i)).map(str::to_string);
                self.sheet.label(
                    id,
                    [label].into_iter().chain(icon).filter(|l| !l.is_empty()).collect(),
                    range,
                );
                self.sheet
                    .kind(id, declared.icon.filter(|i| *i == "database").map(|_| ComponentKind::Database));
                if let Some(drawn) = self.sheet.touch(id, 0..0) {
                    drawn.group = parent;
                }
            }
        }
        true
    }

    fn edge(&mut self, bare: &str, range: Range<usize>) -> bool {
        let mut at = Cursor { text: bare, at: 0 };
        let Some((edge, sides)) = edge(&mut at, range) else { return false };
        at.skip_blank();
        if !at.done() {
            return false;
        }
        for (end, side) in edge.ends.iter().zip(sides) {
            self.sides.0.entry(end.id.clone()).or_default().extend(side);
        }
        self.edges.push(edge);
        true
    }

    /// Turns edges into lines; a way through junctions is one line.
    fn draw(&mut self) {
        let mut at_junction: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        for (i, edge) in self.edges.iter().enumerate() {
            for (side, end) in edge.ends.iter().enumerate().filter(|(_, e)| self.junctions.contains(&e.id)) {
                at_junction.entry(end.id.clone()).or_default().push((i, side));
            }
        }
        for i in 0..self.edges.len() {
            if self.steps > STEPS_MAX {
                let range = self.edges[i].range.clone();
                return self
                    .sheet
                    .unread(range, "edges from here on were not followed: too many ways through junctions");
            }
            let ends = self.edges[i].ends.each_ref().map(|e| self.junctions.contains(&e.id));
            match ends {
                [false, false] => self.straight(i),
                [false, true] => self.through(i, 0, &at_junction),
                [true, false] => self.through(i, 1, &at_junction),
                [true, true] => {}
            }
        }
    }

    fn straight(&mut self, i: usize) {
        let edge = &self.edges[i];
        let [left, right] = &edge.ends;
        let ends = match (left.into, right.into) {
            (true, true) => LineEnds::Both,
            (false, false) => LineEnds::Neither,
            _ => LineEnds::Forward,
        };
        let (from, to) = if left.into && !right.into { (right, left) } else { (left, right) };
        let (from, to) = (self.end_id(from), self.end_id(to));
        let (label, range) = (edge.label.clone(), edge.range.clone());
        self.sheet.line(&from, &to, label, false, ends, range);
    }

    /// Lines from the service at one end of edge `i` to every service that is reached through junctions, where no arrow
    /// points back. A pair without arrows is drawn once.
    fn through(&mut self, i: usize, side: usize, at_junction: &BTreeMap<String, Vec<(usize, usize)>>) {
        let start = &self.edges[i].ends[side];
        let from = self.end_id(start);
        if start.into && !self.edges[i].ends[1 - side].into {
            return;
        }
        let mut arrows = BTreeSet::new();
        let mut todo = vec![(self.edges[i].ends[1 - side].id.clone(), self.edges[i].ends[1 - side].into)];
        let mut found = vec![];
        while let Some((junction, arrow)) = todo.pop() {
            if !arrows.insert((junction.clone(), arrow)) {
                continue;
            }
            for (j, near) in at_junction.get(&junction).into_iter().flatten().filter(|(j, _)| *j != i) {
                self.steps += 1;
                let (near, far) = (&self.edges[*j].ends[*near], &self.edges[*j].ends[1 - *near]);
                if near.into && !far.into {
                    continue;
                }
                let arrow = arrow || far.into;
                if self.junctions.contains(&far.id) {
                    todo.push((far.id.clone(), arrow));
                } else {
                    found.push((*j, arrow));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        for (j, arrow) in found {
            let edge = &self.edges[j];
            let far = edge.ends.iter().find(|e| !self.junctions.contains(&e.id));
            let Some(to) = far.map(|e| self.end_id(e)) else { continue };
            if arrow || i < j {
                let label = edge.label.clone().or_else(|| self.edges[i].label.clone());
                let ends = if arrow { LineEnds::Forward } else { LineEnds::Neither };
                let range = edge.range.clone();
                self.sheet.line(&from, &to, label, false, ends, range);
            }
        }
    }

    fn end_id(&self, end: &EdgeEnd) -> String {
        let group = self.sheet.group_of(&end.id).filter(|_| end.of_group);
        group.unwrap_or(&end.id).to_string()
    }
}

/// Icons that say nothing: https://mermaid.js.org/syntax/architecture.html
const PLAIN_ICONS: &[&str] = &["cloud", "database", "disk", "internet", "server"];

fn is_id_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

fn declaration(rest: &str) -> Option<Declared<'_>> {
    let mut at = Cursor { text: rest, at: 0 };
    at.skip_blank();
    let id = at.eat_while(is_id_char);
    at.skip_blank();
    let icon = between(&mut at, '(', ')');
    at.skip_blank();
    let title = between(&mut at, '[', ']');
    at.skip_blank();
    let parent = at.eat("in ").then(|| {
        at.skip_blank();
        at.eat_while(is_id_char)
    });
    at.skip_blank();
    let icon = icon.map(|i| i.trim_matches(['"', '\'']));
    (!id.is_empty() && at.done()).then_some(Declared { id, icon, title, parent })
}

fn between<'a>(at: &mut Cursor<'a>, open: char, close: char) -> Option<&'a str> {
    if at.peek() != Some(open) {
        return None;
    }
    let mut inside = *at;
    inside.bump();
    let start = inside.at;
    if let Some(quote) = inside.peek().filter(|c| matches!(c, '"' | '\'')) {
        inside.bump();
        inside.eat_while(|c| c != quote);
    }
    inside.eat_while(|c| c != close);
    let text = inside.since(start);
    inside.bump()?;
    *at = inside;
    Some(text)
}

/// `a{group}:R <-[label]-> L:b`
fn edge(at: &mut Cursor<'_>, range: Range<usize>) -> Option<(Edge, [Option<char>; 2])> {
    let (left, left_group) = (at.eat_while(is_id_char).to_string(), at.eat("{group}"));
    at.skip_blank();
    let left_side = if at.eat(":") { Some(side(at)?) } else { None };
    at.skip_blank();
    let left_into = at.eat("<") || at.eat(">");
    at.skip_blank();
    at.eat("-").then_some(())?;
    let label = between(at, '[', ']').map(|t| text::line_of(t.trim_matches(['"', '\''])));
    at.eat("-").then_some(())?;
    at.skip_blank();
    let right_into = at.eat(">") || at.eat("<");
    at.skip_blank();
    let mut ahead = *at;
    let right_side = side(&mut ahead).filter(|_| {
        ahead.skip_blank();
        ahead.eat(":")
    });
    if right_side.is_some() {
        *at = ahead;
    }
    at.skip_blank();
    let (right, right_group) = (at.eat_while(is_id_char).to_string(), at.eat("{group}"));
    if left.is_empty() || right.is_empty() {
        return None;
    }
    let ends = [
        EdgeEnd { id: left, of_group: left_group, into: left_into },
        EdgeEnd { id: right, of_group: right_group, into: right_into },
    ];
    Some((Edge { ends, label, range }, [left_side, right_side]))
}

/// A side of a service. Mermaid wants one at both ends; its meaning does not need them.
fn side(at: &mut Cursor<'_>) -> Option<char> {
    at.skip_blank();
    at.bump().filter(|c| matches!(c, 'L' | 'R' | 'T' | 'B'))
}
