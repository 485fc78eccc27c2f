//! Uses in a statement that the parser accepts.

use crate::Dialect;
use crate::names::Uses;
use crate::tokens::{Kind, Token, hole_word};
use sqlparser::ast::{
    AssignmentTarget, CopySource, Delete, Expr, FromTable, FunctionArg, FunctionArgExpr, Ident, Insert,
    Merge, ObjectName, ObjectNamePart, Query, Select, Statement, TableFactor, TableFunctionArgs, TableObject,
    TableWithJoins, Update, UpdateTableFromKind, Visit, Visitor,
};
use sqlparser::dialect as parsers;
use sqlparser::parser::Parser;
use std::collections::HashMap;
use std::ops::ControlFlow;
use undrawn_model::Access;

/// Beyond these the parser's own time and stack are not worth it: the keyword scan answers, in one pass.
const TOKENS_MAX: usize = 20_000;
/// A chain of operators becomes a tree as deep as it is long.
const SIGNS_MAX: usize = 400;
/// Open brackets at one time: the parser tries each as a subquery and as an expression, so its time doubles with each.
const BRACKETS_MAX: usize = 10;
/// Its time doubles with each of these in a row, too.
const INTERVALS_MAX: usize = 8;
/// The parser's own limit.
const RECURSION_MAX: usize = 64;

/// What one statement uses.
///
/// # Errors
/// The parser's message.
pub fn uses(sql: &str, statement: &[Token], dialect: Dialect) -> Result<Uses, String> {
    if is_too_much(sql, statement) {
        return Err("too long or too deep for the parser".to_string());
    }
    let (text, holes) = without_holes(sql, statement);
    let parser: &dyn parsers::Dialect = match dialect {
        Dialect::Generic => &parsers::GenericDialect {},
        Dialect::Postgres => &parsers::PostgreSqlDialect {},
        Dialect::MySql => &parsers::MySqlDialect {},
        Dialect::MsSql => &parsers::MsSqlDialect {},
        Dialect::Oracle => &parsers::OracleDialect {},
        Dialect::Sqlite => &parsers::SQLiteDialect {},
    };
    let parsed = Parser::new(parser)
        .with_recursion_limit(RECURSION_MAX)
        .try_with_sql(&text)
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| error.to_string())?;
    let mut walker = Walker::new(&holes);
    for statement in &parsed {
        let _ = statement.visit(&mut walker);
    }
    Ok(walker.uses)
}

fn is_too_much(sql: &str, statement: &[Token]) -> bool {
    let (mut open, mut signs, mut intervals) = (0usize, 0usize, 0usize);
    for token in statement {
        match token.text(sql) {
            "(" | "[" => open += 1,
            ")" | "]" => open = open.saturating_sub(1),
            "," | "." => {}
            word if word.eq_ignore_ascii_case("interval") => intervals += 1,
            word if token.kind == Kind::Sign || is_chaining(word) => signs += 1,
            _ => {}
        }
        if open > BRACKETS_MAX || signs > SIGNS_MAX || intervals > INTERVALS_MAX {
            return true;
        }
    }
    statement.len() > TOKENS_MAX
}

/// Words that deepen the tree each time.
fn is_chaining(word: &str) -> bool {
    const WORDS: [&str; 8] = ["and", "or", "not", "union", "intersect", "except", "case", "like"];
    WORDS.iter().any(|w| word.eq_ignore_ascii_case(w))
}

const HOLE: &str = "undrawn_hole_";

/// The statement with every hole replaced by an identifier `undrawn_hole_N_`, and the words of the holes.
fn without_holes(sql: &str, statement: &[Token]) -> (String, Vec<String>) {
    let (mut out, mut holes) = (String::new(), Vec::new());
    let mut last: Option<&Token> = None;
    for token in statement {
        if !last.is_some_and(|last| last.joins(token, sql)) {
            out.push(' ');
        }
        last = Some(token);
        match token.kind {
            Kind::Hole => {
                out.push_str(&format!("{HOLE}{}_", holes.len()));
                holes.push(hole_word(token.text(sql)).to_string());
            }
            _ => out.push_str(token.text(sql)),
        }
    }
    (out, holes)
}

/// Address of a node: the visitor meets the same node that the statement above it has already judged.
fn address<T>(node: &T) -> usize {
    std::ptr::from_ref(node) as usize
}

/// One step of the scopes around a name, outermost first.
enum Scope {
    /// Names that a `WITH` gives to the query below it.
    Shows(Vec<String>),
    /// Names that the nearest `WITH` above does not yet give to this one of its own queries.
    Hides(Vec<String>),
}

