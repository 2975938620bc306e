//! `+ - * / %` and the minus sign. Integers wrap; `/` truncates; `%` is never negative; a division of integers by zero is null.

use crate::functions::args::{Cells, integers, kernel, longs, numbers, reals};
use crate::functions::{Arg, Call, FunctionError, Resolved};
use arrow::array::{ArrayRef, ArrowPrimitiveType, PrimitiveArray};
use arrow::compute;
use arrow::datatypes::{Float64Type, Int64Type};
use model::{KqlType, ticks};
use std::sync::Arc;

pub(super) fn resolve(call: &Call) -> Resolved {
    let types = call.types();
    let returns = call.returns;
    match *types.as_slice() {
        [a] if call.name == "-" => match (a, returns) {
            (KqlType::Int | KqlType::Long, KqlType::Int | KqlType::Long) | (KqlType::TimeSpan, KqlType::TimeSpan) => {
                kernel(call, move |args, rows| negate(args, rows, returns))
            }
            (KqlType::Int | KqlType::Long | KqlType::Real, KqlType::Real) => {
                kernel(call, |args, _| Ok(Arc::new(reals(&args[0])?.array.unary::<_, Float64Type>(|x| -x))))
            }
            _ => None,
        },
        [KqlType::Int | KqlType::Long, KqlType::Int | KqlType::Long] if matches!(returns, KqlType::Int | KqlType::Long) => whole(call),
        [a, b] if is_real(a) && is_real(b) && returns == KqlType::Real => real(call),
        [a, b] => time(call, a, b),
        _ => None,
    }
}

fn is_real(kql_type: KqlType) -> bool {
    matches!(kql_type, KqlType::Int | KqlType::Long | KqlType::Real)
}

fn negate(args: &[Arg], rows: usize, returns: KqlType) -> Result<ArrayRef, FunctionError> {
    let values = longs(&args[0])?;
    Ok(integers(returns, rows, |row| values.get(row).map(i64::wrapping_neg)))
}

/// A function of two columns, total: null where either is null.
pub(super) fn map2<A, B, R>(
    a: &Cells<PrimitiveArray<A>>,
    b: &Cells<PrimitiveArray<B>>,
    rows: usize,
    f: impl Fn(A::Native, B::Native) -> R::Native,
) -> Result<ArrayRef, FunctionError>
where
    A: ArrowPrimitiveType,
    B: ArrowPrimitiveType,
    R: ArrowPrimitiveType,
{
    Ok(match (a.is_constant(), b.is_constant()) {
        (false, false) => {
            Arc::new(compute::binary::<_, _, _, R>(&a.array, &b.array, f).map_err(|e| crate::functions::args::error("an operator", e))?)
        }
        (false, true) => match b.get(0) {
            Some(right) => Arc::new(a.array.unary::<_, R>(|left| f(left, right))),
            None => arrow::array::new_null_array(&R::DATA_TYPE, rows),
        },
        (true, false) => match a.get(0) {
            Some(left) => Arc::new(b.array.unary::<_, R>(|right| f(left, right))),
            None => arrow::array::new_null_array(&R::DATA_TYPE, rows),
        },
        (true, true) => numbers::<R>(rows, |row| Some(f(a.get(row)?, b.get(row)?))),
    })
}

/// A function of two columns that may have no result.
pub(super) fn try_map2<A, B, R>(
    a: &Cells<PrimitiveArray<A>>,
    b: &Cells<PrimitiveArray<B>>,
    rows: usize,
    f: impl Fn(A::Native, B::Native) -> Option<R::Native>,
) -> ArrayRef
where
    A: ArrowPrimitiveType,
    B: ArrowPrimitiveType,
    R: ArrowPrimitiveType,
{
    numbers::<R>(rows, |row| f(a.get(row)?, b.get(row)?))
}

