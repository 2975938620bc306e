//! A flow: the packets between two ends, in both directions.

mod history;
mod table;
mod tcp;

pub(crate) use history::History;
pub(crate) use table::{Class, Table};
pub(crate) use tcp::{Flags, Tcp};

use super::dns::Exchange;
use super::file::Place;
use super::ip::{Address, protocol};
use super::stream::Stream;
use std::hash::{Hash, Hasher};

/// Source and destination of a packet or of a session. Protocols without ports have zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) addresses: [Address; 2],
    pub(crate) ports: [u16; 2],
    pub(crate) protocol: u8,
}

impl Ends {
    pub(crate) fn turned(self) -> Self {
        let ([a, b], [c, d]) = (self.addresses, self.ports);
        Self { addresses: [b, a], ports: [d, c], protocol: self.protocol }
    }

    /// The same for both directions, and whether the ends were turned for it.
    pub(crate) fn key(self) -> (Key, bool) {
        let turned = (self.addresses[0], self.ports[0]) > (self.addresses[1], self.ports[1]);
        (Key(if turned { self.turned() } else { self }), turned)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) Ends);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Ends { addresses, ports, protocol } = &self.0;
        for address in addresses {
            state.write_u128(u128::from_ne_bytes(*address));
        }
        state.write_u64(u64::from(ports[0]) << 24 | u64::from(ports[1]) << 8 | u64::from(*protocol));
    }
}

/// Who of the two: the side that opened the flow, as far as that was seen, or the other.
pub(crate) const CLIENT: usize = 0;
pub(crate) const SERVER: usize = 1;

pub(crate) struct Flow {
    pub(crate) key: Key,
    /// Whether the client is the key's second end.
    pub(crate) turned: bool,
    pub(crate) place: Place,
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Per side: packets, bytes of payload, bytes of packets.
    pub(crate) packets: [u64; 2],
    pub(crate) bytes: [u64; 2],
    pub(crate) ip_bytes: [u64; 2],
    pub(crate) mac: [[u8; 6]; 2],
    pub(crate) vlan: [u16; 2],
    pub(crate) tcp: Tcp,
    /// Type and code of the first message.
    pub(crate) icmp: Option<(u8, u8)>,
    /// What is spoken, as Zeek names it; empty where that is not known.
    pub(crate) service: &'static str,
    /// What reads the payload; `None` before there is any, and once nothing more can come of it.
    pub(crate) stream: Option<Box<Stream>>,
    /// Questions of DNS over UDP.
    pub(crate) exchange: Option<Box<Exchange>>,
    /// Nothing more can come of the payload.
    pub(crate) deaf: bool,
}

impl Flow {
    /// Client and server.
    pub(crate) fn ends(&self) -> Ends {
        if self.turned { self.key.0.turned() } else { self.key.0 }
    }

    /// What of the flow is dropped first when there are too many.
    pub(crate) fn class(&self) -> Class {
        let tcp = self.key.0.protocol == protocol::TCP;
        if tcp && self.tcp.is_closed() {
            Class::Closed
        } else if self.packets[SERVER] == 0 && (!tcp || self.bytes[CLIENT] == 0) {
            Class::Unanswered
        } else if tcp {
            Class::Connected
        } else {
            Class::Answered
        }
    }

    /// A number for the flow that two flows hardly share.
    pub(crate) fn id(&self) -> u64 {
        let mut hasher = rustc_hash::FxHasher::default();
        self.key.hash(&mut hasher);
        hasher.write_i64(self.first);
        hasher.write_u64(self.place.offset);
        hasher.finish()
    }
}
