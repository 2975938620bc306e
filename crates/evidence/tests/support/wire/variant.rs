//! The variants in which each conversation is written.

use super::carry::{Framing, Packed, Tunnel};
use super::file::{Frame, Kind};
use super::script::Carrier;
use super::segments::{Arrival, Part};
use super::text::{Escape, Order, Space, Style};

#[derive(Clone, Copy)]
pub(crate) struct Variant {
    pub(crate) name: &'static str,
    pub(crate) style: Style,
    pub(crate) tunnel: Tunnel,
    pub(crate) chunked: bool,
    pub(crate) packed: Packed,
    pub(crate) framing: Framing,
    pub(crate) segment: usize,
    /// Messages of a side in a row are sent at once.
    pub(crate) joined: bool,
    pub(crate) arrival: Arrival,
    pub(crate) part: Part,
    pub(crate) six: bool,
    /// The pool's name is looked up before.
    pub(crate) lookup: bool,
    pub(crate) others: bool,
    pub(crate) tls: bool,
    pub(crate) frame: Frame,
    pub(crate) kind: Kind,
    /// Bytes of a packet that are kept.
    pub(crate) snap: usize,
    only: Only,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Only {
    All,
    /// What is written in JSON.
    Text,
    Lines,
    Http,
    WebSocket,
}

impl Variant {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            style: Style::PLAIN,
            tunnel: Tunnel::None,
            chunked: false,
            packed: Packed::No,
            framing: Framing::Lines,
            segment: 1_400,
            joined: false,
            arrival: Arrival::InOrder,
            part: Part::Whole,
            six: false,
            lookup: true,
            others: false,
            tls: false,
            frame: Frame::Ethernet,
            kind: Kind::Pcap,
            snap: 262_144,
            only: Only::All,
        }
    }

    /// Whether the ends of packets are missing.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.snap < self.segment + 100
    }

    /// Whether what is carried so can be written so.
    pub(crate) fn suits(&self, carrier: Carrier) -> bool {
        match self.only {
            Only::All => true,
            Only::Text => carrier != Carrier::Raw,
            Only::Lines => carrier == Carrier::Lines,
            Only::WebSocket => matches!(carrier, Carrier::WebSocket(_)),
            Only::Http => matches!(carrier, Carrier::Http { .. }),
        }
    }
}

fn styled(name: &'static str, style: Style) -> Variant {
    Variant { style, only: Only::Text, ..Variant::new(name) }
}

fn put(name: &'static str, framing: Framing) -> Variant {
    Variant { framing, only: Only::Lines, ..Variant::new(name) }
}

fn framed(name: &'static str, frame: Frame) -> Variant {
    Variant { frame, ..Variant::new(name) }
}

fn tunnelled(name: &'static str, tunnel: Tunnel) -> Variant {
    Variant { tunnel, ..Variant::new(name) }
}

fn filed(name: &'static str, kind: Kind) -> Variant {
    Variant { kind, ..Variant::new(name) }
}

pub(crate) fn all() -> Vec<Variant> {
    let mut all = texts();
    all.extend(segments());
    all.extend(parts());
    all.extend(places());
    all
}

