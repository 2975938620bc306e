//! How weak a policy is: what is refused, what is worth knowing, and the single change that lets an impostor through.

mod claims;
mod contradictions;
mod destinations;
mod distance;
mod file_mode;
mod hours;
mod lists;
mod overlap;
mod paths;
mod patterns;
mod people;
mod pools;
mod programs;
mod runners;
mod scenario;
mod shared;
mod wallets;
mod warnings;
mod words;

pub use distance::{Change, Distance};
pub use overlap::{doubles, overlaps};
pub use scenario::{SCENARIOS, Scenario};

pub(crate) use file_mode::open_to_all;
pub(super) use shared::{block_sharer, pattern_matches_anything, refused_name, writable_folder};

use super::fault::{Fault, Faults};
use super::policy::Policy;
use chrono::{DateTime, Utc};
use std::path::Path;

/// What is to be said of one policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Linted {
    /// As far as it could be read; to be used only where nothing is refused.
    pub policy: Option<Policy>,
    pub refusals: Vec<Fault>,
    pub warnings: Vec<Fault>,
    pub distance: Option<Distance>,
}

/// Judges a policy. `now` is the day to which its end is held.
pub fn lint(file: &Path, text: &str, now: DateTime<Utc>) -> Linted {
    let policy = match Policy::read(text) {
        Ok(policy) => policy,
        Err(fault) => return Linted { refusals: vec![fault], ..Linted::default() },
    };
    let mut refusals = policy.refusals();
    policy.check_approval_day(now, &mut refusals);
    let mut refusals = refusals.placed(text);
    refusals.extend(open_to_all(file));
    let mut warnings = Faults::default();
    policy.warnings(now, &mut warnings);
    Linted { distance: Some(Distance::of(&policy)), refusals, warnings: warnings.placed(text), policy: Some(policy) }
}

impl Policy {
    /// All that is refused without a clock, and without the file itself.
    pub(super) fn refusals(&self) -> Faults {
        let mut faults = Faults::default();
        self.check_papers(&mut faults);
        self.check_validity(&mut faults);
        self.check_facts(&mut faults);
        self.check_hours(&mut faults);
        self.check_weights(&mut faults);
        self.check_scenario(&mut faults);
        self.check_claims(&mut faults);
        self.check_paths(&mut faults);
        self.check_programs(&mut faults);
        self.check_patterns(&mut faults);
        self.check_destinations(&mut faults);
        self.check_wallets(&mut faults);
        self.check_contradictions(&mut faults);
        faults
    }
}

#[cfg(test)]
mod tests;
