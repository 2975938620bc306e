//! Follows the flows of a capture, packet by packet.

mod packets;
mod tally;

pub(crate) use tally::Tally;

use super::file::{Packet, Place};
use super::flow::{CLIENT, Class, Ends, Flow, SERVER, Table, Tcp};
use super::fragments::Fragments;
use super::ip::protocol;
use super::link::{self, Frame, Inside};
use super::names::Names;
use super::rows::{Rows, Seen, SessionRow};
use super::served::Served;
use super::stream::{Env, Stream};
use crate::netflow::Collector;
use std::collections::VecDeque;

/// What a capture may keep in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Flows under way.
    pub(crate) flows: usize,
    /// Flows whose payload is read.
    pub(crate) streams: usize,
    /// Bytes that wait for others before them.
    pub(crate) waiting: usize,
    /// Bytes of messages that are not yet whole, and of questions without answers.
    pub(crate) held: usize,
    /// Bytes of messages that may be of mining and are not yet whole.
    pub(crate) talk: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { flows: 262_144, streams: 32_768, waiting: 32 << 20, held: 16 << 20, talk: 32 << 20 }
    }
}

/// Packets after which flows are looked at that have been silent for long.
const SWEEP: u32 = 256;
/// No message of mining is much longer.
const SHORT: usize = 8 << 10;
/// Flows that are ended at a time: after a pause all of them may be over, and each makes a row.
const ENDED: usize = 64;

pub(crate) struct Tracker {
    limits: Limits,
    table: Table,
    fragments: Fragments,
    names: Names,
    served: Served,
    /// Of what exporters send to a collector.
    pub(crate) collector: Collector,
    pub(crate) rows: Rows,
    pub(crate) tally: Tally,
    /// See [`Limits`].
    streams: Streams,
    waiting: usize,
    held: usize,
    talk: usize,
    until_sweep: u32,
    /// What is left at the end, in order.
    last: Option<std::vec::IntoIter<u32>>,
}

/// What is known of a packet besides its bytes.
#[derive(Clone, Copy)]
pub(crate) struct Meta {
    pub(crate) place: Place,
    pub(crate) time: i64,
    pub(crate) frame: Frame,
}

impl Tracker {
    pub(crate) fn new(rows: Rows, limits: Limits) -> Self {
        Self {
            limits,
            table: Table::new(limits.flows),
            fragments: Fragments::default(),
            names: Names::default(),
            served: Served::default(),
            collector: Collector::default(),
            rows,
            tally: Tally::default(),
            streams: Streams::default(),
            waiting: 0,
            held: 0,
            talk: 0,
            until_sweep: SWEEP,
            last: None,
        }
    }

    pub(crate) fn packet(&mut self, packet: &Packet<'_>) {
        self.tally.packets += 1;
        let mut meta = Meta { place: packet.place, time: packet.time, frame: Frame::default() };
        match link::frame(packet.link, packet.bytes, &mut meta.frame) {
            Inside::Ip(bytes) => self.ip(bytes, packet.cut as usize, meta, 0),
            Inside::Other => self.tally.other += 1,
            Inside::Damaged => self.tally.damaged(packet.place, 1),
            Inside::UnknownLink => self.tally.unknown(packet.link, packet.place),
        }
        self.until_sweep -= 1;
        if self.until_sweep == 0 {
            self.until_sweep = if self.sweep(packet.time) { 1 } else { SWEEP };
        }
    }

    /// Ends some of the flows that are left when there are no more packets; whether there are others.
    pub(crate) fn finish(&mut self) -> bool {
        if self.last.is_none() {
            self.end_of_fragments();
            self.last = Some(self.table.in_order().into_iter());
        }
        let mut left = self.last.take().unwrap_or_default();
        for id in left.by_ref().take(ENDED) {
            self.close(id);
        }
        let more = left.len() > 0;
        self.last = Some(left);
        if !more {
            self.tell_waiting();
            for pool in self.served.pools() {
                self.rows.stratum.push(|| pool);
            }
        }
        more || self.collector.finish(ENDED, &mut |flow| self.rows.exported.push(|| flow))
    }

