//! All files together: which name means which type, who extends whom, who calls what by name.

use crate::ir::{ExprId, ExprKind, Method, MethodIndex, Type, TypeIndex, TypeRef, TypeSort, Unit};
use crate::models::Models;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A declared type, across files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// A method, across files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MethodId {
    /// Index of its unit.
    pub unit: u32,
    /// Index in the unit.
    pub index: u32,
}

/// A call, across files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallRef {
    /// Method it stands in.
    pub at: MethodId,
    /// Index in [`Method::calls`].
    pub site: u32,
}

/// A type in use.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ty {
    /// Qualified name, or the simple name when nothing says where it is from.
    pub name: Arc<str>,
    /// The declaration, when it is in the source.
    pub id: Option<TypeId>,
    /// Type arguments.
    pub args: Vec<Ty>,
    /// Array dimensions.
    pub dims: u8,
}

impl Ty {
    /// A library type.
    pub fn library(name: &str) -> Ty {
        Ty { name: name.into(), id: None, args: vec![], dims: 0 }
    }
}

/// Supertypes and outer types are followed so far.
const CHAIN_MAX: usize = 24;

/// All files together.
pub struct Program<'a> {
    /// The files, in order of path.
    pub units: Vec<Unit<'a>>,
    /// Library knowledge.
    pub models: &'static Models,
    first_type: Vec<u32>,
    type_units: Vec<u32>,
    names: Vec<Arc<str>>,
    by_name: HashMap<Arc<str>, Vec<TypeId>>,
    supers: Vec<Vec<Ty>>,
    subtypes: HashMap<TypeId, Vec<TypeId>>,
    imports: Vec<HashMap<&'a str, &'a str>>,
    calls: HashMap<&'a str, Vec<CallRef>>,
    constructions: HashMap<&'a str, Vec<CallRef>>,
    delegations: HashMap<MethodId, Vec<CallRef>>,
    fields_by_name: HashMap<&'a str, Vec<TypeId>>,
    /// Modules by every ending of their dotted path.
    modules: HashMap<String, Vec<TypeId>>,
}

impl<'a> Program<'a> {
    /// Links units, which are sorted by path.
    pub fn link(units: Vec<Unit<'a>>, models: &'static Models) -> Self {
        let mut program = Program {
            units,
            models,
            first_type: vec![],
            type_units: vec![],
            names: vec![],
            by_name: HashMap::new(),
            supers: vec![],
            subtypes: HashMap::new(),
            imports: vec![],
            calls: HashMap::new(),
            constructions: HashMap::new(),
            delegations: HashMap::new(),
            fields_by_name: HashMap::new(),
            modules: HashMap::new(),
        };
        program.index_types();
        program.index_supers();
        program.index_calls();
        program
    }

    fn index_types(&mut self) {
        for (number, unit) in self.units.iter().enumerate() {
            self.first_type.push(self.names.len() as u32);
            let mut local: Vec<Arc<str>> = Vec::new();
            for ty in &unit.types {
                let id = TypeId(self.names.len() as u32);
                let prefix = ty.outer.and_then(|o| local.get(o)).map_or(unit.package, |n| n);
                let name: Arc<str> = match (prefix, ty.name) {
                    (prefix, "") => format!("{prefix}.{}", local.len()).into(),
                    ("", name) => name.into(),
                    (prefix, name) => format!("{prefix}.{name}").into(),
                };
                local.push(name.clone());
                if ty.sort == TypeSort::Module && ty.outer.is_none() {
                    let ends = name.match_indices('.').map(|(at, _)| &name[at + 1..]);
                    for ending in ends.take(CHAIN_MAX).chain([&*name]) {
                        self.modules.entry(ending.to_string()).or_default().push(id);
                    }
                }
                self.by_name.entry(name.clone()).or_default().push(id);
                for field in &ty.fields {
                    self.fields_by_name.entry(field.name).or_default().push(id);
                }
                self.names.push(name);
                self.type_units.push(number as u32);
            }
            let imports = unit.imports.iter().filter(|i| !i.wildcard && !i.member);
            self.imports.push(imports.map(|i| (last_segment(i.path), i.path)).collect());
        }
    }

