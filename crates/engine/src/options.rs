//! What a run may use.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// What `now()` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NowPolicy {
    /// The latest `TimeGenerated` of the evidence that is not more than a day after `otherwise` of [`EngineOptions`]; where all are, the latest
    /// of all; without any, `otherwise`.
    #[default]
    EndOfEvidence,
    /// Ticks.
    Fixed(i64),
}

#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Threads that read and that run queries; at least 1.
    pub threads: usize,
    /// Bytes for kept rows and for running queries, half each; `None` for no limit.
    pub memory: Option<u64>,
    /// Where rows are moved beyond that; `None` for the system's place.
    pub temp_dir: Option<PathBuf>,
    pub now: NowPolicy,
    /// Ticks of `now()` where the evidence has no time; the caller's clock.
    pub otherwise: i64,
    pub timeout: Option<Duration>,
    /// Set from outside to end the run with what was found so far.
    pub cancel: Arc<AtomicBool>,
}

impl Default for EngineOptions {
    /// Two threads, no limits, now at the end of the evidence.
    fn default() -> Self {
        Self {
            threads: 2,
            memory: None,
            temp_dir: None,
            now: NowPolicy::EndOfEvidence,
            otherwise: model::ticks::UNIX_EPOCH,
            timeout: None,
            cancel: Arc::default(),
        }
    }
}
