//! Exports as Parquet: data export of Azure, streaming of Defender XDR, tables written by notebooks.

mod convert;
mod nested;
mod place;

use crate::columns::arrow_schema;
use crate::exports::fill::{Bound, Ended, Ending, Layout, NoLayout, Report};
use crate::exports::header::FileColumn;
use crate::exports::identify::Sample;
use crate::view::View;
use crate::{Chunks, Dataset, Format, Head, Input, Job, ReadContext, Sniff};
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use ::parquet::basic::Compression;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::Length;
use arrow::array::{ArrayRef, Int64Array, RecordBatch, new_null_array};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use model::{RecordId, TableSchema};
use place::Place;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

const NAME: &str = "parquet";

const MAGIC: &[u8; 4] = b"PAR1";

/// Rows decoded at a time.
const ROWS: usize = 8_192;
/// Rows that a file may hold for each of its bytes, once it claims to hold many: repeated values take no room, but some time.
const ROWS_PER_BYTE: i64 = 1_000;
const MANY_ROWS: i64 = 2_000_000;
/// Rows looked at to find the table.
const SAMPLE: usize = 100;
/// Columns whose values help to find the table.
const TELLING: [&str; 5] = ["Type", "$table", "TableName", "ActionType", "EventSchema"];

pub(crate) struct Parquet;

impl Format for Parquet {
    fn name(&self) -> &'static str {
        NAME
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        // Its places are those of the whole file.
        if !head.bytes.starts_with(MAGIC) || head.input.view != View::default() {
            return Sniff::No;
        }
        match look(head) {
            Ok(sniff) => sniff,
            Err(reason) => Sniff::Read(Arc::new(Damaged { reason })),
        }
    }
}

fn look(head: &Head<'_>) -> Result<Sniff, String> {
    let place = Place::of(head.input, &head.options.caps).map_err(|error| error.to_string())?;
    guarded(|| {
        let metadata = ArrowReaderMetadata::load(&place, options())?;
        // What the file says of itself need not be what its groups say.
        let groups = metadata.metadata().row_groups().iter().fold(0_i64, |sum, group| sum.saturating_add(group.num_rows().max(0)));
        let rows = metadata.metadata().file_metadata().num_rows().max(groups);
        if rows > MANY_ROWS && rows / ROWS_PER_BYTE > i64::try_from(Length::len(&place)).unwrap_or(i64::MAX) {
            return Err(ParquetError::General(format!("{rows} rows in {} bytes cannot be", Length::len(&place))));
        }
        if let Some(method) = unbuilt(&metadata) {
            let reason = format!("Parquet packed with {method}: no reader for that; write it with Snappy, Zstandard, LZ4 or gzip");
            return Ok(Sniff::Skip { reason, evidence: true });
        }
        let columns: Vec<FileColumn> = metadata
            .schema()
            .fields()
            .iter()
            .map(|field| FileColumn::new(field.name().as_str(), convert::kind_of(field.data_type())))
            .collect();
        let sample = sample(&place, &metadata)?;
        Ok(match Layout::new(columns, &sample, &head.input.file.name, head.options, false) {
            Ok(layout) if layout.plans.len() > 1 => {
                Sniff::Skip { reason: "records of several tables in one Parquet file; write a file for each".into(), evidence: true }
            }
            Ok(layout) => Sniff::Read(Arc::new(Table { layout: Arc::new(layout) })),
            Err(NoLayout::Unknown) => {
                Sniff::Skip { reason: "Parquet whose columns belong to no known table; name it with --table".into(), evidence: true }
            }
            Err(NoLayout::Ambiguous(reason)) => Sniff::Skip { reason, evidence: true },
        })
    })
}

/// A method of packing that some column uses and that no decoder is built in for.
fn unbuilt(metadata: &ArrowReaderMetadata) -> Option<&'static str> {
    let groups = metadata.metadata().row_groups().iter();
    groups.flat_map(|group| group.columns()).find_map(|column| match column.compression() {
        Compression::BROTLI(_) => Some("Brotli"),
        Compression::LZO => Some("LZO"),
        _ => None,
    })
}

