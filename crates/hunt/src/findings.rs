//! Rows put together into findings: one a hunt, host and object.

use crate::campaigns::seconds as covered;
use crate::entities::Row;
use crate::ids::id;
use content::Hunt;
use content::exclusions::WEIGHTS;
use model::{Entities, EvidenceClass, Fact, FactState, Finding, Lineage, Outcome, Provenance, RecordId, Severity, Verdict, ticks};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// No finding lists more records than that; the count tells how many there were.
const MAX_PROVENANCE: usize = 16;

/// Tells where a record lies.
pub type Locate<'a> = &'a (dyn Fn(RecordId) -> Option<Provenance> + Sync);

/// A finding on its way, with what cases need beyond it.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) finding: Finding,
    pub(crate) first: Option<i64>,
}

/// Rows of one hunt, by their numbers, to findings, in order of their first rows. `judged` rows also come from the records that exclusions
/// were judged by: those are not counted.
pub(crate) fn findings<'a>(
    hunt: &Hunt,
    numbers: impl Iterator<Item = usize>,
    row: impl Fn(usize) -> Row<'a> + Sync,
    lineage: Option<&[Lineage]>,
    judged: bool,
    locate: Locate<'_>,
) -> Vec<Found> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    for n in numbers {
        let row = row(n);
        let key = (host(&row).to_lowercase(), object(hunt.evidence_class, &row).to_lowercase());
        let group = *known.entry(key).or_insert_with_key(|(host, object)| {
            groups.push((id(&[&hunt.id, host, object]), Vec::with_capacity(1)));
            groups.len() - 1
        });
        groups[group].1.push(n);
    }
    drop(known);
    let says = Says { id: hunt.id.as_str().into(), title: hunt.name.as_str().into(), techniques: hunt.techniques.clone().into() };
    let found = groups.into_par_iter().map(|(id, members)| {
        let of: Vec<Row<'_>> = members.iter().map(|n| row(*n)).collect();
        let records = lineage.map(|all| members.iter().filter_map(|n| all.get(*n)).collect::<Vec<_>>());
        let mut found = finding(hunt, &says, id, &of, records.as_deref(), locate);
        if judged {
            found.finding.count = of.iter().map(|r| r.count.unwrap_or(1).max(1) as u64).sum();
        }
        found
    });
    found.collect()
}

/// What all findings of a hunt have in common.
struct Says {
    id: Arc<str>,
    title: Arc<str>,
    techniques: Arc<[String]>,
}

/// The machine that did it: its name, else its address.
pub(crate) fn host<'a>(row: &Row<'a>) -> &'a str {
    if row.host.is_empty() { row.host_ip } else { row.host }
}

/// What the finding is about; part of its identity.
pub(crate) fn object<'a>(class: EvidenceClass, row: &Row<'a>) -> Cow<'a, str> {
    let remote = || match row.remote_port {
        Some(port) if !row.remote_ip.is_empty() => Cow::Owned(format!("{}:{port}", row.remote_ip)),
        _ => Cow::Borrowed(row.remote_ip),
    };
    let domain = row.domain.trim_end_matches('.');
    let process = || first([row.process_path, row.process_name, row.command_line]);
    let or_remote = |known: &'a str| if known.is_empty() { remote() } else { Cow::Borrowed(known) };
    let own = match class {
        EvidenceClass::PoolDns | EvidenceClass::PoolConnection | EvidenceClass::PoolTls => or_remote(first([domain, row.pool])),
        EvidenceClass::StratumPayload => match or_remote(domain) {
            nowhere if nowhere.is_empty() => row.wallet.into(),
            somewhere => somewhere,
        },
        EvidenceClass::FlowShape => remote(),
        EvidenceClass::IdsAlert => format!("{} {}", row.detail, remote()).into(),
        EvidenceClass::ProcessCommand | EvidenceClass::ProcessName | EvidenceClass::Persistence | EvidenceClass::YaraMemory => {
            process().into()
        }
        EvidenceClass::YaraFile => first([row.file, row.sha256, row.process_path]).into(),
        EvidenceClass::Wallet => row.wallet.into(),
    };
    if !own.is_empty() {
        return own;
    }
    match or_remote(first([process(), domain])) {
        nothing if nothing.is_empty() => first([row.file, row.detail]).into(),
        something => something,
    }
}

/// The first that is not empty.
fn first<const N: usize>(of: [&str; N]) -> &str {
    of.into_iter().find(|s| !s.is_empty()).unwrap_or_default()
}

