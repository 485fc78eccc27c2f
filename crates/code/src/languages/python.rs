//! Python: tree-sitter to the intermediate form.
//!
//! A module is a type: its functions are methods, its variables are fields, its classes are nested types. What imports and
//! module-level definitions say about a name is put in at once, as an absolute name (with a dot before it), so that only
//! values are left to be evaluated. Everything recurses up to [`DEPTH_MAX`] levels; what lies deeper is left out with a note.

mod declarations;
mod expressions;
mod kinds;
mod statements;
mod strings;
mod text;

use crate::ir::{Expr, ExprId, ExprKind, MethodIndex, Span, TypeIndex, Unit};
use crate::names::kept;
use kinds::{Fields, GRAMMAR, Grammar, Kind};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use tree_sitter::{Node, Parser, TreeCursor};
use undrawn_model::{LineIndex, Note, SourceFile};

/// Nesting beyond this is not read.
const DEPTH_MAX: usize = 256;

thread_local! {
    static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
}

/// True for tests, for what the protocol compiler makes, and for the build's own files.
pub fn is_test(path: &str) -> bool {
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folders =
        dir.split('/').any(|f| matches!(f, "tests" | "test" | "testing" | "site-packages" | "node_modules"));
    folders
        || name.starts_with("test_")
        || ["_test.py", "_tests.py", "_pb2.py", "_pb2_grpc.py"].iter().any(|end| name.ends_with(end))
        || matches!(name, "conftest.py" | "tests.py" | "setup.py" | "noxfile.py")
}

/// Package and name of the module that a path is.
pub fn module_of(path: &str) -> (String, String) {
    let mut segments: Vec<&str> = path.strip_suffix(".py").unwrap_or(path).split('/').collect();
    if segments.len() > 1 && segments.last() == Some(&"__init__") {
        segments.pop();
    }
    let name = segments.pop().unwrap_or("").to_string();
    (segments.join("."), name)
}

/// Reads one file.
pub fn lower(file: &SourceFile) -> Unit<'_> {
    let (package, name) = module_of(&file.path);
    let whole = if package.is_empty() { name.clone() } else { format!("{package}.{name}") };
    let unit = Unit {
        file,
        package: kept(&package),
        dynamic: true,
        imports: vec![],
        types: vec![],
        methods: vec![],
        exprs: vec![],
        notes: vec![],
    };
    let mut lower = Lower::new(file, unit, kept(&whole));
    if file.text.len() > u32::MAX as usize / 2 {
        lower.note(Span::default(), "file is too large to read");
        return lower.unit;
    }
    let tree = PARSER.with_borrow_mut(|slot| {
        if slot.is_none() {
            let mut parser = Parser::new();
            // Fails only when grammar and library versions disagree; then nothing parses and the note says so.
            let _ = parser.set_language(&GRAMMAR.language);
            *slot = Some(parser);
        }
        slot.as_mut().and_then(|parser| parser.parse(&*file.text, None))
    });
    let Some(tree) = tree else {
        lower.note(Span::default(), "could not be parsed");
        return lower.unit;
    };
    let root = tree.root_node();
    let mut cursor = root.walk();
    lower.module_body(&mut cursor, kept(&name));
    if root.has_error() {
        lower.note_error(root);
    }
    lower.unit
}

/// What a name of the module means.
#[derive(Debug, Clone, Copy)]
enum Bound<'a> {
    /// A module of this name.
    Module(&'a str),
    /// A member of a module.
    Member(&'a str, &'a str),
    /// A function of this module.
    Function,
    /// A class of this module.
    Class,
    /// A variable of this module.
    Variable,
}

/// Where statements stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Module,
    Class,
    Function,
}

/// A loop being read.
#[derive(Default)]
struct Loop {
    endless: bool,
    leaves: bool,
    pause: Option<ExprId>,
    calls: u32,
}

/// State of a method being read.
struct Frame<'a> {
    method: MethodIndex,
    place: Place,
    end: u32,
    loops: Vec<Loop>,
    /// Comprehensions around.
    repeats: u32,
    catches: u32,
    branch: u16,
    guards: Vec<(Span, bool)>,
    locals: HashSet<&'a str>,
    /// Of these, variables with a declaration in the method.
    declared: HashSet<&'a str>,
    globals: HashSet<&'a str>,
    this: Option<&'a str>,
}

impl Frame<'_> {
    fn new(method: MethodIndex, place: Place, end: u32) -> Self {
        Frame {
            method,
            place,
            end,
            loops: vec![],
            repeats: 0,
            catches: 0,
            branch: 0,
            guards: vec![],
            locals: HashSet::new(),
            declared: HashSet::new(),
            globals: HashSet::new(),
            this: None,
        }
    }
}

