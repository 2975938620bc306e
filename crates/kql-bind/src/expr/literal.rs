//! Literals as constants.

use kql_syntax::ast::{Dynamic, Literal};
use model::{KqlType, Value};

/// Marks a dynamic whose text holds scalars that JSON has no form for, and each of these.
const MARK: char = '\u{1}';

/// The constant; `None` where the literal's text is not of its type.
pub(crate) fn value(literal: &Literal) -> Option<Value> {
    Some(match literal {
        Literal::Bool(b) => Value::Bool(*b),
        Literal::Long(n) => Value::Long(*n),
        Literal::Int(n) => Value::Int(*n),
        Literal::Real(r) => Value::Real(*r),
        Literal::Decimal(text) => Value::Decimal(text.clone()),
        Literal::DateTime(ticks) => Value::DateTime(*ticks),
        Literal::TimeSpan(ticks) => Value::TimeSpan(*ticks),
        Literal::Guid(text) => Value::Guid(text.clone()),
        Literal::String(text) => Value::String(text.clone()),
        Literal::Dynamic(Dynamic::Null) => Value::Null(KqlType::Dynamic),
        Literal::Dynamic(dynamic) => Value::Dynamic(text(dynamic)?),
        Literal::Null(kind) => match KqlType::from_name(kind)? {
            // There is no null string.
            KqlType::String => Value::String(String::new()),
            kind => Value::Null(kind),
        },
        Literal::Bad => return None,
    })
}

/// The text of a dynamic: JSON where that can carry it, else the marked form.
fn text(dynamic: &Dynamic) -> Option<String> {
    let mut typed = false;
    let json = json(dynamic, &mut typed)?;
    let text = json.to_string();
    Some(if typed { format!("{MARK}{text}") } else { text })
}

fn json(dynamic: &Dynamic, typed: &mut bool) -> Option<serde_json::Value> {
    use serde_json::Value as Json;
    Some(match dynamic {
        Dynamic::Null => Json::Null,
        Dynamic::Array(items) => Json::Array(items.iter().map(|i| json(i, typed)).collect::<Option<_>>()?),
        Dynamic::Bag(items) => Json::Object(items.iter().map(|(k, v)| Some((k.clone(), json(v, typed)?))).collect::<Option<_>>()?),
        Dynamic::Scalar(literal) => {
            let mut marked = |letter: char, text: &str| {
                *typed = true;
                Json::String(format!("{MARK}{letter}{text}"))
            };
            match &**literal {
                Literal::Bool(b) => Json::Bool(*b),
                Literal::Long(n) => (*n).into(),
                Literal::Int(n) => (*n).into(),
                Literal::Real(r) => match serde_json::Number::from_f64(*r) {
                    Some(number) => Json::Number(number),
                    None if r.is_nan() => marked('r', "NaN"),
                    None => marked('r', if *r > 0.0 { "Infinity" } else { "-Infinity" }),
                },
                Literal::Decimal(text) => marked('m', text),
                Literal::DateTime(ticks) => marked('d', &ticks.to_string()),
                Literal::TimeSpan(ticks) => marked('t', &ticks.to_string()),
                Literal::Guid(text) => marked('g', text),
                Literal::String(text) if text.starts_with(MARK) => marked('s', text),
                Literal::String(text) => Json::String(text.clone()),
                Literal::Dynamic(inner) => json(inner, typed)?,
                Literal::Null(_) => Json::Null,
                Literal::Bad => return None,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dynamics_keep_what_json_cannot_carry() {
        let plain = Dynamic::Bag(vec![("a".into(), Dynamic::Scalar(Box::new(Literal::Long(1)))), ("b".into(), Dynamic::Null)]);
        assert_eq!(value(&Literal::Dynamic(plain)), Some(Value::Dynamic(r#"{"a":1,"b":null}"#.into())));
        let typed = Dynamic::Array(vec![Dynamic::Scalar(Box::new(Literal::DateTime(5)))]);
        assert_eq!(value(&Literal::Dynamic(typed)), Some(Value::Dynamic("\u{1}[\"\\u0001d5\"]".into())));
    }
}
