//! HTTP as miners use it: heads with what they tell of the miner, bodies in JSON, tunnels (CONNECT) and the change to WebSocket.

use super::messages::{Messages, Outcome};
use crate::basic::user;

/// A longer head is none.
const LONGEST_HEAD: usize = 16 << 10;
const MOST_FIELDS: usize = 64;
/// So many bytes of bodies that hold no JSON may pass.
const MOST_PASSED: u64 = 8 << 10;
/// So many heads without JSON may pass.
const MOST_IDLE: u32 = 4;

/// What a head tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) target: String,
    pub(super) host: String,
    pub(super) agent: String,
    pub(super) user: String,
    /// A header that only miners and their pools send.
    pub(super) mining_header: bool,
    /// Where the pool's Stratum server is, as it tells its miners.
    pub(super) stratum: String,
}

/// One side of a conversation in HTTP.
#[derive(Debug, Default)]
pub(super) struct Http {
    state: State,
    head: Vec<u8>,
    body: Messages,
    pub(super) facts: Facts,
    /// What the last request asked for.
    pub(super) asks: Asked,
    passed: u64,
    idle: u32,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Head,
    Body(Length),
    /// The line with the size of a chunk, so far.
    ChunkSize(u64, bool),
    Chunk(u64),
    ChunkEnd,
    /// Fields behind the last chunk; whether the line so far is empty.
    Trailer(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Known(u64),
    UntilClose,
}

/// What the other side asked for last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Asked {
    /// It was not seen.
    #[default]
    Unknown,
    Plain,
    /// An answer that tells a length and has no body.
    Head,
    Tunnel,
}

/// What comes next on this side.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    More,
    /// A tunnel to this address was asked for; so many of the given bytes are left.
    Connect(String, usize),
    /// The tunnel stands.
    Connected(usize),
    WebSocket(usize),
    /// No head follows, but JSON: the heads before were for show.
    Plain(usize),
    /// Nothing of mining is to be expected.
    Other,
}

struct Head {
    facts: Facts,
    /// What a request asks for.
    asks: Asked,
    length: Option<u64>,
    chunked: bool,
    upgrade: bool,
    /// Of a response; 0 for a request.
    status: u16,
    established: bool,
    /// Of no fields.
    bare: bool,
    no_body: bool,
}

