//! Operators between scalars. Each becomes a call named by its text, with operands of the types it works on.

use crate::binder::{Bind, Binder};
use crate::checked::{Scalar, ScalarKind};
use crate::coerce::{convert, fits_int};
use crate::scope::Ctx;
use crate::types;
use kql_syntax::Span;
use kql_syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use model::{KqlType, Value};

/// The operator as Kusto writes it.
fn text(op: BinaryOp) -> &'static str {
    use BinaryOp as B;
    match op {
        B::Or => "or",
        B::And => "and",
        B::Equal => "==",
        B::NotEqual => "!=",
        B::Less => "<",
        B::LessOrEqual => "<=",
        B::Greater => ">",
        B::GreaterOrEqual => ">=",
        B::EqualTilde => "=~",
        B::NotEqualTilde => "!~",
        B::Add => "+",
        B::Subtract => "-",
        B::Multiply => "*",
        B::Divide => "/",
        B::Modulo => "%",
        B::Has => "has",
        B::NotHas => "!has",
        B::HasCs => "has_cs",
        B::NotHasCs => "!has_cs",
        B::HasPrefix => "hasprefix",
        B::NotHasPrefix => "!hasprefix",
        B::HasPrefixCs => "hasprefix_cs",
        B::NotHasPrefixCs => "!hasprefix_cs",
        B::HasSuffix => "hassuffix",
        B::NotHasSuffix => "!hassuffix",
        B::HasSuffixCs => "hassuffix_cs",
        B::NotHasSuffixCs => "!hassuffix_cs",
        B::Contains => "contains",
        B::NotContains => "!contains",
        B::ContainsCs => "contains_cs",
        B::NotContainsCs => "!contains_cs",
        B::StartsWith => "startswith",
        B::NotStartsWith => "!startswith",
        B::StartsWithCs => "startswith_cs",
        B::NotStartsWithCs => "!startswith_cs",
        B::EndsWith => "endswith",
        B::NotEndsWith => "!endswith",
        B::EndsWithCs => "endswith_cs",
        B::NotEndsWithCs => "!endswith_cs",
        B::MatchesRegex => "matches regex",
        B::Colon => ":",
        B::Assign => "=",
    }
}

