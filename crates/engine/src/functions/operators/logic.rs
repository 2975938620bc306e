//! `and`, `or`, `not`: three-valued. A null that a row filter meets counts as false.

use crate::functions::args::{bools, error, kernel};
use crate::functions::{Call, Resolved};
use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute;
use model::KqlType;
use std::sync::Arc;

pub(super) fn resolve(call: &Call) -> Resolved {
    if call.types().iter().any(|t| *t != KqlType::Bool) {
        return None;
    }
    match (call.name, call.args.len()) {
        ("not", 1) => kernel(call, |args, _| {
            let value = bools(&args[0])?;
            Ok(Arc::new(compute::not(&value.array).map_err(|e| error("not", e))?) as ArrayRef)
        }),
        (name @ ("and" | "or"), 2..) => {
            let and = name == "and";
            kernel(call, move |args, rows| {
                let mut result: Option<BooleanArray> = None;
                for arg in args {
                    let value = arg.expanded(rows)?;
                    let value = value
                        .as_any()
                        .downcast_ref::<BooleanArray>()
                        .ok_or_else(|| error("a logical operator", "an operand is not Boolean"))?;
                    result = Some(match result {
                        None => value.clone(),
                        Some(so_far) => {
                            let joined = if and { compute::and_kleene(&so_far, value) } else { compute::or_kleene(&so_far, value) };
                            joined.map_err(|e| error("a logical operator", e))?
                        }
                    });
                }
                let result = result.unwrap_or_else(|| BooleanArray::new(BooleanBuffer::new_set(rows), None::<NullBuffer>));
                debug_assert_eq!(result.len(), rows);
                Ok(Arc::new(result) as ArrayRef)
            })
        }
        _ => None,
    }
}
