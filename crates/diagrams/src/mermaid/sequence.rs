//! Sequence diagrams: participants, messages and the blocks around them.

use super::sheet::{Arrow, Sheet};
use super::source::Source;
use super::text;
use std::collections::HashSet;
use std::ops::Range;
use undrawn_model::{ComponentKind, LineEnds};

/// Reads a sequence diagram; `at` is the offset after its first word.
pub(crate) fn read<'a>(source: &'a Source<'a>, at: usize) -> Sheet<'a> {
    let (blocks, callees) = (vec![], HashSet::new());
    let mut reader = Reader { sheet: Sheet::new(source), blocks, callees };
    let text = source.text.as_str();
    let mut start = at;
    for line in text.get(at..).unwrap_or("").split('\n') {
        reader.line(line, start);
        start += line.len() + 1;
    }
    if let Some((_, opened)) = reader.blocks.last().cloned() {
        reader.sheet.unread(opened, "this block has no `end`");
    }
    reader.sheet.finish();
    reader.sheet
}

/// Arrows with their look, longest first among those that begin alike: https://mermaid.js.org/syntax/sequenceDiagram.html
const ARROWS: &[(&str, Look)] = &[
    ("<<-->>", Look { dashed: true, ends: LineEnds::Both, backward: false }),
    ("<<->>", Look { dashed: false, ends: LineEnds::Both, backward: false }),
    ("-->>", Look { dashed: true, ends: LineEnds::Forward, backward: false }),
    ("->>", Look { dashed: false, ends: LineEnds::Forward, backward: false }),
    ("-->", Look { dashed: true, ends: LineEnds::Forward, backward: false }),
    ("->", Look { dashed: false, ends: LineEnds::Forward, backward: false }),
    ("--)", Look { dashed: true, ends: LineEnds::Forward, backward: false }),
    ("-)", Look { dashed: false, ends: LineEnds::Forward, backward: false }),
    ("--|\\", Look { dashed: true, ends: LineEnds::Forward, backward: false }),
    ("--|/", Look { dashed: true, ends: LineEnds::Forward, backward: false }),
    ("--\\\\", Look { dashed: true, ends: LineEnds::Forward, backward: false }),
    ("--//", Look { dashed: true, ends: LineEnds::Forward, backward: false }),
    ("-|\\", Look { dashed: false, ends: LineEnds::Forward, backward: false }),
    ("-|/", Look { dashed: false, ends: LineEnds::Forward, backward: false }),
    ("-\\\\", Look { dashed: false, ends: LineEnds::Forward, backward: false }),
    ("-//", Look { dashed: false, ends: LineEnds::Forward, backward: false }),
    ("/|--", Look { dashed: true, ends: LineEnds::Forward, backward: true }),
    ("\\|--", Look { dashed: true, ends: LineEnds::Forward, backward: true }),
    ("//--", Look { dashed: true, ends: LineEnds::Forward, backward: true }),
    ("\\\\--", Look { dashed: true, ends: LineEnds::Forward, backward: true }),
    ("/|-", Look { dashed: false, ends: LineEnds::Forward, backward: true }),
    ("\\|-", Look { dashed: false, ends: LineEnds::Forward, backward: true }),
    ("//-", Look { dashed: false, ends: LineEnds::Forward, backward: true }),
    ("\\\\-", Look { dashed: false, ends: LineEnds::Forward, backward: true }),
];

/// Lost messages. Looked for last, because names contain `-x` too.
const CROSSES: &[(&str, Look)] = &[
    ("--x", Look { dashed: true, ends: LineEnds::Forward, backward: false }),
    ("-x", Look { dashed: false, ends: LineEnds::Forward, backward: false }),
];

#[derive(Debug, Clone, Copy)]
struct Look {
    dashed: bool,
    ends: LineEnds,
    backward: bool,
}

/// Words that open a block which `end` closes.
const BLOCKS: &[&str] = &["loop", "rect", "opt", "alt", "par", "par_over", "critical", "break", "box"];
/// Words that divide a block.
const DIVIDERS: &[&str] = &["else", "and", "option"];
/// Statements that show nothing of the structure. The last ones are of flowcharts, written here by mistake.
const ASIDES: &[&str] = &[
    "activate",
    "deactivate",
    "autonumber",
    "links",
    "link",
    "properties",
    "details",
    "style",
    "classdef",
    "class",
    "linkstyle",
];

