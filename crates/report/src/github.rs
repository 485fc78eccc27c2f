//! `github`: workflow commands, which GitHub Actions turns into annotations
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>), and a summary of the job.

use crate::{Report, Style, escape};
use undrawn_model::{Finding, Severity};

/// `::error file=,line=,endLine=,col=,title=::message`, one line a finding, worst first: GitHub shows only the first ten of
/// each kind.
pub fn render(report: &Report, _style: &Style) -> String {
    report.sorted().into_iter().map(|finding| command(report, finding)).collect()
}

fn command(report: &Report, finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = &finding.location;
    let end_line = place.end_line.max(place.line);
    let file = escape::command_property(&report.repository_path(&place.file));
    let mut properties = format!("file={file},line={},endLine={end_line}", place.line);
    // GitHub's runner refuses a column when the place covers several lines
    // (https://github.com/actions/runner/pull/2082).
    if end_line == place.line {
        properties.push_str(&format!(",col={}", place.column));
    }
    let title = escape::command_property(&format!("undrawn: {}", finding.rule));
    let mut message = finding.message.clone();
    for related in &finding.related {
        message.push_str(&format!("\n{}: {}", related.location, related.message));
    }
    if !finding.help.is_empty() {
        message.push_str(&format!("\nhelp: {}", finding.help));
    }
    format!("::{word} {properties},title={title}::{}\n", escape::command_data(&message))
}

/// A table for `$GITHUB_STEP_SUMMARY`, in Markdown. GitHub takes at most 1 MiB a step.
pub fn step_summary(report: &Report) -> String {
    crate::markdown::render(report, &Style::default())
}
