//! An observed machine to tables. Today: YARA-X over files.
//!
//! In go files that are no evidence format, out come rows of `PoolhoundYara_CL`. Knows no format of evidence and no hunt.

mod file_type;
mod rows;
mod rules;
mod scan;

pub use rules::{Ruleset, RulesetError};
pub use scan::{FileScan, Target};
