//! Packets within packets: GRE and tunnels over UDP.

use super::bytes::{Cursor, be16};
use super::link::{Frame, Inside, ethernet, typed};

/// What a packet of GRE carries.
pub(crate) fn gre<'a>(bytes: &'a [u8], frame: &mut Frame) -> Inside<'a> {
    let mut rest = Cursor(bytes);
    let (Some(flags), Some(kind)) = (rest.u16(), rest.u16()) else { return Inside::Damaged };
    // Check sum, key, sequence number; of PPTP's version also what was received. Routing was given up long ago.
    let numbers = [(0x8000, true), (0x2000, true), (0x1000, true), (0x0080, flags & 7 == 1)];
    for (flag, has) in numbers {
        if has && flags & flag != 0 {
            rest.take(4);
        }
    }
    let bytes = rest.0;
    match kind {
        // Mirrored ports: Ethernet behind a header of their own, or behind none.
        0x88be if flags & 0x1000 == 0 => ethernet(bytes, frame),
        0x88be => ethernet(bytes.get(8..).unwrap_or_default(), frame),
        0x22eb => {
            let more = if bytes.get(11).is_some_and(|last| last & 1 == 1) { 20 } else { 12 };
            ethernet(bytes.get(more..).unwrap_or_default(), frame)
        }
        _ => typed(Some(kind), bytes, frame),
    }
}

/// What a datagram to a tunnel's port carries; `None` where the port is not a tunnel's, or the datagram not of one.
pub(crate) fn udp<'a>(port: u16, bytes: &'a [u8], frame: &mut Frame) -> Option<Inside<'a>> {
    Some(match port {
        // VXLAN, also at the port that Linux had before there was one.
        4789 | 8472 if bytes.first()? & 8 != 0 => ethernet(bytes.get(8..)?, frame),
        // VXLAN with other things than Ethernet in it (GPE).
        4790 if bytes.first()? & 0x30 == 0 && bytes.first()? & 0x0c != 0 => {
            // Without the mark of a protocol it is as VXLAN.
            let next = if bytes.first()? & 4 == 0 { 3 } else { *bytes.get(3)? };
            overlaid(next, bytes.get(8..)?, frame)?
        }
        // GRE, and MPLS.
        4754 => gre(bytes, frame),
        6635 => typed(Some(0x8847), bytes, frame),
        // LISP.
        4341 => Inside::Ip(bytes.get(8..)?),
        // IPv6 over UDP (Teredo), behind what tells of the way.
        3544 => Inside::Ip(behind_teredo(bytes)?),
        // Geneve.
        6081 if bytes.first()? & 0xc0 == 0 => {
            let header = 8 + usize::from(bytes.first()? & 0x3f) * 4;
            typed(be16(bytes, 2), bytes.get(header..)?, frame)
        }
        // GTP, version 1, a packet of the user's.
        2152 if bytes.first()? & 0xf0 == 0x30 && bytes.get(1) == Some(&0xff) => Inside::Ip(user_plane(bytes)?),
        // TZSP: mirrored packets of radios and routers.
        37008 if bytes.first() == Some(&1) && be16(bytes, 2) == Some(1) => {
            let mut rest = Cursor(bytes.get(4..)?);
            loop {
                match rest.u8()? {
                    0 => {}
                    1 => break ethernet(rest.0, frame),
                    _ => {
                        rest.with_length8()?;
                    }
                }
            }
        }
        _ => return None,
    })
}

/// What the protocols of an overlay's numbers are; one of them is a header of a service chain.
fn overlaid<'a>(next: u8, bytes: &'a [u8], frame: &mut Frame) -> Option<Inside<'a>> {
    Some(match next {
        1 | 2 => Inside::Ip(bytes),
        3 => ethernet(bytes, frame),
        4 => service_chain(bytes, frame)?,
        5 => typed(Some(0x8847), bytes, frame),
        _ => return None,
    })
}

/// Behind a service chain's header (RFC 8300).
pub(crate) fn service_chain<'a>(bytes: &'a [u8], frame: &mut Frame) -> Option<Inside<'a>> {
    let length = usize::from(*bytes.get(1)? & 0x3f) * 4;
    // One within another is made to be slow.
    match *bytes.get(3)? {
        4 => None,
        next if length >= 8 => overlaid(next, bytes.get(length..)?, frame),
        _ => None,
    }
}

fn behind_teredo(bytes: &[u8]) -> Option<&[u8]> {
    let rest = match bytes {
        // Who is who.
        [0, 1, client, secret, ..] => bytes.get(4 + usize::from(*client) + usize::from(*secret) + 9..)?,
        _ => bytes,
    };
    let rest = if rest.starts_with(&[0, 0]) { rest.get(8..)? } else { rest };
    (rest.first()? >> 4 == 6).then_some(rest)
}

fn user_plane(bytes: &[u8]) -> Option<&[u8]> {
    let flags = *bytes.first()?;
    let mut rest = Cursor(bytes.get(8..)?);
    if flags & 7 != 0 {
        rest.take(3)?;
        let mut next = rest.u8()?;
        while flags & 4 != 0 && next != 0 {
            let length = usize::from(*rest.0.first()?) * 4;
            let header = rest.take(length.max(4))?;
            next = *header.last()?;
        }
    }
    Some(rest.0)
}
