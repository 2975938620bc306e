//! Cisco's ASA and Firepower: `%ASA-6-302013: Built outbound TCP connection 1 for outside:203.0.113.9/3333 (…) to inside:10.0.0.5/50000 (…)`,
//! its teardown with duration and bytes, what access lists refused, and addresses of pages.

use super::parts::{address, count, name, port};
use super::{Found, Told};
use crate::direction::{between, is_local_address};
use crate::proxy_log::Request;
use crate::session::{Additional, Session, protocol_of};
use crate::syslog::{self, Stamp};
use std::borrow::Cow;

/// By syslog's tag, `%ASA-6-302013`, and what stands behind it.
pub(super) fn read<'a>(tag: &str, message: &'a str) -> Option<Told<'a>> {
    let product = product(tag)?;
    let (_, id) = tag.rsplit_once('-')?;
    let found = id.bytes().all(|b| b.is_ascii_digit()).then(|| found(id, message))?;
    Some(Told { names: ("Cisco", product), stamp: Stamp::None, host: "", found })
}

/// The same within a line whose beginning is no syslog that is known: `Sep 30 2026 10:53:50 asa : %ASA-6-302013: …`.
pub(super) fn within(line: &str) -> Option<Told<'_>> {
    let at = memchr::memmem::find(line.as_bytes(), b"%").filter(|at| line.get(*at..).is_some_and(|rest| product(rest).is_some()))?;
    let (before, rest) = line.split_at_checked(at)?;
    let (tag, message) = rest.split_once(": ")?;
    let mut told = read(tag, message)?;
    let before = before.trim_matches([' ', ':']);
    if let Some(parsed) = syslog::parse(&format!("{before} x: -")) {
        told.stamp = parsed.stamp;
        // The last word before the event, unless that is the time.
        if !parsed.host.is_empty() && before.ends_with(parsed.host) {
            told.host = before.rsplit(' ').next().unwrap_or_default();
        }
    }
    Some(told)
}

fn product(tag: &str) -> Option<&'static str> {
    [("%ASA-", "ASA"), ("%FTD-", "Firepower"), ("%PIX-", "PIX"), ("%FWSM-", "FWSM")]
        .iter()
        .find(|(start, _)| tag.starts_with(start))
        .map(|(_, name)| *name)
}

/// One side of a connection: `outside:203.0.113.9/3333`, `outside/203.0.113.9(3333)` or `203.0.113.9/3333`.
#[derive(Clone, Copy)]
struct End<'a> {
    host: &'a str,
    port: Option<i64>,
}

fn end(word: &str) -> Option<End<'_>> {
    let word = word.trim_end_matches(',');
    if let Some((place, number)) = word.strip_suffix(')').and_then(|word| word.rsplit_once('(')) {
        let host = place.split_once('/').map_or(place, |(_, host)| host);
        return Some(End { host, port: port(number) });
    }
    let (place, number) = word.rsplit_once('/').map_or((word, None), |(place, number)| (place, Some(number)));
    // Interfaces have no colon in their names; addresses of version 6 have.
    let host = if address(place).is_some() { place } else { place.split_once(':').map_or(place, |(_, host)| host) };
    Some(End { host, port: number.and_then(port) }).filter(|end| !end.host.is_empty())
}

fn found<'a>(id: &str, message: &'a str) -> Found<'a> {
    let broken = Found::Broken("a connection whose ends are not understood");
    match id {
        "302013" | "302015" | "302017" | "302303" | "302305" => built(message).unwrap_or(broken),
        "302014" | "302016" | "302018" | "302304" | "302306" => torn_down(message).unwrap_or(broken),
        "106001" | "106006" | "106007" | "106010" | "106014" | "106023" | "106100" | "106102" | "106103" | "710003" => {
            judged(message).unwrap_or(broken)
        }
        "304001" | "304002" => page(id, message).unwrap_or(Found::Broken("a request that is not understood")),
        _ => Found::Other,
    }
}

/// The word behind a word.
fn behind<'a>(message: &'a str, word: &str) -> Option<&'a str> {
    let mut words = message.split_ascii_whitespace();
    words.find(|known| *known == word)?;
    words.next()
}

fn session<'a>(source: End<'a>, destination: End<'a>, protocol: &'a str) -> Session<'a> {
    let [from, to] = [source, destination].map(|end| address(end.host).unwrap_or_default());
    Session {
        source: from,
        source_name: if from.is_empty() { source.host } else { "" },
        source_port: source.port,
        destination: to,
        destination_name: name(if to.is_empty() { destination.host } else { "" }),
        destination_port: destination.port,
        protocol: protocol_of(protocol),
        direction: between(from, to),
        ..Session::default()
    }
}

