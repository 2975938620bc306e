//! dnsmasq's log of queries, as Pi-hole has it too: a line for each question, one for each answer. Only with `log-queries=extra` does
//! the line of an answer say who had asked.

use super::lookup::{Lookup, name};
use super::{Found, Heading};
use std::net::IpAddr;

pub(super) fn parse<'a>(heading: &Heading<'a>) -> Found<'a> {
    if !heading.process.starts_with("dnsmasq") {
        return if heading.process.is_empty() { Found::Unknown } else { Found::Foreign };
    }
    lookup(heading).map_or(Found::Other, Found::Lookup)
}

fn lookup<'a>(heading: &Heading<'a>) -> Option<Lookup<'a>> {
    let (asker, message) = asker(heading.message);
    let mut lookup = Lookup { host: heading.host, ..Lookup::default() };
    if let Some((client, port)) = asker {
        (lookup.client, lookup.client_port) = (client, port);
    }
    if let Some((kind, rest)) = message.strip_prefix("query[").and_then(|rest| rest.split_once("] ")) {
        let (asked, client) = rest.split_once(" from ")?;
        lookup.client = client.trim();
        (lookup.name, lookup.kind, lookup.original) = (name(asked), kind, "query");
        return Some(lookup);
    }
    let (before, answer) = message.split_once(" is ")?;
    let (source, asked) = before.rsplit_once(' ')?;
    let listed = ["blocked", "blacklisted", "denied"].iter().any(|word| source.contains(word));
    let known = matches!(source, "reply" | "cached" | "cached-stale" | "config" | "DHCP") || source.starts_with('/') || listed;
    // `reply error is SERVFAIL` does not say of what.
    if !known || asked == "error" {
        return None;
    }
    let answer = answer.trim();
    let address = answer.parse::<IpAddr>().ok();
    lookup.code = match answer {
        "NXDOMAIN" | "SERVFAIL" | "REFUSED" | "NOTIMP" | "FORMERR" => answer,
        _ => "NOERROR",
    };
    lookup.answer = if lookup.code != "NOERROR" || answer.starts_with("NODATA") || answer.starts_with('<') { "" } else { answer };
    lookup.kind = match address {
        Some(IpAddr::V4(_)) => "A",
        Some(IpAddr::V6(_)) => "AAAA",
        None if answer == "<CNAME>" => "CNAME",
        None => "",
    };
    // A name that the configuration answers with nothing, or with an address that leads nowhere.
    let nowhere = lookup.answer.is_empty() || address.is_some_and(|address| address.is_unspecified() || address.is_loopback());
    lookup.blocked = listed || (source == "config" || source.starts_with('/')) && nowhere && asked != "localhost";
    (lookup.name, lookup.original, lookup.response) = (name(asked), source, true);
    Some(lookup)
}

/// `serial client/port` before the message.
fn asker(message: &str) -> (Option<(&str, Option<i64>)>, &str) {
    let found = || {
        let (serial, rest) = message.split_once(' ')?;
        let (asker, rest) = rest.split_once(' ')?;
        let (client, port) = asker.rsplit_once('/')?;
        let sound = serial.bytes().all(|b| b.is_ascii_digit() || b == b'*') && client.parse::<IpAddr>().is_ok();
        sound.then_some(((client, port.parse().ok()), rest))
    };
    found().map_or((None, message), |(asker, rest)| (Some(asker), rest))
}
