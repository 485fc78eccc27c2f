//! Which findings count: checks, then comments, then the choice of rules, then confidence.

use crate::analysis::{self, Analysis, Settings};
use crate::cli::RuleChoice;
use crate::config::Config;
use crate::engine;
use crate::error::{Failure, Result};
use crate::suppress::{self, Comment};
use ignore::gitignore::Gitignore;
use undrawn_model::{Confidence, Finding, Note, SystemModel};

/// The rule about suppressions that silence nothing.
const UNUSED: &str = "unused-omission";

/// The rule about suppressions that were meant to end.
const EXPIRED: &str = "expired-omission";

/// Which findings are reported.
pub struct Choice {
    select: Vec<String>,
    ignore: Vec<String>,
    per_path: Vec<(Gitignore, Vec<String>)>,
    min_confidence: Confidence,
}

/// What is reported, and how much was silenced.
#[derive(Debug, Default)]
pub struct Judged {
    /// Findings.
    pub findings: Vec<Finding>,
    /// How many were silenced by comments.
    pub suppressed: usize,
    /// How many have less than the wanted confidence.
    pub unsure: usize,
}

impl Judged {
    /// What the reader should know about findings that are not shown.
    pub fn note(&self, choice: &Choice) -> Option<Note> {
        let (findings, are) = if self.unsure == 1 { ("finding", "is") } else { ("findings", "are") };
        let message = format!(
            "{} {findings} of less than {} confidence {are} not shown; --min-confidence low shows all",
            self.unsure, choice.min_confidence
        );
        (self.unsure > 0).then_some(Note { message, location: None, unread: false })
    }
}

impl Choice {
    /// The choice of the command line, laid over the configuration's. Unknown rules are errors.
    pub fn of(args: &RuleChoice, config: &Config) -> Result<Self> {
        let over =
            |line: &[String], file: &[String]| if line.is_empty() { file.to_vec() } else { line.to_vec() };
        let choice = Choice {
            select: over(&args.select, &config.select),
            ignore: over(&args.ignore, &config.ignore),
            per_path: per_path(config)?,
            min_confidence: args.min_confidence.or(config.min_confidence).unwrap_or(Confidence::Medium),
        };
        let listed = choice.per_path.iter().flat_map(|(_, names)| names);
        for name in choice.select.iter().chain(&choice.ignore).chain(listed) {
            if specificity_of(name).is_none() {
                return Err(super::explain::unknown(name).into());
            }
        }
        Ok(choice)
    }

    /// True when the rule runs: of the names that fit it the most specific decides, `ignore` before `select`.
    pub fn runs(&self, rule: &str) -> bool {
        let best = |names: &[String]| names.iter().filter_map(|name| fit(name, rule)).max();
        let selected = if self.select.is_empty() { Some(0) } else { best(&self.select) };
        match (selected, best(&self.ignore)) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(selected), Some(ignored)) => selected > ignored,
        }
    }

    fn reports(&self, finding: &Finding, config: &Config) -> bool {
        let path = config.path_from_file(&finding.location.file);
        let silenced = |(pattern, names): &(Gitignore, Vec<String>)| {
            names.iter().any(|name| fit(name, &finding.rule).is_some())
                && !path.starts_with("../")
                && pattern.matched_path_or_any_parents(&path, false).is_ignore()
        };
        self.runs(&finding.rule) && !self.per_path.iter().any(silenced)
    }
}

fn per_path(config: &Config) -> Result<Vec<(Gitignore, Vec<String>)>> {
    let pairs = config.per_path_ignores.iter();
    pairs
        .map(|(pattern, names)| {
            let pattern = analysis::patterns("per-path-ignores", std::slice::from_ref(pattern))?;
            Ok((pattern, names.clone()))
        })
        .collect()
}

/// How closely a name fits a rule: `all` less than its group, its group less than itself.
fn fit(name: &str, rule: &str) -> Option<u8> {
    match name {
        "all" => Some(0),
        _ if name == rule => Some(2),
        _ => (engine::group(rule) == name).then_some(1),
    }
}

fn specificity_of(name: &str) -> Option<u8> {
    match name {
        "all" => Some(0),
        _ => engine::rules().iter().find_map(|rule| fit(name, rule.id)),
    }
}

/// Runs the checks and keeps what counts.
pub fn judge(settings: &Settings, analysis: &Analysis, choice: &Choice) -> Result<Judged> {
    let all = engine::findings(&analysis.model, &analysis.intent, |rule| choice.runs(rule));
    let before = all.len();
    let drawn = suppress::drawn(&analysis.model);
    let comments: Vec<&Comment> =
        analysis.comments.iter().filter(|c| !is_drawn(&analysis.model, c)).collect();
    let (kept, used) = suppress::apply(all, &comments, &settings.today, engine::group);
    let (mut kept, used_drawn) = suppress::apply_drawn(kept, &drawn, &settings.today);
    let suppressed = before - kept.len();
    let silencers = comments.into_iter().zip(used).chain(drawn.iter().map(|d| &d.comment).zip(used_drawn));
    for (comment, used) in silencers {
        kept.extend(about_comment(comment, used, &settings.today, choice)?);
    }
    kept.retain(|finding| choice.reports(finding, &settings.config));
    let reported = kept.len();
    kept.retain(|finding| finding.confidence >= choice.min_confidence);
    Ok(Judged { unsure: reported - kept.len(), findings: kept, suppressed })
}

/// True when the comment speaks of a line between two boxes: then the drawing's reader has understood it.
fn is_drawn(model: &SystemModel, comment: &Comment) -> bool {
    let mut ignores = model.drawings.iter().flat_map(|m| &m.drawing.ignores);
    ignores.any(|i| i.location.file == comment.location.file && i.location.line == comment.location.line)
}

/// The finding about a comment that silences nothing or was meant to end.
fn about_comment(comment: &Comment, used: usize, today: &str, choice: &Choice) -> Result<Option<Finding>> {
    let names = comment.rules.join(", ");
    let expired = comment.expired(today);
    // A comment about a rule that did not run cannot be judged.
    let judged =
        comment.rules.iter().all(|name| specificity_of(name).is_none() || runs_in_full(name, choice));
    let (rule, message, help) = match (&comment.until, expired) {
        (Some(until), true) => (
            EXPIRED,
            format!("the comment that ignores {names} held until {until}"),
            "decide anew: draw the dependency, or give the comment another date",
        ),
        _ if used == 0 && judged => {
            (UNUSED, format!("the comment that ignores {names} silences nothing"), "remove the comment")
        }
        _ => return Ok(None),
    };
    let Some(known) = engine::rules().iter().find(|known| known.id == rule) else { return Ok(None) };
    let finding = Finding::of(rule, known.severity, Confidence::High, message)
        .seen_at(comment.location.clone(), if expired { "expired" } else { "silences nothing" })
        .help(help)
        .about(&[&comment.location.file, &names], "comment")
        .build();
    finding.map(Some).map_err(|e| Failure::Bug(e.to_string()))
}

/// True when every rule that the name stands for runs.
fn runs_in_full(name: &str, choice: &Choice) -> bool {
    engine::rules().iter().filter(|rule| fit(name, rule.id).is_some()).all(|rule| choice.runs(rule.id))
}
