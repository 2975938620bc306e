//! Values out of text, as the `to…` functions read it.

use model::ticks;

/// The digits of a `0x` number; `None` for any other text.
fn hexadecimal(text: &str) -> Option<&str> {
    text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// A decimal number, or a `0x` one in two's complement, within blanks; `None` where it does not fit 64 bits.
pub fn parse_long(text: &str) -> Option<i64> {
    let text = text.trim();
    match hexadecimal(text) {
        Some(hex) => u64::from_str_radix(hex, 16).ok().map(u64::cast_signed),
        None => text.parse().ok(),
    }
}

/// As [`parse_long`], in 32 bits.
pub fn parse_int(text: &str) -> Option<i32> {
    let text = text.trim();
    match hexadecimal(text) {
        Some(hex) => u32::from_str_radix(hex, 16).ok().map(u32::cast_signed),
        None => text.parse().ok(),
    }
}

/// Also `NaN`, `nan`, `inf`, `Inf`, `Infinity`, with a sign. What is too large is infinite.
pub fn parse_real(text: &str) -> Option<f64> {
    let text = text.trim();
    let last = text.bytes().last()?;
    if last.is_ascii_alphabetic() {
        let word = text.strip_prefix(['+', '-']).unwrap_or(text);
        if !matches!(word, "NaN" | "nan" | "inf" | "Inf" | "Infinity") {
            return None;
        }
    }
    text.parse().ok()
}

/// `true` and `false` in any case, or a whole number: 0 is false.
pub fn parse_bool(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        parse_long(text).filter(|_| !text.contains(char::is_whitespace)).map(|n| n != 0)
    }
}

