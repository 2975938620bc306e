//! `iff`, `case`, `coalesce`, `max_of`, `min_of`. Branches come widened to one type.

use super::args::{bools, error, kernel, longs, numbers, reals, texts};
use super::{Arg, Call, FunctionError, Resolved};
use arrow::array::{Array, ArrayRef, BooleanArray, Datum};
use arrow::buffer::BooleanBuffer;
use arrow::compute;
use arrow::compute::kernels::zip::zip;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use model::KqlType;
use std::sync::Arc;

pub(crate) fn resolve(call: &Call) -> Resolved {
    match (call.name, call.args.len()) {
        ("iff" | "iif", 3) => case(call),
        ("case", count) if count >= 3 && count % 2 == 1 => case(call),
        ("coalesce", 1..) => coalesce(call),
        ("max_of" | "min_of", 1..) => extreme(call),
        _ => None,
    }
}

impl Datum for Arg {
    fn get(&self) -> (&dyn Array, bool) {
        (self.array().as_ref(), self.is_constant())
    }
}

/// Whether a branch of that type can stand for the call's type: the same, or a smaller number.
fn fits(from: KqlType, to: KqlType) -> bool {
    from == to || matches!((from, to), (KqlType::Int, KqlType::Long | KqlType::Real) | (KqlType::Long, KqlType::Real))
}

fn widened(arg: &Arg, to: &DataType) -> Result<Arg, FunctionError> {
    if arg.array().data_type() == to {
        return Ok(arg.clone());
    }
    let array = compute::cast(arg.array(), to).map_err(|e| error("a condition", e))?;
    Ok(if arg.is_constant() { Arg::Constant(array) } else { Arg::Column(array) })
}

/// Where a condition holds; null does not.
fn mask(arg: &Arg, rows: usize) -> Result<BooleanArray, FunctionError> {
    let values = bools(arg)?;
    if values.is_constant() {
        let holds = values.get(0) == Some(true);
        return Ok(BooleanArray::new(if holds { BooleanBuffer::new_set(rows) } else { BooleanBuffer::new_unset(rows) }, None));
    }
    Ok(match values.array.nulls() {
        None => values.array,
        Some(nulls) => BooleanArray::new(values.array.values() & nulls.inner(), None),
    })
}

fn choose(mask: &BooleanArray, yes: &Arg, no: &Arg) -> Result<Arg, FunctionError> {
    Ok(Arg::Column(zip(mask, yes, no).map_err(|e| error("a condition", e))?))
}

/// Conditions and values in turn, then what is left.
fn case(call: &Call) -> Resolved {
    let types = call.types();
    let (last, pairs) = types.split_last()?;
    let conditions_hold = pairs.chunks(2).all(|pair| pair[0] == KqlType::Bool && fits(pair[1], call.returns));
    if !conditions_hold || !fits(*last, call.returns) {
        return None;
    }
    let layout = call.returns.arrow();
    kernel(call, move |args, rows| {
        let Some((last, pairs)) = args.split_last() else { return Err(error("case", "no arguments")) };
        let mut result = widened(last, &layout)?;
        for pair in pairs.rchunks(2) {
            let [condition, value] = pair else { return Err(error("case", "a condition without a value")) };
            result = choose(&mask(condition, rows)?, &widened(value, &layout)?, &result)?;
        }
        result.expanded(rows)
    })
}

/// The first that is not null; of strings the first that is not empty.
fn coalesce(call: &Call) -> Resolved {
    if !call.types().iter().all(|t| fits(*t, call.returns)) {
        return None;
    }
    let (layout, is_string) = (call.returns.arrow(), call.returns == KqlType::String);
    kernel(call, move |args, rows| {
        let Some((last, before)) = args.split_last() else { return Err(error("coalesce", "no arguments")) };
        let mut result = widened(last, &layout)?;
        for arg in before.iter().rev() {
            let there = if is_string {
                let text = texts(arg)?;
                BooleanBuffer::collect_bool(rows, |row| !text.text(row).is_empty())
            } else {
                match (arg.array().logical_nulls(), arg.is_constant()) {
                    (None, _) => BooleanBuffer::new_set(rows),
                    (Some(nulls), false) => nulls.inner().clone(),
                    (Some(nulls), true) => BooleanBuffer::collect_bool(rows, |_| nulls.is_valid(0)),
                }
            };
            result = choose(&BooleanArray::new(there, None), &widened(arg, &layout)?, &result)?;
        }
        result.expanded(rows)
    })
}

