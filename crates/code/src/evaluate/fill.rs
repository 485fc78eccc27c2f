//! Fills patterns of the models with what is known at a place.

use super::value::{ALTERNATIVES_MAX, join};
use super::{Cx, Env, Item, Value, lower_first};
use crate::ir::{Annotation, ExprId, ExprKind};
use crate::pattern::{Pattern, Patterns, Piece, Ref, Spelling};
use crate::program::{MethodId, Ty, TypeId, last_segment};
use undrawn_model::{Part, Syntax, Template};

/// What references of a pattern may refer to at a place.
#[derive(Default, Clone, Copy)]
pub struct Fill<'x, 'a> {
    /// The call: method it stands in, arguments, surroundings.
    pub call: Option<(MethodId, &'x [ExprId], &'x Env)>,
    /// What the receiver may be.
    pub receiver: Option<&'x Value>,
    /// Declared type of the receiver.
    pub ty: Option<&'x Ty>,
    /// The matched annotation among those of its element; its method stands for the place of its values.
    pub annotation: Option<(MethodId, &'x Annotation<'a>, &'x [Annotation<'a>])>,
    /// All annotations of the element, when none is matched.
    pub annotations: Option<(MethodId, &'x [Annotation<'a>])>,
    /// The class.
    pub class: Option<TypeId>,
    /// The method's name.
    pub method: Option<&'x str>,
}

