//! The log of 3proxy as its own examples set it up: `time service.port error user client:port target:port from-target to-target hops request`.

use super::parts::{address, count, name, since_1970, with_colon};
use super::{Found, Told};
use crate::direction::between;
use crate::session::Session;
use crate::syslog::Stamp;

pub(super) fn read(message: &str) -> Option<Told<'_>> {
    let mut words = message.split_ascii_whitespace().peekable();
    let time = *words.peek()?;
    let stamp = match since_1970(time) {
        Some(at) => {
            words.next();
            Stamp::Ticks(at)
        }
        None => Stamp::None,
    };
    let service = words.next()?;
    let kind = service.split('.').next()?;
    if !["PROXY", "SOCKS", "SOCKS4", "SOCKS5", "SOCK4", "SOCK5", "TCPPM", "UDPPM", "SNIPR", "TLSPR", "HTTPS", "FTPPR", "POP3P", "SMTPP"]
        .contains(&kind)
    {
        return None;
    }
    let error = words.next().filter(|error| error.len() == 5 && error.bytes().all(|b| b.is_ascii_digit()))?;
    let user = words.next()?;
    let (source, source_port) = with_colon(words.next()?)?;
    let (target, target_port) = with_colon(words.next()?)?;
    let (sent, received) = (count(words.next()?), count(words.next()?));
    let _hops = words.next();
    let asked = words.next().unwrap_or_default();
    // `CONNECT_pool.example:443_HTTP/1.1` or `CONNECT pool.example:443 HTTP/1.1`.
    let host = if asked.starts_with("CONNECT") {
        asked.split('_').nth(1).or_else(|| words.next()).and_then(with_colon).map_or("", |(host, _)| host)
    } else {
        asked.split_once("://").and_then(|(_, rest)| rest.split(['/', '_', ':']).next()).unwrap_or_default()
    };
    let destination = address(target).filter(|text| *text != "0.0.0.0").unwrap_or_default();
    let host = if address(host).is_some() { "" } else { host };
    // Errors of 1 to 9 are of access.
    let failed = error != "00000";
    let denied = failed && error.starts_with("0000");
    let found = Found::Session(Session {
        original_type: kind,
        sub_type: "End",
        source: address(source)?,
        source_port: Some(source_port),
        user: if user == "-" { "" } else { user },
        destination,
        destination_name: name(if host.is_empty() && destination.is_empty() { target } else { host }),
        destination_port: Some(target_port),
        protocol: if kind == "UDPPM" { "UDP" } else { "TCP" },
        direction: between(source, destination),
        source_bytes: sent,
        destination_bytes: received,
        result: if failed { "Failure" } else { "Success" },
        original_details: error,
        action: if denied { "Deny" } else { "Allow" },
        ..Session::default()
    });
    Some(Told { names: ("3proxy", "3proxy"), stamp, host: "", found })
}
