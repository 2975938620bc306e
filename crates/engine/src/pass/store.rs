//! Rows that some scan wants: in memory, and beyond a budget in temporary Arrow files.

use super::merge::Reader;
use crate::error::EngineError;
use crate::ops;
use arrow::array::{ArrayRef, AsArray, UInt32Array};
use arrow::buffer::Buffer;
use arrow::compute;
use arrow::datatypes::{Int64Type, SchemaRef};
use arrow::ipc::reader::FileReader;
use arrow::ipc::writer::FileWriter;
use arrow::record_batch::RecordBatch;
use datafusion::error::DataFusionError;
use model::RECORD_COLUMN;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;
use std::sync::Arc;

/// A spill file that is being read, by its number.
pub(super) type Open = Option<(usize, FileReader<BufReader<File>>)>;

/// A batch's place, its rows in order of their records, with the first and the last of them.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) first: i64,
    pub(super) last: i64,
    at: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Memory(RecordBatch),
    File { file: usize, index: usize },
}

/// The kept rows of one table while evidence is read.
#[derive(Debug, Default)]
pub struct Keeping {
    pieces: Vec<Piece>,
    files: Vec<tempfile::NamedTempFile>,
    bytes: usize,
    rows: usize,
    /// How many pieces may come before small ones are put together: a batch of one row weighs a hundred times its row.
    settle_at: usize,
}

impl Keeping {
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn push(&mut self, batch: RecordBatch) -> Result<(), EngineError> {
        if let Some((first, last)) = ends(&batch) {
            let batch = in_order(batch)?;
            self.rows += batch.num_rows();
            self.bytes += ops::bytes(&batch);
            self.pieces.push(Piece { first, last, at: Place::Memory(batch) });
            if self.pieces.len() >= self.settle_at.max(FEW_PIECES) {
                self.settle()?;
                self.settle_at = 2 * self.pieces.len();
            }
        }
        Ok(())
    }

    /// Sorts the pieces by their records and makes one of small neighbours.
    fn settle(&mut self) -> Result<(), EngineError> {
        self.pieces.sort_by_key(|p| (p.first, p.last));
        let mut settled: Vec<Piece> = Vec::with_capacity(self.pieces.len());
        let mut run: Vec<Piece> = Vec::new();
        let mut rows = 0;
        for piece in std::mem::take(&mut self.pieces) {
            let small = match &piece.at {
                Place::Memory(batch) => Some(batch.num_rows()).filter(|n| *n <= SMALL_ROWS / 2),
                Place::File { .. } => None,
            };
            if small.is_none_or(|n| rows + n > SMALL_ROWS) {
                merge(&mut run, &mut settled)?;
                rows = 0;
            }
            match small {
                Some(n) => {
                    rows += n;
                    run.push(piece);
                }
                None => settled.push(piece),
            }
        }
        merge(&mut run, &mut settled)?;
        self.pieces = settled;
        Ok(())
    }

    /// Moves all rows in memory to a file.
    pub fn spill(&mut self, dir: Option<&PathBuf>) -> Result<(), EngineError> {
        self.settle()?;
        let schema = self.pieces.iter().find_map(|p| if let Place::Memory(b) = &p.at { Some(b.schema()) } else { None });
        let Some(schema) = schema else { return Ok(()) };
        let failed =
            |e: &dyn std::fmt::Display| EngineError::limit(format!("rows could not be moved to a temporary file: {e}; see --temp-dir"));
        let named = match dir {
            Some(dir) => tempfile::NamedTempFile::new_in(dir),
            None => tempfile::NamedTempFile::new(),
        }
        .map_err(|e| failed(&e))?;
        let mut writer = FileWriter::try_new(BufWriter::new(named.as_file()), &schema).map_err(|e| failed(&e))?;
        let (file, mut index) = (self.files.len(), 0);
        for piece in &mut self.pieces {
            if let Place::Memory(batch) = &piece.at {
                writer.write(batch).map_err(|e| failed(&e))?;
                piece.at = Place::File { file, index };
                index += 1;
            }
        }
        writer.finish().map_err(|e| failed(&e))?;
        drop(writer);
        self.files.push(named);
        self.bytes = 0;
        Ok(())
    }

    /// Ends keeping: pieces in order of their records.
    pub fn finish(mut self) -> Result<Kept, EngineError> {
        self.settle()?;
        Ok(Kept { pieces: self.pieces, files: self.files, rows: self.rows })
    }
}

/// Fewer pieces are left as they are.
const FEW_PIECES: usize = 64;
/// Batches up to this size are worth putting together.
const SMALL_ROWS: usize = 4096;

