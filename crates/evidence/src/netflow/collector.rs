//! Takes in the messages of exporters in the order in which they came, and gives out connections.

use super::bytes::{Cursor, be16};
use super::message::{Message, RECORD_5, SET, Version};
use super::record::{Said, version5};
use super::template::{Bounded, Key, Scope, Template, Templates};
use crate::connection::{Connections, Flow};
use crate::session::protocol_name;
use std::collections::BTreeMap;
use std::net::Ipv6Addr;
use std::sync::Arc;

/// Bytes of sets that wait for their template.
const WAITING: usize = 4 << 20;
/// What a set that waits costs beyond its bytes.
const OVERHEAD: usize = 128;
/// Exporters whose sampling and start are known, in each of two generations.
const EXPORTERS: usize = 4_096;

/// Where a message lies: the number that its first record takes, and the offset of the message or of what it came in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) record: u64,
    pub(crate) offset: u64,
    /// Records are numbered from `record` on, and their offsets are their own; otherwise all of a message have those of its packet.
    pub(crate) each: bool,
}

/// A set without its template.
struct Waiting {
    bytes: Box<[u8]>,
    head: Message<'static>,
    at: At,
}

/// What an exporter told of itself in options.
#[derive(Clone, Copy, Debug, Default)]
struct Exporter {
    sampling: u32,
    booted: Option<i64>,
}

pub(crate) struct Collector {
    templates: Templates,
    exporters: Bounded<Scope, Exporter>,
    waiting: BTreeMap<Key, Vec<Waiting>>,
    held: usize,
    connections: Connections,
    /// Whose message was last read, by name.
    observer: ([u8; 16], Arc<str>),
    /// Names of protocols, so that each is there once.
    protocols: BTreeMap<u8, Arc<str>>,
    /// What is left at the end, in order.
    last: Option<std::vec::IntoIter<Box<Flow>>>,
    tally: Tally,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    records: u64,
    /// Sets whose template never came.
    unknown: u64,
    broken: u64,
    /// Records without addresses.
    nameless: u64,
    sampled: u64,
    /// The largest.
    interval: u32,
}

impl Default for Collector {
    fn default() -> Self {
        Self {
            templates: Templates::default(),
            exporters: Bounded::new(EXPORTERS),
            waiting: BTreeMap::new(),
            held: 0,
            connections: Connections::default(),
            observer: Default::default(),
            protocols: BTreeMap::new(),
            last: None,
            tally: Tally::default(),
        }
    }
}

/// A set of a message that is being read.
struct Set<'a> {
    message: Message<'a>,
    scope: Scope,
    at: At,
}

impl Collector {
    /// Takes in a message and gives out connections that are over; how many records it held.
    pub(crate) fn message(&mut self, exporter: [u8; 16], message: &Message<'_>, at: At, over: &mut dyn FnMut(Flow)) -> u64 {
        let before = self.tally.records;
        let scope = Scope { exporter, version: message.version, domain: message.domain };
        if message.version == Version::V5 {
            for (number, record) in message.body.chunks(RECORD_5).enumerate() {
                self.tally.records += 1;
                match version5(record, message) {
                    Some(flow) => {
                        let place = at.of(before, self.tally.records - 1, message.at + number * RECORD_5);
                        self.add(flow, scope, place, over);
                    }
                    None => self.tally.broken += 1,
                }
            }
            return self.tally.records - before;
        }
        let mut start = 0;
        while let (Some(id), Some(length)) = (be16(message.body, start), be16(message.body, start + 2)) {
            let end = start + usize::from(length).max(SET);
            // The last may be cut off.
            let bytes = message.body.get(start + SET..end.min(message.body.len())).unwrap_or_default();
            let set = Message { body: bytes, at: message.at + start + SET, ..*message };
            let at = At { record: at.record + if at.each { self.tally.records - before } else { 0 }, ..at };
            self.set(id, &Set { message: set, scope, at }, over);
            start = end;
        }
        self.tally.records - before
    }

    fn set(&mut self, id: u16, set: &Set<'_>, over: &mut dyn FnMut(Flow)) {
        let options = match (set.scope.version, id) {
            (Version::V9, 0) | (Version::Ipfix, 2) => Some(false),
            (Version::V9, 1) | (Version::Ipfix, 3) => Some(true),
            _ => None,
        };
        if let Some(options) = options {
            let mut learned = Vec::new();
            if !self.templates.learn(set.scope, options, set.message.body, |id| learned.push(id)) {
                self.tally.broken += 1;
            }
            return learned.into_iter().for_each(|id| self.awaited((set.scope, id), over));
        }
        match self.templates.get(set.scope, id) {
            Some(template) => self.records(&template, set, over),
            None => self.wait((set.scope, id), set),
        }
    }

