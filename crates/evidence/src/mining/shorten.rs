//! Makes a message shorter without changing what it says of mining: what a miner or a pool may pad its messages with is taken out.

/// Deeper values are none of mining's, and more than a reader of JSON takes.
const DEEPEST: usize = 64;
/// The longest text of mining is a solution, of some 2,700 digits.
const LONGEST_TEXT: usize = 8 << 10;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Text {
    #[default]
    Outside,
    Inside,
    Escaped,
}

/// A message without blanks between its words, with texts cut to a length that tells all, and with a 0 for what lies deep in it.
pub(super) fn shorten(message: &[u8]) -> Vec<u8> {
    let mut short = Short::default();
    short.push(message);
    short.kept
}

/// A message that comes piece by piece.
#[derive(Debug, Default)]
pub(super) struct Short {
    pub(super) kept: Vec<u8>,
    text: Text,
    depth: usize,
    /// Where the text under way begins.
    start: usize,
}

impl Short {
    pub(super) fn push(&mut self, piece: &[u8]) {
        for byte in piece.iter().copied() {
            match self.text {
                Text::Outside => self.outside(byte),
                Text::Inside | Text::Escaped => self.inside(byte),
            }
        }
    }

    fn is_shown(&self) -> bool {
        self.depth <= DEEPEST
    }

    fn outside(&mut self, byte: u8) {
        let shown = self.is_shown();
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return,
            b'{' | b'[' => {
                self.depth = self.depth.saturating_add(1);
                if shown {
                    self.kept.push(if self.is_shown() { byte } else { b'0' });
                }
                return;
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b'"' => {
                self.text = Text::Inside;
                self.start = self.kept.len();
            }
            _ => {}
        }
        if shown {
            self.kept.push(byte);
        }
    }

    fn inside(&mut self, byte: u8) {
        let ends = self.text == Text::Inside && byte == b'"';
        if self.is_shown() {
            if self.kept.len().saturating_sub(self.start) < LONGEST_TEXT {
                self.kept.push(byte);
            } else if ends {
                whole_letters(&mut self.kept, self.start);
                self.kept.push(byte);
            }
        }
        self.text = match (self.text, byte) {
            (Text::Inside, b'"') => Text::Outside,
            (Text::Inside, b'\\') => Text::Escaped,
            _ => Text::Inside,
        };
    }
}

/// A text that was cut does not end within an escape.
fn whole_letters(kept: &mut Vec<u8>, start: usize) {
    /// Of an escape.
    const LONGEST: usize = 6;
    let from = kept.len().saturating_sub(LONGEST).max(start + 1);
    let tail = kept.get(from..).unwrap_or_default();
    if let Some(at) = tail.iter().rposition(|b| *b == b'\\') {
        // Of two in a row the first is the escape.
        let before = kept.get(start..from + at).unwrap_or_default().iter().rev().take_while(|b| **b == b'\\').count();
        kept.truncate(from + at - before % 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(message: &str) -> String {
        String::from_utf8(shorten(message.as_bytes())).unwrap()
    }

    #[test]
    fn padding_is_taken_out() {
        assert_eq!(short("{ \"a\" :\n\t[ 1 , \" x \\\" y \" ] }"), r#"{"a":[1," x \" y "]}"#);
        let long = format!(r#"{{"pad":"{}","method":"login"}}"#, "x".repeat(70_000));
        let found: serde_json::Value = serde_json::from_str(&short(&long)).unwrap();
        assert_eq!((found["method"].as_str(), found["pad"].as_str().map(str::len)), (Some("login"), Some(LONGEST_TEXT - 1)));
        let deep = format!(r#"{{"a":{}1,2{},"b":[3,{{"c":4}}]}}"#, "[".repeat(500), "]".repeat(500));
        let found: serde_json::Value = serde_json::from_str(&short(&deep)).unwrap();
        assert_eq!(found["b"][1]["c"], 4);
        let many = format!("{}[1],{{\"x\":[]}},[2]{}", "[".repeat(64), "]".repeat(64));
        assert_eq!(short(&many), format!("{}0,0,0{}", "[".repeat(64), "]".repeat(64)));
    }

    #[test]
    fn a_text_is_not_cut_within_an_escape() {
        for lead in 0..8 {
            for escape in [r"\u0041", r"\\", r#"\""#, r"\\\u0041"] {
                let message = format!(r#"{{"a":"{}{}","b":1}}"#, "x".repeat(lead), escape.repeat(3_000));
                let found: serde_json::Value = serde_json::from_str(&short(&message)).unwrap_or_else(|_| panic!("{lead} {escape}"));
                assert_eq!(found["b"], 1);
            }
        }
    }

    #[test]
    fn pieces_make_the_same() {
        let deep = format!("{}{{\"x\":[]}},[2]{}", "[".repeat(100), "]".repeat(100));
        let message = format!(r#"{{"a" : "{}" , "d": {deep}, "b" : 1}}"#, r"x\\".repeat(9_000));
        let whole = shorten(message.as_bytes());
        for size in [1, 7, 1_000] {
            let mut short = Short::default();
            message.as_bytes().chunks(size).for_each(|piece| short.push(piece));
            assert_eq!(short.kept, whole);
        }
        let found: serde_json::Value = serde_json::from_slice(&whole).unwrap();
        assert_eq!(found["b"], 1);
    }
}
