//! JSON text without a tree: depth, strings, and what kind of value a piece of text is.

/// Levels that a record may be nested.
pub(crate) const DEPTH_CAP: usize = 256;

/// Whether brackets are nested no deeper than `cap`. Brackets inside of strings do not count.
pub(crate) fn depth_within(json: &[u8], cap: usize) -> bool {
    if json.len() <= cap || memchr::memchr2_iter(b'{', b'[', json).nth(cap).is_none() {
        return true;
    }
    let (mut depth, mut at) = (0usize, 0usize);
    while let Some(b) = json.get(at) {
        match b {
            b'{' | b'[' => {
                depth += 1;
                if depth > cap {
                    return false;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => at = string_end(json, at),
            _ => {}
        }
        at += 1;
    }
    true
}

/// The index of the quote that ends the string which starts at `at`; the last index where none does.
fn string_end(json: &[u8], at: usize) -> usize {
    let mut from = at + 1;
    while let Some(found) = json.get(from..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        let index = from + found;
        if json[index] == b'"' {
            return index;
        }
        from = index + 2;
    }
    json.len()
}

/// What a raw JSON value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    Null,
    Bool(bool),
    /// As written.
    Number(&'a str),
    /// What is between the quotes, escapes and all.
    Text(&'a str),
    /// An object or an array, as written.
    Nested(&'a str),
}

/// The kind of a raw value that is known to be valid JSON.
pub(crate) fn kind(raw: &str) -> Kind<'_> {
    match raw.as_bytes().first() {
        Some(b'"') => Kind::Text(raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default()),
        Some(b'{' | b'[') => Kind::Nested(raw),
        Some(b't') => Kind::Bool(true),
        Some(b'f') => Kind::Bool(false),
        Some(b'n') | None => Kind::Null,
        Some(_) => Kind::Number(raw),
    }
}

/// The text of what is between the quotes of a JSON string; `scratch` holds it where there are escapes.
/// An escape that is none is kept as it is, a lone surrogate becomes U+FFFD.
pub(crate) fn unescape<'a>(text: &'a str, scratch: &'a mut String) -> &'a str {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return text;
    }
    scratch.clear();
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        scratch.push_str(rest.get(..at).unwrap_or_default());
        let code = rest.as_bytes().get(at + 1).copied().unwrap_or(b'\\');
        let mut used = at + 2;
        match code {
            b'n' => scratch.push('\n'),
            b't' => scratch.push('\t'),
            b'r' => scratch.push('\r'),
            b'b' => scratch.push('\u{8}'),
            b'f' => scratch.push('\u{c}'),
            b'u' => {
                let unit = match hex4(rest, at + 2) {
                    Some(unit) => {
                        used = at + 6;
                        unit
                    }
                    None => 0xfffd,
                };
                let low = (0xd800..0xdc00)
                    .contains(&unit)
                    .then(|| rest.get(at + 6..at + 8).filter(|s| *s == "\\u").and_then(|_| hex4(rest, at + 8)))
                    .flatten()
                    .filter(|low| (0xdc00..0xe000).contains(low));
                let point = match low {
                    Some(low) => {
                        used = at + 12;
                        0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                    }
                    None => unit,
                };
                scratch.push(char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            b'"' | b'\\' | b'/' => scratch.push(char::from(code)),
            _ => {
                scratch.push('\\');
                used = at + 1;
            }
        }
        rest = rest.get(used..).unwrap_or_default();
    }
    scratch.push_str(rest);
    scratch
}

fn hex4(text: &str, from: usize) -> Option<u32> {
    text.get(from..from + 4).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit())).and_then(|h| u32::from_str_radix(h, 16).ok())
}

/// Writes text as a JSON string, with quotes.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
                out.push_str("\\u00");
                out.push(HEX[(u32::from(c) >> 4) as usize & 15]);
                out.push(HEX[u32::from(c) as usize & 15]);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Whether text is an object or array in valid JSON, no deeper than [`DEPTH_CAP`].
pub(crate) fn is_nested_json(text: &str) -> bool {
    let trimmed = text.trim();
    let bracketed = matches!((trimmed.as_bytes().first(), trimmed.as_bytes().last()), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')));
    bracketed && depth_within(trimmed.as_bytes(), DEPTH_CAP) && serde_json::from_str::<serde::de::IgnoredAny>(trimmed).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_of_strings() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(!depth_within(deep.as_bytes(), DEPTH_CAP));
        let text = format!("{{\"a\":\"{}\\\"[\"}}", "[".repeat(1000));
        assert!(depth_within(text.as_bytes(), DEPTH_CAP));
        assert!(depth_within("{},".repeat(1000).as_bytes(), 4));
        assert!(depth_within(b"\"\\", 1));
    }

    #[test]
    fn strings_go_there_and_back() {
        let mut scratch = String::new();
        for (raw, expected) in [
            ("plain", "plain"),
            (r"a\nb\tc\\d\/e", "a\nb\tc\\d/e"),
            (r"\u003cEvent\u003e", "<Event>"),
            (r"\ud83d\ude00!", "😀!"),
            (r"\ud83d alone", "\u{fffd} alone"),
            (r"\u12é", "\u{fffd}12é"),
            (r"bad \x escape", r"bad \x escape"),
            ("ends in \\", "ends in \\"),
        ] {
            assert_eq!(unescape(raw, &mut scratch), expected, "{raw}");
        }
        let mut out = String::new();
        quote("a\"b\\c\n\u{1}é", &mut out);
        assert_eq!(out, "\"a\\\"b\\\\c\\n\\u0001é\"");
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), "a\"b\\c\n\u{1}é");
    }

    #[test]
    fn nested_json_is_told_from_text() {
        for (text, expected) in
            [("{\"a\":1}", true), (" [1] ", true), ("['1']", false), ("{}", true), ("12", false), ("{", false), ("", false)]
        {
            assert_eq!(is_nested_json(text), expected, "{text}");
        }
    }
}
