//! `summarize`.

use super::{Lowered, Lowerer, Need, named, refs};
use crate::aggregates::{self, Spec, SpecArg};
use crate::error::Result;
use crate::ops::concat::Concat;
use crate::{lineage, node, value};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use kql_bind::checked::{Aggregate, Rel, Scalar};
use model::Value;
use std::sync::Arc;

/// An aggregate, taken apart.
pub(super) struct Parts {
    pub spec: Spec,
    /// The columns of the arguments and how a plan refers to them; `None` where any value will do.
    pub args: Vec<Option<(String, Expr)>>,
    /// The column of the condition.
    pub filter: Option<String>,
}

impl Lowerer<'_> {
    pub(super) fn aggregate(&mut self, rel: &Rel, input: &Rel, keys: &[Scalar], aggregates: &[Aggregate], need: &Need) -> Result<Lowered> {
        let needed: Vec<(usize, &Aggregate)> =
            aggregates.iter().enumerate().map(|(n, a)| (keys.len() + n, a)).filter(|(n, _)| need.contains(n)).collect();
        let mut wanted = Need::new();
        keys.iter().for_each(|k| refs::columns(k, &mut wanted));
        // The one row of `arg_max` is found by its arguments, whether or not anybody needs their values.
        let one_row = if self.lineage { of_one_row(aggregates) } else { None };
        let args = needed.iter().map(|(_, a)| *a).chain(one_row).flat_map(|a| &a.args);
        args.for_each(|a| refs::columns(a, &mut wanted));
        let lowered = self.lower(input, &wanted)?;
        if lowered.empty && !keys.is_empty() {
            return self.nothing(&rel.schema);
        }
        // Keys and arguments are computed beneath, so that the grouping sees plain columns.
        let mut beneath: Vec<(String, Expr)> = Vec::new();
        let mut groups = Vec::new();
        for (n, key) in keys.iter().enumerate() {
            let name = format!("__k{n}");
            beneath.push((name.clone(), self.scalar(key)?));
            groups.push(named(name).alias(value::column_name(n)));
        }
        let partition = self.partition(&lowered);
        groups.extend(partition.iter().map(named));
        let mut made = Vec::new();
        for (n, aggregate) in &needed {
            let call = self.aggregate_call(aggregate, &mut beneath)?;
            made.push(call.alias(value::column_name(*n)));
        }
        if self.lineage {
            made.push(self.lineage_of(one_row, &mut beneath)?.alias(lineage::COLUMN));
        }
        if made.is_empty() && groups.is_empty() {
            let spec = Spec { name: "count", args: Vec::new(), returns: model::KqlType::Long };
            let row = self.fresh("rows");
            made.push(aggregates::aggregate(spec, vec![value::literal(&Value::Bool(true))], None, rel.span)?.alias(row));
        }
        let lowered = self.select(lowered, beneath)?;
        let beneath = node::apply(Arc::new(Concat), lowered.plan)?;
        let plan = LogicalPlanBuilder::from(beneath).aggregate(groups, made)?.build()?;
        Ok(Lowered { plan, hidden: lowered.hidden, empty: false })
    }

    /// An aggregate over columns that are added to `beneath`.
    fn aggregate_call(&mut self, aggregate: &Aggregate, beneath: &mut Vec<(String, Expr)>) -> Result<Expr> {
        let parts = self.aggregate_parts(aggregate, beneath)?;
        let args = parts.args.into_iter().map(|a| a.map_or_else(|| value::literal(&Value::Bool(true)), |(_, e)| e)).collect();
        aggregates::aggregate(parts.spec, args, parts.filter.map(named), aggregate.span)
    }

    /// What an aggregate takes; its arguments are added to `beneath`.
    pub(super) fn aggregate_parts(&mut self, aggregate: &Aggregate, beneath: &mut Vec<(String, Expr)>) -> Result<Parts> {
        let (name, predicate) = aggregates::base(aggregate.name, aggregate.args.len());
        let mut parts = Parts { spec: Spec { name, args: Vec::new(), returns: aggregate.kql_type }, args: Vec::new(), filter: None };
        for (n, arg) in aggregate.args.iter().enumerate() {
            let column = self.fresh("a");
            if predicate == Some(n) {
                let condition = self.condition(arg)?;
                beneath.push((column.clone(), condition));
                parts.filter = Some(column);
                continue;
            }
            let expr = self.scalar(arg)?;
            let constant = match &expr {
                Expr::Literal(v, _) => value::from_scalar(v, arg.kql_type),
                _ => None,
            };
            let reference = if constant.is_some() && n > 0 { expr.clone() } else { named(&column) };
            beneath.push((column.clone(), expr));
            parts.spec.args.push(SpecArg { kql_type: arg.kql_type, constant });
            parts.args.push(Some((column, reference)));
        }
        if parts.args.is_empty() {
            // Something to count the rows of.
            parts.args.push(None);
        }
        Ok(parts)
    }

    /// The lineage of the row that such an aggregate takes, else that of all rows.
    fn lineage_of(&mut self, one_row: Option<&Aggregate>, beneath: &mut Vec<(String, Expr)>) -> Result<Expr> {
        let Some(first) = one_row else { return Ok(aggregates::lineage_aggregate(named(lineage::COLUMN))) };
        let parts = self.aggregate_parts(first, beneath)?;
        if parts.spec.args.first().is_some_and(|a| a.kql_type == model::KqlType::Decimal) {
            return Ok(aggregates::lineage_aggregate(named(lineage::COLUMN)));
        }
        let mut args: Vec<Expr> = Vec::new();
        if parts.spec.name != "take_any" {
            args.extend(parts.args.into_iter().flatten().next().map(|(_, e)| e));
        }
        args.push(named(lineage::COLUMN));
        Ok(aggregates::lineage_of_row(parts.spec, args))
    }
}

/// The first of aggregates that all take their values from one row.
fn of_one_row(aggregates: &[Aggregate]) -> Option<&Aggregate> {
    aggregates.first().filter(|f| {
        let name = crate::aggregates::base(f.name, f.args.len()).0;
        let one_row = matches!(name, "arg_max" | "arg_min") || (name == "take_any" && f.group.is_some());
        one_row && aggregates.iter().all(|a| a.name == f.name && (a.group == f.group && a.group.is_some() || aggregates.len() == 1))
    })
}
