//! What a reader is given while it reads: what is wanted, and where records and errors go.

use crate::wallet::WalletTap;
use crate::{Dataset, Input, Options};
use arrow::array::{Array, BooleanArray, Int64Array};
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatch;
use model::{Batch, ReadError, Schema, Sink, Wants};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Shared by all threads of one [`model::Source::read`].
pub struct ReadContext<'a> {
    sink: &'a dyn Sink,
    options: &'a Options,
    /// Whether records are left out by their time, so that they are counted only once their time is known.
    ranged: bool,
    /// The columns to decode, by table: what is wanted, and what the context itself needs.
    decode: BTreeMap<Arc<str>, Decode>,
    /// Of the files that are being read.
    errors: Mutex<BTreeMap<u32, Errors>>,
    stopped: AtomicBool,
    wallets: Option<WalletTap>,
    families: BTreeMap<(&'static str, String), Vec<Arc<Input>>>,
    shared: Mutex<BTreeMap<String, Shared>>,
}

/// The first errors of a file by place, whatever thread met them first, and how many there are.
#[derive(Default)]
struct Errors {
    first: BTreeMap<(u64, u64, String), ReadError>,
    count: u64,
}

/// What several files of a folder need, and how many have yet to ask for it.
struct Shared {
    cell: Arc<OnceLock<Arc<dyn Any + Send + Sync>>>,
    users: usize,
}

struct Decode {
    schema: Arc<Schema>,
    /// How many of the decoded columns are wanted; they come first.
    wanted: usize,
    /// Whether any query wants rows of the table itself.
    emit: bool,
}

impl<'a> ReadContext<'a> {
    pub(crate) fn new(
        wants: &Wants,
        offered: &BTreeMap<Arc<str>, Schema>,
        datasets: &[(Arc<Input>, Arc<dyn Dataset>)],
        options: &'a Options,
        sink: &'a dyn Sink,
    ) -> Self {
        let wallets = WalletTap::new(wants, offered);
        let ranged = options.since.is_some() || options.until.is_some();
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
            let tapped: &[&'static str] = wallets.as_ref().map_or(&[], |tap| tap.columns(table));
            for name in tapped {
                need(name);
            }
            if wanted.is_none() && tapped.is_empty() && !ranged {
                continue;
            }
            if ranged {
                need("TimeGenerated");
            }
            decode.insert(Arc::clone(table), Decode { schema: Arc::new(Schema::new(columns)), wanted: count, emit: wanted.is_some() });
        }
        let mut families: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (input, dataset) in datasets {
            if let Some(family) = dataset.family() {
                families.entry((family, folder(&input.file.name).to_owned())).or_default().push(Arc::clone(input));
            }
        }
        Self {
            sink,
            options,
            ranged,
            decode,
            errors: Mutex::default(),
            stopped: AtomicBool::new(false),
            wallets,
            families,
            shared: Mutex::default(),
        }
    }

    pub fn options(&self) -> &Options {
        self.options
    }

    /// The columns to decode of a table; `None` when its records are only to be counted. They are the wanted ones and perhaps more:
    /// build exactly these, in this order, then the two hidden columns.
    pub fn columns(&self, table: &str) -> Option<Arc<Schema>> {
        self.decode.get(table).map(|decode| Arc::clone(&decode.schema))
    }

    /// The files of the input's folder whose [`Dataset::family`] is the given one.
    pub fn family(&self, input: &Input, family: &'static str) -> &[Arc<Input>] {
        self.families.get(&(family, folder(&input.file.name).to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Something that `users` files need, made by the first that asks and let go of when the last has asked. The key names its type too:
    /// under one key, always the same type.
    pub fn shared<T: Default + Send + Sync + 'static>(&self, key: &str, users: usize, make: impl FnOnce() -> T) -> Arc<T> {
        let cell = {
            let mut all = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = all.entry(key.to_owned()).or_insert_with(|| Shared { cell: Arc::default(), users });
            entry.users = entry.users.saturating_sub(1);
            let cell = Arc::clone(&entry.cell);
            if entry.users == 0 {
                all.remove(key);
            }
            cell
        };
        let any = Arc::clone(cell.get_or_init(|| Arc::new(make())));
        any.downcast().unwrap_or_default()
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
        if self.ranged {
            self.sink.records(table, rows.num_rows() as u64);
        }
        if let Some(batch) = self.wallets.as_ref().and_then(|tap| tap.rows(input, table, &decode.schema, &rows)) {
            self.sink.records(&batch.table, batch.rows.num_rows() as u64);
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
        if !self.ranged {
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

    /// Counts records met, wanted or not. Those that lie outside of `since` and `until` do not count, which [`ReadContext::emit`] sees to.
    pub fn records(&self, table: &Arc<str>, count: u64) {
        if count > 0 && !(self.ranged && self.decode.contains_key(table)) {
            self.sink.records(table, count);
        }
    }

    /// Tells of a record, a chunk or a file that could not be read. The first thousand of a file are told one by one, in the order of
    /// their places, when the file has been read; the rest as one.
    pub fn error(&self, input: &Input, reader: &'static str, offset: Option<u64>, record: Option<u64>, reason: impl Into<String>) {
        let reason = reason.into();
        let mut all = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let errors = all.entry(input.number).or_default();
        errors.count += 1;
        let place = (offset.unwrap_or(u64::MAX), record.unwrap_or(u64::MAX), reason.clone());
        errors.first.insert(place, ReadError { file: input.file.clone(), offset, record, reader, reason });
        if errors.first.len() as u64 > self.options.caps.errors {
            errors.first.pop_last();
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

    /// Tells of a file's errors, now that all of them are known.
    pub(crate) fn finish_file(&self, input: &Input) {
        self.progress(input.take_progress());
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner).remove(&input.number);
        if let Some(errors) = errors {
            self.tell(errors);
        }
    }

    /// Tells of what is left.
    pub(crate) fn finish(&self) {
        let left = std::mem::take(&mut *self.errors.lock().unwrap_or_else(PoisonError::into_inner));
        left.into_values().for_each(|errors| self.tell(errors));
    }

    fn tell(&self, errors: Errors) {
        let more = errors.count - errors.first.len() as u64;
        let file = errors.first.values().next().map(|error| (error.file.clone(), error.reader));
        errors.first.into_values().for_each(|error| self.sink.error(error));
        if let (Some((file, reader)), true) = (file, more > 0) {
            let reason = format!("and {more} more records of this file that could not be read");
            self.sink.error(ReadError { file, offset: None, record: None, reader, reason });
        }
    }
}

/// The folder or archive that a file lies in, by its name.
pub(crate) fn folder(name: &str) -> &str {
    name.rfind(['/', '!']).and_then(|at| name.get(..at)).unwrap_or_default()
}
