//! What the first bytes of one side are. Decides after as few bytes as it can: most connections are of no interest.

use super::framing::{self, Framing};
use super::websocket;
use super::{Side, nodes};

/// No decision waits for more bytes than these.
pub(super) const LONGEST_HEAD: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Too few bytes to tell.
    More,
    /// JSON, or text in which JSON may begin on a later line.
    Lines,
    Http,
    /// JSON in other letters, or behind its length.
    Framed(Framing),
    Socks4,
    Socks5,
    WebSocket,
    /// Frames of Stratum V2 without encryption.
    PlainV2,
    /// What a balancer says of the client in binary, so many bytes long.
    Preface(usize),
    /// Records of TLS, or what looks like them.
    Records,
    /// Peers of a coin's network.
    Peers(nodes::Peers),
    /// Another protocol, known by its first bytes: nothing of mining can be read in the whole connection.
    Foreign,
    /// Nothing that could be read.
    Unknown,
}

const HTTP: [&[u8]; 9] = [b"GET ", b"POST ", b"HTTP/1.", b"CONNECT ", b"HEAD ", b"PUT ", b"OPTIONS ", b"DELETE ", b"PATCH "];
/// What opens other protocols on both sides alike: HTTP/2, BitTorrent. SSH's line is text, and what follows it tells that it is SSH.
const FOREIGN: [&[u8]; 2] = [b"PRI * HTTP/2", &[0x13, b'B', b'i', b't', b'T']];
/// TLS: a handshake, and records of a session under way.
const RECORDS: [&[u8]; 4] = [&[0x16, 3, 1], &[0x16, 3, 3], &[0x17, 3, 3], &[0x15, 3, 3]];

/// The PROXY protocol, version 2; a word and the length of the rest follow.
const PREFACE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// The whole length of a balancer's preface that these bytes begin; `Some(None)` where that is not told yet.
fn preface(head: &[u8]) -> Option<Option<usize>> {
    if !PREFACE.starts_with(head.get(..PREFACE.len()).unwrap_or(head)) {
        return None;
    }
    // Blank lines begin so, too.
    if head.len() < PREFACE.len() {
        return Some(None);
    }
    match head.get(PREFACE.len()..) {
        Some([0x20..=0x21, _, high, low, ..]) => Some(Some(16 + (usize::from(*high) << 8 | usize::from(*low)))),
        Some([0x20..=0x21, ..] | []) => Some(None),
        _ => None,
    }
}

/// `framed`: the other side puts lengths before its messages.
pub(super) fn opening(side: Side, head: &[u8], framed: bool) -> Opening {
    let Some(first) = head.first() else { return Opening::More };
    if let Some(found) = nodes::peers(head) {
        return Opening::Peers(found);
    }
    match preface(head) {
        Some(Some(length)) => return Opening::Preface(length),
        Some(None) => return Opening::More,
        None => {}
    }
    let mut more = head.len() < LONGEST_HEAD && nodes::may_be_peers(head);
    match one_of(&HTTP, head) {
        Match::Whole => return Opening::Http,
        Match::Begun => more = true,
        Match::No => {}
    }
    match one_of(&FOREIGN, head) {
        Match::Whole => return Opening::Foreign,
        Match::Begun => more = true,
        Match::No => {}
    }
    match one_of(&RECORDS, head) {
        Match::Whole => return Opening::Records,
        Match::Begun => more = true,
        Match::No => {}
    }
    if more {
        return Opening::More;
    }
    match (first, head.get(1), side) {
        (4 | 5, None, _) => return Opening::More,
        (5, Some(1..=8), Side::Client) | (5, Some(0 | 2), Side::Server) => return Opening::Socks5,
        (4, Some(1), Side::Client) => return Opening::Socks4,
        (0, Some(0x5a), Side::Server) if head.get(2).is_some_and(|third| *third != b'{') => return Opening::Socks4,
        _ => {}
    }
    // Frames without their end begin like short lengths; a client's are masked.
    let is_length = matches!(head, [1 | 2, 0..=127, ..]) && (framed || side == Side::Client);
    if !is_length && websocket::looks_like(head) == Some(true) {
        return Opening::WebSocket;
    }
    match framing::begins(head) {
        Some(Some(framing)) => return Opening::Framed(framing),
        Some(None) => {}
        None => return Opening::More,
    }
    match (first, head.get(1), side) {
        // XML, HTML.
        (b'<', ..) => return Opening::Unknown,
        (b'\r' | b'\n' | b'\t' | b' '..=b'~', ..) => return Opening::Lines,
        (0, None, _) => return Opening::More,
        (0, Some(0 | 0x80), _) => {
            return match head.get(2) {
                None => Opening::More,
                Some(0..=3) => Opening::PlainV2,
                Some(_) => Opening::Unknown,
            };
        }
        _ => {}
    }
    match websocket::looks_like(head) {
        None => Opening::More,
        Some(true) => Opening::WebSocket,
        // A letter outside of ASCII: the first byte may lie in the middle of a word.
        Some(false) if *first >= 0x80 && head.get(1..).is_some_and(|rest| rest.iter().take(8).all(|b| *b >= 0x20)) => {
            if head.len() < 9 {
                Opening::More
            } else {
                Opening::Lines
            }
        }
        Some(false) => Opening::Unknown,
    }
}

