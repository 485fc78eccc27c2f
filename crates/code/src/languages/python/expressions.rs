//! Expressions.

use super::kinds::Kind;
use super::text;
use super::{Bound, Lower, is_class_name};
use crate::ir::{CallSite, ExprId, ExprKind, Local, LocalSource, Span, TypeRef};
use crate::names::kept;
use std::borrow::Cow;
use tree_sitter::TreeCursor;

/// What stands before the brackets of a call.
enum Callee<'a> {
    Name(&'a str, Span),
    Attribute(ExprId, &'a str, Span),
    Other(Option<ExprId>),
}

impl<'a> Lower<'a> {
    /// Reads an expression with all below it.
    pub(super) fn expr(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let kind = match self.kind(c) {
            Kind::String => return self.string(c),
            Kind::ConcatenatedString => return self.concatenated(c),
            Kind::Integer | Kind::Float | Kind::True | Kind::False => ExprKind::Literal(self.text(c).into()),
            Kind::None => ExprKind::Null,
            Kind::Identifier => return self.name(self.text(c), span),
            Kind::Attribute => return self.attribute(c),
            Kind::Call => return self.call(c),
            Kind::Subscript => return self.subscript(c),
            Kind::Binary => return self.binary(c),
            Kind::BooleanOperator => return self.boolean(c),
            Kind::Conditional => self.conditional(c),
            Kind::Assignment | Kind::Augmented => {
                let kind = self.kind(c);
                return self.assignment(c, kind);
            }
            Kind::Named => return self.named_expression(c),
            Kind::Lambda => return self.lambda(c),
            Kind::AsPattern => return self.as_pattern(c),
            Kind::Await | Kind::Parenthesized | Kind::ListSplat => return self.inner(c),
            Kind::Yield => {
                self.results(c);
                ExprKind::Other
            }
            Kind::List | Kind::Tuple | Kind::Set | Kind::ExpressionList => ExprKind::List(self.all(c)),
            Kind::Dictionary => self.dictionary(c),
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::Generator
            | Kind::DictionaryComprehension => {
                return self.comprehension(c);
            }
            _ => {
                self.children(c, |l, c, kind, _| l.statement(c, kind));
                ExprKind::Other
            }
        };
        self.push(kind, span)
    }

    pub(super) fn all(&mut self, c: &mut TreeCursor<'_>) -> Vec<ExprId> {
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

    fn record_call(&mut self, expr: ExprId) {
        let Some(frame) = self.frames.last_mut() else { return };
        let site = CallSite {
            expr,
            in_loop: !frame.loops.is_empty() || frame.repeats > 0,
            caught: frame.catches > 0,
            guard: frame.guards.last().copied(),
        };
        if let Some(inner) = frame.loops.last_mut() {
            inner.calls += 1;
        }
        self.unit.methods[frame.method].calls.push(site);
    }

    /// A name used as a value.
    fn name(&mut self, name: &'a str, span: Span) -> ExprId {
        if self.is_this(name) {
            return self.push(ExprKind::This, span);
        }
        if self.is_local(name) {
            return self.push(ExprKind::Name(name), span);
        }
        match self.scope.get(name).copied() {
            Some(Bound::Module(path)) => self.push(ExprKind::TypeName(path), span),
            Some(Bound::Member(module, member)) => {
                let object = self.push(ExprKind::TypeName(module), span);
                self.push(ExprKind::Member(object, member), span)
            }
            Some(Bound::Class) => {
                let object = self.push(ExprKind::TypeName(self.module), span);
                self.push(ExprKind::Member(object, name), span)
            }
            Some(Bound::Function) => {
                // A function handed on runs where it is handed to, as far as anybody can see.
                let object = self.push(ExprKind::TypeName(self.module), span);
                let reference = self.push(ExprKind::MethodRef(object, name), span);
                self.record_call(reference);
                reference
            }
            _ => self.push(ExprKind::Name(name), span),
        }
    }

    /// True for a dotted path that begins at what the module imports or holds.
    pub(super) fn shared_path(&self, path: &str) -> bool {
        let first = path.split('.').next().unwrap_or("");
        let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
        plain
            && !self.is_local(first)
            && matches!(self.scope.get(first), Some(Bound::Member(..) | Bound::Variable))
    }

    fn attribute(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let (mut object, mut name) = (None, "");
        self.children(c, |l, c, _, field| {
            if field == l.f.attribute {
                name = l.text(c);
            } else {
                object = Some(l.expr(c));
            }
        });
        let Some(object) = object else { return self.push(ExprKind::Name(name), span) };
        let text = self.at(span);
        if self.types.first().is_some_and(|module| self.fields.contains(&(*module, text)))
            && self.shared_path(text)
        {
            return self.push(ExprKind::Name(text), span);
        }
        match self.unit.expr(object).kind {
            ExprKind::TypeName(module) => {
                let path = format!("{module}.{name}");
                if let Some(known) = self.modules.get(path.as_str()) {
                    return self.push(ExprKind::TypeName(known), span);
                }
                let longer = self
                    .modules
                    .iter()
                    .any(|m| m.strip_prefix(path.as_str()).is_some_and(|r| r.starts_with('.')));
                if longer {
                    return self.push(ExprKind::TypeName(kept(&path)), span);
                }
            }
            ExprKind::This if self.members.last().is_some_and(|m| m.contains(name)) => {
                let reference = self.push(ExprKind::MethodRef(object, name), span);
                self.record_call(reference);
                return reference;
            }
            _ => {}
        }
        self.push(ExprKind::Member(object, name), span)
    }

    pub(super) fn arguments(&mut self, c: &mut TreeCursor<'_>, kind: Kind) -> Vec<ExprId> {
        if kind != Kind::Arguments {
            return vec![self.expr(c)];
        }
        let mut out = Vec::new();
        self.children(c, |l, c, kind, _| match kind {
            Kind::Keyword => {
                let span = l.span(c);
                let (mut name, mut value) = ("", None);
                l.children(c, |l, c, _, field| {
                    if field == l.f.name {
                        name = l.text(c);
                    } else {
                        value = Some(l.expr(c));
                    }
                });
                if let Some(value) = value {
                    out.push(l.push(ExprKind::Keyword(name, value), span));
                }
            }
            Kind::DictionarySplat => {
                let all = l.all(c);
                if let Some(ExprKind::Map(pairs)) = all.first().map(|m| &l.unit.expr(*m).kind) {
                    for (key, value) in pairs.clone() {
                        let span = l.unit.expr(value).span;
                        out.push(l.push(ExprKind::Keyword(key, value), span));
                    }
                }
            }
            Kind::ListSplat => {
                let span = l.span(c);
                let inner = l.inner(c);
                out.push(l.push(ExprKind::Element(inner), span));
            }
            _ => out.push(l.expr(c)),
        });
        out
    }

    fn call(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let (mut callee, mut args) = (Callee::Other(None), Vec::new());
        self.children(c, |l, c, kind, field| {
            if field == l.f.function {
                callee = l.callee(c, kind);
            } else if field == l.f.arguments {
                args = l.arguments(c, kind);
            }
        });
        match callee {
            Callee::Name(name, at) => self.call_name(name, at, args, span),
            Callee::Attribute(object, name, at) => self.call_attribute(object, name, at, args, span),
            Callee::Other(object) => self.call_made(object, "__call__", span, args, span),
        }
    }

    fn callee(&mut self, c: &mut TreeCursor<'_>, kind: Kind) -> Callee<'a> {
        let span = self.span(c);
        match kind {
            Kind::Identifier => Callee::Name(self.text(c), span),
            Kind::Attribute => {
                let (mut object, mut name, mut at) = (None, "", span);
                self.children(c, |l, c, _, field| {
                    if field == l.f.attribute {
                        name = l.text(c);
                        at = l.span(c);
                    } else {
                        object = Some(l.expr(c));
                    }
                });
                object.map_or(Callee::Other(None), |object| Callee::Attribute(object, name, at))
            }
            _ => Callee::Other(Some(self.expr(c))),
        }
    }

    fn call_name(&mut self, name: &'a str, at: Span, args: Vec<ExprId>, span: Span) -> ExprId {
        if self.is_this(name) {
            // `cls(...)` in a method of the class.
            let own = self.types.last().and_then(|t| self.unit.types.get(*t)).map_or("", |t| t.name);
            return self.construct(TypeRef { name: own, ..TypeRef::default() }, args, span);
        }
        if self.is_local(name) {
            return self.call_made(None, name, at, args, span);
        }
        match self.scope.get(name).copied() {
            Some(Bound::Member(module, member)) => self.call_member(module, member, at, args, span),
            Some(Bound::Class) => self.call_member(self.module, name, at, args, span),
            Some(Bound::Function) => {
                let object = self.push(ExprKind::TypeName(self.module), at);
                self.call_made(Some(object), name, at, args, span)
            }
            Some(Bound::Variable) if is_class_name(name) => {
                self.call_member(self.module, name, at, args, span)
            }
            Some(Bound::Variable | Bound::Module(_)) => {
                let object = self.push(ExprKind::Name(name), at);
                self.call_made(Some(object), "__call__", at, args, span)
            }
            None => self.builtin(name, at, args, span),
        }
    }

    /// A member of a module is called: a class is made, a function runs.
    fn call_member(
        &mut self,
        module: &'a str,
        name: &'a str,
        at: Span,
        args: Vec<ExprId>,
        span: Span,
    ) -> ExprId {
        if is_class_name(name) {
            let name = kept(&format!(".{module}.{name}"));
            return self.construct(TypeRef { name, ..TypeRef::default() }, args, span);
        }
        self.pause(module, name, &args);
        let object = self.push(ExprKind::TypeName(module), at);
        self.call_made(Some(object), name, at, args, span)
    }

    /// Remembers how long a loop rests.
    fn pause(&mut self, module: &str, name: &str, args: &[ExprId]) {
        if name == "sleep"
            && matches!(module, "time" | "asyncio" | "gevent" | "eventlet" | "trio" | "anyio")
            && let Some(inner) = self.frame().and_then(|f| f.loops.last_mut())
        {
            inner.pause = args.first().copied();
        }
    }

    fn construct(&mut self, ty: TypeRef<'a>, args: Vec<ExprId>, span: Span) -> ExprId {
        let lambdas = args.clone();
        let expr = self.push(ExprKind::New { ty, args, body: None }, span);
        self.adopt_lambdas(&lambdas, expr);
        self.record_call(expr);
        expr
    }

    /// Built-in functions: conversions hand their argument on.
    fn builtin(&mut self, name: &'a str, at: Span, args: Vec<ExprId>, span: Span) -> ExprId {
        match (name, args.as_slice()) {
            (
                "str" | "int" | "float" | "list" | "tuple" | "set" | "sorted" | "iter" | "next" | "bool"
                | "reversed",
                [first, ..],
            ) if !matches!(self.unit.expr(*first).kind, ExprKind::Keyword(..)) => *first,
            ("dict", args)
                if args.iter().all(|a| matches!(self.unit.expr(*a).kind, ExprKind::Keyword(..))) =>
            {
                let pairs = args.iter().filter_map(|a| match self.unit.expr(*a).kind {
                    ExprKind::Keyword(name, value) => Some((name, value)),
                    _ => None,
                });
                let map = ExprKind::Map(pairs.collect());
                self.push(map, span)
            }
            ("super", _) => self.push(ExprKind::Super, span),
            (
                "len" | "isinstance" | "range" | "enumerate" | "zip" | "print" | "hasattr" | "min" | "max",
                _,
            ) => self.push(ExprKind::Other, span),
            _ => self.call_made(None, name, at, args, span),
        }
    }

    fn call_attribute(
        &mut self,
        object: ExprId,
        name: &'a str,
        at: Span,
        args: Vec<ExprId>,
        span: Span,
    ) -> ExprId {
        match &self.unit.expr(object).kind {
            ExprKind::TypeName(module) => {
                let module = *module;
                return self.call_member(module, name, at, args, span);
            }
            ExprKind::Super if name == "__init__" => {
                let delegate = self.push(ExprKind::Delegate(true, args), span);
                self.record_call(delegate);
                return self.push(ExprKind::Other, span);
            }
            ExprKind::Member(base, outer) if is_class_name(name) => {
                // `package.module.Class(...)`.
                if let ExprKind::TypeName(module) = self.unit.expr(*base).kind
                    && !is_class_name(outer)
                {
                    let name = kept(&format!(".{module}.{outer}.{name}"));
                    return self.construct(TypeRef { name, ..TypeRef::default() }, args, span);
                }
            }
            ExprKind::Text(format) if name == "format" => {
                let format = format.clone();
                return self.fill(&text::braces(&format), &args, span);
            }
            ExprKind::Text(separator) if name == "join" => {
                if let Some(ExprKind::List(values)) = args.first().map(|a| &self.unit.expr(*a).kind) {
                    let (separator, values) = (separator.clone(), values.clone());
                    return self.join(separator, &values, span);
                }
            }
            _ => {}
        }
        let plain = args.len() <= 1;
        if plain
            && matches!(name, "strip" | "lstrip" | "rstrip" | "encode" | "decode" | "lower" | "removesuffix")
        {
            return object;
        }
        self.call_made(Some(object), name, at, args, span)
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

    fn subscript(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let (mut object, mut keys, mut slice) = (None, Vec::new(), false);
        self.children(c, |l, c, kind, field| {
            if field == l.f.value {
                object = Some(l.expr(c));
            } else {
                slice |= kind == Kind::Slice;
                keys.push(l.expr(c));
            }
        });
        match (object, keys.len()) {
            (Some(object), 1) if !slice => {
                let call =
                    ExprKind::Call { object: Some(object), name: "__getitem__", name_span: span, args: keys };
                self.push(call, span)
            }
            _ => self.push(ExprKind::Other, span),
        }
    }

    fn binary(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let operator = c.node().child_by_field_id(self.f.operator).map_or("", |o| o.kind());
        if operator == "%" {
            let all = self.all(c);
            if let [format, values] = all.as_slice()
                && let ExprKind::Text(text) = &self.unit.expr(*format).kind
            {
                let text = text.clone();
                let args = match &self.unit.expr(*values).kind {
                    ExprKind::List(values) => values.clone(),
                    ExprKind::Map(pairs) => {
                        let pairs = pairs.clone();
                        pairs
                            .into_iter()
                            .map(|(name, value)| self.push(ExprKind::Keyword(name, value), span))
                            .collect()
                    }
                    _ => vec![*values],
                };
                return self.fill(&text::percent(&text), &args, span);
            }
            return self.push(ExprKind::Other, span);
        }
        // Long sums nest to the left: down first, then up again.
        let mut levels = 0;
        let same = |l: &Self, c: &TreeCursor<'_>| {
            let sign = c.node().child_by_field_id(l.f.operator).map_or("", |o| o.kind());
            l.kind(c) == Kind::Binary && sign == operator
        };
        while same(self, c) && c.goto_first_child() {
            levels += 1;
        }
        self.depth += 1;
        let mut operands = vec![self.bounded(c)];
        for _ in 0..levels {
            while c.goto_next_sibling() {
                if c.field_id().map_or(0, |f| f.get()) == self.f.right {
                    let right = self.bounded(c);
                    operands.push(right);
                }
            }
            c.goto_parent();
        }
        self.depth -= 1;
        let kind = match operator {
            "+" => ExprKind::Concat(operands),
            // `base / "path"` of path objects; arithmetic in addresses is rare.
            "|" => ExprKind::Choice(operands),
            _ => ExprKind::Other,
        };
        self.push(kind, span)
    }

    /// An expression, unless nesting is at its limit.
    fn bounded(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        if self.depth >= super::DEPTH_MAX { self.push(ExprKind::Other, self.span(c)) } else { self.expr(c) }
    }

    /// `a or b`: a default for a key, else one of both. `a and b` is the second.
    fn boolean(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let or = c.node().child_by_field_id(self.f.operator).is_some_and(|o| o.kind() == "or");
        let all = self.all(c);
        let (Some(first), Some(last)) = (all.first().copied(), all.last().copied()) else {
            return self.push(ExprKind::Other, span);
        };
        if !or {
            return last;
        }
        if let ExprKind::Call { name: "get" | "getenv", args, .. } =
            &mut self.unit.exprs[first.0 as usize].kind
            && args.len() == 1
        {
            args.push(last);
            return first;
        }
        self.push(ExprKind::Choice(all), span)
    }

    fn conditional(&mut self, c: &mut TreeCursor<'_>) -> ExprKind<'a> {
        let condition = c
            .node()
            .named_child(1)
            .map_or(Span::default(), |n| Span { start: n.start_byte() as u32, end: n.end_byte() as u32 });
        let (mut choices, mut index) = (Vec::new(), 0);
        self.children(c, |l, c, _, _| {
            let branch = index != 1;
            if let Some(frame) = l.frame().filter(|_| branch) {
                frame.guards.push((condition, index == 2));
            }
            let expr = l.expr(c);
            if branch {
                choices.push(expr);
                if let Some(frame) = l.frame() {
                    frame.guards.pop();
                }
            }
            index += 1;
        });
        ExprKind::Choice(choices)
    }

    fn named_expression(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let whole = self.span(c);
        let (mut name, mut span, mut value) = ("", whole, None);
        self.children(c, |l, c, _, field| {
            if field == l.f.value {
                value = Some(l.expr(c));
            } else {
                name = l.text(c);
                span = l.span(c);
            }
        });
        match value {
            Some(value) => {
                self.bind(name, value, false, TypeRef::default(), span);
                value
            }
            None => self.push(ExprKind::Other, whole),
        }
    }

    fn dictionary(&mut self, c: &mut TreeCursor<'_>) -> ExprKind<'a> {
        let mut pairs: Vec<(&'a str, ExprId)> = Vec::new();
        self.children(c, |l, c, kind, _| match kind {
            Kind::Pair => {
                let (mut key, mut value) = (None, None);
                l.children(c, |l, c, _, field| {
                    let expr = l.expr(c);
                    if field == l.f.key { key = Some(expr) } else { value = Some(expr) }
                });
                if let (Some(key), Some(value)) = (key, value)
                    && let ExprKind::Text(key) = &l.unit.expr(key).kind
                {
                    let key = match key {
                        Cow::Borrowed(key) => *key,
                        Cow::Owned(key) => kept(key),
                    };
                    pairs.push((key, value));
                }
            }
            _ => {
                let all = l.all(c);
                if let Some(ExprKind::Map(more)) = all.first().map(|m| &l.unit.expr(*m).kind) {
                    pairs.extend(more.iter().copied());
                }
            }
        });
        ExprKind::Map(pairs)
    }

    fn comprehension(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let fresh: Vec<&'a str> = self.comprehension_names(c, span);
        if let Some(frame) = self.frame() {
            frame.repeats += 1;
        }
        let mut values = Vec::new();
        self.children(c, |l, c, kind, field| match kind {
            Kind::ForIn => {}
            _ if field == l.f.body => values.push(l.expr(c)),
            _ => l.statement(c, kind),
        });
        if let Some(frame) = self.frame() {
            frame.repeats -= 1;
            fresh.iter().for_each(|name| {
                frame.locals.remove(name);
            });
        }
        self.push(ExprKind::List(values), span)
    }

    fn comprehension_names(&mut self, c: &mut TreeCursor<'_>, whole: Span) -> Vec<&'a str> {
        let Some(method) = self.frames.last().map(|f| f.method) else { return vec![] };
        let known = self.frames.last().map_or_else(Default::default, |f| f.locals.clone());
        let first = self.unit.methods[method].locals.len();
        self.children(c, |l, c, kind, _| {
            if kind != Kind::ForIn {
                return;
            }
            let mut value = None;
            l.children(c, |l, c, _, field| {
                if field == l.f.right {
                    value = Some(l.expr(c));
                }
            });
            l.children(c, |l, c, kind, field| {
                if field == l.f.left {
                    l.bind_elements(c, kind, value, whole.start);
                }
            });
        });
        let mut fresh = Vec::new();
        for local in self.unit.methods[method].locals.iter_mut().skip(first) {
            local.scope = whole;
            if !known.contains(local.name) {
                fresh.push(local.name);
            }
        }
        fresh
    }

    fn lambda(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let mut names: Vec<&'a str> = Vec::new();
        let mut results = Vec::new();
        let mut fresh = Vec::new();
        self.children(c, |l, c, _, field| {
            if field == l.f.parameters {
                l.children(c, |l, c, kind, _| {
                    let name = match kind {
                        Kind::Identifier => l.text(c),
                        _ => l.text(c).split('=').next().unwrap_or("").trim(),
                    };
                    names.push(name);
                });
                if let Some(frame) = l.frame() {
                    fresh = names.iter().copied().filter(|n| frame.locals.insert(n)).collect();
                }
            } else if field == l.f.body {
                results.push(l.expr(c));
            }
        });
        let lambda = self.push(ExprKind::Lambda { results, call: None, params: names.len() }, span);
        if let Some(frame) = self.frames.last_mut() {
            fresh.iter().for_each(|name| {
                frame.locals.remove(name);
            });
            let locals = names.into_iter().enumerate().map(|(i, name)| Local {
                name,
                ty: TypeRef::default(),
                from: LocalSource::Lambda(lambda, i),
                scope: span,
                branch: 0,
            });
            self.unit.methods[frame.method].locals.extend(locals);
        }
        lambda
    }
}
