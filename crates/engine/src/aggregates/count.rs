//! `count`.

use super::{Aggregator, grow};
use crate::error::EngineError;
use arrow::array::{ArrayRef, Int64Array};
use std::sync::Arc;

#[derive(Debug, Default)]
pub(crate) struct Count {
    counts: Vec<i64>,
}

impl Aggregator for Count {
    fn update(&mut self, _args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.counts, total);
        for &g in groups {
            self.counts[g] += 1;
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.counts, total);
        Ok(Arc::new(Int64Array::from(std::mem::take(&mut self.counts))))
    }

    fn size(&self) -> usize {
        self.counts.capacity() * 8
    }
}
