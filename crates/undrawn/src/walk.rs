//! Which files there are, and their bytes. The only place that opens files of the analysed system.
//!
//! `.gitignore` is respected, hidden folders and the folders that builds and package managers fill are passed over, links
//! are never followed (so no loop and no way out of the root), and only files that some source can read are opened, once.

use crate::error::reason;
use rayon::prelude::*;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use undrawn_model::{Location, Note, SourceFile, SourceTree};

/// Size above which a file is a note instead of an input, in bytes.
pub const FILE_BYTES_MAX: u64 = 2 * 1024 * 1024;

/// How many bytes are looked at to tell text from binary.
const BINARY_PROBE_BYTES: usize = 8 * 1024;

/// Names listed in one note before it says "and N more".
const NAMES_MAX: usize = 3;

/// What decides whether a file is read.
pub struct Rules<'a> {
    /// True for paths that some source reads.
    pub wants: fn(&str) -> bool,
    /// True for paths that the configuration excludes (second argument: is a folder).
    pub excluded: &'a (dyn Fn(&str, bool) -> bool + Sync),
    /// Size above which a file is not read, in bytes.
    pub file_bytes_max: u64,
    /// Threads to walk with; 0 lets the machine decide.
    pub threads: usize,
}

/// One wanted file, not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Path relative to the root, with forward slashes.
    pub path: Arc<str>,
    /// Size in bytes.
    pub size: u64,
    /// What changes whenever the content does: modification and change time in nanoseconds, file number.
    pub stamp: [i128; 3],
}

/// The wanted files of a folder, sorted by path.
#[derive(Debug, Default)]
pub struct Listing {
    /// Files.
    pub files: Vec<Listed>,
    /// What was passed over, sorted.
    pub notes: Vec<Note>,
}

impl Listing {
    /// Adds files that are not in it yet.
    pub fn add(&mut self, more: Vec<Listed>) {
        self.files.extend(more);
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.files.dedup_by(|a, b| a.path == b.path);
    }
}

/// Files that were named on purpose: they are read even where the walk does not look (hidden, ignored, elsewhere).
pub fn chosen(root: &Path, paths: &[String]) -> Vec<Listed> {
    let listed = |path: &String| {
        let data = std::fs::metadata(root.join(path)).ok()?;
        Some(Listed { path: path.as_str().into(), size: data.len(), stamp: stamp(&data) })
    };
    paths.iter().filter_map(listed).collect()
}

/// Lists the wanted files below `root`.
pub fn list(root: &Path, rules: &Rules) -> Listing {
    let found = Mutex::new(Found::default());
    let mut walker = ignore::WalkBuilder::new(root);
    walker.hidden(false).ignore(false).git_global(false).require_git(false).follow_links(false);
    walker.threads(rules.threads);
    walker.build_parallel().run(|| {
        Box::new(|entry| {
            let (state, what) = visit(root, rules, entry);
            if let (Some(what), Ok(mut found)) = (what, found.lock()) {
                found.add(what);
            }
            state
        })
    });
    found.into_inner().unwrap_or_default().finish()
}

/// What one entry turned out to be.
enum What {
    File(Listed),
    Vendored(String),
    Note(Note),
}

#[derive(Default)]
struct Found {
    files: Vec<Listed>,
    vendored: Vec<String>,
    notes: Vec<Note>,
}

impl Found {
    fn add(&mut self, what: What) {
        match what {
            What::File(file) => self.files.push(file),
            What::Vendored(dir) => self.vendored.push(dir),
            What::Note(note) => self.notes.push(note),
        }
    }

    fn finish(mut self) -> Listing {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.vendored.sort();
        self.notes.extend(vendored_note(&self.vendored));
        self.notes.sort();
        Listing { files: self.files, notes: self.notes }
    }
}

