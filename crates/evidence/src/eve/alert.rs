//! alert events to PoolhoundIdsAlert_CL.

use crate::ColumnBuilder;
use crate::row::{Fill, Mapping, Row};

pub(super) const TABLE: &str = "PoolhoundIdsAlert_CL";

/// `Computer` stays empty: what `host` names is the sensor. Source is who opened the connection, where Suricata says that, and not
/// who sent the packet: an alert on a server's answer is about the client as well.
pub(super) const MAPPING: Mapping = &[
    ("TimeGenerated", Fill::Time("timestamp")),
    ("SrcIpAddr", Fill::With(&["flow.src_ip", "direction", "src_ip", "dest_ip"], address)),
    ("SrcPortNumber", Fill::With(&["flow.src_port", "direction", "src_port", "dest_port"], port)),
    ("DstIpAddr", Fill::With(&["flow.dest_ip", "direction", "dest_ip", "src_ip"], address)),
    ("DstPortNumber", Fill::With(&["flow.dest_port", "direction", "dest_port", "src_port"], port)),
    ("Signature", Fill::Text("alert.signature")),
    ("SignatureId", Fill::Long("alert.signature_id")),
    ("Category", Fill::Text("alert.category")),
    ("Severity", Fill::Long("alert.severity")),
    ("Action", Fill::Text("alert.action")),
    ("Sensor", Fill::With(&["host"], sensor)),
    ("SourceFile", Fill::SourceFile),
    ("SourceOffset", Fill::SourceOffset),
    (HOST_NAME, Fill::With(&["http.hostname", "tls.sni", "dns.query", "dns.rrname"], host_name)),
];

/// A column of ours beyond the table's own: the name that the session asked for, where Suricata knew it.
pub(super) const HOST_NAME: &str = "DstHostname";

/// The end as the flow has it; else as the packet has it, turned around when it went to the client.
fn end(row: &Row<'_, '_>, slots: &[u16]) -> u16 {
    if !row.is_missing(slots[0]) {
        slots[0]
    } else if row.text(slots[1]).as_deref() == Some("to_client") {
        slots[3]
    } else {
        slots[2]
    }
}

fn address(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match row.text(end(row, slots)) {
        Some(text) => column.text(&text),
        None => column.missing(),
    }
}

fn port(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.long_option(row.long(end(row, slots)));
}

fn sensor(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match row.text(slots[0]) {
        Some(host) => column.text(&format!("Suricata on {host}")),
        None => column.text("Suricata"),
    }
}

fn host_name(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    if let Some(name) = [slots[0], slots[1], slots[3]].iter().find_map(|slot| row.text(*slot)) {
        return column.text(&name);
    }
    // A list of queries, each an object.
    let mut name = None;
    for query in crate::json::elements(row.raw(slots[2]), 16).take(1) {
        let _ = crate::json::members(query, 16, |key, value| {
            if key == "rrname" {
                name = Some(crate::json::text(value));
            }
        });
    }
    match name {
        Some(name) => column.text(&name),
        None => column.missing(),
    }
}