    fn index_supers(&mut self) {
        for number in 0..self.names.len() {
            let id = TypeId(number as u32);
            let (unit, ty) = (self.unit_of(id), self.declared(id));
            let outer = ty.outer.map(|o| self.type_id(unit, o));
            let supers: Vec<Ty> = ty.supers.iter().map(|s| self.resolve(unit, outer, s)).collect();
            self.supers.push(supers);
        }
        for number in 0..self.names.len() {
            for over in &self.supers[number] {
                if let Some(over) = over.id {
                    self.subtypes.entry(over).or_default().push(TypeId(number as u32));
                }
            }
        }
    }

    fn index_calls(&mut self) {
        for (number, unit) in self.units.iter().enumerate() {
            for (index, method) in unit.methods.iter().enumerate() {
                let at = MethodId { unit: number as u32, index: index as u32 };
                for (site, call) in method.calls.iter().enumerate() {
                    let call_ref = CallRef { at, site: site as u32 };
                    match &unit.expr(call.expr).kind {
                        ExprKind::Call { name, .. } | ExprKind::MethodRef(_, name) => {
                            self.calls.entry(name).or_default().push(call_ref);
                        }
                        ExprKind::New { ty, .. } => {
                            let simple = last_segment(ty.name);
                            self.constructions.entry(simple).or_default().push(call_ref);
                        }
                        ExprKind::Delegate(..) => {
                            self.delegations.entry(at).or_default().push(call_ref);
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// The unit with this number.
    pub fn unit(&self, number: u32) -> &Unit<'a> {
        &self.units[number as usize]
    }

    /// The method.
    pub fn method(&self, id: MethodId) -> &Method<'a> {
        &self.units[id.unit as usize].methods[id.index as usize]
    }

    /// Number of the unit that declares a type.
    pub fn unit_of(&self, id: TypeId) -> u32 {
        self.type_units[id.0 as usize]
    }

    /// The declaration.
    pub fn declared(&self, id: TypeId) -> &Type<'a> {
        let unit = self.unit_of(id);
        &self.units[unit as usize].types[(id.0 - self.first_type[unit as usize]) as usize]
    }

    /// All types.
    pub fn types(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0..self.names.len() as u32).map(TypeId)
    }

    /// Types of one unit.
    pub fn types_in(&self, unit: u32) -> impl Iterator<Item = TypeId> + use<> {
        let first = self.first_type[unit as usize];
        let count = self.units[unit as usize].types.len() as u32;
        (first..first + count).map(TypeId)
    }

    /// The type at an index of a unit.
    pub fn type_id(&self, unit: u32, index: TypeIndex) -> TypeId {
        TypeId(self.first_type[unit as usize] + index as u32)
    }

    /// The type that declares a method.
    pub fn owner(&self, method: MethodId) -> TypeId {
        self.type_id(method.unit, self.method(method).ty)
    }

    /// The method at an index of a type's unit.
    pub fn method_id(&self, ty: TypeId, index: MethodIndex) -> MethodId {
        MethodId { unit: self.unit_of(ty), index: index as u32 }
    }

    /// Methods that a type declares, its initialisers included.
    pub fn methods(&self, ty: TypeId) -> impl Iterator<Item = MethodId> + '_ {
        self.declared(ty).methods.iter().map(move |m| self.method_id(ty, *m))
    }

    /// Qualified name.
    pub fn name(&self, id: TypeId) -> &Arc<str> {
        &self.names[id.0 as usize]
    }

    /// Name for readers: without package.
    pub fn simple_name(&self, id: TypeId) -> &str {
        let mut at = id;
        for _ in 0..CHAIN_MAX {
            let ty = self.declared(at);
            match (ty.name, ty.outer) {
                ("", Some(outer)) => at = self.type_id(self.unit_of(at), outer),
                (name, _) => return name,
            }
        }
        ""
    }

    /// A declared type in use, without arguments.
    pub fn ty(&self, id: TypeId) -> Ty {
        Ty { name: self.name(id).clone(), id: Some(id), args: vec![], dims: 0 }
    }

    /// Direct supertypes.
    pub fn supers(&self, id: TypeId) -> &[Ty] {
        self.supers.get(id.0 as usize).map_or(&[], |s| s)
    }

    /// Direct subtypes in the source.
    pub fn subtypes(&self, id: TypeId) -> &[TypeId] {
        self.subtypes.get(&id).map_or(&[], |s| s)
    }

    /// All subtypes in the source, nearest first, up to `max`.
    pub fn all_subtypes(&self, id: TypeId, max: usize) -> Vec<TypeId> {
        let (mut out, mut seen) = (vec![id], BTreeSet::from([id]));
        let mut next = 0;
        while next < out.len() && out.len() <= max {
            for sub in self.subtypes(out[next]) {
                if seen.insert(*sub) {
                    out.push(*sub);
                }
            }
            next += 1;
        }
        out.remove(0);
        out.truncate(max);
        out
    }

    /// Calls with this method name.
    pub fn calls_named(&self, name: &str) -> &[CallRef] {
        self.calls.get(name).map_or(&[], |c| c)
    }

    /// Constructions of a type with this simple name.
    pub fn constructions_of(&self, simple: &str) -> &[CallRef] {
        self.constructions.get(simple).map_or(&[], |c| c)
    }

    /// `this(...)` and `super(...)` in a constructor.
    pub fn delegations_in(&self, constructor: MethodId) -> &[CallRef] {
        self.delegations.get(&constructor).map_or(&[], |c| c)
    }

    /// Expression of a call.
    pub fn call_expr(&self, call: CallRef) -> ExprId {
        self.method(call.at).calls[call.site as usize].expr
    }

    /// The type of this qualified name that is nearest to a unit.
    pub fn find(&self, name: &str, from: u32) -> Option<TypeId> {
        match self.by_name.get(name) {
            Some(ids) => self.nearest(ids, from),
            None if self.unit(from).dynamic => self.find_in_module(name, from),
            None => None,
        }
    }

    /// A type of a module that is imported by the end of its path: where programs are started is not known, so a folder
    /// above the asking file is the most likely one.
    fn find_in_module(&self, name: &str, from: u32) -> Option<TypeId> {
        if self.models.knows_type(name) {
            return None;
        }
        let cuts = name.rmatch_indices('.').map(|(at, _)| at).take(3);
        for cut in [name.len()].into_iter().chain(cuts) {
            let (head, rest) = name.split_at(cut);
            let Some(ids) = self.modules.get(head).filter(|_| !self.models.knows_type(head)) else {
                continue;
            };
            let asking = &self.unit(from).file.path;
            let reachable = |id: &&TypeId| {
                let root = self.names[id.0 as usize].len().saturating_sub(head.len());
                let path = &self.unit(self.unit_of(**id)).file.path;
                head.contains('.') || path.get(..root).is_some_and(|root| asking.starts_with(root))
            };
            let ids: Vec<TypeId> = ids.iter().filter(reachable).copied().collect();
            if ids.is_empty() {
                continue;
            }
            let module = self.nearest(&ids, from)?;
            if rest.is_empty() {
                return Some(module);
            }
            let whole = format!("{}{rest}", self.name(module));
            return self.nearest(self.by_name.get(whole.as_str())?, from);
        }
        None
    }

    /// The type whose file shares the longest path with a unit's.
    pub fn nearest(&self, ids: &[TypeId], from: u32) -> Option<TypeId> {
        match ids {
            [only] => Some(*only),
            several => {
                let path = &self.unit(from).file.path;
                let shared = |id: &TypeId| {
                    let other = &self.unit(self.unit_of(*id)).file.path;
                    let common = path.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
                    (common, std::cmp::Reverse(id.0))
                };
                several.iter().max_by_key(|id| shared(id)).copied()
            }
        }
    }

    /// A qualified name in use.
    pub fn named(&self, name: &str, from: u32) -> Ty {
        match self.find(name, from) {
            Some(id) => self.ty(id),
            None => Ty::library(name),
        }
    }

    /// What a written type means at a place.
    pub fn resolve(&self, unit: u32, within: Option<TypeId>, written: &TypeRef<'a>) -> Ty {
        let mut ty = self.resolve_name(unit, within, written.name);
        ty.args = written.args.iter().map(|a| self.resolve(unit, within, a)).collect();
        ty.dims = written.dims;
        ty
    }

    /// What a written name means at a place, as a type. The result has no dot when nothing says where it is from.
    pub fn resolve_name(&self, unit: u32, within: Option<TypeId>, name: &str) -> Ty {
        self.known_name(unit, within, name).unwrap_or_else(|| Ty::library(name))
    }

    /// Like [`Program::resolve_name`]; `None` when nothing says where the name is from.
    pub fn known_name(&self, unit: u32, within: Option<TypeId>, name: &str) -> Option<Ty> {
        if let Some(absolute) = name.strip_prefix('.') {
            return Some(self.named(absolute, unit));
        }
        let (first, rest) = match name.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (name, None),
        };
        if first.is_empty() {
            return None;
        }
        let head = self.nested_name(within, first).or_else(|| self.file_name(unit, first));
        match (head, rest) {
            (Some(head), None) => Some(head),
            (Some(head), Some(rest)) => Some(self.named(&format!("{}.{rest}", head.name), unit)),
            (None, Some(_)) => {
                let qualified = first.chars().next().is_some_and(char::is_lowercase)
                    && name
                        .rsplit('.')
                        .next()
                        .is_some_and(|l| l.chars().next().is_some_and(char::is_uppercase));
                qualified.then(|| self.named(name, unit))
            }
            (None, None) => None,
        }
    }

