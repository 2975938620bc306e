//! A policy's text, read and checked.

use super::fault::Fault;
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
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
