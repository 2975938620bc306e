//! `search`: terms anywhere in a row.

use super::{setting, setting_text};
use crate::binder::{Bind, Binder};
use crate::checked::{Rel, RelKind, Scalar};
use crate::coerce::convert;
use crate::scope::{Ctx, Env};
use kql_syntax::Span;
use kql_syntax::ast::{BinaryOp, Expr, ExprKind, Literal, Setting};
use model::{Column, KqlType, Schema, Value};
use std::sync::Arc;

impl Binder<'_> {
    pub(super) fn search(
        &mut self,
        env: &Env,
        input: Option<Arc<Rel>>,
        options: &[Setting],
        tables: &[Expr],
        predicate: &Expr,
        span: Span,
    ) -> Bind<Arc<Rel>> {
        let (Some(input), []) = (input, tables) else {
            return self.refuse(span, "a `search` over several tables: name one and put `| search` after it; that");
        };
        let sensitive = match setting(options, "kind").and_then(setting_text).as_deref() {
            None | Some("default" | "case_insensitive") => false,
            Some("case_sensitive") => true,
            _ => return self.fail("KS005", span, "a search is case_sensitive or case_insensitive"),
        };
        let place = self.span(span);
        let condition = self.over(env, &input, |this, ctx| this.search_condition(ctx, predicate, sensitive))?;
        let schema = input.schema.clone();
        let found = self.rel(RelKind::Filter { input: input.clone(), predicate: condition }, schema, span);
        // What is searched is named in front.
        let source = match &input.kind {
            RelKind::Scan { table } => table.to_string(),
            _ => "search_arg0".to_owned(),
        };
        let mut schema = Schema::new(vec![Column::new("$table", KqlType::String)]);
        let mut exprs = vec![Scalar::literal(Value::String(source), place)];
        for (i, column) in input.schema.columns.iter().enumerate() {
            schema.columns.push(column.clone());
            exprs.push(Scalar::column(i, column.kql_type, place));
        }
        Ok(self.rel(RelKind::Project { input: found, exprs }, schema, span))
    }

    fn search_condition(&mut self, ctx: Ctx<'_>, expr: &Expr, sensitive: bool) -> Bind<Scalar> {
        let place = self.span(expr.span);
        self.nested(expr.span, |this| match &expr.kind {
            ExprKind::Literal(Literal::String(term)) => this.search_term(ctx, None, term, sensitive, expr.span),
            ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right, .. } => {
                let left = this.search_condition(ctx, left, sensitive)?;
                let right = this.search_condition(ctx, right, sensitive)?;
                Ok(Scalar::call(if *op == BinaryOp::And { "and" } else { "or" }, vec![left, right], KqlType::Bool, place))
            }
            ExprKind::Call { name, args } if name.text == "not" && args.len() == 1 => {
                let inner = this.search_condition(ctx, &args[0].value, sensitive)?;
                Ok(Scalar::call("not", vec![inner], KqlType::Bool, place))
            }
            ExprKind::Binary { op: BinaryOp::Colon, left, right, .. } => {
                let ExprKind::Literal(Literal::String(term)) = &right.kind else {
                    return this.fail("KS005", right.span, "a string is expected after `:`");
                };
                let column = this.column_of(ctx, left)?;
                this.search_term(ctx, Some(column), term, sensitive, expr.span)
            }
            _ => this.scalar_of(ctx, expr, KqlType::Bool),
        })
    }

    /// A term in one column, or in any. `*` at an end leaves that end open.
    fn search_term(&mut self, ctx: Ctx<'_>, column: Option<usize>, term: &str, sensitive: bool, span: Span) -> Bind<Scalar> {
        let (start, end) = (term.starts_with('*'), term.len() > 1 && term.ends_with('*'));
        let bare = term.strip_prefix('*').unwrap_or(term);
        let bare = if end { bare.strip_suffix('*').unwrap_or(bare) } else { bare };
        if bare.is_empty() || bare.contains('*') {
            return self.refuse(span, "a search term with `*` inside, or of `*` alone,");
        }
        let op = match (start, end, sensitive) {
            (false, false, false) => "has",
            (false, false, true) => "has_cs",
            (false, true, false) => "hasprefix",
            (false, true, true) => "hasprefix_cs",
            (true, false, false) => "hassuffix",
            (true, false, true) => "hassuffix_cs",
            (true, true, false) => "contains",
            (true, true, true) => "contains_cs",
        };
        let place = self.span(span);
        let Some(row) = ctx.row else { return self.fail("KS005", span, "there are no columns to search") };
        let columns = row.schema.columns.iter().enumerate().filter(|(i, _)| column.is_none_or(|c| c == *i));
        let tests = columns.map(|(i, c)| {
            let value = convert(Scalar::column(i, c.kql_type, place), KqlType::String);
            Scalar::call(op, vec![value, Scalar::literal(Value::String(bare.to_owned()), place)], KqlType::Bool, place)
        });
        Ok(tests
            .reduce(|a, b| Scalar::call("or", vec![a, b], KqlType::Bool, place))
            .unwrap_or_else(|| Scalar::literal(Value::Bool(false), place)))
    }
}
