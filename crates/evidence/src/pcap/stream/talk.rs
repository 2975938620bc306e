//! A conversation that may be about mining.

use super::Env;
use crate::mining::{Conversation, Role, Side};
use crate::pcap::file::Place;
use crate::pcap::flow::CLIENT;
use crate::pcap::rows::{Seen, StratumRow};
use std::sync::Arc;

/// Places of packets that are remembered, so that the one that begins the mining can be told.
const PLACES: usize = 16;

pub(super) struct Talk {
    conversation: Box<Conversation>,
    /// When what was said, the first few times.
    places: Vec<(i64, Place)>,
    /// How often another account has logged in.
    turns: usize,
    /// That it is mining was told.
    is_mining: bool,
    /// What the server's address was known as when the talk began.
    name: Option<Arc<str>>,
}

impl Talk {
    pub(super) fn new(name: Option<Arc<str>>, late: bool) -> Self {
        let mut conversation: Box<Conversation> = Box::default();
        if late {
            conversation.begins_late();
        }
        if let Some(name) = &name {
            conversation.server_name(name);
        }
        Self { conversation, places: Vec::new(), turns: 0, is_mining: false, name }
    }

    /// Takes bytes of one side; whether more can make it mining.
    pub(super) fn push(&mut self, side: usize, bytes: &[u8], lost: bool, env: &mut Env<'_>) -> bool {
        let seen = env.seen;
        if self.places.len() < PLACES && self.places.last().is_none_or(|(at, _)| *at != seen.time) {
            self.places.push((seen.time, seen.place));
        }
        let side = if side == CLIENT { Side::Client } else { Side::Server };
        self.conversation.push(side, bytes, seen.time, lost);
        if self.conversation.turns() > self.turns {
            self.turns = self.conversation.turns();
            self.places.push((seen.time, seen.place));
        }
        if !self.is_mining
            && let Some((miner, tunnelled)) = self.conversation.mines()
        {
            self.is_mining = true;
            let [source, destination] = if miner == Side::Server { seen.ends.turned() } else { seen.ends }.addresses;
            env.served.mines(source, destination, tunnelled);
        }
        !self.conversation.hopeless()
    }

    /// Bytes of messages that have no end yet.
    pub(super) fn held(&self) -> usize {
        self.conversation.held()
    }

    pub(super) fn relieve(&mut self) {
        self.conversation.relieve();
    }

    /// The connection has ended. `bytes`: what each side sent.
    pub(super) fn finish(self, bytes: [u64; 2], env: &mut Env<'_>) {
        let Self { conversation, places, name, is_mining, .. } = self;
        let Some(mut session) = conversation.finish() else { return };
        let mut earlier = std::mem::take(&mut session.earlier);
        // The bytes of the connection are told once, with the first account.
        let mut bytes = if session.miner == Side::Server { [bytes[1], bytes[0]] } else { bytes };
        earlier.push(session);
        for session in earlier {
            let at = places.iter().find(|(at, _)| *at == session.first).or_else(|| places.first());
            let place = at.map_or(env.seen.place, |(_, place)| *place);
            let by_server = session.miner == Side::Server;
            let ends = if by_server { env.seen.ends.turned() } else { env.seen.ends };
            let known = name.clone().filter(|_| !by_server).or_else(|| env.names.of(&ends.addresses[1]));
            let host_name = if session.pool.is_empty() { known.as_deref().unwrap_or_default().to_owned() } else { session.pool.clone() };
            if !is_mining && session.role != Role::Node {
                env.served.mines(ends.addresses[0], ends.addresses[1], session.tunnelled);
            }
            env.served.keep(&session, ends, place);
            let seen = Seen { place, ends, ..env.seen };
            let bytes = std::mem::take(&mut bytes);
            if let Some(row) = env.served.over(StratumRow { seen, host_name, bytes, session }) {
                env.rows.stratum.push(|| row);
            }
        }
    }
}
