//! Operators that see rows in order.

pub(crate) mod compact;
pub(crate) mod concat;
pub(crate) mod expand;
mod held;
pub(crate) mod parse;
pub(crate) mod reverse;
pub(crate) mod series;
pub(crate) mod sort;
pub(crate) mod unique;
pub(crate) mod window;

use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use model::Value;

/// An argument of an operator: a column of its input, or one value for all rows.
#[derive(Clone, Debug)]
pub(crate) enum OpArg {
    Column(String),
    Constant(Value),
}

/// A batch of `rows` rows; there may be no columns.
pub(crate) fn batch(schema: &SchemaRef, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch, EngineError> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)
}

/// The rows at `indices`.
pub(crate) fn take(batch_in: &RecordBatch, indices: &UInt32Array) -> Result<RecordBatch, EngineError> {
    let columns = batch_in.columns().iter().map(|c| compute::take(c, indices, None)).collect::<Result<Vec<_>, _>>()?;
    batch(&batch_in.schema(), columns, indices.len())
}

/// All rows in one batch.
pub(crate) fn concat(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<RecordBatch, EngineError> {
    if let [one] = batches {
        return Ok(one.clone());
    }
    if schema.fields().is_empty() {
        return batch(schema, Vec::new(), batches.iter().map(RecordBatch::num_rows).sum());
    }
    Ok(compute::concat_batches(schema, batches)?)
}

/// The column of that name.
pub(crate) fn column(batch_in: &RecordBatch, name: &str) -> Result<ArrayRef, EngineError> {
    batch_in.column_by_name(name).cloned().ok_or_else(|| EngineError::internal(format!("no column {name}")))
}

/// Bytes of a batch's buffers.
pub(crate) fn bytes(batch_in: &RecordBatch) -> usize {
    batch_in.columns().iter().map(|c| c.get_buffer_memory_size()).sum()
}

/// Row numbers fit what Arrow's `take` uses.
pub(crate) fn index(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// Refuses more rows than an index can name.
pub(crate) fn check_rows(rows: usize) -> Result<(), EngineError> {
    if rows >= u32::MAX as usize {
        return Err(EngineError::limit("an operator holds more than 4,294,967,294 rows"));
    }
    Ok(())
}
