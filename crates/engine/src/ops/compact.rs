//! Batches whose texts lie in few buffers. Rows that a join or a filter takes keep all buffers of all batches that they were taken from, and
//! each later step copies that list; a chain of joins would spend its time on it.

use super::batch;
use crate::error::EngineError;
use crate::node::{Operator, Run};
use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use std::collections::VecDeque;
use std::sync::Arc;

/// Few enough to carry along.
const FEW: usize = 8;

#[derive(Debug)]
pub(crate) struct Compact;

impl Operator for Compact {
    fn name(&self) -> &'static str {
        "KqlCompact"
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
        out.push_back(compact(batch)?);
        Ok(())
    }
}

fn compact(rows: RecordBatch) -> Result<RecordBatch, EngineError> {
    let scattered = |c: &ArrayRef| c.as_string_view_opt().filter(|texts| texts.data_buffers().len() > FEW).cloned();
    if !rows.columns().iter().any(|c| scattered(c).is_some()) {
        return Ok(rows);
    }
    let columns = rows.columns().iter().map(|c| scattered(c).map_or_else(|| Arc::clone(c), |texts| Arc::new(texts.gc()) as ArrayRef));
    batch(&rows.schema(), columns.collect(), rows.num_rows())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::StringViewArray;

    #[test]
    fn texts_of_many_buffers_come_to_lie_in_one() {
        let long = "a text of more than twelve bytes";
        let part = || Arc::new(StringViewArray::from(vec![long, "short"])) as ArrayRef;
        let parts: Vec<ArrayRef> = (0..20).map(|_| part()).collect();
        let all = arrow::compute::concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>()).unwrap();
        assert!(all.as_string_view().data_buffers().len() > FEW);
        let rows = RecordBatch::try_from_iter([("a", all.clone())]).unwrap();
        let compacted = compact(rows).unwrap();
        assert_eq!(compacted.column(0).as_string_view().data_buffers().len(), 1);
        assert_eq!(compacted.column(0), &all);
    }
}
