//! Zeek's logs, as tab-separated values and as JSON: conn, dns, http, ssl with x509.

mod certificates;
mod conn;
mod dns;
mod header;
mod http;
mod kind;
mod reader;
mod ssl;

pub(crate) use certificates::Certificates;
// What Suricata's events and captures have in common with these.
pub(crate) use conn::sum;
pub(crate) use dns::{details as dns_details, hex as dns_id, result as dns_result};
pub(crate) use http::{
    host_name as http_host_name, host_name_of as http_host_name_of, result as http_result, url as http_url, url_of as http_url_of,
};
pub(crate) use ssl::version as tls_version;

use crate::format::{Format, Head, Sniff};
use header::Header;
use kind::Kind;
use reader::ZeekLog;
use std::sync::Arc;

pub(crate) struct Zeek;

/// As in read errors.
const READER: &str = "zeek";

/// What a log of tab-separated values starts with; the first lines may have been cut off.
const STARTS: [&[u8]; 4] = [b"#separator", b"#set_separator", b"#path\t", b"#fields\t"];

impl Format for Zeek {
    fn name(&self) -> &'static str {
        READER
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        let text = head.bytes.trim_ascii_start();
        if STARTS.iter().any(|start| text.starts_with(start)) {
            let Some(header) = Header::of_head(text) else {
                return Sniff::Skip { reason: "Zeek log whose header has no #fields".to_owned(), evidence: true };
            };
            return match Kind::of_header(&header, head.name) {
                Some(kind) => Sniff::Read(Arc::new(ZeekLog::tsv(kind, header))),
                None => other_log(&header.path),
            };
        }
        if text.first() != Some(&b'{') {
            return Sniff::No;
        }
        match kind::of_json(head) {
            kind::Json::Several(kinds) => Sniff::Read(Arc::new(ZeekLog::several(kinds))),
            kind::Json::Read(kind) => Sniff::Read(Arc::new(ZeekLog::json(kind))),
            kind::Json::Other(path) => other_log(&path),
            kind::Json::No => Sniff::No,
        }
    }
}

/// A log of Zeek's that no table is made of.
fn other_log(path: &str) -> Sniff {
    let name = if path.is_empty() { "unnamed" } else { path };
    let reason = match path {
        "notice" | "intel" | "signatures" => {
            format!("Zeek {name}.log: no table for it; the traffic that it judges is in conn, dns, http and ssl")
        }
        _ => format!("Zeek {name}.log: no table for it"),
    };
    // A connection to a pool can hide only where names or payload are seen that the logs read do not have.
    Sniff::Skip { reason, evidence: matches!(path, "socks" | "") }
}