    /// Tells of the miners whose hosts might have turned out to serve others.
    pub(crate) fn tell_waiting(&mut self) {
        for row in self.served.waited() {
            self.rows.stratum.push(|| row);
        }
    }

    /// Ends flows that have been silent for too long; whether there may be more of them.
    fn sweep(&mut self, now: i64) -> bool {
        let mut left = ENDED;
        for class in Class::ALL {
            while let Some(id) = self.table.oldest(class) {
                let silent = self.table.get(id).is_some_and(|flow| now.saturating_sub(flow.last) > class.patience());
                if !silent {
                    break;
                }
                self.close(id);
                left -= 1;
                if left == 0 {
                    return true;
                }
            }
        }
        false
    }

    /// The flow between these ends, and which of its sides the source is. `client`: whether the source is, should the flow be new.
    fn flow(&mut self, ends: Ends, meta: Meta, client: bool, another: impl Fn(&Flow, usize) -> bool) -> (u32, usize) {
        let (key, turned) = ends.key();
        if let Some(id) = self.table.find(&key)
            && let Some(flow) = self.table.get(id)
        {
            let side = if flow.turned == turned { CLIENT } else { SERVER };
            let silent = meta.time.saturating_sub(flow.last) > flow.class().patience();
            if !silent && !another(flow, side) {
                return (id, side);
            }
            self.close(id);
        }
        while let Some(id) = self.table.crowded() {
            self.tally.crowded_out += 1;
            self.close(id);
        }
        let flow = Flow {
            key,
            turned: turned == client,
            place: meta.place,
            first: meta.time,
            last: meta.time,
            packets: [0; 2],
            bytes: [0; 2],
            ip_bytes: [0; 2],
            mac: [[0; 6]; 2],
            vlan: meta.frame.vlan,
            tcp: Tcp::new(!client),
            icmp: None,
            service: "",
            stream: None,
            exchange: None,
            deaf: false,
        };
        (self.table.insert(flow), if client { CLIENT } else { SERVER })
    }

    /// Tells of a flow and forgets it.
    fn close(&mut self, id: u32) {
        self.end_stream(id);
        let Some(flow) = self.table.remove(id) else { return };
        let seen = Seen { place: flow.place, time: flow.first, ends: flow.ends(), flow: flow.id() };
        if let Some(mut exchange) = flow.exchange.take() {
            self.held -= exchange.held();
            exchange.finish(&mut self.rows.dns);
        }
        let tcp = seen.ends.protocol == protocol::TCP;
        self.rows.sessions.push(|| SessionRow {
            seen,
            end: flow.last,
            packets: flow.packets,
            bytes: flow.bytes,
            ip_bytes: flow.ip_bytes,
            missing: flow.tcp.missing(),
            mac: flow.mac,
            vlan: flow.vlan,
            state: match flow.packets {
                _ if tcp => flow.tcp.state(),
                [_, 0] => "S0",
                [0, _] => "SHR",
                _ => "SF",
            },
            history: flow.tcp.history,
            flags: flow.tcp.all_flags(),
            service: flow.service,
            icmp: flow.icmp,
        });
        self.tally.in_flows += flow.packets[CLIENT] + flow.packets[SERVER];
    }

