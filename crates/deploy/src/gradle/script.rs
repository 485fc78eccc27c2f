//! What one build script declares, for its own project and for others.

use super::tokens::{Token, Tokens};
use std::collections::BTreeMap;
use std::ops::Range;
use undrawn_model::{LineIndex, Location, SourceFile};

/// Blocks nested deeper are not looked into.
const NESTING_MAX: usize = 24;

/// Everything a script says.
#[derive(Default)]
pub(super) struct Script {
    /// For its own project.
    pub(super) own: Layer,
    /// `allprojects { }`.
    pub(super) all: Layer,
    /// `subprojects { }`.
    pub(super) sub: Layer,
    /// `project(':x') { }`.
    pub(super) projects: Vec<(String, Layer)>,
    /// `def x = "..."`, `ext.x`, `versions += [x: "..."]` as `versions.x`.
    pub(super) variables: BTreeMap<String, String>,
    /// Scripts that it applies, as written.
    pub(super) applies: Vec<String>,
    /// Settings only: included projects with the place that includes them.
    pub(super) includes: Vec<(String, Location)>,
    /// Settings only.
    pub(super) root_name: Option<String>,
    /// The first block that is nested too deep to be looked into.
    pub(super) too_deep: Option<Location>,
}

/// What holds for one or several projects.
#[derive(Default, Clone)]
pub(super) struct Layer {
    pub(super) plugins: Vec<String>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) main_class: bool,
    /// `bootJar { enabled = false }`.
    pub(super) no_program: bool,
    pub(super) images: Vec<(String, Location)>,
    pub(super) group: Option<String>,
}

/// One dependency as written.
#[derive(Debug, Clone)]
pub(super) struct Dependency {
    pub(super) target: Target,
    pub(super) location: Location,
}

/// What is depended on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// `group:name:version`, placeholders unreplaced.
    Coordinate(String),
    /// `project(':x')`.
    Project(String),
    /// `projects.x.y`, `libs.x.y`, `versions.x`: a path of names.
    Path(String),
}

#[derive(Clone, PartialEq, Eq)]
enum Scope {
    Own,
    All,
    Sub,
    Project(usize),
    /// `buildscript`: only its variables count.
    Variables,
}

/// Reads a script.
pub(super) fn read(file: &SourceFile) -> Script {
    let tokens = Tokens::of(&file.text);
    let index = LineIndex::new(&file.text);
    let mut reader = Reader { file, tokens: &tokens, index, script: Script::default() };
    reader.block(0..tokens.list.len(), &Scope::Own, 0);
    reader.script
}

struct Reader<'a> {
    file: &'a SourceFile,
    tokens: &'a Tokens<'a>,
    index: LineIndex,
    script: Script,
}

impl<'a> Reader<'a> {
    fn layer(&mut self, scope: &Scope) -> &mut Layer {
        match scope {
            Scope::All => &mut self.script.all,
            Scope::Sub => &mut self.script.sub,
            Scope::Project(i) if *i < self.script.projects.len() => &mut self.script.projects[*i].1,
            _ => &mut self.script.own,
        }
    }

    fn place(&self, token: usize) -> Location {
        let span = self.tokens.spans.get(token).cloned().unwrap_or(0..0);
        self.index.location(&self.file.path, &self.file.text, span)
    }

    fn pass_over(&mut self, token: usize) {
        let place = self.place(token);
        self.script.too_deep.get_or_insert(place);
    }

    fn block(&mut self, range: Range<usize>, scope: &Scope, nesting: usize) {
        if nesting > NESTING_MAX {
            return self.pass_over(range.start);
        }
        for statement in self.tokens.statements(range) {
            self.statement(statement, scope, nesting);
        }
    }

