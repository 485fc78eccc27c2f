//! Node kinds and fields of the grammar as numbers: comparing names at every node costs more than the walk.

use std::sync::LazyLock;
use tree_sitter::{Language, Node};

macro_rules! kinds {
    ($($variant:ident = $text:literal),+ $(,)?) => {
        /// Kinds of nodes that the front-end tells apart.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $(#[doc = $text] $variant,)+
            /// Any other.
            Other }

        fn kind_of(text: &str) -> Kind {
            match text { $($text => Kind::$variant,)+ _ => Kind::Other }
        }
    };
}

kinds! {
    Annotation = "annotation", MarkerAnnotation = "marker_annotation", AnnotationArguments = "annotation_argument_list",
    AnnotationType = "annotation_type_declaration", ElementPair = "element_value_pair", ElementArray = "element_value_array_initializer",
    ArrayAccess = "array_access", ArrayCreation = "array_creation_expression", ArrayInitializer = "array_initializer",
    ArrayType = "array_type", AnnotatedType = "annotated_type", Arguments = "argument_list", Assignment = "assignment_expression", Asterisk = "asterisk",
    Binary = "binary_expression", Block = "block", Cast = "cast_expression", CatchClause = "catch_clause", Class = "class_declaration",
    ClassBody = "class_body", ClassLiteral = "class_literal", CompactConstructor = "compact_constructor_declaration",
    Constant = "constant_declaration", Constructor = "constructor_declaration", ConstructorBody = "constructor_body", Do = "do_statement",
    ForEach = "enhanced_for_statement", Enum = "enum_declaration", EnumBodyDeclarations = "enum_body_declarations",
    EnumConstant = "enum_constant", Delegate = "explicit_constructor_invocation", ExpressionStatement = "expression_statement",
    ExtendsInterfaces = "extends_interfaces", FieldAccess = "field_access", Field = "field_declaration", For = "for_statement",
    FormalParameter = "formal_parameter", FormalParameters = "formal_parameters", GenericType = "generic_type",
    Identifier = "identifier", If = "if_statement", Import = "import_declaration", InferredParameters = "inferred_parameters",
    Interface = "interface_declaration", Lambda = "lambda_expression", LineComment = "line_comment", BlockComment = "block_comment",
    LocalVariable = "local_variable_declaration", Method = "method_declaration", Call = "method_invocation",
    MethodReference = "method_reference", Modifiers = "modifiers", New = "object_creation_expression", Package = "package_declaration",
    Parenthesized = "parenthesized_expression", Record = "record_declaration", Resource = "resource", Return = "return_statement",
    ScopedIdentifier = "scoped_identifier", ScopedType = "scoped_type_identifier", Spread = "spread_parameter",
    Static = "static", StaticInitializer = "static_initializer", String = "string_literal", Super = "super",
    SuperInterfaces = "super_interfaces", Superclass = "superclass", Switch = "switch_expression", SwitchRule = "switch_rule",
    Ternary = "ternary_expression", This = "this", Throw = "throw_statement", Try = "try_statement", TryResources = "try_with_resources_statement",
    TypeArguments = "type_arguments", TypeIdentifier = "type_identifier", TypeList = "type_list", TypeParameters = "type_parameters",
    TypeParameter = "type_parameter", VariableDeclarator = "variable_declarator", While = "while_statement", Wildcard = "wildcard",
    Yield = "yield_statement", Character = "character_literal", Decimal = "decimal_integer_literal", Float = "decimal_floating_point_literal",
    Hex = "hex_integer_literal", Octal = "octal_integer_literal", BinaryInteger = "binary_integer_literal", True = "true", False = "false", Null = "null_literal",
    Integral = "integral_type", Floating = "floating_point_type", Boolean = "boolean_type", Void = "void_type", Dimensions = "dimensions",
    Error = "ERROR", Abstract = "abstract", InstanceOf = "instanceof_expression", Unary = "unary_expression", Update = "update_expression",
    SwitchLabel = "switch_label", TypePattern = "type_pattern",
}

macro_rules! fields {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// Field numbers of the grammar.
        #[derive(Debug)]
        #[allow(missing_docs)]
        pub struct Fields { $(pub $name: u16),+ }

        fn fields_of(language: &Language) -> Fields {
            let id = |name: &str| language.field_id_for_name(name).map_or(0, |id| id.get());
            Fields { $($name: id($text)),+ }
        }
    };
}

fields! {
    name = "name", body = "body", left = "left", right = "right", condition = "condition", alternative = "alternative",
    value = "value", object = "object", arguments = "arguments", ty = "type", parameters = "parameters", key = "key", field = "field",
    constructor = "constructor",
}

/// The grammar with its tables.
pub struct Grammar {
    /// The grammar.
    pub language: Language,
    kinds: Vec<Kind>,
    /// Field numbers.
    pub fields: Fields,
}

impl Grammar {
    /// Kind of a node.
    pub fn kind(&self, node: Node<'_>) -> Kind {
        if node.is_error() {
            return Kind::Error;
        }
        self.kinds.get(node.kind_id() as usize).copied().unwrap_or(Kind::Other)
    }
}

/// The grammar, loaded once.
pub static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    let language = Language::new(tree_sitter_java::LANGUAGE);
    let kinds = (0..language.node_kind_count())
        .map(|id| language.node_kind_for_id(id as u16).map_or(Kind::Other, kind_of))
        .collect();
    let fields = fields_of(&language);
    Grammar { language, kinds, fields }
});
