//! Connections that may go on.

use super::{Flow, flag};
use model::ticks;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// Connections that are held open in each of two generations; about 500 bytes each.
const OPEN: usize = 50_000;

/// Between records of one connection. What counts flows gives a silent one up after minutes at most; a miner is seldom silent for longer.
const PATIENCE: i64 = 10 * ticks::MINUTE;
/// The same without connections, where the ports may soon be another's.
const SHORT_PATIENCE: i64 = 2 * ticks::MINUTE;

/// Hashed by std's hasher: those who make flows must not choose what collides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    observer: Arc<str>,
    domain: u32,
    protocol: Arc<str>,
    /// The same for both directions.
    ends: [(IpAddr, Option<u16>); 2],
}

impl Key {
    fn of(flow: &Flow) -> Self {
        let mut ends = [(flow.addresses[0], flow.ports[0]), (flow.addresses[1], flow.ports[1])];
        ends.sort_unstable();
        Self { observer: Arc::clone(&flow.observer), domain: flow.domain, protocol: Arc::clone(&flow.protocol), ends }
    }
}

/// Of too many connections, those that were not heard of for longest end where they are.
#[derive(Default)]
pub(crate) struct Connections {
    recent: HashMap<Key, Box<Flow>>,
    older: HashMap<Key, Box<Flow>>,
    /// For tests.
    limit: Option<usize>,
}

impl Connections {
    /// Takes in the next record and gives out the connections that are thereby over.
    pub(crate) fn add(&mut self, mut flow: Flow, mut over: impl FnMut(Flow)) {
        // Without a time nothing tells whether it goes on.
        if flow.start.is_none() || flow.end.is_none() {
            return over(flow);
        }
        flow.begin();
        let key = Key::of(&flow);
        let known = self.recent.remove(&key).or_else(|| self.older.remove(&key));
        let connection = match known {
            Some(known) if goes_on(&known, &flow) => Box::new(known.and(flow)),
            Some(known) => {
                over(*known);
                Box::new(flow)
            }
            None => Box::new(flow),
        };
        self.recent.insert(key, connection);
        if self.recent.len() >= self.limit.unwrap_or(OPEN) {
            let oldest = std::mem::replace(&mut self.older, std::mem::take(&mut self.recent));
            in_order(oldest).into_iter().for_each(|flow| over(*flow));
        }
    }

    /// The connections that are left at the end.
    #[expect(clippy::vec_box, reason = "moved as they are held")]
    pub(crate) fn rest(&mut self) -> Vec<Box<Flow>> {
        let mut rest = in_order(std::mem::take(&mut self.older));
        rest.append(&mut in_order(std::mem::take(&mut self.recent)));
        rest
    }
}

/// In the order of the file, so that a run is like any other.
#[expect(clippy::vec_box, reason = "moved as they are held")]
fn in_order(flows: HashMap<Key, Box<Flow>>) -> Vec<Box<Flow>> {
    let mut flows: Vec<_> = flows.into_values().collect();
    // Records of one packet share a place.
    flows.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
    flows
}

fn place(flow: &Flow) -> impl Ord + '_ {
    (flow.record, flow.offset, flow.addresses, flow.ports, &*flow.protocol, flow.start, flow.domain)
}

