//! Conversions that Kusto makes by itself, written out as calls, so that an engine converts nothing unasked.

use crate::checked::{Scalar, ScalarKind};
use crate::types;
use model::{KqlType, Value};

/// The function that converts to a type.
pub(crate) fn function(to: KqlType) -> &'static str {
    match to {
        KqlType::Bool => "tobool",
        KqlType::Int => "toint",
        KqlType::Long => "tolong",
        KqlType::Real => "toreal",
        KqlType::Decimal => "todecimal",
        KqlType::DateTime => "todatetime",
        KqlType::TimeSpan => "totimespan",
        KqlType::Guid => "toguid",
        KqlType::String => "tostring",
        KqlType::Dynamic => "parse_json",
    }
}

/// The expression as a value of another type: a constant where that is plain, else a call.
pub(crate) fn convert(value: Scalar, to: KqlType) -> Scalar {
    if value.kql_type == to {
        return value;
    }
    let span = value.span;
    if let ScalarKind::Literal(literal) = &value.kind
        && let Some(adapted) = adapt(literal, to)
    {
        return Scalar { kind: ScalarKind::Literal(adapted), kql_type: to, span };
    }
    Scalar::call(function(to), vec![value], to, span)
}

/// Whether the value is an integer constant that an int holds, so that the column beside it need not be widened.
pub(crate) fn fits_int(value: &Scalar) -> bool {
    match value.kind {
        ScalarKind::Literal(Value::Long(n)) => i32::try_from(n).is_ok(),
        ScalarKind::Literal(Value::Int(_)) => true,
        _ => false,
    }
}

/// A constant as one of another type, where nothing is lost.
fn adapt(value: &Value, to: KqlType) -> Option<Value> {
    let integer = match value {
        Value::Null(_) if to != KqlType::String => return Some(Value::Null(to)),
        Value::Int(n) => i64::from(*n),
        Value::Long(n) => *n,
        _ => return None,
    };
    Some(match to {
        KqlType::Int => Value::Int(i32::try_from(integer).ok()?),
        KqlType::Long => Value::Long(integer),
        // Beyond 2^53 a real may not hold it: left to the engine's conversion.
        KqlType::Real if integer.unsigned_abs() <= 1 << 53 => Value::Real(integer as f64),
        KqlType::Decimal => Value::Decimal(integer.to_string()),
        _ => return None,
    })
}

/// The value for a parameter or column of a declared type; `None` where it does not become that by itself.
pub(crate) fn assign(value: Scalar, to: KqlType) -> Option<Scalar> {
    let from = value.kql_type;
    if from == to || types::widens(from, to) {
        return Some(convert(value, to));
    }
    let literal = matches!(value.kind, ScalarKind::Literal(_));
    match (from, to) {
        // A literal has no type of its own where another is asked for.
        (KqlType::Long, KqlType::Int) if literal => Some(convert(value, to)),
        (KqlType::Dynamic, KqlType::String) => Some(convert(value, to)),
        (_, _) if matches!(&value.kind, ScalarKind::Literal(Value::Null(_))) => Some(convert(value, to)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kql_syntax::Span;

    #[test]
    fn constants_adapt_and_columns_are_converted() {
        let literal = convert(Scalar::literal(Value::Long(5), Span::default()), KqlType::Real);
        assert!(matches!(literal.kind, ScalarKind::Literal(Value::Real(r)) if r == 5.0));
        let column = convert(Scalar::column(0, KqlType::Int, Span::default()), KqlType::Long);
        assert!(matches!(column.kind, ScalarKind::Call { name: "tolong", .. }));
        assert!(assign(Scalar::column(0, KqlType::String, Span::default()), KqlType::Long).is_none());
    }
}
