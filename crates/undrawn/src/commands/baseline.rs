//! `undrawn baseline`: accept what is found today, or drop what is gone.

use super::check::baseline_file;
use super::judge::{self, Choice};
use super::{Context, empty, exit, shown, strict};
use crate::analysis::{self, Settings};
use crate::baseline::Baseline;
use crate::cli::{BaselineAction, BaselineArgs, BaselineFile};
use crate::error::{Result, UserError};
use undrawn_model::Finding;

/// Runs the command.
pub fn run(args: &BaselineArgs, context: &Context) -> Result<u8> {
    let (BaselineAction::Write(file) | BaselineAction::Prune(file)) = &args.action;
    context.with_threads(&file.input.reading, |context| {
        let settings = Settings::of(&file.input.path, &file.input.reading)?;
        let choice = Choice::of(&file.choice, &settings.config)?;
        let analysis = analysis::folder(&settings, &context.progress)?;
        if let Some(code) = empty(&analysis, &settings, &file.input.reading, context) {
            return Ok(code);
        }
        let findings = judge::judge(&settings, &analysis, &choice)?.findings;
        match &args.action {
            BaselineAction::Write(_) => accept(file, &settings, &findings, context)?,
            BaselineAction::Prune(_) => prune(file, &settings, &choice, &findings, context)?,
        }
        Ok(strict(exit::CLEAN, &analysis, &file.input.reading))
    })
}

fn accept(file: &BaselineFile, settings: &Settings, findings: &[Finding], context: &Context) -> Result<()> {
    let path = baseline_file(file.baseline.as_deref(), settings);
    let baseline = Baseline::of(findings);
    baseline.save(&path)?;
    context.progress.tell(&format!("{} accepted in {}", count(baseline.accepted.len()), shown(&path)));
    Ok(())
}

fn prune(
    file: &BaselineFile,
    settings: &Settings,
    choice: &Choice,
    findings: &[Finding],
    context: &Context,
) -> Result<()> {
    let path = baseline_file(file.baseline.as_deref(), settings);
    if !path.exists() {
        let error = UserError::new(format!("there is no baseline {}", shown(&path)));
        return Err(error.help("write one with `undrawn baseline write`").into());
    }
    let mut baseline = Baseline::load(&path)?;
    let gone = baseline.prune(findings, |rule| choice.runs(rule));
    if gone > 0 {
        baseline.save(&path)?;
    }
    let kept = baseline.accepted.len();
    context.progress.tell(&format!("{} removed, {kept} kept in {}", count(gone), shown(&path)));
    Ok(())
}

fn count(n: usize) -> String {
    format!("{n} {}", if n == 1 { "finding" } else { "findings" })
}
