//! A borrowed scan over one JSON object: the values of a few named fields, as slices of the line; everything else is passed over.
//!
//! Checks the structure that it walks (quotes, brackets, commas, depth), not every number it passes over. Never recurses deeper than
//! the names it was given, never allocates per value.

use std::borrow::Cow;

/// Why a line is not a JSON object.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(crate) enum JsonError {
    /// The byte where something else was expected.
    Syntax(usize),
    Depth(usize),
    /// Ends before the object does.
    End,
}

impl JsonError {
    pub(crate) fn reason(self) -> String {
        match self {
            Self::Syntax(at) => format!("not JSON at byte {at} of the line"),
            Self::Depth(cap) => format!("JSON nested deeper than {cap}"),
            Self::End => "the JSON object is not closed".to_owned(),
        }
    }
}

/// What to do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Skip,
    Slot(u16),
    Object(u16),
}

/// The fields to look for, by name; `a.b` is the field `b` of the object `a`, or the field named `a.b`.
pub(crate) struct Keys {
    nodes: Vec<Vec<(Box<[u8]>, Target)>>,
    pub(crate) slots: usize,
}

impl Keys {
    /// The value of the `n`-th name goes to slot `n`.
    pub(crate) fn new(names: &[&str]) -> Self {
        let mut keys = Self { nodes: vec![Vec::new()], slots: names.len() };
        for (slot, name) in names.iter().enumerate() {
            let slot = Target::Slot(slot as u16);
            keys.add(0, name, slot);
            if name.contains('.') {
                keys.add(0, &name.replace('.', "_"), slot);
                let mut node = 0;
                let mut parts = name.split('.').peekable();
                while let Some(part) = parts.next() {
                    if parts.peek().is_none() {
                        keys.add(node, part, slot);
                    } else {
                        node = keys.child(node, part);
                    }
                }
            }
        }
        keys
    }

    fn add(&mut self, node: usize, key: &str, target: Target) {
        let quoted: Box<[u8]> = format!("\"{key}\"").into_bytes().into();
        if !self.nodes[node].iter().any(|(known, _)| *known == quoted) {
            self.nodes[node].push((quoted, target));
        }
    }

    fn child(&mut self, node: usize, key: &str) -> usize {
        let quoted = format!("\"{key}\"");
        for (known, target) in &self.nodes[node] {
            if let (true, Target::Object(child)) = (**known == *quoted.as_bytes(), target) {
                return *child as usize;
            }
        }
        let child = self.nodes.len();
        self.nodes.push(Vec::new());
        self.nodes[node].push((quoted.into_bytes().into(), Target::Object(child as u16)));
        child
    }
}

/// Scans objects one after another and learns the order of their keys, so that most keys cost one comparison.
pub(crate) struct Scanner<'k> {
    keys: &'k Keys,
    order: Vec<Order>,
    depth: usize,
}

#[derive(Default)]
struct Order {
    /// Keys with their quotes, in the order in which they were first met.
    seen: Vec<(Box<[u8]>, Target)>,
    next: usize,
}

/// Keys that the order remembers; hostile evidence may have a new key in every line.
const REMEMBERED: usize = 192;

impl<'k> Scanner<'k> {
    pub(crate) fn new(keys: &'k Keys, depth: usize) -> Self {
        Self { keys, order: keys.nodes.iter().map(|_| Order::default()).collect(), depth }
    }

    /// Fills `values` with the raw values of the named fields: a string with its quotes, an object or array whole; empty where absent.
    pub(crate) fn scan<'a>(&mut self, line: &'a [u8], values: &mut [&'a [u8]]) -> Result<(), JsonError> {
        values.fill(&[]);
        let at = self.object(line, space(line, 0), 0, values)?;
        match space(line, at) {
            end if end == line.len() => Ok(()),
            rest => Err(JsonError::Syntax(rest)),
        }
    }

    fn object<'a>(&mut self, b: &'a [u8], mut at: usize, node: usize, values: &mut [&'a [u8]]) -> Result<usize, JsonError> {
        expect(b, at, b'{')?;
        at = space(b, at + 1);
        if b.get(at) == Some(&b'}') {
            return Ok(at + 1);
        }
        self.order[node].next = 0;
        loop {
            let (target, key_end) = self.key(b, at, node)?;
            at = key_end;
            if b.get(at) != Some(&b':') {
                at = space(b, at);
                expect(b, at, b':')?;
            }
            at = space(b, at + 1);
            let start = at;
            at = match target {
                Target::Object(child) if b.get(at) == Some(&b'{') => self.object(b, at, child as usize, values)?,
                _ => skip_value(b, at, self.depth)?,
            };
            if let Target::Slot(slot) = target
                && let (Some(place), Some(value)) = (values.get_mut(slot as usize), b.get(start..at))
                && value != b"null"
            {
                *place = value;
            }
            at = space(b, at);
            match b.get(at) {
                Some(b',') => at = space(b, at + 1),
                Some(b'}') => return Ok(at + 1),
                Some(_) => return Err(JsonError::Syntax(at)),
                None => return Err(JsonError::End),
            }
        }
    }

