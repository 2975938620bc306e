//! Aggregates inside a `summarize`.

use crate::binder::{Bind, Binder};
use crate::catalogue::{self, Entry, canonical};
use crate::checked::{Aggregate, Scalar, ScalarKind};
use crate::naming::name_of;
use crate::scope::{Collector, Ctx};
use kql_syntax::Span;
use kql_syntax::ast::{Arg, Expr, ExprKind, Name};
use model::{KqlType, Value};

/// A column that an aggregate yields: its own name, where it has one, and the aggregate's place in the output.
pub(crate) struct Output {
    pub(crate) name: Option<String>,
    pub(crate) value: Scalar,
}

impl Binder<'_> {
    /// An aggregate within an expression: it has one value.
    pub(super) fn aggregate(&mut self, ctx: Ctx<'_>, entry: &'static Entry, args: &[Arg], span: Span) -> Bind<Scalar> {
        let mut outputs = self.aggregate_outputs(ctx, entry, args, span)?;
        match (outputs.pop(), outputs.is_empty()) {
            (Some(output), true) => Ok(output.value),
            _ => self.fail("KS144", span, format!("`{}` yields several columns and may not be part of an expression", entry.name)),
        }
    }

    /// The aggregate that an item of a `summarize` is, as a whole.
    pub(crate) fn as_aggregate<'e>(&self, ctx: Ctx<'_>, expr: &'e Expr) -> Option<(&'static Entry, &'e [Arg])> {
        match &expr.kind {
            ExprKind::Call { name, args } if ctx.env.get(&name.text).is_none() => Some((catalogue::aggregate(&name.text)?, args)),
            _ => None,
        }
    }

    pub(crate) fn aggregate_outputs(&mut self, ctx: Ctx<'_>, entry: &'static Entry, args: &[Arg], span: Span) -> Bind<Vec<Output>> {
        let Some(collector) = ctx.aggregates else {
            return self.fail("KS144", span, format!("the aggregate `{}` may not stand here", entry.name));
        };
        let inner = Ctx::over(ctx.env, collector.row);
        match canonical(entry.name) {
            _ if matches!(entry.name, "argmax" | "argmin") => self.refuse(
                span,
                &format!("the old `{}` (its columns are named in another way than those of `{}`)", entry.name, canonical(entry.name)),
            ),
            name @ ("arg_max" | "arg_min") => self.extreme(inner, collector, name, args, span),
            "take_any" => self.take_any(inner, collector, entry.name, args, span),
            "percentile" | "percentiles" => self.percentiles(inner, collector, args, 1, "percentile", span),
            "percentilew" | "percentilesw" => self.percentiles(inner, collector, args, 2, "percentilew", span),
            _ => {
                let own = name_of_call(entry, args, collector);
                let bound = self.arguments(inner, entry.name, args)?;
                let call = self.fit(entry, &Name { text: entry.name.to_owned(), span }, bound, span)?;
                let ScalarKind::Call { name, args } = call.kind else {
                    return self.fail("KS144", span, "an aggregate is expected here");
                };
                let args = match (name, args.first()) {
                    ("count", Some(arg)) if arg.kql_type == KqlType::Bool => {
                        return Err(Box::new(
                            self.error("PH0201", span, "`count` of a condition is not certain to count those that hold")
                                .with_help("use `countif(…)`"),
                        ));
                    }
                    // Any other argument is ignored: nulls are counted too.
                    ("count", _) => Vec::new(),
                    _ => args,
                };
                Ok(vec![Output { name: own, value: self.push(collector, name, args, call.kql_type, None, span) }])
            }
        }
    }

    fn push(
        &self,
        collector: &Collector<'_>,
        name: &'static str,
        args: Vec<Scalar>,
        kql_type: KqlType,
        group: Option<usize>,
        span: Span,
    ) -> Scalar {
        let span = self.span(span);
        let mut found = collector.found.borrow_mut();
        found.push(Aggregate { name, args, kql_type, group, span });
        Scalar::column(collector.first + found.len() - 1, kql_type, span)
    }

    /// `arg_max(by, what, …)`: one aggregate a column, all of the same row.
    fn extreme(&mut self, ctx: Ctx<'_>, collector: &Collector<'_>, name: &'static str, args: &[Arg], span: Span) -> Bind<Vec<Output>> {
        let [by, rest @ ..] = args else {
            return self.fail("KS119", span, format!("`{name}` expects at least 1 argument"));
        };
        let prefix = if name == "arg_max" { "max" } else { "min" };
        let schema = collector.row.schema;
        let key = self.scalar(ctx, &by.value)?;
        if key.kql_type == KqlType::Dynamic {
            return self.fail("KS206", by.value.span, format!("`{name}` needs a value that has an order, not a dynamic"));
        }
        let key_column = match key.kind {
            ScalarKind::Column(i) => Some(i),
            _ => None,
        };
        let mut columns = vec![(Some(name_of(&by.value, Some(schema)).unwrap_or_else(|| format!("{prefix}_"))), key.clone())];
        for (i, arg) in rest.iter().enumerate() {
            if matches!(arg.value.kind, ExprKind::Star) {
                let named: Vec<usize> =
                    columns.iter().filter_map(|(_, s)| if let ScalarKind::Column(i) = s.kind { Some(i) } else { None }).collect();
                columns.extend(self.all_columns(collector, span, |i| Some(i) != key_column && !named.contains(&i)));
            } else {
                let own = name_of(&arg.value, Some(schema)).unwrap_or_else(|| format!("{prefix}__arg{}", i + 1));
                columns.push((Some(own), self.scalar(ctx, &arg.value)?));
            }
        }
        let group = Some(self.fresh());
        Ok(columns
            .into_iter()
            .map(|(own, value)| {
                let kind = value.kql_type;
                Output { name: own, value: self.push(collector, name, vec![key.clone(), value], kind, group, span) }
            })
            .collect())
    }

    fn take_any(&mut self, ctx: Ctx<'_>, collector: &Collector<'_>, written: &str, args: &[Arg], span: Span) -> Bind<Vec<Output>> {
        if args.is_empty() {
            return self.fail("KS119", span, format!("`{written}` expects at least 1 argument"));
        }
        let mut columns = Vec::new();
        for (i, arg) in args.iter().enumerate() {
            if matches!(arg.value.kind, ExprKind::Star) {
                columns.extend(self.all_columns(collector, span, |_| true));
            } else {
                let own = name_of(&arg.value, Some(collector.row.schema)).unwrap_or_else(|| format!("any_arg{i}"));
                columns.push((Some(own), self.scalar(ctx, &arg.value)?));
            }
        }
        let group = if columns.len() > 1 { Some(self.fresh()) } else { None };
        Ok(columns
            .into_iter()
            .map(|(own, value)| {
                let own = match written {
                    // The old name marks its columns.
                    "any" => Some(format!("any_{}", own.unwrap_or_default())),
                    _ => own,
                };
                let kind = value.kql_type;
                Output { name: own, value: self.push(collector, "take_any", vec![value], kind, group, span) }
            })
            .collect())
    }

    /// What `*` means in an aggregate: the columns that are no keys.
    fn all_columns(&self, collector: &Collector<'_>, span: Span, wanted: impl Fn(usize) -> bool) -> Vec<(Option<String>, Scalar)> {
        let columns = collector.row.schema.columns.iter().enumerate();
        columns
            .filter(|(i, c)| wanted(*i) && !collector.keys.contains(i) && !self.hidden.contains(&c.name))
            .map(|(i, c)| (Some(c.name.to_string()), Scalar::column(i, c.kql_type, self.span(span))))
            .collect()
    }

    /// `percentiles(x, 5, 50)` is `percentile(x, 5)`, `percentile(x, 50)`.
    fn percentiles(
        &mut self,
        ctx: Ctx<'_>,
        collector: &Collector<'_>,
        args: &[Arg],
        leading: usize,
        name: &'static str,
        span: Span,
    ) -> Bind<Vec<Output>> {
        if args.len() <= leading {
            return self.fail("KS119", span, format!("`{name}` expects at least {} arguments", leading + 1));
        }
        let (values, ranks) = args.split_at(leading);
        let own = values.first().and_then(|a| name_of(&a.value, Some(collector.row.schema))).unwrap_or_default();
        let mut heads = Vec::new();
        for arg in values {
            let value = self.scalar(ctx, &arg.value)?;
            if value.kql_type == KqlType::Dynamic {
                return self.fail("KS116", arg.value.span, format!("`{name}` takes no dynamic"));
            }
            heads.push(if value.kql_type == KqlType::Int { crate::coerce::convert(value, KqlType::Long) } else { value });
        }
        let kind = heads.first().map_or(KqlType::Long, |v| if v.kql_type == KqlType::Int { KqlType::Long } else { v.kql_type });
        let mut outputs = Vec::new();
        for rank in ranks {
            let value = self.scalar(ctx, &rank.value)?;
            if !value.kql_type.is_numeric() {
                return self.fail("KS141", rank.value.span, format!("a percentile is a number, not a {}", value.kql_type));
            }
            let label = match &value.kind {
                ScalarKind::Literal(Value::Long(n)) => n.to_string(),
                ScalarKind::Literal(Value::Int(n)) => n.to_string(),
                ScalarKind::Literal(Value::Real(r)) => format!("{r}").replace('.', "_"),
                _ => String::new(),
            };
            let mut args = heads.clone();
            args.push(crate::coerce::convert(value, KqlType::Real));
            outputs.push(Output {
                name: Some(format!("percentile_{own}_{label}")),
                value: self.push(collector, name, args, kind, None, span),
            });
        }
        Ok(outputs)
    }
}

fn name_of_call(entry: &'static Entry, args: &[Arg], collector: &Collector<'_>) -> Option<String> {
    let name = Name { text: entry.name.to_owned(), span: Span::default() };
    let call = Expr { kind: ExprKind::Call { name, args: args.to_vec() }, span: Span::default() };
    name_of(&call, Some(collector.row.schema))
}
