//! `mv-expand`: one row an element, several columns side by side.

use super::{column, index};
use crate::dynamic::DynValue;
use crate::error::EngineError;
use crate::node::{Operator, Run};
use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringViewBuilder, UInt32Array};
use arrow::compute;
use arrow::datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use std::collections::VecDeque;
use std::sync::Arc;

/// Takes the dynamic columns `sources` away and appends for each a dynamic column of its elements, and an index.
#[derive(Clone, Debug)]
pub(crate) struct Expand {
    pub sources: Vec<String>,
    /// As many as `sources`.
    pub outputs: Vec<String>,
    pub item_index: Option<String>,
    /// Elements of a row that are taken.
    pub limit: usize,
    /// A bag becomes `[key, value]` instead of a bag of one key.
    pub bag_as_array: bool,
    /// `mv-apply` keeps a row without elements out as well.
    pub keep_null: bool,
}

impl Operator for Expand {
    fn name(&self) -> &'static str {
        "KqlExpand"
    }

    fn key(&self) -> String {
        format!("{:?}", (&self.sources, &self.outputs, &self.item_index, self.limit, self.bag_as_array, self.keep_null))
    }

    fn output(&self, input: &ArrowSchema) -> Result<Vec<Field>, EngineError> {
        let mut fields: Vec<Field> =
            input.fields().iter().filter(|f| !self.sources.contains(f.name())).map(|f| f.as_ref().clone()).collect();
        fields.extend(self.outputs.iter().map(|o| Field::new(o, DataType::Utf8View, true)));
        fields.extend(self.item_index.iter().map(|o| Field::new(o, DataType::Int64, true)));
        Ok(fields)
    }

    fn keeps_filters(&self) -> Option<Vec<String>> {
        Some(self.outputs.iter().chain(&self.item_index).cloned().collect())
    }

    fn start(&self, _input: &SchemaRef, output: SchemaRef) -> Result<Box<dyn Run>, EngineError> {
        Ok(Box::new(ExpandRun { expand: self.clone(), output }))
    }
}

struct ExpandRun {
    expand: Expand,
    output: SchemaRef,
}

/// The elements of a cell; `None` for a null.
fn elements(cell: Option<&str>, bag_as_array: bool) -> Option<Vec<DynValue>> {
    Some(match DynValue::parse(cell?) {
        DynValue::Null => return None,
        DynValue::Array(items) => items,
        DynValue::Bag(pairs) if bag_as_array => pairs.into_iter().map(|(k, v)| DynValue::Array(vec![DynValue::String(k), v])).collect(),
        DynValue::Bag(pairs) => pairs.into_iter().map(|pair| DynValue::Bag(vec![pair])).collect(),
        other => vec![other],
    })
}

impl Run for ExpandRun {
    fn push(&mut self, batch: RecordBatch, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        let sources = self.expand.sources.iter().map(|s| column(&batch, s)).collect::<Result<Vec<ArrayRef>, _>>()?;
        let mut builders: Vec<StringViewBuilder> = sources.iter().map(|_| StringViewBuilder::new()).collect();
        let (mut rows, mut positions): (Vec<u32>, Vec<i64>) = (Vec::new(), Vec::new());
        for row in 0..batch.num_rows() {
            let cells: Vec<Option<Vec<DynValue>>> = sources
                .iter()
                .map(|s| {
                    let s = s.as_string_view();
                    elements(s.is_valid(row).then(|| s.value(row)), self.expand.bag_as_array)
                })
                .collect();
            let longest = cells.iter().map(|c| c.as_ref().map_or(usize::from(self.expand.keep_null), Vec::len)).max().unwrap_or(0);
            let count = longest.min(self.expand.limit);
            for n in 0..count {
                rows.push(index(row));
                positions.push(n as i64);
                for (cell, builder) in cells.iter().zip(&mut builders) {
                    builder.append_option(cell.as_ref().and_then(|c| c.get(n)).and_then(DynValue::to_cell));
                }
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let count = rows.len();
        let indices = UInt32Array::from(rows);
        let mut columns = Vec::with_capacity(self.output.fields().len());
        for (field, values) in batch.schema().fields().iter().zip(batch.columns()) {
            if !self.expand.sources.contains(field.name()) {
                columns.push(compute::take(values, &indices, None)?);
            }
        }
        columns.extend(builders.iter_mut().map(|b| Arc::new(b.finish()) as ArrayRef));
        if self.expand.item_index.is_some() {
            columns.push(Arc::new(Int64Array::from(positions)));
        }
        out.push_back(super::batch(&self.output, columns, count)?);
        Ok(())
    }
}
