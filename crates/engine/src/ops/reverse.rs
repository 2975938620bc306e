//! Rows from the last to the first: Kusto's `lookup` finds the latest of several partners first.

use super::{bytes, check_rows, concat, index, take};
use crate::error::EngineError;
use crate::node::{Operator, Run};
use arrow::array::UInt32Array;
use arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use std::collections::VecDeque;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Reverse;

impl Operator for Reverse {
    fn name(&self) -> &'static str {
        "KqlReverse"
    }

    fn key(&self) -> String {
        String::new()
    }

    fn output(&self, input: &ArrowSchema) -> Result<Vec<Field>, EngineError> {
        Ok(input.fields().iter().map(|f| f.as_ref().clone()).collect())
    }

    fn keeps_filters(&self) -> Option<Vec<String>> {
        Some(Vec::new())
    }

    fn start(&self, input: &SchemaRef, _output: SchemaRef) -> Result<Box<dyn Run>, EngineError> {
        Ok(Box::new(ReverseRun { schema: Arc::clone(input), held: Vec::new(), size: 0 }))
    }
}

struct ReverseRun {
    schema: SchemaRef,
    held: Vec<RecordBatch>,
    size: usize,
}

impl Run for ReverseRun {
    fn push(&mut self, batch: RecordBatch, _out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        self.size += bytes(&batch);
        self.held.push(batch);
        Ok(())
    }

    fn finish(&mut self, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        if !self.held.is_empty() {
            let all = concat(&self.schema, &std::mem::take(&mut self.held))?;
            check_rows(all.num_rows())?;
            out.push_back(take(&all, &UInt32Array::from_iter_values((0..index(all.num_rows())).rev()))?);
        }
        Ok(())
    }

    fn size(&self) -> usize {
        self.size * 2
    }
}