/// One note for all folders of other people's files.
pub fn vendored_note(dirs: &[String]) -> Option<Note> {
    let shown: Vec<&str> = dirs.iter().take(NAMES_MAX).map(String::as_str).collect();
    let more = match dirs.len() - shown.len() {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let folders = if dirs.len() == 1 { "folder" } else { "folders" };
    let message = format!(
        "{} {folders} of vendored, built or test files not read: {}{more}",
        dirs.len(),
        shown.join(", ")
    );
    (!dirs.is_empty()).then_some(Note { message, location: None, unread: false })
}

fn visit(
    root: &Path,
    rules: &Rules,
    entry: Result<ignore::DirEntry, ignore::Error>,
) -> (ignore::WalkState, Option<What>) {
    use ignore::WalkState::{Continue, Skip};
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return (Continue, unreadable(root, &error).map(What::Note)),
    };
    if entry.depth() == 0 {
        return (Continue, None);
    }
    let (path, exact) = relative(root, entry.path());
    let Some(kind) = entry.file_type() else { return (Continue, None) };
    if kind.is_dir() {
        let siblings = |name: &str| entry.path().with_file_name(name).exists();
        return match folder(&path, rules, siblings) {
            Folder::Enter => (Continue, None),
            Folder::Skip => (Skip, None),
            Folder::Vendored => (Skip, Some(What::Vendored(path))),
        };
    }
    if kind.is_symlink() {
        return (Continue, link(root, &path, entry.path(), rules).map(What::Note));
    }
    if !kind.is_file() || !(rules.wants)(&path) || (rules.excluded)(&path, false) {
        return (Continue, None);
    }
    let what = match entry.metadata() {
        _ if !exact => What::Note(unread(&path, "its name is not UTF-8; not read")),
        Ok(data) if data.len() > rules.file_bytes_max => What::Note(too_big(&path, rules.file_bytes_max)),
        Ok(data) => What::File(Listed { path: path.into(), size: data.len(), stamp: stamp(&data) }),
        Err(error) => What::Note(unread(&path, &format!("not read: {error}"))),
    };
    (Continue, Some(what))
}

/// Path below the root with forward slashes, and whether it is exact (valid UTF-8).
fn relative(root: &Path, path: &Path) -> (String, bool) {
    let below = path.strip_prefix(root).unwrap_or(path);
    (slashes(below), below.to_str().is_some())
}

