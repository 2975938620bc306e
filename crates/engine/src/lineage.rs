//! The hidden column that says which records a row came from.
//!
//! A cell is the number of records, then up to sixteen record ids, each in eight bytes, little-endian. Empty for rows of no record.

use crate::aggregates::Aggregator;
use crate::error::EngineError;
use crate::functions::{Arg, FunctionError, Kernel};
use crate::udf;
use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use model::{Lineage, RecordId};
use std::sync::Arc;

/// The hidden column's name in plans.
pub const COLUMN: &str = "__lineage";
/// Records that a row names.
pub const MAX_RECORDS: usize = 16;

/// Of a row that no record stands behind.
pub fn none() -> Expr {
    Expr::Literal(ScalarValue::Binary(Some(Vec::new())), None)
}

/// Of a row that is one record.
pub fn of_record(record: Expr) -> Expr {
    udf::own("__lineage_of".into(), Arc::new(OfRecord), (DataType::Binary, false), vec![record])
}

/// Of a row made of two.
pub fn join(left: Expr, right: Expr) -> Expr {
    udf::own("__lineage_join".into(), Arc::new(Join), (DataType::Binary, false), vec![left, right])
}

/// The cell in the terms of the model.
pub fn decode(cell: &[u8]) -> Lineage {
    let mut words = cell.as_chunks::<8>().0.iter().map(|w| i64::from_le_bytes(*w));
    let count = words.next().unwrap_or(0).max(0) as u64;
    Lineage { count, records: words.map(RecordId).collect() }
}

fn encode(lineage: &Lineage) -> Vec<u8> {
    if lineage.count == 0 {
        return Vec::new();
    }
    let mut cell = (lineage.count as i64).to_le_bytes().to_vec();
    lineage.records.iter().for_each(|r| cell.extend(r.0.to_le_bytes()));
    cell
}

fn add(to: &mut Lineage, cell: &[u8]) {
    let more = decode(cell);
    to.count += more.count;
    for record in more.records {
        if to.records.len() < MAX_RECORDS && !to.records.contains(&record) {
            to.records.push(record);
        }
    }
}

#[derive(Debug)]
struct OfRecord;

impl Kernel for OfRecord {
    fn call(&self, args: &[Arg], rows: usize) -> Result<ArrayRef, FunctionError> {
        let mut out = BinaryBuilder::with_capacity(rows, rows * 16);
        if let [Arg::Column(ids)] = args {
            for id in ids.as_primitive::<Int64Type>().values() {
                let mut cell = [0u8; 16];
                cell[0] = 1;
                cell[8..].copy_from_slice(&id.to_le_bytes());
                out.append_value(cell);
            }
        }
        Ok(Arc::new(out.finish()))
    }
}

#[derive(Debug)]
struct Join;

impl Kernel for Join {
    fn call(&self, args: &[Arg], rows: usize) -> Result<ArrayRef, FunctionError> {
        let mut out = BinaryBuilder::new();
        for row in 0..rows {
            let mut lineage = Lineage::default();
            for arg in args {
                let (array, row) = match arg {
                    Arg::Column(a) => (a, row),
                    Arg::Constant(a) => (a, 0),
                };
                let cells = array.as_binary::<i32>();
                if cells.is_valid(row) {
                    add(&mut lineage, cells.value(row));
                }
            }
            out.append_value(encode(&lineage));
        }
        Ok(Arc::new(out.finish()))
    }
}

/// The first sixteen records of each group, and how many there were.
#[derive(Debug, Default)]
pub struct LineageAggregator {
    states: Vec<Lineage>,
}

impl Aggregator for LineageAggregator {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        if self.states.len() < total {
            self.states.resize_with(total, Lineage::default);
        }
        let cells: &BinaryArray = args[0].as_binary::<i32>();
        for (row, &g) in groups.iter().enumerate() {
            if cells.is_valid(row) {
                add(&mut self.states[g], cells.value(row));
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        self.states.resize_with(total, Lineage::default);
        let states = std::mem::take(&mut self.states);
        Ok(Arc::new(BinaryArray::from_iter_values(states.iter().map(encode))))
    }

    fn size(&self) -> usize {
        self.states.iter().map(|s| 40 + s.records.capacity() * 8).sum()
    }
}