impl Http {
    /// Takes bytes.
    pub(super) fn push(&mut self, bytes: &[u8], asked: Asked, mut message: impl FnMut(&[u8], &Facts)) -> Next {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.state {
                State::Head => {
                    if self.head.is_empty() && matches!(skip_blank(rest).first(), Some(b'{' | b'[')) {
                        return Next::Plain(rest.len());
                    }
                    let (found, left) = match self.head(rest) {
                        Ok(Some(found)) => found,
                        Ok(None) => return Next::More,
                        Err(()) => return Next::Other,
                    };
                    rest = left;
                    if let Some(next) = self.begin(found, asked, rest.len()) {
                        return next;
                    }
                }
                State::Body(length) => {
                    let (piece, left) = match length {
                        Length::Known(length) => rest.split_at(usize::try_from(length).unwrap_or(usize::MAX).min(rest.len())),
                        Length::UntilClose => (rest, &[][..]),
                    };
                    rest = left;
                    self.body(piece, &mut message);
                    if let Length::Known(length) = length {
                        let length = length.saturating_sub(piece.len() as u64);
                        self.state = if length == 0 { State::Head } else { State::Body(Length::Known(length)) };
                    }
                }
                State::ChunkSize(size, extension) => {
                    let Some((byte, left)) = rest.split_first() else { break };
                    rest = left;
                    self.state = match (byte, extension) {
                        (b'\n', _) if size == 0 => State::Trailer(true),
                        (b'\n', _) => State::Chunk(size),
                        (b'\r', _) => State::ChunkSize(size, extension),
                        (_, true) => State::ChunkSize(size, true),
                        (b';' | b' ' | b'\t', _) => State::ChunkSize(size, true),
                        _ => match (char::from(*byte).to_digit(16), size >> 56) {
                            (Some(digit), 0) => State::ChunkSize(size << 4 | u64::from(digit), false),
                            _ => return Next::Other,
                        },
                    };
                }
                State::Chunk(left) => {
                    let (piece, after) = rest.split_at(usize::try_from(left).unwrap_or(usize::MAX).min(rest.len()));
                    rest = after;
                    self.body(piece, &mut message);
                    let left = left.saturating_sub(piece.len() as u64);
                    self.state = if left == 0 { State::ChunkEnd } else { State::Chunk(left) };
                }
                State::ChunkEnd => {
                    let Some((byte, left)) = rest.split_first() else { break };
                    rest = left;
                    match byte {
                        b'\r' => {}
                        b'\n' => self.state = State::ChunkSize(0, false),
                        _ => return Next::Other,
                    }
                }
                State::Trailer(empty) => {
                    let Some((byte, left)) = rest.split_first() else { break };
                    rest = left;
                    self.state = match (byte, empty) {
                        (b'\n', true) => State::Head,
                        (b'\n', false) => State::Trailer(true),
                        (b'\r', _) => State::Trailer(empty),
                        _ => State::Trailer(false),
                    };
                }
            }
            if self.passed > MOST_PASSED || self.idle > MOST_IDLE {
                return Next::Other;
            }
        }
        Next::More
    }

    /// Whether a body goes on that no length ends.
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Body(Length::UntilClose)
    }

    pub(super) fn held(&self) -> usize {
        self.head.capacity() + self.body.held()
    }

    fn body(&mut self, piece: &[u8], message: &mut impl FnMut(&[u8], &Facts)) {
        if self.body.is_closed() {
            self.passed = self.passed.saturating_add(piece.len() as u64);
            return;
        }
        let facts = &self.facts;
        let mut any = false;
        let outcome = self.body.push(piece, |text| {
            any = true;
            message(text, facts);
        });
        if any {
            self.idle = 0;
        }
        if outcome != Outcome::Taken {
            self.body.close();
        }
    }

    /// What follows a head, where that is no body.
    fn begin(&mut self, head: Head, asked: Asked, left: usize) -> Option<Next> {
        self.idle += 1;
        self.asks = head.asks;
        if !head.facts.host.is_empty() || head.status != 0 {
            self.facts = head.facts;
        } else {
            let host = std::mem::take(&mut self.facts.host);
            self.facts = Facts { host, ..head.facts };
        }
        self.body = Messages::strict();
        if head.asks == Asked::Tunnel {
            self.state = State::Head;
            return Some(Next::Connect(self.facts.target.clone(), left));
        }
        // The answer alone may have been captured.
        let tunnels = head.established || head.bare && head.status == 200;
        if matches!(head.status, 200..=299) && (asked == Asked::Tunnel || asked == Asked::Unknown && tunnels) {
            self.state = State::Head;
            return Some(Next::Connected(left));
        }
        if head.upgrade && (head.status == 0 || head.status == 101) {
            return Some(Next::WebSocket(left));
        }
        self.state = match head.length {
            _ if head.no_body || head.status != 0 && asked == Asked::Head => State::Head,
            _ if head.chunked => State::ChunkSize(0, false),
            Some(0) => State::Head,
            Some(length) => State::Body(Length::Known(length)),
            None if head.status == 0 => State::Head,
            None => State::Body(Length::UntilClose),
        };
        None
    }

    /// Collects a head and reads it; with the bytes behind it.
    fn head<'a>(&mut self, bytes: &'a [u8]) -> Result<Option<(Head, &'a [u8])>, ()> {
        let had = self.head.len();
        // Blank lines before a head are passed over.
        let bytes = if had == 0 { skip_blank(bytes) } else { bytes };
        let take = bytes.len().min(LONGEST_HEAD.saturating_sub(had));
        self.head.extend_from_slice(bytes.get(..take).unwrap_or_default());
        let Some(end) = end_of_head(&self.head, had) else {
            if self.head.iter().take(had + 64).any(|b| *b < b' ' && !matches!(b, b'\r' | b'\n' | b'\t')) {
                return Err(());
            }
            return if self.head.len() >= LONGEST_HEAD { Err(()) } else { Ok(None) };
        };
        let head = std::mem::take(&mut self.head);
        let found = read(head.get(..end).unwrap_or_default()).ok_or(())?;
        Ok(Some((found, bytes.get(end.saturating_sub(had)..).unwrap_or_default())))
    }
}

fn skip_blank(bytes: &[u8]) -> &[u8] {
    let blank = bytes.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    bytes.get(blank..).unwrap_or_default()
}

/// Where a head ends, which did not end within its first `had` bytes.
fn end_of_head(head: &[u8], had: usize) -> Option<usize> {
    let from = had.saturating_sub(3);
    let tail = head.get(from..)?;
    let wide = memchr::memmem::find(tail, b"\r\n\r\n").map(|at| from + at + 4);
    let narrow = memchr::memmem::find(tail, b"\n\n").map(|at| from + at + 2);
    match (wide, narrow) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn read(bytes: &[u8]) -> Option<Head> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut head = Head {
        facts: Facts::default(),
        asks: Asked::Unknown,
        length: None,
        chunked: false,
        upgrade: false,
        status: 0,
        established: false,
        bare: false,
        no_body: false,
    };
    let fields: &[httparse::Header<'_>] = if bytes.starts_with(b"HTTP/") {
        let mut response = httparse::Response::new(&mut fields);
        response.parse(bytes).ok()?;
        head.status = response.code?;
        head.established = response.reason.is_some_and(|reason| reason.to_ascii_lowercase().contains("established"));
        head.no_body = matches!(head.status, 100..=199 | 204 | 304);
        response.headers
    } else {
        let mut request = httparse::Request::new(&mut fields);
        request.parse(bytes).ok()?;
        head.asks = match request.method? {
            "CONNECT" => Asked::Tunnel,
            "HEAD" => Asked::Head,
            _ => Asked::Plain,
        };
        head.facts.target = clip(request.path?);
        request.headers
    };
    head.bare = fields.is_empty();
    for field in fields {
        let value = String::from_utf8_lossy(field.value);
        let value = value.trim();
        match field.name.to_ascii_lowercase().as_str() {
            "host" => head.facts.host = clip(value),
            "user-agent" | "server" if head.facts.agent.is_empty() => head.facts.agent = clip(value),
            "authorization" => head.facts.user = user(value.as_bytes()).map(|name| clip(&name)).unwrap_or_default(),
            "content-length" => head.length = value.parse().ok(),
            "transfer-encoding" => head.chunked = value.to_ascii_lowercase().contains("chunked"),
            "upgrade" => head.upgrade |= value.eq_ignore_ascii_case("websocket"),
            "x-mining-extensions" | "x-roll-ntime" | "x-mining-hashrate" => head.facts.mining_header = true,
            "x-stratum" => {
                head.facts.mining_header = true;
                head.facts.stratum = clip(value);
            }
            _ => {}
        }
    }
    Some(head)
}

