//! One command, one file; here is what they share.

mod baseline;
mod check;
mod diff;
mod draw;
mod explain;
mod judge;
mod map;

use crate::analysis::{Analysis, Settings};
use crate::cli::{Cli, Color, Command, Console, Reading};
use crate::error::{Failure, REPORT_HERE, Result, UserError};
use crate::progress::Progress;
use clap::{CommandFactory as _, Parser as _};
use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use undrawn_report::Style;

/// Exit codes, the documented table.
pub mod exit {
    /// Nothing to object to.
    pub const CLEAN: u8 = 0;
    /// Findings, or a difference.
    pub const FINDINGS: u8 = 1;
    /// Wrong usage or configuration, input lost under `--strict`, or our mistake.
    pub const ERROR: u8 = 2;
    /// Nothing to analyse.
    pub const EMPTY: u8 = 3;
}

/// Stack of a working thread in bytes: deeply nested input is walked by recursion.
const STACK_BYTES: usize = 16 * 1024 * 1024;

/// Columns where no terminal says how many there are.
const WIDTH: usize = 100;

/// Runs the command with these arguments (the program's name first).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors and go to standard output.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { exit::ERROR } else { exit::CLEAN });
        }
    };
    std::panic::set_hook(Box::new(|panic| eprintln!("internal error: {panic}\n{REPORT_HERE}")));
    let outcome = std::panic::catch_unwind(|| dispatch(&cli));
    match outcome {
        Ok(Ok(code) | Err(Failure::Told(code))) => ExitCode::from(code),
        Ok(Err(failure)) => {
            eprintln!("{failure}");
            ExitCode::from(exit::ERROR)
        }
        // The hook has told it.
        Err(_) => ExitCode::from(exit::ERROR),
    }
}

fn dispatch(cli: &Cli) -> Result<u8> {
    let context = Context::of(&cli.console);
    match &cli.command {
        Command::Check(args) => context.with_threads(&args.input.reading, |c| check::run(args, c)),
        Command::Map(args) => context.with_threads(&args.input.reading, |c| map::run(args, c)),
        Command::Draw(args) => context.with_threads(&args.input.reading, |c| draw::run(args, c)),
        Command::Diff(args) => context.with_threads(&args.reading, |c| diff::run(args, c)),
        Command::Baseline(args) => baseline::run(args, &context),
        Command::Explain(args) => explain::run(args, &context),
        Command::Schema => print(&undrawn_report::schema::text()),
        Command::Completions(args) => completions(args.shell),
        Command::Man => manual(),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "undrawn", &mut out);
    print(&String::from_utf8_lossy(&out))
}

fn manual() -> Result<u8> {
    let mut out = Vec::new();
    let rendered = clap_mangen::Man::new(Cli::command()).render(&mut out);
    rendered.map_err(|e| Failure::Bug(e.to_string()))?;
    print(&String::from_utf8_lossy(&out))
}

/// What every command may ask.
pub struct Context {
    /// Colour on standard output.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Says what is going on.
    pub progress: Progress,
}

impl Context {
    fn of(console: &Console) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let color = match console.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if set("NO_COLOR") => false,
            Color::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| !v.is_empty() && v != "0") => {
                true
            }
            Color::Auto => terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        };
        let width = terminal.then(terminal_size::terminal_size).flatten().map_or(WIDTH, |(w, _)| w.0.into());
        Context { color, width, progress: Progress::new(console.quiet, console.verbose) }
    }

    /// Runs a command on threads of its own, as many as were asked for.
    pub fn with_threads(
        &self,
        reading: &Reading,
        command: impl FnOnce(&Self) -> Result<u8> + Send,
    ) -> Result<u8> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(reading.threads.into())
            .stack_size(STACK_BYTES)
            .build();
        let pool =
            pool.map_err(|e| UserError::new(format!("cannot start threads: {e}")).help("try --threads 1"))?;
        pool.install(|| command(self))
    }

    /// The look of text about this root.
    pub fn style(&self, settings: &Settings) -> Style {
        Style { color: self.color, width: self.width, path_prefix: path_prefix(&settings.root) }
    }
}

/// A path as seen from the working folder, when it lies there.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|dir| dir.canonicalize()).unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

