//! What is known about the whole program before calls are read.

use crate::evaluate::{Cx, Env, Fill, Item};
use crate::ir::{Annotation, ExprKind};
use crate::program::{MethodId, Program, Ty, TypeId, last_segment};
use crate::schema::{EntitySource, Texts};
use std::collections::{BTreeMap, HashMap, HashSet};
use undrawn_model::{ResourceSort, SourceTree, Template};

/// What is known about the whole program before calls are read.
#[derive(Default)]
pub struct Facts {
    /// Methods that make shared objects, by qualified result type.
    pub beans: HashMap<String, Vec<MethodId>>,
    /// Classes bound to configuration by the method that makes them.
    pub bound_beans: HashMap<TypeId, Template>,
    /// Classes kept in stores.
    pub entities: HashMap<TypeId, EntityFact>,
    /// The same by simple class name.
    pub entities_by_name: BTreeMap<String, Vec<TypeId>>,
    /// Interfaces by which entities are read and written: (rule, entity).
    pub repositories: HashMap<TypeId, (usize, Option<TypeId>)>,
    /// Interfaces whose methods are calls, with their rule.
    pub clients: BTreeMap<TypeId, usize>,
    /// Addresses that clients were bound to.
    pub bindings: HashMap<TypeId, Vec<Template>>,
    /// Names of entry operations.
    pub entries: HashMap<MethodId, Vec<String>>,
    /// `Service` to `package.Service`, from `.proto` files.
    pub services: HashMap<String, String>,
    /// `namespace.id` to statement, from mapper files.
    pub statements: HashMap<String, String>,
    /// Names that listener rules look for in build files: (folder of the build file, name).
    pub build: HashSet<(String, String)>,
    /// Folders with a build file.
    pub modules: HashSet<String>,
}

/// A class kept in a store.
#[derive(Debug, Clone)]
pub struct EntityFact {
    /// Name of its table or collection.
    pub name: Template,
    /// Which of the two.
    pub sort: ResourceSort,
    /// Name of the store's target.
    pub target: Option<String>,
}

impl Facts {
    /// Facts that need no evaluation.
    pub fn shared(program: &Program<'_>, tree: &SourceTree) -> Self {
        let mut facts = Facts::default();
        for ty in program.types() {
            for method in program.methods(ty) {
                let declared = program.method(method);
                let bean = declared.annotations.iter().any(|a| {
                    let name = program.resolve_name(method.unit, Some(ty), a.name).name;
                    program.models.beans.iter().any(|b| **b == *name)
                });
                if bean && !declared.returns.name.is_empty() {
                    let result = program.resolve(method.unit, Some(ty), &declared.returns);
                    facts.beans.entry(result.name.to_string()).or_default().push(method);
                }
            }
        }
        let wanted: Vec<&String> = program.models.listeners.iter().flat_map(|r| &r.build.0).collect();
        for file in tree.files() {
            if matches!(file.name(), "pom.xml" | "build.gradle" | "build.gradle.kts") {
                facts.modules.insert(file.dir().to_string());
                let named = wanted.iter().filter(|name| file.text.contains(name.as_str()));
                facts.build.extend(named.map(|name| (file.dir().to_string(), name.to_string())));
            }
            if file.path.ends_with(".proto") {
                crate::names::proto_services(&file.text, &mut facts.services);
            } else if file.path.ends_with(".xml") {
                crate::names::mapper_statements(&file.text, &mut facts.statements);
            }
        }
        facts
    }

    /// True when no name is asked for, or the nearest build file above a path has one of them.
    pub fn build_names(&self, path: &str, names: &Texts) -> bool {
        if names.0.is_empty() {
            return true;
        }
        let mut dir = path;
        while let Some(at) = dir.rfind('/') {
            dir = &dir[..at];
            if self.modules.contains(dir) {
                return names.0.iter().any(|n| self.build.contains(&(dir.to_string(), n.clone())));
            }
        }
        names.0.iter().any(|n| self.build.contains(&(String::new(), n.clone())))
    }

