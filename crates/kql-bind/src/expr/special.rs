//! Functions that mean more than their arguments: time, columns by name, rows in order, tables as values.

use crate::binder::{Bind, Binder};
use crate::checked::{Scalar, ScalarKind};
use crate::expr::{is_constant, is_ordered};
use crate::scope::Ctx;
use kql_syntax::Span;
use kql_syntax::ast::{Arg, ExprKind, Name};
use model::{KqlType, Value};

impl Binder<'_> {
    /// `None` where the call is an ordinary one.
    pub(super) fn special(&mut self, ctx: Ctx<'_>, name: &Name, args: &[Arg], span: Span) -> Bind<Option<Scalar>> {
        let place = self.span(span);
        Ok(Some(match (name.text.as_str(), args) {
            ("now", []) => now(place),
            ("now", [offset]) => self.offset_now(ctx, "+", offset, place)?,
            ("ago", [offset]) => self.offset_now(ctx, "-", offset, place)?,
            ("toscalar", [arg]) => {
                let ctx = Ctx::constant(ctx.env);
                match self.any(ctx, &arg.value)? {
                    crate::binder::Any::Scalar(value) => value,
                    crate::binder::Any::Table(rel) => {
                        let Some(kind) = rel.schema.columns.first().map(|c| c.kql_type) else {
                            return self.fail("KS141", arg.value.span, "a table without columns has no value");
                        };
                        Scalar { kind: ScalarKind::ToScalar(rel), kql_type: kind, span: place }
                    }
                }
            }
            ("column_ifexists" | "columnifexists", [column, default]) => {
                let column_name = self.constant_text(ctx, &column.value)?;
                match ctx.row.and_then(|r| r.schema.index_of(&column_name).map(|i| (i, r))) {
                    Some((i, row)) => Scalar::column(i, row.schema.columns[i].kql_type, place),
                    None => self.scalar(ctx, &default.value)?,
                }
            }
            ("iscolumnexists", [column]) => {
                let column_name = self.constant_text(ctx, &column.value)?;
                Scalar::literal(Value::Bool(ctx.row.is_some_and(|r| r.schema.index_of(&column_name).is_some())), place)
            }
            ("pack_all", [] | [_]) => {
                let Some(row) = ctx.row else { return self.fail("KS109", span, "`pack_all` may stand only where there are columns") };
                let ignore = match args {
                    [flag] => matches!(self.constant(ctx, &flag.value)?, Value::Bool(true)),
                    _ => false,
                };
                let columns: Vec<usize> =
                    (0..row.schema.columns.len()).filter(|i| !self.hidden.contains(&row.schema.columns[*i].name)).collect();
                self.pack(row.schema, &columns, ignore, place)
            }
            ("bag_pack_columns", [_, ..]) => {
                let Some(row) = ctx.row else {
                    return self.fail("KS109", span, "`bag_pack_columns` may stand only where there are columns");
                };
                let columns = args.iter().map(|a| self.column_of(ctx, &a.value)).collect::<Bind<Vec<_>>>()?;
                self.pack(row.schema, &columns, false, place)
            }
            ("pack_array", [star]) if matches!(star.value.kind, ExprKind::Star) => {
                let Some(row) = ctx.row else { return self.fail("KS109", span, "`*` may stand only where there are columns") };
                let columns = row.schema.columns.iter().enumerate().filter(|(_, c)| !self.hidden.contains(&c.name));
                let args = columns.map(|(i, c)| Scalar::column(i, c.kql_type, place)).collect();
                Scalar::call("pack_array", args, KqlType::Dynamic, place)
            }
            ("prev" | "next" | "row_number" | "row_cumsum" | "row_rank" | "row_rank_dense" | "row_rank_min" | "row_window_session", _) => {
                self.needs_order(ctx, name, args)?;
                return Ok(None);
            }
            ("materialize", [_]) => return self.fail("KS141", span, "`materialize` yields a table, but one value is expected here"),
            (
                "table"
                | "database"
                | "cluster"
                | "external_table"
                | "materialized_view"
                | "stored_query_result"
                | "graph"
                | "entity_group",
                _,
            ) => {
                return self.fail("KS141", span, format!("`{}` names a table or a place, but one value is expected here", name.text));
            }
            _ => return Ok(None),
        }))
    }

    fn offset_now(&mut self, ctx: Ctx<'_>, op: &'static str, offset: &Arg, place: Span) -> Bind<Scalar> {
        let offset = self.scalar_of(ctx, &offset.value, KqlType::TimeSpan)?;
        Ok(Scalar::call(op, vec![now(place), offset], KqlType::DateTime, place))
    }

    /// A bag of columns under their names. With `ignore`, the first argument of `pack_all` says that empty values are left out.
    fn pack(&self, schema: &model::Schema, columns: &[usize], ignore: bool, place: Span) -> Scalar {
        let mut args = Vec::with_capacity(columns.len() * 2 + 1);
        if ignore {
            args.push(Scalar::literal(Value::Bool(true), place));
        }
        for &i in columns {
            let column = &schema.columns[i];
            args.push(Scalar::literal(Value::String(column.name.to_string()), place));
            args.push(Scalar::column(i, column.kql_type, place));
        }
        Scalar::call(if ignore { "pack_all" } else { "bag_pack" }, args, KqlType::Dynamic, place)
    }

    /// Functions over rows in order take their offsets and defaults as constants, and rows that are in order.
    fn needs_order(&mut self, ctx: Ctx<'_>, name: &Name, args: &[Arg]) -> Bind<()> {
        let Some(row) = ctx.row else {
            return self.fail("KS144", name.span, format!("`{}` may stand only where there are rows", name.text));
        };
        if !is_ordered(row.input) {
            return Err(Box::new(
                self.error("KS232", name.span, format!("`{}` needs rows in a fixed order", name.text))
                    .with_help("put `sort by …` or `serialize` before it"),
            ));
        }
        if matches!(name.text.as_str(), "prev" | "next") {
            for (i, arg) in args.iter().enumerate().skip(1) {
                let value = self.scalar(ctx, &arg.value)?;
                if !is_constant(&value) {
                    return self.fail("KS109", arg.value.span, format!("argument {} of `{}` must be a constant", i + 1, name.text));
                }
                let below_one = matches!(value.kind, ScalarKind::Literal(Value::Long(n)) if n < 1);
                if i == 1 && below_one {
                    return self.fail("KS109", arg.value.span, format!("the offset of `{}` must be at least 1", name.text));
                }
            }
        }
        Ok(())
    }
}

fn now(place: Span) -> Scalar {
    Scalar { kind: ScalarKind::Now, kql_type: KqlType::DateTime, span: place }
}
