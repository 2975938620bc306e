//! Functions of the query and of the workspace: their body is bound at each call, with the arguments in place of the parameters.

use crate::binder::{Any, Bind, Binder, Fail, is_elsewhere};
use crate::catalogue;
use crate::checked::{Rel, RelKind};
use crate::coerce;
use crate::rewrite;
use crate::scope::{Binding, Ctx, Env, UserFunction};
use kql_syntax::ast::{Arg, Expr, ExprKind, Literal, Name, Parameter, ParameterKind, StatementKind, TypeName};
use kql_syntax::{Diagnostic, Span};
use model::{KqlType, Value};
use std::rc::Rc;
use std::sync::Arc;

impl Binder<'_> {
    /// A call that may be a table: `f(x)`, `table('T')`, `materialize(…)`, `_GetWatchlist('…')`. `None` for any other.
    pub(crate) fn table_call(&mut self, ctx: Ctx<'_>, expr: &Expr, name: &Name, args: &[Arg]) -> Bind<Option<Any>> {
        if let Some(Binding::Function(f)) = ctx.env.get(&name.text) {
            let f = f.clone();
            return self.call(ctx, &f, args, expr.span, None).map(Some);
        }
        let constant = Ctx::constant(ctx.env);
        Ok(match (name.text.as_str(), args) {
            ("materialize", [arg]) => {
                let rel = self.table(constant, &arg.value)?;
                Some(Any::Table(self.materialized(rel)))
            }
            ("table", [arg, ..]) => {
                let wanted = Name { text: self.constant_text(constant, &arg.value)?, span: arg.value.span };
                match self.named_table(ctx, &wanted)? {
                    Some(rel) => Some(Any::Table(rel)),
                    None => return Err(self.unknown_table(ctx.env, &wanted)),
                }
            }
            ("_GetWatchlist", [arg, ..]) => {
                let alias = self.constant_text(constant, &arg.value)?;
                let Some(table) = self.catalog.watchlist(&alias) else {
                    return self.fail("PH0205", expr.span, format!("there is no watchlist with the alias `{alias}`"));
                };
                let schema = table.schema.schema.clone();
                Some(Any::Table(self.rel(RelKind::Table(Arc::new(table)), schema, expr.span)))
            }
            (place, _) if is_elsewhere(place) => return self.elsewhere(expr.span, place),
            ("external_table" | "materialized_view" | "stored_query_result" | "graph" | "entity_group", _) => {
                return self.refuse(expr.span, &format!("`{}`", name.text));
            }
            (text, _) if catalogue::function(text).is_none() && catalogue::aggregate(text).is_none() => {
                match self.stored_function(text, name.span)? {
                    Some(f) => Some(self.call(ctx, &f, args, expr.span, None)?),
                    None => None,
                }
            }
            _ => None,
        })
    }

    /// A table by its name, for `table('…')` and wildcards.
    fn named_table(&mut self, ctx: Ctx<'_>, name: &Name) -> Bind<Option<Arc<Rel>>> {
        if let Some(Binding::Table(rel)) = ctx.env.get(&name.text) {
            return Ok(Some(rel.clone()));
        }
        Ok(self.catalog_table(&name.text, name.span))
    }

    /// Computed once, whatever it is.
    pub(crate) fn materialized(&mut self, rel: Arc<Rel>) -> Arc<Rel> {
        if matches!(rel.kind, RelKind::Shared { .. }) {
            return rel;
        }
        let (schema, span, id) = (rel.schema.clone(), rel.span, self.fresh());
        Arc::new(Rel { kind: RelKind::Shared { id, input: rel }, schema, span })
    }

    /// A function of the workspace, parsed once.
    pub(crate) fn stored_function(&mut self, name: &str, at: Span) -> Bind<Option<Rc<UserFunction>>> {
        if let Some(f) = self.stored.get(name) {
            return Ok(Some(f.clone()));
        }
        let Some(stored) = self.catalog.function(name) else { return Ok(None) };
        let text = format!("let stored = ({}) {{\n{}\n}};", stored.parameters, stored.body);
        let parsed = kql_syntax::parse(&text);
        if let Some(error) = parsed.diagnostics.iter().find(|d| d.level == kql_syntax::Level::Error) {
            return self.fail(error.code, at, format!("the stored function `{name}` cannot be read: {}", error.message));
        }
        let function = parsed.script.statements.into_iter().find_map(|s| match s.kind {
            StatementKind::Let { value: Expr { kind: ExprKind::Function { view, parameters, body }, .. }, .. } => {
                Some((view, parameters, body))
            }
            _ => None,
        });
        let Some((view, parameters, body)) = function else {
            return self.fail("KS005", at, format!("the stored function `{name}` is not a function"));
        };
        let f = Rc::new(UserFunction { name: name.to_owned(), parameters, body, env: Env::default(), stored: true, view });
        self.stored.insert(name.to_owned(), f.clone());
        Ok(Some(f))
    }

    /// The value of a call. `piped` is the first argument of `T | invoke f(…)`.
    pub(crate) fn call(&mut self, ctx: Ctx<'_>, f: &Rc<UserFunction>, args: &[Arg], span: Span, piped: Option<Arc<Rel>>) -> Bind<Any> {
        if f.stored && self.calls.iter().any(|c| *c == f.name) {
            return self.fail("KS211", span, format!("the stored function `{}` calls itself", f.name));
        }
        let env = self.bind_parameters(ctx, f, args, span, piped)?;
        let outer_at = self.at;
        if f.stored {
            self.at = Some(self.span(span));
            self.calls.push(f.name.clone());
        }
        // `as` in a function names nothing outside of it.
        let named = self.named.len();
        let hidden = std::mem::take(&mut self.hidden);
        let result = self.nested(span, |this| this.statements(&f.body, &env, ctx.row_id));
        self.hidden = hidden;
        self.named.truncate(named);
        if f.stored {
            self.calls.pop();
            self.at = outer_at;
        }
        match result {
            Ok(Some((any, _))) => Ok(any),
            Ok(None) => self.fail("KS195", span, format!("the function `{}` has no value", f.name)),
            Err(error) if f.stored => Err(told_of(&f.name, error)),
            Err(error) => Err(error),
        }
    }

    fn bind_parameters(&mut self, ctx: Ctx<'_>, f: &UserFunction, args: &[Arg], span: Span, piped: Option<Arc<Rel>>) -> Bind<Env> {
        let mut given: Vec<Option<Given<'_>>> = f.parameters.iter().map(|_| None).collect();
        let mut next = 0;
        if let Some(rel) = piped {
            match given.first_mut() {
                Some(first) => *first = Some(Given::Table(rel)),
                None => return self.fail("KS119", span, format!("`{}` takes no table", f.name)),
            }
            next = 1;
        }
        for arg in args {
            let position = match &arg.name {
                Some(name) => match f.parameters.iter().position(|p| p.name.text == name.text) {
                    Some(i) => i,
                    None => {
                        let error = self.error("KS119", name.span, format!("`{}` has no parameter named `{}`", f.name, name.text));
                        let names = f.parameters.iter().map(|p| p.name.text.as_str());
                        return Err(match crate::suggest::nearest(&name.text, names) {
                            Some(near) => Box::new(error.with_help(format!("did you mean `{near}`?"))),
                            None => error,
                        });
                    }
                },
                None => {
                    next += 1;
                    next - 1
                }
            };
            match given.get_mut(position) {
                Some(slot @ None) => *slot = Some(Given::Expr(&arg.value)),
                Some(Some(_)) => {
                    return self.fail(
                        "KS119",
                        arg.value.span,
                        format!("the parameter `{}` is given twice", f.parameters[position].name.text),
                    );
                }
                None => {
                    return self.fail("KS119", arg.value.span, format!("`{}` expects at most {} arguments", f.name, f.parameters.len()));
                }
            }
        }
        let mut env = f.env.clone();
        for (parameter, given) in f.parameters.iter().zip(given) {
            let binding = match (given, &parameter.default) {
                (Some(Given::Table(rel)), _) => self.table_parameter(f, parameter, rel, span)?,
                (Some(Given::Expr(value)), _) => match &parameter.kind {
                    ParameterKind::Scalar(kind) => self.scalar_parameter(ctx, f, parameter, kind, value, span)?,
                    ParameterKind::AnyTable | ParameterKind::Table(_) => {
                        let rel = self.table(Ctx { row: None, aggregates: None, ..ctx }, value)?;
                        self.table_parameter(f, parameter, rel, value.span)?
                    }
                },
                (None, Some(default)) => {
                    let ParameterKind::Scalar(kind) = &parameter.kind else {
                        return self.fail("KS119", span, format!("the table `{}` of `{}` is missing", parameter.name.text, f.name));
                    };
                    let constant = Ctx::constant(&f.env);
                    self.scalar_parameter(constant, f, parameter, kind, default, span)?
                }
                (None, None) => {
                    return self.fail("KS119", span, format!("`{}` is called without its parameter `{}`", f.name, parameter.name.text));
                }
            };
            env = env.with(&parameter.name.text, binding);
        }
        Ok(env)
    }

    fn scalar_parameter(
        &mut self,
        ctx: Ctx<'_>,
        f: &UserFunction,
        parameter: &Parameter,
        kind: &Name,
        value: &Expr,
        span: Span,
    ) -> Bind<Binding> {
        let Some(kind) = KqlType::from_name(&kind.text) else {
            return self.fail(
                "KS005",
                span,
                format!("the parameter `{}` of `{}` has the unknown type `{}`", parameter.name.text, f.name, kind.text),
            );
        };
        let value = match (&value.kind, kind) {
            // `dynamic([])` is a literal; a lone string given for a dynamic is not read as JSON.
            (ExprKind::Literal(Literal::Null(_)), KqlType::String) => crate::checked::Scalar::literal(Value::String(String::new()), span),
            _ => self.scalar(ctx, value)?,
        };
        let found = value.kql_type;
        let Some(value) = coerce::assign(value, kind) else {
            return self.fail(
                "KS141",
                span,
                format!("the parameter `{}` of `{}` must be of type {kind}, not {found}", parameter.name.text, f.name),
            );
        };
        Ok(rewrite::binding(value, ctx.row_id))
    }

    fn table_parameter(&mut self, f: &UserFunction, parameter: &Parameter, rel: Arc<Rel>, span: Span) -> Bind<Binding> {
        let columns: &[TypeName] = match &parameter.kind {
            ParameterKind::Scalar(_) => {
                return self.fail(
                    "KS141",
                    span,
                    format!("the parameter `{}` of `{}` is one value, not a table", parameter.name.text, f.name),
                );
            }
            ParameterKind::AnyTable => &[],
            ParameterKind::Table(columns) => columns,
        };
        for column in columns {
            let Some(name) = &column.name else { continue };
            let kind = KqlType::from_name(&column.kind.text);
            match rel.schema.index_of(&name.text).map(|i| rel.schema.columns[i].kql_type) {
                Some(found) if Some(found) == kind => {}
                Some(found) => {
                    return self.fail(
                        "KS249",
                        span,
                        format!("`{}` needs the column `{}` as {}, not {found}", f.name, name.text, column.kind.text),
                    );
                }
                None => return self.fail("KS249", span, format!("`{}` needs a table with the column `{}`", f.name, name.text)),
            }
        }
        Ok(Binding::Table(self.shareable(rel)))
    }
}

enum Given<'e> {
    Expr(&'e Expr),
    Table(Arc<Rel>),
}

/// An error inside a stored function, told where the function is called.
fn told_of(name: &str, error: Fail) -> Fail {
    if error.message.starts_with("in the stored function") {
        return error;
    }
    let Diagnostic { message, .. } = &*error;
    let message = format!("in the stored function `{name}`: {message}");
    Box::new(Diagnostic { message, ..*error })
}
