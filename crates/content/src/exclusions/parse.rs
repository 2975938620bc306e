//! A policy's text, read and checked.

use super::fault::{Fault, Faults};
use super::policy::Policy;
use crate::ContentError;

/// Policies are written by hand.
const MAX_TEXT: usize = 1 << 20;

impl Policy {
    /// Reads one policy, and checks all that can be checked without a clock. Each fault is an error of its own.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<ContentError>> {
        let policy = Self::read(text).map_err(|fault| vec![fault.error(file)])?;
        let faults = policy.refusals().placed(text);
        if faults.is_empty() { Ok(policy) } else { Err(faults.iter().map(|fault| fault.error(file)).collect()) }
    }

    /// Only reads it.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        if text.len() > MAX_TEXT {
            return Err(Fault {
                line: 1,
                what: format!("{} bytes are too many for a policy", text.len()),
                remedy: "write one policy a file".to_owned(),
            });
        }
        serde_saphyr::from_str(text).map_err(|error| Fault {
            line: error.location().map_or(1, |at| at.line().max(1)),
            what: error.without_snippet().to_string(),
            remedy: "write it as docs/exclusion.schema.json says".to_owned(),
        })
    }

    /// Who answers for it.
    pub(super) fn check_papers(&self, faults: &mut Faults) {
        let papers = [
            ("id", &self.id, "give it a name that no other policy has"),
            ("owner", &self.owner, "name who runs the approved activity"),
            ("approver", &self.approver, "name who approved it, another person than the owner"),
            ("ticket", &self.ticket, "name the ticket or change under which it was approved"),
            ("reason", &self.reason, "say in a sentence why the activity is approved"),
        ];
        for (key, value, remedy) in papers {
            if value.trim().is_empty() {
                faults.add(&[key], "", format!("the policy has no {key}"), remedy);
            }
        }
        // The same person in another spelling is the same person.
        let person = |text: &str| text.trim().to_lowercase();
        if !self.owner.trim().is_empty() && person(&self.owner) == person(&self.approver) {
            faults.add(&["approver"], "", "the approver is the owner", "let another person approve it");
        }
        if self.scenario.is_some_and(|n| !(1..=5).contains(&n)) {
            let remedy = "take 1 scheduled job, 2 benchmark, 3 node or wallet, 4 backup, 5 teaching, or leave it out";
            faults.add(&["scenario"], "", format!("there is no scenario {}", self.scenario.unwrap_or_default()), remedy);
        }
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
