//! `poolhound tables`: what the evidence holds.

use crate::cli::TablesArgs;
use crate::error::Error;
use crate::input::open;
use crate::output;
use crate::progress::complain;
use model::{Batch, FileRef, ReadError, Sink, Source, Wants, exit};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) fn run(args: &TablesArgs, quiet: bool) -> Result<u8, Error> {
    if args.evidence.paths.is_empty() {
        return Err(Error::Usage("tables needs evidence: poolhound tables PATH...".to_owned()));
    }
    let evidence = open(&args.evidence)?;
    let offer = evidence.offer();
    let counter = Counter::default();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    evidence.read(&Wants::default(), threads, &counter);
    let counts = counter.counts.into_inner().unwrap_or_else(PoisonError::into_inner);
    let errors = counter.errors.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut out = output::open(None)?;
    for table in &offer.tables {
        let rows = counts.get(&table.name).copied().unwrap_or(0);
        let columns = || table.schema.columns.iter();
        if args.json {
            let typed: Vec<_> = columns().map(|c| json!([&*c.name, c.kql_type.name()])).collect();
            writeln!(out, "{}", json!({"table": &*table.name, "rows": rows, "columns": typed}))?;
        } else {
            let typed: Vec<String> = columns().map(|c| format!("{}: {}", c.name, c.kql_type)).collect();
            writeln!(out, "{}  {rows} rows\n  {}", table.name, typed.join(", "))?;
        }
    }
    out.flush()?;
    if !quiet {
        for skipped in offer.skipped.iter().filter(|s| s.evidence) {
            complain(&format!("skipped {}: {}", skipped.file.name, skipped.reason));
        }
        errors.iter().take(20).for_each(|e| complain(&format!("{}: {}", e.file.name, e.reason)));
    }
    let unread = !errors.is_empty() || offer.skipped.iter().any(|s| s.evidence);
    Ok(if unread { exit::INCOMPLETE } else { exit::CLEAN })
}

#[derive(Default)]
struct Counter {
    counts: Mutex<BTreeMap<Arc<str>, u64>>,
    errors: Mutex<Vec<ReadError>>,
}

impl Sink for Counter {
    fn batch(&self, _: Batch) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
    fn error(&self, error: ReadError) {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).push(error);
    }
    fn warning(&self, file: &FileRef, text: String) {
        tracing::info!("{}: {text}", file.name);
    }
    fn records(&self, table: &Arc<str>, count: u64) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(Arc::clone(table)).or_default() += count;
    }
    fn progress(&self, _: u64) {}
}
