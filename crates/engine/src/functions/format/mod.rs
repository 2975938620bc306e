//! The text of values: as `tostring` writes them, and as query output does.

mod grisu;

use model::ticks;
use std::fmt::Write;

/// `True` and `False`, as `tostring(bool)`.
pub fn bool_text(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// The shortest digits that read back as `value`, and the power of ten of the first one: `-12.5` is (true, `125`, 1). `value` is finite.
fn shortest(value: f64) -> (bool, String, i32) {
    let text = format!("{:e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (value.is_sign_negative(), mantissa.chars().filter(|c| *c != '.').collect(), exponent.parse().unwrap_or(0))
}

fn write_digits(out: &mut String, digits: &str, point: i32) {
    let count = digits.len() as i32;
    if point <= 0 {
        out.push_str("0.");
        (point..0).for_each(|_| out.push('0'));
        out.push_str(digits);
    } else if point >= count {
        out.push_str(digits);
        (count..point).for_each(|_| out.push('0'));
    } else {
        for (at, digit) in digits.chars().enumerate() {
            if at as i32 == point {
                out.push('.');
            }
            out.push(digit);
        }
    }
}

/// Appends a real as `tostring` writes it: `1.0`, `0.30000000000000007`, `1e22`, `inf`, `NaN`.
pub fn write_real(out: &mut String, value: f64) {
    if value.is_nan() {
        return out.push_str("NaN");
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    if value.is_infinite() {
        return out.push_str("inf");
    }
    if value == 0.0 {
        return out.push_str("0.0");
    }
    let found = grisu::digits(value.abs());
    let digits = std::str::from_utf8(found.as_bytes()).unwrap_or_default();
    let point = digits.len() as i32 + found.exponent;
    if (-5..=21).contains(&point) {
        write_digits(out, digits, point);
        if found.exponent >= 0 {
            out.push_str(".0");
        }
        return;
    }
    let mut chars = digits.chars();
    out.extend(chars.next());
    if digits.len() > 1 {
        out.push('.');
        out.extend(chars);
    }
    let _ = write!(out, "e{}", point - 1);
}

/// A real as .NET writes it, for query output: `1`, `0.1`, `1E+16`, `5E-324`, `Infinity`, `NaN`.
pub fn real(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let (negative, digits, exponent) = shortest(value);
    let mut out = String::new();
    if negative {
        out.push('-');
    }
    // As .NET: an exponent from 1E+15 up where zeros would have to be added, and from 1E-05 down.
    if (-4..15.max(digits.len() as i32)).contains(&exponent) {
        write_digits(&mut out, &digits, exponent + 1);
        return out;
    }
    let mut chars = digits.chars();
    out.extend(chars.next());
    if digits.len() > 1 {
        out.push('.');
        out.extend(chars);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(out, "E{sign}{:02}", exponent.unsigned_abs());
    out
}

/// Appends `2026-11-18T02:05:00.0000000Z`.
pub fn write_datetime(out: &mut String, value: i64) {
    let (year, month, day) = ticks::civil(value);
    let rest = value.rem_euclid(ticks::DAY);
    let _ = write!(
        out,
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:07}Z",
        rest / ticks::HOUR,
        rest / ticks::MINUTE % 60,
        rest / ticks::SECOND % 60,
        rest % ticks::SECOND
    );
}

pub fn datetime(value: i64) -> String {
    let mut out = String::with_capacity(28);
    write_datetime(&mut out, value);
    out
}

/// Appends `[-][d.]hh:mm:ss[.fffffff]`.
pub fn write_timespan(out: &mut String, value: i64) {
    const SECOND: u64 = ticks::SECOND as u64;
    let size = value.unsigned_abs();
    if value < 0 {
        out.push('-');
    }
    let days = size / ticks::DAY as u64;
    if days > 0 {
        let _ = write!(out, "{days}.");
    }
    let _ = write!(out, "{:02}:{:02}:{:02}", size / (SECOND * 3600) % 24, size / (SECOND * 60) % 60, size / SECOND % 60);
    if !size.is_multiple_of(SECOND) {
        let _ = write!(out, ".{:07}", size % SECOND);
    }
}

pub fn timespan(value: i64) -> String {
    let mut out = String::with_capacity(24);
    write_timespan(&mut out, value);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reals() {
        for (value, tostring, output) in [
            (1.0, "1.0", "1"),
            (-0.0, "-0.0", "-0"),
            (1.5, "1.5", "1.5"),
            (0.1 + 0.2, "0.30000000000000007", "0.30000000000000004"),
            (1e11, "100000000000.0", "100000000000"),
            (1e-7, "1e-7", "1E-07"),
            (0.00001, "0.00001", "1E-05"),
            (123_456.75, "123456.75", "123456.75"),
            (1e16, "10000000000000000.0", "1E+16"),
            (1.25e30, "1.25e30", "1.25E+30"),
            (5e-324, "5e-324", "5E-324"),
            (9_223_372_036_854_775_807.0, "9223372036854776000.0", "9.223372036854776E+18"),
            (f64::NAN, "NaN", "NaN"),
            (f64::INFINITY, "inf", "Infinity"),
            (f64::NEG_INFINITY, "-inf", "-Infinity"),
        ] {
            let mut text = String::new();
            write_real(&mut text, value);
            assert_eq!((text.as_str(), real(value).as_str()), (tostring, output));
        }
    }

    #[test]
    fn times() {
        assert_eq!(datetime(ticks::MAX), "9999-12-31T23:59:59.9999999Z");
        for (value, text) in [
            (0, "00:00:00"),
            (1, "00:00:00.0000001"),
            (-ticks::DAY - 2 * ticks::HOUR, "-1.02:00:00"),
            (90 * ticks::MINUTE, "01:30:00"),
            (i64::MIN, "-10675199.02:48:05.4775808"),
        ] {
            assert_eq!(timespan(value), text);
        }
    }
}
