//! `markdown`: a summary fit for a comment on a pull request.
//!
//! How the drawing compares, the findings with their places, which lines of drawings were lifted onto what, and how much
//! was not read. Kept below the 65,536 characters that a comment may have.

use crate::{Report, Style, Summary, escape, text};
use undrawn_model::{Finding, Location, Note, Verdict};

/// Length at which no further finding is added.
const FINDINGS_BYTES: usize = 40_000;
/// Characters of one message.
const MESSAGE_MAX: usize = 600;
/// Lifted lines and notes that are listed; the rest is a number.
const LIST_MAX: usize = 20;

/// The summary; headings begin at the third level.
pub fn render(report: &Report, _style: &Style) -> String {
    let summary = Summary::of(report);
    let mut out = format!("### undrawn: {}\n\n", heading(&summary));
    out.push_str(&verdicts(&summary));
    findings(report, &mut out);
    lifted(report, &mut out);
    notes(report, &summary, &mut out);
    out
}

/// The map: the components, and the dependencies with how each is known.
pub fn map(report: &Report) -> String {
    let summary = Summary::of(report);
    let model = report.model;
    let mut out = format!("### undrawn: {}\n\n", heading(&summary));
    out.push_str(&verdicts(&summary));
    let components = model.components.iter().map(|c| {
        let technology = c.technology.as_deref().map(cell).unwrap_or_default();
        format!("| {} | {} | {technology} |\n", cell(&c.name), c.kind)
    });
    rows("| component | kind | technology |\n|---|---|---|\n", components, "component", &mut out);
    let dependencies = model.dependencies.iter().map(|d| {
        let (from, to) = (cell(&model.component(d.from).name), cell(&model.component(d.to).name));
        let verdict = escape::code(d.verdict.as_str());
        let place = link_as(report, &d.primary().location, escape::code_cell);
        format!("| {from} | {to} | {} | {verdict} | {} | {place} |\n", d.kind, d.confidence)
    });
    let head = "| from | needs | kind | verdict | confidence | known from |\n|---|---|---|---|---|---|\n";
    rows(head, dependencies, "dependency", &mut out);
    lifted(report, &mut out);
    notes(report, &summary, &mut out);
    out
}

/// A table, ended when the text grows too long for a comment, saying how many rows are not listed.
fn rows(head: &str, rows: impl ExactSizeIterator<Item = String>, what: &str, out: &mut String) {
    let all = rows.len();
    if all == 0 {
        return;
    }
    out.push_str(head);
    let mut listed = 0;
    for row in rows {
        if out.len() > FINDINGS_BYTES {
            break;
        }
        out.push_str(&row);
        listed += 1;
    }
    out.push('\n');
    if listed < all {
        out.push_str(&format!("{} more, not listed here\n\n", text::count(all - listed, what)));
    }
}

fn cell(name: &str) -> String {
    escape::markdown(&text::clip(name, 120))
}

fn heading(summary: &Summary) -> String {
    let line = summary.line(false);
    line.split(" · ").next().unwrap_or_default().to_string()
}

fn verdicts(summary: &Summary) -> String {
    let mut out = String::from("| verdict | dependencies | |\n|---|---:|---|\n");
    for (verdict, n) in &summary.verdicts {
        out.push_str(&format!("| {} | {n} | {} |\n", escape::code(verdict.as_str()), meaning(*verdict)));
    }
    if summary.verdicts.is_empty() {
        return String::from("No dependency was found.\n\n");
    }
    out + "\n"
}

/// What a verdict says, for readers who meet the word for the first time.
pub(crate) fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Confirmed => "drawn and evidenced",
        Verdict::Undrawn => "evidenced, not drawn",
        Verdict::Unseen => "drawn, no evidence found",
        Verdict::Omitted => "left out of the drawing on purpose",
        Verdict::Unjudged => "no drawing to compare with",
    }
}

fn findings(report: &Report, out: &mut String) {
    let sorted = report.sorted();
    for (i, finding) in sorted.iter().enumerate() {
        if out.len() > FINDINGS_BYTES {
            out.push_str(&format!("\n{} more, not listed here\n", text::count(sorted.len() - i, "finding")));
            break;
        }
        out.push_str(&item(report, finding));
    }
    if !sorted.is_empty() {
        out.push('\n');
    }
}

fn item(report: &Report, finding: &Finding) -> String {
    let mut out = format!(
        "- **{}** {}: {}  \n  {}",
        finding.severity.as_str(),
        escape::code(&finding.rule),
        escape::markdown_message(&text::clip(&finding.message, MESSAGE_MAX)),
        link(report, &finding.location)
    );
    for related in finding.related.iter().take(4) {
        let message = escape::markdown_message(&text::clip(&related.message, MESSAGE_MAX));
        out.push_str(&format!(", {} {message}", link(report, &related.location)));
    }
    if !finding.path.is_empty() {
        let steps = finding.path.iter().take(12).map(|step| link(report, &step.location));
        out.push_str(&format!("  \n  path: {}", steps.collect::<Vec<_>>().join(" → ")));
    }
    if !finding.help.is_empty() {
        let help = escape::markdown_message(&text::clip(&finding.help, MESSAGE_MAX));
        out.push_str(&format!("  \n  help: {help}"));
    }
    out + "\n"
}

fn link(report: &Report, place: &Location) -> String {
    link_as(report, place, escape::code)
}

fn link_as(report: &Report, place: &Location, code: fn(&str) -> String) -> String {
    let path = report.repository_path(&place.file);
    let words = code(&text::clip(&format!("{path}:{}", place.line), 300));
    match report.link_base {
        "" => words,
        base => {
            let slash = if base.ends_with('/') { "" } else { "/" };
            format!("[{words}](<{base}{slash}{}#L{}>)", escape::uri(&path), place.line)
        }
    }
}

fn lifted(report: &Report, out: &mut String) {
    let lines: Vec<(&Location, &str)> = report.model.drawings.iter().flat_map(text::lifted).collect();
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!(
        "{} drawn that no single dependency stands for:\n\n",
        text::count(lines.len(), "line")
    ));
    for (place, message) in lines.iter().take(LIST_MAX) {
        let message = escape::markdown_message(&text::clip(message, MESSAGE_MAX));
        out.push_str(&format!("- {}: {message}\n", link(report, place)));
    }
    more(lines.len(), out);
}

fn notes(report: &Report, summary: &Summary, out: &mut String) {
    let notes: Vec<&Note> = report.model.notes.iter().filter(|n| n.unread).collect();
    if summary.unread + summary.notes == 0 {
        return;
    }
    let unread = text::count(summary.unread, "file");
    out.push_str(&format!("{unread} not read, {} in all\n\n", text::count(report.model.notes.len(), "note")));
    for note in notes.iter().take(LIST_MAX) {
        let message = escape::markdown_message(&text::clip(&note.message, MESSAGE_MAX));
        match &note.location {
            Some(place) => out.push_str(&format!("- {}: {message}\n", link(report, place))),
            None => out.push_str(&format!("- not read: {message}\n")),
        }
    }
    more(notes.len(), out);
}

fn more(n: usize, out: &mut String) {
    if n > LIST_MAX {
        out.push_str(&format!("- {} more\n", n - LIST_MAX));
    }
    if n > 0 {
        out.push('\n');
    }
}
