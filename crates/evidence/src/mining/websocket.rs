//! Frames of WebSocket: unmasked, and put together where a message comes in pieces. Of compressed messages (RFC 7692) those can be read
//! that do not lean on the ones before: the first of a side, and all where the sides agreed so. No more than one message is kept for it.

use super::Side;
use super::shorten::Short;
use flate2::{Decompress, FlushDecompress, Status};

/// Longer messages are passed over.
const LONGEST: usize = 64 << 10;
/// What is longer is not kept for the next one.
const SMALL: usize = 4 << 10;
/// No message of mining is shorter.
const SHORTEST: u64 = 12;
const TEXT: u8 = 1;
const BINARY: u8 = 2;

/// One side's frames.
#[derive(Debug, Default)]
pub(super) struct Frames {
    head: Vec<u8>,
    /// Of the frame under way.
    left: u64,
    mask: Option<[u8; 4]>,
    masked: usize,
    kind: Kind,
    last: bool,
    message: Vec<u8>,
    /// It, where it is too long to be kept as it is.
    short: Option<Box<Short>>,
    /// The message under way is compressed.
    compressed: bool,
    /// It is too long.
    passed_over: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[default]
    Message,
    Control,
}

struct Head {
    size: usize,
    length: u64,
    last: bool,
    compressed: bool,
    opcode: u8,
    mask: Option<[u8; 4]>,
}

/// `Ok(None)` where bytes are missing.
fn head(bytes: &[u8]) -> Result<Option<Head>, ()> {
    let (Some(first), Some(second)) = (bytes.first(), bytes.get(1)) else { return Ok(None) };
    let opcode = first & 15;
    if first & 0x30 != 0 || !matches!(opcode, 0..=2 | 8..=10) {
        return Err(());
    }
    let (length_size, short) = match second & 127 {
        126 => (2, 0),
        127 => (8, 0),
        short => (0, u64::from(short)),
    };
    let control = opcode >= 8;
    if control && (length_size > 0 || first & 0x80 == 0) {
        return Err(());
    }
    let mask_size = if second & 128 == 128 { 4 } else { 0 };
    let size = 2 + length_size + mask_size;
    let Some(rest) = bytes.get(2..size) else { return Ok(None) };
    let (length, mask) = rest.split_at(length_size);
    let length = length.iter().fold(short, |sum, b| sum << 8 | u64::from(*b));
    if length >> 63 != 0 {
        return Err(());
    }
    let mask = <[u8; 4]>::try_from(mask).ok();
    Ok(Some(Head { size, length, last: first & 0x80 != 0, compressed: first & 0x40 != 0, opcode, mask }))
}

/// Whether these bytes begin a frame with JSON inside, or a text of it; `None` where more are needed.
pub(super) fn looks_like(bytes: &[u8]) -> Option<bool> {
    if !matches!(bytes.first(), Some(0x81 | 0x82 | 0x01 | 0x02)) {
        return Some(false);
    }
    match head(bytes) {
        Err(()) => Some(false),
        Ok(None) => None,
        Ok(Some(head)) if head.length < 2 => Some(false),
        Ok(Some(head)) => {
            let first = bytes.get(head.size)? ^ head.mask.map_or(0, |mask| mask[0]);
            Some(matches!(first, b'{' | b'[' | b'"'))
        }
    }
}

/// Whether a frame that begins here is what this side sends, with a message in JSON that begins in it; `None` where more is needed. Stricter
/// than [`looks_like`], as any byte may stand here.
pub(super) fn carries_json(side: Side, bytes: &[u8]) -> Option<bool> {
    let found = match head(bytes) {
        Err(()) => return Some(false),
        Ok(None) => return None,
        Ok(Some(head)) => head,
    };
    if found.compressed || found.mask.is_some() != (side == Side::Client) || !(SHORTEST..=LONGEST as u64).contains(&found.length) {
        return Some(false);
    }
    let mask = found.mask.unwrap_or_default();
    let first = bytes.get(found.size)? ^ mask[0];
    if first != b'{' {
        return Some(false);
    }
    let second = bytes.get(found.size + 1)? ^ mask[1];
    Some(matches!(second, b'"' | b' ' | b'\t' | b'\r' | b'\n'))
}

