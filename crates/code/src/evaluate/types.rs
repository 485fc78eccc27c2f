//! Static types of expressions.

use super::Cx;
use crate::ir::{ExprId, ExprKind, Local, LocalSource, Method, TypeRef};
use crate::program::{MethodId, Ty, TypeId};

impl<'a> Cx<'_, 'a> {
    /// The declared type of an expression, when it can be known.
    pub fn type_of(&self, at: MethodId, expr: ExprId) -> Option<Ty> {
        self.deeper(|| self.type_of_inner(at, expr)).flatten()
    }

    fn type_of_inner(&self, at: MethodId, expr: ExprId) -> Option<Ty> {
        let unit = self.program.unit(at.unit);
        let node = unit.expr(expr);
        match &node.kind {
            ExprKind::Text(_) | ExprKind::Concat(_) => Some(Ty::library("java.lang.String")),
            ExprKind::Name(name) => self.type_of_name(at, name, node.span.start),
            ExprKind::Member(object, name) => self.type_of_member(at, *object, name),
            ExprKind::Call { object, name, args, .. } => {
                self.type_of_call(at, *object, name, args.len(), args)
            }
            ExprKind::New { ty, body, .. } => match body {
                Some(body) => Some(self.program.ty(self.program.type_id(at.unit, *body))),
                None => Some(self.resolve(at, ty)),
            },
            ExprKind::Choice(choices) => choices.iter().take(4).find_map(|c| self.type_of(at, *c)),
            ExprKind::Assign(_, value, _) | ExprKind::Keyword(_, value) => self.type_of(at, *value),
            ExprKind::Cast(ty, _) => Some(self.resolve(at, ty)),
            ExprKind::This => Some(self.program.ty(self.program.owner(at))),
            ExprKind::Super => {
                let owner = self.program.owner(at);
                self.program.supers(owner).first().cloned().or_else(|| Some(self.program.ty(owner)))
            }
            ExprKind::Element(list) => {
                let mut ty = self.type_of(at, *list)?;
                ty.dims = ty.dims.checked_sub(1)?;
                Some(ty)
            }
            _ => None,
        }
    }

    /// A written type at a method.
    pub fn resolve(&self, at: MethodId, written: &TypeRef<'a>) -> Ty {
        self.program.resolve(at.unit, Some(self.program.owner(at)), written)
    }

    /// The local variable that a name means at an offset.
    pub fn local(&self, at: MethodId, name: &str, offset: u32) -> Option<&Local<'a>> {
        let locals = &self.program.method(at).locals;
        locals.iter().filter(|l| l.name == name && l.scope.holds(offset)).max_by_key(|l| l.scope.start)
    }

    fn type_of_name(&self, at: MethodId, name: &str, offset: u32) -> Option<Ty> {
        let mut method = at;
        for _ in 0..8 {
            if let Some(local) = self.local(method, name, offset) {
                return self.type_of_local(method, local);
            }
            let declared: &Method<'a> = self.program.method(method);
            if let Some(param) = declared.params.iter().find(|p| p.name == name) {
                if param.ty.name.is_empty() && self.program.unit(method.unit).dynamic {
                    return param.default.and_then(|default| self.type_of(method, default));
                }
                return Some(self.resolve(method, &param.ty));
            }
            if let Some(ty) = self.type_of_field(self.program.owner(method), name) {
                return Some(ty);
            }
            match self.within(method) {
                Some(outer) => method = outer,
                None => break,
            }
        }
        let around = self.program.around(at);
        around.iter().skip(1).find_map(|ty| self.type_of_field(*ty, name)).or_else(|| {
            let (ty, index) = self.imported_member(at.unit, name)?;
            self.field_type(ty, index)
        })
    }

    /// The method in which the type of a method is declared (local and anonymous classes).
    pub fn within(&self, method: MethodId) -> Option<MethodId> {
        let ty = self.program.declared(self.program.owner(method));
        Some(MethodId { unit: method.unit, index: ty.within? as u32 })
    }

    fn type_of_local(&self, at: MethodId, local: &Local<'a>) -> Option<Ty> {
        if !local.ty.name.is_empty() {
            return Some(self.resolve(at, &local.ty));
        }
        match local.from {
            LocalSource::Nothing => self.type_of_changes(at, local.name),
            LocalSource::Value(value) => self.type_of(at, value),
            LocalSource::Element(list) => element_type(self.type_of(at, list)?),
            LocalSource::Lambda(lambda, index) => self.type_of_lambda_param(at, lambda, index),
        }
    }

    fn type_of_lambda_param(&self, at: MethodId, lambda: ExprId, index: usize) -> Option<Ty> {
        let unit = self.program.unit(at.unit);
        let ExprKind::Lambda { call, .. } = &unit.expr(lambda).kind else { return None };
        let Some(call) = call else { return self.type_of_returned_lambda_param(at, lambda) };
        match &unit.expr(*call).kind {
            ExprKind::Call { object: Some(object), name, args, .. } => {
                let receiver = self.type_of(at, *object);
                if let Some(receiver) = &receiver
                    && let Some(passed) =
                        self.step_for(receiver, name, args.len()).and_then(|s| s.passes.as_ref())
                {
                    return Some(self.program.named(&passed.r#type, at.unit));
                }
                let receiver = receiver?;
                // Source methods that take a functional interface over one type are rare; library ones pass their element.
                match receiver.args.as_slice() {
                    [one] => Some(one.clone()),
                    [key, value] if *name == "forEach" => {
                        Some(if index == 0 { key.clone() } else { value.clone() })
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The parameter of a lambda that a method returns, when a rule says what its functional interface is given.
    fn type_of_returned_lambda_param(&self, at: MethodId, lambda: ExprId) -> Option<Ty> {
        let method = self.program.method(at);
        if !method.results.contains(&lambda) {
            return None;
        }
        let ty = self.resolve(at, &method.returns);
        let step = self.program.models.steps_on(&ty.name).find_map(|step| step.passes.as_ref())?;
        Some(self.program.named(&step.r#type, at.unit))
    }

    /// Declared type of a field by name, inherited ones included.
    pub fn type_of_field(&self, ty: TypeId, name: &str) -> Option<Ty> {
        let (owner, index) = self.program.find_field(ty, name)?;
        self.field_type(owner, index)
    }

    /// Declared type of a field.
    pub fn field_type(&self, owner: TypeId, index: usize) -> Option<Ty> {
        let field = self.program.declared(owner).fields.get(index)?;
        if field.ty.name.is_empty() && self.program.unit(self.program.unit_of(owner)).dynamic {
            return self.inferred_field_type(owner, index);
        }
        Some(self.program.resolve(self.program.unit_of(owner), Some(owner), &field.ty))
    }

    /// The type of what a field is given.
    fn inferred_field_type(&self, owner: TypeId, index: usize) -> Option<Ty> {
        let field = self.program.declared(owner).fields.get(index)?;
        let first = field.value.and_then(|value| self.type_of(self.initializer_of(owner), value));
        first.or_else(|| {
            let methods = self.program.methods(owner);
            methods.into_iter().find_map(|method| self.type_of_changes(method, field.name))
        })
    }

    /// The type of what assignments in a method give a variable, where variables have no declared type.
    fn type_of_changes(&self, at: MethodId, name: &str) -> Option<Ty> {
        let unit = self.program.unit(at.unit);
        if !unit.dynamic {
            return None;
        }
        let changes = self.program.method(at).changes.iter().filter(|c| c.name == name);
        changes.into_iter().find_map(|change| match unit.expr(change.expr).kind {
            ExprKind::Assign(_, value, false) => self.type_of(at, value),
            _ => None,
        })
    }

    fn type_of_member(&self, at: MethodId, object: ExprId, name: &str) -> Option<Ty> {
        if let Some(ty) = self.static_type(at, object) {
            return self.type_of_field(ty.id?, name);
        }
        let ty = self.type_of(at, object)?;
        match ty.id {
            Some(id) => self.type_of_field(id, name),
            None => {
                let step =
                    self.step_for(&ty, "__getattr__", 0).filter(|_| self.program.unit(at.unit).dynamic)?;
                self.step_type(at, step, &ty, &[])
            }
        }
    }

    /// The type that an expression names, when it is no variable.
    pub fn static_type(&self, at: MethodId, expr: ExprId) -> Option<Ty> {
        let unit = self.program.unit(at.unit);
        let node = unit.expr(expr);
        let owner = self.program.owner(at);
        if unit.dynamic {
            return self.absolute_type(at, expr);
        }
        match &node.kind {
            ExprKind::Name(name) => {
                let variable = !name.chars().next().is_some_and(char::is_uppercase)
                    || self.local(at, name, node.span.start).is_some()
                    || self.program.method(at).params.iter().any(|p| p.name == *name);
                if variable { None } else { self.program.known_name(at.unit, Some(owner), name) }
            }
            ExprKind::Member(_, name) if name.chars().next().is_some_and(char::is_uppercase) => {
                let text = unit.text(node.span);
                let plain =
                    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'$'));
                let constant = name.len() > 1 && name.chars().all(|c| !c.is_lowercase());
                if !plain || (constant && self.is_field_path(at, expr)) {
                    return None;
                }
                self.program.known_name(at.unit, Some(owner), text)
            }
            _ => None,
        }
    }

    /// The type or module that an absolute name means; members of library modules count as modules.
    fn absolute_type(&self, at: MethodId, expr: ExprId) -> Option<Ty> {
        match &self.program.unit(at.unit).expr(expr).kind {
            ExprKind::TypeName(name) => Some(self.program.named(name, at.unit)),
            ExprKind::Member(object, name) => {
                let base = self.deeper(|| self.absolute_type(at, *object)).flatten()?;
                let whole = self.program.named(&format!("{}.{name}", base.name), at.unit);
                (whole.id.is_some() || base.id.is_none()).then_some(whole)
            }
            _ => None,
        }
    }

    fn is_field_path(&self, at: MethodId, expr: ExprId) -> bool {
        let ExprKind::Member(object, name) = &self.program.unit(at.unit).expr(expr).kind else {
            return false;
        };
        match self.static_type(at, *object) {
            Some(ty) => ty.id.is_some_and(|id| self.program.find_field(id, name).is_some()),
            None => false,
        }
    }

    fn type_of_call(
        &self,
        at: MethodId,
        object: Option<ExprId>,
        name: &str,
        count: usize,
        args: &[ExprId],
    ) -> Option<Ty> {
        let Some(object) = object else {
            for ty in self.program.around(at) {
                let methods = self.program.find_methods(ty, name, count);
                if let Some(method) = methods.first() {
                    return self.result_type(*method, None);
                }
                let own = self.program.ty(ty);
                if let Some(step) = self.step_for(&own, name, count) {
                    return self.step_type(at, step, &own, args);
                }
            }
            return None;
        };
        let receiver = self.static_type(at, object).or_else(|| self.type_of(at, object))?;
        if let Some(id) = receiver.id {
            if let Some(method) = self.program.find_methods(id, name, count).first() {
                return self.result_type(*method, Some(&receiver));
            }
            if count == 0 {
                let property = getter_field(name);
                let field =
                    self.program.find_field(id, &property).or_else(|| self.program.find_field(id, name));
                if let Some((owner, index)) = field {
                    return self.field_type(owner, index);
                }
            }
        }
        if let Some(step) = self.step_for(&receiver, name, count) {
            return self.step_type(at, step, &receiver, args);
        }
        library_result(&receiver, name)
    }

    fn step_type(
        &self,
        at: MethodId,
        step: &'static crate::schema::StepRule,
        receiver: &Ty,
        args: &[ExprId],
    ) -> Option<Ty> {
        if let Some(returns) = &step.returns {
            return Some(self.program.named(returns, at.unit));
        }
        if step.binds.is_some() {
            let literal = args.iter().find_map(|a| match &self.program.unit(at.unit).expr(*a).kind {
                ExprKind::ClassOf(ty) => Some(ty),
                _ => None,
            })?;
            return Some(self.resolve(at, literal));
        }
        if !step.is.0.is_empty() {
            return Some(Ty::library("java.lang.String"));
        }
        Some(receiver.clone())
    }

    /// Declared result of a method; type parameters of its class are taken from the receiver.
    pub fn result_type(&self, method: MethodId, receiver: Option<&Ty>) -> Option<Ty> {
        let declared = self.program.method(method);
        if declared.returns.name.is_empty() && self.program.unit(method.unit).dynamic {
            return declared.results.iter().take(4).find_map(|result| self.type_of(method, *result));
        }
        if declared.returns.name.is_empty() || declared.returns.name == "void" {
            return None;
        }
        let owner = self.program.owner(method);
        let position = self.program.declared(owner).params.iter().position(|p| *p == declared.returns.name);
        if let Some(position) = position {
            return receiver.filter(|r| r.id == Some(owner)).and_then(|r| r.args.get(position)).cloned();
        }
        Some(self.resolve(method, &declared.returns))
    }
}

/// The field that a getter of a class without written getters reads.
pub(super) fn getter_field(name: &str) -> String {
    super::getter(name).unwrap_or_else(|| name.to_string())
}

fn element_type(mut ty: Ty) -> Option<Ty> {
    if ty.dims > 0 {
        ty.dims -= 1;
        return Some(ty);
    }
    match ty.args.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// Results of collection and wrapper methods that hand their element on.
fn library_result(receiver: &Ty, name: &str) -> Option<Ty> {
    let builder = matches!(&*receiver.name, "java.lang.StringBuilder" | "java.lang.StringBuffer");
    if builder && matches!(name, "append" | "insert") {
        return Some(receiver.clone());
    }
    let keeps = matches!(
        name,
        "stream"
            | "parallelStream"
            | "filter"
            | "sorted"
            | "distinct"
            | "limit"
            | "skip"
            | "peek"
            | "iterator"
            | "findFirst"
            | "findAny"
            | "values"
            | "doOnNext"
            | "onErrorResume"
            | "toList"
            | "or"
            | "log"
    );
    match receiver.args.as_slice() {
        [_] if keeps => Some(receiver.clone()),
        [_, value] if name == "values" => {
            Some(Ty { name: "java.util.Collection".into(), id: None, args: vec![value.clone()], dims: 0 })
        }
        [_, value] if name == "get" || name == "getOrDefault" => Some(value.clone()),
        [one]
            if matches!(
                name,
                "get"
                    | "orElse"
                    | "orElseThrow"
                    | "orElseGet"
                    | "next"
                    | "block"
                    | "join"
                    | "getIfAvailable"
                    | "getObject"
                    | "getIfUnique"
                    | "getFirst"
                    | "blockFirst"
            ) =>
        {
            Some(one.clone())
        }
        _ => None,
    }
}
