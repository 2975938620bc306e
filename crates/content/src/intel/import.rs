//! Indicators to rows of the watchlist `MiningPools`. Whatever does not become a row is named with its reason.

use super::{Entry, Facts, Gate, Host, Listing, Place, Pools, fused};
use crate::Watchlist;
use std::collections::{BTreeMap, BTreeSet};

/// The watchlist's own columns, and behind them what only imported rows have.
const COLUMNS: [&str; 14] = [
    "Domain",
    "Coin",
    "Ports",
    "Role",
    "Operator",
    "FirstSeen",
    "LastSeen",
    "RetiredOn",
    "SharedAddress",
    "Website",
    "Reference",
    "Source",
    "Confidence",
    "ExpiresOn",
];
const ROLES: &[&str] = &["pool", "hashrate_market", "proxy", "webminer", "donation", "website"];

/// What to take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The day that expiry is judged by, `YYYY-MM-DD`.
    pub today: String,
    /// Also indicators of feeds that say nothing of mining.
    pub any_threat: bool,
}

/// Why something did not become a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// By the gate; with its kind.
    Refused(String),
    Expired,
    Withdrawn,
    NotMining,
    /// Our list has it.
    Known,
    /// An address without port or day, a page at a host: not enough to tell a pool by.
    Weak,
    /// Names no host to connect to.
    NoHost,
    Unreadable,
}

impl Why {
    pub fn name(&self) -> &str {
        match self {
            Self::Refused(kind) => kind,
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::NotMining => "not_mining",
            Self::Known => "known",
            Self::Weak => "weak",
            Self::NoHost => "no_host",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What did not become a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub file: String,
    pub place: Place,
    pub text: String,
    pub why: Why,
    pub reason: String,
}

/// Rows, and what was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// All that was read: what became rows, and what was left out.
    pub entries: u64,
    /// Entries that became rows; several may be of one.
    pub taken: u64,
    /// New rows, sorted by domain, in [`Import::columns`].
    pub rows: Vec<Vec<String>>,
    /// In the order of files and places; of faults and of what names no host, as many as were kept.
    pub left_out: Vec<LeftOut>,
    /// Those that were counted and not kept.
    pub unlisted: u64,
    /// Whether something could not be read.
    pub unreadable: u64,
}

impl Import {
    pub fn columns() -> &'static [&'static str] {
        &COLUMNS
    }

    /// Our rows and the new ones, sorted: what hunts can use in place of our list.
    pub fn merged(&self, own: &Watchlist) -> Vec<Vec<String>> {
        let at = |name: &str| own.columns.iter().position(|c| c.eq_ignore_ascii_case(name));
        let order: Vec<Option<usize>> = COLUMNS.iter().map(|name| at(name)).collect();
        let cell = |row: &Vec<String>, at: &Option<usize>| at.and_then(|at| row.get(at)).cloned().unwrap_or_default();
        let mut rows: Vec<Vec<String>> = own.rows.iter().map(|row| order.iter().map(|at| cell(row, at)).collect()).collect();
        rows.extend(self.rows.iter().cloned());
        rows.sort();
        rows
    }
}

/// Makes rows of the entries that pass.
pub fn import(listings: &[Listing], pools: &Pools, gate: &Gate, options: &ImportOptions) -> Import {
    let mut import = Import::default();
    let mut taken: BTreeMap<Host, Merged> = BTreeMap::new();
    for listing in listings {
        import.entries += listing.entries.len() as u64 + listing.fault_count + listing.ignored_count;
        let out = |place: &Place, text: &str, why: Why, reason: String| LeftOut {
            file: listing.file.clone(),
            place: place.clone(),
            text: text.to_owned(),
            why,
            reason,
        };
        let mut left: Vec<LeftOut> = Vec::new();
        left.extend(listing.faults.iter().map(|f| out(&f.place, &f.text, Why::Unreadable, f.reason.clone())));
        left.extend(listing.ignored.iter().map(|f| out(&f.place, &f.text, Why::NoHost, f.reason.clone())));
        import.unreadable += listing.fault_count;
        import.unlisted += listing.fault_count + listing.ignored_count - left.len() as u64;
        for entry in &listing.entries {
            match judge(entry, pools, gate, options) {
                Err((why, reason)) => left.push(out(&entry.place, &entry.text, why, reason)),
                Ok(()) => {
                    import.taken += 1;
                    taken.entry(entry.target.host.clone()).or_default().add(entry, &listing.file);
                }
            }
        }
        left.sort_by(|a, b| a.place.cmp(&b.place));
        import.left_out.extend(left);
    }
    import.rows = taken.into_iter().map(|(host, merged)| merged.row(&host, gate)).collect();
    import.rows.sort();
    import
}

