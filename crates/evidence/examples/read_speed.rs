//! Reads evidence and throws it away: how fast the readers are.
//!
//!     read_speed PATH THREADS [TABLE=COLUMN,COLUMN …]
//!
//! Without tables all columns of all tables are decoded. Prints tables with their rows, and megabytes a second.

use evidence::Options;
use model::{Batch, FileRef, ReadError, Schema, Sink, Source, Wants};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

#[derive(Default)]
struct Count {
    rows: Mutex<BTreeMap<Arc<str>, u64>>,
    errors: AtomicU64,
}

impl Sink for Count {
    fn batch(&self, batch: Batch) -> ControlFlow<()> {
        *self.rows.lock().unwrap_or_else(PoisonError::into_inner).entry(batch.table).or_default() += batch.rows.num_rows() as u64;
        ControlFlow::Continue(())
    }

    fn error(&self, _error: ReadError) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    fn warning(&self, _file: &FileRef, _text: String) {}

    fn records(&self, _table: &Arc<str>, _count: u64) {}

    fn progress(&self, _bytes: u64) {}
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, threads, tables @ ..] = arguments.as_slice() else {
        return Err("usage: read_speed PATH THREADS [TABLE=COLUMN,… …]".into());
    };
    let evidence = evidence::open(&[path.into()], Options::default())?;
    let offer = evidence.offer();
    let mut wants = Wants::default();
    for table in &offer.tables {
        let named = tables.iter().find_map(|t| t.split_once('=').filter(|(name, _)| *name == &*table.name));
        let columns: Vec<_> = match named {
            Some((_, columns)) => {
                columns.split(',').filter_map(|c| table.schema.index_of(c)).map(|i| table.schema.columns[i].clone()).collect()
            }
            None if tables.is_empty() => table.schema.columns.clone(),
            None => continue,
        };
        wants.tables.insert(Arc::clone(&table.name), Schema::new(columns));
    }
    let count = Count::default();
    let start = Instant::now();
    evidence.read(&wants, threads.parse()?, &count);
    let seconds = start.elapsed().as_secs_f64();
    let rows = count.rows.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let megabytes = offer.bytes as f64 / 1e6;
    let errors = count.errors.load(Ordering::Relaxed);
    writeln!(io::stdout(), "{rows:?}; {errors} errors; {megabytes:.0} MB in {seconds:.2} s: {:.0} MB/s", megabytes / seconds)?;
    Ok(())
}