    /// Keeps a set until its template comes, while there is room.
    fn wait(&mut self, key: Key, set: &Set<'_>) {
        let cost = set.message.body.len() + OVERHEAD;
        if self.held + cost > WAITING {
            self.tally.unknown += 1;
            return;
        }
        self.held += cost;
        let head = Message { body: &[], ..set.message };
        // Numbers are taken as they are met; those of records that wait are their set's.
        let waiting = Waiting { bytes: set.message.body.into(), head, at: At { each: false, ..set.at } };
        self.waiting.entry(key).or_default().push(waiting);
    }

    /// Reads the sets that waited for a template.
    fn awaited(&mut self, key: Key, over: &mut dyn FnMut(Flow)) {
        let (Some(sets), Some(template)) = (self.waiting.remove(&key), self.templates.get(key.0, key.1)) else { return };
        for Waiting { bytes, head, at } in sets {
            self.held -= bytes.len() + OVERHEAD;
            self.records(&template, &Set { message: Message { body: &bytes, ..head }, scope: key.0, at }, over);
        }
    }

    fn records(&mut self, template: &Arc<Template>, set: &Set<'_>, over: &mut dyn FnMut(Flow)) {
        let mut cursor = Cursor(set.message.body);
        let (before, length) = (self.tally.records, set.message.body.len());
        // What is too short for another is filling.
        while cursor.0.len() >= template.least {
            let place = set.at.of(before, self.tally.records, set.message.at + length - cursor.0.len());
            let Some(said) = Said::read(&mut cursor, template, set.message.sent) else {
                self.tally.broken += 1;
                break;
            };
            if template.options {
                self.learn(&said, set.scope);
                continue;
            }
            self.tally.records += 1;
            let booted = self.exporters.get(set.scope).and_then(|exporter| exporter.booted);
            match said.flow(&set.message, booted) {
                Some(flow) => self.add(flow, set.scope, place, over),
                None => self.tally.nameless += 1,
            }
        }
    }

    /// What an exporter says of itself.
    fn learn(&mut self, said: &Said, scope: Scope) {
        let mut exporter = self.exporters.get(scope).unwrap_or_default();
        exporter.sampling = said.sampling().unwrap_or(exporter.sampling);
        exporter.booted = said.booted.or(exporter.booted);
        self.exporters.insert(scope, exporter);
    }

    fn add(&mut self, (mut flow, protocol): (Flow, u8), scope: Scope, (record, offset): (u64, u64), over: &mut dyn FnMut(Flow)) {
        (flow.record, flow.offset) = (record, offset);
        if self.observer.0 != scope.exporter {
            self.observer = (scope.exporter, Ipv6Addr::from(scope.exporter).to_canonical().to_string().into());
        }
        flow.observer = Arc::clone(&self.observer.1);
        flow.protocol = Arc::clone(self.protocols.entry(protocol).or_insert_with(|| protocol_name(protocol).into()));
        if flow.sampling == 0 {
            flow.sampling = self.exporters.get(scope).map_or(0, |exporter| exporter.sampling);
        }
        if flow.sampling > 1 {
            self.tally.sampled += 1;
            self.tally.interval = self.tally.interval.max(flow.sampling);
        }
        self.connections.add(flow, over);
    }

    /// Gives out up to `most` of the connections that are left; whether there are others.
    pub(crate) fn finish(&mut self, most: usize, over: &mut dyn FnMut(Flow)) -> bool {
        let last = self.last.get_or_insert_with(|| self.connections.rest().into_iter());
        last.by_ref().take(most).for_each(|flow| over(*flow));
        last.len() > 0
    }

    /// What is wrong, where there were flow records and not one of them became a flow.
    pub(crate) fn nothing_read(&self) -> Option<&'static str> {
        let Tally { records, unknown, broken, nameless, .. } = self.tally;
        let lost = unknown + broken + nameless > 0 || !self.waiting.is_empty();
        (lost && records <= nameless).then_some("no flow record of NetFlow or IPFIX could be read")
    }

    /// What is worth knowing, once all was read.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let Tally { unknown, broken, nameless, sampled, interval, .. } = self.tally;
        let mut told = Vec::new();
        let unknown = unknown + self.waiting.values().map(|sets| sets.len() as u64).sum::<u64>();
        if unknown > 0 {
            told.push(format!("{unknown} sets of flow records cannot be read: their template did not come"));
        }
        if broken > 0 {
            told.push(format!("{broken} templates or records of NetFlow or IPFIX are cut off or make no sense and are left out"));
        }
        if nameless > 0 {
            told.push(format!("{nameless} records of NetFlow or IPFIX name no addresses and are no sessions"));
        }
        if sampled > 0 {
            told.push(format!(
                "{sampled} flow records are of sampled packets, one in {interval} at most: bytes and packets are those that were looked at"
            ));
        }
        told
    }
}

impl At {
    /// Number and offset of a record: the given one of its file, the first of which in this piece is `first`, `behind` bytes into the
    /// message.
    fn of(&self, first: u64, number: u64, behind: usize) -> (u64, u64) {
        if self.each { (self.record + (number - first), self.offset + behind as u64) } else { (self.record, self.offset) }
    }
}
