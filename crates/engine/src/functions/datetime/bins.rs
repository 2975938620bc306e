//! `bin` (and `floor`) and `bin_at`: down to a multiple of a size; null where the size is not positive.

use crate::functions::args::{integers, kernel, longs, numbers, reals};
use crate::functions::{Call, Resolved};
use arrow::datatypes::Float64Type;
use model::{KqlType, ticks};

pub(super) fn resolve(call: &Call) -> Resolved {
    use KqlType::{DateTime, Int, Long, Real, TimeSpan};
    let whole = |call: &Call| {
        let (returns, is_date) = (call.returns, call.returns == DateTime);
        kernel(call, move |args, rows| {
            let (value, size) = (longs(&args[0])?, longs(&args[1])?);
            if let Some(at) = args.get(2) {
                let at = longs(at)?;
                return Ok(integers(returns, rows, |row| moment(down_from(value.get(row)?, size.get(row)?, at.get(row)?), is_date)));
            }
            Ok(integers(returns, rows, |row| moment(down(value.get(row)?, size.get(row)?), is_date)))
        })
    };
    match (call.types().as_slice(), call.returns) {
        ([Int | Long, Int | Long], Int | Long)
        | ([DateTime, TimeSpan], DateTime)
        | ([TimeSpan, TimeSpan], TimeSpan)
        | ([Int | Long, Int | Long, Int | Long], Int | Long)
        | ([DateTime, TimeSpan, DateTime], DateTime)
        | ([TimeSpan, TimeSpan, TimeSpan], TimeSpan) => whole(call).filter(|_| (call.args.len() == 3) == (call.name == "bin_at")),
        ([Int | Long | Real, Int | Long | Real], Real) if call.name != "bin_at" => kernel(call, |args, rows| {
            let (value, size) = (reals(&args[0])?, reals(&args[1])?);
            Ok(numbers::<Float64Type>(rows, |row| {
                let (value, size) = (value.get(row)?, size.get(row)?);
                (size > 0.0).then(|| (value / size).floor() * size)
            }))
        }),
        ([Int | Long | Real, Int | Long | Real, Int | Long | Real], Real) if call.name == "bin_at" => kernel(call, |args, rows| {
            let (value, size, at) = (reals(&args[0])?, reals(&args[1])?, reals(&args[2])?);
            Ok(numbers::<Float64Type>(rows, |row| {
                let (value, size, at) = (value.get(row)?, size.get(row)?, at.get(row)?);
                (size > 0.0).then(|| at + ((value - at) / size).floor() * size)
            }))
        }),
        _ => None,
    }
}

fn down(value: i64, size: i64) -> Option<i64> {
    if size <= 0 {
        return None;
    }
    Some(value.wrapping_sub(value.rem_euclid(size)))
}

fn down_from(value: i64, size: i64, at: i64) -> Option<i64> {
    if size <= 0 {
        return None;
    }
    value.checked_sub((i128::from(value) - i128::from(at)).rem_euclid(i128::from(size)) as i64)
}

fn moment(value: Option<i64>, is_date: bool) -> Option<i64> {
    value.filter(|v| !is_date || (0..=ticks::MAX).contains(v))
}
