//! From an IP packet to the flow that it belongs to, through tunnels.

use super::{Meta, Tracker};
use crate::netflow;
use crate::pcap::bytes::{be16, be32};
use crate::pcap::dns::Message;
use crate::pcap::flow::{CLIENT, Ends, Flags, SERVER};
use crate::pcap::fragments::Whole;
use crate::pcap::ip::{self, Address, Ip, protocol};
use crate::pcap::link::{self, Frame, Inside, ethernet};
use crate::pcap::rows::Seen;
use crate::pcap::sflow::{self, Sampled};
use crate::pcap::stream::Segment;
use crate::pcap::tunnel;

/// Packets within packets.
const DEPTH: u8 = 6;
/// Ports of DNS, multicast DNS and LLMNR.
const DNS: [u16; 3] = [53, 5353, 5355];

/// What an IP packet carries.
#[derive(Clone, Copy)]
struct Carried<'a> {
    addresses: [Address; 2],
    protocol: u8,
    payload: &'a [u8],
    cut: usize,
    /// Packets of the capture that it came in, and their bytes.
    packets: u64,
    wire: u64,
}

impl Carried<'_> {
    fn ends(&self, ports: [u16; 2]) -> Ends {
        Ends { addresses: self.addresses, ports, protocol: self.protocol }
    }
}

impl Tracker {
    pub(super) fn ip(&mut self, bytes: &[u8], cut: usize, meta: Meta, depth: u8) {
        let Some(ip) = ip::parse(bytes, cut) else { return self.tally.damaged(meta.place, 1) };
        let Ip { source, destination, protocol, payload, cut, length, fragment } = ip;
        let Some(part) = fragment else {
            let carried = Carried { addresses: [source, destination], protocol, payload, cut, packets: 1, wire: length as u64 };
            return self.carried(carried, meta, depth);
        };
        let mut wholes = Vec::new();
        self.fragments.add(&ip, part, meta, |whole| wholes.push(whole));
        for whole in wholes {
            self.whole(&whole, meta.time, depth);
        }
    }

    pub(super) fn end_of_fragments(&mut self) {
        let mut wholes = Vec::new();
        self.fragments.finish(|whole| wholes.push(whole));
        for whole in wholes {
            self.whole(&whole, whole.meta.time, 0);
        }
    }

    fn whole(&mut self, whole: &Whole, time: i64, depth: u8) {
        if whole.incomplete {
            self.tally.incomplete += 1;
        }
        let Some((protocol, payload)) = ip::after_fragments(whole.protocol, &whole.payload) else {
            return self.tally.damaged(whole.meta.place, whole.packets);
        };
        let carried = Carried {
            addresses: [whole.source, whole.destination],
            protocol,
            payload,
            cut: whole.cut,
            packets: whole.packets,
            wire: whole.wire,
        };
        self.carried(carried, Meta { time, ..whole.meta }, depth);
    }

    fn carried(&mut self, carried: Carried<'_>, mut meta: Meta, depth: u8) {
        let outer = meta.frame;
        let bytes = carried.payload;
        let ports = be16(bytes, 0).zip(be16(bytes, 2)).map(|(source, destination)| [source, destination]);
        if depth < DEPTH {
            let frame = &mut meta.frame;
            let inside = match (carried.protocol, ports) {
                (protocol::IP_IN_IP | protocol::IPV6, _) => Some(Inside::Ip(bytes)),
                (protocol::GRE, _) => Some(tunnel::gre(bytes, frame)),
                (protocol::ETHER_IP, _) => bytes.get(2..).map(|bytes| ethernet(bytes, frame)),
                (protocol::ETHERNET, _) => Some(ethernet(bytes, frame)),
                (protocol::UDP, Some([_, port])) => bytes.get(8..).and_then(|bytes| tunnel::udp(port, bytes, frame)),
                _ => None,
            };
            // Packets that came in several parts stay one packet of the tunnel.
            if let Some(Inside::Ip(bytes)) = inside
                && ip::parse(bytes, carried.cut).is_some()
            {
                self.tally.in_flows += carried.packets - 1;
                return self.ip(bytes, carried.cut, meta, depth + 1);
            }
            meta.frame = outer;
        }
        match (carried.protocol, ports) {
            (protocol::TCP, Some(ports)) => self.tcp(carried, ports, meta),
            (protocol::UDP, Some(ports)) => {
                self.udp(carried, ports, meta);
                self.sampled(carried, meta, depth);
            }
            (protocol::TCP | protocol::UDP, None) => self.tally.damaged(meta.place, carried.packets),
            (protocol::SCTP, Some(ports)) => {
                self.count(carried, ports, is_answer(ports), carried.payload.len() + carried.cut, meta);
            }
            (protocol::ICMP | protocol::ICMP_V6, _) => self.icmp(carried, meta),
            _ => {
                self.count(carried, [0; 2], false, carried.payload.len() + carried.cut, meta);
            }
        }
    }