fn judge(entry: &Entry, pools: &Pools, gate: &Gate, options: &ImportOptions) -> Result<(), (Why, String)> {
    let facts = &entry.facts;
    if let Some(reason) = &facts.withdrawn {
        return Err((Why::Withdrawn, reason.clone()));
    }
    if !facts.valid_until.is_empty() && facts.valid_until < options.today {
        return Err((Why::Expired, format!("valid until {}", facts.valid_until)));
    }
    if facts.mining == Some(false) && !options.any_threat {
        return Err((Why::NotMining, "its source says nothing of mining (--any-threat takes it)".to_owned()));
    }
    if let Some(refusal) = gate.refuses(&entry.target) {
        return Err((Why::Refused(refusal.kind), format!("{}; {}", refusal.reason, refusal.remedy)));
    }
    if entry.target.page {
        return Err((Why::Weak, "a page at a host, not a host that is mined at".to_owned()));
    }
    match &entry.target.host {
        Host::Address(address) => {
            if pools.row(&address.to_string()).is_some() {
                return Err((Why::Known, "our list has it".to_owned()));
            }
            if entry.target.port.is_none() && facts.ports.is_empty() {
                return Err((Why::Weak, "an address without a port: other services may be there".to_owned()));
            }
            if facts.first_seen.is_empty() && facts.last_seen.is_empty() {
                return Err((Why::Weak, "an address without a day on which it was seen: it may have another owner today".to_owned()));
            }
            Ok(())
        }
        Host::Name(name) => match pools.find(name) {
            Some(row) if row.role == "website" => {
                Err((Why::Known, format!("our list has {} as a page of {} for people: a visit is not mining", row.domain, row.operator)))
            }
            Some(row) => Err((Why::Known, format!("our row {} speaks for it", row.domain))),
            None => match fused::halves(name, &|part| pools.row(part).is_some()) {
                Some((left, right, certain)) => {
                    let how = if certain { "is" } else { "looks like" };
                    Err((Why::Refused("fused".to_owned()), format!("{how} two names in one, {left} and {right}: a line break was lost")))
                }
                None => Ok(()),
            },
        },
    }
}

/// What all sources say of one host.
#[derive(Default)]
struct Merged {
    facts: Facts,
    coins: BTreeSet<String>,
    ports: BTreeSet<u16>,
    sources: BTreeSet<String>,
}

impl Merged {
    fn add(&mut self, entry: &Entry, file: &str) {
        let (own, new) = (&mut self.facts, &entry.facts);
        self.coins.extend(new.coin.split(';').map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned));
        self.ports.extend(new.ports.iter().copied().chain(entry.target.port));
        self.sources.insert(if new.source.is_empty() { file.to_owned() } else { new.source.clone() });
        let fill = |own: &mut String, new: &str| {
            if own.is_empty() {
                new.clone_into(own);
            }
        };
        fill(&mut own.role, &new.role);
        fill(&mut own.operator, &new.operator);
        fill(&mut own.reference, &new.reference);
        fill(&mut own.retired_on, &new.retired_on);
        // The longest of what is known: first by the earliest, last and expiry by the latest.
        if own.first_seen.is_empty() || !new.first_seen.is_empty() && new.first_seen < own.first_seen {
            own.first_seen.clone_from(&new.first_seen);
        }
        own.last_seen = std::mem::take(&mut own.last_seen).max(new.last_seen.clone());
        own.valid_until = std::mem::take(&mut own.valid_until).max(new.valid_until.clone());
        own.confidence = own.confidence.max(new.confidence);
        own.shared_address |= new.shared_address;
        own.website |= new.website;
    }

    fn row(self, host: &Host, gate: &Gate) -> Vec<String> {
        let facts = self.facts;
        let shared = facts.shared_address || matches!(host, Host::Name(name) if gate.behind_shared(name));
        let role = if ROLES.contains(&facts.role.as_str()) { facts.role } else { "pool".to_owned() };
        let coins: Vec<String> = self.coins.into_iter().collect();
        let ports: Vec<String> = self.ports.iter().map(u16::to_string).collect();
        let sources: Vec<String> = self.sources.into_iter().collect();
        let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
        [
            host.to_string(),
            or(coins.join(";"), "multi"),
            ports.join(";"),
            role,
            or(facts.operator, "unknown"),
            facts.first_seen,
            facts.last_seen,
            facts.retired_on,
            shared.to_string(),
            facts.website.to_string(),
            facts.reference,
            sources.join(";"),
            facts.confidence.map(|c| c.to_string()).unwrap_or_default(),
            facts.valid_until,
        ]
        .map(|cell| harmless(&cell))
        .into()
    }
}

