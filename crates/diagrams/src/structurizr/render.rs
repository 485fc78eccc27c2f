//! A picture as a Structurizr workspace.

use crate::Picture;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use undrawn_model::{ComponentKind, Mode, Need, Verdict};

/// A whole workspace: one system with a container for every box, people and external systems around it.
pub(crate) fn render(picture: &Picture) -> String {
    let title = if picture.title.trim().is_empty() { "System" } else { &picture.title };
    let ids = crate::picture::identifiers(picture, identifier);
    let mut out = String::new();
    for hidden in &picture.hidden {
        let _ = writeln!(out, "// {}", clean(hidden));
    }
    let _ = writeln!(out, "workspace \"{}\" {{\n\n    model {{", clean(title));
    let outside = |at: &usize| {
        let kind = picture.boxes.get(*at).map(|b| b.kind);
        matches!(kind, Some(ComponentKind::User | ComponentKind::External))
    };
    for at in (0..picture.boxes.len()).filter(outside) {
        declare(picture, &ids, at, "        ", &mut out);
    }
    let _ = writeln!(out, "        undrawn_system = softwareSystem \"{}\" {{", clean(title));
    for at in crate::picture::ungrouped(picture).filter(|at| !outside(at)) {
        declare(picture, &ids, at, "            ", &mut out);
    }
    for (group, members) in crate::picture::groups(picture) {
        let members: Vec<usize> = members.into_iter().filter(|at| !outside(at)).collect();
        if members.is_empty() {
            continue;
        }
        let _ = writeln!(out, "            group \"{}\" {{", clean(group));
        for at in members {
            declare(picture, &ids, at, "                ", &mut out);
        }
        out.push_str("            }\n");
    }
    out.push_str("        }\n\n");
    relations(picture, &ids, &mut out);
    out.push_str("    }\n\n");
    out.push_str(VIEWS);
    out
}

/// How the verdicts look; the same signs as in every other format.
const VIEWS: &str = "    views {
        container undrawn_system {
            include *
            autoLayout lr
        }
        styles {
            element \"Database\" {
                shape Cylinder
            }
            element \"Queue\" {
                shape Pipe
            }
            element \"Person\" {
                shape Person
            }
            relationship \"Undrawn\" {
                color #d9480f
                thickness 4
                style solid
            }
            relationship \"Unseen\" {
                color #868e96
                style dashed
            }
            relationship \"Async\" {
                style dotted
            }
        }
    }
}
";

fn relations(picture: &Picture, ids: &[String], out: &mut String) {
    let mut written: BTreeMap<(usize, usize, String), usize> = BTreeMap::new();
    for line in &picture.lines {
        let (Some(from), Some(to)) = (ids.get(line.from), ids.get(line.to)) else { continue };
        let mut tags = Vec::new();
        match line.verdict {
            Verdict::Undrawn => tags.push("Undrawn"),
            Verdict::Unseen => tags.push("Unseen"),
            _ => {}
        }
        if line.mode == Mode::Async {
            tags.push("Async");
        }
        if matches!(line.need, Need::Soft | Need::Background) {
            tags.push("Soft");
        }
        let label = clean(&crate::picture::marked_label(line));
        // The language refuses two relationships with the same ends and description.
        let same = written.entry((line.from, line.to, label.clone())).or_default();
        *same += 1;
        let label = if *same > 1 { format!("{label} ({same})").trim_start().to_string() } else { label };
        let _ = match (label.is_empty(), tags.is_empty()) {
            (true, true) => writeln!(out, "        {from} -> {to}"),
            (false, true) => writeln!(out, "        {from} -> {to} \"{label}\""),
            _ => writeln!(out, "        {from} -> {to} \"{label}\" \"\" \"{}\"", tags.join(",")),
        };
    }
}

fn declare(picture: &Picture, ids: &[String], at: usize, indent: &str, out: &mut String) {
    let (Some(drawn), Some(id)) = (picture.boxes.get(at), ids.get(at)) else { return };
    let (label, detail) = (clean(&drawn.label), drawn.detail.as_deref().map(clean).unwrap_or_default());
    let label = if label.is_empty() { id.clone() } else { label };
    let tag = match drawn.kind {
        ComponentKind::Database => "Database",
        ComponentKind::Cache => "Cache",
        ComponentKind::Broker => "Broker,Queue",
        ComponentKind::Topic => "Queue",
        ComponentKind::External => "External",
        _ => "",
    };
    let _ = write!(out, "{indent}{id} = ");
    let (word, texts) = match drawn.kind {
        ComponentKind::User => ("person", vec![label, detail]),
        ComponentKind::External => ("softwareSystem", vec![label, detail, tag.to_string()]),
        _ => ("container", vec![label, String::new(), detail, tag.to_string()]),
    };
    out.push_str(word);
    let used = texts.iter().rposition(|t| !t.is_empty()).map_or(0, |i| i + 1);
    for text in texts.iter().take(used) {
        let _ = write!(out, " \"{text}\"");
    }
    out.push('\n');
}

/// A text in quotes: the language has an escape for quotes, and none for a backslash before one.
fn clean(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace('\\', "/").replace('"', "\\\"").replace("${", "$ {")
}

/// A word that can be an identifier.
pub(super) fn identifier(label: &str) -> String {
    crate::picture::word(
        label,
        "box",
        &[
            "workspace",
            "model",
            "views",
            "person",
            "softwaresystem",
            "container",
            "component",
            "element",
            "group",
            "this",
            "undrawn_system",
            "deploymentenvironment",
            "deploymentnode",
            "infrastructurenode",
            "properties",
            "tags",
            "description",
            "technology",
            "url",
            "perspectives",
            "enterprise",
            "archetypes",
            "configuration",
            "instance",
            "name",
            "tag",
        ],
    )
}
