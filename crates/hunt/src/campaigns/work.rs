//! Mining sessions as `Poolhound_MiningWork` answers them, each seen once.

use crate::entities::{Row, number, real, text};
use arrow::array::ArrayRef;
use model::Answer;
use serde_json::Value;
use std::collections::BTreeMap;

/// The stored function that lists the sessions.
pub(crate) const QUERY: &str = "Poolhound_MiningWork()";
/// Ticks of a second.
pub(crate) const SECOND: f64 = 1e7;

/// One session.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Work {
    /// Ticks of its first record and its last.
    first: Option<i64>,
    last: Option<i64>,
    host: String,
    host_ip: String,
    domain: String,
    remote_ip: String,
    remote_port: Option<i64>,
    pub(crate) wallet: String,
    pub(crate) host_port: Option<i64>,
    pub(crate) coin: String,
    pub(crate) algorithm: String,
    pub(crate) submitted: u64,
    pub(crate) accepted: u64,
    /// Submitted before a difficulty was seen.
    pub(crate) unknown: u64,
    pub(crate) hashes: Option<f64>,
    pub(crate) hashes_accepted: Option<f64>,
    /// Start, seconds, shares, hashes.
    pub(crate) intervals: Vec<(String, i64, u64, Option<f64>)>,
}

impl Work {
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        let first = self.first?;
        Some((first, self.last.unwrap_or(first).max(first)))
    }

    /// Host, peer and wallet, in the words of findings.
    pub(crate) fn row(&self) -> Row<'_> {
        Row {
            host: &self.host,
            host_ip: &self.host_ip,
            domain: &self.domain,
            remote_ip: &self.remote_ip,
            remote_port: self.remote_port,
            wallet: &self.wallet,
            ..Row::default()
        }
    }
}

type Put = fn(&mut Work, &ArrayRef, usize);

const FIELDS: &[(&str, Put)] = &[
    ("TimeGenerated", |w, c, n| w.first = number(c, n)),
    ("LastSeen", |w, c, n| w.last = number(c, n)),
    ("Host", |w, c, n| w.host = text(c, n)),
    ("HostIp", |w, c, n| w.host_ip = text(c, n)),
    ("HostPort", |w, c, n| w.host_port = number(c, n)),
    ("Domain", |w, c, n| w.domain = text(c, n)),
    ("RemoteIp", |w, c, n| w.remote_ip = text(c, n)),
    ("RemotePort", |w, c, n| w.remote_port = number(c, n)),
    ("Coin", |w, c, n| w.coin = known(text(c, n))),
    ("Algorithm", |w, c, n| w.algorithm = known(text(c, n))),
    ("Wallet", |w, c, n| w.wallet = text(c, n)),
    ("SharesSubmitted", |w, c, n| w.submitted = count(c, n)),
    ("SharesAccepted", |w, c, n| w.accepted = count(c, n)),
    ("SharesUnknown", |w, c, n| w.unknown = count(c, n)),
    ("HashesEstimated", |w, c, n| w.hashes = amount(c, n)),
    ("HashesAccepted", |w, c, n| w.hashes_accepted = amount(c, n)),
    ("Intervals", |w, c, n| w.intervals = intervals(&text(c, n))),
];

/// A name; captures say so where none is known.
fn known(name: String) -> String {
    if name == "unknown" { String::new() } else { name }
}

fn count(column: &ArrayRef, n: usize) -> u64 {
    number(column, n).and_then(|v| u64::try_from(v).ok()).unwrap_or(0)
}

/// Exports of other people's making may hold anything.
fn amount(column: &ArrayRef, n: usize) -> Option<f64> {
    real(column, n).filter(|v| v.is_finite() && *v >= 0.0)
}

fn intervals(json: &str) -> Vec<(String, i64, u64, Option<f64>)> {
    let Ok(Value::Array(all)) = serde_json::from_str(json) else { return Vec::new() };
    let each = all.iter().filter_map(|i| {
        let seconds = i["seconds"].as_i64().filter(|s| *s > 0)?;
        Some((i["start"].as_str()?.to_owned(), seconds, i["shares"].as_u64()?, i["hashes"].as_f64()))
    });
    each.collect()
}

/// All sessions of an answer. Of one session that two sensors saw, the one with more shares is kept.
pub(crate) fn sessions(answer: &Answer) -> Vec<Work> {
    let mut all: BTreeMap<_, Vec<Work>> = BTreeMap::new();
    for batch in &answer.batches {
        let column = |name: &str| answer.schema.index_of(name).and_then(|n| batch.columns().get(n)).cloned();
        let columns: Vec<Option<ArrayRef>> = FIELDS.iter().map(|(name, _)| column(name)).collect();
        for n in 0..batch.num_rows() {
            let mut work = Work::default();
            for ((_, put), column) in FIELDS.iter().zip(&columns) {
                if let Some(column) = column {
                    put(&mut work, column, n);
                }
            }
            let ends = (work.host_ip.clone(), work.host_port, work.remote_ip.clone(), work.remote_port);
            all.entry(ends).or_default().push(work);
        }
    }
    let seen_once = all.into_iter().flat_map(|((_, port, _, _), mut of_ends)| {
        of_ends.sort_by_key(|w| std::cmp::Reverse(w.submitted));
        let mut kept: Vec<Work> = Vec::new();
        for work in of_ends {
            // Without a port, sessions of one pair cannot be told apart.
            if port.is_none() || !kept.iter().any(|other| overlap(other, &work)) {
                kept.push(work);
            }
        }
        kept
    });
    seen_once.collect()
}

/// Whether two records are of one session. Several accounts may log in on one connection, one after the other.
fn overlap(a: &Work, b: &Work) -> bool {
    if a.wallet != b.wallet && !a.wallet.is_empty() && !b.wallet.is_empty() {
        return false;
    }
    match (a.span(), b.span()) {
        (Some((first, last)), Some((other_first, other_last))) => first <= other_last && other_first <= last,
        _ => true,
    }
}

/// Seconds that spans of ticks cover, those that overlap once.
pub(crate) fn seconds(mut spans: Vec<(i64, i64)>) -> f64 {
    spans.sort_unstable();
    let (mut total, mut reached) = (0f64, i64::MIN);
    for (first, last) in spans {
        let from = first.max(reached);
        if last > from {
            total += last.saturating_sub(from) as f64 / SECOND;
        }
        reached = reached.max(last);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_overlap_count_once() {
        let s = |a: i64, b: i64| (a * 10_000_000, b * 10_000_000);
        assert_eq!(seconds(vec![s(0, 10), s(5, 20), s(30, 40), s(31, 32)]), 30.0);
        assert_eq!(seconds(Vec::new()), 0.0);
    }

    #[test]
    fn intervals_that_make_no_sense_are_left_out() {
        let json =
            r#"[{"start":"2026-11-18T00:00:00Z","seconds":600,"shares":3,"hashes":9.5},{"start":1},{"start":"x","seconds":0,"shares":1}]"#;
        assert_eq!(intervals(json), [("2026-11-18T00:00:00Z".to_owned(), 600, 3, Some(9.5))]);
        assert_eq!(intervals("nonsense"), []);
    }
}
