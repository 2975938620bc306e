//! From evidence to batches: what a reader offers, what the engine wants of it, and where the batches go.

use crate::{FileRef, Schema, TableSchema};
use arrow::record_batch::RecordBatch;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Evidence that was looked at but not yet read.
pub trait Source: Send + Sync {
    /// The tables that the evidence will yield. A table of Sentinel's schema has all its columns; columns that the evidence
    /// has beyond the schema come after them.
    fn offer(&self) -> Offer;

    /// Reads everything once. Only the wanted tables and columns are decoded; records of other tables are counted.
    /// Batches of one file arrive in any order and from several threads; the hidden record column says where they belong.
    /// Ends early when the sink breaks.
    fn read(&self, wants: &Wants, threads: usize, sink: &dyn Sink);
}

/// What a [`Source`] found before reading.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    pub tables: Vec<TableSchema>,
    /// All files in the order of their numbers in [`crate::RecordId`].
    pub files: Vec<FileRef>,
    pub skipped: Vec<Skipped>,
    /// Bytes to read, as they lie on disk; for progress.
    pub bytes: u64,
}

/// Evidence that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub file: FileRef,
    pub reason: String,
    /// Whether the file may have held evidence: such a file makes "no findings" doubtful (exit 3). A README beside the logs does not.
    pub evidence: bool,
}

/// The columns wanted of each table, by name. A table that is not named is not wanted.
#[derive(Clone, Debug, Default)]
pub struct Wants {
    pub tables: BTreeMap<Arc<str>, Schema>,
}

/// Records of one table: the wanted columns in the wanted order, then the two hidden ones.
#[derive(Clone, Debug)]
pub struct Batch {
    pub table: Arc<str>,
    pub rows: RecordBatch,
}

/// A record, a chunk or a file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    pub file: FileRef,
    /// Bytes from the start of the decompressed file, where known.
    pub offset: Option<u64>,
    /// The record's number from 0 (a line's, in a file of lines), where known.
    pub record: Option<u64>,
    /// The reader that met it, as `zeek`, `csv`.
    pub reader: &'static str,
    pub reason: String,
}

/// Takes what a [`Source`] reads. Called from several threads.
pub trait Sink: Send + Sync {
    fn batch(&self, batch: Batch) -> ControlFlow<()>;
    fn error(&self, error: ReadError);
    /// A file that turned out while reading not to be evidence, or to be cut short by the exporter.
    fn warning(&self, file: &FileRef, text: String);
    /// Records met in a file, wanted or not, by table.
    fn records(&self, table: &Arc<str>, count: u64);
    /// Bytes consumed on disk since the last call.
    fn progress(&self, bytes: u64);
}
