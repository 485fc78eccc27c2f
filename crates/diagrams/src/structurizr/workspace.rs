//! A workspace being read: elements, groups, relationships, and what may be included.

use super::rows::{Row, Word, rows};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use undrawn_model::{LineIndex, Location, Note, SourceFile, SourceTree};

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Person,
    System,
    Container,
    Component,
    Custom,
    /// Part of a deployment environment.
    Deployed,
}

/// One element of the model.
#[derive(Debug, Clone)]
pub(super) struct Element {
    /// Its identifier, with those of its parents where identifiers are hierarchical; empty when it has none.
    pub path: String,
    pub sort: Sort,
    pub name: String,
    pub details: Vec<String>,
    pub tags: Vec<String>,
    pub parent: Option<usize>,
    pub group: Option<usize>,
    pub location: Location,
    /// The row it is declared in; in the main file only.
    pub range: Option<Range<usize>>,
    /// First byte of the row that closes its block; in the main file only.
    pub close: Option<usize>,
}

/// A named group of elements.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub name: String,
    pub group: Option<usize>,
    pub element: Option<usize>,
    pub location: Location,
}

/// A relationship as written.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub from: String,
    pub to: String,
    /// The element inside whose braces it stands.
    pub scope: Option<usize>,
    pub label: String,
    pub technology: String,
    pub tags: Vec<String>,
    pub location: Location,
    /// In the main file: its row.
    pub range: Option<Range<usize>>,
    /// It stands in the model block itself.
    pub top: bool,
    /// It stands in a deployment environment.
    pub deployed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Context {
    Workspace,
    Model,
    Element(usize),
    Group(usize),
    Relation(usize),
    Archetypes,
    Archetype(String),
    Views,
    Styles,
    Style(String),
    Script,
    Skip,
}

/// A keyword that the workspace defines itself.
#[derive(Debug, Clone, Default)]
struct Archetype {
    base: String,
    tags: Vec<String>,
    technology: String,
}

/// Everything read.
#[derive(Default)]
pub(super) struct Workspace {
    pub title: Option<String>,
    pub elements: Vec<Element>,
    pub groups: Vec<Group>,
    pub relations: Vec<Relation>,
    pub notes: Vec<Note>,
    pub comments: Vec<(String, Location)>,
    /// Tag in lower case -> shape in lower case.
    pub shapes: BTreeMap<String, String>,
    /// Something was included that could not be read: unknown names may stand there.
    pub partial: bool,
    pub hierarchical: bool,
    /// First byte of the row that closes the model; in the main file.
    pub model_close: Option<usize>,
    /// First byte after the row that opens the model; in the main file.
    pub model_open: Option<usize>,
    /// Bytes of the workspace in the main file.
    pub span: Option<Range<usize>>,
    /// Every block was closed, and nothing was closed twice.
    pub balanced: bool,
    by_path: BTreeMap<String, usize>,
    /// (parent, name) -> the element.
    by_name: BTreeMap<(Option<usize>, String), usize>,
    /// Last part of a path -> the element, `None` when several end so.
    by_tail: BTreeMap<String, Option<usize>>,
    variables: BTreeMap<String, String>,
    archetypes: BTreeMap<String, Archetype>,
    stack: Vec<Context>,
    reading: BTreeSet<Arc<str>>,
    rows_left: usize,
    overclosed: bool,
}

/// More rows than this, with those of included files, are not read.
const ROWS_MAX: usize = 200_000;
/// Blocks nested deeper than this are passed over.
const NESTING_MAX: usize = 128;
/// Includes nest no deeper than this.
const INCLUDES_MAX: usize = 16;

struct Reading<'a> {
    tree: Option<&'a SourceTree>,
    file: &'a SourceFile,
    index: LineIndex,
    /// Nested includes; 0 is the main file.
    depth: usize,
}

impl Reading<'_> {
    fn location(&self, range: &Range<usize>) -> Location {
        self.index.location(&self.file.path, &self.file.text, range.clone())
    }
}

impl Workspace {
    /// Reads bytes of a file, and the files of the tree that it includes.
    pub fn read(tree: Option<&SourceTree>, file: &SourceFile, body: Range<usize>) -> Workspace {
        let mut workspace = Workspace { rows_left: ROWS_MAX, ..Workspace::default() };
        let reading = Reading { tree, file, index: LineIndex::new(&file.text), depth: 0 };
        workspace.file(&reading, body);
        workspace.balanced = workspace.stack.is_empty() && !workspace.overclosed;
        workspace
    }

