//! Source code to evidence.
//!
//! ```text
//! text --languages--> ir --program--> names and types resolved --evaluate, callgraph--> values, entries
//!                                                              --interpret + models--> evidence
//! ```
//!
//! A language is one file of [`languages`], a library one file of `models/`. What neither knows is not claimed.

mod callgraph;
mod evaluate;
mod interpret;
mod ir;
pub mod languages;
mod models;
mod names;
#[doc(hidden)]
pub mod pattern;
mod prefilter;
mod program;
#[doc(hidden)]
pub mod schema;

use ir::Unit;
use rayon::prelude::*;
use undrawn_model::{Evidence, LibraryRule, Note, SourceTree};

/// How to read.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Parse only files that can matter: those that name something a model knows, and what they reach. Without it every
    /// file is parsed; the evidence is the same.
    pub prefilter: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { prefilter: true }
    }
}

/// True when the file may say something about code.
pub fn wants(path: &str) -> bool {
    languages::of(path).is_some_and(|l| !(l.is_test)(path))
        || [".xml", ".proto", "build.gradle", "build.gradle.kts"].iter().any(|ending| path.ends_with(ending))
}

/// What each library's mere presence implies.
pub fn rules() -> &'static [LibraryRule] {
    &models::models().rules
}

/// Reads the code of a tree. Evidence is sorted by place.
pub fn read(tree: &SourceTree) -> (Vec<Evidence>, Vec<Note>) {
    read_with(tree, Options::default())
}

/// Reads the code of a tree in this way.
pub fn read_with(tree: &SourceTree, options: Options) -> (Vec<Evidence>, Vec<Note>) {
    // Threads of our own: parsers and evaluation recurse, within bounds, deeper than a default stack allows in a debug build.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(rayon::current_num_threads())
        .stack_size(STACK_BYTES)
        .build();
    match pool {
        Ok(pool) => pool.install(|| read_here(tree, options)),
        Err(_) => read_here(tree, options),
    }
}

/// Stack of a reading thread.
const STACK_BYTES: usize = 32 << 20;

fn read_here(tree: &SourceTree, options: Options) -> (Vec<Evidence>, Vec<Note>) {
    let models = models::models();
    let files = prefilter::files(tree, models, options.prefilter);
    let units: Vec<Unit<'_>> = files.into_par_iter().map(|(file, language)| (language.lower)(file)).collect();
    let mut notes: Vec<Note> = units.iter().flat_map(|u| u.notes.iter().cloned()).collect();
    let program = program::Program::link(units, models);
    let (evidence, more) = interpret::interpret(&program, tree);
    notes.extend(more);
    notes.sort_by(|a, b| (&a.location, &a.message).cmp(&(&b.location, &b.message)));
    (evidence, notes)
}
