//! `abs`, `ceiling`, `round`, `sign`.

use super::is_number;
use crate::functions::args::{integers, kernel, longs, numbers, reals};
use crate::functions::{Call, Resolved};
use arrow::array::ArrayRef;
use arrow::datatypes::Float64Type;
use model::KqlType;
use std::sync::Arc;

pub(super) fn resolve(call: &Call) -> Resolved {
    use KqlType::{Int, Long, Real, TimeSpan};
    let returns = call.returns;
    match (call.name, call.types().as_slice(), returns) {
        ("abs", [Int | Long], Int | Long) | ("abs", [TimeSpan], TimeSpan) => kernel(call, move |args, rows| {
            let value = longs(&args[0])?;
            Ok(integers(returns, rows, |row| value.get(row).map(i64::wrapping_abs)))
        }),
        ("abs", [t], Real) if is_number(*t) => of_real(call, f64::abs),
        ("ceiling", [t], Real) if is_number(*t) => of_real(call, f64::ceil),
        // Not f64::signum: zero and NaN have no sign.
        ("sign", [t], Real) if is_number(*t) => of_real(call, |x| {
            if x > 0.0 {
                1.0
            } else if x < 0.0 {
                -1.0
            } else {
                0.0
            }
        }),
        ("round", [Int | Long], Int | Long) => kernel(call, move |args, rows| {
            let value = longs(&args[0])?;
            Ok(integers(returns, rows, |row| value.get(row)))
        }),
        ("round", [Int | Long, Int | Long], Int | Long) => kernel(call, move |args, rows| {
            let (value, digits) = (longs(&args[0])?, longs(&args[1])?);
            Ok(integers(returns, rows, |row| to_tens(value.get(row)?, digits.get(row)?)))
        }),
        ("round", [t], Real) if is_number(*t) => of_real(call, f64::round),
        ("round", [t, Int | Long], Real) if is_number(*t) => kernel(call, |args, rows| {
            let (value, digits) = (reals(&args[0])?, longs(&args[1])?);
            Ok(numbers::<Float64Type>(rows, |row| Some(to_digits(value.get(row)?, digits.get(row)?))))
        }),
        _ => None,
    }
}

fn of_real(call: &Call, f: fn(f64) -> f64) -> Resolved {
    kernel(call, move |args, _| Ok(Arc::new(reals(&args[0])?.array.unary::<_, Float64Type>(f)) as ArrayRef))
}

/// To a multiple of a power of ten where `digits` is negative, half away from zero.
fn to_tens(value: i64, digits: i64) -> Option<i64> {
    if digits >= 0 {
        return Some(value);
    }
    let Some(unit) = u32::try_from(digits.unsigned_abs()).ok().and_then(|n| 10_i64.checked_pow(n)) else { return Some(0) };
    let rest = value % unit;
    let away = if rest.unsigned_abs() >= unit.unsigned_abs() / 2 { unit * value.signum() } else { 0 };
    (value - rest).checked_add(away)
}

/// To so many decimal places, half away from zero.
fn to_digits(value: f64, digits: i64) -> f64 {
    let scale = 10_f64.powi(digits.unsigned_abs().min(308) as i32);
    let rounded = if digits >= 0 { (value * scale).round() / scale } else { (value / scale).round() * scale };
    if rounded.is_finite() { rounded } else { value }
}