    /// Counts a packet of a protocol without connections. `answer`: the source is the server, should the flow be new.
    fn count(&mut self, carried: Carried<'_>, ports: [u16; 2], answer: bool, bytes: usize, meta: Meta) -> (u32, usize) {
        let (id, side) = self.flow(carried.ends(ports), meta, !answer, |_, _| false);
        self.account(id, side, carried, bytes as u64, meta);
        self.table.heard(id);
        (id, side)
    }

    fn account(&mut self, id: u32, side: usize, carried: Carried<'_>, bytes: u64, meta: Meta) {
        let Some(flow) = self.table.get(id) else { return };
        flow.last = flow.last.max(meta.time);
        let other = if side == CLIENT { SERVER } else { CLIENT };
        if let (Some(packets), Some(sent), Some(wire)) = (flow.packets.get_mut(side), flow.bytes.get_mut(side), flow.ip_bytes.get_mut(side))
        {
            *packets += carried.packets;
            *sent = sent.saturating_add(bytes);
            *wire = wire.saturating_add(carried.wire);
        }
        for (side, mac) in [side, other].into_iter().zip(meta.frame.mac) {
            if let Some(known) = flow.mac.get_mut(side).filter(|known| **known == [0; 6]) {
                *known = mac;
            }
        }
    }

    fn icmp(&mut self, carried: Carried<'_>, meta: Meta) {
        let (kind, code) = match carried.payload {
            [kind, code, ..] => (*kind, *code),
            _ => (0, 0),
        };
        let version6 = carried.protocol == protocol::ICMP_V6;
        // A question and its answer are one flow: of echoes, each with the asker's number.
        let (pair, answer) = match (version6, kind) {
            (false, 8) | (true, 128) => (8, false),
            (false, 0) | (true, 129) => (8, true),
            (false, 14) => (13, true),
            (true, 136) => (135, true),
            (true, 134) => (133, true),
            (_, other) => (other, false),
        };
        let number = if pair == 8 { be16(carried.payload, 4).unwrap_or_default() } else { u16::from(code) };
        // In place of ports, and the same for both directions.
        let number = number ^ u16::from(pair) << 8;
        let (id, _) = self.count(carried, [number; 2], answer, carried.payload.len().saturating_sub(8) + carried.cut, meta);
        if let Some(flow) = self.table.get(id) {
            flow.icmp.get_or_insert((kind, code));
        }
    }

    fn udp(&mut self, carried: Carried<'_>, ports: [u16; 2], meta: Meta) {
        let body = carried.payload.get(8..).unwrap_or_default();
        let wire = (carried.payload.len() + carried.cut).saturating_sub(8);
        let dns = ports.iter().any(|port| DNS.contains(port));
        let message = if dns { Message::parse(body, carried.cut == 0) } else { None };
        let answer = match &message {
            Some(message) if ports[0] != ports[1] => message.is_answer(),
            _ => is_answer(ports),
        };
        let (id, side) = self.count(carried, ports, answer, wire, meta);
        let Some(message) = message else { return self.exported(id, ports[1], body, carried, meta) };
        if message.is_answer() {
            self.names.learn(&message);
        }
        let Some(flow) = self.table.get(id) else { return };
        flow.service = "dns";
        let seen = Seen { place: meta.place, time: meta.time, ends: flow.ends(), flow: flow.id() };
        let exchange = flow.exchange.get_or_insert_default();
        let before = exchange.held();
        exchange.message(message, side == CLIENT, seen, &mut self.rows.dns);
        if self.held + exchange.held() > self.limits.held + before {
            exchange.finish(&mut self.rows.dns);
        }
        self.held = self.held + exchange.held() - before;
        if exchange.held() == 0 {
            flow.exchange = None;
        }
    }

