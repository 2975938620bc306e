//! ssl.log to PoolhoundTls_CL; what it lacks of the server's certificate comes from x509.log.

use super::certificates::Certificate;
use crate::ColumnBuilder;
use crate::row::{Fill, Mapping, Row};

pub(super) const TABLE: &str = "PoolhoundTls_CL";

/// The columns for which x509.log is needed.
pub(super) const JOINED: [&str; 4] = ["Subject", "Issuer", "SelfSigned", "CertificateSha256"];

const FIELDS: &[&str] = &["cert_chain_fps", "cert_chain_fuids", "subject", "issuer", "validation_status"];

pub(super) const MAPPING: Mapping = &[
    ("TimeGenerated", Fill::Time("ts")),
    ("SrcIpAddr", Fill::Text("id.orig_h")),
    ("SrcPortNumber", Fill::Long("id.orig_p")),
    ("DstIpAddr", Fill::Text("id.resp_h")),
    ("DstPortNumber", Fill::Long("id.resp_p")),
    ("ServerName", Fill::Text("server_name")),
    ("Alpn", Fill::Text("next_protocol")),
    ("Version", Fill::With(&["version"], version)),
    ("Ja3", Fill::Text("ja3")),
    ("Ja4", Fill::Text("ja4")),
    ("Subject", Fill::With(FIELDS, subject)),
    ("Issuer", Fill::With(FIELDS, issuer)),
    ("CertificateSha256", Fill::With(FIELDS, sha256)),
    ("SelfSigned", Fill::With(FIELDS, self_signed)),
    ("SourceFile", Fill::SourceFile),
    ("SourceOffset", Fill::SourceOffset),
];

/// `TLS 1.2` for Zeek's `TLSv12` and for Suricata's `TLS 1.2` and `TLSv1`.
pub(crate) fn version(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    let Some(text) = row.text(slots[0]) else { return column.missing() };
    column.text(match text.as_ref() {
        "TLSv13" | "TLSv1.3" => "TLS 1.3",
        "TLSv12" | "TLSv1.2" => "TLS 1.2",
        "TLSv11" | "TLSv1.1" => "TLS 1.1",
        "TLSv10" | "TLSv1" | "TLSv1.0" => "TLS 1.0",
        other => other,
    });
}

/// The server's own certificate, which the chain begins with.
fn certificate<'r>(row: &Row<'r, '_>, slots: &[u16]) -> Option<&'r Certificate> {
    let certificates = row.certificates?;
    let id = row.first(slots[0]).or_else(|| row.first(slots[1]))?;
    certificates.get(&id)
}

/// All names of the subject, which a certificate may carry in its field `subject`, in the extension for others, or in both (RFC 5280,
/// 4.1.2.6): the distinguished name, then the others with `DNS:` before each.
fn subject(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    let joined = certificate(row, slots);
    let own = row.text(slots[2]).or_else(|| joined.map(|c| c.subject.as_str().into()));
    let others = joined.map(|c| c.names.as_str()).filter(|names| !names.is_empty());
    match (own.filter(|own| !own.is_empty()), others) {
        (Some(own), Some(others)) => column.text(&format!("{own}, {others}")),
        (Some(own), None) => column.text(&own),
        (None, Some(others)) => column.text(others),
        (None, None) => column.missing(),
    }
}

fn issuer(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match (row.text(slots[3]), certificate(row, slots)) {
        (Some(text), _) => column.text(&text),
        (None, Some(certificate)) => column.text(&certificate.issuer),
        _ => column.missing(),
    }
}

/// Zeek's fingerprints are SHA-256 unless it is told otherwise.
fn sha256(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    let of_chain = row.first(slots[0]).filter(|f| is_sha256(f));
    match (of_chain, certificate(row, slots)) {
        (Some(fingerprint), _) => column.text(&fingerprint),
        (None, Some(certificate)) if is_sha256(&certificate.fingerprint) => column.text(&certificate.fingerprint),
        _ => column.missing(),
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn self_signed(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    if let Some(status) = row.text(slots[4]) {
        let said = status.contains("self signed") || status.contains("self-signed");
        // In the chain means that the root is not known, which says nothing of the server's own.
        if said && !status.contains("in certificate chain") {
            return column.bool(true);
        }
    }
    let joined = certificate(row, slots);
    let subject = row.text(slots[2]).or_else(|| joined.map(|c| c.subject.as_str().into()));
    let issuer = row.text(slots[3]).or_else(|| joined.map(|c| c.issuer.as_str().into()));
    match (subject, issuer) {
        (Some(subject), Some(issuer)) if !subject.is_empty() => column.bool(subject == issuer),
        _ => column.missing(),
    }
}
