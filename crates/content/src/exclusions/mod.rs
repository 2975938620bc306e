//! Exclusions: policies that explain findings of an approved activity. They never drop rows.
//!
//! A policy is YAML. It is checked here and compiled to the watchlists that the stored function `PoolhoundExplain` reads, so that
//! the same KQL judges findings on a laptop and in a workspace.

mod approved;
mod cases;
mod compile;
mod facts;
mod fault;
mod judge;
mod judge_lists;
mod judge_peers;
mod kql_lint;
mod lint;
mod mutate;
mod parse;
mod policy;
mod recurrence;
mod sample;
#[cfg(test)]
mod schema_tests;
mod spelling;
mod stage;
mod subject;
mod templates;
mod unreadable;
mod validity;
mod values;
mod values_of;
mod weights;
mod windows;

pub use approved::approved;
pub use cases::cases;
pub use compile::{POLICY_LIST, WINDOW_LIST, compile, policy_hash};
pub use fault::Fault;
pub use judge::{Judge, explains, judge};
pub use kql_lint::{QueryRemark, QueryRemarkKind, lint_query};
pub(crate) use lint::open_to_all;
pub use lint::{Change, Distance, Linted, SCENARIOS, Scenario, doubles, lint, overlaps};
pub use mutate::{Mutant, mutants, unasked};
pub use policy::{Destination, Must, MustNot, Policy, Window};
pub use stage::{ROWS, explained_rows, stage, stage_at};
pub use subject::{Peer, Subject};
pub use templates::{template, templates};
pub use values_of::{asked, seen};
pub use weights::{Control, WEIGHTS, Weight, weights};
pub use windows::Interval;

/// A moment of ticks; the earliest there is for what lies out of range.
pub fn moment(ticks: i64) -> chrono::DateTime<chrono::Utc> {
    let seconds = (ticks - model::ticks::UNIX_EPOCH).div_euclid(model::ticks::SECOND);
    chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
