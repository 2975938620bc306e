//! `make-series`: aggregates along an axis, as arrays.

use super::project::named;
use super::summarize::key_columns;
use crate::binder::{Bind, Binder};
use crate::checked::{MakeSeries, Rel, RelKind};
use crate::coerce::assign;
use crate::naming::{Namer, name_of};
use crate::scope::{Collector, Ctx, Env, Row};
use kql_syntax::Span;
use kql_syntax::ast::{Expr, SeriesAggregate};
use model::{Column, KqlType, Schema};
use std::cell::RefCell;
use std::sync::Arc;

impl Binder<'_> {
    #[expect(clippy::too_many_arguments, reason = "the parts of the operator as the tree has them")]
    pub(super) fn make_series(
        &mut self,
        env: &Env,
        input: Arc<Rel>,
        aggregates: &[SeriesAggregate],
        on: &Expr,
        [from, to, step]: [Option<&Expr>; 3],
        by: &[Expr],
        span: Span,
    ) -> Bind<Arc<Rel>> {
        let mut namer = Namer::default();
        let mut schema = Schema::default();
        let keys = self.keys(env, &input, by, &mut namer, &mut schema)?;
        let row = Row { schema: &input.schema, id: self.fresh(), input: &input };
        let collector = Collector { row, first: 0, keys: key_columns(&keys), found: RefCell::new(Vec::new()) };
        let id = self.fresh();
        let mut defaults = Vec::with_capacity(aggregates.len());
        for SeriesAggregate { expr: item, default } in aggregates {
            self.single_name(item)?;
            let (given, expr) = named(item);
            let ctx = Ctx::aggregating(env, &collector, id);
            let Some((entry, args)) = self.as_aggregate(ctx, expr) else {
                return self.refuse(expr.span, "an expression over aggregates in `make-series`");
            };
            let outputs = self.aggregate_outputs(ctx, entry, args, expr.span)?;
            let [output] = outputs.as_slice() else {
                return self.refuse(expr.span, "an aggregate with several columns in `make-series`");
            };
            let kind = output.value.kql_type;
            let name = match given {
                Some(name) => match namer.written(&name.text) {
                    Some(name) => name,
                    None => return self.fail("KS171", name.span, format!("there is already a column named `{}`", name.text)),
                },
                None => namer.derived(output.name.clone()),
            };
            schema.columns.push(Column::new(name, KqlType::Dynamic));
            defaults.push(match default {
                None => None,
                Some(default) => {
                    let value = self.scalar(Ctx::constant(env), default)?;
                    let found = value.kql_type;
                    let narrowed = assign(value.clone(), kind);
                    match narrowed {
                        Some(value) => Some(value),
                        // `default=0.0` for a sum of longs: the series holds what it is given.
                        None if found.is_numeric() && kind.is_numeric() => Some(value),
                        None => return self.fail("KS141", default.span, format!("the default must be of type {kind}, not {found}")),
                    }
                }
            });
        }
        let (given, expr) = named(on);
        let axis = self.over(env, &input, |this, ctx| this.scalar(ctx, expr))?;
        let kind = axis.kql_type;
        let by_step = match kind {
            KqlType::DateTime | KqlType::TimeSpan => KqlType::TimeSpan,
            k if k.is_numeric() => k,
            other => return self.fail("KS138", expr.span, format!("an axis is a number or a time, not a {other}")),
        };
        let Some(step) = step else {
            return self.refuse(span, "`make-series` without `step`");
        };
        let bound = |this: &mut Self, part: Option<&Expr>, kind| part.map(|p| this.scalar_of(Ctx::constant(env), p, kind)).transpose();
        let (from, to) = (bound(self, from, kind)?, bound(self, to, kind)?);
        let step = self.scalar_of(Ctx::constant(env), step, by_step)?;
        let axis_name = given.map(|n| n.text.clone()).or_else(|| name_of(expr, Some(&input.schema)));
        schema.columns.push(Column::new(namer.derived(axis_name), KqlType::Dynamic));
        let found = collector.found.into_inner();
        let aggregates = found.into_iter().zip(defaults).collect();
        let series = MakeSeries { input, aggregates, axis, from, to, step, keys };
        Ok(self.rel(RelKind::MakeSeries(Box::new(series)), schema, span))
    }
}