fn options() -> ArrowReaderOptions {
    // The writer's own Arrow schema is another thing that may be damaged, and tells nothing that is needed.
    ArrowReaderOptions::new().with_skip_arrow_metadata(true)
}

/// Runs a decoder that may panic on damaged files.
fn guarded<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(format!("damaged Parquet: {error}")),
        Err(_) => Err("damaged Parquet: the decoder gave up".to_owned()),
    }
}

/// Whether the wanted columns lie in the file: the decoder panics at what lies before it, and looks for pages for minutes in what is said to go on behind it.
fn placed(groups: &[RowGroupMetaData], mask: &ProjectionMask, length: u64) -> Result<(), ParquetError> {
    let columns = groups.iter().flat_map(|group| group.columns().iter().enumerate());
    for (_, column) in columns.filter(|(leaf, _)| mask.leaf_included(*leaf)) {
        let (start, size) = (column.dictionary_page_offset().unwrap_or(column.data_page_offset()), column.compressed_size());
        let end = start.checked_add(size).and_then(|end| u64::try_from(end).ok());
        if start < 0 || size < 0 || end.is_none_or(|end| end > length) {
            return Err(ParquetError::General(format!("column {} has {size} bytes at {start}", column.column_path())));
        }
    }
    Ok(())
}

/// The first rows of the columns that tell the table.
fn sample(place: &Place, metadata: &ArrowReaderMetadata) -> Result<Sample, ParquetError> {
    let names: Vec<String> = metadata.schema().fields().iter().map(|field| field.name().clone()).collect();
    let telling: Vec<usize> = (0..names.len()).filter(|index| TELLING.contains(&names[*index].as_str())).collect();
    let mut sample = Sample { columns: names, rows: Vec::new() };
    if telling.is_empty() {
        return Ok(sample);
    }
    let mask = ProjectionMask::roots(metadata.parquet_schema(), telling.iter().copied());
    placed(metadata.metadata().row_groups(), &mask, Length::len(place))?;
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(place.clone(), metadata.clone())
        .with_projection(mask)
        .with_limit(SAMPLE)
        .build()?;
    for batch in reader {
        let batch = batch?;
        let format = FormatOptions::default();
        let columns: Vec<ArrayRef> = batch.columns().iter().map(|array| convert::text_of_bytes(Arc::clone(array)).0).collect();
        for row in 0..batch.num_rows() {
            let mut cells = vec![String::new(); sample.columns.len()];
            for (array, index) in columns.iter().zip(&telling) {
                cells[*index] = ArrayFormatter::try_new(array, &format)?.value(row).to_string();
            }
            sample.rows.push(cells);
        }
    }
    Ok(sample)
}

/// A file that cannot be read at all.
struct Damaged {
    reason: String,
}

