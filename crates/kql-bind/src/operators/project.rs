//! `project`, `extend`, `distinct`: columns from expressions.

use crate::binder::{Bind, Binder};
use crate::checked::{Rel, RelKind, Scalar};
use crate::naming::{Namer, is_random, name_of};
use crate::scope::Env;
use kql_syntax::Span;
use kql_syntax::ast::{BinaryOp, Expr, ExprKind, Name};
use model::{Column, Schema};
use std::sync::Arc;

/// An item of `project` and its kin, taken apart: the name it is given, and the expression.
pub(crate) fn named(expr: &Expr) -> (Option<&Name>, &Expr) {
    match &expr.kind {
        ExprKind::Binary { op: BinaryOp::Assign, left, right, .. } => match &left.kind {
            ExprKind::Name(name) => (Some(name), right),
            ExprKind::Names(names) if names.len() == 1 => (names.first(), right),
            _ => (None, expr),
        },
        _ => (None, expr),
    }
}

impl Binder<'_> {
    /// Several names for one expression stand for functions that yield several columns.
    pub(crate) fn single_name(&self, expr: &Expr) -> Bind<()> {
        match &expr.kind {
            ExprKind::Binary { op: BinaryOp::Assign, left, .. } if matches!(&left.kind, ExprKind::Names(n) if n.len() > 1) => {
                self.refuse(expr.span, "an expression that yields several columns")
            }
            _ => Ok(()),
        }
    }

    pub(super) fn project(&mut self, env: &Env, input: Arc<Rel>, columns: &[Expr], span: Span) -> Bind<Arc<Rel>> {
        let mut namer = Namer::default();
        let mut schema = Schema::default();
        let mut exprs = Vec::with_capacity(columns.len());
        for item in columns {
            self.single_name(item)?;
            let (given, expr) = named(item);
            if given.is_none()
                && let ExprKind::Wildcard(_) | ExprKind::Star = expr.kind
            {
                return Err(Box::new(self.error("KS005", expr.span, "`project` takes no wildcards").with_help("use `project-keep`")));
            }
            let value = self.over(env, &input, |this, ctx| this.scalar(ctx, expr))?;
            let name = self.output_name(&mut namer, given, expr, Some(&input.schema))?;
            schema.columns.push(Column::new(name, value.kql_type));
            exprs.push(value);
        }
        Ok(self.rel(RelKind::Project { input, exprs }, schema, span))
    }

    /// The name of an item's column.
    pub(crate) fn output_name(&self, namer: &mut Namer, given: Option<&Name>, expr: &Expr, row: Option<&Schema>) -> Bind<String> {
        let plain = match &expr.kind {
            ExprKind::Name(name) => Some(name),
            _ => None,
        };
        match given.or(plain) {
            Some(name) => match namer.written(&name.text) {
                Some(name) => Ok(name),
                None => self.fail("KS171", name.span, format!("there is already a column named `{}`", name.text)),
            },
            None => Ok(namer.derived(self.certain(name_of(expr, row), expr.span)?)),
        }
    }

    /// A derived name, unless Kusto would make it up at random.
    pub(crate) fn certain(&self, name: Option<String>, span: Span) -> Bind<Option<String>> {
        match name {
            Some(name) if is_random(&name) => Err(Box::new(
                self.error("PH0208", span, "the name of this column would be made at random").with_help("give it a name: `Name = …`"),
            )),
            name => Ok(name),
        }
    }

    pub(super) fn extend(&mut self, env: &Env, input: Arc<Rel>, columns: &[Expr], span: Span) -> Bind<Arc<Rel>> {
        let place = self.span(span);
        let mut schema = input.schema.clone();
        let mut exprs: Vec<Scalar> = schema.columns.iter().enumerate().map(|(i, c)| Scalar::column(i, c.kql_type, place)).collect();
        let mut written: Vec<&str> = Vec::new();
        let mut unnamed = Namer::over(&schema);
        for item in columns {
            self.single_name(item)?;
            let (given, expr) = named(item);
            if let ExprKind::Wildcard(_) | ExprKind::Star = expr.kind {
                return self.fail("KS005", expr.span, "`extend` takes no wildcards");
            }
            // All see the input's columns, none sees another's result.
            let value = self.over(env, &input, |this, ctx| this.scalar(ctx, expr))?;
            let name = match given {
                Some(name) => {
                    if written.contains(&name.text.as_str()) {
                        return self.fail("KS171", name.span, format!("the column `{}` is set twice", name.text));
                    }
                    written.push(&name.text);
                    name.text.clone()
                }
                None => match self.certain(name_of(expr, Some(&input.schema)), expr.span)? {
                    Some(name) => name,
                    None => unnamed.derived(None),
                },
            };
            match schema.index_of(&name) {
                Some(i) => {
                    schema.columns[i].kql_type = value.kql_type;
                    exprs[i] = value;
                }
                None => {
                    schema.columns.push(Column::new(name, value.kql_type));
                    exprs.push(value);
                }
            }
        }
        Ok(self.rel(RelKind::Project { input, exprs }, schema, span))
    }

    pub(super) fn distinct(&mut self, env: &Env, input: Arc<Rel>, columns: &[Expr], span: Span) -> Bind<Arc<Rel>> {
        let input = match columns {
            [one] if matches!(one.kind, ExprKind::Star) => {
                let visible: Vec<usize> =
                    (0..input.schema.columns.len()).filter(|i| !self.hidden.contains(&input.schema.columns[*i].name)).collect();
                if visible.len() == input.schema.columns.len() { input } else { self.pick(input, &visible, span) }
            }
            _ => self.project(env, input, columns, span)?,
        };
        if let Some(column) = input.schema.columns.iter().find(|c| c.kql_type == model::KqlType::Dynamic) {
            return Err(Box::new(
                self.error("KS116", span, format!("the column `{}` is a dynamic, which cannot be made distinct", column.name))
                    .with_help("say what it is: `tostring(…)`, `tolong(…)`, …"),
            ));
        }
        let schema = input.schema.clone();
        Ok(self.rel(RelKind::Distinct { input }, schema, span))
    }
}
