//! Logs of name servers to ASimDnsActivityLogs: dnsmasq (and Pi-hole), BIND, Unbound, AdGuard Home, and the debug log of Windows' DNS
//! server.
//!
//! A row is a line: the question with who asked, or the answer with what the log says of it. Most write times without a zone, which are
//! unknown until the zone is said; see [`crate::syslog`].

mod adguard;
mod askers;
mod bind;
mod dates;
mod dnsmasq;
mod heading;
mod lookup;
mod reader;
mod unbound;
mod windows;

use crate::format::{Format, Head, Sniff};
use crate::syslog::Parsed;
use heading::{Heading, heading};
pub(crate) use lookup::{COLUMNS, Entry, Lookup, Put, TABLE};
use std::sync::Arc;

pub(crate) struct DnsLog;

/// As in read errors.
const READER: &str = "dns_log";

/// Lines that are looked at; a server writes many others when it starts.
const SAMPLE: usize = 300;

/// Whose log a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    Windows,
    Unbound,
    Dnsmasq,
    Bind,
    AdGuard,
}

impl Server {
    /// The surest first, of those that write no JSON.
    const ALL: [Self; 4] = [Self::Windows, Self::Unbound, Self::Dnsmasq, Self::Bind];

    /// As in ASIM's EventVendor and EventProduct.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Windows => ("Microsoft", "DNS Server"),
            Self::Unbound => ("NLnet Labs", "Unbound"),
            Self::Dnsmasq => ("Simon Kelley", "dnsmasq"),
            Self::Bind => ("ISC", "BIND"),
            Self::AdGuard => ("AdGuard", "AdGuard Home"),
        }
    }

    /// A line of the server's without its time.
    fn parse<'a>(self, heading: &Heading<'a>) -> Found<'a> {
        match self {
            Self::Windows => windows::parse(heading.message).1,
            Self::AdGuard => adguard::parse(heading.message).1,
            Self::Unbound => unbound::parse(heading),
            Self::Dnsmasq => dnsmasq::parse(heading),
            Self::Bind => bind::parse(heading),
        }
    }
}

/// A lookup that a line of a host's syslog tells of, and whose log it is. Questions that dnsmasq writes plainly are the hunts' own to read.
pub(crate) fn in_syslog<'a>(parsed: &Parsed<'a>) -> Option<((&'static str, &'static str), Lookup<'a>)> {
    let server = match parsed.process {
        "named" => Server::Bind,
        "unbound" => Server::Unbound,
        process if process.starts_with("dnsmasq") || process == "pihole-FTL" => {
            // With who asked before it, as `log-queries=extra` has it.
            if parsed.message.starts_with("query[") || !parsed.message.contains(" query[") {
                return None;
            }
            Server::Dnsmasq
        }
        _ => return None,
    };
    let process = if server == Server::Dnsmasq { "dnsmasq" } else { parsed.process };
    let heading = Heading { stamp: parsed.stamp, host: parsed.host, process, message: parsed.message };
    match server.parse(&heading) {
        Found::Lookup(lookup) => Some((server.names(), lookup)),
        _ => None,
    }
}

/// What a line is.
#[expect(clippy::large_enum_variant, reason = "one at a time, and most are lookups")]
enum Found<'a> {
    Lookup(Lookup<'a>),
    /// The server's, but no lookup.
    Other,
    /// Of another program.
    Foreign,
    /// Of no program that is known.
    Unknown,
}

impl Format for DnsLog {
    fn name(&self) -> &'static str {
        READER
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        let first = head.lines().next().unwrap_or_default();
        // What is no text. Zeros further on may be damage.
        if head.bytes.trim_ascii_start().is_empty() || memchr::memchr(0, first).is_some() {
            return Sniff::No;
        }
        if head.bytes.trim_ascii_start().first() == Some(&b'{') {
            let adguard = is_log_of(head, Server::AdGuard);
            return if adguard { Sniff::Read(Arc::new(reader::Log { server: Server::AdGuard })) } else { Sniff::No };
        }
        let server = Server::ALL.into_iter().find(|server| is_log_of(head, *server));
        server.map_or(Sniff::No, |server| Sniff::Read(Arc::new(reader::Log { server })))
    }
}

/// Whether a file has lookups of a server's, and little else.
fn is_log_of(head: &Head<'_>, server: Server) -> bool {
    let (mut lines, mut lookups, mut unknown) = (0, 0, 0);
    for line in head.lines().filter(|line| !line.trim_ascii().is_empty()).take(SAMPLE) {
        lines += 1;
        let zeros = line.iter().take_while(|b| **b == 0).count();
        let text = String::from_utf8_lossy(line.get(zeros..).unwrap_or_default());
        let found = match server {
            Server::Windows => windows::parse(&text).1,
            Server::AdGuard => adguard::parse(&text).1,
            server => server.parse(&heading(&text)),
        };
        match found {
            Found::Lookup(_) => lookups += 1,
            Found::Other => {}
            // A host's whole syslog is more than its lookups.
            Found::Foreign => return false,
            Found::Unknown => unknown += 1,
        }
    }
    match server {
        Server::Windows => head.bytes.trim_ascii_start().starts_with(windows::START) || lookups * 2 > lines,
        _ => lookups > 0 && unknown * 10 <= lines,
    }
}
