//! Cuts one side's bytes into JSON messages. A message begins at the start of a line, or right behind another, and ends with its last
//! bracket: so several may share a line, and one may take several. What stands inside of other text begins none.

use super::detect;
use super::shorten::{Short, shorten};
use memchr::{memchr, memchr3};

/// The longest message that is kept.
pub(super) const LONGEST: usize = 64 << 10;
/// What is longer is not kept for the next one.
const SMALL: usize = 4 << 10;
/// So many lines that are no JSON, and no more of these than of messages, may pass.
const STRIKES: u32 = 3;
/// So many bytes may pass before the first message, in so many lines: the rest of a line that had begun before the capture, what a server
/// says to greet, and what is said to hide what follows. What is longer is skimmed.
const BEFORE_FIRST: usize = 128 << 10;
const LINES_BEFORE_FIRST: u32 = 64;
/// A single line before the first message that is longer is none.
const LONGEST_LINE: usize = 8 << 20;
/// No reader of JSON takes more brackets within brackets.
const DEEPEST: u32 = 127;

/// What a balancer says of the client, in a line of its own before the client's.
const PREFACE: &[u8] = b"PROXY ";

#[derive(Debug, Default)]
pub(super) struct Messages {
    state: State,
    /// The message under way, or the first letters of a line of text.
    held: Vec<u8>,
    /// It, where it is too long to be held as it is.
    short: Option<Box<Short>>,
    depth: u32,
    deepest: u32,
    text: Text,
    /// The last byte of the message that is no blank.
    before: u8,
    /// Lines of text before the first message, and since then.
    leading: u32,
    strikes: u32,
    found: u32,
    passed: usize,
    /// A line has begun before these bytes did, or bytes of it are lost.
    partial: bool,
    /// It is passed over now, with this letter at its end so far.
    passes_partial: bool,
    last: u8,
    /// The very first letter has to begin a message.
    strict: bool,
    closed: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    LineStart,
    Message,
    /// A new line within a message.
    MessageLine,
    AfterMessage,
    /// Text, whose beginning may be HTTP's.
    LineOfText,
    SkipLine,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Text {
    #[default]
    Outside,
    Inside,
    Escaped,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All bytes are taken.
    Taken,
    /// A line of HTTP: these bytes begin it, and so many of the given ones are left.
    Http(Vec<u8>, usize),
    /// Text without end before any message, with so many of the given bytes left; whether a line begins there.
    Long(usize, bool),
    /// This is no conversation in JSON.
    Other,
}

impl Messages {
    /// For bytes that may begin in the middle of a line.
    pub(super) fn partial() -> Self {
        Self { partial: true, ..Self::default() }
    }

    /// For the first message behind a long text.
    pub(super) fn behind_text() -> Self {
        Self { leading: LINES_BEFORE_FIRST, ..Self::default() }
    }

    /// For a body, which is JSON from its first letter or none at all.
    pub(super) fn strict() -> Self {
        Self { strict: true, ..Self::default() }
    }

