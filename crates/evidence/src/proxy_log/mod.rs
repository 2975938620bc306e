//! Logs of web proxies to ASimWebSessionLogs: those whose header names their columns (W3C's extended format, as ProxySG, Cisco's web
//! appliance and IIS write it; Web Gateway), the servers' common and combined format (Squid, Apache, nginx, Privoxy), Zscaler's feeds,
//! Tinyproxy's own log, HAProxy's and Caddy's. Squid's native log is [`crate::syslog`]'s.
//!
//! A row is a request through the proxy. In the servers' format those to the server itself are counted, and are no rows: a web server's
//! log is none of a proxy.

mod caddy;
mod columns;
mod common;
mod haproxy;
mod reader;
mod request;
mod tinyproxy;
mod words;
mod zscaler;

use crate::format::{Format, Head, Sniff};
use crate::syslog::{self, Stamp};
use columns::Layout;
pub(crate) use haproxy::{local_time as haproxy_time, request as haproxy_request};
pub(crate) use request::{COLUMNS, Entry, Put, Request, TABLE, said};
use std::sync::Arc;
pub(crate) use words::words;

pub(crate) struct ProxyLog;

/// As in read errors.
const READER: &str = "proxy_log";

/// Lines that are looked at; nine in ten must be the proxy's.
const SAMPLE: usize = 200;

/// How a log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Columns,
    Common,
    ZscalerCsv,
    ZscalerPairs,
    Tinyproxy,
    HaProxy,
    Caddy,
}

/// What a line is.
#[expect(clippy::large_enum_variant, reason = "one at a time, and most are requests")]
enum Found<'a> {
    Request(Request<'a>),
    /// A request to the server itself.
    Own,
    /// The proxy's, but no request.
    Other,
    /// So many columns, where the header names so many.
    Broken(usize, usize),
    Unknown,
}

impl Dialect {
    /// Those that a line tells, if it is no JSON.
    const OF_LINES: [Self; 5] = [Self::Common, Self::ZscalerCsv, Self::ZscalerPairs, Self::Tinyproxy, Self::HaProxy];

    /// A line without what syslog puts before it.
    fn parse<'a>(self, line: &'a str, layout: &Layout, client: &'a str) -> (Stamp, Found<'a>) {
        match self {
            Self::Columns => layout.parse(line),
            Self::Common => common::parse(line),
            Self::ZscalerCsv => zscaler::parse_csv(line),
            Self::ZscalerPairs => zscaler::parse_pairs(line),
            Self::Tinyproxy => tinyproxy::parse(line, client),
            Self::HaProxy => haproxy::parse(line),
            Self::Caddy => caddy::parse(line),
        }
    }

    /// As in ASIM's EventVendor and EventProduct.
    fn names(self, line: &str, layout: &Layout) -> (&'static str, &'static str) {
        match self {
            Self::Columns => layout.writer.names(),
            Self::Common if common::is_squids(line) => ("Squid", "Squid Proxy"),
            Self::Common => ("NCSA", "HTTP access log"),
            Self::ZscalerCsv | Self::ZscalerPairs => ("Zscaler", "ZIA"),
            Self::Tinyproxy => ("Tinyproxy", "Tinyproxy"),
            Self::HaProxy => ("HAProxy Technologies", "HAProxy"),
            Self::Caddy => ("Caddy", "Caddy"),
        }
    }
}

/// A request that a line of a host's syslog tells of, and whose log it is. Squid's native log is the hunts' own to read.
pub(crate) fn in_syslog<'a>(parsed: &syslog::Parsed<'a>) -> Option<((&'static str, &'static str), Stamp, Request<'a>)> {
    let message = parsed.message;
    let (dialect, (stamp, found)) = match parsed.process {
        "nginx" | "httpd" | "apache" | "apache2" | "squid" | "(squid-1)" | "privoxy" => (Dialect::Common, common::parse(message)),
        "tinyproxy" => (Dialect::Tinyproxy, (Stamp::None, tinyproxy::in_syslog(message))),
        _ => return None,
    };
    match found {
        Found::Request(request) => Some((dialect.names(message, &Layout::default()), stamp, request)),
        _ => None,
    }
}

/// A line of syslog without its header, and the host in that.
fn bare(line: &str) -> (&str, &str) {
    match syslog::parse(line) {
        Some(parsed) if !parsed.process.is_empty() && parsed.message.len() < line.len() => (parsed.message, parsed.host),
        _ => (line, ""),
    }
}

impl Format for ProxyLog {
    fn name(&self) -> &'static str {
        READER
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        let first = head.lines().next().unwrap_or_default();
        // What is no text. Zeros further on may be damage.
        let start = head.bytes.trim_ascii_start().first();
        if matches!(start, None | Some(b'<')) || memchr::memchr(0, first).is_some() {
            return Sniff::No;
        }
        if start == Some(&b'{') {
            return if is_log_of(head, Dialect::Caddy) { read(Dialect::Caddy) } else { Sniff::No };
        }
        if first.first() == Some(&b'#') {
            let mut layout = Layout::default();
            head.lines().take_while(|line| line.first() == Some(&b'#')).for_each(|line| layout.header(&String::from_utf8_lossy(line)));
            return if layout.is_of_requests() { read(Dialect::Columns) } else { Sniff::No };
        }
        Dialect::OF_LINES.into_iter().find(|dialect| is_log_of(head, *dialect)).map_or(Sniff::No, read)
    }
}

fn read(dialect: Dialect) -> Sniff {
    Sniff::Read(Arc::new(reader::Log { dialect }))
}

/// Whether a file has requests through a proxy, and little else.
fn is_log_of(head: &Head<'_>, dialect: Dialect) -> bool {
    let layout = Layout::default();
    let (mut lines, mut requests, mut unknown) = (0, 0, 0);
    for line in head.lines().filter(|line| !line.trim_ascii().is_empty()).take(SAMPLE) {
        lines += 1;
        let text = String::from_utf8_lossy(line);
        match dialect.parse(bare(&text).0, &layout, "").1 {
            Found::Request(_) => requests += 1,
            Found::Own | Found::Other => {}
            Found::Broken(..) | Found::Unknown => unknown += 1,
        }
        if unknown > 20 && unknown > lines / 2 {
            return false;
        }
    }
    requests > 0 && unknown * 10 <= lines
}
