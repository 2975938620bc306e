//! Tabular operators.

mod columns;
mod expand;
mod external;
mod join;
mod parse;
mod plugin;
mod project;
mod search;
mod series;
mod sources;
mod summarize;
mod union;

use crate::binder::{Any, Bind, Binder};
use crate::checked::{Aggregate, Rel, RelKind, Scalar, SortKey};
use crate::scope::{Ctx, Env, Row};
use kql_syntax::Span;
use kql_syntax::ast::{self, Expr, ExprKind, Literal, Operator, OperatorKind as Kind, Setting};
use model::{Column, KqlType, Schema, Value};
use std::sync::Arc;

impl Binder<'_> {
    /// One operator over its input.
    pub(crate) fn operator(&mut self, env: &Env, input: Arc<Rel>, operator: &Operator) -> Bind<Arc<Rel>> {
        let span = operator.span;
        match &operator.kind {
            Kind::Where { predicate } => self.filter(env, input, predicate, span),
            Kind::Extend { columns } => self.extend(env, input, columns, span),
            Kind::Project { columns } => self.project(env, input, columns, span),
            Kind::ProjectAway { columns } => self.project_away(env, input, columns, span),
            Kind::ProjectKeep { columns } => self.project_keep(env, input, columns, span),
            Kind::ProjectRename { columns } => self.project_rename(input, columns, span),
            Kind::ProjectReorder { columns } => self.project_reorder(input, columns, span),
            Kind::Summarize { aggregates, by, .. } => self.summarize(env, input, aggregates, by, span),
            Kind::Distinct { columns, .. } => self.distinct(env, input, columns, span),
            Kind::Sort { by, .. } => {
                let keys = self.sort_keys(env, &input, by)?;
                let schema = input.schema.clone();
                Ok(self.rel(RelKind::Sort { input, keys, limit: None }, schema, span))
            }
            Kind::Top { count, by, .. } => {
                if let Some(second) = by.get(1) {
                    return self.fail("KS198", second.expr.span, "`top` sorts by one value; use `sort by … | take …`");
                }
                let limit = self.row_count(env, count)?;
                let keys = self.sort_keys(env, &input, by)?;
                let schema = input.schema.clone();
                Ok(self.rel(RelKind::Sort { input, keys, limit: Some(limit) }, schema, span))
            }
            Kind::Take { count, .. } | Kind::Sample { count } => {
                let count = self.row_count(env, count)?;
                let schema = input.schema.clone();
                Ok(self.rel(RelKind::Take { input, count }, schema, span))
            }
            Kind::SampleDistinct { count, of } => {
                let input = self.distinct(env, input, std::slice::from_ref(of), span)?;
                let count = self.row_count(env, count)?;
                let schema = input.schema.clone();
                Ok(self.rel(RelKind::Take { input, count }, schema, span))
            }
            Kind::Count => {
                let place = self.span(span);
                let count = Aggregate { name: "count", args: Vec::new(), kql_type: KqlType::Long, group: None, span: place };
                let schema = Schema::new(vec![Column::new("Count", KqlType::Long)]);
                Ok(self.rel(RelKind::Aggregate { input, keys: Vec::new(), aggregates: vec![count] }, schema, span))
            }
            Kind::Join { options, right, on } => self.join(env, input, options, right, on, span),
            Kind::Lookup { options, right, on } => self.lookup(env, input, options, right, on, span),
            Kind::Union { options, tables } => self.union(env, Some(input), options, tables, span),
            Kind::MvExpand { options, columns, limit } => self.mv_expand(env, input, options, columns, limit.as_ref(), span),
            Kind::MvApply { options, columns, limit, body } => self.mv_apply(env, &input, options, columns, limit.as_ref(), body, span),
            Kind::Parse { only_matches, options, operand, pattern } => {
                self.parse(env, input, *only_matches, options, operand, pattern, span)
            }
            Kind::ParseKv { operand, columns, options } => self.parse_kv(env, input, operand, columns, options, span),
            Kind::Serialize { columns } => {
                let schema = input.schema.clone();
                let ordered = self.rel(RelKind::Serialize { input }, schema, span);
                if columns.is_empty() { Ok(ordered) } else { self.extend(env, ordered, columns, span) }
            }
            Kind::GetSchema => Ok(self.get_schema(&input, span)),
            Kind::Render { chart, .. } => {
                self.render = Some(chart.text.clone());
                Ok(input)
            }
            Kind::Invoke { call } => self.invoke(env, input, call),
            Kind::As { name, .. } => {
                let rel = self.shareable(input);
                self.named.push((name.text.clone(), rel.clone()));
                Ok(rel)
            }
            Kind::Evaluate { call, schema, .. } => self.evaluate(env, Some(input), call, schema.as_deref(), span),
            Kind::MakeSeries { aggregates, on, from, to, step, by, .. } => {
                self.make_series(env, input, aggregates, on, [from.as_ref(), to.as_ref(), step.as_ref()], by, span)
            }
            Kind::Search { options, tables, predicate } => self.search(env, Some(input), options, tables, predicate, span),
            Kind::Consume { .. } => self.refuse(span, "`consume`"),
            Kind::ProjectByNames { .. } => self.refuse(span, "`project-by-names`"),
            Kind::Print { .. } | Kind::Range { .. } | Kind::DataTable { .. } | Kind::ExternalData { .. } => {
                self.fail("KS176", operator.keyword.span, format!("`{}` starts a query; it may not follow `|`", operator.keyword.text))
            }
            Kind::Unplanned => self.refuse(operator.keyword.span, &format!("the operator `{}`", operator.keyword.text)),
            Kind::Error => self.fail("KS005", span, "this could not be read"),
        }
    }

    /// An operator that starts a pipe.
    pub(crate) fn source(&mut self, ctx: Ctx<'_>, operator: &Operator) -> Bind<Arc<Rel>> {
        let ctx = Ctx { row: None, aggregates: None, ..ctx };
        let span = operator.span;
        match &operator.kind {
            Kind::Print { columns } => self.print(ctx, columns, span),
            Kind::Range { column, from, to, step } => self.range(ctx, column, from, to, step, span),
            Kind::DataTable { columns, values } => self.data_table(ctx, columns, values, span),
            Kind::ExternalData { columns, addresses, options } => self.external_data(ctx, columns, addresses, options, span),
            Kind::Union { options, tables } => self.union(ctx.env, None, options, tables, span),
            Kind::Search { options, tables, predicate } => self.search(ctx.env, None, options, tables, predicate, span),
            Kind::Evaluate { call, schema, .. } => self.evaluate(ctx.env, None, call, schema.as_deref(), span),
            _ => self.refuse(operator.keyword.span, &format!("`{}` at the start of a query", operator.keyword.text)),
        }
    }

    fn filter(&mut self, env: &Env, input: Arc<Rel>, predicate: &Expr, span: Span) -> Bind<Arc<Rel>> {
        let predicate = self.over(env, &input, |this, ctx| {
            let value = this.scalar(ctx, predicate)?;
            match value.kql_type {
                KqlType::Bool => Ok(value),
                found => {
                    let error =
                        this.error("KS141", predicate.span, format!("a condition is expected here, not {}", crate::types::named(found)));
                    Err(Box::new(error.with_help("equality is written `==`, or `=~` without case")))
                }
            }
        })?;
        let schema = input.schema.clone();
        Ok(self.rel(RelKind::Filter { input, predicate }, schema, span))
    }

    /// Runs a step with the columns of `input` in scope.
    pub(crate) fn over<T>(&mut self, env: &Env, input: &Rel, step: impl FnOnce(&mut Self, Ctx<'_>) -> Bind<T>) -> Bind<T> {
        let id = self.fresh();
        step(self, Ctx::over(env, Row { schema: &input.schema, id, input }))
    }

    fn sort_keys(&mut self, env: &Env, input: &Arc<Rel>, by: &[ast::SortKey]) -> Bind<Vec<SortKey>> {
        self.over(env, input, |this, ctx| {
            by.iter()
                .map(|key| {
                    // A name given to a key has no use.
                    let expr = match &key.expr.kind {
                        ExprKind::Binary { op: ast::BinaryOp::Assign, right, .. } => right,
                        _ => &key.expr,
                    };
                    let value = this.scalar(ctx, expr)?;
                    this.no_dynamic(&value, expr.span, "rows cannot be sorted by a dynamic")?;
                    let ascending = key.ascending.unwrap_or(false);
                    Ok(SortKey { expr: value, ascending, nulls_first: key.nulls_first.unwrap_or(ascending) })
                })
                .collect()
        })
    }

    /// Refuses a dynamic where values are compared or grouped.
    pub(crate) fn no_dynamic(&self, value: &Scalar, span: Span, why: &str) -> Bind<()> {
        if value.kql_type == KqlType::Dynamic {
            return Err(Box::new(self.error("KS116", span, why).with_help("say what it is: `tostring(…)`, `tolong(…)`, …")));
        }
        Ok(())
    }

    /// How many rows to take: a whole number.
    fn row_count(&mut self, env: &Env, count: &Expr) -> Bind<Scalar> {
        let value = self.scalar(Ctx::constant(env), count)?;
        match value.kql_type {
            KqlType::Int | KqlType::Long => Ok(crate::coerce::convert(value, KqlType::Long)),
            found => self.fail("KS134", count.span, format!("a whole number is expected here, not {}", crate::types::named(found))),
        }
    }

    fn invoke(&mut self, env: &Env, input: Arc<Rel>, call: &Expr) -> Bind<Arc<Rel>> {
        let ExprKind::Call { name, args } = &call.kind else {
            return self.fail("KS005", call.span, "`invoke` needs a call: `invoke f(…)`");
        };
        let ctx = Ctx::constant(env);
        let function = match env.get(&name.text) {
            Some(crate::scope::Binding::Function(f)) => Some(f.clone()),
            _ => self.stored_function(&name.text, name.span)?,
        };
        let Some(f) = function else { return Err(self.unknown_function(ctx, name)) };
        match self.call(ctx, &f, args, call.span, Some(input))? {
            Any::Table(rel) => Ok(rel),
            Any::Scalar(_) => self.fail("KS141", call.span, format!("`{}` returns one value, not a table", name.text)),
        }
    }

    fn get_schema(&mut self, input: &Rel, span: Span) -> Arc<Rel> {
        let rows = input.schema.columns.iter().enumerate().map(|(i, c)| {
            let text = |t: &str| Value::String(t.to_owned());
            vec![
                text(&c.name),
                Value::Int(i32::try_from(i).unwrap_or(i32::MAX)),
                text(crate::types::dotnet(c.kql_type)),
                text(c.kql_type.name()),
            ]
        });
        let rows = rows.collect();
        let schema = Schema::new(vec![
            Column::new("ColumnName", KqlType::String),
            Column::new("ColumnOrdinal", KqlType::Int),
            Column::new("DataType", KqlType::String),
            Column::new("ColumnType", KqlType::String),
        ]);
        self.rel(RelKind::Values { rows }, schema, span)
    }
}

/// The value of a setting: `kind=inner`, `isfuzzy=true`. Names are compared as written.
pub(crate) fn setting<'s>(options: &'s [Setting], name: &str) -> Option<&'s Setting> {
    options.iter().find(|s| s.name.text == name)
}

/// A setting's value as text: a name, or a literal.
pub(crate) fn setting_text(setting: &Setting) -> Option<String> {
    match &setting.value.kind {
        ExprKind::Name(name) => Some(name.text.clone()),
        ExprKind::Literal(Literal::String(text)) => Some(text.clone()),
        ExprKind::Literal(Literal::Bool(b)) => Some(b.to_string()),
        ExprKind::Literal(Literal::Long(n)) => Some(n.to_string()),
        _ => None,
    }
}
