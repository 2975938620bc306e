//! Whether what runs in a workspace is what the files say: rows of the compiled watchlists, exported, against the policies.

use crate::Watchlist;
use crate::exclusions::{Policy, compile};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A policy in the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deployed {
    /// No exported list was given.
    #[default]
    NotAsked,
    Same,
    /// No row is there.
    Missing,
    /// Columns whose values are others than the policy's, or that are not there.
    Differs(Vec<String>),
    /// A row is there, and no file.
    WithoutFile,
}

/// Depends on where a policy stands among the others.
const PLACE: &str = "PolicyRow";
/// What tells the two lists apart.
const POLICY_MARK: &str = "PolicyHash";
const WINDOW_MARK: &str = "WindowStart";

type Rows<'a> = BTreeMap<&'a str, BTreeSet<Vec<(&'a str, &'a str)>>>;

/// By policy id, of all that either knows. Lists that are neither of policies nor of windows ([`is_deployed_list`]) are passed over.
pub(super) fn deployed(policies: &[(String, Policy)], lists: &[Watchlist]) -> BTreeMap<String, Deployed> {
    let mut found: BTreeMap<String, Deployed> = BTreeMap::new();
    let (own, _) = compile(policies);
    for list in lists {
        let Some(own) = own.iter().find(|own| [POLICY_MARK, WINDOW_MARK].iter().any(|mark| has(own, mark) && has(list, mark))) else {
            continue;
        };
        let of_policies = has(own, POLICY_MARK);
        let (wanted, there) = (rows(own, own), rows(list, own));
        let ids: BTreeSet<&str> = wanted.keys().chain(there.keys()).copied().collect();
        for id in ids {
            let state = match (wanted.get(id), there.get(id)) {
                (Some(a), Some(b)) if a == b => Deployed::Same,
                (None, _) => Deployed::WithoutFile,
                (Some(_), None) if of_policies => Deployed::Missing,
                (Some(a), b) => Deployed::Differs(if of_policies { differing(a, b) } else { vec!["windows".to_owned()] }),
            };
            let known = found.entry(id.to_owned()).or_insert(Deployed::NotAsked);
            // Windows of a policy that has no row say nothing, nor do equal rows where something differs.
            match (&mut *known, state) {
                (Deployed::NotAsked | Deployed::Same, state) => *known = state,
                (Deployed::Differs(columns), Deployed::Differs(more)) => columns.extend(more),
                _ => {}
            }
        }
    }
    found
}

/// Whether a list is one of policies or of their windows, by its columns.
pub fn is_deployed_list(list: &Watchlist) -> bool {
    has(list, "PolicyId") && (has(list, POLICY_MARK) || has(list, WINDOW_MARK))
}

fn has(list: &Watchlist, column: &str) -> bool {
    list.columns.iter().any(|c| c == column)
}

/// The cells of each policy's rows, in the order of our columns. A workspace adds columns of its own, which are passed over.
fn rows<'a>(list: &'a Watchlist, own: &'a Watchlist) -> Rows<'a> {
    let at = |name: &str| list.columns.iter().position(|c| c == name);
    let columns: Vec<(&str, usize)> = own.columns.iter().filter(|c| *c != PLACE).filter_map(|c| Some((c.as_str(), at(c)?))).collect();
    let mut rows: Rows<'a> = BTreeMap::new();
    let cell = |row: &'a [String], n: usize| row.get(n).map_or("", |cell| cell.trim());
    let id = at("PolicyId").unwrap_or(usize::MAX);
    for row in &list.rows {
        let cells = columns.iter().map(|(name, n)| (*name, cell(row, *n))).collect();
        rows.entry(cell(row, id)).or_default().insert(cells);
    }
    rows
}

fn differing(own: &BTreeSet<Vec<(&str, &str)>>, there: Option<&BTreeSet<Vec<(&str, &str)>>>) -> Vec<String> {
    let cells = |rows: &BTreeSet<Vec<(&str, &str)>>| rows.iter().flatten().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let (a, b): (BTreeSet<_>, BTreeSet<_>) = (cells(own), there.map(cells).unwrap_or_default());
    let names: BTreeSet<String> = a.symmetric_difference(&b).map(|(name, _)| name.clone()).collect();
    names.into_iter().collect()
}
