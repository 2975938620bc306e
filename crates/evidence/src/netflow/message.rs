//! A message: NetFlow version 5, version 9 (RFC 3954), or IPFIX (RFC 7011).

use super::bytes::{be16, be32};
use model::ticks;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Version {
    V5,
    V9,
    Ipfix,
}

/// What a message says of itself, and what it carries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) version: Version,
    /// When it was sent, in ticks.
    pub(crate) sent: i64,
    /// How long the exporter had been running, in milliseconds. IPFIX does not say.
    pub(crate) uptime: u32,
    /// The observation domain (IPFIX), source (version 9), or engine (version 5).
    pub(crate) domain: u32,
    /// Of version 5: one packet in so many.
    pub(crate) sampling: u32,
    /// Behind the header.
    pub(crate) body: &'a [u8],
    /// Where `body` lies in the message.
    pub(crate) at: usize,
}

impl Message<'_> {
    /// What is spoken.
    pub(crate) fn service(&self) -> &'static str {
        if self.version == Version::Ipfix { "ipfix" } else { "netflow" }
    }
}

/// Header and record of version 5.
const HEADER_5: usize = 24;
pub(crate) const RECORD_5: usize = 48;
/// Records that a datagram of version 5 has at most.
const MOST_5: usize = 30;
const HEADER_9: usize = 20;
const HEADER_10: usize = 16;
/// Of a set: its number and its length.
pub(crate) const SET: usize = 4;

/// The longest that a message may be told to be: a datagram.
pub(crate) const LONGEST: usize = 1 << 16;

/// How long the message at the start of the bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// There is none.
    No,
    /// It does not end in these bytes.
    Open,
    Of(usize),
}

/// Messages of files follow each other; those of version 5 and of IPFIX say how long they are, those of version 9 end where the next
/// begins.
pub(crate) fn length(bytes: &[u8]) -> Length {
    let start = bytes.get(..4.min(bytes.len())).unwrap_or_default();
    let (Some(version), Some(second)) = (be16(bytes, 0), be16(bytes, 2)) else {
        return if start.is_empty() || matches!(start, [0] | [0, 5 | 9 | 10, ..]) { Length::Open } else { Length::No };
    };
    let second = usize::from(second);
    match version {
        5 if (1..=MOST_5).contains(&second) => whole(bytes, HEADER_5 + second * RECORD_5),
        9 if second > 0 => match bytes.len() {
            ..HEADER_9 => Length::Open,
            _ => match sets(bytes, Version::V9, HEADER_9, bytes.len()) {
                // It tells how many records it has.
                Length::Of(length) if second > length => Length::No,
                found => found,
            },
        },
        10 if second >= HEADER_10 => match sets(bytes, Version::Ipfix, HEADER_10, second) {
            Length::Of(length) if length != second => Length::No,
            found => found,
        },
        _ => Length::No,
    }
}

fn whole(bytes: &[u8], length: usize) -> Length {
    if bytes.len() < length { Length::Open } else { Length::Of(length) }
}

/// Follows the sets from `at` to `end`. Of version 9 the chain is over where no set follows.
fn sets(bytes: &[u8], version: Version, mut at: usize, end: usize) -> Length {
    let first = at;
    while at < end {
        // What is left is too short for a set: filling.
        if end - at < SET && version == Version::Ipfix {
            return Length::No;
        }
        let (Some(id), Some(length)) = (be16(bytes, at), be16(bytes, at + 2)) else { return Length::Open };
        let length = usize::from(length);
        if !is_set(version, id) || length < SET || at + length > LONGEST {
            return if version == Version::V9 && at > first { Length::Of(at) } else { Length::No };
        }
        at += length;
        if version == Version::V9 && at > end {
            return Length::Open;
        }
    }
    match version {
        // Only the end of the file would tell.
        Version::V9 if at == first => Length::Open,
        _ if at > end => Length::No,
        _ => whole(bytes, at),
    }
}

/// Numbers below 256 are of templates; all others of those are reserved.
fn is_set(version: Version, id: u16) -> bool {
    id >= 256 || if version == Version::V9 { id < 2 } else { id == 2 || id == 3 }
}

