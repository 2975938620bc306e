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
    Some(Pick::boxed(kind, value, null))
}

/// The same over a column of lineage, which is the last argument.
pub(super) fn pick_lineage(spec: &Spec) -> Option<Box<dyn Aggregator>> {
    let wanted = match spec.name {
        "arg_max" => Some(Ordering::Greater),
        "arg_min" => Some(Ordering::Less),
        _ => None,
    };
    let null: ArrayRef = Arc::new(BinaryArray::from_iter_values([b""]));
    Some(Pick::boxed(wanted, usize::from(wanted.is_some()), null))
}

/// A group's best row so far, and where its value lies: the chunk and the row in it.
type State = Option<(Key, (usize, usize))>;

/// Values that were beaten since are let go when they are more than those that are kept, and more than this.
const MANY: usize = 1 << 16;

#[derive(Debug)]
struct Pick {
    /// `None` for `take_any`.
    wanted: Option<Ordering>,
    /// Which argument is kept.
    value: usize,
    /// Of a group without rows.
    null: ArrayRef,
    states: Vec<State>,
    /// The values that each batch improved, copied, so that no batch is held.
    chunks: Vec<ArrayRef>,
    rows: usize,
    size: usize,
}

impl Pick {
    fn boxed(wanted: Option<Ordering>, value: usize, null: ArrayRef) -> Box<dyn Aggregator> {
        Box::new(Self { wanted, value, null, states: Vec::new(), chunks: Vec::new(), rows: 0, size: 0 })
    }

    fn keep(&mut self, chunk: ArrayRef) {
        self.size += chunk.get_buffer_memory_size();
        self.rows += chunk.len();
        self.chunks.push(chunk);
    }

    /// The values of all groups in order, as one chunk.
    fn gather(&mut self) -> Result<ArrayRef, EngineError> {
        let mut chunks: Vec<&dyn Array> = self.chunks.iter().map(AsRef::as_ref).collect();
        chunks.push(self.null.as_ref());
        let nothing = (chunks.len() - 1, 0);
        let places: Vec<(usize, usize)> = self.states.iter().map(|s| s.as_ref().map_or(nothing, |(_, place)| *place)).collect();
        Ok(copied(compute::interleave(&chunks, &places)?))
    }
}

/// Texts in a buffer of their own.
fn copied(values: ArrayRef) -> ArrayRef {
    match values.as_string_view_opt() {
        Some(texts) => Arc::new(texts.gc()),
        None => values,
    }
}

impl Aggregator for Pick {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        let chunk = self.chunks.len();
        // Rows of this batch that improved a group; a later one may improve it again.
        let mut improved: Vec<u32> = Vec::new();
        for (row, &g) in groups.iter().enumerate() {
            let key = match self.wanted {
                Some(_) => Key::at(&args[0], row),
                None => Key::Null,
            };
            let beaten = match (&self.states[g], self.wanted) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some((held, _)), Some(wanted)) => key.beats(held, wanted),
            };
            if beaten {
                self.states[g] = Some((key, (chunk, improved.len())));
                improved.push(row as u32);
            }
        }
        if !improved.is_empty() {
            self.keep(copied(compute::take(&args[self.value], &UInt32Array::from(improved), None)?));
        }
        if self.rows > MANY && self.rows > 2 * self.states.len() {
            let all = self.gather()?;
            self.chunks.clear();
            (self.rows, self.size) = (0, 0);
            self.keep(all);
            for (n, state) in self.states.iter_mut().enumerate() {
                if let Some((_, place)) = state {
                    *place = (0, n);
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        let all = if self.states.is_empty() { self.null.slice(0, 0) } else { self.gather()? };
        self.states = Vec::new();
        self.chunks = Vec::new();
        (self.rows, self.size) = (0, 0);
        Ok(all)
    }

    fn size(&self) -> usize {
        self.size + self.states.capacity() * size_of::<State>()
    }
}
