//! `percentile` and its kin: the nearest rank, exact.

use super::{Aggregator, Spec, grow};
use crate::dynamic::DynValue;
use crate::error::EngineError;
use crate::value;
use arrow::array::{Array, ArrayRef, AsArray, StringViewArray};
use arrow::compute;
use arrow::datatypes::{DataType, Int64Type};
use model::{KqlType, Value};
use std::sync::Arc;

#[derive(Debug)]
struct Percentile {
    of: KqlType,
    returns: KqlType,
    /// Weighted: the second argument counts.
    weighted: bool,
    ranks: Vec<f64>,
    array: bool,
    /// Values with their weights.
    states: Vec<Vec<(f64, i64, i64)>>,
    size: usize,
}

pub(crate) fn percentile(spec: &Spec) -> Option<Box<dyn Aggregator>> {
    let weighted = spec.name.starts_with("percentilew") || spec.name.starts_with("percentilesw");
    let of = spec.args.first()?.kql_type;
    if matches!(of, KqlType::String | KqlType::Dynamic | KqlType::Guid | KqlType::Bool | KqlType::Decimal) {
        return None;
    }
    let mut ranks = Vec::new();
    for arg in spec.args.iter().skip(1 + usize::from(weighted)) {
        match arg.constant.as_ref()? {
            Value::Real(v) => ranks.push(*v),
            Value::Long(v) => ranks.push(*v as f64),
            Value::Int(v) => ranks.push(f64::from(*v)),
            Value::Dynamic(text) => ranks.extend(DynValue::parse(text).as_array()?.iter().filter_map(DynValue::as_real)),
            _ => return None,
        }
    }
    let array = spec.name.ends_with("_array");
    Some(Box::new(Percentile { of, returns: spec.returns, weighted, ranks, array, states: Vec::new(), size: 0 }))
}

impl Percentile {
    fn at(&self, sorted: &[(f64, i64, i64)], rank: f64) -> Option<Value> {
        let total: i64 = sorted.iter().map(|s| s.2).sum();
        let wanted = (rank / 100.0 * total as f64).ceil().max(1.0);
        let mut reached = 0i64;
        let found = sorted.iter().find(|s| {
            reached += s.2;
            reached as f64 >= wanted
        });
        let (real, integer, _) = found.or(sorted.last())?;
        Some(match (self.of, self.returns) {
            (KqlType::Real, _) => Value::Real(*real),
            (KqlType::Int, KqlType::Int) => Value::Int(i32::try_from(*integer).unwrap_or_default()),
            (_, KqlType::Real) => Value::Real(*integer as f64),
            (KqlType::DateTime, _) => Value::DateTime(*integer),
            (KqlType::TimeSpan, _) => Value::TimeSpan(*integer),
            _ => Value::Long(*integer),
        })
    }
}

impl Aggregator for Percentile {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        let reals = super::reals(&args[0])?;
        let integers = match args[0].data_type() {
            DataType::Float64 => None,
            _ => Some(compute::cast(&args[0], &DataType::Int64)?),
        };
        let weights = if self.weighted { Some(compute::cast(&args[1], &DataType::Int64)?) } else { None };
        for (row, &g) in groups.iter().enumerate() {
            if reals.is_null(row) {
                continue;
            }
            let integer = integers.as_ref().map_or(0, |i| i.as_primitive::<Int64Type>().value(row));
            let weight = weights.as_ref().map_or(1, |w| if w.is_null(row) { 0 } else { w.as_primitive::<Int64Type>().value(row) });
            if weight > 0 {
                self.size += 24;
                self.states[g].push((reals.value(row), integer, weight));
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        let mut states = std::mem::take(&mut self.states);
        self.size = 0;
        for state in &mut states {
            state.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.total_cmp(&b.0)));
        }
        if self.array {
            return Ok(Arc::new(StringViewArray::from_iter(states.iter().map(|s| {
                let values: Option<Vec<_>> = self.ranks.iter().map(|r| self.at(s, *r).map(|v| DynValue::from(&v))).collect();
                values.map(|v| DynValue::Array(v).encode())
            }))));
        }
        let rank = self.ranks.first().copied().unwrap_or(50.0);
        let values: Vec<Value> = states.iter().map(|s| self.at(s, rank).unwrap_or(Value::Null(self.returns))).collect();
        Ok(value::array(values.iter(), self.returns))
    }

    fn size(&self) -> usize {
        self.size + self.states.capacity() * 24
    }
}