fn finding(hunt: &Hunt, says: &Says, id: String, rows: &[Row<'_>], lineage: Option<&[&Lineage]>, locate: Locate<'_>) -> Found {
    let outcomes = rows.iter().map(|r| Outcome::from_name(r.outcome).unwrap_or(Outcome::Unknown));
    // The worst that happened speaks for the finding; unknown only where nothing is known.
    let outcome = outcomes.clone().filter(|o| *o != Outcome::Unknown).min().unwrap_or(Outcome::Unknown);
    let severity = rows.iter().zip(outcomes).map(|(row, outcome)| {
        let own = Severity::from_name(row.severity).unwrap_or(hunt.severity);
        if outcome.stopped() { Severity::Informational } else { own }
    });
    let open = rows.iter().find(|r| r.verdict != Verdict::EXPLAINED);
    // The facts of an open row say what an exclusion lacked.
    let judged = open.or(rows.first());
    let times = || rows.iter().flat_map(|r| [r.time, r.last]).flatten();
    let (first, last) = (times().min(), times().max());
    let mut records: Vec<RecordId> = lineage.into_iter().flatten().flat_map(|l| l.records.iter().copied()).collect();
    records.sort_unstable();
    records.dedup();
    let count = lineage.map_or(rows.len() as u64, |all| all.iter().map(|l| l.count).sum::<u64>().max(rows.len() as u64));
    let total = |get: fn(&Row<'_>) -> Option<i64>| rows.iter().filter_map(|r| get(r)).reduce(i64::saturating_add).map(|n| n.max(0) as u64);
    let facts = judged.map(|r| facts(r.facts)).unwrap_or_default();
    let only_hash = facts.iter().all(|f| (f.state == FactState::Held) != (f.fact == "sha256")) && facts.iter().any(|f| f.fact == "sha256");
    let finding = Finding {
        id,
        hunt: Arc::clone(&says.id),
        title: Arc::clone(&says.title),
        detail: detail(hunt, rows),
        severity: severity.max().unwrap_or(hunt.severity),
        evidence_class: hunt.evidence_class,
        outcome,
        verdict: if open.is_some() { Verdict::Open } else { Verdict::Explained },
        exclusion: judged.map(|r| r.exclusion.to_owned()).filter(|e| !e.is_empty()),
        reapprove: open.is_some() && only_hash && facts.iter().any(|f| f.fact == "sha256" && f.state == FactState::Failed),
        facts,
        first_seen: first.map(ticks::iso_short),
        last_seen: last.map(ticks::iso_short),
        count,
        bytes: total(|r| r.bytes),
        duration_s: duration(rows),
        entities: entities(rows),
        techniques: Arc::clone(&says.techniques),
        provenance: records.iter().take(MAX_PROVENANCE).filter_map(|r| locate(*r)).collect(),
    };
    Found { finding, first }
}

/// Seconds that the rows cover: connections side by side, and a record that is written again while its connection lasts, count once.
fn duration(rows: &[Row<'_>]) -> Option<f64> {
    let (mut spans, mut untimed, mut known) = (Vec::new(), 0.0, false);
    for (row, seconds) in rows.iter().filter_map(|row| Some((row, row.duration?))) {
        known = true;
        match row.time {
            Some(start) if seconds.is_finite() => spans.push((start, start.saturating_add((seconds * ticks::SECOND as f64) as i64))),
            _ => untimed += seconds,
        }
    }
    known.then(|| covered(spans) + untimed)
}

/// What the worst row says.
fn detail(hunt: &Hunt, rows: &[Row<'_>]) -> String {
    let severity = |row: &Row<'_>| Severity::from_name(row.severity).unwrap_or(hunt.severity);
    let told = rows.iter().filter(|r| !r.detail.is_empty());
    // The first of equals.
    told.rev().max_by_key(|r| severity(r)).map(|r| r.detail.to_owned()).unwrap_or_default()
}

/// Each entity with the value of the first row that has one.
fn entities(rows: &[Row<'_>]) -> Entities {
    let text = |get: for<'a> fn(&Row<'a>) -> &'a str| rows.iter().map(get).find(|v| !v.is_empty()).unwrap_or_default().to_owned();
    let port = rows.iter().filter_map(|r| r.remote_port).find(|port| *port > 0);
    Entities::new([
        ("account", text(|r| r.account)),
        ("command_line", text(|r| r.command_line)),
        ("domain", text(|r| r.domain.trim_end_matches('.'))),
        ("file", text(|r| r.file)),
        ("host", text(|r| r.host)),
        ("ip", text(|r| r.host_ip)),
        ("pool", text(|r| r.pool)),
        ("process", text(|r| first([r.process_path, r.process_name]))),
        ("remote_ip", text(|r| r.remote_ip)),
        ("remote_port", port.map(|p| p.to_string()).unwrap_or_default()),
        ("sha256", text(|r| r.sha256)),
        ("wallet", text(|r| r.wallet)),
    ])
}

/// `name=1;name=-1;name=0`.
pub(crate) fn facts(text: &str) -> Vec<Fact> {
    let one = |part: &str| {
        let (fact, state) = part.rsplit_once('=')?;
        let state = match state {
            "1" => FactState::Held,
            "-1" => FactState::Failed,
            _ => FactState::Unknown,
        };
        Some(Fact { fact: name(fact), state })
    };
    text.split(';').filter_map(one).collect()
}

/// Facts have few names, and a million findings many facts.
fn name(fact: &str) -> Cow<'static, str> {
    const OTHERS: [&str; 4] = ["valid", "claimed", "no_mining_protocol", "no_valid_wallet"];
    let mut known = WEIGHTS.iter().map(|w| w.fact).chain(OTHERS);
    known.find(|name| *name == fact).map_or_else(|| Cow::Owned(fact.to_owned()), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunt() -> Hunt {
        Hunt::parse("h.yaml", "pool-dns", "name: n\ntags: [{severity: Low}, {evidence_class: pool_dns}]\nquery: T\n").unwrap()
    }

    fn row<'a>(host: &'a str, domain: &'a str, outcome: &'a str, verdict: &'a str) -> Row<'a> {
        Row { host, domain, outcome, verdict, time: Some(ticks::UNIX_EPOCH), ..Row::default() }
    }

    fn run(rows: &[Row<'_>]) -> Vec<Finding> {
        findings(&hunt(), 0..rows.len(), |n| rows[n], None, false, &|_| None).into_iter().map(|f| f.finding).collect()
    }

    #[test]
    fn one_finding_a_host_and_object_whatever_case_and_dot() {
        let found = run(&[
            row("web-01", "Pool.example.", "resolved", ""),
            row("WEB-01", "pool.example", "nxdomain", ""),
            row("web-02", "pool.example", "nxdomain", ""),
        ]);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].count, found[0].outcome, found[0].severity), (2, Outcome::Resolved, Severity::Low));
        assert_eq!((found[1].outcome, found[1].severity), (Outcome::Nxdomain, Severity::Informational));
    }

    #[test]
    fn what_lasts_side_by_side_counts_once() {
        let at = |start: i64, seconds: f64| Row {
            time: Some(ticks::UNIX_EPOCH + start * ticks::SECOND),
            duration: Some(seconds),
            ..row("web-01", "pool.example", "connected", "")
        };
        let lasted = |rows: &[Row<'_>]| run(rows)[0].duration_s;
        assert_eq!(lasted(&[at(0, 600.0), at(0, 1_200.0), at(100, 600.0)]), Some(1_200.0));
        assert_eq!(lasted(&[at(0, 600.0), at(1_000, 600.5)]), Some(1_200.5));
        assert_eq!(lasted(&[row("web-01", "pool.example", "connected", "")]), None);
        let untimed = Row { time: None, ..at(0, 60.0) };
        assert_eq!(lasted(&[at(0, 600.0), untimed, untimed]), Some(720.0));
    }

    #[test]
    fn an_id_does_not_hang_on_counts_or_times() {
        let mut later = row("web-01", "pool.example", "resolved", "");
        later.time = Some(ticks::UNIX_EPOCH + ticks::DAY);
        let one = run(&[row("web-01", "pool.example", "connected", "")]);
        assert_eq!(one[0].id, run(&[later, later])[0].id);
        assert_ne!(one[0].id, run(&[row("web-02", "pool.example", "connected", "")])[0].id);
    }

    #[test]
    fn one_open_row_leaves_the_finding_open() {
        let explained = row("a", "p.example", "connected", "explained");
        let mut open = row("a", "p.example", "connected", "open");
        open.facts = "path=1;hash=-1;signer=0";
        assert_eq!(run(std::slice::from_ref(&explained))[0].verdict, Verdict::Explained);
        let both = run(&[explained, open]);
        assert_eq!(both[0].verdict, Verdict::Open);
        assert_eq!(both[0].facts.iter().map(|f| f.state).collect::<Vec<_>>(), [FactState::Held, FactState::Failed, FactState::Unknown]);
    }
}
