//! Another revision of the same folder, from git's objects: no checkout, no network, nothing written.

use crate::error::{Failure, Result, UserError};
use crate::walk::{self, Folder, Listed, Rules};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use undrawn_model::{Note, SourceFile};

/// The repository around a folder.
pub struct Repository {
    root: PathBuf,
    top: PathBuf,
    prefix: String,
}

/// Wanted files of the folder in one commit.
pub struct Listing {
    /// What identifies the content: commit and folder.
    pub tree: String,
    files: Vec<(Listed, String)>,
    notes: Vec<Note>,
}

impl Repository {
    /// The repository that `root` lies in.
    pub fn around(root: &Path) -> Result<Self> {
        let said = run(root, &["rev-parse", "--show-toplevel", "--show-prefix"]);
        let said =
            said.map_err(|failure| match failure {
                Failure::User(error) if error.help.is_none() => Failure::User(error.help(format!(
                    "{} must lie in a git repository to be read at a revision",
                    root.display()
                ))),
                other => other,
            })?;
        let mut lines = said.lines();
        let top = PathBuf::from(lines.next().unwrap_or_default());
        let top = top.canonicalize().unwrap_or(top);
        Ok(Repository { root: root.to_path_buf(), top, prefix: lines.next().unwrap_or_default().to_string() })
    }

