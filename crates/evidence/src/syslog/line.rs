//! One line of syslog: RFC 3164 and what daemons make of it, RFC 5424, what OpenWrt's `logread` writes, and Squid's native access log.

use crate::exports::time::{clock_ticks, month};
use model::ticks::{self, HOUR, MINUTE};

/// When a line says it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    Ticks(i64),
    /// A time of a zone that the line does not name.
    Local(i64),
    /// Nor a year: month, day, and ticks since midnight.
    NoYear(u32, u32, i64),
    None,
}

/// A line taken apart; what it lacks is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parsed<'a> {
    pub(crate) priority: Option<u16>,
    pub(crate) stamp: Stamp,
    pub(crate) host: &'a str,
    pub(crate) process: &'a str,
    pub(crate) pid: Option<i32>,
    pub(crate) message: &'a str,
}

impl<'a> Parsed<'a> {
    /// A line without a header that is known.
    pub(crate) fn bare(line: &'a str) -> Self {
        Self { priority: None, stamp: Stamp::None, host: "", process: "", pid: None, message: line }
    }
}

/// Takes a line apart; `None` where it has no header.
pub(crate) fn parse(line: &str) -> Option<Parsed<'_>> {
    if let Some(stamp) = squid(line) {
        return Some(Parsed { stamp, process: "squid", ..Parsed::bare(line) });
    }
    let (priority, rest) = match line.strip_prefix('<').and_then(|l| l.split_once('>')) {
        Some((number, rest)) => (Some(number.parse().ok().filter(|p| *p < 192)?), rest),
        None => (None, line),
    };
    let mut parsed = match rest.strip_prefix("1 ") {
        Some(rest) if priority.is_some() => rfc5424(rest),
        _ => logread(rest).or_else(|| rfc3164(rest)),
    }?;
    parsed.priority = priority.or(parsed.priority);
    Some(parsed)
}

/// Names of facilities and severities by number, as Sentinel has them.
pub(crate) const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
    "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];
pub(crate) const SEVERITIES: [&str; 8] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/// `Tue Nov 18 00:00:01 2025 daemon.info dnsmasq[1234]: message`, as OpenWrt's `logread` and its log files have it.
fn logread(rest: &str) -> Option<Parsed<'_>> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let (day, rest) = rest.split_at_checked(3)?;
    DAYS.contains(&day).then_some(())?;
    let rest = rest.strip_prefix(' ')?;
    let month = month(rest.get(..3)?)?;
    let mut words = rest.get(3..)?.trim_start().splitn(4, ' ');
    let (day, clock, year) = (words.next()?.parse().ok()?, words.next()?, words.next()?);
    let midnight = ticks::from_parts(year.parse().ok().filter(|_| year.len() == 4)?, month, day, 0, 0, 0, 0)?;
    let stamp = Stamp::Local(midnight + clock_ticks(clock)?);
    let (priority, behind) = words.next()?.split_once(' ')?;
    let (facility, severity) = priority.split_once('.')?;
    let facility = FACILITIES.iter().zip(0u16..).find(|(name, _)| **name == facility).map(|(_, number)| number)?;
    let severity = if severity == "warn" { "warning" } else { severity };
    let severity = SEVERITIES.iter().zip(0u16..).find(|(name, _)| **name == severity).map(|(_, number)| number)?;
    let priority = Some(facility * 8 + severity);
    let (first, message) = behind.split_once(' ').unwrap_or((behind, ""));
    Some(match tag(first) {
        Some((process, pid)) => Parsed { priority, stamp, host: "", process, pid, message },
        None => Parsed { priority, stamp, host: "", process: "", pid: None, message: behind },
    })
}

/// `TIMESTAMP HOST APP PROCID MSGID SD MSG`
fn rfc5424(rest: &str) -> Option<Parsed<'_>> {
    let mut words = rest.splitn(6, ' ');
    let mut word = || words.next().map(|w| if w == "-" { "" } else { w });
    let (time, host, process, pid, _id) = (word()?, word()?, word()?, word()?, word()?);
    let stamp = if time.is_empty() { Stamp::None } else { iso(time)? };
    let rest = words.next().unwrap_or_default();
    let message = after_structured_data(rest);
    let message = message.trim_start_matches('\u{feff}');
    Some(Parsed {
        priority: None,
        stamp,
        host,
        process,
        pid: pid.parse().ok(),
        message: if message.is_empty() { rest.trim_start_matches("- ") } else { message },
    })
}

