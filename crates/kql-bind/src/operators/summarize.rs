//! `summarize`: keys, then aggregates and expressions over them.

use super::project::named;
use crate::binder::{Bind, Binder};
use crate::checked::{Rel, RelKind, Scalar, ScalarKind};
use crate::naming::{Namer, name_of};
use crate::scope::{Collector, Ctx, Env, Row};
use kql_syntax::Span;
use kql_syntax::ast::{BinaryOp, Expr, ExprKind, Name};
use model::{Column, Schema};
use std::cell::RefCell;
use std::sync::Arc;

impl Binder<'_> {
    pub(super) fn summarize(&mut self, env: &Env, input: Arc<Rel>, aggregates: &[Expr], by: &[Expr], span: Span) -> Bind<Arc<Rel>> {
        let mut namer = Namer::default();
        let mut schema = Schema::default();
        let keys = self.keys(env, &input, by, &mut namer, &mut schema)?;
        let row = Row { schema: &input.schema, id: self.fresh(), input: &input };
        let collector = Collector { row, first: keys.len(), keys: key_columns(&keys), found: RefCell::new(Vec::new()) };
        let id = self.fresh();
        let ctx = Ctx::aggregating(env, &collector, id);
        let mut outputs: Vec<Scalar> = Vec::new();
        for item in aggregates {
            for (name, value) in self.aggregate_item(ctx, item, &mut namer)? {
                schema.columns.push(Column::new(name, value.kql_type));
                outputs.push(value);
            }
        }
        let aggregates = collector.found.into_inner();
        let first = keys.len();
        let plain = outputs.len() == aggregates.len()
            && outputs.iter().enumerate().all(|(i, o)| matches!(o.kind, ScalarKind::Column(c) if c == first + i));
        if plain {
            return Ok(self.rel(RelKind::Aggregate { input, keys, aggregates }, schema, span));
        }
        // Expressions over aggregates are worked out above them.
        let mut inner = Schema::new(schema.columns.iter().take(first).cloned().collect());
        let mut apart = Namer::over(&inner);
        for aggregate in &aggregates {
            inner.columns.push(Column::new(apart.apart(&format!("${}", aggregate.name)), aggregate.kql_type));
        }
        let place = self.span(span);
        let mut exprs: Vec<Scalar> = keys.iter().enumerate().map(|(i, k)| Scalar::column(i, k.kql_type, place)).collect();
        exprs.extend(outputs);
        let input = self.rel(RelKind::Aggregate { input, keys, aggregates }, inner, span);
        Ok(self.rel(RelKind::Project { input, exprs }, schema, span))
    }

    /// The keys after `by`; their columns go into `schema`.
    pub(super) fn keys(&mut self, env: &Env, input: &Arc<Rel>, by: &[Expr], namer: &mut Namer, schema: &mut Schema) -> Bind<Vec<Scalar>> {
        let mut keys = Vec::with_capacity(by.len());
        for item in by {
            self.single_name(item)?;
            let (given, expr) = named(item);
            let value = self.over(env, input, |this, ctx| this.scalar(ctx, expr))?;
            self.no_dynamic(&value, expr.span, "rows cannot be grouped by a dynamic")?;
            let name = self.output_name(namer, given, expr, Some(&input.schema))?;
            schema.columns.push(Column::new(name, value.kql_type));
            keys.push(value);
        }
        Ok(keys)
    }

    /// An item's columns. An aggregate may yield several.
    fn aggregate_item(&mut self, ctx: Ctx<'_>, item: &Expr, namer: &mut Namer) -> Bind<Vec<(String, Scalar)>> {
        let (given, expr): (Vec<&Name>, &Expr) = match &item.kind {
            ExprKind::Binary { op: BinaryOp::Assign, left, right, .. } => match &left.kind {
                ExprKind::Name(name) => (vec![name], right),
                ExprKind::Names(names) => (names.iter().collect(), right),
                _ => return self.fail("KS005", left.span, "a name is expected here"),
            },
            _ => (Vec::new(), item),
        };
        let row = ctx.aggregates.map(|c| c.row.schema);
        let columns = match self.as_aggregate(ctx, expr) {
            Some((entry, args)) => self.aggregate_outputs(ctx, entry, args, expr.span)?.into_iter().map(|o| (o.name, o.value)).collect(),
            None => {
                let before = ctx.aggregates.map_or(0, |c| c.found.borrow().len());
                let value = self.scalar(ctx, expr)?;
                if ctx.aggregates.map_or(0, |c| c.found.borrow().len()) == before && crate::rewrite::uses_columns(&value) {
                    return self.fail("KS236", expr.span, "an aggregate is expected here");
                }
                vec![(name_of(expr, row), value)]
            }
        };
        if given.len() > columns.len() {
            return self.fail("KS149", item.span, format!("{} names for {} columns", given.len(), columns.len()));
        }
        let mut named = Vec::with_capacity(columns.len());
        for (i, (own, value)) in columns.into_iter().enumerate() {
            let name = match given.get(i) {
                Some(name) => match namer.written(&name.text) {
                    Some(name) => name,
                    None => return self.fail("KS171", name.span, format!("there is already a column named `{}`", name.text)),
                },
                None => namer.derived(self.certain(own, item.span)?),
            };
            named.push((name, value));
        }
        Ok(named)
    }
}

/// The input's columns that are keys as they are.
pub(super) fn key_columns(keys: &[Scalar]) -> Vec<usize> {
    keys.iter().filter_map(|k| if let ScalarKind::Column(i) = k.kind { Some(i) } else { None }).collect()
}
