//! A strict JSON scanner: it builds values, or finds one path and skips the rest.

use super::{DynValue, MARK, MAX_DEPTH};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// One constant step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    Key(&'a str),
    /// Negative counts from the end.
    Index(i64),
}

/// Reads JSON; `typed` says whether marked strings stand for typed scalars.
pub(super) fn parse(json: &str, typed: bool) -> Option<DynValue> {
    let mut scanner = Scanner { bytes: json.as_bytes(), text: json, at: 0 };
    let value = scanner.value(typed, 0)?;
    scanner.end().then_some(value)
}

/// The value at a path, as a column's text; `None` where there is none, or it is null. The whole text is checked: what is not
/// JSON is a string, and a string has no parts. Of equal keys the last wins.
pub fn path<'a>(text: &'a str, steps: &[Step<'_>]) -> Option<Cow<'a, str>> {
    let (json, typed) = match text.strip_prefix(MARK) {
        Some(json) => (json, true),
        None => (text, false),
    };
    let mut scanner = Scanner { bytes: json.as_bytes(), text: json, at: 0 };
    let found = scanner.find(steps, 0)?;
    if !scanner.end() {
        return None;
    }
    let (from, to) = found?;
    let value = json.get(from..to)?;
    match value {
        "null" => None,
        _ if typed && memchr::memmem::find(value.as_bytes(), b"\\u0001").is_some() => Some(Cow::Owned(format!("{MARK}{value}"))),
        _ => Some(Cow::Borrowed(value)),
    }
}

struct Scanner<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
}

type Found = Option<(usize, usize)>;

