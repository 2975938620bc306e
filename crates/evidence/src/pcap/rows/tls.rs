//! Handshakes to PoolhoundTls_CL.

use super::{Mapping, Record, Seen, put_address, put_number, put_time};
use crate::pcap::file::Place;

pub(crate) struct TlsRow {
    pub(crate) seen: Seen,
    pub(crate) server_name: String,
    pub(crate) alpn: String,
    pub(crate) version: &'static str,
    pub(crate) ja3: String,
    pub(crate) ja4: String,
    pub(crate) certificate: Option<Certificate>,
}

/// The server's own certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// Empty where it cannot be parsed, as of `issuer`.
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) sha256: String,
    pub(crate) self_signed: Option<bool>,
}

impl TlsRow {
    fn of_certificate(&self, part: impl FnOnce(&Certificate) -> &str, column: &mut crate::ColumnBuilder) {
        column.text(self.certificate.as_ref().map_or("", part));
    }
}

impl Record for TlsRow {
    const TABLE: &'static str = "PoolhoundTls_CL";

    const MAPPING: Mapping<Self> = &[
        ("TimeGenerated", |r, _, c| put_time(r.seen.time, c)),
        ("SrcIpAddr", |r, _, c| put_address(r.seen.ends.addresses[0], c)),
        ("SrcPortNumber", |r, _, c| c.long(r.seen.ends.ports[0].into())),
        ("DstIpAddr", |r, _, c| put_address(r.seen.ends.addresses[1], c)),
        ("DstPortNumber", |r, _, c| c.long(r.seen.ends.ports[1].into())),
        ("ServerName", |r, _, c| c.text(&r.server_name)),
        ("Alpn", |r, _, c| c.text(&r.alpn)),
        ("Version", |r, _, c| c.text(r.version)),
        ("Ja3", |r, _, c| c.text(&r.ja3)),
        ("Ja4", |r, _, c| c.text(&r.ja4)),
        ("Subject", |r, _, c| r.of_certificate(|certificate| &certificate.subject, c)),
        ("Issuer", |r, _, c| r.of_certificate(|certificate| &certificate.issuer, c)),
        ("CertificateSha256", |r, _, c| r.of_certificate(|certificate| &certificate.sha256, c)),
        ("SelfSigned", |r, _, c| match r.certificate.as_ref().and_then(|certificate| certificate.self_signed) {
            Some(self_signed) => c.bool(self_signed),
            None => c.missing(),
        }),
        ("SourceFile", |_, input, c| c.text(&input.file.name)),
        ("SourceOffset", |r, _, c| put_number(r.seen.place.offset, c)),
    ];

    fn place(&self) -> Place {
        self.seen.place
    }
}