/// Nulls do not count.
fn extreme(call: &Call) -> Resolved {
    if !call.types().iter().all(|t| fits(*t, call.returns)) {
        return None;
    }
    let max = call.name == "max_of";
    match call.returns {
        KqlType::Real => kernel(call, move |args, rows| {
            let columns = args.iter().map(reals).collect::<Result<Vec<_>, _>>()?;
            Ok(numbers::<Float64Type>(rows, |row| {
                columns.iter().filter_map(|c| c.get(row)).reduce(|a, b| if (max && a < b) || (!max && b < a) { b } else { a })
            }))
        }),
        KqlType::Int | KqlType::Long | KqlType::DateTime | KqlType::TimeSpan => {
            let returns = call.returns;
            kernel(call, move |args, rows| {
                let columns = args.iter().map(longs).collect::<Result<Vec<_>, _>>()?;
                let best = numbers::<Int64Type>(rows, |row| {
                    columns.iter().filter_map(|c| c.get(row)).reduce(if max { i64::max } else { i64::min })
                });
                compute::cast(&best, &returns.arrow()).map_err(|e| error("max_of", e))
            })
        }
        KqlType::String => kernel(call, move |args, rows| {
            let columns = args.iter().map(texts).collect::<Result<Vec<_>, _>>()?;
            let mut builder = arrow::array::StringViewBuilder::with_capacity(rows);
            for row in 0..rows {
                let best = columns.iter().map(|c| c.text(row)).reduce(|a, b| if (a < b) == max { b } else { a });
                builder.append_value(best.unwrap_or_default());
            }
            Ok(Arc::new(builder.finish()) as ArrayRef)
        }),
        KqlType::Bool | KqlType::Decimal | KqlType::Guid | KqlType::Dynamic => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::testing::{check, eval};
    use Value::{Bool, DateTime, Dynamic, Int, Long, Null, Real};
    use model::{KqlType, Value};

    fn text(s: &str) -> Value {
        Value::String(s.to_owned())
    }

    #[test]
    fn conditions() {
        check(&[
            ("iff", &[Bool(true), Long(1), Long(2)], Long(1)),
            ("iif", &[Null(KqlType::Bool), text("t"), text("f")], text("f")),
            ("iff", &[Bool(false), Int(1), Real(2.0)], Real(2.0)),
            ("iff", &[Bool(true), Null(KqlType::Long), Long(2)], Null(KqlType::Long)),
            ("iff", &[Bool(true), Dynamic("{}".into()), Null(KqlType::Dynamic)], Dynamic("{}".into())),
            ("case", &[Null(KqlType::Bool), text("a"), Bool(true), text("b"), text("c")], text("b")),
            ("case", &[Bool(false), Long(1), Bool(false), Long(2), Long(3)], Long(3)),
        ]);
        assert_eq!(eval("iff", &[Bool(true), Long(1), text("x")], KqlType::String), None);
    }

    #[test]
    fn first_and_best() {
        check(&[
            ("coalesce", &[Null(KqlType::Int), Int(5), Int(7)], Int(5)),
            ("coalesce", &[Null(KqlType::Int), Long(5)], Long(5)),
            ("coalesce", &[text(""), text(""), text("x")], text("x")),
            ("coalesce", &[text(""), text("")], text("")),
            ("max_of", &[Int(1), Int(6)], Int(6)),
            ("max_of", &[Null(KqlType::Int), Int(2)], Int(2)),
            ("min_of", &[Null(KqlType::Int), Null(KqlType::Int)], Null(KqlType::Int)),
            ("min_of", &[Real(f64::NAN), Real(1.0)], Real(f64::NAN)),
            ("min_of", &[Long(10), Long(1), Long(-3), Long(17)], Long(-3)),
            ("max_of", &[DateTime(5), DateTime(7)], DateTime(7)),
        ]);
    }
}
