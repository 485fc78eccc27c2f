//! Entities in JPQL and HQL: the same keywords over entity names instead of tables.

use crate::Dialect;
use crate::names::Uses;
use crate::scan::View;
use crate::tokens::{Kind, tokens};
use std::collections::HashSet;
use undrawn_model::Access;

/// What the statements use.
pub fn uses(text: &str) -> Uses {
    let tokens = tokens(text, Dialect::Generic);
    let mut uses = Uses::default();
    for statement in tokens.split(|token| token.is(text, ";")) {
        let view = View { sql: text, tokens: statement };
        Query { view, uses: &mut uses, variables: HashSet::new() }.read();
    }
    uses
}

struct Query<'a, 'u> {
    view: View<'a>,
    uses: &'u mut Uses,
    /// Identification variables met so far: `o.pets` is a path from one of them.
    variables: HashSet<String>,
}

impl Query<'_, '_> {
    fn read(&mut self) {
        let view = self.view;
        let mut at = 0;
        while at < view.tokens.len() {
            at = if view.is(at, "from") && self.names_entities(at) {
                let access = if view.after(at, &["delete"]) { Access::Write } else { Access::Read };
                self.list(at + 1, access)
            } else if view.is(at, "join") {
                self.entity(at + 1 + usize::from(view.is(at + 1, "fetch")), Access::Read)
            } else if self.writes_next(at) {
                self.entity(at + 1, Access::Write)
            } else {
                at + 1
            };
        }
    }

    /// `update E`, `delete E`, `insert into E`.
    fn writes_next(&self, at: usize) -> bool {
        let view = self.view;
        let update = view.is(at, "update") && (at == 0 || view.after(at, &["("]));
        let delete = view.is(at, "delete") && !view.is(at + 1, "from");
        update || delete || (view.is(at, "into") && view.after(at, &["insert"]))
    }

    /// `extract(year from x)` and `trim(both from x)` do not, `is distinct from` neither.
    fn names_entities(&self, at: usize) -> bool {
        let view = self.view;
        let mut depth = 0usize;
        for i in (0..at).rev().take(4_000) {
            if view.is(i, ")") {
                depth += 1;
            } else if view.is(i, "(") && depth == 0 {
                return view.is_any(i + 1, &["select", "from", "delete"]);
            } else if view.is(i, "(") {
                depth -= 1;
            }
        }
        !view.after(at, &["distinct"])
    }

    /// Entities after `FROM`, with their variables, over commas.
    fn list(&mut self, at: usize, access: Access) -> usize {
        let mut end = self.entity(at, access);
        while self.view.is(end, ",") {
            let next = self.entity(end + 1, Access::Read);
            if next <= end + 1 {
                return end + 1;
            }
            end = next;
        }
        end
    }

    fn entity(&mut self, at: usize, access: Access) -> usize {
        let view = self.view;
        const NO_NAMES: [&str; 6] = ["select", "in", "where", "lateral", "set", "from"];
        let word = view.tokens.get(at).filter(|token| matches!(token.kind, Kind::Word | Kind::Hole));
        let Some(word) = word.filter(|_| !view.is_any(at, &NO_NAMES)) else { return at };
        let (name, end) = if word.text(view.sql).contains("#entityName") {
            ("#entityName".to_string(), at + 1)
        } else {
            match view.name(at) {
                Some(found) => found,
                None => return at,
            }
        };
        let root = name.split('.').next().unwrap_or("").to_lowercase();
        let is_path = name.contains('.') && self.variables.contains(&root);
        if !is_path && !view.is(end, "(") {
            self.uses.add(&name, access);
        }
        self.variable(end)
    }

    /// The variable after an entity; where to go on.
    fn variable(&mut self, at: usize) -> usize {
        const CLAUSES: [&str; 17] = [
            "where", "join", "left", "right", "inner", "outer", "cross", "full", "fetch", "order", "group",
            "having", "set", "on", "with", "select", "union",
        ];
        let at = at + usize::from(self.view.is(at, "as"));
        let token = self.view.tokens.get(at).filter(|token| token.kind == Kind::Word);
        match token.filter(|_| !self.view.is_any(at, &CLAUSES)) {
            Some(token) => {
                self.variables.insert(token.text(self.view.sql).to_lowercase());
                at + 1
            }
            None => at,
        }
    }
}
