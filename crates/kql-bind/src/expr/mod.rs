//! Scalar expressions.

mod aggregates;
mod call;
mod list;
mod literal;
mod operator;
mod path;
mod special;

use crate::binder::{Bind, Binder};
use crate::checked::{Rel, RelKind, Scalar, ScalarKind};
use crate::scope::{Binding, Ctx};
use crate::{rewrite, suggest};
use kql_syntax::ast::{Expr, ExprKind, Name};
use model::{KqlType, Value};

impl Binder<'_> {
    /// An expression that must be one value.
    pub(crate) fn scalar(&mut self, ctx: Ctx<'_>, expr: &Expr) -> Bind<Scalar> {
        let span = self.span(expr.span);
        self.nested(expr.span, |this| match &expr.kind {
            ExprKind::Literal(literal) => match literal::value(literal) {
                Some(value) => Ok(Scalar::literal(value, span)),
                None => this.fail("KS005", expr.span, "this literal is not of its type"),
            },
            ExprKind::Name(name) => this.scalar_name(ctx, name),
            ExprKind::Parenthesized(inner) => this.scalar(ctx, inner),
            ExprKind::Member { base, name } => this.member(ctx, expr, base, name),
            ExprKind::Index { base, index } => this.index(ctx, expr, base, index),
            ExprKind::Call { name, args } => this.scalar_call(ctx, expr, name, args),
            ExprKind::Unary { op, operand } => this.unary(ctx, *op, operand, expr.span),
            ExprKind::Binary { op, op_span, left, right } => this.binary(ctx, *op, *op_span, left, right, expr.span),
            ExprKind::Between { negated, operand, low, high } => this.between(ctx, *negated, operand, low, high, expr.span),
            ExprKind::In { op, operand, list, .. } => this.list_operator(ctx, *op, operand, list, expr.span),
            ExprKind::MemberCall { name, .. } => this.fail("KS005", expr.span, format!("`{}(…)` may not follow a dot here", name.text)),
            ExprKind::Names(_) => this.fail("KS005", expr.span, "one value is expected here, not a list of names"),
            ExprKind::TypeOf(_) => this.fail("KS005", expr.span, "`typeof` may stand only where a type is asked for"),
            ExprKind::Star | ExprKind::Wildcard(_) => this.fail("KS005", expr.span, "`*` may not stand here"),
            ExprKind::Pipe { .. } | ExprKind::Source(_) => Err(Box::new(
                this.error("KS141", expr.span, "one value is expected here, not a table").with_help("take one value with `toscalar(…)`"),
            )),
            ExprKind::Function { .. } => this.fail("KS005", expr.span, "a function may stand only in a `let` statement"),
            ExprKind::Error => this.fail("KS005", expr.span, "this could not be read"),
        })
    }

    /// A scalar whose type must be the one given; a narrower number is widened.
    pub(crate) fn scalar_of(&mut self, ctx: Ctx<'_>, expr: &Expr, kind: KqlType) -> Bind<Scalar> {
        let value = self.scalar(ctx, expr)?;
        let found = value.kql_type;
        match crate::coerce::assign(value, kind) {
            Some(value) => Ok(value),
            None => self.fail("KS141", expr.span, format!("this must be of type {kind}, not {found}")),
        }
    }

    /// What a name means as a value: a column before a `let`.
    pub(crate) fn scalar_name(&mut self, ctx: Ctx<'_>, name: &Name) -> Bind<Scalar> {
        let span = self.span(name.span);
        if let Some(row) = ctx.row
            && let Some(i) = row.schema.index_of(&name.text)
        {
            return Ok(Scalar::column(i, row.schema.columns[i].kql_type, span));
        }
        match ctx.env.get(&name.text) {
            Some(Binding::Scalar { value, row, size }) => {
                self.spend(*size, name.span)?;
                if *row != 0 && *row != ctx.row_id {
                    return self.fail(
                        "PH0204",
                        name.span,
                        format!("`{}` depends on the columns of another table than the one at hand", name.text),
                    );
                }
                let mut value = value.clone();
                value.span = span;
                return Ok(value);
            }
            Some(Binding::Table(_)) => {
                return Err(Box::new(
                    self.error("KS141", name.span, format!("`{}` is a table, but one value is expected here", name.text))
                        .with_help(format!("take one value with `toscalar({})`", name.text)),
                ));
            }
            Some(Binding::Function(_)) => {
                return self.fail("KS142", name.span, format!("`{0}` is a function: call it as `{0}(…)`", name.text));
            }
            None => {}
        }
        if let Some(collector) = ctx.aggregates
            && collector.row.schema.index_of(&name.text).is_some()
        {
            return Err(Box::new(
                self.error("KS142", name.span, format!("the column `{}` may stand here only inside an aggregate", name.text))
                    .with_help(format!("use `take_any({})`, or name the column after `by`", name.text)),
            ));
        }
        Err(self.unknown_column(ctx, name))
    }

    fn unknown_column(&self, ctx: Ctx<'_>, name: &Name) -> crate::binder::Fail {
        let columns = ctx.row.or(ctx.aggregates.map(|c| c.row)).map(|r| r.schema);
        let names = columns.into_iter().flat_map(|s| s.columns.iter().map(|c| &*c.name));
        let error = self.error("KS142", name.span, format!("there is no column or variable named `{}`", name.text));
        match suggest::nearest(&name.text, names.chain(ctx.env.iter().map(|(n, _)| n))) {
            Some(near) => Box::new(error.with_help(format!("did you mean `{near}`?"))),
            None => error,
        }
    }

    /// The column that an expression names, by position.
    pub(crate) fn column_of(&self, ctx: Ctx<'_>, expr: &Expr) -> Bind<usize> {
        match &expr.kind {
            ExprKind::Name(name) => match ctx.row.and_then(|r| r.schema.index_of(&name.text)) {
                Some(i) => Ok(i),
                None => Err(self.unknown_column(ctx, name)),
            },
            ExprKind::Parenthesized(inner) => self.column_of(ctx, inner),
            _ => self.fail("KS109", expr.span, "a column's name is expected here"),
        }
    }

    /// A literal that must be known while binding; lets that are literals count.
    pub(crate) fn constant(&mut self, ctx: Ctx<'_>, expr: &Expr) -> Bind<Value> {
        let value = self.scalar(ctx, expr)?;
        match value.kind {
            ScalarKind::Literal(value) => Ok(value),
            _ => self.fail("KS109", expr.span, "a literal is expected here"),
        }
    }

    pub(crate) fn constant_text(&mut self, ctx: Ctx<'_>, expr: &Expr) -> Bind<String> {
        if let ExprKind::Name(name) = &expr.kind
            && ctx.env.get(&name.text).is_none()
            && ctx.row.is_none_or(|r| r.schema.index_of(&name.text).is_none())
        {
            return Ok(name.text.clone());
        }
        match self.constant(ctx, expr)? {
            Value::String(text) => Ok(text),
            other => self.fail("KS141", expr.span, format!("a string literal is expected here, not a {}", other.kql_type())),
        }
    }
}

/// Whether the rows of a table come in an order that functions such as `prev` may rely on.
pub(crate) fn is_ordered(mut rel: &Rel) -> bool {
    loop {
        rel = match &rel.kind {
            RelKind::Sort { .. } | RelKind::Serialize { .. } | RelKind::Range { .. } => return true,
            RelKind::Filter { input, .. }
            | RelKind::Project { input, .. }
            | RelKind::Take { input, .. }
            | RelKind::Parse { input, .. }
            | RelKind::ParseKv { input, .. }
            | RelKind::Shared { input, .. } => input,
            RelKind::MvExpand(expand) => &expand.input,
            _ => return false,
        };
    }
}

/// Whether the value is the same for all rows.
pub(crate) fn is_constant(value: &Scalar) -> bool {
    !rewrite::uses_columns(value)
}
