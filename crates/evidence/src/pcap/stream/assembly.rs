//! The bytes of one side of a TCP connection, put in order.

use model::ticks;
use std::collections::VecDeque;

/// Bytes and segments of one side that wait for something before them.
const BYTES: usize = 64 << 10;
const SEGMENTS: usize = 128;
/// What a waiting segment costs beyond its bytes.
const OVERHEAD: usize = 64;
/// After this time what is missing was lost.
const PATIENCE: i64 = 3 * ticks::SECOND;
/// How often the other side may say that it has what we miss, before we believe it: packets are not always captured in their order.
const ACKNOWLEDGED: u8 = 3;
/// A segment this far behind what was read is not one that is sent again.
const STALE: i32 = 1 << 20;
/// Bytes sent out of band that are remembered.
const URGENT: usize = 16;
/// So many of them in a row mean that the first segment that was seen was not of this connection.
const STALE_SEGMENTS: u8 = 4;

#[derive(Default)]
pub(crate) struct Assembly {
    begun: bool,
    /// The number of the next byte.
    next: u32,
    /// Bytes that are missing before it and have not been told.
    lost: u32,
    /// In order of their numbers.
    waiting: Vec<Segment>,
    bytes: usize,
    /// When the first of them came.
    since: i64,
    /// What the other side has, as it last said.
    acknowledged: Option<u32>,
    said: u8,
    stale: u8,
    /// Numbers of bytes that are no part of what is said.
    urgent: VecDeque<u32>,
}

struct Segment {
    start: u32,
    bytes: Vec<u8>,
    /// Bytes at its end that were not captured.
    cut: u32,
}

impl Assembly {
    /// Bytes that wait, with what it costs to keep them.
    pub(crate) fn held(&self) -> usize {
        self.bytes
    }

    /// The side's SYN.
    pub(crate) fn begin(&mut self, first: u32) {
        if !self.begun {
            (self.begun, self.next) = (true, first);
        }
    }

    /// The byte of that number is sent out of band: a receiver hands it out apart from the others, or not at all.
    pub(crate) fn urgent(&mut self, number: u32) {
        if !self.urgent.contains(&number) {
            self.urgent.truncate(URGENT - 1);
            self.urgent.push_front(number);
        }
    }

    /// Takes a segment and gives bytes that are in order, and how many were lost before them. `full`: nothing more may wait.
    pub(crate) fn segment(&mut self, start: u32, bytes: &[u8], cut: u32, at: i64, full: bool, mut give: impl FnMut(&[u8], u32)) {
        if !self.begun {
            (self.begun, self.next) = (true, start);
        }
        let ahead = start.wrapping_sub(self.next).cast_signed();
        if ahead <= 0 {
            if ahead < -STALE && !bytes.is_empty() {
                self.stale += 1;
                if self.stale < STALE_SEGMENTS {
                    return;
                }
                self.waiting.clear();
                self.bytes = 0;
                (self.next, self.lost) = (start, self.lost.max(1));
            }
            self.stale = 0;
            self.take(start, bytes, cut, &mut give);
            self.drain(&mut give);
            if !self.waiting.is_empty() && at.saturating_sub(self.since) > PATIENCE {
                self.skip(&mut give);
            }
            return;
        }
        if self.waiting.is_empty() {
            (self.since, self.said) = (at, 0);
        }
        self.wait(start, bytes, cut);
        if self.acknowledged.is_some_and(|have| have.wrapping_sub(start).cast_signed() >= 0) {
            self.said = self.said.max(1);
        }
        if at.saturating_sub(self.since) > PATIENCE {
            self.skip(&mut give);
        }
        while self.bytes > BYTES || self.waiting.len() > SEGMENTS || full && !self.waiting.is_empty() {
            self.skip(&mut give);
        }
    }

