//! AdGuard Home's log of queries: a JSON object a line, with the answer as a message of DNS in base64.

use super::Found;
use super::lookup::{Lookup, name};
use crate::eve::DNS_CODES;
use crate::exports::time::{Time, TimeStyle};
use crate::json;
use crate::pcap::dns::Message;
use crate::syslog::Stamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// Nesting of a line.
const DEPTH: usize = 16;
/// A message of DNS has at most 64 KiB.
const ANSWER: usize = 90_000;

/// The time of a line and what it says.
pub(super) fn parse(line: &str) -> (Stamp, Found<'_>) {
    read(line).unwrap_or((Stamp::None, Found::Unknown))
}

fn read(line: &str) -> Option<(Stamp, Found<'_>)> {
    let (mut lookup, mut stamp, mut asked) = (Lookup { original: "query", ..Lookup::default() }, Stamp::None, None);
    let (mut answer, mut result): (&[u8], &[u8]) = Default::default();
    json::members(line.as_bytes(), DEPTH, |key, value| match key.as_ref() {
        "T" => {
            if let Time::Ticks(at) = TimeStyle::UTC.parse(&json::text(value)) {
                stamp = Stamp::Ticks(at);
            }
        }
        "QH" => asked = Some(json::text(value)),
        "QT" => lookup.kind = bare(value),
        "QC" => lookup.class = bare(value),
        "IP" => lookup.client = bare(value),
        "Upstream" => lookup.server = server(bare(value)),
        "CP" => lookup.protocol = if matches!(bare(value), "doh" | "dot" | "dnscrypt") { "TCP" } else { "UDP" },
        // In nanoseconds.
        "Elapsed" => lookup.duration = bare(value).parse::<i64>().ok().map(|n| n / 1_000_000),
        "Answer" => answer = value,
        "Result" => result = value,
        _ => {}
    })
    .ok()?;
    lookup.name = match asked? {
        Cow::Borrowed(asked) => name(asked),
        Cow::Owned(asked) => Cow::Owned(asked),
    };
    if lookup.kind.is_empty() {
        return None;
    }
    // The line is cut off at worst.
    let _ = json::members(result, DEPTH, |key, value| match key.as_ref() {
        "IsFiltered" => lookup.blocked = value == b"true",
        "Rules" => {
            if let Some(first) = json::elements(value, DEPTH).next() {
                let _ = json::members(first, DEPTH, |key, value| {
                    if key == "Text" {
                        lookup.rule = bare(value);
                    }
                });
            }
        }
        _ => {}
    });
    let text = bare(answer);
    let message = STANDARD.decode(text).ok().filter(|_| !text.is_empty() && text.len() <= ANSWER);
    if let Some(message) = message.and_then(|bytes| Message::parse(&bytes, true)) {
        lookup.response = true;
        lookup.code = DNS_CODES.get(usize::from(message.flags & 15)).copied().unwrap_or_default();
        lookup.answers = message.answers.into_iter().map(|answer| answer.text).collect();
    }
    lookup.response |= lookup.blocked;
    Some((stamp, Found::Lookup(lookup)))
}

/// A value of letters and digits without its quotes; escapes are left in.
fn bare(value: &[u8]) -> &str {
    std::str::from_utf8(value).unwrap_or_default().trim_matches('"')
}

/// The address of `https://1.1.1.1:443/dns-query`, `[2001:db8::1]:53`, `8.8.8.8:53`; empty for a name.
fn server(upstream: &str) -> &str {
    let rest = upstream.split_once("://").map_or(upstream, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let host = match rest.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => rest.rsplit_once(':').map_or(rest, |(host, _)| if host.contains(':') { rest } else { host }),
    };
    if host.parse::<std::net::IpAddr>().is_ok() { host } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_by_address() {
        for (upstream, expected) in [
            ("8.8.8.8:53", "8.8.8.8"),
            ("https://1.1.1.1:443/dns-query", "1.1.1.1"),
            ("[2001:db8::1]:53", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("tls://dns.example", ""),
            ("", ""),
        ] {
            assert_eq!(server(upstream), expected, "{upstream}");
        }
    }
}
