//! http.log to ASimWebSessionLogs.

use crate::ColumnBuilder;
use crate::row::{Fill, Mapping, Row};

pub(super) const TABLE: &str = "ASimWebSessionLogs";

pub(super) const MAPPING: Mapping = &[
    ("TimeGenerated", Fill::Time("ts")),
    ("Type", Fill::Const(TABLE)),
    ("EventCount", Fill::Number(1)),
    ("EventType", Fill::Const("HTTPsession")),
    ("EventSchemaVersion", Fill::Const("0.2.6")),
    ("EventVendor", Fill::Const("Zeek")),
    ("EventProduct", Fill::Const("Zeek")),
    ("EventSeverity", Fill::Const("Informational")),
    ("EventStartTime", Fill::Time("ts")),
    ("EventEndTime", Fill::Time("ts")),
    ("EventOriginalUid", Fill::Text("uid")),
    ("EventOriginalType", Fill::Const("http")),
    ("EventResult", Fill::With(&["status_code"], result)),
    ("EventResultDetails", Fill::Text("status_code")),
    ("EventOriginalResultDetails", Fill::Text("status_msg")),
    ("Dvc", Fill::Text("_system_name")),
    ("DvcHostname", Fill::Text("_system_name")),
    ("DvcAction", Fill::Const("Allow")),
    ("NetworkSessionId", Fill::Text("uid")),
    ("SrcIpAddr", Fill::Text("id.orig_h")),
    ("SrcPortNumber", Fill::Long("id.orig_p")),
    ("DstIpAddr", Fill::Text("id.resp_h")),
    ("DstPortNumber", Fill::Long("id.resp_p")),
    ("DstHostname", Fill::With(&["host", "method", "uri"], host_name)),
    ("DstFQDN", Fill::With(&["host", "method", "uri"], host_name)),
    ("HttpHost", Fill::Text("host")),
    ("SrcUsername", Fill::Text("username")),
    ("NetworkApplicationProtocol", Fill::Const("HTTP")),
    ("NetworkProtocol", Fill::Const("TCP")),
    ("Url", Fill::With(&["method", "host", "id.resp_p", "uri"], url)),
    ("UrlOriginal", Fill::Text("uri")),
    ("HttpVersion", Fill::Text("version")),
    ("HttpRequestMethod", Fill::Text("method")),
    ("HttpReferrer", Fill::Text("referrer")),
    ("HttpUserAgent", Fill::Text("user_agent")),
    ("HttpContentType", Fill::First("resp_mime_types")),
    ("HttpContentFormat", Fill::First("resp_mime_types")),
    ("FileName", Fill::First("resp_filenames")),
    ("SrcBytes", Fill::Long("request_body_len")),
    ("DstBytes", Fill::Long("response_body_len")),
    ("NetworkBytes", Fill::With(&["request_body_len", "response_body_len"], super::conn::sum)),
    ("AdditionalFields", Fill::Object(&["trans_depth", "origin", "tags", "proxied", "orig_mime_types", "label", "detailedlabel"])),
];

pub(crate) fn result(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.text(match row.long(slots[0]) {
        Some(code) if code < 400 => "Success",
        Some(_) => "Failure",
        None => "NA",
    });
}

/// The host that is asked for: with CONNECT it stands in the address, else in the Host header.
pub(crate) fn host_name(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    let host = row.text(slots[0]);
    let asked = match row.text(slots[1]).as_deref() {
        Some("CONNECT") => row.text(slots[2]).or(host),
        _ => host,
    };
    match asked.as_deref() {
        Some(authority) => column.text(without_port(authority)),
        None => column.missing(),
    }
}

fn without_port(authority: &str) -> &str {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// A URL of what the request line, the Host header and the port say. With CONNECT: `host:port`.
pub(crate) fn url(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    let path = row.text(slots[3]).unwrap_or_default();
    let host = row.text(slots[1]).unwrap_or_default();
    let connect = row.text(slots[0]).as_deref() == Some("CONNECT");
    if (connect && !path.is_empty()) || host.is_empty() || path.contains("://") {
        return column.text(&path);
    }
    let port = row.long(slots[2]).filter(|port| *port != 80 && *port != 0 && without_port(&host) == host);
    let slash = if path.starts_with('/') || path.is_empty() { "" } else { "/" };
    column.text(&match port {
        Some(port) => format!("http://{host}:{port}{slash}{path}"),
        None => format!("http://{host}{slash}{path}"),
    });
}
