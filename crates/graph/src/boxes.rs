//! What the boxes of a drawing stand for.

use crate::names::{normal, stem, store_owner, words};
use crate::resolve::product;
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{Component, ComponentId, ComponentKind, Dependency, Drawing, DrawnBox};

/// What one box stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// These components; several when the box is coarser than the code.
    These(Vec<ComponentId>),
    /// Several fit equally well.
    Ambiguous(Vec<ComponentId>),
    /// Nothing known.
    Unknown,
}

/// Words for a role, longest first, with the kind of component that plays it.
const ROLES: &[(&[&str], ComponentKind)] = &[
    (&["service", "registry"], ComponentKind::Discovery),
    (&["service", "discovery"], ComponentKind::Discovery),
    (&["discovery"], ComponentKind::Discovery),
    (&["registry"], ComponentKind::Discovery),
    (&["config"], ComponentKind::ConfigServer),
    (&["configuration"], ComponentKind::ConfigServer),
    (&["message", "broker"], ComponentKind::Broker),
    (&["message", "queue"], ComponentKind::Broker),
    (&["message", "bus"], ComponentKind::Broker),
    (&["event", "bus"], ComponentKind::Broker),
    (&["broker"], ComponentKind::Broker),
    (&["queue"], ComponentKind::Broker),
    (&["gateway"], ComponentKind::Gateway),
    (&["edge"], ComponentKind::Gateway),
    (&["cache"], ComponentKind::Cache),
    (&["database"], ComponentKind::Database),
    (&["db"], ComponentKind::Database),
    (&["user"], ComponentKind::User),
    (&["client"], ComponentKind::User),
    (&["browser"], ComponentKind::User),
    (&["customer"], ComponentKind::User),
];

/// Words that make a label mean several components of a kind.
const PLURALS: &[(&str, ComponentKind)] = &[
    ("services", ComponentKind::Service),
    ("microservices", ComponentKind::Service),
    ("databases", ComponentKind::Database),
    ("dbs", ComponentKind::Database),
    ("caches", ComponentKind::Cache),
    ("brokers", ComponentKind::Broker),
];

struct Known {
    id: ComponentId,
    kind: ComponentKind,
    technology: Option<String>,
    normals: BTreeSet<String>,
    stems: BTreeSet<String>,
    words: Vec<BTreeSet<String>>,
    /// Whom a store is of: by its own name, and by its only user.
    owners: BTreeSet<String>,
}

/// Finds components for labels.
pub struct Boxes {
    known: Vec<Known>,
}

impl Boxes {
    /// Tables over all components.
    pub fn new(components: &[Component], dependencies: &[Dependency]) -> Self {
        let mut users: BTreeMap<ComponentId, BTreeSet<ComponentId>> = BTreeMap::new();
        for d in dependencies {
            users.entry(d.to).or_default().insert(d.from);
        }
        let known = components.iter().enumerate().map(|(i, c)| {
            let id = ComponentId(i as u32);
            let names: Vec<&str> =
                std::iter::once(c.name.as_str()).chain(c.aliases.iter().map(String::as_str)).collect();
            let technology = c.technology.as_deref().map(product);
            let mut owners = BTreeSet::new();
            if c.kind.holds_data() {
                let technologies: Vec<&str> = technology.iter().map(String::as_str).collect();
                owners.extend(names.iter().filter_map(|n| store_owner(n, &technologies)));
                if let Some(only) = users.get(&id).filter(|u| u.len() == 1).and_then(|u| u.first()) {
                    owners.insert(stem(&components[only.0 as usize].name));
                }
            }
            Known {
                id,
                kind: c.kind,
                technology,
                normals: names.iter().map(|n| normal(n)).collect(),
                stems: names.iter().map(|n| stem(n)).collect(),
                words: names.iter().map(|n| words(n).into_iter().collect()).collect(),
                owners,
            }
        });
        Boxes { known: known.collect() }
    }

