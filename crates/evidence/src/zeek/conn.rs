//! conn.log to ASimNetworkSessionLogs.

use crate::ColumnBuilder;
use crate::row::{Fill, Mapping, Row};
use model::ticks;

pub(super) const TABLE: &str = "ASimNetworkSessionLogs";

/// Zeek watches and does not act: DvcAction is `Allow` where the session came about and empty where it did not.
pub(super) const MAPPING: Mapping = &[
    ("TimeGenerated", Fill::Time("ts")),
    ("Type", Fill::Const(TABLE)),
    ("EventCount", Fill::Number(1)),
    ("EventType", Fill::Const("NetworkSession")),
    ("EventSubType", Fill::Const("End")),
    ("EventSchemaVersion", Fill::Const("0.2.6")),
    ("EventVendor", Fill::Const("Zeek")),
    ("EventProduct", Fill::Const("Zeek")),
    ("EventSeverity", Fill::Const("Informational")),
    ("EventStartTime", Fill::Time("ts")),
    ("EventEndTime", Fill::With(&["ts", "duration"], end)),
    ("EventOriginalUid", Fill::Text("uid")),
    ("EventOriginalType", Fill::Const("conn")),
    ("EventResult", Fill::With(&["conn_state"], result)),
    ("EventResultDetails", Fill::With(&["conn_state"], details)),
    ("EventOriginalResultDetails", Fill::Text("conn_state")),
    ("DvcAction", Fill::With(&["conn_state"], action)),
    ("Dvc", Fill::Text("_system_name")),
    ("DvcHostname", Fill::Text("_system_name")),
    ("NetworkSessionId", Fill::Text("uid")),
    ("SrcIpAddr", Fill::Text("id.orig_h")),
    ("SrcPortNumber", Fill::Long("id.orig_p")),
    ("DstIpAddr", Fill::Text("id.resp_h")),
    ("DstPortNumber", Fill::Long("id.resp_p")),
    ("SrcMacAddr", Fill::Text("orig_l2_addr")),
    ("DstMacAddr", Fill::Text("resp_l2_addr")),
    ("SrcVlanId", Fill::Text("vlan")),
    ("DstVlanId", Fill::Text("inner_vlan")),
    ("NetworkProtocol", Fill::Upper("proto")),
    ("NetworkApplicationProtocol", Fill::Text("service")),
    ("NetworkConnectionHistory", Fill::Text("history")),
    ("NetworkDuration", Fill::Millis("duration")),
    ("NetworkDirection", Fill::With(&["local_orig", "local_resp", "id.orig_h", "id.resp_h"], direction)),
    ("SrcBytes", Fill::Long("orig_bytes")),
    ("DstBytes", Fill::Long("resp_bytes")),
    ("NetworkBytes", Fill::With(&["orig_bytes", "resp_bytes"], sum)),
    ("SrcPackets", Fill::Long("orig_pkts")),
    ("DstPackets", Fill::Long("resp_pkts")),
    ("NetworkPackets", Fill::With(&["orig_pkts", "resp_pkts"], sum)),
    ("SrcGeoCountry", Fill::Text("orig_cc")),
    ("DstGeoCountry", Fill::Text("resp_cc")),
    (
        "AdditionalFields",
        Fill::Object(&["missed_bytes", "orig_ip_bytes", "resp_ip_bytes", "tunnel_parents", "community_id", "label", "detailedlabel"]),
    ),
];

fn end(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    let duration = row.real(slots[1]).unwrap_or_default();
    let end = row.time(slots[0]).and_then(|start| start.checked_add((duration * ticks::SECOND as f64) as i64));
    column.long_option(end.filter(|t| (0..=ticks::MAX).contains(t)));
}

/// The states of conn.log: no answer, refused, or reset before a session stood.
fn failed(state: &[u8]) -> Option<&'static str> {
    match state {
        b"S0" | b"SH" | b"SHR" => Some("Timeout"),
        b"REJ" | b"RSTOS0" | b"RSTRH" => Some("Reset"),
        _ => None,
    }
}

fn state<'a>(row: &Row<'_, 'a>, slots: &[u16]) -> &'a [u8] {
    let raw = row.raw(slots[0]);
    raw.strip_prefix(b"\"").and_then(|r| r.strip_suffix(b"\"")).unwrap_or(raw)
}

fn result(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    let state = state(row, slots);
    column.text(match failed(state) {
        Some(_) => "Failure",
        None if state.is_empty() => "NA",
        None => "Success",
    });
}

fn details(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.text(failed(state(row, slots)).unwrap_or_default());
}

fn action(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.text(if failed(state(row, slots)).is_some() { "" } else { "Allow" });
}

/// As Zeek was told its networks; where it was not, by private addresses.
fn direction(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.text(match (row.bool(slots[0]), row.bool(slots[1])) {
        (Some(true), Some(true)) => "Local",
        (Some(true), Some(false)) => "Outbound",
        (Some(false), Some(true)) => "Inbound",
        (Some(false), Some(false)) => "External",
        _ => crate::direction::between(&row.text(slots[2]).unwrap_or_default(), &row.text(slots[3]).unwrap_or_default()),
    });
}

pub(crate) fn sum(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.long_option(match (row.long(slots[0]), row.long(slots[1])) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (one, None) | (None, one) => one,
    });
}
