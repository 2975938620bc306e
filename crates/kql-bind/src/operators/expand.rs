//! `mv-expand` and `mv-apply`.

use super::project::named;
use super::{setting, setting_text};
use crate::binder::{Bind, Binder};
use crate::checked::{ExpandColumn, MvExpand, Rel, RelKind, Scalar, ScalarKind};
use crate::naming::{Namer, name_of};
use crate::scope::{Ctx, Env};
use kql_syntax::Span;
use kql_syntax::ast::{self, Expr, Operator, Setting};
use model::{Column, KqlType, Schema};
use std::sync::Arc;

impl Binder<'_> {
    pub(super) fn mv_expand(
        &mut self,
        env: &Env,
        input: Arc<Rel>,
        options: &[Setting],
        columns: &[ast::ExpandColumn],
        limit: Option<&Expr>,
        span: Span,
    ) -> Bind<Arc<Rel>> {
        let (expand, schema) = self.expansion(env, input, options, columns, limit)?;
        Ok(self.rel(RelKind::MvExpand(expand), schema, span))
    }

    fn expansion(
        &mut self,
        env: &Env,
        input: Arc<Rel>,
        options: &[Setting],
        columns: &[ast::ExpandColumn],
        limit: Option<&Expr>,
    ) -> Bind<(MvExpand, Schema)> {
        let bag_as_array = match setting(options, "bagexpansion").or_else(|| setting(options, "kind")) {
            None => false,
            Some(option) => match setting_text(option).as_deref() {
                Some("bag") => false,
                Some("array") => true,
                _ => return self.fail("KS005", option.value.span, "a bag is expanded as bag or array"),
            },
        };
        let mut schema = input.schema.clone();
        let mut namer = Namer::over(&schema);
        let (mut expanded, mut outputs) = (Vec::new(), Vec::new());
        for column in columns {
            let (given, expr) = named(&column.expr);
            let value = self.over(env, &input, |this, ctx| this.scalar(ctx, expr))?;
            if value.kql_type != KqlType::Dynamic {
                let error = self.error("KS141", expr.span, format!("only a dynamic can be expanded, not a {}", value.kql_type));
                return Err(if value.kql_type == KqlType::String {
                    Box::new(error.with_help("read the text first: `parse_json(…)`, `split(…)`"))
                } else {
                    error
                });
            }
            let to = match &column.to {
                None => KqlType::Dynamic,
                Some(kind) => match KqlType::from_name(&kind.kind.text) {
                    Some(kind) => kind,
                    None => return self.fail("KS005", kind.kind.span, format!("there is no type named `{}`", kind.kind.text)),
                },
            };
            let name = match given.map(|n| n.text.clone()).or_else(|| name_of(expr, Some(&input.schema))) {
                Some(name) => name,
                None => namer.derived(None),
            };
            let at = match schema.index_of(&name) {
                Some(i) => {
                    if outputs.contains(&i) {
                        return self.fail("KS171", column.expr.span, format!("the column `{name}` is expanded twice"));
                    }
                    schema.columns[i].kql_type = to;
                    i
                }
                None => {
                    schema.columns.push(Column::new(name, to));
                    schema.columns.len() - 1
                }
            };
            outputs.push(at);
            expanded.push(ExpandColumn { expr: value, to });
        }
        let item_index = match setting(options, "with_itemindex") {
            None => None,
            Some(option) => {
                let Some(name) = setting_text(option) else {
                    return self.fail("KS005", option.value.span, "a name is expected here");
                };
                let mut namer = Namer::over(&schema);
                schema.columns.push(Column::new(namer.apart(&name), KqlType::Long));
                Some(schema.columns.len() - 1)
            }
        };
        let limit = match limit {
            Some(limit) => Some(self.scalar_of(Ctx::constant(env), limit, KqlType::Long)?),
            None => None,
        };
        Ok((MvExpand { input, columns: expanded, outputs, item_index, limit, bag_as_array }, schema))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of the operator as the tree has them")]
    pub(super) fn mv_apply(
        &mut self,
        env: &Env,
        input: &Arc<Rel>,
        options: &[Setting],
        columns: &[ast::ExpandColumn],
        limit: Option<&Expr>,
        body: &[Operator],
        span: Span,
    ) -> Bind<Arc<Rel>> {
        let (expand, schema) = self.expansion(env, input.clone(), options, columns, limit)?;
        // Columns of the input as they were: the body sees them, but only its own go on from it.
        let outer: Vec<bool> = (0..schema.columns.len()).map(|i| !expand.outputs.contains(&i) && expand.item_index != Some(i)).collect();
        let mut rel = self.rel(RelKind::ApplyInput, schema, span);
        let before = std::mem::take(&mut self.hidden);
        let mut failed = None;
        for operator in body {
            self.hidden = passed_on(&rel, &outer);
            match self.step(env, rel.clone(), operator) {
                Ok(next) => rel = next,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        self.hidden = before;
        if let Some(error) = failed {
            return Err(error);
        }
        if !starts_from_apply(&rel) {
            return self.refuse(span, "an `mv-apply` whose rows come from another table");
        }
        let passed = passed_on(&rel, &outer);
        let own: Vec<usize> = (0..rel.schema.columns.len()).filter(|i| !passed.contains(&rel.schema.columns[*i].name)).collect();
        let body = self.pick(rel, &own, span);
        Ok(self.applied(input, expand, body, span))
    }

    /// The input's columns, those of the body in place of theirs or behind them.
    fn applied(&mut self, input: &Rel, expand: MvExpand, body: Arc<Rel>, span: Span) -> Arc<Rel> {
        let columns = &input.schema.columns;
        // A column that is itself expanded goes on only through the body.
        let itself = |i: usize| {
            expand.outputs.iter().zip(&expand.columns).any(|(o, c)| *o == i && matches!(c.expr.kind, ScalarKind::Column(at) if at == i))
        };
        let kept: Vec<usize> = (0..columns.len()).filter(|i| !itself(*i)).collect();
        let outer: Vec<usize> = kept.iter().copied().filter(|i| body.schema.index_of(&columns[*i].name).is_none()).collect();
        let mut schema = Schema::new(outer.iter().map(|i| columns[*i].clone()).collect());
        schema.columns.extend(body.schema.columns.iter().cloned());
        let mut order: Vec<usize> = kept.iter().filter_map(|i| schema.index_of(&columns[*i].name)).collect();
        order.extend((outer.len()..schema.columns.len()).filter(|i| !order.contains(i)).collect::<Vec<_>>());
        let in_order = order.iter().enumerate().all(|(i, o)| i == *o);
        let rel = self.rel(RelKind::MvApply { expand, body, outer }, schema, span);
        if in_order { rel } else { self.pick(rel, &order, span) }
    }
}

/// The names of columns that come unchanged from outside the `mv-apply`.
fn passed_on(rel: &Rel, outer: &[bool]) -> Vec<Arc<str>> {
    let columns = rel.schema.columns.iter().enumerate();
    columns
        .filter(|(i, c)| origin(rel, *i).is_some_and(|(at, name)| outer.get(at) == Some(&true) && *name == *c.name))
        .map(|(_, c)| c.name.clone())
        .collect()
}

/// The column of the expanded rows that a column is, unchanged.
fn origin(rel: &Rel, column: usize) -> Option<(usize, Arc<str>)> {
    match &rel.kind {
        RelKind::ApplyInput => Some((column, rel.schema.columns.get(column)?.name.clone())),
        RelKind::Filter { input, .. }
        | RelKind::Sort { input, .. }
        | RelKind::Take { input, .. }
        | RelKind::Serialize { input }
        | RelKind::Shared { input, .. } => origin(input, column),
        RelKind::Project { input, exprs } => match exprs.get(column) {
            Some(Scalar { kind: ScalarKind::Column(at), .. }) => origin(input, *at),
            _ => None,
        },
        RelKind::Parse { input, outputs, .. } | RelKind::ParseKv { input, outputs, .. } if !outputs.contains(&column) => {
            origin(input, column)
        }
        RelKind::MvExpand(expand) if !expand.outputs.contains(&column) && expand.item_index != Some(column) => {
            origin(&expand.input, column)
        }
        _ => None,
    }
}

/// Whether the body is one chain down to the expanded rows.
fn starts_from_apply(mut rel: &Rel) -> bool {
    loop {
        rel = match &rel.kind {
            RelKind::ApplyInput => return true,
            RelKind::Filter { input, .. }
            | RelKind::Project { input, .. }
            | RelKind::Aggregate { input, .. }
            | RelKind::Distinct { input }
            | RelKind::Sort { input, .. }
            | RelKind::Take { input, .. }
            | RelKind::Parse { input, .. }
            | RelKind::ParseKv { input, .. }
            | RelKind::Serialize { input }
            | RelKind::Shared { input, .. }
            | RelKind::Plugin { input, .. } => input,
            RelKind::Join { left, .. } => left,
            RelKind::MvExpand(expand) | RelKind::MvApply { expand, .. } => &expand.input,
            RelKind::MakeSeries(series) => &series.input,
            _ => return false,
        };
    }
}
