//! Steps into a dynamic: `bag.key`, `bag["key"]`, `array[0]`.

use crate::binder::{Bind, Binder};
use crate::checked::{PathStep, Scalar, ScalarKind};
use crate::scope::{Binding, Ctx};
use kql_syntax::ast::{Expr, ExprKind, Name};
use model::{KqlType, Value};

impl Binder<'_> {
    pub(super) fn member(&mut self, ctx: Ctx<'_>, expr: &Expr, base: &Expr, name: &Name) -> Bind<Scalar> {
        if let ExprKind::Name(head) = &base.kind {
            if matches!(head.text.as_str(), "$left" | "$right") {
                return self.fail("KS183", expr.span, format!("`{}` may stand only after the `on` of a join or lookup", head.text));
            }
            let known = ctx.row.is_some_and(|r| r.schema.index_of(&head.text).is_some())
                || matches!(ctx.env.get(&head.text), Some(Binding::Scalar { .. }));
            if !known && (self.catalog.table(&head.text).is_some() || ctx.env.get(&head.text).is_some()) {
                return Err(Box::new(
                    self.error("KS142", expr.span, format!("a column is not named by its table: `{}.{}`", head.text, name.text))
                        .with_help(format!("write `{}` alone", name.text)),
                ));
            }
        }
        let value = self.scalar(ctx, base)?;
        self.step_into(value, PathStep::Key(name.text.clone()), expr)
    }

    pub(super) fn index(&mut self, ctx: Ctx<'_>, expr: &Expr, base: &Expr, index: &Expr) -> Bind<Scalar> {
        let value = self.scalar(ctx, base)?;
        let index = self.scalar(ctx, index)?;
        match (&index.kind, index.kql_type) {
            (ScalarKind::Literal(Value::String(key)), _) => self.step_into(value, PathStep::Key(key.clone()), expr),
            (ScalarKind::Literal(Value::Long(n)), _) => self.step_into(value, PathStep::Index(*n), expr),
            (ScalarKind::Literal(Value::Int(n)), _) => self.step_into(value, PathStep::Index(i64::from(*n)), expr),
            (_, KqlType::String | KqlType::Int | KqlType::Long | KqlType::Dynamic) => {
                self.must_be_dynamic(&value, expr)?;
                let index = if index.kql_type == KqlType::Int { crate::coerce::convert(index, KqlType::Long) } else { index };
                Ok(Scalar::call("[]", vec![value, index], KqlType::Dynamic, self.span(expr.span)))
            }
            (_, other) => self.fail("KS141", expr.span, format!("an element is chosen by a number or a string, not a {other}")),
        }
    }

    fn must_be_dynamic(&self, value: &Scalar, expr: &Expr) -> Bind<()> {
        if value.kql_type == KqlType::Dynamic {
            return Ok(());
        }
        let error = self.error("KS147", expr.span, format!("a {} has no elements; only a dynamic has", value.kql_type));
        Err(if value.kql_type == KqlType::String { Box::new(error.with_help("read the text first: `parse_json(…)`")) } else { error })
    }

    fn step_into(&mut self, value: Scalar, step: PathStep, expr: &Expr) -> Bind<Scalar> {
        self.must_be_dynamic(&value, expr)?;
        let kind = match value.kind {
            ScalarKind::Path { base, mut steps } => {
                steps.push(step);
                ScalarKind::Path { base, steps }
            }
            kind => ScalarKind::Path { base: Box::new(Scalar { kind, ..value }), steps: vec![step] },
        };
        Ok(Scalar { kind, kql_type: KqlType::Dynamic, span: self.span(expr.span) })
    }
}