fn shown_folder(path: &Path) -> String {
    match shown(path) {
        here if here.is_empty() => ".".to_string(),
        other => other,
    }
}

/// With `-v`: what could not be read or decided.
fn tell_notes(analysis: &Analysis, context: &Context) {
    for note in &analysis.model.notes {
        let place = note.location.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        context.progress.detail(&undrawn_report::line(&format!("note: {place}{}", note.message)));
    }
}

/// What to put before a path below the root so that it opens from the working folder.
fn path_prefix(root: &Path) -> String {
    let here = std::env::current_dir().and_then(|dir| dir.canonicalize()).unwrap_or_default();
    let relative = match root.strip_prefix(&here) {
        Ok(below) => crate::walk::slashes(below),
        Err(_) => root.display().to_string(),
    };
    if relative.is_empty() { relative } else { format!("{relative}/") }
}

/// Path of the root inside its git repository; empty outside of one.
pub fn root_in_repository(root: &Path) -> String {
    let top = root.ancestors().find(|dir| dir.join(".git").exists());
    top.and_then(|top| root.strip_prefix(top).ok()).map(crate::walk::slashes).unwrap_or_default()
}

/// What makes a link of a path in the forge that runs this, from what it puts into the environment; empty elsewhere.
/// GitHub: <https://docs.github.com/en/actions/reference/workflows-and-actions/variables>, GitLab:
/// <https://docs.gitlab.com/ci/variables/predefined_variables/>.
pub fn link_base() -> String {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let github = || {
        let (server, repository) = (set("GITHUB_SERVER_URL")?, set("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/blob/{}/", set("GITHUB_SHA")?))
    };
    let gitlab = || Some(format!("{}/-/blob/{}/", set("CI_PROJECT_URL")?, set("CI_COMMIT_SHA")?));
    github().or_else(gitlab).unwrap_or_default()
}

/// Writes a result. A reader that goes away (`| head`) is no error.
pub fn print(text: &str) -> Result<u8> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(UserError::new(format!("cannot write the result: {error}")).into())
        }
        _ => Ok(exit::CLEAN),
    }
}

/// `FORMAT=PATH` pairs of `--output`, formats parsed by `parse`.
pub fn outputs<F>(pairs: &[String], parse: impl Fn(&str) -> Result<F>) -> Result<Vec<(F, PathBuf)>> {
    let one = |pair: &String| {
        let (format, path) = pair.split_once('=').filter(|(_, path)| !path.is_empty()).ok_or_else(|| {
            UserError::new(format!("`--output {pair}` is not FORMAT=PATH"))
                .help("for example --output sarif=undrawn.sarif")
        })?;
        Ok((parse(format)?, PathBuf::from(path)))
    };
    pairs.iter().map(one).collect()
}

/// Writes a result to a file.
pub fn write(path: &Path, text: &str) -> Result<()> {
    Ok(std::fs::write(path, text).map_err(|e| crate::error::io("write", path, &e))?)
}

/// The exit code of an analysis that could not go on for want of input; `None` when it can. What was not read is told here,
/// before any result.
pub fn empty(analysis: &Analysis, settings: &Settings, reading: &Reading, context: &Context) -> Option<u8> {
    tell_notes(analysis, context);
    if !analysis.is_empty() || reading.allow_empty {
        return None;
    }
    let folder = shown_folder(&settings.root);
    eprintln!("error: nothing to analyse in {folder}: no component and no diagram was found");
    match analysis.unread() {
        0 => eprintln!("help: pass the folder of a system; --allow-empty makes this exit with 0"),
        _ => eprintln!("help: some input could not be read; -v says which, and why"),
    }
    Some(strict(exit::EMPTY, analysis, reading))
}

/// The exit code, after what `--strict` says about lost input.
pub fn strict(code: u8, analysis: &Analysis, reading: &Reading) -> u8 {
    strict_about(code, analysis.unread(), reading)
}

/// The same for so many inputs that were not read in full.
pub fn strict_about(code: u8, unread: usize, reading: &Reading) -> u8 {
    if !reading.strict || unread == 0 {
        return code;
    }
    let (inputs, were) = if unread == 1 { ("input", "was") } else { ("inputs", "were") };
    eprintln!("error: {unread} {inputs} {were} not read in full (--strict)");
    exit::ERROR
}
