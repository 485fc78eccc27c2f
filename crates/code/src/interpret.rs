//! Intermediate form and library knowledge to evidence.
//!
//! First what can be said of each file alone and is needed everywhere ([`Facts`]: beans, entities, entries, clients), then
//! the calls.

mod calls;
mod clients;
mod emit;
mod entries;
mod facts;
mod repositories;

pub use facts::{EntityFact, Facts};

use crate::evaluate::Cx;
use crate::program::{Program, TypeId};
use rayon::prelude::*;
use std::collections::BTreeSet;
use undrawn_model::{Evidence, Note, SourceTree};

/// All evidence of a program, sorted by place.
pub fn interpret(program: &Program<'_>, tree: &SourceTree) -> (Vec<Evidence>, Vec<Note>) {
    let mut facts = Facts::shared(program, tree);
    facts.add_entities(program);
    let begun: Vec<entries::Begun> = (0..program.units.len() as u32)
        .into_par_iter()
        .map(|unit| entries::of_unit(&Cx::new(program, &facts), unit))
        .collect();
    let mut evidence = Vec::new();
    for unit in begun {
        evidence.extend(unit.evidence);
        for (method, name) in unit.entries {
            facts.entries.entry(method).or_default().push(name);
        }
    }
    facts.add_bindings(program);
    let found: Vec<(Vec<Evidence>, BTreeSet<TypeId>)> = (0..program.units.len() as u32)
        .into_par_iter()
        .map_init(
            || Cx::new(program, &facts),
            |cx, unit| {
                cx.forget();
                let (mut evidence, used) = calls::of_unit(cx, unit);
                evidence.extend(clients::of_unit(cx, unit));
                (evidence, used)
            },
        )
        .collect();
    let mut used = BTreeSet::new();
    for (more, repositories) in found {
        evidence.extend(more);
        used.extend(repositories);
    }
    evidence.extend(repositories::unused(&Cx::new(program, &facts), &used));
    evidence.sort_by(|a, b| {
        let key = |e: &Evidence| (e.sighting.location.clone(), e.sighting.detail.clone());
        key(a).cmp(&key(b))
    });
    evidence.dedup();
    (evidence, vec![])
}
