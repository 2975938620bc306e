//! Who serves miners: pools and proxies among the hosts of a capture. One connection tells who mines and where; that the host at its
//! other end mines elsewhere for others, or is a pool itself, only the connections together tell.

use super::file::Place;
use super::flow::Ends;
use super::ip::{self, Address};
use super::rows::{Seen, StratumRow};
use crate::direction::is_local_address;
use crate::mining::{MiningSession, Role};
use std::collections::{BTreeMap, BTreeSet};

/// Hosts that are remembered, and miners of each that are counted.
const MOST: usize = 65_536;
const MINERS: usize = 1_024;
/// Miners' rows that wait for the end of the capture, which tells whether their hosts serve others.
const WAITING: usize = 8_192;

#[derive(Default)]
pub(crate) struct Served {
    all: BTreeMap<Address, Host>,
    waiting: Vec<StratumRow>,
}

/// A host that serves or mines.
#[derive(Default)]
struct Host {
    /// It is a proxy of any kind: what it carries is between others.
    relays: bool,
    /// It mines, or asks for work, as a client.
    asks: bool,
    miners: BTreeSet<Address>,
    /// The first session with it, and what is known of all.
    first: Option<Box<(Ends, Place, MiningSession)>>,
}

impl Served {
    /// A conversation has turned out to be mining. The server may be known as such before the connection ends.
    pub(crate) fn mines(&mut self, miner: Address, pool: Address, tunnelled: bool) {
        if let Some(server) = self.host(pool) {
            server.relays |= tunnelled;
            if server.miners.len() < MINERS {
                server.miners.insert(miner);
            }
        }
        if let Some(client) = self.host(miner) {
            client.asks = true;
        }
    }

    /// Whether a host serves others.
    fn serves(&self, host: Address) -> bool {
        self.all.get(&host).is_some_and(|server| server.miners.iter().any(|miner| *miner != host))
    }

    /// A session is over, its source the side that mines: what that side is besides is told, or waits for the rest of the capture.
    pub(crate) fn over(&mut self, mut row: StratumRow) -> Option<StratumRow> {
        if row.session.role != Role::Miner {
            return Some(row);
        }
        if self.serves(row.seen.ends.addresses[0]) {
            row.session.role = Role::Proxy;
        } else if self.waiting.len() < WAITING {
            self.waiting.push(row);
            return None;
        }
        Some(row)
    }

    /// The rows that waited.
    pub(crate) fn waited(&mut self) -> Vec<StratumRow> {
        let mut rows = std::mem::take(&mut self.waiting);
        for row in &mut rows {
            if self.serves(row.seen.ends.addresses[0]) {
                row.session.role = Role::Proxy;
            }
        }
        rows
    }

    /// Keeps what a session tells of its server.
    pub(crate) fn keep(&mut self, session: &MiningSession, ends: Ends, place: Place) {
        if session.role == Role::Node || session.tunnelled || ends.addresses[0] == ends.addresses[1] {
            return;
        }
        // Whom a pool of others serves is told by the miners' rows: hosts are blamed for what they are, and that one is not ours.
        let Some(server) = self.all.get_mut(&ends.addresses[1]).filter(|_| is_local_address(ip::address(ends.addresses[1]))) else {
            return;
        };
        let Some(first) = &mut server.first else {
            server.first = Some(Box::new((ends, place, session.clone())));
            return;
        };
        let known = &mut first.2;
        known.first = known.first.min(session.first);
        known.last = known.last.max(session.last);
        known.confidence = known.confidence.max(session.confidence);
        if known.coin != session.coin {
            known.coin.clear();
        }
        if known.algorithm != session.algorithm {
            known.algorithm.clear();
        }
    }

    fn host(&mut self, address: Address) -> Option<&mut Host> {
        if !self.all.contains_key(&address) && self.all.len() >= MOST {
            return None;
        }
        Some(self.all.entry(address).or_default())
    }

    /// A row for each host inside that is a pool: it serves others, and asks no one for work. What was mined is told with the miners.
    pub(crate) fn pools(&mut self) -> impl Iterator<Item = StratumRow> + use<> {
        let all = std::mem::take(&mut self.all);
        all.into_values().filter(|server| !server.relays && !server.asks).filter_map(|server| {
            let (ends, place, known) = *server.first?;
            let seen = Seen { place, time: known.first, ends: ends.turned(), flow: 0 };
            let miners = server.miners.len();
            let session = MiningSession {
                protocol: known.protocol,
                role: Role::Pool,
                coin: known.coin,
                algorithm: known.algorithm,
                first: known.first,
                last: known.last,
                confidence: known.confidence,
                proof: vec![format!("serves {miners} miner{}", if miners == 1 { "" } else { "s" })],
                ..MiningSession::default()
            };
            Some(StratumRow { seen, host_name: String::new(), bytes: [0; 2], session })
        })
    }
}
