//! What the boxes of a drawing stand for.

use crate::labels::{for_owner, is_filler, is_part, readings, store_kind, without_brackets};
use crate::names::{normal, stem, store_owner, words};
use crate::resolve::product;
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{Component, ComponentId, ComponentKind, Dependency, DependencyKind, Drawing, DrawnBox};

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

/// Words for a store of files: `S3 / Blob storage`.
const OBJECTS: &[&str] =
    &["s3", "blob", "object", "bucket", "file", "storage", "store", "compatible", "aws", "amazon"];

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
    /// Whom a store is of, by its own name.
    owners: BTreeSet<String>,
    /// The name without the number of a copy: `orders` of `orders-2`.
    base: String,
    /// Finds texts for others.
    is_search_index: bool,
    /// Keeps files for others.
    stores_objects: bool,
    /// Stores it uses, and how.
    uses: BTreeSet<(ComponentId, DependencyKind)>,
}

/// Finds components for labels.
pub struct Boxes {
    known: Vec<Known>,
}

impl Boxes {
    /// Tables over all components.
    pub fn new(components: &[Component], dependencies: &[Dependency]) -> Self {
        let mut uses: BTreeMap<ComponentId, BTreeSet<(ComponentId, DependencyKind)>> = BTreeMap::new();
        for d in dependencies.iter().filter(|d| components[d.to.0 as usize].kind.holds_data()) {
            uses.entry(d.from).or_default().insert((d.to, d.kind));
        }
        let objects: BTreeSet<ComponentId> =
            dependencies.iter().filter(|d| d.kind == DependencyKind::Object).map(|d| d.to).collect();
        let known = components.iter().enumerate().map(|(i, c)| {
            let id = ComponentId(i as u32);
            let names: Vec<&str> =
                std::iter::once(c.name.as_str()).chain(c.aliases.iter().map(String::as_str)).collect();
            let technology = c.technology.as_deref().map(product);
            let mut owners = BTreeSet::new();
            if c.kind.holds_data() {
                let technologies: Vec<&str> = technology.iter().map(String::as_str).collect();
                owners.extend(names.iter().filter_map(|n| store_owner(n, &technologies)));
            }
            Known {
                id,
                kind: c.kind,
                technology,
                normals: names.iter().map(|n| normal(n)).collect(),
                stems: names.iter().map(|n| stem(n)).collect(),
                words: names.iter().map(|n| words(n).into_iter().collect()).collect(),
                owners,
                base: normal(c.name.trim_end_matches(|c: char| c.is_ascii_digit())),
                is_search_index: c.technology.as_deref().is_some_and(|t| {
                    matches!(t, "elasticsearch" | "opensearch" | "solr" | "meilisearch" | "typesense")
                }),
                stores_objects: c
                    .technology
                    .as_deref()
                    .is_some_and(|t| matches!(t, "minio" | "s3" | "azurite"))
                    || objects.contains(&id),
                uses: uses.remove(&id).unwrap_or_default(),
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
        for found in out.values_mut() {
            if let Match::These(ids) = found
                && let [one] = ids.as_slice()
            {
                let copies = self.copies(*one, &shown);
                ids.extend(copies);
            }
        }
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

    /// Numbered copies of a component that no box shows: one box stands for all of them.
    fn copies(&self, of: ComponentId, shown: &BTreeSet<ComponentId>) -> Vec<ComponentId> {
        let Some(this) = self.known.iter().find(|k| k.id == of && k.base.len() > 1) else { return vec![] };
        let copy = |k: &&Known| {
            k.id != of
                && !shown.contains(&k.id)
                && (k.base == this.base && k.kind == this.kind && k.technology == this.technology)
        };
        self.known.iter().filter(copy).map(|k| k.id).collect()
    }

    fn of_box(&self, b: &DrawnBox) -> Match {
        let bare = without_brackets(&b.label);
        let found =
            readings(&b.label).iter().map(|r| self.of_label(r, b.kind)).find(|m| *m != Match::Unknown);
        if let Some(found) = found {
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
        let owner = store_owner(&for_owner(label), &technologies);
        let set: BTreeSet<&str> = label_words.iter().map(String::as_str).collect();
        let part = is_part(&label_words);
        let stages: [&dyn Fn(&Known) -> bool; 5] = [
            &|k| k.normals.contains(&key),
            &|k| k.stems.contains(&short) && k.kind != ComponentKind::User,
            &|k| !part && k.kind.holds_data() && owner.as_ref().is_some_and(|o| k.owners.contains(o)),
            &|k| {
                k.technology.as_deref().is_some_and(|t| {
                    let loose = k.kind.holds_data() && owner.is_none() && !part;
                    key == normal(t) || set.contains(t) && loose || k.is_its_product(t, &label_words)
                })
            },
            &|k| {
                let plural = || k.stems.iter().any(|s| singular(s) == singular(&short));
                !part
                    && k.kind != ComponentKind::User
                    && (plural() || k.words.iter().any(|w| subset(w, &set)))
            },
        ];
        for (stage, matches) in stages.iter().enumerate() {
            let mut ids: Vec<ComponentId> =
                self.known.iter().filter(|k| fits(k) && matches(k)).map(|k| k.id).collect();
            if stage == 2 && ids.len() != 1 {
                ids = self.used_by_owner(ids, owner.as_deref(), &label_words, kind);
            }
            match (ids.len(), stage) {
                (0, _) => continue,
                (1, _) => return Match::These(ids),
                // One box for all of a product is coarser than the code, not ambiguous.
                (_, 3) => return Match::These(ids),
                (_, 4) => continue,
                _ => return Match::Ambiguous(ids),
            }
        }
        if part { Match::Unknown } else { self.of_role(&label_words, kind) }
    }

    /// "Orders DB" where several stores or none are called so: the store of that kind that orders uses, if there is one.
    fn used_by_owner(
        &self,
        named: Vec<ComponentId>,
        owner: Option<&str>,
        label: &[String],
        kind: Option<ComponentKind>,
    ) -> Vec<ComponentId> {
        let asked = store_kind(label).or(kind.filter(|k| k.holds_data()));
        let of_kind = |id: &ComponentId| self.known.iter().any(|k| k.id == *id && Some(k.kind) == asked);
        let of_that_kind: Vec<ComponentId> = named.iter().copied().filter(of_kind).collect();
        if !of_that_kind.is_empty() {
            return of_that_kind;
        }
        let (Some(owner), Some(_), true) = (owner, asked, named.is_empty()) else { return named };
        // A search index is hardly ever called a database, though it is of that kind.
        let search = |k: DependencyKind| matches!(k, DependencyKind::Search | DependencyKind::Object);
        let of_kind =
            |id: &ComponentId| of_kind(id) && !self.known.iter().any(|k| k.id == *id && k.is_search_index);
        let used: BTreeSet<ComponentId> = self
            .known
            .iter()
            .filter(|k| k.stems.contains(owner) && !k.kind.holds_data())
            .flat_map(|k| k.uses.iter().filter(|(id, how)| of_kind(id) && !search(*how)).map(|(id, _)| *id))
            .collect();
        if used.len() == 1 { used.into_iter().collect() } else { named }
    }

    /// The component that a group's label names without any further word.
    pub fn of_group(&self, label: &str) -> Option<ComponentId> {
        let found = readings(label).iter().map(|r| self.of_label(r, None)).find(|m| *m != Match::Unknown)?;
        let Match::These(ids) = found else { return None };
        let [one] = ids.as_slice() else { return None };
        let known = self.known.iter().find(|k| k.id == *one)?;
        let words = words(&without_brackets(label));
        let plain = known.technology.as_deref().is_some_and(|t| known.is_its_product(t, &words));
        (plain || self.exact(label, &ids)).then_some(*one)
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
        let says =
            |list: &[&str], w: &String| list.contains(&w.as_str()) || list.contains(&w.trim_end_matches('s'));
        if label.iter().all(|w| says(OBJECTS, w)) && label.iter().any(|w| says(&OBJECTS[..4], w)) {
            let ids: Vec<ComponentId> =
                self.known.iter().filter(|k| k.stores_objects).map(|k| k.id).collect();
            return if ids.is_empty() { Match::Unknown } else { Match::These(ids) };
        }
        let Some((_, role)) = role.filter(|(_, role)| {
            kind.is_none_or(|k| k == *role || k == ComponentKind::Service || !k.holds_data())
        }) else {
            return Match::Unknown;
        };
        let mut ids: Vec<ComponentId> = self.known.iter().filter(|k| k.kind == *role).map(|k| k.id).collect();
        if ids.is_empty() {
            // Nothing is known to play the role, but something may be called so.
            let name = bare.concat();
            ids.extend(self.known.iter().filter(|k| k.normals.contains(&name)).map(|k| k.id));
        }
        if ids.is_empty() { Match::Unknown } else { Match::These(ids) }
    }
}

impl Known {
    /// The label is the product's name and fillers, or the product's name and the component's: `Eureka Server`,
    /// `nginx gateway`.
    fn is_its_product(&self, technology: &str, label: &[String]) -> bool {
        let product = words(technology);
        let rest: Vec<&str> =
            label.iter().map(String::as_str).filter(|w| !product.iter().any(|p| p == w)).collect();
        let all = product.iter().all(|p| label.contains(p));
        all && (rest.iter().all(|w| is_filler(w)) || self.stems.contains(&stem(&rest.join("-"))))
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

fn singular(stem: &str) -> &str {
    stem.strip_suffix('s').filter(|rest| rest.len() > 2).unwrap_or(stem)
}

fn plural(label: &str) -> Option<ComponentKind> {
    let words = words(label);
    let last = words.last()?;
    PLURALS.iter().find(|(word, _)| word == last).map(|(_, kind)| *kind)
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
