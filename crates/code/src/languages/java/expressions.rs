//! Expressions.

use super::kinds::Kind;
use super::{Lower, Sink, text};
use crate::ir::{CallSite, ExprId, ExprKind, Local, LocalSource, Span, Type, TypeRef, TypeSort};
use tree_sitter::TreeCursor;

impl<'a> Lower<'a> {
    /// Reads an expression with all below it.
    pub(super) fn expr(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let kind = match self.kind(c) {
            Kind::String => ExprKind::Text(text::literal(self.text(c))),
            Kind::Character => ExprKind::Literal(text::literal(self.text(c))),
            Kind::Decimal | Kind::Float | Kind::Hex | Kind::Octal | Kind::BinaryInteger => {
                let number = self.text(c).trim_end_matches(['l', 'L']);
                ExprKind::Literal(number.into())
            }
            Kind::True | Kind::False => ExprKind::Literal(self.text(c).into()),
            Kind::Null => ExprKind::Null,
            Kind::Identifier | Kind::TypeIdentifier => ExprKind::Name(self.text(c)),
            Kind::This => ExprKind::This,
            Kind::Super => ExprKind::Super,
            Kind::Call => return self.call_chain(c),
            Kind::FieldAccess | Kind::ScopedIdentifier | Kind::ScopedType => return self.member_access(c),
            Kind::Binary => return self.binary(c),
            Kind::New => return self.construction(c),
            Kind::Delegate => self.delegate(c),
            Kind::Ternary => self.ternary(c),
            Kind::Assignment => self.assignment(c),
            Kind::Lambda => return self.lambda(c),
            Kind::MethodReference => {
                let reference = self.method_reference(c);
                let expr = self.push(reference, span);
                self.record_call(expr);
                return expr;
            }
            Kind::ClassLiteral => {
                let mut ty = TypeRef::default();
                self.children(c, |l, c, _, _| ty = l.type_ref(c));
                ExprKind::ClassOf(ty)
            }
            Kind::Cast => self.cast(c),
            Kind::Parenthesized => return self.inner(c),
            Kind::ArrayInitializer | Kind::ElementArray => ExprKind::List(self.all(c)),
            Kind::ArrayCreation => self.array_creation(c),
            Kind::ArrayAccess => {
                let all = self.all(c);
                all.first().map_or(ExprKind::Other, |first| ExprKind::Element(*first))
            }
            Kind::Annotation | Kind::MarkerAnnotation => ExprKind::Annotation(self.annotation(c)),
            Kind::Switch => return self.switch(c),
            kind => {
                if !matches!(kind, Kind::Integral | Kind::Floating | Kind::Boolean | Kind::Void) {
                    self.children(c, |l, c, kind, _| l.statement(c, kind));
                }
                ExprKind::Other
            }
        };
        self.push(kind, span)
    }

    fn all(&mut self, c: &mut TreeCursor<'_>) -> Vec<ExprId> {
        let mut out = Vec::new();
        self.children(c, |l, c, _, _| out.push(l.expr(c)));
        out
    }

    fn inner(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let all = self.all(c);
        match all.last() {
            Some(last) => *last,
            None => self.push(ExprKind::Other, self.span(c)),
        }
    }

    pub(super) fn arguments(&mut self, c: &mut TreeCursor<'_>) -> Vec<ExprId> {
        self.all(c)
    }

    fn record_call(&mut self, expr: ExprId) {
        let Some(frame) = self.frames.last() else { return };
        let site = CallSite {
            expr,
            in_loop: frame.loops > 0,
            caught: frame.catches > 0,
            guard: frame.guards.last().copied(),
        };
        self.unit.methods[frame.method].calls.push(site);
    }

    /// `a.b().c()`: down along the receivers, then up again, so that long chains do not recurse.
    fn call_chain(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let mut levels = 0;
        let mut object = loop {
            if self.kind(c) != Kind::Call || !c.goto_first_child() {
                break Some(self.expr(c));
            }
            if c.field_id().map_or(0, |f| f.get()) != self.f.object {
                // No receiver: this level has only name and arguments.
                c.goto_parent();
                let call = self.finish_call(c, None, true);
                break Some(call);
            }
            levels += 1;
        };
        for _ in 0..levels {
            c.goto_parent();
            let call = self.finish_call(c, object, false);
            object = Some(call);
        }
        object.unwrap_or(ExprId(0))
    }

