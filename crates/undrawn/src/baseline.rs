//! Findings accepted on some day, so that only new ones are reported. Kept by fingerprint, never by line.

use crate::error::{Result, UserError, io};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use undrawn_model::Finding;

/// Where the baseline lies unless something else is said, beside the configuration or in the root.
pub const FILE: &str = "undrawn-baseline.json";

/// Version of the file's shape.
const SCHEMA_VERSION: &str = "1";

/// The accepted findings: fingerprint -> message on the day of acceptance, for the reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// By fingerprint.
    pub accepted: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    schema_version: String,
    findings: Vec<Accepted>,
}

#[derive(Serialize, Deserialize)]
struct Accepted {
    fingerprint: String,
    message: String,
}

impl Baseline {
    /// The baseline of these findings.
    pub fn of(findings: &[Finding]) -> Self {
        let pair = |f: &Finding| (f.fingerprint.0.clone(), f.message.clone());
        Baseline { accepted: findings.iter().map(pair).collect() }
    }

    /// Reads a baseline.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| io("read", path, &e))?;
        Baseline::parse(&text, &path.display().to_string())
    }

    /// Reads the text of a baseline; `place` is where it lies, for messages.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let broken = |what: String| {
            UserError::new(format!("not a baseline: {what}"))
                .at(place)
                .help("write it anew with `undrawn baseline write`")
        };
        let shape: Shape = serde_json::from_str(text).map_err(|e| broken(e.to_string()))?;
        if shape.schema_version != SCHEMA_VERSION {
            return Err(broken(format!("its schema_version is {}", shape.schema_version)).into());
        }
        let pairs = shape.findings.into_iter().map(|a| (a.fingerprint, a.message));
        Ok(Baseline { accepted: pairs.collect() })
    }

    /// Writes it, sorted, one finding a line so that merges are easy.
    pub fn save(&self, path: &Path) -> Result<()> {
        let text = |s: &str| serde_json::Value::from(s).to_string();
        let line = |(fingerprint, message): (&String, &String)| {
            format!("    {{ \"fingerprint\": {}, \"message\": {} }}", text(fingerprint), text(message))
        };
        let lines: Vec<String> = self.accepted.iter().map(line).collect();
        let findings = match lines.is_empty() {
            true => "[]".to_string(),
            false => format!("[\n{}\n  ]", lines.join(",\n")),
        };
        let text =
            format!("{{\n  \"schema_version\": \"{SCHEMA_VERSION}\",\n  \"findings\": {findings}\n}}\n");
        Ok(crate::files::replace(path, text.as_bytes()).map_err(|e| io("write", path, &e))?)
    }

    /// Findings that are not accepted, and how many are.
    pub fn apply(&self, findings: Vec<Finding>) -> (Vec<Finding>, usize) {
        let all = findings.len();
        let new: Vec<_> =
            findings.into_iter().filter(|f| !self.accepted.contains_key(&f.fingerprint.0)).collect();
        let silenced = all - new.len();
        (new, silenced)
    }

    /// Keeps what is still found, and what rules that did not run once found; gives how many entries went.
    pub fn prune(&mut self, findings: &[Finding], runs: impl Fn(&str) -> bool) -> usize {
        let before = self.accepted.len();
        let found = Baseline::of(findings);
        let rule = |fingerprint: &str| fingerprint.split('|').next().unwrap_or_default().to_string();
        self.accepted.retain(|fingerprint, _| {
            found.accepted.contains_key(fingerprint)
                || !runs(&rule(fingerprint)) && is_known(&rule(fingerprint))
        });
        before - self.accepted.len()
    }
}

/// Entries of rules that are no longer there are of no use.
fn is_known(rule: &str) -> bool {
    crate::engine::rules().iter().any(|known| known.id == rule)
}
