//! Operators that keep, drop, order and combine rows.

use super::{Lowered, Lowerer, Need, all, named, nth, refs};
use crate::error::{EngineError, Result};
use crate::node;
use crate::ops::concat::Concat;
use crate::ops::sort::{Key, Sort};
use crate::ops::window::{Window, WindowCall, is_window};
use crate::{aggregates, lineage, value};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, Union};
use kql_bind::checked::{Rel, RelKind, Scalar, ScalarKind, SortKey};
use model::KqlType;
use std::sync::Arc;

impl Lowerer<'_> {
    pub(super) fn filter(&mut self, input: &Rel, predicate: &Scalar, need: &Need) -> Result<Lowered> {
        let mut wanted = need.clone();
        refs::columns(predicate, &mut wanted);
        let lowered = self.lower(input, &wanted)?;
        if lowered.empty && self.refused_already() {
            return Ok(lowered);
        }
        if calls_window(predicate) {
            let (lowered, predicate) = self.with_windows(lowered, input, std::slice::from_ref(predicate))?;
            let condition = predicate.into_iter().next().ok_or_else(|| EngineError::internal("no predicate"))?;
            let plan = LogicalPlanBuilder::from(lowered.plan).filter(condition)?.build()?;
            return Ok(Lowered { plan, ..lowered });
        }
        let condition = self.condition(predicate)?;
        if lowered.empty {
            return Ok(lowered);
        }
        let plan = LogicalPlanBuilder::from(lowered.plan).filter(condition)?.build()?;
        Ok(Lowered { plan, ..lowered })
    }

    pub(super) fn project(&mut self, rel: &Rel, input: &Rel, exprs: &[Scalar], need: &Need) -> Result<Lowered> {
        let needed: Vec<(usize, &Scalar)> = exprs.iter().enumerate().filter(|(n, _)| need.contains(n)).collect();
        let mut wanted = Need::new();
        needed.iter().for_each(|(_, e)| refs::columns(e, &mut wanted));
        let mut lowered = self.lower(input, &wanted)?;
        if lowered.empty && self.refused_already() {
            return self.nothing(&rel.schema);
        }
        let plan_exprs = if needed.iter().any(|(_, e)| calls_window(e)) {
            let scalars: Vec<Scalar> = needed.iter().map(|(_, e)| (*e).clone()).collect();
            let (with, exprs) = self.with_windows(lowered, input, &scalars)?;
            lowered = with;
            exprs
        } else {
            needed.iter().map(|(_, e)| self.scalar(e)).collect::<Result<_>>()?
        };
        let named = needed.iter().zip(plan_exprs).map(|((n, _), e)| (value::column_name(*n), e)).collect();
        self.select(lowered, named)
    }

    /// The scalars over the input, with the columns that their functions of neighbouring rows make.
    fn with_windows(&mut self, mut lowered: Lowered, input: &Rel, scalars: &[Scalar]) -> Result<(Lowered, Vec<Expr>)> {
        // Computed columns stand behind the input's own.
        let base = input.schema.columns.len();
        let mut made: Vec<KqlType> = Vec::new();
        let mut scalars = scalars.to_vec();
        // Innermost calls first: each round takes the calls that hold no other.
        while scalars.iter().any(calls_window) {
            let mut calls = Vec::new();
            for scalar in &mut scalars {
                *scalar = take_calls(scalar, base, &mut made, &mut calls);
            }
            let mut window = Vec::new();
            let mut exprs: Vec<(String, Expr)> =
                columns_of(&lowered.plan).into_iter().filter(|c| !lowered.hidden.contains(c)).map(|c| (c.clone(), named(c))).collect();
            for (output, function, args, returns) in calls {
                let mut ops = Vec::new();
                for arg in &args {
                    ops.push(match self.scalar(arg)? {
                        Expr::Literal(v, _) if value::from_scalar(&v, arg.kql_type).is_some() => {
                            crate::ops::OpArg::Constant(value::from_scalar(&v, arg.kql_type).unwrap_or(model::Value::Null(arg.kql_type)))
                        }
                        other => {
                            let name = self.fresh("w");
                            exprs.push((name.clone(), other));
                            crate::ops::OpArg::Column(name)
                        }
                    });
                }
                window.push(WindowCall { function, args: ops, returns, output: value::column_name(output) });
            }
            lowered = self.select(lowered, exprs)?;
            let operator = Window { calls: window, partition: self.partition(&lowered) };
            lowered.plan = node::apply(Arc::new(operator), lowered.plan)?;
        }
        let exprs = scalars.iter().map(|e| self.scalar(e)).collect::<Result<_>>()?;
        Ok((lowered, exprs))
    }

    /// The row ids of `mv-apply` that rows carry.
    pub(super) fn partition(&self, lowered: &Lowered) -> Vec<String> {
        lowered.hidden.iter().filter(|h| *h != lineage::COLUMN).cloned().collect()
    }

    pub(super) fn sort(&mut self, input: &Rel, keys: &[SortKey], limit: Option<&Scalar>, need: &Need) -> Result<Lowered> {
        let mut wanted = need.clone();
        keys.iter().for_each(|k| refs::columns(&k.expr, &mut wanted));
        let lowered = self.lower(input, &wanted)?;
        let limit = match limit {
            Some(l) => self.count(l)?,
            None => None,
        };
        let mut exprs: Vec<(String, Expr)> = wanted.iter().map(|&n| (value::column_name(n), nth(n))).collect();
        let mut sort_keys = Vec::new();
        for key in keys {
            let expr = self.scalar(&key.expr)?;
            let column = match &expr {
                Expr::Column(c) => c.name.clone(),
                _ => {
                    let name = self.fresh("s");
                    exprs.push((name.clone(), expr));
                    name
                }
            };
            sort_keys.push(Key {
                column,
                ascending: key.ascending,
                nulls_first: key.nulls_first,
                decimal: key.expr.kql_type == KqlType::Decimal,
            });
        }
        if lowered.empty {
            return Ok(lowered);
        }
        let lowered = self.select(lowered, exprs)?;
        let operator = Sort { keys: sort_keys, limit, partition: self.partition(&lowered) };
        let plan = node::apply(Arc::new(operator), lowered.plan)?;
        Ok(Lowered { plan, ..lowered })
    }

    pub(super) fn take(&mut self, input: &Rel, count: &Scalar, need: &Need) -> Result<Lowered> {
        if let RelKind::Sort { input, keys, limit: None } = &input.kind {
            return self.sort(input, keys, Some(count), need);
        }
        let lowered = self.lower(input, need)?;
        let Some(count) = self.count(count)? else { return Ok(lowered) };
        if lowered.empty {
            return Ok(lowered);
        }
        if self.partition(&lowered).is_empty() {
            let plan = LogicalPlanBuilder::from(lowered.plan).limit(0, Some(count))?.build()?;
            return Ok(Lowered { plan, ..lowered });
        }
        let operator = Sort { keys: Vec::new(), limit: Some(count), partition: self.partition(&lowered) };
        let plan = node::apply(Arc::new(operator), lowered.plan)?;
        Ok(Lowered { plan, ..lowered })
    }

    pub(super) fn distinct(&mut self, input: &Rel) -> Result<Lowered> {
        let need = all(&input.schema);
        let lowered = self.lower(input, &need)?;
        if lowered.empty {
            return Ok(lowered);
        }
        let mut keys: Vec<Expr> = need.iter().map(|&n| nth(n)).collect();
        keys.extend(self.partition(&lowered).iter().map(named));
        let made: Vec<Expr> =
            if self.lineage { vec![aggregates::lineage_aggregate(named(lineage::COLUMN)).alias(lineage::COLUMN)] } else { Vec::new() };
        let beneath = node::apply(Arc::new(Concat), lowered.plan)?;
        let plan = LogicalPlanBuilder::from(beneath).aggregate(keys, made)?.build()?;
        Ok(Lowered { plan, ..lowered })
    }

    pub(super) fn union(&mut self, rel: &Rel, inputs: &[Arc<Rel>], need: &Need) -> Result<Lowered> {
        let mut branches = Vec::new();
        for input in inputs {
            let lowered = self.lower(input, need)?;
            if !lowered.empty {
                branches.push(self.exactly(lowered, need)?);
            }
        }
        let hidden = match branches.as_slice() {
            [] => return self.nothing(&rel.schema),
            [_] => return branches.pop().ok_or_else(|| EngineError::internal("no branch")),
            [first, rest @ ..] => {
                if rest.iter().any(|b| b.hidden != first.hidden) {
                    return Err(EngineError::not_built("union of rows inside and outside of mv-apply", rel.span));
                }
                first.hidden.clone()
            }
        };
        let union = Union::try_new(branches.into_iter().map(|b| Arc::new(b.plan)).collect())?;
        let plan = node::apply(Arc::new(Concat), LogicalPlan::Union(union))?;
        Ok(Lowered { plan, hidden, empty: false })
    }
}

