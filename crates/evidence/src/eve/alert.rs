//! alert events to PoolhoundIdsAlert_CL.

use crate::ColumnBuilder;
use crate::row::{Fill, Mapping, Row};

pub(super) const TABLE: &str = "PoolhoundIdsAlert_CL";

/// `Computer` stays empty: what `host` names is the sensor.
pub(super) const MAPPING: Mapping = &[
    ("TimeGenerated", Fill::Time("timestamp")),
    ("SrcIpAddr", Fill::Text("src_ip")),
    ("SrcPortNumber", Fill::Long("src_port")),
    ("DstIpAddr", Fill::Text("dest_ip")),
    ("DstPortNumber", Fill::Long("dest_port")),
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
