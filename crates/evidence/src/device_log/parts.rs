//! What the lines of several devices have in common.

use crate::exports::time::fraction;
use model::ticks;
use std::borrow::Cow;
use std::net::IpAddr;

/// An address, or `None`.
pub(super) fn address(text: &str) -> Option<&str> {
    text.parse::<IpAddr>().is_ok().then_some(text)
}

/// A name as hunts look for it: in lower case, without the dot at its end.
pub(super) fn name(text: &str) -> Cow<'_, str> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.bytes().any(|b| b.is_ascii_uppercase()) { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) }
}

pub(super) fn port(text: &str) -> Option<i64> {
    text.parse::<u16>().ok().map(i64::from)
}

/// A number that is not negative.
pub(super) fn count(text: &str) -> Option<i64> {
    text.parse().ok().filter(|n: &i64| *n >= 0)
}

/// Seconds as milliseconds, up to the years that a connection is believed to have lasted.
pub(super) fn seconds(text: &str) -> Option<i64> {
    text.parse::<f64>().ok().filter(|s| (0.0..1e8).contains(s)).map(|s| (s * 1e3).round() as i64)
}

/// Seconds since 1970 with their parts, in ticks.
pub(super) fn since_1970(text: &str) -> Option<i64> {
    let (seconds, digits) = text.split_once('.')?;
    let seconds = seconds.parse::<i64>().ok().filter(|s| (100_000_000..10_000_000_000).contains(s))?;
    Some(ticks::UNIX_EPOCH + seconds * ticks::SECOND + fraction(digits)?)
}

/// `address:port`, and `[address]:port`.
pub(super) fn with_colon(text: &str) -> Option<(&str, i64)> {
    let (host, number) = text.rsplit_once(':')?;
    Some((host.trim_matches(['[', ']']), port(number)?))
}

/// The value of `key=value` or `key="value"`, where the key stands at the start or behind a blank.
pub(super) fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find(key)?;
        let behind = text.get(at + key.len()..)?;
        let apart = at == 0 || matches!(text.as_bytes().get(at - 1), Some(b' ' | b',' | b'\t'));
        if apart && let Some(value) = behind.strip_prefix('=') {
            return Some(match value.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next().unwrap_or_default(),
                None => value.split([' ', '\t']).next().unwrap_or_default(),
            });
        }
        from = at + key.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_keys() {
        let text = r#"xsrcip=9 srcip=10.0.0.5 name="a b=c" last=7"#;
        for (key, expected) in [("srcip", Some("10.0.0.5")), ("name", Some("a b=c")), ("last", Some("7")), ("ip", None), ("é", None)] {
            assert_eq!(value(text, key), expected, "{key}");
        }
        assert_eq!(with_colon("[2001:db8::5]:80"), Some(("2001:db8::5", 80)));
        assert_eq!(with_colon("10.0.0.5:x"), None);
        assert_eq!(seconds("600"), Some(600_000));
    }
}
