//! `set_union`, `set_intersect`, `set_difference`, `set_has_element`, `jaccard_index`.

use super::{Row, all_dynamic, boolean, dynamic, real, same};
use crate::dynamic::DynValue;
use crate::functions::{Call, Resolved};
use model::KqlType;
use std::collections::BTreeSet;

pub(super) fn resolve(call: &Call) -> Resolved {
    match (call.name, call.args.len()) {
        ("set_union", 2..) if all_dynamic(call) => dynamic(call, |a| Some(DynValue::Array(union(a)?))),
        ("set_intersect", 2..) if all_dynamic(call) => dynamic(call, |a| Some(DynValue::Array(intersect(a)?))),
        ("set_difference", 2..) if all_dynamic(call) => dynamic(call, difference),
        ("set_has_element", 2) if call.args[0].kql_type == KqlType::Dynamic => {
            boolean(call, |a| Some(a[0].as_array()?.iter().any(|item| same(item, &a[1]))))
        }
        ("set_equals", 2) if all_dynamic(call) => boolean(call, |a| Some(keys(a[0].as_array()?) == keys(a[1].as_array()?))),
        ("jaccard_index", 2) if all_dynamic(call) => real(call, |a| {
            let (both, all) = (intersect(a)?.len(), union(a)?.len());
            Some(both as f64 / all as f64)
        }),
        _ => None,
    }
}

/// A value that orders as its equality is: whole reals as integers.
struct Key(DynValue);

impl Key {
    fn new(value: &DynValue) -> Self {
        match value {
            DynValue::Real(r) if r.fract() == 0.0 && r.abs() < 9e15 => Self(DynValue::Long(*r as i64)),
            other => Self(other.clone()),
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

fn keys(items: &[DynValue]) -> BTreeSet<Key> {
    items.iter().map(Key::new).collect()
}

/// In order of first appearance.
fn union(a: &Row) -> Option<Vec<DynValue>> {
    let arrays: Vec<&[DynValue]> = a.iter().filter_map(|v| v.as_array()).collect();
    if arrays.is_empty() {
        return None;
    }
    let mut seen = BTreeSet::new();
    Some(arrays.into_iter().flatten().filter(|item| seen.insert(Key::new(item))).cloned().collect())
}

fn intersect(a: &Row) -> Option<Vec<DynValue>> {
    let (first, rest) = a.split_first()?;
    let others = rest.iter().map(|v| v.as_array().map(keys)).collect::<Option<Vec<_>>>()?;
    let mut seen = BTreeSet::new();
    let wanted = |item: &DynValue| others.iter().all(|other| other.contains(&Key::new(item)));
    Some(first.as_array()?.iter().filter(|item| wanted(item)).filter(|item| seen.insert(Key::new(item))).cloned().collect())
}

fn difference(a: &Row) -> Option<DynValue> {
    let (first, rest) = a.split_first()?;
    let mut seen: BTreeSet<Key> = rest.iter().filter_map(|v| v.as_array()).flat_map(keys).collect();
    Some(DynValue::Array(first.as_array()?.iter().filter(|item| seen.insert(Key::new(item))).cloned().collect()))
}