/// 32 hexadecimal digits, with dashes anywhere: lower-case, with dashes in their places.
pub fn parse_guid(text: &str) -> Option<String> {
    let mut out = String::with_capacity(36);
    let mut digits = 0;
    for byte in text.trim().bytes() {
        if byte == b'-' {
            continue;
        }
        if !byte.is_ascii_hexdigit() || digits == 32 {
            return None;
        }
        if matches!(digits, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(char::from(byte.to_ascii_lowercase()));
        digits += 1;
    }
    (digits == 32).then_some(out)
}

/// Ticks of a number with a unit (`1.5h`, `-90s`, `2 days`) or of `[-][d.]hh:mm[:ss[.fffffff]]`.
pub fn parse_timespan(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let size = if body.contains(':') { clock(body)? } else { with_unit(body)? };
    Some(if negative { -size } else { size })
}

fn with_unit(text: &str) -> Option<i64> {
    let split = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at_checked(split)?;
    let unit = unit_ticks(unit)?;
    let number = number.trim_end();
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    match number.parse::<i64>() {
        Ok(whole) if unit > 0 => whole.checked_mul(unit),
        // Nanoseconds.
        Ok(whole) => Some(whole / 100),
        Err(_) => {
            let ticks = number.parse::<f64>().ok()? * if unit > 0 { unit as f64 } else { 0.01 };
            (ticks.abs() < 9.2e18).then(|| ticks.round() as i64)
        }
    }
}

/// Ticks of a unit; 0 for nanoseconds, which are less than one.
fn unit_ticks(unit: &str) -> Option<i64> {
    Some(match unit {
        "d" | "day" | "days" => ticks::DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => ticks::HOUR,
        "m" | "min" | "minute" | "minutes" => ticks::MINUTE,
        "s" | "sec" | "second" | "seconds" => ticks::SECOND,
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => ticks::SECOND / 1_000,
        "micro" | "micros" | "microsecond" | "microseconds" => 10,
        "tick" | "ticks" => 1,
        "nano" | "nanos" | "nanosecond" | "nanoseconds" => 0,
        _ => return None,
    })
}

fn clock(text: &str) -> Option<i64> {
    let number = |text: &str, most: i64| -> Option<i64> {
        let all_digits = !text.is_empty() && text.len() <= 8 && text.bytes().all(|b| b.is_ascii_digit());
        all_digits.then(|| text.parse().ok()).flatten().filter(|n| *n <= most)
    };
    let mut parts = text.split(':');
    let (first, minutes, seconds) = (parts.next()?, number(parts.next()?, 59)?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    let (days, hours) = match first.split_once('.') {
        Some((days, hours)) => (number(days, 10_675_199)?, number(hours, 23)?),
        None => (0, number(first, 23)?),
    };
    let (seconds, fraction) = match seconds.map(|s| s.split_once('.').unwrap_or((s, ""))) {
        None => (0, 0),
        Some((whole, fraction)) => (number(whole, 59)?, fraction_ticks(fraction)?),
    };
    let rest = hours * ticks::HOUR + minutes * ticks::MINUTE + seconds * ticks::SECOND + fraction;
    days.checked_mul(ticks::DAY)?.checked_add(rest)
}

/// Ticks of the digits after the point: at most seven.
fn fraction_ticks(digits: &str) -> Option<i64> {
    if digits.len() > 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: i64 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    Some(value * 10_i64.pow(7 - digits.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        for (text, value) in [
            ("123", Some(123)),
            ("  45\t", Some(45)),
            ("+7", Some(7)),
            ("-0", Some(0)),
            ("007", Some(7)),
            ("0x1F", Some(31)),
            ("0x", None),
            ("0xFFFFFFFFFFFFFFFF", Some(-1)),
            ("-0x10", None),
            ("1e3", None),
            ("3.14", None),
            ("1_000", None),
            ("", None),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("-9223372036854775808", Some(i64::MIN)),
        ] {
            assert_eq!(parse_long(text), value, "{text}");
        }
        assert_eq!(parse_int("2147483648"), None);
        assert_eq!(parse_int("-2147483648"), Some(i32::MIN));
    }

    #[test]
    fn reals_and_truth() {
        for (text, value) in [
            (" 3.25 ", Some(3.25)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("1e400", Some(f64::INFINITY)),
            ("-inf", Some(f64::NEG_INFINITY)),
            ("INF", None),
            ("0x1F", None),
            ("1,234", None),
            ("", None),
        ] {
            assert_eq!(parse_real(text), value, "{text}");
        }
        assert!(parse_real("NaN").unwrap().is_nan());
        for (text, value) in [
            ("tRuE", Some(true)),
            ("FALSE", Some(false)),
            ("1", Some(true)),
            ("0", Some(false)),
            ("-1", Some(true)),
            ("1.0", None),
            (" true", None),
            ("yes", None),
            ("", None),
        ] {
            assert_eq!(parse_bool(text), value, "{text}");
        }
    }

    #[test]
    fn spans() {
        for (text, value) in [
            ("1d", Some(ticks::DAY)),
            ("90s", Some(90 * ticks::SECOND)),
            ("-1d", Some(-ticks::DAY)),
            ("1.5h", Some(90 * ticks::MINUTE)),
            ("01:00:00", Some(ticks::HOUR)),
            ("1.02:03:04.5", Some(ticks::DAY + 2 * ticks::HOUR + 3 * ticks::MINUTE + 45_000_000)),
            ("-1.02:03:04", Some(-(ticks::DAY + 2 * ticks::HOUR + 3 * ticks::MINUTE + 4 * ticks::SECOND))),
            ("0:0:0.001", Some(10_000)),
            ("100.00:00:00", Some(100 * ticks::DAY)),
            ("1.5", None),
            ("abc", None),
            ("", None),
            ("25:00:00", None),
            ("99999999999d", None),
        ] {
            assert_eq!(parse_timespan(text), value, "{text}");
        }
    }

    #[test]
    fn guids() {
        let guid = Some("01234567-89ab-cdef-0123-456789abcdef".to_owned());
        assert_eq!(parse_guid("0123456789ABCDEF0123456789abcdef"), guid);
        assert_eq!(parse_guid("0123456789ab-cdef-0123-456789abcdef"), guid);
        assert_eq!(parse_guid("0123456789ab-cdef-0123-456789abcde"), None);
        assert_eq!(parse_guid("a string that is not a guid"), None);
    }
}
