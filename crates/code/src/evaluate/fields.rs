//! Fields, injected values, bound configuration and shared objects (beans).

use super::{Cx, Env, Item, Object, Surroundings, Value};
use crate::evaluate::Fill;
use crate::ir::{Annotation, ExprId, ExprKind, MethodSort, TypeSort};
use crate::program::{MethodId, Ty, TypeId};
use std::rc::Rc;
use undrawn_model::{Part, Template};

impl<'a> Cx<'_, 'a> {
    /// What a field may hold, in an object if it is known which.
    pub(super) fn field(&self, ty: TypeId, name: &str, this: Option<&Rc<Object>>) -> Value {
        let Some((owner, index)) = self.program.find_field(ty, name) else { return Value::hole(name) };
        let plain = this.is_none_or(|t| t.made.is_none() && t.prefix.is_none());
        if plain && let Some(known) = self.fields.borrow().get(&(owner, index)) {
            return known.clone();
        }
        let at_top = self.at_top();
        let value = self
            .deeper(|| self.field_inner(owner, index, this.filter(|_| !plain)))
            .unwrap_or_else(|| Value::hole(name));
        if plain && at_top {
            self.fields.borrow_mut().insert((owner, index), value.clone());
        }
        value
    }

    fn field_inner(&self, owner: TypeId, index: usize, this: Option<&Rc<Object>>) -> Value {
        let declared = self.program.declared(owner);
        let Some(field) = declared.fields.get(index) else { return Value::default() };
        let initializer = self.initializer_of(owner);
        if field.is_constant {
            let made = field.value.map(|v| (initializer, v, Env::default()));
            let ty = Some(self.program.ty(owner));
            let constant = Some(field.name.to_string());
            return Value::object(Object { ty, made, constant, ..Object::default() });
        }
        if let Some(value) = self.injected(initializer, &field.annotations) {
            return value;
        }
        let prefix = this.and_then(|t| t.prefix.clone()).or_else(|| self.prefix_of(owner));
        if let Some(prefix) = prefix.filter(|_| !field.is_static) {
            return self.bound(owner, index, prefix);
        }
        let env: Env = Rc::new(Surroundings { this: this.cloned(), ..Surroundings::default() });
        let mut value = field.value.map_or(Value::default(), |v| self.eval(initializer, v, &env));
        value = self.assigned(owner, field.name, value, this);
        if value.is_unknown()
            && let Some(found) = self.header_value(owner, index, this)
        {
            value = found;
        }
        if value.is_unknown() {
            let ty = self.program.resolve(self.program.unit_of(owner), Some(owner), &field.ty);
            if let Some(shared) = self.shared(&ty, initializer.unit, &field.annotations, field.name) {
                return shared;
            }
        }
        if value.0.is_empty() { Value::hole(field.name) } else { value.settled() }
    }

    /// Assignments to a field in its own class, and calls there that change what it holds.
    fn assigned(&self, owner: TypeId, name: &str, start: Value, this: Option<&Rc<Object>>) -> Value {
        let mut value = start;
        for method in self.program.methods(owner) {
            let declared = self.program.method(method);
            let mut env = Surroundings { this: this.cloned(), ..Surroundings::default() };
            if declared.sort == MethodSort::Constructor {
                env.params = this.and_then(|t| self.construction_args(method, t));
                if this.is_some_and(|t| t.made.is_some()) && env.params.is_none() {
                    continue;
                }
            }
            let env: Env = Rc::new(env);
            for change in declared.changes.iter().filter(|c| c.name == name) {
                let start = self.program.unit(method.unit).expr(change.expr).span.start;
                let hidden = !change.of_this
                    && (self.local(method, name, start).is_some()
                        || declared.params.iter().any(|p| p.name == name));
                if !hidden {
                    value = self.changed(method, change, value, true, &env);
                }
            }
        }
        value
    }

    /// Arguments with which a constructor was called to make an object.
    fn construction_args(&self, constructor: MethodId, this: &Rc<Object>) -> Option<(MethodId, Vec<Value>)> {
        let (at, expr, env) = this.made.as_ref()?;
        let ExprKind::New { args, .. } = &self.program.unit(at.unit).expr(*expr).kind else { return None };
        if !self.program.takes(constructor, args.len()) {
            return self.delegated_args(constructor, *at, args, env);
        }
        Some((constructor, self.arguments_of(constructor, *at, args, env)))
    }

    /// Arguments that another constructor of the class passes on with `this(...)`.
    fn delegated_args(
        &self,
        constructor: MethodId,
        at: MethodId,
        args: &[ExprId],
        env: &Env,
    ) -> Option<(MethodId, Vec<Value>)> {
        let owner = self.program.owner(constructor);
        let first = self.program.methods(owner).find(|m| {
            self.program.method(*m).sort == MethodSort::Constructor && self.program.takes(*m, args.len())
        })?;
        for call in self.program.delegations_in(first) {
            let kind = &self.program.unit(first.unit).expr(self.program.call_expr(*call)).kind;
            let ExprKind::Delegate(false, passed) = kind else { continue };
            if self.program.takes(constructor, passed.len()) {
                let params = args.iter().map(|a| self.eval(at, *a, env)).collect();
                let inner: Env =
                    Rc::new(Surroundings { params: Some((first, params)), ..Surroundings::default() });
                let values = passed.iter().map(|a| self.eval(first, *a, &inner)).collect();
                return Some((constructor, values));
            }
        }
        None
    }

    /// Record components, and fields that a generated constructor fills in their order.
    fn header_value(&self, owner: TypeId, index: usize, this: Option<&Rc<Object>>) -> Option<Value> {
        let declared = self.program.declared(owner);
        let constructors: Vec<MethodId> = self
            .program
            .methods(owner)
            .filter(|m| self.program.method(*m).sort == MethodSort::Constructor)
            .collect();
        let name = declared.fields[index].name;
        let position = if declared.sort == TypeSort::Record {
            index
        } else if constructors.is_empty() {
            let open = declared.fields.iter().filter(|f| !f.is_static && f.value.is_none());
            open.clone().position(|f| f.name == name)?
        } else {
            return None;
        };
        if let Some((at, expr, env)) = this.and_then(|t| t.made.as_ref()) {
            let ExprKind::New { args, .. } = &self.program.unit(at.unit).expr(*expr).kind else {
                return None;
            };
            let given = self.program.unit(at.unit);
            let named = args.iter().find_map(|a| match given.expr(*a).kind {
                ExprKind::Keyword(written, value) if written == name => Some(value),
                _ => None,
            });
            let value = named.or_else(|| args.get(position).copied());
            return value.map(|a| self.eval(*at, a, env));
        }
        if declared.sort == TypeSort::Record {
            return constructors.first().map(|c| self.param(*c, position, &Env::default()));
        }
        None
    }

    /// The value that an injecting annotation gives.
    pub(super) fn injected(&self, at: MethodId, annotations: &[Annotation<'a>]) -> Option<Value> {
        for annotation in annotations {
            let name = self.annotation_name(at, annotation);
            for rule in &self.program.models.injected {
                if !rule.annotation.0.iter().any(|a| **a == *name) {
                    continue;
                }
                let fill = Fill { annotation: Some((at, annotation, annotations)), ..Fill::default() };
                if !rule.is.0.is_empty() {
                    let texts = self.fill(&rule.is, &fill);
                    return Some(Value(texts.into_iter().map(Item::Text).collect()));
                }
                let mut object = Object::default();
                for (part, patterns) in &rule.sets {
                    let texts = self.fill(patterns, &fill);
                    if !texts.is_empty() {
                        let value = Value(texts.into_iter().map(Item::Text).collect());
                        object.parts.insert(part.0.clone(), value);
                    }
                }
                return Some(Value::object(object));
            }
        }
        None
    }

    /// Qualified name of an annotation.
    pub fn annotation_name(&self, at: MethodId, annotation: &Annotation<'a>) -> std::sync::Arc<str> {
        if let Some(object) = annotation.on {
            let ty = self.type_of(at, object).or_else(|| {
                let value = self.eval(at, object, &Env::default());
                self.type_of_value(&value)
            });
            let name = crate::program::last_segment(annotation.name);
            return format!("{}.{name}", ty.map_or("".into(), |ty| ty.name)).into();
        }
        let owner = self.program.owner(at);
        self.program.resolve_name(at.unit, Some(owner), annotation.name).name
    }

    /// Configuration prefix of a class.
    fn prefix_of(&self, ty: TypeId) -> Option<Template> {
        let declared = self.program.declared(ty);
        self.prefix_in(self.initializer_of(ty), &declared.annotations)
            .or_else(|| self.facts.bound_beans.get(&ty).cloned())
    }

    /// Configuration prefix that annotations give.
    pub fn prefix_in(&self, at: MethodId, annotations: &[Annotation<'a>]) -> Option<Template> {
        for annotation in annotations {
            let name = self.annotation_name(at, annotation);
            for rule in &self.program.models.properties {
                if rule.annotation.0.iter().any(|a| **a == *name) {
                    let fill = Fill { annotation: Some((at, annotation, annotations)), ..Fill::default() };
                    return Some(self.fill(&rule.prefix, &fill).into_iter().next().unwrap_or_default());
                }
            }
        }
        None
    }

    /// A field bound to the configuration key below a prefix.
    fn bound(&self, owner: TypeId, index: usize, prefix: Template) -> Value {
        let field = &self.program.declared(owner).fields[index];
        let mut key = prefix;
        if !key.parts.is_empty() {
            key.push(Part::Text(".".into()));
        }
        key.push(Part::Text(field.name.to_string()));
        let ty = self.program.resolve(self.program.unit_of(owner), Some(owner), &field.ty);
        let nested = ty.id.filter(|id| self.program.declared(*id).sort != TypeSort::Enum);
        if nested.is_some() {
            return Value::object(Object { ty: Some(ty), prefix: Some(key), ..Object::default() });
        }
        let Some(name) = key.as_text().map(str::to_string) else { return Value::text(key) };
        let default = field.value.map(|v| self.eval(self.initializer_of(owner), v, &Env::default()));
        let default = default
            .and_then(|d| self.texts(&d, field.name).into_iter().next())
            .filter(|d| d.as_text().is_some_and(|t| !t.is_empty()));
        Value::text(Template::key(name, default))
    }

    /// The shared object that is injected where this type is wanted.
    pub(super) fn shared(
        &self,
        ty: &Ty,
        unit: u32,
        annotations: &[Annotation<'a>],
        name: &str,
    ) -> Option<Value> {
        let beans = self.facts.beans.get(&*ty.name)?;
        let module = self.program.module_of(unit);
        let near: Vec<MethodId> =
            beans.iter().copied().filter(|b| self.program.module_of(b.unit) == module).collect();
        let beans = if near.is_empty() { beans.clone() } else { near };
        let wanted = self.qualifier(unit, annotations);
        let called = |bean: &MethodId| {
            let declared = self.program.method(*bean).name;
            Some(declared) == wanted || (wanted.is_none() && declared == name)
        };
        let named: Vec<MethodId> = beans.iter().copied().filter(called).collect();
        let chosen = if named.is_empty() { beans } else { named };
        let mut out = Value::default();
        for bean in chosen.iter().take(4) {
            let method = self.program.method(*bean);
            let prefix = self.prefix_in(*bean, &method.annotations);
            if let Some(prefix) = prefix {
                let ty = self.result_type(*bean, None);
                out.merge(Value::object(Object { ty, prefix: Some(prefix), ..Object::default() }));
                continue;
            }
            for result in method.results.iter().take(4) {
                out.merge(self.eval(*bean, *result, &Env::default()));
            }
        }
        (!out.is_unknown()).then_some(out)
    }

    /// The name by which a shared object is asked for.
    fn qualifier(&self, unit: u32, annotations: &[Annotation<'a>]) -> Option<&'a str> {
        let annotation = annotations.iter().find(|a| matches!(a.name, "Qualifier" | "Named" | "Resource"))?;
        let (_, value) = annotation.args.first()?;
        match &self.program.unit(unit).expr(*value).kind {
            ExprKind::Text(std::borrow::Cow::Borrowed(text)) => Some(text),
            _ => None,
        }
    }
}
