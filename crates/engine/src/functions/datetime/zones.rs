//! Local time and UTC, by the names of the time zone database.

use crate::functions::args::{kernel, longs, numbers, refuse, texts};
use crate::functions::{Call, Resolved};
use arrow::datatypes::Int64Type;
use chrono::{DateTime, Duration, MappedLocalTime, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use model::KqlType;
use model::ticks::{self, SECOND};

pub(super) fn resolve(call: &Call) -> Resolved {
    if *call.types().as_slice() != [KqlType::DateTime, KqlType::String] {
        return None;
    }
    let known: Option<Tz> = match call.text(1).map(str::parse) {
        Some(Ok(zone)) => Some(zone),
        Some(Err(_)) => return refuse(call, "the second argument is not the name of a time zone"),
        None => None,
    };
    let convert: fn(&Tz, i64) -> Option<i64> = if call.name == "datetime_utc_to_local" { utc_to_local } else { local_to_utc };
    kernel(call, move |args, rows| {
        let (value, zone) = (longs(&args[0])?, texts(&args[1])?);
        let mut last: (String, Option<Tz>) = (String::new(), None);
        Ok(numbers::<Int64Type>(rows, |row| {
            let value = value.get(row)?;
            let zone = match known {
                Some(zone) => zone,
                None => {
                    let name = zone.text(row);
                    if last.0 != name {
                        last = (name.to_owned(), name.parse().ok());
                    }
                    last.1?
                }
            };
            convert(&zone, value).filter(|t| (0..=ticks::MAX).contains(t))
        }))
    })
}

fn naive(value: i64) -> Option<NaiveDateTime> {
    Some(DateTime::from_timestamp((value - ticks::UNIX_EPOCH).div_euclid(SECOND), 0)?.naive_utc())
}

fn utc_to_local(zone: &Tz, value: i64) -> Option<i64> {
    let offset = zone.offset_from_utc_datetime(&naive(value)?).fix().local_minus_utc();
    Some(value + i64::from(offset) * SECOND)
}

/// A time that a clock skips is taken with the offset after the skip; of two the earlier.
fn local_to_utc(zone: &Tz, value: i64) -> Option<i64> {
    let local = naive(value)?;
    let offset = match zone.offset_from_local_datetime(&local) {
        MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => offset.fix(),
        MappedLocalTime::None => zone.offset_from_utc_datetime(&local.checked_add_signed(Duration::hours(14))?).fix(),
    };
    Some(value - i64::from(offset.local_minus_utc()) * SECOND)
}