pub(super) fn columns_of(plan: &LogicalPlan) -> Vec<String> {
    plan.schema().fields().iter().map(|f| f.name().clone()).collect()
}

fn calls_window(scalar: &Scalar) -> bool {
    match &scalar.kind {
        ScalarKind::Call { name, args } => is_window(name) || args.iter().any(calls_window),
        ScalarKind::Path { base, .. } => calls_window(base),
        _ => false,
    }
}

type TakenCall = (usize, &'static str, Vec<Scalar>, KqlType);

/// The scalar with its innermost window calls as columns.
fn take_calls(scalar: &Scalar, base: usize, made: &mut Vec<KqlType>, calls: &mut Vec<TakenCall>) -> Scalar {
    let mut out = scalar.clone();
    match &mut out.kind {
        ScalarKind::Call { name, args } => {
            if is_window(name) && !args.iter().any(calls_window) {
                let column = base + made.len();
                made.push(scalar.kql_type);
                calls.push((column, name, args.clone(), scalar.kql_type));
                return Scalar::column(column, scalar.kql_type, scalar.span);
            }
            for arg in args {
                *arg = take_calls(arg, base, made, calls);
            }
        }
        ScalarKind::Path { base: inner, .. } => **inner = take_calls(inner, base, made, calls),
        _ => {}
    }
    out
}
