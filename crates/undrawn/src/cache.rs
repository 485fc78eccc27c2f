//! A second run with nothing changed answers from here. An entry holds the model; its key is everything that the model
//! depends on: the listing of files with sizes and times, the program itself, and what the team's configuration says.
//! A cache that cannot be read or written is no cache: nothing here is an error.

use crate::suppress::Comment;
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use undrawn_model::SystemModel;

/// Entries kept; the oldest go first.
const ENTRIES_MAX: usize = 32;

/// Size of one entry in bytes; a larger model is not kept.
const ENTRY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Length of the checksum before an entry's content.
const CHECKSUM_BYTES: usize = 16;

/// What is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The system.
    pub model: SystemModel,
    /// Comments that silence findings.
    pub comments: Vec<Comment>,
}

/// Identifies an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(u128);

impl Key {
    /// The key of these parts, together with the program's own identity.
    pub fn of(parts: impl Hash) -> Key {
        let hashed = bits(&(env!("CARGO_PKG_VERSION"), program(), &parts));
        Key(hashed)
    }
}

fn bits(value: &impl Hash) -> u128 {
    let half = |seed: u64| {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        value.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

/// Size and time of the running program: another build has other rules under the same version.
fn program() -> Option<(u64, Option<std::time::SystemTime>)> {
    let data = std::env::current_exe().ok()?.metadata().ok()?;
    Some((data.len(), data.modified().ok()))
}

/// The user's cache folder for this program.
pub fn folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let base = set("XDG_CACHE_HOME")
        .or_else(|| set("LOCALAPPDATA"))
        .or_else(|| set("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("undrawn"))
}

/// The entry of this key. Damaged entries count as absent.
pub fn load(folder: &Path, key: Key) -> Option<Entry> {
    let bytes = std::fs::read(file(folder, key)).ok()?;
    let (checksum, content) = bytes.split_at_checked(CHECKSUM_BYTES)?;
    if checksum != bits(&content).to_le_bytes() {
        return None;
    }
    postcard::from_bytes(content).ok()
}

/// Keeps an entry, and only as many as there may be.
pub fn store(folder: &Path, key: Key, entry: &Entry) {
    let Ok(content) = postcard::to_allocvec(entry) else { return };
    if content.len() > ENTRY_BYTES_MAX || create(folder).is_err() {
        return;
    }
    let checksum = bits(&content.as_slice()).to_le_bytes();
    let temporary = folder.join(format!("{:032x}.{}", key.0, std::process::id()));
    let written = std::fs::File::create(&temporary).and_then(|mut out| {
        out.write_all(&checksum)?;
        out.write_all(&content)
    });
    let kept = written.and_then(|()| std::fs::rename(&temporary, file(folder, key)));
    if kept.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    evict(folder);
}

fn file(folder: &Path, key: Key) -> PathBuf {
    folder.join(format!("{:032x}.map", key.0))
}

/// The folder holds text of private repositories: only its owner may look.
fn create(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Removes the oldest entries above the limit.
fn evict(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut files: Vec<_> = entries
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    let surplus = files.len().saturating_sub(ENTRIES_MAX);
    for (_, path) in files.into_iter().take(surplus) {
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_entries_are_absent_and_old_ones_go() {
        let folder = std::env::temp_dir().join(format!("undrawn-cache-{}", std::process::id()));
        let entry = Entry { model: SystemModel::default(), comments: vec![] };
        let key = Key::of("x");
        store(&folder, key, &entry);
        assert_eq!(load(&folder, key), Some(entry.clone()));
        assert_eq!(load(&folder, Key::of("y")), None);
        let path = file(&folder, key);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[CHECKSUM_BYTES] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(load(&folder, key), None);
        std::fs::write(&path, b"short").unwrap();
        assert_eq!(load(&folder, key), None);
        for i in 0..ENTRIES_MAX + 5 {
            store(&folder, Key::of(i), &entry);
        }
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), ENTRIES_MAX);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