    /// Reads what a stream is given, and keeps account of what it holds.
    fn listen(&mut self, id: u32, meta: Meta, read: impl FnOnce(&mut Stream, &mut Env<'_>, bool)) {
        let Some(flow) = self.table.get(id) else { return };
        let Some(mut stream) = flow.stream.take() else { return };
        let seen = Seen { place: meta.place, time: meta.time, ends: flow.ends(), flow: flow.id() };
        let mut service = flow.service;
        let (waiting, held, talk) = (stream.waiting(), stream.held(), stream.talk());
        let full = self.waiting >= self.limits.waiting;
        let mut env = Env {
            seen,
            rows: &mut self.rows,
            names: &mut self.names,
            served: &mut self.served,
            collector: &mut self.collector,
            service: &mut service,
        };
        read(&mut stream, &mut env, full);
        if self.held + stream.held() > self.limits.held + held {
            stream.give_up(&mut env);
            self.tally.given_up += 1;
        }
        // Messages of mining are short: nobody can use up the room for theirs.
        if stream.talk() > SHORT && self.talk + stream.talk() > self.limits.talk + talk {
            stream.relieve();
            self.tally.given_up += 1;
        }
        let deaf = stream.is_deaf();
        self.held -= held;
        self.talk -= talk;
        self.waiting -= waiting;
        if deaf {
            self.streams.count -= 1;
        } else {
            self.held += stream.held();
            self.talk += stream.talk();
            self.waiting += stream.waiting();
        }
        if let Some(flow) = self.table.get(id) {
            flow.service = service;
            flow.deaf = deaf;
            flow.stream = (!deaf).then_some(stream);
        }
    }

    /// Starts to read a flow's payload.
    fn open(&mut self, id: u32, meta: Meta) {
        while self.streams.count >= self.limits.streams {
            let Some(victim) = self.streams.victim(&mut self.table) else { break };
            self.tally.crowded_out += 1;
            self.end_stream(victim);
        }
        let Some(flow) = self.table.get(id) else { return };
        let seen = Seen { place: meta.place, time: meta.time, ends: flow.ends(), flow: 0 };
        let late = flow.tcp.first(CLIENT).or(flow.tcp.first(SERVER)).is_none();
        flow.stream = Some(Box::new(Stream::new(seen, flow.bytes, late, &self.names)));
        self.streams.add(id, flow.place.record);
        if self.streams.order.len() > 4 * self.limits.streams {
            self.streams.tidy(&mut self.table);
        }
    }

    /// Tells what was read of a flow's payload so far; if more comes, it is read as from the middle of a connection.
    fn end_stream(&mut self, id: u32) {
        let Some(flow) = self.table.get(id) else { return };
        let Some(stream) = flow.stream.take() else { return };
        let seen = Seen { place: flow.place, time: flow.last, ends: flow.ends(), flow: flow.id() };
        self.streams.count -= 1;
        self.waiting -= stream.waiting();
        self.held -= stream.held();
        self.talk -= stream.talk();
        let mut env = Env {
            seen,
            rows: &mut self.rows,
            names: &mut self.names,
            served: &mut self.served,
            collector: &mut self.collector,
            service: &mut flow.service,
        };
        stream.finish(flow.bytes, &mut env);
    }
}

/// The streams under way, roughly in the order in which they were last heard of.
#[derive(Default)]
struct Streams {
    count: usize,
    /// Flows by number and first packet; may name what is gone.
    order: VecDeque<(u32, u64)>,
}

impl Streams {
    fn add(&mut self, id: u32, record: u64) {
        self.count += 1;
        self.order.push_back((id, record));
    }

    /// The next stream that was not heard of since it was last passed.
    fn victim(&mut self, table: &mut Table) -> Option<u32> {
        while let Some((id, record)) = self.order.pop_front() {
            let flow = table.get(id).filter(|flow| flow.place.record == record);
            let Some(stream) = flow.and_then(|flow| flow.stream.as_mut()) else { continue };
            if !std::mem::take(&mut stream.heard) {
                return Some(id);
            }
            self.order.push_back((id, record));
        }
        None
    }

    /// Names of what is gone do not pile up.
    fn tidy(&mut self, table: &mut Table) {
        self.order.retain(|(id, record)| table.get(*id).is_some_and(|flow| flow.place.record == *record && flow.stream.is_some()));
    }
}