struct Walker<'a> {
    holes: &'a [String],
    uses: Uses,
    scopes: Vec<Scope>,
    /// Queries of a `WITH`, with the names they do not see.
    hides: HashMap<usize, Vec<String>>,
    /// Names that are written to, defined, or no tables at all.
    judged: HashMap<usize, Option<Access>>,
    /// How many scopes each query opened.
    opened: HashMap<usize, usize>,
}

impl<'a> Walker<'a> {
    fn new(holes: &'a [String]) -> Self {
        Walker {
            holes,
            uses: Uses::default(),
            scopes: Vec::new(),
            hides: HashMap::new(),
            judged: HashMap::new(),
            opened: HashMap::new(),
        }
    }

    fn is_cte(&self, name: &ObjectName) -> bool {
        let [ObjectNamePart::Identifier(ident)] = name.0.as_slice() else { return false };
        let is_it = |names: &[String]| names.iter().any(|n| n.eq_ignore_ascii_case(&ident.value));
        let mut hidden = false;
        for scope in self.scopes.iter().rev() {
            match scope {
                Scope::Hides(names) => hidden = is_it(names),
                Scope::Shows(names) if is_it(names) && !hidden => return true,
                Scope::Shows(_) => hidden = false,
            }
        }
        false
    }

    /// Name for the reader: parts known only at run time shown in braces, dropped when they are all of a part.
    fn shown(&self, name: &ObjectName) -> String {
        let parts = name.0.iter().filter_map(|part| part.as_ident());
        let (mut shown, mut known_last) = (Vec::new(), false);
        for ident in parts {
            let text = self.with_words(&ident.value);
            known_last = !(text.starts_with('{') && text.find('}') == Some(text.len() - 1));
            if known_last {
                shown.push(text);
            }
        }
        if known_last { shown.join(".") } else { String::new() }
    }

    fn with_words(&self, text: &str) -> String {
        let mut pieces = text.split(HOLE);
        let mut out = pieces.next().unwrap_or("").to_string();
        for piece in pieces {
            let (number, after) = piece.split_once('_').unwrap_or((piece, ""));
            let word = number.parse().ok().and_then(|n: usize| self.holes.get(n)).map_or("", String::as_str);
            out.push_str(&format!("{{{word}}}{after}"));
        }
        out
    }

    fn judge(&mut self, name: &ObjectName, access: Option<Access>) {
        self.judged.entry(address(name)).or_insert(access);
    }

    /// Statement heads name what is written. `from` are the relations among which an alias is looked up.
    fn write(&mut self, target: &ObjectName, from: &[&TableWithJoins]) {
        let by_alias = simple(target).and_then(|alias| relation(from, |_, a| a == Some(alias)));
        match by_alias {
            Some(name) if address(name) != address(target) => {
                self.judge(target, None);
                self.judge(name, Some(Access::Write));
            }
            _ => self.judge(target, Some(Access::Write)),
        }
    }

    fn insert(&mut self, insert: &Insert) {
        if let TableObject::TableName(name) = &insert.table {
            self.judge(name, Some(Access::Write));
        }
    }

    fn update(&mut self, update: &Update) {
        let from: Vec<&TableWithJoins> = match &update.from {
            Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) => {
                from.iter().collect()
            }
            None => vec![],
        };
        let own = [&update.table];
        // MySQL writes those of several joined tables whose columns are set.
        let set = update.assignments.iter().filter_map(|assignment| match &assignment.target {
            AssignmentTarget::ColumnName(column) => qualifier(column),
            AssignmentTarget::Tuple(_) => None,
        });
        let mut any = false;
        for owner in set {
            let target = relation(&own, |name, alias| {
                alias == Some(owner) || (alias.is_none() && last(name) == Some(owner))
            });
            if let Some(name) = target {
                any = true;
                self.write(name, &from);
            }
        }
        if let (false, TableFactor::Table { name, .. }) = (any, &update.table.relation) {
            self.write(name, &from);
        }
    }

    fn delete(&mut self, delete: &Delete) {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let from: Vec<&TableWithJoins> = from.iter().collect();
        let mut all = from.clone();
        all.extend(delete.using.iter().flatten());
        for target in &delete.tables {
            let named = last(target)
                .and_then(|t| relation(&all, |name, alias| alias == Some(t) || last(name) == Some(t)));
            match named {
                Some(name) => {
                    self.judge(target, None);
                    self.judge(name, Some(Access::Write));
                }
                None => self.judge(target, Some(Access::Write)),
            }
        }
        if delete.tables.is_empty() {
            let using: Vec<&TableWithJoins> = delete.using.iter().flatten().collect();
            for table in &from {
                if let TableFactor::Table { name, .. } = &table.relation {
                    self.write(name, &using);
                }
            }
        }
    }

    fn merge(&mut self, merge: &Merge) {
        if let TableFactor::Table { name, .. } = &merge.table {
            self.judge(name, Some(Access::Write));
        }
    }

    /// Adds a name that the visitor does not show as a relation.
    fn name(&mut self, name: &ObjectName, access: Access) {
        let name = self.shown(name);
        self.uses.add(&name, access);
    }

    fn define(&mut self, name: &ObjectName) {
        self.judge(name, Some(Access::Unknown));
    }
}

