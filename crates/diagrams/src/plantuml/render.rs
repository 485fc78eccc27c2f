//! A picture as a PlantUML component diagram.

use crate::Picture;
use std::fmt::Write as _;
use undrawn_model::{ComponentKind, Mode, Need, Verdict};

/// A whole diagram.
pub(crate) fn render(picture: &Picture) -> String {
    let mut out = String::from("@startuml\n");
    if !picture.title.trim().is_empty() {
        let _ = writeln!(out, "title {}", text(&picture.title));
    }
    out.push_str("left to right direction\n");
    for hidden in &picture.hidden {
        let _ = writeln!(out, "' {}", one_line(hidden));
    }
    let ids = crate::picture::identifiers(picture, identifier);
    out.push('\n');
    for at in crate::picture::ungrouped(picture) {
        declare(picture, &ids, at, "", &mut out);
    }
    for (n, (group, members)) in crate::picture::groups(picture).into_iter().enumerate() {
        let _ = writeln!(out, "package \"{}\" as group_{} {{", text(group), n + 1);
        for at in members {
            declare(picture, &ids, at, "  ", &mut out);
        }
        out.push_str("}\n");
    }
    out.push('\n');
    for line in &picture.lines {
        let (Some(from), Some(to)) = (ids.get(line.from), ids.get(line.to)) else { continue };
        let label = crate::picture::marked_label(line);
        let _ = write!(out, "{from} {} {to}", arrow(line));
        let _ = if label.is_empty() { writeln!(out) } else { writeln!(out, " : {}", text(&label)) };
    }
    if !picture.hidden.is_empty() {
        out.push_str("\nlegend\n");
        for hidden in &picture.hidden {
            let _ = writeln!(out, "  {}", text(hidden));
        }
        out.push_str("endlegend\n");
    }
    out.push_str("@enduml\n");
    out
}

fn declare(picture: &Picture, ids: &[String], at: usize, indent: &str, out: &mut String) {
    let (Some(drawn), Some(id)) = (picture.boxes.get(at), ids.get(at)) else { return };
    let label = if drawn.label.trim().is_empty() { id.clone() } else { text(&drawn.label) };
    let _ = write!(out, "{indent}{} \"{label}\" as {id}", keyword(drawn.kind));
    if drawn.kind == ComponentKind::External {
        out.push_str(" <<external>>");
    }
    if let Some(detail) = drawn.detail.as_deref().map(one_line).filter(|d| !d.is_empty()) {
        // A stereotype has no escape for its own marks.
        let _ = write!(out, " <<{}>>", detail.replace('<', "\u{2039}").replace('>', "\u{203A}"));
    }
    out.push('\n');
}

fn keyword(kind: ComponentKind) -> &'static str {
    match kind {
        ComponentKind::Database | ComponentKind::Cache => "database",
        ComponentKind::Broker | ComponentKind::Topic => "queue",
        ComponentKind::User => "actor",
        ComponentKind::External => "cloud",
        ComponentKind::Node => "node",
        _ => "component",
    }
}

fn arrow(line: &crate::PictureLine) -> String {
    let mut style: Vec<&str> = match line.verdict {
        Verdict::Undrawn => vec!["#D9480F", "bold"],
        Verdict::Unseen => vec!["#868E96", "dashed"],
        _ => vec![],
    };
    if line.mode == Mode::Async && line.verdict != Verdict::Unseen {
        style.push("dotted");
    }
    let head = if matches!(line.need, Need::Soft | Need::Background) { "|>" } else { ">" };
    match style.is_empty() {
        true => format!("--{head}"),
        false => format!("-[{}]-{head}", style.join(",")),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text on one line with everything that PlantUML reads as markup written as a character code.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '"' | '<' | '>' | '+' | '\\' | '*' | '~' | '[' | ']' | '{' | '}' | '$' | '%' | '#' | '\''
            | '!' | '/' | '=' | '_' => {
                let _ = write!(out, "<U+{:04X}>", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// A word that can be an identifier.
pub(super) fn identifier(label: &str) -> String {
    crate::picture::word(
        label,
        "box",
        &[
            "actor",
            "agent",
            "artifact",
            "boundary",
            "card",
            "circle",
            "cloud",
            "collections",
            "component",
            "control",
            "database",
            "entity",
            "file",
            "folder",
            "frame",
            "hexagon",
            "interface",
            "label",
            "node",
            "package",
            "person",
            "queue",
            "rectangle",
            "stack",
            "storage",
            "usecase",
            "as",
            "note",
            "end",
            "left",
            "right",
            "up",
            "down",
            "title",
            "hide",
            "show",
            "skinparam",
            "legend",
            "participant",
            "box",
            "alt",
            "else",
            "loop",
            "opt",
            "par",
            "group",
            "ref",
            "return",
            "process",
            "system",
            "action",
            "port",
            "together",
            "scale",
            "class",
            "state",
            "start",
            "stop",
            "object",
            "map",
            "enum",
            "if",
            "abstract",
            "header",
            "footer",
            "caption",
            "sprite",
            "newpage",
            "remove",
            "split",
            "fork",
        ],
    )
}
