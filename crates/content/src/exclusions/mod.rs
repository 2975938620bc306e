//! Exclusions: policies that explain findings of an approved activity. They never drop rows.
//!
//! A policy is YAML. It is checked here and compiled to the watchlists that the stored function `PoolhoundExplain` reads, so that
//! the same KQL judges findings on a laptop and in a workspace.

mod compile;
mod facts;
mod policy;
mod subject;
mod windows;

pub use compile::{POLICY_LIST, WINDOW_LIST, compile};
pub use policy::{Destination, Must, MustNot, Policy, Window};
pub use subject::{Peer, Subject};