    fn key(&mut self, b: &[u8], at: usize, node: usize) -> Result<(Target, usize), JsonError> {
        let order = &mut self.order[node];
        if let Some((key, target)) = order.seen.get(order.next)
            && b.get(at..at + key.len()) == Some(&**key)
        {
            order.next += 1;
            return Ok((*target, at + key.len()));
        }
        expect(b, at, b'"')?;
        let end = string_end(b, at + 1).ok_or(JsonError::End)? + 1;
        let key = &b[at..end];
        if let Some(found) = order.seen.iter().position(|(known, _)| **known == *key) {
            order.next = found + 1;
            return Ok((order.seen[found].1, end));
        }
        let unescaped;
        let plain = match text(key) {
            Cow::Borrowed(_) => key,
            Cow::Owned(name) => {
                unescaped = format!("\"{name}\"");
                unescaped.as_bytes()
            }
        };
        let target = self.keys.nodes[node].iter().find(|(known, _)| **known == *plain).map_or(Target::Skip, |(_, target)| *target);
        if order.seen.len() < REMEMBERED {
            order.seen.push((key.into(), target));
            order.next = order.seen.len();
        }
        Ok((target, end))
    }
}

fn expect(b: &[u8], at: usize, byte: u8) -> Result<(), JsonError> {
    match b.get(at) {
        Some(found) if *found == byte => Ok(()),
        Some(_) => Err(JsonError::Syntax(at)),
        None => Err(JsonError::End),
    }
}

fn space(b: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r' | b'\n') = b.get(at) {
        at += 1;
    }
    at
}

