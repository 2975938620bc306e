//! `datetime_add` and `datetime_diff`.

use super::calendar::{shifted, week};
use crate::functions::args::{kernel, longs, numbers, refuse};
use crate::functions::{Call, Resolved};
use arrow::datatypes::{Float64Type, Int64Type};
use model::KqlType;
use model::ticks::{self, DAY, HOUR, MINUTE, SECOND};

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Months(i64),
    Week,
    Ticks(i64),
    Nanosecond,
}

impl Unit {
    /// In any case of letters.
    fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "year" => Self::Months(12),
            "quarter" => Self::Months(3),
            "month" => Self::Months(1),
            "week" => Self::Week,
            "day" => Self::Ticks(DAY),
            "hour" => Self::Ticks(HOUR),
            "minute" => Self::Ticks(MINUTE),
            "second" => Self::Ticks(SECOND),
            "millisecond" => Self::Ticks(SECOND / 1_000),
            "microsecond" => Self::Ticks(SECOND / 1_000_000),
            "nanosecond" => Self::Nanosecond,
            _ => return None,
        })
    }
}

pub(super) fn resolve(call: &Call) -> Resolved {
    let Some(unit) = Unit::named(call.text(0)?) else {
        return refuse(
            call,
            "the first argument must be one of year, quarter, month, week, day, hour, minute, second, millisecond, microsecond, nanosecond",
        );
    };
    match (call.name, call.types().as_slice()) {
        ("datetime_add", [_, KqlType::Int | KqlType::Long, KqlType::DateTime]) => kernel(call, move |args, rows| {
            let (amount, value) = (longs(&args[1])?, longs(&args[2])?);
            Ok(numbers::<Int64Type>(rows, |row| add(unit, amount.get(row)?, value.get(row)?).filter(|t| (0..=ticks::MAX).contains(t))))
        }),
        ("datetime_diff", [_, KqlType::DateTime, KqlType::DateTime]) => {
            let real = call.returns == KqlType::Real;
            kernel(call, move |args, rows| {
                let (a, b) = (longs(&args[1])?, longs(&args[2])?);
                if real {
                    return Ok(numbers::<Float64Type>(rows, |row| Some(diff(unit, a.get(row)?, b.get(row)?) as f64)));
                }
                Ok(numbers::<Int64Type>(rows, |row| Some(diff(unit, a.get(row)?, b.get(row)?))))
            })
        }
        _ => None,
    }
}

/// A day that the month reached does not have becomes its last one.
fn add(unit: Unit, amount: i64, value: i64) -> Option<i64> {
    match unit {
        Unit::Months(each) => {
            let (year, month, day) = ticks::civil(value);
            let (year, month) = shifted(year, month, amount.checked_mul(each)?)?;
            let day = day.min(ticks::days_in_month(year, month));
            Some(ticks::from_date(year, month, day) + value.rem_euclid(DAY))
        }
        Unit::Week => value.checked_add(amount.checked_mul(7 * DAY)?),
        Unit::Ticks(each) => value.checked_add(amount.checked_mul(each)?),
        Unit::Nanosecond => value.checked_add(amount / 100),
    }
}

/// How many borders between units lie between the two.
fn diff(unit: Unit, a: i64, b: i64) -> i64 {
    match unit {
        Unit::Months(each) => {
            let index = |value| {
                let (year, month, _) = ticks::civil(value);
                (year * 12 + i64::from(month) - 1).div_euclid(each)
            };
            index(a) - index(b)
        }
        Unit::Week => (week(a, 0).unwrap_or(a) - week(b, 0).unwrap_or(b)) / (7 * DAY),
        Unit::Ticks(each) => a.div_euclid(each) - b.div_euclid(each),
        Unit::Nanosecond => a.wrapping_sub(b).wrapping_mul(100),
    }
}
