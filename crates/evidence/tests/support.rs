//! Evidence in a temporary folder, read into rows of text.

pub(crate) mod addresses;
pub(crate) mod packets;
pub(crate) mod wire;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use evidence::{Evidence, Options};
use model::{Batch, FileRef, Offer, ReadError, RecordId, Schema, Sink, Source, Wants};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What came of reading, sorted by record.
#[derive(Default)]
pub(crate) struct Seen {
    /// By table: record, offset, and the wanted columns as text.
    pub(crate) rows: BTreeMap<String, Vec<(i64, i64, Vec<String>)>>,
    pub(crate) errors: Vec<ReadError>,
    pub(crate) warnings: Vec<(String, String)>,
    pub(crate) records: BTreeMap<String, u64>,
    pub(crate) progress: u64,
    pub(crate) batches: usize,
}

#[derive(Default)]
struct Collect(Mutex<Seen>);

impl Sink for Collect {
    fn batch(&self, batch: Batch) -> ControlFlow<()> {
        let mut seen = self.0.lock().unwrap();
        seen.batches += 1;
        let hidden = batch.rows.num_columns() - 2;
        let number = |column: usize, row: usize| batch.rows.column(column).as_primitive::<Int64Type>().value(row);
        let rows = seen.rows.entry(batch.table.to_string()).or_default();
        for row in 0..batch.rows.num_rows() {
            let cells = (0..hidden).map(|column| cell(batch.rows.column(column), row)).collect();
            rows.push((number(hidden, row), number(hidden + 1, row), cells));
        }
        ControlFlow::Continue(())
    }

    fn error(&self, error: ReadError) {
        self.0.lock().unwrap().errors.push(error);
    }

    fn warning(&self, file: &FileRef, text: String) {
        self.0.lock().unwrap().warnings.push((file.name.to_string(), text));
    }

    fn records(&self, table: &Arc<str>, count: u64) {
        *self.0.lock().unwrap().records.entry(table.to_string()).or_default() += count;
    }

    fn progress(&self, bytes: u64) {
        self.0.lock().unwrap().progress += bytes;
    }
}

fn cell(column: &dyn Array, row: usize) -> String {
    if column.is_null(row) {
        return "null".to_owned();
    }
    match column.data_type() {
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Utf8View => column.as_string_view().value(row).to_owned(),
        other => panic!("{other}"),
    }
}

/// Wants the named columns (all when none is named) of the given tables.
pub(crate) fn wants(offer: &Offer, tables: &[(&str, &[&str])]) -> Wants {
    let mut wants = Wants::default();
    for (name, columns) in tables {
        let table = offer.tables.iter().find(|t| &*t.name == *name).unwrap_or_else(|| panic!("{name} is not offered"));
        let schema = if columns.is_empty() {
            table.schema.clone()
        } else {
            let column = |c: &&str| table.schema.columns[table.schema.index_of(c).unwrap_or_else(|| panic!("{name}.{c}"))].clone();
            Schema::new(columns.iter().map(column).collect())
        };
        wants.tables.insert((*name).into(), schema);
    }
    wants
}

pub(crate) fn wants_all(offer: &Offer) -> Wants {
    Wants { tables: offer.tables.iter().map(|t| (Arc::clone(&t.name), t.schema.clone())).collect() }
}

pub(crate) fn read(evidence: &Evidence, wants: &Wants, threads: usize) -> Seen {
    let sink = Collect::default();
    evidence.read(wants, threads, &sink);
    let mut seen = sink.0.into_inner().unwrap();
    seen.rows.values_mut().for_each(|rows| rows.sort());
    seen.errors.sort_by(|a, b| (&a.file, a.offset, a.record).cmp(&(&b.file, b.offset, b.record)));
    seen
}

/// A folder of evidence.
pub(crate) struct Folder {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) options: Options,
}

impl Folder {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        Self { dir, options: Options::default() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn open(&self) -> Evidence {
        evidence::open(&[self.path().to_path_buf()], self.options.clone()).unwrap()
    }

    /// Reads the columns of one table: the wanted cells of each row, in order, with `|` between them.
    pub(crate) fn table(&self, table: &str, columns: &[&str]) -> (Vec<String>, Seen) {
        let evidence = self.open();
        let mut seen = read(&evidence, &wants(&evidence.offer(), &[(table, columns)]), 2);
        let rows = seen.rows.remove(table).unwrap_or_default();
        (rows.into_iter().map(|(_, _, cells)| cells.join("|")).collect(), seen)
    }

    /// The name as messages have it.
    pub(crate) fn name(&self, file: &str) -> String {
        FileRef::path(&self.path().join(file)).name.to_string()
    }

    /// Skipped files by their names within the folder.
    pub(crate) fn skipped(&self) -> Vec<(String, String, bool)> {
        let prefix = format!("{}/", FileRef::path(self.path()).name);
        let skipped = self.open().offer().skipped;
        skipped.into_iter().map(|s| (s.file.name.strip_prefix(&prefix).unwrap_or(&s.file.name).to_owned(), s.reason, s.evidence)).collect()
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// The public samples, where they are.
pub(crate) fn corpora() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let path = std::env::var_os("POOLHOUND_CORPORA").map_or(root, PathBuf::from);
    path.is_dir().then_some(path)
}

/// The number of the record in its file.
pub(crate) fn record(id: i64) -> u64 {
    RecordId(id).record()
}