/// What stands behind `-` or `[id key="value"]…`.
fn after_structured_data(rest: &str) -> &str {
    if !rest.starts_with('[') {
        return rest.strip_prefix('-').unwrap_or(rest).trim_start();
    }
    let (mut quoted, mut escaped, mut open) = (false, false, false);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => open = true,
            ']' if !quoted => open = false,
            _ if !quoted && !open => return rest.get(at..).unwrap_or_default().trim_start(),
            _ => {}
        }
    }
    ""
}

/// `Mmm dd hh:mm:ss host process[pid]: message`, or the same behind an ISO time.
fn rfc3164(rest: &str) -> Option<Parsed<'_>> {
    let (stamp, rest) = match classic(rest) {
        Some(found) => found,
        None => {
            let (time, rest) = rest.split_once(' ')?;
            (iso(time)?, rest)
        }
    };
    let (stamp, rest) = precise(rest.trim_start()).unwrap_or((stamp, rest.trim_start()));
    let (first, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    if let Some((process, pid)) = tag(first) {
        return Some(Parsed { priority: None, stamp, host: "", process, pid, message: behind });
    }
    if is_level(first) {
        return None;
    }
    let (second, message) = behind.split_once(' ').unwrap_or((behind, ""));
    match tag(second) {
        Some((process, pid)) => Some(Parsed { priority: None, stamp, host: first, process, pid, message }),
        // No tag: the whole rest is the message. An ISO time alone is no sign of syslog.
        None if matches!(stamp, Stamp::NoYear(..)) => {
            Some(Parsed { priority: None, stamp, host: first, process: "", pid: None, message: behind })
        }
        None => None,
    }
}

/// `(1763424001.123456) `, as the SOCKS server Dante has it in its own file: the time again, in seconds since 1970.
fn precise(rest: &str) -> Option<(Stamp, &str)> {
    let (number, rest) = rest.strip_prefix('(')?.split_once(") ")?;
    let (seconds, digits) = number.split_once('.').unwrap_or((number, "0"));
    let seconds = seconds.parse::<i64>().ok().filter(|s| (100_000_000..10_000_000_000).contains(s))?;
    let at = ticks::UNIX_EPOCH + seconds * ticks::SECOND + crate::exports::time::fraction(digits)?;
    Some((Stamp::Ticks(at), rest))
}

/// `process[pid]:` or `process:`.
fn tag(word: &str) -> Option<(&str, Option<i32>)> {
    let name = word.strip_suffix(':')?;
    let (name, pid) = match name.strip_suffix(']').and_then(|n| n.rsplit_once('[')) {
        Some((name, pid)) => (name, pid.parse().ok()),
        None => (name, None),
    };
    (!name.is_empty() && name.len() <= 128).then_some((name, pid))
}

/// The levels that logs of programs write where syslog has a host.
fn is_level(word: &str) -> bool {
    let word = word.trim_matches(['[', ']', ':']);
    ["trace", "debug", "info", "notice", "warn", "warning", "error", "err", "fatal", "critical"]
        .iter()
        .any(|l| word.eq_ignore_ascii_case(l))
}

/// `Mmm dd hh:mm:ss`, perhaps with a year behind the day, and what follows.
fn classic(text: &str) -> Option<(Stamp, &str)> {
    let month = month(text.get(..3)?)?;
    let rest = text.get(3..)?.strip_prefix(' ')?.trim_start();
    let (day, rest) = rest.split_once(' ')?;
    let day: u32 = day.parse().ok().filter(|d| (1..=31).contains(d))?;
    let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    if word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()) {
        let (clock, behind) = behind.split_once(' ').unwrap_or((behind, ""));
        let midnight = ticks::from_parts(word.parse().ok()?, month, day, 0, 0, 0, 0)?;
        return Some((Stamp::Local(midnight + clock_ticks(clock.trim_end_matches(':'))?), behind));
    }
    (word.len() >= 8).then_some(())?;
    Some((Stamp::NoYear(month, day, clock_ticks(word)?), behind))
}

