//! FortiGate's log in its own format, `key=value` pairs: traffic, the web filter, questions for names.

use super::parts::{address, count, name, port, seconds};
use super::{Found, Told};
use crate::direction::between;
use crate::dns_log::Lookup;
use crate::exports::time::clock_ticks;
use crate::proxy_log::Request;
use crate::session::{Additional, Session, protocol_of};
use crate::syslog::Stamp;
use model::ticks::{self, HOUR, MINUTE};
use std::borrow::Cow;

/// More pairs than any event has.
const PAIRS: usize = 250;

struct Event<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Event<'a> {
    fn get(&self, key: &str) -> &'a str {
        self.0.iter().find(|(known, _)| *known == key).map_or("", |(_, value)| value)
    }
}

pub(super) fn read(message: &str) -> Option<Told<'_>> {
    memchr::memmem::find(message.as_bytes(), b"type=").filter(|_| message.contains("logid=") || message.contains("devid="))?;
    let event = Event(pairs(message));
    let (kind, sub_type) = (event.get("type").trim(), event.get("subtype"));
    if kind.is_empty() || event.get("date").is_empty() && event.get("eventtime").is_empty() {
        return None;
    }
    let found = match (kind, sub_type) {
        ("traffic", _) => traffic(&event),
        ("utm", "webfilter") | ("webfilter", _) if !event.get("hostname").is_empty() || !event.get("url").is_empty() => request(&event),
        ("utm", "dns") | ("dns", _) if !event.get("qname").is_empty() => lookup(&event),
        // What a filter says of a connection that traffic has, too.
        ("utm", _) if !event.get("dstip").is_empty() => traffic(&event),
        _ => Found::Other,
    };
    Some(Told { names: ("Fortinet", "FortiGate"), stamp: stamp(&event), host: event.get("devname"), found })
}

fn traffic<'a>(event: &Event<'a>) -> Found<'a> {
    let (Some(source), Some(destination)) = (address(event.get("srcip")), address(event.get("dstip"))) else {
        return Found::Broken("traffic whose address is not understood");
    };
    let action = event.get("action");
    let denied = is_denied(action) || event.get("utmaction").starts_with("block");
    let failed = denied || action == "ip-conn" || action == "timeout" && event.get("rcvdpkt") == "0";
    let host = [event.get("hostname"), event.get("dstname")].into_iter().find(|host| !host.is_empty() && address(host).is_none());
    Found::Session(Session {
        original_type: event.get("subtype"),
        sub_type: if action == "start" { "Start" } else { "End" },
        duration: seconds(event.get("duration")),
        source,
        source_port: port(event.get("srcport")),
        source_mac: event.get("srcmac"),
        source_name: event.get("srcname"),
        user: [event.get("user"), event.get("unauthuser")].into_iter().find(|user| !user.is_empty()).unwrap_or_default(),
        destination,
        destination_port: port(event.get("dstport")),
        destination_name: name(host.unwrap_or_default()),
        protocol: protocol_of(event.get("proto")),
        application: event.get("app"),
        direction: between(source, destination),
        source_bytes: count(event.get("sentbyte")),
        destination_bytes: count(event.get("rcvdbyte")),
        source_packets: count(event.get("sentpkt")),
        destination_packets: count(event.get("rcvdpkt")),
        result: if failed { "Failure" } else { "Success" },
        original_details: action,
        action: if denied { "Deny" } else { "Allow" },
        original_action: action,
        rule: [event.get("policyname"), event.get("policyid")].into_iter().find(|rule| !rule.is_empty()).unwrap_or_default(),
        additional: vec![("Session", Additional::Text(event.get("sessionid"))), ("Message", Additional::Text(event.get("msg")))],
        ..Session::default()
    })
}

