//! `isnull`, `isempty` and their opposites. A string is never null; what is not a string is empty where it is null.

use crate::functions::args::{kernel, texts};
use crate::functions::{Call, Resolved};
use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::buffer::BooleanBuffer;
use model::KqlType;
use std::sync::Arc;

pub(super) fn resolve(call: &Call) -> Resolved {
    let [arg] = call.args else { return None };
    let kql_type = arg.kql_type;
    let (empty, wanted) = match call.name {
        "isnull" => (false, true),
        "isnotnull" | "notnull" => (false, false),
        "isempty" => (true, true),
        "isnotempty" | "notempty" => (true, false),
        _ => return None,
    };
    kernel(call, move |args, rows| {
        let array = args[0].array();
        let bits = match (kql_type, empty) {
            (KqlType::String, false) => set(rows, !wanted),
            (KqlType::String, true) => {
                let text = texts(&args[0])?;
                BooleanBuffer::collect_bool(rows, |row| text.text(row).is_empty() == wanted)
            }
            (KqlType::Dynamic, _) => {
                let text = texts(&args[0])?;
                BooleanBuffer::collect_bool(rows, |row| {
                    let text = text.text(row);
                    (text.is_empty() || text == "null" || (empty && text == "\"\"")) == wanted
                })
            }
            _ => match (array.logical_nulls(), args[0].is_constant()) {
                (None, _) => set(rows, !wanted),
                (Some(nulls), true) => set(rows, nulls.is_null(0) == wanted),
                (Some(nulls), false) if wanted => !nulls.inner(),
                (Some(nulls), false) => nulls.inner().clone(),
            },
        };
        Ok(Arc::new(BooleanArray::new(bits, None)) as ArrayRef)
    })
}

fn set(rows: usize, value: bool) -> BooleanBuffer {
    if value { BooleanBuffer::new_set(rows) } else { BooleanBuffer::new_unset(rows) }
}
