//! Conversions to what is laid out as a number or a Boolean.

use super::from_dynamic::real_to_long;
use super::{dynamic_to_bool, dynamic_to_datetime, dynamic_to_long, dynamic_to_real, dynamic_to_timespan};
use super::{parse_bool, parse_datetime, parse_int, parse_long, parse_real, parse_timespan};
use crate::dynamic::DynValue;
use crate::functions::args::{booleans, bools, kernel, longs, numbers, reals, texts};
use crate::functions::{Arg, Call, FunctionError, Resolved};
use arrow::array::{ArrayRef, ArrowPrimitiveType};
use arrow::compute;
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use model::{KqlType, ticks};
use std::sync::Arc;

fn only(call: &Call) -> Option<KqlType> {
    match call.args {
        [arg] => Some(arg.kql_type),
        _ => None,
    }
}

/// The argument as it is.
fn same(call: &Call) -> Resolved {
    kernel(call, |args, _| Ok(Arc::clone(args[0].array())))
}

fn from_text<T: ArrowPrimitiveType>(args: &[Arg], rows: usize, f: fn(&str) -> Option<T::Native>) -> Result<ArrayRef, FunctionError> {
    let text = texts(&args[0])?;
    Ok(numbers::<T>(rows, |row| f(text.get(row)?)))
}

fn from_dynamic<T: ArrowPrimitiveType>(
    args: &[Arg],
    rows: usize,
    f: impl Fn(&DynValue) -> Option<T::Native>,
) -> Result<ArrayRef, FunctionError> {
    let text = texts(&args[0])?;
    Ok(numbers::<T>(rows, |row| f(&DynValue::parse(text.get(row)?))))
}

fn cast(args: &[Arg], to: &DataType) -> Result<ArrayRef, FunctionError> {
    compute::cast(args[0].array(), to).map_err(|e| crate::functions::args::error("a conversion", e))
}

pub(super) fn to_int(call: &Call) -> Resolved {
    match only(call)? {
        KqlType::Int => same(call),
        KqlType::Bool => kernel(call, |args, _| cast(args, &DataType::Int32)),
        KqlType::Long | KqlType::TimeSpan | KqlType::DateTime => {
            kernel(call, |args, _| Ok(Arc::new(longs(&args[0])?.array.unary::<_, Int32Type>(|n| n as i32)) as ArrayRef))
        }
        KqlType::Real => kernel(call, |args, rows| {
            let value = reals(&args[0])?;
            Ok(numbers::<Int32Type>(rows, |row| value.get(row).filter(|x| x.is_finite()).map(|x| x as i32)))
        }),
        KqlType::String => kernel(call, |args, rows| from_text::<Int32Type>(args, rows, parse_int)),
        KqlType::Decimal => kernel(call, |args, rows| from_text::<Int32Type>(args, rows, |text| Some(parse_real(text)? as i32))),
        KqlType::Dynamic => kernel(call, |args, rows| {
            from_dynamic::<Int32Type>(args, rows, |value| match value {
                DynValue::String(text) => parse_int(text),
                DynValue::Real(x) => x.is_finite().then_some(*x as i32),
                other => dynamic_to_long(other).map(|n| n as i32),
            })
        }),
        KqlType::Guid => None,
    }
}

pub(super) fn to_long(call: &Call) -> Resolved {
    match only(call)? {
        KqlType::Long | KqlType::DateTime | KqlType::TimeSpan => same(call),
        KqlType::Int | KqlType::Bool => kernel(call, |args, _| cast(args, &DataType::Int64)),
        KqlType::Real => kernel(call, |args, rows| {
            let value = reals(&args[0])?;
            Ok(numbers::<Int64Type>(rows, |row| real_to_long(value.get(row)?)))
        }),
        KqlType::String => kernel(call, |args, rows| from_text::<Int64Type>(args, rows, parse_long)),
        KqlType::Decimal => kernel(call, |args, rows| {
            from_text::<Int64Type>(args, rows, |text| {
                let whole = text.split('.').next().unwrap_or_default();
                whole.parse().ok().or_else(|| real_to_long(parse_real(text)?))
            })
        }),
        KqlType::Dynamic => kernel(call, |args, rows| from_dynamic::<Int64Type>(args, rows, dynamic_to_long)),
        KqlType::Guid => None,
    }
}

