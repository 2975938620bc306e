//! Encrypted openings that are known by their lengths alone: Stratum V2's handshake, and RLPx between Ethereum's nodes.

use super::Side;
use super::nodes::Peers;

/// Noise NX as Stratum V2 uses it: the client's first act is a key, the server's is a key, its static key and a certificate with
/// their tags, and everything after that begins with a header of this length.
const ACT_1: u32 = 64;
const ACT_2: u32 = 234;
/// The same with keys of 32 bytes, as the specification had it before keys were encoded to look random, and as some still have it.
const SHORT_ACT_1: u32 = 32;
const SHORT_ACT_2: u32 = 170;
const HEADER: u32 = 22;
const TAG: u32 = 16;
/// The shortest request that sets the connection up: protocol, two versions, flags, a port, and five texts that are empty. The longest
/// holds texts of some length, and the request for a channel may come right behind it.
const SETUP: u32 = HEADER + 16 + TAG;
const LONGEST_SETUP: u32 = 800;
/// An answer that sets the connection up, and nothing else: header, version and flags, tag.
const SETUP_SUCCESS: u32 = HEADER + 6 + TAG;
/// One that refuses, with as long a reason as there can be.
const LONGEST_SETUP_ERROR: u32 = HEADER + 5 + 255 + TAG;
/// The shortest request for a channel: number, an empty name, hash rate, limit.
const OPEN: u32 = HEADER + 41 + TAG;
/// The shortest thing that a client says then: a share, if it asked for its channel before the answer came.
const SHARE: u32 = HEADER + 24 + TAG;

/// Of 64 random bytes some 57 differ, of 234 some 153; these bounds lie five standard deviations below.
const DISTINCT_1: u32 = 45;
const DISTINCT_2: u32 = 125;
/// Of 32 some 30, of 170 some 124.
const SHORT_DISTINCT_1: u32 = 25;
const SHORT_DISTINCT_2: u32 = 100;

/// RLPx before EIP-8.
const OLD_AUTH: u32 = 307;
const OLD_ACK: u32 = 210;
const LONGEST: u32 = 1500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    /// The lengths of Stratum V2.
    V2,
    /// And the one answer that only it would give.
    V2Setup,
    Peers(Peers),
    /// Neither.
    Other,
}

#[derive(Debug, Default)]
pub(super) struct Opening {
    act: Act,
    client: Flight,
    server: Flight,
    /// What the client sent behind its first act.
    behind: u32,
    /// What the server sent behind its own, before the client spoke again.
    setup: u32,
    /// What the client said to that.
    open: u32,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Act {
    #[default]
    Client,
    Server,
    Behind,
    Setup,
    Open,
    Over,
}

/// The first bytes of a side, before the other spoke.
#[derive(Debug, Default)]
struct Flight {
    length: u32,
    head: [u8; 3],
    seen: [u64; 4],
}

impl Flight {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().take(LONGEST as usize) {
            if let Some(place) = self.head.get_mut(self.length as usize) {
                *place = *byte;
            }
            if let Some(word) = self.seen.get_mut(usize::from(byte >> 6)) {
                *word |= 1 << (byte & 63);
            }
            self.length = self.length.saturating_add(1);
        }
    }

    fn distinct(&self) -> u32 {
        self.seen.iter().map(|word| word.count_ones()).sum()
    }

    /// Whether the length is one of RLPx's: before EIP-8 a fixed one, since then told by the first two bytes. What is encrypted begins
    /// with 4, the mark of an uncompressed key.
    fn rlpx(&self, old: u32) -> bool {
        let told = u32::from(self.head[0]) << 8 | u32::from(self.head[1]);
        (self.head[2] == 4 && told + 2 == self.length && told > 150 || self.head[0] == 4 && self.length == old) && self.distinct() > 80
    }

    fn may_be_rlpx(&self, old: u32) -> bool {
        let told = u32::from(self.head[0]) << 8 | u32::from(self.head[1]);
        self.length < 3
            || self.head[2] == 4 && (150..LONGEST).contains(&told) && self.length <= told + 2
            || self.head[0] == 4 && self.length <= old
    }
}

impl Opening {
    /// The length of the server's act, and how many of its bytes differ, by that of the client's.
    fn acts(&self) -> Option<(u32, u32)> {
        match (self.client.length, self.client.distinct()) {
            (ACT_1, DISTINCT_1..) => Some((ACT_2, DISTINCT_2)),
            (SHORT_ACT_1, SHORT_DISTINCT_1..) => Some((SHORT_ACT_2, SHORT_DISTINCT_2)),
            _ => None,
        }
    }

