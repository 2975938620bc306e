//! Which list knows which pool, and what our own list has.

pub use super::lint::Known;
use super::lint::knows;
use super::{Listing, Pool, Pools};
use std::collections::{BTreeMap, BTreeSet};

/// Pools in use by list, and our own list by coin and role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The day from which a pool counts as in use.
    pub since: String,
    pub lists: Vec<String>,
    /// Each pool with what each list knows of it.
    pub pools: Vec<(Pool, Vec<Known>)>,
    /// Pools in use by coin, most first.
    pub coins: Vec<(String, usize)>,
    pub roles: Vec<RoleCount>,
}

/// Rows of our list with one role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleCount {
    pub role: String,
    pub rows: usize,
    /// Named by a public document since [`Coverage::since`].
    pub current: usize,
    pub retired: usize,
}

/// Counts.
pub fn coverage(listings: &[Listing], pools: &Pools, since: &str) -> Coverage {
    let names: Vec<BTreeSet<&str>> = listings.iter().map(|l| l.entries.iter().filter_map(|e| e.target.name()).collect()).collect();
    let in_use = pools.in_use(since);
    let mut coins: BTreeMap<String, usize> = BTreeMap::new();
    for coin in in_use.iter().flat_map(|p| &p.coins) {
        *coins.entry(coin.clone()).or_default() += 1;
    }
    let mut coins: Vec<_> = coins.into_iter().collect();
    coins.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut roles: BTreeMap<&str, RoleCount> = BTreeMap::new();
    for row in pools.rows() {
        let count = roles.entry(&row.role).or_default();
        count.rows += 1;
        count.retired += usize::from(!row.retired_on.is_empty());
        count.current += usize::from(row.retired_on.is_empty() && row.last_seen.as_str() >= since);
    }
    let known = |pool: &Pool| names.iter().map(|names| knows(names, pool, pools)).collect();
    Coverage {
        since: since.to_owned(),
        lists: listings.iter().map(|l| l.file.clone()).collect(),
        pools: in_use.into_iter().map(|pool| (pool.clone(), known(&pool))).collect(),
        coins,
        roles: roles.into_iter().map(|(role, count)| RoleCount { role: role.to_owned(), ..count }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intel::{pools, read};

    #[test]
    fn a_table_of_pools_and_lists() {
        let pools = pools::sample();
        let lists = [read("a.txt", b"hashvault.pro\nzpool.ca\n"), read("b.txt", b"eu.supportxmr.com\n")];
        let found = coverage(&lists, &pools, &pools.in_use_since());
        let shown: Vec<_> = found.pools.iter().map(|(p, k)| (p.domain.as_str(), k.as_slice())).collect();
        assert_eq!(
            shown,
            [
                ("hashvault.pro", &[Known::Yes, Known::No][..]),
                ("nanopool.org", &[Known::No, Known::No]),
                ("supportxmr.com", &[Known::No, Known::Partly]),
                ("zpool.ca", &[Known::Yes, Known::No]),
            ]
        );
        assert_eq!(found.coins[0], ("XMR".to_owned(), 2));
        let pool = found.roles.iter().find(|r| r.role == "pool").unwrap();
        assert_eq!((pool.rows, pool.current, pool.retired), (7, 5, 1));
    }
}
