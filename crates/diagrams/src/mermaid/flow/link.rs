//! Arrows of flowcharts: `-->`, `-.->`, `==>`, `~~~`, with text inside or in bars, with heads at both ends.

use super::super::cursor::Cursor;
use super::node::{QUOTE_MAX, label_lines};
use undrawn_model::LineEnds;

/// One arrow.
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// How it is written, without text: `-->`.
    pub token: String,
    /// Name of the arrow: `e1` of `e1@-->`.
    pub id: Option<String>,
    /// Text, in one line.
    pub label: Option<String>,
    /// Text stands in the arrow, not in bars.
    pub inline_text: bool,
    /// Dotted.
    pub dashed: bool,
    /// Drawn only for the layout.
    pub invisible: bool,
    /// The only head is at the left end.
    pub backward: bool,
    /// Heads, after turning a backward arrow round.
    pub ends: LineEnds,
}

/// What an arrow's line is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stroke {
    Normal,
    Thick,
    Dotted,
}

/// The end of an arrow: its text and its head.
struct Tip<'a> {
    token: &'a str,
    head: Option<char>,
}

/// Reads an arrow if one stands here; otherwise the cursor stays.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Option<Link> {
    let mut at = *cursor;
    let id = edge_id(&mut at);
    let mut link = invisible(&mut at).or_else(|| visible(&mut at))?;
    link.id = id;
    let mut ahead = at;
    ahead.skip_blank();
    if !link.inline_text && ahead.eat("|") {
        link.label = Some(bar_text(&mut ahead)?);
        at = ahead;
    }
    *cursor = at;
    Some(link)
}

/// Longer names of arrows are not looked for.
const EDGE_ID_MAX: usize = 80;

/// `e1@` before an arrow.
fn edge_id(cursor: &mut Cursor<'_>) -> Option<String> {
    let mut at = *cursor;
    let stops = |c: char| c.is_whitespace() || matches!(c, '@' | '"' | '[' | '(' | '{' | '|');
    let (end, _) = at.rest().char_indices().take(EDGE_ID_MAX).find(|(_, c)| stops(*c))?;
    let id = &at.rest()[..end];
    at.at += end;
    if id.is_empty() || !at.eat("@") || at.rest().starts_with(['{', '"']) {
        return None;
    }
    *cursor = at;
    Some(id.to_string())
}

fn invisible(cursor: &mut Cursor<'_>) -> Option<Link> {
    let mut at = *cursor;
    let token = at.eat_while(|c| c == '~');
    if token.len() < 3 {
        return None;
    }
    *cursor = at;
    let mut link = link_of(None, Stroke::Normal, &Tip { token, head: None });
    link.invisible = true;
    Some(link)
}

fn visible(cursor: &mut Cursor<'_>) -> Option<Link> {
    let mut at = *cursor;
    let tail = at.peek().filter(|c| matches!(c, '<' | 'x' | 'o'));
    if tail.is_some() {
        at.bump();
    }
    let begin = at.at;
    let stroke = stroke_of(at.rest())?;
    if let Some(tip) = tip(&mut at, stroke) {
        *cursor = at;
        return Some(link_of(tail, stroke, &tip));
    }
    at.eat(match stroke {
        Stroke::Normal => "--",
        Stroke::Thick => "==",
        Stroke::Dotted => "-.",
    });
    let mut after = at;
    if let Some((label, tip)) = inline_text(&mut after, stroke) {
        let mut link = link_of(tail, stroke, &tip);
        link.label = Some(label);
        link.inline_text = true;
        *cursor = after;
        return Some(link);
    }
    // `a <-- b` is no Mermaid, but its meaning is plain.
    let token = at.since(begin);
    (tail == Some('<')).then(|| {
        *cursor = at;
        link_of(tail, stroke, &Tip { token, head: None })
    })
}