    fn file(&mut self, reading: &Reading<'_>, body: Range<usize>) {
        if !self.reading.insert(reading.file.path.clone()) {
            return;
        }
        let read = rows(&reading.file.text, body);
        let comments = read.comments.into_iter().map(|(text, range)| (text, reading.location(&range)));
        self.comments.extend(comments);
        for row in read.rows {
            if self.rows_left == 0 {
                break;
            }
            self.rows_left -= 1;
            self.row(reading, row);
        }
        self.reading.remove(&reading.file.path);
    }

    fn row(&mut self, reading: &Reading<'_>, mut row: Row) {
        if self.stack.last() == Some(&Context::Script) {
            if row.bare_close {
                self.stack.pop();
            }
            return;
        }
        if row.closes {
            return self.close(reading, &row);
        }
        for word in &mut row.words {
            word.text = self.substituted(&word.text);
        }
        let before = self.stack.len();
        if before < NESTING_MAX {
            self.statement(reading, &row);
        }
        if row.opens && self.stack.len() == before {
            self.stack.push(Context::Skip);
        } else if !row.opens {
            self.stack.truncate(before);
        }
    }

    fn close(&mut self, reading: &Reading<'_>, row: &Row) {
        let main = reading.depth == 0;
        match self.stack.pop() {
            Some(Context::Model) if main => self.model_close = Some(row.range.start),
            Some(Context::Element(at)) if main => {
                if let Some(element) = self.elements.get_mut(at) {
                    element.close.get_or_insert(row.range.start);
                }
            }
            Some(Context::Workspace) if main => {
                if let Some(span) = &mut self.span {
                    span.end = row.range.end;
                }
            }
            None => self.overclosed = true,
            _ => {}
        }
        if row.opens {
            self.stack.push(Context::Skip);
        }
    }