    fn statement(&mut self, range: Range<usize>, scope: &Scope, nesting: usize) {
        let t = self.tokens;
        let Some(word) = t.word(range.start).filter(|_| nesting <= NESTING_MAX) else { return };
        let brace = t.find(range.clone(), '{');
        let body = brace.map(|b| t.inside(b));
        let head = range.start..brace.unwrap_or(range.end);
        let makes_jar = matches!(word, "jar" | "shadowJar" | "task" | "tasks") || body.is_none();
        if makes_jar
            && *scope != Scope::Variables
            && self.texts(range.clone()).any(|(_, t)| t == "Main-Class")
        {
            self.layer(scope).main_class = true;
        }
        match (word, body) {
            ("buildscript", Some(body)) => self.block(body, &Scope::Variables, nesting + 1),
            ("plugins", Some(body)) => self.plugins(body, scope),
            ("dependencies", Some(body)) if *scope != Scope::Variables => {
                self.dependencies(body, scope, nesting + 1)
            }
            ("allprojects", Some(body)) => self.block(body, &Scope::All, nesting + 1),
            ("subprojects", Some(body)) => self.block(body, &Scope::Sub, nesting + 1),
            ("configure", Some(body)) => {
                if let Some(scope) = self.configured(head) {
                    self.block(body, &scope, nesting + 1);
                }
            }
            ("project", Some(body)) if t.is(range.start + 1, '(') => {
                if let Some((_, path)) = self.texts(head).next() {
                    let scope = self.project(path);
                    self.block(body, &scope, nesting + 1);
                }
            }
            ("ext" | "extra" | "if" | "else" | "try" | "pluginManager" | "afterEvaluate", Some(body)) => {
                self.block(body, scope, nesting + 1);
                // `if (a) { } else { }` is one statement with several blocks.
                let rest = brace.map_or(range.end, |b| t.after(b));
                if rest < range.end {
                    self.statement(rest..range.end, scope, nesting + 1);
                }
            }
            ("application" | "mainClassName" | "springBoot", _) => self.main_class(range, scope),
            ("jib" | "bootBuildImage" | "docker", Some(body)) => self.images(word, body, scope),
            ("bootJar", Some(body)) => self.boot_jar(body, scope),
            ("tasks", Some(body)) => self.task(head, body, scope),
            ("apply", _) => self.apply(head, scope),
            ("include", None) | ("includeFlat", None) => self.includes(head),
            _ => self.assignment(range, scope),
        }
    }

