//! An IP packet: addresses, protocol and what it carries.

use super::bytes::{be16, be32};
use std::net::{IpAddr, Ipv6Addr};

/// An address; one of IPv4 as `::ffff:a.b.c.d`.
pub(crate) type Address = [u8; 16];

pub(crate) fn address(bytes: Address) -> IpAddr {
    Ipv6Addr::from(bytes).to_canonical()
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Ip<'a> {
    pub(crate) source: Address,
    pub(crate) destination: Address,
    pub(crate) protocol: u8,
    /// As far as it was captured.
    pub(crate) payload: &'a [u8],
    /// Bytes of the payload that were not captured.
    pub(crate) cut: usize,
    /// Bytes of the whole packet on the wire.
    pub(crate) length: usize,
    pub(crate) fragment: Option<Fragment>,
}

/// A part of a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fragment {
    pub(crate) id: u32,
    pub(crate) offset: usize,
    pub(crate) more: bool,
}

pub(crate) mod protocol {
    pub(crate) const ICMP: u8 = 1;
    pub(crate) const IP_IN_IP: u8 = 4;
    pub(crate) const TCP: u8 = 6;
    pub(crate) const UDP: u8 = 17;
    pub(crate) const IPV6: u8 = 41;
    pub(crate) const GRE: u8 = 47;
    pub(crate) const AUTHENTICATION: u8 = 51;
    pub(crate) const ICMP_V6: u8 = 58;
    pub(crate) const ETHER_IP: u8 = 97;
    pub(crate) const SCTP: u8 = 132;
    pub(crate) const ETHERNET: u8 = 143;
}

/// Extension headers of one packet.
const EXTENSIONS: usize = 12;

/// `None` for what no host would take for a packet, and for one that is cut off in its header. `cut` bytes behind the given ones were on
/// the wire.
pub(crate) fn parse(bytes: &[u8], cut: usize) -> Option<Ip<'_>> {
    match bytes.first()? >> 4 {
        4 => version4(bytes, cut),
        6 => version6(bytes, cut),
        _ => None,
    }
}

/// The payload between a header and the end that the packet tells; what Ethernet fills up behind it is not of it. An end of 0 or behind
/// the wire's is a lie or an offload's.
fn payload(bytes: &[u8], cut: usize, header: usize, end: usize) -> Option<(&[u8], usize, usize)> {
    let wire = bytes.len() + cut;
    let end = if end < header || end > wire { wire } else { end };
    let there = end.min(bytes.len());
    Some((bytes.get(header..there)?, end - there, end))
}

fn version4(bytes: &[u8], cut: usize) -> Option<Ip<'_>> {
    let header = usize::from(bytes.first()? & 15) * 4;
    if header < 20 {
        return None;
    }
    let total = usize::from(be16(bytes, 2)?);
    if total != 0 && total < header {
        return None;
    }
    let flags = be16(bytes, 6)?;
    let (offset, more) = (usize::from(flags & 0x1fff) * 8, flags & 0x2000 != 0);
    let fragment = (offset > 0 || more).then(|| Fragment { id: be16(bytes, 4).unwrap_or_default().into(), offset, more });
    let (payload, missing, length) = payload(bytes, cut, header, total)?;
    let mut ip = Ip {
        source: mapped(bytes.get(12..16)?),
        destination: mapped(bytes.get(16..20)?),
        protocol: *bytes.get(9)?,
        payload,
        cut: missing,
        length,
        fragment,
    };
    if ip.protocol == protocol::AUTHENTICATION && fragment.is_none() {
        let (next, rest) = extension(protocol::AUTHENTICATION, ip.payload)?;
        (ip.protocol, ip.payload) = (next, rest);
    }
    Some(ip)
}

fn mapped(four: &[u8]) -> Address {
    let mut address = [0; 16];
    address[10] = 0xff;
    address[11] = 0xff;
    address[12..].copy_from_slice(four);
    address
}

fn version6(bytes: &[u8], cut: usize) -> Option<Ip<'_>> {
    let told = usize::from(be16(bytes, 4)?);
    let end = if told == 0 { 0 } else { 40 + told };
    let (mut rest, missing, length) = payload(bytes, cut, 40, end)?;
    let mut next = *bytes.get(6)?;
    let mut fragment = None;
    for _ in 0..EXTENSIONS {
        if next == 44 {
            let flags = be16(rest, 2)?;
            let part = Fragment { id: be32(rest, 4)?, offset: usize::from(flags & !7), more: flags & 1 == 1 };
            (next, rest) = (*rest.first()?, rest.get(8..)?);
            // An atomic fragment is a whole packet (RFC 6946).
            if part.offset > 0 || part.more {
                fragment = Some(part);
                break;
            }
        } else if is_extension(next) {
            (next, rest) = extension(next, rest)?;
        } else {
            break;
        }
    }
    Some(Ip {
        source: bytes.get(8..24)?.try_into().ok()?,
        destination: bytes.get(24..40)?.try_into().ok()?,
        protocol: next,
        payload: rest,
        cut: missing,
        length,
        fragment,
    })
}

/// Hop-by-hop, routing, destination options, mobility, HIP, shim6, authentication.
fn is_extension(kind: u8) -> bool {
    matches!(kind, 0 | 43 | 60 | 135 | 139 | 140 | protocol::AUTHENTICATION)
}

/// What follows an extension header.
fn extension(kind: u8, bytes: &[u8]) -> Option<(u8, &[u8])> {
    let [next, length, ..] = bytes else { return None };
    let length = usize::from(*length);
    let size = if kind == protocol::AUTHENTICATION { (length + 2) * 4 } else { (length + 1) * 8 };
    Some((*next, bytes.get(size..)?))
}

/// The extension headers that stand before the first part of a packet were read with that part; of a packet put together from parts the
/// rest may follow.
pub(crate) fn after_fragments(mut next: u8, mut rest: &[u8]) -> Option<(u8, &[u8])> {
    for _ in 0..EXTENSIONS {
        if !is_extension(next) {
            break;
        }
        (next, rest) = extension(next, rest)?;
    }
    Some((next, rest))
}
