//! Operators that make rows: `print`, `range`, `datatable`.

use super::project::named;
use crate::binder::{Bind, Binder};
use crate::checked::{Rel, RelKind, Scalar};
use crate::coerce::convert;
use crate::scope::Ctx;
use crate::types;
use kql_syntax::Span;
use kql_syntax::ast::{Expr, Name, TypeName};
use model::{Column, KqlType, Schema, Value, ticks};
use std::sync::Arc;

/// Values in a `datatable`.
const MAX_VALUES: usize = 1_000_000;

impl Binder<'_> {
    pub(super) fn print(&mut self, ctx: Ctx<'_>, columns: &[Expr], span: Span) -> Bind<Arc<Rel>> {
        let mut schema = Schema::default();
        let mut exprs = Vec::with_capacity(columns.len());
        for (i, item) in columns.iter().enumerate() {
            self.single_name(item)?;
            let (given, expr) = named(item);
            let value = self.scalar(ctx, expr)?;
            let name = given.map_or_else(|| format!("print_{i}"), |n| n.text.clone());
            if schema.index_of(&name).is_some() {
                return self.fail("KS171", item.span, format!("there is already a column named `{name}`"));
            }
            schema.columns.push(Column::new(name, value.kql_type));
            exprs.push(value);
        }
        let input = self.rel(RelKind::Unit, Schema::default(), span);
        Ok(self.rel(RelKind::Project { input, exprs }, schema, span))
    }

    pub(super) fn range(&mut self, ctx: Ctx<'_>, column: &Name, from: &Expr, to: &Expr, step: &Expr, span: Span) -> Bind<Arc<Rel>> {
        let (from, to, step) = (self.scalar(ctx, from)?, self.scalar(ctx, to)?, self.scalar(ctx, step)?);
        let kinds = (from.kql_type, to.kql_type, step.kql_type);
        let (kind, by) = match kinds {
            (KqlType::DateTime, KqlType::DateTime, KqlType::TimeSpan) => (KqlType::DateTime, KqlType::TimeSpan),
            (KqlType::TimeSpan, KqlType::TimeSpan, KqlType::TimeSpan) => (KqlType::TimeSpan, KqlType::TimeSpan),
            (a, b, c) => match types::wider(a, b).and_then(|w| types::wider(w, c)) {
                Some(wide) => (wide, wide),
                None => return self.fail("KS106", span, format!("a range cannot go from a {a} to a {b} in steps of a {c}")),
            },
        };
        let schema = Schema::new(vec![Column::new(column.text.as_str(), kind)]);
        Ok(self.rel(RelKind::Range { from: convert(from, kind), to: convert(to, kind), step: convert(step, by) }, schema, span))
    }

    pub(super) fn data_table(&mut self, ctx: Ctx<'_>, columns: &[TypeName], values: &[Expr], span: Span) -> Bind<Arc<Rel>> {
        let schema = self.schema(columns)?;
        let width = schema.columns.len();
        if width == 0 && values.is_empty() {
            return Ok(self.rel(RelKind::Values { rows: Vec::new() }, schema, span));
        }
        if width == 0 || !values.len().is_multiple_of(width) {
            return self.fail("KS173", span, format!("{} values do not fill rows of {width} columns", values.len()));
        }
        if values.len() > MAX_VALUES {
            return self.fail("PH0102", span, format!("a datatable of more than {MAX_VALUES} values"));
        }
        let mut rows = Vec::with_capacity(values.len() / width);
        for row in values.chunks(width) {
            let mut cells = Vec::with_capacity(width);
            for (expr, column) in row.iter().zip(&schema.columns) {
                let value = self.constant(ctx, expr)?;
                let found = value.kql_type();
                let Some(cell) = cell(value, column.kql_type) else {
                    return self.fail(
                        "KS141",
                        expr.span,
                        format!("the column `{}` is of type {}; this {found} does not fit", column.name, column.kql_type),
                    );
                };
                cells.push(cell);
            }
            rows.push(cells);
        }
        Ok(self.rel(RelKind::Values { rows }, schema, span))
    }

    /// A schema as written: `(name: type, …)`.
    pub(crate) fn schema(&mut self, columns: &[TypeName]) -> Bind<Schema> {
        let mut schema = Schema::default();
        for TypeName { name, kind } in columns {
            let Some(name) = name else {
                return self.fail("KS005", kind.span, "a column needs a name and a type");
            };
            let Some(kql_type) = KqlType::from_name(&kind.text) else {
                return self.fail("KS005", kind.span, format!("there is no type named `{}`", kind.text));
            };
            if schema.index_of(&name.text).is_some() {
                return self.fail("KS171", name.span, format!("there is already a column named `{}`", name.text));
            }
            schema.columns.push(Column::new(name.text.as_str(), kql_type));
        }
        Ok(schema)
    }

    /// A column of nulls, or of empty strings.
    pub(crate) fn missing(&self, kind: KqlType, span: Span) -> Scalar {
        let value = if kind == KqlType::String { Value::String(String::new()) } else { Value::Null(kind) };
        Scalar::literal(value, self.span(span))
    }
}

/// A literal as a value of the column's type; `None` where what Kusto makes of it is not certain.
fn cell(value: Value, kind: KqlType) -> Option<Value> {
    if value.kql_type() == kind {
        return Some(value);
    }
    Some(match (value, kind) {
        (Value::Null(_), KqlType::String) => Value::String(String::new()),
        (Value::Null(_), kind) => Value::Null(kind),
        (Value::Int(n), kind) => return cell(Value::Long(i64::from(n)), kind),
        (Value::Long(n), KqlType::Int) => i32::try_from(n).map_or(Value::Null(kind), Value::Int),
        (Value::Long(n), KqlType::Real) => Value::Real(n as f64),
        (Value::Long(n), KqlType::Decimal) => Value::Decimal(n.to_string()),
        (Value::Long(n), KqlType::Bool) => Value::Bool(n != 0),
        (Value::Long(n), KqlType::String) => Value::String(n.to_string()),
        (Value::Long(n), KqlType::Dynamic) => Value::Dynamic(n.to_string()),
        (Value::Real(r), KqlType::Dynamic) if r.is_finite() => Value::Dynamic(serde_json::Number::from_f64(r)?.to_string()),
        (Value::Bool(b), KqlType::Dynamic) => Value::Dynamic(b.to_string()),
        (Value::String(s), KqlType::Dynamic) => Value::Dynamic(serde_json::Value::String(s).to_string()),
        (Value::Bool(b), KqlType::String) => Value::String(if b { "True" } else { "False" }.to_owned()),
        (Value::String(s), KqlType::Long) => s.trim().parse().map_or(Value::Null(kind), Value::Long),
        (Value::String(s), KqlType::Int) => s.trim().parse().map_or(Value::Null(kind), Value::Int),
        (Value::String(s), KqlType::DateTime) => Value::DateTime(ticks::parse_iso(&s)?),
        (Value::String(s), KqlType::Real) => Value::Real(s.trim().parse().ok()?),
        (Value::String(s), KqlType::Bool) if s == "true" || s == "false" => Value::Bool(s == "true"),
        _ => return None,
    })
}
