//! `join` and `lookup`.

use super::{Lowered, Lowerer, Need, named, nth, refs};
use crate::error::{EngineError, Result};
use crate::inset;
use crate::node;
use crate::ops::compact::Compact;
use crate::ops::reverse::Reverse;
use crate::ops::unique::Unique;
use crate::{lineage, value};
use arrow::array::ArrayRef;
use datafusion::common::{Column, JoinType, NullEquality};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use kql_bind::checked::{JoinKind, Rel, Scalar, ScalarKind};
use model::KqlType;
use std::sync::Arc;

/// Values of a constant side that become a matcher at the scan of the other side.
const MAX_MATCHER: usize = 1_000_000;

impl Lowerer<'_> {
    pub(super) fn join(
        &mut self,
        rel: &Rel,
        left: &Arc<Rel>,
        right: &Arc<Rel>,
        kind: JoinKind,
        on: &[(Scalar, Scalar)],
        need: &Need,
    ) -> Result<Lowered> {
        let width = left.schema.columns.len();
        let (mut need_left, mut need_right) = (Need::new(), Need::new());
        match kind {
            JoinKind::LeftSemi | JoinKind::LeftAnti => need_left.extend(need),
            JoinKind::RightSemi | JoinKind::RightAnti => need_right.extend(need),
            _ => {
                need_left.extend(need.iter().filter(|n| **n < width));
                need_right.extend(need.iter().filter(|n| **n >= width).map(|n| n - width));
            }
        }
        let (keep_left, keep_right) = (need_left.clone(), need_right.clone());
        for (l, r) in on {
            refs::columns(l, &mut need_left);
            refs::columns(r, &mut need_right);
        }
        let from_right = matches!(kind, JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftSemi);
        let from_left = matches!(kind, JoinKind::Inner | JoinKind::InnerUnique | JoinKind::RightSemi);
        let left_rows = if from_left && !on.is_empty() { self.constant_rows(left)? } else { None };
        let right_rows = if from_right && !on.is_empty() { self.constant_rows(right)? } else { None };

        let mut left_side = match &left_rows {
            Some(rows) => self.memory(&left.schema, rows.batches.clone())?,
            None => self.lower(left, &need_left)?,
        };
        let mut right_side = match &right_rows {
            Some(rows) => self.memory(&right.schema, rows.batches.clone())?,
            None => self.lower(right, &need_right)?,
        };
        let no_rows = match kind {
            JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftSemi | JoinKind::RightSemi => left_side.empty || right_side.empty,
            JoinKind::LeftOuter | JoinKind::LeftAnti => left_side.empty,
            JoinKind::RightOuter | JoinKind::RightAnti => right_side.empty,
            JoinKind::FullOuter => left_side.empty && right_side.empty,
        };
        if no_rows {
            return self.nothing(&rel.schema);
        }
        for (l, r) in on {
            if let (Some(rows), None) = (&right_rows, &left_rows) {
                left_side = self.match_constant(left_side, l, r, rows)?;
            }
            if let (Some(rows), None) = (&left_rows, &right_rows) {
                right_side = self.match_constant(right_side, r, l, rows)?;
            }
        }

        let pairs = on.iter().map(|(l, r)| self.key_pair(l, r)).collect::<Result<Vec<_>>>()?;
        let applies = self.partition(&left_side);
        if self.partition(&right_side).iter().any(|a| !applies.contains(a))
            || (!applies.is_empty()
                && matches!(kind, JoinKind::RightOuter | JoinKind::FullOuter | JoinKind::RightSemi | JoinKind::RightAnti))
        {
            return Err(EngineError::not_built("this join inside mv-apply", rel.span));
        }
        let same_apply = !applies.is_empty() && self.partition(&right_side) == applies;
        let mut side = |side: Lowered, keep: &Need, prefix: &str, keys: Vec<Expr>, applies: &[String]| -> Result<Lowered> {
            let mut exprs: Vec<(String, Expr)> = keep.iter().map(|n| (format!("{prefix}{n}"), nth(*n))).collect();
            exprs.extend(keys.into_iter().enumerate().map(|(n, e)| (format!("{prefix}k{n}"), e)));
            exprs.extend(applies.iter().map(|a| (format!("{prefix}{a}"), named(a))));
            if self.lineage {
                exprs.push((format!("{prefix}lineage"), named(lineage::COLUMN)));
            }
            self.select(Lowered { hidden: Vec::new(), ..side }, exprs)
        };
        let (left_keys, right_keys): (Vec<Expr>, Vec<Expr>) = pairs.into_iter().unzip();
        let mut left_side = side(left_side, &keep_left, "l", left_keys, &applies)?;
        let mut right_side = side(right_side, &keep_right, "r", right_keys, if same_apply { &applies } else { &[] })?;
        for side in [&mut left_side, &mut right_side] {
            side.plan = node::apply(Arc::new(Compact), std::mem::take(&mut side.plan))?;
        }

        let names = |prefix: &str| -> Vec<String> {
            let mut names: Vec<String> = (0..on.len()).map(|n| format!("{prefix}k{n}")).collect();
            if same_apply {
                names.extend(applies.iter().map(|a| format!("{prefix}{a}")));
            }
            names
        };
        if kind == JoinKind::InnerUnique {
            left_side.plan = node::apply(Arc::new(Unique { keys: names("l") }), left_side.plan)?;
        }
        let join_type = match kind {
            JoinKind::Inner | JoinKind::InnerUnique => JoinType::Inner,
            JoinKind::LeftOuter => JoinType::Left,
            JoinKind::RightOuter => JoinType::Right,
            JoinKind::FullOuter => JoinType::Full,
            JoinKind::LeftSemi => JoinType::LeftSemi,
            JoinKind::RightSemi => JoinType::RightSemi,
            JoinKind::LeftAnti => JoinType::LeftAnti,
            JoinKind::RightAnti => JoinType::RightAnti,
        };
        let columns = |prefix: &str| names(prefix).into_iter().map(Column::new_unqualified).collect::<Vec<_>>();
        // The first side of the plan's join is held in memory: the right one, where that is known to be small or is by custom.
        let hold_right = right_rows.is_some() || matches!(kind, JoinKind::LeftOuter | JoinKind::LeftSemi | JoinKind::LeftAnti);
        let builder = if on.is_empty() && !same_apply {
            LogicalPlanBuilder::from(left_side.plan).cross_join(right_side.plan)?
        } else if hold_right && kind != JoinKind::FullOuter {
            let mut held = right_side.plan;
            if kind == JoinKind::LeftOuter {
                held = node::apply(Arc::new(Reverse), held)?;
            }
            LogicalPlanBuilder::from(held).join_detailed(
                left_side.plan,
                join_type.swap(),
                (columns("r"), columns("l")),
                None,
                NullEquality::NullEqualsNull,
            )?
        } else {
            LogicalPlanBuilder::from(left_side.plan).join_detailed(
                right_side.plan,
                join_type,
                (columns("l"), columns("r")),
                None,
                NullEquality::NullEqualsNull,
            )?
        };

        // What a side that found no partner lacks: '' for strings, null for the rest.
        let fill = |e: Expr, t: KqlType, missing: bool| if missing && !t.nullable() { inset::never_null(e) } else { e };
        let (left_missing, right_missing) =
            (matches!(kind, JoinKind::RightOuter | JoinKind::FullOuter), matches!(kind, JoinKind::LeftOuter | JoinKind::FullOuter));
        let (has_left, has_right) =
            (!matches!(kind, JoinKind::RightSemi | JoinKind::RightAnti), !matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti));
        let mut exprs: Vec<(String, Expr)> = Vec::new();
        if has_left {
            exprs.extend(
                keep_left
                    .iter()
                    .map(|&n| (value::column_name(n), fill(named(format!("l{n}")), left.schema.columns[n].kql_type, left_missing))),
            );
            exprs.extend(applies.iter().map(|a| (a.clone(), named(format!("l{a}")))));
        }
        if has_right {
            let from = if has_left { width } else { 0 };
            exprs.extend(
                keep_right.iter().map(|&n| {
                    (value::column_name(from + n), fill(named(format!("r{n}")), right.schema.columns[n].kql_type, right_missing))
                }),
            );
        }
        let mut hidden = applies.clone();
        if self.lineage {
            let (l, r) = (named("llineage"), named("rlineage"));
            exprs.push((
                lineage::COLUMN.to_owned(),
                match (has_left, has_right) {
                    (true, true) => lineage::join(l, r),
                    (true, false) => l,
                    _ => r,
                },
            ));
            hidden.push(lineage::COLUMN.to_owned());
        }
        let joined = Lowered { plan: builder.build()?, hidden: Vec::new(), empty: false };
        let lowered = self.select(joined, exprs)?;
        Ok(Lowered { hidden, ..lowered })
    }

    /// The two sides of an equality, of one layout.
    fn key_pair(&mut self, l: &Scalar, r: &Scalar) -> Result<(Expr, Expr)> {
        let (left, right) = (self.scalar(l)?, self.scalar(r)?);
        if l.kql_type.arrow() == r.kql_type.arrow() {
            return Ok((left, right));
        }
        let widened = |s: &Scalar, e: Expr, name: &str, to: KqlType| {
            if s.kql_type == to { Ok(e) } else { super::scalar::call(name, &[s.kql_type], vec![e], to, s.span) }
        };
        let (name, to) = match (l.kql_type, r.kql_type) {
            (a, b) if a == KqlType::Real || b == KqlType::Real => ("todouble", KqlType::Real),
            (KqlType::String, _) | (_, KqlType::String) => ("tostring", KqlType::String),
            _ => ("tolong", KqlType::Long),
        };
        Ok((widened(l, left, name, to)?, widened(r, right, name, to)?))
    }

    /// Lets pass only rows whose key is among the constant side's: a filter that reaches the scan.
    fn match_constant(&mut self, side: Lowered, key: &Scalar, constant_key: &Scalar, rows: &super::Rows) -> Result<Lowered> {
        let ScalarKind::Column(column) = constant_key.kind else { return Ok(side) };
        let total: usize = rows.batches.iter().map(|b| b.num_rows()).sum();
        if key.kql_type != constant_key.kql_type || total > MAX_MATCHER || !inset::can_match(key.kql_type) {
            return Ok(side);
        }
        let arrays: Vec<ArrayRef> = rows.batches.iter().map(|b| Arc::clone(b.column(column))).collect();
        let Some(expr) = inset::matcher(self.scalar(key)?, &arrays) else { return Ok(side) };
        let plan = LogicalPlanBuilder::from(side.plan).filter(expr)?.build()?;
        Ok(Lowered { plan, ..side })
    }
}
