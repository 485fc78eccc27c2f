//! Packages, imports, types and their members.

use super::kinds::Kind;
use super::{Frame, Lower};
use crate::ir::{
    Annotation, ExprKind, Field, Import, Method, MethodIndex, MethodSort, Param, Span, Type, TypeIndex,
    TypeRef, TypeSort,
};
use tree_sitter::TreeCursor;

/// What stands before a declaration.
#[derive(Default)]
pub(super) struct Modifiers<'a> {
    pub annotations: Vec<Annotation<'a>>,
    pub is_static: bool,
    pub is_abstract: bool,
}

impl<'a> Lower<'a> {
    pub(super) fn program(&mut self, c: &mut TreeCursor<'_>) {
        self.children(c, |l, c, kind, _| match kind {
            Kind::Package => l.package(c),
            Kind::Import => l.import(c),
            _ => l.member(c, kind),
        });
    }

    fn package(&mut self, c: &mut TreeCursor<'_>) {
        self.children(c, |l, c, kind, _| {
            if matches!(kind, Kind::ScopedIdentifier | Kind::Identifier) {
                l.unit.package = l.text(c);
            }
        });
    }

    fn import(&mut self, c: &mut TreeCursor<'_>) {
        let (mut path, mut wildcard) = ("", false);
        let member = {
            let node = c.node();
            node.child(1).is_some_and(|n| n.kind() == "static")
        };
        self.children(c, |l, c, kind, _| match kind {
            Kind::ScopedIdentifier | Kind::Identifier => path = l.text(c),
            Kind::Asterisk => wildcard = true,
            _ => {}
        });
        self.unit.imports.push(Import { path, wildcard, member });
    }

    /// A declaration in a file, a class body or a block; anything else is looked through.
    pub(super) fn member(&mut self, c: &mut TreeCursor<'_>, kind: Kind) {
        match kind {
            Kind::Class => self.type_declaration(c, TypeSort::Class),
            Kind::Interface => self.type_declaration(c, TypeSort::Interface),
            Kind::Enum => self.type_declaration(c, TypeSort::Enum),
            Kind::Record => self.type_declaration(c, TypeSort::Record),
            Kind::AnnotationType => self.type_declaration(c, TypeSort::Annotation),
            Kind::Method | Kind::Constructor | Kind::CompactConstructor => self.method(c, kind),
            Kind::Field | Kind::Constant => self.field(c),
            Kind::EnumConstant => self.enum_constant(c),
            Kind::StaticInitializer | Kind::Block => self.initializer(c),
            Kind::EnumBodyDeclarations | Kind::Error | Kind::ClassBody => {
                self.children(c, |l, c, kind, _| l.member(c, kind));
            }
            _ => {}
        }
    }

    /// Adds a type with its initialiser method; members follow while it is on the stack.
    pub(super) fn open_type(&mut self, mut ty: Type<'a>, end: u32) -> TypeIndex {
        ty.outer = self.types.last().copied();
        ty.within = self.frames.last().map(|f| f.method);
        let index = self.unit.types.len();
        let span = ty.span;
        self.unit.types.push(ty);
        self.types.push(index);
        let initializer = self.new_method("<init>", MethodSort::Initializer, span);
        self.frames.push(Frame::new(initializer, end));
        index
    }

    pub(super) fn close_type(&mut self) {
        self.frames.pop();
        self.types.pop();
    }

