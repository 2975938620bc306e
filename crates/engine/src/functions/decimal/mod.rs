//! Exact decimal numbers: conversion, arithmetic, comparison. What leaves the 38 digits that are kept is null.

mod number;

use super::args::{booleans, kernel, longs, nullable_texts, reals, texts};
use super::{Arg, Call, FunctionError, Resolved};
use crate::dynamic::DynValue;
use model::KqlType;
pub use number::Number;
use std::cmp::Ordering;

pub(crate) fn resolve(call: &Call) -> Resolved {
    let types = call.types();
    let any = types.contains(&KqlType::Decimal);
    match (call.name, types.as_slice()) {
        ("todecimal", [KqlType::Guid | KqlType::Bool | KqlType::DateTime | KqlType::TimeSpan]) => None,
        ("todecimal", [_]) => {
            let from = types[0];
            kernel(call, move |args, rows| {
                let read = Column::new(&args[0], from)?;
                Ok(nullable_texts(rows, |row, out| write(out, read.get(row))))
            })
        }
        ("-", [KqlType::Decimal]) => kernel(call, |args, rows| {
            let read = Column::new(&args[0], KqlType::Decimal)?;
            Ok(nullable_texts(rows, |row, out| write(out, read.get(row).map(Number::negated))))
        }),
        ("abs", [KqlType::Decimal]) => kernel(call, |args, rows| {
            let read = Column::new(&args[0], KqlType::Decimal)?;
            Ok(nullable_texts(rows, |row, out| write(out, read.get(row).map(Number::absolute))))
        }),
        ("bin" | "floor", [a, b]) if any && call.returns == KqlType::Decimal && is_number(*a) && is_number(*b) => {
            let (a, b) = (*a, *b);
            kernel(call, move |args, rows| {
                let (value, size) = (Column::new(&args[0], a)?, Column::new(&args[1], b)?);
                Ok(nullable_texts(rows, |row, out| write(out, value.get(row).zip(size.get(row)).and_then(|(v, s)| v.down_to(s)))))
            })
        }
        ("+" | "-" | "*" | "/" | "%", [a, b]) if any && call.returns == KqlType::Decimal && is_number(*a) && is_number(*b) => {
            let (a, b) = (*a, *b);
            let operation: fn(Number, Number) -> Option<Number> = match call.name {
                "+" => Number::plus,
                "-" => |a, b| a.plus(b.negated()),
                "*" => Number::times,
                "/" => Number::over,
                _ => Number::modulo,
            };
            kernel(call, move |args, rows| {
                let (left, right) = (Column::new(&args[0], a)?, Column::new(&args[1], b)?);
                Ok(nullable_texts(rows, |row, out| write(out, left.get(row).zip(right.get(row)).and_then(|(x, y)| operation(x, y)))))
            })
        }
        ("==" | "!=" | "<" | "<=" | ">" | ">=", [a, b]) if any && is_number(*a) && is_number(*b) => {
            let (a, b) = (*a, *b);
            let name = call.name.to_owned();
            kernel(call, move |args, rows| {
                let (left, right) = (Column::new(&args[0], a)?, Column::new(&args[1], b)?);
                Ok(booleans(rows, |row| verdict(&name, left.get(row), right.get(row))))
            })
        }
        _ => None,
    }
}

fn is_number(kql_type: KqlType) -> bool {
    matches!(kql_type, KqlType::Int | KqlType::Long | KqlType::Real | KqlType::Decimal)
}

fn write(out: &mut String, number: Option<Number>) -> bool {
    match number {
        Some(number) => {
            number.write(out);
            true
        }
        None => false,
    }
}

fn verdict(name: &str, a: Option<Number>, b: Option<Number>) -> Option<bool> {
    let order = match (a, b) {
        (Some(a), Some(b)) => a.compare(b),
        (None, None) => return None,
        _ => {
            return match name {
                "==" => Some(false),
                "!=" => Some(true),
                _ => None,
            };
        }
    };
    Some(match name {
        "==" => order == Ordering::Equal,
        "!=" => order != Ordering::Equal,
        "<" => order == Ordering::Less,
        "<=" => order != Ordering::Greater,
        ">" => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

/// A column of numbers, read as decimals.
enum Column {
    Whole(super::args::Cells<arrow::array::Int64Array>),
    Real(super::args::Cells<arrow::array::Float64Array>),
    Text(super::args::Cells<arrow::array::StringViewArray>, bool),
}

impl Column {
    fn new(arg: &Arg, kql_type: KqlType) -> Result<Self, FunctionError> {
        Ok(match kql_type {
            KqlType::Int | KqlType::Long => Self::Whole(longs(arg)?),
            KqlType::Real => Self::Real(reals(arg)?),
            _ => Self::Text(texts(arg)?, kql_type == KqlType::Dynamic),
        })
    }

    fn get(&self, row: usize) -> Option<Number> {
        match self {
            Self::Whole(cells) => cells.get(row).map(Number::from_long),
            Self::Real(cells) => Number::from_real(cells.get(row)?),
            Self::Text(cells, false) => Number::parse(cells.get(row)?),
            Self::Text(cells, true) => match DynValue::parse(cells.get(row)?) {
                DynValue::Long(n) => Some(Number::from_long(n)),
                DynValue::Real(x) => Number::from_real(x),
                DynValue::Decimal(text) | DynValue::String(text) => Number::parse(&text),
                _ => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::testing::check;
    use Value::{Bool, Decimal, Long, Null, Real};
    use model::{KqlType, Value};

    fn d(text: &str) -> Value {
        Decimal(text.to_owned())
    }

    fn text(s: &str) -> Value {
        Value::String(s.to_owned())
    }

    #[test]
    fn decimals() {
        check(&[
            ("todecimal", &[text("3.14159265358979323846")], d("3.14159265358979323846")),
            ("todecimal", &[text("-0.0")], d("0")),
            ("todecimal", &[text("1e3")], d("1000")),
            ("todecimal", &[text("x")], Null(KqlType::Decimal)),
            ("todecimal", &[Long(100)], d("100")),
            ("todecimal", &[Real(0.1)], d("0.1")),
            ("+", &[d("0.1"), d("0.2")], d("0.3")),
            ("-", &[d("0.3"), d("0.3")], d("0")),
            ("*", &[d("1.5"), Long(2)], d("3")),
            ("/", &[Long(1), d("4")], d("0.25")),
            ("/", &[d("1"), d("0")], Null(KqlType::Decimal)),
            ("%", &[d("10"), d("3")], d("1")),
            ("-", &[d("1.5")], d("-1.5")),
            ("abs", &[d("-1.5")], d("1.5")),
            ("bin", &[d("-5.5"), Long(2)], d("-6")),
            ("bin", &[d("5.5"), d("0")], Null(KqlType::Decimal)),
            ("==", &[d("1.50"), d("1.5")], Bool(true)),
            ("<", &[d("1.49"), Real(1.5)], Bool(true)),
            ("!=", &[Null(KqlType::Decimal), d("1")], Bool(true)),
        ]);
    }
}
