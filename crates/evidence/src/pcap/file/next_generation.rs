//! The format of blocks: sections in either byte order, each with its interfaces.

use super::buffer::Window;
use super::{Found, LARGEST, Place, Trouble, cut_off, damaged, u16_at, u32_at};
use model::ticks;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const PACKET: u32 = 6;

const ORDER_BIG: [u8; 4] = [0x1a, 0x2b, 0x3c, 0x4d];
const ORDER_LITTLE: [u8; 4] = [0x4d, 0x3c, 0x2b, 0x1a];

/// Bytes of a block that holds a packet: the packet, and comments about it.
const LARGEST_BLOCK: u32 = LARGEST + (128 << 10);
/// Bytes of a block of another kind (names, keys), which is passed over.
const LARGEST_OTHER: u32 = 64 << 20;
/// Interfaces of one section that are kept.
const INTERFACES: usize = 4_096;

pub(super) fn is(head: &[u8]) -> bool {
    head.starts_with(&SECTION.to_be_bytes())
        && match head.get(8..12) {
            Some(order) => order == ORDER_BIG || order == ORDER_LITTLE,
            None => true,
        }
}

#[derive(Default)]
pub(super) struct NextGeneration {
    big: bool,
    interfaces: Vec<Interface>,
}

#[derive(Clone, Copy)]
struct Interface {
    link: u16,
    snap_length: u32,
    clock: Clock,
}

/// What a timestamp counts.
#[derive(Clone, Copy)]
struct Clock {
    /// Units in a second, as a power of ten or of two.
    power: u8,
    binary: bool,
    /// Seconds to add.
    offset: i64,
}

impl Clock {
    fn ticks(self, raw: u64) -> i64 {
        let raw = i128::from(raw);
        let power = u32::from(self.power);
        let elapsed = match (self.binary, power) {
            (true, 0..=100) => (raw * i128::from(ticks::SECOND)) >> power,
            (false, 0..=7) => raw * 10i128.pow(7 - power),
            (false, 8..=37) => raw / 10i128.pow(power - 7),
            _ => return 0,
        };
        let moment = elapsed + i128::from(self.offset) * i128::from(ticks::SECOND) + i128::from(ticks::UNIX_EPOCH);
        i64::try_from(moment).ok().filter(|t| (1..=ticks::MAX).contains(t)).unwrap_or(0)
    }
}

impl NextGeneration {
    pub(super) fn next(&mut self, window: &mut Window, record: u64, troubles: &mut Vec<Trouble>) -> Option<Found> {
        loop {
            if window.fill(12).len() < 12 {
                cut_off(window, record, "a block's header", troubles);
                return None;
            }
            let start = window.offset();
            let Some((kind, length)) = self.header(window.rest()) else {
                let found = self.search(window);
                damaged(start, record, found, "a block that cannot be", troubles);
                found?;
                continue;
            };
            let whole = length as usize;
            if !holds_packet(kind) && length > LARGEST_BLOCK {
                if !window.skip(u64::from(length)) {
                    cut_off(window, record, "a block", troubles);
                    return None;
                }
                continue;
            }
            let rest = window.fill(whole);
            if rest.len() < whole {
                // The end of the file, unless the length is a lie and blocks follow.
                if let Some(step) =
                    (1..rest.len()).find(|at| rest.get(*at..).is_some_and(|bytes| self.likely(bytes) && self.is_whole(bytes)))
                {
                    damaged(start, record, Some(start + step as u64), &format!("a block of {length} bytes"), troubles);
                    window.consume(step);
                    continue;
                }
                let what = if holds_packet(kind) { "a packet" } else { "a block" };
                cut_off(window, record, what, troubles);
                return None;
            }
            let block = window.slice(window.at(), whole);
            if u32_at(block, whole - 4, self.order(kind, block)) != Some(length) {
                let found = self.search(window);
                damaged(start, record, found, "a block that ends with another length than it begins with", troubles);
                found?;
                continue;
            }
            let at = window.at();
            let found = self.block(kind, block, at, start);
            window.consume(whole);
            match found {
                Ok(Some(found)) => return Some(found),
                Ok(None) => {}
                Err(reason) => troubles.push(Trouble { place: Place { record, offset: start }, reason }),
            }
        }
    }

    /// The kind and length of a block, if they can be.
    fn header(&self, head: &[u8]) -> Option<(u32, u32)> {
        let kind = u32_at(head, 0, self.big)?;
        if kind == SECTION && !matches!(head.get(8..12)?.try_into().ok()?, ORDER_BIG | ORDER_LITTLE) {
            return None;
        }
        let length = u32_at(head, 4, self.order(kind, head))?;
        let least = match kind {
            SECTION => 28,
            INTERFACE => 20,
            OLD_PACKET | PACKET => 32,
            SIMPLE_PACKET => 16,
            _ => 12,
        };
        let most = if holds_packet(kind) || matches!(kind, SECTION | INTERFACE) { LARGEST_BLOCK } else { LARGEST_OTHER };
        let known = matches!(kind, SECTION | 0..=0x20 | 0x201..=0x220 | 0xbad | 0x4000_0bad | 0x8000_0000..);
        (known && length.is_multiple_of(4) && (least..=most).contains(&length)).then_some((kind, length))
    }

