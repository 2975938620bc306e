//! Zscaler's feeds of its web log (Nanolog Streaming Service): the quoted CSV of its documentation, and pairs of names and values between
//! tabs, as for Splunk.

use super::Found;
use super::request::{Request, said};
use crate::exports::time::{clock_ticks, month};
use crate::syslog::Stamp;
use model::ticks;
use std::borrow::Cow;

/// Columns of the documented feed: `time`, `login`, `proto`, `eurl`, `action`, …, `reqsize`, `respsize`, …, `cip`, `sip`, `reqmethod`,
/// `respcode`, `ua`, `ereferer`, `ruletype`, `rulelabel`, `contenttype`, ….
const COLUMNS: usize = 34;

pub(super) fn parse_csv(line: &str) -> (Stamp, Found<'_>) {
    csv(line).unwrap_or((Stamp::None, Found::Unknown))
}

fn csv(line: &str) -> Option<(Stamp, Found<'_>)> {
    let inside = line.trim_end().strip_prefix('"')?.strip_suffix('"')?;
    let cells: Vec<&str> = inside.split("\",\"").collect();
    if cells.len() != COLUMNS {
        return None;
    }
    let get = |at: usize| cells.get(at).map_or("", |cell| none(cell));
    let stamp = weekday_time(get(0))?;
    let request = Request {
        user: get(1),
        action: get(4),
        denied: get(4).starts_with("Block"),
        sent: get(7).parse().ok(),
        received: get(8).parse().ok(),
        client: get(21),
        server: get(22),
        method: get(23),
        status: get(24),
        agent: get(25),
        referrer: get(26),
        category: get(13),
        rule: get(28),
        content_type: get(29),
        ..Request::default()
    };
    Some((stamp, Found::Request(with_url(request, get(2), get(3), ""))))
}

pub(super) fn parse_pairs(line: &str) -> (Stamp, Found<'_>) {
    pairs(line).unwrap_or((Stamp::None, Found::Unknown))
}

fn pairs(line: &str) -> Option<(Stamp, Found<'_>)> {
    let (time, rest) = line.split_once('\t')?;
    // Of the zone that the feed is set to, which is Greenwich unless another is chosen.
    let stamp = Stamp::Ticks(ticks::parse_iso(time).filter(|_| time.len() >= 19)?);
    let pairs: Vec<(&str, &str)> = rest.split('\t').filter_map(|pair| pair.split_once('=')).collect();
    let get = |name: &str| {
        let found = pairs.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| none(value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value)))
    };
    if get("vendor") != "Zscaler" && get("product") != "NSS" {
        return None;
    }
    let request = Request {
        user: get("user"),
        action: get("action"),
        denied: get("action").starts_with("Block"),
        sent: get("requestsize").parse().ok(),
        received: get("responsesize").parse().ok(),
        client: get("clientip"),
        server: get("serverip"),
        method: get("requestmethod"),
        status: get("status"),
        agent: get("useragent"),
        referrer: get("refererurl"),
        category: get("urlcategory"),
        rule: get("reason"),
        content_type: get("contenttype"),
        ..Request::default()
    };
    Some((stamp, Found::Request(with_url(request, get("protocol"), get("url"), get("hostname")))))
}

/// What Zscaler writes where there is nothing.
fn none(text: &str) -> &str {
    if matches!(text, "None" | "NA" | "N/A") { "" } else { said(text) }
}

/// Its addresses have no scheme; those of tunnels are a host and a port.
fn with_url<'a>(mut request: Request<'a>, protocol: &str, url: &'a str, host: &'a str) -> Request<'a> {
    request.host = Cow::Borrowed(if host.is_empty() { url.split('/').next().unwrap_or_default() } else { host });
    let scheme = protocol.split('_').next().unwrap_or_default().to_ascii_lowercase();
    request.target = match request.method {
        "CONNECT" => Cow::Borrowed(url.trim_end_matches('/')),
        _ if url.contains("://") || !matches!(scheme.as_str(), "http" | "https" | "ftp") => Cow::Borrowed(url),
        _ => Cow::Owned(format!("{scheme}://{url}")),
    };
    request
}

/// `Mon Jun 20 15:29:11 2022`, without a zone.
fn weekday_time(text: &str) -> Option<Stamp> {
    let mut words = text.split_ascii_whitespace();
    let (_weekday, name, day, clock, year) = (words.next()?, words.next()?, words.next()?, words.next()?, words.next()?);
    let midnight = ticks::from_parts(year.parse().ok()?, month(name)?, day.parse().ok()?, 0, 0, 0, 0)?;
    Some(Stamp::Local(midnight + clock_ticks(clock)?))
}
