//! `binary_all_and`, `binary_all_or`, `binary_all_xor`.

use super::{Aggregator, grow};
use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute;
use arrow::datatypes::{DataType, Int64Type};
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Bits {
    combine: fn(i64, i64) -> i64,
    states: Vec<Option<i64>>,
}

impl Bits {
    pub(crate) fn new(name: &str) -> Self {
        let combine = match name {
            "binary_all_and" => |a, b| a & b,
            "binary_all_or" => |a, b| a | b,
            _ => |a, b| a ^ b,
        };
        Self { combine, states: Vec::new() }
    }
}

impl Aggregator for Bits {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        let values = compute::cast(&args[0], &DataType::Int64)?;
        let values = values.as_primitive::<Int64Type>();
        for (row, &g) in groups.iter().enumerate() {
            if values.is_valid(row) {
                let v = values.value(row);
                self.states[g] = Some(self.states[g].map_or(v, |s| (self.combine)(s, v)));
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        Ok(Arc::new(Int64Array::from(std::mem::take(&mut self.states))))
    }

    fn size(&self) -> usize {
        self.states.capacity() * 16
    }
}
