//! Where a capture begins within a frame of WebSocket, or bytes are missing: finds the next frame that carries JSON.

use super::{Side, websocket};

/// So many bytes of a side are looked through.
const MOST: usize = 16 << 10;

/// One side's search; at rest until it is begun.
#[derive(Debug, Default)]
pub(super) struct Resync {
    left: usize,
    /// What may begin a frame, without its end.
    held: Vec<u8>,
}

impl Resync {
    pub(super) fn begin(&mut self) {
        *self = Self { left: MOST, held: Vec::new() };
    }

    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.left > 0
    }

    /// Takes bytes, and gives what begins with a frame: what was held of it, and how many of the given bytes follow.
    pub(super) fn push(&mut self, side: Side, bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
        let looked = bytes.get(..self.left.min(bytes.len())).unwrap_or_default();
        self.left -= looked.len();
        let had = self.held.len();
        let joined = (had > 0).then(|| [&self.held, looked].concat());
        let all = joined.as_deref().unwrap_or(looked);
        let mut from = 0;
        while let Some(at) = memchr::memchr2(0x81, 0x82, all.get(from..).unwrap_or_default()) {
            let at = from + at;
            match websocket::carries_json(side, all.get(at..).unwrap_or_default()) {
                Some(true) => {
                    let found = match at.checked_sub(had) {
                        Some(at) => (Vec::new(), bytes.len() - at),
                        None => (self.held.split_off(at), bytes.len()),
                    };
                    self.end();
                    return Some(found);
                }
                Some(false) => from = at + 1,
                None => {
                    self.held = all.get(at..).unwrap_or_default().to_vec();
                    return None;
                }
            }
        }
        self.held.clear();
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mining::opening::noise;
    use crate::mining::websocket::frame;

    #[test]
    fn the_next_frame_is_found_at_any_split() {
        let text = format!("{{\"id\":1,\"pad\":\"{}\"}}", "x".repeat(200));
        for (side, mask) in [(Side::Client, Some([1, 200, 3, 77])), (Side::Server, None)] {
            let whole = frame(text.as_bytes(), 1, true, mask);
            for cut in 1..whole.len() {
                let bytes = [&whole[cut..], &whole].concat();
                for piece in [1, 3, 50, 1_000] {
                    let mut search = Resync::default();
                    search.begin();
                    let mut passed = 0;
                    let found = bytes.chunks(piece).find_map(|part| {
                        passed += part.len();
                        search
                            .push(side, part)
                            .map(|(held, left)| (passed - left - held.len(), [&held, &part[part.len() - left..]].concat()))
                    });
                    let (at, begun) = found.unwrap_or_else(|| panic!("{side:?} {cut} {piece}"));
                    assert!(at == whole.len() - cut && whole.starts_with(&begun[..begun.len().min(whole.len())]), "{side:?} {cut} {piece}");
                }
            }
        }
    }

    #[test]
    fn noise_hardly_holds_a_frame_and_is_not_looked_through_for_ever() {
        let mut found = 0;
        for seed in 0..200 {
            let mut search = Resync::default();
            search.begin();
            for part in noise(40_000, seed).chunks(1_460) {
                found += u32::from(search.push(Side::Client, part).is_some());
                assert!(search.held.len() < 20);
            }
            assert!(!search.is_under_way());
        }
        assert!(found < 8, "{found}");
    }
}
