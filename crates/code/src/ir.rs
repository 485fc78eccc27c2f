//! The language-neutral intermediate form: what a front-end makes of one file.
//!
//! Names and texts borrow from the file. Expressions of a file lie in one arena in the order in which they end, so
//! children come before parents and no traversal recurses. Names are as written; `program` resolves them.

use std::borrow::Cow;
use undrawn_model::{Note, SourceFile};

/// Index into [`Unit::exprs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// Index into [`Unit::methods`].
pub type MethodIndex = usize;
/// Index into [`Unit::types`].
pub type TypeIndex = usize;

/// Bytes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// After the last byte.
    pub end: u32,
}

impl Span {
    /// True when the byte lies in it.
    pub fn holds(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// As a range of bytes.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One file.
#[derive(Debug)]
pub struct Unit<'a> {
    /// Where it came from.
    pub file: &'a SourceFile,
    /// Package or namespace, dotted.
    pub package: &'a str,
    /// Types are inferred from values, arguments may be given by name, and modules are types.
    pub dynamic: bool,
    /// Imports.
    pub imports: Vec<Import<'a>>,
    /// Types, outer before inner.
    pub types: Vec<Type<'a>>,
    /// Methods of all types; each type's initialisers are one method named `<init>` of [`MethodSort::Initializer`].
    pub methods: Vec<Method<'a>>,
    /// Expressions.
    pub exprs: Vec<Expr<'a>>,
    /// What could not be read.
    pub notes: Vec<Note>,
}

/// One import.
#[derive(Debug, Clone, Copy)]
pub struct Import<'a> {
    /// Dotted path without the star.
    pub path: &'a str,
    /// `import a.b.*`.
    pub wildcard: bool,
    /// Imports members, not types.
    pub member: bool,
}

/// What a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeSort {
    /// A class.
    Class,
    /// An interface.
    Interface,
    /// An enumeration.
    Enum,
    /// A record: its fields come from its header and have getters of the same name.
    Record,
    /// An annotation.
    Annotation,
    /// A module of a language whose functions stand alone.
    Module,
}

/// A type as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeRef<'a> {
    /// Dotted name without arguments and dimensions; empty when inferred or not named.
    pub name: &'a str,
    /// Type arguments.
    pub args: Vec<TypeRef<'a>>,
    /// Number of array dimensions.
    pub dims: u8,
}

/// A declared type.
#[derive(Debug)]
pub struct Type<'a> {
    /// Simple name; empty for anonymous ones.
    pub name: &'a str,
    /// What it is.
    pub sort: TypeSort,
    /// Type it is declared in.
    pub outer: Option<TypeIndex>,
    /// Method it is declared in (local and anonymous classes).
    pub within: Option<MethodIndex>,
    /// Type parameters.
    pub params: Vec<&'a str>,
    /// Superclass and interfaces as written.
    pub supers: Vec<TypeRef<'a>>,
    /// Annotations.
    pub annotations: Vec<Annotation<'a>>,
    /// Fields; enumeration constants are static fields whose value is a `New`.
    pub fields: Vec<Field<'a>>,
    /// Its methods.
    pub methods: Vec<MethodIndex>,
    /// Cannot be instantiated.
    pub is_abstract: bool,
    /// Where its name stands.
    pub span: Span,
}

/// An annotation as written.
#[derive(Debug, Clone)]
pub struct Annotation<'a> {
    /// Name as written.
    pub name: &'a str,
    /// Attributes; a lone value is called `value`.
    pub args: Vec<(&'a str, ExprId)>,
    /// The object whose method it is (`@app.get`); its type and the last segment are the annotation's name.
    pub on: Option<ExprId>,
    /// All of it.
    pub span: Span,
}

/// A field.
#[derive(Debug)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// Declared type.
    pub ty: TypeRef<'a>,
    /// Initial value.
    pub value: Option<ExprId>,
    /// Annotations.
    pub annotations: Vec<Annotation<'a>>,
    /// Belongs to the type, not to its instances.
    pub is_static: bool,
    /// An enumeration constant.
    pub is_constant: bool,
    /// Where its name stands.
    pub span: Span,
}

/// What a method is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodSort {
    /// A method.
    Plain,
    /// A constructor.
    Constructor,
    /// Field initialisers and initialiser blocks.
    Initializer,
}

/// A method.
#[derive(Debug)]
pub struct Method<'a> {
    /// Its name; `new` for constructors.
    pub name: &'a str,
    /// What it is.
    pub sort: MethodSort,
    /// Type that declares it.
    pub ty: TypeIndex,
    /// Parameters.
    pub params: Vec<Param<'a>>,
    /// Declared result.
    pub returns: TypeRef<'a>,
    /// Annotations.
    pub annotations: Vec<Annotation<'a>>,
    /// Belongs to the type.
    pub is_static: bool,
    /// Takes more arguments than its parameters.
    pub open: bool,
    /// Has code.
    pub has_body: bool,
    /// Where its name stands.
    pub span: Span,
    /// Local variables, lambda parameters included, by start of scope.
    pub locals: Vec<Local<'a>>,
    /// Calls and constructions in it, in order.
    pub calls: Vec<CallSite>,
    /// Values returned, lambdas' not included.
    pub results: Vec<ExprId>,
    /// What changes variables and fields: assignments and calls that stand as statements, in order.
    pub changes: Vec<Change<'a>>,
}

