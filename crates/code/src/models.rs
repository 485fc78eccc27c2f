//! Library knowledge: the model files, checked at build, embedded, parsed once.

use crate::schema::{
    AnnotatedRule, CallRule, ClientRule, EntityRule, InjectedRule, ListenerRule, MappingRule, ModelFile,
    PropertiesRule, RepositoryRule, RouteClassRule, ScheduleRule, ServesRule, StartupRule, StepRule, Target,
    Texts, WhenRule,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;
use undrawn_model::{Implication, LibraryRule, Mode, Need, RoleRule, Syntax, Template, Trigger};

static EMBEDDED: &str = include_str!(concat!(env!("OUT_DIR"), "/models.json"));

static MODELS: LazyLock<Models> = LazyLock::new(|| {
    // The build script has parsed exactly this text with exactly this schema.
    let files: Vec<ModelFile> = serde_json::from_str(EMBEDDED).unwrap_or_default();
    Models::new(files)
});

/// All model files, indexed.
#[derive(Default)]
pub struct Models {
    /// What libraries imply by their presence.
    pub rules: Vec<LibraryRule>,
    /// Named targets.
    pub targets: HashMap<String, Target>,
    /// Library constants.
    pub constants: HashMap<String, String>,
    /// See [`StepRule`].
    pub steps: Vec<StepRule>,
    /// See [`CallRule`].
    pub calls: Vec<CallRule>,
    /// See [`InjectedRule`].
    pub injected: Vec<InjectedRule>,
    /// See [`PropertiesRule`].
    pub properties: Vec<PropertiesRule>,
    /// Annotations of bean methods.
    pub beans: Vec<String>,
    /// Annotations of methods, or of whole classes, for which no caller waits.
    pub detached: Texts,
    /// See [`MappingRule`].
    pub mappings: Vec<MappingRule>,
    /// See [`RouteClassRule`].
    pub routes: Vec<RouteClassRule>,
    /// See [`ClientRule`].
    pub clients: Vec<ClientRule>,
    /// See [`ListenerRule`].
    pub listeners: Vec<ListenerRule>,
    /// See [`ServesRule`].
    pub serves: Vec<ServesRule>,
    /// See [`ScheduleRule`].
    pub schedules: Vec<ScheduleRule>,
    /// See [`StartupRule`].
    pub startups: Vec<StartupRule>,
    /// See [`AnnotatedRule`].
    pub annotated: Vec<AnnotatedRule>,
    /// See [`EntityRule`].
    pub entities: Vec<EntityRule>,
    /// See [`RepositoryRule`].
    pub repositories: Vec<RepositoryRule>,
    supertypes: HashMap<String, Vec<String>>,
    types: HashSet<String>,
    telling: BTreeSet<String>,
    markers: HashSet<String>,
    steps_by_method: ByMethod,
    calls_by_method: ByMethod,
}

/// Rules by method name.
#[derive(Default)]
struct ByMethod {
    exact: HashMap<String, Vec<usize>>,
    patterns: Vec<(String, usize)>,
}

impl ByMethod {
    fn add(&mut self, methods: &Texts, rule: usize) {
        for method in &methods.0 {
            match method.strip_suffix('*') {
                Some(prefix) => self.patterns.push((prefix.to_string(), rule)),
                None => self.exact.entry(method.clone()).or_default().push(rule),
            }
        }
    }

    fn get(&self, method: &str) -> Vec<usize> {
        let exact = self.exact.get(method).into_iter().flatten().copied();
        let patterns = self.patterns.iter().filter(|(prefix, _)| method.starts_with(prefix.as_str()));
        let mut out: Vec<usize> = exact.chain(patterns.map(|(_, rule)| *rule)).collect();
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// The embedded models.
pub fn models() -> &'static Models {
    &MODELS
}

impl Models {
    fn new(files: Vec<ModelFile>) -> Self {
        let mut models = Models::default();
        for mut file in files {
            models.add_presence(&file);
            for ty in &file.types {
                models.types.insert(ty.r#type.clone());
                models.types.extend(ty.supertypes.0.iter().cloned());
                models
                    .supertypes
                    .entry(ty.r#type.clone())
                    .or_default()
                    .extend(ty.supertypes.0.iter().cloned());
            }
            models
                .types
                .extend(file.constants.keys().filter_map(|k| Some(k.rsplit_once('.')?.0.to_string())));
            models.constants.extend(file.constants);
            models.targets.extend(file.targets);
            models.steps.append(&mut file.steps);
            models.calls.append(&mut file.calls);
            models.injected.append(&mut file.injected);
            models.properties.append(&mut file.properties);
            models.beans.extend(file.beans.into_iter().flat_map(|b| b.annotation.0));
            models.detached.0.extend(file.detached.into_iter().flat_map(|d| d.annotation.0));
            models.mappings.append(&mut file.mappings);
            models.routes.append(&mut file.routes);
            models.clients.append(&mut file.clients);
            models.listeners.append(&mut file.listeners);
            models.serves.append(&mut file.serves);
            models.schedules.append(&mut file.schedules);
            models.startups.append(&mut file.startups);
            models.annotated.append(&mut file.annotated);
            models.entities.append(&mut file.entities);
            models.repositories.append(&mut file.repositories);
        }
        models.index();
        models
    }

    fn add_presence(&mut self, file: &ModelFile) {
        let whens = file.implies.iter().map(|i| &i.when).chain(file.roles.iter().map(|r| &r.when));
        for when in whens {
            self.markers.extend(when.markers.iter().cloned());
            let unless = when.unless.iter().filter(|u| !u.contains('=') && !u.starts_with("library:"));
            self.markers.extend(unless.cloned());
        }
        self.rules.push(library_rule(file));
    }

    fn index(&mut self) {
        let mut telling: BTreeSet<String> = BTreeSet::new();
        let mut add = |texts: &Texts| telling.extend(texts.0.iter().cloned());
        for (number, rule) in self.calls.iter().enumerate() {
            self.calls_by_method.add(&rule.methods, number);
            add(&rule.on);
        }
        self.injected.iter().for_each(|r| add(&r.annotation));
        self.properties.iter().for_each(|r| add(&r.annotation));
        self.mappings.iter().for_each(|r| add(&r.annotation));
        self.serves.iter().for_each(|r| add(&r.supertype));
        self.schedules.iter().for_each(|r| add(&r.annotation));
        self.annotated.iter().for_each(|r| add(&r.annotation));
        self.routes.iter().for_each(|r| [&r.annotation, &r.supertype].into_iter().for_each(&mut add));
        self.startups.iter().for_each(|r| [&r.annotation, &r.supertype].into_iter().for_each(&mut add));
        self.entities.iter().for_each(|r| [&r.annotation, &r.supertype].into_iter().for_each(&mut add));
        self.repositories.iter().for_each(|r| [&r.annotation, &r.supertype].into_iter().for_each(&mut add));
        for rule in &self.clients {
            [&rule.annotation, &rule.supertype, &rule.method_annotation].into_iter().for_each(&mut add);
        }
        for rule in &self.listeners {
            [&rule.annotation, &rule.supertype, &rule.handlers, &rule.bean].into_iter().for_each(&mut add);
        }
        add(&Texts(self.beans.clone()));
        add(&Texts(self.markers.iter().cloned().collect()));
        // Library types that are one of these by what the models tell are told about as well.
        let mut subtypes: Vec<String> = Vec::new();
        for name in self.supertypes.keys() {
            let (mut at, mut steps) = (vec![name.as_str()], 0);
            while let Some(next) = at.pop() {
                if telling.contains(next) {
                    subtypes.push(name.clone());
                    break;
                }
                steps += 1;
                if steps < 64 {
                    at.extend(self.supertypes.get(next).into_iter().flatten().map(String::as_str));
                }
            }
        }
        telling.extend(subtypes);
        for (number, rule) in self.steps.iter().enumerate() {
            self.steps_by_method.add(&rule.methods, number);
            self.types.extend(rule.on.0.iter().chain(&rule.returns).cloned());
            // What a step returns may be called without ever being named.
            if rule.returns.as_ref().is_some_and(|r| telling.contains(r)) {
                telling.extend(rule.on.0.iter().cloned());
            }
        }
        self.types.extend(telling.iter().cloned());
        self.telling = telling;
    }

    /// Steps about a type itself, whatever their method.
    pub fn steps_on<'m>(&'m self, ty: &'m str) -> impl Iterator<Item = &'m StepRule> {
        self.steps.iter().filter(move |rule| rule.on.0.iter().any(|name| name == ty))
    }

    /// Steps whose method may be this one.
    pub fn steps_named<'m>(&'m self, method: &str) -> impl Iterator<Item = &'m StepRule> + use<'m> {
        self.steps_by_method.get(method).into_iter().map(|i| &self.steps[i]).filter({
            let method = method.to_string();
            move |rule| !rule.except.0.iter().any(|e| fits(e, &method))
        })
    }

    /// Calls whose method may be this one.
    pub fn calls_named<'m>(&'m self, method: &str) -> impl Iterator<Item = &'m CallRule> + use<'m> {
        self.calls_by_method.get(method).into_iter().map(|i| &self.calls[i]).filter({
            let method = method.to_string();
            move |rule| !rule.except.0.iter().any(|e| fits(e, &method))
        })
    }

    /// True when some call rule may be about a method of this name.
    pub fn may_call(&self, method: &str) -> bool {
        !self.calls_by_method.get(method).is_empty()
    }

    /// True when some call rule names this very method.
    pub fn calls_by_name(&self, method: &str) -> bool {
        self.calls_by_method.exact.contains_key(method)
    }

    /// True when some file names this type.
    pub fn knows_type(&self, name: &str) -> bool {
        self.types.contains(name)
    }

    /// Types without which there is nothing to tell, patterns included.
    pub fn telling_types(&self) -> impl Iterator<Item = &str> {
        self.telling.iter().map(String::as_str)
    }

    /// Supertypes of a library type.
    pub fn supertypes(&self, name: &str) -> &[String] {
        self.supertypes.get(name).map_or(&[], |s| s)
    }

    /// True when a rule asks for this marker (qualified name).
    pub fn is_marker(&self, name: &str) -> bool {
        self.markers.contains(name) || self.markers.contains(crate::program::last_segment(name))
    }

    /// A target with its named target's fields filled in.
    pub fn complete(&self, target: Target) -> Target {
        let Some(base) = target.target.as_ref().and_then(|name| self.targets.get(name)) else {
            return target;
        };
        let or = |a: crate::pattern::Patterns, b: &crate::pattern::Patterns| {
            if a.0.is_empty() { b.clone() } else { a }
        };
        Target {
            target: None,
            kind: target.kind.or(base.kind),
            technology: target.technology.or_else(|| base.technology.clone()),
            target_kind: target.target_kind.or(base.target_kind),
            address: or(target.address, &base.address),
            mode: target.mode.or(base.mode),
            need: target.need.or(base.need),
            verb: or(target.verb, &base.verb),
            operation: or(target.operation, &base.operation),
            resources: if target.resources.is_empty() { base.resources.clone() } else { target.resources },
            statement: or(target.statement, &base.statement),
        }
    }
}

/// True when a name fits a pattern with `*`.
pub fn fits(pattern: &str, name: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut rest) = name.strip_prefix(head) else { return false };
    let mut pieces = tail.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

fn library_rule(file: &ModelFile) -> LibraryRule {
    let template = |text: &String| Template::parse(text, Syntax::Spring);
    LibraryRule {
        library: file.library.clone(),
        cite: file.cite.clone(),
        names: file.names.iter().map(template).collect(),
        ports: file.ports.iter().map(template).collect(),
        profiles: file.profiles.iter().map(template).collect(),
        libraries: file.libraries.clone(),
        implies: file
            .implies
            .iter()
            .map(|rule| Implication {
                when: trigger(&rule.when),
                kind: rule.kind,
                technology: rule.technology.clone(),
                target_kind: rule.target_kind,
                addresses: rule.addresses.iter().map(template).collect(),
                mode: rule.mode,
                need: rule.need,
                reverse: rule.reverse,
                detail: rule.detail.clone(),
            })
            .collect(),
        roles: file
            .roles
            .iter()
            .map(|rule| RoleRule {
                when: trigger(&rule.when),
                kind: rule.kind,
                technology: rule.technology.clone(),
            })
            .collect(),
    }
}

fn trigger(when: &WhenRule) -> Trigger {
    Trigger {
        libraries: when.libraries.clone(),
        markers: when.markers.clone(),
        keys: when.keys.clone(),
        unless: when.unless.clone(),
        settings: when.settings.clone(),
    }
}

impl Target {
    /// Mode with its default.
    pub fn mode_or_default(&self) -> Mode {
        self.mode.unwrap_or(Mode::Sync)
    }

    /// Need: what the library's rule says, else what the code around the call shows. A caller that waits and does not
    /// catch the failure fails with it; one that catches it, or for which nobody waits, goes on without. What a send
    /// that does not wait for its receiver does when the broker is gone, only the library's rule can say.
    pub fn need_in(&self, mode: Mode, caught: bool, detached: bool) -> Need {
        let shown = match mode {
            _ if caught || detached => Need::Soft,
            Mode::Sync => Need::Hard,
            _ => Need::Unknown,
        };
        self.need.unwrap_or(shown)
    }
}
