//! What a check reports. A finding without a location cannot be built.

use crate::{Confidence, Location};
use serde::{Deserialize, Serialize};

/// How bad, if true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Should be looked at.
    Warning,
    /// Should stop a change.
    Error,
}

impl Severity {
    /// The word of the public contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// What identifies a finding from run to run: rule, canonical ends and kind, never line numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub String);

/// A second place that explains the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// What is to be seen there.
    pub message: String,
}

/// What a check reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Rule id, kebab-case.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// How sure; derived from the evidence.
    pub confidence: Confidence,
    /// What, in one line: lower case, no full stop.
    pub message: String,
    /// What next, in one line.
    pub help: String,
    /// Where to look first: the line that creates the condition.
    pub location: Location,
    /// What is to be seen there, in a few words.
    pub label: String,
    /// Where to look next.
    pub related: Vec<Related>,
    /// A proof path: places in order.
    pub path: Vec<Related>,
    /// Names of the components it is about: dependent first.
    pub ends: Vec<String>,
    /// What identifies it.
    pub fingerprint: Fingerprint,
}

/// Builds a [`Finding`]; [`FindingBuilder::build`] refuses one without a place.
#[derive(Debug, Clone)]
pub struct FindingBuilder {
    finding: Finding,
    placed: bool,
}

/// A finding was built without a place: a mistake in a check, not in the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoLocation(pub String);

impl std::fmt::Display for NoLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "finding of {} has no location", self.0)
    }
}

impl std::error::Error for NoLocation {}

impl Finding {
    /// Starts a finding of `rule` with this message.
    pub fn of(
        rule: &str,
        severity: Severity,
        confidence: Confidence,
        message: impl Into<String>,
    ) -> FindingBuilder {
        FindingBuilder {
            placed: false,
            finding: Finding {
                rule: rule.to_string(),
                severity,
                confidence,
                message: message.into(),
                help: String::new(),
                location: Location::file(""),
                label: String::new(),
                related: vec![],
                path: vec![],
                ends: vec![],
                fingerprint: Fingerprint(String::new()),
            },
        }
    }
}

impl FindingBuilder {
    /// The place to look first and what is to be seen there.
    pub fn seen_at(mut self, location: Location, label: impl Into<String>) -> Self {
        self.finding.location = location;
        self.finding.label = label.into();
        self.placed = true;
        self
    }

    /// A further place.
    pub fn and(mut self, location: Location, message: impl Into<String>) -> Self {
        self.finding.related.push(Related { location, message: message.into() });
        self
    }

    /// What the reader can do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = help.into();
        self
    }

    /// The proof path.
    pub fn path(mut self, path: Vec<Related>) -> Self {
        self.finding.path = path;
        self
    }

    /// The components it is about; with `kind` they make the fingerprint.
    pub fn about(mut self, ends: &[&str], kind: &str) -> Self {
        self.finding.ends = ends.iter().map(|e| e.to_string()).collect();
        let mut text = self.finding.rule.clone();
        for part in ends.iter().copied().chain([kind]) {
            text.push('|');
            text.push_str(&part.replace('%', "%25").replace('|', "%7C"));
        }
        self.finding.fingerprint = Fingerprint(text);
        self
    }

    /// The finding, if it has a place.
    pub fn build(self) -> Result<Finding, NoLocation> {
        if self.placed { Ok(self.finding) } else { Err(NoLocation(self.finding.rule)) }
    }
}
