//! `concise`: one line a finding, as editors and `grep` like it.

use crate::{Report, Style, Summary, text};

/// `file:line:column: severity[rule] message`, then the summary.
pub fn render(report: &Report, style: &Style) -> String {
    let paint = text::Paint(style.color);
    let mut out = String::new();
    for finding in report.sorted() {
        let place = &finding.location;
        let path = text::line(&format!("{}{}", style.path_prefix, place.file));
        let head = format!("{path}:{}:{}:", place.line, place.column);
        let severity = paint.severity(finding.severity, finding.severity.as_str());
        let (rule, message) = (text::line(&finding.rule), text::line(&finding.message));
        out.push_str(&format!("{} {severity}[{rule}] {message}\n", paint.bold(&head)));
    }
    out.push_str(&Summary::of(report).line(style.color));
    out.push('\n');
    text::without_commands(out)
}
