//! What expressions may be at run time: constants, configuration keys, arguments through callers, objects that carry
//! addresses through builders, beans and fields.
//!
//! Everything is bounded: [`Cx::fuel`] steps a question, [`DEPTH_MAX`] levels, [`value::ALTERNATIVES_MAX`] alternatives.
//! When a bound is hit the rest is a hole, never an error.

mod calls;
mod fields;
mod fill;
mod rpc;
mod types;
pub mod value;
mod variables;

pub use fill::{Fill, absolute};
pub use value::{Env, Item, Object, Surroundings, Value};

use crate::ir::{ExprId, ExprKind};
use crate::program::{CallRef, MethodId, Program, Ty, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use undrawn_model::{Part, Template};

/// Nested evaluations beyond this give a hole.
const DEPTH_MAX: u32 = 48;
/// Evaluations spent on one question.
const FUEL: u32 = 4_000;

/// A type without its arguments.
type TypeKey = (Arc<str>, Option<TypeId>);

/// Types of the receivers of calls with one name.
type Receivers = Rc<Vec<Option<TypeId>>>;

/// All names that a type answers to.
pub type Kinds = Rc<Vec<Arc<str>>>;

/// One thread's evaluation: the program and what has been worked out already.
pub struct Cx<'p, 'a> {
    /// The program.
    pub program: &'p Program<'a>,
    /// What was found about the whole program before.
    pub facts: &'p crate::interpret::Facts,
    fuel: Cell<u32>,
    depth: Cell<u32>,
    kinds: RefCell<HashMap<TypeKey, Kinds>>,
    callers: RefCell<HashMap<MethodId, Rc<Vec<CallRef>>>>,
    entries: RefCell<HashMap<MethodId, Vec<String>>>,
    receivers: RefCell<HashMap<String, Receivers>>,
    fields: RefCell<HashMap<(TypeId, usize), Value>>,
}

impl<'p, 'a> Cx<'p, 'a> {
    /// A fresh evaluation.
    pub fn new(program: &'p Program<'a>, facts: &'p crate::interpret::Facts) -> Self {
        Cx {
            program,
            facts,
            fuel: Cell::new(FUEL),
            depth: Cell::new(0),
            kinds: RefCell::default(),
            callers: RefCell::default(),
            entries: RefCell::default(),
            receivers: RefCell::default(),
            fields: RefCell::default(),
        }
    }

    /// Drops what depends on the order of questions; kept between questions of one unit only, so that results do not
    /// depend on how units are spread over threads.
    pub fn forget(&self) {
        self.fields.borrow_mut().clear();
    }

    /// The method that stands for a type's initialisers.
    pub fn initializer_of(&self, ty: TypeId) -> MethodId {
        let own = self.program.methods(ty).next();
        own.unwrap_or(MethodId { unit: self.program.unit_of(ty), index: 0 })
    }

    /// The entity of this simple name, nearest to a unit.
    pub fn entity_called(&self, simple: &str, unit: u32) -> Option<&crate::interpret::EntityFact> {
        let ids = self.facts.entities_by_name.get(simple)?;
        self.facts.entities.get(&self.program.nearest(ids, unit)?)
    }

    /// Begins a new question.
    pub fn refuel(&self) {
        self.fuel.set(FUEL);
        self.depth.set(0);
    }

    /// One level deeper, or nothing when a bound is hit.
    fn deeper<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let (fuel, depth) = (self.fuel.get(), self.depth.get());
        if fuel == 0 || depth >= DEPTH_MAX {
            return None;
        }
        self.fuel.set(fuel - 1);
        self.depth.set(depth + 1);
        let out = work();
        self.depth.set(depth);
        Some(out)
    }

    /// Works out something of its own: its bounds do not depend on what asks for it.
    pub(crate) fn afresh<T>(&self, work: impl FnOnce() -> T) -> T {
        let (fuel, depth) = (self.fuel.replace(FUEL * 8), self.depth.replace(0));
        let out = work();
        self.fuel.set(fuel);
        self.depth.set(depth);
        out
    }

    /// What is known about callers.
    pub(crate) fn caller_cache(&self) -> &RefCell<HashMap<MethodId, Rc<Vec<CallRef>>>> {
        &self.callers
    }

    /// Entry operations of methods that were asked about: a method calls many times, and its callers are the same.
    pub(crate) fn entry_cache(&self) -> &RefCell<HashMap<MethodId, Vec<String>>> {
        &self.entries
    }

    /// What is known about the receivers of calls.
    pub(crate) fn receiver_cache(&self) -> &RefCell<HashMap<String, Receivers>> {
        &self.receivers
    }

    /// True while the evaluation is inside no other.
    fn at_top(&self) -> bool {
        self.depth.get() <= 1
    }

    /// What an expression of a method may be.
    pub fn eval(&self, at: MethodId, expr: ExprId, env: &Env) -> Value {
        self.deeper(|| self.eval_inner(at, expr, env)).unwrap_or_else(|| Value::hole(&self.word(at, expr)))
    }

    fn eval_inner(&self, at: MethodId, expr: ExprId, env: &Env) -> Value {
        let unit = self.program.unit(at.unit);
        let node = unit.expr(expr);
        match &node.kind {
            ExprKind::Text(text) => Value::text(Template::text(text.as_ref())),
            ExprKind::Literal(text) => Value::text(Template::text(text.as_ref())),
            ExprKind::Null => Value::default(),
            ExprKind::Name(name) => self.name(at, name, node.span.start, env),
            ExprKind::Member(object, name) => self.member(at, expr, *object, name, env),
            ExprKind::Call { object, name, args, .. } => self.call(at, expr, *object, name, args, env),
            ExprKind::New { ty, args, body } => self.construct(at, expr, ty, args, *body, env),
            ExprKind::Concat(operands) => self.concat(at, operands, env),
            ExprKind::Choice(choices) => {
                let mut out = Value::default();
                for choice in choices.iter().take(16) {
                    out.merge(self.eval(at, *choice, env));
                }
                out
            }
            ExprKind::Assign(_, value, _) | ExprKind::Cast(_, value) | ExprKind::Keyword(_, value) => {
                self.eval(at, *value, env)
            }
            ExprKind::TypeName(name) => Value(vec![Item::Class(self.program.named(name, at.unit))]),
            ExprKind::Map(pairs) => {
                let parts = pairs.iter().take(64).map(|(k, v)| (k.to_string(), self.eval(at, *v, env)));
                Value::object(Object { parts: parts.collect(), ..Object::default() })
            }
            ExprKind::Lambda { .. } | ExprKind::MethodRef(..) => {
                Value(vec![Item::Code(at, expr, env.clone())])
            }
            ExprKind::ClassOf(ty) => {
                let owner = self.program.owner(at);
                Value(vec![Item::Class(self.program.resolve(at.unit, Some(owner), ty))])
            }
            ExprKind::List(values) => {
                Value(vec![Item::List(values.iter().take(64).map(|v| self.eval(at, *v, env)).collect())])
            }
            ExprKind::Element(list) => elements(&self.eval(at, *list, env)),
            ExprKind::This | ExprKind::Super => match &env.this {
                Some(this) => Value(vec![Item::Object(this.clone())]),
                None => {
                    let ty = self.program.ty(self.program.owner(at));
                    Value::object(Object { ty: Some(ty), ..Object::default() })
                }
            },
            ExprKind::Delegate(..) | ExprKind::Annotation(_) | ExprKind::Other => Value::hole(""),
        }
    }

    fn concat(&self, at: MethodId, operands: &[ExprId], env: &Env) -> Value {
        let pieces: Vec<Vec<Template>> = operands
            .iter()
            .take(512)
            .map(|o| {
                let value = self.eval(at, *o, env).settled();
                self.texts(&value, &self.word(at, *o))
            })
            .collect();
        Value(value::join(&pieces).into_iter().map(Item::Text).collect())
    }

    /// A word for what an expression is, for holes.
    pub fn word(&self, at: MethodId, expr: ExprId) -> String {
        match &self.program.unit(at.unit).expr(expr).kind {
            ExprKind::Name(name) | ExprKind::Member(_, name) | ExprKind::Keyword(name, _) => {
                (*name).to_string()
            }
            ExprKind::Call { name, .. } => getter(name).unwrap_or_else(|| (*name).to_string()),
            ExprKind::Cast(_, value) => match &self.program.unit(at.unit).expr(*value).kind {
                ExprKind::Name(name) => (*name).to_string(),
                _ => "value".into(),
            },
            _ => "value".into(),
        }
    }

    /// The alternatives of a value as texts; a hole with the word where nothing is known. Never empty.
    pub fn texts(&self, value: &Value, word: &str) -> Vec<Template> {
        let mut out: Vec<Template> = Vec::new();
        for item in &value.0 {
            let more = match item {
                Item::Text(template) if template.is_unknown() && hole_is_empty(template) => {
                    vec![Template::hole(word)]
                }
                Item::Text(template) => vec![template.clone()],
                Item::Class(ty) => vec![Template::text(&*ty.name)],
                Item::Object(object) => match (object.parts.get("address"), &object.constant) {
                    (Some(address), _) => self.texts(address, word),
                    (None, Some(constant)) => vec![Template::hole(constant.as_str())],
                    (None, None) => vec![Template::hole(word)],
                },
                Item::Code(..) => self.deeper(|| self.code_texts(item, word)).unwrap_or_default(),
                Item::List(values) => {
                    values.iter().take(value::ALTERNATIVES_MAX).flat_map(|v| self.texts(v, word)).collect()
                }
            };
            for template in more {
                if out.len() < value::ALTERNATIVES_MAX && !out.contains(&template) {
                    out.push(template);
                }
            }
        }
        if out.iter().any(|t| !t.is_unknown()) {
            out.retain(|t| !t.is_unknown());
        }
        if out.is_empty() {
            out.push(Template::hole(word));
        }
        out
    }

    fn code_texts(&self, code: &Item, word: &str) -> Vec<Template> {
        let value = self.run(code, vec![]);
        self.texts(&value, word)
    }

    /// What a lambda or method reference returns when called with these arguments.
    pub fn run(&self, code: &Item, args: Vec<Value>) -> Value {
        let Item::Code(at, expr, env) = code else { return Value::default() };
        let node = self.program.unit(at.unit).expr(*expr);
        let ExprKind::Lambda { results, params, .. } = &node.kind else { return Value::default() };
        let mut inner = Surroundings::clone(env);
        if inner.lambdas.len() < 8 {
            inner.lambdas.push((*at, *expr, args));
        }
        let inner = Rc::new(inner);
        let mut out = Value::default();
        for result in results.iter().take(8) {
            out.merge(self.eval(*at, *result, &inner));
        }
        if results.is_empty() && *params > 0 {
            // A lambda that returns nothing is there for what it does to its parameter.
            out = self.lambda_param_after(*at, *expr, node.span.end, &inner);
        }
        out
    }

    /// All names that a type answers to: its own and those of its supertypes, in source and models.
    pub fn kinds(&self, ty: &Ty) -> Kinds {
        let key = (ty.name.clone(), ty.id);
        if let Some(known) = self.kinds.borrow().get(&key) {
            return known.clone();
        }
        let mut out: Vec<Arc<str>> = vec![ty.name.clone()];
        let mut queue: Vec<Ty> = vec![ty.clone()];
        while let Some(next) = queue.pop() {
            let library = self.program.models.supertypes(&next.name);
            let supers = next.id.map_or(&[][..], |id| self.program.supers(id)).to_vec();
            let more = supers.into_iter().chain(library.iter().map(|name| Ty::library(name)));
            for over in more {
                if out.len() < 128 && !out.contains(&over.name) {
                    out.push(over.name.clone());
                    queue.push(over);
                }
            }
        }
        let out = Rc::new(out);
        self.kinds.borrow_mut().insert(key, out.clone());
        out
    }

    /// True when a type is one of these (names or patterns), itself or by a supertype.
    pub fn is_a(&self, ty: &Ty, names: &[String]) -> bool {
        let kinds = self.kinds(ty);
        names.iter().any(|name| match name.contains('*') {
            true => kinds.iter().any(|kind| crate::models::fits(name, kind)),
            false => kinds.iter().any(|kind| **kind == **name),
        })
    }

    /// True when a step exists whose receiver may be this type.
    fn step_for(&self, ty: &Ty, method: &str, args: usize) -> Option<&'static crate::schema::StepRule> {
        let fitting = self.program.models.steps_named(method).filter(|rule| {
            (rule.args.0.is_empty() || rule.args.0.contains(&args)) && self.is_a(ty, &rule.on.0)
        });
        // The rule about the type itself counts before rules about its supertypes.
        fitting.min_by_key(|rule| !rule.on.0.iter().any(|name| **name == *ty.name))
    }
}

/// Elements of a value that is a list.
fn elements(value: &Value) -> Value {
    let mut out = Value::default();
    for item in &value.0 {
        if let Item::List(values) = item {
            values.iter().for_each(|v| out.merge(v.clone()));
        }
    }
    out
}

fn hole_is_empty(template: &Template) -> bool {
    template.parts.iter().all(|p| matches!(p, Part::Hole(word) if word.is_empty()))
}

/// The property of a getter: `getOrderUrl` is `orderUrl`.
pub fn getter(name: &str) -> Option<String> {
    let rest = name.strip_prefix("get").or_else(|| name.strip_prefix("is"))?;
    let first = rest.chars().next()?;
    first.is_uppercase().then(|| lower_first(rest))
}

/// With the first letter in lower case.
pub fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| c.to_lowercase().chain(chars).collect())
}