    /// Entities, repositories, clients and bound beans.
    pub fn add_entities(&mut self, program: &Program<'_>) {
        let mut more = Facts::default();
        let cx = Cx::new(program, self);
        for ty in program.types() {
            cx.refuel();
            more.add_type(&cx, ty);
        }
        for beans in self.beans.values() {
            for bean in beans {
                let method = program.method(*bean);
                if let (Some(prefix), Some(id)) =
                    (cx.prefix_in(*bean, &method.annotations), cx.result_type(*bean, None).and_then(|t| t.id))
                {
                    more.bound_beans.insert(id, prefix);
                }
            }
        }
        drop(cx);
        self.entities = more.entities;
        self.name_entities(program);
        self.clients = more.clients;
        self.bound_beans = more.bound_beans;
        let cx = Cx::new(program, self);
        let mut repositories = HashMap::new();
        for ty in program.types() {
            cx.refuel();
            if let Some(found) = repository(&cx, ty) {
                repositories.insert(ty, found);
            }
        }
        drop(cx);
        self.repositories = repositories;
    }

    fn name_entities(&mut self, program: &Program<'_>) {
        let mut names: BTreeMap<String, Vec<TypeId>> = BTreeMap::new();
        for id in self.entities.keys() {
            names.entry(program.simple_name(*id).to_string()).or_default().push(*id);
        }
        names.values_mut().for_each(|ids| ids.sort());
        self.entities_by_name = names;
    }

    fn add_type(&mut self, cx: &Cx<'_, '_>, ty: TypeId) {
        let models = cx.program.models;
        let declared = cx.program.declared(ty);
        let at = cx.initializer_of(ty);
        for rule in &models.entities {
            let matched = matched(cx, at, &declared.annotations, &rule.annotation);
            let by_super = || !declared.is_abstract && has_super(cx, ty, &rule.supertype);
            if matched.is_none() && !by_super() {
                continue;
            }
            let fill = Fill {
                annotation: matched.map(|m| (at, m, &declared.annotations[..])),
                annotations: Some((at, &declared.annotations)),
                class: Some(ty),
                ..Fill::default()
            };
            if let (Some(name), Some(sort)) = (cx.fill(&rule.name, &fill).into_iter().next(), rule.sort) {
                self.entities.insert(ty, EntityFact { name, sort, target: rule.target.clone() });
                break;
            }
        }
        for (number, rule) in models.clients.iter().enumerate() {
            let by_method = || {
                !rule.method_annotation.0.is_empty()
                    && cx.program.methods(ty).any(|m| {
                        matched(cx, at, &cx.program.method(m).annotations, &rule.method_annotation).is_some()
                    })
            };
            if matched(cx, at, &declared.annotations, &rule.annotation).is_some()
                || has_super(cx, ty, &rule.supertype)
                || by_method()
            {
                self.clients.insert(ty, number);
                break;
            }
        }
    }

    /// Clients bound to addresses by calls.
    pub fn add_bindings(&mut self, program: &Program<'_>) {
        let mut out: HashMap<TypeId, Vec<Template>> = HashMap::new();
        let cx = Cx::new(program, self);
        let steps = program.models.steps.iter().filter(|s| s.binds.is_some());
        for step in steps {
            for method in &step.methods.0 {
                for call in program.calls_named(method) {
                    cx.refuel();
                    bind(&cx, step, *call, &mut out);
                }
            }
        }
        drop(cx);
        self.bindings = out;
    }
}