    pub(super) fn push(&mut self, side: Side, bytes: &[u8]) -> Found {
        if bytes.is_empty() {
            return Found::Nothing;
        }
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        match (self.act, side) {
            (Act::Over, _) => return Found::Other,
            (Act::Client, Side::Client) => {
                // Most openings are told by their length and first bytes: the rest is not looked at.
                let (first, rest) = bytes.split_at(bytes.len().min(3));
                self.client.push(first);
                if self.client.length.saturating_add(size) > ACT_1 + 3 && !self.client.may_be_rlpx(OLD_AUTH) {
                    return self.over();
                }
                self.client.push(rest);
                if self.client.length > ACT_1 && !self.client.may_be_rlpx(OLD_AUTH) {
                    return self.over();
                }
            }
            (Act::Client, Side::Server) => {
                if self.acts().is_none() && !self.client.rlpx(OLD_AUTH) {
                    return self.over();
                }
                self.act = Act::Server;
                return self.push(side, bytes);
            }
            (Act::Server, Side::Server) => {
                self.server.push(bytes);
                let may_be = match self.acts() {
                    Some((length, _)) => self.server.length <= length,
                    None => self.server.may_be_rlpx(OLD_ACK),
                };
                if !may_be {
                    return self.over();
                }
            }
            (Act::Server, Side::Client) => {
                let Some((length, distinct)) = self.acts() else {
                    let rlpx = self.server.rlpx(OLD_ACK);
                    self.act = Act::Over;
                    return if rlpx { Found::Peers(Peers::Rlpx) } else { Found::Other };
                };
                if self.server.length != length || self.server.distinct() < distinct {
                    return self.over();
                }
                self.act = Act::Behind;
                return self.push(side, bytes);
            }
            (Act::Behind, Side::Client) => {
                self.behind = self.behind.saturating_add(size);
            }
            (Act::Behind, Side::Server) => {
                if !self.may_set_up() {
                    return self.over();
                }
                self.act = Act::Setup;
                self.setup = size;
            }
            (Act::Setup, Side::Server) => self.setup = self.setup.saturating_add(size),
            (Act::Setup, Side::Client) => {
                if !self.may_answer() {
                    return self.over();
                }
                self.act = Act::Open;
                return self.push(side, bytes);
            }
            (Act::Open, Side::Client) => {
                self.open = self.open.saturating_add(size);
                if self.open >= SHARE {
                    self.act = Act::Over;
                    return self.v2();
                }
            }
            (Act::Open, Side::Server) => return self.over(),
        }
        Found::Nothing
    }

    /// The last word, when nothing more comes.
    pub(super) fn end(&self) -> Found {
        match self.act {
            Act::Behind if self.may_set_up() => self.v2(),
            Act::Setup if self.may_answer() => self.v2(),
            _ => Found::Nothing,
        }
    }

    /// Whether what the client sent behind the handshake may be the request that sets the connection up.
    fn may_set_up(&self) -> bool {
        (SETUP..=LONGEST_SETUP).contains(&self.behind)
    }

    /// Whether the server's flight may be the answer to that. More than the answer comes only where more was asked for.
    fn may_answer(&self) -> bool {
        let most = if self.behind < SETUP + OPEN { LONGEST_SETUP_ERROR } else { LONGEST };
        (SETUP_SUCCESS..=most).contains(&self.setup)
    }

    /// The shorter lengths are more easily met by chance: there the answer has to be the very one.
    fn v2(&self) -> Found {
        match self.setup {
            SETUP_SUCCESS => Found::V2Setup,
            _ if self.client.length == SHORT_ACT_1 => Found::Nothing,
            _ => Found::V2,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.act == Act::Over
    }

    /// Whether the client said nothing yet.
    pub(super) fn is_silent(&self) -> bool {
        self.client.length == 0
    }

    pub(super) fn over(&mut self) -> Found {
        self.act = Act::Over;
        Found::Other
    }
}

/// Bytes that look encrypted, for tests.
#[cfg(test)]
pub(super) fn noise(length: usize, mut seed: u64) -> Vec<u8> {
    (0..length)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 40) as u8
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(flights: &[(Side, Vec<u8>)], piece: usize) -> (Found, Found) {
        let mut opening = Opening::default();
        let mut best = Found::Nothing;
        for (side, bytes) in flights {
            for part in bytes.chunks(piece) {
                let found = opening.push(*side, part);
                if found != Found::Nothing && found != Found::Other {
                    best = found;
                }
            }
        }
        (best, opening.end())
    }

