//! Who calls a method, and which entry operations reach it.

use crate::evaluate::Cx;
use crate::ir::{ExprKind, MethodSort};
use crate::program::{CallRef, MethodId, TypeId};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Methods followed back from one call.
const REACH_MAX: usize = 4_000;

impl<'a> Cx<'_, 'a> {
    /// Calls that may run a method.
    pub fn callers(&self, method: MethodId) -> Rc<Vec<CallRef>> {
        if let Some(known) = self.caller_cache().borrow().get(&method) {
            return known.clone();
        }
        let declared = self.program.method(method);
        let found = self.afresh(|| match declared.sort {
            MethodSort::Plain => self.calls_of(method),
            MethodSort::Constructor | MethodSort::Initializer => self.constructions_of(method),
        });
        let found = Rc::new(found);
        self.caller_cache().borrow_mut().insert(method, found.clone());
        found
    }

    fn calls_of(&self, method: MethodId) -> Vec<CallRef> {
        let declared = self.program.method(method);
        let owner = self.program.owner(method);
        let mut family: BTreeSet<TypeId> = self.program.with_supers(owner).into_iter().collect();
        family.extend(self.program.all_subtypes(owner, 64));
        let calls = self.program.calls_named(declared.name);
        let receivers = self.receivers(declared.name);
        let fits = |call: CallRef, receiver: Option<TypeId>| {
            let unit = self.program.unit(call.at.unit);
            match &unit.expr(self.program.call_expr(call)).kind {
                ExprKind::Call { args, .. } if !self.program.takes(method, args.len()) => false,
                ExprKind::Call { object: None, .. } => self.inside(call.at, &family),
                _ => receiver.is_some_and(|id| family.contains(&id)),
            }
        };
        calls.iter().zip(&*receivers).filter(|(call, id)| fits(**call, **id)).map(|(call, _)| *call).collect()
    }

    /// Types of the receivers of all calls with this method name, in their order; worked out once a name.
    fn receivers(&self, name: &str) -> Rc<Vec<Option<TypeId>>> {
        if let Some(known) = self.receiver_cache().borrow().get(name) {
            return known.clone();
        }
        let receiver = |call: &CallRef| {
            let unit = self.program.unit(call.at.unit);
            match &unit.expr(self.program.call_expr(*call)).kind {
                ExprKind::Call { object: Some(object), .. } | ExprKind::MethodRef(object, _) => self
                    .afresh(|| self.static_type(call.at, *object).or_else(|| self.type_of(call.at, *object)))
                    .and_then(|ty| ty.id),
                _ => None,
            }
        };
        let found = Rc::new(self.program.calls_named(name).iter().map(receiver).collect::<Vec<_>>());
        self.receiver_cache().borrow_mut().insert(name.to_string(), found.clone());
        found
    }

    /// True when a call without receiver may be of one of these types: it stands inside one, or a static import names one.
    fn inside(&self, at: MethodId, family: &BTreeSet<TypeId>) -> bool {
        let around = self.program.around(at);
        around
            .iter()
            .any(|ty| family.contains(ty) || self.program.with_supers(*ty).iter().any(|s| family.contains(s)))
            || self.imports_member_of(at, family)
    }

    fn imports_member_of(&self, at: MethodId, family: &BTreeSet<TypeId>) -> bool {
        let imports = self.program.unit(at.unit).imports.iter().filter(|i| i.member);
        imports.into_iter().any(|import| {
            let ty =
                if import.wildcard { import.path } else { import.path.rsplit_once('.').map_or("", |p| p.0) };
            self.program.find(ty, at.unit).is_some_and(|id| family.contains(&id))
        })
    }

    fn constructions_of(&self, method: MethodId) -> Vec<CallRef> {
        let owner = self.program.owner(method);
        let constructor = self.program.method(method).sort == MethodSort::Constructor;
        let name = self.program.declared(owner).name;
        let mut out = Vec::new();
        for call in self.program.constructions_of(name).iter() {
            let unit = self.program.unit(call.at.unit);
            if let ExprKind::New { ty, args, .. } = &unit.expr(self.program.call_expr(*call)).kind
                && (!constructor || self.program.takes(method, args.len()))
                && self.resolve(call.at, ty).id == Some(owner)
            {
                out.push(*call);
            }
        }
        if constructor {
            let mut family = vec![owner];
            family.extend(self.program.all_subtypes(owner, 64));
            for ty in family {
                for other in self.program.methods(ty) {
                    for call in self.program.delegations_in(other) {
                        let kind = &self.program.unit(call.at.unit).expr(self.program.call_expr(*call)).kind;
                        let ExprKind::Delegate(to_super, args) = kind else { continue };
                        let direct = *to_super != (ty == owner);
                        if direct && self.program.takes(method, args.len()) {
                            out.push(*call);
                        }
                    }
                }
            }
        }
        out
    }

    /// Names of the entry operations from which a method is reached, sorted.
    pub fn entries(&self, method: MethodId) -> Vec<String> {
        if let Some(known) = self.entry_cache().borrow().get(&method) {
            return known.clone();
        }
        let found = self.entries_of(method);
        self.entry_cache().borrow_mut().insert(method, found.clone());
        found
    }

    fn entries_of(&self, method: MethodId) -> Vec<String> {
        let (mut names, mut seen) = (BTreeSet::new(), BTreeSet::from([method]));
        let mut queue = vec![method];
        while let Some(next) = queue.pop() {
            if let Some(entry) = self.facts.entries.get(&next) {
                names.extend(entry.iter().cloned());
            }
            if seen.len() >= REACH_MAX {
                continue;
            }
            let mut more: Vec<MethodId> = self.callers(next).iter().map(|c| c.at).collect();
            // Methods of an anonymous or local class run, as far as anybody can see, where it is made.
            more.extend(self.within(next));
            for caller in more {
                if seen.insert(caller) {
                    queue.push(caller);
                }
            }
        }
        names.into_iter().collect()
    }
}
