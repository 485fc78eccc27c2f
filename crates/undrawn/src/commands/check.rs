//! `undrawn check`: what the diagrams leave out.

use super::judge::{self, Choice, Judged};
use super::{Context, empty, exit, link_base, outputs, print, root_in_repository, strict, write};
use crate::analysis::{self, Analysis, Settings};
use crate::baseline::{self, Baseline};
use crate::cli::CheckArgs;
use crate::config::FailOn;
use crate::error::{Result, UserError};
use crate::{engine, fix, git};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use undrawn_model::{Confidence, Finding};
use undrawn_report::{Format, Report, RuleInfo, Style};

/// Runs the command.
pub fn run(args: &CheckArgs, context: &Context) -> Result<u8> {
    let format = format(&args.format)?;
    let outputs = outputs(&args.output.output, self::format)?;
    let reading = &args.input.reading;
    let settings = Settings::of(&args.input.path, reading)?;
    let choice = Choice::of(&args.choice, &settings.config)?;
    let baseline = baseline(args.baseline.as_deref(), &settings)?;
    let mut analysis = analysis::folder(&settings, &context.progress)?;
    if let Some(code) = empty(&analysis, &settings, reading, context) {
        return Ok(code);
    }
    let mut judged = judged(args, &settings, &analysis, &choice, &baseline, context)?;
    if args.fix || args.diff {
        let outcome = fix::plan(&analysis.model, &judged.findings, &settings.diagrams, &settings.root);
        outcome.refused.iter().for_each(|refusal| context.progress.tell(&format!("not added: {refusal}")));
        if args.diff {
            return preview(&outcome, args);
        }
        if write_all(&outcome, &settings, context)? {
            analysis = analysis::folder(&settings, &context.progress)?;
            judged = self::judged(args, &settings, &analysis, &choice, &baseline, context)?;
        }
    }
    if let Some(note) = judged.note(&choice) {
        context.progress.detail(&format!("note: {}", note.message));
        analysis.model.notes.push(note);
    }
    let style = context.style(&settings);
    let subject = Subject { settings: &settings, analysis: &analysis, judged: &judged, choice: &choice };
    print(&subject.render(format, &style))?;
    if format == Format::Github {
        step_summary(&subject)?;
    }
    for (format, path) in outputs {
        write(&path, &subject.render(format, &Style { color: false, ..style.clone() }))?;
    }
    Ok(strict(code(args, &settings, &judged.findings), &analysis, reading))
}

fn format(name: &str) -> Result<Format> {
    Ok(name.parse::<Format>().map_err(UserError::new)?)
}

/// The findings that count: judged, new since the revision, not accepted.
fn judged(
    args: &CheckArgs,
    settings: &Settings,
    analysis: &Analysis,
    choice: &Choice,
    baseline: &Baseline,
    context: &Context,
) -> Result<Judged> {
    let mut judged = judge::judge(settings, analysis, choice)?;
    if let Some(revision) = &args.since {
        let known = findings_then(settings, revision, choice, context)?;
        judged.findings.retain(|f| !known.contains(&f.fingerprint.0));
    }
    let (findings, accepted) = baseline.apply(judged.findings);
    judged.findings = findings;
    judged.suppressed += accepted;
    Ok(judged)
}

/// Fingerprints of what would have been reported at the common ancestor of the revision and HEAD.
fn findings_then(
    settings: &Settings,
    revision: &str,
    choice: &Choice,
    context: &Context,
) -> Result<BTreeSet<String>> {
    let repository = git::Repository::around(&settings.root)?;
    let commit = repository.merge_base(revision)?;
    let then = analysis::revision(settings, &commit, &context.progress)?;
    let findings = judge::judge(settings, &then, choice)?.findings;
    Ok(findings.into_iter().map(|f| f.fingerprint.0).collect())
}

