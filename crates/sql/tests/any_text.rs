//! Whatever the text, there is an answer, soon.

use proptest::prelude::*;
use undrawn_sql::{Dialect, jpql, tables};

const DIALECTS: [Dialect; 6] =
    [Dialect::Generic, Dialect::Postgres, Dialect::MySql, Dialect::MsSql, Dialect::Oracle, Dialect::Sqlite];

fn answers(text: &str) {
    for dialect in DIALECTS {
        let _ = tables(text, dialect);
    }
    jpql(text);
}

proptest! {
    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        answers(&text);
    }

    #[test]
    fn any_heap_of_sql_words_is_answered(words in prop::collection::vec(prop::sample::select(WORDS), 0..40)) {
        answers(&words.join(" "));
        answers(&words.concat());
    }

    #[test]
    fn tables_of_simple_statements_are_found(a in "t[a-z]{3,8}", b in "u[a-z]{3,8}") {
        let found = tables(&format!("insert into {a} select * from {b} where x = :x"), Dialect::Generic);
        prop_assert_eq!(found, Ok(vec![(a, undrawn_model::Access::Write), (b, undrawn_model::Access::Read)]));
    }
}

const WORDS: &[&str] = &[
    "select", "from", "insert", "into", "update", "set", "delete", "with", "as", "(", ")", ",", ";", "t",
    "u.v", "*", "join", "on", "=", "1", "'x", "'", "\"", "`", "[", "]", "?", ":a", "#{b}", "${c}", "{", "}",
    "::", "/*", "*/", "--", "\n", "é", "$$", "$1", "@v", "%s", "%(n)s", "merge", "using", "truncate",
    "table", ".", "values", "union", "\u{0}",
];

#[test]
fn deep_and_long_texts_end_soon() {
    let deep = |open: &str, close: &str, n: usize| format!("select {}1{}", open.repeat(n), close.repeat(n));
    for n in [6, 12, 60, 20_000] {
        answers(&deep("(", ")", n));
        answers(&deep("(select ", ")", n));
        answers(&deep("case when ", " then 1 end", n));
        answers(&deep("not ", "", n));
        answers(&deep("- ", "", n));
        answers(&deep("f(", ")", n));
        answers(&format!("select * from {}t{}", "(".repeat(n), ")".repeat(n)));
        answers(&format!("select * from {}", "(".repeat(n)));
        answers(&format!("select * from t where a = 1 {}", " or a = 1".repeat(n)));
        answers(&format!("select 1 {}", " union select 1".repeat(n)));
        answers(&format!("create table t (a {})", "array<".repeat(n)));
        answers(&format!("select a{}", "[1]".repeat(n)));
        answers(&format!("select a{}", "::int".repeat(n)));
        answers(&format!("select {}1", "interval ".repeat(n)));
        answers(&format!("select * from t {}", "join u on ".repeat(n)));
        answers(&format!("select {}", "#{a}".repeat(n)));
        answers(&format!("insert into t values {}", "(1, -1),".repeat(n)));
        answers(&"with a as (".repeat(n));
        answers(&"explain ".repeat(n));
        answers(&"begin ".repeat(n));
    }
}
