//! A record of a message as a flow.

use super::bytes::{Cursor, be16, be32};
use super::element::Element;
use super::message::{Message, RECORD_5, Version};
use super::template::Template;
use crate::connection::{Flow, Kind, Outcome, Side};
use model::ticks;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

const MILLI: i64 = ticks::SECOND / 1_000;
const MICRO: i64 = ticks::SECOND / 1_000_000;

const V5: Kind = Kind { vendor: "Cisco", product: "NetFlow", original_type: "NetFlow v5" };
const V9: Kind = Kind { original_type: "NetFlow v9", ..V5 };
const IPFIX: Kind = Kind { vendor: "IETF", product: "IPFIX", original_type: "IPFIX" };

fn kind(version: Version) -> &'static Kind {
    match version {
        Version::V5 => &V5,
        Version::V9 => &V9,
        Version::Ipfix => &IPFIX,
    }
}

/// What a record of a template says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    addresses: [Option<IpAddr>; 2],
    ports: [Option<u16>; 2],
    icmp: Option<u16>,
    protocol: Option<u8>,
    sides: [Side; 2],
    /// Of both directions, from the flow's start on.
    total: [[Option<i64>; 2]; 2],
    out: [Option<i64>; 2],
    start: Option<i64>,
    end: Option<i64>,
    uptimes: [Option<u32>; 2],
    pub(super) booted: Option<i64>,
    observed: Option<i64>,
    duration: Option<i64>,
    opener: u8,
    firewall: u8,
    sampling: Option<u32>,
    /// Packets that are looked at, and those that are passed over.
    sampled: [Option<u32>; 2],
}

/// A number of up to eight bytes (RFC 7011, section 6.2, lets exporters leave out the first ones).
fn number(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 8 {
        return None;
    }
    Some(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn count(bytes: &[u8]) -> Option<i64> {
    number(bytes).and_then(|value| i64::try_from(value).ok())
}

/// Ticks of a number of units since 1970; `None` where it is before or far behind.
fn since_1970(bytes: &[u8], unit: i64) -> Option<i64> {
    let at = count(bytes)?.checked_mul(unit)?;
    (at > 0 && at < i64::MAX / 4).then(|| ticks::UNIX_EPOCH + at)
}

/// NTP's form: seconds since 1900, and 2^-32 of them (RFC 7011, section 6.1.9).
fn ntp(bytes: &[u8]) -> Option<i64> {
    let value = number(bytes).filter(|_| bytes.len() == 8)?;
    let seconds = i64::try_from(value >> 32).ok()? - 2_208_988_800;
    let fraction = ((value & 0xffff_ffff) * (ticks::SECOND as u64)) >> 32;
    (seconds > 0).then(|| ticks::UNIX_EPOCH + seconds * ticks::SECOND + fraction as i64)
}

fn address6(bytes: &[u8]) -> Option<IpAddr> {
    Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).to_canonical())
}

fn address4(bytes: &[u8]) -> Option<IpAddr> {
    Some(IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?))
}

impl Said {
    /// Reads the next record; `None` where it is cut off.
    pub(super) fn read(cursor: &mut Cursor<'_>, template: &Template, sent: i64) -> Option<Self> {
        let mut said = Self::default();
        for field in &template.fields {
            let bytes = field.take(cursor)?;
            if let Some(element) = field.element {
                said.take(element, bytes, field.reverse, sent);
            }
        }
        Some(said)
    }

