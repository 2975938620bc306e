//! Parts of a datetime.

use super::calendar::week;
use crate::functions::args::{integers, kernel, longs, numbers, refuse};
use crate::functions::{Call, Resolved};
use arrow::datatypes::Int64Type;
use model::KqlType;
use model::ticks::{self, DAY, HOUR, MINUTE, SECOND};

type Part = fn(i64) -> i64;

pub(super) fn resolve(call: &Call) -> Resolved {
    let part: Part = match (call.name, call.types().as_slice()) {
        ("dayofweek", [KqlType::DateTime]) => {
            return kernel(call, |args, rows| {
                let value = longs(&args[0])?;
                Ok(numbers::<Int64Type>(rows, |row| day_of_week(value.get(row)?)))
            });
        }
        ("dayofmonth", [KqlType::DateTime]) => day,
        ("dayofyear", [KqlType::DateTime]) => day_of_year,
        ("getyear", [KqlType::DateTime]) => year,
        ("getmonth" | "monthofyear", [KqlType::DateTime]) => month,
        ("hourofday", [KqlType::DateTime]) => hour,
        ("weekofyear" | "week_of_year", [KqlType::DateTime]) => week_of_year,
        ("datetime_part" | "datepart", [_, KqlType::DateTime]) => {
            let Some(part) = named(call.text(0)?) else {
                return refuse(
                    call,
                    "the first argument must be one of year, quarter, month, week_of_year, day, dayofyear, hour, minute, second, millisecond, microsecond, nanosecond",
                );
            };
            part
        }
        _ => return None,
    };
    if !matches!(call.returns, KqlType::Int | KqlType::Long) {
        return None;
    }
    let returns = call.returns;
    kernel(call, move |args, rows| {
        let value = longs(args.last().unwrap_or(&args[0]))?;
        Ok(integers(returns, rows, |row| value.get(row).map(part)))
    })
}

fn named(name: &str) -> Option<Part> {
    Some(match name.to_ascii_lowercase().as_str() {
        "year" => year,
        "quarter" => |t| (month(t) + 2) / 3,
        "month" => month,
        "week_of_year" => week_of_year,
        "day" => day,
        "dayofyear" => day_of_year,
        "hour" => hour,
        "minute" => |t| t / MINUTE % 60,
        "second" => |t| t / SECOND % 60,
        "millisecond" => |t| t % SECOND / 10_000,
        "microsecond" => |t| t % SECOND / 10,
        "nanosecond" => |t| t % SECOND * 100,
        _ => return None,
    })
}

fn year(value: i64) -> i64 {
    ticks::civil(value).0
}

fn month(value: i64) -> i64 {
    i64::from(ticks::civil(value).1)
}

fn day(value: i64) -> i64 {
    i64::from(ticks::civil(value).2)
}

fn hour(value: i64) -> i64 {
    value / HOUR % 24
}

fn day_of_year(value: i64) -> i64 {
    (value - ticks::from_date(year(value), 1, 1)) / DAY + 1
}

/// Time since Sunday, in whole days; null in the last week of 9999, which has no end.
fn day_of_week(value: i64) -> Option<i64> {
    week(value, 1).filter(|next| *next <= ticks::MAX)?;
    Some((value + DAY).rem_euclid(7 * DAY) / DAY * DAY)
}

/// ISO 8601: the week belongs to the year that its Thursday is in.
fn week_of_year(value: i64) -> i64 {
    let monday = value - value.rem_euclid(7 * DAY);
    let thursday = monday + 3 * DAY;
    (thursday - ticks::from_date(year(thursday), 1, 1)) / (7 * DAY) + 1
}
