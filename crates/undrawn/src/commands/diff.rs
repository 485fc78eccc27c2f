//! `undrawn diff`: what two maps differ in.

use super::{Context, empty, exit, outputs, print, strict_about, write};
use crate::analysis::{self, Settings};
use crate::cli::DiffArgs;
use crate::error::{Failure, Result, UserError};
use crate::git;
use std::path::Path;
use undrawn_report::{MapDiff, SavedMap};

/// Formats of a difference.
type Format = fn(&MapDiff, bool) -> String;

/// Their names.
const FORMATS: &[(&str, Format)] = &[
    ("text", undrawn_report::diff::text),
    ("json", |diff, _| undrawn_report::diff::json(diff)),
    ("markdown", |diff, _| undrawn_report::diff::markdown(diff)),
];

/// Runs the command.
pub fn run(args: &DiffArgs, context: &Context) -> Result<u8> {
    let format = format(&args.format)?;
    let outputs = outputs(&args.output.output, self::format)?;
    let (old, old_unread) = side(&args.old, args, context)?;
    let (new, new_unread) = side(&args.new, args, context)?;
    let diff = MapDiff::of_saved(&old, &new);
    print(&format(&diff, context.color))?;
    for (format, path) in outputs {
        write(&path, &format(&diff, false))?;
    }
    let code = if args.exit_code && !diff.is_empty() { exit::FINDINGS } else { exit::CLEAN };
    Ok(strict_about(code, old_unread + new_unread, &args.reading))
}

fn format(name: &str) -> Result<Format> {
    let found = FORMATS.iter().find(|(known, _)| *known == name).map(|(_, format)| *format);
    let names: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
    let error = || {
        UserError::new(format!("no format `{name}` of a difference"))
            .help(format!("one of: {}", names.join(", ")))
    };
    Ok(found.ok_or_else(error)?)
}

/// One side: a file is a saved map, a folder is analysed, everything else is a git revision. With it comes how many inputs
/// were not read in full.
fn side(what: &str, args: &DiffArgs, context: &Context) -> Result<(SavedMap, usize)> {
    let path = Path::new(what);
    if path.is_file() {
        let text = std::fs::read_to_string(path).map_err(|e| crate::error::io("read", path, &e))?;
        let saved = undrawn_report::json::read(&text);
        let error = |what: String| {
            UserError::new(what)
                .at(path.display().to_string())
                .help("save one with `undrawn map --format json > map.json`")
        };
        return Ok((saved.map_err(error)?, 0));
    }
    let analysis = if path.is_dir() {
        let settings = Settings::of(path, &args.reading)?;
        let analysis = analysis::folder(&settings, &context.progress)?;
        if let Some(code) = empty(&analysis, &settings, &args.reading, context) {
            return Err(Failure::Told(code));
        }
        analysis
    } else {
        let settings = Settings::of(&args.path, &args.reading)?;
        let repository = git::Repository::around(&settings.root);
        let commit = repository.and_then(|r| r.commit(what)).map_err(|_| neither(what))?;
        analysis::revision(&settings, &commit, &context.progress)?
    };
    // As `map` saves it: what is there, not what is drawn.
    let unread = analysis.unread();
    Ok((SavedMap::from(&undrawn_graph::evidenced(analysis.model)), unread))
}

fn neither(what: &str) -> UserError {
    UserError::new(format!("`{what}` is neither a saved map, nor a folder, nor a git revision"))
        .help("a revision must be known to the git repository of --path; in a shallow clone, fetch more of the history")
}
