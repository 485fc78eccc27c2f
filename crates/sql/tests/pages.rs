//! Runs the pages: a case's file is SQL of the dialect its name says (`mysql.sql`), or JPQL (`x.jpql`).

use undrawn_sql::{Dialect, jpql, tables};

#[test]
fn pages() {
    undrawn_testkit::run(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), |case| {
        let (path, text) = case.only_file();
        let found = match path.strip_suffix(".sql") {
            Some(dialect) => tables(&text, Dialect::of(dialect)),
            None => Ok(jpql(&text)),
        };
        match found {
            Ok(uses) if uses.is_empty() => "nothing".to_string(),
            Ok(uses) => uses.iter().map(|(name, access)| format!("{name}: {access}\n")).collect(),
            Err(message) => format!("refused: {message}"),
        }
    });
}