    /// The other side says that it has all before that number. `speaks`: and says something itself, perhaps in answer.
    pub(crate) fn acknowledge(&mut self, have: u32, speaks: bool, mut give: impl FnMut(&[u8], u32)) {
        self.acknowledged = Some(have);
        while let Some(first) = self.waiting.first()
            && have.wrapping_sub(first.start).cast_signed() >= 0
        {
            self.said = self.said.saturating_add(1);
            if !speaks && self.said < ACKNOWLEDGED {
                break;
            }
            self.skip(&mut give);
        }
    }

    /// Gives what waits, gaps or not.
    pub(crate) fn finish(&mut self, mut give: impl FnMut(&[u8], u32)) {
        while !self.waiting.is_empty() {
            self.skip(&mut give);
        }
    }

    /// Gives a segment that begins at or before the next byte.
    fn take(&mut self, start: u32, bytes: &[u8], cut: u32, give: &mut impl FnMut(&[u8], u32)) {
        let known = self.next.wrapping_sub(start) as usize;
        let whole = bytes.len() + cut as usize;
        if known >= whole {
            return;
        }
        let fresh = bytes.get(known..).unwrap_or_default();
        if !fresh.is_empty() {
            self.hand_out(fresh, give);
        }
        let unseen = whole - bytes.len().max(known);
        self.lost = self.lost.saturating_add(unseen as u32);
        self.next = start.wrapping_add(whole as u32);
    }

    /// Gives bytes that begin with the next one, without those out of band.
    fn hand_out(&mut self, mut fresh: &[u8], give: &mut impl FnMut(&[u8], u32)) {
        let mut next = self.next;
        while !self.urgent.is_empty() && !fresh.is_empty() {
            let Some(at) = self.urgent.iter().map(|number| number.wrapping_sub(next) as usize).filter(|at| *at < fresh.len()).min() else {
                break;
            };
            let (before, rest) = fresh.split_at(at);
            if !before.is_empty() {
                give(before, std::mem::take(&mut self.lost));
            }
            next = next.wrapping_add(at as u32 + 1);
            fresh = rest.get(1..).unwrap_or_default();
        }
        if !fresh.is_empty() {
            give(fresh, std::mem::take(&mut self.lost));
        }
    }

    fn wait(&mut self, start: u32, bytes: &[u8], cut: u32) {
        let next = self.next;
        let distance = |segment: &Segment| segment.start.wrapping_sub(next);
        let place = self.waiting.partition_point(|segment| distance(segment) <= start.wrapping_sub(next));
        let again = place.checked_sub(1).and_then(|before| self.waiting.get(before));
        if again.is_some_and(|known| known.start == start && known.bytes.len() >= bytes.len()) {
            return;
        }
        self.bytes += bytes.len() + OVERHEAD;
        self.waiting.insert(place, Segment { start, bytes: bytes.to_vec(), cut });
    }

    /// Gives what no longer waits for anything.
    fn drain(&mut self, give: &mut impl FnMut(&[u8], u32)) {
        let mut ready = 0;
        while let Some(segment) = self.waiting.get_mut(ready) {
            if segment.start.wrapping_sub(self.next).cast_signed() > 0 {
                break;
            }
            let (start, bytes, cut) = (segment.start, std::mem::take(&mut segment.bytes), segment.cut);
            self.bytes = self.bytes.saturating_sub(bytes.len() + OVERHEAD);
            self.take(start, &bytes, cut, give);
            ready += 1;
        }
        self.waiting.drain(..ready);
        if ready > 0 {
            self.said = 0;
        }
    }

