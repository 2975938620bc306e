//! Findings put together into cases: one a host, with a severity that corroboration raises.

use crate::findings::Found;
use crate::ids::id;
use crate::story::{next_steps, story};
use model::{Case, EvidenceClass, Severity, Verdict};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The case of findings whose host the evidence does not name. Hunts write `unknown client of ns-01` where they know the server.
pub(crate) const UNKNOWN_HOST: &str = "unknown host";

/// Whether a case's host stands for machines that the evidence does not name.
pub(crate) fn is_unknown(host: &str) -> bool {
    host.starts_with("unknown ")
}

/// The cases of all open findings, worst first. A host that is known by name in one finding and by address in another is one host.
pub(crate) fn cases(found: &[Found]) -> Vec<Case> {
    let names = Names::of(found);
    let mut hosts: HashMap<String, Vec<&Found>> = HashMap::new();
    for one in found.iter().filter(|f| f.finding.verdict == Verdict::Open) {
        hosts.entry(names.host(one)).or_default().push(one);
    }
    let mut cases: Vec<(Option<i64>, Case)> = hosts
        .into_par_iter()
        .filter(|(_, members)| members.iter().any(|f| matters(f)))
        .map(|(host, mut members)| {
            members.sort_by(|a, b| {
                let key = |f: &Found| (Reverse(f.finding.severity), f.first);
                key(a).cmp(&key(b)).then_with(|| a.finding.id.cmp(&b.finding.id))
            });
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
    cases.par_sort_by(|(first_a, a), (first_b, b)| {
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

/// What other findings tell of the host of a finding that does not name it. Hosts are in lower case.
#[derive(Default)]
struct Names<'a> {
    /// By address, where exactly one name goes with it.
    by_address: HashMap<&'a str, Option<String>>,
    /// By the hash of a file that ran on exactly one host.
    by_hash: HashMap<&'a str, Option<String>>,
    all: HashSet<String>,
}

impl<'a> Names<'a> {
    fn of(found: &'a [Found]) -> Self {
        let mut names = Self::default();
        // Files may have no host; all else has one, and then hashes and the list of hosts tell nothing.
        let lost = found.iter().any(|f| f.finding.entities.host().is_none());
        for entities in found.iter().map(|f| &f.finding.entities) {
            let Some(host) = entities.get("host").filter(|h| !is_unknown(h)) else { continue };
            let (address, hash) = (entities.get("ip"), entities.get("sha256").filter(|_| lost));
            if address.is_none() && !lost {
                continue;
            }
            let host = host.to_lowercase();
            for (map, key) in [(&mut names.by_address, address), (&mut names.by_hash, hash)] {
                let Some(key) = key.filter(|k| **k != host) else { continue };
                let known = map.entry(key).or_insert_with(|| Some(host.clone()));
                if known.as_ref() != Some(&host) {
                    *known = None;
                }
            }
            if lost {
                names.all.insert(host);
            }
        }
        names
    }

    /// The host of the finding's case. A file is of the host that ran it, or that a folder of its path is named after, as copies of disks are.
    fn host(&self, one: &Found) -> String {
        let entities = &one.finding.entities;
        if let Some(host) = entities.host() {
            return self.by_address.get(host).cloned().flatten().unwrap_or_else(|| host.to_lowercase());
        }
        let ran = entities.get("sha256").and_then(|hash| self.by_hash.get(hash).cloned().flatten());
        let folder = || {
            let file = entities.get("file")?;
            let mut named = file.split(['/', '\\', '!']).map(str::to_lowercase).filter(|part| self.all.contains(part));
            named.next().filter(|first| named.all(|other| other == *first))
        };
        ran.or_else(folder).unwrap_or_else(|| UNKNOWN_HOST.to_owned())
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
    let miners: BTreeSet<EvidenceClass> = live().filter(|f| proof(f) == Proof::Miner).map(|f| f.finding.evidence_class).collect();
    if (pool && !miners.is_empty()) || miners.len() > 1 { Severity::High } else { worst }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Entities, Finding, Outcome};

    fn found(host: &str, ip: &str, class: EvidenceClass, severity: Severity, outcome: Outcome) -> Found {
        let entities = Entities::new([("host", host.to_owned()), ("ip", ip.to_owned())]);
        let finding = Finding {
            id: id(&[host, ip, class.name()]),
            hunt: class.name().into(),
            title: "".into(),
            detail: String::new(),
            severity,
            evidence_class: class,
            outcome,
            verdict: Verdict::Open,
            exclusion: None,
            facts: Vec::new(),
            reapprove: false,
            first_seen: None,
            last_seen: None,
            count: 1,
            bytes: None,
            duration_s: None,
            entities,
            techniques: Vec::new().into(),
            provenance: Vec::new(),
        };
        Found { finding, first: None }
    }

    fn severities(found: &[Found]) -> Vec<(String, Severity)> {
        cases(found).into_iter().map(|c| (c.host, c.severity)).collect()
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
            let found: Vec<_> = members.into_iter().map(|(class, severity, outcome)| found("h", "", class, severity, outcome)).collect();
            assert_eq!(severities(&found), [("h".to_owned(), expected)]);
        }
    }

    #[test]
    fn a_file_belongs_to_the_host_that_ran_it_or_whose_folder_it_is_in() {
        let mut process = found("web-01", "", EvidenceClass::ProcessCommand, Severity::Medium, Outcome::Unknown);
        process.finding.entities = Entities::new([("host", "web-01".to_owned()), ("sha256", "ab".to_owned())]);
        let mut files = Vec::new();
        for (sha256, file) in [("ab", "x/miner"), ("cd", "disk/WEB-01/tmp/miner"), ("ef", "disk/other/miner")] {
            let mut one = found("", "", EvidenceClass::YaraFile, Severity::Low, Outcome::Unknown);
            one.finding.id = sha256.to_owned();
            one.finding.entities = Entities::new([("sha256", sha256.to_owned()), ("file", file.to_owned())]);
            files.push(one);
        }
        files.push(process);
        let cases = cases(&files);
        let sizes: Vec<_> = cases.iter().map(|c| (c.host.as_str(), c.findings.len())).collect();
        assert_eq!(sizes, [("web-01", 3), (UNKNOWN_HOST, 1)]);
    }

    #[test]
    fn a_name_and_its_address_are_one_host() {
        let both = found("Web-01", "192.0.2.7", EvidenceClass::ProcessCommand, Severity::Medium, Outcome::Unknown);
        let address = found("", "192.0.2.7", EvidenceClass::PoolDns, Severity::Low, Outcome::Resolved);
        let nobody = found("", "", EvidenceClass::PoolDns, Severity::Low, Outcome::Resolved);
        let visitor = found("dev", "", EvidenceClass::PoolTls, Severity::Informational, Outcome::Connected);
        let cases = severities(&[both, address, nobody, visitor]);
        assert_eq!(cases, [("web-01".to_owned(), Severity::High), (UNKNOWN_HOST.to_owned(), Severity::Low)]);
    }
}
