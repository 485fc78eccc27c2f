//! Files written inside other files: a ConfigMap's `application.yml`, a compose `content`.

use crate::emit::Out;
use crate::yaml::{Node, Yaml};
use undrawn_model::{Evidence, Location, SourceFile, SourceTree, Subject};

/// Files in files in files are not read.
const NAME_LENGTH_MAX: usize = 200;

/// True when a key names a file that some format may read.
pub(crate) fn is_file(name: &str) -> bool {
    name.len() <= NAME_LENGTH_MAX && name.contains('.') && !name.contains('/') && crate::wants(name)
}

/// Reads a text as the file `name`; what its owner is said to be or do is said about `subject`.
pub(crate) fn read(yaml: &Yaml, node: &Node, name: &str, subject: &Subject, out: &mut Out) {
    let Some(text) = node.text() else { return };
    // A manifest inside a manifest would be deployed by somebody else; reading it here could go on forever.
    if text.contains("apiVersion:") {
        return;
    }
    let tree = SourceTree::new(vec![SourceFile::new(name, text.as_bytes())]);
    let (evidence, notes) = crate::read(&tree);
    let origin = yaml.block_origin(node);
    let whole = yaml.location(node);
    let place = |inner: &Location| relocated(inner, origin, &whole);
    for mut item in evidence {
        item.sighting.location = place(&item.sighting.location);
        retarget(&mut item, subject);
        out.evidence.push(item);
    }
    for mut note in notes {
        note.location = note.location.as_ref().map(place);
        out.notes.push(note);
    }
}

fn retarget(item: &mut Evidence, subject: &Subject) {
    if item.subject == Subject::Owner {
        item.subject = subject.clone();
    }
}

/// The place in the outer file; the whole value unless it is a literal block, whose lines are lines of the file.
fn relocated(inner: &Location, origin: Option<(u32, u32)>, whole: &Location) -> Location {
    let Some((line, indent)) = origin else { return whole.clone() };
    Location {
        file: whole.file.clone(),
        line: inner.line.saturating_add(line).saturating_sub(1),
        column: inner.column.saturating_add(indent),
        end_line: inner.end_line.saturating_add(line).saturating_sub(1),
        end_column: inner.end_column.saturating_add(indent),
    }
}
