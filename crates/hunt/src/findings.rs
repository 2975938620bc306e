//! Rows put together into findings: one a hunt, host and object.

use crate::entities::Row;
use crate::ids::id;
use content::Hunt;
use model::{EvidenceClass, Fact, FactState, Finding, Lineage, Outcome, Provenance, RecordId, Severity, Verdict, ticks};
use std::collections::BTreeMap;

/// No finding lists more records than that; the count tells how many there were.
const MAX_PROVENANCE: usize = 16;

/// A finding on its way, with what cases need beyond it.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) finding: Finding,
    pub(crate) first: Option<i64>,
}

/// Rows of one hunt to findings, in order of host and object. `judged` rows also come from the records that exclusions were judged by:
/// those are not counted.
pub(crate) fn findings(
    hunt: &Hunt,
    rows: &[Row],
    lineage: Option<&[Lineage]>,
    judged: bool,
    locate: &dyn Fn(RecordId) -> Option<Provenance>,
) -> Vec<Found> {
    let mut groups: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (n, row) in rows.iter().enumerate() {
        groups.entry((host(row).to_lowercase(), object(hunt.evidence_class, row).to_lowercase())).or_default().push(n);
    }
    let found = groups.into_iter().map(|((host_key, object_key), members)| {
        let of: Vec<&Row> = members.iter().map(|n| &rows[*n]).collect();
        let records = lineage.map(|all| members.iter().filter_map(|n| all.get(*n)).collect::<Vec<_>>());
        let id = id(&[&hunt.id, &host_key, &object_key]);
        let mut found = finding(hunt, id, &of, records.as_deref(), locate);
        if judged {
            found.finding.count = of.iter().map(|r| r.count.unwrap_or(1).max(1) as u64).sum();
        }
        found
    });
    found.collect()
}

/// The machine that did it: its name, else its address.
pub(crate) fn host(row: &Row) -> &str {
    if row.host.is_empty() { &row.host_ip } else { &row.host }
}

/// What the finding is about; part of its identity.
pub(crate) fn object(class: EvidenceClass, row: &Row) -> String {
    let remote = || match row.remote_port {
        Some(port) if !row.remote_ip.is_empty() => format!("{}:{port}", row.remote_ip),
        _ => row.remote_ip.clone(),
    };
    let domain = || row.domain.trim_end_matches('.').to_owned();
    let process = || first([&row.process_path, &row.process_name, &row.command_line]);
    let own = match class {
        EvidenceClass::PoolDns | EvidenceClass::PoolConnection | EvidenceClass::PoolTls => first([&domain(), &row.pool, &remote()]),
        EvidenceClass::StratumPayload => first([&domain(), &remote(), &row.wallet]),
        EvidenceClass::FlowShape => remote(),
        EvidenceClass::IdsAlert => format!("{} {}", row.detail, remote()),
        EvidenceClass::ProcessCommand | EvidenceClass::ProcessName | EvidenceClass::Persistence | EvidenceClass::YaraMemory => process(),
        EvidenceClass::YaraFile => first([&row.file, &row.sha256, &row.process_path]),
        EvidenceClass::Wallet => row.wallet.clone(),
    };
    if own.is_empty() { first([&process(), &domain(), &remote(), &row.file, &row.detail]) } else { own }
}

fn first<const N: usize>(of: [&str; N]) -> String {
    of.into_iter().find(|s| !s.is_empty()).unwrap_or_default().to_owned()
}

fn finding(hunt: &Hunt, id: String, rows: &[&Row], lineage: Option<&[&Lineage]>, locate: &dyn Fn(RecordId) -> Option<Provenance>) -> Found {
    let outcomes = rows.iter().map(|r| Outcome::from_name(&r.outcome).unwrap_or(Outcome::Unknown));
    // The worst that happened speaks for the finding; unknown only where nothing is known.
    let outcome = outcomes.clone().filter(|o| *o != Outcome::Unknown).min().unwrap_or(Outcome::Unknown);
    let severity = rows.iter().zip(outcomes).map(|(row, outcome)| {
        let own = Severity::from_name(&row.severity).unwrap_or(hunt.severity);
        if outcome.stopped() { Severity::Informational } else { own }
    });
    let open = rows.iter().find(|r| r.verdict != Verdict::EXPLAINED);
    // The facts of an open row say what an exclusion lacked.
    let judged = open.or(rows.first()).copied();
    let times = || rows.iter().flat_map(|r| [r.time, r.last]).flatten();
    let (first, last) = (times().min(), times().max());
    let records: Vec<RecordId> = lineage.into_iter().flatten().flat_map(|l| l.records.iter().copied()).collect();
    let mut records = records;
    records.sort_unstable();
    records.dedup();
    let count = lineage.map_or(rows.len() as u64, |all| all.iter().map(|l| l.count).sum::<u64>().max(rows.len() as u64));
    let total = |get: fn(&Row) -> Option<i64>| rows.iter().filter_map(|r| get(r)).reduce(i64::saturating_add).map(|n| n.max(0) as u64);
    let facts = judged.map(|r| facts(&r.facts)).unwrap_or_default();
    let only_hash = facts.iter().all(|f| (f.state == FactState::Held) != (f.fact == "sha256")) && facts.iter().any(|f| f.fact == "sha256");
    let finding = Finding {
        id,
        hunt: hunt.id.clone(),
        title: hunt.name.clone(),
        detail: detail(hunt, rows),
        severity: severity.max().unwrap_or(hunt.severity),
        evidence_class: hunt.evidence_class,
        outcome,
        verdict: if open.is_some() { Verdict::Open } else { Verdict::Explained },
        exclusion: judged.map(|r| r.exclusion.clone()).filter(|e| !e.is_empty()),
        reapprove: open.is_some() && only_hash && facts.iter().any(|f| f.fact == "sha256" && f.state == FactState::Failed),
        facts,
        first_seen: first.map(ticks::iso_short),
        last_seen: last.map(ticks::iso_short),
        count,
        bytes: total(|r| r.bytes),
        duration_s: rows.iter().filter_map(|r| r.duration).reduce(|a, b| a + b),
        entities: entities(rows),
        techniques: hunt.techniques.clone(),
        provenance: records.iter().take(MAX_PROVENANCE).filter_map(|r| locate(*r)).collect(),
    };
    Found { finding, first }
}

