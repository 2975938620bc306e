//! `sort` and `top`: stable, with Kusto's places for nulls and NaN.

use super::held::Held;
use super::index;
use crate::error::EngineError;
use crate::functions::decimal::Number;
use crate::node::{Operator, Run};
use arrow::array::{Array, ArrayRef, AsArray, Int8Array, Int64Array};
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
        Ok(Box::new(SortRun { keys, partition: self.partition.len(), limit: self.limit, held: Held::new(input) }))
    }
}

struct SortRun {
    keys: Vec<Key>,
    partition: usize,
    limit: Option<usize>,
    held: Held,
}

impl SortRun {
    fn sorted(&mut self) -> Result<RecordBatch, EngineError> {
        let Self { keys, partition, limit, held } = self;
        let rows = held.rows();
        let names: Vec<&str> = keys.iter().map(|k| k.column.as_str()).collect();
        held.taken(&names, |columns| {
            let mut order = order(columns, keys, rows)?;
            match limit {
                Some(limit) if *partition == 0 => order.truncate(*limit),
                Some(limit) => {
                    let rows = rows_of(&columns[..*partition])?;
                    let (mut seen, mut last) = (0, None);
                    order.retain(|&row| {
                        let part = rows.row(row as usize);
                        if last != Some(part) {
                            (seen, last) = (0, Some(part));
                        }
                        seen += 1;
                        seen <= *limit
                    });
                }
                None => {}
            }
            Ok(order)
        })
    }
}

/// Comparable bytes of some columns.
pub(crate) fn rows_of(columns: &[ArrayRef]) -> Result<arrow::row::Rows, EngineError> {
    let converter = RowConverter::new(columns.iter().map(|c| SortField::new(c.data_type().clone())).collect())?;
    Ok(converter.convert_columns(columns)?)
}

fn order(of: &[ArrayRef], keys: &[Key], rows: usize) -> Result<Vec<u32>, EngineError> {
    let (mut fields, mut columns): (Vec<SortField>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
    for (key, values) in keys.iter().zip(of) {
        let mut values = Arc::clone(values);
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
    let mut order: Vec<u32> = (0..index(rows)).collect();
    if !fields.is_empty() {
        let rows = RowConverter::new(fields)?.convert_columns(&columns)?;
        order.sort_by(|&a, &b| rows.row(a as usize).cmp(&rows.row(b as usize)));
    }
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
        self.held.push(batch);
        if let (Some(limit), 0) = (self.limit, self.partition)
            && self.held.rows() > limit.saturating_mul(4).max(65_536)
        {
            let best = self.sorted()?;
            self.held.push(best);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        if self.held.rows() > 0 {
            out.push_back(self.sorted()?);
        }
        Ok(())
    }

    fn size(&self) -> usize {
        self.held.size()
    }
}
