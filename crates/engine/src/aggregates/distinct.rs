//! `dcount` and `count_distinct`: exact.

use super::{Aggregator, Spec, grow};
use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, Int64Array};
use arrow::row::{RowConverter, SortField};
use rustc_hash::FxHashSet;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Distinct {
    converter: Option<RowConverter>,
    /// Of `count_distinct`, how many arguments make a value; `dcount` has an accuracy after its value.
    values: usize,
    sets: Vec<FxHashSet<Box<[u8]>>>,
    size: usize,
}

impl Distinct {
    pub(crate) fn new(spec: &Spec) -> Self {
        let values = if spec.name == "dcount" { 1 } else { spec.args.len() };
        Self { converter: None, values, sets: Vec::new(), size: 0 }
    }
}

impl Aggregator for Distinct {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.sets, total);
        let args = &args[..self.values.min(args.len())];
        let converter = match &mut self.converter {
            Some(c) => c,
            none => {
                let fields = args.iter().map(|a| SortField::new(a.data_type().clone())).collect();
                none.insert(RowConverter::new(fields)?)
            }
        };
        let rows = converter.convert_columns(args)?;
        for (row, &g) in groups.iter().enumerate() {
            if args.iter().any(|a| a.is_null(row)) {
                continue;
            }
            let key = rows.row(row);
            if !self.sets[g].contains(key.as_ref()) {
                self.size += key.as_ref().len() + 32;
                self.sets[g].insert(key.as_ref().into());
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.sets, total);
        let sets = std::mem::take(&mut self.sets);
        Ok(Arc::new(Int64Array::from_iter_values(sets.iter().map(|s| s.len() as i64))))
    }

    fn size(&self) -> usize {
        self.size + self.sets.capacity() * 32
    }
}