    /// Puts the values of `${NAME}` in their place, once.
    fn substituted(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            out.push_str(&rest[..at]);
            let inner = &rest[at + 2..];
            let value = inner.find('}').and_then(|end| Some((end, self.variables.get(&inner[..end])?)));
            rest = match value {
                Some((end, value)) => {
                    out.push_str(value);
                    &inner[end + 1..]
                }
                None => {
                    out.push_str("${");
                    inner
                }
            };
        }
        out.push_str(rest);
        out
    }

    fn statement(&mut self, reading: &Reading<'_>, row: &Row) {
        let (identifier, words) = match row.words.as_slice() {
            [name, equals, rest @ ..] if !rest.is_empty() && !equals.quoted && equals.text == "=" => {
                (Some(name.text.as_str()), rest)
            }
            words => (None, words),
        };
        let Some(first) = words.first() else { return };
        let keyword = first.text.to_ascii_lowercase();
        match self.stack.last().cloned() {
            None => self.outer(reading, row, words, &keyword),
            Some(Context::Skip | Context::Script) => {}
            Some(Context::Views) => self.in_views(reading, &keyword, words),
            Some(Context::Styles) => {
                let tag = words.get(1).map(|w| w.text.to_ascii_lowercase()).unwrap_or_default();
                let style = if keyword == "element" { Context::Style(tag) } else { Context::Skip };
                self.stack.push(style);
            }
            Some(Context::Style(tag)) => {
                if let Some(shape) = words.get(1).filter(|_| keyword == "shape") {
                    self.shapes.insert(tag, shape.text.to_ascii_lowercase());
                }
            }
            Some(Context::Archetypes) => self.archetype(identifier, &keyword),
            Some(Context::Archetype(name)) => self.in_archetype(&name, &keyword, words),
            Some(Context::Relation(at)) => {
                let new = tags(words.get(1..).unwrap_or(&[]));
                if let Some(relation) =
                    self.relations.get_mut(at).filter(|_| matches!(&*keyword, "tags" | "tag"))
                {
                    relation.tags.extend(new);
                }
            }
            Some(Context::Workspace) => self.in_workspace(reading, row, words, &keyword),
            Some(Context::Model | Context::Element(_) | Context::Group(_)) => {
                self.in_model(reading, row, identifier, words, &keyword);
            }
        }
    }

    fn outer(&mut self, reading: &Reading<'_>, row: &Row, words: &[Word], keyword: &str) {
        match keyword {
            "workspace" if self.span.is_none() || reading.depth > 0 => {
                if reading.depth == 0 {
                    self.span = Some(row.range.start..row.range.end);
                }
                let plain: Vec<&str> = words.iter().skip(1).map(|w| w.text.as_str()).collect();
                if plain.first().is_some_and(|w| w.eq_ignore_ascii_case("extends")) {
                    self.include(reading, row, plain.get(1).copied().unwrap_or(""));
                } else if let Some(name) = plain.first().filter(|n| !n.is_empty()) {
                    self.title = Some(name.to_string());
                }
                self.stack.push(Context::Workspace);
            }
            // A fragment that another file includes, or a base that it extends.
            _ => self.in_workspace(reading, row, words, keyword),
        }
    }

    fn in_workspace(&mut self, reading: &Reading<'_>, row: &Row, words: &[Word], keyword: &str) {
        match keyword {
            "model" => {
                if reading.depth == 0 {
                    self.model_open = Some(row.range.end);
                }
                self.stack.push(Context::Model);
            }
            "views" => self.stack.push(Context::Views),
            "name" => self.title = words.get(1).map(|w| w.text.clone()),
            _ => self.instruction(reading, row, words, keyword),
        }
    }

    fn in_views(&mut self, reading: &Reading<'_>, keyword: &str, words: &[Word]) {
        match keyword {
            "styles" => self.stack.push(Context::Styles),
            "!include" => {
                let path = words.get(1).map_or("", |w| w.text.as_str()).to_string();
                self.include_quietly(reading, &path);
            }
            _ => self.stack.push(Context::Skip),
        }
    }

    /// Statements with `!`, which stand anywhere.
    fn instruction(&mut self, reading: &Reading<'_>, row: &Row, words: &[Word], keyword: &str) {
        let argument = |at: usize| words.get(at).map_or("", |w| w.text.as_str());
        match keyword {
            "!identifiers" => self.hierarchical = argument(1).eq_ignore_ascii_case("hierarchical"),
            "!const" | "!constant" | "!var" if argument(2).len() <= 4096 && self.variables.len() < 1000 => {
                self.variables.insert(argument(1).to_string(), argument(2).to_string());
            }
            "!include" => self.include(reading, row, argument(1)),
            "!element" | "!ref" | "!extend" => {
                let scope = self.scope();
                match self.find(argument(1), scope) {
                    Some(at) => self.stack.push(Context::Element(at)),
                    None => self.stack.push(Context::Skip),
                }
            }
            "!script" => self.stack.push(Context::Script),
            "!elements" | "!relationships" | "!components" | "!plugin" => {
                let message = format!("`{keyword}` changes the model by a program; what it adds is not read");
                self.notes.push(Note::undecided(reading.location(&row.range), message));
                self.stack.push(Context::Skip);
            }
            _ => {}
        }
    }

    fn scope(&self) -> Option<usize> {
        self.stack.iter().rev().find_map(|c| match c {
            Context::Element(at) => Some(*at),
            _ => None,
        })
    }

    fn archetype(&mut self, identifier: Option<&str>, keyword: &str) {
        let base = self.archetypes.get(keyword).cloned();
        let mut new = base.unwrap_or_else(|| Archetype { base: keyword.to_string(), ..Archetype::default() });
        if is_arrow(keyword) {
            new.base = "->".into();
        }
        let name = identifier.unwrap_or(keyword).to_ascii_lowercase();
        self.archetypes.insert(name.clone(), new);
        self.stack.push(Context::Archetype(name));
    }

    fn in_archetype(&mut self, name: &str, keyword: &str, words: &[Word]) {
        let Some(archetype) = self.archetypes.get_mut(name) else { return };
        match keyword {
            "tag" | "tags" => archetype.tags.extend(tags(words.get(1..).unwrap_or(&[]))),
            "technology" => archetype.technology = words.get(1).map(|w| w.text.clone()).unwrap_or_default(),
            _ => {}
        }
    }

    fn in_model(
        &mut self,
        reading: &Reading<'_>,
        row: &Row,
        identifier: Option<&str>,
        words: &[Word],
        keyword: &str,
    ) {
        if let Some(at) = words.iter().take(2).position(|w| !w.quoted && is_arrow(&w.text)) {
            return self.relation(reading, row, words, at);
        }
        let archetype = self.archetypes.get(keyword).cloned().unwrap_or_default();
        let base = if archetype.base.is_empty() { keyword } else { archetype.base.as_str() };
        let sort = match base {
            "person" => Sort::Person,
            "softwaresystem" => Sort::System,
            "container" => Sort::Container,
            "component" => Sort::Component,
            "element" => Sort::Custom,
            "deploymentenvironment"
            | "deploymentnode"
            | "infrastructurenode"
            | "softwaresysteminstance"
            | "containerinstance"
            | "instanceof"
            | "deploymentgroup" => Sort::Deployed,
            "group" | "enterprise" => return self.group(reading, row, words),
            "archetypes" => return self.stack.push(Context::Archetypes),
            "tags" | "tag" | "description" | "technology" => return self.attribute(keyword, words),
            _ => return self.instruction(reading, row, words, keyword),
        };
        self.element(reading, row, identifier, words, sort, &archetype);
    }

    fn attribute(&mut self, keyword: &str, words: &[Word]) {
        let Some(Context::Element(at)) = self.stack.last().cloned() else { return };
        let Some(element) = self.elements.get_mut(at) else { return };
        match keyword {
            "tags" | "tag" => element.tags.extend(tags(words.get(1..).unwrap_or(&[]))),
            _ => element.details.extend(words.get(1).map(|w| w.text.clone())),
        }
    }

    fn group(&mut self, reading: &Reading<'_>, row: &Row, words: &[Word]) {
        let group = Group {
            name: words.get(1).map(|w| w.text.clone()).unwrap_or_default(),
            group: self.open_group(),
            element: self.scope(),
            location: reading.location(&row.range),
        };
        self.stack.push(Context::Group(self.groups.len()));
        self.groups.push(group);
    }

    /// The innermost group that stands inside the innermost element.
    fn open_group(&self) -> Option<usize> {
        self.stack.iter().rev().find_map(|c| match c {
            Context::Group(at) => Some(Some(*at)),
            Context::Element(_) => Some(None),
            _ => None,
        })?
    }

    fn element(
        &mut self,
        reading: &Reading<'_>,
        row: &Row,
        identifier: Option<&str>,
        words: &[Word],
        sort: Sort,
        archetype: &Archetype,
    ) {
        let texts: Vec<&str> = words.iter().skip(1).map(|w| w.text.as_str()).collect();
        let argument = |at: usize| texts.get(at).copied().unwrap_or("").to_string();
        let (details, tag_at) = match sort {
            Sort::Container | Sort::Component => (vec![argument(1), argument(2)], 3),
            Sort::Custom => (vec![argument(1), argument(2)], 3),
            _ => (vec![argument(1)], 2),
        };
        let mut details: Vec<String> = details.into_iter().filter(|d| !d.trim().is_empty()).collect();
        if !archetype.technology.is_empty() {
            details.push(archetype.technology.clone());
        }
        let parent = self.scope();
        let path = match (identifier, parent.and_then(|p| self.elements.get(p))) {
            (Some(id), Some(parent)) if self.hierarchical && !parent.path.is_empty() => {
                format!("{}.{id}", parent.path)
            }
            (Some(id), _) => id.to_string(),
            (None, _) => String::new(),
        };
        let at = self.elements.len();
        if !path.is_empty() {
            self.by_path.entry(path.to_lowercase()).or_insert(at);
            let tail = path.rsplit('.').next().unwrap_or(&path).to_lowercase();
            self.by_tail.entry(tail).and_modify(|e| *e = None).or_insert(Some(at));
        }
        let mut all = archetype.tags.clone();
        all.extend(tags(words.get(tag_at + 1..).unwrap_or(&[]).get(..1).unwrap_or(&[])));
        if sort != Sort::Deployed {
            self.by_name.entry((parent, argument(0))).or_insert(at);
        }
        let main = reading.depth == 0;
        self.elements.push(Element {
            path,
            sort,
            name: argument(0),
            details,
            tags: all,
            parent,
            group: self.open_group(),
            location: reading.location(&row.range),
            range: main.then(|| row.range.clone()),
            close: None,
        });
        self.stack.push(Context::Element(at));
    }

    fn relation(&mut self, reading: &Reading<'_>, row: &Row, words: &[Word], at: usize) {
        let argument = |at: usize| words.get(at).map_or("", |w| w.text.as_str()).to_string();
        let arrow = argument(at).to_ascii_lowercase();
        if arrow == "-/>" || words.get(at + 1).is_none() {
            return self.stack.push(Context::Skip);
        }
        let archetype = arrow.strip_prefix("--").and_then(|a| a.strip_suffix("->"));
        let archetype = archetype.and_then(|a| self.archetypes.get(a)).cloned().unwrap_or_default();
        let mut all = archetype.tags;
        all.extend(tags(words.get(at + 4..).unwrap_or(&[]).get(..1).unwrap_or(&[])));
        let technology = Some(argument(at + 3)).filter(|t| !t.is_empty()).unwrap_or(archetype.technology);
        let scope = self.scope();
        let deployed = scope.and_then(|s| self.elements.get(s)).is_some_and(|e| e.sort == Sort::Deployed);
        self.stack.push(Context::Relation(self.relations.len()));
        self.relations.push(Relation {
            from: if at == 0 { "this".into() } else { argument(0) },
            to: argument(at + 1),
            scope,
            label: argument(at + 2),
            technology,
            tags: all,
            location: reading.location(&row.range),
            range: (reading.depth == 0).then(|| row.range.clone()),
            top: reading.depth == 0 && matches!(self.stack.iter().rev().nth(1), Some(Context::Model)),
            deployed,
        });
    }

    /// The element that a word names, seen from inside `scope`.
    pub fn find(&self, word: &str, scope: Option<usize>) -> Option<usize> {
        if word.eq_ignore_ascii_case("this") {
            return scope;
        }
        if let Some((_, canonical)) = word.split_once("://") {
            return self.find_by_name(canonical);
        }
        let lower = word.to_lowercase();
        let mut around = scope;
        for _ in 0..64 {
            let Some(element) = around.and_then(|at| self.elements.get(at)) else { break };
            if let Some(at) = self.by_path.get(&format!("{}.{lower}", element.path.to_lowercase())) {
                return Some(*at);
            }
            around = element.parent;
        }
        // An extended workspace need not keep the scope of its base: a last part that is unique is enough.
        self.by_path.get(&lower).copied().or_else(|| self.by_tail.get(&lower).copied().flatten())
    }

    /// `System.Container`, by names.
    fn find_by_name(&self, canonical: &str) -> Option<usize> {
        let mut parent = None;
        for name in canonical.split('.') {
            parent = Some(*self.by_name.get(&(parent, name.to_string()))?);
        }
        parent
    }

    fn include_quietly(&mut self, reading: &Reading<'_>, path: &str) {
        for file in included(reading, path) {
            self.nested(reading, file);
        }
    }

    fn include(&mut self, reading: &Reading<'_>, row: &Row, path: &str) {
        let files = included(reading, path);
        if files.is_empty() || reading.depth >= INCLUDES_MAX {
            self.partial = true;
            let message = format!("the included \"{path}\" is not read");
            let note = Note {
                message,
                location: Some(reading.location(&row.range)),
                unread: reading.tree.is_some(),
            };
            return self.notes.push(note);
        }
        for file in files {
            self.nested(reading, file);
        }
    }

    fn nested(&mut self, reading: &Reading<'_>, file: &SourceFile) {
        if reading.depth >= INCLUDES_MAX || self.reading.contains(&file.path) {
            return;
        }
        let inner =
            Reading { tree: reading.tree, file, index: LineIndex::new(&file.text), depth: reading.depth + 1 };
        let depth = self.stack.len();
        self.file(&inner, 0..file.text.len());
        self.stack.truncate(depth);
    }
}

/// Files of the tree that an include means: one file, or all of a folder.
fn included<'a>(reading: &Reading<'a>, path: &str) -> Vec<&'a SourceFile> {
    let Some(tree) = reading.tree else { return vec![] };
    let Some(joined) =
        SourceTree::join(reading.file.dir(), path).filter(|p| !p.is_empty() && !path.contains("://"))
    else {
        return vec![];
    };
    if let Some(file) = tree.get(&joined) {
        return vec![file];
    }
    let prefix = format!("{joined}/");
    let from = tree.files().partition_point(|f| *f.path < *prefix);
    let inside = tree.files()[from..].iter().take_while(|f| f.path.starts_with(&prefix));
    inside.filter(|f| f.path.ends_with(".dsl")).collect()
}

fn is_arrow(word: &str) -> bool {
    word == "->" || word == "-/>" || (word.starts_with("--") && word.ends_with("->"))
}

fn tags(words: &[Word]) -> Vec<String> {
    let all = words.iter().flat_map(|w| w.text.split(','));
    all.map(|t| t.trim().to_string()).filter(|t| !t.is_empty()).collect()
}