impl Frames {
    /// Takes bytes and hands out whole messages, an empty one for each that cannot be read; an error where they are no frames.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut message: impl FnMut(&[u8])) -> Result<(), ()> {
        while !bytes.is_empty() || self.left == 0 && !self.head.is_empty() {
            if self.left > 0 {
                bytes = self.payload(bytes, &mut message);
                continue;
            }
            let Some((byte, rest)) = bytes.split_first() else { return Ok(()) };
            self.head.push(*byte);
            bytes = rest;
            let Some(found) = head(&self.head)? else { continue };
            self.head.clear();
            self.begin(&found);
            if found.length == 0 {
                self.end(&mut message);
            }
        }
        Ok(())
    }

    pub(super) fn held(&self) -> usize {
        self.message.capacity() + self.short.as_ref().map_or(0, |short| short.kept.capacity())
    }

    fn begin(&mut self, head: &Head) {
        self.left = head.length;
        self.mask = head.mask;
        self.masked = 0;
        self.last = head.last;
        self.kind = if head.opcode >= 8 { Kind::Control } else { Kind::Message };
        if matches!(head.opcode, TEXT | BINARY) {
            self.message.clear();
            self.short = None;
            self.compressed = head.compressed;
            self.passed_over = false;
        }
    }

    fn payload<'a>(&mut self, bytes: &'a [u8], message: &mut impl FnMut(&[u8])) -> &'a [u8] {
        let take = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        let (mine, rest) = bytes.split_at(take);
        self.left -= take as u64;
        if self.kind == Kind::Message && !self.passed_over {
            if let Some(mask) = self.mask {
                let from = self.masked;
                self.message.extend(mine.iter().enumerate().map(|(at, byte)| byte ^ mask[(from + at) % 4]));
            } else {
                self.message.extend_from_slice(mine);
            }
            if self.short.is_some() || self.message.len() > LONGEST {
                self.passed_over = self.compressed || !self.make_short();
                if self.passed_over {
                    (self.short, self.message) = (None, Vec::new());
                }
            }
        }
        self.masked = (self.masked + take) % 4;
        if self.left == 0 {
            self.end(message);
        }
        rest
    }

    /// Keeps what a long message says; whether there is room.
    fn make_short(&mut self) -> bool {
        let short = self.short.get_or_insert_default();
        short.push(&std::mem::take(&mut self.message));
        short.kept.len() <= LONGEST
    }

    fn end(&mut self, message: &mut impl FnMut(&[u8])) {
        if self.kind == Kind::Message && self.last {
            let short = self.short.take();
            if self.passed_over {
                // What is left of it is of no use.
            } else if let Some(short) = short {
                message(&short.kept);
            } else if !self.compressed {
                message(&self.message);
            } else {
                message(&inflate(&mut self.message).unwrap_or_default());
            }
            if self.message.capacity() > SMALL {
                self.message = Vec::new();
            }
            self.message.clear();
            self.passed_over = false;
        }
    }
}

/// What a sender leaves off each compressed message.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// A message that leans on none before it.
fn inflate(message: &mut Vec<u8>) -> Option<Vec<u8>> {
    message.extend_from_slice(&TAIL);
    let mut plain = Vec::with_capacity(LONGEST);
    let status = Decompress::new(false).decompress_vec(message, &mut plain, FlushDecompress::Sync).ok()?;
    // One that fills all the room is too long.
    (status != Status::BufError && plain.len() < LONGEST).then_some(plain)
}

