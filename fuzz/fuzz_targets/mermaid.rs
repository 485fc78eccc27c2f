//! Any bytes as a Markdown file and as a Mermaid file: read, and a line added to every diagram.
#![no_main]

use libfuzzer_sys::fuzz_target;
use undrawn_diagrams::{Addition, End, FORMATS, apply};
use undrawn_model::{ComponentKind, SourceFile};

fuzz_target!(|bytes: &[u8]| {
    for path in ["a.md", "a.mmd"] {
        let file = SourceFile::new(path, bytes);
        for format in FORMATS.iter().filter(|f| f.name == "mermaid") {
            for drawing in (format.read)(&file).0 {
                let Some(first) = drawing.boxes.first() else { continue };
                let new = End::New { label: "new box".into(), kind: ComponentKind::Database };
                let from = End::Drawn(first.id.clone());
                let addition = Addition { from, to: new, label: Some("x".into()), dashed: false };
                if let Some(Ok(edits)) = format.add.map(|add| add(&file.text, &drawing, &addition)) {
                    let edited = apply(&file.text, &edits);
                    assert!(edited.len() > file.text.len());
                }
            }
        }
    }
});