fn link_of(tail: Option<char>, stroke: Stroke, tip: &Tip<'_>) -> Link {
    let backward = tail == Some('<') && tip.head.is_none();
    let ends = match (tail, tip.head) {
        (Some(_), Some(_)) => LineEnds::Both,
        (None, Some(_)) => LineEnds::Forward,
        _ if backward => LineEnds::Forward,
        _ => LineEnds::Neither,
    };
    let dash = if tip.token.starts_with('.') { "-" } else { "" };
    Link {
        token: format!("{}{dash}{}", tail.map(String::from).unwrap_or_default(), tip.token),
        id: None,
        label: None,
        inline_text: false,
        dashed: stroke == Stroke::Dotted,
        invisible: false,
        backward,
        ends,
    }
}

fn stroke_of(rest: &str) -> Option<Stroke> {
    if rest.starts_with("--") {
        Some(Stroke::Normal)
    } else if rest.starts_with("==") {
        Some(Stroke::Thick)
    } else if rest.starts_with("-.") || rest.starts_with('.') && rest.trim_start_matches('.').starts_with('-')
    {
        Some(Stroke::Dotted)
    } else {
        None
    }
}

/// A whole arrow without text, or the end of one with text.
fn tip<'a>(cursor: &mut Cursor<'a>, stroke: Stroke) -> Option<Tip<'a>> {
    let mut at = *cursor;
    let length = match stroke {
        Stroke::Normal => at.eat_while(|c| c == '-').len(),
        Stroke::Thick => at.eat_while(|c| c == '=').len(),
        Stroke::Dotted => {
            at.eat("-");
            let dots = at.eat_while(|c| c == '.').len();
            if dots > 0 && at.eat("-") { 3 } else { 0 }
        }
    };
    let head = at.peek().filter(|c| matches!(c, '>' | 'x' | 'o'));
    if head.is_some() {
        at.bump();
    }
    // Two strokes without a head begin a text: `-- text -->`.
    if length < 2 || (length == 2 && head.is_none()) {
        return None;
    }
    let token = at.since(cursor.at);
    *cursor = at;
    Some(Tip { token, head })
}

/// The text of `-- text -->` and the arrow's end, on this line; quoted text may have several lines.
fn inline_text<'a>(cursor: &mut Cursor<'a>, stroke: Stroke) -> Option<(String, Tip<'a>)> {
    let mut at = *cursor;
    at.skip_blank();
    let start = at.at;
    if at.eat("\"") {
        let close = at.rest().bytes().take(QUOTE_MAX).position(|b| b == b'"');
        if let Some(close) = close {
            at.at += close + 1;
            let text = label_lines(at.since(start)).join(" ");
            at.skip_space();
            if let Some(tip) = tip(&mut at, stroke) {
                *cursor = at;
                return Some((text, tip));
            }
        }
        at.at = start;
    }
    let mark = match stroke {
        Stroke::Normal => '-',
        Stroke::Thick => '=',
        Stroke::Dotted => '.',
    };
    while let Some(c) = at.peek().filter(|c| *c != '\n') {
        if c == mark {
            let text = at.since(start);
            if let Some(tip) = tip(&mut at, stroke) {
                *cursor = at;
                let text = text.strip_suffix('-').filter(|_| stroke == Stroke::Dotted).unwrap_or(text);
                return Some((label_lines(text).join(" "), tip));
            }
            at.eat_while(|c| c == mark);
        } else {
            at.bump();
        }
    }
    None
}

/// The text of `|text|`, after the first bar.
fn bar_text(cursor: &mut Cursor<'_>) -> Option<String> {
    let mut at = *cursor;
    at.skip_space();
    let start = at.at;
    if at.eat("\"") {
        let close = at.rest().bytes().take(QUOTE_MAX).position(|b| b == b'"');
        if let Some(close) = close {
            at.at += close + 1;
            let text = label_lines(at.since(start)).join(" ");
            at.skip_space();
            if at.eat("|") {
                *cursor = at;
                return Some(text);
            }
        }
    }
    at.at = start;
    let text = at.eat_while(|c| c != '|' && c != '\n');
    if !at.eat("|") {
        return None;
    }
    *cursor = at;
    Some(label_lines(text).join(" "))
}
