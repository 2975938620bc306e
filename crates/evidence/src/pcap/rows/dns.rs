//! Questions and answers to ASimDnsActivityLogs.

use super::{Mapping, Record, Seen, put_address, put_flow, put_list, put_millis, put_time};
use crate::eve::{DNS_CODES, DNS_TYPES};
use crate::pcap::dns::{Answer, Question};
use crate::pcap::file::Place;
use crate::pcap::ip::protocol;

pub(crate) struct DnsRow {
    pub(crate) seen: Seen,
    pub(crate) id: u16,
    /// Of the answer where there is one, else of the question.
    pub(crate) flags: u16,
    pub(crate) question: Option<Question>,
    /// When it was answered, and with what.
    pub(crate) answered: Option<(i64, Vec<Answer>)>,
    /// Whether the question itself was seen.
    pub(crate) asked: bool,
}

impl DnsRow {
    fn code(&self) -> Option<usize> {
        self.answered.is_some().then_some(usize::from(self.flags & 15))
    }

    fn kind(&self) -> Option<u16> {
        self.question.as_ref().map(|question| question.kind)
    }

    fn put_flag(&self, bit: u16, column: &mut crate::ColumnBuilder) {
        column.bool(self.flags & bit != 0);
    }
}

impl Record for DnsRow {
    const TABLE: &'static str = "ASimDnsActivityLogs";

    const MAPPING: Mapping<Self> = &[
        ("TimeGenerated", |r, _, c| put_time(r.seen.time, c)),
        ("Type", |_, _, c| c.text(Self::TABLE)),
        ("EventCount", |_, _, c| c.long(1)),
        ("EventType", |_, _, c| c.text("Query")),
        ("EventSubType", |r, _, c| c.text(if r.answered.is_some() { "response" } else { "request" })),
        ("EventSchemaVersion", |_, _, c| c.text("0.1.7")),
        ("EventVendor", |_, _, c| c.text("Poolhound")),
        ("EventProduct", |_, _, c| c.text("Packet capture")),
        ("EventSeverity", |_, _, c| c.text("Informational")),
        ("EventStartTime", |r, _, c| put_time(r.seen.time, c)),
        ("EventEndTime", |r, _, c| put_time(r.answered.as_ref().map_or(r.seen.time, |(at, _)| *at), c)),
        ("EventOriginalUid", |r, _, c| put_flow(r.seen.flow, c)),
        ("EventOriginalType", |_, _, c| c.text("dns")),
        ("EventResult", |r, _, c| {
            c.text(match r.code() {
                None => "NA",
                Some(0) => "Success",
                Some(_) => "Failure",
            });
        }),
        ("EventResultDetails", |r, _, c| match r.code().map(|code| (code, DNS_CODES.get(code))) {
            None => c.text("NA"),
            Some((_, Some(name))) => c.text(name),
            Some((code, None)) => c.text(&format!("RCODE{code}")),
        }),
        ("DnsSessionId", |r, _, c| put_flow(r.seen.flow, c)),
        ("SrcIpAddr", |r, _, c| put_address(r.seen.ends.addresses[0], c)),
        ("Src", |r, _, c| put_address(r.seen.ends.addresses[0], c)),
        ("SrcPortNumber", |r, _, c| c.long(r.seen.ends.ports[0].into())),
        ("DstIpAddr", |r, _, c| put_address(r.seen.ends.addresses[1], c)),
        ("Dst", |r, _, c| put_address(r.seen.ends.addresses[1], c)),
        ("DstPortNumber", |r, _, c| c.long(r.seen.ends.ports[1].into())),
        ("NetworkProtocol", |r, _, c| c.text(if r.seen.ends.protocol == protocol::TCP { "TCP" } else { "UDP" })),
        ("DnsQuery", |r, _, c| match &r.question {
            Some(question) => c.text(&question.name),
            None => c.missing(),
        }),
        ("DnsQueryType", |r, _, c| c.long_option(r.kind().map(i64::from))),
        ("DnsQueryTypeName", |r, _, c| {
            let name = |kind: u16| DNS_TYPES.iter().find(|(_, number)| *number == i64::from(kind)).map(|(name, _)| *name);
            match r.kind().map(|kind| (kind, name(kind))) {
                Some((_, Some(name))) => c.text(name),
                Some((kind, None)) => c.text(&format!("TYPE{kind}")),
                None => c.missing(),
            }
        }),
        ("DnsQueryClass", |r, _, c| c.long_option(r.question.as_ref().map(|question| i64::from(question.class())))),
        ("DnsQueryClassName", |r, _, c| match r.question.as_ref().map(Question::class) {
            Some(1) => c.text("IN"),
            Some(3) => c.text("CH"),
            Some(255) => c.text("ANY"),
            Some(other) => c.text(&format!("CLASS{other}")),
            None => c.missing(),
        }),
        ("DnsResponseCode", |r, _, c| c.long_option(r.code().map(|code| code as i64))),
        ("DnsResponseName", |r, _, c| {
            put_list(r.answered.iter().flat_map(|(_, answers)| answers).map(|answer| answer.text.as_str()), c);
        }),
        ("DnsNetworkDuration", |r, _, c| match &r.answered {
            Some((at, _)) if r.asked => put_millis(r.seen.time, *at, c),
            _ => c.missing(),
        }),
        ("DnsFlagsAuthoritative", |r, _, c| r.put_flag(0x400, c)),
        ("DnsFlagsTruncated", |r, _, c| r.put_flag(0x200, c)),
        ("DnsFlagsRecursionDesired", |r, _, c| r.put_flag(0x100, c)),
        ("DnsFlagsRecursionAvailable", |r, _, c| r.put_flag(0x80, c)),
        ("DnsFlagsZ", |r, _, c| r.put_flag(0x40, c)),
        ("DnsFlagsAuthenticated", |r, _, c| r.put_flag(0x20, c)),
        ("DnsFlagsCheckingDisabled", |r, _, c| r.put_flag(0x10, c)),
        ("TransactionIdHex", |r, _, c| c.text(&format!("{:x}", r.id))),
        ("AdditionalFields", |r, _, c| {
            let ttls: Vec<String> = r.answered.iter().flat_map(|(_, answers)| answers).map(|answer| answer.ttl.to_string()).collect();
            if ttls.is_empty() { c.missing() } else { c.text(&format!(r#"{{"TTLs":[{}]}}"#, ttls.join(","))) }
        }),
    ];

    fn place(&self) -> Place {
        self.seen.place
    }
}
