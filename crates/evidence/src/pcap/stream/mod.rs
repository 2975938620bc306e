//! What is said in a TCP connection: put in order, and read by those who understand it.

mod assembly;
mod export;
mod talk;

use assembly::Assembly;
use export::Export;
use talk::Talk;

use super::bytes::be16;
use super::dns::{Exchange, Message};
use super::flow::{CLIENT, SERVER};
use super::http::{self, Http};
use super::names::Names;
use super::rows::{Rows, Seen};
use super::served::Served;
use super::tls::{self, Tls};
use crate::netflow::{self, Collector};

/// What a stream is given besides its bytes.
pub(crate) struct Env<'a> {
    /// Of the flow, and of the packet that is read.
    pub(crate) seen: Seen,
    pub(crate) rows: &'a mut Rows,
    pub(crate) names: &'a mut Names,
    pub(crate) served: &'a mut Served,
    pub(crate) collector: &'a mut Collector,
    /// See [`super::flow::Flow::service`].
    pub(crate) service: &'a mut &'static str,
}

pub(crate) struct Stream {
    /// Since it was last looked at whether anything is heard of it.
    pub(crate) heard: bool,
    /// What each side had sent before.
    before: [u64; 2],
    assemblies: [Assembly; 2],
    listeners: Listeners,
}

/// A segment's bytes.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'a> {
    pub(crate) start: u32,
    pub(crate) bytes: &'a [u8],
    /// Bytes at its end that were not captured.
    pub(crate) cut: u32,
}

impl Stream {
    /// `late`: the beginning of the connection was not captured.
    pub(crate) fn new(seen: Seen, before: [u64; 2], late: bool, names: &Names) -> Self {
        let dns = seen.ends.ports.contains(&53);
        let app = if dns { App::Dns(Box::default()) } else { App::Unknown(Box::default()) };
        let listeners = Listeners { app, talk: Some(Talk::new(names.of(&seen.ends.addresses[1]), late || before != [0; 2])) };
        Self { heard: false, before, assemblies: Default::default(), listeners }
    }

    /// Bytes that wait for others before them.
    pub(crate) fn waiting(&self) -> usize {
        self.assemblies.iter().map(Assembly::held).sum()
    }

    /// Bytes that were read and wait for others behind them.
    pub(crate) fn held(&self) -> usize {
        self.listeners.app.held()
    }

    /// Bytes of messages that may be of mining and have no end yet.
    pub(crate) fn talk(&self) -> usize {
        self.listeners.talk.as_ref().map_or(0, Talk::held)
    }

    /// Gives those up.
    pub(crate) fn relieve(&mut self) {
        if let Some(talk) = &mut self.listeners.talk {
            talk.relieve();
        }
    }

    /// Nobody wants to hear more.
    pub(crate) fn is_deaf(&self) -> bool {
        matches!(self.listeners.app, App::Nothing) && self.listeners.talk.is_none()
    }

    /// The first number of a side's bytes, by its SYN.
    pub(crate) fn begin(&mut self, side: usize, first: u32) {
        if let Some(assembly) = self.assemblies.get_mut(side) {
            assembly.begin(first);
        }
    }

    /// A side sends the byte of that number out of band.
    pub(crate) fn urgent(&mut self, side: usize, number: u32) {
        if let Some(assembly) = self.assemblies.get_mut(side) {
            assembly.urgent(number);
        }
    }

    /// Takes a segment. `full`: nothing more may wait.
    pub(crate) fn segment(&mut self, side: usize, segment: Segment<'_>, full: bool, env: &mut Env<'_>) {
        self.heard = true;
        let Self { assemblies, listeners, .. } = self;
        if let Some(assembly) = assemblies.get_mut(side) {
            let Segment { start, bytes, cut } = segment;
            assembly.segment(start, bytes, cut, env.seen.time, full, |bytes, lost| listeners.push(side, bytes, lost, env));
        }
    }

    /// The other side of `side` has what was sent before that number, and says something itself or not.
    pub(crate) fn acknowledge(&mut self, side: usize, have: u32, speaks: bool, env: &mut Env<'_>) {
        let Self { assemblies, listeners, .. } = self;
        if let Some(assembly) = assemblies.get_mut(side) {
            assembly.acknowledge(have, speaks, |bytes, lost| listeners.push(side, bytes, lost, env));
        }
    }

    /// Gives up what was read and is not whole.
    pub(crate) fn give_up(&mut self, env: &mut Env<'_>) {
        self.listeners.end(env);
        self.listeners.app = App::Nothing;
    }

    /// The connection has ended. `bytes`: what each side sent.
    pub(crate) fn finish(mut self, bytes: [u64; 2], env: &mut Env<'_>) {
        let Self { assemblies, listeners, before, .. } = &mut self;
        for side in [CLIENT, SERVER] {
            if let Some(assembly) = assemblies.get_mut(side) {
                assembly.finish(|bytes, lost| listeners.push(side, bytes, lost, env));
            }
        }
        listeners.end(env);
        if let Some(talk) = listeners.talk.take() {
            talk.finish([bytes[0].saturating_sub(before[0]), bytes[1].saturating_sub(before[1])], env);
        }
    }
}

struct Listeners {
    app: App,
    /// What may be mining.
    talk: Option<Talk>,
}

enum App {
    Unknown(Box<Unknown>),
    Dns(Box<DnsStream>),
    Tls(Box<Tls>),
    Http(Box<Http>),
    Export(Box<Export>),
    /// Nothing that is understood, or nothing more.
    Nothing,
}

