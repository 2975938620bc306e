//! `min` and `max`. Nulls are skipped; of strings the empty one is skipped too, and comes out where nothing else went in.

use super::{Aggregator, grow};
use crate::error::EngineError;
use crate::functions::decimal::Number;
use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, PrimitiveArray, StringViewArray};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};
use model::KqlType;
use std::cmp::Ordering;
use std::fmt::Debug;
use std::sync::Arc;

pub(crate) fn bounds(of: KqlType, max: bool) -> Option<Box<dyn Aggregator>> {
    let wanted = if max { Ordering::Greater } else { Ordering::Less };
    Some(match of {
        KqlType::Bool => Box::new(Bools { states: Vec::new(), max }),
        KqlType::Int => Box::new(Numbers::<Int32Type> { states: Vec::new(), wanted, compare: |a, b| a.cmp(&b) }),
        KqlType::Long | KqlType::DateTime | KqlType::TimeSpan => {
            Box::new(Numbers::<Int64Type> { states: Vec::new(), wanted, compare: |a, b| a.cmp(&b) })
        }
        // NaN wins, whichever way.
        KqlType::Real => Box::new(Numbers::<Float64Type> {
            states: Vec::new(),
            wanted,
            compare: if max {
                |a, b| a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
            } else {
                |a, b| a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
            },
        }),
        KqlType::String => Box::new(Texts { states: Vec::new(), wanted, string: true }),
        KqlType::Guid => Box::new(Texts { states: Vec::new(), wanted, string: false }),
        KqlType::Decimal => Box::new(Decimals { states: Vec::new(), wanted }),
        KqlType::Dynamic => return None,
    })
}

#[derive(Debug)]
struct Numbers<T: ArrowPrimitiveType> {
    states: Vec<Option<T::Native>>,
    wanted: Ordering,
    compare: fn(T::Native, T::Native) -> Ordering,
}

impl<T: ArrowPrimitiveType + Debug> Aggregator for Numbers<T> {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        let values = args[0].as_primitive::<T>();
        for (row, &g) in groups.iter().enumerate() {
            if values.is_valid(row) {
                let v = values.value(row);
                let state = &mut self.states[g];
                if state.is_none_or(|s| (self.compare)(v, s) == self.wanted) {
                    *state = Some(v);
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        Ok(Arc::new(PrimitiveArray::<T>::from_iter(std::mem::take(&mut self.states))))
    }

    fn size(&self) -> usize {
        self.states.capacity() * 16
    }
}

#[derive(Debug)]
struct Decimals {
    states: Vec<Option<(Number, String)>>,
    wanted: Ordering,
}

impl Aggregator for Decimals {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        let values = args[0].as_string_view();
        for (row, &g) in groups.iter().enumerate() {
            if let Some(v) = values.is_valid(row).then(|| Number::parse(values.value(row))).flatten() {
                let state = &mut self.states[g];
                if state.as_ref().is_none_or(|s| v.compare(s.0) == self.wanted) {
                    *state = Some((v, values.value(row).to_owned()));
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        let states = std::mem::take(&mut self.states);
        Ok(Arc::new(StringViewArray::from_iter(states.into_iter().map(|s| s.map(|s| s.1)))))
    }

    fn size(&self) -> usize {
        self.states.capacity() * 72
    }
}

#[derive(Debug)]
struct Bools {
    states: Vec<Option<bool>>,
    max: bool,
}

impl Aggregator for Bools {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        let values = args[0].as_boolean();
        for (row, &g) in groups.iter().enumerate() {
            if values.is_valid(row) {
                let v = values.value(row);
                let state = &mut self.states[g];
                *state = Some(state.map_or(v, |s| if self.max { s || v } else { s && v }));
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        Ok(Arc::new(BooleanArray::from(std::mem::take(&mut self.states))))
    }

    fn size(&self) -> usize {
        self.states.capacity() * 2
    }
}

#[derive(Debug)]
struct Texts {
    states: Vec<Option<String>>,
    wanted: Ordering,
    string: bool,
}

impl Aggregator for Texts {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        let values = args[0].as_string_view();
        for (row, &g) in groups.iter().enumerate() {
            if values.is_valid(row) {
                let v = values.value(row);
                let state = &mut self.states[g];
                if !(self.string && v.is_empty()) && state.as_deref().is_none_or(|s| v.cmp(s) == self.wanted) {
                    *state = Some(v.to_owned());
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        let states = std::mem::take(&mut self.states);
        Ok(Arc::new(match self.string {
            true => StringViewArray::from_iter_values(states.into_iter().map(Option::unwrap_or_default)),
            false => StringViewArray::from_iter(states),
        }))
    }

    fn size(&self) -> usize {
        self.states.iter().map(|s| 24 + s.as_ref().map_or(0, String::capacity)).sum()
    }
}
