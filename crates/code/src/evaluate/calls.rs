//! Results of calls: texts put together, steps of the models, small methods of the source.

use super::{Cx, Env, Fill, Item, Object, Surroundings, Value};
use crate::ir::{ExprId, ExprKind, TypeRef};
use crate::program::{MethodId, Ty};
use crate::schema::StepRule;
use std::rc::Rc;
use undrawn_model::{Part, Template};

impl<'a> Cx<'_, 'a> {
    pub(super) fn member(&self, at: MethodId, expr: ExprId, object: ExprId, name: &str, env: &Env) -> Value {
        let kind = &self.program.unit(at.unit).expr(object).kind;
        if matches!(kind, ExprKind::This | ExprKind::Super) {
            if let Some((_, value)) = env.fixed.iter().rev().find(|(fixed, _)| fixed == name) {
                return value.clone();
            }
            let owner = self.program.owner(at);
            if self.program.unit(at.unit).dynamic && self.program.find_field(owner, name).is_none() {
                let this = env.this.iter().cloned().map(Item::Object).collect();
                return self.computed(at, object, &Value(this), name);
            }
            return self.field(owner, name, env.this.as_ref());
        }
        if let Some(ty) = self.static_type(at, object) {
            if let Some(id) = ty.id.filter(|id| self.program.find_field(*id, name).is_some()) {
                return self.field(id, name, None);
            }
            let qualified = format!("{}.{name}", ty.name);
            if let Some(constant) = self.program.models.constants.get(&qualified) {
                return Value::text(Template::text(constant.as_str()));
            }
            if self.program.unit(at.unit).dynamic {
                return match self.static_type(at, expr) {
                    Some(ty) => Value(vec![Item::Class(ty)]),
                    None => Value::hole(name),
                };
            }
            if name != "length" {
                let constant = Some(name.to_string());
                return Value::object(Object { ty: None, constant, ..Object::default() });
            }
        }
        if let Some(ty) = self.static_type(at, expr) {
            return Value(vec![Item::Class(ty)]);
        }
        let value = self.eval(at, object, env);
        self.property(at, object, &value, name)
    }

    /// A field of the objects that a value may be.
    fn property(&self, at: MethodId, object: ExprId, value: &Value, name: &str) -> Value {
        let mut out = Value::default();
        for object in value.objects() {
            if let Some(id) = object.ty.as_ref().and_then(|t| t.id)
                && self.program.find_field(id, name).is_some()
            {
                out.merge(self.field(id, name, Some(object)));
            }
        }
        if out.0.is_empty()
            && let Some(id) = self.type_of(at, object).and_then(|t| t.id)
            && self.program.find_field(id, name).is_some()
        {
            return self.field(id, name, None);
        }
        if out.0.is_empty() && self.program.unit(at.unit).dynamic {
            return self.computed(at, object, value, name);
        }
        if out.0.is_empty() { Value::hole(name) } else { out }
    }

    /// A method that is asked for like a field.
    fn computed(&self, at: MethodId, object: ExprId, value: &Value, name: &str) -> Value {
        let ty = self.type_of(at, object).or_else(|| self.type_of_value(value));
        if let Some(ty) = ty.as_ref().filter(|ty| ty.id.is_none())
            && let Some(step) = self.step_for(ty, "__getattr__", 0)
        {
            return self.step((at, name), step, value, ty, &[], &Env::default());
        }
        let Some((ty, id)) = ty.and_then(|ty| ty.id.map(|id| (ty, id))) else { return Value::hole(name) };
        let methods = self.program.find_methods(id, name, 0);
        let computes = |m: &&MethodId| {
            let annotations = &self.program.method(**m).annotations;
            annotations.iter().any(|a| crate::program::last_segment(a.name).ends_with("property"))
        };
        match methods.iter().find(computes) {
            Some(_) => self.source_call(at, &ty, id, value, name, &[], &Env::default()),
            None => Value::hole(name),
        }
    }

    pub(super) fn call(
        &self,
        at: MethodId,
        expr: ExprId,
        object: Option<ExprId>,
        name: &str,
        args: &[ExprId],
        env: &Env,
    ) -> Value {
        let Some(object) = object else { return self.own_call(at, name, args, env) };
        if let Some(text) = self.text_call(at, object, name, args, env) {
            return text;
        }
        let dynamic = self.program.unit(at.unit).dynamic;
        let static_type = self.static_type(at, object);
        let ty = static_type.clone().or_else(|| self.type_of(at, object));
        let ty = ty.or_else(|| dynamic.then(|| self.type_of_value(&self.eval(at, object, env))).flatten());
        let receiver = || if static_type.is_some() { Value::default() } else { self.eval(at, object, env) };
        if let Some(ty) = &ty {
            if let Some(id) = ty.id {
                let value = self.source_call(at, ty, id, &receiver(), name, args, env);
                if !value.is_unknown() || self.step_for(ty, name, args.len()).is_none() {
                    return value;
                }
            }
            if let Some(step) = self.step_for(ty, name, args.len()) {
                return self.step((at, name), step, &receiver(), ty, args, env);
            }
        }
        if dynamic && matches!(name, "__getitem__" | "get") {
            return self.item(at, &receiver(), args, env);
        }
        if args.is_empty() && hands_on(name) {
            let value = receiver();
            let found = super::elements(&value);
            return if found.0.is_empty() { value } else { found };
        }
        Value::hole(&self.word(at, expr))
    }

    /// The type of the objects that a value may be.
    pub(crate) fn type_of_value(&self, value: &Value) -> Option<Ty> {
        value.objects().find_map(|object| object.ty.clone())
    }

    /// An element of a list, or a value by its name, or what is given for when there is none.
    fn item(&self, at: MethodId, value: &Value, args: &[ExprId], env: &Env) -> Value {
        let mut out = super::elements(value);
        let key = args.first().map_or(Value::default(), |key| self.eval(at, *key, env));
        for key in self.texts(&key, "").iter().filter_map(Template::as_text) {
            for object in value.objects() {
                out.merge(object.parts.get(key).cloned().unwrap_or_default());
            }
        }
        if let (true, Some(default)) = (out.0.is_empty(), args.get(1)) {
            out = self.eval(at, *default, env);
        }
        if out.0.is_empty() { Value::hole("value") } else { out }
    }

    /// A call without receiver: a method of the surrounding types, or one that a static import names.
    fn own_call(&self, at: MethodId, name: &str, args: &[ExprId], env: &Env) -> Value {
        for ty in self.program.around(at) {
            if !self.program.find_methods(ty, name, args.len()).is_empty() {
                let receiver = match &env.this {
                    Some(this) => Value(vec![Item::Object(this.clone())]),
                    None => Value::default(),
                };
                return self.source_call(at, &self.program.ty(ty), ty, &receiver, name, args, env);
            }
            let own = self.program.ty(ty);
            if let Some(step) = self.step_for(&own, name, args.len()) {
                return self.step((at, name), step, &Value::default(), &own, args, env);
            }
        }
        for import in self.program.unit(at.unit).imports.iter().filter(|i| i.member) {
            let ty = match import.wildcard {
                true => import.path,
                false if crate::program::last_segment(import.path) == name => {
                    import.path.rsplit_once('.').map_or("", |(ty, _)| ty)
                }
                false => continue,
            };
            let ty = self.program.named(ty, at.unit);
            if let Some(id) = ty.id.filter(|id| !self.program.find_methods(*id, name, args.len()).is_empty())
            {
                return self.source_call(at, &ty, id, &Value::default(), name, args, env);
            }
            if let Some(step) = self.step_for(&ty, name, args.len()) {
                return self.step((at, name), step, &Value::default(), &ty, args, env);
            }
        }
        Value::hole(&super::getter(name).unwrap_or_else(|| name.to_string()))
    }

    /// What a small method of the source returns.
    #[allow(clippy::too_many_arguments)]
    fn source_call(
        &self,
        at: MethodId,
        ty: &Ty,
        id: crate::program::TypeId,
        receiver: &Value,
        name: &str,
        args: &[ExprId],
        env: &Env,
    ) -> Value {
        let methods = self.program.find_methods(id, name, args.len());
        if methods.is_empty() && args.is_empty() {
            let property = super::types::getter_field(name);
            let field =
                [property.as_str(), name].into_iter().find(|f| self.program.find_field(id, f).is_some());
            if let Some(field) = field {
                let mut out = Value::default();
                for object in receiver.objects() {
                    out.merge(self.field(id, field, Some(object)));
                }
                return if out.0.is_empty() { self.field(id, field, None) } else { out };
            }
        }
        let mut bodies = Vec::new();
        for method in methods {
            if let Some(value) = self.injected(method, &self.program.method(method).annotations) {
                let ty = self.result_type(method, Some(ty));
                return typed(value, ty);
            }
            if self.program.method(method).has_body {
                bodies.push(method);
            } else {
                for sub in self.program.all_subtypes(id, 4) {
                    let found = self.program.find_methods(sub, name, args.len());
                    bodies.extend(found.into_iter().filter(|m| self.program.method(*m).has_body));
                }
            }
        }
        bodies.dedup();
        let mut out = Value::default();
        let values: Vec<Value> =
            bodies.first().map_or(vec![], |first| self.arguments_of(*first, at, args, env));
        for body in bodies.into_iter().take(4) {
            let objects: Vec<Option<Rc<Object>>> = match receiver.objects().next() {
                Some(_) => receiver.objects().take(4).cloned().map(Some).collect(),
                None => vec![None],
            };
            for this in objects {
                let inner: Env = Rc::new(Surroundings {
                    params: Some((body, values.clone())),
                    this,
                    callers: env.callers,
                    ..Surroundings::default()
                });
                for result in self.program.method(body).results.iter().take(8) {
                    out.merge(self.eval(body, *result, &inner));
                }
            }
        }
        if out.0.is_empty() {
            Value::hole(&super::getter(name).unwrap_or_else(|| name.to_string()))
        } else {
            out
        }
    }

    pub(super) fn construct(
        &self,
        at: MethodId,
        expr: ExprId,
        ty: &TypeRef<'a>,
        args: &[ExprId],
        body: Option<usize>,
        env: &Env,
    ) -> Value {
        let declared = self.resolve(at, ty);
        if matches!(
            &*declared.name,
            "java.lang.StringBuilder" | "java.lang.StringBuffer" | "java.lang.String"
        ) {
            return match args.first() {
                Some(first) => {
                    let value = self.eval(at, *first, env);
                    let number = self
                        .texts(&value, "")
                        .iter()
                        .all(|t| t.as_text().is_some_and(|t| t.bytes().all(|b| b.is_ascii_digit())));
                    if number { Value::text(Template::default()) } else { value }
                }
                None => Value::text(Template::default()),
            };
        }
        let made = match body {
            Some(body) => self.program.ty(self.program.type_id(at.unit, body)),
            None => declared.clone(),
        };
        if let Some(known) = self.made_by_variable(&made) {
            return known;
        }
        if let Some(step) = self.step_for(&made, "new", args.len()) {
            return self.step((at, "new"), step, &Value::default(), &made, args, env);
        }
        Value::object(Object { ty: Some(made), made: Some((at, expr, env.clone())), ..Object::default() })
    }

    /// What a variable that is called like a class carries: `Session = sessionmaker(engine)`, `Session()`.
    fn made_by_variable(&self, made: &Ty) -> Option<Value> {
        let id = made.id.filter(|id| self.program.unit(self.program.unit_of(*id)).dynamic)?;
        let outer = self.program.type_id(self.program.unit_of(id), self.program.declared(id).outer?);
        let name = self.program.declared(id).name;
        self.program.find_field(outer, name)?;
        let value = self.field(outer, name, None);
        let carries = value.objects().any(|object| !object.parts.is_empty());
        carries.then_some(value)
    }

    /// Applies a step of the models.
    pub(super) fn step(
        &self,
        (at, name): (MethodId, &str),
        step: &'static StepRule,
        receiver: &Value,
        ty: &Ty,
        args: &[ExprId],
        env: &Env,
    ) -> Value {
        let fill = Fill {
            call: Some((at, args, env)),
            receiver: Some(receiver),
            ty: Some(ty),
            method: Some(name),
            ..Fill::default()
        };
        if !step.is.0.is_empty() {
            let texts = self.fill(&step.is, &fill);
            return Value(texts.into_iter().map(Item::Text).collect());
        }
        let mut result = Object { ty: self.step_result(at, step, ty, args), ..Object::default() };
        for object in receiver.objects() {
            for (part, value) in &object.parts {
                result.parts.entry(part.clone()).or_default().merge(value.clone());
            }
        }
        for (part, patterns) in &step.sets {
            let names = match part.0.contains('{') {
                true => self
                    .fill_one(&part.1, &fill)
                    .iter()
                    .filter_map(|t| t.as_text().map(str::to_string))
                    .collect(),
                false => vec![part.0.clone()],
            };
            let texts = self.fill(patterns, &fill);
            if texts.is_empty() {
                continue;
            }
            for name in names {
                let value = Value(texts.iter().cloned().map(Item::Text).collect());
                result.parts.insert(name, value);
            }
        }
        Value::object(result)
    }

    fn step_result(&self, at: MethodId, step: &'static StepRule, ty: &Ty, args: &[ExprId]) -> Option<Ty> {
        if let Some(returns) = &step.returns {
            return Some(self.program.named(returns, at.unit));
        }
        if step.binds.is_some() {
            for arg in args {
                if let ExprKind::ClassOf(literal) = &self.program.unit(at.unit).expr(*arg).kind {
                    return Some(self.resolve(at, literal));
                }
            }
        }
        Some(ty.clone())
    }

    /// What a step gives to lambdas among its arguments.
    pub(super) fn passed(
        &self,
        at: MethodId,
        object: ExprId,
        name: &str,
        args: &[ExprId],
        env: &Env,
    ) -> Option<Value> {
        let ty = self.static_type(at, object).or_else(|| self.type_of(at, object))?;
        let passed = self.step_for(&ty, name, args.len())?.passes.as_ref()?;
        let receiver = self.eval(at, object, env);
        let fill = Fill { receiver: Some(&receiver), ty: Some(&ty), ..Fill::default() };
        let mut given = Object { ty: Some(self.program.named(&passed.r#type, at.unit)), ..Object::default() };
        for (part, patterns) in &passed.sets {
            let texts = self.fill(patterns, &fill);
            if !texts.is_empty() {
                given.parts.insert(part.0.clone(), Value(texts.into_iter().map(Item::Text).collect()));
            }
        }
        Some(Value::object(given))
    }

    /// Methods of texts and text builders.
    fn text_call(
        &self,
        at: MethodId,
        object: ExprId,
        name: &str,
        args: &[ExprId],
        env: &Env,
    ) -> Option<Value> {
        let text = |value: &Value, expr: ExprId| self.texts(value, &self.word(at, expr));
        let joined = |pieces: &[Vec<Template>]| {
            Value(super::value::join(pieces).into_iter().map(Item::Text).collect())
        };
        let is_string = || self.static_type(at, object).is_some_and(|t| &*t.name == "java.lang.String");
        match (name, args) {
            ("format", [format, rest @ ..]) if is_string() => Some(self.format(at, *format, rest, env)),
            ("valueOf" | "copyValueOf", [only]) if is_string() => Some(self.eval(at, *only, env)),
            ("join", [separator, rest @ ..]) if is_string() => {
                Some(self.join_texts(at, *separator, rest, env))
            }
            ("formatted", rest) => Some(self.format(at, object, rest, env)),
            (
                "toString" | "trim" | "strip" | "intern" | "toLowerCase" | "toExternalForm" | "toASCIIString",
                [],
            ) => {
                let value = self.eval(at, object, env);
                let texts = value.0.iter().all(|i| matches!(i, Item::Text(_))) || name != "toString";
                let carries = value.objects().any(|o| o.parts.contains_key("address"));
                (texts || carries).then_some(value)
            }
            ("concat", [only]) => {
                let (head, tail) = (self.eval(at, object, env), self.eval(at, *only, env).settled());
                Some(joined(&[text(&head, object), text(&tail, *only)]))
            }
            ("append", [only, ..]) => {
                let builder = self.type_of(at, object)?;
                let builds = matches!(
                    &*builder.name,
                    "java.lang.StringBuilder" | "java.lang.StringBuffer" | "java.util.StringJoiner"
                );
                if !builds {
                    return None;
                }
                let (head, tail) = (self.eval(at, object, env), self.eval(at, *only, env).settled());
                Some(joined(&[text(&head, object), text(&tail, *only)]))
            }
            ("name", []) => {
                let value = self.eval(at, object, env);
                let names: Vec<Item> = value
                    .objects()
                    .filter_map(|o| o.constant.as_ref().map(|c| Item::Text(Template::text(c.as_str()))))
                    .collect();
                (!names.is_empty()).then_some(Value(names))
            }
            ("replace", [from, to]) => {
                let value = self.eval(at, object, env);
                let (from, to) = (self.eval(at, *from, env), self.eval(at, *to, env));
                let from = text(&from, object).first().and_then(|t| t.as_text().map(str::to_string))?;
                let to = text(&to, object).into_iter().next()?;
                let replaced = text(&value, object).into_iter().map(|t| Item::Text(replace(t, &from, &to)));
                Some(Value(replaced.collect()))
            }
            _ => None,
        }
    }

    fn join_texts(&self, at: MethodId, separator: ExprId, rest: &[ExprId], env: &Env) -> Value {
        let separator = self.texts(&self.eval(at, separator, env), "");
        let mut values: Vec<Value> = Vec::new();
        for arg in rest.iter().take(16) {
            values.extend(self.eval(at, *arg, env).spread());
        }
        let mut pieces = Vec::new();
        for (i, value) in values.iter().take(16).enumerate() {
            if i > 0 {
                pieces.push(separator.clone());
            }
            pieces.push(self.texts(value, "value"));
        }
        Value(super::value::join(&pieces).into_iter().map(Item::Text).collect())
    }

    /// `String.format`: conversions are filled in order or by number.
    fn format(&self, at: MethodId, format: ExprId, args: &[ExprId], env: &Env) -> Value {
        let values: Vec<Vec<Template>> = args
            .iter()
            .take(32)
            .map(|a| self.texts(&self.eval(at, *a, env).settled(), &self.word(at, *a)))
            .collect();
        let mut out = Value::default();
        for template in self.texts(&self.eval(at, format, env), "format") {
            let (mut pieces, mut next) = (Vec::new(), 0);
            for part in template.parts {
                match part {
                    Part::Text(text) => conversions(&text, &values, &mut next, &mut pieces),
                    part => pieces.push(vec![Template { parts: vec![part] }]),
                }
            }
            out.merge(Value(super::value::join(&pieces).into_iter().map(Item::Text).collect()));
        }
        out
    }
}

/// Splits a format text at its conversions.
fn conversions(text: &str, values: &[Vec<Template>], next: &mut usize, pieces: &mut Vec<Vec<Template>>) {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        pieces.push(vec![Template::text(&rest[..at])]);
        let body = &rest[at + 1..];
        let len = body.bytes().take_while(|b| !b.is_ascii_alphabetic() && *b != b'%').count();
        let flags = &body[..len];
        let conversion = body.as_bytes().get(len).copied();
        rest = body.get(len + 1..).unwrap_or("");
        match conversion {
            Some(b'%') => pieces.push(vec![Template::text("%")]),
            Some(b'n') => pieces.push(vec![Template::text("\n")]),
            Some(_) => {
                let index = match flags.split_once('$').and_then(|(n, _)| n.parse::<usize>().ok()) {
                    Some(number) => number.saturating_sub(1),
                    None => {
                        *next += 1;
                        *next - 1
                    }
                };
                pieces.push(values.get(index).cloned().unwrap_or_else(|| vec![Template::hole("value")]));
            }
            None => {}
        }
    }
    pieces.push(vec![Template::text(rest)]);
}

/// Methods without arguments that hand on what their receiver holds.
fn hands_on(name: &str) -> bool {
    matches!(
        name,
        "get" | "orElseThrow" | "block" | "stream" | "toList" | "getObject" | "getIfAvailable" | "trim"
    )
}

fn typed(value: Value, ty: Option<Ty>) -> Value {
    let items = value.0.into_iter().map(|item| match item {
        Item::Object(object) => {
            let mut object = Object::clone(&object);
            object.ty = ty.clone();
            Item::Object(Rc::new(object))
        }
        other => other,
    });
    Value(items.collect())
}

fn replace(template: Template, from: &str, to: &Template) -> Template {
    if from.is_empty() {
        return template;
    }
    let mut out = Template::default();
    for part in template.parts {
        match part {
            Part::Text(text) => {
                let mut pieces = text.split(from);
                if let Some(first) = pieces.next() {
                    out.push(Part::Text(first.to_string()));
                }
                for piece in pieces {
                    out.append(to.clone());
                    out.push(Part::Text(piece.to_string()));
                }
            }
            part => out.push(part),
        }
    }
    out
}
