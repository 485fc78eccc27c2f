//! The command line. Help texts are the first lines of the manual: each command has an example.

use crate::config::FailOn;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use undrawn_model::Confidence;

/// Finds the dependencies that an architecture diagram leaves out.
///
/// Reads a system's code, configuration and diagrams, compares them, and says of each dependency how it is known.
#[derive(Debug, Parser)]
#[command(name = "undrawn", version, after_help = EXIT_CODES, infer_subcommands = false, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to talk.
    #[command(flatten)]
    pub console: Console,
}

const EXIT_CODES: &str = "\
Exit codes: 0 clean; 1 findings at or above --fail-on; 2 usage, configuration or internal error; 3 nothing to analyse.
Example: undrawn check";

/// How to talk; holds for every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Console")]
pub struct Console {
    /// Colour: NO_COLOR and CLICOLOR_FORCE are respected by `auto`
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say what takes how long and what was not read
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare the system with its diagrams and report what they leave out
    #[command(after_help = "Example: undrawn check --since origin/main --format github")]
    Check(CheckArgs),
    /// Print the components and dependencies, and how each is known
    #[command(after_help = "Example: undrawn map --format json > map.json")]
    Map(MapArgs),
    /// Draw the system as it is
    #[command(after_help = "Example: undrawn draw --format mermaid --focus orders")]
    Draw(DrawArgs),
    /// Say what differs between two maps: saved ones, folders or git revisions
    #[command(after_help = "Example: undrawn diff v1.4.0 v1.5.0")]
    Diff(DiffArgs),
    /// Explain a rule, or list all of them
    #[command(after_help = "Example: undrawn explain undrawn-dependency")]
    Explain(ExplainArgs),
    /// Accept today's findings, so that only new ones are reported
    #[command(after_help = "Example: undrawn baseline write")]
    Baseline(BaselineArgs),
    /// Print the JSON Schema of the JSON output
    #[command(after_help = "Example: undrawn schema > undrawn.schema.json")]
    Schema,
    /// Print shell completions
    #[command(after_help = "Example: undrawn completions bash > /etc/bash_completion.d/undrawn")]
    Completions(CompletionsArgs),
    /// Print the manual page
    #[command(after_help = "Example: undrawn man > undrawn.1")]
    Man,
}

/// What to analyse.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Input")]
pub struct Input {
    /// Folder of the system
    #[arg(default_value = ".", value_name = "PATH")]
    pub path: PathBuf,
    /// How to read it.
    #[command(flatten)]
    pub reading: Reading,
}

/// How to read what is analysed.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Input")]
pub struct Reading {
    /// Compare with the diagrams of this file only (repeatable)
    #[arg(long, value_name = "FILE")]
    pub diagram: Vec<PathBuf>,
    /// Configuration file, instead of the nearest undrawn.toml
    #[arg(long, value_name = "FILE", env = "UNDRAWN_CONFIG", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long)]
    pub no_config: bool,
    /// Neither read nor write the cache
    #[arg(long)]
    pub no_cache: bool,
    /// Threads to work with; 0 takes one a core
    #[arg(long, value_name = "N", default_value_t = 0, env = "UNDRAWN_THREADS", hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u16).range(0..=512))]
    pub threads: u16,
    /// Exit with 2 when some input could not be read
    #[arg(long)]
    pub strict: bool,
    /// Exit with 0 instead of 3 when there is nothing to analyse
    #[arg(long)]
    pub allow_empty: bool,
}

