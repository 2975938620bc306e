//! The two sides of a connection, each through its layers: tunnels, HTTP, WebSocket, lines.

use super::detect::{self, Opening as First};
use super::getwork::split_port;
use super::http::{Asked, Http, Next};
use super::message::{self, Carrier};
use super::messages::{Messages, Outcome};
use super::nodes::Peers;
use super::opening::{Found, Opening};
use super::records::{self, Records};
use super::resync::Resync;
use super::salvage::salvage;
use super::session::{Session, Sign, sign};
use super::shares::boundary_bytes;
use super::skim::{self, Skim};
use super::stratum_v2::{self, Said};
use super::{MiningSession, Side, event, framing, tunnel, web_jobs, websocket};
use std::borrow::Cow;

/// So many messages without a sign of mining may pass.
const MOST_IDLE: u32 = 32;
/// So often a side may change its layer.
const MOST_LAYERS: u32 = 16;
/// A side of which nothing can be read is the whole connection, if the other is silent for so many bytes.
const ONE_SIDED: u64 = 8 << 10;

const V2_HANDSHAKE: Sign = sign("lengths of Stratum V2's handshake", 2.0);
const V2_SETUP: Sign = sign("answer of the length of Stratum V2's setup", 0.5);
const V2_PLAIN: Sign = sign("setup of Stratum V2", 2.0);

/// One connection's conversation, as it goes on.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    live: Option<Box<Live>>,
    /// The server's name, if the reader knows one.
    name: String,
    /// Its beginning was not captured.
    late: bool,
    over: bool,
}

#[derive(Debug, Default)]
struct Live {
    client: Layer,
    server: Layer,
    client_bytes: u64,
    server_bytes: u64,
    opening: Opening,
    /// When the first bytes came, and the last.
    began: Option<i64>,
    heard: i64,
    /// Recognised by its lengths: nothing in it can be read.
    encrypted: bool,
    asked: Asked,
    session: Session,
    idle: u32,
    layers: u32,
    /// The client speaks plain lines behind heads of HTTP.
    plain: bool,
    /// The connection is known to be something else.
    foreign: bool,
    /// A side turned out to be mostly text: something that quotes mining.
    text: bool,
    client_resync: Resync,
    server_resync: Resync,
}

#[derive(Debug)]
enum Layer {
    /// The first bytes.
    Start(Vec<u8>),
    Lines(Messages),
    Http(Box<Http>),
    Framed(Box<(framing::Frames, Messages)>),
    Socks4(Vec<u8>),
    Socks5(Vec<u8>),
    WebSocket(Box<(websocket::Frames, Messages)>),
    PlainV2(stratum_v2::Frames),
    Records(Records),
    /// So many bytes are passed over before the beginning.
    Passed(usize),
    /// A long text.
    Skim(Skim),
    /// Nothing that could be read.
    Unknown,
}

impl Default for Layer {
    fn default() -> Self {
        Self::Start(Vec::new())
    }
}

impl Layer {
    fn held(&self) -> usize {
        match self {
            Self::Start(head) | Self::Socks4(head) | Self::Socks5(head) => head.capacity(),
            Self::Lines(messages) => messages.held(),
            Self::Http(http) => http.held(),
            Self::Framed(layer) => layer.1.held(),
            Self::WebSocket(layer) => layer.0.held() + layer.1.held(),
            Self::PlainV2(frames) => frames.held(),
            Self::Records(_) | Self::Passed(_) | Self::Skim(_) | Self::Unknown => 0,
        }
    }
}

/// What a layer made of the bytes it got.
enum Step {
    Done(Layer),
    /// Another layer takes over, with so many bytes at the end of the given ones.
    Change(Layer, usize),
    /// The same, and these bytes come before.
    Again(Layer, Vec<u8>, usize),
    /// Between text and messages, which may take turns.
    Turn(Layer, usize),
    /// A tunnel stands: all begins anew.
    Tunnel(usize),
}

