//! `array_length`, `array_concat`, `array_slice` and what else takes arrays apart and puts them together.

use super::{Row, all_dynamic, dynamic, long, real, same};
use crate::dynamic::DynValue;
use crate::functions::{Call, Resolved};
use model::KqlType;

pub(super) fn resolve(call: &Call) -> Resolved {
    let first = call.args.first()?.kql_type == KqlType::Dynamic;
    let integer = |at: usize| call.args.get(at).is_some_and(|a| matches!(a.kql_type, KqlType::Int | KqlType::Long));
    match (call.name, call.args.len()) {
        ("array_length" | "arraylength", 1) if first => long(call, |a| a[0].as_array().map(|items| items.len() as i64)),
        ("array_concat", 1..) if all_dynamic(call) => {
            dynamic(call, |a| Some(DynValue::Array(a.iter().filter_map(|v| v.as_array()).flatten().cloned().collect())))
        }
        ("array_reverse", 1) if first => {
            dynamic(call, |a| a[0].as_array().map(|items| DynValue::Array(items.iter().rev().cloned().collect())))
        }
        ("array_sum", 1) if first => real(call, |a| sum(a[0].as_array()?)),
        ("array_slice", 3) if first && integer(1) && integer(2) => dynamic(call, slice),
        ("array_split", 2) if first && (integer(1) || all_dynamic(call)) => dynamic(call, split),
        ("array_index_of", 2..=5) if first && (2..call.args.len()).all(integer) => long(call, index_of),
        ("array_iff" | "array_iif", 3) if first => dynamic(call, iff),
        ("array_rotate_left", 2) if first && integer(1) => dynamic(call, |a| rotate(a, 1)),
        ("array_rotate_right", 2) if first && integer(1) => dynamic(call, |a| rotate(a, -1)),
        ("array_shift_left", 2 | 3) if first && integer(1) => dynamic(call, |a| shift(a, 1)),
        ("array_shift_right", 2 | 3) if first && integer(1) => dynamic(call, |a| shift(a, -1)),
        ("pack_array", 1..) => dynamic(call, |a| Some(DynValue::Array(a.iter().map(|v| v.clone().into_owned()).collect()))),
        ("zip", 2..=16) if all_dynamic(call) => dynamic(call, zip),
        ("repeat", 2) if !first && integer(1) => dynamic(call, repeat),
        _ => None,
    }
}

fn integer(value: &DynValue) -> Option<i64> {
    match value {
        DynValue::Long(n) => Some(*n),
        _ => None,
    }
}

/// Of numbers; nulls are left out. Of none, or with anything else among them, null.
fn sum(items: &[DynValue]) -> Option<f64> {
    let mut numbers = items.iter().filter(|i| !i.is_null()).peekable();
    numbers.peek()?;
    numbers.map(DynValue::as_real).sum()
}

/// Both ends included; negative ones count from the end.
fn slice(a: &Row) -> Option<DynValue> {
    let items = a[0].as_array()?;
    let length = items.len() as i64;
    let place = |value: &DynValue| integer(value).map(|n| if n < 0 { n.saturating_add(length) } else { n });
    let (start, end) = (place(&a[1])?.max(0), place(&a[2])?.min(length - 1));
    let part = if start > end { &[] } else { items.get(start as usize..=end as usize)? };
    Some(DynValue::Array(part.to_vec()))
}

/// The pieces before each index, and the rest.
fn split(a: &Row) -> Option<DynValue> {
    let items = a[0].as_array()?;
    let length = items.len() as i64;
    let place = |value: &DynValue| integer(value).map(|n| if n < 0 { n.saturating_add(length).max(0) } else { n.min(length) } as usize);
    let places: Vec<usize> = match &*a[1] {
        DynValue::Array(list) => list.iter().map(place).collect::<Option<_>>()?,
        one => vec![place(one)?],
    };
    let mut from = 0;
    let mut out = Vec::new();
    for at in places {
        let at = at.max(from);
        out.push(DynValue::Array(items.get(from..at)?.to_vec()));
        from = at;
    }
    out.push(DynValue::Array(items.get(from..)?.to_vec()));
    Some(DynValue::Array(out))
}

/// `array_index_of(array, value [, start [, length [, occurrence]]])`.
fn index_of(a: &Row) -> Option<i64> {
    let items = a[0].as_array()?;
    let count = items.len() as i64;
    let option = |at: usize, default: i64| a.get(at).map_or(Some(default), |v| integer(v));
    let (start, length, occurrence) = (option(2, 0)?, option(3, -1)?, option(4, 1)?);
    let start = if start < 0 { (start + count).max(0) } else { start };
    let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
    let mut hits = (start..end).filter(|n| items.get(*n as usize).is_some_and(|item| same(item, &a[1])));
    Some(hits.nth(usize::try_from(occurrence - 1).ok()?).unwrap_or(-1))
}

/// An element of either side for each condition. A condition is a Boolean or a number; what is none gives null.
fn iff(a: &Row) -> Option<DynValue> {
    let conditions = a[0].as_array()?;
    let pick = |side: &DynValue, n: usize| match side {
        DynValue::Array(items) => items.get(n).cloned().unwrap_or(DynValue::Null),
        scalar => scalar.clone(),
    };
    let items = conditions.iter().enumerate().map(|(n, condition)| {
        let holds = match condition {
            DynValue::Bool(b) => Some(*b),
            other => other.as_real().map(|v| v != 0.0),
        };
        holds.map_or(DynValue::Null, |holds| pick(if holds { &a[1] } else { &a[2] }, n))
    });
    Some(DynValue::Array(items.collect()))
}

fn rotate(a: &Row, direction: i64) -> Option<DynValue> {
    let mut items = a[0].as_array()?.to_vec();
    if !items.is_empty() {
        let by = integer(&a[1])?.wrapping_mul(direction).rem_euclid(items.len() as i64);
        items.rotate_left(by as usize);
    }
    Some(DynValue::Array(items))
}

/// What comes in is the third argument, or null.
fn shift(a: &Row, direction: i64) -> Option<DynValue> {
    let items = a[0].as_array()?;
    let by = integer(&a[1])?.saturating_mul(direction);
    let filler = a.get(2).map_or(DynValue::Null, |v| v.clone().into_owned());
    let at = |n: usize| (n as i64).checked_add(by).and_then(|n| usize::try_from(n).ok()).and_then(|n| items.get(n));
    Some(DynValue::Array((0..items.len()).map(|n| at(n).unwrap_or(&filler).clone()).collect()))
}

/// Arrays of the first elements, the second, …; the shorter arrays are filled with nulls.
fn zip(a: &Row) -> Option<DynValue> {
    let arrays: Vec<&[DynValue]> = a.iter().map(|v| v.as_array()).collect::<Option<_>>()?;
    let longest = arrays.iter().map(|items| items.len()).max()?;
    let tuple = |n: usize| DynValue::Array(arrays.iter().map(|items| items.get(n).cloned().unwrap_or(DynValue::Null)).collect());
    Some(DynValue::Array((0..longest).map(tuple).collect()))
}

/// As long as an array may become: 2^20.
pub(super) const LONGEST: usize = 1 << 20;

fn repeat(a: &Row) -> Option<DynValue> {
    let count = usize::try_from(integer(&a[1])?).ok()?;
    Some(DynValue::Array(vec![a[0].clone().into_owned(); count.min(LONGEST)]))
}