    /// Whether numbers of the block have their big end first: a section's own header says.
    fn order(&self, kind: u32, block: &[u8]) -> bool {
        if kind == SECTION { block.get(8..12) == Some(&ORDER_BIG) } else { self.big }
    }

    fn block(&mut self, kind: u32, block: &[u8], at: usize, offset: u64) -> Result<Option<Found>, String> {
        let number = |at| u32_at(block, at, self.big).unwrap_or_default();
        let (interface, raw, captured, length, data) = match kind {
            SECTION => {
                self.big = self.order(kind, block);
                self.interfaces.clear();
                return Ok(None);
            }
            INTERFACE => {
                if self.interfaces.len() >= INTERFACES {
                    return Err(format!("more than {INTERFACES} interfaces: packets of this one are left out"));
                }
                self.interfaces.push(interface(block, self.big));
                return Ok(None);
            }
            PACKET => (number(8), Some((number(12), number(16))), number(20), number(24), 28),
            OLD_PACKET => {
                (u32::from(u16_at(block, 8, self.big).unwrap_or_default()), Some((number(12), number(16))), number(20), number(24), 28)
            }
            SIMPLE_PACKET => {
                let most = self.interfaces.first().map(|interface| interface.snap_length).filter(|most| *most > 0).unwrap_or(u32::MAX);
                let room = (block.len() - 16) as u32;
                (0, None, number(8).min(most).min(room), number(8), 12)
            }
            _ => return Ok(None),
        };
        let Some(interface) = self.interfaces.get(interface as usize) else {
            return Err(format!("a packet of interface {interface}, which the section does not have"));
        };
        if data + captured as usize + 4 > block.len() {
            return Err(format!("a packet of {captured} bytes in a block of {}", block.len()));
        }
        let time = raw.map_or(0, |(high, low)| interface.clock.ticks(u64::from(high) << 32 | u64::from(low)));
        let cut = length.saturating_sub(captured).min(LARGEST);
        Ok(Some(Found { at: at + data, length: captured as usize, cut, time, link: interface.link, offset }))
    }

    /// Moves on to the next place that looks like a block.
    fn search(&self, window: &mut Window) -> Option<u64> {
        window.consume(1);
        loop {
            let rest = window.fill(12);
            if rest.len() < 12 {
                let left = rest.len();
                window.consume(left);
                return None;
            }
            let step = (0..=rest.len() - 12).find(|at| rest.get(*at..).is_some_and(|bytes| self.likely(bytes)));
            let Some(step) = step else {
                let passed = rest.len() - 11;
                window.consume(passed);
                continue;
            };
            window.consume(step);
            window.fill(LARGEST_BLOCK as usize);
            if self.is_whole(window.rest()) {
                return Some(window.offset());
            }
            window.consume(1);
        }
    }

    /// Whether a block lies there from its first to its last byte.
    fn is_whole(&self, bytes: &[u8]) -> bool {
        self.header(bytes).is_some_and(|(kind, length)| u32_at(bytes, length as usize - 4, self.order(kind, bytes)) == Some(length))
    }

    /// A block that is worth looking for: a section or a packet, small enough to be looked at whole.
    fn likely(&self, bytes: &[u8]) -> bool {
        self.header(bytes)
            .is_some_and(|(kind, length)| (kind == SECTION || kind == INTERFACE || holds_packet(kind)) && length <= LARGEST_BLOCK)
    }
}

fn holds_packet(kind: u32) -> bool {
    matches!(kind, OLD_PACKET | SIMPLE_PACKET | PACKET)
}

fn interface(block: &[u8], big: bool) -> Interface {
    let mut clock = Clock { power: 6, binary: false, offset: 0 };
    let mut options = block.get(16..block.len().saturating_sub(4)).unwrap_or_default();
    while let (Some(code), Some(length)) = (u16_at(options, 0, big), u16_at(options, 2, big)) {
        let length = usize::from(length);
        let value = options.get(4..4 + length).unwrap_or_default();
        match (code, value) {
            (0, _) => break,
            (9, [resolution, ..]) => (clock.power, clock.binary) = (resolution & 0x7f, resolution & 0x80 != 0),
            (14, _) => clock.offset = seconds(value, big),
            _ => {}
        }
        options = options.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
    }
    Interface { link: u16_at(block, 8, big).unwrap_or_default(), snap_length: u32_at(block, 12, big).unwrap_or_default(), clock }
}

fn seconds(value: &[u8], big: bool) -> i64 {
    match value.try_into() {
        Ok(bytes) if big => i64::from_be_bytes(bytes),
        Ok(bytes) => i64::from_le_bytes(bytes),
        Err(_) => 0,
    }
}