#[derive(PartialEq, Eq)]
enum Match {
    Whole,
    Begun,
    No,
}

fn one_of(known: &[&[u8]], head: &[u8]) -> Match {
    let mut begun = false;
    for word in known {
        if head.starts_with(word) {
            return Match::Whole;
        }
        begun |= word.starts_with(head);
    }
    if begun { Match::Begun } else { Match::No }
}

/// Whether a line that begins so may be the first of an HTTP message; `None` where more of it is needed.
pub(super) fn begins_http(line: &[u8]) -> Option<bool> {
    match one_of(&HTTP, line) {
        Match::Whole => Some(true),
        Match::Begun => None,
        Match::No => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_are_told_apart() {
        for (side, head, expected) in [
            (Side::Client, &b"{\"id\":1"[..], Opening::Lines),
            (Side::Client, b"\r\n{", Opening::Lines),
            (Side::Client, b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0", Opening::More),
            (Side::Client, b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x0a", Opening::Preface(28)),
            (Side::Client, b"PO", Opening::More),
            (Side::Client, b"POST / HTTP/1.1", Opening::Http),
            (Side::Client, b"PASS x\r\n", Opening::Lines),
            (Side::Server, b"HTTP/1.1 200 OK", Opening::Http),
            (Side::Client, &[0x16, 3, 1, 2, 0], Opening::Records),
            (Side::Client, b"SSH-2.0-x", Opening::Lines),
            (Side::Client, b"PRI * HTTP/2.0", Opening::Foreign),
            (Side::Client, &[5, 1, 0], Opening::Socks5),
            (Side::Client, &[4, 1, 1, 187, 0, 0, 0, 1], Opening::Socks4),
            (Side::Server, &[0, 0x5a, 0, 0], Opening::Socks4),
            (Side::Client, &[0, 0, 0, 40, 0, 0], Opening::PlainV2),
            (Side::Client, &[0x81, 0x85, 1, 2, 3, 4, b'{' ^ 1], Opening::WebSocket),
            (Side::Server, &[0x81, 0x05, b'{'], Opening::WebSocket),
            (Side::Client, &[0x81, 0x85, 1, 2, 3, 4, 0], Opening::Unknown),
            (Side::Client, &[0xff; 40], Opening::Lines),
            (Side::Client, &[0x80, 0x00, 0x7f], Opening::Unknown),
        ] {
            assert_eq!(opening(side, head, false), expected, "{head:?}");
        }
    }
}
