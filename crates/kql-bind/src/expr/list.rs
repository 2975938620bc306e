//! `in` and its family: an operand and a list of values, a dynamic, or a table.

use crate::binder::{Any, Bind, Binder};
use crate::checked::{Rel, RelKind, Scalar, ScalarKind};
use crate::coerce::{convert, fits_int};
use crate::scope::Ctx;
use crate::types;
use kql_syntax::Span;
use kql_syntax::ast::{Expr, InOp};
use model::{Column, KqlType, Schema};
use std::sync::Arc;

fn text(op: InOp) -> &'static str {
    match op {
        InOp::In => "in",
        InOp::NotIn => "!in",
        InOp::InTilde => "in~",
        InOp::NotInTilde => "!in~",
        InOp::HasAny => "has_any",
        InOp::HasAll => "has_all",
    }
}

impl Binder<'_> {
    pub(super) fn list_operator(&mut self, ctx: Ctx<'_>, op: InOp, operand: &Expr, list: &[Expr], span: Span) -> Bind<Scalar> {
        let name = text(op);
        let value = self.scalar(ctx, operand)?;
        let textual = !matches!(op, InOp::In | InOp::NotIn);
        if textual && !matches!(value.kql_type, KqlType::String | KqlType::Dynamic) {
            return self.fail("KS107", operand.span, format!("`{name}` works on text, not on a {}", value.kql_type));
        }
        let mut elements = Vec::with_capacity(list.len());
        for element in list {
            elements.push(match self.any(ctx, element)? {
                Any::Scalar(value) => value,
                Any::Table(rel) if list.len() == 1 => return self.in_table(name, textual, value, rel, element.span, span),
                Any::Table(_) => return self.fail("KS141", element.span, "a table must be the only element of the list"),
            });
        }
        let place = self.span(span);
        // A dynamic among the elements is a list of its own; its values are compared as they are.
        let plain: Vec<KqlType> = elements.iter().map(|e| e.kql_type).filter(|t| *t != KqlType::Dynamic).collect();
        let target = if textual { Some(KqlType::String) } else { target(value.kql_type, &plain) };
        let Some(target) = target else {
            let other = plain.iter().find(|t| target_pair(value.kql_type, **t).is_none()).copied().unwrap_or(value.kql_type);
            return self.fail("KS106", span, format!("a {} is compared with a {other} in the list", value.kql_type));
        };
        let whole = target == KqlType::Long && value.kql_type == KqlType::Int && elements.iter().all(fits_int);
        let target = if whole { KqlType::Int } else { target };
        let mut args = vec![become_type(value, target)];
        args.extend(elements.into_iter().map(|e| if e.kql_type == KqlType::Dynamic { e } else { become_type(e, target) }));
        Ok(Scalar::call(name, args, KqlType::Bool, place))
    }

    fn in_table(&mut self, name: &'static str, textual: bool, value: Scalar, rel: Arc<Rel>, at: Span, span: Span) -> Bind<Scalar> {
        let Some(column) = rel.schema.columns.first().cloned() else {
            return self.fail("KS141", at, "a table without columns has no values");
        };
        let place = self.span(at);
        let target = if textual { Some(KqlType::String) } else { target_pair(value.kql_type, column.kql_type) };
        let Some(target) = target else {
            return self.fail(
                "KS106",
                at,
                format!(
                    "{} is compared with the column `{}`, which is {}",
                    crate::types::named(value.kql_type),
                    column.name,
                    crate::types::named(column.kql_type)
                ),
            );
        };
        let element = become_type(Scalar::column(0, column.kql_type, place), target);
        let rel = if rel.schema.columns.len() == 1 && element.kql_type == column.kql_type {
            rel
        } else {
            let schema = Schema::new(vec![Column::new(column.name, element.kql_type)]);
            self.rel(RelKind::Project { input: rel, exprs: vec![element] }, schema, at)
        };
        let list = Scalar { kind: ScalarKind::List(rel), kql_type: KqlType::Dynamic, span: place };
        Ok(Scalar::call(name, vec![become_type(value, target), list], KqlType::Bool, self.span(span)))
    }
}

/// Converted, unless it is compared as a dynamic.
fn become_type(value: Scalar, target: KqlType) -> Scalar {
    if target == KqlType::Dynamic { value } else { convert(value, target) }
}

/// What an operand and one element are compared as.
fn target_pair(operand: KqlType, element: KqlType) -> Option<KqlType> {
    match (operand, element) {
        (a, b) if a == b => Some(a),
        (KqlType::Dynamic, KqlType::String) | (KqlType::String, KqlType::Dynamic) => Some(KqlType::String),
        (KqlType::Dynamic, _) => Some(KqlType::Dynamic),
        (a, b) => types::wider(a, b),
    }
}

/// What an operand and all elements are compared as.
fn target(operand: KqlType, elements: &[KqlType]) -> Option<KqlType> {
    elements.iter().try_fold(operand, |kind, element| target_pair(kind, *element))
}
