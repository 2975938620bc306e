//! How scalars are written.

use super::{DynValue, MARK};
use model::ticks;
use std::borrow::Cow;
use std::fmt::Write;

/// Appends a JSON string. Only what JSON demands is escaped, and U+0001 with it.
pub fn json_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| b < 0x20 || b == b'"' || b == b'\\') {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        let mut chars = tail.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            None => break,
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// A real as .NET prints it: the fewest digits that read back, with an exponent from 1E+15 up and from 1E-05 down.
pub fn real_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count() as i32;
    if exponent + 1 > digits.max(15) || exponent < -4 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}E{sign}{:02}", exponent.abs());
    }
    format!("{value}")
}

/// A timespan as .NET prints it: `[-][d.]hh:mm:ss[.fffffff]`.
pub fn timespan_text(value: i64) -> String {
    let all = value.unsigned_abs();
    let unit = |size: i64| size.unsigned_abs();
    let (days, rest) = (all / unit(ticks::DAY), all % unit(ticks::DAY));
    let (hours, minutes) = (rest / unit(ticks::HOUR), rest / unit(ticks::MINUTE) % 60);
    let (seconds, fraction) = (rest / unit(ticks::SECOND) % 60, rest % unit(ticks::SECOND));
    let mut out = String::new();
    if value < 0 {
        out.push('-');
    }
    if days > 0 {
        let _ = write!(out, "{days}.");
    }
    let _ = write!(out, "{hours:02}:{minutes:02}:{seconds:02}");
    if fraction > 0 {
        let _ = write!(out, ".{fraction:07}");
    }
    out
}

/// [`DynValue::to_kusto_string`] of a column's text, without parsing it where it is a simple string, an integer, true or false.
pub fn to_kusto_string(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    match bytes {
        [] | b"null" => return Cow::Borrowed(""),
        b"true" | b"false" => return Cow::Borrowed(text),
        [b'"', inner @ .., b'"'] if inner.iter().all(|&b| b >= 0x20 && b != b'"' && b != b'\\') => {
            return Cow::Borrowed(text.get(1..text.len() - 1).unwrap_or_default());
        }
        [b'1'..=b'9', rest @ ..] if rest.len() < 18 && rest.iter().all(u8::is_ascii_digit) => {
            return Cow::Borrowed(text);
        }
        _ => {}
    }
    if bytes.first().is_some_and(|&b| b.is_ascii_alphabetic()) && !text.starts_with(MARK) {
        // Not JSON: `true`, `false` and `null` alone begin with a letter, and blanks may follow them.
        let word = text.trim_end_matches([' ', '\t', '\n', '\r']);
        if !matches!(word, "true" | "false" | "null") {
            return Cow::Borrowed(text);
        }
    }
    Cow::Owned(DynValue::parse(text).to_kusto_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reals() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (-2.5, "-2.5"),
            (0.1, "0.1"),
            (0.0001, "0.0001"),
            (0.00001, "1E-05"),
            (0.000_012, "1.2E-05"),
            (1e14, "100000000000000"),
            (1e15, "1E+15"),
            (1e16, "1E+16"),
            (1_234_567_890_123_456.0, "1234567890123456"),
            (1.5e308, "1.5E+308"),
            (5e-324, "5E-324"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(real_text(value), text);
        }
    }

    #[test]
    fn timespans() {
        for (value, text) in
            [(0, "00:00:00"), (ticks::DAY, "1.00:00:00"), (-1, "-00:00:00.0000001"), (i64::MIN, "-10675199.02:48:05.4775808")]
        {
            assert_eq!(timespan_text(value), text);
        }
    }
}