    /// The call at the cursor, its receiver being read already.
    fn finish_call(&mut self, c: &mut TreeCursor<'_>, object: Option<ExprId>, bare: bool) -> ExprId {
        let span = self.span(c);
        let (mut name, mut name_span, mut args) = ("", span, Vec::new());
        let streams = !bare && object.is_some_and(|o| self.is_stream(o));
        if c.goto_first_child() {
            self.depth += 1;
            loop {
                let field = c.field_id().map_or(0, |f| f.get());
                if field == self.f.name {
                    name = self.text(c);
                    name_span = self.span(c);
                } else if field == self.f.arguments {
                    let repeats = repeats(name, streams);
                    if let Some(frame) = self.frame().filter(|_| repeats) {
                        frame.loops += 1;
                    }
                    args = self.arguments(c);
                    if let Some(frame) = self.frame().filter(|_| repeats) {
                        frame.loops -= 1;
                    }
                }
                if !c.goto_next_sibling() {
                    break;
                }
            }
            self.depth -= 1;
            c.goto_parent();
        }
        self.call_made(object, name, name_span, args, span)
    }

    fn call_made(
        &mut self,
        object: Option<ExprId>,
        name: &'a str,
        name_span: Span,
        args: Vec<ExprId>,
        span: Span,
    ) -> ExprId {
        let lambdas = args.clone();
        let call = self.push(ExprKind::Call { object, name, name_span, args }, span);
        self.adopt_lambdas(&lambdas, call);
        self.record_call(call);
        call
    }

    fn adopt_lambdas(&mut self, args: &[ExprId], owner: ExprId) {
        for arg in args {
            if let ExprKind::Lambda { call, .. } = &mut self.unit.exprs[arg.0 as usize].kind {
                *call = Some(owner);
            }
        }
    }

    /// True when a chain of calls begins a stream of several values.
    fn is_stream(&self, mut at: ExprId) -> bool {
        for _ in 0..64 {
            match &self.unit.expr(at).kind {
                ExprKind::Call { name, object, .. } => {
                    if matches!(
                        *name,
                        "stream" | "parallelStream" | "fromIterable" | "fromStream" | "splitAsStream"
                    ) {
                        return true;
                    }
                    match object {
                        Some(object) => at = *object,
                        None => return false,
                    }
                }
                ExprKind::Name(name) => {
                    return matches!(*name, "Stream" | "IntStream" | "LongStream" | "Flux" | "StreamSupport");
                }
                _ => return false,
            }
        }
        false
    }

    fn member_access(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let mut parts: Vec<(ExprId, Span)> = Vec::new();
        let mut name = "";
        self.children(c, |l, c, kind, field| {
            let last = field == l.f.field
                || field == l.f.name
                || (kind == Kind::TypeIdentifier && !parts.is_empty());
            if last && kind != Kind::This {
                name = l.text(c);
            } else if kind == Kind::This && field == l.f.field {
                // `Outer.this` is the surrounding object.
                name = "this";
            } else {
                let expr = l.expr(c);
                parts.push((expr, l.span(c)));
            }
        });
        match parts.first() {
            Some(_) if name == "this" => self.push(ExprKind::This, span),
            Some((object, _)) => self.push(ExprKind::Member(*object, name), span),
            None => self.push(ExprKind::Name(name), span),
        }
    }

    fn binary(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let plus =
            |c: &TreeCursor<'_>| c.node().child_by_field_name("operator").is_some_and(|o| o.kind() == "+");
        if !plus(c) {
            // Long conditions nest to the left as well.
            self.spine(c, |l, c| l.kind(c) == Kind::Binary);
            return self.push(ExprKind::Other, span);
        }
        let operands = self.spine(c, |l, c| l.kind(c) == Kind::Binary && plus(c));
        self.push(ExprKind::Concat(operands), span)
    }

