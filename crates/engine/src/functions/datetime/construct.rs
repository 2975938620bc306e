//! Datetimes and timespans out of numbers.

use crate::functions::args::{kernel, longs, numbers, reals};
use crate::functions::conversion::{to_datetime, to_timespan};
use crate::functions::{Call, Resolved};
use arrow::datatypes::Int64Type;
use model::KqlType;
use model::ticks::{self, DAY, HOUR, MINUTE, SECOND};

/// `make_datetime(year, month, day[, hour, minute[, second]])` and `make_timespan([[day,] hour, minute[, second]])`; null where a part
/// is out of its range. Seconds may have a fraction. Of one argument they are conversions.
pub(super) fn resolve(call: &Call) -> Resolved {
    let types = call.types();
    let count = types.len();
    let date = call.name == "make_datetime";
    let seconds_at = match (date, count) {
        (true, 1) => return to_datetime(call),
        (false, 1) => return to_timespan(call),
        (true, 3..=5) | (false, 2) => None,
        (true, 6) => Some(5),
        (false, 3 | 4) => Some(count - 1),
        _ => return None,
    };
    let sound = types
        .iter()
        .enumerate()
        .all(|(at, t)| matches!(t, KqlType::Int | KqlType::Long) || (*t == KqlType::Real && Some(at) == seconds_at));
    if !sound {
        return None;
    }
    kernel(call, move |args, rows| {
        let whole =
            args.iter().enumerate().filter(|(at, _)| Some(*at) != seconds_at).map(|(_, arg)| longs(arg)).collect::<Result<Vec<_>, _>>()?;
        let seconds = seconds_at.map(|at| reals(&args[at])).transpose()?;
        Ok(numbers::<Int64Type>(rows, |row| {
            let part = |at: usize| whole.get(at).map_or(Some(0), |c| c.get(row));
            let seconds = seconds.as_ref().map_or(Some(0.0), |s| s.get(row))?;
            if date {
                let midnight = midnight(part(0)?, part(1)?, part(2)?)?;
                return Some(midnight + clock(part(3)?, part(4)?, seconds)?);
            }
            let (days, hours, minutes) = if count == 4 { (part(0)?, part(1)?, part(2)?) } else { (0, part(0)?, part(1)?) };
            if !(0..=10_675_198).contains(&days) {
                return None;
            }
            Some(days * DAY + clock(hours, minutes, seconds)?)
        }))
    })
}

fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    ticks::from_parts(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?, 0, 0, 0, 0)
}

fn clock(hours: i64, minutes: i64, seconds: f64) -> Option<i64> {
    if !(0..24).contains(&hours) || !(0..60).contains(&minutes) || !(0.0..60.0).contains(&seconds) {
        return None;
    }
    Some(hours * HOUR + minutes * MINUTE + (seconds * SECOND as f64).round() as i64)
}

/// `unixtime_…_todatetime`.
pub(super) fn unix(call: &Call) -> Resolved {
    // Ticks a unit; nanoseconds are a hundredth.
    let (each, per_tick) = match call.name {
        "unixtime_seconds_todatetime" => (SECOND, 1),
        "unixtime_milliseconds_todatetime" => (SECOND / 1_000, 1),
        "unixtime_microseconds_todatetime" => (SECOND / 1_000_000, 1),
        "unixtime_nanoseconds_todatetime" => (1, 100),
        _ => return None,
    };
    fn moment(since_epoch: i64) -> Option<i64> {
        since_epoch.checked_add(ticks::UNIX_EPOCH).filter(|t| (0..=ticks::MAX).contains(t))
    }
    match *call.types().as_slice() {
        [KqlType::Int | KqlType::Long] => kernel(call, move |args, rows| {
            let value = longs(&args[0])?;
            Ok(numbers::<Int64Type>(rows, |row| moment(value.get(row)?.checked_mul(each)?.div_euclid(per_tick))))
        }),
        [KqlType::Real] => kernel(call, move |args, rows| {
            let value = reals(&args[0])?;
            Ok(numbers::<Int64Type>(rows, |row| {
                let since_epoch = value.get(row)? * each as f64 / per_tick as f64;
                (since_epoch.abs() < 9.2e18).then(|| since_epoch.round() as i64).and_then(moment)
            }))
        }),
        _ => None,
    }
}
