//! A picture in Graphviz's language, <https://graphviz.org/doc/info/lang.html>.

use crate::{Picture, PictureLine};
use std::fmt::Write as _;
use undrawn_model::{ComponentKind, Mode, Need, Verdict};

/// A whole graph.
pub(crate) fn render(picture: &Picture) -> String {
    let mut out = String::new();
    for hidden in &picture.hidden {
        let _ = writeln!(out, "// {}", hidden.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    out.push_str(
        "digraph undrawn {\n  rankdir=LR;\n  node [shape=box, style=\"rounded\", fontname=\"Helvetica\"];\n",
    );
    out.push_str("  edge [fontname=\"Helvetica\", fontsize=10];\n");
    if !picture.title.trim().is_empty() {
        let _ = writeln!(out, "  label=\"{}\"; labelloc=t;", quoted(&picture.title));
    }
    for at in crate::picture::ungrouped(picture) {
        node(picture, at, "  ", &mut out);
    }
    for (n, (group, members)) in crate::picture::groups(picture).into_iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{n} {{\n    label=\"{}\";", quoted(group));
        members.into_iter().for_each(|at| node(picture, at, "    ", &mut out));
        out.push_str("  }\n");
    }
    for line in picture.lines.iter().filter(|l| l.from.max(l.to) < picture.boxes.len()) {
        let _ = writeln!(out, "  n{} -> n{}{};", line.from, line.to, attributes(line));
    }
    out.push_str("}\n");
    out
}

fn node(picture: &Picture, at: usize, indent: &str, out: &mut String) {
    let Some(drawn) = picture.boxes.get(at) else { return };
    let shape = match drawn.kind {
        ComponentKind::Database | ComponentKind::Cache => ", shape=cylinder, style=\"\"",
        ComponentKind::Broker | ComponentKind::Topic => ", shape=cds, style=\"\"",
        ComponentKind::User => ", shape=ellipse, style=\"\"",
        ComponentKind::External => ", style=\"rounded,dashed\"",
        ComponentKind::Node => ", shape=box3d, style=\"\"",
        _ => "",
    };
    let detail = drawn.detail.as_deref().map(|d| format!("\\n{}", quoted(d))).unwrap_or_default();
    let _ = writeln!(out, "{indent}n{at} [label=\"{}{detail}\"{shape}];", quoted(&drawn.label));
}

fn attributes(line: &PictureLine) -> String {
    let mut all = Vec::new();
    let label = crate::picture::marked_label(line);
    if !label.is_empty() {
        all.push(format!("label=\"{}\"", quoted(&label)));
    }
    match (line.verdict, line.mode) {
        (Verdict::Undrawn, _) => all.push("color=\"#d9480f\", fontcolor=\"#d9480f\", penwidth=3".into()),
        (Verdict::Unseen, _) => all.push("color=\"#7b8794\", fontcolor=\"#66717d\", style=dashed".into()),
        _ => {}
    }
    if line.mode == Mode::Async && line.verdict != Verdict::Unseen {
        all.push("style=dotted".into());
    }
    match line.need {
        Need::Soft | Need::Background => all.push("arrowhead=empty".into()),
        Need::Unknown => all.push("arrowhead=vee".into()),
        Need::Hard | Need::Startup => {}
    }
    if all.is_empty() { String::new() } else { format!(" [{}]", all.join(", ")) }
}

fn quoted(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\0', "")
}
