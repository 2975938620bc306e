//! Samples of packets on their way to a collector: sFlow version 5 (sflow.org/sflow_version_5.txt). Each sample holds the beginning of a
//! packet, which is read as one that was captured; how many it stands for is not multiplied.

use super::bytes::{Cursor, be32};

/// Samples of one datagram, and records of one sample.
const MOST: u32 = 256;
/// How samples and records of the format's own maker are numbered.
const FLOW: u32 = 1;
const EXPANDED_FLOW: u32 = 3;
const RAW_HEADER: u32 = 1;

/// The beginning of a packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sampled<'a> {
    /// Its link type.
    pub(crate) link: u16,
    pub(crate) bytes: &'a [u8],
    /// Bytes behind them on the wire.
    pub(crate) cut: u32,
}

/// The packets of a datagram; `None` where it is not of sFlow. Samples behind the end of what was captured are left out.
pub(crate) fn sampled(datagram: &[u8], cut: usize) -> Option<Vec<Sampled<'_>>> {
    let mut rest = Cursor(datagram);
    let (version, family) = (number(&mut rest)?, number(&mut rest)?);
    let address = match (version, family) {
        (5, 1) => 4,
        (5, 2) => 16,
        _ => return None,
    };
    // Part of the agent, sequence, how long it has been running.
    rest.take(address + 12)?;
    let count = number(&mut rest).filter(|count| (1..=MOST).contains(count))?;
    let mut packets = Vec::new();
    for _ in 0..count {
        let Some((kind, body)) = block(&mut rest) else { return (cut > 0).then_some(packets) };
        if matches!(kind, FLOW | EXPANDED_FLOW) {
            sample(body, kind == EXPANDED_FLOW, &mut packets)?;
        }
    }
    rest.0.is_empty().then_some(packets)
}

fn number(cursor: &mut Cursor<'_>) -> Option<u32> {
    be32(cursor.take(4)?, 0)
}

/// A number and as many bytes as it says.
fn block<'a>(rest: &mut Cursor<'a>) -> Option<(u32, &'a [u8])> {
    let (kind, length) = (number(rest)?, number(rest)?);
    Some((kind, rest.take(usize::try_from(length).ok()?)?))
}

fn sample<'a>(body: &'a [u8], expanded: bool, packets: &mut Vec<Sampled<'a>>) -> Option<()> {
    let mut rest = Cursor(body);
    // Sequence, source, rate, pool, drops, input and output.
    rest.take(if expanded { 40 } else { 28 })?;
    let count = number(&mut rest).filter(|count| *count <= MOST)?;
    for _ in 0..count {
        let (kind, body) = block(&mut rest)?;
        if kind == RAW_HEADER {
            packets.extend(header(body));
        }
    }
    Some(())
}

fn header(body: &[u8]) -> Option<Sampled<'_>> {
    let mut rest = Cursor(body);
    let link = match number(&mut rest)? {
        1 => 1,
        7 => 9,
        11 | 12 => 101,
        _ => return None,
    };
    let (length, stripped, kept) = (number(&mut rest)?, number(&mut rest)?, number(&mut rest)?);
    let bytes = rest.take(usize::try_from(kept).ok()?)?;
    let cut = length.saturating_sub(stripped).saturating_sub(kept);
    Some(Sampled { link, bytes, cut: cut.min(1 << 16) })
}

/// For tests: a datagram with one sample of each packet.
#[cfg(test)]
pub(crate) fn datagram(packets: &[&[u8]], keep: usize) -> Vec<u8> {
    let put = |out: &mut Vec<u8>, values: &[u32]| values.iter().for_each(|value| out.extend_from_slice(&value.to_be_bytes()));
    let mut out = Vec::new();
    put(&mut out, &[5, 1, 0xc000_0201, 0, 7, 100_000, packets.len() as u32]);
    for packet in packets {
        let kept = &packet[..keep.min(packet.len())];
        let padded = kept.len().next_multiple_of(4);
        put(&mut out, &[FLOW, (32 + 8 + 16 + padded) as u32, 1, 2, 512, 512, 0, 3, 4, 1]);
        put(&mut out, &[RAW_HEADER, (16 + padded) as u32, 1, packet.len() as u32 + 4, 4, kept.len() as u32]);
        out.extend_from_slice(kept);
        out.resize(out.len() + padded - kept.len(), 0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_and_other_datagrams_are_none() {
        let packets: [&[u8]; 2] = [&[7; 61], &[9; 300]];
        let bytes = datagram(&packets, 128);
        let found = sampled(&bytes, 0).unwrap();
        assert_eq!(found[0], Sampled { link: 1, bytes: packets[0], cut: 0 });
        assert_eq!((found[1].bytes.len(), found[1].cut), (128, 172));
        // What was captured of it.
        assert_eq!(sampled(&bytes[..170], bytes.len() - 170).map(|found| found.len()), Some(1));
        for end in 0..bytes.len() {
            assert_eq!(sampled(&bytes[..end], 0), None, "{end}");
        }
        for other in [&[&bytes[..], &[0]].concat()[..], &[0, 0, 0, 4], &[0, 0, 0, 5, 0, 0, 0, 9], b"\0\0\0\x05\0\0\0\x01 is something else"]
        {
            assert_eq!(sampled(other, 0), None);
        }
        let mut many = bytes;
        many[24..28].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(sampled(&many, 0), None);
    }
}
