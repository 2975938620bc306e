//! Rows that an operator holds until it has seen all.

use super::{batch, check_rows, concat};
use crate::error::EngineError;
use arrow::array::{Array, ArrayData, ArrayRef, UInt32Array};
use arrow::compute;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use rustc_hash::FxHashSet;

#[derive(Debug)]
pub(crate) struct Held {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    rows: usize,
    size: usize,
    /// Allocations that were counted: batches that were cut from one share its buffers.
    counted: FxHashSet<usize>,
}

impl Held {
    pub(crate) fn new(schema: &SchemaRef) -> Self {
        Self { schema: schema.clone(), batches: Vec::new(), rows: 0, size: 0, counted: FxHashSet::default() }
    }

    pub(crate) fn push(&mut self, batch: RecordBatch) {
        self.rows += batch.num_rows();
        for column in batch.columns() {
            self.count(&column.to_data());
        }
        self.batches.push(batch);
    }

    fn count(&mut self, data: &ArrayData) {
        for buffer in data.buffers().iter().chain(data.nulls().map(|n| n.buffer())) {
            if self.counted.insert(buffer.data_ptr().as_ptr() as usize) {
                self.size += buffer.capacity();
            }
        }
        data.child_data().iter().for_each(|child| self.count(child));
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of all buffers.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// All rows in one batch; nothing is held afterwards.
    pub(crate) fn all(&mut self) -> Result<RecordBatch, EngineError> {
        check_rows(self.rows)?;
        let batches = self.let_go();
        let all = concat(&self.schema, &batches)?;
        if all.num_columns() == 0 && all.num_rows() == 0 { Ok(RecordBatch::new_empty(self.schema.clone())) } else { Ok(all) }
    }

    /// The rows in the order of what `order` makes of the columns named; nothing is held afterwards. Goes column by column, so that no two
    /// copies of all rows are there at once.
    pub(crate) fn taken(
        &mut self,
        names: &[&str],
        order: impl FnOnce(&[ArrayRef]) -> Result<Vec<u32>, EngineError>,
    ) -> Result<RecordBatch, EngineError> {
        check_rows(self.rows)?;
        let batches = self.let_go();
        let mut columns: Vec<Vec<ArrayRef>> =
            (0..self.schema.fields().len()).map(|n| batches.iter().map(|b| b.column(n).clone()).collect()).collect();
        drop(batches);
        let keys = names.iter().map(|name| {
            columns.get(self.schema.index_of(name)?).map_or_else(|| Err(EngineError::internal("no such column")), |c| joined(c))
        });
        let order = UInt32Array::from(order(&keys.collect::<Result<Vec<_>, _>>()?)?);
        let mut taken = Vec::with_capacity(columns.len());
        for column in &mut columns {
            let whole = joined(&std::mem::take(column))?;
            taken.push(compute::take(&whole, &order, None)?);
        }
        batch(&self.schema, taken, order.len())
    }

    fn let_go(&mut self) -> Vec<RecordBatch> {
        (self.rows, self.size) = (0, 0);
        self.counted.clear();
        std::mem::take(&mut self.batches)
    }
}

fn joined(chunks: &[ArrayRef]) -> Result<ArrayRef, EngineError> {
    match chunks {
        [one] => Ok(one.clone()),
        many => Ok(compute::concat(&many.iter().map(|c| c.as_ref()).collect::<Vec<_>>())?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::StringViewArray;
    use arrow::datatypes::{DataType, Field, Schema};
    use std::sync::Arc;

    #[test]
    fn slices_of_one_batch_are_counted_once() {
        let schema: SchemaRef = Arc::new(Schema::new(vec![Field::new("a", DataType::Utf8View, false)]));
        let texts = StringViewArray::from_iter_values((0..10_000).map(|n| format!("a text that is too long for its view {n}")));
        let whole = RecordBatch::try_new(schema.clone(), vec![Arc::new(texts)]).unwrap();
        let (mut one, mut many) = (Held::new(&schema), Held::new(&schema));
        one.push(whole.clone());
        (0..100).for_each(|n| many.push(whole.slice(n * 100, 100)));
        assert_eq!((one.size(), one.rows()), (many.size(), many.rows()));
        let backwards = many.taken(&["a"], |columns| Ok((0..columns[0].len() as u32).rev().collect())).unwrap();
        assert_eq!(backwards.num_rows(), 10_000);
        assert_eq!(backwards.column(0).slice(9_999, 1).as_ref(), whole.column(0).slice(0, 1).as_ref());
    }
}
