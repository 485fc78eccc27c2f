//! What is going on, on standard error: a line that replaces itself on a terminal, timings with `-v`, nothing in a pipe.

use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;

/// How much is said.
#[derive(Debug)]
pub struct Progress {
    quiet: bool,
    verbose: bool,
    line: bool,
}

impl Progress {
    /// Progress for this verbosity; the replaced line appears on terminals only.
    pub fn new(quiet: bool, verbose: bool) -> Self {
        Progress { quiet, verbose, line: !quiet && !verbose && std::io::stderr().is_terminal() }
    }

    /// Runs one phase under its name.
    pub fn phase<T>(&self, name: &str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        if self.line {
            eprint!("\r\x1b[2K{name} ...");
            let _ = std::io::stderr().flush();
        }
        let out = work();
        if self.line {
            eprint!("\r\x1b[2K");
            let _ = std::io::stderr().flush();
        }
        if self.verbose {
            eprintln!("{name}: {} ms", start.elapsed().as_millis());
        }
        out
    }

    /// Something worth telling unless `-q`.
    pub fn tell(&self, message: &str) {
        if !self.quiet {
            eprintln!("{message}");
        }
    }

    /// Something worth telling with `-v`.
    pub fn detail(&self, message: &str) {
        if self.verbose {
            eprintln!("{message}");
        }
    }
}
