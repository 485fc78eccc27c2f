//! Statements: what surrounds a call, and what changes variables.

use super::kinds::Kind;
use super::{Frame, Loop, Lower, Place};
use crate::ir::{Annotation, Change, ExprId, ExprKind, LocalSource, MethodSort, Span, TypeRef};
use tree_sitter::TreeCursor;

impl<'a> Lower<'a> {
    /// Reads a statement into the current method.
    pub(super) fn statement(&mut self, c: &mut TreeCursor<'_>, kind: Kind) {
        match kind {
            Kind::Import => self.import(c),
            Kind::ImportFrom => self.import_from(c),
            Kind::Function => self.function(c, vec![]),
            Kind::Class => self.class(c, vec![]),
            Kind::Decorated => self.decorated(c),
            Kind::ExpressionStatement => self.expression_statement(c),
            Kind::If => self.if_statement(c),
            Kind::While => self.while_statement(c),
            Kind::For => self.for_statement(c),
            Kind::Try => self.try_statement(c),
            Kind::With => self.with_statement(c),
            Kind::Return => {
                if let Some(frame) = self.frame() {
                    frame.loops.iter_mut().for_each(|l| l.leaves = true);
                }
                self.results(c);
            }
            Kind::Break => {
                if let Some(inner) = self.frame().and_then(|f| f.loops.last_mut()) {
                    inner.leaves = true;
                }
            }
            Kind::Global | Kind::Nonlocal => self.children(c, |l, c, _, _| {
                let name = l.text(c);
                if let Some(frame) = l.frame().filter(|_| kind == Kind::Global) {
                    frame.globals.insert(name);
                }
            }),
            _ if is_expression(kind) => {
                self.expr(c);
            }
            _ => self.children(c, |l, c, kind, _| l.statement(c, kind)),
        }
    }

    pub(super) fn results(&mut self, c: &mut TreeCursor<'_>) {
        self.children(c, |l, c, _, _| {
            let value = l.expr(c);
            if let Some(frame) = l.frames.last() {
                l.unit.methods[frame.method].results.push(value);
            }
        });
    }

    fn expression_statement(&mut self, c: &mut TreeCursor<'_>) {
        if self.place() == Place::Module && self.runs_own(c) {
            self.in_main(|l| l.children(c, |l, c, _, _| l.expression(c)));
            return;
        }
        self.children(c, |l, c, _, _| l.expression(c));
    }

    fn expression(&mut self, c: &mut TreeCursor<'_>) {
        let expr = self.expr(c);
        if let ExprKind::Call { object: Some(object), .. } = &self.unit.expr(expr).kind
            && let Some((name, of_this)) = self.root(*object)
        {
            self.change(name, of_this, expr);
        }
    }

    pub(super) fn change(&mut self, name: &'a str, of_this: bool, expr: ExprId) {
        if let Some(frame) = self.frames.last() {
            let change = Change { name, of_this, expr, branch: frame.branch };
            self.unit.methods[frame.method].changes.push(change);
        }
    }

    /// The variable or field at the root of a chain of calls.
    fn root(&self, mut at: ExprId) -> Option<(&'a str, bool)> {
        loop {
            match self.unit.expr(at).kind {
                ExprKind::Name(name) => return Some((name, false)),
                ExprKind::Member(object, name) if matches!(self.unit.expr(object).kind, ExprKind::This) => {
                    return Some((name, true));
                }
                ExprKind::Call { object: Some(object), .. } => at = object,
                _ => return None,
            }
        }
    }