fn clip(text: &str) -> String {
    text.chars().take(512).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: &[u8], piece: usize, asked: Asked) -> (Vec<String>, Next, Facts) {
        let mut found = Vec::new();
        let mut http = Http::default();
        for part in bytes.chunks(piece) {
            let next = http.push(part, asked, |message, _| found.push(String::from_utf8_lossy(message).into_owned()));
            if next != Next::More {
                return (found, next, http.facts);
            }
        }
        (found, Next::More, http.facts)
    }

    #[test]
    fn bodies_are_read_at_any_split() {
        let text = b"POST / HTTP/1.1\r\nHost: pool.example:8332\r\nUser-Agent: cgminer/4.10\r\nAuthorization: Basic dXNlci5yaWc6eA==\r\n\
            X-Mining-Extensions: longpoll\r\nContent-Length: 9\r\n\r\n{\"id\":1}\n\
            POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\n{\"id\r\n4\r\n\":2}\r\n0\r\nA: b\r\n\r\n\
            GET /LP HTTP/1.1\nHost: pool.example\n\n";
        for piece in 1..text.len() {
            let (found, next, facts) = read_all(text, piece, Asked::Unknown);
            assert_eq!(next, Next::More);
            assert_eq!(found, ["{\"id\":1}", "{\"id\":2}"], "{piece}");
            assert_eq!((facts.host.as_str(), facts.target.as_str()), ("pool.example", "/LP"));
        }
        let (_, _, facts) = read_all(&text[..160], 7, Asked::Unknown);
        assert_eq!(facts.user, "user.rig");
    }

    #[test]
    fn answers_are_read() {
        let text = b"HTTP/1.1 204 No Content\r\nContent-Length: 300\r\n\r\nHTTP/1.0 200 OK\r\nX-Stratum: stratum.example:3333\r\n\r\n\n{\"result\":1}\n";
        let (found, next, facts) = read_all(text, 1000, Asked::Plain);
        assert_eq!((found.as_slice(), next), (&["{\"result\":1}".to_owned()][..], Next::More));
        assert_eq!(facts.stratum, "stratum.example:3333");
        let page =
            b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n<html>\n{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n</html>";
        assert!(read_all(page, 9, Asked::Plain).0.is_empty());
    }

    #[test]
    fn tunnels_and_sockets_are_handed_back() {
        for piece in [1, 5, 1000] {
            let request = b"CONNECT pool.example:3333 HTTP/1.1\r\nHost: pool.example:3333\r\n\r\n";
            assert_eq!(read_all(request, piece, Asked::Unknown).1, Next::Connect("pool.example:3333".into(), 0));
            let answer = b"HTTP/1.1 200 Connection established\r\n\r\n";
            assert_eq!(read_all(answer, piece, Asked::Tunnel).1, Next::Connected(0));
            assert_eq!(read_all(answer, piece, Asked::Unknown).1, Next::Connected(0));
            let upgrade = b"GET /proxy HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
            assert_eq!(read_all(upgrade, piece, Asked::Unknown).1, Next::WebSocket(0));
        }
        let rest = b"CONNECT a:1 HTTP/1.0\n\n{\"id\"";
        assert_eq!(read_all(rest, 1000, Asked::Unknown).1, Next::Connect("a:1".into(), 5));
    }

    #[test]
    fn browsing_is_given_up() {
        let page = [&b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"[..], &[b'x'; 90_000]].concat();
        assert_eq!(read_all(&page, 1400, Asked::Unknown).1, Next::Other);
        assert_eq!(read_all(&b"GET / HTTP/1.1\r\n\r\n".repeat(9), 7, Asked::Unknown).1, Next::Other);
        assert_eq!(read_all(b"GET \x00\x01\x02\x03", 100, Asked::Unknown).1, Next::Other);
    }
}
