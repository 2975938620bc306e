//! What the evidence could show: rows by host and table, and the hunts that had nothing to look at.

use crate::run::Hunted;
use model::finding::HuntWithoutData;
use model::{Coverage, ticks};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rows of one host in one table; the host is empty where the table has no column for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRows {
    pub table: String,
    pub host: String,
    pub rows: u64,
    /// Ticks; `None` where no row has a time.
    pub from: Option<i64>,
    pub to: Option<i64>,
}

/// One line a host and table; before them one line a host, without a table, that lists the hunts which had no rows of that host to
/// look at. The first host is the empty one: the evidence as a whole. `looked_at` are tables that were looked for without a row.
pub fn coverage(rows: &[TableRows], looked_at: &[&str], hunted: &Hunted) -> Vec<Coverage> {
    let mut hosts: BTreeMap<&str, Vec<&TableRows>> = BTreeMap::from([("", Vec::new())]);
    for row in rows.iter().filter(|r| r.rows > 0) {
        hosts.entry(&row.host).or_default().push(row);
    }
    let everything: BTreeSet<&str> =
        rows.iter().filter(|r| r.rows > 0).map(|r| r.table.as_str()).chain(looked_at.iter().copied()).collect();
    let found = found(hunted, &hosts);
    let none = BTreeSet::new();
    let mut lines = Vec::new();
    for (host, mut tables) in hosts {
        tables.sort_by(|a, b| a.table.cmp(&b.table));
        // Tables without a host column may speak of every host.
        let seen = if host.is_empty() { everything.clone() } else { tables.iter().map(|t| t.table.as_str()).collect() };
        lines.push(Coverage {
            host: host.to_owned(),
            table: String::new(),
            from: tables.iter().filter_map(|t| t.from).min().map(ticks::iso_short),
            to: tables.iter().filter_map(|t| t.to).max().map(ticks::iso_short),
            rows: tables.iter().map(|t| t.rows).sum(),
            hunts_without_data: without_data(hunted, &seen, found.get(host).unwrap_or(&none)),
        });
        lines.extend(tables.into_iter().map(|t| Coverage {
            host: host.to_owned(),
            table: t.table.clone(),
            from: t.from.map(ticks::iso_short),
            to: t.to.map(ticks::iso_short),
            rows: t.rows,
            hunts_without_data: Vec::new(),
        }));
    }
    lines
}

/// The hunts that found something about one of the hosts, whatever name or address their records had for it.
fn found<'a>(hunted: &'a Hunted, hosts: &BTreeMap<&str, Vec<&TableRows>>) -> HashMap<String, BTreeSet<&'a str>> {
    let of_interest = |host: &str| Some(host.to_lowercase()).filter(|host| hosts.contains_key(host.as_str()));
    let mut case_of: HashMap<&str, String> = HashMap::new();
    for case in &hunted.cases {
        if let Some(host) = of_interest(&case.host) {
            case_of.extend(case.findings.iter().map(|id| (id.as_str(), host.clone())));
        }
    }
    let mut found: HashMap<String, BTreeSet<&str>> = HashMap::new();
    for finding in &hunted.findings {
        let named = ["host", "ip"].iter().filter_map(|name| finding.entities.get(name)).filter_map(of_interest);
        for host in named.chain(case_of.remove(finding.id.as_str())) {
            found.entry(host).or_default().insert(&finding.hunt);
        }
    }
    found
}

fn without_data(hunted: &Hunted, seen: &BTreeSet<&str>, found: &BTreeSet<&str>) -> Vec<HuntWithoutData> {
    let blind = hunted.scans.iter().filter(|(hunt, tables)| !found.contains(hunt.as_str()) && !tables.iter().any(|t| seen.contains(&**t)));
    let mut hunts: Vec<HuntWithoutData> = blind
        .map(|(hunt, tables)| {
            let named: Vec<&str> = tables.iter().map(|t| &**t).take(4).collect();
            let more = if tables.len() > named.len() { ", …" } else { "" };
            HuntWithoutData { hunt: hunt.clone(), why: format!("no rows of {}{more}", named.join(", ")) }
        })
        .collect();
    hunts.extend(hunted.problems.iter().map(|p| HuntWithoutData { hunt: p.hunt.clone(), why: format!("could not run: {}", p.error) }));
    hunts.sort_by(|a, b| a.hunt.cmp(&b.hunt));
    hunts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_with_dns_only_has_blind_hunts() {
        let hunted = Hunted {
            scans: vec![("dns".into(), vec!["DnsEvents".into()]), ("process".into(), vec!["DeviceProcessEvents".into(), "Event".into()])],
            ..Hunted::default()
        };
        let row = |table: &str, host: &str| TableRows { table: table.into(), host: host.into(), rows: 2, from: None, to: None };
        let lines = coverage(&[row("DnsEvents", "a"), row("DeviceProcessEvents", "b")], &[], &hunted);
        let blind: Vec<_> = lines.iter().filter(|l| l.table.is_empty()).map(|l| (l.host.as_str(), l.hunts_without_data.len())).collect();
        assert_eq!(blind, [("", 0), ("a", 1), ("b", 1)]);
        assert_eq!(lines[1].hunts_without_data[0].why, "no rows of DeviceProcessEvents, Event");
    }
}
