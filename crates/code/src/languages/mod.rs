//! One language a file: source text to the intermediate form.

pub mod java;
pub mod python;

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
    /// A look at a file's words tells whether it can matter.
    pub words_tell: bool,
    /// Paths that hold tests only.
    pub is_test: fn(path: &str) -> bool,
}

/// The languages. Add a line to add one.
pub static LANGUAGES: &[Language] = &[
    Language { name: "java", ending: ".java", lower: java::lower, words_tell: true, is_test: java::is_test },
    Language {
        name: "python",
        ending: ".py",
        lower: python::lower,
        words_tell: false,
        is_test: python::is_test,
    },
];

/// The language of a path.
pub fn of(path: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|l| path.ends_with(l.ending))
}
