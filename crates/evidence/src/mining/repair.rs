//! What readers of JSON accept who are less strict than ours, or strict in another way.

use super::message::is_some_hex;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// With what some accept: letters of another encoding, halves of surrogate pairs, controls within texts, and numbers that are none or too
/// large. None of that stands in what tells mining, but may stand beside it.
pub(super) fn repaired(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).replace(|letter: char| letter.is_ascii_control(), " ");
    let mut out = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some((before, after)) = rest.split_once("\\u") {
        out.push_str(before);
        let is_half = matches!(after.as_bytes(), [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]);
        match after.split_at_checked(4).filter(|(digits, _)| is_half && is_some_hex(digits)) {
            Some((_, after)) => {
                out.push_str("\\ufffd");
                rest = after;
            }
            None => {
                out.push_str("\\u");
                rest = after;
            }
        }
    }
    numbers(&(out + rest))
}

/// Puts a 0 for each word outside of texts that is no number of JSON's.
fn numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| letter == '"' || letter.is_ascii_alphanumeric() || matches!(letter, '-' | '+' | '.')) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let length = if after.starts_with('"') {
            end_of_text(after)
        } else {
            after.find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '+' | '.'))).unwrap_or(after.len())
        };
        let (word, after) = after.split_at(length);
        let is_sound = word.starts_with('"') || serde_json::from_str::<Value>(word).is_ok();
        out.push_str(if is_sound { word } else { "0" });
        rest = after;
    }
    out + rest
}

/// Behind the text that begins here.
fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The message with what stands first of a member that stands twice; `None` where all stand once.
pub(super) fn with_first(text: &[u8], last: &Map<String, Value>) -> Option<Map<String, Value>> {
    let named = |name: &[u8]| memchr::memmem::find_iter(text, name).nth(1).is_some();
    // Only the method tells what a message is, and most messages have it once.
    if !(named(b"method") || named(b"\\u006")) {
        return None;
    }
    let first = serde_json::Deserializer::from_slice(text).deserialize_map(First).ok()?;
    (first != *last).then_some(first)
}

struct First;

impl<'de> Visitor<'de> for First {
    type Value = Map<String, Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            if map.contains_key(&name) {
                access.next_value::<IgnoredAny>()?;
            } else {
                map.insert(name, access.next_value()?);
            }
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_accept_is_read() {
        for (text, expected) in [
            (r#"{"id":1e999,"a":-1}"#, r#"{"id":0,"a":-1}"#),
            (r#"{"id":NaN,"a":[-Infinity, 007, +1, .5, 1.5e3, true, null]}"#, r#"{"id":0,"a":[0, 0, 0, 0, 1.5e3, true, null]}"#),
            (r#"{"NaN":"a \" 1e999","b":1e999}"#, r#"{"NaN":"a \" 1e999","b":0}"#),
            ("{\"a\":\"\u{1}\"}", "{\"a\":\" \"}"),
        ] {
            assert_eq!(repaired(text.as_bytes()), expected);
            assert!(serde_json::from_str::<Value>(expected).is_ok());
        }
    }

    #[test]
    fn a_member_that_stands_twice_has_two_readings() {
        let text = br#"{"method":"login","params":{"a":1},"method":"ping"}"#;
        let last: Map<String, Value> = serde_json::from_slice(text).unwrap();
        assert_eq!((last["method"].as_str(), with_first(text, &last).unwrap()["method"].as_str()), (Some("ping"), Some("login")));
        let once = br#"{"method":"login","params":{"method":1}}"#;
        let last: Map<String, Value> = serde_json::from_slice(once).unwrap();
        assert_eq!(with_first(once, &last), None);
    }
}