impl Conversation {
    /// Bytes of one side, in their order; `lost` where bytes of that side are missing before them.
    pub(crate) fn push(&mut self, side: Side, bytes: &[u8], at: i64, lost: bool) {
        if self.over {
            return;
        }
        let late = self.late;
        let live = self.live.get_or_insert_with(|| Box::new(Live::new(late)));
        live.push(side, bytes, at, lost);
        if live.is_over(side) {
            self.over = true;
            if !live.session.is_peers() {
                self.live = None;
            }
        }
    }

    /// The server's name, where something else than this connection told it. Names of pools can tell the algorithm.
    pub(crate) fn server_name(&mut self, name: &str) {
        if self.name.is_empty() {
            self.name = super::session::clip(name);
        }
    }

    /// The capture begins somewhere in the connection.
    pub(crate) fn begins_late(&mut self) {
        self.late = true;
    }

    /// Whether no further bytes can make this a mining session: the reader may stop keeping payload.
    pub(crate) fn hopeless(&self) -> bool {
        self.over
    }

    /// Who mines, once it is known that someone does, and whether that goes through a tunnel.
    pub(crate) fn mines(&self) -> Option<(Side, bool)> {
        self.live.as_ref().and_then(|live| live.session.mines_now())
    }

    /// How often another account has logged in.
    pub(crate) fn turns(&self) -> usize {
        self.live.as_ref().map_or(0, |live| live.session.turns())
    }

    /// About how many bytes of messages are kept that have no end yet.
    pub(crate) fn held(&self) -> usize {
        self.live.as_ref().map_or(0, |live| live.client.held() + live.server.held())
    }

    /// Gives up the messages that have no end yet.
    pub(crate) fn relieve(&mut self) {
        if let Some(live) = &mut self.live {
            let at = live.heard;
            live.lost(Side::Client, at);
            live.lost(Side::Server, at);
        }
    }

    pub(crate) fn finish(self) -> Option<MiningSession> {
        let mut live = self.live?;
        let at = live.heard;
        let end = live.opening.end();
        live.opened(end, at);
        if live.is_text() {
            return None;
        }
        live.session.finish(&self.name)
    }
}

impl Live {
    fn new(late: bool) -> Self {
        let mut live = Self::default();
        if late {
            live.client_resync.begin();
            live.server_resync.begin();
        }
        live
    }

    fn resync(&mut self, side: Side) -> &mut Resync {
        match side {
            Side::Client => &mut self.client_resync,
            Side::Server => &mut self.server_resync,
        }
    }

