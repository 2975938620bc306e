//! The values of literals: strings, numbers, timespans with a unit.

use crate::lexer::UNITS;

/// The text a string literal stands for. The second part is the offset and length of an escape that is none.
pub(crate) fn string_value(token: &str) -> (String, Option<(usize, usize)>) {
    let unprefixed = token.strip_prefix(['h', 'H']).unwrap_or(token);
    for fence in ["```", "~~~"] {
        if let Some(rest) = unprefixed.strip_prefix(fence) {
            return (rest.strip_suffix(fence).unwrap_or(rest).to_owned(), None);
        }
    }
    let (verbatim, body) = match unprefixed.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, unprefixed),
    };
    let Some(quote) = body.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return (body.to_owned(), None) };
    let inner = body.strip_prefix(quote).unwrap_or(body);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    if verbatim {
        return (inner.replace(&format!("{quote}{quote}"), &quote.to_string()), None);
    }
    let mut out = String::with_capacity(inner.len());
    let mut bad = None;
    let inner_at = token.len() - body.len() + quote.len_utf8();
    let mut units = Vec::new();
    let mut chars = inner.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            flush(&mut units, &mut out);
            out.push(c);
            continue;
        }
        let Some((_, escaped)) = chars.next() else {
            flush(&mut units, &mut out);
            out.push('\\');
            break;
        };
        let plain = match escaped {
            '\\' | '"' | '\'' => Some(escaped),
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'a' => Some('\x07'),
            'b' => Some('\x08'),
            'f' => Some('\x0c'),
            'v' => Some('\x0b'),
            _ => None,
        };
        if let Some(plain) = plain {
            flush(&mut units, &mut out);
            out.push(plain);
            continue;
        }
        let (radix, most) = match escaped {
            'x' => (16, 2),
            'u' => (16, 4),
            'U' => (16, 8),
            '0'..='7' => (8, 3),
            _ => {
                flush(&mut units, &mut out);
                bad.get_or_insert((inner_at + at, 1 + escaped.len_utf8()));
                out.push('\\');
                out.push(escaped);
                continue;
            }
        };
        let mut value = if radix == 8 { escaped.to_digit(8).unwrap_or(0) } else { 0 };
        let mut count = u32::from(radix == 8);
        while count < most
            && let Some(digit) = chars.peek().and_then(|(_, c)| c.to_digit(radix))
        {
            if radix == 8 && value * 8 + digit > 255 {
                break;
            }
            value = value.wrapping_mul(radix).wrapping_add(digit);
            count += 1;
            chars.next();
        }
        if count == 0 || (radix == 16 && most > 2 && count < most) {
            bad.get_or_insert((inner_at + at, 2 + count as usize));
        }
        match u16::try_from(value) {
            Ok(unit) if (0xd800..0xe000).contains(&unit) => units.push(unit),
            _ => {
                flush(&mut units, &mut out);
                out.push(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
    }
    flush(&mut units, &mut out);
    (out, bad)
}

/// Halves of characters beyond `\uFFFF`, written one after the other, make one.
fn flush(units: &mut Vec<u16>, out: &mut String) {
    if !units.is_empty() {
        out.extend(char::decode_utf16(units.drain(..)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
}

/// The value of `12`, `-12`, `0x1F`; nothing when it is not one or beyond `i64`.
pub(crate) fn long_value(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let value = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        // Hexadecimal text gives the bits.
        Some(hex) => i128::from(u64::from_str_radix(hex, 16).ok()? as i64),
        None if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse::<i128>().ok()?,
        None => return None,
    };
    i64::try_from(if negative { -value } else { value }).ok()
}

/// The value of `1.5`, `1e5`, `nan`, `+inf`.
pub(crate) fn real_value(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    if unsigned.eq_ignore_ascii_case("inf") {
        return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    text.parse().ok()
}

/// Ticks of `1.5h`, `10 seconds`; nothing when it is not one or out of range.
pub(crate) fn unit_timespan(text: &str) -> Option<i64> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let split = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = unsigned.split_at_checked(split)?;
    let unit = unit.trim_start();
    let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // Eighteen digits hold any timespan; what lies beyond is less than a tick.
    let fraction = fraction.get(..fraction.len().min(18))?;
    let scale = 10i128.pow(fraction.len() as u32);
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let scaled = whole.checked_mul(scale)?.checked_add(part)?.checked_mul(*nanos)?;
    let ticks = scaled.checked_div(scale.checked_mul(100)?)?;
    i64::try_from(if negative { -ticks } else { ticks }).ok()
}

/// Lower-case with dashes, from any of the usual forms.
pub(crate) fn guid_value(text: &str) -> Option<String> {
    let inner = text.strip_prefix(['{', '(']).and_then(|rest| rest.strip_suffix(['}', ')'])).unwrap_or(text);
    let hex: String = inner.chars().filter(|c| *c != '-').collect();
    if hex.len() != 32 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let dashes: Vec<usize> = inner.match_indices('-').map(|(at, _)| at).collect();
    if !dashes.is_empty() && dashes != [8, 13, 18, 23] {
        return None;
    }
    let lower = hex.to_ascii_lowercase();
    let part = |range: std::ops::Range<usize>| lower.get(range).unwrap_or_default().to_owned();
    Some([part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        for (token, value) in [
            (r#""a""#, "a"),
            (r#"'it"s'"#, "it\"s"),
            (r#""a\tb\\\"""#, "a\tb\\\""),
            (r#"@"a\b""c""#, "a\\b\"c"),
            (r#"h@'x''y'"#, "x'y"),
            (r#"h"secret""#, "secret"),
            ("```a\n\"b```", "a\n\"b"),
            (r#""\u0041\x42\103""#, "ABC"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\U0001F600""#, "😀"),
        ] {
            assert_eq!(string_value(token), (value.to_owned(), None), "{token}");
        }
        assert_eq!(string_value(r#""a\d""#).1, Some((2, 2)));
    }

    #[test]
    fn numbers() {
        assert_eq!(long_value("0x1F"), Some(31));
        assert_eq!(long_value("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(long_value("9223372036854775808"), None);
        assert_eq!(long_value("0xFFFFFFFFFFFFFFFF"), Some(-1));
        assert_eq!(unit_timespan("1.5h"), Some(54_000_000_000));
        assert_eq!(unit_timespan("1tick"), Some(1));
        assert_eq!(unit_timespan("0.0000001s"), Some(1));
        assert_eq!(unit_timespan("1nanosecond"), Some(0));
        assert_eq!(unit_timespan("99999999999d"), None);
        assert_eq!(guid_value("74BE27DE-1E4E-49D9-B579-FE0B331D3642").as_deref(), Some("74be27de-1e4e-49d9-b579-fe0b331d3642"));
        assert_eq!(guid_value("74be27de"), None);
    }
}
