//! Texts put together: literals, f-strings, `%`, `format` and `join`.

use super::Lower;
use super::kinds::Kind;
use super::text::{self, Piece};
use crate::ir::{ExprId, ExprKind, Span};
use std::borrow::Cow;
use tree_sitter::TreeCursor;

impl<'a> Lower<'a> {
    pub(super) fn string(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let raw = text::is_raw(self.at(span));
        let mut pieces: Vec<ExprId> = Vec::new();
        let mut only: Option<Cow<'a, str>> = None;
        self.children(c, |l, c, kind, _| match kind {
            Kind::StringContent => {
                let content = text::unescape(l.text(c), raw);
                only = Some(content.clone());
                pieces.push(l.push(ExprKind::Text(content), l.span(c)));
            }
            Kind::Interpolation => l.children(c, |l, c, _, field| {
                if field == l.f.expression {
                    pieces.push(l.expr(c));
                }
            }),
            _ => {}
        });
        match (pieces.len(), only) {
            (0, _) => self.push(ExprKind::Text(Cow::Borrowed("")), span),
            (1, Some(text)) => self.push(ExprKind::Text(text), span),
            _ => self.push(ExprKind::Concat(pieces), span),
        }
    }

    pub(super) fn concatenated(&mut self, c: &mut TreeCursor<'_>) -> ExprId {
        let span = self.span(c);
        let all = self.all(c);
        let texts: Option<String> = all
            .iter()
            .map(|e| match &self.unit.expr(*e).kind {
                ExprKind::Text(text) => Some(text.as_ref()),
                _ => None,
            })
            .collect();
        match texts {
            Some(text) => self.push(ExprKind::Text(Cow::Owned(text)), span),
            None => self.push(ExprKind::Concat(all), span),
        }
    }

    /// A text with its values put in.
    pub(super) fn fill(&mut self, pieces: &[Piece<'_>], args: &[ExprId], span: Span) -> ExprId {
        let named = |l: &Self, wanted: &str| {
            args.iter().find_map(|a| match l.unit.expr(*a).kind {
                ExprKind::Keyword(name, value) if name == wanted => Some(value),
                _ => None,
            })
        };
        let (mut out, mut next) = (Vec::with_capacity(pieces.len()), 0);
        for piece in pieces {
            let value = match piece {
                Piece::Text(text) if text.is_empty() => continue,
                Piece::Text(text) => Some(self.push(ExprKind::Text(Cow::Owned(text.clone())), span)),
                Piece::Next => {
                    next += 1;
                    args.get(next - 1).copied()
                }
                Piece::At(index) => args.get(*index).copied(),
                Piece::Named(name) => named(self, name),
            };
            let value = match value {
                Some(value) => value,
                None => self.push(ExprKind::Other, span),
            };
            out.push(value);
        }
        self.push(ExprKind::Concat(out), span)
    }

    pub(super) fn join(&mut self, separator: Cow<'a, str>, values: &[ExprId], span: Span) -> ExprId {
        let mut out = Vec::with_capacity(values.len() * 2);
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                out.push(self.push(ExprKind::Text(separator.clone()), span));
            }
            out.push(*value);
        }
        self.push(ExprKind::Concat(out), span)
    }
}