/// Whether a record is of the connection that is known, and not of a later one between the same ends.
fn goes_on(known: &Flow, next: &Flow) -> bool {
    let (Some(start), Some(end), Some(next_start), Some(next_end)) = (known.start, known.end, next.start, next.end) else { return false };
    if known.outcome.denied != next.outcome.denied || known.kind != next.kind {
        return false;
    }
    let tcp = &*known.protocol == "TCP";
    let patience = if tcp { PATIENCE } else { SHORT_PATIENCE };
    if next_start.saturating_sub(end) > patience || start.saturating_sub(next_end) > patience {
        return false;
    }
    // It was closed, and one is opened: both in one record are of a short connection, which tells nothing of its neighbour.
    let same = next.addresses == known.addresses && next.ports == known.ports;
    let [own, other] = known.sides;
    let side = if same { own } else { other };
    let closed = side.flags & (flag::FIN | flag::RST) != 0 && side.packets.is_some();
    !(tcp && closed && next.sides[0].flags & flag::SYN != 0 && next_start >= end)
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Outcome, Side};
    use super::*;

    fn flow(record: u64, from: (&str, u16), to: (&str, u16), start: i64, flags: u8) -> Flow {
        Flow {
            record,
            offset: record * 48,
            kind: &Kind { vendor: "v", product: "p", original_type: "t" },
            observer: "r".into(),
            domain: 0,
            addresses: [from.0.parse().unwrap(), to.0.parse().unwrap()],
            ports: [Some(from.1), Some(to.1)],
            protocol: "TCP".into(),
            start: Some(start * ticks::SECOND),
            end: Some((start + 60) * ticks::SECOND),
            zoned: true,
            duration: None,
            sides: [Side { packets: Some(2), bytes: Some(100), flags, counted: None }, Side::default()],
            whole: [None; 2],
            total: false,
            opened: false,
            outcome: Outcome::default(),
            records: 1,
            sampling: 1,
            label: "".into(),
            way: "".into(),
            even: crate::evenness::Evenness::default(),
        }
    }

    const HOST: (&str, u16) = ("10.0.0.5", 50_000);
    const POOL: (&str, u16) = ("203.0.113.9", 3_333);
    const OPEN: u8 = flag::SYN | flag::ACK | flag::PSH;
    const CLOSED: u8 = OPEN | flag::FIN;

    fn joined(flows: Vec<Flow>) -> Vec<String> {
        let (mut table, mut out) = (Connections::default(), Vec::new());
        for flow in flows {
            table.add(flow, |flow| out.push(flow));
        }
        out.extend(table.rest().into_iter().map(|flow| *flow));
        let text = |flow: &Flow| {
            let mut text = String::new();
            flow.show(|s| {
                let count = |n: Option<i64>| n.map_or("-".to_owned(), |n| n.to_string());
                text = format!(
                    "{}:{} {} {} {} {}{} {}",
                    s.source,
                    count(s.source_port),
                    count(s.source_bytes),
                    count(s.destination_bytes),
                    count(s.duration),
                    s.result,
                    s.details,
                    flow.records
                );
            });
            text
        };
        out.iter().map(text).collect()
    }

    #[test]
    fn both_ways_and_all_timeouts_are_one() {
        let flows =
            vec![flow(0, POOL, HOST, 1, OPEN), flow(1, HOST, POOL, 0, OPEN), flow(2, HOST, POOL, 70, 24), flow(3, POOL, HOST, 71, 24)];
        assert_eq!(joined(flows), ["10.0.0.5:50000 200 200 131000 Success 4"]);
        // One way only, and that the server's.
        assert_eq!(joined(vec![flow(0, POOL, HOST, 1, OPEN)]), ["10.0.0.5:50000 - 100 60000 Success 1"]);
    }

    #[test]
    fn another_connection_between_the_same_ends_is_another() {
        let closed = vec![flow(0, HOST, POOL, 0, CLOSED), flow(1, POOL, HOST, 0, CLOSED), flow(2, HOST, POOL, 61, OPEN)];
        assert_eq!(joined(closed).len(), 2);
        assert_eq!(joined(vec![flow(0, HOST, POOL, 0, 0), flow(1, HOST, POOL, 661, 0)]).len(), 2);
        assert_eq!(joined(vec![flow(0, HOST, POOL, 0, 0), flow(1, HOST, POOL, 659, 0)]).len(), 1);
        // Late, and in another order.
        assert_eq!(joined(vec![flow(0, HOST, POOL, 61, 24), flow(1, HOST, POOL, 0, OPEN)]).len(), 1);
        let mut other = flow(1, HOST, POOL, 0, 0);
        other.observer = "another".into();
        assert_eq!(joined(vec![flow(0, HOST, POOL, 0, 0), other]).len(), 2);
    }

    #[test]
    fn what_never_stood_has_failed() {
        assert_eq!(joined(vec![flow(0, HOST, POOL, 0, flag::SYN)]), ["10.0.0.5:50000 100 - 60000 FailureTimeout 1"]);
        let refused = vec![flow(0, HOST, POOL, 0, flag::SYN), flow(1, POOL, HOST, 0, flag::RST | flag::ACK)];
        assert_eq!(joined(refused), ["10.0.0.5:50000 100 100 60000 FailureReset 2"]);
    }

    #[test]
    fn packets_that_are_counted_twice_count_once() {
        let counted = |record, counted| {
            let mut flow = flow(record, HOST, POOL, 0, 0);
            flow.sides[0].counted = Some(counted);
            flow
        };
        assert_eq!(joined(vec![counted(0, 0), counted(1, 1)]), ["10.0.0.5:50000 100 - 60000 Success 2"]);
        assert_eq!(joined(vec![counted(0, 1), counted(1, 1)]), ["10.0.0.5:50000 200 - 60000 Success 2"]);
        let total = |record, bytes| {
            let mut flow = flow(record, HOST, POOL, 0, 0);
            flow.total = true;
            flow.sides[0].bytes = Some(bytes);
            flow
        };
        assert_eq!(joined(vec![total(0, 100), total(1, 300)]), ["10.0.0.5:50000 300 - 60000 Success 2"]);
    }

    #[test]
    fn of_too_many_the_oldest_end_where_they_are() {
        let (mut table, mut over) = (Connections { limit: Some(3), ..Connections::default() }, Vec::new());
        for (record, port) in (0..).zip([1, 2, 1, 3, 4, 5, 1, 6, 7]) {
            table.add(flow(record, ("10.0.0.5", port), POOL, 0, 0), |flow| over.push(flow.ports[0]));
        }
        assert_eq!(over, [Some(2), Some(3)]);
        let rest: Vec<_> = table.rest().iter().map(|flow| (flow.ports[0], flow.records)).collect();
        assert_eq!(rest, [(Some(1), 3), (Some(4), 1), (Some(5), 1), (Some(6), 1), (Some(7), 1)]);
    }
}
