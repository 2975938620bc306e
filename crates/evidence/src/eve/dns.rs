//! dns events to ASimDnsActivityLogs: version 1 (one answer an event), 2 (all answers in one), 3 (lists of queries).

use crate::ColumnBuilder;
use crate::json;
use crate::row::{Fill, Mapping, Row, quote};
use std::borrow::Cow;

pub(super) const TABLE: &str = "ASimDnsActivityLogs";

const ENDS: &[&str] = &["src_ip", "src_port", "dest_ip", "dest_port"];

pub(super) const MAPPING: Mapping = &[
    ("TimeGenerated", Fill::Time("timestamp")),
    ("Type", Fill::Const(TABLE)),
    ("EventCount", Fill::Number(1)),
    ("EventType", Fill::Const("Query")),
    ("EventSubType", Fill::With(&["dns.type"], sub_type)),
    ("EventSchemaVersion", Fill::Const("0.1.7")),
    ("EventVendor", Fill::Const("OISF")),
    ("EventProduct", Fill::Const("Suricata")),
    ("EventSeverity", Fill::Const("Informational")),
    ("EventStartTime", Fill::Time("timestamp")),
    ("EventEndTime", Fill::Time("timestamp")),
    ("EventOriginalUid", Fill::Text("flow_id")),
    ("EventOriginalType", Fill::Text("dns.type")),
    ("EventResult", Fill::With(&["dns.rcode"], crate::zeek::dns_result)),
    ("EventResultDetails", Fill::With(&["dns.rcode"], crate::zeek::dns_details)),
    ("Dvc", Fill::Text("host")),
    ("DvcHostname", Fill::Text("host")),
    ("DnsSessionId", Fill::Text("flow_id")),
    ("SrcIpAddr", Fill::With(ENDS, client)),
    ("Src", Fill::With(ENDS, client)),
    ("SrcPortNumber", Fill::With(ENDS, client_port)),
    ("DstIpAddr", Fill::With(ENDS, server)),
    ("Dst", Fill::With(ENDS, server)),
    ("DstPortNumber", Fill::With(ENDS, server_port)),
    ("NetworkProtocol", Fill::Upper("proto")),
    ("DnsQuery", Fill::With(&["dns.rrname", "dns.queries"], name)),
    ("DnsQueryTypeName", Fill::With(&["dns.rrtype", "dns.queries"], kind)),
    ("DnsQueryType", Fill::With(&["dns.rrtype", "dns.queries"], kind_number)),
    ("DnsQueryClassName", Fill::Const("IN")),
    ("DnsQueryClass", Fill::Number(1)),
    ("DnsResponseCode", Fill::With(&["dns.rcode"], code)),
    ("DnsResponseName", Fill::With(&["dns.answers", "dns.grouped", "dns.rdata"], answers)),
    ("DnsFlags", Fill::Text("dns.flags")),
    ("DnsFlagsAuthoritative", Fill::Bool("dns.aa")),
    ("DnsFlagsTruncated", Fill::Bool("dns.tc")),
    ("DnsFlagsRecursionDesired", Fill::Bool("dns.rd")),
    ("DnsFlagsRecursionAvailable", Fill::Bool("dns.ra")),
    ("DnsFlagsZ", Fill::Bool("dns.z")),
    ("TransactionIdHex", Fill::With(&["dns.id"], crate::zeek::dns_id)),
    ("AdditionalFields", Fill::Object(&["community_id", "dns.version", "dns.opcode", "dns.authorities", "in_iface", "pcap_filename"])),
];

fn sub_type(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.text(match row.text(slots[0]).as_deref() {
        Some("answer" | "response") => "response",
        _ => "request",
    });
}

/// Some versions log an answer in the answer's direction.
fn turned(row: &Row<'_, '_>, slots: &[u16]) -> bool {
    row.long(slots[1]) == Some(53) && row.long(slots[3]) != Some(53)
}

fn end(row: &Row<'_, '_>, slot: u16, column: &mut ColumnBuilder) {
    match row.text(slot) {
        Some(text) => column.text(&text),
        None => column.missing(),
    }
}

fn client(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    end(row, if turned(row, slots) { slots[2] } else { slots[0] }, column);
}

fn server(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    end(row, if turned(row, slots) { slots[0] } else { slots[2] }, column);
}

fn client_port(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.long_option(row.long(if turned(row, slots) { slots[3] } else { slots[1] }));
}

fn server_port(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.long_option(row.long(if turned(row, slots) { slots[1] } else { slots[3] }));
}

/// The field of the event itself, or of the first query in its list. (A message with more than one question is refused by servers.)
fn question<'a>(row: &Row<'_, 'a>, slots: &[u16], field: &str) -> Option<Cow<'a, str>> {
    row.text(slots[0]).or_else(|| {
        let first = json::elements(row.raw(slots[1]), 16).next()?;
        member(first, field)
    })
}

fn member<'a>(object: &'a [u8], field: &str) -> Option<Cow<'a, str>> {
    let mut found = None;
    // What can be read of a damaged object counts.
    let _ = json::members(object, 16, |name, value| {
        if name == field && !value.is_empty() {
            found = Some(json::text(value));
        }
    });
    found
}

fn name(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match question(row, slots, "rrname") {
        Some(text) => column.text(&text),
        None => column.missing(),
    }
}

fn kind(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match question(row, slots, "rrtype") {
        Some(text) => column.text(&text),
        None => column.missing(),
    }
}

/// Numbers of the types that are met (IANA, DNS parameters).
pub(crate) const TYPES: [(&str, i64); 20] = [
    ("A", 1),
    ("NS", 2),
    ("CNAME", 5),
    ("SOA", 6),
    ("NULL", 10),
    ("PTR", 12),
    ("HINFO", 13),
    ("MX", 15),
    ("TXT", 16),
    ("AAAA", 28),
    ("SRV", 33),
    ("NAPTR", 35),
    ("DS", 43),
    ("RRSIG", 46),
    ("DNSKEY", 48),
    ("TLSA", 52),
    ("SVCB", 64),
    ("HTTPS", 65),
    ("SPF", 99),
    ("ANY", 255),
];

fn kind_number(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.long_option(question(row, slots, "rrtype").and_then(|name| type_number(&name)));
}

/// The number of a type, by its name.
pub(crate) fn type_number(name: &str) -> Option<i64> {
    TYPES.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
}

/// In the order of their numbers (RFC 6895).
pub(crate) const CODES: [&str; 11] =
    ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"];

fn code(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.long_option(row.text(slots[0]).and_then(|name| code_number(&name)));
}

/// The number of a response's code, by its name.
pub(crate) fn code_number(name: &str) -> Option<i64> {
    CODES.iter().position(|known| *known == name).map(|n| n as i64)
}

fn answers(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    let mut out = String::new();
    let mut add = |text: &str| {
        out.push(if out.is_empty() { '[' } else { ',' });
        quote(text, &mut out);
    };
    for answer in json::elements(row.raw(slots[0]), 16) {
        if let Some(data) = member(answer, "rdata") {
            add(&data);
        }
    }
    if row.is_missing(slots[0]) {
        let _ = json::members(row.raw(slots[1]), 16, |_, values| {
            json::elements(values, 16).filter(|v| v.starts_with(b"\"")).for_each(|value| add(&json::text(value)));
        });
        if row.is_missing(slots[1])
            && let Some(data) = row.text(slots[2])
        {
            add(&data);
        }
    }
    if out.is_empty() {
        column.missing();
    } else {
        out.push(']');
        column.text(&out);
    }
}