    /// Operands of a left-nested chain from left to right.
    fn spine(
        &mut self,
        c: &mut TreeCursor<'_>,
        same: impl Fn(&Self, &TreeCursor<'_>) -> bool,
    ) -> Vec<ExprId> {
        let mut levels = 0;
        while same(self, c) && c.goto_first_child() {
            levels += 1;
        }
        self.depth += 1;
        let mut out = Vec::with_capacity(levels + 1);
        out.push(self.bounded(c));
        for _ in 0..levels {
            while c.goto_next_sibling() {
                if c.field_id().map_or(0, |f| f.get()) == self.f.right {
                    let right = self.bounded(c);
                    out.push(right);
                }
            }
            c.goto_parent();
        }
        self.depth -= 1;
        out
    }

    /// An expression, unless nesting is at its limit.
    fn bounded(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        if self.depth >= super::DEPTH_MAX { self.push(ExprKind::Other, self.span(c)) } else { self.expr(c) }
    }

    fn construction(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let (mut ty, mut args, mut body) = (TypeRef::default(), Vec::new(), None);
        self.children(c, |l, c, kind, field| {
            if field == l.f.ty {
                ty = l.type_ref(c);
            } else if field == l.f.arguments {
                args = l.arguments(c);
            } else if kind == Kind::ClassBody {
                body = Some(l.anonymous(c, ty.clone()));
            } else if !matches!(kind, Kind::Annotation | Kind::MarkerAnnotation | Kind::TypeArguments) {
                l.expr(c);
            }
        });
        let lambdas = args.clone();
        let expr = self.push(ExprKind::New { ty, args, body }, span);
        self.adopt_lambdas(&lambdas, expr);
        self.record_call(expr);
        expr
    }

    fn anonymous(&mut self, c: &mut TreeCursor<'_>, base: TypeRef<'a>) -> usize {
        let span = self.span(c);
        let index = self.open_type(
            Type {
                name: "",
                sort: TypeSort::Class,
                outer: None,
                within: None,
                params: vec![],
                supers: vec![base],
                annotations: vec![],
                fields: vec![],
                methods: vec![],
                is_abstract: false,
                span: Span { start: span.start, end: span.start + 1 },
            },
            span.end,
        );
        self.children(c, |l, c, kind, _| l.member(c, kind));
        self.close_type();
        index
    }

    fn delegate(&mut self, c: &mut TreeCursor<'_>) -> ExprKind<'a> {
        let (mut to_super, mut args) = (false, Vec::new());
        self.children(c, |l, c, kind, field| {
            if field == l.f.constructor {
                to_super = kind == Kind::Super;
            } else if field == l.f.arguments {
                args = l.arguments(c);
            }
        });
        let span = self.span(c);
        let copy = self.push(ExprKind::Delegate(to_super, args.clone()), span);
        self.record_call(copy);
        ExprKind::Other
    }

    fn ternary(&mut self, c: &mut TreeCursor<'_>) -> ExprKind<'a> {
        let mut choices = Vec::new();
        let mut condition = Span::default();
        self.children(c, |l, c, _, field| {
            let is_condition = field == l.f.condition;
            if is_condition {
                condition = l.span(c);
            } else if let Some(frame) = l.frame() {
                let otherwise = !choices.is_empty();
                frame.guards.push((condition, otherwise));
            }
            let expr = l.expr(c);
            if !is_condition {
                choices.push(expr);
                if let Some(frame) = l.frame() {
                    frame.guards.pop();
                }
            }
        });
        ExprKind::Choice(choices)
    }

    fn assignment(&mut self, c: &mut TreeCursor<'_>) -> ExprKind<'a> {
        let (mut left, mut right, mut adds) = (None, None, false);
        if let Some(operator) = c.node().child_by_field_name("operator") {
            adds = operator.kind() == "+=";
        }
        self.children(c, |l, c, _, field| {
            if field == l.f.left {
                left = Some(l.expr(c));
            } else if field == l.f.right {
                right = Some(l.expr(c));
            }
        });
        match (left, right) {
            (Some(left), Some(right)) => ExprKind::Assign(left, right, adds),
            _ => ExprKind::Other,
        }
    }

    fn lambda(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let mut params: Vec<(&'a str, TypeRef<'a>)> = Vec::new();
        let mut results = Vec::new();
        let (mut first_local, mut method) = (0, None);
        if let Some(frame) = self.frames.last() {
            first_local = self.unit.methods[frame.method].locals.len();
            method = Some((frame.method, frame.branch));
        }
        self.children(c, |l, c, kind, field| {
            if field == l.f.parameters {
                match kind {
                    Kind::Identifier => params.push((l.text(c), TypeRef::default())),
                    Kind::InferredParameters => {
                        l.children(c, |l, c, _, _| params.push((l.text(c), TypeRef::default())));
                    }
                    _ => params.extend(l.params(c).into_iter().map(|p| (p.name, p.ty))),
                }
            } else if field == l.f.body {
                results = l.lambda_body(c, kind);
            }
        });
        let count = params.len();
        let lambda = self.push(ExprKind::Lambda { results, call: None, params: count }, span);
        if let Some((method, branch)) = method {
            // Before the locals of the body, so that locals stay in order of scope.
            let locals = params.into_iter().enumerate().map(|(i, (name, ty))| Local {
                name,
                ty,
                from: LocalSource::Lambda(lambda, i),
                scope: span,
                branch,
            });
            self.unit.methods[method].locals.splice(first_local..first_local, locals);
        }
        lambda
    }

    fn lambda_body(&mut self, c: &mut TreeCursor<'_>, kind: Kind) -> Vec<ExprId> {
        if kind != Kind::Block {
            return vec![self.expr(c)];
        }
        if let Some(frame) = self.frame() {
            frame.sinks.push(Sink { lambda: true, results: vec![] });
        }
        self.statement(c, kind);
        self.frame().and_then(|f| f.sinks.pop()).map_or(vec![], |s| s.results)
    }

    fn switch(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        if let Some(frame) = self.frame() {
            frame.sinks.push(Sink { lambda: false, results: vec![] });
            frame.branch = frame.branch.saturating_add(1);
        }
        self.children(c, |l, c, _, field| {
            if field == l.f.condition {
                l.expr(c);
            } else {
                l.children(c, |l, c, kind, _| match kind {
                    Kind::SwitchRule => l.children(c, |l, c, kind, _| l.switch_part(c, kind)),
                    _ => l.children(c, |l, c, kind, _| l.switch_part(c, kind)),
                });
            }
        });
        let results = match self.frame() {
            Some(frame) => {
                frame.branch = frame.branch.saturating_sub(1);
                frame.sinks.pop().map_or(vec![], |s| s.results)
            }
            None => vec![],
        };
        self.push(ExprKind::Choice(results), span)
    }

    fn switch_part(&mut self, c: &mut TreeCursor<'_>, kind: Kind) {
        match kind {
            Kind::SwitchLabel => {}
            Kind::ExpressionStatement => {
                let before = self.unit.exprs.len();
                self.statement(c, kind);
                if self.unit.exprs.len() > before {
                    let last = ExprId(self.unit.exprs.len() as u32 - 1);
                    self.add_result(last, false);
                }
            }
            _ => self.statement(c, kind),
        }
    }

    fn method_reference(&mut self, c: &mut TreeCursor<'_>) -> ExprKind<'a> {
        let mut object = None;
        let mut name = "new";
        self.children(c, |l, c, kind, _| match (kind, object) {
            (Kind::TypeArguments, _) => {}
            (Kind::GenericType, None) => {
                let ty = l.type_ref(c);
                object = Some(l.push(ExprKind::Name(ty.name), l.span(c)));
            }
            (_, None) => object = Some(l.expr(c)),
            (_, Some(_)) => name = l.text(c),
        });
        match object {
            Some(object) => ExprKind::MethodRef(object, name),
            None => ExprKind::Other,
        }
    }

    fn cast(&mut self, c: &mut TreeCursor<'_>) -> ExprKind<'a> {
        let (mut ty, mut value) = (TypeRef::default(), None);
        self.children(c, |l, c, _, field| {
            if field == l.f.value {
                value = Some(l.expr(c));
            } else if field == l.f.ty && ty.name.is_empty() {
                ty = l.type_ref(c);
            }
        });
        value.map_or(ExprKind::Other, |value| ExprKind::Cast(ty, value))
    }

    fn array_creation(&mut self, c: &mut TreeCursor<'_>) -> ExprKind<'a> {
        let mut all = Vec::new();
        self.children(c, |l, c, kind, _| {
            if kind == Kind::ArrayInitializer {
                all = l.all(c);
            }
        });
        ExprKind::List(all)
    }
}

/// Calls whose lambda runs once for each of several values.
fn repeats(name: &str, stream: bool) -> bool {
    name == "forEach"
        || name == "forEachOrdered"
        || (stream
            && matches!(
                name,
                "map"
                    | "flatMap"
                    | "concatMap"
                    | "filter"
                    | "peek"
                    | "mapToObj"
                    | "mapToInt"
                    | "mapMulti"
                    | "anyMatch"
                    | "allMatch"
                    | "noneMatch"
                    | "doOnNext"
            ))
}
