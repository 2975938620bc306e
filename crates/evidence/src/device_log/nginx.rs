//! nginx' log of streams as its manual sets it up: `client [time] TCP status sent received seconds "upstream" …`, which relays of TCP keep.

use super::parts::{address, count, name, seconds, with_colon};
use super::{Found, Told};
use crate::direction::between;
use crate::session::Session;
use crate::syslog::common_time;

pub(super) fn read(message: &str) -> Option<Told<'_>> {
    let (client, rest) = message.split_once(" [")?;
    let client = address(client)?;
    let (time, rest) = rest.split_once("] ")?;
    let (time, zone) = time.split_once(' ')?;
    let stamp = common_time(time, zone)?;
    let mut words = rest.split_ascii_whitespace();
    let protocol = words.next().filter(|word| matches!(*word, "TCP" | "UDP"))?;
    let status = words.next().filter(|word| word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit()))?;
    let (sent, received) = (count(words.next()?)?, count(words.next()?)?);
    let duration = seconds(words.next()?)?;
    // Behind a comma stands another that was tried before; the last served.
    let upstream = words.map(|word| word.trim_matches(['"', ','])).take_while(|word| with_colon(word).is_some()).last().unwrap_or_default();
    let (host, port) = with_colon(upstream).map_or(("", None), |(host, port)| (host, Some(port)));
    let destination = address(host).unwrap_or_default();
    let found = Found::Session(Session {
        original_type: "stream",
        sub_type: "End",
        source: client,
        destination,
        destination_name: name(if destination.is_empty() { host } else { "" }),
        destination_port: port,
        protocol,
        duration: Some(duration),
        direction: between(client, destination),
        source_bytes: Some(received),
        destination_bytes: Some(sent),
        result: if status == "200" { "Success" } else { "Failure" },
        original_details: status,
        action: if status == "403" { "Deny" } else { "Allow" },
        ..Session::default()
    });
    Some(Told { names: ("F5", "nginx"), stamp, host: "", found })
}
