//! `evaluate`: plugins. Those whose columns depend on data need their columns declared.

use crate::binder::{Bind, Binder};
use crate::checked::{Rel, RelKind};
use crate::scope::Env;
use crate::{catalogue, suggest};
use kql_syntax::Span;
use kql_syntax::ast::{Expr, ExprKind, TypeName};
use model::{Column, KqlType, Schema};
use std::sync::Arc;

impl Binder<'_> {
    pub(super) fn evaluate(
        &mut self,
        env: &Env,
        input: Option<Arc<Rel>>,
        call: &Expr,
        declared: Option<&[TypeName]>,
        span: Span,
    ) -> Bind<Arc<Rel>> {
        let ExprKind::Call { name, args } = &call.kind else {
            return self.fail("KS005", call.span, "`evaluate` needs a plugin: `evaluate bag_unpack(…)`");
        };
        let Some(plugin) = catalogue::plugin(&name.text) else {
            let error = self.error("KS124", name.span, format!("there is no plugin named `{}`", name.text));
            return Err(match suggest::nearest(&name.text, catalogue::plugin_names()) {
                Some(near) => Box::new(error.with_help(format!("did you mean `{near}`?"))),
                None => error,
            });
        };
        let Some(input) = input else {
            return self.refuse(name.span, &format!("the plugin `{plugin}` at the start of a query"));
        };
        match plugin {
            "narrow" if args.is_empty() => {
                let schema = Schema::new(vec![
                    Column::new("Row", KqlType::Long),
                    Column::new("Column", KqlType::String),
                    Column::new("Value", KqlType::String),
                ]);
                Ok(self.rel(RelKind::Plugin { name: plugin, input, args: Vec::new() }, schema, span))
            }
            "bag_unpack" => {
                let Some(first) = args.first() else {
                    return self.fail("KS119", name.span, "`bag_unpack` expects a column");
                };
                let column = self.over(env, &input, |this, ctx| this.column_of(ctx, &first.value))?;
                let unpacked = &input.schema.columns[column];
                if unpacked.kql_type != KqlType::Dynamic {
                    return self.fail("KS141", first.value.span, format!("`bag_unpack` needs a dynamic, not a {}", unpacked.kql_type));
                }
                let Some(declared) = declared else {
                    return Err(self.undeclared(plugin, span));
                };
                let rest: Vec<Column> =
                    input.schema.columns.iter().enumerate().filter(|(i, _)| *i != column).map(|(_, c)| c.clone()).collect();
                let schema = self.declared(declared, &rest)?;
                let mut bound = Vec::new();
                for arg in args {
                    bound.push(self.over(env, &input, |this, ctx| this.scalar(ctx, &arg.value))?);
                }
                Ok(self.rel(RelKind::Plugin { name: plugin, input, args: bound }, schema, span))
            }
            "pivot" if declared.is_none() => Err(self.undeclared(plugin, span)),
            _ => self.refuse(name.span, &format!("the plugin `{plugin}`")),
        }
    }

    fn undeclared(&self, plugin: &str, span: Span) -> crate::binder::Fail {
        Box::new(
            self.error("PH0206", span, format!("the columns of `{plugin}` depend on the data, so they must be declared"))
                .with_help(format!("write `evaluate {plugin}(…) : (*, Name: string, …)`")),
        )
    }

    /// The schema behind `:`; a `*` in it stands for the columns that go through.
    fn declared(&mut self, columns: &[TypeName], rest: &[Column]) -> Bind<Schema> {
        let mut schema = Schema::default();
        for column in columns {
            if column.name.is_none() && column.kind.text == "*" {
                schema.columns.extend(rest.iter().cloned());
            } else {
                let one = self.schema(std::slice::from_ref(column))?;
                schema.columns.extend(one.columns);
            }
        }
        for (i, column) in schema.columns.iter().enumerate() {
            if schema.columns[..i].iter().any(|c| c.name == column.name) {
                return self.fail(
                    "KS171",
                    columns.first().map_or_else(Span::default, |c| c.kind.span),
                    format!("two columns are named `{}`", column.name),
                );
            }
        }
        Ok(schema)
    }
}
