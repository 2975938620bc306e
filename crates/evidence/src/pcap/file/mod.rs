//! Capture files: what they are, and their packets one after another.
//!
//! Written by hand because each packet's place in the file is needed, and because a damaged file is read on from the next place that
//! looks like a packet.

mod buffer;
mod classic;
mod next_generation;

use buffer::Window;
use classic::Classic;
use next_generation::NextGeneration;
use std::io::Read;

/// A packet as it lies in the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'a> {
    pub(crate) bytes: &'a [u8],
    /// Bytes that were on the wire but not captured.
    pub(crate) cut: u32,
    /// Ticks; 0 where the file does not tell.
    pub(crate) time: i64,
    /// As the registry of link types numbers them.
    pub(crate) link: u16,
    pub(crate) place: Place,
}

/// Where a packet lies: its number from 0, and the offset of its header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) record: u64,
    pub(crate) offset: u64,
}

/// Something in the file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) place: Place,
    pub(crate) reason: String,
}

/// Bytes of one packet that are looked at; no link carries larger ones, so that a larger one is a lie.
const LARGEST: u32 = 256 << 10;

/// Whether the bytes are the start of a capture.
pub(crate) fn is_capture(head: &[u8]) -> bool {
    classic::Header::of(head).is_some() || next_generation::is(head)
}

/// The packets of one file.
pub(crate) struct Packets {
    window: Window,
    kind: Kind,
    /// Number of the next packet.
    record: u64,
}

enum Kind {
    Unknown,
    Classic(Classic),
    NextGeneration(Box<NextGeneration>),
    Ended,
}

/// A packet that was found: where its bytes lie in the window.
struct Found {
    at: usize,
    length: usize,
    cut: u32,
    time: i64,
    link: u16,
    offset: u64,
}

impl Packets {
    pub(crate) fn new(stream: Box<dyn Read + Send>) -> Self {
        Self { window: Window::new(stream), kind: Kind::Unknown, record: 0 }
    }

    /// The next packet; `None` at the end. What could not be read before it goes into `troubles`.
    pub(crate) fn next(&mut self, troubles: &mut Vec<Trouble>) -> Option<Packet<'_>> {
        let found = loop {
            match &mut self.kind {
                Kind::Unknown => self.kind = self.start(troubles),
                Kind::Classic(classic) => break classic.next(&mut self.window, self.record, troubles),
                Kind::NextGeneration(sections) => break sections.next(&mut self.window, self.record, troubles),
                Kind::Ended => return None,
            }
        };
        let Some(found) = found else {
            self.kind = Kind::Ended;
            return None;
        };
        let place = Place { record: self.record, offset: found.offset };
        self.record += 1;
        let bytes = self.window.slice(found.at, found.length);
        Some(Packet { bytes, cut: found.cut, time: found.time, link: found.link, place })
    }

    fn start(&mut self, troubles: &mut Vec<Trouble>) -> Kind {
        let head = self.window.fill(classic::Header::SIZE);
        if next_generation::is(head) {
            return Kind::NextGeneration(Box::default());
        }
        if let Some(header) = classic::Header::of(head) {
            if head.len() < classic::Header::SIZE {
                self.end(troubles);
                return Kind::Ended;
            }
            self.window.consume(classic::Header::SIZE);
            return Kind::Classic(Classic::new(&header));
        }
        self.end(troubles);
        Kind::Ended
    }

    fn end(&mut self, troubles: &mut Vec<Trouble>) {
        cut_off(&mut self.window, self.record, "the file's header", troubles);
    }
}

/// Tells of what is left at the end of a file when it is not enough.
fn cut_off(window: &mut Window, record: u64, what: &str, troubles: &mut Vec<Trouble>) {
    let (left, offset) = (window.rest().len(), window.offset());
    let failed = window.failed.take();
    let reason = match (failed, left) {
        (None, 0) => return,
        (None, _) => format!("the file is cut off in the middle of {what}: {left} bytes of it are there"),
        (Some(error), 0) => format!("{error}: nothing after this place could be read"),
        (Some(error), _) => format!("{error}: nothing after this place could be read, nor {what}, of which {left} bytes are there"),
    };
    window.consume(left);
    troubles.push(Trouble { place: Place { record, offset }, reason });
}

/// Tells of damage, and how far the next packet was found from it.
fn damaged(start: u64, record: u64, found: Option<u64>, what: &str, troubles: &mut Vec<Trouble>) {
    let reason = match found {
        Some(offset) => format!("{what}: the file is damaged here and is read on {} bytes further", offset.saturating_sub(start)),
        None => format!("{what}: the file is damaged here and nothing after this place could be read"),
    };
    troubles.push(Trouble { place: Place { record, offset: start }, reason });
}

fn u16_at(bytes: &[u8], at: usize, big: bool) -> Option<u16> {
    let pair: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
}

fn u32_at(bytes: &[u8], at: usize, big: bool) -> Option<u32> {
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
}
