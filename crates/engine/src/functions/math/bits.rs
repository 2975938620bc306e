//! Bits of whole numbers.

use crate::functions::args::{integers, kernel, longs};
use crate::functions::{Call, Resolved};
use model::KqlType;

pub(super) fn resolve(call: &Call) -> Resolved {
    let whole =
        call.types().iter().all(|t| matches!(t, KqlType::Int | KqlType::Long)) && matches!(call.returns, KqlType::Int | KqlType::Long);
    if !whole {
        return None;
    }
    let returns = call.returns;
    let of_one: Option<fn(i64) -> i64> = match call.name {
        "binary_not" => Some(|n| !n),
        "bitset_count_ones" => Some(|n| i64::from(n.count_ones())),
        _ => None,
    };
    let of_two: Option<fn(i64, i64) -> Option<i64>> = match call.name {
        "binary_and" => Some(|a, b| Some(a & b)),
        "binary_or" => Some(|a, b| Some(a | b)),
        "binary_xor" => Some(|a, b| Some(a ^ b)),
        // The distance is taken modulo 64; null where it is negative.
        "binary_shift_left" => Some(|a, b| (b >= 0).then(|| a << (b % 64))),
        "binary_shift_right" => Some(|a, b| (b >= 0).then(|| a >> (b % 64))),
        _ => None,
    };
    match (call.args.len(), of_one, of_two) {
        (1, Some(f), _) => kernel(call, move |args, rows| {
            let value = longs(&args[0])?;
            Ok(integers(returns, rows, |row| value.get(row).map(f)))
        }),
        (2, _, Some(f)) => kernel(call, move |args, rows| {
            let (a, b) = (longs(&args[0])?, longs(&args[1])?);
            Ok(integers(returns, rows, |row| f(a.get(row)?, b.get(row)?)))
        }),
        _ => None,
    }
}
