//! Component, deployment and C4 diagrams.

use super::arrow::Arrow;
use super::c4::{self, Call};
use super::canvas::{Canvas, Element, Stroke};
use super::element::{Declaration, KEYWORDS, Shape, Token, declaration, kind, token};
use super::statements::Statement;
use undrawn_model::LineEnds;

/// Draws every statement.
pub(super) fn read(statements: &[Statement], canvas: &mut Canvas<'_>) {
    includes(statements, canvas);
    for statement in statements {
        let text = statement.text.trim();
        if text.starts_with('!') {
        } else if let Some(name) = text.strip_prefix("note as ") {
            canvas.remark(name);
        } else if text == "{" {
            canvas.open_last();
        } else if text.starts_with('}') {
            canvas.close();
        } else if statement.expands {
            canvas.undecided(statement, "a procedure that the diagram defines itself is not expanded".into());
        } else {
            draw(text, statement, canvas);
        }
    }
}

/// Tells of included files, once a diagram, when they may hold part of it.
pub(super) fn includes(statements: &[Statement], canvas: &mut Canvas<'_>) {
    let unknown: Vec<_> = statements.iter().filter(|s| unread_include(&s.text).is_some()).collect();
    if let Some((first, path)) = unknown.first().and_then(|s| Some((s, unread_include(&s.text)?))) {
        let more = if unknown.len() > 1 { format!(" and {} more", unknown.len() - 1) } else { String::new() };
        canvas.undecided(first, format!("the included file \"{path}\"{more} is not read"));
    }
}

/// The path of an include that is neither C4 nor of the standard library.
fn unread_include(text: &str) -> Option<&str> {
    let (word, path) = text.strip_prefix("!include")?.split_once(char::is_whitespace)?;
    let path = path.trim();
    let known =
        path.starts_with('<') || path.contains("C4_") || path.contains("C4-PlantUML") || word == "_style";
    (!known && !path.is_empty()).then_some(path)
}

fn draw(text: &str, statement: &Statement, canvas: &mut Canvas<'_>) {
    let call = Call::of(text);
    if let Some((call, role)) = call.as_ref().and_then(|c| Some((c, c4::role(c.name)?))) {
        return c4::draw(call, role, canvas, statement);
    }
    if let Some(declaration) = declaration(text, &KEYWORDS) {
        return declare(declaration, statement, canvas);
    }
    if relation(text, statement, canvas) {
        return;
    }
    match call {
        Some(call) => foreign(&call, statement, canvas),
        None if text.ends_with('{') => {
            canvas.missed(statement);
            canvas.open_plain();
        }
        None if is_aside(text) => {}
        None => canvas.missed(statement),
    }
}

fn is_aside(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or("").to_ascii_lowercase();
    ["@startuml", "@enduml", "autonumber", "left", "right", "top", "bottom", "rank", "end"]
        .contains(&word.as_str())
        || text.starts_with(['@', '#'])
        || (c4::role(text) == Some(c4::Role::Aside) && super::element::is_bare(text))
}

/// A macro of another library (`Lambda(id, "Label", ...)`): a group when a block follows, else perhaps a box.
fn foreign(call: &Call<'_>, statement: &Statement, canvas: &mut Canvas<'_>) {
    let alias = call.values.first().copied().unwrap_or("");
    let label = call.values.get(1).copied().filter(|l| !l.is_empty()).unwrap_or(alias);
    if call.opens {
        let element =
            Element { id: alias, label, kind: None, external: false, details: vec![], written: alias };
        canvas.open(element, statement);
    } else if super::element::is_bare(alias) {
        canvas.candidate(alias, label, statement);
    }
}

fn declare(declared: Declaration, statement: &Statement, canvas: &mut Canvas<'_>) {
    if declared.keyword == "together" || (declared.opens && declared.id.is_empty()) {
        return canvas.open_plain();
    }
    let external = declared.stereotypes.iter().any(|s| says_external(s));
    let element = Element {
        id: &declared.id,
        label: &declared.label,
        kind: kind(&declared.keyword, declared.shape),
        external,
        details: declared.stereotypes.clone(),
        written: &declared.written,
    };
    if declared.opens { canvas.open(element, statement) } else { canvas.declare(element, statement) }
}

fn says_external(stereotype: &str) -> bool {
    let lower = stereotype.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|w| matches!(w, "external" | "ext" | "thirdparty"))
}

/// Draws `a --> b : text`. False when the statement is none.
fn relation(text: &str, statement: &Statement, canvas: &mut Canvas<'_>) -> bool {
    let Some((from, len)) = token(text) else { return false };
    let rest = past_quantity(text[len..].trim_start(), false);
    let Some((arrow, len)) = Arrow::at(rest) else { return false };
    let rest = past_quantity(rest[len..].trim_start(), true);
    let Some((to, len)) = token(rest) else { return false };
    let Some((label, style)) = label_of(&rest[len..]) else { return false };
    if arrow.hidden() || style.contains("line.hidden") {
        return true;
    }
    let (left, right) = (arrow.points_left(), arrow.points_right());
    let ends = match (left, right) {
        (true, true) => LineEnds::Both,
        (false, false) => LineEnds::Neither,
        _ => LineEnds::Forward,
    };
    let turned = left && !right;
    let (tail, head) = if turned { (&to, &from) } else { (&from, &to) };
    let dashed = arrow.dashed() || style.contains("line.dashed") || style.contains("line.dotted");
    let stroke = Stroke {
        from: &tail.text,
        to: &head.text,
        label,
        dashed,
        ends,
        reply: false,
        arrow: &arrow.written,
        forward: !turned,
    };
    canvas.line(end(tail), end(head), stroke, statement);
    true
}

/// Skips `"1..n"` between an end and an arrow. After the arrow a quoted text is the end itself unless more follows.
fn past_quantity(text: &str, after_arrow: bool) -> &str {
    let Some(inner) = text.strip_prefix('"') else { return text };
    let Some(close) = inner.find('"') else { return text };
    let rest = inner[close + 1..].trim_start();
    let follows = !rest.is_empty()
        && !rest.starts_with(['#', '<'])
        && (!rest.starts_with(':') || token(rest).is_some());
    if !after_arrow || (follows && token(rest).is_some()) { rest } else { text }
}

/// Label and style after the second end; `None` when something else stands there.
fn label_of(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.trim();
    let (style, label) = match rest.strip_prefix(':') {
        Some(label) => ("", label),
        None => {
            rest.split_once(" :").or_else(|| rest.strip_suffix(':').map(|s| (s, ""))).unwrap_or((rest, ""))
        }
    };
    let style = style.trim();
    let known = style.is_empty() || style.starts_with(['#', '<', '$', '[']) || style.ends_with(':');
    let label = label.trim();
    let label = label.strip_suffix('<').or(label.strip_suffix(" >")).unwrap_or(label);
    let label = super::text::unquoted(label.trim_start_matches("> ").trim_start_matches("< "));
    known.then_some((label.trim(), style))
}

fn end(token: &Token) -> Element<'_> {
    Element {
        id: &token.text,
        label: &token.text,
        kind: kind("", token.shape),
        external: false,
        details: vec![],
        written: if token.shape != Shape::Bare
            && super::element::is_bare(&token.text)
            && token.shape != Shape::Component
        {
            &token.text
        } else {
            &token.written
        },
    }
}
