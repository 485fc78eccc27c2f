//! A picture in D2, <https://d2lang.com/tour/intro/>.

use crate::{Picture, PictureLine};
use std::fmt::Write as _;
use undrawn_model::{ComponentKind, Mode, Need, Verdict};

/// A whole diagram.
pub(crate) fn render(picture: &Picture) -> String {
    let mut out = String::new();
    for hidden in &picture.hidden {
        let _ = writeln!(out, "# {}", hidden.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    out.push_str("direction: right\n");
    if !picture.title.trim().is_empty() {
        let _ = writeln!(
            out,
            "title: {} {{\n  shape: text\n  near: top-center\n  style.font-size: 24\n}}",
            quoted(&picture.title)
        );
    }
    let ids = crate::picture::identifiers(picture, identifier);
    let mut paths = ids.clone();
    for at in crate::picture::ungrouped(picture) {
        shape(picture, &ids, at, "", &mut out);
    }
    for (n, (group, members)) in crate::picture::groups(picture).into_iter().enumerate() {
        let _ = writeln!(out, "group_{}: {} {{", n + 1, quoted(group));
        for at in members {
            shape(picture, &ids, at, "  ", &mut out);
            if let (Some(path), Some(id)) = (paths.get_mut(at), ids.get(at)) {
                *path = format!("group_{}.{id}", n + 1);
            }
        }
        out.push_str("}\n");
    }
    for line in &picture.lines {
        if let (Some(from), Some(to)) = (paths.get(line.from), paths.get(line.to)) {
            let _ = writeln!(out, "{from} -> {to}{}", connection(line));
        }
    }
    out
}

fn shape(picture: &Picture, ids: &[String], at: usize, indent: &str, out: &mut String) {
    let (Some(drawn), Some(id)) = (picture.boxes.get(at), ids.get(at)) else { return };
    let detail = drawn.detail.as_deref().map(|d| format!("\\n{}", inner(d))).unwrap_or_default();
    let style = match drawn.kind {
        ComponentKind::Database | ComponentKind::Cache => " { shape: cylinder }",
        ComponentKind::Broker | ComponentKind::Topic => " { shape: queue }",
        ComponentKind::User => " { shape: person }",
        ComponentKind::External => " { style.stroke-dash: 4 }",
        _ => "",
    };
    let _ = writeln!(out, "{indent}{id}: \"{}{detail}\"{style}", inner(&drawn.label));
}

fn connection(line: &PictureLine) -> String {
    let label = crate::picture::marked_label(line);
    let mut style = match line.verdict {
        Verdict::Undrawn => vec!["style.stroke: \"#d9480f\"", "style.stroke-width: 4"],
        Verdict::Unseen => vec!["style.stroke: \"#7b8794\"", "style.stroke-dash: 5"],
        _ => vec![],
    };
    if line.mode == Mode::Async && line.verdict != Verdict::Unseen {
        style.push("style.stroke-dash: 2");
    }
    match line.need {
        Need::Soft | Need::Background => {
            style.push("target-arrowhead: { shape: triangle; style.filled: false }")
        }
        Need::Unknown => style.push("target-arrowhead: { shape: arrow }"),
        Need::Hard | Need::Startup => {}
    }
    let label = if label.is_empty() { String::new() } else { quoted(&label) };
    match (label.is_empty(), style.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!(": {label}"),
        (_, false) => format!(": {label} {{ {} }}", style.join("; ")).replace(":  {", ": {"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", inner(text))
}

fn inner(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$ {")
}

fn identifier(label: &str) -> String {
    let reserved = [
        "title",
        "direction",
        "label",
        "shape",
        "style",
        "classes",
        "class",
        "vars",
        "layers",
        "scenarios",
        "steps",
        "near",
        "icon",
        "width",
        "height",
        "link",
        "tooltip",
        "source",
        "target",
        "constraint",
        "grid",
        "top",
        "left",
        "desc",
    ];
    crate::picture::word(label, "box", &reserved)
}