    /// Types declared in the surrounding types or inherited by them; type parameters hide outer names.
    fn nested_name(&self, within: Option<TypeId>, name: &str) -> Option<Ty> {
        let mut at = within?;
        for _ in 0..CHAIN_MAX {
            let (unit, ty) = (self.unit_of(at), self.declared(at));
            if ty.params.contains(&name) {
                return Some(Ty::library(""));
            }
            if ty.name == name {
                return Some(self.ty(at));
            }
            if let Some(id) = self.find(&format!("{}.{name}", self.name(at)), unit) {
                return Some(self.ty(id));
            }
            for over in self.supers(at) {
                if let Some(id) = self.find(&format!("{}.{name}", over.name), unit) {
                    return Some(self.ty(id));
                }
                if over.id.is_none() && over.name.contains('.') {
                    let nested = format!("{}.{name}", over.name);
                    if self.models.knows_type(&nested) {
                        return Some(Ty::library(&nested));
                    }
                }
            }
            at = self.type_id(unit, ty.outer?);
        }
        None
    }

    fn file_name(&self, unit: u32, name: &str) -> Option<Ty> {
        if let Some(path) = self.imports[unit as usize].get(name) {
            return Some(self.named(path, unit));
        }
        let file = self.unit(unit);
        let same_package = match file.package {
            "" => name.to_string(),
            package => format!("{package}.{name}"),
        };
        if let Some(id) = self.find(&same_package, unit) {
            return Some(self.ty(id));
        }
        for import in file.imports.iter().filter(|i| i.wildcard && !i.member) {
            let qualified = format!("{}.{name}", import.path);
            if let Some(id) = self.find(&qualified, unit) {
                return Some(self.ty(id));
            }
            if self.models.knows_type(&qualified) {
                return Some(Ty::library(&qualified));
            }
        }
        if is_language_type(name) {
            return Some(Ty::library(&format!("java.lang.{name}")));
        }
        self.models.knows_type(&same_package).then(|| Ty::library(&same_package))
    }

