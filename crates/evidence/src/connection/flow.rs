//! A record of a flow, and what becomes of several of one connection.

use super::flag;
use crate::direction::between_addresses;
use crate::evenness::Evenness;
use crate::session::{Additional, Session, evenness};
use model::ticks;
use std::net::IpAddr;
use std::sync::Arc;

/// Whose records they are, as in ASIM's EventVendor, EventProduct and EventOriginalType.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) vendor: &'static str,
    pub(crate) product: &'static str,
    pub(crate) original_type: &'static str,
}

/// What one end sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) packets: Option<i64>,
    pub(crate) bytes: Option<i64>,
    /// Of TCP; 0 where they are not known.
    pub(crate) flags: u8,
    /// Whether the flow was counted where it came into the device or where it left it; a device may do both.
    pub(crate) counted: Option<u8>,
}

/// What came of the connection, where the record says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Empty, or as ASIM's EventResult.
    pub(crate) result: &'static str,
    pub(crate) details: &'static str,
    /// In the record's own words.
    pub(crate) original: Box<str>,
    pub(crate) denied: bool,
}

/// A record of a flow, or several as one.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    /// The number and the place of the first record.
    pub(crate) record: u64,
    pub(crate) offset: u64,
    pub(crate) kind: &'static Kind,
    /// Who saw the flow, and on which part of it.
    pub(crate) observer: Arc<str>,
    pub(crate) domain: u32,
    pub(crate) addresses: [IpAddr; 2],
    pub(crate) ports: [Option<u16>; 2],
    /// In upper case.
    pub(crate) protocol: Arc<str>,
    /// In ticks; of an unknown zone where `zoned` is not set, which is enough to compare them.
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) zoned: bool,
    /// In milliseconds, where the record has it.
    pub(crate) duration: Option<i64>,
    pub(crate) sides: [Side; 2],
    /// Packets and bytes of both ways, where the record has them.
    pub(crate) whole: [Option<i64>; 2],
    /// Counts are of the flow from its start, not of the record's time.
    pub(crate) total: bool,
    /// The source is known to have opened the connection.
    pub(crate) opened: bool,
    pub(crate) outcome: Outcome,
    pub(crate) records: i64,
    /// One packet in so many was looked at.
    pub(crate) sampling: u32,
    pub(crate) label: Box<str>,
    /// Argus' arrow.
    pub(crate) way: Box<str>,
    /// How even the rate is over the records.
    pub(crate) even: Evenness,
}

/// The sum of what is known.
fn plus(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (one, None) | (None, one) => one,
    }
}

impl Side {
    fn is_silent(&self) -> bool {
        self.packets.is_none() && self.bytes.is_none()
    }

    /// Takes in what the same end sent by another record. `again`: the other record counts anew what this one counted.
    fn and(self, next: Self, again: bool) -> Self {
        if next.is_silent() {
            return Self { flags: self.flags | next.flags, ..self };
        }
        if self.is_silent() {
            return Self { flags: self.flags | next.flags, ..next };
        }
        // The same packets on their way in and on their way out.
        let twice = self.counted.is_some() && next.counted.is_some() && self.counted != next.counted;
        let join = if twice || again { Option::max } else { plus };
        Self {
            packets: join(self.packets, next.packets),
            bytes: join(self.bytes, next.bytes),
            flags: self.flags | next.flags,
            counted: self.counted,
        }
    }
}

impl Flow {
    pub(super) fn has_ports(&self) -> bool {
        matches!(&*self.protocol, "TCP" | "UDP" | "SCTP")
    }

    /// The same seen from the other end.
    pub(super) fn turned(mut self) -> Self {
        self.addresses.reverse();
        self.ports.reverse();
        self.sides.reverse();
        self
    }

    /// Whether the source is rather the server: ports of services are small, those of clients are not.
    fn is_answer(&self) -> bool {
        let [Some(source), Some(destination)] = self.ports else { return false };
        self.has_ports() && ((source < 1_024 && destination >= 1_024) || (source < 32_768 && destination >= 32_768))
    }

    /// What the record's own time moved; `None` where its counts are of the flow from its start.
    fn moved(&self) -> Option<(i64, i64)> {
        let [own, other] = self.sides;
        let bytes = self.whole[1].or(plus(own.bytes, other.bytes)).filter(|_| !self.total)?;
        Some((self.start?, bytes))
    }

    /// Makes a record the first of a connection.
    pub(super) fn begin(&mut self) {
        if let Some((start, bytes)) = self.moved() {
            self.even.add(start, bytes);
        }
    }

    /// Takes in a later record of the same connection.
    pub(super) fn and(self, next: Self) -> Self {
        let mut even = self.even;
        if let Some((start, bytes)) = next.moved() {
            even.add(start, bytes);
        }
        Self { even, ..self.joined(next) }
    }

    fn joined(mut self, next: Self) -> Self {
        let same = next.addresses == self.addresses && next.ports == self.ports;
        let next = if same { next } else { next.turned() };
        if next.opened && !same && !self.opened {
            return next.turned().with(self.turned());
        }
        self.opened |= next.opened && same;
        self.with(next)
    }