    /// The repository's own folder.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The commit that `revision` names.
    pub fn commit(&self, revision: &str) -> Result<String> {
        let wanted = format!("{revision}^{{commit}}");
        let found = run(&self.root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        found.map(|id| id.trim().to_string()).map_err(|_| {
            UserError::new(format!("git knows no revision `{revision}`"))
                .help("fetch it first; in a shallow clone, fetch more of the history")
                .into()
        })
    }

    /// The last common ancestor of `revision` and HEAD.
    pub fn merge_base(&self, revision: &str) -> Result<String> {
        let commit = self.commit(revision)?;
        let found = run(&self.root, &["merge-base", &commit, "HEAD"]);
        found.map(|id| id.trim().to_string()).map_err(|_| {
            UserError::new(format!("`{revision}` and HEAD have no common ancestor here"))
                .help("in a shallow clone, fetch more of the history")
                .into()
        })
    }

    /// Text of one file, by its absolute path, in a commit.
    pub fn text(&self, commit: &str, file: &Path) -> Option<String> {
        let path = walk::slashes(file.strip_prefix(&self.top).ok()?);
        run(&self.root, &["cat-file", "blob", &format!("{commit}:{path}")]).ok()
    }

    /// Lists the wanted files, and the chosen ones wherever they lie.
    pub fn list(&self, commit: &str, rules: &Rules, chosen: &[String]) -> Result<Listing> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "-l", "--full-tree", commit];
        if !self.prefix.is_empty() && !chosen.iter().any(|path| path.starts_with("../")) {
            arguments.extend(["--", self.prefix.as_str()]);
        }
        let said = bytes(&self.root, &arguments)?;
        let entries: Vec<Entry> = said.split(|b| *b == 0).filter_map(Entry::parse).collect();
        let tree = format!("{commit}:{}", self.prefix);
        let mut listing = Listing { tree, files: vec![], notes: vec![] };
        let mut folders = Folders::new(&self.prefix, &entries);
        for entry in entries.iter().filter(|e| e.file) {
            let path = crate::config::relative_to(&self.top.join(&self.prefix), &self.top.join(&entry.path));
            let is_chosen = chosen.contains(&path);
            let inside = !path.starts_with("../");
            let wanted = inside
                && (rules.wants)(&path)
                && !(rules.excluded)(&path, false)
                && folders.open(&path, rules);
            if !is_chosen && !wanted {
                continue;
            }
            match entry.size > rules.file_bytes_max {
                true => listing.notes.push(walk::too_big(&path, rules.file_bytes_max)),
                false => {
                    let listed = Listed { path: path.into(), size: entry.size, stamp: [0; 3] };
                    listing.files.push((listed, entry.id.clone()));
                }
            }
        }
        listing.notes.extend(walk::vendored_note(&folders.vendored()));
        Ok(listing)
    }

    /// Reads the listed files through one process.
    pub fn read(&self, listing: &Listing) -> Result<(Vec<SourceFile>, Vec<Note>)> {
        let mut child = command(&self.root, &["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| no_git(&e))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let ids: String = listing.files.iter().map(|(_, id)| format!("{id}\n")).collect();
        // Written beside the reading: a pipe holds little, and git answers while it is asked.
        let writer = std::thread::spawn(move || input.map(|mut pipe| pipe.write_all(ids.as_bytes())));
        let (mut files, mut notes) = (Vec::new(), listing.notes.clone());
        if let Some(output) = output {
            let mut output = BufReader::new(output);
            for (listed, _) in &listing.files {
                match blob(&mut output).map(|bytes| walk::source_file(&listed.path, &bytes)) {
                    Some(Ok(file)) => files.push(file),
                    Some(Err(note)) => notes.push(note),
                    None => notes.push(walk::unread(&listed.path, "git does not have it here; not read")),
                }
            }
        }
        let _ = (writer.join(), child.wait());
        Ok((files, notes))
    }
}

/// One answer of `cat-file --batch`: `ID blob SIZE`, a line end, the bytes, a line end. `None` when the object is missing.
fn blob(output: &mut impl std::io::BufRead) -> Option<Vec<u8>> {
    let mut header = String::new();
    output.read_line(&mut header).ok()?;
    let mut words = header.split_whitespace();
    let (_, kind, size) = (words.next()?, words.next()?, words.next()?);
    let size: u64 = size.parse().ok().filter(|_| kind == "blob")?;
    let mut content = Vec::new();
    output.take(size + 1).read_to_end(&mut content).ok()?;
    content.truncate(size as usize);
    Some(content)
}

/// One line of `ls-tree -l`: `MODE TYPE ID SIZE<tab>PATH`.
struct Entry {
    path: String,
    id: String,
    size: u64,
    file: bool,
}

impl Entry {
    fn parse(line: &[u8]) -> Option<Entry> {
        let line = String::from_utf8_lossy(line);
        let (head, path) = line.split_once('\t')?;
        let words: Vec<&str> = head.split_whitespace().collect();
        let [mode, kind, id, size] = words.as_slice() else { return None };
        // Links and submodules are no files, as in a folder.
        let file = *kind == "blob" && *mode != "120000";
        Some(Entry { path: path.to_string(), id: id.to_string(), size: size.parse().unwrap_or(0), file })
    }
}

/// Which folders are looked into, by the same rules as on disk.
struct Folders {
    present: BTreeSet<String>,
    decided: BTreeMap<String, Folder>,
}

impl Folders {
    fn new(prefix: &str, entries: &[Entry]) -> Self {
        let below = entries.iter().filter_map(|e| e.path.strip_prefix(prefix));
        Folders { present: below.map(str::to_string).collect(), decided: BTreeMap::new() }
    }

    /// True when every folder above the file is looked into.
    fn open(&mut self, path: &str, rules: &Rules) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| at);
        for folder in ends.map(|end| &path[..end]) {
            if !self.decided.contains_key(folder) {
                let parent = folder.rfind('/').map_or("", |at| &folder[..at + 1]);
                let beside = |name: &str| self.present.contains(&format!("{parent}{name}"));
                let decision = walk::folder(folder, rules, beside);
                self.decided.insert(folder.to_string(), decision);
            }
            if self.decided.get(folder) != Some(&Folder::Enter) {
                return false;
            }
        }
        true
    }

    fn vendored(&self) -> Vec<String> {
        let vendored = self.decided.iter().filter(|(_, decision)| **decision == Folder::Vendored);
        vendored.map(|(path, _)| path.clone()).collect()
    }
}

/// A git command that asks nobody, fetches nothing and locks nothing.
fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).arg("--no-replace-objects").args(arguments);
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0");
    command.env("LC_ALL", "C").stdin(Stdio::null());
    command
}

fn no_git(error: &std::io::Error) -> UserError {
    UserError::new(format!("cannot run git: {}", crate::error::reason(error)))
        .help("git revisions are read with the git command; install it or leave the revision out")
}

fn bytes(root: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let output = command(root, arguments).output().map_err(|e| no_git(&e))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
    Err(UserError::new(format!("git: {said}")).into())
}

fn run(root: &Path, arguments: &[&str]) -> Result<String> {
    Ok(String::from_utf8_lossy(&bytes(root, arguments)?).into_owned())
}
