//! The heads of requests and answers.

use crate::basic;
use crate::pcap::rows::{Seen, WebRow};
use httparse::{EMPTY_HEADER, Header, ParserConfig, Status};

/// Header lines of one head.
const HEADERS: usize = 128;

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Framing {
    #[default]
    None,
    Length(u64),
    Chunks,
    Open,
}

#[derive(Default)]
pub(super) struct Request {
    method: String,
    target: String,
    version: &'static str,
    host: String,
    user_agent: String,
    referrer: String,
    forwarded_for: String,
    username: String,
    pub(super) framing: Framing,
}

pub(super) struct Response {
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) content_type: String,
    pub(super) framing: Framing,
}

/// Behind the empty line that ends a head; looked for from a place on.
pub(super) fn end(bytes: &[u8], from: usize) -> Option<usize> {
    let from = from.min(bytes.len());
    memchr::memchr_iter(b'\n', bytes.get(from..)?).map(|at| from + at).find_map(|at| match bytes.get(at + 1..)? {
        [b'\n', ..] => Some(at + 2),
        [b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn version(minor: Option<u8>) -> &'static str {
    match minor {
        Some(0) => "1.0",
        Some(1) => "1.1",
        _ => "",
    }
}

fn framing(headers: &[Header<'_>]) -> Option<Framing> {
    let value = |name: &str| headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value);
    if value("transfer-encoding").is_some_and(|coding| coding.to_ascii_lowercase().ends_with(b"chunked")) {
        return Some(Framing::Chunks);
    }
    let length = std::str::from_utf8(value("content-length")?.trim_ascii()).ok()?;
    Some(length.parse().map_or(Framing::None, Framing::Length))
}

impl Request {
    pub(super) fn parse(head: &[u8]) -> Option<Self> {
        let mut headers = [EMPTY_HEADER; HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        let mut config = ParserConfig::default();
        config.allow_multiple_spaces_in_request_line_delimiters(true).ignore_invalid_headers_in_requests(true);
        let Ok(Status::Complete(_)) = config.parse_request(&mut parsed, head) else { return None };
        let mut request = Self {
            method: parsed.method?.to_owned(),
            target: parsed.path?.to_owned(),
            version: version(parsed.version),
            framing: framing(parsed.headers).unwrap_or_default(),
            ..Self::default()
        };
        for header in parsed.headers.iter() {
            let place = match header.name.to_ascii_lowercase().as_str() {
                "host" => &mut request.host,
                "user-agent" => &mut request.user_agent,
                "referer" => &mut request.referrer,
                "x-forwarded-for" => &mut request.forwarded_for,
                "authorization" | "proxy-authorization" => {
                    if let Some(name) = basic::user(header.value) {
                        request.username = name;
                    }
                    continue;
                }
                _ => continue,
            };
            if place.is_empty() {
                *place = text(header.value);
            }
        }
        Some(request)
    }

    pub(super) fn row(self, seen: Seen) -> WebRow {
        WebRow {
            end: seen.time,
            seen,
            method: self.method,
            target: self.target,
            version: self.version,
            host: self.host,
            user_agent: self.user_agent,
            referrer: self.referrer,
            forwarded_for: self.forwarded_for,
            username: self.username,
            status: None,
            reason: String::new(),
            content_type: String::new(),
            bytes: [0; 2],
        }
    }
}

impl Response {
    pub(super) fn parse(head: &[u8]) -> Option<Self> {
        let mut headers = [EMPTY_HEADER; HEADERS];
        let mut parsed = httparse::Response::new(&mut headers);
        let mut config = ParserConfig::default();
        config.allow_multiple_spaces_in_response_status_delimiters(true).ignore_invalid_headers_in_responses(true);
        let Ok(Status::Complete(_)) = config.parse_response(&mut parsed, head) else { return None };
        let kind = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-type"));
        let kind = kind.and_then(|header| header.value.split(|byte| *byte == b';').next()).unwrap_or_default();
        Some(Self {
            status: parsed.code?,
            reason: parsed.reason.unwrap_or_default().to_owned(),
            content_type: text(kind.trim_ascii()),
            framing: framing(parsed.headers).unwrap_or(Framing::Open),
        })
    }
}