    pub(super) fn close(&mut self) {
        *self = Self { closed: true, ..Self::default() };
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Bytes are missing here.
    pub(super) fn lost(&mut self) {
        *self = Self { partial: true, leading: self.leading, strikes: self.strikes, found: self.found, ..Self::default() };
    }

    /// The message that has begun and not ended.
    pub(super) fn under_way(&self) -> &[u8] {
        if matches!(self.state, State::Message | State::MessageLine) { &self.held } else { &[] }
    }

    /// How many were found.
    pub(super) fn found(&self) -> u32 {
        self.found
    }

    /// Takes bytes and hands out whole messages.
    pub(super) fn push(&mut self, bytes: &[u8], mut message: impl FnMut(&[u8])) -> Outcome {
        let mut at = 0;
        // Where the message under way begins in `bytes`, if it began here.
        let mut start = 0;
        while let Some(byte) = bytes.get(at).copied() {
            match self.state {
                State::LineStart => match byte {
                    b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                    // A mark of UTF-8.
                    0xef | 0xbb | 0xbf => at += 1,
                    b'{' | b'[' => {
                        self.begin();
                        start = at;
                    }
                    _ if self.strict => return Outcome::Other,
                    _ => {
                        self.held.clear();
                        self.state = State::LineOfText;
                    }
                },
                State::AfterMessage => match byte {
                    b' ' | b'\t' | b'\r' | 0 => at += 1,
                    b'\n' => {
                        self.state = State::LineStart;
                        at += 1;
                    }
                    b'{' | b'[' => {
                        self.begin();
                        start = at;
                    }
                    _ if self.strict => return Outcome::Other,
                    // Behind a body of HTTP a head may follow at once.
                    _ => {
                        self.held.clear();
                        self.partial = false;
                        self.state = State::LineOfText;
                    }
                },
                State::LineOfText => match self.line_of_text(byte) {
                    Some(true) => return Outcome::Http(std::mem::take(&mut self.held), bytes.len() - at),
                    Some(false) if self.dead() => return self.end(bytes.len() - at, false),
                    Some(false) => {}
                    None => at += 1,
                },
                State::SkipLine => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let end = memchr(b'\n', rest);
                    let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                    if line.iter().any(|b| *b < b' ' && !matches!(*b, b'\t' | b'\r' | 0x1b)) {
                        return Outcome::Other;
                    }
                    at += line.len() + usize::from(end.is_some());
                    if let Some(last) = line.iter().rfind(|b| !b.is_ascii_whitespace()) {
                        self.last = *last;
                    }
                    self.passed = self.passed.saturating_add(line.len());
                    if self.found == 0 && self.passed > LONGEST_LINE {
                        return Outcome::Other;
                    }
                    if end.is_some() {
                        self.state = State::LineStart;
                        if self.end_of_partial() || self.found == 0 && self.passed > BEFORE_FIRST {
                            return self.end(bytes.len() - at, true);
                        }
                    }
                }
                State::Message | State::MessageLine => match self.step(bytes, at) {
                    Step::On(next) => at = next,
                    Step::End(next) => {
                        at = next;
                        let piece = bytes.get(start..at).unwrap_or_default();
                        self.found = self.found.saturating_add(1);
                        self.whole(piece, &mut message);
                        self.state = State::AfterMessage;
                    }
                    Step::Again => {
                        if self.strike() {
                            return self.end(bytes.len() - at, true);
                        }
                        self.begin();
                        start = at;
                    }
                    Step::Broken(next) => {
                        at = next;
                        self.held.clear();
                        self.short = None;
                        self.state = State::SkipLine;
                        if self.strike() {
                            return self.end(bytes.len() - at, false);
                        }
                    }
                },
            }
        }
        if matches!(self.state, State::Message | State::MessageLine) {
            let piece = bytes.get(start..).unwrap_or_default();
            if !self.hold(piece) {
                // The rest of it is passed over like text.
                self.held = Vec::new();
                self.short = None;
                self.state = State::SkipLine;
                return if self.strike() { self.end(0, false) } else { Outcome::Taken };
            }
        }
        Outcome::Taken
    }

    /// Keeps a part of the message under way, while there is room.
    fn hold(&mut self, piece: &[u8]) -> bool {
        if self.short.is_none() && self.held.len() + piece.len() <= LONGEST {
            self.held.extend_from_slice(piece);
            return true;
        }
        let short = self.short.get_or_insert_default();
        short.push(&std::mem::take(&mut self.held));
        short.push(piece);
        short.kept.len() <= LONGEST
    }

    /// Hands out a message that ends with this piece.
    fn whole(&mut self, piece: &[u8], message: &mut impl FnMut(&[u8])) {
        let deep = self.deepest > DEEPEST;
        if let Some(mut short) = self.short.take() {
            short.push(piece);
            message(&short.kept);
        } else if self.held.is_empty() {
            if deep { message(&shorten(piece)) } else { message(piece) }
        } else {
            self.held.extend_from_slice(piece);
            if deep {
                message(&shorten(&self.held));
            } else {
                message(&self.held);
            }
            if self.held.capacity() > SMALL {
                self.held = Vec::new();
            }
            self.held.clear();
        }
    }

    /// Whether so much was no JSON that the rest is none either: where each message has a line of text before it, that line is what is
    /// spoken, and the message is what it carries.
    pub(super) fn mostly_text(&self) -> bool {
        self.strikes > 0 && self.strikes >= self.found
    }

    /// Whether lines of text stood before the first message: what is spoken may be something that quotes what follows.
    pub(super) fn begins_as_text(&self) -> bool {
        self.leading >= STRIKES || self.leading > 0 && self.leading.saturating_add(self.strikes) >= self.found
    }

    /// What carries the bytes says that a message of its own ends here; one of JSON may go on.
    pub(super) fn end_of_frame(&mut self) {
        if !matches!(self.state, State::Message | State::MessageLine) {
            self.state = State::LineStart;
            self.held.clear();
        }
    }

