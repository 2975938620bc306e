//! The log of the SOCKS server Dante: `info: pass(1): tcp/connect [: client proxy -> proxy target` when a connection begins, and the same
//! with `]:` and the bytes of each way when it is over. An address and its port are joined by a dot.

use super::parts::{address, count, name, port};
use super::{Found, Told};
use crate::direction::between;
use crate::session::{Session, protocol_of};
use crate::syslog::Stamp;

pub(super) fn read(message: &str) -> Option<Told<'_>> {
    Some(Told { names: ("Inferno Nettverk", "Dante"), stamp: Stamp::None, host: "", found: found(message) })
}

/// The same where nothing says whose it is.
pub(super) fn bare(message: &str) -> Option<Told<'_>> {
    let rest = message.strip_prefix("info: ").unwrap_or(message);
    let known = (rest.starts_with("pass(") || rest.starts_with("block(")) && (rest.contains(" [: ") || rest.contains(" ]: "));
    if known { read(message) } else { None }
}

/// Someone at a port: `user%name@10.0.0.5.50000`.
#[derive(Clone, Copy)]
struct End<'a> {
    user: &'a str,
    host: &'a str,
    port: i64,
}

fn end(word: &str) -> Option<End<'_>> {
    let word = word.trim_end_matches([',', ':']);
    let (user, place) = word.rsplit_once('@').unwrap_or(("", word));
    let (host, number) = place.rsplit_once('.')?;
    let host = host.trim_matches(['[', ']']);
    let sound = address(host).is_some() || host.bytes().any(|b| b.is_ascii_alphabetic());
    Some(End { user: user.rsplit('%').next().unwrap_or_default(), host, port: port(number)? }).filter(|_| sound)
}

fn found(message: &str) -> Found<'_> {
    let rest = ["info: ", "warning: "].iter().find_map(|level| message.strip_prefix(level)).unwrap_or(message);
    let denied = rest.starts_with("block(");
    if !denied && !rest.starts_with("pass(") {
        return Found::Other;
    }
    let Some((_, rest)) = rest.split_once("): ") else { return Found::Other };
    let Some((command, rest)) = rest.split_once(' ') else { return Found::Other };
    let (protocol, command) = command.split_once('/').unwrap_or((command, ""));
    // Accepted clients ask for something yet; data is of connections that have begun.
    let over = match rest.get(..3) {
        Some("[: ") => false,
        Some("]: ") => true,
        _ => return Found::Other,
    };
    if !matches!(command, "connect" | "udpassociate") {
        return Found::Other;
    }
    let mut words = rest.get(3..).unwrap_or_default().split_ascii_whitespace();
    let (mut ends, mut counts) = (Vec::new(), Vec::new());
    for word in words.by_ref().take(24) {
        match (end(word), count(word.trim_end_matches([',', ':']))) {
            (Some(end), _) => ends.push(end),
            (None, Some(count)) => counts.push(count),
            (None, None) if word == "->" => {}
            (None, None) => return Found::Broken("a connection whose ends are not understood"),
        }
        // What follows is why it ended.
        if word.ends_with(':') {
            break;
        }
    }
    let (Some(client), Some(target)) = (ends.first().copied(), ends.last().copied()) else {
        return Found::Broken("a connection whose ends are not understood");
    };
    if ends.len() < 2 {
        return Found::Broken("a connection whose ends are not understood");
    }
    let duration = message.split_once("Session duration: ").and_then(|(_, rest)| super::parts::seconds(rest.trim().trim_end_matches('s')));
    let reason = message.rsplit_once(": ").filter(|_| over).map_or("", |(_, reason)| reason);
    let failed = denied || reason.contains("refused") || reason.contains("timed out") || reason.contains("unreachable");
    let destination = address(target.host).unwrap_or_default();
    let source = address(client.host).unwrap_or_default();
    Found::Session(Session {
        original_type: "connect",
        sub_type: if over { "End" } else { "Start" },
        duration,
        source,
        source_name: if source.is_empty() { client.host } else { "" },
        source_port: Some(client.port),
        user: client.user,
        destination,
        destination_name: name(if destination.is_empty() { target.host } else { "" }),
        destination_port: Some(target.port),
        protocol: protocol_of(protocol),
        direction: between(source, destination),
        // `bytes -> client -> bytes`: to the client, and from it.
        source_bytes: counts.get(1).copied().filter(|_| over),
        destination_bytes: counts.first().copied().filter(|_| over),
        result: if failed { "Failure" } else { "Success" },
        original_details: reason,
        action: if denied { "Deny" } else { "Allow" },
        ..Session::default()
    })
}