struct Reader<'a> {
    sheet: Sheet<'a>,
    /// Open blocks: the group's id for a `box`, and where it was opened.
    blocks: Vec<(Option<String>, Range<usize>)>,
    /// Who has been sent a message, and may therefore be answering.
    callees: HashSet<String>,
}

impl Reader<'_> {
    /// Statements of one line, which `;` divides.
    fn line(&mut self, line: &str, offset: usize) {
        let mut from = 0;
        for to in divisions(line) {
            let part = &line[from..to];
            let bare = part.trim();
            let start = offset + from + (part.len() - part.trim_start().len());
            if !bare.is_empty() && !bare.starts_with('#') {
                let (range, first) = (start..start + bare.len(), self.sheet.lines.len());
                let arrow = self.statement(bare, range.clone());
                self.sheet.statement(range, self.blocks.len(), first, arrow);
            }
            from = (to + 1).min(line.len());
        }
    }

    fn statement(&mut self, text: &str, range: Range<usize>) -> Option<Arrow> {
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let lower = word.to_ascii_lowercase();
        let rest_range = range.end - rest.len()..range.end;
        // A participant may be called like a keyword: `Link ->> Store: put`.
        if begins_with_arrow(rest.trim_start()) {
            return self.message(text, range);
        }
        match lower.as_str() {
            "participant" | "actor" if !rest.trim().is_empty() => {
                self.participant(rest, rest_range, lower == "actor")
            }
            "create" => self.create(rest, rest_range),
            "box" => self.open_box(rest, range),
            "end" if rest.is_empty() || rest.trim_start().starts_with("%%") => self.close(range),
            "title" | "title:" => self.sheet.title = Some(text::line_of(rest)),
            word if BLOCKS.contains(&word) => self.blocks.push((None, range)),
            "destroy" => {
                self.sheet.transient.insert(rest.trim().to_string());
            }
            word if DIVIDERS.contains(&word) || ASIDES.contains(&word) => {}
            "note" => self.note(rest, rest_range),
            _ => return self.message(text, range),
        }
        None
    }

    /// `A as Label`, `A@{ "type": "database" } as Label`
    fn participant(&mut self, rest: &str, range: Range<usize>, actor: bool) {
        let (name, alias) = match split_as(rest) {
            // `"Label" as A` is PlantUML's order; Mermaid has it the other way round.
            Some((name, alias)) if name.starts_with('"') && is_word(alias) => (alias, Some(name)),
            Some((name, alias)) => (name, Some(alias)),
            None => (rest.trim(), None),
        };
        let (id, config) = name.split_once("@{").unwrap_or((name, ""));
        let id = id.trim();
        let alias = alias.or_else(|| config_value(config, "alias"));
        let lines = text::lines_of(alias.unwrap_or(id).trim().trim_matches('"'));
        self.sheet.label(id, lines, range);
        let kind = config_value(config, "type").and_then(|sort| match sort {
            "database" => Some(ComponentKind::Database),
            "queue" => Some(ComponentKind::Topic),
            "actor" => Some(ComponentKind::User),
            _ => None,
        });
        self.sheet.kind(id, kind.or(actor.then_some(ComponentKind::User)));
        self.join_group(id);
    }

    fn create(&mut self, rest: &str, range: Range<usize>) {
        let (word, name) = rest.trim_start().split_once(char::is_whitespace).unwrap_or((rest, ""));
        match word.to_ascii_lowercase().as_str() {
            "participant" | "actor" if !name.trim().is_empty() => {
                let id = split_as(name).map_or(name, |(id, _)| id).split("@{").next().unwrap_or(name);
                self.sheet.transient.insert(id.trim().to_string());
                self.participant(name, range, word.eq_ignore_ascii_case("actor"));
            }
            _ => self.sheet.unread(range, "`create` needs a participant"),
        }
    }

    fn open_box(&mut self, rest: &str, range: Range<usize>) {
        let label = text::line_of(without_color(rest.trim()));
        let id = format!("box{}", self.sheet.groups.len() + 1);
        let parent = self.blocks.iter().rev().find_map(|(id, _)| id.clone());
        self.sheet.group(&id, label, parent, range.clone());
        self.blocks.push((Some(id), range));
    }

    fn close(&mut self, range: Range<usize>) {
        if self.blocks.pop().is_none() {
            self.sheet.unread(range, "this `end` ends no block");
        }
    }

    fn join_group(&mut self, id: &str) {
        if let Some(group) = self.blocks.iter().rev().find_map(|(id, _)| id.clone())
            && let Some(drawn) = self.sheet.touch(id, 0..0)
        {
            drawn.group = Some(group);
        }
    }

    /// `over A,B: text`: those named in a note are participants.
    fn note(&mut self, rest: &str, range: Range<usize>) {
        let (head, _) = rest.split_once(':').unwrap_or((rest, ""));
        let lower = head.to_ascii_lowercase();
        let skip = ["over ", "left of ", "right of "].iter().find(|p| lower.starts_with(*p)).map(|p| p.len());
        let Some(names) = skip.and_then(|n| head.get(n..)) else {
            return self.sheet.unread(range, "this note is not understood");
        };
        for name in names.split(',').map(str::trim).filter(|n| !n.is_empty()) {
            self.sheet.touch(name, range.start..range.start + head.trim_end().len());
        }
    }

    fn message(&mut self, text: &str, range: Range<usize>) -> Option<Arrow> {
        let head = before_colon(text);
        let label = text.get(head.len() + 1..).unwrap_or("").trim();
        let label = label.strip_prefix("wrap:").or(label.strip_prefix("nowrap:")).unwrap_or(label);
        let Some((at, token, look)) = find_arrow(head) else {
            self.sheet.unread(range, "this statement was not understood");
            return None;
        };
        let left = head[..at].trim().trim_end_matches("()").trim_end();
        let right =
            head[at + token.len()..].trim().trim_start_matches("()").trim_start_matches(['+', '-']).trim();
        if left.is_empty() || right.is_empty() {
            self.sheet.unread(range, "this message needs two participants");
            return None;
        }
        let left_range = range.start..range.start + left.len();
        let right_end = range.start + head.trim_end().len();
        self.sheet.touch(left, left_range)?;
        self.sheet.touch(right, right_end.saturating_sub(right.len())..right_end)?;
        let (from, to) = if look.backward { (right, left) } else { (left, right) };
        let reply =
            look.dashed && look.ends == LineEnds::Forward && from != to && self.callees.contains(from);
        if !reply {
            self.callees.insert(to.to_string());
        }
        let before = self.sheet.lines.len();
        self.sheet.line(from, to, Some(text::line_of(label)), look.dashed, look.ends, range);
        if let Some(line) = self.sheet.lines.get_mut(before) {
            line.reply = reply;
        }
        Some(Arrow { token: token.to_string(), inline_text: false })
    }
}

