//! The debug log of the DNS server of Windows: a line for each packet that it received or sent.

use super::Found;
use super::lookup::Lookup;
use crate::eve::code_number;
use std::borrow::Cow;

/// What a log begins with.
pub(super) const START: &[u8] = b"DNS Server log";

/// A line's time as it stands, and what the line says. Lines that are no packets are notes of the log or parts of a packet.
pub(super) fn parse(line: &str) -> (&str, Found<'_>) {
    let Some((before, packet)) = line.split_once(" PACKET ") else { return ("", Found::Other) };
    // Behind the time stands the number of the thread.
    let Some((time, _thread)) = before.trim().rsplit_once(' ') else { return ("", Found::Other) };
    (time.trim(), lookup(packet).map_or(Found::Other, Found::Lookup))
}

/// A time as regions write it, as others read it: `20251118 00:00:01`, `18/11/2025 12:00:01 a.m.`, `2025-11-18 오전 12:00:01`.
pub(super) fn usual(time: &str) -> Cow<'_, str> {
    let (date, clock) = time.split_once(' ').unwrap_or((time, ""));
    let compact = date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit());
    if !compact && clock.is_ascii() && !clock.contains(['.', '\u{a0}']) {
        return Cow::Borrowed(time);
    }
    let date = match (compact, date.get(..4), date.get(4..6), date.get(6..)) {
        (true, Some(year), Some(month), Some(day)) => Cow::Owned(format!("{year}-{month}-{day}")),
        _ => Cow::Borrowed(date),
    };
    const HALVES: [(&str, &str); 10] = [
        ("오전", "AM"),
        ("오후", "PM"),
        ("上午", "AM"),
        ("下午", "PM"),
        ("午前", "AM"),
        ("午後", "PM"),
        ("a.m.", "AM"),
        ("p.m.", "PM"),
        ("a. m.", "AM"),
        ("p. m.", "PM"),
    ];
    let clock = clock.replace(['\u{a0}', '\u{202f}'], " ");
    let lower = clock.to_lowercase();
    let half = HALVES.iter().find(|(word, _)| lower.contains(word));
    let clock = match half {
        Some((word, half)) => format!("{} {half}", lower.replace(word, "").trim()),
        None => clock,
    };
    if half.is_none() || date.as_bytes().get(4) != Some(&b'-') {
        return Cow::Owned(format!("{date} {clock}"));
    }
    // A date of ISO 8601 has a clock of twenty-four hours.
    let clock = crate::exports::time::clock_ticks(&clock).map_or(clock, |at| {
        let seconds = at / model::ticks::SECOND;
        format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
    });
    Cow::Owned(format!("{date} {clock}"))
}

/// `0000000002865 UDP Snd 10.2.0.1  6590 R Q [8081   DR  NOERROR] A      (7)example(3)com(0)`
fn lookup(packet: &str) -> Option<Lookup<'_>> {
    let (head, rest) = packet.split_once('[')?;
    let (flags, rest) = rest.split_once(']')?;
    let mut words = head.split_ascii_whitespace();
    let (_place, protocol, way, peer, id) = (words.next()?, words.next()?, words.next()?, words.next()?, words.next()?);
    let protocol = ["UDP", "TCP"].into_iter().find(|known| *known == protocol)?;
    let (response, operation) = match (words.next()?, words.next()) {
        ("R", Some(operation)) => (true, operation),
        (operation, None) => (false, operation),
        _ => return None,
    };
    // Notifications and updates are no lookups.
    if operation != "Q" || peer.parse::<std::net::IpAddr>().is_err() {
        return None;
    }
    let code = flags.split_ascii_whitespace().last().filter(|word| code_number(word).is_some()).unwrap_or_default();
    let letters = flags.split_ascii_whitespace().skip(1).filter(|word| *word != code);
    let recursion = Some(letters.flat_map(str::chars).any(|letter| letter == 'D'));
    let (kind, asked) = rest.trim_start().split_once(char::is_whitespace)?;
    let mut lookup = Lookup {
        name: name(asked.trim())?,
        kind,
        class: "IN",
        protocol,
        id,
        recursion,
        response,
        code: if response { code } else { "" },
        original: way,
        ..Lookup::default()
    };
    // A client's question and its answer; or what this server asks of others, and their answer.
    match (way, response) {
        ("Rcv", false) | ("Snd", true) => lookup.client = peer,
        ("Snd", false) | ("Rcv", true) => lookup.server = peer,
        _ => return None,
    }
    Some(lookup)
}

/// `(7)example(3)com(0)` as a name.
fn name(text: &str) -> Option<Cow<'_, str>> {
    let mut name = String::new();
    let mut rest = text;
    while let Some(inner) = rest.strip_prefix('(') {
        let (length, label) = inner.split_once(')')?;
        let length: usize = length.parse().ok()?;
        if length == 0 {
            break;
        }
        let end = label.find('(').unwrap_or(label.len());
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(label.get(..end)?.trim_end());
        rest = label.get(end..)?;
    }
    if name.is_empty() && text.starts_with("(0)") {
        name.push('.');
    }
    (!name.is_empty()).then_some(Cow::Owned(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_regions() {
        for (time, expected) in [
            ("11/18/2025 12:00:01 AM", "11/18/2025 12:00:01 AM"),
            ("20251118 00:00:01", "2025-11-18 00:00:01"),
            ("18/11/2025 12:00:01 a.m.", "18/11/2025 12:00:01 AM"),
            ("18/11/2025 1:00:01 p.\u{a0}m.", "18/11/2025 1:00:01 PM"),
            ("2025-11-18 오후 1:00:01", "2025-11-18 13:00:01"),
            ("2025-11-18 오전 12:00:01", "2025-11-18 00:00:01"),
            ("2025/11/18 下午 01:02:03", "2025/11/18 01:02:03 PM"),
            ("", ""),
        ] {
            assert_eq!(usual(time), expected, "{time}");
        }
    }
}
