//! `undrawn.toml`: where it is found and what may stand in it. An unknown key is an error, because a setting that
//! silently does nothing is worse than none.

use crate::error::{Result, UserError, io, nearest};
use crate::walk::slashes;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use undrawn_model::{Confidence, LineIndex, Omission, Severity};

/// File names, the first that is there wins.
const NAMES: [&str; 2] = ["undrawn.toml", ".undrawn.toml"];

/// Which findings make the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// Errors.
    Error,
    /// Errors and warnings.
    Warning,
    /// Every finding.
    Note,
    /// None.
    Never,
}

impl FailOn {
    /// True when a finding of this severity makes the exit code 1.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Note => true,
            FailOn::Never => false,
        }
    }
}

/// What the team wrote down. Absent values stay `None` or empty, so that the caller can lay the command line over it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// The file; `None` when there is none.
    pub file: Option<PathBuf>,
    /// Folder that the analysed root is in, seen from the configuration file; empty when they are the same. Patterns
    /// and paths of the file are relative to the file.
    pub root_below: String,
    /// name -> component.
    pub aliases: Vec<(String, String)>,
    /// Dependencies left out of the drawing on purpose.
    pub omissions: Vec<Omission>,
    /// Rules and groups to run; empty means all.
    pub select: Vec<String>,
    /// Rules and groups not to run.
    pub ignore: Vec<String>,
    /// Pattern of paths -> rules and groups that are not reported there.
    pub per_path_ignores: Vec<(String, Vec<String>)>,
    /// Which findings make the exit code 1.
    pub fail_on: Option<FailOn>,
    /// Least confidence reported.
    pub min_confidence: Option<Confidence>,
    /// Drawings to compare with, relative to the file.
    pub diagrams: Vec<String>,
    /// Patterns of paths that are not read.
    pub exclude: Vec<String>,
    /// Baseline, relative to the file.
    pub baseline: Option<String>,
    /// Size above which a file is not read, in bytes.
    pub file_bytes_max: Option<u64>,
}

/// Where a configuration may come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Look for it.
    Discover,
    /// This file.
    File(PathBuf),
    /// None.
    None,
}

/// Finds and reads the configuration for `root`. Errors name the line.
pub fn load(root: &Path, choice: &Choice) -> Result<Config> {
    let file = match choice {
        Choice::None => return Ok(Config::default()),
        Choice::File(file) => file.canonicalize().map_err(|e| io("read", file, &e))?,
        Choice::Discover => match discover(root) {
            Some(file) => file,
            None => return Ok(Config::default()),
        },
    };
    let bytes = std::fs::read(&file).map_err(|e| io("read", &file, &e))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| UserError::new("the configuration is not UTF-8").at(file.display().to_string()))?;
    let home = file.parent().unwrap_or(root);
    let mut config = parse(&text, &relative_to(root, &file))?;
    config.root_below = root.strip_prefix(home).map(slashes).unwrap_or_default();
    config.file = Some(file);
    Ok(config)
}

/// The configuration of the nearest ancestor up to the git root; outside of git, of the folder itself.
pub fn discover(root: &Path) -> Option<PathBuf> {
    let top = root.ancestors().find(|dir| dir.join(".git").exists()).unwrap_or(root);
    candidates(root, top).into_iter().find(|file| file.is_file())
}

/// Where a configuration for `root` may lie, nearest first, up to the folder `top`.
pub fn candidates(root: &Path, top: &Path) -> Vec<PathBuf> {
    let ancestors = root.ancestors().take_while(|dir| dir.starts_with(top));
    ancestors.flat_map(|dir| NAMES.map(|name| dir.join(name))).collect()
}

/// `path` as seen from `root`: below it a relative path, elsewhere with `..`.
pub fn relative_to(root: &Path, path: &Path) -> String {
    let common = root.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = root.components().count() - common;
    let down = slashes(&path.components().skip(common).collect::<PathBuf>());
    format!("{}{down}", "../".repeat(up))
}