fn begins_with_arrow(text: &str) -> bool {
    ARROWS.iter().chain(CROSSES).any(|(token, _)| text.starts_with(token))
}

fn before_colon(text: &str) -> &str {
    text.find(':').map_or(text, |i| &text[..i])
}

/// Ends of the statements of a line: each `;` that ends no entity, and the line's end.
fn divisions(line: &str) -> Vec<usize> {
    // Text behind a `;` that is no statement of its own still belongs to the message before it.
    let stands_alone = |end: usize| {
        let rest = line[end + 1..].trim_start();
        rest.is_empty()
            || find_arrow(before_colon(rest)).is_some()
            || rest.split_whitespace().next().is_some_and(|w| is_keyword(&w.to_ascii_lowercase()))
    };
    let marks = line.bytes().enumerate().filter(|(_, b)| *b == b';').map(|(i, _)| i).take(PARTS_MAX);
    marks.filter(|i| !text::ends_entity(&line[..*i]) && stands_alone(*i)).chain([line.len()]).collect()
}

/// More statements on one line than this are read as one.
const PARTS_MAX: usize = 64;

/// True for words, in lower case, that begin a statement which is no message.
pub(crate) fn is_keyword(word: &str) -> bool {
    BLOCKS.contains(&word)
        || DIVIDERS.contains(&word)
        || ASIDES.contains(&word)
        || ["participant", "actor", "create", "destroy", "end", "note", "title"].contains(&word)
}

/// The first arrow of a message's head: (offset, token, look).
fn find_arrow(head: &str) -> Option<(usize, &'static str, Look)> {
    let first = |arrows: &'static [(&'static str, Look)]| {
        head.char_indices().skip(1).find_map(|(i, c)| {
            let rest = matches!(c, '-' | '<' | '/' | '\\').then(|| &head[i..])?;
            arrows.iter().find(|(token, _)| rest.starts_with(token)).map(|(token, look)| (i, *token, *look))
        })
    };
    first(ARROWS).or_else(|| first(CROSSES))
}

