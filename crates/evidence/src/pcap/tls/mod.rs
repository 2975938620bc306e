//! Handshakes of TLS, as far as they are not encrypted.

mod certificate;
mod fingerprint;
mod hello;

use super::bytes::be16;
use super::rows::{Kept, Seen, TlsRow};
use hello::{ClientHello, ServerHello};

/// Bytes of one side that are kept until a message is whole. A chain of certificates is longer, but begins with the one that is wanted.
const KEPT: usize = 96 << 10;

const HANDSHAKE: u8 = 22;

/// Whether a connection begins with a handshake; `None` while there is too little to tell.
pub(crate) fn begins(bytes: &[u8]) -> Option<bool> {
    // A record of type 22 and version 3.x, and in it a client's or a server's hello.
    let fits = |at: usize, right: fn(u8) -> bool| bytes.get(at).is_none_or(|byte| right(*byte));
    if !(fits(0, |b| b == HANDSHAKE) && fits(1, |b| b == 3) && fits(2, |b| b <= 4) && fits(5, |b| b == 1 || b == 2)) {
        return Some(false);
    }
    (bytes.len() > 5).then_some(true)
}

pub(crate) struct Tls {
    sides: [Side; 2],
    /// Of the first hello.
    seen: Option<Seen>,
    client: Option<ClientHello>,
    server: Option<ServerHello>,
    certificate: Option<super::rows::Certificate>,
    told: bool,
    /// Whether anything but the handshake's existence is asked for.
    wanted: bool,
}

/// What one side said.
#[derive(Default)]
struct Side {
    /// Records that are not yet whole.
    records: Vec<u8>,
    /// The messages of the handshake, which records cut as they like.
    messages: Vec<u8>,
    /// No record of the handshake follows.
    closed: bool,
    /// Nothing more is to come that can be read.
    done: bool,
}

impl Tls {
    pub(crate) fn new(wanted: bool) -> Self {
        Self { sides: Default::default(), seen: None, client: None, server: None, certificate: None, told: false, wanted }
    }

    pub(crate) fn held(&self) -> usize {
        self.sides.iter().map(|side| side.records.len() + side.messages.len()).sum()
    }

    /// Whether a client's hello was understood: nothing but TLS is spoken.
    pub(crate) fn is_sure(&self) -> bool {
        self.client.is_some() || self.server.is_some()
    }

    /// Takes bytes of one side; whether more are wanted.
    pub(crate) fn push(&mut self, side: usize, bytes: &[u8], lost: bool, seen: Seen, rows: &mut Kept<TlsRow>) -> bool {
        let Some(state) = self.sides.get_mut(side).filter(|state| !state.done) else { return !self.told };
        if lost {
            state.done = true;
        } else {
            state.records.extend_from_slice(bytes);
            state.unpack();
            self.read(side, seen);
        }
        if let Some(state) = self.sides.get_mut(side)
            && (state.done || state.closed || state.records.len() + state.messages.len() > KEPT)
        {
            *state = Side { done: true, ..Side::default() };
        }
        if self.sides[super::flow::SERVER].done || self.sides.iter().all(|side| side.done) {
            self.finish(rows);
        }
        !self.told
    }

    /// Reads the messages of a side that are whole.
    fn read(&mut self, side: usize, seen: Seen) {
        let Some(state) = self.sides.get_mut(side) else { return };
        let mut at = 0;
        while let Some([kind, high, middle, low]) = state.messages.get(at..at + 4) {
            let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
            let rest = state.messages.get(at + 4..).unwrap_or_default();
            // Of the certificates only the first is needed.
            let needed = if *kind == 11 { certificate::first_ends(rest).unwrap_or(usize::MAX).min(length) } else { length };
            let Some(body) = rest.get(..needed) else { break };
            match kind {
                1 => {
                    self.client = self.client.take().or_else(|| ClientHello::parse(body, self.wanted));
                    state.done = true;
                }
                2 => self.server = self.server.take().or_else(|| ServerHello::parse(body)),
                11 if self.wanted => self.certificate = self.certificate.take().or_else(|| certificate::first(body)),
                _ => {}
            }
            if matches!(kind, 1 | 2) && self.seen.is_none() && (self.client.is_some() || self.server.is_some()) {
                self.seen = Some(seen);
            }
            // From here on a server of TLS 1.3 is encrypted; of another all that is wanted was said with its certificate.
            let encrypted = *kind == 2 && self.server.as_ref().is_some_and(|server| server.version == 0x0304);
            if encrypted || matches!(kind, 11 | 14) || needed < length {
                state.done = true;
            }
            if state.done {
                return;
            }
            at += 4 + length;
        }
        state.messages.drain(..at.min(state.messages.len()));
    }

    /// Tells of the handshake, once.
    pub(crate) fn finish(&mut self, rows: &mut Kept<TlsRow>) {
        let Some(seen) = self.seen.filter(|_| !self.told) else {
            self.told = true;
            return;
        };
        self.told = true;
        let (client, server) = (self.client.take().unwrap_or_default(), self.server.take().unwrap_or_default());
        let certificate = self.certificate.take();
        rows.push(|| TlsRow {
            seen,
            server_name: client.server_name,
            // What was agreed on, where that is said in the clear.
            alpn: server.alpn.or(client.alpn).unwrap_or_default(),
            version: hello::version_name(server.version),
            ja3: client.ja3,
            ja4: client.ja4,
            certificate,
        });
    }
}

impl Side {
    /// Takes whole records apart.
    fn unpack(&mut self) {
        let mut at = 0;
        while let (Some(kind), Some(length)) = (self.records.get(at), be16(&self.records, at + 3)) {
            let length = usize::from(length);
            if *kind != HANDSHAKE || length > (16 << 10) + 2_048 {
                // Alerts and the change to encryption end what can be read.
                self.closed = true;
                return;
            }
            let Some(body) = self.records.get(at + 5..at + 5 + length) else { break };
            self.messages.extend_from_slice(body);
            at += 5 + length;
        }
        self.records.drain(..at.min(self.records.len()));
    }
}

#[cfg(test)]
mod tests;
