//! Mining sessions to PoolhoundStratum_CL.

use super::{Mapping, Record, Seen, put_address, put_list, put_number, put_real, put_time};
use crate::ColumnBuilder;
use crate::mining::{Interval, MiningSession, Role};
use crate::pcap::file::Place;
use model::ticks;
use serde_json::json;

/// The source is the side that mines.
pub(crate) struct StratumRow {
    pub(crate) seen: Seen,
    pub(crate) host_name: String,
    /// Sent by the source, and by the destination.
    pub(crate) bytes: [u64; 2],
    pub(crate) session: MiningSession,
}

impl Record for StratumRow {
    const TABLE: &'static str = "PoolhoundStratum_CL";

    const MAPPING: Mapping<Self> = &[
        ("TimeGenerated", |r, _, c| put_time(r.session.first, c)),
        ("LastSeen", |r, _, c| put_time(r.session.last, c)),
        ("SrcIpAddr", |r, _, c| put_address(r.seen.ends.addresses[0], c)),
        ("DstIpAddr", |r, _, c| put_address(r.seen.ends.addresses[1], c)),
        ("DstHostname", |r, _, c| c.text(&r.host_name)),
        ("SrcPortNumber", |r, _, c| c.long(r.seen.ends.ports[0].into())),
        ("DstPortNumber", |r, _, c| c.long(r.seen.ends.ports[1].into())),
        ("Protocol", |r, _, c| c.text(r.session.protocol)),
        ("Role", |r, _, c| {
            c.text(match r.session.role {
                Role::Miner => "miner",
                Role::Pool => "pool",
                Role::Proxy => "proxy",
                Role::Node => "node",
            });
        }),
        ("Coin", |r, _, c| c.text(known(&r.session.coin))),
        ("Algorithm", |r, _, c| c.text(known(&r.session.algorithm))),
        ("Agent", |r, _, c| c.text(&r.session.agent)),
        ("Login", |r, _, c| c.text(&r.session.login)),
        ("Wallet", |r, _, c| c.text(&r.session.wallet)),
        ("Worker", |r, _, c| c.text(&r.session.worker)),
        ("SharesSubmitted", |r, _, c| put_number(r.session.shares_submitted, c)),
        ("SharesAccepted", |r, _, c| put_number(r.session.shares_accepted, c)),
        ("SharesRejected", |r, _, c| put_number(r.session.shares_rejected, c)),
        ("SharesUnknown", |r, _, c| put_number(r.session.shares_unknown, c)),
        ("BytesOut", |r, _, c| put_number(r.bytes[0], c)),
        ("BytesIn", |r, _, c| put_number(r.bytes[1], c)),
        ("Difficulty", |r, _, c| put_real(r.session.difficulty, c)),
        ("HashesEstimated", |r, _, c| put_real(r.session.hashes, c)),
        ("HashesAccepted", |r, _, c| put_real(r.session.hashes_accepted, c)),
        ("Intervals", |r, _, c| put_intervals(&r.session.intervals, c)),
        ("Confidence", |r, _, c| c.real(r.session.confidence)),
        ("Proof", |r, _, c| put_list(r.session.proof.iter().map(String::as_str), c)),
        ("SourceFile", |_, input, c| c.text(&input.file.name)),
        ("SourceOffset", |r, _, c| put_number(r.seen.place.offset, c)),
    ];

    fn place(&self) -> Place {
        self.seen.place
    }
}

/// What is not known is told to be.
fn known(name: &str) -> &str {
    if name.is_empty() { "unknown" } else { name }
}

/// A list of `start`, `seconds`, `shares` and `hashes` (null where unknown).
fn put_intervals(intervals: &[Interval], column: &mut ColumnBuilder) {
    if intervals.is_empty() {
        return column.missing();
    }
    let each = intervals
        .iter()
        .map(|i| json!({"start": ticks::iso_short(i.start), "seconds": i.seconds, "shares": i.shares, "hashes": i.hashes}))
        .collect::<Vec<_>>();
    column.text(&serde_json::Value::Array(each).to_string());
}
