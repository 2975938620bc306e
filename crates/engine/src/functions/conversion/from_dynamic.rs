//! Scalars out of dynamic values.

use super::{parse_bool, parse_datetime, parse_long, parse_real, parse_timespan};
use crate::dynamic::DynValue;
use model::ticks;

/// A whole number; a real is cut off, a string is read.
pub fn dynamic_to_long(value: &DynValue) -> Option<i64> {
    match value {
        DynValue::Bool(b) => Some(i64::from(*b)),
        DynValue::Long(n) | DynValue::DateTime(n) | DynValue::TimeSpan(n) => Some(*n),
        DynValue::Real(x) => real_to_long(*x),
        DynValue::Decimal(text) => real_to_long(text.parse().ok()?),
        DynValue::String(text) => parse_long(text),
        DynValue::Null | DynValue::Guid(_) | DynValue::Array(_) | DynValue::Bag(_) => None,
    }
}

pub fn dynamic_to_real(value: &DynValue) -> Option<f64> {
    match value {
        DynValue::Bool(b) => Some(f64::from(u8::from(*b))),
        DynValue::Long(n) | DynValue::DateTime(n) | DynValue::TimeSpan(n) => Some(*n as f64),
        DynValue::Real(x) => Some(*x),
        DynValue::Decimal(text) | DynValue::String(text) => parse_real(text),
        DynValue::Null | DynValue::Guid(_) | DynValue::Array(_) | DynValue::Bag(_) => None,
    }
}

pub fn dynamic_to_bool(value: &DynValue) -> Option<bool> {
    match value {
        DynValue::Bool(b) => Some(*b),
        DynValue::Long(n) => Some(*n != 0),
        DynValue::Real(x) => Some(*x != 0.0),
        DynValue::String(text) => parse_bool(text),
        _ => None,
    }
}

pub fn dynamic_to_datetime(value: &DynValue) -> Option<i64> {
    match value {
        DynValue::String(text) => parse_datetime(text),
        DynValue::DateTime(t) | DynValue::Long(t) => (0..=ticks::MAX).contains(t).then_some(*t),
        _ => None,
    }
}

pub fn dynamic_to_timespan(value: &DynValue) -> Option<i64> {
    match value {
        DynValue::TimeSpan(t) | DynValue::Long(t) => Some(*t),
        DynValue::String(text) => parse_timespan(text),
        _ => None,
    }
}

/// A real cut off to a whole number; the nearest there is where it is too large, null where it is not finite.
pub(super) fn real_to_long(value: f64) -> Option<i64> {
    value.is_finite().then_some(value as i64)
}