    /// The same for records whose ends stand the same way.
    fn with(mut self, next: Self) -> Self {
        let again = self.total && next.total && self.start == next.start;
        let [own, other] = self.sides;
        let [own_next, other_next] = next.sides;
        self.sides = [own.and(own_next, again), other.and(other_next, again)];
        let join = if again { Option::max } else { plus };
        let [packets, bytes] = self.whole;
        let [packets_next, bytes_next] = next.whole;
        self.whole = [join(packets, packets_next), join(bytes, bytes_next)];
        self.start = [self.start, next.start].into_iter().flatten().min();
        self.end = self.end.max(next.end);
        self.duration = None;
        self.record = self.record.min(next.record);
        self.offset = self.offset.min(next.offset);
        self.records += next.records;
        self.sampling = self.sampling.max(next.sampling);
        self.outcome.denied &= next.outcome.denied;
        // What once stood has come about.
        let stood = self.outcome.result == "Success" && next.outcome.result == "Failure";
        if !stood && !next.outcome.result.is_empty() {
            (self.outcome.result, self.outcome.details) = (next.outcome.result, next.outcome.details);
        }
        if !next.outcome.original.is_empty() {
            self.outcome.original = next.outcome.original;
        }
        if self.label.is_empty() {
            self.label = next.label;
        }
        self
    }

    /// What became of the connection by what its ends sent, where the record does not say: TCP's flags are of all packets of a side, so
    /// that one without an acknowledgement never stood.
    fn outcome(&self) -> (&'static str, &'static str) {
        let [client, server] = self.sides;
        if self.outcome.denied {
            return ("Failure", "");
        }
        if !self.outcome.result.is_empty() {
            return (self.outcome.result, self.outcome.details);
        }
        if &*self.protocol == "TCP" && self.sampling <= 1 {
            let silent = server.packets.unwrap_or(0) == 0;
            if silent && client.flags & flag::SYN != 0 && client.flags & flag::ACK == 0 {
                return ("Failure", "Timeout");
            }
            if server.flags & flag::RST != 0 && server.flags & (flag::SYN | flag::PSH | flag::FIN) == 0 && client.flags & flag::SYN != 0 {
                return ("Failure", "Reset");
            }
        }
        ("Success", "")
    }

    /// Gives the connection to `put`, the client first.
    pub(crate) fn show(&self, put: impl FnOnce(&Session<'_>)) {
        if !self.opened && self.is_answer() {
            return self.clone().turned().write(put);
        }
        self.write(put);
    }

    fn write(&self, put: impl FnOnce(&Session<'_>)) {
        let [client, server] = self.sides;
        let addresses = self.addresses.map(|address| address.to_canonical());
        let [source, destination] = addresses.map(|address| address.to_string());
        let (result, details) = self.outcome();
        let start = self.start.filter(|_| self.zoned);
        let end = self.end.filter(|_| self.zoned);
        let lasted = || Some(self.end?.saturating_sub(self.start?).max(0) / (ticks::SECOND / 1_000));
        let [packets, bytes] = self.whole;
        put(&Session {
            vendor: self.kind.vendor,
            product: self.kind.product,
            original_type: self.kind.original_type,
            sub_type: "End",
            start,
            end,
            duration: self.duration.or_else(lasted),
            source: &source,
            source_port: self.ports[0].map(i64::from),
            destination: &destination,
            destination_port: self.ports[1].map(i64::from),
            protocol: &self.protocol,
            direction: between_addresses(addresses[0], addresses[1]),
            source_bytes: client.bytes,
            destination_bytes: server.bytes,
            bytes,
            source_packets: client.packets,
            destination_packets: server.packets,
            packets,
            result,
            details,
            original_details: &self.outcome.original,
            action: match result {
                _ if self.outcome.denied => "Deny",
                "Failure" => "",
                _ => "Allow",
            },
            device: &self.observer,
            additional: [
                ("Label", Additional::Text(&self.label)),
                ("TcpFlags", Additional::Text(&flags(client.flags))),
                ("DstTcpFlags", Additional::Text(&flags(server.flags))),
                ("Dir", Additional::Text(&self.way)),
                ("FlowRecords", if self.records > 1 { Additional::Number(self.records) } else { Additional::Text("") }),
                ("SamplingInterval", if self.sampling > 1 { Additional::Number(self.sampling.into()) } else { Additional::Text("") }),
            ]
            .into_iter()
            .chain(evenness(&self.even))
            .collect(),
            ..Session::default()
        });
    }
}

/// As nfdump writes them: `..UAPRSF`, with a dot for each that is not set.
fn flags(flags: u8) -> String {
    if flags == 0 {
        return String::new();
    }
    let bits = [
        (0x80, 'C'),
        (0x40, 'E'),
        (flag::URG, 'U'),
        (flag::ACK, 'A'),
        (flag::PSH, 'P'),
        (flag::RST, 'R'),
        (flag::SYN, 'S'),
        (flag::FIN, 'F'),
    ];
    bits.into_iter().map(|(bit, letter)| if flags & bit != 0 { letter } else { '.' }).collect()
}