/// Where results go.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// Also write this format to this file (repeatable)
    #[arg(long, value_name = "FORMAT=PATH")]
    pub output: Vec<String>,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// What to analyse.
    #[command(flatten)]
    pub input: Input,
    /// full, concise, json, jsonl, sarif, github, gitlab, junit, markdown or html
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "full",
        env = "UNDRAWN_FORMAT",
        help_heading = "Output"
    )]
    pub format: String,
    /// Where results go.
    #[command(flatten)]
    pub output: Output,
    /// Which findings are reported.
    #[command(flatten)]
    pub choice: RuleChoice,
    /// Exit with 1 on findings of this severity or worse [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY", env = "UNDRAWN_FAIL_ON", help_heading = "Findings")]
    pub fail_on: Option<FailOn>,
    /// Exit with 0 whatever is found
    #[arg(long, help_heading = "Findings")]
    pub exit_zero: bool,
    /// Report only what was added since this git revision's common ancestor with HEAD
    #[arg(long, value_name = "REV", help_heading = "Findings")]
    pub since: Option<String>,
    /// Baseline of accepted findings [default: undrawn-baseline.json, if it is there]
    #[arg(long, value_name = "FILE", help_heading = "Findings")]
    pub baseline: Option<PathBuf>,
    /// Add undrawn dependencies to the diagram
    #[arg(long, help_heading = "Fixing")]
    pub fix: bool,
    /// Show what --fix would write, and write nothing; exit with 1 if that is anything
    #[arg(long, help_heading = "Fixing")]
    pub diff: bool,
}

/// Which findings are reported.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Findings")]
pub struct RuleChoice {
    /// Rules or groups to run (comma-separated or repeated)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Rules or groups not to run (comma-separated or repeated)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Least confidence to report: low, medium or high [default: medium]
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence)]
    pub min_confidence: Option<Confidence>,
}

fn confidence(word: &str) -> Result<Confidence, String> {
    Confidence::from_word(word).ok_or_else(|| "expected low, medium or high".to_string())
}

/// Options of `map`.
#[derive(Debug, Args)]
pub struct MapArgs {
    /// What to analyse.
    #[command(flatten)]
    pub input: Input,
    /// text, json or jsonl
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        env = "UNDRAWN_FORMAT",
        help_heading = "Output"
    )]
    pub format: String,
    /// Where results go.
    #[command(flatten)]
    pub output: Output,
    /// Print why names were taken for one component
    #[arg(long, help_heading = "Output")]
    pub identities: bool,

    /// Show what is only drawn as well
    #[arg(long, help_heading = "Output")]
    pub drawn: bool,
}

/// Options of `draw`.
#[derive(Debug, Args)]
pub struct DrawArgs {
    /// What to analyse.
    #[command(flatten)]
    pub input: Input,
    /// mermaid, dot, d2, structurizr, plantuml, likec4 or svg
    #[arg(long, value_name = "FORMAT", default_value = "mermaid", help_heading = "Output")]
    pub format: String,
    /// Draw only this component and its neighbours
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    pub focus: Option<String>,
    /// Draw discovery, configuration and telemetry too
    #[arg(long, help_heading = "Output")]
    pub plumbing: bool,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
}

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The older: a saved `map --format json`, a folder or a git revision
    #[arg(value_name = "A")]
    pub old: String,
    /// The newer
    #[arg(value_name = "B")]
    pub new: String,
    /// Folder of the system, for git revisions
    #[arg(long, default_value = ".", value_name = "PATH", help_heading = "Input")]
    pub path: PathBuf,
    /// How to read what is analysed.
    #[command(flatten)]
    pub reading: Reading,
    /// text, json or markdown
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        env = "UNDRAWN_FORMAT",
        help_heading = "Output"
    )]
    pub format: String,
    /// Where results go.
    #[command(flatten)]
    pub output: Output,
    /// Exit with 1 when something differs
    #[arg(long)]
    pub exit_code: bool,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Rule to explain; without it all rules are listed
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

/// Options of `baseline`.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub action: BaselineAction,
}

/// What to do with the baseline.
#[derive(Debug, Subcommand)]
pub enum BaselineAction {
    /// Accept all findings of now
    #[command(after_help = "Example: undrawn baseline write")]
    Write(BaselineFile),
    /// Remove accepted findings that are gone
    #[command(after_help = "Example: undrawn baseline prune")]
    Prune(BaselineFile),
}

/// Options of `baseline write` and `baseline prune`.
#[derive(Debug, Args)]
pub struct BaselineFile {
    /// What to analyse.
    #[command(flatten)]
    pub input: Input,
    /// Which findings are reported.
    #[command(flatten)]
    pub choice: RuleChoice,
    /// Baseline file [default: undrawn-baseline.json]
    #[arg(long, value_name = "FILE", help_heading = "Findings")]
    pub baseline: Option<PathBuf>,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Shell to complete for
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
