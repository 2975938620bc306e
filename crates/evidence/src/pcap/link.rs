//! From a frame to the IP packet in it.

use super::bytes::{be16, be32, le16, le32};
use super::tunnel;

/// What stood before the IP packet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frame {
    /// Source and destination; zeros where there are none.
    pub(crate) mac: [[u8; 6]; 2],
    /// The outer and the inner VLAN; 0 where there is none.
    pub(crate) vlan: [u16; 2],
    /// Ethernet headers so far.
    nested: u8,
}

/// What a frame holds.
pub(crate) enum Inside<'a> {
    Ip(&'a [u8]),
    /// Something that is no connection: ARP, spanning tree, an encrypted radio frame.
    Other,
    /// Cut off before the IP packet begins, or headers that make no sense.
    Damaged,
    UnknownLink,
}

/// Tags and labels before an IP packet; what has more is made to be slow.
const LAYERS: usize = 16;
/// Ethernet within Ethernet.
const NESTED: u8 = 4;

mod ethertype {
    pub(super) const IPV4: u16 = 0x0800;
    pub(super) const IPV6: u16 = 0x86dd;
    pub(super) const ETHERNET: u16 = 0x6558;
    pub(super) const MPLS: u16 = 0x8847;
}

/// A frame of a link type, as the registry of link types numbers them.
pub(crate) fn frame<'a>(link: u16, bytes: &'a [u8], frame: &mut Frame) -> Inside<'a> {
    let from = |at: usize| bytes.get(at..).unwrap_or_default();
    match link {
        0 => loopback(bytes, le32(bytes, 0)),
        108 => loopback(bytes, be32(bytes, 0)),
        1 => ethernet(bytes, frame),
        // Raw IP, by its version.
        12 | 14 | 101 | 228 | 229 => ip(bytes),
        9 | 50 => ppp(bytes, frame),
        51 => pppoe(bytes, frame),
        166 | 204 => ppp(from(1), frame),
        104 => typed(be16(bytes, 2), from(4), frame),
        105 => radio(bytes, frame),
        // OpenBSD's IPsec.
        109 => loopback(from(8), le32(bytes, 0)),
        113 => cooked(bytes, frame),
        117 => firewall_log(bytes),
        119 => radio(from(144), frame),
        127 => radio(from(le16(bytes, 2).map_or(0, usize::from)), frame),
        163 => radio(from(be32(bytes, 4).map_or(0, |length| length as usize)), frame),
        192 => match (le16(bytes, 2), le32(bytes, 4)) {
            (Some(length), Some(inner)) if length >= 8 && inner != 192 => self::frame(inner as u16, from(length.into()), frame),
            _ => Inside::Damaged,
        },
        239 => netfilter_log(bytes),
        276 => {
            frame.mac[0] = mac(bytes, 12);
            typed(be16(bytes, 0), from(20), frame)
        }
        _ => Inside::UnknownLink,
    }
}

/// The registry's name of a link type that is not read.
pub(crate) fn name(link: u16) -> String {
    let known = match link {
        3 => "AX.25",
        6 => "Token Ring",
        7 => "ARCNET",
        8 => "SLIP",
        10 => "FDDI",
        107 => "Frame Relay",
        114 => "LocalTalk",
        122 => "IP over Fibre Channel",
        123 => "SunATM",
        129 => "Linux ARCNET",
        138 => "IP over FireWire",
        147..=162 => "of a user's own",
        165 => "BACnet",
        177 => "Linux LAPD",
        187 | 201 | 254 => "Bluetooth",
        189 | 220 | 249 | 266 | 288 | 293 | 294 => "USB",
        195 | 215 | 230 | 283 => "IEEE 802.15.4",
        227 => "CAN",
        231 => "D-Bus",
        242 => "InfiniBand",
        251 | 256 => "Bluetooth Low Energy",
        253 => "netlink",
        _ => return format!("link type {link}"),
    };
    format!("link type {link} ({known})")
}

fn mac(bytes: &[u8], at: usize) -> [u8; 6] {
    bytes.get(at..at + 6).and_then(|mac| mac.try_into().ok()).unwrap_or_default()
}

pub(crate) fn ethernet<'a>(bytes: &'a [u8], frame: &mut Frame) -> Inside<'a> {
    frame.nested += 1;
    if frame.nested > NESTED {
        return Inside::Damaged;
    }
    frame.mac = [mac(bytes, 6), mac(bytes, 0)];
    typed(be16(bytes, 12), bytes.get(14..).unwrap_or_default(), frame)
}

fn ip(bytes: &[u8]) -> Inside<'_> {
    match bytes.first().map(|first| first >> 4) {
        Some(4 | 6) => Inside::Ip(bytes),
        _ => Inside::Damaged,
    }
}

/// What a type of Ethernet's names, tags and labels taken off.
pub(crate) fn typed<'a>(kind: Option<u16>, bytes: &'a [u8], frame: &mut Frame) -> Inside<'a> {
    let Some(mut kind) = kind else { return Inside::Damaged };
    let mut bytes = bytes;
    for _ in 0..LAYERS {
        match kind {
            ethertype::IPV4 | ethertype::IPV6 => return ip(bytes),
            0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x9300 => {
                let (Some(tag), Some(next)) = (be16(bytes, 0), be16(bytes, 2)) else { return Inside::Damaged };
                let place = usize::from(frame.vlan[0] != 0);
                if frame.vlan[place] == 0 {
                    frame.vlan[place] = tag & 0xfff;
                }
                (kind, bytes) = (next, bytes.get(4..).unwrap_or_default());
            }
            ethertype::MPLS | 0x8848 => return labelled(bytes, frame),
            0x8864 => return pppoe(bytes, frame),
            ethertype::ETHERNET => return ethernet(bytes, frame),
            // Port extenders' tags.
            0x8926 => (kind, bytes) = (be16(bytes, 4).unwrap_or_default(), bytes.get(6..).unwrap_or_default()),
            0x893f => (kind, bytes) = (be16(bytes, 6).unwrap_or_default(), bytes.get(8..).unwrap_or_default()),
            0x880b => return ppp(bytes, frame),
            0x894f => return tunnel::service_chain(bytes, frame).unwrap_or(Inside::Other),
            0..=1500 => return logical_link(bytes, frame),
            _ => return Inside::Other,
        }
    }
    Inside::Damaged
}