    fn take(&mut self, element: Element, bytes: &[u8], reverse: bool, sent: i64) {
        let short = || number(bytes).and_then(|value| u16::try_from(value).ok());
        let byte = || number(bytes).map(|value| value as u8);
        let word = || number(bytes).and_then(|value| u32::try_from(value).ok());
        let [client, server] = &mut self.sides;
        let side = if reverse { &mut *server } else { &mut *client };
        let way = usize::from(reverse);
        match element {
            Element::Bytes => side.bytes = count(bytes),
            Element::Packets => side.packets = count(bytes),
            Element::Flags => side.flags = number(bytes).unwrap_or_default() as u8,
            Element::TotalBytes => put(&mut self.total, way, 1, count(bytes)),
            Element::TotalPackets => put(&mut self.total, way, 0, count(bytes)),
            // What else there is of the other direction is its time, which is hardly another.
            _ if reverse => {}
            Element::Source4 => self.addresses[0] = address4(bytes).or(self.addresses[0]),
            Element::Destination4 => self.addresses[1] = address4(bytes).or(self.addresses[1]),
            Element::Source6 => self.address6(0, bytes),
            Element::Destination6 => self.address6(1, bytes),
            Element::SourcePort => self.ports[0] = short(),
            Element::DestinationPort => self.ports[1] = short(),
            Element::Protocol => self.protocol = byte(),
            Element::Icmp => self.icmp = short(),
            Element::BytesOut => self.out[1] = count(bytes),
            Element::PacketsOut => self.out[0] = count(bytes),
            Element::InitiatorBytes => client.bytes = count(bytes),
            Element::InitiatorPackets => client.packets = count(bytes),
            Element::ResponderBytes => server.bytes = count(bytes),
            Element::ResponderPackets => server.packets = count(bytes),
            Element::Way => client.counted = byte(),
            Element::Opener => self.opener = byte().unwrap_or_default(),
            Element::Firewall => self.firewall = byte().unwrap_or_default(),
            Element::StartUptime => self.uptimes[0] = word(),
            Element::EndUptime => self.uptimes[1] = word(),
            Element::StartSeconds => self.start = since_1970(bytes, ticks::SECOND),
            Element::EndSeconds => self.end = since_1970(bytes, ticks::SECOND),
            Element::StartMillis => self.start = since_1970(bytes, MILLI),
            Element::EndMillis => self.end = since_1970(bytes, MILLI),
            Element::StartMicros | Element::StartNanos => self.start = ntp(bytes),
            Element::EndMicros | Element::EndNanos => self.end = ntp(bytes),
            Element::StartDelta => self.start = word().map(|before| sent - i64::from(before) * MICRO),
            Element::EndDelta => self.end = word().map(|before| sent - i64::from(before) * MICRO),
            Element::Booted => self.booted = since_1970(bytes, MILLI),
            Element::Observed => self.observed = since_1970(bytes, MILLI),
            Element::DurationMillis => self.duration = word().map(|n| i64::from(n) * MILLI),
            Element::DurationMicros => self.duration = word().map(|n| i64::from(n) * MICRO),
            Element::SamplingInterval => self.sampling = word(),
            Element::SampledPackets => self.sampled[0] = word(),
            Element::SampledSpace => self.sampled[1] = word(),
        }
    }

    /// Exporters of one template for both kinds fill the other with zeros.
    fn address6(&mut self, side: usize, bytes: &[u8]) {
        let known = self.addresses.get(side).copied().flatten().filter(|address| !address.is_unspecified());
        if let Some(place) = self.addresses.get_mut(side) {
            *place = known.or_else(|| address6(bytes)).or(*place);
        }
    }

    /// One packet in so many.
    pub(super) fn sampling(&self) -> Option<u32> {
        let spaced = self.sampled[0].zip(self.sampled[1]);
        let interval = spaced.and_then(|(packets, space)| packets.checked_add(space)?.checked_div(packets));
        self.sampling.or(interval).filter(|interval| *interval > 0)
    }

    /// The flow and its protocol's number, for its name; `None` where the record names no addresses. `booted` is the exporter's, where it is known.
    pub(super) fn flow(self, message: &Message<'_>, booted: Option<i64>) -> Option<(Flow, u8)> {
        let addresses = [self.addresses[0]?, self.addresses[1]?];
        let uptime = |value: Option<u32>| {
            let value = value?;
            match message.version {
                Version::Ipfix => Some(self.booted.or(booted)? + i64::from(value) * MILLI),
                _ => Some(since_boot(message, value)),
            }
        };
        let start = self.start.or_else(|| uptime(self.uptimes[0]));
        let end = self.end.or_else(|| uptime(self.uptimes[1])).or_else(|| Some(start? + self.duration?));
        let start = start.or_else(|| Some(end? - self.duration?)).or(self.observed).or(end);
        // What was sent about a flow was sent after it.
        let (start, end) = (start.or(Some(message.sent)), end.or(self.observed).or(start).or(Some(message.sent)));
        let mut sides = self.sides;
        let mut total = false;
        for (side, [packets, bytes]) in sides.iter_mut().zip(self.total) {
            total |= side.bytes.is_none() && bytes.is_some();
            side.packets = side.packets.or(packets);
            side.bytes = side.bytes.or(bytes);
        }
        let [packets, bytes] = self.out;
        sides[0].packets = sides[0].packets.or(packets);
        sides[0].bytes = sides[0].bytes.or(bytes);
        let protocol = self.protocol.unwrap_or_default();
        let mut flow = base(message, addresses);
        flow.ports = ports(protocol, self.ports, self.icmp);
        (flow.start, flow.end) = (start, end.max(start));
        flow.sides = sides;
        flow.total = total;
        flow.sampling = self.sampling().unwrap_or_default();
        flow.opened = self.opener == 1 || sides[1].packets.is_some() || sides[1].bytes.is_some();
        flow.outcome.denied = self.firewall == 3;
        if self.opener == 2 {
            flow.addresses.reverse();
            flow.ports.reverse();
            flow.sides.reverse();
            flow.opened = true;
        }
        Some((flow, protocol))
    }
}

