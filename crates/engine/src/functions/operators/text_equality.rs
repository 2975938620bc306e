//! `=~` and `!~`: equality whatever the case.

use crate::dynamic;
use crate::functions::args::{booleans, kernel, texts};
use crate::functions::{Call, Resolved};
use arrow::array::Array;
use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;
use model::KqlType;
use std::sync::Arc;

/// Whether two strings differ in the case of letters only.
pub fn equal_fold(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars().map(upper).eq(b.chars().map(upper))
}

/// The simple upper-case form of a character: one for one, and an ASCII one for ASCII only (so not `S` for the long s).
fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) if one.is_ascii() == c.is_ascii() => one,
        _ => c,
    }
}

pub(super) fn resolve(call: &Call) -> Resolved {
    let equal = call.name == "=~";
    match *call.types().as_slice() {
        [KqlType::String, KqlType::String] => kernel(call, move |args, rows| {
            let (a, b) = (texts(&args[0])?, texts(&args[1])?);
            if b.is_constant() && a.array.null_count() == 0 {
                let needle = b.text(0);
                if needle.is_ascii() {
                    // The length of a view tells most strings apart without reading them.
                    let (length, views) = (needle.len() as u32, a.array.views());
                    let bits = BooleanBuffer::collect_bool(rows, |row| {
                        (views[row * a.step()] as u32 == length && a.text(row).eq_ignore_ascii_case(needle)) == equal
                    });
                    return Ok(Arc::new(BooleanArray::new(bits, None)));
                }
            }
            Ok(booleans(rows, |row| Some(equal_fold(a.text(row), b.text(row)) == equal)))
        }),
        [a @ (KqlType::String | KqlType::Dynamic), b @ (KqlType::String | KqlType::Dynamic)] => kernel(call, move |args, rows| {
            let (left, right) = (texts(&args[0])?, texts(&args[1])?);
            let text = |value, kql_type| if kql_type == KqlType::Dynamic { dynamic::to_kusto_string(value) } else { value.into() };
            Ok(booleans(rows, |row| Some(equal_fold(&text(left.text(row), a), &text(right.text(row), b)) == equal)))
        }),
        _ => None,
    }
}
