//! When a run has to end before its time.

use crate::error::EngineError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The user's wish to stop, and the time limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop {
    cancel: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Stop {
    pub(crate) fn new(cancel: Arc<AtomicBool>, timeout: Option<Duration>) -> Self {
        Self { cancel, deadline: timeout.and_then(|t| Instant::now().checked_add(t)) }
    }

    /// Whether it has to end now.
    pub(crate) fn due(&self) -> bool {
        self.cancel.load(Ordering::Relaxed) || self.deadline.is_some_and(|d| Instant::now() >= d)
    }

    /// An error where it has to end now.
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(EngineError::stopped("the run was stopped"));
        }
        if self.deadline.is_some_and(|d| Instant::now() >= d) {
            return Err(EngineError::stopped("the time limit was reached; raise --timeout"));
        }
        Ok(())
    }
}
