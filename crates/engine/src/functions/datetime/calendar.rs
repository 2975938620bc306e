//! `startof…` and `endof…`, with an offset in units. A week begins on Sunday. Outside the years 1 to 9999 they are null.

use crate::functions::args::{kernel, longs, numbers};
use crate::functions::{Call, Resolved};
use arrow::datatypes::Int64Type;
use model::KqlType;
use model::ticks::{self, DAY};

/// Where the unit begins that lies so many units from the one of a moment.
type Start = fn(i64, i64) -> Option<i64>;

pub(super) fn resolve(call: &Call) -> Resolved {
    let with_offset = match *call.types().as_slice() {
        [KqlType::DateTime] => false,
        [KqlType::DateTime, KqlType::Int | KqlType::Long] => true,
        _ => return None,
    };
    let (start, end): (Start, bool) = match call.name {
        "startofday" => (day, false),
        "startofweek" => (week, false),
        "startofmonth" => (month, false),
        "startofyear" => (year, false),
        "endofday" => (day, true),
        "endofweek" => (week, true),
        "endofmonth" => (month, true),
        "endofyear" => (year, true),
        _ => return None,
    };
    let shift = i64::from(end);
    kernel(call, move |args, rows| {
        let value = longs(&args[0])?;
        let offset = if with_offset { Some(longs(&args[1])?) } else { None };
        Ok(numbers::<Int64Type>(rows, |row| {
            let offset = offset.as_ref().map_or(Some(0), |o| o.get(row))?;
            let at = start(value.get(row)?, offset.checked_add(shift)?)? - shift;
            (0..=ticks::MAX).contains(&at).then_some(at)
        }))
    })
}

pub(super) fn day(value: i64, offset: i64) -> Option<i64> {
    (value - value.rem_euclid(DAY)).checked_add(offset.checked_mul(DAY)?)
}

/// The first day of the epoch, 0001-01-01, was a Monday.
pub(super) fn week(value: i64, offset: i64) -> Option<i64> {
    let since_sunday = (value + DAY).rem_euclid(7 * DAY);
    (value - since_sunday).checked_add(offset.checked_mul(7 * DAY)?)
}

pub(super) fn month(value: i64, offset: i64) -> Option<i64> {
    let (year, month, _) = ticks::civil(value);
    let (year, month) = shifted(year, month, offset)?;
    Some(ticks::from_date(year, month, 1))
}

fn year(value: i64, offset: i64) -> Option<i64> {
    let year = ticks::civil(value).0.checked_add(offset)?;
    (-10_000..20_000).contains(&year).then(|| ticks::from_date(year, 1, 1))
}

/// A month some months away.
pub(super) fn shifted(year: i64, month: u32, months: i64) -> Option<(i64, u32)> {
    let from_zero = (year * 12 + i64::from(month) - 1).checked_add(months)?;
    let year = from_zero.div_euclid(12);
    (-10_000..20_000).contains(&year).then_some((year, from_zero.rem_euclid(12) as u32 + 1))
}
