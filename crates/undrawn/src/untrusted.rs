//! The readers of the team's own files, open for fuzzing and for nothing else.

/// Reads the text of an `undrawn.toml`; true when it is one.
pub fn config(text: &str) -> bool {
    crate::config::parse(text, "undrawn.toml").is_ok()
}

/// Reads the text of a baseline; true when it is one.
pub fn baseline(text: &str) -> bool {
    crate::baseline::Baseline::parse(text, "undrawn-baseline.json").is_ok()
}

/// Looks for comments that silence findings, and applies them to nothing.
pub fn comments(tree: &undrawn_model::SourceTree) -> usize {
    crate::suppress::scan(tree).len()
}