impl Config {
    /// A path written in the file, as seen from the analysed root.
    pub fn path_from_root(&self, root: &Path, written: &str) -> String {
        match self.file.as_deref().and_then(Path::parent) {
            Some(home) => {
                let absolute = home.join(written);
                relative_to(root, &absolute.canonicalize().unwrap_or(absolute))
            }
            None => written.to_string(),
        }
    }

    /// A path below the analysed root, as seen from the file.
    pub fn path_from_file(&self, path: &str) -> String {
        match self.root_below.as_str() {
            "" => path.to_string(),
            below => format!("{below}/{path}"),
        }
    }
}

/// Reads a configuration. `file` is its name for messages and locations.
pub fn parse(text: &str, file: &str) -> Result<Config> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let reader = Reader { file: file.into(), text, index: LineIndex::new(text) };
    let table = DeTable::parse(text).map_err(|e| reader.error(e.span().unwrap_or(0..0), e.message()))?;
    reader.config(table.get_ref())
}

/// Knows where everything stands.
struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
    index: LineIndex,
}

type Value<'i> = Spanned<DeValue<'i>>;

/// Keys of the file itself.
const KEYS: &[&str] = &[
    "alias",
    "baseline",
    "diagrams",
    "exclude",
    "fail-on",
    "file-bytes-max",
    "ignore",
    "min-confidence",
    "omit",
    "per-path-ignores",
    "select",
];

/// Keys of `[[omit]]`.
const OMIT_KEYS: &[&str] = &["from", "to", "reason", "owner", "until"];

