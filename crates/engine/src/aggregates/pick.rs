//! `arg_max`, `arg_min` and `take_any`: a value of one row of the group, the first that qualifies.

use super::{Aggregator, Spec, grow};
use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, UInt32Array};
use arrow::compute;
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use model::{KqlType, Value};
use std::cmp::Ordering;
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq)]
enum Key {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
}

impl Key {
    fn at(array: &ArrayRef, row: usize) -> Self {
        if array.is_null(row) {
            return Self::Null;
        }
        match array.data_type() {
            DataType::Boolean => Self::Integer(i64::from(array.as_boolean().value(row))),
            DataType::Int32 => Self::Integer(i64::from(array.as_primitive::<Int32Type>().value(row))),
            DataType::Int64 => Self::Integer(array.as_primitive::<Int64Type>().value(row)),
            DataType::Float64 => Self::Real(array.as_primitive::<Float64Type>().value(row)),
            _ => Self::Text(array.as_string_view().value(row).to_owned()),
        }
    }

    /// Nulls lose to everything; NaN wins over every number, whichever way.
    fn beats(&self, other: &Self, wanted: Ordering) -> bool {
        match (self, other) {
            (Self::Null, _) => false,
            (_, Self::Null) => true,
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b) == wanted,
            (Self::Real(a), Self::Real(b)) => match a.partial_cmp(b) {
                Some(o) => o == wanted,
                None => a.is_nan() && !b.is_nan(),
            },
            (Self::Text(a), Self::Text(b)) => a.cmp(b) == wanted,
            _ => false,
        }
    }
}

/// `None` for a decimal to order by.
pub(crate) fn pick(spec: &Spec) -> Option<Box<dyn Aggregator>> {
    let kind = match spec.name {
        "arg_max" => Some(Ordering::Greater),
        "arg_min" => Some(Ordering::Less),
        _ => None,
    };
    if kind.is_some() && spec.args.first()?.kql_type == KqlType::Decimal {
        return None;
    }
    let value = if kind.is_some() && spec.args.len() > 1 { 1 } else { 0 };
    let null = crate::value::array(std::iter::once(&Value::Null(spec.returns)), spec.returns);
    Some(Box::new(Pick { wanted: kind, value, null, states: Vec::new(), size: 0 }))
}

/// The same over a column of lineage, which is the last argument.
pub(super) fn pick_lineage(spec: &Spec) -> Option<Box<dyn Aggregator>> {
    let wanted = match spec.name {
        "arg_max" => Some(Ordering::Greater),
        "arg_min" => Some(Ordering::Less),
        _ => None,
    };
    let null: ArrayRef = Arc::new(BinaryArray::from_iter_values([b""]));
    Some(Box::new(Pick { wanted, value: usize::from(wanted.is_some()), null, states: Vec::new(), size: 0 }))
}

#[derive(Debug)]
struct Pick {
    /// `None` for `take_any`.
    wanted: Option<Ordering>,
    /// Which argument is kept.
    value: usize,
    /// Of a group without rows.
    null: ArrayRef,
    states: Vec<Option<(Key, ArrayRef)>>,
    size: usize,
}

impl Aggregator for Pick {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        // The best row of this batch in each group that it improves.
        let mut best: std::collections::BTreeMap<usize, (Key, usize)> = std::collections::BTreeMap::new();
        for (row, &g) in groups.iter().enumerate() {
            let Some(wanted) = self.wanted else {
                if self.states[g].is_none() {
                    best.entry(g).or_insert((Key::Null, row));
                }
                continue;
            };
            let key = Key::at(&args[0], row);
            let beaten = match (best.get(&g), &self.states[g]) {
                (Some((held, _)), _) | (None, Some((held, _))) => key.beats(held, wanted),
                (None, None) => true,
            };
            if beaten {
                best.insert(g, (key, row));
            }
        }
        for (g, (key, row)) in best {
            // A copy of one value, so that the batch is not held.
            let one = compute::take(&args[self.value], &UInt32Array::from(vec![row as u32]), None)?;
            let one: ArrayRef = match one.as_string_view_opt() {
                Some(text) => Arc::new(text.gc()),
                None => one,
            };
            self.size += one.get_buffer_memory_size();
            self.states[g] = Some((key, one));
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        let states = std::mem::take(&mut self.states);
        self.size = 0;
        let arrays: Vec<&dyn Array> = states.iter().map(|s| s.as_ref().map_or(self.null.as_ref(), |(_, one)| one.as_ref())).collect();
        if arrays.is_empty() {
            return Ok(self.null.slice(0, 0));
        }
        Ok(compute::concat(&arrays)?)
    }

    fn size(&self) -> usize {
        self.size + self.states.capacity() * 64
    }
}
