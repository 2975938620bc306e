//! `between` and `!between`: both ends belong to the range.

use crate::functions::args::{booleans, kernel, longs, reals};
use crate::functions::{Call, Resolved};
use model::KqlType;

pub(super) fn resolve(call: &Call) -> Resolved {
    use KqlType::{DateTime, Int, Long, Real, TimeSpan};
    let inside = call.name == "between";
    match *call.types().as_slice() {
        [Int | Long, Int | Long, Int | Long] | [DateTime, DateTime, DateTime] | [TimeSpan, TimeSpan, TimeSpan] => {
            kernel(call, move |args, rows| {
                let (value, from, to) = (longs(&args[0])?, longs(&args[1])?, longs(&args[2])?);
                Ok(booleans(rows, |row| verdict(value.get(row)?, from.get(row), to.get(row), inside)))
            })
        }
        // The upper end may be given as a distance from the lower one.
        [DateTime, DateTime, TimeSpan] => kernel(call, move |args, rows| {
            let (value, from, span) = (longs(&args[0])?, longs(&args[1])?, longs(&args[2])?);
            Ok(booleans(rows, |row| {
                let from = from.get(row);
                let to = from.zip(span.get(row)).map(|(a, b)| a.saturating_add(b));
                verdict(value.get(row)?, from, to, inside)
            }))
        }),
        [Int | Long | Real, Int | Long | Real, Int | Long | Real] => kernel(call, move |args, rows| {
            let (value, from, to) = (reals(&args[0])?, reals(&args[1])?, reals(&args[2])?);
            Ok(booleans(rows, |row| verdict(value.get(row)?, from.get(row), to.get(row), inside)))
        }),
        _ => None,
    }
}

/// `around(value, center, delta)`: within that distance of the centre.
pub(super) fn around(call: &Call) -> Resolved {
    use KqlType::{DateTime, Int, Long, Real, TimeSpan};
    match *call.types().as_slice() {
        [Int | Long, Int | Long, Int | Long] | [DateTime, DateTime, TimeSpan] | [TimeSpan, TimeSpan, TimeSpan] => {
            kernel(call, |args, rows| {
                let (value, center, delta) = (longs(&args[0])?, longs(&args[1])?, longs(&args[2])?);
                Ok(booleans(rows, |row| {
                    let (center, delta) = (center.get(row)?, delta.get(row)?);
                    verdict(value.get(row)?, Some(center.saturating_sub(delta)), Some(center.saturating_add(delta)), true)
                }))
            })
        }
        [Int | Long | Real, Int | Long | Real, Int | Long | Real] => kernel(call, |args, rows| {
            let (value, center, delta) = (reals(&args[0])?, reals(&args[1])?, reals(&args[2])?);
            Ok(booleans(rows, |row| {
                let (center, delta) = (center.get(row)?, delta.get(row)?);
                verdict(value.get(row)?, Some(center - delta), Some(center + delta), true)
            }))
        }),
        _ => None,
    }
}

/// As `value >= from and value <= to` in three-valued logic.
fn verdict<T: PartialOrd + Copy>(value: T, from: Option<T>, to: Option<T>, inside: bool) -> Option<bool> {
    let (above, below) = (from.map(|from| value >= from), to.map(|to| value <= to));
    let within = match (above, below) {
        (Some(false), _) | (_, Some(false)) => false,
        (Some(true), Some(true)) => true,
        _ => return None,
    };
    Some(within == inside)
}