    /// Looks for a frame of WebSocket, where the bytes may begin within one; the bytes from there on.
    fn resynchronise<'a>(&mut self, side: Side, bytes: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        if !self.resync(side).is_under_way() {
            return None;
        }
        match self.layer(side) {
            Layer::Start(_) | Layer::Unknown => {}
            // What is left of the first frame may be a whole message, with a part of its length before it.
            Layer::Lines(messages) if messages.found() <= 1 => {}
            Layer::Framed(frames) if frames.1.found() <= 1 => {}
            Layer::WebSocket(_) | Layer::Http(_) => {
                self.resync(side).end();
                return None;
            }
            _ => return None,
        }
        let Some((held, left)) = self.resync(side).push(side, bytes) else {
            // So much without a frame: the connection is something else.
            if !self.resync(side).is_under_way() {
                self.resync(side.other()).end();
            }
            return None;
        };
        *self.layer(side) = Layer::WebSocket(Box::default());
        let rest = bytes.get(bytes.len().saturating_sub(left)..).unwrap_or_default();
        Some(if held.is_empty() { Cow::Borrowed(rest) } else { Cow::Owned([&held, rest].concat()) })
    }

    fn layer(&mut self, side: Side) -> &mut Layer {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    fn push(&mut self, side: Side, bytes: &[u8], at: i64, lost: bool) {
        match side {
            Side::Client => self.client_bytes = self.client_bytes.saturating_add(bytes.len() as u64),
            Side::Server => self.server_bytes = self.server_bytes.saturating_add(bytes.len() as u64),
        }
        if lost {
            self.lost(side, at);
        }
        self.began.get_or_insert(at);
        self.heard = at;
        if self.encrypted {
            self.session.seen(at);
        }
        let mut rest = self.resynchronise(side, bytes).unwrap_or(Cow::Borrowed(bytes));
        let mut fresh = true;
        while !rest.is_empty() {
            if fresh && !self.opening.is_over() {
                let found = self.opening.push(side, &rest);
                self.opened(found, at);
            }
            fresh = false;
            let layer = std::mem::replace(self.layer(side), Layer::Unknown);
            match self.step(layer, side, &rest, at) {
                Step::Done(layer) => {
                    *self.layer(side) = layer;
                    return;
                }
                Step::Change(layer, left) => {
                    *self.layer(side) = layer;
                    rest = tail(rest, left);
                }
                Step::Again(layer, before, left) => {
                    *self.layer(side) = layer;
                    rest = Cow::Owned([&before, &*tail(rest, left)].concat());
                }
                Step::Turn(layer, left) => {
                    *self.layer(side) = layer;
                    rest = tail(rest, left);
                    continue;
                }
                Step::Tunnel(left) => {
                    *self.layer(side) = Layer::default();
                    if side == Side::Client || self.opening.is_silent() {
                        self.opening = Opening::default();
                        self.began = None;
                    }
                    fresh = true;
                    rest = tail(rest, left);
                }
            }
            self.layers += 1;
            if self.layers > MOST_LAYERS {
                *self.layer(side) = Layer::Unknown;
                return;
            }
        }
    }

    fn lost(&mut self, side: Side, at: i64) {
        if !self.encrypted {
            self.opening.over();
        }
        // The end of a packet was not captured, or a packet: what stands whole before that was said all the same.
        if let Layer::Lines(messages) = self.layer(side)
            && let Some(message) = salvage(messages.under_way())
        {
            self.message(side, &message, at, Carrier::Lines);
        }
        self.resync(side).begin();
        let layer = self.layer(side);
        match layer {
            Layer::Lines(messages) => messages.lost(),
            Layer::Http(_) => *layer = Layer::Lines(Messages::partial()),
            Layer::Start(_)
            | Layer::Socks4(_)
            | Layer::Socks5(_)
            | Layer::WebSocket(_)
            | Layer::Framed(_)
            | Layer::Records(_)
            | Layer::Passed(_) => {
                *layer = Layer::default();
            }
            Layer::Skim(_) => {}
            Layer::PlainV2(_) | Layer::Unknown => *layer = Layer::Unknown,
        }
    }

    fn opened(&mut self, found: Found, at: i64) {
        match found {
            Found::V2 | Found::V2Setup => {
                self.session.seen(self.began.unwrap_or(at));
                self.session.sign(V2_HANDSHAKE, at);
                if found == Found::V2Setup {
                    self.session.sign(V2_SETUP, at);
                }
                self.encrypted = true;
                self.v2();
            }
            Found::Peers(peers) => self.peers(peers, at),
            Found::Nothing | Found::Other => {}
        }
    }

    fn v2(&mut self) {
        self.session.protocol("stratum_v2", 3);
        self.session.algorithm("sha256d", 1);
        self.session.is_miners = true;
        self.session.mines(Side::Client);
    }

    fn peers(&mut self, peers: Peers, at: i64) {
        if !self.session.is_mining() {
            self.session.peers(peers, at);
        }
    }

    fn step(&mut self, layer: Layer, side: Side, bytes: &[u8], at: i64) -> Step {
        match layer {
            Layer::Start(head) => self.start(head, side, bytes, at),
            Layer::Lines(messages) => self.lines(messages, side, bytes, at),
            Layer::Http(http) => self.http(http, side, bytes, at),
            Layer::Socks4(head) => self.socks(head, false, side, bytes),
            Layer::Socks5(head) => self.socks(head, true, side, bytes),
            Layer::Framed(frames) => self.framed(frames, side, bytes, at),
            Layer::WebSocket(frames) => self.websocket(frames, side, bytes, at),
            Layer::PlainV2(frames) => self.plain_v2(frames, side, bytes, at),
            Layer::Records(records) => self.records(records, bytes),
            Layer::Passed(left) if left > bytes.len() => Step::Done(Layer::Passed(left - bytes.len())),
            Layer::Passed(left) => Step::Change(Layer::default(), bytes.len() - left),
            Layer::Skim(mut skim) => match skim.push(bytes) {
                skim::Outcome::More => Step::Done(Layer::Skim(skim)),
                skim::Outcome::Message(left) => Step::Turn(Layer::Lines(Messages::behind_text()), left),
                skim::Outcome::Other => Step::Done(Layer::Unknown),
            },
            Layer::Unknown => Step::Done(Layer::Unknown),
        }
    }

    fn start(&mut self, mut head: Vec<u8>, side: Side, bytes: &[u8], at: i64) -> Step {
        let had = head.len();
        head.extend_from_slice(bytes.get(..detect::LONGEST_HEAD.saturating_sub(had).min(bytes.len())).unwrap_or_default());
        let framed = matches!(self.layer(side.other()), Layer::Framed(frames) if frames.0.is_prefixed());
        let layer = match detect::opening(side, &head, framed) {
            First::More => return Step::Done(if head.len() < detect::LONGEST_HEAD { Layer::Start(head) } else { Layer::Unknown }),
            First::Lines => Layer::Lines(Messages::partial()),
            First::Http => Layer::Http(Box::default()),
            First::Framed(framing) => Layer::Framed(Box::new((framing::Frames::new(framing), Messages::default()))),
            First::Socks4 => Layer::Socks4(Vec::new()),
            First::Socks5 => Layer::Socks5(Vec::new()),
            First::WebSocket => Layer::WebSocket(Box::default()),
            First::PlainV2 => Layer::PlainV2(stratum_v2::Frames::default()),
            First::Preface(length) => Layer::Passed(length),
            First::Records => Layer::Records(Records::default()),
            First::Peers(peers) => {
                self.peers(peers, at);
                Layer::Unknown
            }
            First::Foreign => {
                self.foreign = true;
                Layer::Unknown
            }
            First::Unknown => Layer::Unknown,
        };
        if had == 0 {
            Step::Change(layer, bytes.len())
        } else {
            head.truncate(had);
            Step::Again(layer, head, bytes.len())
        }
    }

    fn message(&mut self, side: Side, bytes: &[u8], at: i64, carrier: Carrier<'_>) {
        hear(&mut self.session, &mut self.idle, side, bytes, at, carrier);
    }

    fn lines(&mut self, mut messages: Messages, side: Side, bytes: &[u8], at: i64) -> Step {
        match messages.push(bytes, |message| self.message(side, message, at, Carrier::Lines)) {
            Outcome::Taken => Step::Done(Layer::Lines(messages)),
            Outcome::Http(before, left) => Step::Again(Layer::Http(Box::default()), before, left),
            Outcome::Long(left, fresh) => Step::Turn(Layer::Skim(Skim::new(fresh)), left),
            Outcome::Other => {
                self.text |= messages.quotes();
                Step::Done(Layer::Unknown)
            }
        }
    }

    fn records(&mut self, mut records: Records, bytes: &[u8]) -> Step {
        match records.push(bytes) {
            records::Outcome::More => Step::Done(Layer::Records(records)),
            records::Outcome::Other(head, left) => Step::Again(Layer::default(), head, left),
            records::Outcome::Sure => {
                self.foreign = true;
                Step::Done(Layer::Unknown)
            }
        }
    }

    fn http(&mut self, mut http: Box<Http>, side: Side, bytes: &[u8], at: i64) -> Step {
        // Whoever answers in HTTP to what is none does so for show.
        let is_asked = side == Side::Client || !matches!(&self.client, Layer::Lines(messages) if messages.found() > 0);
        if !is_asked && http.is_open() {
            return Step::Change(Layer::Lines(Messages::default()), bytes.len());
        }
        let Self { session, idle, plain, .. } = self;
        let plain = *plain;
        let next = http.push(bytes, self.asked, |message, facts| {
            hear(session, idle, side, message, at, if plain { Carrier::Lines } else { Carrier::Http(facts) });
        });
        if http.asks != Asked::Unknown {
            self.asked = http.asks;
        }
        match next {
            Next::More => Step::Done(Layer::Http(http)),
            Next::Connect(address, left) => {
                let (host, port) = split_port(&address);
                self.session.tunnel(host, port);
                Step::Tunnel(left)
            }
            Next::Connected(left) => {
                self.asked = Asked::Unknown;
                Step::Tunnel(left)
            }
            Next::WebSocket(left) => {
                let (host, port) = split_port(&http.facts.host);
                self.session.pool(host, port, 2);
                if self.session.path.is_empty() {
                    self.session.path.clone_from(&http.facts.target);
                }
                Step::Change(Layer::WebSocket(Box::default()), left)
            }
            Next::Plain(left) => {
                self.plain |= side == Side::Client;
                Step::Change(Layer::Lines(Messages::default()), left)
            }
            Next::Other => Step::Done(Layer::Unknown),
        }
    }

    fn socks(&mut self, mut head: Vec<u8>, five: bool, side: Side, bytes: &[u8]) -> Step {
        let had = head.len();
        head.extend_from_slice(bytes.get(..tunnel::LONGEST.saturating_sub(had).min(bytes.len())).unwrap_or_default());
        match if five { tunnel::socks5(side, &head) } else { tunnel::socks4(side, &head) } {
            tunnel::Step::More if head.len() >= tunnel::LONGEST => Step::Done(Layer::Unknown),
            tunnel::Step::More => Step::Done(if five { Layer::Socks5(head) } else { Layer::Socks4(head) }),
            tunnel::Step::Open(end, host, port) => {
                self.session.tunnel(&host, port);
                Step::Tunnel((had + bytes.len()).saturating_sub(end))
            }
            tunnel::Step::Other => Step::Done(Layer::Unknown),
        }
    }

    fn websocket(&mut self, mut layer: Box<(websocket::Frames, Messages)>, side: Side, bytes: &[u8], at: i64) -> Step {
        let (frames, messages) = &mut *layer;
        let mut readable = true;
        let framed = frames.push(bytes, |frame| {
            if frame.is_empty() {
                self.idle = self.idle.saturating_add(1);
            }
            if frame.first() == Some(&b'"') && web_jobs::read_text(&mut self.session, frame, at) {
                return;
            }
            let outcome = messages.push(event::list_in(frame), |message| self.message(side, message, at, Carrier::WebSocket));
            readable &= outcome == Outcome::Taken;
            messages.end_of_frame();
        });
        if framed.is_err() || !readable { Step::Done(Layer::Unknown) } else { Step::Done(Layer::WebSocket(layer)) }
    }

    fn framed(&mut self, mut layer: Box<(framing::Frames, Messages)>, side: Side, bytes: &[u8], at: i64) -> Step {
        let (frames, messages) = &mut *layer;
        let mut readable = true;
        let framed = frames.push(bytes, |part, ends| {
            readable &= messages.push(part, |message| self.message(side, message, at, Carrier::Lines)) == Outcome::Taken;
            if ends {
                messages.end_of_frame();
            }
        });
        if framed.is_err() || !readable { Step::Done(Layer::Unknown) } else { Step::Done(Layer::Framed(layer)) }
    }

    fn plain_v2(&mut self, mut frames: stratum_v2::Frames, side: Side, bytes: &[u8], at: i64) -> Step {
        match frames.push(bytes, |said| self.said(said, side, at)) {
            Ok(()) => Step::Done(Layer::PlainV2(frames)),
            Err(()) => Step::Done(Layer::Unknown),
        }
    }

    fn said(&mut self, said: Said, side: Side, at: i64) {
        let session = &mut self.session;
        if let Said::Setup { mining, host, port, agent } = &said {
            if *mining {
                session.sign(V2_PLAIN, at);
                session.agent(agent);
                session.pool(host, *port, 4);
                self.v2();
            }
            return;
        }
        // Short frames are easily mistaken: they count behind a setup, or for what is more than a number in them.
        if !session.has(V2_PLAIN.name) {
            self.idle = self.idle.saturating_add(1);
            return;
        }
        session.seen(at);
        match said {
            Said::Open(user) => session.login(&user, 3),
            Said::Target(target) => session.jobs.set(boundary_bytes(&target)),
            Said::Job(job) => session.jobs.add(&job.to_string()),
            Said::PreviousHash(bits) => session.header_bits(bits),
            Said::Submit(job) => session.share(side, None, &job.to_string(), at),
            Said::Accepted(count) => session.tally.accept_many(count, session.jobs.current),
            Said::Rejected => session.tally.answer(false, None),
            Said::Setup { .. } | Said::SetupSuccess | Said::Other => {}
        }
    }

    /// More text than messages, in the end.
    fn is_text(&self) -> bool {
        // What one side says behind lines of text is mining if the other speaks of mining, too.
        let alone = |side: Side| self.session.speaks(side) && !self.session.speaks(side.other());
        let quotes = |side, messages: &Messages| messages.mostly_text() || alone(side) && messages.begins_as_text();
        // A length before it may be that of a database's field.
        let is_quoted = |(side, layer): (Side, &Layer)| match layer {
            Layer::Lines(messages) => quotes(side, messages),
            Layer::Framed(frames) => frames.0.is_prefixed() && alone(side),
            _ => false,
        };
        self.text || [(Side::Client, &self.client), (Side::Server, &self.server)].into_iter().any(is_quoted)
    }

    /// Whether nothing can come of it, after bytes of one side. What the other side is at rest in is the same however the bytes are
    /// split; so the answer is.
    fn is_over(&self, side: Side) -> bool {
        if self.text {
            return true;
        }
        if self.session.is_mining() {
            return false;
        }
        if self.foreign || self.session.is_peers() || self.idle > MOST_IDLE {
            return true;
        }
        let (mine, other, my_bytes, other_bytes) = match side {
            Side::Client => (&self.client, &self.server, self.client_bytes, self.server_bytes),
            Side::Server => (&self.server, &self.client, self.server_bytes, self.client_bytes),
        };
        if !self.opening.is_over()
            || !matches!(mine, Layer::Unknown)
            || self.client_resync.is_under_way()
            || self.server_resync.is_under_way()
        {
            return false;
        }
        match other {
            Layer::Unknown | Layer::Http(_) => true,
            _ => other_bytes == 0 && my_bytes > ONE_SIDED,
        }
    }
}

fn hear(session: &mut Session, idle: &mut u32, side: Side, bytes: &[u8], at: i64, carrier: Carrier<'_>) {
    let given_up = *idle > MOST_IDLE && !session.is_mining();
    if given_up || !message::read(session, bytes, side, at, carrier) {
        *idle = idle.saturating_add(1);
    }
}

fn tail(bytes: Cow<'_, [u8]>, left: usize) -> Cow<'_, [u8]> {
    match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(bytes.len().saturating_sub(left)..).unwrap_or_default()),
        Cow::Owned(bytes) => Cow::Owned(bytes.get(bytes.len().saturating_sub(left)..).unwrap_or_default().to_vec()),
    }
}