/// Splits `A as Label` at the first ` as `.
fn split_as(text: &str) -> Option<(&str, &str)> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find(" as ")?;
    Some((text[..at].trim(), text[at + 4..].trim()))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// A value of the JSON-like data of a participant.
fn config_value<'a>(config: &'a str, key: &str) -> Option<&'a str> {
    let fields = config.trim_end().trim_end_matches('}').split(',');
    fields.filter_map(|f| f.split_once(':')).find(|(k, _)| bare(k) == key).map(|(_, v)| bare(v))
}

fn bare(word: &str) -> &str {
    word.trim().trim_matches(['"', '\''])
}

/// The title of `box Aqua Title`, without the colour.
fn without_color(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    if ["rgb(", "rgba(", "hsl(", "hsla("].iter().any(|f| lower.starts_with(f)) {
        return text.find(')').map_or(text, |i| text[i + 1..].trim());
    }
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if word.starts_with('#') || COLORS.contains(&word.to_ascii_lowercase().as_str()) {
        rest.trim()
    } else {
        text
    }
}

/// Colour names of CSS: https://www.w3.org/TR/css-color-4/#named-colors
const COLORS: &[&str] = &[
    "aliceblue",
    "antiquewhite",
    "aqua",
    "aquamarine",
    "azure",
    "beige",
    "bisque",
    "black",
    "blanchedalmond",
    "blue",
    "blueviolet",
    "brown",
    "burlywood",
    "cadetblue",
    "chartreuse",
    "chocolate",
    "coral",
    "cornflowerblue",
    "cornsilk",
    "crimson",
    "cyan",
    "darkblue",
    "darkcyan",
    "darkgoldenrod",
    "darkgray",
    "darkgreen",
    "darkgrey",
    "darkkhaki",
    "darkmagenta",
    "darkolivegreen",
    "darkorange",
    "darkorchid",
    "darkred",
    "darksalmon",
    "darkseagreen",
    "darkslateblue",
    "darkslategray",
    "darkslategrey",
    "darkturquoise",
    "darkviolet",
    "deeppink",
    "deepskyblue",
    "dimgray",
    "dimgrey",
    "dodgerblue",
    "firebrick",
    "floralwhite",
    "forestgreen",
    "fuchsia",
    "gainsboro",
    "ghostwhite",
    "gold",
    "goldenrod",
    "gray",
    "green",
    "greenyellow",
    "grey",
    "honeydew",
    "hotpink",
    "indianred",
    "indigo",
    "ivory",
    "khaki",
    "lavender",
    "lavenderblush",
    "lawngreen",
    "lemonchiffon",
    "lightblue",
    "lightcoral",
    "lightcyan",
    "lightgoldenrodyellow",
    "lightgray",
    "lightgreen",
    "lightgrey",
    "lightpink",
    "lightsalmon",
    "lightseagreen",
    "lightskyblue",
    "lightslategray",
    "lightslategrey",
    "lightsteelblue",
    "lightyellow",
    "lime",
    "limegreen",
    "linen",
    "magenta",
    "maroon",
    "mediumaquamarine",
    "mediumblue",
    "mediumorchid",
    "mediumpurple",
    "mediumseagreen",
    "mediumslateblue",
    "mediumspringgreen",
    "mediumturquoise",
    "mediumvioletred",
    "midnightblue",
    "mintcream",
    "mistyrose",
    "moccasin",
    "navajowhite",
    "navy",
    "oldlace",
    "olive",
    "olivedrab",
    "orange",
    "orangered",
    "orchid",
    "palegoldenrod",
    "palegreen",
    "paleturquoise",
    "palevioletred",
    "papayawhip",
    "peachpuff",
    "peru",
    "pink",
    "plum",
    "powderblue",
    "purple",
    "rebeccapurple",
    "red",
    "rosybrown",
    "royalblue",
    "saddlebrown",
    "salmon",
    "sandybrown",
    "seagreen",
    "seashell",
    "sienna",
    "silver",
    "skyblue",
    "slateblue",
    "slategray",
    "slategrey",
    "snow",
    "springgreen",
    "steelblue",
    "tan",
    "teal",
    "thistle",
    "tomato",
    "transparent",
    "turquoise",
    "violet",
    "wheat",
    "white",
    "whitesmoke",
    "yellow",
    "yellowgreen",
];
