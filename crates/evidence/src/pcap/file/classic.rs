//! The classic format: one header, then a short header before each packet.

use super::buffer::Window;
use super::{Found, LARGEST, Trouble, cut_off, damaged, u32_at};
use model::ticks;

/// The head of the file.
pub(super) struct Header {
    big: bool,
    nanoseconds: bool,
    /// Bytes that each packet's header has beyond the usual ones (a format of a patched libpcap of 1999, still met).
    extra: usize,
    link: u16,
    largest: u32,
}

impl Header {
    pub(super) const SIZE: usize = 24;

    /// Also of a head that is cut off after the magic number.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let magic = u32_at(head, 0, true)?;
        let (big, nanoseconds, extra) = match magic {
            0xa1b2_c3d4 => (true, false, 0),
            0xd4c3_b2a1 => (false, false, 0),
            0xa1b2_3c4d => (true, true, 0),
            0x4d3c_b2a1 => (false, true, 0),
            0xa1b2_cd34 => (true, false, 8),
            0x34cd_b2a1 => (false, false, 8),
            _ => return None,
        };
        // The upper half of the field is about check sums of frames.
        let link = u32_at(head, 20, big).unwrap_or_default() as u16;
        // Some captures say more than any packet has.
        let largest = u32_at(head, 16, big).unwrap_or_default().clamp(LARGEST, 2 * LARGEST);
        Some(Self { big, nanoseconds, extra, link, largest })
    }
}

pub(super) struct Classic {
    big: bool,
    nanoseconds: bool,
    extra: usize,
    link: u16,
    largest: u32,
    /// Of the last packet that was read, and of the last that was near the one before it: a length that lies leads to times that are none.
    last: Option<u32>,
    trusted: Option<u32>,
}

/// The header of one packet.
#[derive(Clone, Copy)]
struct Short {
    seconds: u32,
    fraction: u32,
    captured: u32,
    length: u32,
}

/// Seconds that a packet behind damage may be away from the one before it.
const NEAR: u32 = 31 * 86_400;
/// 1990 began.
const FIRST_YEARS: u32 = 631_152_000;

impl Classic {
    pub(super) fn new(header: &Header) -> Self {
        let Header { big, nanoseconds, extra, link, largest } = *header;
        Self { big, nanoseconds, extra, link, largest, last: None, trusted: None }
    }

    fn size(&self) -> usize {
        16 + self.extra
    }

    fn short(&self, bytes: &[u8]) -> Option<Short> {
        Some(Short {
            seconds: u32_at(bytes, 0, self.big)?,
            fraction: u32_at(bytes, 4, self.big)?,
            captured: u32_at(bytes, 8, self.big)?,
            length: u32_at(bytes, 12, self.big)?,
        })
    }

    pub(super) fn next(&mut self, window: &mut Window, record: u64, troubles: &mut Vec<Trouble>) -> Option<Found> {
        let size = self.size();
        loop {
            let Some(short) = Some(window.fill(size)).filter(|head| head.len() >= size).and_then(|head| self.short(head)) else {
                cut_off(window, record, "a packet's header", troubles);
                return None;
            };
            // Zeros are what a file is filled with that was never written to its end.
            let zeros = short.seconds == 0 && short.captured == 0 && short.length == 0;
            if short.captured > self.largest || zeros {
                let start = window.offset();
                let what = if zeros { "zeros instead of a packet".to_owned() } else { format!("a packet of {} bytes", short.captured) };
                let found = self.search(window);
                damaged(start, record, found, &what, troubles);
                found?;
                continue;
            }
            let captured = short.captured as usize;
            let rest = window.fill(size + captured);
            if rest.len() < size + captured {
                // The end of the file, unless the length is a lie and packets follow.
                let Some(step) = (1..rest.len()).find(|at| self.follows(rest.get(*at..).unwrap_or_default())) else {
                    cut_off(window, record, "a packet", troubles);
                    return None;
                };
                let start = window.offset();
                damaged(start, record, Some(start + step as u64), &format!("a packet of {captured} bytes"), troubles);
                window.consume(step);
                continue;
            }
            let (at, offset) = (window.at() + size, window.offset());
            window.consume(size + captured);
            if self.last.is_none_or(|last| last.abs_diff(short.seconds) < NEAR) {
                self.trusted = Some(short.seconds);
            }
            self.last = Some(short.seconds);
            let cut = short.length.saturating_sub(short.captured).min(LARGEST);
            return Some(Found { at, length: captured, cut, time: self.time(short), link: self.link, offset });
        }
    }

    fn time(&self, short: Short) -> i64 {
        let fraction = if self.nanoseconds { i64::from(short.fraction) / 100 } else { i64::from(short.fraction) * 10 };
        ticks::UNIX_EPOCH + i64::from(short.seconds) * ticks::SECOND + fraction
    }

    /// Moves on to the next place that looks like a packet followed by another, or by the end of the file.
    fn search(&self, window: &mut Window) -> Option<u64> {
        let size = self.size();
        window.consume(1);
        loop {
            let rest = window.fill(size);
            if rest.len() < size {
                let left = rest.len();
                window.consume(left);
                return None;
            }
            let step = (0..=rest.len() - size).find(|at| rest.get(*at..).is_some_and(|bytes| self.looks_right(bytes)));
            let Some(step) = step else {
                let passed = rest.len() + 1 - size;
                window.consume(passed);
                continue;
            };
            window.consume(step);
            window.fill(2 * size + self.largest as usize);
            if self.follows(window.rest()) {
                return Some(window.offset());
            }
            window.consume(1);
        }
    }

    /// Whether the bytes look like a packet that another follows, or the end of the file.
    fn follows(&self, bytes: &[u8]) -> bool {
        let Some(short) = self.short(bytes).filter(|_| self.looks_right(bytes)) else { return false };
        let end = self.size() + short.captured as usize;
        match bytes.get(end..) {
            Some([]) => true,
            Some(next) => self.looks_right(next),
            None => false,
        }
    }

    /// Whether a packet may be of that time; before any is known, of the years in which there are captures.
    fn is_likely(&self, seconds: u32) -> bool {
        match self.trusted {
            Some(_) => [self.trusted, self.last].into_iter().flatten().any(|known| known.abs_diff(seconds) < NEAR),
            None => seconds > FIRST_YEARS,
        }
    }

    fn looks_right(&self, bytes: &[u8]) -> bool {
        let unit = if self.nanoseconds { 1_000_000_000 } else { 1_000_000 };
        self.short(bytes).is_some_and(|short| {
            self.is_likely(short.seconds)
                && short.fraction < unit
                && (1..=self.largest).contains(&short.captured)
                && (short.captured..=LARGEST * 16).contains(&short.length)
        })
    }
}
