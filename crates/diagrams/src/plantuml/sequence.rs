//! Sequence diagrams: participants, messages, replies.

use super::arrow::Arrow;
use super::c4::{self, Call, Role};
use super::canvas::{Canvas, Element, Stroke};
use super::element::{PARTICIPANTS, Token, declaration, kind, token};
use super::statements::Statement;
use std::collections::BTreeSet;
use undrawn_model::LineEnds;

/// What is known while messages pass.
#[derive(Default)]
struct Exchange {
    /// (caller, callee) of messages that were not replies.
    asked: BTreeSet<(String, String)>,
    last: Option<(String, String)>,
    /// Calls that were activated and not yet answered.
    active: Vec<(String, String)>,
}

/// Draws every statement.
pub(super) fn read(statements: &[Statement], canvas: &mut Canvas<'_>) {
    super::component::includes(statements, canvas);
    let mut exchange = Exchange::default();
    for statement in statements {
        let text = statement.text.trim();
        if text.starts_with('!') || text.starts_with("note as ") {
        } else if statement.expands {
            canvas.undecided(statement, "a procedure that the diagram defines itself is not expanded".into());
        } else {
            step(text, statement, canvas, &mut exchange);
        }
    }
}

fn step(text: &str, statement: &Statement, canvas: &mut Canvas<'_>, exchange: &mut Exchange) {
    let call = Call::of(text);
    if let Some((call, role)) = call.as_ref().and_then(|c| Some((c, c4::role(c.name)?))) {
        return match role {
            Role::Boundary if !call.opens => {
                let (id, label) = (call.argument("alias", 0), call.argument("label", 1));
                canvas.open(plain(id, label), statement);
            }
            _ => c4::draw(call, role, canvas, statement),
        };
    }
    let declared = text.strip_prefix("create ").unwrap_or(text).trim_start();
    let declared = declaration(declared, &PARTICIPANTS).filter(|d| !d.keyword.is_empty());
    if let Some(d) = declared {
        let kind = kind(&d.keyword, d.shape);
        let details = d.stereotypes.clone();
        let element =
            Element { id: &d.id, label: &d.label, kind, external: false, details, written: &d.written };
        return canvas.declare(element, statement);
    }
    let parallel = text.strip_prefix('&').unwrap_or(text).trim_start();
    if !message(past_anchor(parallel), statement, canvas, exchange)
        && !block(text, statement, canvas, exchange)
    {
        canvas.missed(statement);
    }
}

fn plain<'a>(id: &'a str, label: &'a str) -> Element<'a> {
    Element { id, label, kind: None, external: false, details: vec![], written: id }
}

/// `{start} a -> b`
fn past_anchor(text: &str) -> &str {
    let inner = text.strip_prefix('{').and_then(|t| t.split_once('}'));
    inner.map_or(text, |(_, rest)| rest.trim_start())
}

/// Fragments, boxes, activations and everything that is passed over. False when the statement is none of them.
fn block(text: &str, statement: &Statement, canvas: &mut Canvas<'_>, exchange: &mut Exchange) -> bool {
    let word = text.split_whitespace().next().unwrap_or("").to_ascii_lowercase();
    let rest = text.get(word.len()..).unwrap_or("").trim();
    match word.as_str() {
        "alt" | "opt" | "loop" | "par" | "par2" | "break" | "critical" | "group" | "partition" => {
            canvas.open_plain()
        }
        "box" => match token(rest) {
            Some((name, _)) => canvas.open(plain(&name.text, &name.text), statement),
            None => canvas.open_plain(),
        },
        "end" | "endbox" | "}" => canvas.close(),
        "activate" => {
            let of = exchange.last.clone().filter(|(_, to)| rest.split_whitespace().next() == Some(to));
            exchange.active.extend(of);
        }
        "deactivate" | "destroy" => {
            exchange.active.pop();
        }
        "return" => {
            if let Some((from, to)) = exchange.active.pop().or(exchange.last.clone()) {
                send(&to, &from, rest, true, true, "-->", canvas, statement);
            }
        }
        "else" | "also" | "autonumber" | "autoactivate" | "create" | "ref" | "hide" | "delay" | "ignore"
        | "left" => {}
        _ => return text.starts_with(['=', '.', '|', '@', '{', '#']),
    }
    true
}