    /// The field of this name that a type has, inherited ones included: declaring type and index.
    pub fn find_field(&self, ty: TypeId, name: &str) -> Option<(TypeId, usize)> {
        if !self.fields_by_name.contains_key(name) {
            return None;
        }
        for at in self.with_supers(ty) {
            if let Some(index) = self.declared(at).fields.iter().position(|f| f.name == name) {
                return Some((at, index));
            }
        }
        None
    }

    /// A type and its supertypes in the source, nearest first.
    pub fn with_supers(&self, ty: TypeId) -> Vec<TypeId> {
        let mut out = vec![ty];
        let mut next = 0;
        while next < out.len() && out.len() < CHAIN_MAX {
            for over in self.supers(out[next]).iter().filter_map(|s| s.id) {
                if !out.contains(&over) {
                    out.push(over);
                }
            }
            next += 1;
        }
        out
    }

    /// Methods of this name that take so many arguments, of the nearest type that has one.
    pub fn find_methods(&self, ty: TypeId, name: &str, args: usize) -> Vec<MethodId> {
        for at in self.with_supers(ty) {
            let found: Vec<MethodId> =
                self.methods(at).filter(|m| self.takes(*m, args) && self.method(*m).name == name).collect();
            if !found.is_empty() {
                return found;
            }
        }
        vec![]
    }