/// A feed is hostile: no control characters, and nothing that a spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    let cell: String = cell.chars().filter(|c| !c.is_control()).collect();
    let cell = super::entry::clip(cell.trim());
    if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intel::{gate, pools, read};

    fn imported(file: &str, text: &str, any_threat: bool) -> Import {
        let options = ImportOptions { today: "2026-11-24".to_owned(), any_threat };
        import(&[read(file, text.as_bytes())], &pools::sample(), &gate::sample(), &options)
    }

    fn left(import: &Import) -> Vec<(&str, &str)> {
        import.left_out.iter().map(|l| (l.text.as_str(), l.why.name())).collect()
    }

    #[test]
    fn every_entry_is_a_row_or_is_left_out_with_its_reason() {
        let text = "Domain,Port,Confidence,FirstSeen,ExpiresOn,Source,Coin\n\
            pool.new.example.com,3333,80,2026-01-02,2027-01-01,team,XMR\n\
            pool.new.example.com,443,90,2025-01-02,,feed,XMR\n\
            old.example.com,,,,2026-01-01,,\n\
            mooo.com,,,,,,\n\
            eu.supportxmr.com,,,,,,\n\
            198.51.100.7,,,2026-01-01,,,\n\
            198.51.100.8,3333,,2026-01-01,,,\n\
            104.17.1.1,3333,,2026-01-01,,,\n\
            pangolinminer.comgandalph3000.com,,,,,,\n\
            not a name,,,,,,\n";
        let found = imported("x.csv", text, false);
        assert_eq!(found.rows.len(), 2);
        assert_eq!(
            found.rows[1].join(","),
            "pool.new.example.com,XMR,443;3333,pool,unknown,2025-01-02,,,false,false,,feed;team,90,2027-01-01"
        );
        assert_eq!(found.rows[0][..3], ["198.51.100.8", "multi", "3333"]);
        assert_eq!(
            left(&found),
            [
                ("old.example.com", "expired"),
                ("mooo.com", "dynamic_dns"),
                ("eu.supportxmr.com", "known"),
                ("198.51.100.7", "weak"),
                ("104.17.1.1", "shared_address"),
                ("pangolinminer.comgandalph3000.com", "fused"),
                ("not a name", "unreadable")
            ]
        );
        assert_eq!((found.entries, found.taken, found.left_out.len(), found.unreadable), (10, 3, 7, 1));
    }

    #[test]
    fn a_header_is_no_entry_and_a_list_without_entries_is_told() {
        let found = imported("x.csv", "domain\nnew.example.com\n", false);
        assert_eq!((found.entries, found.rows.len(), found.unreadable, left(&found)), (1, 1, 0, vec![]));
        for empty in ["", "\n# nothing\n", "Domain,Coin\n", "domain\n"] {
            let found = imported("x.csv", empty, false);
            assert_eq!((found.unreadable, left(&found)), (1, vec![("", "unreadable")]), "{empty}");
        }
        // Later in a list the word is what it always was.
        assert_eq!(left(&imported("x.txt", "new.example.com\ndomain\n", false)), [("domain", "unreadable")]);
    }

    #[test]
    fn feeds_must_speak_of_mining() {
        let text =
            "ObservableKey,ObservableValue,Tags\ndomain-name:value,a.example.com,phishing\ndomain-name:value,b.example.com,coinminer\n";
        assert_eq!(left(&imported("x.csv", text, false)), [("a.example.com", "not_mining")]);
        assert_eq!(imported("x.csv", text, true).rows.len(), 2);
    }

    #[test]
    fn the_merged_list_is_a_watchlist_again() {
        let own = Watchlist::parse("MiningPools.csv", "MiningPools", "Domain,Coin,Role\nzpool.ca,multi,pool\n").unwrap();
        let found = imported("x.csv", "Domain,Operator\nnew.example.com,=cmd()\n", false);
        let rows = found.merged(&own);
        assert_eq!(
            rows.iter().map(|r| (r[0].as_str(), r[4].as_str())).collect::<Vec<_>>(),
            [("new.example.com", "'=cmd()"), ("zpool.ca", "")]
        );
    }
}
