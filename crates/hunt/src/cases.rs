//! Findings put together into cases: one a host, with a severity that corroboration raises.

use crate::findings::Found;
use crate::ids::id;
use crate::story::{next_steps, story};
use model::{Case, EvidenceClass, Severity, Verdict};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The case of findings whose host the evidence does not name. Hunts write `unknown client of ns-01` where they know the server.
pub(crate) const UNKNOWN_HOST: &str = "unknown host";

/// Whether a case's host stands for machines that the evidence does not name.
pub(crate) fn is_unknown(host: &str) -> bool {
    host.starts_with("unknown ")
}

/// The cases of all open findings, worst first. A host that is known by name in one finding and by address in another is one host.
pub(crate) fn cases(found: &mut [Found]) -> Vec<Case> {
    let names = names_of_addresses(found);
    let mut hosts: BTreeMap<String, Vec<&Found>> = BTreeMap::new();
    for one in found.iter().filter(|f| f.finding.verdict == Verdict::Open) {
        hosts.entry(case_host(one, &names)).or_default().push(one);
    }
    let mut cases: Vec<(Option<i64>, Case)> = hosts
        .into_iter()
        .filter(|(_, members)| members.iter().any(|f| matters(f)))
        .map(|(host, mut members)| {
            members.sort_by_key(|f| (Reverse(f.finding.severity), f.first, f.finding.id.clone()));
            let first = members.iter().filter_map(|f| f.first).min();
            let case = Case {
                id: id(&["case", &host.to_lowercase()]),
                severity: severity(&members),
                findings: members.iter().map(|f| f.finding.id.clone()).collect(),
                story: story(&host, &members),
                next_steps: next_steps(&host, &members),
                host,
            };
            (first, case)
        })
        .collect();
    cases.sort_by(|(first_a, a), (first_b, b)| {
        (Reverse(a.severity), Reverse(a.findings.len()), first_a, &a.host).cmp(&(
            Reverse(b.severity),
            Reverse(b.findings.len()),
            first_b,
            &b.host,
        ))
    });
    cases.into_iter().map(|(_, case)| case).collect()
}

/// A visit to a pool's website or a mere shape makes no case; an attempt that was stopped does.
fn matters(one: &Found) -> bool {
    one.finding.severity > Severity::Informational || one.finding.outcome.stopped()
}

/// Address to name, where exactly one name goes with it.
fn names_of_addresses(found: &[Found]) -> BTreeMap<String, Option<String>> {
    let mut names: BTreeMap<String, Option<String>> = BTreeMap::new();
    for entities in found.iter().map(|f| &f.finding.entities) {
        if let (Some(host), Some(ip)) = (entities.get("host"), entities.get("ip"))
            && host != ip
        {
            let host = host.to_lowercase();
            names
                .entry(ip.clone())
                .and_modify(|known| {
                    if known.as_ref() != Some(&host) {
                        *known = None
                    }
                })
                .or_insert(Some(host));
        }
    }
    names
}

fn case_host(one: &Found, names: &BTreeMap<String, Option<String>>) -> String {
    let entities = &one.finding.entities;
    let named = entities.get("host").or_else(|| entities.get("ip"));
    match named {
        None => UNKNOWN_HOST.to_owned(),
        Some(host) => names.get(host).cloned().flatten().unwrap_or_else(|| host.to_lowercase()),
    }
}

/// What a finding proves, for corroboration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// A pool's name or address was met.
    Pool,
    /// A miner is there: its protocol, its command line, its wallet, its file.
    Miner,
    /// Says little alone.
    Support,
}

fn proof(one: &Found) -> Proof {
    use EvidenceClass as C;
    let strong = one.finding.severity >= Severity::Medium;
    match one.finding.evidence_class {
        C::PoolDns | C::PoolConnection | C::PoolTls => Proof::Pool,
        C::StratumPayload | C::Wallet | C::YaraMemory => Proof::Miner,
        C::ProcessCommand | C::ProcessName | C::YaraFile | C::IdsAlert | C::Persistence if strong => Proof::Miner,
        _ => Proof::Support,
    }
}

