//! What configuration says, and what a `${placeholder}` can be.

use crate::address::HOLE;
use crate::names::normal;
use crate::profiles::{Active, Holds};
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{Location, Part, SettingSort, Template};

/// One value of one key.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Value, placeholders unresolved.
    pub value: Template,
    /// Which world it is of.
    pub sort: SettingSort,
    /// Profiles in which it holds; empty means all.
    pub profiles: Vec<String>,
    /// Where it is written.
    pub location: Location,
    /// As written.
    pub key: String,
}

/// All settings that reach one component. Keys are compared relaxed: case and punctuation do not count, so that
/// `spring.data.mongodb.host` and `SPRING_DATA_MONGODB_HOST` are one.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    by_key: BTreeMap<String, Vec<Setting>>,
    /// What is known of the active profiles.
    active: Active,
}

/// A text that a template can be, and the settings that made it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// Unknown parts are [`HOLE`].
    pub text: String,
    /// The settings used: where and as what key.
    pub via: Vec<(String, Location)>,
    /// Profiles that must be active for it, beyond those known to be; empty when it simply holds.
    pub only_in: Vec<String>,
}

/// Alternatives kept of one template.
const ALTERNATIVES_MAX: usize = 8;
/// Placeholders within placeholders followed.
const NESTING_MAX: usize = 6;
/// Values of one key that are kept; nobody writes more, and each is looked at for every placeholder.
const VALUES_MAX: usize = 128;
/// Placeholders followed for one template, all alternatives together. Values that name each other grow as a power.
const STEPS_MAX: usize = 1_000;
/// Length in bytes beyond which a text is not known.
const TEXT_MAX: usize = 16 * 1024;

/// The way down through placeholders: what is being expanded, and how far it may still go.
struct Way<'a> {
    /// Settings whose values are around this one: none of them is a value of itself.
    within: Vec<&'a Setting>,
    /// Placeholders followed so far.
    steps: usize,
}

impl Settings {
    /// Adds one setting.
    pub fn add(&mut self, setting: Setting) {
        let values = self.by_key.entry(normal(&setting.key)).or_default();
        if values.len() < VALUES_MAX {
            values.push(setting);
        }
    }

    /// Adds all settings of another set.
    pub fn extend(&mut self, other: &Settings) {
        for (key, values) in &other.by_key {
            let known = self.by_key.entry(key.clone()).or_default();
            known.extend(values.iter().take(VALUES_MAX.saturating_sub(known.len())).cloned());
        }
    }

    /// The same without what a configuration repository serves.
    pub fn without_served(&self) -> Settings {
        let keep = |values: &Vec<Setting>| {
            values.iter().filter(|s| s.sort != SettingSort::Served).cloned().collect()
        };
        let by_key = self.by_key.iter().map(|(key, values)| (key.clone(), keep(values)));
        Settings { by_key: by_key.collect(), active: self.active.clone() }
    }

    /// Every setting, by key.
    pub fn all(&self) -> impl Iterator<Item = &Setting> {
        self.by_key.values().flatten()
    }

    /// Says which profiles are active, from the keys that name them. To be called when all settings are in.
    pub fn activate(&mut self, keys: &[Template]) {
        let mut active = BTreeSet::new();
        let mut known = false;
        let mut elsewhere = false;
        for key in keys {
            for expansion in self.expand(key) {
                if expansion.text.contains(HOLE) || expansion.text.is_empty() {
                    elsewhere |= !expansion.via.is_empty();
                    continue;
                }
                known = true;
                active.extend(expansion.text.split(',').map(|p| p.trim().to_lowercase()));
            }
        }
        self.active = Active { names: known.then_some(active), elsewhere };
    }

    /// True when something of these profiles can hold.
    pub fn may_hold(&self, profiles: &[String]) -> bool {
        self.active.holds(profiles) != Holds::No
    }

    /// How good a value is: smaller is better; `None` when it does not hold because its profile is known to be off.
    fn rank(&self, setting: &Setting) -> Option<(u8, u8)> {
        let sort = match setting.sort {
            SettingSort::Environment => 0,
            SettingSort::Image => 1,
            SettingSort::Served => 2,
            SettingSort::Property => 3,
        };
        let world = match (setting.profiles.is_empty(), self.active.holds(&setting.profiles)) {
            (_, Holds::No) => return None,
            (true, _) if sort < 2 => 0,
            (true, _) => 2,
            (false, Holds::Yes) => 1,
            (false, Holds::Perhaps) => 3,
        };
        Some((world, sort))
    }

