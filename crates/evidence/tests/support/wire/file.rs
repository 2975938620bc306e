//! Frames within frames, and the files that captures come in.

use super::super::packets::{self, Form, Packet, inside};
use std::io::{self, Write};

/// What lies around the IP packets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    Ethernet,
    Vlan,
    TwoVlans,
    Mpls,
    Gre,
    Vxlan,
    IpInIp,
    Fragments,
    LinuxCooked,
    RawIp,
    Loopback,
}

impl Frame {
    fn link(self) -> u16 {
        match self {
            Self::LinuxCooked => 113,
            Self::RawIp => 101,
            Self::Loopback => 0,
            _ => 1,
        }
    }

    fn wrap(self, packet: &Packet) -> Vec<Packet> {
        let frame = packet.bytes.as_slice();
        let bytes = match self {
            Self::Ethernet => frame.to_vec(),
            Self::Vlan => packets::vlan(frame, 0x8100, 7),
            Self::TwoVlans => packets::vlan(&packets::vlan(frame, 0x8100, 7), 0x88a8, 9),
            Self::Mpls => packets::mpls(frame),
            Self::Gre => packets::gre(frame),
            Self::Vxlan => packets::vxlan(frame),
            Self::IpInIp => packets::ip_in_ip(frame),
            Self::LinuxCooked => [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, frame[12], frame[13]], inside(frame)].concat(),
            Self::RawIp => inside(frame).to_vec(),
            Self::Loopback => [&[if frame[12] == 0x86 { 30 } else { 2 }, 0, 0, 0], inside(frame)].concat(),
            Self::Fragments => return fragments(packet),
        };
        vec![Packet { time: packet.time, bytes }]
    }
}

/// The IP packet in pieces of 48 bytes, the last first.
fn fragments(packet: &Packet) -> Vec<Packet> {
    let ip = inside(&packet.bytes);
    if ip[0] != 0x45 {
        return vec![packet.clone()];
    }
    let (from, to): ([u8; 4], [u8; 4]) = (ip[12..16].try_into().unwrap_or_default(), ip[16..20].try_into().unwrap_or_default());
    let id = packet.bytes.iter().fold(packet.time as u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(u16::from(*byte)));
    let pieces: Vec<_> = ip[20..].chunks(48).collect();
    let piece = |(at, bytes): (usize, &&[u8])| {
        let more = if at + 1 < pieces.len() { 0x2000 } else { 0 };
        let bytes = packets::ethernet(&packets::ipv4(from.into(), to.into(), ip[9], id, more | (at * 6) as u16, bytes));
        Packet { time: packet.time, bytes }
    };
    pieces.iter().enumerate().rev().map(piece).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Pcap,
    /// Big-endian, with nanoseconds.
    PcapBig,
    Pcapng,
    PcapngBig,
    Gzip,
    Zstd,
}

impl Kind {
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Pcap | Self::PcapBig => "pcap",
            Self::Pcapng | Self::PcapngBig => "pcapng",
            Self::Gzip => "pcap.gz",
            Self::Zstd => "pcapng.zst",
        }
    }

    pub(crate) fn write(self, all: &[Packet], frame: Frame, snap: usize) -> io::Result<Vec<u8>> {
        let all: Vec<Packet> = all.iter().flat_map(|packet| frame.wrap(packet)).collect();
        let form = |big| Form { big, nanoseconds: big, link: frame.link(), snap };
        Ok(match self {
            Self::Pcap => packets::pcap(&all, form(false)),
            Self::PcapBig => packets::pcap(&all, form(true)),
            Self::Pcapng => packets::pcapng(&all, form(false)),
            Self::PcapngBig => packets::pcapng(&all, form(true)),
            Self::Gzip => {
                let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                out.write_all(&packets::pcap(&all, form(false)))?;
                out.finish()?
            }
            Self::Zstd => zstd::encode_all(packets::pcapng(&all, form(false)).as_slice(), 1)?,
        })
    }
}
