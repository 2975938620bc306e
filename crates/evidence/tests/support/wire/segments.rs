//! Puts what is said into packets, and lets these arrive as networks and captures have it.

use super::super::packets::{self, ACK, Connection, End, Packet, Who, end};
use super::carry::Flight;
use super::numbers::Numbers;

/// How the packets of a connection arrive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    InOrder,
    /// Every packet twice.
    Twice,
    /// Neighbouring segments once more, in one.
    Overlapping,
    /// Of three segments the last first.
    Disordered,
    WithoutAcknowledgements,
    /// Segments of a byte that was sent before.
    KeptAlive,
    /// The one of a side that was said last but one is missing.
    OneLost,
}

/// What of a connection the capture has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    WithoutHandshake,
    /// Without what was said before a script's late beginning.
    Late,
    /// And without half of the first message then.
    LateWithin,
    ClientSide,
    ServerSide,
}

const ETHERNET: usize = 14;

/// Everything behind the IP header of an Ethernet frame.
fn tcp_of(frame: &[u8]) -> &[u8] {
    &frame[ETHERNET + if frame[12] == 0x86 { 40 } else { 20 }..]
}

fn payload(frame: &[u8]) -> &[u8] {
    &tcp_of(frame)[20..]
}

fn number(frame: &[u8]) -> u32 {
    tcp_of(frame)[4..8].iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

fn sender(frame: &[u8]) -> &[u8] {
    &tcp_of(frame)[..2]
}

/// A frame like another, with other bytes from another number on.
fn like(packet: &Packet, ends: [End; 2], first: u32, bytes: &[u8]) -> Packet {
    let (from, to) = if sender(&packet.bytes) == ends[0].1.to_be_bytes() { (ends[0], ends[1]) } else { (ends[1], ends[0]) };
    let tcp = packets::tcp((from.1, to.1), first, 1_000, ACK, bytes);
    Packet { time: packet.time, bytes: packets::ethernet(&packets::ip(from.0, to.0, 6, &tcp)) }
}

pub(crate) fn of(flights: &[Flight], ends: [End; 2], segment: usize, arrival: Arrival, part: Part, late: usize) -> Vec<Packet> {
    let mut connection = match part {
        Part::Whole | Part::ClientSide | Part::ServerSide => Connection::open(ends[0], ends[1]),
        _ => Connection::new(ends[0], ends[1]),
    };
    connection.segment = segment;
    let late = if matches!(part, Part::Late | Part::LateWithin) { late } else { 0 };
    let skipped = flights.iter().filter(|flight| late > 0 && flight.said < late).count();
    let lost = (arrival == Arrival::OneLost).then(|| flights.len().saturating_sub(2));
    for (at, flight) in flights.iter().enumerate().skip(skipped) {
        // One side's messages in a row share their segments.
        let mut bytes = flight.bytes.as_slice();
        if part == Part::LateWithin && at == skipped {
            bytes = &bytes[bytes.len() / 2..];
        }
        if lost == Some(at) {
            connection.lose(flight.who, bytes);
        } else {
            connection.say(flight.who, bytes);
        }
        connection.wait(2_000_000);
    }
    connection.close();
    let mut packets = connection.take();
    match part {
        Part::ClientSide => packets.retain(|packet| sender(&packet.bytes) == ends[0].1.to_be_bytes()),
        Part::ServerSide => packets.retain(|packet| sender(&packet.bytes) == ends[1].1.to_be_bytes()),
        _ => {}
    }
    let times: Vec<u64> = packets.iter().map(|packet| packet.time).collect();
    match arrival {
        Arrival::InOrder | Arrival::OneLost => {}
        Arrival::Twice => packets = packets.iter().flat_map(|packet| [packet.clone(), packet.clone()]).collect(),
        Arrival::Overlapping => packets = overlapping(&packets, ends),
        Arrival::Disordered => {
            disordered(&mut packets);
            packets.iter_mut().zip(times).for_each(|(packet, time)| packet.time = time);
        }
        Arrival::WithoutAcknowledgements => packets.retain(|packet| !payload(&packet.bytes).is_empty() || tcp_of(&packet.bytes)[13] != ACK),
        Arrival::KeptAlive => packets = kept_alive(&packets, ends),
    }
    packets
}

fn overlapping(packets: &[Packet], ends: [End; 2]) -> Vec<Packet> {
    let mut out: Vec<Packet> = Vec::new();
    let mut before: Option<&Packet> = None;
    for packet in packets {
        let bytes = payload(&packet.bytes);
        out.push(packet.clone());
        if bytes.is_empty() {
            continue;
        }
        if let Some(before) = before
            && sender(&before.bytes) == sender(&packet.bytes)
            && number(&before.bytes).wrapping_add(payload(&before.bytes).len() as u32) == number(&packet.bytes)
        {
            out.push(like(packet, ends, number(&before.bytes), &[payload(&before.bytes), bytes].concat()));
        }
        before = Some(packet);
    }
    out
}

/// Segments of a side in a row, with the other's acknowledgements in between: the last of three comes first.
fn disordered(packets: &mut [Packet]) {
    let mut at = 0;
    while at + 6 <= packets.len() {
        let six = &mut packets[at..at + 6];
        let told = |n: usize| (sender(&six[n].bytes).to_vec(), payload(&six[n].bytes).is_empty());
        if told(0) == told(2) && told(2) == told(4) && !told(0).1 && told(1).1 && told(1) == told(3) && told(3) == told(5) {
            six.swap(1, 2);
            six.swap(2, 4);
            six.swap(3, 4);
            // Now the three segments, then the three acknowledgements.
            six[..3].rotate_right(1);
            six[3..].sort_by_key(|packet| packet.time);
            at += 6;
        } else {
            at += 1;
        }
    }
}

fn kept_alive(packets: &[Packet], ends: [End; 2]) -> Vec<Packet> {
    let mut out = Vec::new();
    for packet in packets {
        let bytes = payload(&packet.bytes);
        out.push(packet.clone());
        if !bytes.is_empty() {
            let last = number(&packet.bytes).wrapping_add(bytes.len() as u32 - 1);
            out.push(like(packet, ends, last, &[0]));
        }
    }
    out
}

/// Other traffic in between: datagrams, lookups, a TLS session, a page.
pub(crate) fn among_others(packets: Vec<Packet>, numbers: &mut Numbers) -> Vec<Packet> {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>";
    let mut other = Connection::open(end("10.0.0.6", 40_000), end("198.51.100.7", 80)).at(Connection::START + 10);
    other.say(Who::Client, "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n").say(Who::Server, page).close();
    let mut second = Connection::open(end("10.0.0.7", 40_001), end("198.51.100.8", 9_999)).at(Connection::START + 20);
    for _ in 0..8 {
        let (asked, answered) = (numbers.bytes(90), numbers.bytes(300));
        second.say(Who::Client, asked).say(Who::Server, answered);
    }
    let mut all = packets;
    let last = all.last().map_or(Connection::START, |packet| packet.time);
    all.extend(other.take());
    all.extend(second.take());
    for n in 0..60u16 {
        let time = Connection::START + numbers.below((last - Connection::START + 1) as usize) as u64;
        let size = 20 + numbers.below(900);
        let noise = numbers.bytes(size);
        let port = [53, 123, 443, 3_333, 5_353][numbers.below(5)];
        let bytes = packets::datagram(end("10.0.0.5", 20_000 + n), end("203.0.113.66", port), &noise);
        all.push(Packet { time, bytes });
    }
    all.sort_by_key(|packet| packet.time);
    all
}