pub(super) fn to_real(call: &Call) -> Resolved {
    match only(call)? {
        KqlType::Real => same(call),
        KqlType::Int | KqlType::Long | KqlType::Bool | KqlType::DateTime | KqlType::TimeSpan => {
            kernel(call, |args, _| cast(args, &DataType::Float64))
        }
        KqlType::String | KqlType::Decimal => kernel(call, |args, rows| from_text::<Float64Type>(args, rows, parse_real)),
        KqlType::Dynamic => kernel(call, |args, rows| from_dynamic::<Float64Type>(args, rows, dynamic_to_real)),
        KqlType::Guid => None,
    }
}

pub(super) fn to_bool(call: &Call) -> Resolved {
    match only(call)? {
        KqlType::Bool => kernel(call, |args, _| Ok(Arc::new(bools(&args[0])?.array) as ArrayRef)),
        KqlType::Int | KqlType::Long => kernel(call, |args, rows| {
            let value = longs(&args[0])?;
            Ok(booleans(rows, |row| value.get(row).map(|n| n != 0)))
        }),
        KqlType::Real => kernel(call, |args, rows| {
            let value = reals(&args[0])?;
            Ok(booleans(rows, |row| value.get(row).map(|x| x != 0.0)))
        }),
        KqlType::String => kernel(call, |args, rows| {
            let text = texts(&args[0])?;
            Ok(booleans(rows, |row| parse_bool(text.get(row)?)))
        }),
        KqlType::Dynamic => kernel(call, |args, rows| {
            let text = texts(&args[0])?;
            Ok(booleans(rows, |row| dynamic_to_bool(&DynValue::parse(text.get(row)?))))
        }),
        KqlType::Decimal | KqlType::DateTime | KqlType::TimeSpan | KqlType::Guid => None,
    }
}

pub(crate) fn to_datetime(call: &Call) -> Resolved {
    fn moment(ticks: i64) -> Option<i64> {
        (0..=ticks::MAX).contains(&ticks).then_some(ticks)
    }
    match only(call)? {
        KqlType::DateTime => same(call),
        KqlType::Int | KqlType::Long => kernel(call, |args, rows| {
            let value = longs(&args[0])?;
            Ok(numbers::<Int64Type>(rows, |row| moment(value.get(row)?)))
        }),
        KqlType::Real => kernel(call, |args, rows| {
            let value = reals(&args[0])?;
            Ok(numbers::<Int64Type>(rows, |row| moment(real_to_long(value.get(row)?)?)))
        }),
        KqlType::String => kernel(call, |args, rows| from_text::<Int64Type>(args, rows, parse_datetime)),
        KqlType::Dynamic => kernel(call, |args, rows| from_dynamic::<Int64Type>(args, rows, dynamic_to_datetime)),
        KqlType::Bool | KqlType::Decimal | KqlType::TimeSpan | KqlType::Guid => None,
    }
}

pub(crate) fn to_timespan(call: &Call) -> Resolved {
    match only(call)? {
        KqlType::TimeSpan => same(call),
        KqlType::Long => same(call),
        KqlType::Int => kernel(call, |args, _| cast(args, &DataType::Int64)),
        KqlType::String => kernel(call, |args, rows| from_text::<Int64Type>(args, rows, parse_timespan)),
        KqlType::Dynamic => kernel(call, |args, rows| from_dynamic::<Int64Type>(args, rows, dynamic_to_timespan)),
        KqlType::Bool | KqlType::Real | KqlType::Decimal | KqlType::DateTime | KqlType::Guid => None,
    }
}