impl App {
    fn held(&self) -> usize {
        match self {
            Self::Dns(dns) => dns.held(),
            Self::Tls(tls) => tls.held(),
            Self::Http(http) => http.held(),
            Self::Export(export) => export.held(),
            Self::Unknown(_) | Self::Nothing => 0,
        }
    }
}

/// The first bytes of each side, until they tell what is spoken.
#[derive(Default)]
struct Unknown {
    heads: [Vec<u8>; 2],
    /// When the first of them were seen.
    seen: [Option<Seen>; 2],
    tries: u8,
}

/// Pieces that are looked at before nothing is expected any more: a capture may begin in the middle of something.
const TRIES: u8 = 12;
/// Bytes that tell what is spoken.
const HEAD: usize = 16;

impl Listeners {
    fn push(&mut self, side: usize, bytes: &[u8], lost: u32, env: &mut Env<'_>) {
        if let Some(talk) = &mut self.talk
            && !talk.push(side, bytes, lost > 0, env)
        {
            self.talk = None;
        }
        self.read(side, bytes, lost, env);
    }

    fn read(&mut self, side: usize, bytes: &[u8], lost: u32, env: &mut Env<'_>) {
        match &mut self.app {
            App::Nothing => {}
            App::Unknown(unknown) => {
                let Some(seen) = unknown.seen.get_mut(side).map(|seen| *seen.get_or_insert(env.seen)) else { return };
                let Some(head) = unknown.heads.get_mut(side) else { return };
                if lost > 0 {
                    head.clear();
                }
                let first = if head.is_empty() {
                    bytes
                } else {
                    head.extend_from_slice(bytes);
                    head.as_slice()
                };
                let app = match (tls::begins(first), http::begins(first), netflow::begins_ipfix(first, env.seen.time)) {
                    (Some(true), ..) => App::Tls(Box::new(Tls::new(env.rows.tls.wanted))),
                    (_, Some(true), _) => App::Http(Box::default()),
                    (.., Some(true)) => App::Export(Box::new(Export::new(side))),
                    (None, ..) | (_, None, _) | (.., None) if first.len() < HEAD => {
                        if head.is_empty() {
                            head.extend_from_slice(bytes);
                        }
                        return;
                    }
                    _ => {
                        if first.starts_with(b"SSH-") {
                            *env.service = "ssh";
                        }
                        head.clear();
                        unknown.seen = [None; 2];
                        unknown.tries += 1;
                        if unknown.tries > TRIES || !env.service.is_empty() {
                            self.app = App::Nothing;
                        }
                        return;
                    }
                };
                let App::Unknown(mut unknown) = std::mem::replace(&mut self.app, app) else { return };
                let head = std::mem::take(&mut unknown.heads[side]);
                let first = if head.is_empty() { bytes } else { head.as_slice() };
                let now = std::mem::replace(&mut env.seen, seen);
                self.read(side, first, lost, env);
                env.seen = now;
            }
            App::Dns(dns) => {
                if !dns.push(side, bytes, lost, env) {
                    self.end(env);
                    self.app = App::Nothing;
                }
            }
            App::Export(export) => {
                if !export.push(side, bytes, lost > 0, env) {
                    self.app = App::Nothing;
                }
            }
            App::Tls(tls) => {
                let more = tls.push(side, bytes, lost > 0, env.seen, &mut env.rows.tls);
                if tls.is_sure() {
                    *env.service = "ssl";
                }
                if !more {
                    self.app = App::Nothing;
                }
            }
            App::Http(http) => {
                let next = http.push(side, bytes, lost, env.seen, &mut env.rows.web);
                if http.is_sure() {
                    *env.service = "http";
                }
                if next != http::Next::More {
                    http.finish(&mut env.rows.web);
                    self.app = if next == http::Next::Tunnel { App::Unknown(Box::default()) } else { App::Nothing };
                }
            }
        }
    }

    fn end(&mut self, env: &mut Env<'_>) {
        match &mut self.app {
            App::Dns(dns) => dns.exchange.finish(&mut env.rows.dns),
            App::Tls(tls) => tls.finish(&mut env.rows.tls),
            App::Http(http) => http.finish(&mut env.rows.web),
            App::Unknown(_) | App::Export(_) | App::Nothing => {}
        }
    }
}

/// DNS over TCP: messages behind their length.
#[derive(Default)]
struct DnsStream {
    sides: [Vec<u8>; 2],
    exchange: Exchange,
}

impl DnsStream {
    fn held(&self) -> usize {
        self.exchange.held() + self.sides.iter().map(Vec::len).sum::<usize>()
    }

    /// Whether more is wanted.
    fn push(&mut self, side: usize, bytes: &[u8], lost: u32, env: &mut Env<'_>) -> bool {
        let Some(kept) = self.sides.get_mut(side) else { return false };
        if lost > 0 {
            return false;
        }
        kept.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(length) = be16(kept, at) {
            let Some(body) = kept.get(at + 2..at + 2 + usize::from(length)) else { break };
            let Some(message) = Message::parse(body, true) else { return false };
            *env.service = "dns";
            if message.is_answer() {
                env.names.learn(&message);
            }
            self.exchange.message(message, side == CLIENT, env.seen, &mut env.rows.dns);
            at += 2 + usize::from(length);
        }
        kept.drain(..at);
        true
    }
}
