//! The map as text: components, then what each depends on, with how it is known; and why names are taken for one.

use crate::{Style, Summary, text};
use undrawn_model::{Component, ComponentId, Dependency, SystemModel, Verdict};

/// Names shown of a component with many.
const ALIASES_MAX: usize = 4;

/// Components and dependencies, grouped by dependent, and the summary.
pub fn render(model: &SystemModel, style: &Style) -> String {
    let mut out = String::new();
    if !model.components.is_empty() {
        out.push_str(&components(model, style));
        out.push('\n');
    }
    if !model.dependencies.is_empty() {
        out.push_str(&dependencies(model, style));
        out.push('\n');
    }
    if !model.drawings.is_empty() {
        out.push_str(&drawings(model, style));
        out.push('\n');
    }
    out.push_str(&Summary::of_model(model).map_line());
    out.push('\n');
    text::without_commands(out)
}

fn components(model: &SystemModel, style: &Style) -> String {
    let paint = text::Paint(style.color);
    let rows: Vec<Vec<String>> = model.components.iter().map(component).collect();
    let table = text::columns(&rows, 2, |_, column, cell| match column {
        0 => paint.bold(cell),
        1 => cell.to_string(),
        _ => paint.faint(cell),
    });
    format!("{}\n{table}", paint.bold("components"))
}

fn component(component: &Component) -> Vec<String> {
    let mut remarks = Vec::new();
    if component.drawn_only {
        remarks.push("only drawn".to_string());
    }
    if component.published {
        remarks.push("reachable from outside".to_string());
    }
    if !component.aliases.is_empty() {
        let shown = component.aliases.iter().take(ALIASES_MAX).map(|a| text::line(a));
        let more = component.aliases.len().saturating_sub(ALIASES_MAX);
        let more = (more > 0).then(|| format!("{more} more"));
        remarks.push(format!("also {}", shown.chain(more).collect::<Vec<_>>().join(", ")));
    }
    let cells =
        [text::line(&component.name), component.kind.to_string(), product(component), remarks.join("; ")];
    cells.to_vec()
}

/// What a component runs: product and language.
pub(crate) fn product(component: &Component) -> String {
    let words = [&component.technology, &component.language];
    words.into_iter().flatten().map(|w| text::line(w)).collect::<Vec<_>>().join(", ")
}

fn dependencies(model: &SystemModel, style: &Style) -> String {
    let paint = text::Paint(style.color);
    let mut out = format!("{}\n", paint.bold("dependencies"));
    let judged = model.dependencies.iter().any(|d| d.verdict != Verdict::Unjudged);
    let mut sorted: Vec<&Dependency> = model.dependencies.iter().collect();
    let key =
        |d: &Dependency| (model.component(d.from).name.clone(), model.component(d.to).name.clone(), d.kind);
    sorted.sort_by_cached_key(|d| key(d));
    for group in sorted.chunk_by(|a, b| a.from == b.from) {
        let Some(first) = group.first() else { continue };
        out.push_str(&format!("  {}\n", paint.bold(&name(model, first.from))));
        let mut rows: Vec<Vec<String>> = group.iter().map(|d| dependency(model, style, d)).collect();
        if !judged {
            rows.iter_mut().for_each(|row| drop(row.remove(0)));
        }
        out.push_str(&text::columns(&rows, 4, |row, column, cell| match column + usize::from(!judged) {
            0 | 1 => paint.verdict(group.get(row).map_or(Verdict::Unjudged, |d| d.verdict), cell),
            6 => paint.faint(cell),
            _ => cell.to_string(),
        }));
    }
    let present = |v: &&Verdict| **v != Verdict::Unjudged && sorted.iter().any(|d| d.verdict == **v);
    let legend: Vec<String> =
        Verdict::ALL.iter().filter(present).map(|v| format!("{} {v}", text::mark(*v))).collect();
    if !legend.is_empty() {
        out.push_str(&format!("  {}\n", paint.faint(&legend.join("   "))));
    }
    out
}

fn dependency(model: &SystemModel, style: &Style, dependency: &Dependency) -> Vec<String> {
    let known = match dependency.evidence.first() {
        Some(first) => {
            text::line(&format!("{}{}:{}", style.path_prefix, first.location.file, first.location.line))
        }
        None => String::new(),
    };
    vec![
        text::mark(dependency.verdict).to_string(),
        name(model, dependency.to),
        dependency.kind.to_string(),
        dependency.mode.to_string(),
        dependency.need.to_string(),
        format!("{} confidence", dependency.confidence),
        known,
        remark(dependency),
    ]
}

/// How drawings show it, where that is not one exact line: lifted, or drawn the other way.
fn remark(dependency: &Dependency) -> String {
    let reversed = dependency.drawn.iter().any(|d| d.reversed).then_some("drawn the other way");
    let exact = dependency.drawn.iter().any(|d| d.lifted.is_none());
    let lifted = dependency.drawn.iter().filter(|_| !exact).find_map(|d| d.lifted.as_deref());
    let remarks: Vec<String> = reversed.into_iter().chain(lifted).map(text::line).collect();
    remarks.join("; ")
}

fn drawings(model: &SystemModel, style: &Style) -> String {
    let paint = text::Paint(style.color);
    let mut out = format!("{}\n", paint.bold("drawings"));
    for mapped in &model.drawings {
        let compared = if mapped.compared { "compared" } else { "not compared" };
        let id = text::line(&format!("{}{}", style.path_prefix, mapped.drawing.id));
        out.push_str(&format!("  {}  {compared}: {}\n", paint.bold(&id), text::line(&mapped.reason)));
        for (place, message) in text::lifted(mapped) {
            let place = text::line(&format!("{}{place}", style.path_prefix));
            out.push_str(&format!("    {}  {}\n", paint.faint(&place), text::line(message)));
        }
    }
    out
}

fn name(model: &SystemModel, id: ComponentId) -> String {
    text::line(&model.component(id).name)
}

/// For each component its names, and why they are its own.
pub fn identities(model: &SystemModel, style: &Style) -> String {
    let paint = text::Paint(style.color);
    let mut out = String::new();
    for component in &model.components {
        out.push_str(&format!("{} ({})\n", paint.bold(&text::line(&component.name)), component.kind));
        let rows: Vec<Vec<String>> = component
            .identities
            .iter()
            .map(|identity| {
                let place =
                    format!("{}{}:{}", style.path_prefix, identity.location.file, identity.location.line);
                let sort = serde_json::to_value(identity.sort).ok();
                let sort = sort.as_ref().and_then(|s| s.as_str()).unwrap_or_default().to_string();
                vec![text::line(&identity.name), sort, text::line(&place), text::line(&identity.reason)]
            })
            .collect();
        out.push_str(&text::columns(&rows, 2, |_, column, cell| match column {
            2 => paint.faint(cell),
            _ => cell.to_string(),
        }));
    }
    text::without_commands(out)
}