    /// What every box of a drawing stands for, plural labels last because they mean what no other box shows.
    pub fn of_drawing(&self, drawing: &Drawing) -> BTreeMap<String, Match> {
        let mut out: BTreeMap<String, Match> = BTreeMap::new();
        for b in &drawing.boxes {
            out.insert(b.id.clone(), self.of_box(b));
        }
        let shown: BTreeSet<ComponentId> =
            out.values().flat_map(|m| if let Match::These(ids) = m { ids.clone() } else { vec![] }).collect();
        for b in &drawing.boxes {
            if out.get(&b.id) == Some(&Match::Unknown)
                && let Some(kind) = plural(&b.label)
            {
                let rest: Vec<ComponentId> = self
                    .known
                    .iter()
                    .filter(|k| k.kind == kind && !shown.contains(&k.id))
                    .map(|k| k.id)
                    .collect();
                if !rest.is_empty() {
                    out.insert(b.id.clone(), Match::These(rest));
                }
            }
        }
        out
    }

    fn of_box(&self, b: &DrawnBox) -> Match {
        let bare = without_brackets(&b.label);
        let found = self.of_label(&bare, b.kind);
        if found != Match::Unknown {
            return found;
        }
        let parts: Vec<String> = bare
            .split([',', '/', '&', '+', ';'])
            .flat_map(|p| p.split(" and "))
            .map(|p| p.trim().to_string())
            .filter(|p| !p.is_empty())
            .collect();
        if parts.len() > 1 {
            let each: Vec<Match> = parts.iter().map(|p| self.of_label(p, b.kind)).collect();
            let mut ids: Vec<ComponentId> = each
                .iter()
                .flat_map(|m| if let Match::These(ids) = m { ids.clone() } else { vec![] })
                .collect();
            if each.iter().all(|m| matches!(m, Match::These(_))) {
                ids.sort();
                ids.dedup();
                return Match::These(ids);
            }
        }
        // The identifier is often the component's name when the label is a sentence.
        match self.of_label(&b.id, b.kind) {
            Match::These(ids) if self.exact(&b.id, &ids) => Match::These(ids),
            _ => Match::Unknown,
        }
    }

    fn exact(&self, name: &str, ids: &[ComponentId]) -> bool {
        self.known.iter().any(|k| {
            ids.contains(&k.id) && (k.normals.contains(&normal(name)) || k.stems.contains(&stem(name)))
        })
    }

    /// What a label stands for. A shape narrows it: a cylinder is no service.
    pub fn of_label(&self, label: &str, kind: Option<ComponentKind>) -> Match {
        let (key, short, label_words) = (normal(label), stem(label), words(label));
        if key.is_empty() {
            return Match::Unknown;
        }
        let fits = |k: &&Known| match kind {
            Some(kind) if kind.holds_data() => {
                k.kind.holds_data() || !k.kind.is_plumbing() && k.kind == ComponentKind::External
            }
            Some(ComponentKind::User) => k.kind == ComponentKind::User,
            _ => true,
        };
        let technologies: BTreeSet<&str> =
            self.known.iter().filter_map(|k| k.technology.as_deref()).collect();
        let technologies: Vec<&str> = technologies.into_iter().collect();
        let owner = store_owner(label, &technologies);
        let set: BTreeSet<&str> = label_words.iter().map(String::as_str).collect();
        let stages: [&dyn Fn(&Known) -> bool; 5] = [
            &|k| k.normals.contains(&key),
            &|k| k.stems.contains(&short) && k.kind != ComponentKind::User,
            &|k| k.kind.holds_data() && owner.as_ref().is_some_and(|o| k.owners.contains(o)),
            &|k| {
                k.technology.as_deref().is_some_and(|t| {
                    key == normal(t) || (set.contains(t) && k.kind.holds_data() && owner.is_none())
                })
            },
            &|k| k.kind != ComponentKind::User && k.words.iter().any(|w| subset(w, &set)),
        ];
        for (stage, matches) in stages.iter().enumerate() {
            let ids: Vec<ComponentId> =
                self.known.iter().filter(|k| fits(k) && matches(k)).map(|k| k.id).collect();
            match (ids.len(), stage) {
                (0, _) => continue,
                (1, _) => return Match::These(ids),
                // One box for all of a product is coarser than the code, not ambiguous.
                (_, 3) => return Match::These(ids),
                (_, 4) => continue,
                _ => return Match::Ambiguous(ids),
            }
        }
        self.of_role(&label_words, kind)
    }