    /// Texts of a range, brackets looked into.
    fn texts(&self, range: Range<usize>) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        let t = self.tokens;
        range.filter_map(move |i| match t.get(i) {
            Some(Token::Text(text)) => Some((i, text)),
            _ => None,
        })
    }

    fn project(&mut self, path: &str) -> Scope {
        self.script.projects.push((path.to_string(), Layer::default()));
        Scope::Project(self.script.projects.len() - 1)
    }

    /// `configure(subprojects.findAll { })`, `configure(project(':x'))`.
    fn configured(&mut self, head: Range<usize>) -> Option<Scope> {
        let mut words = head.clone().filter_map(|i| self.tokens.word(i));
        let found = words.find(|w| matches!(*w, "subprojects" | "allprojects" | "project"))?;
        match found {
            "subprojects" => Some(Scope::Sub),
            "allprojects" => Some(Scope::All),
            _ => {
                let path = self.texts(head).next()?.1;
                Some(self.project(path))
            }
        }
    }

    fn plugins(&mut self, body: Range<usize>, scope: &Scope) {
        let t = self.tokens;
        for statement in t.statements(body) {
            let words: Vec<&str> = statement.clone().filter_map(|i| t.word(i)).collect();
            if words.windows(2).any(|w| w == ["apply", "false"]) {
                continue;
            }
            let text = self.texts(statement.clone()).next().map(|(_, text)| text.to_string());
            let id = match words.first() {
                Some(&"id") => text,
                Some(&"kotlin") => text.map(|t| format!("org.jetbrains.kotlin.{t}")),
                Some(&"alias") => Some(format!("alias:{}", words.get(1..).unwrap_or_default().join("."))),
                // Kotlin: a built-in plugin's bare name.
                Some(name) if words.len() == 1 && text.is_none() => Some(name.to_string()),
                _ => None,
            };
            self.layer(scope).plugins.extend(id);
        }
    }

    fn apply(&mut self, head: Range<usize>, scope: &Scope) {
        let names: Vec<&str> = head.clone().filter_map(|i| self.tokens.word(i)).collect();
        let texts: Vec<String> = self.texts(head).map(|(_, t)| t.to_string()).collect();
        if names.contains(&"from") {
            self.script.applies.extend(texts);
        } else if names.contains(&"plugin") {
            self.layer(scope).plugins.extend(texts);
        }
    }

    fn includes(&mut self, head: Range<usize>) {
        let found: Vec<(String, Location)> =
            self.texts(head).map(|(i, text)| (text.to_string(), self.place(i))).collect();
        self.script.includes.extend(found);
    }

    fn main_class(&mut self, range: Range<usize>, scope: &Scope) {
        let t = self.tokens;
        if range.into_iter().any(|i| matches!(t.word(i), Some("mainClass" | "mainClassName"))) {
            self.layer(scope).main_class = true;
        }
    }

    fn boot_jar(&mut self, body: Range<usize>, scope: &Scope) {
        let t = self.tokens;
        let words: Vec<&str> = body.filter_map(|i| t.word(i)).collect();
        if words.windows(2).any(|w| w == ["enabled", "false"]) {
            self.layer(scope).no_program = true;
        }
    }

    /// `tasks.named("bootJar") { }`, `tasks.bootJar { }`, `tasks.getByName<BootJar>("bootJar") { }`.
    fn task(&mut self, head: Range<usize>, body: Range<usize>, scope: &Scope) {
        let t = self.tokens;
        let called = |name: &str| {
            head.clone().any(|i| matches!(t.get(i), Some(Token::Word(w) | Token::Text(w)) if w == name))
        };
        if called("bootJar") {
            self.boot_jar(body, scope);
        } else if called("bootBuildImage") {
            self.images("bootBuildImage", body, scope);
        }
    }

    /// `to { image = "x" }`, `imageName = "x"`, `name "x"`.
    fn images(&mut self, block: &str, body: Range<usize>, scope: &Scope) {
        let t = self.tokens;
        let wanted = match block {
            "jib" => "image",
            "docker" => "name",
            _ => "imageName",
        };
        let inside = match t.word(body.start).or(t.word(body.start + 1)) {
            _ if block != "jib" => Some(body),
            _ => self.block_called(body, "to"),
        };
        let Some(inside) = inside else { return };
        for statement in t.statements(inside) {
            if t.word(statement.start) == Some(wanted)
                && let Some((i, text)) = self.texts(statement).next()
            {
                let image = (text.to_string(), self.place(i));
                self.layer(scope).images.push(image);
            }
        }
    }

    fn block_called(&self, body: Range<usize>, name: &str) -> Option<Range<usize>> {
        let t = self.tokens;
        let statement = t.statements(body).into_iter().find(|s| t.word(s.start) == Some(name))?;
        t.find(statement, '{').map(|b| t.inside(b))
    }

    fn dependencies(&mut self, body: Range<usize>, scope: &Scope, nesting: usize) {
        let t = self.tokens;
        if nesting > NESTING_MAX {
            return self.pass_over(body.start);
        }
        for statement in t.statements(body) {
            let Some(word) = t.word(statement.start) else { continue };
            let brace = t.find(statement.clone(), '{');
            if matches!(word, "if" | "else" | "constraints" | "components" | "modules") {
                let mut open = brace.filter(|_| matches!(word, "if" | "else"));
                while let Some(b) = open {
                    self.dependencies(t.inside(b), scope, nesting + 1);
                    open = t.find(t.after(b)..statement.end, '{');
                }
            } else if is_configuration(word) {
                let arguments = statement.start + 1..brace.unwrap_or(statement.end);
                let found = self.arguments(arguments, nesting);
                self.layer(scope).dependencies.extend(found);
            }
        }
    }

    /// Everything that the arguments of a configuration name.
    fn arguments(&self, range: Range<usize>, nesting: usize) -> Vec<Dependency> {
        let t = self.tokens;
        let mut out = Vec::new();
        if nesting > NESTING_MAX {
            return out;
        }
        if let Some(named) = self.named(range.clone()) {
            return vec![named];
        }
        let mut at = range.start;
        while at < range.end {
            match t.get(at) {
                Some(Token::Text(text)) if text.contains(':') => {
                    out.push(Dependency {
                        target: Target::Coordinate(text.to_string()),
                        location: self.place(at),
                    });
                }
                Some(Token::Sign('(' | '[')) => out.extend(self.arguments(t.inside(at), nesting + 1)),
                Some(Token::Word(word)) if t.is(at + 1, '(') => {
                    let inside = t.inside(at + 1);
                    out.extend(self.function(word, at, inside, nesting));
                    at += 1;
                }
                Some(Token::Word(_)) => {
                    let (path, end) = self.path(at);
                    if path.contains('.') && !t.is(end, '(') {
                        out.push(Dependency { target: Target::Path(path), location: self.place(at) });
                    }
                    at = end;
                    continue;
                }
                _ => {}
            }
            at = t.after(at);
        }
        out
    }

    fn function(&self, word: &str, at: usize, inside: Range<usize>, nesting: usize) -> Vec<Dependency> {
        let text = self.texts(inside.clone()).next().map(|(_, text)| text);
        match (word, text) {
            ("project", Some(path)) => {
                vec![Dependency { target: Target::Project(path.to_string()), location: self.place(at) }]
            }
            ("kotlin", Some(name)) => {
                let coordinate = format!("org.jetbrains.kotlin:kotlin-{name}");
                vec![Dependency { target: Target::Coordinate(coordinate), location: self.place(at) }]
            }
            // Files are no libraries, and a platform only says versions.
            ("project" | "platform" | "enforcedPlatform" | "files" | "fileTree" | "testFixtures", _) => {
                vec![]
            }
            _ => self.arguments(inside, nesting + 1),
        }
    }

    /// `a.b.c` from `at`, and the position after it.
    fn path(&self, at: usize) -> (String, usize) {
        let t = self.tokens;
        let mut path = t.word(at).unwrap_or_default().to_string();
        let mut end = at + 1;
        while t.is(end, '.')
            && path.len() < 200
            && let Some(word) = t.word(end + 1)
        {
            path.push('.');
            path.push_str(word);
            end += 2;
        }
        (path, end)
    }

    /// `group: 'g', name: 'a', version: 'v'`, with `=` in Kotlin.
    fn named(&self, range: Range<usize>) -> Option<Dependency> {
        let t = self.tokens;
        let inside = if t.is(range.start, '(') { t.inside(range.start) } else { range };
        let field = |name: &str| {
            let at = inside
                .clone()
                .find(|i| t.word(*i) == Some(name) && (t.is(i + 1, ':') || t.is(i + 1, '=')))?;
            match t.get(at + 2) {
                Some(Token::Text(text)) => Some((at + 2, text.to_string())),
                Some(Token::Word(_)) => Some((at + 2, format!("${{{}}}", self.path(at + 2).0))),
                _ => None,
            }
        };
        let ((_, group), (place, name)) = (field("group")?, field("name")?);
        let version = field("version").map(|(_, v)| format!(":{v}")).unwrap_or_default();
        let target = Target::Coordinate(format!("{group}:{name}{version}"));
        Some(Dependency { target, location: self.place(place) })
    }

    /// `x = "v"`, `def x = "v"`, `ext.x = "v"`, `x["k"] = "v"`, `x += [k: "v"]`, `val x by extra("v")`, and the few
    /// properties that matter.
    fn assignment(&mut self, range: Range<usize>, scope: &Scope) {
        let t = self.tokens;
        let mut start = range.start;
        while matches!(t.word(start), Some("def" | "val" | "var" | "final" | "String" | "const")) {
            start += 1;
        }
        let (mut name, mut at) = self.path(start);
        if let Some(bare) = name.strip_prefix("ext.").or(name.strip_prefix("project.ext.")) {
            name = bare.to_string();
        }
        if t.is(at, '[')
            && let Some((_, key)) = self.texts(t.inside(at)).next()
        {
            name = if matches!(name.as_str(), "ext" | "extra") {
                key.to_string()
            } else {
                format!("{name}.{key}")
            };
            at = t.after(at);
        }
        if name == "set" && t.is(at, '(') {
            let texts: Vec<&str> = self.texts(t.inside(at)).map(|(_, text)| text).collect();
            if let [key, value, ..] = texts.as_slice() {
                self.script.variables.insert(key.to_string(), value.to_string());
            }
            return;
        }
        let by_extra = t.word(at) == Some("by") && t.word(at + 1) == Some("extra");
        let assigned = t.is(at, '=') || by_extra || (t.is(at, '+') && t.is(at + 1, '='));
        // The value itself, not a text somewhere in an expression.
        let is_sign = |i: &usize| {
            matches!(
                t.get(*i),
                Some(Token::Sign('=' | '+' | '(') | Token::Newline | Token::Word("by" | "extra"))
            )
        };
        let value = (at..range.end).find(|i| !is_sign(i)).filter(|v| !t.is(v + 1, '+') && !t.is(v + 1, '.'));
        match value.and_then(|v| Some((v, t.get(v)?))) {
            // `group 'x'` is Groovy for `group = 'x'`.
            Some((v, Token::Text(text))) if assigned || (name == "group" && v == at) => {
                self.assign(&name, text, v, scope)
            }
            Some((v, Token::Sign('['))) if assigned => self.map(&name, t.inside(v), 0),
            _ if assigned && name == "bootJar.enabled" && t.word(at + 1) == Some("false") => {
                self.layer(scope).no_program = true;
            }
            _ => {}
        }
    }

    fn assign(&mut self, name: &str, text: &str, at: usize, scope: &Scope) {
        match name {
            "group" if *scope != Scope::Variables => self.layer(scope).group = Some(text.to_string()),
            "rootProject.name" => self.script.root_name = Some(text.to_string()),
            "mainClassName" | "application.mainClass" | "mainClass" => self.layer(scope).main_class = true,
            "jib.to.image" => {
                let image = (text.to_string(), self.place(at));
                self.layer(scope).images.push(image);
            }
            "project.projectDir" | "projectDir" => {}
            _ => {
                self.script.variables.insert(name.to_string(), text.to_string());
            }
        }
    }

    /// `[a: "x", b: [c: "y"]]` as `name.a` and `name.b.c`.
    fn map(&mut self, name: &str, body: Range<usize>, nesting: usize) {
        let t = self.tokens;
        if nesting > 3 {
            return;
        }
        let mut at = body.start;
        while at < body.end {
            if let Some(Token::Word(key) | Token::Text(key)) = t.get(at)
                && t.is(at + 1, ':')
            {
                match t.get(at + 2) {
                    Some(Token::Text(text)) => {
                        self.script.variables.insert(format!("{name}.{key}"), text.to_string());
                    }
                    Some(Token::Sign('[')) => {
                        self.map(&format!("{name}.{key}"), t.inside(at + 2), nesting + 1)
                    }
                    _ => {}
                }
            }
            at = t.after(at);
        }
    }
}