fn texts() -> Vec<Variant> {
    let plain = Style::PLAIN;
    let wild = Style { order: Order::Shuffled, space: Space::Wild, escape: Escape::Some, ..plain };
    vec![
        Variant::new("plain"),
        styled("wide", Style { space: Space::Wide, ..plain }),
        styled("wild-spacing", Style { space: Space::Wild, ..plain }),
        styled("over-lines", Style { space: Space::Lines, ..plain }),
        styled("reversed", Style { order: Order::Reversed, ..plain }),
        styled("shuffled", Style { order: Order::Shuffled, ..plain }),
        styled("shuffled-wide-crlf", Style { order: Order::Shuffled, space: Space::Wide, end: "\r\n", ..plain }),
        styled("some-escapes", Style { escape: Escape::Some, ..plain }),
        styled("all-escaped", Style { escape: Escape::All, order: Order::Reversed, ..plain }),
        styled("slashes-escaped", Style { escape: Escape::Slash, ..plain }),
        styled("crlf", Style { end: "\r\n", ..plain }),
        styled("blank-lines", Style { end: "\r\n\r\n", ..plain }),
        styled("without-line-ends", Style { end: "", ..plain }),
        styled("zero-behind", Style { end: "\0", ..plain }),
        put("utf-16", Framing::Wide(true)),
        put("utf-16-big-endian", Framing::Wide(false)),
        Variant { segment: 1, ..put("utf-16-by-byte", Framing::Wide(true)) },
        put("behind-four-bytes", Framing::Prefixed(4, false)),
        put("behind-four-bytes-little-endian", Framing::Prefixed(4, true)),
        put("behind-two-bytes", Framing::Prefixed(2, false)),
        Variant { segment: 1, ..put("behind-two-bytes-little-endian-by-byte", Framing::Prefixed(2, true)) },
        Variant { tunnel: Tunnel::Socks5, segment: 1, ..put("behind-four-bytes-in-socks5-by-byte", Framing::Prefixed(4, false)) },
        styled("more-members", Style { more: true, ..plain }),
        styled("text-ids", Style { text_ids: true, ..plain }),
        styled("wild", Style { more: true, text_ids: true, end: "\r\n", ..wild }),
        Variant { segment: 1, arrival: Arrival::Twice, ..styled("wild-by-byte-twice", wild) },
        Variant { segment: 33, arrival: Arrival::Disordered, tunnel: Tunnel::Socks5, ..styled("wild-socks-disordered", wild) },
    ]
}

fn segments() -> Vec<Variant> {
    let new = Variant::new;
    vec![
        Variant { segment: 1, ..new("by-byte") },
        Variant { segment: 7, ..new("by-seven") },
        Variant { joined: true, segment: 1_460, ..new("joined") },
        Variant { joined: true, segment: 50, ..new("joined-by-fifty") },
        Variant { arrival: Arrival::Twice, ..new("twice") },
        Variant { segment: 20, arrival: Arrival::Overlapping, ..new("overlapping") },
        Variant { segment: 16, arrival: Arrival::Disordered, ..new("disordered") },
        Variant { segment: 64, arrival: Arrival::Disordered, frame: Frame::Fragments, ..new("disordered-fragments") },
        Variant { arrival: Arrival::WithoutAcknowledgements, ..new("without-acknowledgements") },
        Variant { arrival: Arrival::KeptAlive, ..new("kept-alive") },
        Variant { arrival: Arrival::OneLost, ..new("one-lost") },
    ]
}

fn parts() -> Vec<Variant> {
    let part = |name, part| Variant { part, ..Variant::new(name) };
    vec![
        part("without-handshake", Part::WithoutHandshake),
        part("late", Part::Late),
        part("late-within", Part::LateWithin),
        Variant { segment: 1, ..part("late-within-by-byte", Part::LateWithin) },
        Variant { only: Only::Lines, tunnel: Tunnel::WebSocket, ..part("websocket-late-within", Part::LateWithin) },
        Variant { only: Only::Lines, tunnel: Tunnel::WebSocket, segment: 3, ..part("websocket-late-within-by-three", Part::LateWithin) },
        Variant { only: Only::Http, chunked: true, ..part("chunked-late-within", Part::LateWithin) },
        Variant { only: Only::Http, chunked: true, segment: 3, ..part("chunked-late-within-by-three", Part::LateWithin) },
        part("client-side", Part::ClientSide),
        part("server-side", Part::ServerSide),
        Variant { lookup: false, ..Variant::new("without-lookup") },
    ]
}

