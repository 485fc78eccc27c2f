//! Which tables a statement reads and writes. A crate of its own because the parser is slow to compile.
//!
//! [`tables`] asks the dialect's parser first, then the tolerant one, and where both refuse a statement (a fragment, a
//! mapper's template, a dialect's oddity) it reads the statement's keywords. [`jpql`] does the same for entities.
//! Neither ever fails on size, nesting or broken text: what could be read is answered.

mod entities;
mod names;
mod scan;
mod tokens;
mod walk;

use names::Uses;
use tokens::Token;
use undrawn_model::Access;

/// Whose SQL it is. What is not known is `Generic`, which accepts most of what the others do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// Any.
    #[default]
    Generic,
    /// PostgreSQL and what speaks like it.
    Postgres,
    /// MySQL and MariaDB: backslash escapes, backtick quotes.
    MySql,
    /// SQL Server: `[name]` quotes.
    MsSql,
    /// Oracle.
    Oracle,
    /// SQLite.
    Sqlite,
}

impl Dialect {
    /// The dialect of a product as JDBC addresses and graph call it (`postgresql`, `mariadb`, `sqlserver`).
    pub fn of(technology: &str) -> Self {
        match technology.to_ascii_lowercase().as_str() {
            "postgresql" | "postgres" | "cockroachdb" | "redshift" => Dialect::Postgres,
            "mysql" | "mariadb" => Dialect::MySql,
            "sqlserver" | "mssql" => Dialect::MsSql,
            "oracle" => Dialect::Oracle,
            "sqlite" => Dialect::Sqlite,
            _ => Dialect::Generic,
        }
    }
}

/// Longest text that is read, in bytes.
const TEXT_MAX: usize = 8 << 20;

/// Tables that the statements of `sql` use, each once, in order of first appearance, with what is done to it.
///
/// Names keep their spelling and their schema (`shop.orders`) and lose their quotes; names that differ only in case are
/// one. A part only known at run time (`orders_${year}`) stays visible as `orders_{year}`; a name of which nothing is
/// known is left out. Names of common table expressions and table functions are no tables. A table that is only defined
/// or altered has [`Access::Unknown`].
///
/// # Errors
/// The parser's message, when nothing in the text could be read as a statement, or when it is too long.
pub fn tables(sql: &str, dialect: Dialect) -> Result<Vec<(String, Access)>, String> {
    if sql.len() > TEXT_MAX {
        return Err(format!("longer than {TEXT_MAX} bytes"));
    }
    let tokens = tokens::tokens(sql, dialect);
    let (mut uses, mut refused, mut read) = (Uses::default(), None, false);
    for statement in tokens.split(|token| token.is(sql, ";")).filter(|statement| !statement.is_empty()) {
        match statement_uses(sql, statement, dialect) {
            Ok(found) => {
                read = true;
                uses.extend(found);
            }
            Err(message) => refused = refused.or(Some(message)),
        }
    }
    match refused {
        Some(message) if !read => Err(message),
        _ => Ok(uses.into_vec()),
    }
}

fn statement_uses(sql: &str, statement: &[Token], dialect: Dialect) -> Result<Uses, String> {
    let parsed = match dialect {
        Dialect::Generic => walk::uses(sql, statement, dialect),
        _ => walk::uses(sql, statement, dialect).or_else(|_| walk::uses(sql, statement, Dialect::Generic)),
    };
    parsed.or_else(|message| scan::uses(sql, statement).ok_or(message))
}

/// Entities that the JPQL or HQL statements of `text` use, each once, in order of first appearance.
///
/// Names are as written: simple (`Owner`) or qualified (`com.acme.Owner`). Associations reached by a path (`join
/// o.pets`) are not entities by name and are left out. Spring Data's `#{#entityName}` is answered as the text
/// `#entityName`, which stands for the repository's own entity.
pub fn jpql(text: &str) -> Vec<(String, Access)> {
    if text.len() > TEXT_MAX {
        return Vec::new();
    }
    entities::uses(text).into_vec()
}