/// `int` and `long`: computed in 64 bits.
fn whole(call: &Call) -> Resolved {
    fn run(args: &[Arg], rows: usize, returns: KqlType, f: fn(i64, i64) -> Option<i64>) -> Result<ArrayRef, FunctionError> {
        let (a, b) = (longs(&args[0])?, longs(&args[1])?);
        Ok(integers(returns, rows, |row| f(a.get(row)?, b.get(row)?)))
    }
    let returns = call.returns;
    if returns == KqlType::Long {
        match call.name {
            "+" => {
                return kernel(call, |args, rows| map2::<_, _, Int64Type>(&longs(&args[0])?, &longs(&args[1])?, rows, i64::wrapping_add));
            }
            "-" => {
                return kernel(call, |args, rows| map2::<_, _, Int64Type>(&longs(&args[0])?, &longs(&args[1])?, rows, i64::wrapping_sub));
            }
            "*" => {
                return kernel(call, |args, rows| map2::<_, _, Int64Type>(&longs(&args[0])?, &longs(&args[1])?, rows, i64::wrapping_mul));
            }
            _ => {}
        }
    }
    let f: fn(i64, i64) -> Option<i64> = match call.name {
        "+" => |a, b| Some(a.wrapping_add(b)),
        "-" => |a, b| Some(a.wrapping_sub(b)),
        "*" => |a, b| Some(a.wrapping_mul(b)),
        "/" => |a, b| (b != 0).then(|| a.wrapping_div(b)),
        "%" => |a, b| (b != 0).then(|| a.wrapping_rem_euclid(b)),
        _ => return None,
    };
    kernel(call, move |args, rows| run(args, rows, returns, f))
}

/// IEEE 754.
fn real(call: &Call) -> Resolved {
    let f: fn(f64, f64) -> f64 = match call.name {
        "+" => |a, b| a + b,
        "-" => |a, b| a - b,
        "*" => |a, b| a * b,
        "/" => |a, b| a / b,
        "%" => f64::rem_euclid,
        _ => return None,
    };
    kernel(call, move |args, rows| map2::<_, _, Float64Type>(&reals(&args[0])?, &reals(&args[1])?, rows, f))
}

/// A datetime, if it is one.
fn datetime(value: i64) -> Option<i64> {
    (0..=ticks::MAX).contains(&value).then_some(value)
}

/// A real number of ticks, cut off.
fn span(value: f64) -> Option<i64> {
    (value.abs() < 9.3e18).then_some(value as i64)
}

fn time(call: &Call, a: KqlType, b: KqlType) -> Resolved {
    use KqlType::{DateTime, Int, Long, Real, TimeSpan};
    fn of_longs(call: &Call, f: fn(i64, i64) -> Option<i64>) -> Resolved {
        kernel(call, move |args, rows| Ok(try_map2::<_, _, Int64Type>(&longs(&args[0])?, &longs(&args[1])?, rows, f)))
    }
    match (a, call.name, b, call.returns) {
        (DateTime, "+", TimeSpan, DateTime) | (TimeSpan, "+", DateTime, DateTime) => of_longs(call, |a, b| datetime(a.checked_add(b)?)),
        (DateTime, "-", TimeSpan, DateTime) => of_longs(call, |a, b| datetime(a.checked_sub(b)?)),
        (DateTime, "-", DateTime, TimeSpan) | (TimeSpan, "-", TimeSpan, TimeSpan) => of_longs(call, i64::checked_sub),
        (TimeSpan, "+", TimeSpan, TimeSpan) => of_longs(call, i64::checked_add),
        (TimeSpan, "*", Int | Long, TimeSpan) | (Int | Long, "*", TimeSpan, TimeSpan) => of_longs(call, |a, b| Some(a.wrapping_mul(b))),
        (TimeSpan, "*", Real, TimeSpan) | (Real, "*", TimeSpan, TimeSpan) => {
            kernel(call, |args, rows| Ok(try_map2::<_, _, Int64Type>(&reals(&args[0])?, &reals(&args[1])?, rows, |a, b| span(a * b))))
        }
        (TimeSpan, "/", Int | Long, TimeSpan) => of_longs(call, |a, b| (b != 0).then(|| a.wrapping_div(b))),
        (TimeSpan, "/", Real, TimeSpan) => {
            kernel(call, |args, rows| Ok(try_map2::<_, _, Int64Type>(&reals(&args[0])?, &reals(&args[1])?, rows, |a, b| span(a / b))))
        }
        (TimeSpan | DateTime, "/", TimeSpan, Real) => {
            kernel(call, |args, rows| map2::<_, _, Float64Type>(&reals(&args[0])?, &reals(&args[1])?, rows, |a, b| a / b))
        }
        (TimeSpan, "%", TimeSpan, TimeSpan) | (DateTime, "%", TimeSpan, TimeSpan) => {
            of_longs(call, |a, b| (b != 0).then(|| a.wrapping_rem_euclid(b)))
        }
        _ => None,
    }
}