impl Visitor for Walker<'_> {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        match statement {
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            Statement::Merge(merge) => self.merge(merge),
            Statement::Truncate(truncate) => {
                truncate.table_names.iter().for_each(|t| self.judge(&t.name, Some(Access::Write)));
            }
            Statement::CreateTable(create) => self.define(&create.name),
            Statement::CreateView(create) => self.name(&create.name, Access::Unknown),
            Statement::CreateIndex(create) => self.define(&create.table_name),
            Statement::AlterTable(alter) => self.define(&alter.name),
            Statement::Drop { names, .. } => names.iter().for_each(|name| self.name(name, Access::Unknown)),
            Statement::Copy { source: CopySource::Table { table_name, .. }, to, .. } => {
                self.name(table_name, if *to { Access::Read } else { Access::Write });
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let before = self.scopes.len();
        self.scopes.extend(self.hides.remove(&address(query)).map(Scope::Hides));
        if let Some(with) = &query.with {
            let names: Vec<String> = with.cte_tables.iter().map(|cte| cte.alias.name.value.clone()).collect();
            for (i, cte) in with.cte_tables.iter().enumerate().filter(|_| !with.recursive) {
                self.hides.insert(address(&*cte.query), names.get(i..).unwrap_or(&[]).to_vec());
            }
            self.scopes.push(Scope::Shows(names));
        }
        if self.scopes.len() > before {
            self.opened.insert(address(query), self.scopes.len() - before);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let opened = self.opened.remove(&address(query)).unwrap_or(0);
        self.scopes.truncate(self.scopes.len().saturating_sub(opened));
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if let Some(into) = &select.into {
            self.name(&into.name, Access::Write);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, args: Some(args), .. } = factor
            && !is_hint(args)
        {
            self.judge(name, None);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        let access = self.judged.get(&address(name)).copied().unwrap_or(Some(Access::Read));
        if let Some(access) = access.filter(|_| !self.is_cte(name)) {
            self.name(name, access);
        }
        ControlFlow::Continue(())
    }
}

fn simple(name: &ObjectName) -> Option<&str> {
    match name.0.as_slice() {
        [ObjectNamePart::Identifier(ident)] => Some(&ident.value),
        _ => None,
    }
}

fn last(name: &ObjectName) -> Option<&str> {
    name.0.last().and_then(|part| part.as_ident()).map(|ident: &Ident| ident.value.as_str())
}

/// The part before the last: `u` of `u.name`.
fn qualifier(column: &ObjectName) -> Option<&str> {
    let before = column.0.len().checked_sub(2)?;
    column.0.get(before).and_then(|part| part.as_ident()).map(|ident| ident.value.as_str())
}

/// The first relation whose name and alias please.
fn relation<'a>(
    tables: &[&'a TableWithJoins],
    pleases: impl Fn(&ObjectName, Option<&str>) -> bool,
) -> Option<&'a ObjectName> {
    let joined = |table: &'a TableWithJoins| {
        std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation))
    };
    tables.iter().flat_map(|table| joined(table)).find_map(|factor| match factor {
        TableFactor::Table { name, alias, .. } => {
            let alias = alias.as_ref().map(|alias| alias.name.value.as_str());
            pleases(name, alias).then_some(name)
        }
        _ => None,
    })
}

/// `FROM t (NOLOCK)`: the old place of SQL Server's hints, which looks like a function's arguments.
fn is_hint(args: &TableFunctionArgs) -> bool {
    const HINTS: [&str; 8] =
        ["nolock", "readpast", "rowlock", "tablock", "tablockx", "updlock", "xlock", "holdlock"];
    !args.args.is_empty()
        && args.args.iter().all(|arg| match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(ident))) => {
                HINTS.iter().any(|hint| ident.value.eq_ignore_ascii_case(hint))
            }
            _ => false,
        })
}
