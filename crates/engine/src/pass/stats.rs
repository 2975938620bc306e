//! What the pass learns of each table beside its rows.

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::Int64Type;
use std::collections::BTreeMap;

/// Columns that name the host of a record; the first that a table has and that is wanted counts.
pub const HOST_COLUMNS: [&str; 5] = ["Computer", "DeviceName", "DvcHostname", "Dvc", "HostName"];
/// Hosts that are counted one by one in a table.
const MAX_HOSTS: usize = 10_000;

/// Rows and their times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub rows: u64,
    /// Ticks of the earliest and the latest `TimeGenerated`; `None` where no row has one.
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl Span {
    pub fn add(&mut self, rows: u64, from: Option<i64>, to: Option<i64>) {
        self.rows += rows;
        self.from = [self.from, from].into_iter().flatten().min();
        self.to = [self.to, to].into_iter().flatten().max();
    }
}

/// One table of the evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableStats {
    /// Rows that were decoded, with their times.
    pub all: Span,
    /// Records met, wanted or not.
    pub records: u64,
    /// By host, where a wanted column names it.
    pub by_host: BTreeMap<String, Span>,
    /// Rows that were kept for the plans.
    pub kept: u64,
    /// The latest time that can be believed: not much later than the caller's clock.
    pub latest: Option<i64>,
}

impl TableStats {
    pub fn merge(&mut self, other: &Self) {
        self.all.add(other.all.rows, other.all.from, other.all.to);
        self.records += other.records;
        self.kept += other.kept;
        self.latest = self.latest.max(other.latest);
        for (host, span) in &other.by_host {
            self.host(host).add(span.rows, span.from, span.to);
        }
    }

    fn host(&mut self, host: &str) -> &mut Span {
        let full = self.by_host.len() >= MAX_HOSTS && !self.by_host.contains_key(host);
        self.by_host.entry(if full { String::new() } else { host.to_owned() }).or_default()
    }
}

/// What one batch holds; times later than `believable` are those of a wrong clock.
pub fn of_batch(times: Option<&ArrayRef>, hosts: Option<&ArrayRef>, rows: usize, believable: i64) -> TableStats {
    let mut stats = TableStats::default();
    let times = times.map(|t| t.as_primitive::<Int64Type>());
    let (from, to) = times.map_or((None, None), |t| (arrow::compute::min(t), arrow::compute::max(t)));
    stats.all.add(rows as u64, from, to);
    stats.latest = match (times, to) {
        (Some(times), Some(to)) if to > believable => times.iter().flatten().filter(|t| *t <= believable).max(),
        _ => to,
    };
    if let Some(hosts) = hosts.and_then(|h| h.as_string_view_opt()) {
        // Runs of one host are looked up once.
        let mut start = 0;
        while start < rows {
            let host = hosts.value(start);
            let mut end = start + 1;
            while end < rows && hosts.value(end) == host {
                end += 1;
            }
            let (from, to) = times.map_or((None, None), |t| {
                let run = t.slice(start, end - start);
                (arrow::compute::min(&run), arrow::compute::max(&run))
            });
            stats.host(host).add((end - start) as u64, from, to);
            start = end;
        }
    }
    stats
}