    /// "Message broker", "Service registry": every component that plays the role.
    fn of_role(&self, label: &[String], kind: Option<ComponentKind>) -> Match {
        let bare: Vec<&str> = label
            .iter()
            .map(String::as_str)
            .filter(|w| !matches!(*w, "server" | "the" | "our" | "api" | "web"))
            .collect();
        let role = ROLES.iter().find(|(words, _)| {
            words.len() == bare.len()
                && words.iter().zip(&bare).all(|(a, b)| b.trim_end_matches('s') == *a || b == a)
        });
        let Some((_, role)) = role.filter(|(_, role)| {
            kind.is_none_or(|k| k == *role || k == ComponentKind::Service || !k.holds_data())
        }) else {
            return Match::Unknown;
        };
        let ids: Vec<ComponentId> = self.known.iter().filter(|k| k.kind == *role).map(|k| k.id).collect();
        if ids.is_empty() { Match::Unknown } else { Match::These(ids) }
    }
}

/// The words of a name are all among the label's, or the label's among the name's, and the shared part says which one it
/// is: at least one word of three letters that is no generic one.
fn subset(name: &BTreeSet<String>, label: &BTreeSet<&str>) -> bool {
    let telling = |w: &str| {
        w.len() > 2 && stem(&format!("x-{w}")) != "x" && !ROLES.iter().any(|(words, _)| words.contains(&w))
    };
    let shared: Vec<&str> = name.iter().map(String::as_str).filter(|w| label.contains(w)).collect();
    let covers = shared.len() == name.len() || shared.len() == label.len();
    covers && shared.iter().any(|w| telling(w))
}

fn plural(label: &str) -> Option<ComponentKind> {
    let words = words(label);
    let last = words.last()?;
    PLURALS.iter().find(|(word, _)| word == last).map(|(_, kind)| *kind)
}

/// `Orders [Spring Boot] (Java)` without what stands in brackets; the whole when nothing else is left.
fn without_brackets(label: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0u32);
    for c in label.chars() {
        match c {
            '(' | '[' | '<' | '{' => depth += 1,
            ')' | ']' | '>' | '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    let out = out.trim();
    if out.is_empty() { label.to_string() } else { out.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(name: &str, kind: ComponentKind, technology: Option<&str>) -> Component {
        Component {
            name: name.into(),
            kind,
            technology: technology.map(str::to_string),
            aliases: vec![],
            language: None,
            published: false,
            identities: vec![],
            operations: vec![],
            evidence: vec![],
            drawn_only: false,
        }
    }

    #[test]
    fn labels_are_recognised_in_the_ways_people_write_them() {
        let system = [
            component("order-service", ComponentKind::Service, None),
            component("orders-db", ComponentKind::Database, Some("postgresql")),
            component("users-db", ComponentKind::Database, Some("postgresql")),
            component("bus", ComponentKind::Broker, Some("rabbitmq")),
            component("api-gateway", ComponentKind::Gateway, None),
        ];
        let boxes = Boxes::new(&system, &[]);
        let one = |label: &str| match boxes.of_label(&without_brackets(label), None) {
            Match::These(ids) => {
                ids.iter().map(|i| system[i.0 as usize].name.as_str()).collect::<Vec<_>>().join(",")
            }
            other => format!("{other:?}"),
        };
        assert_eq!(one("Order Service"), "order-service");
        assert_eq!(one("Order [Spring Boot]"), "order-service");
        assert_eq!(one("Orders Database"), "orders-db");
        assert_eq!(one("PostgreSQL"), "orders-db,users-db");
        assert_eq!(one("RabbitMQ"), "bus");
        assert_eq!(one("Message broker"), "bus");
        assert_eq!(one("API Gateway"), "api-gateway");
        assert_eq!(one("Validate input"), "Unknown");
    }
}
