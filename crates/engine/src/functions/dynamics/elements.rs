//! Parts of a dynamic: constant paths, and `[]` with a computed index.

use crate::dynamic::{self, DynValue, Step};
use crate::functions::args::{error, kernel, nullable_texts, texts};
use crate::functions::operand::Column;
use crate::functions::{Arg, Call, FunctionError, Kernel, Resolved};
use arrow::array::ArrayRef;
use kql_bind::checked::PathStep;
use model::KqlType;
use std::sync::Arc;

/// A kernel over one dynamic argument: the value at `steps`, null where there is none.
pub fn path(steps: &[PathStep]) -> Arc<dyn Kernel> {
    Arc::new(Path { steps: steps.to_vec() })
}

#[derive(Debug)]
struct Path {
    steps: Vec<PathStep>,
}

impl Kernel for Path {
    fn call(&self, args: &[Arg], rows: usize) -> Result<ArrayRef, FunctionError> {
        let [arg] = args else { return Err(error("path", "takes one argument")) };
        let steps: Vec<Step<'_>> = self
            .steps
            .iter()
            .map(|step| match step {
                PathStep::Key(key) => Step::Key(key),
                PathStep::Index(index) => Step::Index(*index),
            })
            .collect();
        let cells = texts(arg)?;
        Ok(nullable_texts(rows, |row, out| put(cells.get(row), &steps, out)))
    }
}

fn put(text: Option<&str>, steps: &[Step<'_>], out: &mut String) -> bool {
    match text.and_then(|text| dynamic::path(text, steps)) {
        Some(part) => {
            out.push_str(&part);
            true
        }
        None => false,
    }
}

/// `base[index]`: by a string the value of a key, by a number an element.
pub(super) fn resolve(call: &Call) -> Resolved {
    let ("[]", [base, index]) = (call.name, call.args) else { return None };
    if base.kql_type != KqlType::Dynamic || !matches!(index.kql_type, KqlType::String | KqlType::Int | KqlType::Long | KqlType::Dynamic) {
        return None;
    }
    let index_type = index.kql_type;
    kernel(call, move |args: &[Arg], rows| {
        let (bases, indices) = (texts(&args[0])?, Column::read(index_type, &args[1])?);
        let constant = args[1].is_constant().then(|| indices.get(0));
        Ok(nullable_texts(rows, |row, out| {
            let own;
            let index = match &constant {
                Some(index) => index,
                None => {
                    own = indices.get(row);
                    &own
                }
            };
            match index {
                DynValue::String(key) => put(bases.get(row), &[Step::Key(key)], out),
                DynValue::Long(n) => put(bases.get(row), &[Step::Index(*n)], out),
                _ => false,
            }
        }))
    })
}
