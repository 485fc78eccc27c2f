//! Java: tree-sitter to the intermediate form.
//!
//! One cursor walks the tree once. Left-nested chains (`a + b + c`, `x.y().z()`) are unrolled, everything else recurses up to
//! [`DEPTH_MAX`] levels; what lies deeper is left out with a note.

mod declarations;
mod expressions;
mod kinds;
mod statements;
mod text;

use crate::ir::{Expr, ExprId, ExprKind, MethodIndex, Span, TypeIndex, Unit};
use kinds::{Fields, GRAMMAR, Grammar, Kind};
use std::cell::RefCell;
use tree_sitter::{Node, Parser, TreeCursor};
use undrawn_model::{LineIndex, Note, SourceFile};

/// Nesting beyond this is not read.
const DEPTH_MAX: usize = 256;

thread_local! {
    static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
}

/// True for files in test source folders, and for the build's own tools.
pub fn is_test(path: &str) -> bool {
    let mut folders = path.split('/').rev();
    let name = folders.next().unwrap_or("");
    let mut folders: Vec<&str> = folders.collect();
    folders.reverse();
    if folders.contains(&".mvn") {
        return true;
    }
    let sources = folders.iter().position(|f| *f == "src");
    let after = sources.and_then(|at| folders.get(at + 1)).copied().unwrap_or("");
    let lower = after.to_ascii_lowercase();
    if lower == "test" || lower.ends_with("test") || lower.ends_with("tests") || lower == "testfixtures" {
        return true;
    }
    let test_name = name.ends_with("Test.java") || name.ends_with("Tests.java") || name.ends_with("IT.java");
    test_name && folders.iter().any(|f| *f == "test" || *f == "tests")
}

/// Reads one file.
pub fn lower(file: &SourceFile) -> Unit<'_> {
    let unit = Unit {
        file,
        package: "",
        dynamic: false,
        imports: vec![],
        types: vec![],
        methods: vec![],
        exprs: vec![],
        notes: vec![],
    };
    let mut lower = Lower::new(file, unit);
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
    lower.program(&mut cursor);
    if root.has_error() {
        lower.note_error(root);
    }
    lower.unit
}

/// State of a method being read.
struct Frame {
    method: MethodIndex,
    loops: u32,
    catches: u32,
    branch: u16,
    guards: Vec<(Span, bool)>,
    block_end: u32,
    /// Collects what lambdas and switches yield; methods collect in their own list.
    sinks: Vec<Sink>,
}

/// Where `return` and `yield` go.
struct Sink {
    lambda: bool,
    results: Vec<ExprId>,
}

struct Lower<'a> {
    file: &'a SourceFile,
    src: &'a str,
    unit: Unit<'a>,
    frames: Vec<Frame>,
    types: Vec<TypeIndex>,
    depth: usize,
    too_deep: bool,
    g: &'static Grammar,
    f: &'static Fields,
}

impl<'a> Lower<'a> {
    fn new(file: &'a SourceFile, unit: Unit<'a>) -> Self {
        let g = &*GRAMMAR;
        Lower {
            file,
            src: &file.text,
            unit,
            frames: vec![],
            types: vec![],
            depth: 0,
            too_deep: false,
            g,
            f: &g.fields,
        }
    }

    fn kind(&self, c: &TreeCursor<'_>) -> Kind {
        self.g.kind(c.node())
    }

    fn span_of(&self, node: Node<'_>) -> Span {
        Span { start: node.start_byte() as u32, end: node.end_byte() as u32 }
    }

    fn span(&self, c: &TreeCursor<'_>) -> Span {
        self.span_of(c.node())
    }

    fn text_of(&self, node: Node<'_>) -> &'a str {
        self.src.get(node.byte_range()).unwrap_or("")
    }

    fn text(&self, c: &TreeCursor<'_>) -> &'a str {
        self.text_of(c.node())
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
                if kind != Kind::LineComment && kind != Kind::BlockComment {
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

    fn frame(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut()
    }
}

impl Frame {
    fn new(method: MethodIndex, block_end: u32) -> Self {
        Frame { method, loops: 0, catches: 0, branch: 0, guards: vec![], block_end, sinks: vec![] }
    }
}
