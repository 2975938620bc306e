//! The local engine as the hunts' backend, and what its run told beside the answers.

use crate::cli::EngineArgs;
use engine::{Engine, EngineOptions, LocalBackend, NowPolicy, RunOutcome};
use model::{Provenance, RecordId, ticks};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Ends the run at its next breath when the user presses Ctrl-C.
pub(crate) fn cancel_on_interrupt() -> Arc<AtomicBool> {
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancel);
    // Without a handler Ctrl-C still ends the program, only less gently.
    if let Err(error) = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)) {
        tracing::debug!("Ctrl-C cannot be handled: {error}");
    }
    cancel
}

pub(crate) fn engine(args: &EngineArgs, cancel: Arc<AtomicBool>) -> Engine {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    Engine::new(EngineOptions {
        threads: args.threads.unwrap_or(cores).max(1),
        memory: Some(args.memory),
        temp_dir: args.temp_dir.clone(),
        now: args.now.map_or(NowPolicy::EndOfEvidence, NowPolicy::Fixed),
        otherwise: clock(),
        timeout: args.timeout,
        cancel,
    })
}

/// Ticks.
fn clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    ticks::from_unix_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// What a run told.
pub(crate) fn outcome(backend: &LocalBackend<'_>) -> Option<RunOutcome> {
    backend.last.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Where a record lies.
pub(crate) struct Locator {
    files: Vec<Arc<str>>,
    offsets: BTreeMap<RecordId, u64>,
}

impl Locator {
    pub(crate) fn new(outcome: &RunOutcome) -> Self {
        Self { files: outcome.offer.files.iter().map(|f| Arc::clone(&f.name)).collect(), offsets: outcome.offsets.clone() }
    }

    pub(crate) fn empty() -> Self {
        Self { files: Vec::new(), offsets: BTreeMap::new() }
    }

    pub(crate) fn locate(&self, id: RecordId) -> Option<Provenance> {
        let file = self.files.get(id.file() as usize)?;
        Some(Provenance { file: file.to_string(), record: Some(id.record()), offset: self.offsets.get(&id).copied() })
    }
}
