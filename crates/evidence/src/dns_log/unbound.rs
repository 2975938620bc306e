//! Unbound's logs of queries, replies, and what its local zones and policies do.

use super::lookup::{Lookup, name};
use super::{Found, Heading};
use std::net::IpAddr;

pub(super) fn parse<'a>(heading: &Heading<'a>) -> Found<'a> {
    if heading.process != "unbound" {
        return if heading.process.is_empty() { Found::Unknown } else { Found::Foreign };
    }
    lookup(heading).map_or(Found::Other, Found::Lookup)
}

fn lookup<'a>(heading: &Heading<'a>) -> Option<Lookup<'a>> {
    // `[1234:0] info: ` where syslog took the program's name.
    let message = heading.message;
    let message = message.strip_prefix('[').and_then(|rest| rest.split_once("] ")).map_or(message, |(_, rest)| rest);
    let message = message.strip_prefix("info: ").unwrap_or(message);
    let message = ["query: ", "reply: "].iter().find_map(|tag| message.strip_prefix(tag)).unwrap_or(message);
    let words: Vec<&str> = message.split_ascii_whitespace().take(16).collect();
    let word = |index: usize| words.get(index).copied().unwrap_or_default();
    let lookup = Lookup { host: heading.host, ..Lookup::default() };
    if let Some(at) = words.iter().position(|word| word.contains('@')) {
        // `zone action client@port name type class`
        let (client, port) = word(at).split_once('@')?;
        client.parse::<IpAddr>().ok()?;
        let (zone, action) = (word(at.checked_sub(2)?), word(at.checked_sub(1)?));
        let (asked, kind, class) = (word(at + 1), word(at + 2), word(at + 3));
        let blocked =
            ["nxdomain", "nodata", "refuse", "deny", "drop", "static", "null", "redirect", "block"].iter().any(|w| action.contains(w));
        return is_class(class).then(|| Lookup {
            client,
            client_port: port.parse().ok(),
            name: name(asked),
            kind,
            class,
            response: true,
            code: match action {
                action if action.contains("nxdomain") => "NXDOMAIN",
                action if action.contains("refuse") => "REFUSED",
                _ => "",
            },
            blocked,
            rule: zone.trim_matches(['[', ']']),
            original: action,
            ..lookup
        });
    }
    let (client, asked, kind, class) = (word(0), word(1), word(2), word(3));
    if client.parse::<IpAddr>().is_err() || !is_class(class) || !kind.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let lookup = Lookup { client, name: name(asked), kind, class, ..lookup };
    match words.len() {
        4 => Some(Lookup { original: "query", ..lookup }),
        // code, seconds, from the cache or not, bytes
        8.. => {
            let duration = word(5).parse::<f64>().ok().filter(|s| (0.0..1e6).contains(s)).map(|s| (s * 1e3).round() as i64);
            Some(Lookup { code: word(4), duration, response: true, original: "reply", ..lookup })
        }
        _ => None,
    }
}

fn is_class(word: &str) -> bool {
    matches!(word, "IN" | "CH" | "HS" | "ANY") || word.starts_with("CLASS")
}
