//! HAProxy's HTTP log (its manual, section 8.2.3), which stands before farms of proxies: `client:port [time] frontend backend/server
//! timers status bytes cookie cookie state connections queues {headers} "request"`, through syslog.

use super::Found;
use super::common::{is_of_proxy, request_line};
use super::request::Request;
use super::words::word;
use crate::exports::time::{clock_ticks, month};
use crate::syslog::Stamp;
use model::ticks;
use std::borrow::Cow;

/// The longest that a connection is believed to have lasted, in milliseconds.
const DAYS: i64 = 400 * 86_400_000;

pub(super) fn parse(line: &str) -> (Stamp, Found<'_>) {
    read(line).unwrap_or((Stamp::None, Found::Unknown))
}

/// The same for others: `None` within where the request is to HAProxy itself.
pub(crate) fn request(line: &str) -> Option<(Stamp, Option<Request<'_>>)> {
    let (stamp, found) = read(line)?;
    Some((stamp, if let Found::Request(request) = found { Some(request) } else { None }))
}

fn read(line: &str) -> Option<(Stamp, Found<'_>)> {
    let (line, request) = line.trim_end().strip_suffix('"')?.rsplit_once(" \"")?;
    let mut rest = line;
    let (client, port) = word(&mut rest)?.rsplit_once(':')?;
    let came = local_time(word(&mut rest)?)?;
    let (_frontend, backend, timers) = (word(&mut rest)?, word(&mut rest)?, word(&mut rest)?);
    let (status, bytes) = (word(&mut rest)?, word(&mut rest)?);
    // The last is the whole; `+` says that more followed.
    let last = timers.rsplit_once('/').filter(|_| timers.matches('/').count() == 4)?.1;
    let number = |text: &str| text.trim_start_matches('+').parse::<i64>().ok();
    let duration = number(last).filter(|n| (0..=DAYS).contains(n));
    // As of other proxies, when it was over.
    let stamp = Stamp::Local(came + duration.unwrap_or(0) * (ticks::SECOND / 1_000));
    if number(status).is_none() || number(bytes).is_none() || !backend.contains('/') {
        return None;
    }
    let Some((method, target, version)) = request_line(request).filter(|(method, target, _)| is_of_proxy(method, target)) else {
        return Some((stamp, Found::Own));
    };
    let request = Request {
        client: client.trim_matches(['[', ']']),
        client_port: port.parse().ok(),
        method,
        target: Cow::Borrowed(target),
        version,
        status,
        received: number(bytes),
        duration,
        rule: backend,
        // No server was chosen: refused by a rule.
        denied: backend.ends_with("/<NOSRV>") && status == "403",
        ..Request::default()
    };
    Some((stamp, Found::Request(request)))
}

/// `06/Feb/2009:12:14:14.655`, when the request came.
pub(crate) fn local_time(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once(':')?;
    let mut parts = date.splitn(3, '/');
    let (day, name, year) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?.parse().ok()?);
    let midnight = ticks::from_parts(year, month(name)?, day, 0, 0, 0, 0)?;
    Some(midnight + clock_ticks(clock)?)
}
