//! Walks over one level of JSON without building a tree and without recursion: hostile depth costs nothing but its length.
//!
//! Brackets, strings and scalars are checked; what stands between the brackets of a nested value is checked for its brackets only.

use std::ops::Range;

/// Why text is not the JSON that was expected.
pub(crate) type Flaw = &'static str;

pub(crate) const TOO_DEEP: Flaw = "nested deeper than the limit";
/// What may follow may make it JSON.
pub(crate) const ENDS: Flaw = "the JSON text ends too early";
pub(crate) const OPEN_STRING: Flaw = "a string that is never closed";

/// Walks over the members of an object.
pub(crate) struct Members<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    state: State,
}

/// Walks over the elements of an array.
pub(crate) struct Elements<'a>(Members<'a>);

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Within,
    Done,
}

/// The members of an object, which is all that the text holds: the ranges of each key (without quotes) and value.
/// `depth` levels may lie within the object.
pub(crate) fn members(text: &str, depth: usize) -> Members<'_> {
    Members { text: text.as_bytes(), at: 0, depth, state: State::Start }
}

/// The elements of an array, as their ranges.
pub(crate) fn elements(text: &str, depth: usize) -> Elements<'_> {
    Elements(members(text, depth))
}

impl Iterator for Members<'_> {
    type Item = Result<(Range<usize>, Range<usize>), Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.enter(b'{', b'}') {
            Ok(true) => {}
            Ok(false) => return None,
            Err(flaw) => return Some(Err(flaw)),
        }
        let member = self.member();
        if member.is_err() {
            self.state = State::Done;
        }
        Some(member)
    }
}

impl Iterator for Elements<'_> {
    type Item = Result<Range<usize>, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        let walk = &mut self.0;
        match walk.enter(b'[', b']') {
            Ok(true) => {}
            Ok(false) => return None,
            Err(flaw) => return Some(Err(flaw)),
        }
        let value = walk.value();
        if value.is_err() {
            walk.state = State::Done;
        }
        Some(value)
    }
}

impl Members<'_> {
    /// Goes to the next member or element; false at the end.
    fn enter(&mut self, open: u8, close: u8) -> Result<bool, Flaw> {
        if self.state == State::Done {
            return Ok(false);
        }
        let started = self.state == State::Within;
        let entered = self.step(open, close, started);
        self.state = if entered == Ok(true) { State::Within } else { State::Done };
        entered
    }

    fn step(&mut self, open: u8, close: u8, started: bool) -> Result<bool, Flaw> {
        if !started {
            if self.token() != Some(open) {
                return Err(if open == b'{' { "not a JSON object" } else { "not a JSON array" });
            }
            self.at += 1;
        }
        match self.token() {
            Some(b) if b == close => {
                self.at += 1;
                if self.token().is_none() { Ok(false) } else { Err("more text after the end of the JSON value") }
            }
            Some(b',') if started => {
                self.at += 1;
                Ok(true)
            }
            Some(_) if !started => Ok(true),
            Some(_) => Err("expected a comma or the closing bracket"),
            None => Err(ENDS),
        }
    }

    fn member(&mut self) -> Result<(Range<usize>, Range<usize>), Flaw> {
        if self.token() != Some(b'"') {
            return Err("expected a key in quotes");
        }
        let key = self.string()?;
        if self.token() != Some(b':') {
            return Err("expected a colon behind the key");
        }
        self.at += 1;
        Ok((key.start + 1..key.end - 1, self.value()?))
    }

    /// The next byte that is no white space.
    fn token(&mut self) -> Option<u8> {
        while let Some(b) = self.text.get(self.at) {
            if !matches!(b, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(*b);
            }
            self.at += 1;
        }
        None
    }

    fn value(&mut self) -> Result<Range<usize>, Flaw> {
        match self.token() {
            Some(b'"') => self.string(),
            Some(b'{' | b'[') => self.nested(),
            Some(_) => self.scalar(),
            None => Err(ENDS),
        }
    }

    fn string(&mut self) -> Result<Range<usize>, Flaw> {
        let start = self.at;
        let mut from = start + 1;
        while let Some(found) = self.text.get(from..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            let index = from + found;
            if self.text[index] == b'"' {
                self.at = index + 1;
                return Ok(start..self.at);
            }
            from = index + 2;
        }
        Err(OPEN_STRING)
    }

    fn nested(&mut self) -> Result<Range<usize>, Flaw> {
        let start = self.at;
        let mut open = Vec::new();
        while let Some(b) = self.text.get(self.at) {
            match b {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => {
                    if open.len() >= self.depth {
                        return Err(TOO_DEEP);
                    }
                    open.push(b + 2);
                }
                b'}' | b']' => {
                    if open.pop() != Some(*b) {
                        return Err("brackets that do not match");
                    }
                    if open.is_empty() {
                        self.at += 1;
                        return Ok(start..self.at);
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        Err(ENDS)
    }

    fn scalar(&mut self) -> Result<Range<usize>, Flaw> {
        let start = self.at;
        while self.text.get(self.at).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')) {
            self.at += 1;
        }
        let word = self.text.get(start..self.at).unwrap_or_default();
        let number = word.first().is_some_and(|b| b.is_ascii_digit() || *b == b'-')
            && word.iter().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
        if number || matches!(word, b"true" | b"false" | b"null" | b"NaN" | b"Infinity") {
            Ok(start..self.at)
        } else {
            Err("not a JSON value")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(text: &str) -> String {
        let mut out = Vec::new();
        for member in members(text, 4) {
            match member {
                Ok((key, value)) => out.push(format!("{}={}", text.get(key).unwrap(), text.get(value).unwrap())),
                Err(flaw) => out.push(format!("!{flaw}")),
            }
        }
        out.join(" ")
    }

    #[test]
    fn objects_are_walked_over() {
        for (text, expected) in [
            ("{}", ""),
            (r#" {"a" : 1, "b":"x\"}", "c":{"d":[1,{}]}, "e":null} "#, r#"a=1 b="x\"}" c={"d":[1,{}]} e=null"#),
            (r#"{"a":1}{"#, "a=1 !more text after the end of the JSON value"),
            (r#"{"a":1 "b":2}"#, "a=1 !expected a comma or the closing bracket"),
            (r#"{"a":[1}"#, "!brackets that do not match"),
            (r#"{"a":"#, "!the JSON text ends too early"),
            (r#"{"a":"x"#, "!a string that is never closed"),
            (r#"{"a":tru}"#, "!not a JSON value"),
            (r#"{"a":[[[[[1]]]]]}"#, "!nested deeper than the limit"),
            (r#"{a:1}"#, "!expected a key in quotes"),
            (r#"{"a":1,}"#, "a=1 !expected a key in quotes"),
            ("[1]", "!not a JSON object"),
            ("", "!not a JSON object"),
        ] {
            assert_eq!(walk(text), expected, "{text}");
        }
    }

    #[test]
    fn arrays_are_walked_over() {
        let text = r#"[1, "a,b", [2], null]"#;
        let found: Vec<_> = elements(text, 4).map(|e| text.get(e.unwrap()).unwrap()).collect();
        assert_eq!(found, ["1", "\"a,b\"", "[2]", "null"]);
        assert!(elements("[1", 4).last().unwrap().is_err());
    }
}