/// A path with forward slashes.
pub fn slashes(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|c| c.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The note for a file that could not be read.
pub fn unread(path: &str, message: &str) -> Note {
    Note::unread(Location::file(path), message)
}

/// The note for a file above the limit.
pub fn too_big(path: &str, limit: u64) -> Note {
    unread(
        path,
        &format!("larger than {limit} bytes; not read (`file-bytes-max` in undrawn.toml changes the limit)"),
    )
}

fn unreadable(root: &Path, error: &ignore::Error) -> Option<Note> {
    match error {
        ignore::Error::WithPath { path, err } => {
            let (path, _) = relative(root, path);
            let message = err.io_error().map(reason).unwrap_or_else(|| err.to_string());
            Some(unread(&path, &format!("not read: {message}")))
        }
        ignore::Error::WithDepth { err, .. } => unreadable(root, err),
        // A mistake inside a .gitignore: the rest of it still holds, and no input was lost.
        ignore::Error::Partial(_) | ignore::Error::Glob { .. } | ignore::Error::WithLineNumber { .. } => None,
        other => Some(Note { message: format!("not read: {other}"), location: None, unread: true }),
    }
}

/// Links are not followed: what lies in the root is read under its own name, what lies outside is said.
fn link(root: &Path, path: &str, absolute: &Path, rules: &Rules) -> Option<Note> {
    let target = match absolute.canonicalize() {
        Ok(target) => target,
        Err(_) if !(rules.wants)(path) => return None,
        Err(_) => return Some(unread(path, "symbolic link that leads nowhere or in a circle; not followed")),
    };
    let inside = root.canonicalize().is_ok_and(|root| target.starts_with(root));
    let matters = target.is_dir() || (rules.wants)(path);
    (!inside && matters && !(rules.excluded)(path, target.is_dir()))
        .then(|| unread(path, "symbolic link that leaves the analysed folder; not followed"))
}

/// What to do with a folder.
#[derive(Debug, PartialEq, Eq)]
pub enum Folder {
    /// Look inside.
    Enter,
    /// Pass over.
    Skip,
    /// Pass over and say so.
    Vendored,
}

/// Decides about a folder by its path and by which files stand beside it.
pub fn folder(path: &str, rules: &Rules, beside: impl Fn(&str) -> bool) -> Folder {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.starts_with('.') && name != ".venv" || (rules.excluded)(path, true) {
        return Folder::Skip;
    }
    if path == "src/test" || path.ends_with("/src/test") {
        return Folder::Vendored;
    }
    let Some((_, makers)) = VENDORED.iter().find(|(vendored, _)| *vendored == name) else {
        return Folder::Enter;
    };
    // `build` or `vendor` may be a service of that name: it is vendored only beside the file of a tool that fills it.
    if makers.is_empty() || makers.iter().any(|maker| beside(maker)) {
        Folder::Vendored
    } else {
        Folder::Enter
    }
}

/// Folders of files that nobody here wrote or that only tests use, and the files beside them that show it (none: always).
/// A plain `test` is not among them: it is as often an environment. `src/test` is known by its parent.
const VENDORED: &[(&str, &[&str])] = &[
    ("node_modules", &[]),
    ("bower_components", &[]),
    (".venv", &[]),
    ("__pycache__", &[]),
    ("target", &["pom.xml", "Cargo.toml", "build.sbt"]),
    (
        "build",
        &["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "package.json"],
    ),
    ("dist", &["package.json", "pyproject.toml", "setup.py"]),
    ("vendor", &["go.mod", "composer.json", "Gemfile", "Cargo.toml"]),
    ("tests", &[]),
    ("__tests__", &[]),
    ("testdata", &[]),
    ("fixtures", &[]),
    ("e2e", &[]),
];

#[cfg(unix)]
fn stamp(data: &std::fs::Metadata) -> [i128; 3] {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    [
        nanoseconds(data.mtime(), data.mtime_nsec()),
        nanoseconds(data.ctime(), data.ctime_nsec()),
        data.ino().into(),
    ]
}

#[cfg(not(unix))]
fn stamp(data: &std::fs::Metadata) -> [i128; 3] {
    let modified = data.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
    [modified.map_or(0, |d| d.as_nanos() as i128), 0, 0]
}

/// Reads the listed files in parallel, each once. Binary files and files that went away are notes.
pub fn read(root: &Path, listing: &Listing, rules: &Rules) -> (SourceTree, Vec<Note>) {
    let results: Vec<Result<SourceFile, Note>> = listing
        .files
        .par_iter()
        .map(|file| read_file(&root.join(&*file.path), &file.path, rules.file_bytes_max))
        .collect();
    let (mut files, mut notes) = (Vec::with_capacity(results.len()), Vec::new());
    for result in results {
        match result {
            Ok(file) => files.push(file),
            Err(note) => notes.push(note),
        }
    }
    (SourceTree::new(files), notes)
}

/// Reads one file, or says why not.
pub fn read_file(absolute: &Path, path: &Arc<str>, limit: u64) -> Result<SourceFile, Note> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(absolute).and_then(|file| {
        bytes.reserve(file.metadata().map_or(0, |m| m.len().min(limit) as usize + 1));
        // The file may have grown since it was listed.
        file.take(limit + 1).read_to_end(&mut bytes)
    });
    match read {
        Err(error) => Err(unread(path, &format!("not read: {}", reason(&error)))),
        Ok(_) if bytes.len() as u64 > limit => Err(too_big(path, limit)),
        Ok(_) => source_file(path, &bytes),
    }
}

/// A source file of these bytes, or the note that they are no text.
pub fn source_file(path: &Arc<str>, bytes: &[u8]) -> Result<SourceFile, Note> {
    let marked = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let probe = bytes.get(..BINARY_PROBE_BYTES).unwrap_or(bytes);
    match !marked && probe.contains(&0) {
        true => Err(unread(path, "binary; not read")),
        false => Ok(SourceFile::new(path.clone(), bytes)),
    }
}

/// The folder to analyse, absolute and with links resolved.
pub fn root(path: &Path) -> Result<PathBuf, crate::error::UserError> {
    let root = path.canonicalize().map_err(|e| crate::error::io("read", path, &e))?;
    match root.is_dir() {
        true => Ok(root),
        false => Err(crate::error::UserError::new(format!("{} is not a folder", path.display()))
            .help("pass the folder of the system; --diagram FILE chooses a diagram")),
    }
}
