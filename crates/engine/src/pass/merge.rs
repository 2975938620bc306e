//! Kept rows in order of their records.
//!
//! Pieces whose records lie between each other's, as sessions of captures do, which end in another order than they begin, are merged row
//! by row. A piece is loaded when its first record is due and let go after its last, so that few are held at a time.

use super::store::{Kept, Open};
use crate::error::EngineError;
use crate::node::BATCH_ROWS;
use crate::ops;
use arrow::array::{AsArray, Int64Array};
use arrow::compute;
use arrow::datatypes::{Int64Type, SchemaRef};
use arrow::record_batch::RecordBatch;
use datafusion::error::DataFusionError;
use model::RECORD_COLUMN;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// Reads the rows of one table.
pub(super) struct Reader {
    kept: Arc<Kept>,
    schema: SchemaRef,
    /// The piece after those that were loaded.
    next: usize,
    open: Open,
    cursors: Vec<Cursor>,
}

/// A piece that is being read, up to a row.
struct Cursor {
    /// The columns that are asked for.
    batch: RecordBatch,
    records: Int64Array,
    row: usize,
}

impl Cursor {
    fn record(&self) -> Option<i64> {
        self.records.values().get(self.row).copied()
    }
}

impl Reader {
    pub(super) fn new(kept: Arc<Kept>, schema: SchemaRef) -> Self {
        Self { kept, schema, next: 0, open: None, cursors: Vec::new() }
    }

    fn step(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        if self.cursors.is_empty() {
            let Some(piece) = self.kept.pieces.get(self.next) else { return Ok(None) };
            let alone = self.kept.pieces.get(self.next + 1).is_none_or(|after| after.first > piece.last);
            let cursor = self.load()?;
            if alone {
                return Ok(cursor.map(|c| c.batch));
            }
            self.cursors.extend(cursor);
        }
        self.merged().map(Some)
    }

    /// The next piece.
    fn load(&mut self) -> Result<Option<Cursor>, EngineError> {
        let Some(piece) = self.kept.pieces.get(self.next) else { return Ok(None) };
        self.next += 1;
        let batch = self.kept.load(piece, &mut self.open)?;
        let records = ops::column(&batch, RECORD_COLUMN)?.as_primitive::<Int64Type>().clone();
        let columns = self.schema.fields().iter().map(|f| ops::column(&batch, f.name())).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Cursor { batch: ops::batch(&self.schema, columns, records.len())?, records, row: 0 }))
    }

    /// A batch of the rows that come next in all the pieces which meet.
    fn merged(&mut self) -> Result<RecordBatch, EngineError> {
        let due = |(n, cursor): (usize, &Cursor)| Some(Reverse((cursor.record()?, n)));
        let mut heap: BinaryHeap<_> = self.cursors.iter().enumerate().filter_map(due).collect();
        let mut rows: Vec<(usize, usize)> = Vec::with_capacity(BATCH_ROWS);
        while let (Some(&Reverse((record, n))), true) = (heap.peek(), rows.len() < BATCH_ROWS) {
            if self.kept.pieces.get(self.next).is_some_and(|piece| piece.first <= record) {
                if let Some(cursor) = self.load()? {
                    heap.extend(due((self.cursors.len(), &cursor)));
                    self.cursors.push(cursor);
                }
                continue;
            }
            heap.pop();
            let cursor = &mut self.cursors[n];
            rows.push((n, cursor.row));
            cursor.row += 1;
            heap.extend(due((n, cursor)));
        }
        let batch = self.gathered(&rows)?;
        self.cursors.retain(|cursor| cursor.record().is_some());
        Ok(batch)
    }

    fn gathered(&self, rows: &[(usize, usize)]) -> Result<RecordBatch, EngineError> {
        if self.schema.fields().is_empty() {
            return ops::batch(&self.schema, Vec::new(), rows.len());
        }
        let batches: Vec<&RecordBatch> = self.cursors.iter().map(|cursor| &cursor.batch).collect();
        Ok(compute::interleave_record_batch(&batches, rows)?)
    }
}

impl Iterator for Reader {
    type Item = Result<RecordBatch, DataFusionError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().map_err(Into::into).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::Keeping;
    use super::*;
    use arrow::array::{ArrayRef, StringViewArray};
    use model::OFFSET_COLUMN;

    fn batch(records: &[i64]) -> RecordBatch {
        let numbers: ArrayRef = Arc::new(Int64Array::from(records.to_vec()));
        let texts: ArrayRef = Arc::new(StringViewArray::from_iter_values(records.iter().map(|r| format!("the text of record {r}"))));
        RecordBatch::try_from_iter([("Text", texts), (RECORD_COLUMN, Arc::clone(&numbers)), (OFFSET_COLUMN, numbers)]).unwrap()
    }

    /// Batches of records in any order, some in files, come out in order, each with what is its own.
    #[test]
    fn pieces_that_meet_are_read_in_order() {
        let mut state = 1u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for (near, spills) in [(1, false), (40, false), (40_000, false), (900, true), (1 << 40, true)] {
            // Records come near where they belong: sessions end some time after they begin.
            let mut records: Vec<i64> = (0..30_000).collect();
            records.sort_by_cached_key(|r| *r as u64 + random(near));
            let mut keeping = Keeping::default();
            let mut from = 0;
            while from < records.len() {
                let to = (from + 1 + random(700) as usize).min(records.len());
                keeping.push(batch(&records[from..to])).unwrap();
                if spills && random(9) == 0 {
                    keeping.spill(None).unwrap();
                }
                from = to;
            }
            let kept = Arc::new(keeping.finish().unwrap());
            let schema = batch(&[0]).project(&[0, 1]).unwrap().schema();
            let mut expected = 0;
            for read in Kept::read(&kept, schema) {
                let read = read.unwrap();
                assert_eq!(
                    batch(read[RECORD_COLUMN].as_primitive::<Int64Type>().values())["Text"].as_string_view(),
                    read["Text"].as_string_view()
                );
                for record in read[RECORD_COLUMN].as_primitive::<Int64Type>().values() {
                    assert_eq!(*record, expected);
                    expected += 1;
                }
            }
            assert_eq!(expected, 30_000);
        }
    }
}
