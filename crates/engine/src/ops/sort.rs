//! `sort` and `top`: stable, with Kusto's places for nulls and NaN.

use super::{bytes, check_rows, column, concat, index, take};
use crate::error::EngineError;
use crate::functions::decimal::Number;
use crate::node::{Operator, Run};
use arrow::array::{Array, ArrayRef, AsArray, Int8Array, Int64Array, UInt32Array};
use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, Field, Float64Type, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use arrow::row::{RowConverter, SortField};
use std::collections::VecDeque;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub column: String,
    pub ascending: bool,
    pub nulls_first: bool,
    /// The column's text is numbers.
    pub decimal: bool,
}

/// Sorts all rows; within equal values of `partition` where given, whose order then comes first.
#[derive(Debug)]
pub(crate) struct Sort {
    pub keys: Vec<Key>,
    /// Rows to keep, of each partition.
    pub limit: Option<usize>,
    pub partition: Vec<String>,
}

impl Operator for Sort {
    fn name(&self) -> &'static str {
        "KqlSort"
    }

    fn key(&self) -> String {
        format!("{:?} {:?} {:?}", self.keys, self.limit, self.partition)
    }

    fn output(&self, input: &ArrowSchema) -> Result<Vec<Field>, EngineError> {
        Ok(input.fields().iter().map(|f| f.as_ref().clone()).collect())
    }

    fn keeps_filters(&self) -> Option<Vec<String>> {
        self.limit.is_none().then(Vec::new).or(None)
    }

    fn start(&self, input: &SchemaRef, _output: SchemaRef) -> Result<Box<dyn Run>, EngineError> {
        let mut keys: Vec<Key> =
            self.partition.iter().map(|p| Key { column: p.clone(), ascending: true, nulls_first: true, decimal: false }).collect();
        keys.extend(self.keys.iter().cloned());
        Ok(Box::new(SortRun {
            schema: Arc::clone(input),
            keys,
            partition: self.partition.clone(),
            limit: self.limit,
            held: Vec::new(),
            rows: 0,
            size: 0,
        }))
    }
}

struct SortRun {
    schema: SchemaRef,
    keys: Vec<Key>,
    partition: Vec<String>,
    limit: Option<usize>,
    held: Vec<RecordBatch>,
    rows: usize,
    size: usize,
}

impl SortRun {
    fn sorted(&mut self) -> Result<RecordBatch, EngineError> {
        let all = concat(&self.schema, &std::mem::take(&mut self.held))?;
        check_rows(all.num_rows())?;
        let mut order = order(&all, &self.keys)?;
        if let Some(limit) = self.limit {
            if self.partition.is_empty() {
                order.truncate(limit);
            } else {
                let parts = self.partition.iter().map(|p| column(&all, p)).collect::<Result<Vec<_>, _>>()?;
                let rows = rows_of(&parts)?;
                let (mut seen, mut last) = (0, None);
                order.retain(|&row| {
                    let part = rows.row(row as usize);
                    if last != Some(part) {
                        (seen, last) = (0, Some(part));
                    }
                    seen += 1;
                    seen <= limit
                });
            }
        }
        take(&all, &UInt32Array::from(order))
    }
}

/// Comparable bytes of some columns.
pub(crate) fn rows_of(columns: &[ArrayRef]) -> Result<arrow::row::Rows, EngineError> {
    let converter = RowConverter::new(columns.iter().map(|c| SortField::new(c.data_type().clone())).collect())?;
    Ok(converter.convert_columns(columns)?)
}

fn order(all: &RecordBatch, keys: &[Key]) -> Result<Vec<u32>, EngineError> {
    let (mut fields, mut columns): (Vec<SortField>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
    for key in keys {
        let mut values = column(all, &key.column)?;
        if key.decimal {
            values = ranks(&values);
        }
        if let Some(reals) = (*values.data_type() == DataType::Float64).then(|| values.as_primitive::<Float64Type>()) {
            // Kusto keeps NaN beside the nulls, in either direction.
            let (null, nan, number) = if key.nulls_first { (0, 1, 2) } else { (2, 1, 0) };
            let kinds: Int8Array = reals
                .iter()
                .map(|v| {
                    Some(match v {
                        None => null,
                        Some(v) if v.is_nan() => nan,
                        Some(_) => number,
                    })
                })
                .collect();
            fields.push(SortField::new(DataType::Int8));
            columns.push(Arc::new(kinds));
        }
        let options = SortOptions { descending: !key.ascending, nulls_first: key.nulls_first };
        fields.push(SortField::new_with_options(values.data_type().clone(), options));
        columns.push(values);
    }
    let rows = RowConverter::new(fields)?.convert_columns(&columns)?;
    let mut order: Vec<u32> = (0..index(all.num_rows())).collect();
    order.sort_by(|&a, &b| rows.row(a as usize).cmp(&rows.row(b as usize)));
    Ok(order)
}

/// Where each decimal stands among all of them.
fn ranks(texts: &ArrayRef) -> ArrayRef {
    let numbers: Vec<Option<Number>> = texts.as_string_view().iter().map(|t| t.and_then(Number::parse)).collect();
    let mut sorted: Vec<Number> = numbers.iter().copied().flatten().collect();
    sorted.sort_by(|a, b| a.compare(*b));
    let rank = |n: Number| sorted.partition_point(|s| s.compare(n).is_lt()) as i64;
    Arc::new(Int64Array::from_iter(numbers.iter().map(|n| n.map(rank))))
}

impl Run for SortRun {
    fn push(&mut self, batch: RecordBatch, _out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        self.rows += batch.num_rows();
        self.size += bytes(&batch);
        self.held.push(batch);
        if let (Some(limit), true) = (self.limit, self.partition.is_empty())
            && self.rows > limit.saturating_mul(4).max(65_536)
        {
            let best = self.sorted()?;
            (self.rows, self.size) = (best.num_rows(), bytes(&best));
            self.held.push(best);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        if self.rows > 0 {
            out.push_back(self.sorted()?);
        }
        Ok(())
    }

    fn size(&self) -> usize {
        self.size
    }
}
