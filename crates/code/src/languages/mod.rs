//! One language a file: source text to the intermediate form.

pub mod java;

use crate::ir::Unit;
use undrawn_model::SourceFile;

/// One language.
pub struct Language {
    /// Folder of its models.
    pub name: &'static str,
    /// How its files end, with the dot.
    pub ending: &'static str,
    /// Text to intermediate form. Never fails; what was lost is a note in the unit.
    pub lower: for<'a> fn(&'a SourceFile) -> Unit<'a>,
    /// Paths that hold tests only.
    pub is_test: fn(path: &str) -> bool,
}

/// The languages. Add a line to add one.
pub static LANGUAGES: &[Language] =
    &[Language { name: "java", ending: ".java", lower: java::lower, is_test: java::is_test }];

/// The language of a path.
pub fn of(path: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|l| path.ends_with(l.ending))
}
