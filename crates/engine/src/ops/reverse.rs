//! Rows from the last to the first: Kusto's `lookup` finds the latest of several partners first.

use super::held::Held;
use super::index;
use crate::error::EngineError;
use crate::node::{Operator, Run};
use arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use std::collections::VecDeque;

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
        Ok(Box::new(ReverseRun { held: Held::new(input) }))
    }
}

struct ReverseRun {
    held: Held,
}

impl Run for ReverseRun {
    fn push(&mut self, batch: RecordBatch, _out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        self.held.push(batch);
        Ok(())
    }

    fn finish(&mut self, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        let rows = index(self.held.rows());
        if rows > 0 {
            out.push_back(self.held.taken(&[], |_| Ok((0..rows).rev().collect()))?);
        }
        Ok(())
    }

    fn size(&self) -> usize {
        self.held.size()
    }
}
