//! From a folder or a git revision to a model, through the cache.

use crate::cache::{self, Key};
use crate::cli::Reading;
use crate::config::{self, Choice, Config};
use crate::error::{Result, UserError};
use crate::progress::Progress;
use crate::suppress::{self, Comment};
use crate::{engine, git, today, walk};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use undrawn_model::{Intent, Note, SourceTree, SystemModel};

/// What an analysis depends on besides the files.
pub struct Settings {
    /// Folder to analyse, absolute.
    pub root: PathBuf,
    /// The team's configuration.
    pub config: Config,
    /// Drawings to compare with, relative to the root; empty means all.
    pub diagrams: Vec<String>,
    /// Today, `YYYY-MM-DD`.
    pub today: String,
    choice: Choice,
    cache: Option<PathBuf>,
    threads: usize,
    exclude: Gitignore,
}

/// A system as read.
pub struct Analysis {
    /// The system.
    pub model: SystemModel,
    /// Comments that silence findings.
    pub comments: Vec<Comment>,
    /// What the configuration says, in the words of the graph.
    pub intent: Intent,
    texts: Texts,
}

/// Where the text of a file comes from when a report shows it.
enum Texts {
    Read(SourceTree),
    Folder(PathBuf),
    None,
}

impl Analysis {
    /// Text of an analysed file.
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        match &self.texts {
            Texts::Read(tree) => tree.get(path).map(|file| file.text.clone()),
            Texts::Folder(root) => {
                let file = walk::read_file(&root.join(path), &path.into(), walk::FILE_BYTES_MAX);
                file.ok().map(|file| file.text)
            }
            Texts::None => None,
        }
    }

    /// True when nothing of a system was found: neither a component nor a diagram.
    pub fn is_empty(&self) -> bool {
        self.model.components.is_empty() && self.model.drawings.is_empty()
    }

    /// How many notes say that input was lost.
    pub fn unread(&self) -> usize {
        self.model.notes.iter().filter(|note| note.unread).count()
    }
}

impl Settings {
    /// Settings for a folder and the options of the command line. Reads the configuration and nothing else.
    pub fn of(path: &Path, reading: &Reading) -> Result<Self> {
        let root = walk::root(path)?;
        let choice = match &reading.config {
            _ if reading.no_config => Choice::None,
            Some(file) => Choice::File(file.clone()),
            None => Choice::Discover,
        };
        let config = config::load(&root, &choice)?;
        let diagrams = diagrams(&root, &config, &reading.diagram)?;
        let exclude = patterns("exclude", &config.exclude)?;
        let cache = if reading.no_cache { None } else { cache::folder() };
        Ok(Settings {
            root,
            config,
            diagrams,
            today: today::today(),
            cache,
            threads: reading.threads.into(),
            exclude,
            choice,
        })
    }

    fn intent(&self) -> Intent {
        Intent {
            aliases: self.config.aliases.clone(),
            omissions: self.config.omissions.clone(),
            today: self.today.clone(),
            diagrams: self.diagrams.clone(),
        }
    }

    /// The same settings with the omissions of another time. Names stay those of now, or nothing would be comparable.
    pub fn with_omissions_of(&self, config: &Config) -> Intent {
        Intent { omissions: config.omissions.clone(), ..self.intent() }
    }

    fn excluded(&self, path: &str, is_dir: bool) -> bool {
        !self.exclude.is_empty()
            && self.exclude.matched_path_or_any_parents(self.config.path_from_file(path), is_dir).is_ignore()
    }

    fn file_bytes_max(&self) -> u64 {
        self.config.file_bytes_max.unwrap_or(walk::FILE_BYTES_MAX)
    }

    fn with_rules<T>(&self, work: impl FnOnce(&walk::Rules) -> T) -> T {
        let excluded = |path: &str, is_dir: bool| self.excluded(path, is_dir);
        work(&walk::Rules {
            wants: engine::wants,
            excluded: &excluded,
            file_bytes_max: self.file_bytes_max(),
            threads: self.threads,
        })
    }

    fn cached(&self, key: Key) -> Option<cache::Entry> {
        cache::load(self.cache.as_deref()?, key)
    }

    fn keep(&self, key: Key, entry: &cache::Entry) {
        if let Some(folder) = &self.cache {
            cache::store(folder, key, entry);
        }
    }
}

/// Patterns in the language of `.gitignore`.
pub fn patterns(key: &str, patterns: &[String]) -> Result<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    for pattern in patterns {
        builder
            .add_line(None, pattern)
            .map_err(|e| UserError::new(format!("`{key}` has a pattern that does not parse: {e}")))?;
    }
    Ok(builder.build().map_err(|e| UserError::new(format!("`{key}`: {e}")))?)
}

/// Chosen drawings as paths from the root: the command line's, else the configuration's.
fn diagrams(root: &Path, config: &Config, chosen: &[PathBuf]) -> Result<Vec<String>> {
    let mut out = Vec::new();
    for path in chosen {
        let absolute = path.canonicalize().map_err(|e| crate::error::io("read", path, &e))?;
        out.push(config::relative_to(root, &absolute));
    }
    if chosen.is_empty() {
        out.extend(config.diagrams.iter().map(|written| config.path_from_root(root, written)));
    }
    for path in &out {
        check_diagram(root, path)?;
    }
    out.sort();
    out.dedup();
    Ok(out)
}