    /// Takes the bytes before the first waiting segment as lost.
    fn skip(&mut self, mut give: impl FnMut(&[u8], u32)) {
        let Some(first) = self.waiting.first() else { return };
        self.lost = self.lost.saturating_add(first.start.wrapping_sub(self.next));
        self.next = first.start;
        self.drain(&mut give);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Segments as offset and text; what is given, with `-` for each lost byte.
    fn assemble(first: Option<u32>, segments: &[(u32, &str)]) -> String {
        let mut assembly = Assembly::default();
        let base = u32::MAX - 4;
        if let Some(first) = first {
            assembly.begin(base.wrapping_add(first));
        }
        let mut out = String::new();
        let mut give = |bytes: &[u8], lost: u32| {
            out.push_str(&"-".repeat(lost as usize));
            out.push_str(std::str::from_utf8(bytes).unwrap());
        };
        for (offset, text) in segments {
            assembly.segment(base.wrapping_add(*offset), text.as_bytes(), 0, 0, false, &mut give);
        }
        assembly.finish(&mut give);
        assert_eq!(assembly.held(), 0);
        out
    }

    #[test]
    fn order_is_restored_across_the_end_of_the_numbers() {
        assert_eq!(assemble(Some(0), &[(0, "abc"), (3, "def"), (6, "gh")]), "abcdefgh");
        assert_eq!(assemble(Some(0), &[(6, "gh"), (3, "def"), (0, "abc")]), "abcdefgh");
        assert_eq!(assemble(Some(0), &[(0, "abc"), (0, "abc"), (2, "cdef"), (1, "x"), (6, "gh")]), "abcdefgh");
        assert_eq!(assemble(Some(0), &[(4, "efgh"), (2, "cde"), (0, "abXYZ")]), "abXYZfgh");
    }

    #[test]
    fn a_byte_out_of_band_is_left_out() {
        for split in 0..6 {
            let mut assembly = Assembly::default();
            let mut out = Vec::new();
            assembly.begin(u32::MAX - 1);
            assembly.urgent(0);
            let text = b"ab!cd";
            for (at, bytes) in [(0, &text[..split.min(5)]), (split.min(5) as u32, &text[split.min(5)..])] {
                assembly.segment((u32::MAX - 1).wrapping_add(at), bytes, 0, 0, false, |bytes, lost| {
                    assert_eq!(lost, 0);
                    out.extend_from_slice(bytes);
                });
            }
            assert_eq!(out, b"abcd", "{split}");
        }
    }

    #[test]
    fn what_is_missing_is_told_as_lost() {
        assert_eq!(assemble(Some(0), &[(0, "ab"), (4, "ef"), (8, "ij")]), "ab--ef--ij");
        assert_eq!(assemble(None, &[(4, "ef"), (6, "gh")]), "efgh", "in the middle of a connection");
    }

    #[test]
    fn what_the_other_side_has_is_lost_to_us() {
        let mut assembly = Assembly::default();
        let mut out = Vec::new();
        assembly.begin(0);
        let mut give = |bytes: &[u8], lost: u32| out.push((bytes.to_vec(), lost));
        assembly.segment(0, b"ab", 0, 0, false, &mut give);
        assembly.segment(4, b"ef", 0, 0, false, &mut give);
        for _ in 0..ACKNOWLEDGED {
            assembly.acknowledge(6, false, &mut give);
        }
        assembly.segment(10, b"kl", 0, 0, false, &mut give);
        assembly.acknowledge(12, true, &mut give);
        assert_eq!(out, [(b"ab".to_vec(), 0), (b"ef".to_vec(), 2), (b"kl".to_vec(), 4)]);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut assembly = Assembly::default();
        assembly.begin(0);
        for n in 0..100_000u32 {
            assembly.segment(10 + n * 2, b"x", 0, 0, false, |_, _| {});
            assert!(assembly.held() <= BYTES + 2 * OVERHEAD && assembly.waiting.len() <= SEGMENTS);
        }
        let mut assembly = Assembly::default();
        assembly.begin(0);
        assembly.segment(10, b"x", 0, 0, true, |_, _| {});
        assert_eq!(assembly.held(), 0);
    }

    #[test]
    fn a_cut_segment_and_a_stray_first_one() {
        let mut assembly = Assembly::default();
        let mut out = Vec::new();
        let mut give = |bytes: &[u8], lost: u32| out.push((bytes.to_vec(), lost));
        assembly.segment(3_000_000_000, b"stray", 0, 0, false, &mut give);
        for n in 0..6 {
            assembly.segment(1_000_000_000 + n * 4, b"ab", 2, 0, false, &mut give);
        }
        assert_eq!(out[1..], [(b"ab".to_vec(), 1), (b"ab".to_vec(), 2), (b"ab".to_vec(), 2)]);
    }
}