    /// Samples of packets on their way to a collector are packets of whoever they tell of.
    fn sampled(&mut self, carried: Carried<'_>, meta: Meta, depth: u8) {
        let Some(body) = carried.payload.get(8..).filter(|body| depth < DEPTH && body.starts_with(&[0, 0, 0, 5])) else { return };
        let Some(packets) = sflow::sampled(body, carried.cut) else { return };
        self.tally.sampled += packets.len() as u64;
        for Sampled { link, bytes, cut } in packets {
            self.tally.packets += 1;
            let mut meta = Meta { frame: Frame::default(), ..meta };
            match link::frame(link, bytes, &mut meta.frame) {
                Inside::Ip(bytes) => self.ip(bytes, cut as usize, meta, depth + 1),
                Inside::Other => self.tally.other += 1,
                Inside::Damaged | Inside::UnknownLink => self.tally.damaged(meta.place, 1),
            }
        }
    }

    /// Records of flows on their way to a collector are sessions as well, of whoever they tell of.
    fn exported(&mut self, id: u32, port: u16, body: &[u8], carried: Carried<'_>, meta: Meta) {
        // Most datagrams are told by their first bytes.
        if !matches!(body, [0, 5 | 9 | 10, ..]) {
            return;
        }
        let Some(message) = netflow::parse(body, carried.cut) else { return };
        if !netflow::PORTS.contains(&port) && !netflow::is_sane(message.sent, meta.time) {
            return;
        }
        if let Some(flow) = self.table.get(id) {
            flow.service = message.service();
        }
        let at = netflow::At { record: meta.place.record, offset: meta.place.offset, each: false };
        self.collector.message(carried.addresses[0], &message, at, &mut |flow| self.rows.exported.push(|| flow));
    }

    fn tcp(&mut self, carried: Carried<'_>, ports: [u16; 2], meta: Meta) {
        let bytes = carried.payload;
        let flags = Flags(bytes.get(13).copied().unwrap_or_default());
        let header = bytes.get(12).map_or(0, |byte| usize::from(byte >> 4) * 4);
        let (Some(sequence), Some(have)) = (be32(bytes, 4), be32(bytes, 8)) else {
            let (id, side) = self.flow(carried.ends(ports), meta, !is_answer(ports), |_, _| false);
            self.account(id, side, carried, 0, meta);
            return self.table.heard(id);
        };
        let client = match (flags.syn(), flags.ack()) {
            (true, ack) => !ack,
            (false, _) => !is_answer(ports),
        };
        let (id, side) = self.flow(carried.ends(ports), meta, client, |flow, side| flow.tcp.is_another(side, sequence, flags));
        let (data, length) = match header {
            20.. => (bytes.get(header..).unwrap_or_default(), (bytes.len() + carried.cut).saturating_sub(header)),
            // No host takes such a segment.
            _ => (&[][..], 0),
        };
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        if length as usize > data.len() {
            self.tally.cut += 1;
        }
        let Some(flow) = self.table.get(id) else { return };
        let fresh = flow.tcp.segment(side, sequence, flags, length);
        let (listening, deaf) = (flow.stream.is_some(), flow.deaf);
        // Where the side's bytes begin is only of use before any were read.
        let begins = flow.tcp.first(side).filter(|_| flow.bytes.get(side) == Some(&0));
        if !deaf && (listening || length > 0) {
            if !listening {
                self.open(id, meta);
            }
            let start = sequence.wrapping_add(u32::from(flags.syn()));
            let cut = length.saturating_sub(data.len() as u32);
            let other = if side == CLIENT { SERVER } else { CLIENT };
            // The pointer leads behind the byte.
            let urgent = be16(bytes, 18).filter(|at| flags.urg() && (1..=length).contains(&u32::from(*at)));
            self.listen(id, meta, |stream, env, full| {
                if let Some(at) = urgent {
                    stream.urgent(side, start.wrapping_add(u32::from(at) - 1));
                }
                // What is answered was said before.
                if flags.ack() {
                    stream.acknowledge(other, have, length > 0, env);
                }
                if length > 0 {
                    if let Some(first) = begins {
                        stream.begin(side, first);
                    }
                    stream.segment(side, Segment { start, bytes: data, cut }, full, env);
                }
            });
        }
        self.account(id, side, carried, fresh.into(), meta);
        self.table.heard(id);
    }
}

/// Whether the source is rather the server, when the beginning was not seen: ports of services are small, those of clients are not.
fn is_answer([source, destination]: [u16; 2]) -> bool {
    (source < 1_024 && destination >= 1_024) || (source < 32_768 && destination >= 32_768)
}
