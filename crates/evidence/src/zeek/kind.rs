//! Which of Zeek's logs a file is.

use super::header::Header;
use crate::format::Head;
use crate::json;
use std::collections::BTreeSet;

/// The logs that are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Conn,
    Dns,
    Http,
    Ssl,
    X509,
}

impl Kind {
    /// By Zeek's own name of the log (`#path`, `_path`).
    pub(super) fn of_path(path: &str) -> Option<Self> {
        Some(match path {
            // Corelight's name for long-lived and for sampled connections.
            "conn" | "conn_long" | "conn_red" => Self::Conn,
            "dns" | "dns_red" => Self::Dns,
            "http" | "http_red" => Self::Http,
            "ssl" | "ssl_red" => Self::Ssl,
            "x509" | "x509_red" => Self::X509,
            _ => return None,
        })
    }

    /// By `#path`; where that is missing by the fields, and then by the file's name.
    pub(super) fn of_header(header: &Header, name: &str) -> Option<Self> {
        if !header.path.is_empty() {
            return Self::of_path(&header.path);
        }
        Self::of_fields(&header.fields.iter().cloned().collect()).or_else(|| Self::of_path(stem(name)))
    }

    fn of_fields(fields: &BTreeSet<String>) -> Option<Self> {
        let has = |name: &str| fields.contains(name);
        if has("conn_state") || has("orig_pkts") && has("resp_pkts") {
            Some(Self::Conn)
        } else if has("qtype_name") || has("rcode_name") || has("query") && has("trans_id") || has("trans_id") && has("rejected") {
            Some(Self::Dns)
        } else if has("trans_depth") || has("status_code") && has("method") {
            Some(Self::Http)
        } else if has("certificate.serial") || has("certificate.subject") || has("certificate.issuer") {
            Some(Self::X509)
        } else if has("cert_chain_fuids")
            || has("cert_chain_fps")
            || has("established") && (has("cipher") || has("server_name") || has("resumed"))
        {
            Some(Self::Ssl)
        } else {
            None
        }
    }
}

/// `conn` of `conn.2026-11-18-00-00-00.log`.
fn stem(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

pub(super) enum Json {
    /// Of one kind.
    Read(Kind),
    /// Every record says its kind; these were seen.
    Several(Vec<Kind>),
    /// Zeek's, but of another kind.
    Other(String),
    No,
}

/// By `_path`, by the fields of the first lines, by the file's name.
pub(super) fn of_json(head: &Head<'_>) -> Json {
    let mut fields = BTreeSet::new();
    let mut paths = BTreeSet::new();
    for line in head.lines().filter(|line| !line.trim_ascii().is_empty()).take(200) {
        // A line may be damaged or cut off; what stands before that counts.
        let _ = json::members(line, head.options.caps.depth, |name, value| {
            if name == "_path" && !value.is_empty() {
                paths.insert(json::text(value).into_owned());
            }
            if name == "id" && value.starts_with(b"{") {
                let _ = json::members(value, head.options.caps.depth, |inner, _| {
                    fields.insert(format!("id.{inner}"));
                });
            }
            if fields.len() < 400 {
                fields.insert(name.into_owned());
            }
        });
    }
    let has = |name: &str| fields.contains(name);
    if has("event_type") || !has("ts") {
        return Json::No;
    }
    let endpoints = has("id.orig_h") || has("id_orig_h");
    let zeek = has("_path") || has("uid") && endpoints || has("fuid") || has("uids") || has("note") && has("actions");
    if let Some(first) = paths.first() {
        let mut kinds: Vec<Kind> = Vec::new();
        for kind in paths.iter().filter_map(|path| Kind::of_path(path)) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        return match kinds.as_slice() {
            [] => Json::Other(first.clone()),
            [Kind::X509] if paths.len() == 1 => Json::Read(Kind::X509),
            _ => Json::Several(kinds),
        };
    }
    if let Some(kind) = Kind::of_fields(&fields)
        && (zeek || kind == Kind::X509)
    {
        return Json::Read(kind);
    }
    let stem = stem(head.name);
    match Kind::of_path(stem) {
        Some(kind) if zeek || has("uid") => Json::Read(kind),
        _ if zeek || (has("peer") || has("peer_descr")) => Json::Other(stem.to_owned()),
        _ => Json::No,
    }
}
