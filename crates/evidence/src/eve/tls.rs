//! tls events to PoolhoundTls_CL.

use crate::ColumnBuilder;
use crate::row::{Fill, Mapping, Row};

pub(super) const TABLE: &str = "PoolhoundTls_CL";

pub(super) const MAPPING: Mapping = &[
    ("TimeGenerated", Fill::Time("timestamp")),
    ("SrcIpAddr", Fill::Text("src_ip")),
    ("SrcPortNumber", Fill::Long("src_port")),
    ("DstIpAddr", Fill::Text("dest_ip")),
    ("DstPortNumber", Fill::Long("dest_port")),
    ("ServerName", Fill::Text("tls.sni")),
    ("Alpn", Fill::First("tls.client_alpns")),
    ("Version", Fill::With(&["tls.version"], crate::zeek::tls_version)),
    ("Ja3", Fill::Text("tls.ja3.hash")),
    ("Ja4", Fill::Text("tls.ja4")),
    ("Subject", Fill::Text("tls.subject")),
    ("Issuer", Fill::Text("tls.issuerdn")),
    ("SelfSigned", Fill::With(&["tls.subject", "tls.issuerdn"], self_signed)),
    ("SourceFile", Fill::SourceFile),
    ("SourceOffset", Fill::SourceOffset),
];

fn self_signed(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match (row.text(slots[0]), row.text(slots[1])) {
        (Some(subject), Some(issuer)) if !subject.is_empty() => column.bool(subject == issuer),
        _ => column.missing(),
    }
}