    fn new_method(&mut self, name: &'a str, sort: MethodSort, span: Span) -> MethodIndex {
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
            has_body: false,
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

    fn type_declaration(&mut self, c: &mut TreeCursor<'_>, sort: TypeSort) {
        let end = self.span(c).end;
        let mut ty = Type {
            name: "",
            sort,
            outer: None,
            within: None,
            params: vec![],
            supers: vec![],
            annotations: vec![],
            fields: vec![],
            methods: vec![],
            is_abstract: matches!(sort, TypeSort::Interface | TypeSort::Annotation),
            span: self.span(c),
        };
        // Header and body come in this order in the tree, but modifiers may hold expressions that belong to the type's
        // own initialiser: read the header without them first.
        let mut header = Vec::new();
        self.children(c, |l, c, kind, field| match kind {
            _ if field == l.f.name => {
                ty.name = l.text(c);
                ty.span = l.span(c);
            }
            Kind::TypeParameters => ty.params = l.type_parameters(c),
            Kind::Superclass | Kind::SuperInterfaces | Kind::ExtendsInterfaces => l.supers(c, &mut ty.supers),
            Kind::FormalParameters => header.push(()),
            _ => {}
        });
        let index = self.open_type(ty, end);
        self.children(c, |l, c, kind, field| match kind {
            Kind::Modifiers => {
                let modifiers = l.modifiers(c);
                let ty = &mut l.unit.types[index];
                ty.annotations = modifiers.annotations;
                ty.is_abstract |= modifiers.is_abstract;
            }
            Kind::FormalParameters => l.record_header(c, index),
            _ if field == l.f.body => l.children(c, |l, c, kind, _| l.member(c, kind)),
            _ => {}
        });
        self.close_type();
    }

    fn supers(&mut self, c: &mut TreeCursor<'_>, out: &mut Vec<TypeRef<'a>>) {
        self.children(c, |l, c, kind, _| match kind {
            Kind::TypeList => l.supers(c, out),
            _ => out.push(l.type_ref(c)),
        });
    }

    fn type_parameters(&mut self, c: &mut TreeCursor<'_>) -> Vec<&'a str> {
        let mut out = Vec::new();
        self.children(c, |l, c, _, _| {
            let mut named = false;
            l.children(c, |l, c, kind, _| {
                if !named && matches!(kind, Kind::TypeIdentifier | Kind::Identifier) {
                    named = true;
                    out.push(l.text(c));
                }
            });
        });
        out
    }

    /// Fields and the canonical constructor of a record.
    fn record_header(&mut self, c: &mut TreeCursor<'_>, index: TypeIndex) {
        let span = self.unit.types[index].span;
        let constructor = self.new_method("new", MethodSort::Constructor, span);
        let params = self.params(c);
        for param in &params {
            let annotations = param.annotations.clone();
            self.unit.types[index].fields.push(Field {
                name: param.name,
                ty: param.ty.clone(),
                value: None,
                annotations,
                is_static: false,
                is_constant: false,
                span,
            });
        }
        self.unit.methods[constructor].params = params;
    }

    pub(super) fn modifiers(&mut self, c: &mut TreeCursor<'_>) -> Modifiers<'a> {
        let mut out = Modifiers::default();
        if !c.goto_first_child() {
            return out;
        }
        loop {
            match self.kind(c) {
                Kind::Annotation | Kind::MarkerAnnotation => {
                    let annotation = self.annotation(c);
                    out.annotations.push(annotation);
                }
                Kind::Static => out.is_static = true,
                Kind::Abstract => out.is_abstract = true,
                _ => {}
            }
            if !c.goto_next_sibling() {
                break;
            }
        }
        c.goto_parent();
        out
    }

    pub(super) fn annotation(&mut self, c: &mut TreeCursor<'_>) -> Annotation<'a> {
        let mut out = Annotation { name: "", args: vec![], span: self.span(c), on: None };
        self.children(c, |l, c, kind, field| {
            if field == l.f.name {
                out.name = l.text(c);
            } else if kind == Kind::AnnotationArguments {
                l.children(c, |l, c, kind, _| match kind {
                    Kind::ElementPair => {
                        let mut name = "";
                        l.children(c, |l, c, _, field| {
                            if field == l.f.key {
                                name = l.text(c);
                            } else {
                                let value = l.expr(c);
                                out.args.push((name, value));
                            }
                        });
                    }
                    _ => {
                        let value = l.expr(c);
                        out.args.push(("value", value));
                    }
                });
            }
        });
        out
    }

    pub(super) fn type_ref(&mut self, c: &mut TreeCursor<'_>) -> TypeRef<'a> {
        let mut out = TypeRef::default();
        match self.kind(c) {
            Kind::GenericType => {
                self.children(c, |l, c, kind, _| match kind {
                    Kind::TypeArguments => {
                        l.children(c, |l, c, _, _| out.args.push(l.type_ref(c)));
                    }
                    _ => out.name = l.text(c),
                });
            }
            Kind::ArrayType => {
                self.children(c, |l, c, kind, _| match kind {
                    Kind::Dimensions => out.dims = out.dims.saturating_add(1),
                    _ => out = l.type_ref(c),
                });
            }
            Kind::AnnotatedType | Kind::Wildcard => {
                self.children(c, |l, c, kind, _| match kind {
                    Kind::Annotation | Kind::MarkerAnnotation => {}
                    Kind::Super => {}
                    _ => out = l.type_ref(c),
                });
            }
            _ => out.name = self.text(c),
        }
        if out.name == "var" {
            out.name = "";
        }
        out
    }

    pub(super) fn params(&mut self, c: &mut TreeCursor<'_>) -> Vec<Param<'a>> {
        let mut out = Vec::new();
        self.children(c, |l, c, kind, _| {
            let spread = kind == Kind::Spread;
            if !spread && kind != Kind::FormalParameter {
                return;
            }
            let mut param =
                Param { name: "", ty: TypeRef::default(), annotations: vec![], spread, default: None };
            l.children(c, |l, c, kind, field| match kind {
                Kind::Modifiers => param.annotations = l.modifiers(c).annotations,
                Kind::VariableDeclarator => {
                    l.children(c, |l, c, _, field| {
                        if field == l.f.name {
                            param.name = l.text(c);
                        }
                    });
                }
                _ if field == l.f.name => param.name = l.text(c),
                Kind::Dimensions => {}
                _ => param.ty = l.type_ref(c),
            });
            out.push(param);
        });
        out
    }

    fn method(&mut self, c: &mut TreeCursor<'_>, kind: Kind) {
        if self.types.is_empty() {
            return;
        }
        let whole = self.span(c);
        let (name, sort) = match kind {
            Kind::Method => ("", MethodSort::Plain),
            _ => ("new", MethodSort::Constructor),
        };
        let index = self.new_method(name, sort, whole);
        self.frames.push(Frame::new(index, whole.end));
        self.children(c, |l, c, kind, field| match kind {
            Kind::Modifiers => {
                let modifiers = l.modifiers(c);
                l.unit.methods[index].annotations = modifiers.annotations;
                l.unit.methods[index].is_static = modifiers.is_static;
            }
            Kind::FormalParameters => l.unit.methods[index].params = l.params(c),
            _ if field == l.f.name => {
                l.unit.methods[index].span = l.span(c);
                if sort == MethodSort::Plain {
                    l.unit.methods[index].name = l.text(c);
                }
            }
            _ if field == l.f.ty => l.unit.methods[index].returns = l.type_ref(c),
            Kind::Block | Kind::ConstructorBody if field == l.f.body => {
                l.unit.methods[index].has_body = true;
                l.statement(c, kind);
            }
            _ => {}
        });
        self.frames.pop();
    }

    fn field(&mut self, c: &mut TreeCursor<'_>) {
        let Some(owner) = self.types.last().copied() else { return };
        let mut modifiers = Modifiers::default();
        let mut ty = TypeRef::default();
        let interface = self.unit.types[owner].sort == TypeSort::Interface;
        self.children(c, |l, c, kind, field| match kind {
            Kind::Modifiers => modifiers = l.modifiers(c),
            Kind::VariableDeclarator => {
                let (name, span, value) = l.declarator(c);
                l.unit.types[owner].fields.push(Field {
                    name,
                    ty: ty.clone(),
                    value,
                    annotations: modifiers.annotations.clone(),
                    is_static: modifiers.is_static || interface,
                    is_constant: false,
                    span,
                });
            }
            _ if field == l.f.ty => ty = l.type_ref(c),
            _ => {}
        });
    }

    fn enum_constant(&mut self, c: &mut TreeCursor<'_>) {
        let Some(owner) = self.types.last().copied() else { return };
        let (mut name, mut span, mut args) = ("", self.span(c), Vec::new());
        let mut annotations = Vec::new();
        let whole = span;
        self.children(c, |l, c, kind, field| match kind {
            Kind::Modifiers => annotations = l.modifiers(c).annotations,
            Kind::Arguments => args = l.arguments(c),
            Kind::ClassBody => l.children(c, |l, c, kind, _| l.member(c, kind)),
            _ if field == l.f.name => {
                name = l.text(c);
                span = l.span(c);
            }
            _ => {}
        });
        let ty = TypeRef { name: self.unit.types[owner].name, ..TypeRef::default() };
        let value = self.push(ExprKind::New { ty: ty.clone(), args, body: None }, whole);
        self.unit.types[owner].fields.push(Field {
            name,
            ty,
            value: Some(value),
            annotations,
            is_static: true,
            is_constant: true,
            span,
        });
    }

    fn initializer(&mut self, c: &mut TreeCursor<'_>) {
        if self.types.is_empty() {
            return;
        }
        self.statement(c, Kind::Block);
    }
}
