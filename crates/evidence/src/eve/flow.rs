//! flow events to ASimNetworkSessionLogs.

use crate::ColumnBuilder;
use crate::row::{Fill, Mapping, Row};
use crate::zeek::sum;
use model::ticks;

pub(super) const TABLE: &str = "ASimNetworkSessionLogs";

/// The event is written when the flow has ended (over a capture, at any time), so its time is that of the flow's start.
pub(super) const MAPPING: Mapping = &[
    ("TimeGenerated", Fill::With(&["flow.start", "timestamp"], start)),
    ("Type", Fill::Const(TABLE)),
    ("EventCount", Fill::Number(1)),
    ("EventType", Fill::Const("NetworkSession")),
    ("EventSubType", Fill::Const("End")),
    ("EventSchemaVersion", Fill::Const("0.2.6")),
    ("EventVendor", Fill::Const("OISF")),
    ("EventProduct", Fill::Const("Suricata")),
    ("EventSeverity", Fill::Const("Informational")),
    ("EventStartTime", Fill::With(&["flow.start", "timestamp"], start)),
    ("EventEndTime", Fill::With(&["flow.end", "timestamp"], start)),
    ("EventOriginalUid", Fill::Text("flow_id")),
    ("EventOriginalType", Fill::Const("flow")),
    ("EventResult", Fill::With(RESULT, result)),
    ("EventResultDetails", Fill::With(RESULT, details)),
    ("EventOriginalResultDetails", Fill::Text("flow.state")),
    ("Dvc", Fill::Text("host")),
    ("DvcHostname", Fill::Text("host")),
    ("DvcAction", Fill::With(RESULT, action)),
    ("DvcOriginalAction", Fill::Text("flow.action")),
    ("DvcInboundInterface", Fill::Text("in_iface")),
    ("NetworkSessionId", Fill::Text("flow_id")),
    ("SrcIpAddr", Fill::Text("src_ip")),
    ("SrcPortNumber", Fill::Long("src_port")),
    ("DstIpAddr", Fill::Text("dest_ip")),
    ("DstPortNumber", Fill::Long("dest_port")),
    ("SrcMacAddr", Fill::Text("ether.src_mac")),
    ("DstMacAddr", Fill::Text("ether.dest_mac")),
    ("SrcVlanId", Fill::First("vlan")),
    ("NetworkProtocol", Fill::Upper("proto")),
    ("NetworkApplicationProtocol", Fill::With(&["app_proto"], application)),
    ("NetworkIcmpType", Fill::Text("icmp_type")),
    ("NetworkIcmpCode", Fill::Long("icmp_code")),
    ("NetworkDuration", Fill::With(&["flow.start", "flow.end", "flow.age"], duration)),
    ("NetworkDirection", Fill::With(&["src_ip", "dest_ip"], direction)),
    ("SrcBytes", Fill::Long("flow.bytes_toserver")),
    ("DstBytes", Fill::Long("flow.bytes_toclient")),
    ("NetworkBytes", Fill::With(&["flow.bytes_toserver", "flow.bytes_toclient"], sum)),
    ("SrcPackets", Fill::Long("flow.pkts_toserver")),
    ("DstPackets", Fill::Long("flow.pkts_toclient")),
    ("NetworkPackets", Fill::With(&["flow.pkts_toserver", "flow.pkts_toclient"], sum)),
    ("TcpFlagsSyn", Fill::Bool("tcp.syn")),
    ("TcpFlagsFin", Fill::Bool("tcp.fin")),
    ("TcpFlagsRst", Fill::Bool("tcp.rst")),
    ("TcpFlagsPsh", Fill::Bool("tcp.psh")),
    ("TcpFlagsAck", Fill::Bool("tcp.ack")),
    ("TcpFlagsUrg", Fill::Bool("tcp.urg")),
    (
        "AdditionalFields",
        Fill::Object(&["community_id", "flow.reason", "flow.alerted", "flow.age", "tcp.state", "in_iface", "pcap_filename"]),
    ),
];

const RESULT: &[&str] = &["flow.action", "flow.pkts_toclient"];

fn start(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.long_option(row.time(slots[0]).or_else(|| row.time(slots[1])));
}

fn dropped(row: &Row<'_, '_>, slots: &[u16]) -> bool {
    matches!(row.raw(slots[0]), b"\"drop\"" | b"\"reject\"")
}

fn unanswered(row: &Row<'_, '_>, slots: &[u16]) -> bool {
    row.long(slots[1]) == Some(0)
}

fn result(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.text(if dropped(row, slots) || unanswered(row, slots) { "Failure" } else { "Success" });
}

fn details(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.text(if dropped(row, slots) {
        "Terminated"
    } else if unanswered(row, slots) {
        "Timeout"
    } else {
        ""
    });
}

fn action(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.text(if dropped(row, slots) {
        "Drop"
    } else if unanswered(row, slots) {
        ""
    } else {
        "Allow"
    });
}

/// `failed` says that no protocol was recognised.
fn application(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match row.text(slots[0]).as_deref() {
        Some("failed") | None => column.missing(),
        Some(name) => column.text(name),
    }
}

fn duration(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    let exact = row.time(slots[0]).zip(row.time(slots[1])).map(|(start, end)| (end - start) / (ticks::SECOND / 1_000));
    column.long_option(exact.or_else(|| row.long(slots[2]).and_then(|seconds| seconds.checked_mul(1_000))));
}

fn direction(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.text(crate::direction::between(&row.text(slots[0]).unwrap_or_default(), &row.text(slots[1]).unwrap_or_default()));
}
