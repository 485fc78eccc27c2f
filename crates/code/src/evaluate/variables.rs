//! Names: local variables with their changes, parameters through callers, imported constants.

use super::{Cx, Env, Item, Object, Surroundings, Value, elements};
use crate::ir::{Change, ExprId, ExprKind, Local, LocalSource};
use crate::program::{MethodId, TypeId, last_segment};
use std::rc::Rc;
use undrawn_model::Template;

/// Callers asked for one parameter.
const CALLERS_MAX: usize = 24;
/// Chain of callers asked.
const CALLER_DEPTH_MAX: u8 = 4;

impl<'a> Cx<'_, 'a> {
    /// What a name may be at an offset of a method.
    pub(super) fn name(&self, at: MethodId, name: &str, offset: u32, env: &Env) -> Value {
        if let Some((_, value)) = env.fixed.iter().rev().find(|(fixed, _)| fixed == name) {
            return value.clone();
        }
        let mut method = at;
        let mut env = env.clone();
        for _ in 0..8 {
            if let Some(local) = self.local(method, name, offset) {
                return self.local_value(method, local, offset, &env);
            }
            let params = &self.program.method(method).params;
            if let Some(index) = params.iter().position(|p| p.name == name) {
                return self.param(method, index, &env);
            }
            let owner = self.program.owner(method);
            if self.program.find_field(owner, name).is_some() {
                return self.field(owner, name, env.this.as_ref());
            }
            match self.within(method) {
                Some(outer) => {
                    method = outer;
                    env = Env::default();
                }
                None => break,
            }
        }
        for ty in self.program.around(at).into_iter().skip(1) {
            if self.program.find_field(ty, name).is_some() {
                return self.field(ty, name, None);
            }
        }
        self.imported(at.unit, name).unwrap_or_else(|| Value::hole(name))
    }

    /// A field that a static import names.
    pub(super) fn imported_member(&self, unit: u32, name: &str) -> Option<(TypeId, usize)> {
        let imports = self.program.unit(unit).imports.iter().filter(|i| i.member);
        for import in imports {
            let ty = if import.wildcard {
                import.path
            } else if last_segment(import.path) == name {
                import.path.rsplit_once('.')?.0
            } else {
                continue;
            };
            if let Some(found) = self.program.find(ty, unit).and_then(|id| self.program.find_field(id, name))
            {
                return Some(found);
            }
        }
        None
    }

    fn imported(&self, unit: u32, name: &str) -> Option<Value> {
        if let Some((ty, _)) = self.imported_member(unit, name) {
            return Some(self.field(ty, name, None));
        }
        for import in self.program.unit(unit).imports.iter().filter(|i| i.member) {
            let qualified = match import.wildcard {
                true => format!("{}.{name}", import.path),
                false if last_segment(import.path) == name => import.path.to_string(),
                false => continue,
            };
            if let Some(constant) = self.program.models.constants.get(&qualified) {
                return Some(Value::text(Template::text(constant.as_str())));
            }
            if !import.wildcard {
                return Some(Value::object(Object { constant: Some(name.to_string()), ..Object::default() }));
            }
        }
        None
    }

    fn local_value(&self, at: MethodId, local: &Local<'a>, offset: u32, env: &Env) -> Value {
        let mut value = match local.from {
            LocalSource::Nothing => Value::default(),
            LocalSource::Value(value) => self.eval(at, value, env),
            LocalSource::Element(list) => elements(&self.eval(at, list, env)),
            LocalSource::Lambda(lambda, index) => self.lambda_param(at, lambda, index, env),
        };
        let unit = self.program.unit(at.unit);
        let method = self.program.method(at);
        for change in method.changes.iter().filter(|c| c.name == local.name && !c.of_this) {
            let span = unit.expr(change.expr).span;
            if local.scope.holds(span.start) && span.end <= offset {
                value = self.changed(at, change, value, change.branch > local.branch, env);
            }
        }
        if value.0.is_empty() { Value::hole(local.name) } else { value }
    }

    /// A variable or field after an assignment or a call that changes it.
    pub(super) fn changed(
        &self,
        at: MethodId,
        change: &Change<'a>,
        before: Value,
        conditional: bool,
        env: &Env,
    ) -> Value {
        let node = self.program.unit(at.unit).expr(change.expr);
        let after = match &node.kind {
            ExprKind::Assign(_, value, false) => self.eval(at, *value, env),
            ExprKind::Assign(_, value, true) => {
                let added = self.eval(at, *value, env);
                let pieces =
                    [self.texts(&before, change.name), self.texts(&added.settled(), &self.word(at, *value))];
                Value(super::value::join(&pieces).into_iter().map(Item::Text).collect())
            }
            ExprKind::Call { name, .. } => {
                let mut fixed = Surroundings::clone(env);
                if fixed.fixed.len() >= 8 {
                    return before;
                }
                fixed.fixed.push((change.name.to_string(), before.clone()));
                let after = self.eval(at, change.expr, &Rc::new(fixed));
                let carries = after.objects().any(|o| !o.parts.is_empty());
                if carries || *name == "append" {
                    return if conditional { union(before, after) } else { after };
                }
                return before;
            }
            _ => return before,
        };
        if conditional { union(before, after) } else { after }
    }

    /// What a lambda's first parameter is at the end of its body.
    pub(super) fn lambda_param_after(&self, at: MethodId, lambda: ExprId, end: u32, env: &Env) -> Value {
        let locals = &self.program.method(at).locals;
        let local = locals.iter().find(|l| l.from == LocalSource::Lambda(lambda, 0));
        local.map_or(Value::default(), |local| self.local_value(at, local, end, env))
    }

    fn lambda_param(&self, at: MethodId, lambda: ExprId, index: usize, env: &Env) -> Value {
        let bound = env.lambdas.iter().rev().find(|(m, l, _)| *m == at && *l == lambda);
        if let Some(value) = bound.and_then(|(_, _, args)| args.get(index)) {
            return value.clone();
        }
        let unit = self.program.unit(at.unit);
        if let ExprKind::Lambda { call: Some(call), .. } = &unit.expr(lambda).kind
            && let ExprKind::Call { object: Some(object), name, args, .. } = &unit.expr(*call).kind
        {
            if let Some(value) = self.passed(at, *object, name, args, env) {
                return value;
            }
            if *name == "forEach" || *name == "map" || *name == "flatMap" {
                return elements(&self.eval(at, *object, env));
            }
        }
        Value::default()
    }

    /// What a parameter may be.
    pub(super) fn param(&self, method: MethodId, index: usize, env: &Env) -> Value {
        if let Some((bound, values)) = &env.params
            && *bound == method
            && let Some(value) = values.get(index)
        {
            return value.clone();
        }
        let Some(param) = self.program.method(method).params.get(index) else { return Value::default() };
        if let Some(value) = self.injected(method, &param.annotations) {
            return value;
        }
        let mut out = Value::default();
        if env.callers < CALLER_DEPTH_MAX {
            for caller in self.callers(method).iter().take(CALLERS_MAX) {
                out.merge(self.argument(*caller, method, index, param.spread, env.callers + 1));
            }
        }
        if out.is_unknown() {
            let ty = self.resolve(method, &param.ty);
            if let Some(shared) = self.shared(&ty, method.unit, &param.annotations, param.name) {
                return shared;
            }
        }
        if out.0.is_empty() {
            out = self.default_of(method, index);
        }
        if out.0.is_empty() { Value::hole(param.name) } else { out.settled() }
    }

    /// What a parameter is when no argument is given.
    pub(super) fn default_of(&self, method: MethodId, index: usize) -> Value {
        let default = self.program.method(method).params.get(index).and_then(|p| p.default);
        default.map_or(Value::default(), |default| self.eval(method, default, &Env::default()))
    }

    /// Values of a method's parameters, in their order.
    pub(super) fn arguments_of(
        &self,
        method: MethodId,
        at: MethodId,
        args: &[ExprId],
        env: &Env,
    ) -> Vec<Value> {
        if !self.program.unit(at.unit).dynamic {
            return args.iter().map(|a| self.eval(at, *a, env)).collect();
        }
        let params = &self.program.method(method).params;
        let value = |index: usize| match self.program.argument_for(method, index, at.unit, args) {
            Some(arg) => self.eval(at, arg, env),
            None => self.default_of(method, index),
        };
        (0..params.len().min(64)).map(value).collect()
    }

    /// An argument of a call, in its caller's surroundings.
    fn argument(
        &self,
        caller: crate::program::CallRef,
        method: MethodId,
        index: usize,
        spread: bool,
        callers: u8,
    ) -> Value {
        let unit = self.program.unit(caller.at.unit);
        let args = match &unit.expr(self.program.call_expr(caller)).kind {
            ExprKind::Call { args, .. } | ExprKind::New { args, .. } | ExprKind::Delegate(_, args) => args,
            _ => return Value::default(),
        };
        let env: Env = Rc::new(Surroundings { callers, ..Surroundings::default() });
        if spread {
            let rest = args.iter().skip(index).take(16).map(|a| self.eval(caller.at, *a, &env)).collect();
            return Value(vec![Item::List(rest)]);
        }
        match self.program.argument_for(method, index, caller.at.unit, args) {
            Some(arg) => self.eval(caller.at, arg, &env),
            None => self.default_of(method, index),
        }
    }
}

fn union(mut before: Value, after: Value) -> Value {
    before.merge(after);
    before
}
