//! A policy's text, read and checked.

use super::fault::Fault;
use super::policy::Policy;
use super::unreadable;
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
        if let Some(fault) = unreadable::empty(text) {
            return Err(fault);
        }
        serde_saphyr::from_str(text).map_err(|error| unreadable::fault(&error, text))
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
