//! What policies would have hidden.

use super::JudgedRow;
use model::{EvidenceClass, Verdict, ticks};
use std::collections::{BTreeMap, BTreeSet};

/// What one policy hid.
#[derive(Clone, Debug, Default)]
pub struct Hidden {
    pub rows: u64,
    pub findings: BTreeSet<String>,
    pub by_host: BTreeMap<String, u64>,
    pub by_account: BTreeMap<String, u64>,
    /// Hours of the day in UTC.
    pub by_hour: BTreeMap<u8, u64>,
    pub by_class: BTreeMap<String, u64>,
    /// Hidden rows that other evidence of mining speaks against: any refuses the policy.
    pub contradictions: Vec<Contradiction>,
    pub contradicted: u64,
}

/// A hidden row and an open one that is about the same.
#[derive(Clone, Debug)]
pub struct Contradiction {
    pub host: String,
    pub hidden: String,
    pub open: String,
    /// What they share: `process`, `peer`, `file`, `wallet`.
    pub shared: &'static str,
    /// The finding that stays open.
    pub finding: String,
}

/// Contradictions that are told one by one, a policy.
const MAX_TOLD: usize = 100;

/// Over all policies, by id; a policy that hid nothing is not among them.
#[derive(Clone, Debug, Default)]
pub struct Backtest {
    pub policies: BTreeMap<String, Hidden>,
    pub rows: u64,
    pub open: u64,
}

/// What each policy hides among rows, and what speaks against that.
pub fn backtest(rows: &[JudgedRow]) -> Backtest {
    let mut told = Backtest { rows: rows.len() as u64, ..Backtest::default() };
    let mut open: BTreeMap<(String, &'static str, String), &JudgedRow> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.verdict == Verdict::Open) {
        told.open += 1;
        for (kind, key) in keys(row) {
            open.entry((row.host.to_lowercase(), kind, key)).or_insert(row);
        }
    }
    for row in rows.iter().filter(|r| r.verdict == Verdict::Explained) {
        let hidden = told.policies.entry(row.exclusion.clone()).or_default();
        hidden.rows += 1;
        hidden.findings.insert(row.finding.clone());
        *hidden.by_host.entry(row.host.clone()).or_default() += 1;
        *hidden.by_class.entry(row.class.name().to_owned()).or_default() += 1;
        let account = row.subjects.first().map(|s| s.account.clone()).unwrap_or_default();
        *hidden.by_account.entry(account).or_default() += 1;
        if let Some(hour) = row.time.and_then(|t| u8::try_from(t.div_euclid(ticks::HOUR).rem_euclid(24)).ok()) {
            *hidden.by_hour.entry(hour).or_default() += 1;
        }
        let against = keys(row).into_iter().find_map(|(kind, key)| Some((kind, *open.get(&(row.host.to_lowercase(), kind, key))?)));
        if let Some((shared, other)) = against {
            hidden.contradicted += 1;
            if hidden.contradictions.len() < MAX_TOLD {
                hidden.contradictions.push(Contradiction {
                    host: row.host.clone(),
                    hidden: format!("{}: {}", row.title, row.object),
                    open: format!("{}: {}", other.title, other.object),
                    shared,
                    finding: other.finding.clone(),
                });
            }
        }
    }
    told
}

/// What rows about the same have in common.
fn keys(row: &JudgedRow) -> Vec<(&'static str, String)> {
    let mut keys = Vec::new();
    for subject in &row.subjects {
        if subject.process_known {
            keys.push(("process", subject.process.clone()));
        }
        // A rule that matches the file speaks against all that it runs; another run of it does not.
        if !subject.path.is_empty() && (row.class == EvidenceClass::YaraFile || row.verdict == Verdict::Explained) {
            keys.push(("file", subject.path.clone()));
        }
        // Of a process that is known only its own rows speak: others may talk to the same peer. A sensor on the network names none.
        if subject.process_known && row.verdict == Verdict::Open {
            continue;
        }
        if let Some(peer) = &subject.destination {
            let name = if peer.ip.is_empty() { &peer.name } else { &peer.ip };
            keys.push(("peer", format!("{}:{}", name.to_lowercase(), peer.port.unwrap_or_default())));
        }
        if !subject.wallet.is_empty() {
            keys.push(("wallet", subject.wallet.clone()));
        }
    }
    keys
}

/// Findings that only the new policies hide, and those that only the former hid, by id with what they are about.
pub fn difference(new: &[JudgedRow], former: &[JudgedRow]) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let hidden = |rows: &[JudgedRow]| -> BTreeMap<String, String> {
        // A finding is hidden if all its rows are.
        let open: BTreeSet<&String> = rows.iter().filter(|r| r.verdict == Verdict::Open).map(|r| &r.finding).collect();
        let explained = rows.iter().filter(|r| r.verdict == Verdict::Explained && !open.contains(&r.finding));
        explained.map(|r| (r.finding.clone(), format!("{} on {}: {} ({})", r.title, r.host, r.object, r.exclusion))).collect()
    };
    let (new, former) = (hidden(new), hidden(former));
    let only = |of: &BTreeMap<String, String>, without: &BTreeMap<String, String>| {
        of.iter().filter(|(id, _)| !without.contains_key(*id)).map(|(id, what)| (id.clone(), what.clone())).collect()
    };
    (only(&new, &former), only(&former, &new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use content::exclusions::{Peer, Subject};

    fn row(finding: &str, verdict: Verdict, subject: Subject) -> JudgedRow {
        JudgedRow {
            finding: finding.to_owned(),
            hunt: "h".to_owned(),
            title: "T".to_owned(),
            class: EvidenceClass::ProcessName,
            host: "H1".to_owned(),
            object: "o".to_owned(),
            time: Some(ticks::HOUR * 27),
            verdict,
            exclusion: "p".to_owned(),
            facts: Vec::new(),
            subjects: vec![subject],
        }
    }

    #[test]
    fn what_is_hidden_is_counted_and_what_speaks_against_it_is_told() {
        let peer =
            Subject { destination: Some(Peer { ip: "203.0.113.9".into(), port: Some(3333), ..Peer::default() }), ..Subject::default() };
        let calm = Subject { path: "/opt/a".into(), account: "svc".into(), ..Subject::default() };
        let process = |id: &str| Subject { process_known: true, process: id.into(), ..peer.clone() };
        let rows = [
            row("a", Verdict::Explained, process("8")),
            row("b", Verdict::Open, peer.clone()),
            row("c", Verdict::Explained, calm),
            // Another process at the same peer says nothing of this one.
            row("d", Verdict::Open, process("7")),
        ];
        let told = backtest(&rows);
        let hidden = &told.policies["p"];
        assert_eq!((told.rows, told.open, hidden.rows, hidden.contradicted), (4, 2, 2, 1));
        assert_eq!((hidden.by_hour[&3], hidden.by_account["svc"], hidden.contradictions[0].shared), (2, 1, "peer"));
        let (more, less) = difference(&rows, &[row("c", Verdict::Explained, Subject::default())]);
        assert_eq!((more.keys().collect::<Vec<_>>(), less.len()), (vec![&"a".to_owned()], 0));
    }
}