    /// True when a method can take so many arguments.
    pub fn takes(&self, method: MethodId, args: usize) -> bool {
        let declared = self.method(method);
        let params = &declared.params;
        if self.unit(method.unit).dynamic {
            let needed = params.iter().filter(|p| p.default.is_none()).count();
            return args >= needed && (declared.open || args <= params.len());
        }
        match params.last() {
            Some(last) if last.spread => args + 1 >= params.len(),
            _ => params.len() == args,
        }
    }

    /// The argument that a parameter gets.
    pub fn argument_for(
        &self,
        method: MethodId,
        index: usize,
        caller: u32,
        args: &[ExprId],
    ) -> Option<ExprId> {
        let unit = self.unit(caller);
        if !unit.dynamic {
            return args.get(index).copied();
        }
        let name = self.method(method).params.get(index).map_or("", |p| p.name);
        let named = args.iter().find_map(|a| match unit.expr(*a).kind {
            ExprKind::Keyword(given, value) if given == name => Some(value),
            _ => None,
        });
        named.or_else(|| {
            let first =
                args.iter().take(index + 1).all(|a| !matches!(unit.expr(*a).kind, ExprKind::Keyword(..)));
            args.get(index).copied().filter(|_| first)
        })
    }

    /// Types around a method, the innermost first.
    pub fn around(&self, method: MethodId) -> Vec<TypeId> {
        let mut out = vec![self.owner(method)];
        for _ in 0..CHAIN_MAX {
            let last = out[out.len() - 1];
            match self.declared(last).outer {
                Some(outer) => out.push(self.type_id(method.unit, outer)),
                None => break,
            }
        }
        out
    }

    /// Folder of the module that a unit belongs to: what stands before `src/`, or the file's folder.
    pub fn module_of(&self, unit: u32) -> &'a str {
        let path: &'a str = &self.unit(unit).file.path;
        if path.starts_with("src/") {
            return "";
        }
        path.find("/src/").map_or_else(|| self.unit(unit).file.dir_of(), |at| &path[..at])
    }
}

trait DirOf<'a> {
    fn dir_of(&self) -> &'a str;
}

impl<'a> DirOf<'a> for &'a undrawn_model::SourceFile {
    fn dir_of(&self) -> &'a str {
        let file: &'a undrawn_model::SourceFile = self;
        file.dir()
    }
}

/// What stands after the last dot.
pub fn last_segment(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn is_language_type(name: &str) -> bool {
    matches!(
        name,
        "String"
            | "Object"
            | "System"
            | "StringBuilder"
            | "StringBuffer"
            | "Integer"
            | "Long"
            | "Boolean"
            | "Double"
            | "Float"
            | "Short"
            | "Byte"
            | "Character"
            | "Number"
            | "Math"
            | "Thread"
            | "Runnable"
            | "Iterable"
            | "Class"
            | "Enum"
            | "Record"
            | "Void"
            | "Exception"
            | "RuntimeException"
            | "Throwable"
            | "AutoCloseable"
            | "Comparable"
            | "CharSequence"
            | "Override"
            | "Deprecated"
            | "Process"
            | "ProcessBuilder"
            | "Runtime"
    )
}