    fn v2(act_1: usize, act_2: usize, setup: usize) -> Vec<(Side, Vec<u8>)> {
        vec![
            (Side::Client, noise(act_1, 1)),
            (Side::Server, noise(act_2, 2)),
            (Side::Client, noise(120, 3)),
            (Side::Server, noise(setup, 4)),
            (Side::Client, noise(80, 5)),
        ]
    }

    #[test]
    fn the_lengths_of_v2_are_known_at_any_split() {
        for piece in [1, 7, 64, 1000] {
            assert_eq!(run(&v2(64, 234, 44), piece).0, Found::V2Setup, "{piece}");
            assert_eq!(run(&v2(64, 234, 60), piece).0, Found::V2);
            assert_eq!(run(&v2(64, 234, 44)[..3], piece), (Found::Nothing, Found::V2));
            assert_eq!(run(&v2(64, 233, 44), piece), (Found::Nothing, Found::Nothing));
            assert_eq!(run(&v2(64, 235, 44), piece), (Found::Nothing, Found::Nothing));
            assert_eq!(run(&v2(64, 234, 43), piece), (Found::Nothing, Found::Nothing));
            assert_eq!(run(&v2(63, 234, 44), piece), (Found::Nothing, Found::Nothing));
            assert_eq!(run(&v2(65, 234, 44), piece), (Found::Nothing, Found::Nothing));
        }
        let mut plain = v2(64, 234, 44);
        plain[0].1 = b"x".repeat(64);
        assert_eq!(run(&plain, 64).0, Found::Nothing);
    }

    #[test]
    fn the_shorter_keys_of_older_versions_are_known_with_their_answer() {
        for piece in [1, 7, 32, 1000] {
            assert_eq!(run(&v2(32, 170, 44), piece).0, Found::V2Setup, "{piece}");
            for other in
                [v2(32, 170, 60), v2(32, 171, 44), v2(32, 234, 44), v2(64, 170, 44), v2(31, 170, 44), v2(32, 170, 44)[..3].to_vec()]
            {
                assert_eq!(run(&other, piece), (Found::Nothing, Found::Nothing), "{piece}");
            }
            let mut plain = v2(32, 170, 44);
            plain[0].1 = b"x".repeat(32);
            assert_eq!(run(&plain, piece).0, Found::Nothing);
        }
    }

    #[test]
    fn what_follows_the_handshake_has_to_be_possible() {
        let of = |sizes: &[usize]| -> Vec<(Side, Vec<u8>)> {
            let sides = [Side::Client, Side::Server].into_iter().cycle();
            sides.zip(sizes).map(|(side, size)| (side, noise(*size, *size as u64))).collect()
        };
        for (sizes, is_v2) in [
            // Short frames; frames that are shorter than a header and a tag; a transfer; Bitcoin's nodes with 170 bytes of garbage.
            (&[64, 234, 40, 30][..], false),
            (&[64, 234, 30, 31, 30, 31, 30, 31], false),
            (&[64, 234, 1200, 1400, 1200, 1400], false),
            (&[64, 234, 186, 170, 57, 57], false),
            (&[64, 234, 53], false),
            (&[64, 234, 54], true),
            // The channel is asked for at once, and the first share follows.
            (&[64, 234, 186, 136, 62, 118], true),
            (&[64, 234, 98, 136, 88, 118, 62], true),
            (&[64, 234, 98, 300, 88], false),
        ] {
            for piece in [1, 50, 2000] {
                let (found, end) = run(&of(sizes), piece);
                let known = [found, end].iter().any(|found| matches!(found, Found::V2 | Found::V2Setup));
                assert_eq!(known, is_v2, "{sizes:?}");
            }
        }
    }

    #[test]
    fn rlpx_is_known_by_its_lengths() {
        let eip8 = |size: usize, seed| {
            let mut bytes = noise(size + 2, seed);
            bytes[..3].copy_from_slice(&[(size >> 8) as u8, size as u8, 4]);
            bytes
        };
        let flights = vec![(Side::Client, eip8(434, 1)), (Side::Server, eip8(388, 2)), (Side::Client, noise(200, 3))];
        for piece in [1, 9, 1000] {
            assert_eq!(run(&flights, piece).0, Found::Peers(Peers::Rlpx));
        }
        let mut old = vec![(Side::Client, noise(307, 1)), (Side::Server, noise(210, 2)), (Side::Client, noise(20, 3))];
        old[0].1[0] = 4;
        old[1].1[0] = 4;
        assert_eq!(run(&old, 50).0, Found::Peers(Peers::Rlpx));
    }
}