/// Draws `a -> b : text`. False when the statement is none.
fn message(text: &str, statement: &Statement, canvas: &mut Canvas<'_>, exchange: &mut Exchange) -> bool {
    if let Some(outside) = text.strip_prefix(['[', '?']) {
        return Arrow::at(outside).is_some();
    }
    let Some((from, len)) = token(text) else { return false };
    let Some((arrow, len)) = Arrow::at(text[len..].trim_start())
        .map(|(a, n)| (a, text.len() - text[len..].trim_start().len() + n))
    else {
        return false;
    };
    let rest = text[len..].trim_start();
    if rest.starts_with([']', '?']) {
        return true;
    }
    let Some((to, len)) = token(rest) else { return false };
    let mut rest = rest[len..].trim_start();
    let mut to = to;
    if let Some(after) = rest.strip_prefix("as ")
        && let Some((alias, len)) = token(after.trim_start())
    {
        canvas.declare(Element { label: &to.text, ..plain(&alias.text, &alias.text) }, statement);
        rest = after.trim_start()[len..].trim_start();
        to = alias;
    }
    let (marks, label) = rest.split_once(':').unwrap_or((rest, ""));
    if !marks.chars().all(|c| c.is_alphanumeric() || " \t+-*!#|".contains(c)) {
        return false;
    }
    exchanged(&from, &to, &arrow, marks, label, statement, canvas, exchange);
    true
}

#[allow(clippy::too_many_arguments)]
fn exchanged(
    left: &Token,
    right: &Token,
    arrow: &Arrow,
    marks: &str,
    label: &str,
    statement: &Statement,
    canvas: &mut Canvas<'_>,
    exchange: &mut Exchange,
) {
    let turned = arrow.points_left() && !arrow.points_right();
    let both = arrow.points_left() && arrow.points_right();
    let (from, to) = if turned { (right, left) } else { (left, right) };
    let dashed = arrow.body.len() > 1 || arrow.dashed();
    let pair = (from.text.clone(), to.text.clone());
    let answered = exchange.asked.contains(&(to.text.clone(), from.text.clone()));
    // A message to oneself is no dependency either.
    let reply = from.text == to.text || (dashed && answered && !exchange.asked.contains(&pair));
    for end in [from, to] {
        let known = canvas.knows(&end.text);
        if !known {
            canvas.appear(Element { written: &end.written, ..plain(&end.text, &end.text) }, statement);
        }
    }
    if !reply {
        exchange.asked.insert(pair.clone());
        exchange.last = Some(pair.clone());
    }
    if marks.contains("++") {
        exchange.active.push(pair);
    } else if marks.contains("--") {
        exchange.active.pop();
    }
    let ends = if both { LineEnds::Both } else { LineEnds::Forward };
    let stroke = Stroke {
        from: &from.text,
        to: &to.text,
        label,
        dashed,
        ends,
        reply,
        arrow: &arrow.written,
        forward: !turned,
    };
    canvas.line(plain(&from.text, &from.text), plain(&to.text, &to.text), stroke, statement);
}

#[allow(clippy::too_many_arguments)]
fn send(
    from: &str,
    to: &str,
    label: &str,
    dashed: bool,
    reply: bool,
    arrow: &str,
    canvas: &mut Canvas<'_>,
    statement: &Statement,
) {
    let ends = LineEnds::Forward;
    let stroke = Stroke { from, to, label, dashed, ends, reply, arrow, forward: true };
    canvas.line(plain(from, from), plain(to, to), stroke, statement);
}
