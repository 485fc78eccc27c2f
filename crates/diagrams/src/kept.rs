//! What an addition may not change.

use std::collections::BTreeMap;
use undrawn_model::{Drawing, DrawnBox};

/// True when every box of `old` is in `new` with the same label and group.
pub(crate) fn boxes(old: &Drawing, new: &Drawing) -> bool {
    let by_id: BTreeMap<&str, &DrawnBox> = new.boxes.iter().map(|b| (b.id.as_str(), b)).collect();
    let same =
        |b: &DrawnBox| by_id.get(b.id.as_str()).is_some_and(|n| n.label == b.label && n.group == b.group);
    old.boxes.iter().all(same)
}
