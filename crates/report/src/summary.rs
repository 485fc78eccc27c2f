//! The last line of a report: how much was found and how much was not read.

use crate::{Report, text};
use std::collections::BTreeSet;
use undrawn_model::{Note, Severity, SystemModel, Verdict};

/// Counts of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rules were run; without them, no findings does not mean that all is well.
    pub checked: bool,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are notes.
    pub hints: usize,
    /// Findings that were silenced.
    pub suppressed: usize,
    /// Components.
    pub components: usize,
    /// Dependencies by verdict, in the order of [`Verdict::ALL`], without empty ones.
    pub verdicts: Vec<(Verdict, usize)>,
    /// Drawings that were compared.
    pub drawings: usize,
    /// Files that could not be read in full.
    pub unread: usize,
    /// Other notes.
    pub notes: usize,
}

impl Summary {
    /// Counts of this report.
    pub fn of(report: &Report) -> Self {
        let severe = |s: Severity| report.findings.iter().filter(|f| f.severity == s).count();
        Summary {
            checked: !report.rules.is_empty() || !report.findings.is_empty(),
            errors: severe(Severity::Error),
            warnings: severe(Severity::Warning),
            hints: severe(Severity::Note),
            suppressed: report.suppressed,
            ..Summary::of_model(report.model)
        }
    }

    /// Counts of a system, without findings.
    pub fn of_model(model: &SystemModel) -> Self {
        let judged = |v: Verdict| model.dependencies.iter().filter(|d| d.verdict == v).count();
        Summary {
            components: model.components.len(),
            verdicts: Verdict::ALL.iter().map(|v| (*v, judged(*v))).filter(|(_, n)| *n > 0).collect(),
            drawings: model.drawings.iter().filter(|d| d.compared).count(),
            unread: unread_files(&model.notes),
            notes: model.notes.iter().filter(|n| !n.unread).count(),
            ..Summary::default()
        }
    }

    /// All findings.
    pub fn findings(&self) -> usize {
        self.errors + self.warnings + self.hints
    }

    /// All dependencies.
    pub fn dependencies(&self) -> usize {
        self.verdicts.iter().map(|(_, n)| n).sum()
    }

    /// `3 findings (1 error, 2 warnings) · 14 dependencies: 9 confirmed, 3 undrawn, 2 unseen · 12 files not read`; [`Summary::map_line`] when no
    /// rule was run.
    pub fn line(&self, color: bool) -> String {
        if !self.checked {
            return self.map_line();
        }
        let paint = text::Paint(color);
        let findings = self.findings_part();
        let worst = [(self.errors, Severity::Error), (self.warnings, Severity::Warning)];
        let findings = match worst.iter().find(|(n, _)| *n > 0) {
            Some((_, severity)) => paint.severity(*severity, &findings),
            None => paint.bold(&findings),
        };
        [findings, self.rest_of_line()].join(" · ")
    }

    /// The line without findings, for commands that have none.
    pub fn map_line(&self) -> String {
        format!("{} · {}", text::count(self.components, "component"), self.rest_of_line())
    }

    fn findings_part(&self) -> String {
        let parts = [(self.errors, "error"), (self.warnings, "warning"), (self.hints, "note")];
        let parts: Vec<String> =
            parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| text::count(*n, word)).collect();
        let mut out = match parts.is_empty() {
            true => "no findings".to_string(),
            false => format!("{} ({})", text::count(self.findings(), "finding"), parts.join(", ")),
        };
        if self.suppressed > 0 {
            out.push_str(&format!(", {} suppressed", self.suppressed));
        }
        out
    }

    fn rest_of_line(&self) -> String {
        let mut out = self.dependencies_part();
        if self.unread > 0 {
            out.push_str(&format!(" · {} not read", text::count(self.unread, "file")));
        }
        if self.notes > 0 {
            out.push_str(&format!(" · {}", text::count(self.notes, "note")));
        }
        out
    }

    fn dependencies_part(&self) -> String {
        let total = text::count(self.dependencies(), "dependency");
        let judged: Vec<String> = self
            .verdicts
            .iter()
            .filter(|(v, _)| *v != Verdict::Unjudged)
            .map(|(verdict, n)| format!("{n} {verdict}"))
            .collect();
        let unjudged = self.dependencies() > 0 && judged.is_empty();
        match (self.verdicts.is_empty(), unjudged) {
            (true, _) => total,
            (_, true) => format!("{total}, no drawing to compare with"),
            _ => format!("{total}: {}", judged.join(", ")),
        }
    }
}

/// Files with a note that input was lost; a note without a place counts as one.
fn unread_files(notes: &[Note]) -> usize {
    let lost = || notes.iter().filter(|n| n.unread);
    let files: BTreeSet<&str> = lost().filter_map(|n| n.location.as_ref()).map(|l| &*l.file).collect();
    files.len() + lost().filter(|n| n.location.is_none()).count()
}