/// A parameter.
#[derive(Debug)]
pub struct Param<'a> {
    /// Its name.
    pub name: &'a str,
    /// Declared type.
    pub ty: TypeRef<'a>,
    /// Annotations.
    pub annotations: Vec<Annotation<'a>>,
    /// Takes all further arguments.
    pub spread: bool,
    /// Value when no argument is given.
    pub default: Option<ExprId>,
}

/// A local variable or a lambda's parameter.
#[derive(Debug)]
pub struct Local<'a> {
    /// Its name.
    pub name: &'a str,
    /// Declared type; an empty name when inferred.
    pub ty: TypeRef<'a>,
    /// Where its value comes from.
    pub from: LocalSource,
    /// Where it can be used.
    pub scope: Span,
    /// Depth of branches at its declaration.
    pub branch: u16,
}

/// Where a local variable's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalSource {
    /// Nowhere yet.
    Nothing,
    /// An expression.
    Value(ExprId),
    /// An element of an expression.
    Element(ExprId),
    /// Parameter of a lambda: the lambda and the position.
    Lambda(ExprId, usize),
}

/// A call in its surroundings.
#[derive(Debug, Clone, Copy)]
pub struct CallSite {
    /// The call or construction.
    pub expr: ExprId,
    /// Inside a loop or a stream.
    pub in_loop: bool,
    /// Inside `try` with `catch`.
    pub caught: bool,
    /// Innermost condition: its text, and whether the call is in the other branch.
    pub guard: Option<(Span, bool)>,
}

/// A change of a variable or field.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The variable, or the field of `this`.
    pub name: &'a str,
    /// Written `this.name`.
    pub of_this: bool,
    /// The assignment or the call.
    pub expr: ExprId,
    /// Depth of branches.
    pub branch: u16,
}

/// An expression.
#[derive(Debug)]
pub struct Expr<'a> {
    /// What it is.
    pub kind: ExprKind<'a>,
    /// Where.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug)]
pub enum ExprKind<'a> {
    /// A text, escapes resolved.
    Text(Cow<'a, str>),
    /// A number, character or truth value, as text.
    Literal(Cow<'a, str>),
    /// No object.
    Null,
    /// A name alone.
    Name(&'a str),
    /// A type or module by its absolute name.
    TypeName(&'a str),
    /// An argument given by name.
    Keyword(&'a str, ExprId),
    /// Values by name.
    Map(Vec<(&'a str, ExprId)>),
    /// A member of an expression, or a qualified name.
    Member(ExprId, &'a str),
    /// A call. Without an object it is one of the surrounding types.
    Call {
        /// Receiver.
        object: Option<ExprId>,
        /// Method.
        name: &'a str,
        /// Where the method's name stands.
        name_span: Span,
        /// Arguments.
        args: Vec<ExprId>,
    },
    /// A construction; `new` on the type.
    New {
        /// Type.
        ty: TypeRef<'a>,
        /// Arguments.
        args: Vec<ExprId>,
        /// Anonymous class.
        body: Option<TypeIndex>,
    },
    /// Constructor of this class (`false`) or the superclass (`true`).
    Delegate(bool, Vec<ExprId>),
    /// Texts or numbers joined.
    Concat(Vec<ExprId>),
    /// One of these.
    Choice(Vec<ExprId>),
    /// An assignment; `true` when it appends.
    Assign(ExprId, ExprId, bool),
    /// A lambda.
    Lambda {
        /// What it returns.
        results: Vec<ExprId>,
        /// The call it is an argument of.
        call: Option<ExprId>,
        /// Number of parameters.
        params: usize,
    },
    /// `object::name`.
    MethodRef(ExprId, &'a str),
    /// `X.class`.
    ClassOf(TypeRef<'a>),
    /// A cast.
    Cast(TypeRef<'a>, ExprId),
    /// An array or list of values.
    List(Vec<ExprId>),
    /// An annotation as a value.
    Annotation(Annotation<'a>),
    /// The object itself.
    This,
    /// The object as its superclass.
    Super,
    /// An element of an expression.
    Element(ExprId),
    /// Nothing that is followed.
    Other,
}

impl<'a> Unit<'a> {
    /// The expression. Ids come from the same unit.
    pub fn expr(&self, id: ExprId) -> &Expr<'a> {
        &self.exprs[id.0 as usize]
    }

    /// The text of some bytes.
    pub fn text(&self, span: Span) -> &'a str {
        self.file.text.get(span.range()).unwrap_or("")
    }
}
