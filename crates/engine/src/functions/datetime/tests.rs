use crate::functions::testing::{check, eval};
use Value::{DateTime, Int, Long, Null, Real, TimeSpan};
use model::ticks::{self, DAY, HOUR, MINUTE, SECOND};
use model::{KqlType, Value};

fn text(s: &str) -> Value {
    Value::String(s.to_owned())
}

fn at(iso: &str) -> Value {
    DateTime(ticks::parse_iso(iso).unwrap())
}

const NO_DATE: Value = Null(KqlType::DateTime);

#[test]
fn bins() {
    check(&[
        ("bin", &[Long(-5), Long(2)], Long(-6)),
        ("bin", &[Real(5.5), Long(2)], Real(4.0)),
        ("bin", &[Long(5), Long(0)], Null(KqlType::Long)),
        ("floor", &[Real(-0.5), Real(1.0)], Real(-1.0)),
        ("bin", &[at("2007-01-02 13:45:30.1"), TimeSpan(HOUR)], at("2007-01-02 13:00")),
        ("bin", &[at("1955-11-05 06:15"), TimeSpan(7 * DAY)], at("1955-10-31")),
        ("bin", &[TimeSpan(16 * DAY), TimeSpan(7 * DAY)], TimeSpan(14 * DAY)),
        ("bin_at", &[Real(6.5), Real(2.5), Long(7)], Real(4.5)),
        ("bin_at", &[at("2017-05-15 10:20"), TimeSpan(DAY), at("1970-01-01 12:00")], at("2017-05-14 12:00")),
        ("bin_at", &[at("1955-11-05 06:15"), TimeSpan(3 * HOUR), at("1955-11-05 00:30")], at("1955-11-05 03:30")),
    ]);
}

#[test]
fn starts_and_ends() {
    let noon = at("2020-06-15 13:45");
    check(&[
        ("startofday", std::slice::from_ref(&noon), at("2020-06-15")),
        ("startofweek", std::slice::from_ref(&noon), at("2020-06-14")),
        ("startofweek", &[noon.clone(), Long(-2)], at("2020-05-31")),
        ("startofmonth", &[noon.clone(), Int(-13)], at("2019-05-01")),
        ("startofyear", &[noon.clone(), Long(-5)], at("2015-01-01")),
        ("endofday", &[noon.clone(), Long(2)], at("2020-06-17 23:59:59.9999999")),
        ("endofweek", std::slice::from_ref(&noon), at("2020-06-20 23:59:59.9999999")),
        ("endofmonth", &[at("2020-02-15")], at("2020-02-29 23:59:59.9999999")),
        ("endofyear", std::slice::from_ref(&noon), at("2020-12-31 23:59:59.9999999")),
        ("endofmonth", &[DateTime(ticks::MAX)], DateTime(ticks::MAX)),
        ("startofday", &[at("0001-01-02"), Long(-1)], at("0001-01-01")),
        ("startofday", &[at("0001-01-01"), Long(-1)], NO_DATE),
    ]);
}

#[test]
fn addition_and_difference() {
    check(&[
        ("datetime_add", &[text("month"), Long(1), at("2020-01-31")], at("2020-02-29")),
        ("datetime_add", &[text("quarter"), Long(-3), at("2020-02-29 12:00")], at("2019-05-29 12:00")),
        ("datetime_add", &[text("Year"), Int(1), at("2020-02-29")], at("2021-02-28")),
        ("datetime_add", &[text("day"), Long(-1), at("0001-01-01 12:00")], NO_DATE),
        ("datetime_add", &[text("hour"), Long(100_000), at("2020-01-01")], at("2031-05-29 16:00")),
        ("datetime_diff", &[text("month"), at("2017-01-01"), at("2015-12-30")], Long(13)),
        ("datetime_diff", &[text("quarter"), at("2024-03-31"), at("2020-04-01")], Long(15)),
        ("datetime_diff", &[text("week"), at("2024-02-29"), at("2020-02-29")], Real(209.0)),
        ("datetime_diff", &[text("day"), at("2020-01-01 23:00"), at("2020-01-01 01:00")], Long(0)),
        ("datetime_diff", &[text("second"), at("2020-01-01 00:00:01.9999999"), at("2020-01-01 00:00:00.0000001")], Long(1)),
        ("datetime_diff", &[text("nanosecond"), at("2020-01-01"), at("2020-01-01 00:00:00.0000007")], Long(-700)),
    ]);
    assert!(matches!(eval("datetime_add", &[text("fortnight"), Long(1), at("2020-01-31")], KqlType::DateTime), None | Some(Err(_))));
}