fn places() -> Vec<Variant> {
    let new = Variant::new;
    vec![
        Variant { six: true, ..new("ipv6") },
        Variant { six: true, frame: Frame::TwoVlans, segment: 9, ..new("ipv6-two-vlans") },
        framed("vlan", Frame::Vlan),
        framed("mpls", Frame::Mpls),
        framed("gre", Frame::Gre),
        framed("vxlan", Frame::Vxlan),
        framed("ip-in-ip", Frame::IpInIp),
        framed("fragments", Frame::Fragments),
        framed("linux-cooked", Frame::LinuxCooked),
        framed("raw-ip", Frame::RawIp),
        framed("loopback", Frame::Loopback),
        Variant { snap: 500, ..new("cut-off") },
        Variant { others: true, ..new("among-others") },
        filed("pcap-big-endian", Kind::PcapBig),
        filed("pcapng", Kind::Pcapng),
        filed("pcapng-big-endian", Kind::PcapngBig),
        filed("pcap-gz", Kind::Gzip),
        filed("pcapng-zst", Kind::Zstd),
        tunnelled("connect", Tunnel::Connect),
        tunnelled("connect-twice", Tunnel::ConnectTwice),
        Variant { only: Only::Lines, ..tunnelled("balancer", Tunnel::Balancer) },
        Variant { only: Only::Lines, ..tunnelled("greeting", Tunnel::Greeting) },
        Variant { only: Only::Lines, ..tunnelled("long-greeting", Tunnel::LongGreeting) },
        Variant { only: Only::Lines, segment: 1_000, ..tunnelled("long-greeting-by-thousand", Tunnel::LongGreeting) },
        Variant { only: Only::Lines, ..tunnelled("like-ssh", Tunnel::LikeSsh) },
        Variant { only: Only::Lines, segment: 5, ..tunnelled("like-ssh-by-five", Tunnel::LikeSsh) },
        Variant { only: Only::Lines, ..tunnelled("like-web", Tunnel::LikeWeb) },
        Variant { only: Only::Lines, ..tunnelled("like-tls", Tunnel::LikeTls) },
        Variant { only: Only::Lines, segment: 3, ..tunnelled("like-tls-by-three", Tunnel::LikeTls) },
        Variant { only: Only::Lines, ..tunnelled("junk-before", Tunnel::Junk) },
        Variant { only: Only::Lines, segment: 17, ..tunnelled("junk-before-by-seventeen", Tunnel::Junk) },
        tunnelled("socks4", Tunnel::Socks4),
        tunnelled("socks4a", Tunnel::Socks4a),
        tunnelled("socks5", Tunnel::Socks5),
        tunnelled("socks5-address", Tunnel::Socks5Address),
        tunnelled("socks5-address6", Tunnel::Socks5Address6),
        tunnelled("socks5-in-connect", Tunnel::Both),
        Variant { segment: 1, ..tunnelled("connect-by-byte", Tunnel::Connect) },
        Variant { segment: 1, arrival: Arrival::Twice, six: true, ..tunnelled("socks5-by-byte", Tunnel::Socks5) },
        Variant { only: Only::Lines, ..tunnelled("websocket", Tunnel::WebSocket) },
        Variant { only: Only::Lines, segment: 3, ..tunnelled("websocket-by-three", Tunnel::WebSocket) },
        Variant { only: Only::Lines, packed: Packed::Alone, ..tunnelled("websocket-packed", Tunnel::WebSocket) },
        Variant { only: Only::WebSocket, packed: Packed::Alone, ..new("packed") },
        Variant { only: Only::WebSocket, packed: Packed::Together, ..new("packed-together") },
        Variant { only: Only::Http, chunked: true, ..new("chunked") },
        Variant { only: Only::Http, chunked: true, segment: 1, tunnel: Tunnel::Connect, ..new("chunked-connect-by-byte") },
        Variant { tls: true, ..new("tls") },
        Variant { tls: true, tunnel: Tunnel::Connect, segment: 5, ..new("tls-connect") },
    ]
}
