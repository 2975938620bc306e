//! HTTP to ASimWebSessionLogs.

use super::{Mapping, Record, Seen, put_address, put_flow, put_number, put_time};
use crate::pcap::file::Place;
use crate::zeek::{http_host_name_of, http_url_of};

#[derive(Debug)]
pub(crate) struct WebRow {
    pub(crate) seen: Seen,
    pub(crate) end: i64,
    pub(crate) method: String,
    pub(crate) target: String,
    /// `1.1`
    pub(crate) version: &'static str,
    pub(crate) host: String,
    pub(crate) user_agent: String,
    pub(crate) referrer: String,
    pub(crate) forwarded_for: String,
    pub(crate) username: String,
    pub(crate) status: Option<u16>,
    pub(crate) reason: String,
    pub(crate) content_type: String,
    /// Of the bodies: of the request and of the answer.
    pub(crate) bytes: [u64; 2],
}

impl WebRow {
    fn host_name(&self) -> &str {
        http_host_name_of(&self.method, &self.host, &self.target)
    }
}

impl Record for WebRow {
    const TABLE: &'static str = "ASimWebSessionLogs";

    const MAPPING: Mapping<Self> = &[
        ("TimeGenerated", |r, _, c| put_time(r.seen.time, c)),
        ("Type", |_, _, c| c.text(Self::TABLE)),
        ("EventCount", |_, _, c| c.long(1)),
        ("EventType", |_, _, c| c.text("HTTPsession")),
        ("EventSchemaVersion", |_, _, c| c.text("0.2.6")),
        ("EventVendor", |_, _, c| c.text("Poolhound")),
        ("EventProduct", |_, _, c| c.text("Packet capture")),
        ("EventSeverity", |_, _, c| c.text("Informational")),
        ("EventStartTime", |r, _, c| put_time(r.seen.time, c)),
        ("EventEndTime", |r, _, c| put_time(r.end, c)),
        ("EventOriginalUid", |r, _, c| put_flow(r.seen.flow, c)),
        ("EventOriginalType", |_, _, c| c.text("http")),
        ("EventResult", |r, _, c| {
            c.text(match r.status {
                Some(..400) => "Success",
                Some(_) => "Failure",
                None => "NA",
            });
        }),
        ("EventResultDetails", |r, _, c| match r.status {
            Some(status) => c.text(&status.to_string()),
            None => c.missing(),
        }),
        ("EventOriginalResultDetails", |r, _, c| c.text(&r.reason)),
        ("DvcAction", |_, _, c| c.text("Allow")),
        ("NetworkSessionId", |r, _, c| put_flow(r.seen.flow, c)),
        ("SrcIpAddr", |r, _, c| put_address(r.seen.ends.addresses[0], c)),
        ("SrcPortNumber", |r, _, c| c.long(r.seen.ends.ports[0].into())),
        ("DstIpAddr", |r, _, c| put_address(r.seen.ends.addresses[1], c)),
        ("DstPortNumber", |r, _, c| c.long(r.seen.ends.ports[1].into())),
        ("DstHostname", |r, _, c| c.text(r.host_name())),
        ("DstFQDN", |r, _, c| c.text(r.host_name())),
        ("HttpHost", |r, _, c| c.text(http_host_name_of("", &r.host, ""))),
        ("SrcUsername", |r, _, c| c.text(&r.username)),
        ("NetworkApplicationProtocol", |_, _, c| c.text("HTTP")),
        ("NetworkProtocol", |_, _, c| c.text("TCP")),
        ("Url", |r, _, c| c.text(&http_url_of(&r.method, &r.host, Some(r.seen.ends.ports[1].into()), &r.target))),
        ("UrlOriginal", |r, _, c| c.text(&r.target)),
        ("HttpVersion", |r, _, c| c.text(r.version)),
        ("HttpRequestMethod", |r, _, c| c.text(&r.method)),
        ("HttpReferrer", |r, _, c| c.text(&r.referrer)),
        ("HttpUserAgent", |r, _, c| c.text(&r.user_agent)),
        ("HttpRequestXff", |r, _, c| c.text(&r.forwarded_for)),
        ("HttpContentType", |r, _, c| c.text(&r.content_type)),
        ("HttpContentFormat", |r, _, c| c.text(&r.content_type)),
        ("SrcBytes", |r, _, c| put_number(r.bytes[0], c)),
        ("DstBytes", |r, _, c| put_number(r.bytes[1], c)),
        ("NetworkBytes", |r, _, c| put_number(r.bytes[0].saturating_add(r.bytes[1]), c)),
    ];

    fn place(&self) -> Place {
        self.seen.place
    }
}
