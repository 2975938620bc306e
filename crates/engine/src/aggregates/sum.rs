//! `sum` and `avg`.

use super::{Aggregator, grow};
use crate::error::EngineError;
use crate::functions::decimal::Number;
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringViewArray};
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
        KqlType::Decimal => Some(Box::new(Decimals { states: Vec::new(), average })),
        KqlType::Real | KqlType::Dynamic => Some(Box::new(Reals { states: Vec::new(), average })),
        _ => None,
    }
}

/// Sums wrap, and so does the sum that an average is taken of.
#[derive(Debug)]
struct Integers {
    states: Vec<(i64, u64)>,
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
                self.states[g].0 = self.states[g].0.wrapping_add(values.value(row));
                self.states[g].1 += 1;
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        let states = std::mem::take(&mut self.states);
        Ok(match (self.average, self.real) {
            (false, _) => Arc::new(Int64Array::from_iter_values(states.iter().map(|s| s.0))),
            (true, true) => Arc::new(Float64Array::from_iter_values(states.iter().map(|s| s.0 as f64 / s.1 as f64))),
            (true, false) => Arc::new(Int64Array::from_iter(states.iter().map(|s| (s.1 > 0).then(|| s.0 / s.1 as i64)))),
        })
    }

    fn size(&self) -> usize {
        self.states.capacity() * 32
    }
}

#[derive(Debug)]
struct Decimals {
    states: Vec<(Option<Number>, i64)>,
    average: bool,
}

impl Aggregator for Decimals {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        let values = args[0].as_string_view();
        for (row, &g) in groups.iter().enumerate() {
            if let Some(v) = values.is_valid(row).then(|| Number::parse(values.value(row))).flatten() {
                let state = &mut self.states[g];
                state.0 = match state.0 {
                    Some(sum) => Some(sum.plus(v).ok_or_else(|| EngineError::limit("a sum of decimals is too large"))?),
                    None => Some(v),
                };
                state.1 += 1;
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        let states = std::mem::take(&mut self.states);
        let text = |n: Number| {
            let mut out = String::new();
            n.write(&mut out);
            out
        };
        Ok(Arc::new(StringViewArray::from_iter(states.iter().map(|(sum, count)| match (sum, self.average) {
            (Some(sum), true) => sum.over(Number::from_long(*count)).map(text),
            (Some(sum), false) => Some(text(*sum)),
            (None, true) => None,
            (None, false) => Some("0".to_owned()),
        }))))
    }

    fn size(&self) -> usize {
        self.states.capacity() * 64
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