/// Makes one piece of a run of neighbours.
fn merge(run: &mut Vec<Piece>, into: &mut Vec<Piece>) -> Result<(), EngineError> {
    if run.len() < 2 {
        into.append(run);
        return Ok(());
    }
    let (first, last) = (run[0].first, run.iter().map(|p| p.last).max().unwrap_or_default());
    let batches: Vec<RecordBatch> = run.drain(..).filter_map(|p| if let Place::Memory(b) = p.at { Some(b) } else { None }).collect();
    let batch = compact(&in_order(ops::concat(&batches[0].schema(), &batches)?)?);
    into.push(Piece { first, last, at: Place::Memory(batch) });
    Ok(())
}

/// The kept rows of one table.
#[derive(Debug)]
pub struct Kept {
    /// In order of their first records.
    pub(super) pieces: Vec<Piece>,
    files: Vec<tempfile::NamedTempFile>,
    rows: usize,
}

impl Kept {
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// All rows in order of their records, under the columns of `schema`.
    pub fn read(kept: &Arc<Self>, schema: SchemaRef) -> impl Iterator<Item = Result<RecordBatch, DataFusionError>> + Send + use<> {
        Reader::new(Arc::clone(kept), schema)
    }

    /// A record's byte offset, where it is known.
    pub fn offsets(&self) -> impl Iterator<Item = Result<(ArrayRef, ArrayRef), EngineError>> + '_ {
        let mut open = None;
        self.pieces.iter().map(move |piece| {
            let batch = self.load(piece, &mut open)?;
            Ok((ops::column(&batch, RECORD_COLUMN)?, ops::column(&batch, model::OFFSET_COLUMN)?))
        })
    }

    pub(super) fn load(&self, piece: &Piece, open: &mut Open) -> Result<RecordBatch, EngineError> {
        match &piece.at {
            Place::Memory(batch) => Ok(batch.clone()),
            Place::File { file, index } => {
                let failed = |e: &dyn std::fmt::Display| EngineError::limit(format!("a temporary file could not be read: {e}"));
                if open.as_ref().is_none_or(|(number, _)| number != file) {
                    let handle = self.files[*file].reopen().map_err(|e| failed(&e))?;
                    *open = Some((*file, FileReader::try_new(BufReader::new(handle), None).map_err(|e| failed(&e))?));
                }
                let Some((_, reader)) = open else { return Err(EngineError::internal("no file is open")) };
                reader.set_index(*index).map_err(|e| failed(&e))?;
                reader.next().ok_or_else(|| EngineError::internal("a temporary file is short"))?.map_err(|e| failed(&e))
            }
        }
    }
}

/// The batch with its rows in order of their records.
fn in_order(batch: RecordBatch) -> Result<RecordBatch, EngineError> {
    let records = ops::column(&batch, RECORD_COLUMN)?;
    let records = records.as_primitive::<Int64Type>().values();
    if records.is_sorted() {
        return Ok(batch);
    }
    let mut order: Vec<u32> = (0..ops::index(batch.num_rows())).collect();
    order.sort_by_key(|&row| records[row as usize]);
    ops::take(&batch, &UInt32Array::from(order))
}

fn ends(batch: &RecordBatch) -> Option<(i64, i64)> {
    let records = batch.column_by_name(RECORD_COLUMN)?.as_primitive::<Int64Type>();
    Some((arrow::compute::min(records)?, arrow::compute::max(records)?))
}

/// The rows of a mask, in buffers of their own size.
pub fn filter(batch: &RecordBatch, mask: &arrow::array::BooleanArray) -> Result<RecordBatch, EngineError> {
    Ok(compact(&compute::filter_record_batch(batch, mask)?))
}

/// Text views give up the buffers that they hardly use, as those of a whole block of lines.
pub fn compact(batch: &RecordBatch) -> RecordBatch {
    let columns = batch
        .columns()
        .iter()
        .map(|c| match c.as_string_view_opt() {
            Some(texts) => {
                // A builder's room is held whether it was filled or not.
                let held: usize = texts.data_buffers().iter().map(Buffer::capacity).sum();
                // Views of up to twelve bytes hold their text themselves.
                let used: usize = texts.lengths().map(|n| n as usize).filter(|n| *n > 12).sum();
                if used * 2 >= held { Arc::clone(c) } else { Arc::new(texts.gc()) }
            }
            None => Arc::clone(c),
        })
        .collect();
    RecordBatch::try_new(batch.schema(), columns).unwrap_or_else(|_| batch.clone())
}
