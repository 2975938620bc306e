//! The watchlist `MiningPools` as something to ask: is this name a pool, which pools are in use?

use super::name::{registrable, suffixes};
use crate::Watchlist;
use std::collections::BTreeMap;

/// A row of the watchlist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoolRow {
    pub domain: String,
    pub coins: Vec<String>,
    pub role: String,
    pub operator: String,
    pub last_seen: String,
    pub retired_on: String,
    pub website: bool,
}

impl PoolRow {
    /// A name that miners mine at: of a pool, or of a market of hash power.
    fn mined_at(&self) -> bool {
        matches!(self.role.as_str(), "pool" | "hashrate_market")
    }
}

/// A pool as people count them: all rows under one registered domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The registered domain.
    pub domain: String,
    pub operator: String,
    /// Sorted, each once.
    pub coins: Vec<String>,
    /// The most specific common statement: `pool` before `hashrate_market`.
    pub role: String,
    /// The names that miners use, as the watchlist has them.
    pub names: Vec<String>,
    pub last_seen: String,
}

/// The list, by name.
#[derive(Clone, Debug, Default)]
pub struct Pools {
    rows: BTreeMap<String, PoolRow>,
}

impl Pools {
    /// Reads the columns by their names; a list without `Domain` has no pools.
    pub fn new(list: &Watchlist) -> Self {
        let column = |name: &str| list.columns.iter().position(|c| c.eq_ignore_ascii_case(name));
        let columns = ["Domain", "Coin", "Role", "Operator", "LastSeen", "RetiredOn", "Website"].map(column);
        let rows = list.rows.iter().filter_map(|row| {
            let [domain, coin, role, operator, last_seen, retired_on, website] =
                columns.map(|at| at.and_then(|at| row.get(at)).map(String::as_str).unwrap_or_default());
            let domain = domain.to_ascii_lowercase();
            let coins = coin.split(';').filter(|c| !c.is_empty()).map(str::to_owned).collect();
            let row = PoolRow {
                domain: domain.clone(),
                coins,
                role: role.to_owned(),
                operator: operator.to_owned(),
                last_seen: last_seen.to_owned(),
                retired_on: retired_on.to_owned(),
                website: website.eq_ignore_ascii_case("true"),
            };
            (!domain.is_empty()).then_some((domain, row))
        });
        Self { rows: rows.collect() }
    }

    /// The row that speaks for a name: the longest that is it or lies above it.
    pub fn find(&self, name: &str) -> Option<&PoolRow> {
        suffixes(name).find_map(|suffix| self.rows.get(suffix))
    }

    /// The row of that very name.
    pub fn row(&self, name: &str) -> Option<&PoolRow> {
        self.rows.get(name)
    }

    pub fn rows(&self) -> impl Iterator<Item = &PoolRow> {
        self.rows.values()
    }

    /// The day a year before the newest document that the list rests on: a pool that none has named since is not counted as in use.
    pub fn in_use_since(&self) -> String {
        let newest = self.rows.values().map(|r| r.last_seen.as_str()).max().unwrap_or_default();
        match newest.split_once('-').and_then(|(year, rest)| Some((year.parse::<u32>().ok()?.checked_sub(1)?, rest))) {
            Some((year, rest)) => format!("{year:04}-{rest}"),
            None => String::new(),
        }
    }

    /// Pools that a public document named on or after that day and that have not closed, by registered domain.
    pub fn in_use(&self, since: &str) -> Vec<Pool> {
        let mut pools: BTreeMap<&str, Pool> = BTreeMap::new();
        let used = self.rows.values().filter(|r| r.mined_at() && r.retired_on.is_empty() && r.last_seen.as_str() >= since);
        for row in used {
            let domain = registrable(&row.domain);
            let pool = pools.entry(domain).or_insert_with(|| Pool {
                domain: domain.to_owned(),
                operator: row.operator.clone(),
                coins: Vec::new(),
                role: row.role.clone(),
                names: Vec::new(),
                last_seen: String::new(),
            });
            pool.coins.extend(row.coins.iter().cloned());
            pool.names.push(row.domain.clone());
            pool.last_seen = row.last_seen.clone().max(std::mem::take(&mut pool.last_seen));
            if row.role == "pool" {
                pool.role.clone_from(&row.role);
            }
        }
        let mut pools: Vec<Pool> = pools.into_values().collect();
        for pool in &mut pools {
            pool.coins.sort();
            pool.coins.dedup();
        }
        pools
    }
}

#[cfg(test)]
pub(crate) fn sample() -> Pools {
    let text = "Domain,Coin,Role,Operator,LastSeen,RetiredOn,Website\n\
        zpool.ca,multi,pool,zpool,2026-07-24,,true\n\
        supportxmr.com,XMR,pool,SupportXMR,2026-07-24,,true\n\
        pool.hashvault.pro,XMR,pool,HashVault,2026-07-24,,false\n\
        hashvault.pro,XMR;TRTL,pool,HashVault,2026-07-24,,true\n\
        xmr.nanopool.org,XMR,website,Nanopool,,,false\n\
        nanopool.org,multi,pool,Nanopool,2026-07-01,,true\n\
        old.example,XMR,pool,Old,2018-01-01,,false\n\
        minexmr.com,XMR,pool,MineXMR,2022-08-12,2022-08-12,false\n";
    Pools::new(&Watchlist::parse("MiningPools.csv", "MiningPools", text).unwrap())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_row_speaks_and_pools_are_counted_by_registered_domain() {
        let pools = sample();
        assert_eq!(pools.find("xmr.nanopool.org").unwrap().role, "website");
        assert_eq!(pools.find("xmr-eu1.nanopool.org").unwrap().role, "pool");
        assert!(pools.find("notnanopool.org").is_none());
        let since = pools.in_use_since();
        assert_eq!(since, "2025-07-24");
        let used: Vec<_> = pools.in_use(&since).into_iter().map(|p| (p.domain, p.names.len(), p.coins.join(";"))).collect();
        let row = |d: &str, n, c: &str| (d.to_owned(), n, c.to_owned());
        assert_eq!(
            used,
            [
                row("hashvault.pro", 2, "TRTL;XMR"),
                row("nanopool.org", 1, "multi"),
                row("supportxmr.com", 1, "XMR"),
                row("zpool.ca", 1, "multi")
            ]
        );
    }
}