impl Dataset for Damaged {
    fn reader(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> Vec<TableSchema> {
        Vec::new()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        cx.error(input, NAME, None, None, self.reason.as_str());
        None
    }
}

struct Table {
    layout: Arc<Layout>,
}

impl Dataset for Table {
    fn reader(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> Vec<TableSchema> {
        self.layout.tables()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let opened = Place::of(input, &cx.options().caps).map_err(|error| error.to_string()).and_then(|place| {
            let metadata = guarded(|| ArrowReaderMetadata::load(&place, options()))?;
            Ok((place, metadata))
        });
        let (place, metadata) = match opened {
            Ok(opened) => opened,
            Err(reason) => {
                cx.error(input, NAME, None, None, reason);
                return None;
            }
        };
        let ending = Ending::new(input, &self.layout, cx);
        let work =
            Arc::new(Work { input: Arc::clone(input), layout: Arc::clone(&self.layout), ending: Arc::clone(&ending), place, metadata });
        Some(Box::new(Ended::new(Groups { work, next: 0, record: 0 }, ending)))
    }
}

struct Groups {
    work: Arc<Work>,
    next: usize,
    record: u64,
}

impl Chunks for Groups {
    fn next(&mut self, _cx: &ReadContext<'_>) -> Option<Job> {
        let group = self.work.metadata.metadata().row_groups().get(self.next)?;
        let (index, first) = (self.next, self.record);
        self.next += 1;
        self.record += u64::try_from(group.num_rows()).unwrap_or(0);
        if matches!(self.work.place, Place::Disk(_)) {
            self.work.input.consumed(u64::try_from(group.compressed_size()).unwrap_or(0));
        }
        let work = Arc::clone(&self.work);
        Some(Box::new(move |cx| work.group(index, first, cx)))
    }
}

struct Work {
    input: Arc<Input>,
    layout: Arc<Layout>,
    ending: Arc<Ending>,
    place: Place,
    metadata: ArrowReaderMetadata,
}

impl Work {
    fn group(&self, index: usize, first: u64, cx: &ReadContext<'_>) {
        let mut report = Report::default();
        let mut record = first;
        if let Err(reason) = guarded(|| self.rows(index, &mut record, &mut report, cx)) {
            let whole = self.metadata.metadata().row_groups().get(index).map_or(0, |group| group.num_rows());
            let rest = whole - i64::try_from(record - first).unwrap_or(0);
            cx.error(&self.input, NAME, None, Some(record), format!("{reason}; {rest} rows of row group {index} are lost"));
        }
        self.ending.add(report);
    }

    fn rows(&self, index: usize, record: &mut u64, report: &mut Report, cx: &ReadContext<'_>) -> Result<(), ParquetError> {
        let Some(plan) = self.layout.plans.first() else { return Ok(()) };
        let table = &plan.table.name;
        let Some(schema) = cx.columns(table) else {
            let rows = self.metadata.metadata().row_groups().get(index).map_or(0, |group| group.num_rows());
            let rows = u64::try_from(rows).unwrap_or(0);
            cx.records(table, rows);
            report.rows += rows;
            return Ok(());
        };
        let bound: Vec<Bound> = schema.columns.iter().map(|c| Bound::new(&c.name, c.kql_type, plan)).collect();
        let mut roots: Vec<usize> = bound.iter().filter_map(|b| b.source).collect();
        roots.sort_unstable();
        roots.dedup();
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), roots.iter().copied());
        placed(self.metadata.metadata().row_groups().get(index..=index).unwrap_or_default(), &mask, Length::len(&self.place))?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(self.place.clone(), self.metadata.clone())
            .with_row_groups(vec![index])
            .with_projection(mask)
            .with_batch_size(ROWS)
            .build()?;
        let layout = arrow_schema(&schema);
        for batch in reader {
            let batch = batch?;
            let rows = batch.num_rows();
            let mut arrays: Vec<ArrayRef> = bound
                .iter()
                .map(|column| {
                    let array = column.source.and_then(|source| roots.binary_search(&source).ok()).and_then(|at| batch.columns().get(at));
                    match array {
                        Some(array) => convert::convert(array, column, *record, report),
                        None => convert::fixed(column, rows),
                    }
                })
                .collect();
            let ids = (*record..).take(rows).map(|record| RecordId::new(self.input.number, record).0);
            arrays.push(Arc::new(Int64Array::from_iter_values(ids)));
            arrays.push(Arc::new(Int64Array::from_iter_values(std::iter::repeat_n(-1, rows))));
            cx.records(table, rows as u64);
            report.rows += rows as u64;
            cx.emit(&self.input, table, RecordBatch::try_new(Arc::clone(&layout), arrays)?);
            *record += rows as u64;
            if cx.stopped() {
                break;
            }
        }
        Ok(())
    }
}

/// A column of nothing.
pub(super) fn nulls(kind: model::KqlType, rows: usize) -> ArrayRef {
    new_null_array(&kind.arrow(), rows)
}

#[cfg(test)]
mod tests;