/// Where the string that starts behind a quote ends: the place of the closing quote.
fn string_end(b: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    loop {
        while let Some(Ok(eight)) = b.get(at..at + 8).map(<[u8; 8]>::try_from) {
            let word = u64::from_le_bytes(eight);
            let hit = zero(word ^ (ONES * b'"' as u64)) | zero(word ^ (ONES * b'\\' as u64));
            if hit != 0 {
                at += hit.trailing_zeros() as usize / 8;
                break;
            }
            at += 8;
        }
        match b.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The place behind a value.
fn skip_value(b: &[u8], at: usize, depth: usize) -> Result<usize, JsonError> {
    match b.get(at) {
        Some(b'"') => Ok(string_end(b, at + 1).ok_or(JsonError::End)? + 1),
        Some(b'{' | b'[') => skip_nested(b, at, depth),
        // Python writes NaN, Infinity and -Infinity.
        Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n' | b'N' | b'I') => {
            let rest = &b[at..];
            let length = rest.iter().position(|c| matches!(c, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n'));
            Ok(at + length.unwrap_or(rest.len()))
        }
        Some(_) => Err(JsonError::Syntax(at)),
        None => Err(JsonError::End),
    }
}

fn skip_nested(b: &[u8], mut at: usize, cap: usize) -> Result<usize, JsonError> {
    let mut depth = 0;
    loop {
        match b.get(at) {
            Some(b'"') => at = string_end(b, at + 1).ok_or(JsonError::End)?,
            Some(b'{' | b'[') => {
                depth += 1;
                if depth > cap {
                    return Err(JsonError::Depth(cap));
                }
            }
            Some(b'}' | b']') => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
            }
            Some(_) => {}
            None => return Err(JsonError::End),
        }
        at += 1;
    }
}

/// The text of a raw value: a string without quotes and escapes, anything else as it stands. Bytes that are not UTF-8 become U+FFFD.
pub(crate) fn text(raw: &[u8]) -> Cow<'_, str> {
    let Some(inner) = raw.strip_prefix(b"\"").and_then(|r| r.strip_suffix(b"\"")) else { return lossy(raw) };
    if memchr::memchr(b'\\', inner).is_none() {
        return lossy(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut at = 0;
    while let Some(byte) = inner.get(at) {
        at += 1;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        let Some(escape) = inner.get(at) else { break };
        at += 1;
        match escape {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'u' => {
                let mut unit = hex4(inner, at);
                at += 4;
                if let Some(high @ 0xd800..0xdc00) = unit
                    && inner.get(at..at + 2) == Some(b"\\u")
                    && let Some(low @ 0xdc00..0xe000) = hex4(inner, at + 2)
                {
                    at += 6;
                    unit = Some(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                }
                let c = unit.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => out.push(*other),
        }
    }
    Cow::Owned(String::from_utf8(out).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

/// [`String::from_utf8_lossy`], quicker where nothing is lost.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

fn hex4(b: &[u8], at: usize) -> Option<u32> {
    let digits = std::str::from_utf8(b.get(at..at + 4)?).ok()?;
    u32::from_str_radix(digits, 16).ok()
}

/// Walks the elements of a raw array; nothing when it is none.
pub(crate) fn elements(raw: &[u8], depth: usize) -> impl Iterator<Item = &[u8]> {
    let mut at = if raw.first() == Some(&b'[') { space(raw, 1) } else { raw.len() };
    std::iter::from_fn(move || {
        let start = at;
        let end = skip_value(raw, start, depth).ok()?;
        at = space(raw, end);
        if raw.get(at) == Some(&b',') {
            at = space(raw, at + 1);
        }
        raw.get(start..end)
    })
}

/// Calls `each` with the name and the raw value of every member of an object, as far as it is well-formed; a value that is cut off
/// is empty.
pub(crate) fn members<'a>(b: &'a [u8], depth: usize, mut each: impl FnMut(Cow<'a, str>, &'a [u8])) -> Result<(), JsonError> {
    let mut at = space(b, 0);
    expect(b, at, b'{')?;
    at = space(b, at + 1);
    if b.get(at) == Some(&b'}') {
        return Ok(());
    }
    loop {
        expect(b, at, b'"')?;
        let end = string_end(b, at + 1).ok_or(JsonError::End)? + 1;
        let key = text(&b[at..end]);
        at = space(b, end);
        expect(b, at, b':')?;
        at = space(b, at + 1);
        match skip_value(b, at, depth) {
            Ok(end) => {
                each(key, &b[at..end]);
                at = space(b, end);
            }
            Err(error) => {
                each(key, &[]);
                return Err(error);
            }
        }
        match b.get(at) {
            Some(b',') => at = space(b, at + 1),
            Some(b'}') => return Ok(()),
            Some(_) => return Err(JsonError::Syntax(at)),
            None => return Err(JsonError::End),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan<'a>(names: &[&str], line: &'a str) -> Result<Vec<Cow<'a, str>>, JsonError> {
        let keys = Keys::new(names);
        let mut values = vec![&[][..]; keys.slots];
        Scanner::new(&keys, 64).scan(line.as_bytes(), &mut values)?;
        Ok(values.into_iter().map(text).collect())
    }

    #[test]
    fn named_fields_are_found_wherever_they_stand() {
        for line in [
            r#"{"a":"x","id.h":"1.2.3.4","n":12}"#,
            r#"{ "n" : 12 , "skip" : {"a":"no","b":[{}, "]"]} , "id" : { "h" : "1.2.3.4", "z": null } , "a" : "x" }"#,
            r#"{"id_h":"1.2.3.4","\u0061":"\u0078","n":12,"e":{},"f":[]}"#,
        ] {
            assert_eq!(scan(&["a", "id.h", "n", "none"], line).unwrap(), ["x", "1.2.3.4", "12", ""], "{line}");
        }
    }

    #[test]
    fn the_order_of_keys_is_learnt_and_may_change() {
        let keys = Keys::new(&["a", "b"]);
        let mut scanner = Scanner::new(&keys, 64);
        for line in [r#"{"a":1,"x":0,"b":2}"#, r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, r#"{"y":9,"a":1,"x":0,"b":2}"#] {
            let mut values = vec![&[][..]; 2];
            scanner.scan(line.as_bytes(), &mut values).unwrap();
            assert_eq!(values, [&b"1"[..], b"2"], "{line}");
        }
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        for (line, error) in [
            ("", JsonError::End),
            ("[1]", JsonError::Syntax(0)),
            ("{\"a\":1", JsonError::End),
            ("{\"a\":1} x", JsonError::Syntax(8)),
            ("{\"a\" 1}", JsonError::Syntax(5)),
            ("{\"a\":\"x}", JsonError::End),
            ("{\"a\":\"x\\", JsonError::End),
            ("{a:1}", JsonError::Syntax(1)),
            ("{\"a\":x}", JsonError::Syntax(5)),
            ("{\"a\":1,}", JsonError::Syntax(7)),
            (deep.as_str(), JsonError::Depth(64)),
        ] {
            assert_eq!(scan(&["a"], line), Err(error), "{}", &line.chars().take(20).collect::<String>());
        }
    }

    #[test]
    fn escapes_and_surrogates() {
        for (raw, plain) in [
            (r#""a\"b\\c\/d\n""#, "a\"b\\c/d\n"),
            (r#""\ud834\udd1e \ud834x""#, "\u{1d11e} \u{fffd}x"),
            (r#""\u00""#, "\u{fffd}"),
            ("12", "12"),
        ] {
            assert_eq!(text(raw.as_bytes()), plain, "{raw}");
        }
        assert_eq!(text(b"\"a\xffb\""), "a\u{fffd}b");
    }

    #[test]
    fn elements_of_arrays() {
        let all: Vec<_> = elements(br#"[ "a,b" , 1, {"x":[2]} ]"#, 64).map(text).collect();
        assert_eq!(all, ["a,b", "1", "{\"x\":[2]}"]);
        assert_eq!(elements(b"\"a\"", 64).count(), 0);
    }
}
