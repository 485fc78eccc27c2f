//! Every page of the formats: its input files are read as one tree and the evidence is compared as text.

mod dump;

use undrawn_model::{SourceFile, SourceTree};

#[test]
fn pages() {
    // `PAGES=DIR` walks another folder, to look at a few pages alone.
    let dir = std::env::var("PAGES").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/src").into());
    undrawn_testkit::run(dir, |case| {
        let files = case.files.iter().map(|(path, bytes)| SourceFile::new(path.as_str(), bytes)).collect();
        dump::dump(&undrawn_deploy::read(&SourceTree::new(files)))
    });
}
