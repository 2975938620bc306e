//! Calls: of the query's functions, of Kusto's, of the workspace's.

use crate::binder::{Any, Bind, Binder};
use crate::catalogue::{self, Entry, Misfit, canonical, choose};
use crate::checked::{Scalar, ScalarKind};
use crate::coerce::convert;
use crate::scope::{Binding, Ctx};
use crate::suggest;
use crate::types::TypeSet;
use kql_syntax::Span;
use kql_syntax::ast::{Arg, Expr, ExprKind, Name};
use model::{KqlType, Value};

impl Binder<'_> {
    pub(super) fn scalar_call(&mut self, ctx: Ctx<'_>, expr: &Expr, name: &Name, args: &[Arg]) -> Bind<Scalar> {
        if let Some(Binding::Function(f)) = ctx.env.get(&name.text) {
            let f = f.clone();
            return self.one_value(ctx, &f, args, name, expr.span);
        }
        if let Some(value) = self.special(ctx, name, args, expr.span)? {
            return Ok(value);
        }
        if ctx.aggregates.is_some()
            && let Some(entry) = catalogue::aggregate(&name.text)
        {
            return self.aggregate(ctx, entry, args, expr.span);
        }
        if let Some(entry) = catalogue::function(&name.text) {
            return self.builtin(ctx, entry, name, args, expr.span);
        }
        if catalogue::aggregate(&name.text).is_some() {
            return Err(Box::new(
                self.error("KS144", name.span, format!("the aggregate `{}` may not stand here", name.text))
                    .with_help("aggregates belong in `summarize`"),
            ));
        }
        if let Some(f) = self.stored_function(&name.text, name.span)? {
            return self.one_value(ctx, &f, args, name, expr.span);
        }
        Err(self.unknown_function(ctx, name))
    }

    fn one_value(
        &mut self,
        ctx: Ctx<'_>,
        f: &std::rc::Rc<crate::scope::UserFunction>,
        args: &[Arg],
        name: &Name,
        span: Span,
    ) -> Bind<Scalar> {
        match self.call(ctx, f, args, span, None)? {
            Any::Scalar(value) => Ok(value),
            Any::Table(_) => Err(Box::new(
                self.error("KS141", span, format!("`{}` returns a table, but one value is expected here", name.text))
                    .with_help("take one value with `toscalar(…)`"),
            )),
        }
    }

    pub(crate) fn unknown_function(&self, ctx: Ctx<'_>, name: &Name) -> crate::binder::Fail {
        let stored = self.catalog.functions();
        let mut candidates: Vec<&str> = catalogue::function_names().collect();
        candidates.extend(ctx.env.iter().filter(|(_, b)| matches!(b, Binding::Function(_))).map(|(n, _)| n));
        candidates.extend(stored.iter().map(|f| &**f));
        let error = self.error("KS211", name.span, format!("there is no function named `{}`", name.text));
        match suggest::nearest(&name.text, candidates.into_iter()) {
            Some(near) => Box::new(error.with_help(format!("did you mean `{near}`?"))),
            None => error,
        }
    }

    /// A scalar function of Kusto's.
    fn builtin(&mut self, ctx: Ctx<'_>, entry: &'static Entry, name: &Name, args: &[Arg], span: Span) -> Bind<Scalar> {
        let args = self.arguments(ctx, entry.name, args)?;
        let arrays = args.iter().filter(|a| a.value.kql_type == KqlType::Dynamic).count();
        if matches!(entry.name, "array_sort_asc" | "array_sort_desc") && arrays > 1 {
            return self.refuse(span, &format!("`{}` of several arrays, which yields several columns,", entry.name));
        }
        let mut value = self.fit(entry, name, args, span)?;
        if entry.name == "datetime_diff"
            && let Some(ScalarKind::Literal(Value::String(part))) = value_args(&value).first().map(|a| &a.kind)
            && part.eq_ignore_ascii_case("week")
        {
            value.kql_type = KqlType::Real;
        }
        if entry.name == "replace"
            && let ScalarKind::Call { name, args } = &mut value.kind
        {
            // The old order was regex, rewrite, source.
            *name = "replace_regex";
            args.rotate_right(1);
        }
        Ok(value)
    }

    /// Binds arguments; a `typeof` gives its type's name, with the type.
    pub(super) fn arguments(&mut self, ctx: Ctx<'_>, function: &str, args: &[Arg]) -> Bind<Vec<Argument>> {
        let mut bound = Vec::with_capacity(args.len());
        for arg in args {
            if let Some(name) = &arg.name {
                return self.fail("KS005", name.span, format!("`{function}` takes its arguments by position, not by name"));
            }
            let span = self.span(arg.value.span);
            bound.push(match &arg.value.kind {
                ExprKind::TypeOf(types) => match types.as_slice() {
                    [one] if one.name.is_none() => {
                        let Some(kind) = KqlType::from_name(&one.kind.text) else {
                            return self.fail("KS005", one.kind.span, format!("there is no type named `{}`", one.kind.text));
                        };
                        Argument { value: Scalar::literal(Value::String(kind.name().to_owned()), span), type_of: Some(kind) }
                    }
                    _ => return self.fail("KS005", arg.value.span, "one type is expected here"),
                },
                _ => Argument { value: self.scalar(ctx, &arg.value)?, type_of: None },
            });
        }
        Ok(bound)
    }

    /// The call in the form that its arguments choose.
    pub(super) fn fit(&mut self, entry: &'static Entry, name: &Name, args: Vec<Argument>, span: Span) -> Bind<Scalar> {
        let types: Vec<Option<KqlType>> = args.iter().map(|a| if a.type_of.is_some() { None } else { Some(a.value.kql_type) }).collect();
        let literal = args.iter().rev().find_map(|a| a.type_of);
        let chosen = match choose(entry, &types, literal) {
            Ok(chosen) => chosen,
            Err(misfit) => return Err(self.misfit(entry, name, &args, misfit, span)),
        };
        let Some(returns) = chosen.returns else {
            let what = if chosen.tuple {
                format!("`{}`, which yields several columns,", entry.name)
            } else {
                format!("`{}` in this place", entry.name)
            };
            return self.refuse(span, &what);
        };
        let args = args.into_iter().zip(chosen.args).map(|(arg, to)| match to {
            Some(to) => convert(arg.value, to),
            None => arg.value,
        });
        Ok(Scalar::call(canonical(entry.name), args.collect(), returns, self.span(span)))
    }

    fn misfit(&self, entry: &Entry, name: &Name, args: &[Argument], misfit: Misfit, span: Span) -> crate::binder::Fail {
        match misfit {
            Misfit::Count(counts) => self.error("KS119", name.span, format!("`{}` expects {counts}, not {}", entry.name, args.len())),
            Misfit::Type(i, accepts) => {
                let (at, found) = args
                    .get(i)
                    .map_or((span, "nothing"), |a| (a.value.span, if a.type_of.is_some() { "type" } else { a.value.kql_type.name() }));
                let wanted = if accepts == TypeSet::NONE { "a type, as in `typeof(long)`".to_owned() } else { accepts.describe() };
                let error = Box::new(kql_syntax::Diagnostic::error(
                    "KS141",
                    at,
                    format!("argument {} of `{}` must be {wanted}, not {found}", i + 1, entry.name),
                ));
                let one = KqlType::ALL.into_iter().find(|t| accepts == TypeSet::of(&[*t]));
                match one {
                    Some(kind) if kind != KqlType::Dynamic => {
                        Box::new(error.with_help(format!("convert it: `{}(…)`", crate::coerce::function(kind))))
                    }
                    _ => error,
                }
            }
            Misfit::NoCommon => {
                // The condition of an `iff` is not one of them.
                let first = usize::from(matches!(entry.name, "iff" | "iif"));
                let kinds: Vec<&str> = args.iter().skip(first).map(|a| a.value.kql_type.name()).collect();
                let error = self.error("KS232", span, format!("the values of `{}` have no common type: {}", entry.name, kinds.join(", ")));
                if args.iter().any(|a| a.value.kql_type == KqlType::Real) {
                    return Box::new(error.with_help("make all of them reals: `toreal(…)`, `1.0`"));
                }
                error
            }
        }
    }
}

fn value_args(value: &Scalar) -> &[Scalar] {
    match &value.kind {
        ScalarKind::Call { args, .. } => args,
        _ => &[],
    }
}

/// An argument, bound.
pub(super) struct Argument {
    pub(super) value: Scalar,
    /// Set where the argument is a `typeof`.
    pub(super) type_of: Option<KqlType>,
}