struct Lower<'a> {
    file: &'a SourceFile,
    src: &'a str,
    module: &'a str,
    unit: Unit<'a>,
    frames: Vec<Frame<'a>>,
    types: Vec<TypeIndex>,
    /// What names of the module mean.
    scope: HashMap<&'a str, Bound<'a>>,
    /// Modules imported by their whole name.
    modules: HashSet<&'a str>,
    /// Fields that exist already.
    fields: HashSet<(TypeIndex, &'a str)>,
    /// Methods of the classes being read.
    members: Vec<HashSet<&'a str>>,
    main: Option<MethodIndex>,
    depth: usize,
    too_deep: bool,
    g: &'static Grammar,
    f: &'static Fields,
}

impl<'a> Lower<'a> {
    fn new(file: &'a SourceFile, unit: Unit<'a>, module: &'a str) -> Self {
        let g = &*GRAMMAR;
        Lower {
            file,
            src: &file.text,
            module,
            unit,
            frames: vec![],
            types: vec![],
            scope: HashMap::new(),
            modules: HashSet::new(),
            fields: HashSet::new(),
            members: vec![],
            main: None,
            depth: 0,
            too_deep: false,
            g,
            f: &g.fields,
        }
    }

    fn kind(&self, c: &TreeCursor<'_>) -> Kind {
        self.g.kind(c.node())
    }

    fn span(&self, c: &TreeCursor<'_>) -> Span {
        let node = c.node();
        Span { start: node.start_byte() as u32, end: node.end_byte() as u32 }
    }

    fn text(&self, c: &TreeCursor<'_>) -> &'a str {
        self.src.get(c.node().byte_range()).unwrap_or("")
    }

    fn at(&self, span: Span) -> &'a str {
        self.src.get(span.range()).unwrap_or("")
    }

    /// Visits the named children that are no comments, with their field number (0 for none).
    fn children(
        &mut self,
        c: &mut TreeCursor<'_>,
        mut visit: impl FnMut(&mut Self, &mut TreeCursor<'_>, Kind, u16),
    ) {
        if self.depth >= DEPTH_MAX {
            if !self.too_deep {
                self.too_deep = true;
                self.note(self.span(c), "nested too deeply, the inner part is not read");
            }
            return;
        }
        if !c.goto_first_child() {
            return;
        }
        self.depth += 1;
        loop {
            if c.node().is_named() {
                let kind = self.kind(c);
                if kind != Kind::Comment {
                    let field = c.field_id().map_or(0, |f| f.get());
                    visit(self, c, kind, field);
                }
            }
            if !c.goto_next_sibling() {
                break;
            }
        }
        self.depth -= 1;
        c.goto_parent();
    }

    fn push(&mut self, kind: ExprKind<'a>, span: Span) -> ExprId {
        let id = ExprId(self.unit.exprs.len() as u32);
        self.unit.exprs.push(Expr { kind, span });
        id
    }

    fn note(&mut self, span: Span, message: &str) {
        let place = LineIndex::new(self.src).location(&self.file.path, self.src, span.range());
        self.unit.notes.push(Note::unread(place, message));
    }

    fn note_error(&mut self, root: Node<'_>) {
        let (mut node, mut steps) = (root, 0);
        // Down to the first broken node; bounded because each step goes one level deeper.
        while !node.is_error() && !node.is_missing() && steps < 10_000 {
            let mut cursor = node.walk();
            let Some(next) = node.children(&mut cursor).find(|n| n.has_error() || n.is_missing()) else {
                break;
            };
            node = next;
            steps += 1;
        }
        let start = node.start_byte() as u32;
        let span = Span { start, end: (start + 1).min(self.src.len() as u32) };
        self.note(span, "syntax not understood here, the rest of the file is read");
    }

    fn frame(&mut self) -> Option<&mut Frame<'a>> {
        self.frames.last_mut()
    }

    fn place(&self) -> Place {
        self.frames.last().map_or(Place::Module, |f| f.place)
    }

    /// True when a name is a variable or parameter of a function around, not of the module.
    fn is_local(&self, name: &str) -> bool {
        for frame in self.frames.iter().rev() {
            if frame.globals.contains(name) {
                return false;
            }
            if frame.locals.contains(name) {
                return true;
            }
        }
        false
    }

    /// The object itself.
    fn is_this(&self, name: &str) -> bool {
        let around = self.frames.iter().rev().take_while(|f| f.place == Place::Function);
        around.into_iter().find_map(|f| f.this.map(|this| this == name)).unwrap_or(false)
    }

    /// Absolute name of a dotted text, with a dot before it; the text itself when nothing says where it is from.
    fn absolute(&self, written: &'a str) -> &'a str {
        let (first, rest) =
            written.split_once('.').map_or((written, None), |(first, rest)| (first, Some(rest)));
        let head = match self.scope.get(first).filter(|_| !self.is_local(first)) {
            Some(Bound::Module(path)) => (*path).to_string(),
            Some(Bound::Member(module, name)) => format!("{module}.{name}"),
            Some(_) => format!("{}.{first}", self.module),
            None => return written,
        };
        match rest {
            Some(rest) => kept(&format!(".{head}.{rest}")),
            None => kept(&format!(".{head}")),
        }
    }
}

/// True for names that classes have by custom.
fn is_class_name(name: &str) -> bool {
    name.trim_start_matches('_').chars().next().is_some_and(char::is_uppercase)
}