/// A pool's name alone stays what its hunt says (Low); together with a miner it is High. Two kinds of proof of a miner are High as well.
/// A mere shape or mining words raise nothing. What was blocked corroborates, but raises nothing alone.
fn severity(members: &[&Found]) -> Severity {
    let worst = members.iter().map(|f| f.finding.severity).max().unwrap_or(Severity::Informational);
    let live = || members.iter().filter(|f| !f.finding.outcome.stopped());
    let pool = live().any(|f| proof(f) == Proof::Pool);
    let miners: std::collections::BTreeSet<EvidenceClass> =
        live().filter(|f| proof(f) == Proof::Miner).map(|f| f.finding.evidence_class).collect();
    if (pool && !miners.is_empty()) || miners.len() > 1 { Severity::High } else { worst }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Finding, Outcome};

    fn found(host: &str, ip: &str, class: EvidenceClass, severity: Severity, outcome: Outcome) -> Found {
        let mut entities = BTreeMap::new();
        for (key, value) in [("host", host), ("ip", ip)] {
            if !value.is_empty() {
                entities.insert(key.to_owned(), value.to_owned());
            }
        }
        let finding = Finding {
            id: id(&[host, ip, class.name()]),
            hunt: class.name().to_owned(),
            title: String::new(),
            severity,
            evidence_class: class,
            outcome,
            verdict: Verdict::Open,
            exclusion: None,
            facts: Vec::new(),
            first_seen: None,
            last_seen: None,
            count: 1,
            bytes: None,
            duration_s: None,
            entities,
            techniques: Vec::new(),
            provenance: Vec::new(),
        };
        Found { finding, first: None, detail: String::new() }
    }

    fn severities(mut found: Vec<Found>) -> Vec<(String, Severity)> {
        cases(&mut found).into_iter().map(|c| (c.host, c.severity)).collect()
    }

    #[test]
    fn corroboration_raises_a_case_and_nothing_else_does() {
        use EvidenceClass as C;
        use Outcome as O;
        use Severity as S;
        for (members, expected) in [
            (vec![(C::PoolDns, S::Low, O::Resolved)], S::Low),
            (vec![(C::PoolDns, S::Low, O::Resolved), (C::PoolTls, S::Low, O::Connected)], S::Low),
            (vec![(C::PoolDns, S::Low, O::Resolved), (C::FlowShape, S::Informational, O::Connected)], S::Low),
            (vec![(C::PoolDns, S::Low, O::Resolved), (C::ProcessCommand, S::Low, O::Unknown)], S::Low),
            (vec![(C::PoolDns, S::Low, O::Resolved), (C::ProcessCommand, S::Medium, O::Unknown)], S::High),
            (vec![(C::PoolDns, S::Informational, O::Nxdomain), (C::ProcessCommand, S::Medium, O::Unknown)], S::Medium),
            (vec![(C::Wallet, S::Medium, O::Unknown), (C::YaraFile, S::Medium, O::Unknown)], S::High),
        ] {
            let found = members.into_iter().map(|(class, severity, outcome)| found("h", "", class, severity, outcome)).collect();
            assert_eq!(severities(found), [("h".to_owned(), expected)]);
        }
    }

    #[test]
    fn a_name_and_its_address_are_one_host() {
        let both = found("Web-01", "192.0.2.7", EvidenceClass::ProcessCommand, Severity::Medium, Outcome::Unknown);
        let address = found("", "192.0.2.7", EvidenceClass::PoolDns, Severity::Low, Outcome::Resolved);
        let nobody = found("", "", EvidenceClass::PoolDns, Severity::Low, Outcome::Resolved);
        let visitor = found("dev", "", EvidenceClass::PoolTls, Severity::Informational, Outcome::Connected);
        let cases = severities(vec![both, address, nobody, visitor]);
        assert_eq!(cases, [("web-01".to_owned(), Severity::High), (UNKNOWN_HOST.to_owned(), Severity::Low)]);
    }
}
