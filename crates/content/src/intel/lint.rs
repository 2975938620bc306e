//! What a list or rule knows, and what is wrong with it.

use super::name::{Host, within};
use super::{Entry, Fault, Fragment, Gate, Listing, Matching, Place, Pool, Pools, fused};
use std::collections::{BTreeMap, BTreeSet};

/// How much a remark weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Finds what is not meant, or never anything.
    Fault,
    /// Worth knowing.
    Note,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Note => "note",
        }
    }
}

/// What a remark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemarkKind {
    /// Refused by the gate: a public suffix, a zone or an address that many share, a general site.
    Shared,
    Fused,
    WrongMatch,
    Retired,
    Page,
    BareAddress,
    Duplicate,
    Unjudged,
}

impl RemarkKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Fused => "fused",
            Self::WrongMatch => "wrong_match",
            Self::Retired => "retired",
            Self::Page => "page",
            Self::BareAddress => "bare_address",
            Self::Duplicate => "duplicate",
            Self::Unjudged => "unjudged",
        }
    }

    pub fn level(self) -> Level {
        match self {
            Self::Shared | Self::Fused | Self::WrongMatch => Level::Fault,
            _ => Level::Note,
        }
    }
}

/// One remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub kind: RemarkKind,
    pub place: Place,
    /// The entry as written.
    pub text: String,
    pub reason: String,
    pub remedy: String,
}

/// A file and what is to be said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linted {
    pub file: String,
    pub form: &'static str,
    pub entries: usize,
    /// Different names, different addresses.
    pub names: usize,
    pub addresses: usize,
    /// Registered domains of pools in use.
    pub known: Vec<String>,
    /// Only single hosts of them are listed.
    pub partly: Vec<String>,
    pub missing: Vec<Pool>,
    pub remarks: Vec<Remark>,
    pub faults: Vec<Fault>,
    pub fault_count: u64,
    pub ignored_count: u64,
}

impl Linted {
    /// Whether something finds what is not meant.
    pub fn has_faults(&self) -> bool {
        self.remarks.iter().any(|r| r.kind.level() == Level::Fault)
    }
}

/// Judges a listing. `since` is the day from which a pool counts as in use.
pub fn lint(listing: &Listing, pools: &Pools, gate: &Gate, since: &str) -> Linted {
    let in_use = pools.in_use(since);
    let names: BTreeSet<&str> = listing.entries.iter().filter_map(|e| e.target.name()).collect();
    let hosts: BTreeSet<&Host> = listing.entries.iter().map(|e| &e.target.host).collect();
    let mut linted = Linted {
        file: listing.file.clone(),
        form: listing.form,
        entries: listing.entries.len(),
        names: names.len(),
        addresses: hosts.len() - names.len(),
        faults: listing.faults.clone(),
        fault_count: listing.fault_count,
        ignored_count: listing.ignored_count,
        ..Linted::default()
    };
    for pool in in_use {
        match knows(&names, &pool, pools) {
            Known::Yes => linted.known.push(pool.domain),
            Known::Partly => linted.partly.push(pool.domain),
            Known::No => linted.missing.push(pool),
        }
    }
    let mut first: BTreeMap<(&Host, &[u16], Option<u16>), &Place> = BTreeMap::new();
    for entry in &listing.entries {
        remarks(entry, &names, pools, gate, &mut linted.remarks);
        let key = (&entry.target.host, entry.facts.ports.as_slice(), entry.target.port);
        match first.get(&key) {
            None => drop(first.insert(key, &entry.place)),
            Some(place) => {
                let reason = format!("stands at {place} already");
                linted.remarks.push(remark(RemarkKind::Duplicate, entry, reason, "leave one out"));
            }
        }
    }
    linted.remarks.extend(listing.fragments.iter().filter_map(of_fragment));
    linted.remarks.sort_by(|a, b| (a.kind.level(), &a.place, a.kind, &a.text).cmp(&(b.kind.level(), &b.place, b.kind, &b.text)));
    linted
}

/// What is wrong with comparing with a part of a name.
fn of_fragment(part: &Fragment) -> Option<Remark> {
    let how = part.matching.name();
    let reason = match part.matching.hit_of_fragment(&part.text) {
        Some(hit) => format!("a part of a name: `{how}` hits {hit} as well"),
        None if part.matching == Matching::End => "a part of a name: no name ends so, it finds nothing".to_owned(),
        None => return None,
    };
    let remedy = "name the pools, and compare on label boundaries".to_owned();
    Some(Remark { kind: RemarkKind::WrongMatch, place: part.place.clone(), text: part.text.clone(), reason, remedy })
}

/// Whether a list knows a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Yes,
    /// Single hosts of it.
    Partly,
    No,
}

/// A pool is known by a name that stands for all hosts of one of its rows.
pub(super) fn knows(names: &BTreeSet<&str>, pool: &Pool, pools: &Pools) -> Known {
    let mut known = Known::No;
    // All names under one domain end alike, but do not lie together in order; a pool has few names, a list may have many.
    for name in &pool.names {
        let above = super::name::suffixes(name).take_while(|suffix| within(suffix, &pool.domain));
        if above.into_iter().any(|suffix| names.contains(suffix)) {
            return Known::Yes;
        }
    }
    let mined = |name: &str| pools.find(name).is_some_and(|row| row.role != "website");
    if names.iter().any(|name| within(name, &pool.domain) && mined(name)) {
        known = Known::Partly;
    }
    known
}

fn remark(kind: RemarkKind, entry: &Entry, reason: impl Into<String>, remedy: impl Into<String>) -> Remark {
    Remark { kind, place: entry.place.clone(), text: entry.text.clone(), reason: reason.into(), remedy: remedy.into() }
}

