//! What stands before a server's own words: a time, a host, the program.

use crate::exports::time::{clock_ticks, month};
use crate::syslog::{Stamp, parse};
use model::ticks;

/// A line taken apart; what it lacks is empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heading<'a> {
    pub(super) stamp: Stamp,
    pub(super) host: &'a str,
    /// Empty where the line does not name it.
    pub(super) process: &'a str,
    pub(super) message: &'a str,
}

/// Takes a line apart; a line of nothing but a message has no heading.
pub(super) fn heading(line: &str) -> Heading<'_> {
    if let Some((stamp, message)) = bind_time(line).or_else(|| unbound_time(line)).or_else(|| bind_iso(line)) {
        return program(Heading { stamp, host: "", process: "", message });
    }
    if let Some(parsed) = parse(line) {
        // Unbound's own file: time, `unbound[1:0]`, `info:`.
        if parsed.host.starts_with("unbound[") {
            return Heading { stamp: parsed.stamp, host: "", process: "unbound", message: parsed.message };
        }
        return Heading { stamp: parsed.stamp, host: parsed.host, process: parsed.process, message: parsed.message };
    }
    program(Heading { stamp: Stamp::None, host: "", process: "", message: line })
}

/// `program[1]: message` and `unbound[1:0] info: message`.
fn program(heading: Heading<'_>) -> Heading<'_> {
    let Some((word, rest)) = heading.message.split_once(' ') else { return heading };
    let (name, own) = match word.split_once('[') {
        Some((name, pid)) if pid.ends_with([']', ':']) => (name, true),
        _ => (word.trim_end_matches(':'), word.ends_with(':')),
    };
    let known = name == "named" || name == "unbound" || name.starts_with("dnsmasq");
    if own && known { Heading { process: name, message: rest, ..heading } } else { heading }
}

/// `18-May-2021 16:34:13.003`
fn bind_time(line: &str) -> Option<(Stamp, &str)> {
    let (date, rest) = line.split_once(' ')?;
    let mut parts = date.splitn(3, '-');
    let (day, name, year) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?.parse().ok()?);
    let midnight = ticks::from_parts(year, month(name).filter(|_| name.len() == 3)?, day, 0, 0, 0, 0)?;
    let (clock, message) = rest.split_once(' ')?;
    Some((Stamp::Local(midnight + clock_ticks(clock)?), message))
}

/// `[1614763223]`
fn unbound_time(line: &str) -> Option<(Stamp, &str)> {
    let (seconds, message) = line.strip_prefix('[')?.split_once("] ")?;
    let seconds = seconds.parse::<i64>().ok().filter(|s| (100_000_000..100_000_000_000).contains(s))?;
    Some((Stamp::Ticks(ticks::UNIX_EPOCH + seconds * ticks::SECOND), message))
}

/// A time of ISO 8601, as BIND writes it when told to, before BIND's own words. Syslog's may look alike.
fn bind_iso(line: &str) -> Option<(Stamp, &str)> {
    let (word, rest) = line.split_once(' ')?;
    let own = rest.starts_with("client ") || super::bind::labels(rest).0;
    let at = ticks::parse_iso(word).filter(|_| own && word.len() > 16)?;
    let zoned = word.bytes().skip(11).any(|b| matches!(b, b'Z' | b'z' | b'+' | b'-'));
    Some((if zoned { Stamp::Ticks(at) } else { Stamp::Local(at) }, rest))
}
