//! Puts packets together from their parts.

use super::ip::{Address, Fragment, Ip};
use super::tracker::Meta;
use model::ticks;
use std::collections::{BTreeMap, VecDeque};

/// Packets under way at once, and their bytes together.
const PACKETS: usize = 1_024;
const BYTES: usize = 8 << 20;
/// What one part costs beyond its bytes.
const OVERHEAD: usize = 64;
/// Parts of one packet.
const PARTS: usize = 512;
const LARGEST: usize = 65_535;
/// Parts that are further apart are not of one packet.
const PATIENCE: i64 = 60 * ticks::SECOND;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    source: Address,
    destination: Address,
    protocol: u8,
    id: u32,
}

#[derive(Default)]
pub(crate) struct Fragments {
    all: BTreeMap<Key, Parts>,
    /// The oldest first; may name what is gone.
    order: VecDeque<(Key, u64)>,
    bytes: usize,
    /// Numbers the packets, so that an identifier that is used again is not mistaken.
    serial: u64,
}

struct Parts {
    serial: u64,
    /// Of the first part that came.
    meta: Meta,
    /// Bytes by their offset, without overlaps: what came first stays.
    parts: BTreeMap<usize, Vec<u8>>,
    bytes: usize,
    /// Known from the last part.
    length: Option<usize>,
    /// Packets of the capture, and their lengths on the wire.
    packets: u64,
    wire: u64,
}

/// A packet put together, or as much of it as came.
pub(crate) struct Whole {
    pub(crate) source: Address,
    pub(crate) destination: Address,
    pub(crate) protocol: u8,
    pub(crate) payload: Vec<u8>,
    /// Bytes at its end that did not come.
    pub(crate) cut: usize,
    pub(crate) incomplete: bool,
    /// Of the first part that came.
    pub(crate) meta: Meta,
    pub(crate) packets: u64,
    pub(crate) wire: u64,
}

impl Fragments {
    /// Takes a part. Gives packets that are now whole, or that are given up.
    pub(crate) fn add(&mut self, ip: &Ip<'_>, part: Fragment, meta: Meta, mut give: impl FnMut(Whole)) {
        let key = Key { source: ip.source, destination: ip.destination, protocol: ip.protocol, id: part.id };
        if self.all.get(&key).is_some_and(|parts| (meta.time - parts.meta.time).abs() > PATIENCE) {
            self.take(&key, &mut give);
        }
        let serial = &mut self.serial;
        let order = &mut self.order;
        let parts = self.all.entry(key.clone()).or_insert_with(|| {
            *serial += 1;
            order.push_back((key.clone(), *serial));
            Parts { serial: *serial, meta, parts: BTreeMap::new(), bytes: 0, length: None, packets: 0, wire: 0 }
        });
        let before = parts.bytes;
        parts.add(ip, part);
        self.bytes += parts.bytes - before;
        if parts.is_whole() || parts.parts.len() > PARTS {
            self.take(&key, &mut give);
        }
        while self.all.len() > PACKETS || self.bytes > BYTES {
            let Some((key, serial)) = self.order.pop_front() else { break };
            if self.all.get(&key).is_some_and(|parts| parts.serial == serial) {
                self.take(&key, &mut give);
            }
        }
        // Names of what is gone do not pile up.
        if self.order.len() > 4 * PACKETS {
            self.order.retain(|(key, serial)| self.all.get(key).is_some_and(|parts| parts.serial == *serial));
        }
    }

    /// Gives up what is left, the oldest first.
    pub(crate) fn finish(&mut self, mut give: impl FnMut(Whole)) {
        while let Some((key, serial)) = self.order.pop_front() {
            if self.all.get(&key).is_some_and(|parts| parts.serial == serial) {
                self.take(&key, &mut give);
            }
        }
    }

    fn take(&mut self, key: &Key, give: &mut impl FnMut(Whole)) {
        let Some(parts) = self.all.remove(key) else { return };
        self.bytes -= parts.bytes;
        let Parts { meta, length, packets, wire, .. } = parts;
        let incomplete = !parts.is_whole();
        let payload = parts.joined();
        let cut = length.unwrap_or(payload.len()).saturating_sub(payload.len());
        let Key { source, destination, protocol, .. } = *key;
        give(Whole { source, destination, protocol, payload, cut, incomplete, meta, packets, wire });
    }
}

impl Parts {
    fn add(&mut self, ip: &Ip<'_>, part: Fragment) {
        self.packets += 1;
        self.wire += ip.length as u64;
        let end = part.offset + ip.payload.len() + ip.cut;
        if end > LARGEST {
            return;
        }
        if !part.more && self.length.is_none() {
            self.length = Some(end);
        }
        let (mut start, mut bytes) = (part.offset, ip.payload);
        if let Some((before, held)) = self.parts.range(..=start).next_back() {
            let covered = (before + held.len()).saturating_sub(start).min(bytes.len());
            start += covered;
            bytes = bytes.get(covered..).unwrap_or_default();
        }
        // What lies behind a part that is already there would need another part: parts that overlap are made to confuse, the first wins.
        if let Some((next, _)) = self.parts.range(start..).next() {
            bytes = bytes.get(..bytes.len().min(next - start)).unwrap_or_default();
        }
        if !bytes.is_empty() {
            self.bytes += bytes.len() + OVERHEAD;
            self.parts.insert(start, bytes.to_vec());
        }
    }

    fn is_whole(&self) -> bool {
        let Some(length) = self.length else { return false };
        let mut reached = 0;
        for (start, bytes) in &self.parts {
            if *start > reached {
                return false;
            }
            reached = start + bytes.len();
        }
        reached >= length
    }

    /// The bytes from the first on without a gap.
    fn joined(self) -> Vec<u8> {
        let mut joined = Vec::with_capacity(self.bytes.min(LARGEST));
        for (start, bytes) in self.parts {
            if start != joined.len() {
                break;
            }
            joined.extend_from_slice(&bytes);
        }
        joined
    }
}
