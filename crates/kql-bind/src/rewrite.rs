//! Walks over the checked form.

use crate::checked::{Aggregate, ExpandColumn, MakeSeries, MvExpand, Rel, RelKind, Scalar, ScalarKind, SortKey};
use crate::scope::Binding;
use std::sync::Arc;

/// Whether the value depends on columns of the row at hand.
pub(crate) fn uses_columns(value: &Scalar) -> bool {
    match &value.kind {
        ScalarKind::Column(_) => true,
        ScalarKind::Literal(_) | ScalarKind::Now | ScalarKind::ToScalar(_) | ScalarKind::List(_) => false,
        ScalarKind::Call { name, args } => is_volatile(name) || args.iter().any(uses_columns),
        ScalarKind::Path { base, .. } => uses_columns(base),
    }
}

/// Functions whose value differs from row to row without any column.
fn is_volatile(name: &str) -> bool {
    matches!(name, "rand" | "new_guid" | "row_number")
}

/// What a `let` or parameter stands for, in the row scope `row`.
pub(crate) fn binding(value: Scalar, row: usize) -> Binding {
    let (size, uses) = (size(&value), uses_columns(&value));
    Binding::Scalar { value, row: if uses { row } else { 0 }, size }
}

fn size(value: &Scalar) -> usize {
    match &value.kind {
        ScalarKind::Call { args, .. } => 1 + args.iter().map(size).sum::<usize>(),
        ScalarKind::Path { base, .. } => 1 + size(base),
        _ => 1,
    }
}

/// A change of tables, applied to all children.
pub(crate) struct Map<'m>(pub(crate) &'m mut dyn FnMut(&Arc<Rel>) -> Arc<Rel>);

impl Map<'_> {
    /// The table with its inputs, and the tables in its expressions, changed.
    pub(crate) fn children(&mut self, rel: &Rel) -> RelKind {
        match &rel.kind {
            kind @ (RelKind::Scan { .. }
            | RelKind::Table(_)
            | RelKind::Values { .. }
            | RelKind::Unit
            | RelKind::Empty
            | RelKind::ApplyInput) => kind.clone(),
            RelKind::Range { from, to, step } => RelKind::Range { from: self.scalar(from), to: self.scalar(to), step: self.scalar(step) },
            RelKind::Filter { input, predicate } => RelKind::Filter { input: self.0(input), predicate: self.scalar(predicate) },
            RelKind::Project { input, exprs } => RelKind::Project { input: self.0(input), exprs: self.scalars(exprs) },
            RelKind::Aggregate { input, keys, aggregates } => RelKind::Aggregate {
                input: self.0(input),
                keys: self.scalars(keys),
                aggregates: aggregates.iter().map(|a| self.aggregate(a)).collect(),
            },
            RelKind::Distinct { input } => RelKind::Distinct { input: self.0(input) },
            RelKind::Sort { input, keys, limit } => RelKind::Sort {
                input: self.0(input),
                keys: keys.iter().map(|k| SortKey { expr: self.scalar(&k.expr), ..*k }).collect(),
                limit: self.optional(limit),
            },
            RelKind::Take { input, count } => RelKind::Take { input: self.0(input), count: self.scalar(count) },
            RelKind::Join { left, right, kind, on } => RelKind::Join {
                left: self.0(left),
                right: self.0(right),
                kind: *kind,
                on: on.iter().map(|(l, r)| (self.scalar(l), self.scalar(r))).collect(),
            },
            RelKind::Union { inputs } => RelKind::Union { inputs: inputs.iter().map(|i| self.0(i)).collect() },
            RelKind::MvExpand(expand) => RelKind::MvExpand(self.expand(expand)),
            RelKind::MvApply { expand, body, outer } => {
                RelKind::MvApply { expand: self.expand(expand), body: self.0(body), outer: outer.clone() }
            }
            RelKind::Parse { input, operand, pattern, outputs } => {
                RelKind::Parse { input: self.0(input), operand: self.scalar(operand), pattern: pattern.clone(), outputs: outputs.clone() }
            }
            RelKind::ParseKv { input, operand, pattern, outputs } => {
                RelKind::ParseKv { input: self.0(input), operand: self.scalar(operand), pattern: pattern.clone(), outputs: outputs.clone() }
            }
            RelKind::MakeSeries(series) => {
                let MakeSeries { input, aggregates, axis, from, to, step, keys } = &**series;
                RelKind::MakeSeries(Box::new(MakeSeries {
                    input: self.0(input),
                    aggregates: aggregates.iter().map(|(a, default)| (self.aggregate(a), self.optional(default))).collect(),
                    axis: self.scalar(axis),
                    from: self.optional(from),
                    to: self.optional(to),
                    step: self.scalar(step),
                    keys: self.scalars(keys),
                }))
            }
            RelKind::Serialize { input } => RelKind::Serialize { input: self.0(input) },
            RelKind::Shared { id, input } => RelKind::Shared { id: *id, input: self.0(input) },
            RelKind::Plugin { name, input, args } => RelKind::Plugin { name, input: self.0(input), args: self.scalars(args) },
        }
    }

    fn expand(&mut self, expand: &MvExpand) -> MvExpand {
        MvExpand {
            input: self.0(&expand.input),
            columns: expand.columns.iter().map(|c| ExpandColumn { expr: self.scalar(&c.expr), to: c.to }).collect(),
            outputs: expand.outputs.clone(),
            limit: self.optional(&expand.limit),
            ..*expand
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate) -> Aggregate {
        Aggregate { args: self.scalars(&aggregate.args), ..*aggregate }
    }

    fn optional(&mut self, value: &Option<Scalar>) -> Option<Scalar> {
        value.as_ref().map(|v| self.scalar(v))
    }

    fn scalars(&mut self, values: &[Scalar]) -> Vec<Scalar> {
        values.iter().map(|v| self.scalar(v)).collect()
    }

    fn scalar(&mut self, value: &Scalar) -> Scalar {
        let kind = match &value.kind {
            kind @ (ScalarKind::Literal(_) | ScalarKind::Column(_) | ScalarKind::Now) => kind.clone(),
            ScalarKind::Call { name, args } => ScalarKind::Call { name, args: self.scalars(args) },
            ScalarKind::Path { base, steps } => ScalarKind::Path { base: Box::new(self.scalar(base)), steps: steps.clone() },
            ScalarKind::ToScalar(rel) => ScalarKind::ToScalar(self.0(rel)),
            ScalarKind::List(rel) => ScalarKind::List(self.0(rel)),
        };
        Scalar { kind, ..*value }
    }
}