/// The message that fills a datagram, of which the last `cut` bytes were not captured; `None` where it is none.
pub(crate) fn parse(bytes: &[u8], cut: usize) -> Option<Message<'_>> {
    let wire = bytes.len() + cut;
    let second = usize::from(be16(bytes, 2)?);
    let seconds = |at| Some(ticks::UNIX_EPOCH + i64::from(be32(bytes, at)?) * ticks::SECOND);
    match be16(bytes, 0)? {
        5 => {
            if !(1..=MOST_5).contains(&second) || wire != HEADER_5 + second * RECORD_5 {
                return None;
            }
            // Nanoseconds, of which a tick is a hundred.
            let fraction = i64::from(be32(bytes, 12)?.min(999_999_999)) / 100;
            Some(Message {
                version: Version::V5,
                sent: seconds(8)? + fraction,
                uptime: be32(bytes, 4)?,
                // Engine's type and slot.
                domain: be16(bytes, 20)?.into(),
                // Two bits of how, and the interval.
                sampling: u32::from(be16(bytes, 22)? & 0x3fff),
                body: bytes.get(HEADER_5..)?,
                at: HEADER_5,
            })
        }
        9 => {
            if second == 0 || second > wire || !chain(bytes, Version::V9, HEADER_9, wire) {
                return None;
            }
            Some(Message {
                version: Version::V9,
                sent: seconds(8)?,
                uptime: be32(bytes, 4)?,
                domain: be32(bytes, 16)?,
                sampling: 0,
                body: bytes.get(HEADER_9..)?,
                at: HEADER_9,
            })
        }
        10 => {
            if second != wire || !chain(bytes, Version::Ipfix, HEADER_10, wire) {
                return None;
            }
            Some(Message {
                version: Version::Ipfix,
                sent: seconds(4)?,
                uptime: 0,
                domain: be32(bytes, 12)?,
                sampling: 0,
                body: bytes.get(HEADER_10..)?,
                at: HEADER_10,
            })
        }
        _ => None,
    }
}

/// How far an exporter's clock may be off, in ticks: two years.
const APART: i64 = 730 * 86_400 * ticks::SECOND;
/// The clock of one that was never set begins in 1970.
const UNSET: i64 = ticks::UNIX_EPOCH + 366 * 86_400 * ticks::SECOND;

/// Whether a message that was seen at a time may have been sent then: what is only shaped like one tells any time.
pub(crate) fn is_sane(sent: i64, seen: i64) -> bool {
    (ticks::UNIX_EPOCH..UNSET).contains(&sent) || sent.saturating_sub(seen).saturating_abs() < APART
}

/// Whether a stream begins with a message of IPFIX; `None` where more bytes are needed. `seen`: when it did.
pub(crate) fn begins_ipfix(bytes: &[u8], seen: i64) -> Option<bool> {
    if !bytes.starts_with(&[0, 10]) {
        return if bytes.len() < 2 && [0, 10].starts_with(bytes) { None } else { Some(false) };
    }
    let (length, seconds) = (be16(bytes, 2)?, be32(bytes, 4)?);
    let sent = ticks::UNIX_EPOCH + i64::from(seconds) * ticks::SECOND;
    Some(usize::from(length) >= HEADER_10 + SET && is_sane(sent, seen))
}

/// Whether the sets, as far as they were captured, fill the datagram.
fn chain(bytes: &[u8], version: Version, mut at: usize, wire: usize) -> bool {
    let first = at;
    while wire.saturating_sub(at) >= SET {
        let (Some(id), Some(length)) = (be16(bytes, at), be16(bytes, at + 2)) else { return at > first };
        if !is_set(version, id) || usize::from(length) < SET {
            return false;
        }
        at += usize::from(length);
    }
    at > first && at <= wire
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v9(sets: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![0, 9, 0, 1];
        bytes.resize(HEADER_9, 1);
        bytes.extend(sets.concat());
        bytes
    }

    #[test]
    fn the_length_of_a_message() {
        let mut five = vec![0, 5, 0, 2];
        five.resize(HEADER_5 + 2 * RECORD_5, 0);
        assert_eq!(length(&five), Length::Of(120));
        assert_eq!(length(&five[..119]), Length::Open);
        assert_eq!(length(&[0, 5, 0, 31]), Length::No);
        let set: &[u8] = &[1, 0, 0, 6, 7, 7];
        let nine = v9(&[set, set]);
        assert_eq!(length(&nine), Length::Of(32));
        assert_eq!(length(&[&nine[..], &nine[..]].concat()), Length::Of(32));
        assert_eq!(length(&nine[..30]), Length::Open);
        assert_eq!(length(&v9(&[&[0, 7, 0, 6, 7, 7]])), Length::No);
        let mut ten = vec![0, 10, 0, 22];
        ten.resize(HEADER_10, 1);
        ten.extend_from_slice(set);
        assert_eq!(length(&ten), Length::Of(22));
        assert_eq!(length(&ten[..20]), Length::Open);
        ten[3] = 21;
        assert_eq!(length(&ten), Length::No);
        assert_eq!((length(b""), length(&[0]), length(&[0, 9])), (Length::Open, Length::Open, Length::Open));
        assert_eq!((length(b"text"), length(&[1])), (Length::No, Length::No));
    }

    #[test]
    fn other_datagrams_are_none() {
        // An answer of DNS that begins like version 9, and one of version 5 that is a byte too long.
        let mut dns = vec![0, 9, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        dns.extend_from_slice(b"\x07example\x03com\0\0\x01\0\x01\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x01\x02\x03\x04");
        assert!(parse(&dns, 0).is_none());
        let mut five = vec![0, 5, 0, 1];
        five.resize(HEADER_5 + RECORD_5 + 1, 0);
        assert!(parse(&five, 0).is_none());
        assert!(parse(&five[..72], 0).is_some());
        assert!(parse(&five[..60], 12).is_some());
        assert!(parse(&v9(&[]), 0).is_none());
    }
}
