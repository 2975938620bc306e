//! `array_sort_asc`, `array_sort_desc`: of one array.

use super::dynamic;
use crate::dynamic::DynValue;
use crate::functions::{Call, Resolved};
use model::{KqlType, Value};
use std::cmp::Ordering;

/// `array_sort_…(array [, nulls_last])`. Several arrays, which are sorted together, are not built.
pub(super) fn resolve(call: &Call) -> Resolved {
    let descending = match call.name {
        "array_sort_asc" => false,
        "array_sort_desc" => true,
        _ => return None,
    };
    let nulls_last = match call.args {
        [array] if array.kql_type == KqlType::Dynamic => true,
        [array, option] if array.kql_type == KqlType::Dynamic => match option.constant {
            Some(Value::Bool(last)) => last,
            _ => return None,
        },
        _ => return None,
    };
    dynamic(call, move |a| {
        let (nulls, mut items): (Vec<_>, Vec<_>) = a[0].as_array()?.iter().cloned().partition(DynValue::is_null);
        items.sort_by(|x, y| if descending { compare(y, x) } else { compare(x, y) });
        let (mut before, mut after) = if nulls_last { (items, nulls) } else { (nulls, items) };
        before.append(&mut after);
        Some(DynValue::Array(before))
    })
}

/// Numbers by value; strings by their bytes.
fn compare(a: &DynValue, b: &DynValue) -> Ordering {
    match (a, b) {
        (DynValue::Long(_) | DynValue::Real(_), DynValue::Long(_) | DynValue::Real(_)) if a.type_name() != b.type_name() => {
            a.as_real().unwrap_or(0.0).total_cmp(&b.as_real().unwrap_or(0.0))
        }
        _ => a.total_cmp(b),
    }
}