    /// Values of a key that can hold, best first.
    pub fn values(&self, key: &str) -> Vec<&Setting> {
        let found = self.by_key.get(&normal(key)).map(Vec::as_slice).unwrap_or_default();
        let mut ranked: Vec<_> = found.iter().filter_map(|s| Some((self.rank(s)?, s))).collect();
        ranked.sort_by(|a, b| (a.0, &a.1.location).cmp(&(b.0, &b.1.location)));
        ranked.into_iter().map(|(_, s)| s).collect()
    }

    /// Values of a key, or of all keys that a `*` in it stands for, that can hold.
    fn matching(&self, key: &str) -> Vec<&Setting> {
        let Some((before, after)) = key.split_once('*') else { return self.values(key) };
        let (before, after) = (normal(before), normal(after));
        let from = self.by_key.range(before.clone()..).take_while(|(k, _)| k.starts_with(&before));
        from.filter(|(k, _)| k.len() > before.len() + after.len() && k.ends_with(&after))
            .flat_map(|(k, _)| self.values(k))
            .collect()
    }

    /// The keys that a key with a `*` in it stands for, one spelling of each.
    pub fn keys_like(&self, key: &str) -> Vec<String> {
        let mut out: BTreeMap<String, String> = BTreeMap::new();
        for setting in self.matching(key) {
            out.entry(normal(&setting.key)).or_insert_with(|| setting.key.clone());
        }
        out.into_values().collect()
    }

    /// True when the key, or a key below it, has a value that can hold.
    pub fn has(&self, key: &str) -> bool {
        let key = normal(key);
        let below = self.by_key.range(key.clone()..).take_while(|(k, _)| k.starts_with(&key));
        below.flat_map(|(_, values)| values).any(|s| {
            let written = normal(&s.key);
            // A longer key counts only when it goes on after a separator: `mail.host` is below `mail`, `mailer` is not.
            let separated = written == key || separated_prefix(&s.key, &key);
            separated && self.rank(s).is_some()
        })
    }

    /// Everything a template can be, best first; never empty.
    pub fn expand(&self, template: &Template) -> Vec<Expansion> {
        self.expand_on(template, &mut Way { within: vec![], steps: 0 })
    }

    fn expand_on<'a>(&'a self, template: &'a Template, way: &mut Way<'a>) -> Vec<Expansion> {
        let mut out = vec![Expansion { text: String::new(), via: vec![], only_in: vec![] }];
        for part in &template.parts {
            let choices = match part {
                Part::Text(text) => vec![plain(text.clone())],
                Part::Hole(_) => vec![plain(HOLE.to_string())],
                Part::Key { name, default } => self.expand_key(name, default.as_ref(), way),
            };
            let pairs = out.iter().flat_map(|left| choices.iter().map(move |right| (left, right)));
            out = pairs.take(ALTERNATIVES_MAX).map(|(left, right)| joined(left, right)).collect();
        }
        out
    }

    fn expand_key<'a>(
        &'a self,
        name: &'a str,
        default: Option<&'a Template>,
        way: &mut Way<'a>,
    ) -> Vec<Expansion> {
        way.steps += 1;
        if way.within.len() >= NESTING_MAX || way.steps > STEPS_MAX {
            return vec![plain(HOLE.to_string())];
        }
        let mut out = Vec::new();
        for setting in self.matching(name) {
            if out.len() >= ALTERNATIVES_MAX {
                break;
            }
            if way.within.iter().any(|around| std::ptr::eq(*around, setting)) {
                continue;
            }
            way.within.push(setting);
            for mut expansion in self.expand_on(&setting.value, way) {
                expansion.via.insert(0, (setting.key.clone(), setting.location.clone()));
                if self.active.holds(&setting.profiles) == Holds::Perhaps {
                    expansion.only_in.extend(setting.profiles.iter().cloned());
                }
                out.push(expansion);
            }
            way.within.pop();
        }
        if let Some(default) = default {
            out.extend(self.expand_on(default, way));
        }
        out.truncate(ALTERNATIVES_MAX);
        if out.is_empty() {
            out.push(plain(HOLE.to_string()));
        }
        out
    }
}

fn plain(text: String) -> Expansion {
    Expansion { text, via: vec![], only_in: vec![] }
}

fn joined(left: &Expansion, right: &Expansion) -> Expansion {
    let mut out = left.clone();
    if out.text.len() + right.text.len() > TEXT_MAX {
        out.text = HOLE.to_string();
        return out;
    }
    out.text.push_str(&right.text);
    out.via.extend(right.via.iter().cloned());
    out.only_in.extend(right.only_in.iter().cloned());
    out
}

