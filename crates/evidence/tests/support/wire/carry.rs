//! Puts messages into lines, HTTP or WebSocket, and all of that into tunnels.

use super::super::packets::Who;
use super::numbers::Numbers;
use super::script::{Carrier, Said, Script};
use super::variant::Variant;
use flate2::{Compress, Compression, FlushCompress};

/// Bytes of one side; with the number of the message that they carry.
pub(crate) struct Flight {
    pub(crate) who: Who,
    pub(crate) bytes: Vec<u8>,
    pub(crate) said: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tunnel {
    None,
    Connect,
    /// Refused at first, for want of a password.
    ConnectTwice,
    Socks4,
    Socks4a,
    Socks5,
    /// With a password, to an address.
    Socks5Address,
    Socks5Address6,
    /// SOCKS 5 within CONNECT.
    Both,
    /// None, but the line with which a balancer tells whom it speaks for.
    Balancer,
    /// None, but lines of text with which a server greets.
    Greeting,
    /// None, but a text of thousands of lines with which a server greets.
    LongGreeting,
    /// None, but the first line of SSH.
    LikeSsh,
    /// None, but what a web server answers to what it does not understand.
    LikeWeb,
    /// None, but a record of TLS from each side.
    LikeTls,
    /// None, but lines of text, brackets and blanks with which a client begins.
    Junk,
    WebSocket,
}

impl Tunnel {
    /// Whether the server is a proxy.
    pub(crate) fn is_by_proxy(self) -> bool {
        matches!(
            self,
            Self::Connect
                | Self::ConnectTwice
                | Self::Socks4
                | Self::Socks4a
                | Self::Socks5
                | Self::Socks5Address
                | Self::Socks5Address6
                | Self::Both
        )
    }

