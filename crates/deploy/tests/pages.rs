//! Every page of the formats: its input files are read as one tree and the evidence is compared as text.

mod dump;

use undrawn_model::{SourceFile, SourceTree};

#[test]
fn pages() {
    undrawn_testkit::run(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), |case| {
        let files = case.files.iter().map(|(path, bytes)| SourceFile::new(path.as_str(), bytes)).collect();
        dump::dump(&undrawn_deploy::read(&SourceTree::new(files)))
    });
}
