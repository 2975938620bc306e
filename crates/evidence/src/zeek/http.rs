//! http.log to ASimWebSessionLogs.

use crate::ColumnBuilder;
use crate::row::{Fill, Mapping, Row};
use std::borrow::Cow;

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
    let text = |slot| row.text(slot).unwrap_or_default();
    column.text(host_name_of(&text(slots[1]), &text(slots[0]), &text(slots[2])));
}

pub(crate) fn host_name_of<'a>(method: &str, host: &'a str, target: &'a str) -> &'a str {
    without_port(if method == "CONNECT" && !target.is_empty() { target } else { host })
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
    let text = |slot| row.text(slot).unwrap_or_default();
    column.text(&url_of(&text(slots[0]), &text(slots[1]), row.long(slots[2]), &text(slots[3])));
}

pub(crate) fn url_of<'a>(method: &str, host: &str, port: Option<i64>, target: &'a str) -> Cow<'a, str> {
    if (method == "CONNECT" && !target.is_empty()) || host.is_empty() || target.contains("://") {
        return Cow::Borrowed(target);
    }
    let port = port.filter(|port| *port != 80 && *port != 0 && without_port(host) == host);
    let slash = if target.starts_with('/') || target.is_empty() { "" } else { "/" };
    Cow::Owned(match port {
        Some(port) => format!("http://{host}:{port}{slash}{target}"),
        None => format!("http://{host}{slash}{target}"),
    })
}