    /// Messages stand among more lines of text.
    pub(super) fn quotes(&self) -> bool {
        self.found > 0 && self.mostly_text()
    }

    pub(super) fn held(&self) -> usize {
        self.held.capacity() + self.short.as_ref().map_or(0, |short| short.kept.capacity())
    }

    fn begin(&mut self) {
        self.held.clear();
        self.short = None;
        self.depth = 0;
        self.deepest = 0;
        self.text = Text::Outside;
        self.before = 0;
        self.state = State::Message;
    }

    fn strike(&mut self) -> bool {
        self.count();
        self.strict || self.dead()
    }

    /// Too much was no JSON.
    fn end(&self, left: usize, fresh: bool) -> Outcome {
        if self.found == 0 && !self.strict { Outcome::Long(left, fresh) } else { Outcome::Other }
    }

    /// Counts a line of text.
    fn count(&mut self) {
        let lines = if self.found == 0 { &mut self.leading } else { &mut self.strikes };
        *lines = lines.saturating_add(1);
    }

    fn dead(&self) -> bool {
        self.strikes >= STRIKES && self.mostly_text() || self.leading > LINES_BEFORE_FIRST
    }

    /// `None` where the byte is taken; otherwise whether the line is HTTP's. If not, it is passed over.
    fn line_of_text(&mut self, byte: u8) -> Option<bool> {
        let answer = if byte == b'\n' {
            Some(false)
        } else {
            match detect::begins_http(&self.held) {
                Some(true) => return Some(true),
                _ if self.held.len() > 8 => Some(false),
                _ => {
                    self.held.push(byte);
                    match detect::begins_http(&self.held) {
                        Some(false) => Some(false),
                        _ => return None,
                    }
                }
            }
        };
        self.last = self.held.iter().rfind(|b| !b.is_ascii_whitespace()).copied().unwrap_or_default();
        let is_preface = self.held.starts_with(PREFACE);
        self.held.clear();
        self.state = State::SkipLine;
        if std::mem::take(&mut self.partial) {
            self.passes_partial = !is_preface;
        } else if !is_preface {
            self.count();
        }
        answer
    }

    /// The rest of a message ends as a message does; otherwise the line was one of text, too. Whether that decides it.
    fn end_of_partial(&mut self) -> bool {
        std::mem::take(&mut self.passes_partial) && !matches!(self.last, b'}' | b']') && self.strike()
    }