    /// True for a statement such as `main()` or `asyncio.run(main())`: the module is a program.
    fn runs_own(&self, c: &TreeCursor<'_>) -> bool {
        let Some(call) = c.node().named_child(0).filter(|n| self.g.kind(*n) == Kind::Call) else {
            return false;
        };
        let own = |node: tree_sitter::Node<'_>| {
            let name = node.child_by_field_id(self.f.function).and_then(|n| self.src.get(n.byte_range()));
            name.is_some_and(|n| matches!(self.scope.get(n), Some(super::Bound::Function)))
        };
        let inner = call.child_by_field_id(self.f.arguments).and_then(|a| a.named_child(0));
        own(call) || inner.filter(|n| self.g.kind(*n) == Kind::Call).is_some_and(own)
    }

    /// Reads what runs when the module is the program.
    fn in_main(&mut self, read: impl FnOnce(&mut Self)) {
        if self.main.is_some() && self.main == self.frames.last().map(|f| f.method) {
            read(self);
            return;
        }
        let index = match self.main {
            Some(index) => index,
            None => {
                let index = self.new_method("__main__", MethodSort::Plain, Span { start: 0, end: 0 });
                self.unit.methods[index].is_static = true;
                self.main = Some(index);
                index
            }
        };
        let end = self.frames.last().map_or(0, |f| f.end);
        self.frames.push(Frame::new(index, Place::Module, end));
        read(self);
        self.frames.pop();
    }

    /// A value comes into a variable; as an expression it is the value.
    pub(super) fn bind(&mut self, name: &'a str, value: ExprId, adds: bool, ty: TypeRef<'a>, span: Span) {
        let Some(frame) = self.frames.last() else { return };
        let (place, branch, method) = (frame.place, frame.branch, frame.method);
        let end = self.unit.expr(value).span.end.max(span.end);
        let whole = Span { start: span.start, end };
        let target = self.push(ExprKind::Name(name), span);
        let module_wide = place == Place::Module || frame_says_global(self, name);
        if module_wide || place == Place::Class {
            let owner = match (place, self.types.last(), self.types.first()) {
                (Place::Function, _, Some(first)) => *first,
                (_, Some(last), _) => *last,
                _ => return,
            };
            let first = self.unit.types[owner].methods.first().copied();
            let plain = branch == 0 && first == Some(method) && !adds;
            if self.add_field(owner, name, ty, plain.then_some(value), span) && plain {
                self.class_made(name, value, span);
                return;
            }
            let expr = self.push(ExprKind::Assign(target, value, adds), whole);
            self.change(name, false, expr);
            return;
        }
        let known = self.frames.last().is_some_and(|f| f.locals.contains(name));
        let declared = self.frames.last().is_some_and(|f| f.declared.contains(name));
        if known && declared {
            let expr = self.push(ExprKind::Assign(target, value, adds), whole);
            self.change(name, false, expr);
        } else if known && (adds || branch > 0) {
            // A parameter that changes: the old value is asked for before the new scope begins.
            let from = match adds {
                true => ExprKind::Concat(vec![target, value]),
                false => ExprKind::Choice(vec![target, value]),
            };
            let from = self.push(from, whole);
            self.add_local(name, ty, LocalSource::Value(from), end);
        } else if branch > 0 {
            self.add_local(name, ty, LocalSource::Nothing, span.start);
            let expr = self.push(ExprKind::Assign(target, value, adds), whole);
            self.change(name, false, expr);
        } else {
            self.add_local(name, ty, LocalSource::Value(value), end);
        }
    }

    pub(super) fn assignment(&mut self, c: &mut TreeCursor<'_>, kind: Kind) -> ExprId {
        let whole = self.span(c);
        let adds = kind == Kind::Augmented
            && c.node().child_by_field_id(self.f.operator).is_some_and(|o| o.kind() == "+=");
        let (mut ty, mut value) = (TypeRef::default(), None);
        // The value comes last in the tree and is wanted first.
        self.children(c, |l, c, _, field| {
            if field == l.f.ty {
                ty = l.type_ref(c);
            } else if field == l.f.right {
                value = Some(l.expr(c));
            }
        });
        let result = value;
        self.children(c, |l, c, kind, field| {
            if field != l.f.left {
                return;
            }
            match value {
                Some(value) => l.assign(c, kind, value, adds, &ty, whole),
                None if kind == Kind::Identifier && l.place() == Place::Class => {
                    let (name, span) = (l.text(c), l.span(c));
                    if let Some(owner) = l.types.last().copied() {
                        l.add_field(owner, name, ty.clone(), None, span);
                    }
                }
                None => {}
            }
        });
        result.unwrap_or_else(|| self.push(ExprKind::Other, whole))
    }

    fn assign(
        &mut self,
        c: &mut TreeCursor<'_>,
        kind: Kind,
        value: ExprId,
        adds: bool,
        ty: &TypeRef<'a>,
        whole: Span,
    ) {
        match kind {
            Kind::Identifier => {
                let (name, span) = (self.text(c), self.span(c));
                self.bind(name, value, adds, ty.clone(), span);
            }
            Kind::Attribute => {
                let target = self.expr(c);
                let span = self.span(c);
                if let ExprKind::Member(object, name) = self.unit.expr(target).kind
                    && matches!(self.unit.expr(object).kind, ExprKind::This)
                {
                    if let Some(owner) = self.types.last().copied() {
                        self.add_field(owner, name, ty.clone(), None, span);
                    }
                    let expr = self.push(ExprKind::Assign(target, value, adds), whole);
                    self.change(name, true, expr);
                } else if let (ExprKind::Member(..), Some(module)) =
                    (&self.unit.expr(target).kind, self.types.first())
                {
                    // `g.cache = ...` of something that the module shares: a variable of the module with this name.
                    let (name, module) = (self.at(span), *module);
                    if self.shared_path(name) {
                        self.add_field(module, name, ty.clone(), None, span);
                        let target = self.push(ExprKind::Name(name), span);
                        let expr = self.push(ExprKind::Assign(target, value, adds), whole);
                        self.change(name, false, expr);
                    }
                }
            }
            Kind::Subscript => {
                self.expr(c);
            }
            Kind::PatternList | Kind::TuplePattern | Kind::ListPattern => {
                let values = match &self.unit.expr(value).kind {
                    ExprKind::List(values) => values.clone(),
                    _ => vec![],
                };
                let mut index = 0;
                self.children(c, |l, c, kind, _| {
                    let one = match values.get(index) {
                        Some(one) => *one,
                        None => l.push(ExprKind::Element(value), whole),
                    };
                    index += 1;
                    l.assign(c, kind, one, false, &TypeRef::default(), whole);
                });
            }
            _ => {}
        }
    }

    /// Reads a part under a condition.
    fn guarded(&mut self, c: &mut TreeCursor<'_>, kind: Kind, guard: Option<(Span, bool)>) {
        if let Some(frame) = self.frame() {
            frame.branch = frame.branch.saturating_add(1);
            frame.guards.extend(guard);
        }
        self.statement(c, kind);
        if let Some(frame) = self.frame() {
            frame.branch = frame.branch.saturating_sub(1);
            if guard.is_some() {
                frame.guards.pop();
            }
        }
    }

    fn if_statement(&mut self, c: &mut TreeCursor<'_>) {
        let condition = c.node().child_by_field_id(self.f.condition);
        let text = condition.and_then(|n| self.src.get(n.byte_range())).unwrap_or("");
        if self.place() == Place::Module && text.contains("__name__") && text.contains("__main__") {
            self.children(c, |l, c, kind, _| {
                if kind == Kind::Block {
                    l.in_main(|l| l.statement(c, kind));
                }
            });
            return;
        }
        let mut condition = Span::default();
        self.children(c, |l, c, kind, field| {
            if field == l.f.condition {
                condition = l.span(c);
                l.expr(c);
            } else if kind == Kind::Elif {
                l.guarded_elif(c, condition);
            } else {
                l.guarded(c, kind, Some((condition, field == l.f.alternative)));
            }
        });
    }

    fn guarded_elif(&mut self, c: &mut TreeCursor<'_>, first: Span) {
        let mut own = first;
        self.children(c, |l, c, kind, field| {
            if field == l.f.condition {
                own = l.span(c);
                l.expr(c);
            } else {
                l.guarded(c, kind, Some((own, false)));
            }
        });
    }

    fn while_statement(&mut self, c: &mut TreeCursor<'_>) {
        let condition = c.node().child_by_field_id(self.f.condition);
        let endless = condition.is_some_and(|n| matches!(self.src.get(n.byte_range()), Some("True" | "1")));
        if self.place() == Place::Module {
            self.in_main(|l| l.while_loop(c, endless));
        } else {
            self.while_loop(c, endless);
        }
    }

    fn while_loop(&mut self, c: &mut TreeCursor<'_>, endless: bool) {
        let whole = self.span(c);
        if let Some(frame) = self.frame() {
            frame.loops.push(Loop { endless, ..Loop::default() });
        }
        self.children(
            c,
            |l, c, kind, field| {
                if field == l.f.body { l.guarded(c, kind, None) } else { l.statement(c, kind) }
            },
        );
        let Some((done, method)) = self.frame().and_then(|f| Some((f.loops.pop()?, f.method))) else {
            return;
        };
        if let Some(outer) = self.frame().and_then(|f| f.loops.last_mut()) {
            outer.calls += done.calls;
        }
        // Work, then a pause, for ever: this polls. The pause is told like an annotation, and models say what it means.
        if let Some(pause) = done.pause.filter(|_| done.endless && !done.leaves && done.calls > 1) {
            let span = Span { start: whole.start, end: (whole.start + 5).min(whole.end) };
            let args = vec![("value", pause)];
            self.unit.methods[method].annotations.push(Annotation {
                name: ".time.sleep",
                args,
                span,
                on: None,
            });
        }
    }

    fn for_statement(&mut self, c: &mut TreeCursor<'_>) {
        let mut value = None;
        let whole = self.span(c);
        self.children(c, |l, c, _, field| {
            if field == l.f.right {
                value = Some(l.expr(c));
            }
        });
        if let Some(frame) = self.frame() {
            frame.loops.push(Loop::default());
        }
        self.children(c, |l, c, kind, field| {
            if field == l.f.left {
                l.bind_elements(c, kind, value, whole.start);
            } else if field == l.f.body {
                l.guarded(c, kind, None);
            } else if field != l.f.right {
                l.statement(c, kind);
            }
        });
        if let Some(frame) = self.frame()
            && let Some(done) = frame.loops.pop()
            && let Some(outer) = frame.loops.last_mut()
        {
            outer.calls += done.calls;
            outer.pause = outer.pause.or(done.pause);
        }
    }

    /// Variables of a loop or comprehension.
    pub(super) fn bind_elements(
        &mut self,
        c: &mut TreeCursor<'_>,
        kind: Kind,
        value: Option<ExprId>,
        start: u32,
    ) {
        match kind {
            Kind::Identifier => {
                let from = value.map_or(LocalSource::Nothing, LocalSource::Element);
                self.add_local(self.text(c), TypeRef::default(), from, start);
            }
            Kind::PatternList | Kind::TuplePattern | Kind::ListPattern => {
                self.children(c, |l, c, kind, _| l.bind_elements(c, kind, None, start));
            }
            _ => {}
        }
    }

    fn with_statement(&mut self, c: &mut TreeCursor<'_>) {
        self.children(c, |l, c, kind, _| match kind {
            Kind::WithClause => l.children(c, |l, c, _, _| {
                l.children(c, |l, c, kind, _| {
                    if kind == Kind::AsPattern {
                        l.as_pattern(c);
                    } else {
                        l.expr(c);
                    }
                });
            }),
            _ => l.statement(c, kind),
        });
    }

    /// `value as name`.
    pub(super) fn as_pattern(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let whole = self.span(c);
        let mut value = None;
        self.children(c, |l, c, _, field| {
            if field != l.f.alias {
                value = Some(l.expr(c));
            } else if let Some(value) = value {
                l.children(c, |l, c, kind, _| {
                    if kind == Kind::Identifier && l.place() != Place::Class {
                        l.add_local(l.text(c), TypeRef::default(), LocalSource::Value(value), whole.end);
                    } else {
                        l.assign(c, kind, value, false, &TypeRef::default(), whole);
                    }
                });
            }
        });
        value.unwrap_or_else(|| self.push(ExprKind::Other, whole))
    }

    fn try_statement(&mut self, c: &mut TreeCursor<'_>) {
        let catches = {
            let node = c.node();
            let mut walk = node.walk();
            node.children(&mut walk).any(|n| matches!(self.g.kind(n), Kind::Except | Kind::ExceptGroup))
        };
        self.children(c, |l, c, kind, field| {
            if field == l.f.body {
                if let Some(frame) = l.frame() {
                    frame.catches += u32::from(catches);
                }
                l.statement(c, kind);
                if let Some(frame) = l.frame() {
                    frame.catches -= u32::from(catches);
                }
            } else if matches!(kind, Kind::Except | Kind::ExceptGroup) {
                l.guarded(c, kind, None);
            } else {
                l.statement(c, kind);
            }
        });
    }
}

fn frame_says_global(lower: &Lower<'_>, name: &str) -> bool {
    lower.frames.last().is_some_and(|f| f.globals.contains(name))
}

/// Kinds that `expr` reads.
fn is_expression(kind: Kind) -> bool {
    use Kind::*;
    matches!(
        kind,
        Assignment
            | AsPattern
            | Attribute
            | Augmented
            | Await
            | Binary
            | BooleanOperator
            | Call
            | ConcatenatedString
            | Conditional
            | Dictionary
            | DictionaryComprehension
            | ExpressionList
            | False
            | Float
            | Generator
            | Identifier
            | Integer
            | Lambda
            | List
            | ListComprehension
            | Named
            | None
            | Parenthesized
            | Set
            | SetComprehension
            | String
            | Subscript
            | True
            | Tuple
            | Yield
    )
}
