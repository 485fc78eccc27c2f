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
    AliasedImport = "aliased_import", Arguments = "argument_list", AsPattern = "as_pattern", Assignment = "assignment",
    Attribute = "attribute", Augmented = "augmented_assignment", Await = "await", Binary = "binary_operator", Block = "block",
    BooleanOperator = "boolean_operator", Break = "break_statement", Call = "call", Class = "class_definition", Comment = "comment",
    ConcatenatedString = "concatenated_string", Conditional = "conditional_expression", Decorated = "decorated_definition",
    Decorator = "decorator", DefaultParameter = "default_parameter", Dictionary = "dictionary",
    DictionaryComprehension = "dictionary_comprehension", DictionarySplat = "dictionary_splat",
    DictionarySplatPattern = "dictionary_splat_pattern", DottedName = "dotted_name", Elif = "elif_clause", Except = "except_clause",
    ExceptGroup = "except_group_clause", ExpressionList = "expression_list", ExpressionStatement = "expression_statement",
    False = "false", Float = "float", For = "for_statement", ForIn = "for_in_clause", Function = "function_definition",
    Generator = "generator_expression", GenericType = "generic_type", Global = "global_statement", Identifier = "identifier",
    If = "if_statement", Import = "import_statement", ImportFrom = "import_from_statement", Integer = "integer",
    Interpolation = "interpolation", Keyword = "keyword_argument", Lambda = "lambda", List = "list",
    ListComprehension = "list_comprehension", ListPattern = "list_pattern", ListSplat = "list_splat",
    ListSplatPattern = "list_splat_pattern", Module = "module", Named = "named_expression", Nonlocal = "nonlocal_statement", None = "none",
    Pair = "pair", Parenthesized = "parenthesized_expression", PatternList = "pattern_list", Return = "return_statement",
    Set = "set", SetComprehension = "set_comprehension", Slice = "slice", String = "string", StringContent = "string_content",
    Subscript = "subscript", True = "true", Try = "try_statement", Tuple = "tuple", TuplePattern = "tuple_pattern",
    Type = "type", TypeParameter = "type_parameter", TypedDefaultParameter = "typed_default_parameter",
    TypedParameter = "typed_parameter", UnionType = "union_type", While = "while_statement", WildcardImport = "wildcard_import",
    With = "with_statement", WithClause = "with_clause", WithItem = "with_item", Yield = "yield", Error = "ERROR",
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
    alias = "alias", alternative = "alternative", arguments = "arguments", attribute = "attribute", body = "body",
    condition = "condition", expression = "expression", function = "function", key = "key", left = "left",
    module_name = "module_name", name = "name", operator = "operator", parameters = "parameters",
    return_type = "return_type", right = "right", superclasses = "superclasses", ty = "type",
    value = "value",
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
    let language = Language::new(tree_sitter_python::LANGUAGE);
    let kinds = (0..language.node_kind_count())
        .map(|id| language.node_kind_for_id(id as u16).map_or(Kind::Other, kind_of))
        .collect();
    let fields = fields_of(&language);
    Grammar { language, kinds, fields }
});
