//! Patterns: how model files say where a value comes from (`models/README.md` is the reference).
//!
//! This file and `schema.rs` are also compiled into the build script, which checks every model file with them.

use serde::de::{Deserialize, Deserializer, Error};

/// One text of a model file, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pattern(pub Vec<Piece>);

/// Alternatives: the first of which every reference has a value counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patterns(pub Vec<Pattern>);

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// `${name:default}`, to be resolved by others.
    Key(Pattern, Option<Pattern>),
    /// `{...}`.
    Ref(Ref),
}

/// What `{...}` refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ref {
    /// Argument by position, from 0.
    Arg(usize),
    /// The last argument.
    Last,
    /// All arguments from this one on, each a value of its own.
    Rest(usize),
    /// A part that an argument carries.
    ArgPart(usize, String),
    /// A part that the receiver carries.
    Part(String),
    /// Attribute of the matched annotation, or of another one on the element.
    Attr(Option<String>, Vec<String>),
    /// A configuration key whose name (and default) is another reference.
    Key(Box<Ref>, Option<Box<Ref>>),
    /// Simple class name in this spelling.
    Class(Spelling),
    /// Method name.
    Method,
    /// Qualified type of an argument.
    TypeOf(usize),
    /// Resource name of the entity that an argument is of.
    EntityOfArg(usize),
    /// Resource name of the entity that is the receiver's type argument.
    EntityOfTypeArg(usize),
    /// `package.Service/Method`.
    Rpc,
    /// Argument by name, or else by position, or else this text.
    Named(Option<usize>, String, Option<String>),
    /// What a field of the class holds.
    Field(String),
}

/// Spelling of a class name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `OrderItem`
    Plain,
    /// `order_item`
    Snake,
    /// `orderItem`
    LowerFirst,
}

impl Pattern {
    /// Parses a pattern; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let mut out = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let key = at > 0 && rest.as_bytes().get(at - 1) == Some(&b'$');
            let before = if key { &rest[..at - 1] } else { &rest[..at] };
            if !before.is_empty() {
                out.push(Piece::Text(before.to_string()));
            }
            let body = &rest[at + 1..];
            let end = undrawn_model::closing_brace(body)
                .ok_or_else(|| format!("`{{` is never closed in `{text}`"))?;
            let inner = &body[..end];
            out.push(if key { key_piece(inner)? } else { Piece::Ref(Ref::parse(inner)?) });
            rest = &body[end + 1..];
        }
        if !rest.is_empty() {
            out.push(Piece::Text(rest.to_string()));
        }
        Ok(Pattern(out))
    }
}

fn key_piece(inner: &str) -> Result<Piece, String> {
    let (name, default) = match split_top(inner) {
        Some((name, default)) => (name, Some(Pattern::parse(default)?)),
        None => (inner, None),
    };
    Ok(Piece::Key(Pattern::parse(name)?, default))
}

/// Splits at the first colon outside braces.
fn split_top(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0usize;
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => return Some((&text[..i], &text[i + 1..])),
            _ => {}
        }
    }
    None
}

impl Ref {
    fn parse(text: &str) -> Result<Ref, String> {
        let wrong = || format!("unknown reference `{{{text}}}`");
        if let Some(attribute) = text.strip_prefix('@') {
            let (annotation, path) = match attribute.split_once('#') {
                Some((annotation, path)) => (Some(annotation.to_string()), path),
                None => (None, attribute),
            };
            return Ok(Ref::Attr(annotation, path.split('.').map(str::to_string).collect()));
        }
        if let Some((index, part)) = text.split_once('.')
            && let Ok(index) = index.parse()
        {
            return Ok(Ref::ArgPart(index, part.to_string()));
        }
        if let Ok(index) = text.parse() {
            return Ok(Ref::Arg(index));
        }
        match text.split_once(':') {
            None => Ok(match text {
                "last" => Ref::Last,
                "class" => Ref::Class(Spelling::Plain),
                "method" => Ref::Method,
                "rpc" => Ref::Rpc,
                "" => return Err(wrong()),
                word if word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.') => {
                    Ref::Part(word.to_string())
                }
                _ => return Err(wrong()),
            }),
            Some(("field", name)) if !name.is_empty() => Ok(Ref::Field(name.to_string())),
            Some((head, name)) if head == "kw" || head.parse::<usize>().is_ok() => {
                let (name, default) = match name.split_once(':') {
                    Some((name, default)) => (name, Some(default.to_string())),
                    None => (name, None),
                };
                Ok(Ref::Named(head.parse().ok(), name.to_string(), default))
            }
            Some(("rest", from)) => from.parse().map(Ref::Rest).map_err(|_| wrong()),
            Some(("type", index)) => index.parse().map(Ref::TypeOf).map_err(|_| wrong()),
            Some(("class", "snake")) => Ok(Ref::Class(Spelling::Snake)),
            Some(("class", "lower-first")) => Ok(Ref::Class(Spelling::LowerFirst)),
            Some(("entity", index)) => match index.strip_prefix('T') {
                Some(index) => index.parse().map(Ref::EntityOfTypeArg).map_err(|_| wrong()),
                None => index.parse().map(Ref::EntityOfArg).map_err(|_| wrong()),
            },
            Some(("key", names)) => {
                let (name, default) = match names.split_once(':') {
                    Some((name, default)) => (name, Some(Box::new(Ref::parse(default)?))),
                    None => (names, None),
                };
                Ok(Ref::Key(Box::new(Ref::parse(name)?), default))
            }
            Some(_) => Err(wrong()),
        }
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Pattern::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Patterns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = crate::schema::Texts::deserialize(deserializer)?;
        let patterns: Result<Vec<_>, _> = texts.0.iter().map(|t| Pattern::parse(t)).collect();
        Ok(Patterns(patterns.map_err(D::Error::custom)?))
    }
}
