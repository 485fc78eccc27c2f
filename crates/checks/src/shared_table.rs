//! Two components that use one table or collection: each depends on the other through it, and nothing shows it.

use crate::{Rule, push};
use undrawn_model::{
    Confidence, Finding, Intent, Resource, ResourceSort, ResourceUser, Severity, SystemModel,
};

/// The rule.
pub const RULE: Rule = Rule {
    id: "shared-table",
    group: "hidden",
    severity: Severity::Warning,
    summary: "two components use one table, so each depends on the other through it",
    page: include_str!("shared_table.md"),
    run,
};

fn run(model: &SystemModel, _intent: &Intent) -> Vec<Finding> {
    let mut out = Vec::new();
    let tables =
        model.resources.iter().filter(|r| matches!(r.sort, ResourceSort::Table | ResourceSort::Collection));
    for table in tables.filter(|r| r.users.len() > 1 && r.users.iter().any(|u| u.access.writes())) {
        let ordered = writers_first(table);
        let Some((first, place)) = ordered.first().and_then(|u| Some((u, u.evidence.first()?))) else {
            continue;
        };
        let store = model.component(table.store);
        let message =
            format!("{} {} of {} is shared: {}", table.sort, table.name, store.name, who(model, table));
        let mut names: Vec<&str> =
            table.users.iter().map(|u| model.component(u.component).name.as_str()).collect();
        names.sort();
        names.push(&table.name);
        let mut finding = Finding::of(RULE.id, Severity::Warning, confidence(model, table), message)
            .seen_at(place.location.clone(), format!("{} {}", model.component(first.component).name, verb(first)))
            .about(&names, table.sort.as_str())
            .help("let one component own the table and give the others an interface or events; until then draw the dependency and watch its freshness");
        for user in ordered.iter().skip(1) {
            if let Some(sighting) = user.evidence.first() {
                finding = finding.and(
                    sighting.location.clone(),
                    format!("{} {}", model.component(user.component).name, verb(user)),
                );
            }
        }
        push(&mut out, finding);
    }
    out
}

fn writers_first(table: &Resource) -> Vec<&ResourceUser> {
    let mut users: Vec<&ResourceUser> = table.users.iter().collect();
    users.sort_by_key(|u| (!u.access.writes(), u.component));
    users
}

fn verb(user: &ResourceUser) -> &'static str {
    match (user.access.writes(), user.access.reads()) {
        (true, true) => "reads and writes it",
        (true, false) => "writes it",
        (false, true) => "reads it",
        (false, false) => "uses it",
    }
}

/// `orders writes it, reports reads it`.
fn who(model: &SystemModel, table: &Resource) -> String {
    let each = writers_first(table)
        .into_iter()
        .map(|u| format!("{} {}", model.component(u.component).name, verb(u)));
    each.collect::<Vec<_>>().join(", ")
}

/// As sure as the surest of what leads each user to the store, the least sure user counting.
fn confidence(model: &SystemModel, table: &Resource) -> Confidence {
    let of = |user: &ResourceUser| {
        model
            .dependencies
            .iter()
            .filter(|d| d.from == user.component && d.to == table.store)
            .map(|d| d.confidence)
            .max()
    };
    table.users.iter().filter_map(of).min().unwrap_or(Confidence::Low)
}
