//! The local engine as the hunts' backend, and what its run told beside the answers.

use crate::cli::EngineArgs;
use engine::{Engine, EngineOptions, LocalBackend, NowPolicy, RunOutcome};
use model::{Provenance, RecordId, ticks};
use std::collections::HashMap;
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
    let threads = args.threads.unwrap_or(cores).max(1);
    // What the hunts make of the answers keeps to as many; only a second engine of one run finds the threads started.
    if let Err(error) = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global() {
        tracing::debug!("{error}");
    }
    Engine::new(EngineOptions {
        threads,
        memory: Some(args.memory.unwrap_or_else(default_memory)),
        temp_dir: args.temp_dir.clone(),
        now: args.now.map_or(NowPolicy::EndOfEvidence, NowPolicy::Fixed),
        otherwise: clock(),
        timeout: args.timeout,
        cancel,
    })
}

/// What an investigation may take where nobody says: a quarter of what the machine, or the container, has.
fn default_memory() -> u64 {
    const LEAST: u64 = 1 << 30;
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let machine = total(&read("/proc/meminfo"));
    let container = read("/sys/fs/cgroup/memory.max").trim().parse().ok();
    [machine, container].into_iter().flatten().min().map_or(LEAST, |bytes: u64| (bytes / 4).max(LEAST))
}

/// The bytes of `MemTotal:       24590000 kB`.
fn total(meminfo: &str) -> Option<u64> {
    let rest = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// Ticks.
pub(crate) fn clock() -> i64 {
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
    offsets: HashMap<RecordId, u64>,
}

impl Locator {
    /// Takes what only a locator needs.
    pub(crate) fn new(outcome: &mut RunOutcome) -> Self {
        Self { files: outcome.offer.files.iter().map(|f| Arc::clone(&f.name)).collect(), offsets: std::mem::take(&mut outcome.offsets) }
    }

    pub(crate) fn empty() -> Self {
        Self { files: Vec::new(), offsets: HashMap::new() }
    }

    pub(crate) fn locate(&self, id: RecordId) -> Option<Provenance> {
        let file = self.files.get(id.file() as usize)?;
        Some(Provenance { file: Arc::clone(file), record: Some(id.record()), offset: self.offsets.get(&id).copied() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use content::{Externals, Library, LibraryCatalog};
    use model::{Offer, Query, Sink, Source, Wants, tables};
    use std::fmt::Write;
    use std::path::Path;

    #[test]
    fn the_machine_says_how_much_it_has() {
        assert_eq!(total("MemFree: 5 kB\nMemTotal:       24590000 kB\n"), Some(24_590_000 * 1024));
        assert_eq!(total("MemTotal: much"), None);
    }

    /// Every known table, without a record.
    struct AllTables;

    impl Source for AllTables {
        fn offer(&self) -> Offer {
            Offer { tables: tables::all().cloned().collect(), ..Offer::default() }
        }

        fn read(&self, _: &Wants, _: usize, _: &dyn Sink) {}
    }

    /// For each shipped hunt whether its scans stream (with their filters) or keep all rows, and which columns. `BLESS=1` rewrites the list.
    #[test]
    fn scans_of_the_shipped_hunts_are_as_listed() {
        let library = Library::embedded().unwrap();
        let catalog = LibraryCatalog::new(&library, Externals::default());
        let queries: Vec<Query> = library.hunts.iter().map(|h| Query { id: h.id.clone(), text: h.query.clone(), lineage: true }).collect();
        let outcome = Engine::new(EngineOptions::default()).run(&queries, &catalog, Some(&AllTables), &());
        let mut text = String::new();
        for (n, hunt) in library.hunts.iter().enumerate() {
            writeln!(text, "{}", hunt.id).unwrap();
            for scan in outcome.scans.iter().filter(|s| s.query == n) {
                let kind = if scan.filters.is_empty() { "keeps" } else { "streams" };
                let columns: Vec<&str> = scan.columns.iter().map(String::as_str).collect();
                writeln!(text, "  {kind} {}: {}", scan.table, columns.join(" ")).unwrap();
            }
        }
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/scans.txt");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&file, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&file).unwrap());
    }
}