/// True when `written` begins with the normalised `key` and goes on after a separator.
fn separated_prefix(written: &str, key: &str) -> bool {
    let mut rest = key.chars();
    let mut expected = rest.next();
    for c in written.chars() {
        match expected {
            None => return !c.is_alphanumeric(),
            Some(e) if c.is_alphanumeric() => {
                if !c.to_lowercase().eq([e]) {
                    return false;
                }
                expected = rest.next();
            }
            Some(_) => {}
        }
    }
    expected.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use undrawn_model::Syntax;

    fn set(settings: &mut Settings, key: &str, value: &str, sort: SettingSort, profiles: &[&str]) {
        settings.add(Setting {
            key: key.into(),
            value: Template::parse(value, Syntax::Spring),
            sort,
            profiles: profiles.iter().map(|p| p.to_string()).collect(),
            location: Location::file("f"),
        });
    }

    fn texts(settings: &Settings, template: &str) -> Vec<String> {
        settings.expand(&Template::parse(template, Syntax::Spring)).into_iter().map(|e| e.text).collect()
    }

    #[test]
    fn environment_beats_profile_beats_default_and_inactive_profiles_do_not_hold() {
        let mut s = Settings::default();
        set(&mut s, "spring.data.mongodb.host", "localhost", SettingSort::Property, &[]);
        set(&mut s, "spring.data.mongodb.host", "mongo", SettingSort::Property, &["docker"]);
        set(&mut s, "spring.data.mongodb.host", "prod-mongo", SettingSort::Property, &["prod"]);
        assert_eq!(texts(&s, "${spring.data.mongodb.host}"), ["localhost", "mongo", "prod-mongo"]);
        set(&mut s, "SPRING_PROFILES_ACTIVE", "docker", SettingSort::Environment, &[]);
        s.activate(&[Template::key("spring.profiles.active", None)]);
        assert_eq!(texts(&s, "${spring.data.mongodb.host}"), ["mongo", "localhost"]);
        set(&mut s, "SPRING_DATA_MONGODB_HOST", "other", SettingSort::Environment, &[]);
        assert_eq!(texts(&s, "${spring.data.mongodb.host}")[0], "other");
    }

    #[test]
    fn a_star_in_a_key_stands_for_any_name() {
        let mut s = Settings::default();
        set(&mut s, "oauth2.provider.acme.token-uri", "http://a/token", SettingSort::Property, &[]);
        set(&mut s, "OAUTH2_PROVIDER_BETA_TOKEN_URI", "http://b/token", SettingSort::Property, &[]);
        set(&mut s, "oauth2.provider.acme.user-uri", "http://a/user", SettingSort::Property, &[]);
        assert_eq!(texts(&s, "${oauth2.provider.*.token-uri}"), ["http://a/token", "http://b/token"]);
    }

    #[test]
    fn placeholders_that_go_round_end_in_a_hole() {
        let mut s = Settings::default();
        set(&mut s, "a", "${b}", SettingSort::Property, &[]);
        set(&mut s, "b", "${a}", SettingSort::Property, &[]);
        assert_eq!(texts(&s, "x${a}"), ["x\u{1}"]);
        assert_eq!(texts(&s, "${none:d}"), ["d"]);
    }

    #[test]
    fn values_that_multiply_end() {
        let mut s = Settings::default();
        for _ in 0..500 {
            set(&mut s, "a", "${a}${b}${a}", SettingSort::Property, &[]);
            set(&mut s, "b", "${a}${b}${a}${b}", SettingSort::Property, &[]);
        }
        let found = texts(&s, "${a}");
        assert!(found.len() <= ALTERNATIVES_MAX && found.iter().all(|t| t.len() <= TEXT_MAX));
    }

    #[test]
    fn a_variable_handed_on_under_its_own_name_has_its_other_values() {
        let mut s = Settings::default();
        set(&mut s, "DB_HOST", "${DB_HOST:db}", SettingSort::Environment, &[]);
        set(&mut s, "DB_HOST", "store", SettingSort::Image, &[]);
        assert_eq!(texts(&s, "${DB_HOST}"), ["store", "db", "store"]);
    }

    #[test]
    fn a_key_has_what_lies_below_it_and_not_what_only_begins_alike() {
        let mut s = Settings::default();
        set(&mut s, "spring.mail-server.host", "x", SettingSort::Property, &[]);
        assert!(s.has("spring.mailServer"));
        assert!(!s.has("spring.mail-ser"));
        assert!(s.has("spring"));
    }
}
