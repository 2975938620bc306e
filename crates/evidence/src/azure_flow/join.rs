//! Records of one flow as one session: where it began, what it went on with, where it ended.

use super::record::Group;
use super::tuple::{Flow, Log, State, Tuple};
use crate::evenness::Evenness;
use crate::session::{Additional, Session, evenness, protocol_name};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Sessions that are held open in each of two generations; about 250 bytes each.
const OPEN: usize = 200_000;

type Key = (Flow, Log, Arc<str>);

/// What is known of a session so far.
pub(super) struct Joined {
    /// The number and the place of the first record.
    pub(super) record: u64,
    pub(super) offset: u64,
    flow: Flow,
    group: Arc<Group>,
    start: i64,
    end: i64,
    counts: [Option<i64>; 4],
    records: i64,
    state: State,
    begun: bool,
    encryption: &'static str,
    even: Evenness,
}

/// Between flows of version 1, which have no states, as one connection.
const PATIENCE: i64 = 15 * model::ticks::MINUTE;

/// Sessions that may go on. Of too many, those that were not heard of for longest are given up: they end where they are.
#[derive(Default)]
pub(super) struct Table {
    recent: FxHashMap<Key, Joined>,
    older: FxHashMap<Key, Joined>,
    /// For tests.
    limit: Option<usize>,
}

impl Table {
    /// Takes in the next record of the file and gives out the sessions that are thereby over.
    pub(super) fn add(&mut self, tuple: Tuple, group: Arc<Group>, record: u64, offset: u64, mut over: impl FnMut(Joined)) {
        let key = (tuple.flow, group.log, Arc::clone(&group.mac));
        let mut even = Evenness::default();
        if let [_, Some(out), _, Some(back)] = tuple.counts {
            even.add(tuple.time, out.saturating_add(back));
        }
        let alone = Joined {
            record,
            offset,
            flow: tuple.flow,
            group,
            start: tuple.time,
            end: tuple.time,
            counts: tuple.counts,
            records: 1,
            state: tuple.state,
            begun: matches!(tuple.state, State::Begin | State::Only),
            encryption: tuple.encryption,
            even,
        };
        if tuple.state == State::Denied {
            return over(alone);
        }
        let mut known = self.recent.remove(&key).or_else(|| self.older.remove(&key));
        if tuple.state == State::Only
            && let Some(ended) = known.take_if(|known| tuple.time.saturating_sub(known.end) > PATIENCE)
        {
            over(ended);
        }
        let session = match known {
            // The ports are used again, and the end was not written.
            Some(known) if tuple.state == State::Begin => {
                over(known);
                alone
            }
            Some(known) => known.and(&alone),
            None => alone,
        };
        if tuple.state == State::End {
            return over(session);
        }
        self.recent.insert(key, session);
        if self.recent.len() >= self.limit.unwrap_or(OPEN) {
            sorted(std::mem::replace(&mut self.older, std::mem::take(&mut self.recent))).into_iter().for_each(over);
        }
    }

    /// The sessions that the file does not see the end of.
    pub(super) fn rest(&mut self) -> Vec<Joined> {
        let mut rest = sorted(std::mem::take(&mut self.older));
        rest.append(&mut sorted(std::mem::take(&mut self.recent)));
        rest
    }
}

/// In the order of the file, so that a run is like any other.
fn sorted(sessions: FxHashMap<Key, Joined>) -> Vec<Joined> {
    let mut sessions: Vec<_> = sessions.into_values().collect();
    sessions.sort_unstable_by_key(|session| session.record);
    sessions
}

impl Joined {
    fn and(mut self, next: &Self) -> Self {
        self.start = self.start.min(next.start);
        self.end = self.end.max(next.end);
        for (sum, more) in self.counts.iter_mut().zip(next.counts) {
            *sum = match (*sum, more) {
                (Some(sum), Some(more)) => Some(sum.saturating_add(more)),
                (one, None) | (None, one) => one,
            };
        }
        self.records += 1;
        self.state = next.state;
        if let [_, Some(out), _, Some(back)] = next.counts {
            self.even.add(next.start, out.saturating_add(back));
        }
        if self.encryption.is_empty() {
            self.encryption = next.encryption;
        }
        self
    }

    /// Gives the session to `put`.
    pub(super) fn show(&self, put: impl FnOnce(&Session<'_>)) {
        let (flow, group) = (&self.flow, &*self.group);
        let (source, destination) = (flow.source.to_string(), flow.destination.to_string());
        let protocol = protocol_name(flow.protocol);
        let denied = self.state == State::Denied;
        let [source_packets, source_bytes, destination_packets, destination_bytes] =
            if denied || self.state == State::Begin { [None; 4] } else { self.counts };
        // What was let through and never answered came to nothing.
        let unanswered = flow.protocol == 6 && self.state == State::End && self.begun && destination_packets == Some(0);
        let (product, original_type) = match group.log {
            Log::VirtualNetwork => ("VNet flow logs", "FlowLogFlowEvent"),
            Log::SecurityGroup => ("NSG flow logs", super::record::GROUP_EVENT),
        };
        let (source_mac, destination_mac) = if flow.inbound { ("", &*group.mac) } else { (&*group.mac, "") };
        put(&Session {
            vendor: "Microsoft",
            product,
            original_type,
            sub_type: if self.state == State::End || denied { "End" } else { "Start" },
            start: Some(self.start),
            end: Some(self.end),
            source: &source,
            source_port: Some(flow.source_port.into()),
            source_mac,
            destination: &destination,
            destination_port: Some(flow.destination_port.into()),
            destination_mac,
            protocol: &protocol,
            direction: if flow.inbound { "Inbound" } else { "Outbound" },
            source_bytes,
            destination_bytes,
            source_packets,
            destination_packets,
            result: if denied || unanswered { "Failure" } else { "Success" },
            details: if unanswered { "Timeout" } else { "" },
            action: if denied { "Deny" } else { "Allow" },
            original_action: if denied { "D" } else { "" },
            rule: &group.rule,
            device: group.resource.rsplit('/').next().unwrap_or_default(),
            resource: &group.resource,
            additional: [
                ("FlowRecords", Additional::Number(self.records)),
                ("BeginSeen", Additional::Bool(self.begun || denied)),
                ("Encryption", Additional::Text(self.encryption)),
            ]
            .into_iter()
            .chain(evenness(&self.even))
            .collect(),
            ..Session::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tuple::parse;
    use super::*;

    fn group() -> Arc<Group> {
        Arc::new(Group { log: Log::VirtualNetwork, mac: "m".into(), resource: "/a/b/net".into(), rule: "r".into() })
    }

    #[test]
    fn of_too_many_the_oldest_end_where_they_are() {
        let mut table = Table { limit: Some(3), ..Table::default() };
        let mut over = Vec::new();
        let port =
            |n: u16, state: &str| parse(&format!("1663146003606,10.0.0.6,1.2.3.4,{n},443,6,O,{state},NX,1,1,1,1"), Log::VirtualNetwork);
        for (record, n) in (0..).zip([1, 2, 1, 3, 4, 5, 1, 6, 7]) {
            table.add(port(n, "C").unwrap(), group(), record, 0, |session| over.push((session.flow.source_port, session.records)));
        }
        assert_eq!(over, [(2, 1), (3, 1)]);
        let rest: Vec<_> = table.rest().iter().map(|session| (session.flow.source_port, session.records)).collect();
        assert_eq!(rest, [(1, 3), (4, 1), (5, 1), (6, 1), (7, 1)]);
    }
}