impl<'a> Scanner<'a> {
    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        self.blanks();
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == Some(byte);
        self.at += usize::from(hit);
        hit
    }

    /// Whether nothing but blanks is left.
    fn end(&mut self) -> bool {
        self.peek().is_none()
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let hit = self.bytes.get(self.at..)?.starts_with(word);
        self.at += word.len();
        hit.then_some(())
    }

    /// A string's raw inside, and whether it holds escapes. Escapes are checked.
    fn string(&mut self) -> Option<(&'a str, bool)> {
        if !self.eat(b'"') {
            return None;
        }
        let from = self.at;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(self.at..)?;
            let step = rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20)?;
            self.at += step;
            match rest.get(step)? {
                b'"' => {
                    let inside = self.text.get(from..self.at)?;
                    self.at += 1;
                    return Some((inside, escaped));
                }
                b'\\' => {
                    escaped = true;
                    match rest.get(step + 1)? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
                        b'u' => {
                            let hex = rest.get(step + 2..step + 6)?;
                            if !hex.iter().all(u8::is_ascii_hexdigit) {
                                return None;
                            }
                            self.at += 6;
                        }
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }

    /// A number's text, and whether it is an integer.
    fn number(&mut self) -> Option<(&'a str, bool)> {
        let from = self.at;
        let digits = |s: &mut Self| {
            let start = s.at;
            while s.bytes.get(s.at).is_some_and(u8::is_ascii_digit) {
                s.at += 1;
            }
            s.at > start
        };
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else if !digits(self) {
            return None;
        }
        let mut integer = true;
        if self.bytes.get(self.at) == Some(&b'.') {
            integer = false;
            self.at += 1;
            if !digits(self) {
                return None;
            }
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            integer = false;
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            if !digits(self) {
                return None;
            }
        }
        Some((self.text.get(from..self.at)?, integer))
    }

    fn value(&mut self, typed: bool, depth: usize) -> Option<DynValue> {
        if depth >= MAX_DEPTH {
            return None;
        }
        Some(match self.peek()? {
            b'n' => self.word(b"null").map(|()| DynValue::Null)?,
            b't' => self.word(b"true").map(|()| DynValue::Bool(true))?,
            b'f' => self.word(b"false").map(|()| DynValue::Bool(false))?,
            b'"' => {
                let (raw, escaped) = self.string()?;
                let text = unescape(raw, escaped).into_owned();
                if typed { DynValue::from_typed_string(text) } else { DynValue::String(text) }
            }
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                if self.eat(b']') {
                    return Some(DynValue::Array(items));
                }
                loop {
                    items.push(self.value(typed, depth + 1)?);
                    if self.eat(b']') {
                        return Some(DynValue::Array(items));
                    }
                    if !self.eat(b',') {
                        return None;
                    }
                }
            }
            b'{' => {
                self.at += 1;
                let mut pairs = Pairs::default();
                if self.eat(b'}') {
                    return Some(DynValue::Bag(pairs.list));
                }
                loop {
                    let (raw, escaped) = self.string()?;
                    if !self.eat(b':') {
                        return None;
                    }
                    let value = self.value(typed, depth + 1)?;
                    pairs.set(unescape(raw, escaped).into_owned(), value);
                    if self.eat(b'}') {
                        return Some(DynValue::Bag(pairs.list));
                    }
                    if !self.eat(b',') {
                        return None;
                    }
                }
            }
            b'-' | b'0'..=b'9' => {
                let (text, integer) = self.number()?;
                match text.parse::<i64>() {
                    Ok(v) if integer => DynValue::Long(v),
                    _ => DynValue::Real(text.parse().ok()?),
                }
            }
            _ => return None,
        })
    }

    /// Steps over a value and answers where it stands. `None`: not JSON.
    fn skip(&mut self, depth: usize) -> Option<(usize, usize)> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let first = self.peek()?;
        let from = self.at;
        match first {
            b'n' => self.word(b"null")?,
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'"' => {
                self.string()?;
            }
            b'[' => {
                self.at += 1;
                if !self.eat(b']') {
                    loop {
                        self.skip(depth + 1)?;
                        if self.eat(b']') {
                            break;
                        }
                        if !self.eat(b',') {
                            return None;
                        }
                    }
                }
            }
            b'{' => {
                self.at += 1;
                if !self.eat(b'}') {
                    loop {
                        self.string()?;
                        if !self.eat(b':') {
                            return None;
                        }
                        self.skip(depth + 1)?;
                        if self.eat(b'}') {
                            break;
                        }
                        if !self.eat(b',') {
                            return None;
                        }
                    }
                }
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
            }
            _ => return None,
        }
        Some((from, self.at))
    }

    /// Steps over a value and answers where the one at `steps` inside it stands. The outer `None`: not JSON.
    fn find(&mut self, steps: &[Step<'_>], depth: usize) -> Option<Found> {
        let Some((step, rest)) = steps.split_first() else {
            return self.skip(depth).map(Some);
        };
        if depth >= MAX_DEPTH {
            return None;
        }
        match (self.peek()?, step) {
            (b'{', Step::Key(key)) => {
                self.at += 1;
                let mut found = None;
                if self.eat(b'}') {
                    return Some(None);
                }
                loop {
                    let (raw, escaped) = self.string()?;
                    if !self.eat(b':') {
                        return None;
                    }
                    let hit = if escaped { unescape(raw, true) == *key } else { raw == *key };
                    if hit {
                        found = self.find(rest, depth + 1)?;
                    } else {
                        self.skip(depth + 1)?;
                    }
                    if self.eat(b'}') {
                        return Some(found);
                    }
                    if !self.eat(b',') {
                        return None;
                    }
                }
            }
            (b'[', Step::Index(index)) => {
                self.at += 1;
                let mut found = None;
                // From the end, an element is only known to be the one when the array has ended.
                let mut starts = Vec::new();
                let mut n = 0_i64;
                if self.eat(b']') {
                    return Some(None);
                }
                loop {
                    if n == *index {
                        found = self.find(rest, depth + 1)?;
                    } else {
                        let (from, _) = self.skip(depth + 1)?;
                        if *index < 0 {
                            starts.push(from);
                        }
                    }
                    n += 1;
                    if self.eat(b']') {
                        break;
                    }
                    if !self.eat(b',') {
                        return None;
                    }
                }
                if *index < 0 {
                    let at = index.checked_add(n).and_then(|i| usize::try_from(i).ok()).and_then(|i| starts.get(i));
                    if let Some(&from) = at {
                        let end = std::mem::replace(&mut self.at, from);
                        found = self.find(rest, depth + 1)?;
                        self.at = end;
                    }
                }
                Some(found)
            }
            _ => self.skip(depth).map(|_| None),
        }
    }
}

