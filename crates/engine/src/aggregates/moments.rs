//! `stdev`, `variance`, `covariance`, of a sample or (`…p`) of all.

use super::{Aggregator, Spec, grow};
use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, Float64Array};
use std::sync::Arc;

pub(crate) fn moments(spec: &Spec) -> Option<Box<dyn Aggregator>> {
    let pair = spec.name.starts_with("covariance");
    Some(Box::new(Moments { root: spec.name.starts_with("stdev"), population: spec.name.ends_with('p'), pair, states: Vec::new() }))
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    count: f64,
    mean_x: f64,
    mean_y: f64,
    /// Of the products of the distances from the means (Welford).
    sum: f64,
}

#[derive(Debug)]
struct Moments {
    root: bool,
    population: bool,
    pair: bool,
    states: Vec<State>,
}

impl Aggregator for Moments {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        let x = super::reals(&args[0])?;
        let y = super::reals(&args[usize::from(self.pair)])?;
        for (row, &g) in groups.iter().enumerate() {
            if x.is_null(row) || y.is_null(row) {
                continue;
            }
            let s = &mut self.states[g];
            s.count += 1.0;
            let from_x = x.value(row) - s.mean_x;
            s.mean_x += from_x / s.count;
            s.mean_y += (y.value(row) - s.mean_y) / s.count;
            s.sum += from_x * (y.value(row) - s.mean_y);
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        let states = std::mem::take(&mut self.states);
        Ok(Arc::new(Float64Array::from_iter_values(states.iter().map(|s| {
            let variance = match (self.population, s.count) {
                (true, n) if n > 0.0 => s.sum / n,
                (false, n) if n > 1.0 => s.sum / (n - 1.0),
                _ => 0.0,
            };
            if self.root { variance.sqrt() } else { variance }
        }))))
    }

    fn size(&self) -> usize {
        self.states.capacity() * 32
    }
}
