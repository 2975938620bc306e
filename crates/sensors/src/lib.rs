//! An observed machine to tables. Today: YARA-X over files, and an inventory of programs: who may write them, which package they are of.
//!
//! In go files that are no evidence format, out come rows of `PoolhoundYara_CL`; in go paths, out come rows of `PoolhoundFile_CL` and `PoolhoundPackage_CL`.
//! Knows no format of evidence and no hunt.

#[cfg(feature = "yara")]
mod file_type;
#[cfg(unix)]
mod inventory;
#[cfg(feature = "yara")]
mod rows;
#[cfg(feature = "yara")]
mod rules;
#[cfg(feature = "yara")]
mod scan;

#[cfg(unix)]
pub use inventory::{Inventory, RPM_QUERY};
#[cfg(feature = "yara")]
pub use rules::{Ruleset, RulesetError};
#[cfg(feature = "yara")]
pub use scan::{FileScan, Target};