fn remarks(entry: &Entry, names: &BTreeSet<&str>, pools: &Pools, gate: &Gate, out: &mut Vec<Remark>) {
    if let Some(refusal) = gate.refuses(&entry.target) {
        out.push(remark(RemarkKind::Shared, entry, refusal.reason, refusal.remedy));
        return;
    }
    let Some(name) = entry.target.name() else {
        if entry.target.port.is_none() && entry.facts.ports.is_empty() {
            let reason = "an address without a port: other services may be there, and another owner tomorrow";
            out.push(remark(RemarkKind::BareAddress, entry, reason, "give port and days, or the name of the pool"));
        }
        return;
    };
    let known = |part: &str| pools.row(part).is_some() || names.contains(part);
    if let Some((left, right, certain)) = fused::halves(name, &known) {
        let how = if certain { "is" } else { "looks like" };
        let reason = format!("{how} two names in one: a line break was lost");
        out.push(remark(RemarkKind::Fused, entry, reason, format!("write {left} and {right}")));
        return;
    }
    if let Some(hit) = entry.matching.wrong_hit(&entry.text, name) {
        let reason = format!("`{}` hits {hit} as well", entry.matching.name());
        let remedy = match entry.matching {
            Matching::End => format!("equals `{name}`, or ends with `.{name}`"),
            _ => format!("compare on label boundaries: equals `{name}`, or ends with `.{name}`"),
        };
        out.push(remark(RemarkKind::WrongMatch, entry, reason, remedy));
    }
    if entry.matching == Matching::Regex {
        out.push(remark(RemarkKind::Unjudged, entry, "a regular expression: how it matches is not judged", "compare on label boundaries"));
    }
    let Some(row) = pools.find(name) else { return };
    if !row.retired_on.is_empty() {
        let reason = format!("{} closed on {}: who still asks for it has an old or forgotten miner", row.operator, row.retired_on);
        out.push(remark(RemarkKind::Retired, entry, reason, "keep it apart from pools in use"));
    }
    if row.role == "website" {
        let reason = format!("a page of {} for people: a visit is not mining", row.operator);
        out.push(remark(RemarkKind::Page, entry, reason, "leave it out, or treat it as a note"));
    } else if row.website && row.domain == name && entry.matching == Matching::Exact {
        let reason = "the name itself is a page for people; miners connect to names under it, which are not hit";
        out.push(remark(RemarkKind::Page, entry, reason, format!("ends with `.{name}`")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intel::{gate, pools, read};

    fn linted(file: &str, text: &str) -> Linted {
        let pools = pools::sample();
        lint(&read(file, text.as_bytes()), &pools, &gate::sample(), &pools.in_use_since())
    }

    fn kinds(linted: &Linted) -> Vec<String> {
        linted.remarks.iter().map(|r| format!("{} {} {}", r.place, r.kind.name(), r.text)).collect()
    }

    #[test]
    fn a_list_is_held_against_the_pools_in_use() {
        let found = linted(
            "x.txt",
            "supportxmr.com\nxmr-eu1.nanopool.org\nxmr.nanopool.org\nminexmr.com\nmooo.com\nsupportxmr.com\n198.51.100.7\n",
        );
        assert_eq!((found.names, found.addresses), (5, 1));
        assert_eq!((found.known.clone(), found.partly.clone()), (vec!["supportxmr.com".to_owned()], vec!["nanopool.org".to_owned()]));
        assert_eq!(found.missing.iter().map(|p| p.domain.as_str()).collect::<Vec<_>>(), ["hashvault.pro", "zpool.ca"]);
        assert_eq!(
            kinds(&found),
            [
                "line 5 shared mooo.com",
                "line 3 page xmr.nanopool.org",
                "line 4 retired minexmr.com",
                "line 6 duplicate supportxmr.com",
                "line 7 bare_address 198.51.100.7"
            ]
        );
        assert!(found.has_faults());
    }

    #[test]
    fn a_rule_is_judged_by_its_own_operator() {
        let sigma = "detection:\n  s:\n    q|endswith:\n      - monero.net\n      - .zpool.ca\n    r|contains: zpool.ca\n    d|endswith: pangolinminer.comgandalph3000.com\n";
        let found = linted("x.yml", sigma);
        assert_eq!(
            kinds(&found)[..3],
            ["line 4 wrong_match monero.net", "line 6 wrong_match zpool.ca", "line 7 fused pangolinminer.comgandalph3000.com"]
        );
        assert!(found.remarks[0].reason.contains("notmonero.net") && found.remarks[1].reason.contains("zpool.cache"));
        assert!(found.remarks[2].remedy.contains("pangolinminer.com and gandalph3000.com"));
        // Parts of names; those of programs are none.
        let parts = linted(
            "x.kql",
            "DnsEvents | where Name contains 'pool.' or Name has \"mine\" or Name startswith 'xmr.' or Name endswith '.minexmr' or Line has 'minerd.exe' or Name has 'xmrig' or Kind == 'pool'",
        );
        let told: Vec<_> = parts.remarks.iter().map(|r| format!("{} {}", r.text, r.reason)).collect();
        assert_eq!(
            told,
            [
                ".minexmr a part of a name: no name ends so, it finds nothing",
                "mine a part of a name: `has` hits mine.example.org as well",
                "pool. a part of a name: `contains` hits 2.pool.ntp.org as well",
                "xmr. a part of a name: `startswith` hits xmr.example.org as well",
            ]
        );
        assert!(parts.has_faults());
        let sound = linted("x.txt", "||zpool.ca^\n");
        assert!(!sound.has_faults(), "{:?}", sound.remarks);
    }
}
