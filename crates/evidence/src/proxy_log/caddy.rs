//! Caddy's access log: a JSON object a line (`logger` is `http.log.access…`), of which those of its forward proxy are requests through it.

use super::Found;
use super::common::is_of_proxy;
use super::request::Request;
use crate::exports::time::{Time, TimeStyle};
use crate::json;
use crate::syslog::Stamp;
use std::borrow::Cow;

const DEPTH: usize = 32;

pub(super) fn parse(line: &str) -> (Stamp, Found<'_>) {
    read(line).unwrap_or((Stamp::None, Found::Unknown))
}

fn read(line: &str) -> Option<(Stamp, Found<'_>)> {
    let (mut request, mut stamp) = (Request::default(), Stamp::None);
    let (mut access, mut asked): (bool, Option<&[u8]>) = (false, None);
    json::members(line.as_bytes(), DEPTH, |key, value| match key.as_ref() {
        "logger" => access = bare(value).starts_with("http.log.access"),
        // A number, or a text where the log was set up so.
        "ts" => {
            if let Time::Ticks(at) = TimeStyle::UTC.parse(&json::text(value)) {
                stamp = Stamp::Ticks(at);
            }
        }
        "request" => asked = Some(value),
        "status" => request.status = bare(value),
        "size" => request.received = bare(value).parse().ok(),
        "bytes_read" => request.sent = bare(value).parse().ok(),
        "user_id" => request.user = bare(value),
        // In seconds, or as a text with its unit.
        "duration" => request.duration = bare(value).parse::<f64>().ok().filter(|s| (0.0..1e9).contains(s)).map(|s| (s * 1e3) as i64),
        _ => {}
    })
    .ok()?;
    if !access {
        // Caddy writes other things down as well.
        return Some((stamp, if asked.is_none() { Found::Other } else { Found::Unknown }));
    }
    let mut uri = Cow::Borrowed("");
    json::members(asked?, DEPTH, |key, value| match key.as_ref() {
        "client_ip" => request.client = bare(value),
        "remote_ip" if request.client.is_empty() => request.client = bare(value),
        "remote_port" => request.client_port = bare(value).parse().ok(),
        "proto" => request.version = bare(value).strip_prefix("HTTP/").unwrap_or_default(),
        "method" => request.method = bare(value),
        "host" => request.host = json::text(value),
        "uri" => uri = json::text(value),
        "headers" => {
            let _ = json::members(value, DEPTH, |key, value| {
                if let Some(first) = json::elements(value, DEPTH).next() {
                    match key.to_ascii_lowercase().as_str() {
                        "user-agent" => request.agent = bare(first),
                        "referer" => request.referrer = bare(first),
                        "x-forwarded-for" => request.forwarded_for = bare(first),
                        _ => {}
                    }
                }
            });
        }
        _ => {}
    })
    .ok()?;
    if !is_of_proxy(request.method, &uri) {
        return Some((stamp, Found::Own));
    }
    request.target = if request.method == "CONNECT" && !request.host.is_empty() { request.host.clone() } else { uri };
    Some((stamp, Found::Request(request)))
}

/// A value without its quotes; escapes are left in.
fn bare(value: &[u8]) -> &str {
    let text = std::str::from_utf8(value).unwrap_or_default();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}