impl Reader<'_> {
    fn error(&self, span: Range<usize>, message: impl Into<String>) -> UserError {
        let (line, column) = self.index.line_column(self.text, span.start);
        UserError::new(message).at(format!("{}:{line}:{column}", self.file))
    }

    fn config(&self, table: &DeTable) -> Result<Config> {
        let mut config = Config::default();
        for (key, value) in in_order(table) {
            match key.get_ref().as_ref() {
                "alias" => config.aliases = self.aliases(value)?,
                "baseline" => config.baseline = Some(self.text(value)?.to_string()),
                "diagrams" => config.diagrams = self.texts(value)?,
                "exclude" => config.exclude = self.texts(value)?,
                "fail-on" => {
                    config.fail_on = Some(self.word(value, fail_on, "error, warning, note, never")?)
                }
                "file-bytes-max" => config.file_bytes_max = Some(self.number(value)?),
                "ignore" => config.ignore = self.texts(value)?,
                "min-confidence" => {
                    config.min_confidence =
                        Some(self.word(value, Confidence::from_word, "low, medium, high")?);
                }
                "omit" => config.omissions = self.omissions(value)?,
                "per-path-ignores" => config.per_path_ignores = self.per_path(value)?,
                "select" => config.select = self.texts(value)?,
                unknown => return Err(self.unknown(unknown, key.span(), KEYS)),
            }
        }
        Ok(config)
    }

    fn unknown(&self, key: &str, span: Range<usize>, known: &[&str]) -> crate::error::Failure {
        let help = match nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known keys: {}", known.join(", ")),
        };
        self.error(span, format!("unknown key `{key}`")).help(help).into()
    }

    fn wrong(&self, value: &Value, wanted: &str) -> UserError {
        self.error(value.span(), format!("expected {wanted}, found {}", value.get_ref().type_str()))
    }

    fn text<'v>(&self, value: &'v Value) -> Result<&'v str> {
        Ok(value.get_ref().as_str().ok_or_else(|| self.wrong(value, "a string"))?)
    }

    fn texts(&self, value: &Value) -> Result<Vec<String>> {
        let array = value.get_ref().as_array().ok_or_else(|| self.wrong(value, "an array of strings"))?;
        array.iter().map(|item| self.text(item).map(str::to_string)).collect()
    }

    fn number(&self, value: &Value) -> Result<u64> {
        let number = value.get_ref().as_integer().and_then(|n| {
            u64::from_str_radix(&n.as_str().replace('_', ""), n.radix()).ok().filter(|n| *n > 0)
        });
        Ok(number.ok_or_else(|| self.wrong(value, "a positive whole number"))?)
    }

    fn word<T>(&self, value: &Value, parse: impl Fn(&str) -> Option<T>, words: &str) -> Result<T> {
        let word = self.text(value)?;
        let error =
            || self.error(value.span(), format!("unknown value `{word}`")).help(format!("one of: {words}"));
        Ok(parse(word).ok_or_else(error)?)
    }

    fn table<'v, 'i>(&self, value: &'v Value<'i>) -> Result<&'v DeTable<'i>> {
        Ok(value.get_ref().as_table().ok_or_else(|| self.wrong(value, "a table"))?)
    }

    fn aliases(&self, value: &Value) -> Result<Vec<(String, String)>> {
        let pairs = in_order(self.table(value)?).into_iter();
        pairs
            .map(|(name, component)| Ok((name.get_ref().to_string(), self.text(component)?.to_string())))
            .collect()
    }

    fn per_path(&self, value: &Value) -> Result<Vec<(String, Vec<String>)>> {
        let pairs = in_order(self.table(value)?).into_iter();
        pairs.map(|(pattern, rules)| Ok((pattern.get_ref().to_string(), self.texts(rules)?))).collect()
    }

    fn omissions(&self, value: &Value) -> Result<Vec<Omission>> {
        let array =
            value.get_ref().as_array().ok_or_else(|| self.wrong(value, "tables written as `[[omit]]`"))?;
        array.iter().map(|item| self.omission(item)).collect()
    }

    fn omission(&self, value: &Value) -> Result<Omission> {
        let table = self.table(value)?;
        if let Some((key, _)) = in_order(table).iter().find(|(key, _)| !OMIT_KEYS.contains(&&**key.get_ref()))
        {
            return Err(self.unknown(key.get_ref(), key.span(), OMIT_KEYS));
        }
        let needed = |key: &str| -> Result<String> {
            let missing = || {
                self.error(value.span(), format!("`[[omit]]` without `{key}`"))
                    .help("an omission says from, to and reason; owner and until are optional")
            };
            Ok(self.text(table.get(key).ok_or_else(missing)?)?.to_string())
        };
        Ok(Omission {
            from: needed("from")?,
            to: needed("to")?,
            reason: needed("reason")?,
            owner: table.get("owner").map(|v| self.text(v).map(str::to_string)).transpose()?,
            until: table.get("until").map(|v| self.date(v)).transpose()?,
            location: self.index.location(&self.file, self.text, self.header(value.span())),
        })
    }

    /// The span of `[[omit]]` itself: that of the table covers all of its lines.
    fn header(&self, span: Range<usize>) -> Range<usize> {
        let text = self.text.get(span.clone()).unwrap_or_default();
        span.start..span.start + text.lines().next().unwrap_or_default().trim_end().len()
    }

    fn date(&self, value: &Value) -> Result<String> {
        let text = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            _ => self.text(value)?.to_string(),
        };
        match crate::today::is_date(&text) {
            true => Ok(text),
            false => Err(self
                .error(value.span(), format!("`{text}` is not a date"))
                .help("write it as YYYY-MM-DD: the last day on which the omission holds")
                .into()),
        }
    }
}

fn fail_on(word: &str) -> Option<FailOn> {
    <FailOn as clap::ValueEnum>::from_str(word, false).ok()
}

/// Entries in the order in which they are written.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Spanned<std::borrow::Cow<'i, str>>, &'t Value<'i>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_a_configuration_or_an_error_with_its_place(text in "(\\PC|[\\n\\[\\]\"=])*") {
            if let Err(error) = parse(&text, "undrawn.toml") {
                prop_assert!(error.to_string().contains("undrawn.toml:"), "{error}");
            }
        }

        #[test]
        fn known_keys_with_any_value_never_panic(key in prop::sample::select(KEYS), value in "\\PC*") {
            let _ = parse(&format!("{key} = {value}"), "undrawn.toml");
            let _ = parse(&format!("[[{key}]]\nfrom = {value}"), "undrawn.toml");
        }
    }

    #[test]
    fn paths_outside_of_the_root_go_up() {
        assert_eq!(relative_to(Path::new("/a/b"), Path::new("/a/c/x.md")), "../c/x.md");
        assert_eq!(relative_to(Path::new("/a/b"), Path::new("/a/b/x.md")), "x.md");
    }
}
