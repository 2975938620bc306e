//! Flows to ASimNetworkSessionLogs.

use super::{Mapping, Record, Seen, put_address, put_flow, put_millis, put_number, put_time};
use crate::pcap::file::Place;
use crate::pcap::flow::{Flags, History};
use crate::pcap::ip::{self, protocol};

pub(crate) struct SessionRow {
    pub(crate) seen: Seen,
    pub(crate) end: i64,
    pub(crate) packets: [u64; 2],
    pub(crate) bytes: [u64; 2],
    pub(crate) ip_bytes: [u64; 2],
    pub(crate) missing: u64,
    pub(crate) mac: [[u8; 6]; 2],
    pub(crate) vlan: [u16; 2],
    /// As Zeek's `conn_state`.
    pub(crate) state: &'static str,
    pub(crate) history: History,
    pub(crate) flags: Flags,
    pub(crate) service: &'static str,
    pub(crate) icmp: Option<(u8, u8)>,
}

impl SessionRow {
    fn is_tcp(&self) -> bool {
        self.seen.ends.protocol == protocol::TCP
    }

    fn has_ports(&self) -> bool {
        matches!(self.seen.ends.protocol, protocol::TCP | protocol::UDP | protocol::SCTP)
    }

    /// No answer, refused, or reset before a session stood.
    fn failed(&self) -> Option<&'static str> {
        match self.state {
            "S0" | "SH" | "SHR" => Some("Timeout"),
            "REJ" | "RSTOS0" | "RSTRH" => Some("Reset"),
            _ => None,
        }
    }

    fn flag(&self, set: bool, column: &mut crate::ColumnBuilder) {
        if self.is_tcp() { column.bool(set) } else { column.missing() }
    }
}

impl Record for SessionRow {
    const TABLE: &'static str = "ASimNetworkSessionLogs";

    /// As of Zeek's conn.log: a capture watches and does not act.
    const MAPPING: Mapping<Self> = &[
        ("TimeGenerated", |r, _, c| put_time(r.seen.time, c)),
        ("Type", |_, _, c| c.text(Self::TABLE)),
        ("EventCount", |_, _, c| c.long(1)),
        ("EventType", |_, _, c| c.text("NetworkSession")),
        ("EventSubType", |_, _, c| c.text("End")),
        ("EventSchemaVersion", |_, _, c| c.text("0.2.6")),
        ("EventVendor", |_, _, c| c.text("Poolhound")),
        ("EventProduct", |_, _, c| c.text("Packet capture")),
        ("EventSeverity", |_, _, c| c.text("Informational")),
        ("EventStartTime", |r, _, c| put_time(r.seen.time, c)),
        ("EventEndTime", |r, _, c| put_time(r.end, c)),
        ("EventOriginalUid", |r, _, c| put_flow(r.seen.flow, c)),
        ("EventOriginalType", |_, _, c| c.text("flow")),
        ("EventResult", |r, _, c| c.text(if r.failed().is_some() { "Failure" } else { "Success" })),
        ("EventResultDetails", |r, _, c| c.text(r.failed().unwrap_or_default())),
        ("EventOriginalResultDetails", |r, _, c| c.text(r.state)),
        ("DvcAction", |r, _, c| c.text(if r.failed().is_some() { "" } else { "Allow" })),
        ("NetworkSessionId", |r, _, c| put_flow(r.seen.flow, c)),
        ("SrcIpAddr", |r, _, c| put_address(r.seen.ends.addresses[0], c)),
        ("SrcPortNumber", |r, _, c| c.long_option(r.has_ports().then(|| r.seen.ends.ports[0].into()))),
        ("DstIpAddr", |r, _, c| put_address(r.seen.ends.addresses[1], c)),
        ("DstPortNumber", |r, _, c| c.long_option(r.has_ports().then(|| r.seen.ends.ports[1].into()))),
        ("SrcMacAddr", |r, _, c| c.text(&mac(r.mac[0]))),
        ("DstMacAddr", |r, _, c| c.text(&mac(r.mac[1]))),
        ("SrcVlanId", |r, _, c| c.text(&vlan(r.vlan[0]))),
        ("DstVlanId", |r, _, c| c.text(&vlan(r.vlan[1]))),
        ("NetworkProtocol", |r, _, c| c.text(&protocol_name(r.seen.ends.protocol))),
        ("NetworkProtocolVersion", |r, _, c| c.text(if ip::address(r.seen.ends.addresses[0]).is_ipv4() { "IPv4" } else { "IPv6" })),
        ("NetworkApplicationProtocol", |r, _, c| c.text(r.service)),
        ("NetworkIcmpType", |r, _, c| match r.icmp {
            Some((kind, _)) => c.text(&kind.to_string()),
            None => c.missing(),
        }),
        ("NetworkIcmpCode", |r, _, c| c.long_option(r.icmp.map(|(_, code)| code.into()))),
        ("NetworkConnectionHistory", |r, _, c| c.text(&r.history.text())),
        ("NetworkDuration", |r, _, c| put_millis(r.seen.time, r.end, c)),
        ("NetworkDirection", |r, _, c| {
            let [source, destination] = r.seen.ends.addresses.map(ip::address);
            c.text(crate::direction::between_addresses(source, destination));
        }),
        ("SrcBytes", |r, _, c| put_number(r.bytes[0], c)),
        ("DstBytes", |r, _, c| put_number(r.bytes[1], c)),
        ("NetworkBytes", |r, _, c| put_number(r.bytes[0].saturating_add(r.bytes[1]), c)),
        ("SrcPackets", |r, _, c| put_number(r.packets[0], c)),
        ("DstPackets", |r, _, c| put_number(r.packets[1], c)),
        ("NetworkPackets", |r, _, c| put_number(r.packets[0] + r.packets[1], c)),
        ("TcpFlagsSyn", |r, _, c| r.flag(r.flags.syn(), c)),
        ("TcpFlagsFin", |r, _, c| r.flag(r.flags.fin(), c)),
        ("TcpFlagsRst", |r, _, c| r.flag(r.flags.rst(), c)),
        ("TcpFlagsPsh", |r, _, c| r.flag(r.flags.psh(), c)),
        ("TcpFlagsAck", |r, _, c| r.flag(r.flags.ack(), c)),
        ("TcpFlagsUrg", |r, _, c| r.flag(r.flags.urg(), c)),
        ("AdditionalFields", |r, _, c| {
            let [source, destination] = r.ip_bytes;
            c.text(&format!(r#"{{"missed_bytes":{},"orig_ip_bytes":{source},"resp_ip_bytes":{destination}}}"#, r.missing));
        }),
    ];

    fn place(&self) -> Place {
        self.seen.place
    }
}

fn mac(mac: [u8; 6]) -> String {
    if mac == [0; 6] {
        return String::new();
    }
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

fn vlan(vlan: u16) -> String {
    if vlan == 0 { String::new() } else { vlan.to_string() }
}

fn protocol_name(number: u8) -> String {
    let name = match number {
        protocol::ICMP | protocol::ICMP_V6 => "ICMP",
        2 => "IGMP",
        protocol::IP_IN_IP => "IPIP",
        protocol::TCP => "TCP",
        protocol::UDP => "UDP",
        protocol::IPV6 => "IPV6",
        protocol::GRE => "GRE",
        50 => "ESP",
        protocol::AUTHENTICATION => "AH",
        88 => "EIGRP",
        89 => "OSPF",
        103 => "PIM",
        112 => "VRRP",
        115 => "L2TP",
        protocol::SCTP => "SCTP",
        _ => return number.to_string(),
    };
    name.to_owned()
}