impl Binder<'_> {
    pub(super) fn unary(&mut self, ctx: Ctx<'_>, op: UnaryOp, operand: &Expr, span: Span) -> Bind<Scalar> {
        let value = self.scalar(ctx, operand)?;
        let kind = value.kql_type;
        let place = self.span(span);
        if !kind.is_numeric() && kind != KqlType::TimeSpan {
            let sign = if op == UnaryOp::Minus { "-" } else { "+" };
            return self.fail("KS106", span, format!("the operator `{sign}` is not defined for {kind}"));
        }
        let value = if kind == KqlType::Int { convert(value, KqlType::Long) } else { value };
        if op == UnaryOp::Plus {
            return Ok(value);
        }
        let negative = match &value.kind {
            ScalarKind::Literal(Value::Long(n)) => Some(Value::Long(n.wrapping_neg())),
            ScalarKind::Literal(Value::Real(r)) => Some(Value::Real(-r)),
            ScalarKind::Literal(Value::TimeSpan(t)) => t.checked_neg().map(Value::TimeSpan),
            ScalarKind::Literal(null @ Value::Null(_)) => Some(null.clone()),
            _ => None,
        };
        Ok(match negative {
            Some(literal) => Scalar::literal(literal, place),
            None => {
                let kind = value.kql_type;
                Scalar::call("-", vec![value], kind, place)
            }
        })
    }

    pub(super) fn binary(&mut self, ctx: Ctx<'_>, op: BinaryOp, op_span: Span, left: &Expr, right: &Expr, span: Span) -> Bind<Scalar> {
        match op {
            BinaryOp::Assign => return self.fail("KS005", op_span, "a name may not be given here"),
            BinaryOp::Colon => return self.fail("KS005", op_span, "`:` may stand only in a search"),
            _ => {}
        }
        if matches!(left.kind, ExprKind::Star) {
            return self.any_column(ctx, op, op_span, right, span);
        }
        let left = self.scalar(ctx, left)?;
        let right = self.scalar(ctx, right)?;
        self.operate(op, op_span, left, right, span)
    }

    /// `* has "x"`: whether any column does.
    fn any_column(&mut self, ctx: Ctx<'_>, op: BinaryOp, op_span: Span, right: &Expr, span: Span) -> Bind<Scalar> {
        let Some(row) = ctx.row else { return self.fail("KS005", span, "`*` may not stand here") };
        let term = self.scalar(ctx, right)?;
        if term.kql_type != KqlType::String {
            return self.refuse(span, "`*` compared with anything but a string");
        }
        let place = self.span(span);
        let mut found: Option<Scalar> = None;
        for (i, column) in row.schema.columns.iter().enumerate() {
            if self.hidden.contains(&column.name) {
                continue;
            }
            let value = convert(Scalar::column(i, column.kql_type, place), KqlType::String);
            let test = self.operate(op, op_span, value, term.clone(), span)?;
            found = Some(match found {
                None => test,
                Some(before) => Scalar::call("or", vec![before, test], KqlType::Bool, place),
            });
        }
        Ok(found.unwrap_or_else(|| Scalar::literal(Value::Bool(false), place)))
    }

    /// An operator over operands that are bound.
    pub(crate) fn operate(&mut self, op: BinaryOp, op_span: Span, left: Scalar, right: Scalar, span: Span) -> Bind<Scalar> {
        use BinaryOp as B;
        let name = text(op);
        let (l, r) = (left.kql_type, right.kql_type);
        let place = self.span(span);
        let form = match op {
            B::And | B::Or => logical(l, r).map(|(l, r)| (l, r, KqlType::Bool)),
            B::Equal | B::NotEqual => types::equality(l, r).map(|(l, r)| (l, r, KqlType::Bool)),
            B::Less | B::LessOrEqual | B::Greater | B::GreaterOrEqual => types::ordering(l, r).map(|(l, r)| (l, r, KqlType::Bool)),
            B::Add | B::Subtract | B::Multiply | B::Divide | B::Modulo => types::arithmetic(name, l, r),
            _ => textual(l, r).map(|(l, r)| (l, r, KqlType::Bool)),
        };
        let Some((to_left, to_right, result)) = form else {
            return Err(self.no_operator(name, op_span, &left, &right));
        };
        let (mut to_left, mut to_right) = (to_left, to_right);
        // `IntColumn == 5` compares ints: a filter on a bare column can be pushed down.
        let compares = result == KqlType::Bool && to_left == KqlType::Long && to_right == KqlType::Long;
        if compares && ((l == KqlType::Int && fits_int(&right)) || (r == KqlType::Int && fits_int(&left))) {
            (to_left, to_right) = (KqlType::Int, KqlType::Int);
        }
        Ok(Scalar::call(name, vec![convert(left, to_left), convert(right, to_right)], result, place))
    }

    fn no_operator(&self, name: &str, op_span: Span, left: &Scalar, right: &Scalar) -> crate::binder::Fail {
        let (l, r) = (left.kql_type, right.kql_type);
        let error = self.error("KS106", op_span, format!("the operator `{name}` is not defined for {l} and {r}"));
        let help = match (name, l, r) {
            ("+", KqlType::String, _) | ("+", _, KqlType::String) => "join texts with `strcat(…)`".to_owned(),
            (_, KqlType::Dynamic, KqlType::Dynamic) => "say what the values are: `tostring(…)`, `tolong(…)`, …".to_owned(),
            ("==" | "!=" | "<" | "<=" | ">" | ">=", KqlType::String, other)
            | ("==" | "!=" | "<" | "<=" | ">" | ">=", other, KqlType::String)
                if other != KqlType::String =>
            {
                format!("convert one side: `{}(…)`", crate::coerce::function(other))
            }
            ("<" | "<=" | ">" | ">=", KqlType::String, _) => "texts have no order here; compare them with `strcmp(…)`".to_owned(),
            (_, KqlType::Dynamic, other) | (_, other, KqlType::Dynamic) => {
                format!("convert the dynamic: `{}(…)`", crate::coerce::function(other))
            }
            _ => return error,
        };
        Box::new(error.with_help(help))
    }

    pub(super) fn between(&mut self, ctx: Ctx<'_>, negated: bool, operand: &Expr, low: &Expr, high: &Expr, span: Span) -> Bind<Scalar> {
        let value = self.scalar(ctx, operand)?;
        let low = self.scalar(ctx, low)?;
        let mut high = self.scalar(ctx, high)?;
        let (v, l, h) = (value.kql_type, low.kql_type, high.kql_type);
        let name = if negated { "!between" } else { "between" };
        let place = self.span(span);
        let kind = match (v, l, h) {
            (KqlType::DateTime, KqlType::DateTime, KqlType::TimeSpan) => {
                // `start .. length`.
                high = Scalar::call("+", vec![low.clone(), high], KqlType::DateTime, place);
                Some(KqlType::DateTime)
            }
            (KqlType::DateTime, KqlType::DateTime, KqlType::DateTime) | (KqlType::TimeSpan, KqlType::TimeSpan, KqlType::TimeSpan) => {
                Some(v)
            }
            _ => types::wider(v, l).and_then(|w| types::wider(w, h)),
        };
        let Some(kind) = kind else {
            return self.fail("KS106", span, format!("the operator `{name}` is not defined for {v}, {l} and {h}"));
        };
        let args = vec![convert(value, kind), convert(low, kind), convert(high, kind)];
        Ok(Scalar::call(name, args, KqlType::Bool, place))
    }
}

/// What the operands of `and` and `or` become.
fn logical(left: KqlType, right: KqlType) -> Option<(KqlType, KqlType)> {
    let fits = |kind| matches!(kind, KqlType::Bool | KqlType::Dynamic);
    (fits(left) && fits(right)).then_some((KqlType::Bool, KqlType::Bool))
}

/// What the operands of a text operator become: a dynamic is read as text.
fn textual(left: KqlType, right: KqlType) -> Option<(KqlType, KqlType)> {
    let fits = |kind| matches!(kind, KqlType::String | KqlType::Dynamic);
    (fits(left) && fits(right)).then_some((KqlType::String, KqlType::String))
}
