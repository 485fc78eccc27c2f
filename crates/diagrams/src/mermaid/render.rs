//! A picture as a flowchart.

use super::add::shaped;
use super::{flow, text};
use crate::{Picture, PictureBox, PictureLine};
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use undrawn_model::{Mode, Need, Verdict};

/// The text of a `.mmd` file.
pub(crate) fn render(picture: &Picture) -> String {
    let mut out = String::new();
    let title = text::one_line(&picture.title);
    if !title.is_empty() {
        let _ = writeln!(out, "---\ntitle: \"{}\"\n---", title.replace('\\', "\\\\").replace('"', "\\\""));
    }
    out.push_str("flowchart LR\n");
    for hidden in &picture.hidden {
        let _ = writeln!(out, "    %% {}", text::one_line(hidden).trim_start_matches(['{', '%']));
    }
    let ids = ids(&picture.boxes);
    boxes(&mut out, picture, &ids);
    for line in &picture.lines {
        if let (Some(from), Some(to)) = (ids.get(line.from), ids.get(line.to)) {
            let _ = writeln!(out, "    {from} {} {to}", arrow(line));
        }
    }
    styles(&mut out, picture);
    out
}

/// One id a box, made of its label.
fn ids(boxes: &[PictureBox]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut id = |b: &PictureBox| {
        let id = text::free_id(&b.label, |id| taken.contains(id) || id.starts_with("group_"));
        taken.insert(id.clone());
        id
    };
    boxes.iter().map(&mut id).collect()
}

fn boxes(out: &mut String, picture: &Picture, ids: &[String]) {
    let mut drawn = BTreeSet::new();
    let mut count = 0;
    for (i, current) in picture.boxes.iter().enumerate() {
        if !drawn.insert(i) {
            continue;
        }
        let Some(group) = &current.group else {
            let _ = writeln!(out, "    {}", declare(current, &ids[i]));
            continue;
        };
        count += 1;
        let label = Some(flow::quoted(group)).filter(|l| l != "\"\"").map(|l| format!("[{l}]"));
        let _ = writeln!(out, "    subgraph group_{count}{}", label.unwrap_or_default());
        for (j, member) in
            picture.boxes.iter().enumerate().skip(i).filter(|(_, b)| b.group.as_ref() == Some(group))
        {
            drawn.insert(j);
            let _ = writeln!(out, "        {}", declare(member, &ids[j]));
        }
        out.push_str("    end\n");
    }
}

fn declare(drawn: &PictureBox, id: &str) -> String {
    let mut label = text::escape(&drawn.label);
    if let Some(detail) = drawn.detail.as_deref().map(text::escape).filter(|d| !d.is_empty()) {
        label = if label.is_empty() { id.to_string() } else { label } + "<br>" + &detail;
    }
    match label.is_empty() {
        true => id.to_string(),
        false => shaped(id, &format!("\"{label}\""), drawn.kind),
    }
}

fn arrow(line: &PictureLine) -> String {
    let dashed = line.mode == Mode::Async || line.verdict == Verdict::Unseen;
    let token = match (dashed, line.verdict == Verdict::Undrawn, line.need == Need::Soft) {
        (true, _, false) => "-.->",
        (true, _, true) => "-.-o",
        (false, true, false) => "==>",
        (false, true, true) => "==o",
        (false, false, false) => "-->",
        (false, false, true) => "--o",
    };
    let sign = match line.verdict {
        Verdict::Undrawn => "+ ",
        Verdict::Unseen => "? ",
        _ => "",
    };
    let label = text::one_line(&format!("{sign}{}", line.label));
    if label.is_empty() { token.to_string() } else { format!("{token}|{}|", flow::quoted(&label)) }
}

/// Colours by verdict; lines are counted as Mermaid counts them, from 0.
fn styles(out: &mut String, picture: &Picture) {
    let looks = [
        (Verdict::Undrawn, "stroke:#e8590c,stroke-width:4px"),
        (Verdict::Unseen, "stroke:#868e96,stroke-width:2px,stroke-dasharray:4 4"),
        (Verdict::Omitted, "stroke:#ced4da,stroke-width:1px"),
    ];
    let whole = |l: &&PictureLine| l.from < picture.boxes.len() && l.to < picture.boxes.len();
    for (verdict, style) in looks {
        let lines = picture.lines.iter().filter(whole).enumerate();
        let numbers: Vec<String> =
            lines.filter(|(_, l)| l.verdict == verdict).map(|(i, _)| i.to_string()).collect();
        if !numbers.is_empty() {
            let _ = writeln!(out, "    linkStyle {} {style}", numbers.join(","));
        }
    }
}