fn put(total: &mut [[Option<i64>; 2]; 2], way: usize, what: usize, value: Option<i64>) {
    if let Some(place) = total.get_mut(way).and_then(|side| side.get_mut(what)) {
        *place = value;
    }
}

/// A time that the exporter told by how long it had been running, which starts anew after 49 days.
fn since_boot(message: &Message<'_>, value: u32) -> i64 {
    let before = message.uptime.wrapping_sub(value) as i32;
    message.sent - i64::from(before) * MILLI
}

/// ICMP has type and code; a record may have them in place of the destination's port.
fn ports(protocol: u8, ports: [Option<u16>; 2], icmp: Option<u16>) -> [Option<u16>; 2] {
    match (protocol, icmp) {
        (6 | 17 | 33 | 132 | 136, _) => ports,
        (1 | 58, Some(icmp)) => [Some(0), Some(icmp)],
        (1 | 58, None) => ports,
        _ => [None; 2],
    }
}

fn base(message: &Message<'_>, addresses: [IpAddr; 2]) -> Flow {
    Flow {
        record: 0,
        offset: 0,
        kind: kind(message.version),
        observer: Arc::default(),
        domain: message.domain,
        addresses,
        ports: [None; 2],
        protocol: Arc::default(),
        start: None,
        end: None,
        zoned: true,
        duration: None,
        sides: [Side::default(); 2],
        whole: [None; 2],
        total: false,
        opened: false,
        outcome: Outcome::default(),
        records: 1,
        sampling: 0,
        label: Box::default(),
        way: Box::default(),
        even: crate::evenness::Evenness::default(),
    }
}

/// A record of version 5, whose fields are always the same.
pub(super) fn version5(bytes: &[u8], message: &Message<'_>) -> Option<(Flow, u8)> {
    let bytes = bytes.get(..RECORD_5)?;
    let protocol = *bytes.get(38)?;
    let mut flow = base(message, [address4(bytes.get(..4)?)?, address4(bytes.get(4..8)?)?]);
    let [source, destination] = [be16(bytes, 32)?, be16(bytes, 34)?];
    flow.ports = ports(protocol, [Some(source), Some(destination)], None);
    flow.sides[0] =
        Side { packets: be32(bytes, 16).map(i64::from), bytes: be32(bytes, 20).map(i64::from), flags: *bytes.get(37)?, counted: None };
    let [first, last] = [be32(bytes, 24)?, be32(bytes, 28)?].map(|value| since_boot(message, value));
    (flow.start, flow.end) = (Some(first), Some(last.max(first)));
    flow.sampling = message.sampling;
    Some((flow, protocol))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_all_their_forms() {
        let at = |seconds: i64| Some(ticks::UNIX_EPOCH + seconds * ticks::SECOND);
        assert_eq!(since_1970(&1_700_000_000_u32.to_be_bytes(), ticks::SECOND), at(1_700_000_000));
        assert_eq!(since_1970(&1_700_000_000_500_u64.to_be_bytes(), MILLI), at(1_700_000_000).map(|at| at + ticks::SECOND / 2));
        assert_eq!((since_1970(&[0; 8], MILLI), since_1970(&[255; 8], MILLI), since_1970(&[127; 8], MILLI)), (None, None, None));
        // Half a second, seconds since 1900.
        let ntp_time = ((1_700_000_000_u64 + 2_208_988_800) << 32) | 1 << 31;
        assert_eq!(ntp(&ntp_time.to_be_bytes()), at(1_700_000_000).map(|at| at + ticks::SECOND / 2));
        assert_eq!((ntp(&[0; 8]), ntp(&[0; 4])), (None, None));
    }

    /// The exporter's clock starts anew after 2^32 milliseconds.
    #[test]
    fn a_clock_that_has_started_anew() {
        let sent = ticks::UNIX_EPOCH + 1_700_000_000 * ticks::SECOND;
        let message = Message { version: Version::V9, sent, uptime: 1_000, domain: 0, sampling: 0, body: &[], at: 20 };
        assert_eq!(since_boot(&message, 500), sent - 500 * MILLI);
        assert_eq!(since_boot(&message, u32::MAX - 999), sent - 2_000 * MILLI);
        // A flow that ends after the message was sent, by the exporter's clocks.
        assert_eq!(since_boot(&message, 1_010), sent + 10 * MILLI);
    }
}