/// IEEE 802.2: IP only behind a SNAP header.
fn logical_link<'a>(bytes: &'a [u8], frame: &mut Frame) -> Inside<'a> {
    match bytes {
        [0xaa, 0xaa, 3, _, _, _, high, low, rest @ ..] => match u16::from_be_bytes([*high, *low]) {
            kind @ 1501.. => typed(Some(kind), rest, frame),
            _ => Inside::Other,
        },
        _ => Inside::Other,
    }
}

/// Behind the last label nothing says what follows: an IP packet shows itself by its version, Ethernet by a control word or not at all.
fn labelled<'a>(bytes: &'a [u8], frame: &mut Frame) -> Inside<'a> {
    let labels = bytes.chunks_exact(4).take(LAYERS).position(|label| label.get(2).is_some_and(|byte| byte & 1 == 1));
    let Some(rest) = labels.and_then(|last| bytes.get((last + 1) * 4..)) else { return Inside::Damaged };
    let inner = |at: usize, frame: &mut Frame| {
        let bytes = rest.get(at..).unwrap_or_default();
        match be16(bytes, 12) {
            // Not once more through labels: what is nested without end is made to be slow.
            None | Some(ethertype::MPLS | 0x8848) => Inside::Other,
            Some(_) => ethernet(bytes, frame),
        }
    };
    match rest.first().map(|first| first >> 4) {
        Some(4 | 6) => Inside::Ip(rest),
        Some(0) => inner(4, frame),
        Some(_) => inner(0, frame),
        None => Inside::Damaged,
    }
}

/// Families of addresses have other numbers on other systems.
fn loopback(bytes: &[u8], family: Option<u32>) -> Inside<'_> {
    let Some(family) = family else { return Inside::Damaged };
    let family = if family > 0xffff { family.swap_bytes() } else { family };
    match family {
        2 | 10 | 24 | 28 | 30 => ip(bytes.get(4..).unwrap_or_default()),
        _ => Inside::Other,
    }
}

fn ppp<'a>(bytes: &'a [u8], frame: &mut Frame) -> Inside<'a> {
    let bytes = match bytes {
        [0xff, 3, rest @ ..] | [0x0f, 0, rest @ ..] => rest,
        _ => bytes,
    };
    match bytes {
        [0x21 | 0x57, rest @ ..] | [0, 0x21 | 0x57, rest @ ..] => ip(rest),
        // Cisco's framing with a type of Ethernet's.
        [8, 0, rest @ ..] | [0x86, 0xdd, rest @ ..] => ip(rest),
        [2, 0x81 | 0x83, rest @ ..] => labelled(rest, frame),
        [] => Inside::Damaged,
        _ => Inside::Other,
    }
}

fn pppoe<'a>(bytes: &'a [u8], frame: &mut Frame) -> Inside<'a> {
    match bytes {
        // Code 0: the session's data.
        [0x11, 0, _, _, _, _, rest @ ..] => ppp(rest, frame),
        _ => Inside::Other,
    }
}

fn cooked<'a>(bytes: &'a [u8], frame: &mut Frame) -> Inside<'a> {
    if be16(bytes, 4) == Some(6) {
        frame.mac[0] = mac(bytes, 6);
    }
    typed(be16(bytes, 14), bytes.get(16..).unwrap_or_default(), frame)
}

/// A data frame of IEEE 802.11 that is not encrypted.
fn radio<'a>(bytes: &'a [u8], frame: &mut Frame) -> Inside<'a> {
    let [control, flags, ..] = bytes else { return Inside::Damaged };
    let data = control & 0b1100 == 0b1000;
    let (empty, encrypted) = (control & 0x40 != 0, flags & 0x40 != 0);
    if !data || empty || encrypted {
        return Inside::Other;
    }
    let mut header = 24;
    if flags & 3 == 3 {
        header += 6;
    }
    if control & 0x80 != 0 {
        header += if flags & 0x80 != 0 { 6 } else { 2 };
    }
    logical_link(bytes.get(header..).unwrap_or_default(), frame)
}

/// OpenBSD's and FreeBSD's log of packets.
fn firewall_log(bytes: &[u8]) -> Inside<'_> {
    let length = bytes.first().map_or(0, |length| usize::from(*length).next_multiple_of(4));
    ip(bytes.get(length..).unwrap_or_default())
}

/// Linux' log of packets: attributes, one of which is the packet.
fn netfilter_log(bytes: &[u8]) -> Inside<'_> {
    let mut rest = bytes.get(4..).unwrap_or_default();
    while let (Some(length), Some(kind)) = (le16(rest, 0), le16(rest, 2)) {
        let length = usize::from(length);
        if length < 4 {
            break;
        }
        if kind & 0x7fff == 9 {
            return ip(rest.get(4..length.min(rest.len())).unwrap_or_default());
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Inside::Other
}
