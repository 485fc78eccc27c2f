//! What an expression may be at run time, as far as the text tells.

use crate::ir::ExprId;
use crate::program::{MethodId, Ty};
use std::collections::BTreeMap;
use std::rc::Rc;
use undrawn_model::{Part, Template};

/// Alternatives kept of one value.
pub const ALTERNATIVES_MAX: usize = 8;

/// Alternatives, each once, in order of discovery. None: nothing is known.
#[derive(Debug, Clone, Default)]
pub struct Value(pub Vec<Item>);

/// One alternative.
#[derive(Debug, Clone)]
pub enum Item {
    /// A text or number.
    Text(Template),
    /// An object.
    Object(Rc<Object>),
    /// A class literal.
    Class(Ty),
    /// A lambda or method reference, with the surroundings it was written in.
    Code(MethodId, ExprId, Env),
    /// Several values.
    List(Vec<Value>),
}

/// An object and what it carries.
#[derive(Debug, Clone, Default)]
pub struct Object {
    /// Its type.
    pub ty: Option<Ty>,
    /// Parts, as steps of the models set them.
    pub parts: BTreeMap<String, Value>,
    /// The construction that made it, for fields that come from its arguments.
    pub made: Option<(MethodId, ExprId, Env)>,
    /// Name of the enumeration constant that it is.
    pub constant: Option<String>,
    /// Configuration prefix that its fields are bound to.
    pub prefix: Option<Template>,
}

/// Surroundings of an evaluation.
pub type Env = Rc<Surroundings>;

/// What is known about the call that led here.
#[derive(Debug, Default, Clone)]
pub struct Surroundings {
    /// Arguments of the method being evaluated.
    pub params: Option<(MethodId, Vec<Value>)>,
    /// The receiver.
    pub this: Option<Rc<Object>>,
    /// Arguments of lambdas being evaluated.
    pub lambdas: Vec<(MethodId, ExprId, Vec<Value>)>,
    /// Variables whose value is fixed while a change to them is followed.
    pub fixed: Vec<(String, Value)>,
    /// How often callers have been asked.
    pub callers: u8,
}

impl Value {
    /// One known text.
    pub fn text(template: Template) -> Self {
        Value(vec![Item::Text(template)])
    }

    /// Unknown, with a word for it.
    pub fn hole(word: &str) -> Self {
        Value::text(Template::hole(word))
    }

    /// One object.
    pub fn object(object: Object) -> Self {
        Value(vec![Item::Object(Rc::new(object))])
    }

    /// Adds alternatives that are new; drops holes once something is known.
    pub fn merge(&mut self, other: Value) {
        for item in other.0 {
            if self.0.len() >= ALTERNATIVES_MAX {
                return;
            }
            let known =
                matches!(&item, Item::Text(t) if self.0.iter().any(|i| matches!(i, Item::Text(o) if o == t)));
            if !known {
                self.0.push(item);
            }
        }
    }

    /// True when nothing but holes is known.
    pub fn is_unknown(&self) -> bool {
        self.0.iter().all(|item| match item {
            Item::Text(template) => template.is_unknown(),
            Item::Object(object) => {
                object.parts.is_empty()
                    && object.made.is_none()
                    && object.constant.is_none()
                    && object.prefix.is_none()
            }
            Item::List(values) => values.iter().all(Value::is_unknown),
            _ => false,
        })
    }

    /// Without pure holes, unless there is nothing else.
    pub fn settled(mut self) -> Self {
        let known = |item: &Item| !matches!(item, Item::Text(t) if t.is_unknown());
        if self.0.iter().any(known) {
            self.0.retain(known);
        }
        self
    }

    /// The objects among the alternatives.
    pub fn objects(&self) -> impl Iterator<Item = &Rc<Object>> {
        self.0.iter().filter_map(|item| match item {
            Item::Object(object) => Some(object),
            _ => None,
        })
    }

    /// The values of a list, or the value itself.
    pub fn spread(&self) -> Vec<Value> {
        let mut out = Vec::new();
        for item in &self.0 {
            match item {
                Item::List(values) => out.extend(values.iter().cloned()),
                item => out.push(Value(vec![item.clone()])),
            }
        }
        out
    }
}

/// Every combination of one alternative each, bounded.
pub fn join(pieces: &[Vec<Template>]) -> Vec<Template> {
    let mut out = vec![Template::default()];
    for alternatives in pieces {
        let mut next = Vec::new();
        for head in &out {
            for tail in alternatives {
                if next.len() < ALTERNATIVES_MAX {
                    let mut whole = head.clone();
                    whole.append(tail.clone());
                    next.push(whole);
                }
            }
        }
        out = next;
    }
    out.iter_mut().for_each(bound);
    out
}

/// Texts longer than this are cut: addresses and statements are shorter.
const TEXT_MAX: usize = 64 << 10;

fn bound(template: &mut Template) {
    let mut left = TEXT_MAX;
    template.parts.truncate(256);
    for part in &mut template.parts {
        if let Part::Text(text) = part {
            if text.len() > left {
                let mut cut = left;
                while !text.is_char_boundary(cut) {
                    cut -= 1;
                }
                text.truncate(cut);
            }
            left -= text.len();
        }
    }
}
