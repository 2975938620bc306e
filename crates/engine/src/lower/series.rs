//! `make-series`.

use super::{Lowered, Lowerer, Need, named, refs};
use crate::aggregates;
use crate::error::{EngineError, Result};
use crate::ops::series::{Made, Series};
use crate::{node, value};
use datafusion::logical_expr::Expr;
use kql_bind::checked::{MakeSeries, Rel};
use std::sync::Arc;

impl Lowerer<'_> {
    pub(super) fn make_series(&mut self, rel: &Rel, series: &MakeSeries) -> Result<Lowered> {
        let mut wanted = Need::new();
        series.keys.iter().chain([&series.axis]).for_each(|k| refs::columns(k, &mut wanted));
        series.aggregates.iter().flat_map(|(a, _)| &a.args).for_each(|a| refs::columns(a, &mut wanted));
        let mut lowered = self.lower(&series.input, &wanted)?;
        if self.lineage {
            // A series stands for its rows as a whole; which ones is not kept.
            lowered.hidden.retain(|h| h != crate::lineage::COLUMN);
        }
        let applies = self.partition(&lowered);
        let mut beneath: Vec<(String, Expr)> = Vec::new();
        let mut keys = Vec::new();
        for key in &series.keys {
            let name = self.fresh("k");
            beneath.push((name.clone(), self.scalar(key)?));
            keys.push(name);
        }
        let axis = self.fresh("axis");
        beneath.push((axis.clone(), self.scalar(&series.axis)?));
        let (mut made, mut unknown) = (Vec::new(), false);
        for (aggregate, default) in &series.aggregates {
            let parts = self.aggregate_parts(aggregate, &mut beneath)?;
            if aggregates::start(&parts.spec).is_none() {
                return Err(EngineError::not_built(aggregate.name, aggregate.span));
            }
            let default = match default {
                Some(d) => {
                    let v = self.constant(d)?;
                    unknown |= v.is_none();
                    v
                }
                None => None,
            };
            let output = self.fresh("m");
            made.push(Made {
                spec: parts.spec,
                args: parts.args.into_iter().map(|a| a.map(|(name, _)| name)).collect(),
                filter: parts.filter,
                default,
                output,
            });
        }
        let mut bound = |scalar: Option<&kql_bind::checked::Scalar>| -> Result<Option<model::Value>> {
            let Some(scalar) = scalar else { return Ok(None) };
            let v = self.constant(scalar)?;
            unknown |= v.is_none();
            Ok(v)
        };
        let (from, to, step) = (bound(series.from.as_ref())?, bound(series.to.as_ref())?, bound(Some(&series.step))?);
        // Before the pass an unknown bound only hides which rows are inside.
        let step = step.unwrap_or(model::Value::Long(1));
        let _ = unknown;
        let lowered = self.select(lowered, beneath)?;
        let axis_output = self.fresh("axis");
        let mut all_keys = keys.clone();
        all_keys.extend(applies.iter().cloned());
        let operator = Series {
            keys: all_keys,
            axis,
            axis_type: series.axis.kql_type,
            from,
            to,
            step,
            made: made.clone(),
            axis_output: axis_output.clone(),
        };
        let plan = node::apply(Arc::new(operator), lowered.plan)?;
        let mut exprs: Vec<(String, Expr)> = Vec::new();
        let names = keys.into_iter().chain(made.into_iter().map(|m| m.output)).chain([axis_output]);
        for (n, name) in names.enumerate() {
            exprs.push((value::column_name(n), named(name)));
        }
        if self.lineage {
            exprs.push((crate::lineage::COLUMN.to_owned(), crate::lineage::none()));
        }
        let lowered = self.select(Lowered { plan, hidden: applies.clone(), empty: false }, exprs)?;
        let mut hidden = applies;
        if self.lineage {
            hidden.push(crate::lineage::COLUMN.to_owned());
        }
        let _ = rel;
        Ok(Lowered { hidden, ..lowered })
    }
}
