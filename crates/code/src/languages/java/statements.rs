//! Statements: what surrounds a call.

use super::kinds::Kind;
use super::{Lower, Sink};
use crate::ir::{Change, ExprId, ExprKind, Local, LocalSource, Span, TypeRef};
use tree_sitter::TreeCursor;

impl<'a> Lower<'a> {
    /// Reads a statement into the current method.
    pub(super) fn statement(&mut self, c: &mut TreeCursor<'_>, kind: Kind) {
        match kind {
            Kind::Class | Kind::Interface | Kind::Enum | Kind::Record | Kind::AnnotationType => {
                self.member(c, kind);
            }
            Kind::Block | Kind::ConstructorBody => self.block(c),
            Kind::LocalVariable => self.local(c),
            Kind::ExpressionStatement => self.expression_statement(c),
            Kind::If => self.if_statement(c),
            Kind::For | Kind::While | Kind::Do => self.loop_statement(c),
            Kind::ForEach => self.for_each(c),
            Kind::Try | Kind::TryResources => self.try_statement(c),
            Kind::Return | Kind::Yield => self.result(c, kind == Kind::Return),
            Kind::Switch => {
                self.expr(c);
            }
            Kind::Resource => self.resource(c),
            _ if is_expression(kind) => {
                self.expr(c);
            }
            _ => self.children(c, |l, c, kind, _| l.statement(c, kind)),
        }
    }

    fn block(&mut self, c: &mut TreeCursor<'_>) {
        let end = self.span(c).end;
        let before = self.frame().map(|f| std::mem::replace(&mut f.block_end, end));
        self.children(c, |l, c, kind, _| l.statement(c, kind));
        if let (Some(frame), Some(before)) = (self.frame(), before) {
            frame.block_end = before;
        }
    }

    fn expression_statement(&mut self, c: &mut TreeCursor<'_>) {
        self.children(c, |l, c, _, _| {
            let expr = l.expr(c);
            if let Some((name, of_this)) = l.changed(expr)
                && let Some(frame) = l.frames.last()
            {
                let change = Change { name, of_this, expr, branch: frame.branch };
                l.unit.methods[frame.method].changes.push(change);
            }
        });
    }