fn iso(text: &str) -> Option<Stamp> {
    let at = ticks::parse_iso(text).filter(|_| text.len() > 16)?;
    let zoned = text.bytes().skip(11).any(|b| matches!(b, b'Z' | b'z' | b'+' | b'-'));
    Some(if zoned { Stamp::Ticks(at) } else { Stamp::Local(at) })
}

/// The time of a line of Squid's native log: `time elapsed client action/code size method URL user hierarchy/peer type`. The time is
/// seconds since 1970 unless `logformat` says otherwise.
fn squid(line: &str) -> Option<Stamp> {
    if !matches!(line.as_bytes().first(), Some(b'0'..=b'9' | b'[')) {
        return None;
    }
    let (time, rest) = line.split_once(' ')?;
    let (stamp, rest) = if time.contains('/') {
        let (zone, rest) = rest.split_once(' ')?;
        (common_time(time.trim_start_matches('['), zone.trim_end_matches(']'))?, rest)
    } else if time.as_bytes().get(4) == Some(&b'-') {
        // A date alone has its clock behind it.
        let long = time.len() > 10;
        let clock = if long { "" } else { rest.split(' ').next().unwrap_or_default() };
        let end = if long { time.len() } else { time.len() + 1 + clock.len() };
        let (time, rest) = line.split_at_checked(end)?;
        (iso(time)?, rest)
    } else {
        if !time.contains('.') || !time.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return None;
        }
        let (seconds, fraction) = time.split_once('.')?;
        let seconds = seconds.parse::<i64>().ok().filter(|s| (100_000_000..10_000_000_000).contains(s))?;
        (Stamp::Ticks(ticks::UNIX_EPOCH + seconds * ticks::SECOND + crate::exports::time::fraction(fraction)?), rest)
    };
    let mut words = rest.split_ascii_whitespace();
    let elapsed = words.next()?;
    let _client = words.next()?;
    let action = words.next()?;
    let size = words.next()?;
    let method = words.next()?;
    let (result, code) = action.split_once('/')?;
    let sound = elapsed.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        && result.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        && code.len() == 3
        && code.bytes().all(|b| b.is_ascii_digit())
        && size.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        && method.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'-' | b':'));
    sound.then_some(stamp)
}