impl<'a> Cx<'_, 'a> {
    /// Values of the first alternative in which every reference has one; empty when there is none.
    pub fn fill(&self, patterns: &Patterns, fill: &Fill<'_, 'a>) -> Vec<Template> {
        patterns.0.iter().map(|p| self.fill_one(p, fill)).find(|out| !out.is_empty()).unwrap_or_default()
    }

    /// Values of one pattern; empty when a reference has none.
    pub fn fill_one(&self, pattern: &Pattern, fill: &Fill<'_, 'a>) -> Vec<Template> {
        let mut heads: Vec<Template> = vec![Template::default()];
        for piece in &pattern.0 {
            let tails = match piece {
                Piece::Text(text) => vec![Template::text(text.as_str())],
                Piece::Key(name, default) => self.fill_key(name, default.as_ref(), fill),
                Piece::Ref(Ref::Part(part)) if part == "address" && pattern.0.len() > 1 => {
                    // A receiver that carries no address of its own leaves the rest as it is.
                    match self.reference(&Ref::Part(part.clone()), fill) {
                        none if none.is_empty() => continue,
                        some => some,
                    }
                }
                Piece::Ref(reference) => {
                    let values = self.reference(reference, fill);
                    let spreads = pattern.0.len() == 1;
                    if spreads { values } else { values.into_iter().take(ALTERNATIVES_MAX).collect() }
                }
            };
            if tails.is_empty() {
                return vec![];
            }
            // What is absolute replaces what stands before it.
            if heads.len() == 1 && heads[0] == Template::default() {
                heads = tails;
                continue;
            }
            let (whole, relative): (Vec<Template>, Vec<Template>) = tails.into_iter().partition(absolute);
            let mut out = whole;
            if !relative.is_empty() {
                out.extend(join(&[heads, relative]));
            }
            heads = out;
        }
        heads.retain(|t| !t.parts.is_empty());
        heads
    }

    fn fill_key(&self, name: &Pattern, default: Option<&Pattern>, fill: &Fill<'_, 'a>) -> Vec<Template> {
        let default = default.map(|d| self.fill_one(d, fill).into_iter().next().unwrap_or_default());
        let names = self.fill_one(name, fill);
        names.into_iter().filter_map(|name| Some(Template::key(name.as_text()?, default.clone()))).collect()
    }

    /// Values of one reference.
    pub fn fill_ref(&self, reference: &Ref, fill: &Fill<'_, 'a>) -> Vec<Template> {
        self.reference(reference, fill)
    }

    fn reference(&self, reference: &Ref, fill: &Fill<'_, 'a>) -> Vec<Template> {
        match reference {
            Ref::Arg(index) => self.arg(*index, fill),
            Ref::Named(index, name, default) => self.named_arg(*index, name, default.as_deref(), fill),
            Ref::Field(name) => fill.class.map_or(vec![], |class| {
                let found = self.program.find_field(class, name);
                let value = found.map(|_| self.field(class, name, None)).filter(|v| !v.is_unknown());
                value.map_or(vec![], |value| self.texts(&value, name))
            }),
            Ref::Last => match fill.call {
                Some((_, args, _)) if !args.is_empty() => self.arg(args.len() - 1, fill),
                _ => vec![],
            },
            Ref::Rest(from) => self.rest(*from, fill),
            Ref::ArgPart(index, part) => {
                let Some((at, args, env)) = fill.call else { return vec![] };
                args.get(*index).map_or(vec![], |arg| self.part(&self.eval(at, *arg, env), part))
            }
            Ref::Part(part) => fill.receiver.map_or(vec![], |receiver| self.part(receiver, part)),
            Ref::Attr(annotation, path) => self.attribute(annotation.as_deref(), path, fill),
            Ref::Key(name, default) => {
                let default = default
                    .as_ref()
                    .and_then(|d| self.reference(d, fill).into_iter().next())
                    .map(|d| reparse(&d));
                let names = self.reference(name, fill);
                names
                    .iter()
                    .map(|name| match name.as_text() {
                        Some(name) => Template::key(name, default.clone()),
                        None => name.clone(),
                    })
                    .collect()
            }
            Ref::Class(spelling) => fill.class.map_or(vec![], |class| {
                let name = self.program.simple_name(class);
                vec![Template::text(match spelling {
                    Spelling::Plain => name.to_string(),
                    Spelling::Snake => snake(name),
                    Spelling::LowerFirst => lower_first(name),
                })]
            }),
            Ref::Method => fill.method.map_or(vec![], |m| vec![Template::text(m)]),
            Ref::TypeOf(index) => {
                self.arg_type(*index, fill).map_or(vec![], |ty| vec![Template::text(&*ty.name)])
            }
            Ref::EntityOfArg(index) => {
                self.arg_type(*index, fill).and_then(|ty| self.entity_name(&ty)).into_iter().collect()
            }
            Ref::EntityOfTypeArg(index) => {
                let ty = fill.ty.and_then(|ty| ty.args.get(*index));
                ty.and_then(|ty| self.entity_name(ty)).into_iter().collect()
            }
            Ref::Rpc => self.rpc(fill).into_iter().collect(),
        }
    }

    fn arg(&self, index: usize, fill: &Fill<'_, 'a>) -> Vec<Template> {
        let Some((at, args, env)) = fill.call else { return vec![] };
        let Some(arg) = args.get(index) else { return vec![] };
        if matches!(self.program.unit(at.unit).expr(*arg).kind, ExprKind::Keyword(..)) {
            return vec![];
        }
        self.texts(&self.eval(at, *arg, env).settled(), &self.word(at, *arg))
    }

    /// An argument by position or name, or its default.
    fn named_arg(
        &self,
        index: Option<usize>,
        name: &str,
        default: Option<&str>,
        fill: &Fill<'_, 'a>,
    ) -> Vec<Template> {
        let Some((at, args, env)) = fill.call else { return vec![] };
        let unit = self.program.unit(at.unit);
        let (name, part) = name.split_once('.').map_or((name, None), |(name, part)| (name, Some(part)));
        let named = args.iter().find_map(|a| match unit.expr(*a).kind {
            ExprKind::Keyword(given, value) if given == name => Some(value),
            _ => None,
        });
        let placed = index.and_then(|index| args.get(index)).copied();
        let placed = placed.filter(|a| !matches!(unit.expr(*a).kind, ExprKind::Keyword(..)));
        match (named.or(placed), part, default) {
            (Some(arg), None, _) => self.texts(&self.eval(at, arg, env).settled(), &self.word(at, arg)),
            (Some(arg), Some(part), _) => self.part(&self.eval(at, arg, env), part),
            (None, _, Some(default)) => vec![Template::text(default)],
            (None, _, None) => vec![],
        }
    }

    fn rest(&self, from: usize, fill: &Fill<'_, 'a>) -> Vec<Template> {
        let Some((at, args, env)) = fill.call else { return vec![] };
        let mut out = Vec::new();
        let named =
            |arg: &ExprId| matches!(self.program.unit(at.unit).expr(*arg).kind, ExprKind::Keyword(..));
        for arg in args.iter().skip(from).take(32).filter(|a| !named(a)) {
            for value in self.eval(at, *arg, env).spread() {
                out.extend(self.texts(&value, &self.word(at, *arg)));
            }
        }
        out
    }

    fn part(&self, value: &Value, part: &str) -> Vec<Template> {
        let mut out = Vec::new();
        let code = value.0.iter().filter(|item| matches!(item, Item::Code(..)));
        let done: Vec<Value> = code.map(|code| self.run(code, vec![])).collect();
        for object in value.objects().chain(done.iter().flat_map(Value::objects)) {
            if let Some(value) = object.parts.get(part) {
                for text in self.texts(value, part) {
                    if !out.contains(&text) && out.len() < ALTERNATIVES_MAX {
                        out.push(text);
                    }
                }
            }
        }
        out
    }

    /// The type of an argument: what a class literal names, else its static type.
    fn arg_type(&self, index: usize, fill: &Fill<'_, 'a>) -> Option<Ty> {
        let (at, args, env) = fill.call?;
        let arg = *args.get(index)?;
        let class = self.eval(at, arg, env).0.into_iter().find_map(|item| match item {
            Item::Class(ty) => Some(ty),
            _ => None,
        });
        let ty = class.or_else(|| self.type_of(at, arg))?;
        match ty.args.as_slice() {
            [one] if ty.id.is_none() => Some(one.clone()),
            _ => Some(ty),
        }
    }

    /// Resource name of an entity class.
    pub fn entity_name(&self, ty: &Ty) -> Option<Template> {
        self.facts.entities.get(&ty.id?).map(|e| e.name.clone())
    }

    fn attribute(&self, annotation: Option<&str>, path: &[String], fill: &Fill<'_, 'a>) -> Vec<Template> {
        let (at, annotations) = match (fill.annotation, fill.annotations) {
            (Some((at, _, all)), _) => (at, all),
            (None, Some((at, all))) => (at, all),
            (None, None) => return vec![],
        };
        let found = match annotation {
            None => fill.annotation.map(|(_, matched, _)| matched),
            Some(name) => annotations.iter().find(|a| {
                last_segment(a.name) == last_segment(name) && *self.annotation_name(at, a) == *name
            }),
        };
        found.map_or(vec![], |found| self.attribute_of(at, found, path, 0))
    }

    fn attribute_of(
        &self,
        at: MethodId,
        annotation: &Annotation<'a>,
        path: &[String],
        depth: usize,
    ) -> Vec<Template> {
        let Some((first, rest)) = path.split_first() else { return vec![] };
        let Some((_, value)) = annotation.args.iter().find(|(name, _)| name == first) else { return vec![] };
        self.attribute_value(at, *value, rest, depth)
    }

    fn attribute_value(&self, at: MethodId, value: ExprId, rest: &[String], depth: usize) -> Vec<Template> {
        if depth > 6 {
            return vec![];
        }
        match &self.program.unit(at.unit).expr(value).kind {
            ExprKind::List(values) => {
                values.iter().take(64).flat_map(|v| self.attribute_value(at, *v, rest, depth + 1)).collect()
            }
            ExprKind::Annotation(nested) => self.attribute_of(at, nested, rest, depth + 1),
            _ if !rest.is_empty() => vec![],
            _ => {
                let value = self.eval(at, value, &Env::default());
                let constants = value.objects().filter_map(|o| o.constant.as_ref());
                let mut out: Vec<Template> = constants
                    .filter(|_| !value.objects().any(|o| o.parts.contains_key("address")))
                    .map(Template::text)
                    .collect();
                if out.is_empty() {
                    out = self.texts(&value, "value").iter().map(reparse).collect();
                }
                out.retain(|t| !t.parts.is_empty());
                out
            }
        }
    }
}

/// Placeholders in known text become keys.
fn reparse(template: &Template) -> Template {
    let mut out = Template::default();
    for part in &template.parts {
        match part {
            Part::Text(text) => out.append(Template::parse(text, Syntax::Spring)),
            other => out.push(other.clone()),
        }
    }
    out
}

/// True for addresses that need nothing before them.
pub fn absolute(template: &Template) -> bool {
    match template.parts.first() {
        Some(Part::Text(text)) => {
            let scheme = text.split("://").next().unwrap_or("");
            scheme.len() < text.len()
                && !scheme.is_empty()
                && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        }
        _ => false,
    }
}

fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (i, c) in chars.iter().enumerate() {
        // As Spring's naming strategy: an underscore between a lower-case letter and a capital that is followed by one.
        let after_lower = i > 0 && chars.get(i - 1).is_some_and(|p| p.is_lowercase() || p.is_ascii_digit());
        if c.is_uppercase() && after_lower {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}
