//! `bag_pack`, `bag_merge`, `bag_keys` and their kin. Keys may be paths such as `$.a.b`.

use super::json_path::{self, JsonPath};
use super::{Row, all_dynamic, boolean, dynamic};
use crate::dynamic::DynValue;
use crate::functions::{Call, Resolved};
use model::{KqlType, Value};

pub(super) fn resolve(call: &Call) -> Resolved {
    let first = call.args.first().is_none_or(|a| a.kql_type == KqlType::Dynamic);
    match (call.name, call.args.len()) {
        ("bag_pack" | "pack" | "pack_dictionary", n) if n > 0 && n % 2 == 0 => dynamic(call, pack),
        // With names: all columns of a row. The flag says that nulls and empty strings are left out.
        ("pack_all", n) if n % 2 == 1 && matches!(call.args[0].constant, Some(Value::Bool(true))) => {
            dynamic(call, |a| pack_filled(a.get(1..)?))
        }
        ("bag_keys", 1) if first => {
            dynamic(call, |a| Some(DynValue::Array(a[0].as_bag()?.iter().map(|(key, _)| DynValue::String(key.clone())).collect())))
        }
        ("bag_merge", 2..=64) if all_dynamic(call) => dynamic(call, merge),
        ("bag_has_key", 2) if first && call.args[1].kql_type == KqlType::String => boolean(call, |a| {
            let DynValue::String(key) = &*a[1] else { return Some(false) };
            Some(json_path::is_there(&a[0], key))
        }),
        ("bag_remove_keys", 2) if all_dynamic(call) => dynamic(call, remove),
        ("bag_set_key", 3) if first && call.args[1].kql_type == KqlType::String => dynamic(call, set),
        ("bag_zip", 2) if all_dynamic(call) => dynamic(call, zip),
        _ => None,
    }
}

/// Sets a key; of equal ones the last counts.
fn put(pairs: &mut Vec<(String, DynValue)>, key: &str, value: DynValue) {
    match pairs.iter_mut().find(|(known, _)| known == key) {
        Some(pair) => pair.1 = value,
        None => pairs.push((key.to_owned(), value)),
    }
}

fn pack(a: &Row) -> Option<DynValue> {
    let mut pairs = Vec::with_capacity(a.len() / 2);
    for pair in a.chunks_exact(2) {
        put(&mut pairs, &pair[0].to_kusto_string(), pair[1].clone().into_owned());
    }
    Some(DynValue::Bag(pairs))
}

fn pack_filled(a: &Row) -> Option<DynValue> {
    let empty = |value: &DynValue| value.is_null() || matches!(value, DynValue::String(s) if s.is_empty());
    let filled = a.chunks_exact(2).filter(|pair| !empty(&pair[1]));
    let mut pairs = Vec::new();
    for pair in filled {
        put(&mut pairs, &pair[0].to_kusto_string(), pair[1].clone().into_owned());
    }
    Some(DynValue::Bag(pairs))
}

/// Of equal keys the first counts; what is no bag is left out.
fn merge(a: &Row) -> Option<DynValue> {
    let mut pairs: Vec<(String, DynValue)> = Vec::new();
    let mut any = false;
    for bag in a.iter().filter_map(|v| v.as_bag()) {
        any = true;
        for (key, value) in bag {
            if !pairs.iter().any(|(known, _)| known == key) {
                pairs.push((key.clone(), value.clone()));
            }
        }
    }
    any.then_some(DynValue::Bag(pairs))
}

fn remove(a: &Row) -> Option<DynValue> {
    let mut bag = a[0].clone().into_owned();
    bag.as_bag()?;
    for key in a[1].as_array()? {
        if let DynValue::String(key) = key {
            match JsonPath::parse(key) {
                Some(path) => path.remove(&mut bag),
                None => {
                    if let DynValue::Bag(pairs) = &mut bag {
                        pairs.retain(|(known, _)| known != key);
                    }
                }
            }
        }
    }
    Some(bag)
}

fn set(a: &Row) -> Option<DynValue> {
    let mut bag = a[0].clone().into_owned();
    let DynValue::String(key) = &*a[1] else { return None };
    let value = a[2].clone().into_owned();
    match JsonPath::parse(key) {
        Some(path) => path.set(&mut bag, value).then_some(bag),
        None => {
            let DynValue::Bag(pairs) = &mut bag else { return None };
            put(pairs, key, value);
            Some(bag)
        }
    }
}

/// Keys that are no strings are left out with their values; a key without a value gets null.
fn zip(a: &Row) -> Option<DynValue> {
    let (keys, values) = (a[0].as_array()?, a[1].as_array()?);
    let mut pairs = Vec::with_capacity(keys.len());
    for (n, key) in keys.iter().enumerate() {
        if let DynValue::String(key) = key {
            put(&mut pairs, key, values.get(n).cloned().unwrap_or(DynValue::Null));
        }
    }
    Some(DynValue::Bag(pairs))
}