/// The pairs of a bag: of equal keys the last value wins, at the place of the first.
#[derive(Default)]
struct Pairs {
    list: Vec<(String, DynValue)>,
    /// Made when the list is long.
    index: FxHashMap<String, usize>,
}

impl Pairs {
    const SHORT: usize = 16;

    fn set(&mut self, key: String, value: DynValue) {
        if self.list.len() == Self::SHORT && self.index.is_empty() {
            self.index = self.list.iter().enumerate().map(|(n, (k, _))| (k.clone(), n)).collect();
        }
        let known = if self.index.is_empty() { self.list.iter().position(|(k, _)| *k == key) } else { self.index.get(&key).copied() };
        match known.and_then(|n| self.list.get_mut(n)) {
            Some(pair) => pair.1 = value,
            None => {
                if !self.index.is_empty() {
                    self.index.insert(key.clone(), self.list.len());
                }
                self.list.push((key, value));
            }
        }
    }
}

/// The text of a checked string. A lone surrogate becomes U+FFFD.
fn unescape(raw: &str, escaped: bool) -> Cow<'_, str> {
    if !escaped {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((head, tail)) = rest.split_once('\\') {
        out.push_str(head);
        let mut chars = tail.chars();
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let unit = hex(&mut chars);
                let low = || chars.as_str().strip_prefix("\\u").and_then(|t| hex_of(t.get(..4)?)).filter(|l| (0xDC00..0xE000).contains(l));
                match unit {
                    high @ 0xD800..=0xDBFF => match low() {
                        Some(low) => {
                            out.extend(char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
                            chars = chars.as_str().get(6..).unwrap_or_default().chars();
                        }
                        None => out.push('\u{FFFD}'),
                    },
                    unit => out.push(char::from_u32(unit).unwrap_or('\u{FFFD}')),
                }
            }
            Some(c) => out.push(c),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn hex(chars: &mut std::str::Chars<'_>) -> u32 {
    chars.by_ref().take(4).filter_map(|c| c.to_digit(16)).fold(0, |n, d| n * 16 + d)
}

fn hex_of(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        use Step::{Index as I, Key as K};
        let text = r#" {"a":{"b":[10,{"c":"x"},null]},"k\u0041":1,"a2":{"é":2}, "d":1,"d":[[1],[2,3]] } "#;
        for (steps, want) in [
            (&[K("a"), K("b"), I(0)][..], Some("10")),
            (&[K("a"), K("b"), I(1), K("c")], Some("\"x\"")),
            (&[K("a"), K("b"), I(-2)], Some("{\"c\":\"x\"}")),
            (&[K("a"), K("b"), I(2)], None),
            (&[K("a"), K("b"), I(3)], None),
            (&[K("a"), K("b"), I(-4)], None),
            (&[K("a"), K("b"), I(i64::MIN)], None),
            (&[K("a"), I(0)], None),
            (&[K("kA")], Some("1")),
            (&[K("a2"), K("é")], Some("2")),
            (&[K("d"), I(-1), I(-1)], Some("3")),
            (&[K("d")], Some("[[1],[2,3]]")),
            (&[K("x")], None),
        ] {
            assert_eq!(path(text, steps).as_deref(), want, "{steps:?}");
        }
        for broken in ["{\"a\":1", "{\"a\":1}x", "{\"a\":1,}", "{\"a\":1,\"b\":01}", "{\"a\":1,\"b\":\"\\x\"}", ""] {
            assert_eq!(path(broken, &[K("a")]), None, "{broken}");
        }
    }

    #[test]
    fn equal_keys_in_long_bags() {
        let json: String = (0..40).map(|n| format!("\"k{}\":{n},", n % 30)).collect();
        let Some(DynValue::Bag(pairs)) = parse(&format!("{{{}}}", json.trim_end_matches(',')), false) else { panic!() };
        assert_eq!(pairs.len(), 30);
        assert_eq!(pairs[0].1, DynValue::Long(30));
        assert_eq!(pairs[29].1, DynValue::Long(29));
    }
}
