//! Dates, times of day and spans.

mod arithmetic;
mod bins;
mod calendar;
mod construct;
mod format;
mod parts;
#[cfg(test)]
mod tests;
mod zones;

use super::{Call, Resolved};

pub(crate) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "bin" | "floor" | "bin_at" => bins::resolve(call),
        "startofday" | "startofweek" | "startofmonth" | "startofyear" | "endofday" | "endofweek" | "endofmonth" | "endofyear" => {
            calendar::resolve(call)
        }
        "datetime_add" | "datetime_diff" => arithmetic::resolve(call),
        "datetime_part" | "datepart" | "dayofweek" | "dayofmonth" | "dayofyear" | "getyear" | "getmonth" | "monthofyear" | "hourofday"
        | "weekofyear" | "week_of_year" => parts::resolve(call),
        "make_datetime" | "make_timespan" => construct::resolve(call),
        "unixtime_seconds_todatetime"
        | "unixtime_milliseconds_todatetime"
        | "unixtime_microseconds_todatetime"
        | "unixtime_nanoseconds_todatetime" => construct::unix(call),
        "format_datetime" | "format_timespan" => format::resolve(call),
        "datetime_utc_to_local" | "datetime_local_to_utc" => zones::resolve(call),
        _ => None,
    }
}
