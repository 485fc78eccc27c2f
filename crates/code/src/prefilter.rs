//! Which files can matter.

use crate::languages::{self, Language};
use crate::models::Models;
use undrawn_model::{SourceFile, SourceTree};

/// Files to parse, in order of path.
pub fn files<'a>(
    tree: &'a SourceTree,
    _models: &Models,
    _choose: bool,
) -> Vec<(&'a SourceFile, &'static Language)> {
    let all = tree.files().iter().filter_map(|file| Some((file, languages::of(&file.path)?)));
    all.filter(|(file, language)| !(language.is_test)(&file.path)).collect()
}