    /// The pool that the tunnel leads to.
    pub(crate) fn pool(self, name: &'static str) -> &'static str {
        match self {
            Self::None
            | Self::WebSocket
            | Self::Balancer
            | Self::Greeting
            | Self::LongGreeting
            | Self::LikeSsh
            | Self::LikeWeb
            | Self::LikeTls
            | Self::Junk => "",
            Self::Socks4 | Self::Socks5Address => "203.0.113.66",
            Self::Socks5Address6 => "2001:db8:66::9",
            _ => name,
        }
    }

    pub(crate) fn open(self, pool: &str, port: u16) -> Vec<Flight> {
        let c = |bytes: Vec<u8>| Flight { who: Who::Client, bytes, said: 0 };
        let s = |bytes: Vec<u8>| Flight { who: Who::Server, bytes, said: 0 };
        let high = (port >> 8) as u8;
        let low = port as u8;
        let ask = |more: &str| format!("CONNECT {pool}:{port} HTTP/1.1\r\nHost: {pool}:{port}\r\n{more}\r\n").into_bytes();
        let established = b"HTTP/1.1 200 Connection established\r\n\r\n".to_vec();
        let socks5 = || {
            vec![
                c(vec![5, 2, 0, 1]),
                s(vec![5, 0]),
                c([&[5, 1, 0, 3, pool.len() as u8][..], pool.as_bytes(), &[high, low]].concat()),
                s(vec![5, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
            ]
        };
        match self {
            Self::None | Self::WebSocket => Vec::new(),
            Self::Balancer => vec![c(format!("PROXY TCP4 10.0.0.5 203.0.113.66 50000 {port}\r\n").into_bytes())],
            Self::Greeting => vec![s(b"Welcome.\r\nAll is watched.\r\n\r\nBe good.\r\nHave fun.\r\nBye.\r\n".to_vec())],
            Self::LongGreeting => vec![s("All that is said here is watched {\r\n".repeat(6_000).into_bytes())],
            Self::LikeSsh => vec![s(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())],
            Self::LikeWeb => vec![s(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nConnection: close\r\n\r\n".to_vec())],
            Self::LikeTls => vec![c([&[22, 3, 1, 0, 200, 1][..], &[0x41; 199]].concat()), s([&[22, 3, 3, 0, 90, 2][..], &[0x42; 89]].concat())],
            Self::Junk => {
                let junk = format!("one\ntwo\r\nthree\n{}\n{}{}\n", "[".repeat(3_000), "\n".repeat(500), " {".repeat(1_000));
                vec![c(junk.into_bytes())]
            }
            Self::Connect => vec![c(ask("Proxy-Connection: keep-alive\r\n")), s(established)],
            Self::ConnectTwice => vec![
                c(ask("")),
                s(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 5\r\n\r\nnope\n".to_vec()),
                c(ask("Proxy-Authorization: Basic eDp5\r\n")),
                s(b"HTTP/1.0 200 OK\r\n\r\n".to_vec()),
            ],
            Self::Socks4 => vec![c([&[4, 1, high, low, 203, 0, 113, 66][..], b"me\0"].concat()), s(vec![0, 0x5a, 0, 0, 0, 0, 0, 0])],
            Self::Socks4a => {
                let name = [&[4, 1, high, low, 0, 0, 0, 7, 0][..], pool.as_bytes(), b"\0"].concat();
                vec![c(name), s(vec![0, 0x5a, high, low, 203, 0, 113, 66])]
            }
            Self::Socks5 => socks5(),
            Self::Socks5Address => vec![
                c(vec![5, 1, 2]),
                s(vec![5, 2]),
                c([&[1, 4][..], b"user", &[4], b"pass"].concat()),
                s(vec![1, 0]),
                c(vec![5, 1, 0, 1, 203, 0, 113, 66, high, low]),
                s([&[5, 0, 0, 3, 9][..], b"gate.test", &[0, 80]].concat()),
            ],
            Self::Socks5Address6 => {
                let address = [0x20, 1, 0x0d, 0xb8, 0, 0x66, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
                vec![
                    c(vec![5, 1, 0]),
                    s(vec![5, 0]),
                    c([&[5, 1, 0, 4][..], &address, &[high, low]].concat()),
                    s([&[5, 0, 0, 4][..], &address, &[high, low]].concat()),
                ]
            }
            Self::Both => {
                let mut all = vec![c(b"CONNECT gate.test:1080 HTTP/1.1\r\nHost: gate.test:1080\r\n\r\n".to_vec()), s(established)];
                all.extend(socks5());
                all
            }
        }
    }
}

/// All that is said, in order.
pub(crate) fn flights(script: &Script, variant: &Variant, numbers: &mut Numbers) -> Vec<Flight> {
    let (style, chunked) = (&variant.style, variant.chunked);
    let mut packers = [Packer::new(variant.packed), Packer::new(variant.packed)];
    let carrier = if variant.tunnel == Tunnel::WebSocket { Carrier::WebSocket("ws.pool.example") } else { script.carrier };
    let mut all = Vec::new();
    if let Carrier::WebSocket(url) = carrier {
        let (host, path) = url.split_once('/').unwrap_or((url, "proxy"));
        let ask = format!(
            "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        all.push(Flight { who: Who::Client, bytes: ask.into_bytes(), said: 0 });
        all.push(Flight { who: Who::Server, bytes: answer.into(), said: 0 });
    }
    for (number, (who, said)) in script.said.iter().enumerate() {
        let bytes = match said {
            Said::Bytes(bytes) => bytes.clone(),
            Said::Json(message) => {
                let text = style.write(message, numbers);
                match carrier {
                    Carrier::Lines | Carrier::Raw => variant.framing.put((text + style.end).into_bytes()),
                    Carrier::Http { target, asks, answers } => http(*who, &text, [target, asks, answers], chunked, numbers),
                    Carrier::WebSocket(_) => match packers[usize::from(*who == Who::Server)].pack(text.as_bytes()) {
                        Some(packed) => frame(*who, 0xc1, &packed, numbers),
                        None => frames(*who, text.as_bytes(), numbers),
                    },
                }
            }
        };
        all.push(Flight { who: *who, bytes, said: number });
    }
    all
}

/// How lines are put.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Lines,
    /// In letters of two bytes, the lower one first or last.
    Wide(bool),
    /// Behind a length of so many bytes, the lowest first or last.
    Prefixed(usize, bool),
}

impl Framing {
    fn put(self, line: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Lines => line,
            Self::Wide(little) => line.into_iter().flat_map(|b| if little { [b, 0] } else { [0, b] }).collect(),
            Self::Prefixed(size, little) => {
                let mut length = (line.len() as u64).to_be_bytes()[8 - size..].to_vec();
                if little {
                    length.reverse();
                }
                [length, line].concat()
            }
        }
    }
}

/// Whether WebSocket's messages are compressed, and lean on those before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packed {
    No,
    Alone,
    Together,
}

struct Packer {
    packed: Packed,
    state: Compress,
}

impl Packer {
    fn new(packed: Packed) -> Self {
        Self { packed, state: Compress::new(Compression::default(), false) }
    }

    fn pack(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        if self.packed == Packed::Alone {
            self.state.reset();
        }
        let mut out = Vec::with_capacity(message.len() + 64);
        (self.packed != Packed::No).then_some(())?;
        self.state.compress_vec(message, &mut out, FlushCompress::Sync).ok()?;
        // The mark of the flush is left off.
        out.truncate(out.len() - 4);
        Some(out)
    }
}

fn http(who: Who, body: &str, [target, asks, answers]: [&str; 3], chunked: bool, numbers: &mut Numbers) -> Vec<u8> {
    let (line, fields) = match who {
        Who::Client => (format!("POST {target} HTTP/1.1"), asks),
        Who::Server => ("HTTP/1.1 200 OK".to_owned(), answers),
    };
    let kind = "Content-Type: application/json\r\n";
    if !chunked {
        return format!("{line}\r\n{fields}{kind}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
    }
    let mut out = format!("{line}\r\n{fields}{kind}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    let mut rest = body.as_bytes();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at((1 + numbers.below(40)).min(rest.len()));
        let extension = if numbers.below(4) == 0 { ";a=b" } else { "" };
        out.extend_from_slice(format!("{:x}{extension}\r\n", piece.len()).as_bytes());
        out.extend_from_slice(piece);
        out.extend_from_slice(b"\r\n");
        rest = after;
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}

/// One message in one frame or in several, now and then with a ping in between.
fn frames(who: Who, message: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let cut = if numbers.below(3) == 0 { numbers.below(message.len()) } else { 0 };
    if cut == 0 {
        return frame(who, 0x81, message, numbers);
    }
    let (first, last) = message.split_at(cut);
    let mut out = frame(who, 0x01, first, numbers);
    if numbers.below(2) == 0 {
        out.extend(frame(who, 0x89, b"", numbers));
    }
    out.extend(frame(who, 0x80, last, numbers));
    out
}

pub(crate) fn frame(who: Who, first: u8, payload: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let masked = if who == Who::Client { 0x80 } else { 0 };
    let mut out = vec![first];
    match payload.len() {
        short @ 0..=125 => out.push(masked | short as u8),
        long => {
            out.push(masked | 126);
            out.extend_from_slice(&(long as u16).to_be_bytes());
        }
    }
    let mask = if masked == 0 { vec![0; 4] } else { numbers.bytes(4) };
    if masked != 0 {
        out.extend_from_slice(&mask);
    }
    out.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    out
}