/// `28/Feb/2023:08:12:59` and `+0000`.
pub(crate) fn common_time(time: &str, zone: &str) -> Option<Stamp> {
    let (date, clock) = time.split_once(':')?;
    let mut parts = date.split('/');
    let (day, month_name, year) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?.parse().ok()?);
    let midnight = ticks::from_parts(year, month(month_name)?, day, 0, 0, 0, 0)?;
    let digits = zone.get(1..5)?.parse::<i64>().ok()?;
    let offset = digits / 100 * HOUR + digits % 100 * MINUTE;
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    Some(Stamp::Ticks(midnight + clock_ticks(clock)? - sign * offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(line: &str) -> String {
        let Some(p) = parse(line) else { return "none".into() };
        let stamp = match p.stamp {
            Stamp::Ticks(at) => ticks::iso_short(at),
            Stamp::Local(at) => format!("local {}", ticks::iso_short(at)),
            Stamp::NoYear(month, day, clock) => format!("{month}/{day} {}", clock / ticks::SECOND),
            Stamp::None => "-".into(),
        };
        let number = |n: Option<i64>| n.map_or("-".to_owned(), |n| n.to_string());
        format!("{} {stamp} {} {} {} {}", number(p.priority.map(i64::from)), p.host, p.process, number(p.pid.map(i64::from)), p.message)
    }

    #[test]
    fn lines_are_taken_apart() {
        for (line, expected) in [
            ("<86>Feb  3 10:15:27 web1 sshd[211]: Accepted key", "86 2/3 36927 web1 sshd 211 Accepted key"),
            ("Feb 13 10:15:27 web1 CRON[9]: (root) CMD (x)", "- 2/13 36927 web1 CRON 9 (root) CMD (x)"),
            ("Feb 13 10:15:27 dnsmasq[9]: query[A] a from b", "- 2/13 36927  dnsmasq 9 query[A] a from b"),
            ("Feb 13 10:15:27 web1 last message repeated 2 times", "- 2/13 36927 web1  - last message repeated 2 times"),
            ("Feb 13 2023 10:15:27 fw %ASA-6-302013: Built", "- local 2023-02-13T10:15:27Z fw %ASA-6-302013 - Built"),
            ("2023-02-13T10:15:27.5+01:00 web1 kernel: x", "- 2023-02-13T09:15:27.5Z web1 kernel - x"),
            ("2023-02-13T10:15:27Z INFO main: starting", "none"),
            ("2023-02-13T10:15:27Z some text", "none"),
            (
                "<165>1 2003-10-11T22:14:15.003Z host app 8710 ID47 [a@1 k=\"v]\\\"\"][b c=\"d\"] \u{feff}text here",
                "165 2003-10-11T22:14:15.003Z host app 8710 text here",
            ),
            ("<34>1 2003-10-11T22:14:15Z - su - - - fails", "34 2003-10-11T22:14:15Z  su - fails"),
            ("<999>Feb 13 10:15:27 a b: c", "none"),
            (
                "1551426905.123    199 10.0.0.9 TCP_TUNNEL/200 16807 CONNECT pool.example:443 - HIER_DIRECT/1.2.3.4 -",
                "- 2019-03-01T07:55:05.123Z  squid - 1551426905.123    199 10.0.0.9 TCP_TUNNEL/200 16807 CONNECT pool.example:443 - HIER_DIRECT/1.2.3.4 -",
            ),
            (
                "28/Feb/2023:08:12:59 +0100    199 10.0.0.9 TCP_MISS/503 4096 GET http://a/ - HIER_NONE/- text/html",
                "- 2023-02-28T07:12:59Z  squid - 28/Feb/2023:08:12:59 +0100    199 10.0.0.9 TCP_MISS/503 4096 GET http://a/ - HIER_NONE/- text/html",
            ),
            ("1551426905.123 is a number", "none"),
            (
                "2019-03-01T08:55:05.123+0100    199 10.0.0.9 TCP_TUNNEL/200 16807 CONNECT pool.example:443 - HIER_DIRECT/1.2.3.4 -",
                "- 2019-03-01T07:55:05.123Z  squid - 2019-03-01T08:55:05.123+0100    199 10.0.0.9 TCP_TUNNEL/200 16807 CONNECT pool.example:443 - HIER_DIRECT/1.2.3.4 -",
            ),
            (
                "2019-03-01 08:55:05    199 10.0.0.9 TCP_TUNNEL/200 16807 CONNECT pool.example:443 - HIER_DIRECT/1.2.3.4 -",
                "- local 2019-03-01T08:55:05Z  squid - 2019-03-01 08:55:05    199 10.0.0.9 TCP_TUNNEL/200 16807 CONNECT pool.example:443 - HIER_DIRECT/1.2.3.4 -",
            ),
            (
                "[28/Feb/2023:08:12:59 +0100]    199 10.0.0.9 TCP_MISS/503 4096 GET http://a/ - HIER_NONE/- text/html",
                "- 2023-02-28T07:12:59Z  squid - [28/Feb/2023:08:12:59 +0100]    199 10.0.0.9 TCP_MISS/503 4096 GET http://a/ - HIER_NONE/- text/html",
            ),
            ("2019-03-01 08:55:05 199 ms for a request", "none"),
            (
                "Tue Nov 18 00:00:01 2025 daemon.info dnsmasq[1234]: query[A] a from b",
                "30 local 2025-11-18T00:00:01Z  dnsmasq 1234 query[A] a from b",
            ),
            ("Tue Nov  8 00:00:01 2025 kern.warn kernel: [ 1.2] x", "4 local 2025-11-08T00:00:01Z  kernel - [ 1.2] x"),
            ("Tue Nov 18 00:00:01 2025 said something else", "none"),
            ("just text", "none"),
            ("", "none"),
            ("é", "none"),
            ("<", "none"),
        ] {
            assert_eq!(show(line), expected, "{line}");
        }
    }
}
