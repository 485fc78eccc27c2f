//! Modules, imports, functions, classes, decorators, parameters and written types.

use super::kinds::Kind;
use super::{Bound, Frame, Lower, Place, is_class_name};
use crate::ir::{
    Annotation, ExprId, ExprKind, Field, Import, Local, LocalSource, Method, MethodIndex, MethodSort, Param,
    Span, Type, TypeIndex, TypeRef, TypeSort,
};
use crate::names::kept;
use tree_sitter::TreeCursor;

impl<'a> Lower<'a> {
    /// The whole file.
    pub(super) fn module_body(&mut self, c: &mut TreeCursor<'_>, name: &'a str) {
        let whole = self.span(c);
        self.open_type(name, TypeSort::Module, vec![], Span { start: 0, end: 0 }, Place::Module, whole.end);
        self.definitions(c);
        self.children(c, |l, c, kind, _| l.statement(c, kind));
        self.close_type();
    }

    /// Names that statements at the top define, known before any of them is read.
    fn definitions(&mut self, c: &mut TreeCursor<'_>) {
        self.children(c, |l, c, kind, _| match kind {
            Kind::Function | Kind::Class => l.definition(c, kind),
            Kind::Decorated => l.children(c, |l, c, kind, _| l.definition(c, kind)),
            Kind::ExpressionStatement => l.children(c, |l, c, kind, _| {
                let left = c.node().child_by_field_id(l.f.left).filter(|_| kind == Kind::Assignment);
                if let Some(left) = left.filter(|n| l.g.kind(*n) == Kind::Identifier) {
                    let name = l.src.get(left.byte_range()).unwrap_or("");
                    l.scope.entry(name).or_insert(Bound::Variable);
                }
            }),
            _ => {}
        });
    }

    fn definition(&mut self, c: &mut TreeCursor<'_>, kind: Kind) {
        let bound = match kind {
            Kind::Function => Bound::Function,
            Kind::Class => Bound::Class,
            _ => return,
        };
        if let Some(name) = c.node().child_by_field_id(self.f.name) {
            self.scope.insert(self.src.get(name.byte_range()).unwrap_or(""), bound);
        }
    }

    pub(super) fn import(&mut self, c: &mut TreeCursor<'_>) {
        self.children(c, |l, c, kind, _| match kind {
            Kind::DottedName => {
                let path = l.text(c);
                let first = path.split('.').next().unwrap_or("");
                l.modules.insert(path);
                l.scope.insert(first, Bound::Module(first));
                l.unit.imports.push(Import { path, wildcard: false, member: false });
            }
            Kind::AliasedImport => {
                let (path, alias) = l.aliased(c);
                l.modules.insert(path);
                l.scope.insert(alias, Bound::Module(path));
                l.unit.imports.push(Import { path, wildcard: false, member: false });
            }
            _ => {}
        });
    }

    fn aliased(&mut self, c: &mut TreeCursor<'_>) -> (&'a str, &'a str) {
        let (mut path, mut alias) = ("", "");
        self.children(c, |l, c, _, field| {
            if field == l.f.alias {
                alias = l.text(c);
            } else {
                path = l.text(c);
            }
        });
        (path, alias)
    }

    pub(super) fn import_from(&mut self, c: &mut TreeCursor<'_>) {
        let mut module = "";
        self.children(c, |l, c, kind, field| {
            if field == l.f.module_name {
                module = l.imported_module(l.text(c));
                return;
            }
            let (name, alias) = match kind {
                Kind::DottedName => (l.text(c), l.text(c)),
                Kind::AliasedImport => l.aliased(c),
                Kind::WildcardImport => {
                    l.unit.imports.push(Import { path: module, wildcard: true, member: true });
                    return;
                }
                _ => return,
            };
            l.scope.insert(alias, Bound::Member(module, name));
            l.modules.insert(kept(&format!("{module}.{name}")));
        });
    }