    fn step(&mut self, bytes: &[u8], at: usize) -> Step {
        let Some(byte) = bytes.get(at).copied() else { return Step::Broken(at) };
        match self.text {
            Text::Escaped => {
                self.text = Text::Inside;
                return Step::On(at + 1);
            }
            Text::Inside => {
                let rest = bytes.get(at..).unwrap_or_default();
                let Some(stop) = memchr3(b'"', b'\\', b'\n', rest) else {
                    return Step::On(bytes.len());
                };
                match rest.get(stop) {
                    Some(b'"') => {
                        self.text = Text::Outside;
                        self.before = b'"';
                    }
                    Some(b'\\') => self.text = Text::Escaped,
                    // A line's end: no string holds one.
                    _ => return Step::Broken(at + stop),
                }
                return Step::On(at + stop + 1);
            }
            Text::Outside => {}
        }
        match byte {
            b'\n' => {
                self.state = State::MessageLine;
                return Step::On(at + 1);
            }
            b' ' | b'\t' | b'\r' => return Step::On(at + 1),
            b'{' | b'[' => {
                if !matches!(self.before, 0 | b',' | b':' | b'[') {
                    // The message before broke off.
                    return if self.state == State::MessageLine { Step::Again } else { Step::Broken(at) };
                }
                if self.depth > DEEPEST && byte == b'{' && self.state == State::MessageLine {
                    // Brackets without end stand before it.
                    return Step::Again;
                }
                self.depth = self.depth.saturating_add(1);
                self.deepest = self.deepest.max(self.depth);
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b'"' => {
                if !matches!(self.before, b'{' | b'[' | b',' | b':') {
                    return Step::Broken(at);
                }
                self.text = Text::Inside;
            }
            // With the capitals of numbers that some write: `1E9`, `NaN`, `Infinity`.
            b',' | b':' | b'0'..=b'9' | b'+' | b'-' | b'.' | b'a'..=b'z' | b'E' | b'I' | b'N' => {
                if self.before == b'{' {
                    return Step::Broken(at);
                }
            }
            _ => return Step::Broken(at),
        }
        self.state = State::Message;
        self.before = byte;
        if self.depth == 0 { Step::End(at + 1) } else { Step::On(at + 1) }
    }
}

enum Step {
    On(usize),
    End(usize),
    /// Another message begins here, though the one before has no end.
    Again,
    /// This is no JSON from here on.
    Broken(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(bytes: &[u8], piece: usize) -> (Vec<String>, bool) {
        let mut found = Vec::new();
        let mut messages = Messages::partial();
        for part in bytes.chunks(piece) {
            let outcome = messages.push(part, |m| found.push(String::from_utf8_lossy(m).into_owned()));
            if outcome != Outcome::Taken {
                return (found, false);
            }
        }
        (found, true)
    }

    #[test]
    fn messages_are_cut_at_any_split() {
        let text = b"\r\n{\"a\":\"}\\\"{\"}\n{\"b\":[1,{}]}{\"c\":1}\0\n\n[{\"d\":null}]\r\n{\n  \"e\": {\n    \"f\": 1\n  }\n}\n";
        let expected = ["{\"a\":\"}\\\"{\"}", "{\"b\":[1,{}]}", "{\"c\":1}", "[{\"d\":null}]", "{\n  \"e\": {\n    \"f\": 1\n  }\n}"];
        for piece in 1..text.len() {
            let (found, alive) = cut(text, piece);
            assert!(alive, "{piece}");
            assert_eq!(found, expected, "{piece}");
        }
    }

    #[test]
    fn a_line_that_had_begun_is_passed_over() {
        for text in
            ["params\":[1,2]}\n{\"a\":1}\n", "\"x\"]}\n{\"a\":1}\n", "{\"a\":\n{\"b\":2}}\n{\"a\":1}\n", "{\"q\":{\"b\":1}\n{\"a\":1}\n"]
        {
            for piece in 1..text.len() {
                let (found, alive) = cut(text.as_bytes(), piece);
                assert!(alive);
                assert_eq!(found.last().map(String::as_str), Some("{\"a\":1}"), "{text} {piece}");
            }
        }
    }

    #[test]
    fn text_is_given_up_soon() {
        let mail = "220 mail ready\r\n250 go on\r\n".repeat(40);
        for text in [mail.as_bytes(), b"{\0\x01\x02\x03", b"text\x00\x01"] {
            for piece in 1..text.len() {
                let (found, alive) = cut(text, piece);
                assert!(!alive && found.is_empty(), "{text:?} {piece} {found:?}");
            }
        }
    }

    #[test]
    fn what_stands_behind_lines_of_text_is_told_to_do_so() {
        for (text, messages, begins, quotes) in [
            ("220 mail ready\r\nEHLO x\r\nMAIL FROM:<a>\r\nDATA\r\n{\"a\":1}\r\n{\"b\":2}\r\n", 2, true, false),
            ("*3\r\n$7\r\nPUBLISH\r\n$5\r\nnews\r\n{\"a\":1}\r\n*3\r\n", 1, true, true),
            ("welcome\n{\"a\":1}\n", 1, true, false),
            ("welcome\n{\"a\":1}\n{\"a\":2}\n", 2, false, false),
            ("{\"a\":1}\nwelcome\n", 1, false, true),
        ] {
            for piece in 1..text.len() {
                let (mut found, mut cutter) = (0, Messages::default());
                for part in text.as_bytes().chunks(piece) {
                    cutter.push(part, |_| found += 1);
                }
                assert_eq!((found, cutter.begins_as_text(), cutter.mostly_text()), (messages, begins, quotes), "{text} {piece}");
            }
        }
    }

    #[test]
    fn http_is_handed_back() {
        let mut messages = Messages::partial();
        assert_eq!(messages.push(b"tail of a page\r\nPO", |_| {}), Outcome::Taken);
        assert_eq!(messages.push(b"ST / HTTP/1.1\r\n", |_| {}), Outcome::Http(b"POST ".to_vec(), 12));
        let mut messages = Messages::partial();
        let body = b"Server: x\r\nContent-Length: 7\r\nDate: y\r\n\r\n{\"a\":1}HTTP/1.1 200 OK\r\n";
        assert_eq!(messages.push(body, |_| {}), Outcome::Http(b"HTTP/1.".to_vec(), 10));
    }
}