/// A frame as a side would send it.
#[cfg(test)]
pub(super) fn frame(payload: &[u8], opcode: u8, last: bool, mask: Option<[u8; 4]>) -> Vec<u8> {
    let mut bytes = vec![opcode | if last { 0x80 } else { 0 }];
    let masked = if mask.is_some() { 128 } else { 0 };
    match payload.len() {
        short @ 0..=125 => bytes.push(masked | short as u8),
        long => {
            bytes.push(masked | 126);
            bytes.extend_from_slice(&(long as u16).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&mask.unwrap_or_default()[..if mask.is_some() { 4 } else { 0 }]);
    bytes.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ mask.unwrap_or_default()[at % 4]));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(bytes: &[u8], piece: usize) -> Result<Vec<String>, ()> {
        let mut found = Vec::new();
        let mut frames = Frames::default();
        for part in bytes.chunks(piece) {
            frames.push(part, |message| found.push(String::from_utf8_lossy(message).into_owned()))?;
        }
        Ok(found)
    }

    #[test]
    fn messages_are_unmasked_and_put_together() {
        let mask = Some([1, 200, 3, 77]);
        let long = "x".repeat(300);
        let bytes = [
            frame(b"{\"a\":", TEXT, false, mask),
            frame(b"ping", 9, true, mask),
            frame(b"1}", 0, true, mask),
            frame(b"", TEXT, true, None),
            frame(long.as_bytes(), TEXT, true, None),
        ]
        .concat();
        for piece in 1..bytes.len() {
            assert_eq!(messages(&bytes, piece).unwrap(), ["{\"a\":1}", "", &long]);
        }
    }

    #[test]
    fn padding_is_taken_out_of_a_long_message() {
        let text = format!("{{\"pad\":\"{}\"{},\"b\":1}}", "x".repeat(60_000), " ".repeat(20_000));
        let (first, last) = text.as_bytes().split_at(40_000);
        let bytes = [frame(first, TEXT, false, Some([1, 2, 3, 4])), frame(last, 0, true, Some([9, 8, 7, 6]))].concat();
        for piece in [1, 1_400] {
            let found = messages(&bytes, piece).unwrap();
            assert!(found.len() == 1 && found[0].len() < 10_000 && found[0].ends_with("\",\"b\":1}"), "{piece}");
        }
    }

    #[test]
    fn what_is_compressed_or_too_long_is_passed_over() {
        let mut compressed = frame(b"{}", TEXT, true, None);
        compressed[0] |= 0x40;
        compressed[2] = 0xff;
        let huge = [vec![0x81, 127, 0, 0, 0, 0, 0, 2, 0, 0], vec![b'1'; 2 << 16]].concat();
        let bytes = [compressed, huge, frame(b"[]", TEXT, true, None)].concat();
        assert_eq!(messages(&bytes, 1000).unwrap(), ["", "[]"]);
        assert_eq!(messages(&[0xff, 0xff], 2), Err(()));
    }

    fn packed(packer: &mut flate2::Compress, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() + 64);
        packer.compress_vec(text.as_bytes(), &mut out, flate2::FlushCompress::Sync).unwrap();
        out.truncate(out.len() - TAIL.len());
        let mut bytes = frame(&out, TEXT, true, Some([1, 2, 3, 4]));
        bytes[0] |= 0x40;
        bytes
    }

    #[test]
    fn compressed_messages_that_stand_alone_are_read() {
        let mut packer = flate2::Compress::new(flate2::Compression::best(), false);
        let text = "{\"type\":\"auth\",\"params\":{\"site_key\":\"x\"}}";
        let bytes = [packed(&mut packer, text), packed(&mut packer, text)].concat();
        for piece in [1, 7, 1000] {
            // The second is told as what the first was.
            assert_eq!(messages(&bytes, piece).unwrap(), [text, ""]);
        }
        packer.reset();
        let long = packed(&mut packer, &"a".repeat(LONGEST + 9));
        assert_eq!(messages(&long, 1000).unwrap(), [""]);
    }
}