    /// Dotted name of what `from` names; dots before it count from this module's package.
    fn imported_module(&self, written: &'a str) -> &'a str {
        let name = written.trim_start_matches('.').trim();
        let dots = written.len() - written.trim_start_matches('.').len();
        if dots == 0 {
            return name;
        }
        let package = self.file.path.ends_with("/__init__.py");
        let up = if package { dots - 1 } else { dots };
        let mut segments: Vec<&str> = self.module.split('.').collect();
        segments.truncate(segments.len().saturating_sub(up));
        if !name.is_empty() {
            segments.push(name);
        }
        kept(&segments.join("."))
    }

    /// Adds a type with its initialiser method; members follow while it is on the stack.
    fn open_type(
        &mut self,
        name: &'a str,
        sort: TypeSort,
        supers: Vec<TypeRef<'a>>,
        span: Span,
        place: Place,
        end: u32,
    ) -> TypeIndex {
        let index = self.unit.types.len();
        let within = self.frames.last().filter(|f| f.place == Place::Function).map(|f| f.method);
        self.unit.types.push(Type {
            name,
            sort,
            outer: self.types.last().copied(),
            within,
            params: vec![],
            supers,
            annotations: vec![],
            fields: vec![],
            methods: vec![],
            is_abstract: false,
            span,
        });
        self.types.push(index);
        let initializer = self.new_method("<init>", MethodSort::Initializer, span);
        self.frames.push(Frame::new(initializer, place, end));
        index
    }

    fn close_type(&mut self) {
        self.frames.pop();
        self.types.pop();
    }

    pub(super) fn new_method(&mut self, name: &'a str, sort: MethodSort, span: Span) -> MethodIndex {
        let index = self.unit.methods.len();
        let ty = self.types.last().copied().unwrap_or(0);
        self.unit.methods.push(Method {
            name,
            sort,
            ty,
            params: vec![],
            returns: TypeRef::default(),
            annotations: vec![],
            is_static: false,
            open: false,
            has_body: sort == MethodSort::Plain,
            span,
            locals: vec![],
            calls: vec![],
            results: vec![],
            changes: vec![],
        });
        if let Some(ty) = self.unit.types.get_mut(ty) {
            ty.methods.push(index);
        }
        index
    }

    /// The class-like value of `Base = declarative_base()`: a type whose supertype is what was called.
    pub(super) fn class_made(&mut self, name: &'a str, value: ExprId, span: Span) {
        let made = match &self.unit.expr(value).kind {
            ExprKind::Call { object: Some(object), name, .. } => match self.unit.expr(*object).kind {
                ExprKind::TypeName(module) => kept(&format!(".{module}.{name}")),
                _ => return,
            },
            ExprKind::New { ty, .. } => ty.name,
            _ => return,
        };
        let camel = is_class_name(name) && name.chars().any(char::is_lowercase);
        if camel && self.place() == Place::Module {
            let supers = vec![TypeRef { name: made, ..TypeRef::default() }];
            self.open_type(name, TypeSort::Class, supers, span, Place::Class, span.end);
            self.close_type();
        }
    }

    pub(super) fn decorated(&mut self, c: &mut TreeCursor<'_>) {
        let mut annotations = Vec::new();
        self.children(c, |l, c, kind, _| match kind {
            Kind::Decorator => {
                let span = l.span(c);
                l.children(c, |l, c, kind, _| {
                    let annotation = l.decorator(c, kind, span);
                    annotations.push(annotation);
                });
            }
            Kind::Function => l.function(c, std::mem::take(&mut annotations)),
            Kind::Class => l.class(c, std::mem::take(&mut annotations)),
            _ => {}
        });
    }

    fn decorator(&mut self, c: &mut TreeCursor<'_>, kind: Kind, span: Span) -> Annotation<'a> {
        let mut out = Annotation { name: "", args: vec![], span, on: None };
        if kind != Kind::Call {
            (out.name, out.on) = self.decorator_name(c, kind);
            return out;
        }
        self.children(c, |l, c, kind, field| {
            if field == l.f.function {
                (out.name, out.on) = l.decorator_name(c, kind);
            } else if kind == Kind::Arguments {
                for arg in l.arguments(c, kind) {
                    match l.unit.expr(arg).kind {
                        ExprKind::Keyword(name, value) => out.args.push((name, value)),
                        _ if out.args.iter().any(|(name, _)| *name == "value") => {
                            out.args.push(("more", arg))
                        }
                        _ => out.args.push(("value", arg)),
                    }
                }
            }
        });
        out
    }

    /// Name of a decorator; the object whose method it is, when it is no member of a module.
    fn decorator_name(&mut self, c: &mut TreeCursor<'_>, kind: Kind) -> (&'a str, Option<ExprId>) {
        if kind != Kind::Attribute {
            return (self.absolute(self.text(c)), None);
        }
        let (mut object, mut name) = (None, "");
        let text = self.text(c);
        self.children(c, |l, c, _, field| {
            if field == l.f.attribute {
                name = l.text(c);
            } else {
                object = Some(l.expr(c));
            }
        });
        match object.map(|o| &self.unit.expr(o).kind) {
            Some(ExprKind::TypeName(module)) => (kept(&format!(".{module}.{name}")), None),
            _ => (text, object),
        }
    }

    pub(super) fn function(&mut self, c: &mut TreeCursor<'_>, annotations: Vec<Annotation<'a>>) {
        let whole = self.span(c);
        let name_node = c.node().child_by_field_id(self.f.name);
        let name_span =
            name_node.map_or(whole, |n| Span { start: n.start_byte() as u32, end: n.end_byte() as u32 });
        let name = self.at(name_span);
        let nested = self.place() == Place::Function;
        if nested {
            if let Some(frame) = self.frame() {
                frame.locals.insert(name);
            }
            self.open_type("", TypeSort::Module, vec![], name_span, Place::Module, whole.end);
        }
        let in_class = self.place() == Place::Class;
        let constructor = in_class && name == "__init__";
        let (name, sort) =
            if constructor { ("new", MethodSort::Constructor) } else { (name, MethodSort::Plain) };
        let is_static = !in_class || annotations.iter().any(|a| a.name == "staticmethod");
        let index = self.new_method(name, sort, name_span);
        self.unit.methods[index].annotations = annotations;
        self.unit.methods[index].is_static = is_static;
        self.unit.methods[index].has_body = true;
        self.frames.push(Frame::new(index, Place::Function, whole.end));
        self.children(c, |l, c, _, field| {
            if field == l.f.parameters {
                let mut params = l.params(c);
                if !is_static && params.first().is_some_and(|p| !p.spread) {
                    let this = params.remove(0).name;
                    if let Some(frame) = l.frame() {
                        frame.this = Some(this);
                    }
                }
                l.unit.methods[index].params = params;
            } else if field == l.f.return_type {
                l.unit.methods[index].returns = l.type_ref(c);
            } else if field == l.f.body {
                l.children(c, |l, c, kind, _| l.statement(c, kind));
            }
        });
        self.frames.pop();
        if nested {
            self.close_type();
        }
    }

    fn params(&mut self, c: &mut TreeCursor<'_>) -> Vec<Param<'a>> {
        let mut out = Vec::new();
        let mut open = false;
        self.children(c, |l, c, kind, _| {
            let mut param =
                Param { name: "", ty: TypeRef::default(), annotations: vec![], spread: false, default: None };
            l.param(c, kind, &mut param);
            if param.name.is_empty() {
                return;
            }
            if let Some(frame) = l.frame() {
                frame.locals.insert(param.name);
            }
            // Of `*args` and `**kwargs` nothing is followed.
            match param.spread {
                true => open = true,
                false => out.push(param),
            }
        });
        if let Some(method) = self.frames.last().map(|f| f.method) {
            self.unit.methods[method].open = open;
        }
        out
    }

    fn param(&mut self, c: &mut TreeCursor<'_>, kind: Kind, param: &mut Param<'a>) {
        match kind {
            Kind::Identifier => param.name = self.text(c),
            Kind::ListSplatPattern | Kind::DictionarySplatPattern => {
                param.spread = true;
                param.name = self.text(c).trim_start_matches('*');
            }
            Kind::DefaultParameter | Kind::TypedDefaultParameter | Kind::TypedParameter => {
                self.children(c, |l, c, kind, field| {
                    if field == l.f.ty {
                        param.ty = l.type_ref(c);
                    } else if field == l.f.value {
                        param.default = Some(l.expr(c));
                    } else {
                        l.param(c, kind, param);
                    }
                });
            }
            _ => {}
        }
    }

    pub(super) fn class(&mut self, c: &mut TreeCursor<'_>, annotations: Vec<Annotation<'a>>) {
        let whole = self.span(c);
        let (mut name, mut span, mut supers) = ("", whole, Vec::new());
        let mut members = std::collections::HashSet::new();
        self.children(c, |l, c, _, field| {
            if field == l.f.name {
                name = l.text(c);
                span = l.span(c);
            } else if field == l.f.superclasses {
                l.children(c, |l, c, kind, _| {
                    if kind != Kind::Keyword {
                        supers.push(l.type_ref(c));
                    }
                });
            } else if field == l.f.body {
                l.children(c, |l, c, kind, _| l.member_name(c, kind, &mut members));
            }
        });
        if self.place() == Place::Function
            && let Some(frame) = self.frame()
        {
            frame.locals.insert(name);
        }
        let index = self.open_type(name, TypeSort::Class, supers, span, Place::Class, whole.end);
        self.unit.types[index].annotations = annotations;
        self.members.push(members);
        self.children(c, |l, c, _, field| {
            if field == l.f.body {
                l.children(c, |l, c, kind, _| l.statement(c, kind));
            }
        });
        self.members.pop();
        self.close_type();
    }

    fn member_name(
        &mut self,
        c: &mut TreeCursor<'_>,
        kind: Kind,
        out: &mut std::collections::HashSet<&'a str>,
    ) {
        match kind {
            Kind::Function => {
                if let Some(name) = c.node().child_by_field_id(self.f.name) {
                    out.insert(self.src.get(name.byte_range()).unwrap_or(""));
                }
            }
            // A property is asked for like a field.
            Kind::Decorated
                if !self.text(c).split('\n').next().unwrap_or("").trim_end().ends_with("property") =>
            {
                self.children(c, |l, c, kind, _| l.member_name(c, kind, out));
            }
            _ => {}
        }
    }

    /// Adds a field unless it is there.
    pub(super) fn add_field(
        &mut self,
        owner: TypeIndex,
        name: &'a str,
        ty: TypeRef<'a>,
        value: Option<ExprId>,
        span: Span,
    ) -> bool {
        if !self.fields.insert((owner, name)) {
            return false;
        }
        let is_static = self.unit.types[owner].sort == TypeSort::Module;
        self.unit.types[owner].fields.push(Field {
            name,
            ty,
            value,
            annotations: vec![],
            is_static,
            is_constant: false,
            span,
        });
        true
    }

    pub(super) fn add_local(&mut self, name: &'a str, ty: TypeRef<'a>, from: LocalSource, start: u32) {
        if let Some(frame) = self.frames.last_mut() {
            frame.locals.insert(name);
            frame.declared.insert(name);
            let scope = Span { start, end: frame.end.max(start) };
            let branch = 0;
            self.unit.methods[frame.method].locals.push(Local { name, ty, from, scope, branch });
        }
    }

    /// A written type; of optional and annotated ones what is inside.
    pub(super) fn type_ref(&mut self, c: &mut TreeCursor<'_>) -> TypeRef<'a> {
        match self.kind(c) {
            Kind::Identifier | Kind::Attribute | Kind::DottedName => self.named_type(self.text(c)),
            Kind::String => {
                let text = self.text(c).trim_matches(['"', '\'']);
                self.named_type(text)
            }
            Kind::Subscript | Kind::GenericType => {
                let mut all: Vec<TypeRef<'a>> = Vec::new();
                self.children(c, |l, c, kind, _| match kind {
                    Kind::TypeParameter => l.children(c, |l, c, _, _| all.push(l.type_ref(c))),
                    _ => all.push(l.type_ref(c)),
                });
                let mut all = all.into_iter();
                let head = all.next().unwrap_or_default();
                let simple = crate::program::last_segment(head.name);
                match simple {
                    "Optional" | "Annotated" | "Union" | "Awaitable" | "Final" | "ClassVar" | "Mapped" => {
                        all.find(|t| !t.name.is_empty() && t.name != "None").unwrap_or_default()
                    }
                    "Iterator" | "Generator" | "AsyncIterator" | "AsyncGenerator" => {
                        all.next().unwrap_or_default()
                    }
                    _ => TypeRef { args: all.collect(), ..head },
                }
            }
            Kind::Type | Kind::UnionType | Kind::Binary => {
                let mut out = TypeRef::default();
                self.children(c, |l, c, kind, _| {
                    if out.name.is_empty() && kind != Kind::None {
                        out = l.type_ref(c);
                    }
                });
                out
            }
            _ => TypeRef::default(),
        }
    }

    fn named_type(&self, written: &'a str) -> TypeRef<'a> {
        let plain = written.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
        TypeRef { name: if plain { self.absolute(written) } else { "" }, ..TypeRef::default() }
    }
}