/// `Built outbound TCP connection 1 for IF:far/port (…) to IF:near/port (…)`: who opened it is the second where it went out.
fn built(message: &str) -> Option<Found<'_>> {
    let mut words = message.split_ascii_whitespace().skip_while(|word| *word != "Built").skip(1);
    let (way, protocol) = (words.next()?, words.next()?);
    let (one, other) = (end(behind(message, "for")?)?, end(behind(message, "to")?)?);
    let (source, destination) = if way == "outbound" { (other, one) } else { (one, other) };
    let id = behind(message, "connection").unwrap_or_default();
    Some(Found::Session(Session {
        original_type: "Built",
        sub_type: "Start",
        result: "Success",
        action: "Allow",
        additional: vec![("Connection", Additional::Text(id))],
        ..session(source, destination, protocol)
    }))
}

/// `Teardown TCP connection 1 for IF:one/port to IF:other/port duration 0:10:00 bytes 9000 TCP FINs`: who opened it is not said.
fn torn_down(message: &str) -> Option<Found<'_>> {
    let protocol = behind(message, "Teardown")?;
    let (one, other) = (end(behind(message, "for")?)?, end(behind(message, "to")?)?);
    let (source, destination) = if is_server(one, other) { (other, one) } else { (one, other) };
    let (bytes, reason) = message.split_once(" bytes ").map_or(("", ""), |(_, rest)| rest.split_once(' ').unwrap_or((rest, "")));
    let bytes = count(bytes);
    let failed = reason.starts_with("SYN Timeout") || bytes == Some(0) && reason.contains("Reset");
    Some(Found::Session(Session {
        original_type: "Teardown",
        sub_type: "End",
        duration: behind(message, "duration").and_then(duration),
        bytes,
        result: if failed { "Failure" } else { "Success" },
        original_details: reason,
        action: "Allow",
        additional: vec![("Connection", Additional::Text(behind(message, "connection").unwrap_or_default()))],
        ..session(source, destination, protocol)
    }))
}

/// Whether one side is rather the server: it is outside where the other is not, or its port is the smaller.
fn is_server(one: End<'_>, other: End<'_>) -> bool {
    let local = |end: End<'_>| end.host.parse().ok().map(is_local_address);
    match (local(one), local(other), one.port, other.port) {
        // A server of ours for the world has a small port.
        (Some(false), Some(true), Some(far), Some(near)) => !(near < 1_024 && far >= 1_024),
        (Some(true), Some(false), Some(near), Some(far)) => near < 1_024 && far >= 1_024,
        (_, _, Some(one), Some(other)) => one < other,
        _ => false,
    }
}

/// `Deny tcp src IF:a/p dst IF:b/p by access-group`, `access-list x denied tcp IF/a(p) -> IF/b(p)`, `… from a/p to b/p …`.
fn judged(message: &str) -> Option<Found<'_>> {
    let denied = ["Deny", "denied", "deny"].iter().any(|word| message.contains(word));
    let (source, destination) = if message.contains(" -> ") {
        let (before, rest) = message.split_once(" -> ")?;
        (end(before.split_ascii_whitespace().next_back()?)?, end(rest.split_ascii_whitespace().next()?)?)
    } else if let Some(source) = behind(message, "src") {
        (end(source)?, end(behind(message, "dst")?)?)
    } else {
        (end(behind(message, "from")?)?, end(behind(message, "to")?)?)
    };
    let protocol =
        message.split_ascii_whitespace().find(|word| ["tcp", "udp", "icmp", "sctp"].iter().any(|known| word.eq_ignore_ascii_case(known)));
    let rule = behind(message, "access-list").or_else(|| behind(message, "access-group")).unwrap_or_default();
    Some(Found::Session(Session {
        original_type: "access-list",
        sub_type: "Start",
        result: if denied { "Failure" } else { "Success" },
        action: if denied { "Deny" } else { "Allow" },
        rule: rule.trim_matches('"'),
        ..session(source, destination, protocol.unwrap_or_default())
    }))
}

/// `[user@]10.0.0.5 Accessed URL 203.0.113.9:http://…`, and `Access denied URL … SRC … DEST …`.
fn page<'a>(id: &str, message: &'a str) -> Option<Found<'a>> {
    if id == "304002" {
        let (target, rest) = message.split_once("URL ")?.1.split_once(" SRC ")?;
        let (client, server) = (rest.split_ascii_whitespace().next()?, behind(rest, "DEST").unwrap_or_default());
        let target = Cow::Borrowed(target);
        return Some(Found::Request(Request { client, server, target, denied: true, ..Request::default() }));
    }
    let (who, rest) = message.split_once(" Accessed ")?;
    let (_, place) = rest.split_once("URL ")?;
    let who = who.split_ascii_whitespace().next_back()?;
    let (user, client) = who.rsplit_once('@').unwrap_or(("", who));
    let at = place.find(":http").or_else(|| place.find(':'))?;
    let (server, target) = place.split_at_checked(at)?;
    let target = target.get(1..)?;
    let host = Cow::Borrowed(if target.contains("://") { "" } else { server });
    Some(Found::Request(Request { client, user, server, target: Cow::Borrowed(target), host, ..Request::default() }))
}

/// `h:mm:ss`, in milliseconds.
fn duration(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|part| part.parse::<u32>().ok().map(i64::from));
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000)
}