#[test]
fn parts() {
    let moment = at("2017-10-30 01:02:03.7654321");
    let part = |name: &str, value: i64| check(&[("datetime_part", &[text(name), moment.clone()], Long(value))]);
    part("Year", 2017);
    part("quarter", 4);
    part("month", 10);
    part("week_of_year", 44);
    part("day", 30);
    part("DayOfYear", 303);
    part("hour", 1);
    part("minute", 2);
    part("second", 3);
    part("millisecond", 765);
    part("microsecond", 765_432);
    part("nanosecond", 765_432_100);
    check(&[
        ("dayofweek", &[at("2020-06-15 13:45")], TimeSpan(DAY)),
        ("dayofweek", &[at("0001-01-01")], TimeSpan(DAY)),
        ("dayofweek", &[at("9999-12-31")], Null(KqlType::TimeSpan)),
        ("dayofyear", &[at("2020-12-31")], Int(366)),
        ("week_of_year", &[at("2016-01-01")], Long(53)),
        ("week_of_year", &[at("2017-01-01")], Long(52)),
        ("week_of_year", &[at("2018-12-31")], Long(1)),
        ("week_of_year", &[at("0001-01-01")], Long(1)),
        ("weekofyear", &[DateTime(ticks::MAX)], Long(52)),
        ("getyear", &[NO_DATE], Null(KqlType::Int)),
        ("hourofday", &[at("2024-12-31 23:00")], Int(23)),
    ]);
}

#[test]
fn construction() {
    check(&[
        ("make_datetime", &[Long(2020), Long(2), Long(29), Long(13), Long(45), Long(9)], at("2020-02-29 13:45:09")),
        ("make_datetime", &[Long(2017), Int(10), Int(1), Long(12), Long(11), Real(0.123_456_7)], at("2017-10-01 12:11:00.1234567")),
        ("make_datetime", &[Long(2020), Long(13), Long(1)], NO_DATE),
        ("make_timespan", &[Long(1), Long(12), Long(30), Real(55.123)], TimeSpan(DAY + 12 * HOUR + 30 * MINUTE + 551_230_000)),
        ("make_timespan", &[Long(1), Long(2), Long(3)], TimeSpan(HOUR + 2 * MINUTE + 3 * SECOND)),
        ("make_timespan", &[Long(0), Long(25), Long(61), Real(61.5)], Null(KqlType::TimeSpan)),
        ("make_timespan", &[Long(-1), Long(-2)], Null(KqlType::TimeSpan)),
        ("unixtime_seconds_todatetime", &[Long(1_546_300_800)], at("2019-01-01")),
        ("unixtime_seconds_todatetime", &[Real(1.5)], at("1970-01-01 00:00:01.5")),
        ("unixtime_milliseconds_todatetime", &[Long(-1)], at("1969-12-31 23:59:59.999")),
        ("unixtime_nanoseconds_todatetime", &[Long(1_546_300_800_000_000_000)], at("2019-01-01")),
        ("unixtime_seconds_todatetime", &[Long(i64::MAX)], NO_DATE),
    ]);
}

#[test]
fn formats() {
    let moment = at("2020-06-15 13:45:09.1234567");
    let long_ago = at("2007-03-09 00:04:03.5");
    let format =
        |value: &Value, format: &str, expected: &str| check(&[("format_datetime", &[value.clone(), text(format)], text(expected))]);
    format(&moment, "yyyy-MM-dd HH:mm:ss.fff", "2020-06-15 13:45:09.123");
    format(&moment, "M/d/yyyy h:mm:ss tt", "6/15/2020 1:45:09 PM");
    format(&moment, "FFFFFFF", "1234567");
    format(&moment, "y yyy", "20 2020");
    format(&moment, "MMM dddd", "066 1515");
    format(&long_ago, "[hh:mm tt] s.f", "[12:04 AM] 3.5");
    format(&long_ago, "yy,FF_y", "07,5_7");
    format(&NO_DATE, "yyyy", "");
    for bad in ["yyyyT", "zzz", "K", "t", "d\\.h"] {
        assert!(matches!(eval("format_datetime", &[moment.clone(), text(bad)], KqlType::String), Some(Err(_))), "{bad}");
    }
    let span = |value: i64, format: &str, expected: &str| check(&[("format_timespan", &[TimeSpan(value), text(format)], text(expected))]);
    let t = 29 * DAY + 9 * HOUR + 5 * SECOND + 1_234_500;
    span(t, "dd.hh:mm:ss:FF", "29.09:00:05:12");
    span(t, "ddd.h:mm:ss [fffffff]", "029.9:00:05 [1234500]");
    span(-(DAY + 2 * HOUR + 30 * MINUTE), "d.hh:mm:ss", "-1.02:30:00");
    span(-90 * SECOND, "mm:ss", "-01:30");
    span(DAY, "dddd", "0001");
}

#[test]
fn zones() {
    let winter = at("2020-02-02 20:02:20");
    check(&[
        ("datetime_local_to_utc", &[winter.clone(), text("US/Pacific")], at("2020-02-03 04:02:20")),
        ("datetime_local_to_utc", &[winter.clone(), text("Europe/Paris")], at("2020-02-02 19:02:20")),
        ("datetime_utc_to_local", &[winter, text("Australia/Canberra")], at("2020-02-03 07:02:20")),
        // The hour that Brussels skipped.
        ("datetime_local_to_utc", &[at("2022-03-27 02:00"), text("Europe/Brussels")], at("2022-03-27 00:00")),
        ("datetime_local_to_utc", &[at("2022-03-27 03:00"), text("Europe/Brussels")], at("2022-03-27 01:00")),
    ]);
}