/// The accepted findings: of the file that was named, else of the one that is there.
fn baseline(named: Option<&Path>, settings: &Settings) -> Result<Baseline> {
    match (named, &settings.config.baseline) {
        (Some(path), _) => Baseline::load(path),
        (None, Some(_)) => Baseline::load(&baseline_file(None, settings)),
        (None, None) => match baseline_file(None, settings) {
            path if path.is_file() => Baseline::load(&path),
            _ => Ok(Baseline::default()),
        },
    }
}

/// Where the baseline lies: where the command line says, else the configuration, else beside it, else in the root.
pub fn baseline_file(named: Option<&Path>, settings: &Settings) -> PathBuf {
    let home = settings.config.file.as_deref().and_then(Path::parent).unwrap_or(&settings.root);
    match named {
        Some(path) => path.to_path_buf(),
        None => home.join(settings.config.baseline.as_deref().unwrap_or(baseline::FILE)),
    }
}

/// Prints what `--fix` would write.
fn preview(outcome: &fix::Outcome, args: &CheckArgs) -> Result<u8> {
    print(&outcome.files.iter().map(fix::Changed::diff).collect::<String>())?;
    Ok(if outcome.files.is_empty() || args.exit_zero { exit::CLEAN } else { exit::FINDINGS })
}

/// Writes the changed files; true when there were any.
fn write_all(outcome: &fix::Outcome, settings: &Settings, context: &Context) -> Result<bool> {
    for file in &outcome.files {
        file.write(&settings.root)?;
        let dependencies = if file.added == 1 { "dependency" } else { "dependencies" };
        context.progress.tell(&format!("added {} {dependencies} to {}", file.added, file.path));
    }
    Ok(!outcome.files.is_empty())
}

/// Everything that a report is made from.
struct Subject<'a> {
    settings: &'a Settings,
    analysis: &'a Analysis,
    judged: &'a Judged,
    choice: &'a Choice,
}

impl Subject<'_> {
    /// Builds the report and hands it on: it borrows from what is built here.
    fn report(&self, format: Format, print: impl FnOnce(&Report) -> String) -> String {
        let rules: Vec<RuleInfo> =
            engine::rules().iter().filter(|rule| self.choice.runs(rule.id)).map(info).collect();
        let svg = (format == Format::Html).then(|| super::draw::svg(&self.analysis.model)).flatten();
        print(&Report {
            model: &self.analysis.model,
            findings: &self.judged.findings,
            rules: &rules,
            source: &|path| self.analysis.text(path),
            tool_version: env!("CARGO_PKG_VERSION"),
            suppressed: self.judged.suppressed,
            root_in_repository: &root_in_repository(&self.settings.root),
            svg: svg.as_deref(),
            link_base: &link_base(),
        })
    }

    fn render(&self, format: Format, style: &Style) -> String {
        self.report(format, |report| undrawn_report::render(format, report, style))
    }
}

/// In GitHub Actions the same goes, as a table, onto the page of the run.
fn step_summary(subject: &Subject) -> Result<()> {
    use std::io::Write as _;
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let text = subject.report(Format::Github, undrawn_report::github::step_summary);
    let file = std::fs::OpenOptions::new().append(true).create(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    Ok(written.map_err(|e| crate::error::io("write", Path::new(&path), &e))?)
}

fn info(rule: &undrawn_checks::Rule) -> RuleInfo<'static> {
    RuleInfo {
        id: rule.id,
        group: rule.group,
        summary: rule.summary,
        page_markdown: rule.page,
        severity: rule.severity,
        precision: Confidence::High,
    }
}

fn code(args: &CheckArgs, settings: &Settings, findings: &[Finding]) -> u8 {
    let fail_on = args.fail_on.or(settings.config.fail_on).unwrap_or(FailOn::Error);
    let fails = !args.exit_zero && findings.iter().any(|f| fail_on.fails(f.severity));
    if fails { exit::FINDINGS } else { exit::CLEAN }
}
