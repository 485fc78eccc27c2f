//! A picture in LikeC4, <https://likec4.dev/dsl/intro/>.

use crate::{Picture, PictureLine};
use std::fmt::Write as _;
use undrawn_model::{ComponentKind, Mode, Verdict};

/// A whole specification, model and view.
pub(crate) fn render(picture: &Picture) -> String {
    let mut out = String::new();
    for hidden in &picture.hidden {
        let _ = writeln!(out, "// {}", hidden.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    out.push_str(SPECIFICATION);
    let ids = crate::picture::identifiers(picture, identifier);
    let mut paths = ids.clone();
    out.push_str("\nmodel {\n");
    for at in crate::picture::ungrouped(picture) {
        element(picture, &ids, at, "  ", &mut out);
    }
    for (n, (group, members)) in crate::picture::groups(picture).into_iter().enumerate() {
        let _ = writeln!(out, "  group_{} = area '{}' {{", n + 1, quoted(group));
        for at in members {
            element(picture, &ids, at, "    ", &mut out);
            if let (Some(path), Some(id)) = (paths.get_mut(at), ids.get(at)) {
                *path = format!("group_{}.{id}", n + 1);
            }
        }
        out.push_str("  }\n");
    }
    for line in &picture.lines {
        if let (Some(from), Some(to)) = (paths.get(line.from), paths.get(line.to)) {
            let label = crate::picture::marked_label(line);
            let label = if label.is_empty() { String::new() } else { format!(" '{}'", quoted(&label)) };
            let _ = writeln!(out, "  {from} -[{}]-> {to}{label}", relationship(line));
        }
    }
    let title = if picture.title.trim().is_empty() { "Map" } else { &picture.title };
    let _ = writeln!(
        out,
        "}}\n\nviews {{\n  view index {{\n    title '{}'\n    include *, group_*\n    autoLayout LeftRight\n  }}\n}}",
        quoted(title)
    );
    if crate::picture::groups(picture).is_empty() {
        out = out.replace("    include *, group_*\n", "    include *\n");
    } else {
        let inside: Vec<String> =
            (1..=crate::picture::groups(picture).len()).map(|n| format!("group_{n}.*")).collect();
        out = out.replace("    include *, group_*\n", &format!("    include *, {}\n", inside.join(", ")));
    }
    out
}

const SPECIFICATION: &str = "specification {
  element area
  element service
  element store {
    style { shape storage }
  }
  element queue {
    style { shape queue }
  }
  element actor {
    style { shape person }
  }
  element external {
    style { color muted }
  }
  relationship calls
  relationship sends {
    line dotted
  }
  relationship undrawn {
    color amber
    line solid
  }
  relationship unseen {
    color gray
    line dashed
  }
}
";

fn element(picture: &Picture, ids: &[String], at: usize, indent: &str, out: &mut String) {
    let (Some(drawn), Some(id)) = (picture.boxes.get(at), ids.get(at)) else { return };
    let sort = match drawn.kind {
        ComponentKind::Database | ComponentKind::Cache => "store",
        ComponentKind::Broker | ComponentKind::Topic => "queue",
        ComponentKind::User => "actor",
        ComponentKind::External => "external",
        _ => "service",
    };
    let _ = write!(out, "{indent}{id} = {sort} '{}'", quoted(&drawn.label));
    match &drawn.detail {
        Some(detail) => {
            let _ = writeln!(out, " {{\n{indent}  technology '{}'\n{indent}}}", quoted(detail));
        }
        None => out.push('\n'),
    }
}

fn relationship(line: &PictureLine) -> &'static str {
    match line.verdict {
        Verdict::Undrawn => "undrawn",
        Verdict::Unseen => "unseen",
        _ if line.mode == Mode::Async => "sends",
        _ => "calls",
    }
}

fn quoted(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace('\\', "/").replace('\'', "\u{2019}")
}

fn identifier(label: &str) -> String {
    let reserved = [
        "specification",
        "model",
        "views",
        "view",
        "element",
        "relationship",
        "it",
        "this",
        "area",
        "service",
        "store",
        "queue",
        "actor",
        "external",
        "calls",
        "sends",
        "undrawn",
        "unseen",
        "deployment",
        "extend",
        "title",
        "include",
        "style",
        "tag",
        "icon",
        "color",
        "technology",
        "description",
        "link",
        "index",
        "global",
        "import",
        "of",
    ];
    crate::picture::word(label, "box", &reserved)
}
