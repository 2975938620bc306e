//! A request as a proxy's log has it, and as a row of ASimWebSessionLogs.

use crate::ColumnBuilder;
use crate::zeek::{http_host_name_of, http_url_of};
use std::borrow::Cow;
use std::net::IpAddr;

pub(crate) const TABLE: &str = "ASimWebSessionLogs";

/// What a line says of a request; what it does not say is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request<'a> {
    /// Address or name.
    pub(crate) client: &'a str,
    pub(crate) client_port: Option<i64>,
    pub(crate) user: &'a str,
    pub(crate) method: &'a str,
    /// As in the request: `host:port` with CONNECT, a whole address, or a path.
    pub(crate) target: Cow<'a, str>,
    /// Of a path's address, with its port where that is not its scheme's.
    pub(crate) host: Cow<'a, str>,
    /// `1.1`
    pub(crate) version: &'a str,
    /// Where the proxy went.
    pub(crate) server: &'a str,
    pub(crate) status: &'a str,
    pub(crate) denied: bool,
    /// In the log's own words: what the proxy did.
    pub(crate) action: &'a str,
    pub(crate) category: &'a str,
    pub(crate) rule: &'a str,
    pub(crate) sent: Option<i64>,
    pub(crate) received: Option<i64>,
    /// In milliseconds.
    pub(crate) duration: Option<i64>,
    pub(crate) agent: &'a str,
    pub(crate) referrer: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) forwarded_for: &'a str,
    pub(crate) device: &'a str,
}

impl Request<'_> {
    /// The name that was asked for, in lower case and without a port.
    fn host_name(&self) -> Cow<'_, str> {
        let authority = match self.target.split_once("://") {
            Some((_, rest)) => rest.split(['/', '?', '#']).next().unwrap_or_default().rsplit('@').next().unwrap_or_default(),
            None => "",
        };
        let host = if authority.is_empty() { &*self.host } else { authority };
        let name = http_host_name_of(self.method, host, &self.target);
        // Where there was neither CONNECT nor a scheme: what of a bare address stands before its path.
        let name = if name.is_empty() { http_host_name_of("", self.target.split('/').next().unwrap_or_default(), "") } else { name };
        if name.bytes().any(|b| b.is_ascii_uppercase()) { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) }
    }

    /// The port that was asked for, where it is said or the scheme tells.
    fn port(&self) -> Option<i64> {
        let (scheme, rest) = self.target.split_once("://").unwrap_or(("", &self.target));
        let authority = if scheme.is_empty() && self.method != "CONNECT" { &self.host } else { rest.split('/').next().unwrap_or_default() };
        let port = authority.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok()).map(i64::from);
        port.or(match scheme {
            "http" | "ws" => Some(80),
            "https" | "wss" => Some(443),
            _ => None,
        })
    }

    fn code(&self) -> Option<u16> {
        self.status.parse().ok().filter(|code| *code > 0)
    }
}

/// A row in the making.
pub(crate) struct Entry<'e, 'a> {
    pub(crate) request: &'e Request<'a>,
    pub(crate) time: Option<i64>,
    pub(crate) vendor: &'static str,
    pub(crate) product: &'static str,
}

pub(crate) type Put = fn(&Entry<'_, '_>, &mut ColumnBuilder);

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// `-` and nothing are the same.
pub(crate) fn said(text: &str) -> &str {
    if text == "-" { "" } else { text }
}

