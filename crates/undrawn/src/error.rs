//! Whose mistake it is: the user's, with what to do next, or ours, with where to tell us.

use std::fmt;

/// What ends a command early.
#[derive(Debug)]
pub enum Failure {
    /// Something the user can mend: a wrong option, a file that is not there, a broken configuration.
    User(UserError),
    /// A mistake in this program.
    Bug(String),
    /// The reader knows already; this is the exit code.
    Told(u8),
}

/// A mistake that the user can mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// What, in one line: lower case, no full stop.
    pub message: String,
    /// Where: `undrawn.toml:3:1`.
    pub place: Option<String>,
    /// What next.
    pub help: Option<String>,
}

/// Result of everything that can end a command early.
pub type Result<T> = std::result::Result<T, Failure>;

impl UserError {
    /// An error of one line.
    pub fn new(message: impl Into<String>) -> Self {
        UserError { message: message.into(), place: None, help: None }
    }

    /// The same, with what to do next.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, with where it is.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n  --> {place}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\nhelp: {help}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::User(error) => error.fmt(f),
            Failure::Told(_) => Ok(()),
            Failure::Bug(what) => write!(f, "internal error: {what}\n{REPORT_HERE}"),
        }
    }
}

/// What a reader of an internal error can do.
pub const REPORT_HERE: &str = concat!(
    "help: this is a mistake in undrawn; please report it at ",
    env!("CARGO_PKG_REPOSITORY"),
    "/issues"
);

impl From<UserError> for Failure {
    fn from(error: UserError) -> Self {
        Failure::User(error)
    }
}

/// An error about a file or folder, with the system's reason.
pub fn io(action: &str, path: &std::path::Path, error: &std::io::Error) -> UserError {
    UserError::new(format!("cannot {action} {}: {}", path.display(), reason(error)))
}

/// The system's reason for a failed file operation, without its number.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or folder".to_string(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        _ => error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase(),
    }
}

/// The word nearest to `word`, when it is near enough to have been meant.
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    words
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