fn check_diagram(root: &Path, path: &str) -> Result<()> {
    if !root.join(path).is_file() {
        return Err(UserError::new(format!("no such diagram: {path}"))
            .help(
                "a diagram is a file; leave it out to compare with every architecture diagram that is found",
            )
            .into());
    }
    match undrawn_diagrams::wants(path) {
        true => Ok(()),
        false => {
            let read = undrawn_diagrams::FORMATS.iter().filter(|f| f.add.is_some() || f.render.is_none());
            let formats: Vec<&str> = read.map(|f| f.name).collect();
            Err(UserError::new(format!("no diagram format reads {path}"))
                .help(format!("formats: {}", formats.join(", ")))
                .into())
        }
    }
}

/// Reads a folder as it is now.
pub fn folder(settings: &Settings, progress: &Progress) -> Result<Analysis> {
    let intent = settings.intent();
    let mut listing =
        progress.phase("listing files", || settings.with_rules(|rules| walk::list(&settings.root, rules)));
    listing.add(walk::chosen(&settings.root, &settings.diagrams));
    let key = key(settings, &intent, &listing);
    if let Some(entry) = progress.phase("looking into the cache", || settings.cached(key)) {
        progress.detail("nothing changed since the last run: the map comes from the cache");
        let texts = Texts::Folder(settings.root.clone());
        return Ok(Analysis { model: entry.model, comments: entry.comments, intent, texts });
    }
    let (tree, mut notes) = progress
        .phase("reading files", || settings.with_rules(|rules| walk::read(&settings.root, &listing, rules)));
    notes.append(&mut listing.notes);
    let entry = understand(&tree, notes, &intent, progress);
    progress.phase("writing the cache", || settings.keep(key, &entry));
    Ok(Analysis { model: entry.model, comments: entry.comments, intent, texts: Texts::Read(tree) })
}

/// Everything that the model is made from.
fn key(settings: &Settings, intent: &Intent, listing: &walk::Listing) -> Key {
    let files: Vec<_> = listing.files.iter().map(|f| (&f.path, f.size, f.stamp)).collect();
    let notes: Vec<_> = listing.notes.iter().map(|n| (&n.message, &n.location)).collect();
    Key::of((&settings.root, files, notes, said(intent), settings.file_bytes_max()))
}

/// The intent as text, for hashing.
fn said(intent: &Intent) -> String {
    format!("{intent:?}")
}

fn understand(tree: &SourceTree, notes: Vec<Note>, intent: &Intent, progress: &Progress) -> cache::Entry {
    let (evidence, more) =
        progress.phase("reading code, configuration and diagrams", || engine::evidence(tree));
    progress.detail(&format!("{} files read, {} pieces of evidence", tree.files().len(), evidence.len()));
    let notes = notes.into_iter().chain(more).collect();
    let model = progress.phase("putting it together", || engine::model(evidence, notes, intent));
    cache::Entry { model, comments: suppress::scan(tree) }
}

/// Reads the folder as it was in a commit, from git's objects: nothing is checked out.
pub fn revision(settings: &Settings, commit: &str, progress: &Progress) -> Result<Analysis> {
    let repository = git::Repository::around(&settings.root)?;
    let config = config_then(settings, &repository, commit, progress);
    let intent = settings.with_omissions_of(&config);
    let listing = settings.with_rules(|rules| repository.list(commit, rules, &settings.diagrams))?;
    let exclude = (&settings.config.exclude, &settings.config.root_below);
    let key = Key::of((&listing.tree, said(&intent), settings.file_bytes_max(), exclude));
    if let Some(entry) = settings.cached(key) {
        return Ok(Analysis { model: entry.model, comments: entry.comments, intent, texts: Texts::None });
    }
    let (files, notes) = progress.phase("reading the revision", || repository.read(&listing))?;
    let tree = SourceTree::new(files);
    let entry = understand(&tree, notes, &intent, progress);
    settings.keep(key, &entry);
    Ok(Analysis { model: entry.model, comments: entry.comments, intent, texts: Texts::Read(tree) })
}

/// The configuration as it was; that of now when the one of then does not parse.
fn config_then(
    settings: &Settings,
    repository: &git::Repository,
    commit: &str,
    progress: &Progress,
) -> Config {
    let candidates = match &settings.choice {
        Choice::None => vec![],
        Choice::File(_) => settings.config.file.iter().cloned().collect(),
        Choice::Discover => config::candidates(&settings.root, repository.top()),
    };
    let found = candidates.iter().find_map(|file| Some((file, repository.text(commit, file)?)));
    let Some((file, text)) = found else { return Config::default() };
    config::parse(&text, &config::relative_to(&settings.root, file)).unwrap_or_else(|_| {
        progress.detail("the configuration of that revision does not parse; using the present one");
        settings.config.clone()
    })
}
