//! What firewalls and gateways write of the connections through them, a line each, bare or through syslog: Cisco's ASA, FortiGate, Palo
//! Alto, pfSense and OPNsense, Linux' netfilter, the SOCKS servers Dante and 3proxy, HAProxy, nginx' streams, Envoy.
//!
//! A connection is a row of ASimNetworkSessionLogs, a request through a filter one of ASimWebSessionLogs, a question for a name one of
//! ASimDnsActivityLogs. Lines with a header of syslog are rows of `Syslog` as well; [`crate::syslog`] reads them.

mod asa;
mod dante;
mod envoy;
mod filterlog;
mod fortigate;
mod haproxy;
mod netfilter;
mod nginx;
mod paloalto;
mod parts;
mod reader;
mod threeproxy;

use crate::dns_log::{self, Lookup};
use crate::format::{Format, Head, Sniff};
use crate::proxy_log::{self, Request};
use crate::session::Session;
use crate::syslog::{self, Parsed, Stamp};
use std::sync::Arc;

pub(crate) use reader::{TABLES, Tables};

pub(crate) struct DeviceLog;

/// As in read errors.
const READER: &str = "device_log";

/// Lines that are looked at; nine in ten must be of devices.
const SAMPLE: usize = 200;

/// Who writes, as in ASIM's EventVendor and EventProduct.
type Names = (&'static str, &'static str);

/// A line of a device.
pub(crate) struct Told<'a> {
    names: Names,
    /// The device's own time; syslog's holds where it has none.
    stamp: Stamp,
    /// The device by its own name.
    host: &'a str,
    found: Found<'a>,
}

/// What the line is.
#[expect(clippy::large_enum_variant, reason = "one at a time, and most are sessions")]
enum Found<'a> {
    Session(Session<'a>),
    Request(Request<'a>),
    Lookup(Lookup<'a>),
    /// The device's, but nothing that passed through it.
    Other,
    /// A connection of which something is not understood.
    Broken(&'static str),
}

/// A line of a device that is known; `None` where it is of none.
pub(crate) fn told<'a>(parsed: &Parsed<'a>) -> Option<Told<'a>> {
    let message = parsed.message;
    match parsed.process {
        "filterlog" => return filterlog::read(message),
        "nginx" if nginx::read(message).is_some() => return nginx::read(message),
        "nginx" | "httpd" | "apache" | "apache2" | "squid" | "(squid-1)" | "privoxy" | "tinyproxy" => {
            let (names, stamp, request) = proxy_log::in_syslog(parsed)?;
            return Some(Told { names, stamp, host: "", found: Found::Request(request) });
        }
        "haproxy" => return haproxy::read(message),
        "sockd" | "danted" => return dante::read(message),
        "3proxy" => return threeproxy::read(message),
        "named" | "unbound" | "dnsmasq" | "dnsmasq-dhcp" | "pihole-FTL" => {
            let (names, lookup) = dns_log::in_syslog(parsed)?;
            return Some(Told { names, stamp: Stamp::None, host: "", found: Found::Lookup(lookup) });
        }
        process if process.starts_with('%') => return asa::read(process, message),
        _ => {}
    }
    let bare = parsed.process.is_empty() || parsed.process == parsed.host;
    // What programs say in words.
    if !bare && !has_signs(message) {
        return None;
    }
    // A device whose name is followed by a colon.
    if message.starts_with('%')
        && let Some(told) = asa::within(message)
    {
        return Some(Told { host: parsed.process, ..told });
    }
    // Those that are known by their words, whoever passed them on.
    if let Some(told) = netfilter::read(message) {
        return Some(told);
    }
    if !bare {
        return None;
    }
    asa::within(message)
        .or_else(|| fortigate::read(message))
        .or_else(|| paloalto::read(message))
        .or_else(|| filterlog::bare(message))
        .or_else(|| dante::bare(message))
        .or_else(|| threeproxy::read(message))
        .or_else(|| haproxy::read(message))
        .or_else(|| nginx::read(message))
        .or_else(|| envoy::read(message))
}

/// Whether a line has one of the signs without which none that is looked for by its words can do.
fn has_signs(message: &str) -> bool {
    memchr::memchr3(b'=', b'>', b'%', message.as_bytes()).is_some() || message.contains("dst:\"")
}

/// Whether words are of a connection all the same: a source and a destination by their names, or an arrow between two.
pub(crate) fn is_like(message: &str) -> bool {
    if !has_signs(message) {
        return false;
    }
    let bytes = message.as_bytes();
    let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    if has(b"dst") && has(b"src") {
        let keys = [("src", "dst"), ("srcip", "dstip"), ("src_ip", "dst_ip"), ("srcIp", "dstIp"), ("src-ip", "dst-ip")];
        // Perhaps with a port behind; paths have such names as well.
        let is_address = |key: &str| {
            parts::value(message, key)
                .is_some_and(|text| parts::address(text).is_some() || parts::address(text.split(':').next().unwrap_or_default()).is_some())
        };
        if keys.iter().any(|(source, destination)| is_address(source) && is_address(destination)) {
            return true;
        }
    }
    // Check Point's pairs.
    if has(b"src:\"") && has(b"dst:\"") {
        return true;
    }
    message.split_once("->").is_some_and(|(before, behind)| {
        let (from, to) = (before.rsplit([' ', ',']).next().unwrap_or_default(), behind.split([' ', ',']).next().unwrap_or_default());
        parts::with_colon(from).is_some_and(|(host, _)| parts::address(host).is_some()) && parts::with_colon(to).is_some()
    })
}

/// Whether a line without a header of syslog is of a device that is known.
pub(crate) fn is_bare(line: &str) -> bool {
    told(&parsed(line)).is_some()
}

/// A line with what syslog puts before it, or without.
pub(crate) fn parsed(line: &str) -> Parsed<'_> {
    syslog::parse(line).unwrap_or_else(|| {
        let bare = Parsed::bare(line);
        // A priority without the rest.
        match line.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
            Some((number, rest)) if number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit()) => {
                let rest = rest.trim_start();
                syslog::parse(rest).unwrap_or_else(|| Parsed::bare(rest))
            }
            _ => bare,
        }
    })
}

impl Format for DeviceLog {
    fn name(&self) -> &'static str {
        READER
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        let first = head.lines().next().unwrap_or_default();
        // What is no text. Zeros further on may be damage.
        if memchr::memchr(0, first).is_some() {
            return Sniff::No;
        }
        let (mut lines, mut known, mut through) = (0, 0, 0);
        for line in head.lines().filter(|line| !line.trim_ascii().is_empty()).take(SAMPLE) {
            lines += 1;
            let text = String::from_utf8_lossy(line);
            let told = told(&parsed(&text));
            known += usize::from(told.is_some() || paloalto::is_header(&text));
            through += usize::from(told.is_some_and(|told| !matches!(told.found, Found::Other)));
        }
        if through > 0 && known * 10 >= lines * 9 { Sniff::Read(Arc::new(reader::Log)) } else { Sniff::No }
    }
}
