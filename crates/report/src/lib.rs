//! Prints what others found out: text, JSON, SARIF, Markdown, HTML, pictures.
//!
//! This crate computes nothing about the system. No verdict, no severity and no confidence is decided here; it also
//! reads no file, no environment variable and no clock: colour, width and the text of the analysed files are arguments.
//!
//! One file a format, registered by one line in [`formats!`](Format). Whatever comes from the analysed repository is
//! made harmless for the reader of that format (terminal escapes, workflow commands, HTML, XML, Markdown).

mod concise;
pub mod diff;
mod escape;
mod excerpt;
mod full;
pub mod github;
mod gitlab;
mod html;
pub mod json;
mod jsonl;
mod junit;
pub mod map;
pub mod markdown;
pub mod picture;
mod sarif;
pub mod schema;
mod summary;
mod text;

pub use diff::MapDiff;
pub use json::SavedMap;
pub use summary::Summary;
pub use text::line;

use std::sync::Arc;
use undrawn_model::{Confidence, Finding, Severity, SystemModel};

/// What is known about a rule, for the formats that describe rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInfo<'a> {
    /// Kebab-case name: `undrawn-dependency`.
    pub id: &'a str,
    /// `drawing`, `hidden`, `time`, `load`, `data`, `watch` or `memory`.
    pub group: &'a str,
    /// One sentence, lower case, no full stop.
    pub summary: &'a str,
    /// The rule's page.
    pub page_markdown: &'a str,
    /// Severity unless configured otherwise.
    pub severity: Severity,
    /// How sure its findings usually are.
    pub precision: Confidence,
}

/// Everything that a format may print.
pub struct Report<'a> {
    /// The system.
    pub model: &'a SystemModel,
    /// What the checks found, in any order.
    pub findings: &'a [Finding],
    /// The rules that ran.
    pub rules: &'a [RuleInfo<'a>],
    /// Text of an analysed file, for excerpts. `None` when it is not at hand.
    pub source: &'a dyn Fn(&str) -> Option<Arc<str>>,
    /// Version of the program: `0.1.0`.
    pub tool_version: &'a str,
    /// How many findings were silenced (comments, omissions, baseline).
    pub suppressed: usize,
    /// Folder of the analysed root inside its repository, with forward slashes; empty when it is the repository's root.
    /// Put before paths where a format asks for repository-relative ones (SARIF, GitHub, GitLab, Markdown).
    pub root_in_repository: &'a str,
    /// What a path and `#L12` are put after to make a link: `https://git.example/team/shop/blob/4f0c1d2/`. Empty for no
    /// links: a comment on a pull request has no folder that a relative link could start from.
    pub link_base: &'a str,
    /// A rendered picture of the map, for formats that can show one (HTML).
    pub svg: Option<&'a str>,
}

/// How text is to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// Use ANSI colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Put before each path in terminal formats, so that it opens from the working folder: `examples/shop/`.
    pub path_prefix: String,
}

impl Default for Style {
    /// Plain text, 100 columns, paths as they are.
    fn default() -> Self {
        Style { color: false, width: 100, path_prefix: String::new() }
    }
}

impl Report<'_> {
    /// Findings in the order of every format: errors first, then by file and line.
    pub fn sorted(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by(|a, b| {
            b.severity
                .cmp(&a.severity)
                .then_with(|| a.location.cmp(&b.location))
                .then_with(|| a.rule.cmp(&b.rule))
                .then_with(|| a.message.cmp(&b.message))
                .then_with(|| a.fingerprint.cmp(&b.fingerprint))
        });
        findings
    }

    /// A path of the analysed root as its repository names it.
    pub fn repository_path(&self, file: &str) -> String {
        match self.root_in_repository.trim_matches('/') {
            "" | "." => file.to_string(),
            root => format!("{root}/{file}"),
        }
    }
}

macro_rules! formats {
    ($($(#[$doc:meta])* $variant:ident = $name:literal => $render:path;)+) => {
        /// An output format of findings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Format { $($(#[$doc])* $variant),+ }

        impl Format {
            /// All formats.
            pub const ALL: &'static [Format] = &[$(Format::$variant),+];

            /// The name on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Format::$variant => $name),+ }
            }
        }

        /// Prints the report in a format. The text ends with a line end unless it is empty.
        pub fn render(format: Format, report: &Report, style: &Style) -> String {
            match format { $(Format::$variant => $render(report, style)),+ }
        }
    };
}

formats! {
    /// For people: the line that creates the condition, the drawing beside it, one line of help.
    Full = "full" => full::render;
    /// One line a finding.
    Concise = "concise" => concise::render;
    /// The public contract, one document.
    Json = "json" => json::render;
    /// The public contract, one object a line.
    Jsonl = "jsonl" => jsonl::render;
    /// SARIF 2.1.0.
    Sarif = "sarif" => sarif::render;
    /// Workflow commands of GitHub Actions.
    Github = "github" => github::render;
    /// Code quality report of GitLab.
    Gitlab = "gitlab" => gitlab::render;
    /// JUnit XML.
    Junit = "junit" => junit::render;
    /// A summary fit for a comment on a pull request.
    Markdown = "markdown" => markdown::render;
    /// One page without scripts.
    Html = "html" => html::render;
}

impl std::str::FromStr for Format {
    type Err = String;

    /// The format of this name; the error lists all names.
    fn from_str(name: &str) -> Result<Self, String> {
        let found = Format::ALL.iter().copied().find(|f| f.name() == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = Format::ALL.iter().map(|f| f.name()).collect();
            format!("no format \"{}\"; there are {}", text::line(name), names.join(", "))
        })
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