fn bind(
    cx: &Cx<'_, '_>,
    step: &'static crate::schema::StepRule,
    call: crate::program::CallRef,
    out: &mut HashMap<TypeId, Vec<Template>>,
) {
    let unit = cx.program.unit(call.at.unit);
    let ExprKind::Call { object: Some(object), args, .. } = &unit.expr(cx.program.call_expr(call)).kind
    else {
        return;
    };
    let Some(ty) = cx.static_type(call.at, *object).or_else(|| cx.type_of(call.at, *object)) else { return };
    let (Some(binds), true) = (&step.binds, cx.is_a(&ty, &step.on.0)) else { return };
    let class = args.iter().find_map(|arg| {
        let value = cx.eval(call.at, *arg, &Env::default());
        value.0.into_iter().find_map(|item| match item {
            Item::Class(ty) => ty.id,
            _ => None,
        })
    });
    let Some(class) = class else { return };
    let env = Env::default();
    let receiver = cx.eval(call.at, *object, &env);
    let fill = Fill {
        call: Some((call.at, args, &env)),
        receiver: Some(&receiver),
        ty: Some(&ty),
        ..Fill::default()
    };
    let known = out.entry(class).or_default();
    for address in cx.fill(&binds.address, &fill) {
        if !known.contains(&address) {
            known.push(address);
        }
    }
}

/// The first annotation that is one of these.
pub fn matched<'x, 'a>(
    cx: &Cx<'_, 'a>,
    at: MethodId,
    annotations: &'x [Annotation<'a>],
    names: &Texts,
) -> Option<&'x Annotation<'a>> {
    if names.0.is_empty() {
        return None;
    }
    annotations.iter().find(|annotation| {
        let simple = last_segment(annotation.name);
        names.0.iter().any(|n| last_segment(n) == simple)
            && names.0.iter().any(|n| **n == *cx.annotation_name(at, annotation))
    })
}

/// True when a type has one of these as a supertype, itself not counted.
pub fn has_super(cx: &Cx<'_, '_>, ty: TypeId, names: &Texts) -> bool {
    !names.0.is_empty()
        && !cx.program.supers(ty).is_empty()
        && cx.program.supers(ty).iter().any(|over| cx.is_a(over, &names.0))
}

/// Rule and entity of a repository interface.
fn repository(cx: &Cx<'_, '_>, ty: TypeId) -> Option<(usize, Option<TypeId>)> {
    let declared = cx.program.declared(ty);
    let at = cx.initializer_of(ty);
    for (number, rule) in cx.program.models.repositories.iter().enumerate() {
        if let Some(annotation) = matched(cx, at, &declared.annotations, &rule.annotation) {
            let entity = match &rule.entity {
                Some(EntitySource::Attribute(pattern)) => {
                    let fill =
                        Fill { annotation: Some((at, annotation, &declared.annotations)), ..Fill::default() };
                    let names = cx.fill_one(pattern, &fill);
                    names.first().and_then(|n| n.as_text()).and_then(|n| cx.program.find(n, at.unit))
                }
                _ => None,
            };
            return Some((number, entity));
        }
        if let Some(over) = super_with_args(cx, ty, &rule.supertype) {
            let index = match &rule.entity {
                Some(EntitySource::Argument(index)) => *index,
                _ => 0,
            };
            return Some((number, over.args.get(index).and_then(|t| t.id)));
        }
    }
    None
}

/// The supertype among these names, with type parameters of classes between put in.
fn super_with_args(cx: &Cx<'_, '_>, ty: TypeId, names: &Texts) -> Option<Ty> {
    if names.0.is_empty() {
        return None;
    }
    let mut queue: Vec<(TypeId, Vec<Ty>, u8)> = vec![(ty, vec![], 0)];
    while let Some((at, args, depth)) = queue.pop() {
        let declared = cx.program.declared(at);
        for (over, written) in cx.program.supers(at).iter().zip(&declared.supers) {
            let mut over = over.clone();
            for (arg, written) in over.args.iter_mut().zip(&written.args) {
                let position = declared.params.iter().position(|p| *p == written.name);
                if let Some(bound) = position.and_then(|p| args.get(p)) {
                    *arg = bound.clone();
                }
            }
            if over.id.is_none() && cx.is_a(&over, &names.0) {
                return Some(over);
            }
            if let Some(id) = over.id.filter(|_| depth < 8) {
                queue.push((id, over.args, depth + 1));
            }
        }
    }
    None
}
