//! dns.log to ASimDnsActivityLogs.

use crate::ColumnBuilder;
use crate::row::{Fill, Mapping, Row};

pub(super) const TABLE: &str = "ASimDnsActivityLogs";

pub(super) const MAPPING: Mapping = &[
    ("TimeGenerated", Fill::Time("ts")),
    ("Type", Fill::Const(TABLE)),
    ("EventCount", Fill::Number(1)),
    ("EventType", Fill::Const("Query")),
    ("EventSubType", Fill::With(&["rcode_name", "answers"], sub_type)),
    ("EventSchemaVersion", Fill::Const("0.1.7")),
    ("EventVendor", Fill::Const("Zeek")),
    ("EventProduct", Fill::Const("Zeek")),
    ("EventSeverity", Fill::Const("Informational")),
    ("EventStartTime", Fill::Time("ts")),
    ("EventEndTime", Fill::Time("ts")),
    ("EventOriginalUid", Fill::Text("uid")),
    ("EventOriginalType", Fill::Const("dns")),
    ("EventResult", Fill::With(&["rcode_name"], result)),
    ("EventResultDetails", Fill::With(&["rcode_name"], details)),
    ("Dvc", Fill::Text("_system_name")),
    ("DvcHostname", Fill::Text("_system_name")),
    ("DvcAction", Fill::With(&["rejected"], action)),
    ("DnsSessionId", Fill::Text("uid")),
    ("SrcIpAddr", Fill::Text("id.orig_h")),
    ("Src", Fill::Text("id.orig_h")),
    ("SrcPortNumber", Fill::Long("id.orig_p")),
    ("DstIpAddr", Fill::Text("id.resp_h")),
    ("Dst", Fill::Text("id.resp_h")),
    ("DstPortNumber", Fill::Long("id.resp_p")),
    ("NetworkProtocol", Fill::Upper("proto")),
    ("DnsQuery", Fill::Text("query")),
    ("DnsQueryType", Fill::Long("qtype")),
    ("DnsQueryTypeName", Fill::Text("qtype_name")),
    ("DnsQueryClass", Fill::Long("qclass")),
    ("DnsQueryClassName", Fill::With(&["qclass_name"], class)),
    ("DnsResponseCode", Fill::Long("rcode")),
    ("DnsResponseName", Fill::List("answers")),
    ("DnsNetworkDuration", Fill::Millis("rtt")),
    ("DnsFlagsAuthoritative", Fill::Bool("AA")),
    ("DnsFlagsTruncated", Fill::Bool("TC")),
    ("DnsFlagsRecursionDesired", Fill::Bool("RD")),
    ("DnsFlagsRecursionAvailable", Fill::Bool("RA")),
    ("DnsFlagsZ", Fill::With(&["Z"], z)),
    ("TransactionIdHex", Fill::With(&["trans_id"], hex)),
    ("AdditionalFields", Fill::Object(&["TTLs", "rejected", "community_id", "label", "detailedlabel"])),
];

fn sub_type(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    let answered = slots.iter().any(|slot| !row.is_missing(*slot));
    column.text(if answered { "response" } else { "request" });
}

/// `NA` where no answer was seen.
pub(crate) fn result(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.text(match row.text(slots[0]).as_deref() {
        None | Some("") => "NA",
        Some("NOERROR") => "Success",
        Some(_) => "Failure",
    });
}

/// ASIM's home of the response code's name; `NA` where no answer was seen.
pub(crate) fn details(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match row.text(slots[0]).as_deref() {
        None | Some("") => column.text("NA"),
        Some(name) => column.text(name),
    }
}

fn action(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.text(if row.bool(slots[0]) == Some(true) { "Deny" } else { "" });
}

fn class(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match row.text(slots[0]).as_deref() {
        Some("C_INTERNET") => column.text("IN"),
        Some(other) => column.text(other),
        None => column.missing(),
    }
}

fn z(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match row.long(slots[0]) {
        Some(bits) => column.bool(bits != 0),
        None => column.missing(),
    }
}

pub(crate) fn hex(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match row.long(slots[0]) {
        Some(id) => column.text(&format!("{id:x}")),
        None => column.missing(),
    }
}
