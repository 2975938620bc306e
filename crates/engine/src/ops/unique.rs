//! The first row of each key, in order: the left side of an `innerunique` join.

use super::{column, index, take};
use crate::error::EngineError;
use crate::node::{Operator, Run};
use arrow::array::{ArrayRef, UInt32Array};
use arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use arrow::row::{OwnedRow, RowConverter, SortField};
use rustc_hash::FxHashSet;
use std::collections::VecDeque;

#[derive(Debug)]
pub(crate) struct Unique {
    pub keys: Vec<String>,
}

impl Operator for Unique {
    fn name(&self) -> &'static str {
        "KqlUnique"
    }

    fn key(&self) -> String {
        self.keys.join(",")
    }

    fn output(&self, input: &ArrowSchema) -> Result<Vec<Field>, EngineError> {
        Ok(input.fields().iter().map(|f| f.as_ref().clone()).collect())
    }

    /// Kusto too filters before it takes the first row of a key.
    fn keeps_filters(&self) -> Option<Vec<String>> {
        Some(Vec::new())
    }

    fn start(&self, input: &SchemaRef, _output: SchemaRef) -> Result<Box<dyn Run>, EngineError> {
        let fields = self
            .keys
            .iter()
            .map(|k| Ok(SortField::new(input.field_with_name(k)?.data_type().clone())))
            .collect::<Result<Vec<_>, EngineError>>()?;
        Ok(Box::new(UniqueRun { keys: self.keys.clone(), converter: RowConverter::new(fields)?, seen: FxHashSet::default(), size: 0 }))
    }
}

struct UniqueRun {
    keys: Vec<String>,
    converter: RowConverter,
    seen: FxHashSet<OwnedRow>,
    size: usize,
}

impl Run for UniqueRun {
    fn push(&mut self, batch: RecordBatch, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        let columns = self.keys.iter().map(|k| column(&batch, k)).collect::<Result<Vec<ArrayRef>, _>>()?;
        let rows = self.converter.convert_columns(&columns)?;
        let mut keep = Vec::new();
        for (n, row) in rows.iter().enumerate() {
            let row = row.owned();
            let length = row.row().as_ref().len();
            if self.seen.insert(row) {
                self.size += length + 48;
                keep.push(index(n));
            }
        }
        if !keep.is_empty() {
            out.push_back(take(&batch, &UInt32Array::from(keep))?);
        }
        Ok(())
    }

    fn size(&self) -> usize {
        self.size
    }
}
