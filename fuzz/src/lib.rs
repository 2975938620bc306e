//! What the targets share.

use evidence::{Caps, Options, open_bytes};
use model::{Batch, FileRef, ReadError, Sink, Source, Wants};
use std::ops::ControlFlow;
use std::sync::Arc;

struct Nowhere;

impl Sink for Nowhere {
    fn batch(&self, batch: Batch) -> ControlFlow<()> {
        assert!(batch.rows.num_rows() > 0);
        ControlFlow::Continue(())
    }
    fn error(&self, _: ReadError) {}
    fn warning(&self, _: &FileRef, _: String) {}
    fn records(&self, _: &Arc<str>, _: u64) {}
    fn progress(&self, _: u64) {}
}

/// Reads a file of evidence of that name, all of its tables and columns.
pub fn read(name: &str, bytes: &[u8]) {
    let caps = Caps { line: 1 << 20, ..Caps::default() };
    let evidence = open_bytes(&[(name, bytes)], Options { caps, ..Options::default() });
    let wants = Wants { tables: evidence.offer().tables.into_iter().map(|table| (table.name, table.schema)).collect() };
    evidence.read(&wants, 1, &Nowhere);
}
