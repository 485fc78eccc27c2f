//! Names found so far, each once, with what is done to them.

use std::collections::HashMap;
use undrawn_model::Access;

/// Accumulates uses: order of first appearance, one entry for names that differ only in case.
#[derive(Debug, Default)]
pub struct Uses {
    found: Vec<(String, Access)>,
    index: HashMap<String, usize>,
}

impl Uses {
    /// Adds a use, unless the name is a catalogue's or a dummy's.
    pub fn add(&mut self, name: &str, access: Access) {
        let folded = name.to_lowercase();
        if name.is_empty() || is_of_the_database_itself(&folded) {
            return;
        }
        match self.index.get(&folded) {
            Some(at) => {
                if let Some((_, known)) = self.found.get_mut(*at) {
                    *known = known.and(access);
                }
            }
            None => {
                self.index.insert(folded, self.found.len());
                self.found.push((name.to_string(), access));
            }
        }
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: Uses) {
        for (name, access) in other.found {
            self.add(&name, access);
        }
    }

    /// True when nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// In order of first appearance.
    pub fn into_vec(self) -> Vec<(String, Access)> {
        self.found
    }
}

/// Catalogues and one-row dummies: reading them says nothing about the system's data.
fn is_of_the_database_itself(folded: &str) -> bool {
    const SCHEMAS: [&str; 4] = ["information_schema", "pg_catalog", "sysibm", "performance_schema"];
    const TABLES: [&str; 2] = ["dual", "sqlite_master"];
    let schema = folded.split_once('.').map(|(schema, _)| schema);
    TABLES.contains(&folded) || schema.is_some_and(|schema| SCHEMAS.contains(&schema))
}
