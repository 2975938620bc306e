//! Intelligence on mining pools: other people's lists and rules, held against the watchlist `MiningPools`.
//!
//! In go files of any usual form ([`read`]), out come what is wrong with them ([`lint`]), what they know of the pools in use ([`coverage`]), and rows of
//! the watchlist ([`import`]). Knows no clock and no network: a name is never looked up, and what the day is is told.

mod coverage;
mod entry;
mod fused;
mod gate;
mod import;
mod lint;
mod matching;
mod name;
mod pools;
mod read;
mod warninglist;

pub use coverage::{Coverage, Known, RoleCount, coverage};
pub(crate) use fused::halves;
pub(crate) use name::has_known_suffix;

pub use entry::{Entry, Facts, Fault, Fragment, Listing, Place};
pub use gate::{Gate, Refusal};
pub use import::{Import, ImportOptions, LeftOut, Why, import};
pub use lint::{Level, Linted, Remark, RemarkKind, lint};
pub use matching::Matching;
pub use name::{Host, Target};
pub use pools::{Pool, PoolRow, Pools};
pub use read::{MAX_FILE, read};
