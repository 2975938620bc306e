//! The logs that NCSA's server began and that most servers write: Apache and nginx, Squid's `common` and `combined`, Privoxy.
//! `client ident user [time] "request" status size`, then perhaps `"referrer" "agent"`, and Squid's result.

use super::Found;
use super::request::{Request, said};
use super::words::word;
use crate::syslog::{Stamp, common_time};
use std::borrow::Cow;

/// What was asked for, with which method, and the version of HTTP.
pub(super) fn request_line(line: &str) -> Option<(&str, &str, &str)> {
    let (method, rest) = line.split_once(' ')?;
    let (target, version) = rest.rsplit_once(' ')?;
    let sound = !method.is_empty() && method.len() <= 32 && method.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'-' | b'_'));
    (sound && version.starts_with("HTTP/")).then(|| (method, target, version.get(5..).unwrap_or_default()))
}

/// Whether a request is for another host than the one that was asked.
pub(super) fn is_of_proxy(method: &str, target: &str) -> bool {
    method == "CONNECT"
        || target.split_once("://").is_some_and(|(scheme, _)| scheme.len() <= 8 && scheme.bytes().all(|b| b.is_ascii_alphanumeric()))
}

pub(super) fn parse(line: &str) -> (Stamp, Found<'_>) {
    read(line).unwrap_or((Stamp::None, Found::Unknown))
}

fn read(line: &str) -> Option<(Stamp, Found<'_>)> {
    let (who, rest) = line.split_once(" [")?;
    let mut who = who.split_ascii_whitespace().rev();
    let (user, _ident, client) = (who.next()?, who.next()?, who.next()?);
    // Of a server with several names the log may name the one that was asked.
    let _name = who.next();
    if who.next().is_some() {
        return None;
    }
    let (time, rest) = rest.split_once(']')?;
    let (time, zone) = time.split_once(' ')?;
    let stamp = common_time(time, zone)?;
    let mut rest = rest;
    let request = word(&mut rest)?;
    let status = word(&mut rest)?;
    let size = word(&mut rest)?;
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()) || text == "-";
    if !(number(status) && status.len() <= 3 && number(size)) {
        return None;
    }
    // What is no HTTP is logged as it came.
    let Some((method, target, version)) = request_line(request).filter(|(method, target, _)| is_of_proxy(method, target)) else {
        return Some((stamp, Found::Own));
    };
    let mut more: Vec<&str> = std::iter::from_fn(|| word(&mut rest)).take(8).collect();
    let action = more.iter().rposition(|word| is_result(word)).map_or("", |at| more.remove(at));
    let quoted = |at: usize| more.get(at).map_or("", |text| said(text));
    Some((
        stamp,
        Found::Request(Request {
            client,
            user: said(user),
            method,
            target: Cow::Borrowed(target),
            version,
            status,
            denied: action.contains("DENIED"),
            action,
            received: size.parse().ok(),
            referrer: quoted(0),
            agent: quoted(1),
            ..Request::default()
        }),
    ))
}

/// Squid's `TCP_MISS:HIER_DIRECT`, or `TCP_MISS:DIRECT`.
fn is_result(word: &str) -> bool {
    let upper = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    word.split_once(':').is_some_and(|(result, way)| result.contains('_') && upper(result) && upper(way))
}

/// Whether Squid wrote a line.
pub(super) fn is_squids(line: &str) -> bool {
    line.rsplit(' ').next().is_some_and(is_result)
}