/// Configurations whose libraries are there at run time or are compiled against; tests, annotation processors and tools
/// are not (<https://docs.gradle.org/current/userguide/java_plugin.html#tab:configurations>). Source sets and flavours put
/// their name in front: `mainImplementation`.
fn is_configuration(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    const ENDINGS: &[&str] = &[
        "implementation",
        "api",
        "compile",
        "compileonly",
        "compileonlyapi",
        "runtime",
        "runtimeonly",
        "providedcompile",
        "providedruntime",
        "shadow",
    ];
    !["test", "jmh", "benchmark", "annotation"].iter().any(|w| lower.contains(w))
        && ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

/// `project(':x').projectDir = file('y')` and `new File(settingsDir, 'y')`: path and folder.
pub(super) fn project_folders(file: &SourceFile) -> BTreeMap<String, String> {
    let t = Tokens::of(&file.text);
    let mut out = BTreeMap::new();
    for statement in t.statements(0..t.list.len()) {
        let words: Vec<&str> = statement.clone().filter_map(|i| t.word(i)).collect();
        let texts: Vec<&str> = statement
            .filter_map(|i| match t.get(i) {
                Some(Token::Text(text)) => Some(text),
                _ => None,
            })
            .collect();
        if words.first() == Some(&"project")
            && words.contains(&"projectDir")
            && let [path, .., folder] = texts.as_slice()
        {
            out.insert(path.to_string(), folder.to_string());
        }
    }
    out
}