/// What the worst row says.
fn detail(hunt: &Hunt, rows: &[&Row]) -> String {
    let severity = |row: &Row| Severity::from_name(&row.severity).unwrap_or(hunt.severity);
    let told = rows.iter().filter(|r| !r.detail.is_empty());
    // The first of equals.
    told.rev().max_by_key(|r| severity(r)).map(|r| r.detail.clone()).unwrap_or_default()
}

/// Each entity with the value of the first row that has one.
fn entities(rows: &[&Row]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut put = |name: &str, get: &dyn Fn(&Row) -> String| {
        if let Some(value) = rows.iter().map(|r| get(r)).find(|v| !v.is_empty()) {
            all.insert(name.to_owned(), value);
        }
    };
    put("host", &|r| r.host.clone());
    put("ip", &|r| r.host_ip.clone());
    put("account", &|r| r.account.clone());
    put("process", &|r| if r.process_path.is_empty() { r.process_name.clone() } else { r.process_path.clone() });
    put("command_line", &|r| r.command_line.clone());
    put("sha256", &|r| r.sha256.clone());
    put("file", &|r| r.file.clone());
    put("domain", &|r| r.domain.trim_end_matches('.').to_owned());
    put("remote_ip", &|r| r.remote_ip.clone());
    put("remote_port", &|r| r.remote_port.filter(|p| *p > 0).map(|p| p.to_string()).unwrap_or_default());
    put("wallet", &|r| r.wallet.clone());
    put("pool", &|r| r.pool.clone());
    all
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
        Some(Fact { fact: fact.to_owned(), state })
    };
    text.split(';').filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunt() -> Hunt {
        Hunt::parse("h.yaml", "pool-dns", "name: n\ntags: [{severity: Low}, {evidence_class: pool_dns}]\nquery: T\n").unwrap()
    }

    fn row(host: &str, domain: &str, outcome: &str, verdict: &str) -> Row {
        let text = |s: &str| s.to_owned();
        Row {
            host: text(host),
            domain: text(domain),
            outcome: text(outcome),
            verdict: text(verdict),
            time: Some(ticks::UNIX_EPOCH),
            ..Row::default()
        }
    }

    fn run(rows: &[Row]) -> Vec<Finding> {
        findings(&hunt(), rows, None, false, &|_| None).into_iter().map(|f| f.finding).collect()
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
    fn an_id_does_not_hang_on_counts_or_times() {
        let mut later = row("web-01", "pool.example", "resolved", "");
        later.time = Some(ticks::UNIX_EPOCH + ticks::DAY);
        let one = run(&[row("web-01", "pool.example", "connected", "")]);
        assert_eq!(one[0].id, run(&[later.clone(), later])[0].id);
        assert_ne!(one[0].id, run(&[row("web-02", "pool.example", "connected", "")])[0].id);
    }

    #[test]
    fn one_open_row_leaves_the_finding_open() {
        let explained = row("a", "p.example", "connected", "explained");
        let mut open = row("a", "p.example", "connected", "open");
        open.facts = "path=1;hash=-1;signer=0".to_owned();
        assert_eq!(run(std::slice::from_ref(&explained))[0].verdict, Verdict::Explained);
        let both = run(&[explained, open]);
        assert_eq!(both[0].verdict, Verdict::Open);
        assert_eq!(both[0].facts.iter().map(|f| f.state).collect::<Vec<_>>(), [FactState::Held, FactState::Failed, FactState::Unknown]);
    }
}
