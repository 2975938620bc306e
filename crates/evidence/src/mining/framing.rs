//! Messages in JSON that are put otherwise than in lines: in letters of two bytes (UTF-16), or behind their length in binary.

/// No frame is longer.
const LONGEST: usize = 1 << 20;

/// How a side puts its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Each letter has a zero beside it.
    Wide,
    /// A length of so many bytes stands before each message.
    Prefixed { size: usize, little: bool },
}

/// What these bytes begin: `None` where that is not told by them, and `Some(None)` where it is none of these.
pub(super) fn begins(head: &[u8]) -> Option<Option<Framing>> {
    let prefixed = |size, little| Some(Some(Framing::Prefixed { size, little }));
    match head {
        // Blank lines before a message are no length.
        [b'\r' | b'\n', b'\r' | b'\n', ..] => Some(None),
        [0xff] | [0xfe] | [0xff, 0xfe] | [0xfe, 0xff] | [0xff, 0xfe, b'{' | b'['] | [0xfe, 0xff, 0] => None,
        [0xff, 0xfe, b'{' | b'[', 0, ..] | [0xfe, 0xff, 0, b'{' | b'[', ..] => Some(Some(Framing::Wide)),
        [b'{' | b'[', 0, letter, 0, ..] if *letter != 0 => Some(Some(Framing::Wide)),
        [0, b'{' | b'[', 0, letter, ..] if *letter != 0 => Some(Some(Framing::Wide)),
        [0, 0 | 1, _, _, b'{', ..] => prefixed(4, false),
        [_, _, 0 | 1, 0, b'{', ..] => prefixed(4, true),
        // Shorter ones are more easily mistaken.
        [high @ 0..=15, low, b'{', b'"' | b' ' | b'\n', ..] => prefixed(2, low < high),
        [_, 0..=8 | 11 | 12 | 14 | 15, b'{', b'"' | b' ' | b'\n', ..] => prefixed(2, true),
        _ if head.len() >= 5 => Some(None),
        // Text is told by its first letters.
        [b' '..=b'~' | b'\r' | b'\n' | b'\t', b' '..=b'~' | b'\r' | b'\n' | b'\t', ..] => Some(None),
        [b'{' | b'[', 0, _] => None,
        [_] | [0..=15, _] | [_, 0..=8 | 11 | 12 | 14 | 15] => None,
        [_, _, b'{'] | [0, 0 | 1, ..] | [_, _, 0 | 1] | [_, _, 0 | 1, 0] => None,
        _ => Some(None),
    }
}

/// One side's frames.
#[derive(Debug)]
pub(super) struct Frames {
    framing: Framing,
    /// The length under way.
    head: Vec<u8>,
    left: usize,
}

impl Frames {
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, head: Vec::new(), left: 0 }
    }

    pub(super) fn is_prefixed(&self) -> bool {
        self.framing != Framing::Wide
    }

    /// Takes bytes and hands out what they carry, and whether a frame ends behind it; an error where they are none.
    pub(super) fn push(&mut self, bytes: &[u8], mut part: impl FnMut(&[u8], bool)) -> Result<(), ()> {
        let Framing::Prefixed { size, little } = self.framing else {
            let letters: Vec<u8> = bytes.iter().copied().filter(|b| !matches!(b, 0 | 0xfe | 0xff)).collect();
            part(&letters, false);
            return Ok(());
        };
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.left == 0 {
                let (taken, after) = rest.split_at(rest.len().min(size - self.head.len().min(size)));
                self.head.extend_from_slice(taken);
                rest = after;
                if self.head.len() < size {
                    break;
                }
                let add = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
                self.left = if little { self.head.iter().rev().fold(0, add) } else { self.head.iter().fold(0, add) };
                self.head.clear();
                if self.left > LONGEST {
                    return Err(());
                }
                continue;
            }
            let (taken, after) = rest.split_at(rest.len().min(self.left));
            self.left -= taken.len();
            part(taken, self.left == 0);
            rest = after;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framings_are_told_apart() {
        let prefixed = |size, little| Some(Some(Framing::Prefixed { size, little }));
        for (head, expected) in [
            (&b"{\0\"\0i\0"[..], Some(Some(Framing::Wide))),
            (b"\0{\0\"\0i", Some(Some(Framing::Wide))),
            (b"\xff\xfe{\0\"\0", Some(Some(Framing::Wide))),
            (b"\0\0\0\x5e{\"id", prefixed(4, false)),
            (b"\x5e\0\0\0{\"id", prefixed(4, true)),
            (b"\0\x5e{\"id", prefixed(2, false)),
            (b"\x5e\0{\"id", prefixed(2, true)),
            (b"\x06\x01{\"id", prefixed(2, true)),
            (b"\x01\x06{\"id", prefixed(2, false)),
            (b"{\0\"", None),
            (b"{\"id\":1", Some(None)),
            (b"{\r\n", Some(None)),
            (b"\r\n{\"id\":1", Some(None)),
            (b"\n\n{\"id\":1", Some(None)),
            (b"\0\0\0\x28\0\0\x02", Some(None)),
            (b"\0\x5a\0\0\0", Some(None)),
            (b"\x16\x03\x01\x02\0", Some(None)),
            (b"\0\0", None),
        ] {
            assert_eq!(begins(head), expected, "{head:?}");
        }
    }
}