pub(crate) const COLUMNS: &[(&str, Put)] = &[
    ("TimeGenerated", |e, c| c.long_option(e.time)),
    ("Type", |_, c| c.text(TABLE)),
    ("EventCount", |_, c| c.long(1)),
    ("EventType", |_, c| c.text("HTTPsession")),
    ("EventSchemaVersion", |_, c| c.text("0.2.6")),
    ("EventVendor", |e, c| c.text(e.vendor)),
    ("EventProduct", |e, c| c.text(e.product)),
    ("EventSeverity", |_, c| c.text("Informational")),
    // A proxy writes a request down when it is over.
    ("EventStartTime", |e, c| {
        let before = e.request.duration.filter(|n| (0..i64::MAX / 100_000).contains(n)).map_or(0, |n| n * (model::ticks::SECOND / 1_000));
        c.long_option(e.time.map(|time| time.saturating_sub(before)));
    }),
    ("EventEndTime", |e, c| c.long_option(e.time)),
    ("EventOriginalType", |_, c| c.text("access")),
    ("EventResult", |e, c| {
        c.text(match e.request.code() {
            _ if e.request.denied => "Failure",
            Some(..400) => "Success",
            Some(_) => "Failure",
            None => "NA",
        });
    }),
    ("EventResultDetails", |e, c| c.text(if e.request.code().is_some() { e.request.status } else { "" })),
    ("EventOriginalResultDetails", |e, c| c.text(e.request.action)),
    ("Dvc", |e, c| c.text(e.request.device)),
    ("DvcHostname", |e, c| c.text(if is_address(e.request.device) { "" } else { e.request.device })),
    ("DvcAction", |e, c| c.text(if e.request.denied { "Deny" } else { "Allow" })),
    ("DvcOriginalAction", |e, c| c.text(e.request.action)),
    ("SrcIpAddr", |e, c| c.text(if is_address(e.request.client) { e.request.client } else { "" })),
    ("SrcHostname", |e, c| c.text(if is_address(e.request.client) { "" } else { e.request.client })),
    ("SrcPortNumber", |e, c| c.long_option(e.request.client_port)),
    ("SrcUsername", |e, c| c.text(e.request.user)),
    ("DstIpAddr", |e, c| c.text(if is_address(e.request.server) { e.request.server } else { "" })),
    ("DstPortNumber", |e, c| c.long_option(e.request.port())),
    ("DstHostname", |e, c| c.text(&e.request.host_name())),
    ("DstFQDN", |e, c| c.text(&e.request.host_name())),
    ("HttpHost", |e, c| c.text(&e.request.host_name())),
    ("NetworkApplicationProtocol", |_, c| c.text("HTTP")),
    ("NetworkProtocol", |_, c| c.text("TCP")),
    ("Url", |e, c| c.text(&http_url_of(e.request.method, &e.request.host, None, &e.request.target))),
    ("UrlOriginal", |e, c| c.text(&e.request.target)),
    ("HttpVersion", |e, c| c.text(e.request.version)),
    ("HttpRequestMethod", |e, c| c.text(e.request.method)),
    ("HttpReferrer", |e, c| c.text(e.request.referrer)),
    ("HttpUserAgent", |e, c| c.text(e.request.agent)),
    ("HttpRequestXff", |e, c| c.text(e.request.forwarded_for)),
    ("HttpContentType", |e, c| c.text(e.request.content_type)),
    ("HttpContentFormat", |e, c| c.text(e.request.content_type)),
    ("NetworkDuration", |e, c| c.long_option(e.request.duration)),
    ("UrlCategory", |e, c| c.text(e.request.category)),
    ("RuleName", |e, c| c.text(e.request.rule)),
    ("SrcBytes", |e, c| c.long_option(e.request.sent)),
    ("DstBytes", |e, c| c.long_option(e.request.received)),
    ("NetworkBytes", |e, c| {
        c.long_option(match (e.request.sent, e.request.received) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (one, None) | (None, one) => one,
        });
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_in_the_table_once() {
        let schema = &model::tables::builtin(TABLE).unwrap().schema;
        for (at, (column, _)) in COLUMNS.iter().enumerate() {
            assert!(schema.index_of(column).is_some(), "{column}");
            assert!(!COLUMNS[..at].iter().any(|(other, _)| other == column), "{column} twice");
        }
    }

    #[test]
    fn names_and_ports() {
        for (method, target, host, name, port) in [
            ("CONNECT", "Pool.Example:3333", "", "pool.example", Some(3_333)),
            ("CONNECT", "[2001:db8::1]:443", "", "2001:db8::1", Some(443)),
            ("GET", "http://a.example/x", "", "a.example", Some(80)),
            ("GET", "https://user@a.example:8443/x?y=http://b/", "", "a.example", Some(8_443)),
            ("GET", "/x", "a.example:81", "a.example", Some(81)),
            ("GET", "/x", "a.example", "a.example", None),
            ("GET", "a.example/x", "", "a.example", None),
            ("GET", "", "", "", None),
        ] {
            let request = Request { method, target: target.into(), host: host.into(), ..Request::default() };
            assert_eq!((&*request.host_name(), request.port()), (name, port), "{method} {target}");
        }
    }
}