fn request<'a>(event: &Event<'a>) -> Found<'a> {
    let (url, host) = (event.get("url"), event.get("hostname"));
    // Of an older system the address is a path.
    let whole = url.contains("://");
    let at_port = |host: &str| match port(event.get("dstport")) {
        Some(number) => format!("{host}:{number}"),
        None => host.to_owned(),
    };
    Found::Request(Request {
        client: event.get("srcip"),
        client_port: port(event.get("srcport")),
        user: event.get("user"),
        method: event.get("httpmethod"),
        target: Cow::Borrowed(url),
        host: if whole { Cow::Borrowed("") } else { Cow::Owned(at_port(host)) },
        server: event.get("dstip"),
        denied: is_denied(event.get("action")),
        action: event.get("action"),
        category: event.get("catdesc"),
        rule: event.get("profile"),
        sent: count(event.get("sentbyte")),
        received: count(event.get("rcvdbyte")),
        agent: event.get("agent"),
        ..Request::default()
    })
}

fn lookup<'a>(event: &Event<'a>) -> Found<'a> {
    Found::Lookup(Lookup {
        host: event.get("devname"),
        client: event.get("srcip"),
        client_port: port(event.get("srcport")),
        server: event.get("dstip"),
        name: Cow::Borrowed(event.get("qname")),
        kind: event.get("qtype"),
        class: event.get("qclass"),
        response: event.get("eventtype") == "dns-response",
        answers: event.get("ipaddr").split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect(),
        blocked: is_denied(event.get("action")) || event.get("action") == "redirect",
        original: event.get("eventtype"),
        rule: event.get("profile"),
        protocol: if event.get("proto") == "6" { "TCP" } else { "UDP" },
        ..Lookup::default()
    })
}

fn is_denied(action: &str) -> bool {
    ["deny", "denied", "block", "blocked", "drop", "dropped"].contains(&action)
}

/// Nanoseconds, or seconds of an older system; else date and time, of the zone that is said or of none.
fn stamp(event: &Event<'_>) -> Stamp {
    let since = event.get("eventtime");
    if let Ok(number) = since.parse::<i64>() {
        let unit = match since.len() {
            19 => Some(100),
            16 => Some(-10),
            13 => Some(-10_000),
            10 => Some(-ticks::SECOND),
            _ => None,
        };
        let since = match unit {
            Some(unit) if unit > 0 => Some(number / unit),
            Some(unit) => number.checked_mul(-unit),
            None => None,
        };
        if let Some(at) = since.and_then(|since| ticks::UNIX_EPOCH.checked_add(since)) {
            return Stamp::Ticks(at);
        }
    }
    let day = ticks::parse_iso(event.get("date"));
    let Some(local) = day.zip(clock_ticks(event.get("time"))).map(|(day, clock)| day + clock) else { return Stamp::None };
    let zone = event.get("tz");
    let digits = zone.get(1..5).and_then(|digits| digits.parse::<i64>().ok());
    match (zone.get(..1), digits) {
        (Some("+"), Some(digits)) => Stamp::Ticks(local - (digits / 100 * HOUR + digits % 100 * MINUTE)),
        (Some("-"), Some(digits)) => Stamp::Ticks(local + (digits / 100 * HOUR + digits % 100 * MINUTE)),
        _ => Stamp::Local(local),
    }
}

/// `key=value key="value of words"`.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let (mut rest, mut found) = (text, Vec::with_capacity(64));
    while let Some((before, behind)) = rest.split_once('=') {
        let key = before.rsplit([' ', ',', '\t']).next().unwrap_or_default();
        let (value, next) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_at_checked(closing(quoted)).unwrap_or((quoted, "")),
            None => behind.split_at_checked(behind.find([' ', '\t', ',']).unwrap_or(behind.len())).unwrap_or((behind, "")),
        };
        found.push((key, value));
        rest = next.strip_prefix('"').unwrap_or(next);
        if found.len() >= PAIRS {
            break;
        }
    }
    found
}

/// Where a value in quotes ends; a quote behind a backslash is its own.
fn closing(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at,
            _ => {}
        }
    }
    text.len()
}