    /// The variable or field that a statement changes: the target of an assignment, or the root of a call chain.
    fn changed(&self, expr: ExprId) -> Option<(&'a str, bool)> {
        let mut at = match self.unit.expr(expr).kind {
            ExprKind::Assign(target, _, _) => target,
            ExprKind::Call { object: Some(object), .. } => object,
            _ => return None,
        };
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

    fn add_local(&mut self, name: &'a str, ty: TypeRef<'a>, from: LocalSource, scope: Span) {
        if let Some(frame) = self.frames.last() {
            let branch = frame.branch;
            self.unit.methods[frame.method].locals.push(Local { name, ty, from, scope, branch });
        }
    }

    fn local(&mut self, c: &mut TreeCursor<'_>) {
        let mut ty = TypeRef::default();
        let end = self.frames.last().map_or(self.span(c).end, |f| f.block_end);
        self.children(c, |l, c, kind, field| match kind {
            Kind::Modifiers => {
                l.modifiers(c);
            }
            Kind::VariableDeclarator => {
                let start = l.span(c).start;
                let (name, _, value) = l.declarator(c);
                let from = value.map_or(LocalSource::Nothing, LocalSource::Value);
                l.add_local(name, ty.clone(), from, Span { start, end });
            }
            _ if field == l.f.ty => ty = l.type_ref(c),
            _ => {}
        });
    }

    /// Name, its place and value of a declarator.
    pub(super) fn declarator(&mut self, c: &mut TreeCursor<'_>) -> (&'a str, Span, Option<ExprId>) {
        let (mut name, mut span, mut value) = ("", self.span(c), None);
        self.children(c, |l, c, _, field| {
            if field == l.f.name {
                name = l.text(c);
                span = l.span(c);
            } else if field == l.f.value {
                value = Some(l.expr(c));
            }
        });
        (name, span, value)
    }

    fn resource(&mut self, c: &mut TreeCursor<'_>) {
        let (mut name, mut ty, mut value) = ("", TypeRef::default(), None);
        let start = self.span(c).start;
        let end = self.frames.last().map_or(start, |f| f.block_end);
        self.children(c, |l, c, kind, field| match kind {
            Kind::Modifiers => {}
            _ if field == l.f.name => name = l.text(c),
            _ if field == l.f.ty => ty = l.type_ref(c),
            _ if field == l.f.value => value = Some(l.expr(c)),
            _ => {}
        });
        let from = value.map_or(LocalSource::Nothing, LocalSource::Value);
        self.add_local(name, ty, from, Span { start, end });
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
        let mut condition = Span::default();
        self.children(c, |l, c, kind, field| {
            if field == l.f.condition {
                condition = l.span(c);
                l.expr(c);
            } else {
                let otherwise = field == l.f.alternative;
                l.guarded(c, kind, Some((condition, otherwise)));
            }
        });
    }

    fn loop_statement(&mut self, c: &mut TreeCursor<'_>) {
        let end = self.span(c).end;
        let before = self.frame().map(|f| {
            f.loops += 1;
            std::mem::replace(&mut f.block_end, end)
        });
        self.children(
            c,
            |l, c, kind, field| {
                if field == l.f.body { l.guarded(c, kind, None) } else { l.statement(c, kind) }
            },
        );
        if let (Some(frame), Some(before)) = (self.frame(), before) {
            frame.loops -= 1;
            frame.block_end = before;
        }
    }

    fn for_each(&mut self, c: &mut TreeCursor<'_>) {
        let (mut name, mut ty, mut value) = ("", TypeRef::default(), None);
        let whole = self.span(c);
        self.children(c, |l, c, kind, field| {
            if field == l.f.name {
                name = l.text(c);
            } else if field == l.f.ty {
                ty = l.type_ref(c);
            } else if field == l.f.value {
                value = Some(l.expr(c));
            } else if field == l.f.body {
                let from = value.map_or(LocalSource::Nothing, LocalSource::Element);
                l.add_local(name, ty.clone(), from, whole);
                if let Some(frame) = l.frame() {
                    frame.loops += 1;
                }
                l.guarded(c, kind, None);
                if let Some(frame) = l.frame() {
                    frame.loops -= 1;
                }
            }
        });
    }

    fn try_statement(&mut self, c: &mut TreeCursor<'_>) {
        let end = self.span(c).end;
        let catches = {
            let node = c.node();
            let mut walk = node.walk();
            node.children(&mut walk).any(|n| n.kind() == "catch_clause")
        };
        let before = self.frame().map(|f| {
            f.catches += u32::from(catches);
            std::mem::replace(&mut f.block_end, end)
        });
        let mut inside = true;
        self.children(c, |l, c, kind, field| {
            if inside && field != l.f.body && kind == Kind::CatchClause {
                inside = false;
                if let Some(frame) = l.frame() {
                    frame.catches -= u32::from(catches);
                }
            }
            if kind == Kind::CatchClause { l.guarded(c, kind, None) } else { l.statement(c, kind) }
        });
        if let (Some(frame), Some(before)) = (self.frame(), before) {
            if inside {
                frame.catches -= u32::from(catches);
            }
            frame.block_end = before;
        }
    }

    fn result(&mut self, c: &mut TreeCursor<'_>, is_return: bool) {
        self.children(c, |l, c, _, _| {
            let value = l.expr(c);
            l.add_result(value, is_return);
        });
    }

    pub(super) fn add_result(&mut self, value: ExprId, is_return: bool) {
        let Some(frame) = self.frames.last_mut() else { return };
        match frame.sinks.iter_mut().rev().find(|s: &&mut Sink| !is_return || s.lambda) {
            Some(sink) => sink.results.push(value),
            None => {
                let method = frame.method;
                self.unit.methods[method].results.push(value);
            }
        }
    }
}

/// Kinds that `expr` reads.
pub(super) fn is_expression(kind: Kind) -> bool {
    use Kind::*;
    matches!(
        kind,
        Assignment
            | Binary
            | InstanceOf
            | Lambda
            | Ternary
            | Update
            | Unary
            | Cast
            | ArrayAccess
            | ArrayCreation
            | ClassLiteral
            | FieldAccess
            | Identifier
            | Call
            | MethodReference
            | New
            | Parenthesized
            | This
            | String
            | Delegate
            | Switch
    )
}
