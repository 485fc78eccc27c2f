//! What the libraries that are there imply.

use crate::names::normal;
use crate::proto::first_match;
use crate::settings::Settings;
use std::collections::BTreeMap;
use undrawn_model::{Provenance, Sighting, Trigger};

/// What a trigger is asked of: one component.
pub struct Facts<'a> {
    /// Libraries with the place that brings each.
    pub libraries: &'a BTreeMap<String, Sighting>,
    /// Markers with their places.
    pub markers: &'a BTreeMap<String, Sighting>,
    /// Settings that reach it.
    pub settings: &'a Settings,
}

impl Facts<'_> {
    fn marker(&self, wanted: &str) -> Option<&Sighting> {
        match wanted.contains('.') {
            true => self.markers.get(wanted),
            false => self.markers.iter().find(|(m, _)| m.rsplit('.').next() == Some(wanted)).map(|(_, s)| s),
        }
    }

    /// True when `key=value` holds for the best value of the key.
    fn holds(&self, pair: &str) -> bool {
        let Some((key, wanted)) = pair.split_once('=') else { return false };
        self.best(key.trim()).is_some_and(|value| {
            normal(&value) == normal(wanted) || (wanted.trim() == "*" && value.contains('*'))
        })
    }

    /// The value of a key that holds, if it is known.
    pub fn best(&self, key: &str) -> Option<String> {
        let key = undrawn_model::Template::key(key, None);
        self.settings.expand(&key).into_iter().map(|e| e.text).find(|t| !t.contains(crate::address::HOLE))
    }

    fn excluded(&self, word: &str) -> bool {
        match (word.strip_prefix("library:"), word.contains('=')) {
            (Some(library), _) => first_match(self.libraries, library.trim()).is_some(),
            (None, true) => self.holds(word),
            (None, false) => self.marker(word).is_some() || self.settings.has(word),
        }
    }

    /// The places that make a trigger hold, or `None` when it does not. A trigger that asks for nothing never holds.
    pub fn holds_because(&self, trigger: &Trigger) -> Option<Vec<Sighting>> {
        let mut because = Vec::new();
        let asks = [&trigger.libraries, &trigger.markers, &trigger.keys, &trigger.settings];
        if asks.iter().all(|a| a.is_empty()) || trigger.unless.iter().any(|word| self.excluded(word)) {
            return None;
        }
        if !trigger.markers.is_empty() {
            because.push(trigger.markers.iter().find_map(|m| self.marker(m))?.clone());
        }
        if !trigger.libraries.is_empty() {
            because.push(trigger.libraries.iter().find_map(|l| first_match(self.libraries, l))?.1.clone());
        }
        if !trigger.keys.is_empty() {
            let key = trigger.keys.iter().find(|k| self.settings.has(k))?;
            because.extend(self.settings.values(key).first().map(|s| Sighting {
                provenance: Provenance::Config,
                location: s.location.clone(),
                detail: format!("{} = {}", s.key, s.value),
            }));
        }
        if !trigger.settings.is_empty() && !trigger.settings.iter().any(|s| self.holds(s)) {
            return None;
        }
        Some(because)
    }
}
