//! One stream of several, in their order, of which nothing is known to be sorted or constant.

use crate::error::EngineError;
use crate::node::{Operator, Run};
use arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use std::collections::VecDeque;

/// Above a union: its inputs follow each other. Beneath a grouping: all groups are kept to the end, in order of appearance.
#[derive(Debug)]
pub(crate) struct Concat;

impl Operator for Concat {
    fn name(&self) -> &'static str {
        "KqlConcat"
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

    fn start(&self, _input: &SchemaRef, _output: SchemaRef) -> Result<Box<dyn Run>, EngineError> {
        Ok(Box::new(Through))
    }
}

struct Through;

impl Run for Through {
    fn push(&mut self, batch: RecordBatch, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        out.push_back(batch);
        Ok(())
    }
}
