//! `sum` and `avg`.

use super::{Aggregator, grow};
use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array};
use arrow::compute;
use arrow::datatypes::{DataType, Int64Type};
use model::KqlType;
use std::sync::Arc;

pub(crate) fn sum(of: KqlType) -> Option<Box<dyn Aggregator>> {
    start(of, false)
}

pub(crate) fn avg(of: KqlType) -> Option<Box<dyn Aggregator>> {
    start(of, true)
}

fn start(of: KqlType, average: bool) -> Option<Box<dyn Aggregator>> {
    match of {
        KqlType::Int | KqlType::Long | KqlType::Bool => Some(Box::new(Integers { states: Vec::new(), average, real: true })),
        KqlType::TimeSpan | KqlType::DateTime => Some(Box::new(Integers { states: Vec::new(), average, real: false })),
        KqlType::Real | KqlType::Dynamic => Some(Box::new(Reals { states: Vec::new(), average })),
        _ => None,
    }
}

/// Sums wrap; an average is taken of the exact sum.
#[derive(Debug)]
struct Integers {
    states: Vec<(i128, u64)>,
    average: bool,
    /// Whether the average is a real or in ticks.
    real: bool,
}

impl Aggregator for Integers {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        let values = compute::cast(&args[0], &DataType::Int64)?;
        let values = values.as_primitive::<Int64Type>();
        for (row, &g) in groups.iter().enumerate() {
            if values.is_valid(row) {
                self.states[g].0 += i128::from(values.value(row));
                self.states[g].1 += 1;
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        let states = std::mem::take(&mut self.states);
        Ok(match (self.average, self.real) {
            (false, _) => Arc::new(Int64Array::from_iter_values(states.iter().map(|s| s.0 as i64))),
            (true, true) => Arc::new(Float64Array::from_iter_values(states.iter().map(|s| s.0 as f64 / s.1 as f64))),
            (true, false) => Arc::new(Int64Array::from_iter(states.iter().map(|s| (s.1 > 0).then(|| (s.0 / i128::from(s.1)) as i64)))),
        })
    }

    fn size(&self) -> usize {
        self.states.capacity() * 32
    }
}

#[derive(Debug)]
struct Reals {
    states: Vec<(f64, u64)>,
    average: bool,
}

impl Aggregator for Reals {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        let values = super::reals(&args[0])?;
        for (row, &g) in groups.iter().enumerate() {
            if values.is_valid(row) {
                self.states[g].0 += values.value(row);
                self.states[g].1 += 1;
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        let states = std::mem::take(&mut self.states);
        let average = self.average;
        Ok(Arc::new(Float64Array::from_iter_values(states.iter().map(|s| if average { s.0 / s.1 as f64 } else { s.0 }))))
    }

    fn size(&self) -> usize {
        self.states.capacity() * 16
    }
}
