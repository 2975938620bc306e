//! What a reader is given while it reads: what is wanted, and where records and errors go.

use crate::wallet::WalletTap;
use crate::{Input, Options};
use arrow::array::{Array, BooleanArray, Int64Array};
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatch;
use model::{Batch, FileRef, ReadError, Schema, Sink, Wants};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared by all threads of one [`model::Source::read`].
pub struct ReadContext<'a> {
    sink: &'a dyn Sink,
    options: &'a Options,
    /// The columns to decode, by table: what is wanted, and what the context itself needs.
    decode: BTreeMap<Arc<str>, Decode>,
    errors: Vec<AtomicU64>,
    stopped: AtomicBool,
    wallets: Option<WalletTap>,
}

struct Decode {
    schema: Arc<Schema>,
    /// How many of the decoded columns are wanted; they come first.
    wanted: usize,
    /// Whether any query wants rows of the table itself.
    emit: bool,
}

impl<'a> ReadContext<'a> {
    pub(crate) fn new(wants: &Wants, offered: &BTreeMap<Arc<str>, Schema>, files: usize, options: &'a Options, sink: &'a dyn Sink) -> Self {
        let wallets = WalletTap::new(wants, offered);
        let mut decode = BTreeMap::new();
        for (table, schema) in offered {
            let wanted = wants.tables.get(table);
            let mut columns = wanted.map(|w| w.columns.clone()).unwrap_or_default();
            let count = columns.len();
            let mut need = |name: &str| {
                if let Some(index) = schema.index_of(name)
                    && !columns.iter().any(|c| &*c.name == name)
                {
                    columns.push(schema.columns[index].clone());
                }
            };
            let tapped = wallets.as_ref().map(|tap| tap.columns(table)).unwrap_or_default();
            for name in tapped {
                need(name);
            }
            if wanted.is_none() && tapped.is_empty() {
                continue;
            }
            if options.since.is_some() || options.until.is_some() {
                need("TimeGenerated");
            }
            decode.insert(Arc::clone(table), Decode { schema: Arc::new(Schema::new(columns)), wanted: count, emit: wanted.is_some() });
        }
        Self { sink, options, decode, errors: (0..files).map(|_| AtomicU64::new(0)).collect(), stopped: AtomicBool::new(false), wallets }
    }

    pub fn options(&self) -> &Options {
        self.options
    }

    /// The columns to decode of a table; `None` when its records are only to be counted. They are the wanted ones and perhaps more:
    /// build exactly these, in this order, then the two hidden columns.
    pub fn columns(&self, table: &str) -> Option<Arc<Schema>> {
        self.decode.get(table).map(|decode| Arc::clone(&decode.schema))
    }

    /// Whether to stop as soon as possible.
    pub fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Hands over decoded records: the columns of [`ReadContext::columns`], then the hidden ones.
    pub fn emit(&self, input: &Input, table: &Arc<str>, rows: RecordBatch) {
        let Some(decode) = self.decode.get(table) else { return };
        if rows.num_rows() == 0 {
            return;
        }
        let Some(rows) = self.in_range(decode, rows) else { return };
        if let Some(batch) = self.wallets.as_ref().and_then(|tap| tap.rows(input, table, &decode.schema, &rows)) {
            self.records(&batch.table, batch.rows.num_rows() as u64);
            self.send(batch);
        }
        if !decode.emit {
            return;
        }
        let extra = decode.wanted..decode.schema.columns.len();
        let rows = if extra.is_empty() {
            rows
        } else {
            let kept: Vec<usize> = (0..rows.num_columns()).filter(|index| !extra.contains(index)).collect();
            match rows.project(&kept) {
                Ok(rows) => rows,
                Err(_) => return,
            }
        };
        self.send(Batch { table: Arc::clone(table), rows });
    }

    fn send(&self, batch: Batch) {
        if self.sink.batch(batch).is_break() {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }

    fn in_range(&self, decode: &Decode, rows: RecordBatch) -> Option<RecordBatch> {
        if self.options.since.is_none() && self.options.until.is_none() {
            return Some(rows);
        }
        let Some(index) = decode.schema.index_of("TimeGenerated") else { return Some(rows) };
        let times = rows.column(index).as_any().downcast_ref::<Int64Array>()?;
        let (since, until) = (self.options.since.unwrap_or(i64::MIN), self.options.until.unwrap_or(i64::MAX));
        let mask: BooleanArray =
            (0..times.len()).map(|row| Some(times.is_null(row) || (since..until).contains(&times.value(row)))).collect();
        match mask.true_count() {
            0 => None,
            n if n == rows.num_rows() => Some(rows),
            _ => filter_record_batch(&rows, &mask).ok(),
        }
    }

    /// Counts records met, wanted or not.
    pub fn records(&self, table: &Arc<str>, count: u64) {
        if count > 0 {
            self.sink.records(table, count);
        }
    }

    /// Tells of a record, a chunk or a file that could not be read. The first thousand of a file are told one by one.
    pub fn error(&self, input: &Input, reader: &'static str, offset: Option<u64>, record: Option<u64>, reason: impl Into<String>) {
        let count = self.errors.get(input.number as usize).map_or(0, |count| count.fetch_add(1, Ordering::Relaxed));
        if count < self.options.caps.errors {
            self.sink.error(ReadError { file: input.file.clone(), offset, record, reader, reason: reason.into() });
        }
    }

    /// Tells of something in a file that is no error: a cut export, events that have no table.
    pub fn warning(&self, input: &Input, text: impl Into<String>) {
        self.sink.warning(&input.file, text.into());
    }

    pub(crate) fn progress(&self, bytes: u64) {
        if bytes > 0 {
            self.sink.progress(bytes);
        }
    }

    /// Tells how many errors were left untold.
    pub(crate) fn finish(&self, files: &[FileRef]) {
        for (file, count) in files.iter().zip(&self.errors) {
            let more = count.load(Ordering::Relaxed).saturating_sub(self.options.caps.errors);
            if more > 0 {
                let reason = format!("and {more} more records of this file that could not be read");
                self.sink.error(ReadError { file: file.clone(), offset: None, record: None, reader: "evidence", reason });
            }
        }
    }
}
