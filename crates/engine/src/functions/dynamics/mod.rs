//! Arrays and bags.

mod arrays;
mod bags;
mod elements;
mod json;
mod json_path;
mod order;
mod ranges;
mod series;
mod sets;
mod tree;

pub use elements::path;

use super::args::{booleans, kernel, nullable_texts, numbers};
use super::operand::Column;
use super::{Arg, Call, FunctionError, Resolved};
use crate::dynamic::DynValue;
use arrow::datatypes::{Float64Type, Int64Type};
use model::KqlType;
use std::borrow::Cow;

pub(crate) fn resolve(call: &Call) -> Resolved {
    arrays::resolve(call)
        .or_else(|| bags::resolve(call))
        .or_else(|| sets::resolve(call))
        .or_else(|| order::resolve(call))
        .or_else(|| ranges::resolve(call))
        .or_else(|| tree::resolve(call))
        .or_else(|| series::resolve(call))
        .or_else(|| elements::resolve(call))
        .or_else(|| json::resolve(call))
}

/// A row's arguments.
type Row<'a> = [Cow<'a, DynValue>];

/// The arguments of a batch, each constant parsed once.
struct Rows {
    slots: Vec<Slot>,
}

enum Slot {
    Constant(DynValue),
    Column(Column),
}

impl Rows {
    fn read(types: &[KqlType], args: &[Arg]) -> Result<Self, FunctionError> {
        let slots = types.iter().zip(args).map(|(t, arg)| {
            let column = Column::read(*t, arg)?;
            Ok(if arg.is_constant() { Slot::Constant(column.get(0)) } else { Slot::Column(column) })
        });
        Ok(Self { slots: slots.collect::<Result<_, FunctionError>>()? })
    }

    fn get(&self, row: usize) -> Vec<Cow<'_, DynValue>> {
        let value = |slot: &'_ Slot| match slot {
            Slot::Constant(_) => None,
            Slot::Column(column) => Some(column.get(row)),
        };
        let mut out = Vec::with_capacity(self.slots.len());
        for slot in &self.slots {
            out.push(match (value(slot), slot) {
                (Some(value), _) => Cow::Owned(value),
                (None, Slot::Constant(value)) => Cow::Borrowed(value),
                (None, Slot::Column(_)) => Cow::Owned(DynValue::Null),
            });
        }
        out
    }
}

/// A kernel that makes a dynamic of a row's arguments; `None` is null.
fn dynamic(call: &Call, make: impl Fn(&Row) -> Option<DynValue> + Send + Sync + 'static) -> Resolved {
    let types = call.types();
    kernel(call, move |args: &[Arg], rows| {
        let values = Rows::read(&types, args)?;
        Ok(nullable_texts(rows, |row, out| match make(&values.get(row)).and_then(|v| v.to_cell()) {
            Some(text) => {
                out.push_str(&text);
                true
            }
            None => false,
        }))
    })
}

fn long(call: &Call, make: impl Fn(&Row) -> Option<i64> + Send + Sync + 'static) -> Resolved {
    let types = call.types();
    kernel(call, move |args: &[Arg], rows| {
        let values = Rows::read(&types, args)?;
        Ok(numbers::<Int64Type>(rows, |row| make(&values.get(row))))
    })
}

fn real(call: &Call, make: impl Fn(&Row) -> Option<f64> + Send + Sync + 'static) -> Resolved {
    let types = call.types();
    kernel(call, move |args: &[Arg], rows| {
        let values = Rows::read(&types, args)?;
        Ok(numbers::<Float64Type>(rows, |row| make(&values.get(row))))
    })
}

fn boolean(call: &Call, make: impl Fn(&Row) -> Option<bool> + Send + Sync + 'static) -> Resolved {
    let types = call.types();
    kernel(call, move |args: &[Arg], rows| {
        let values = Rows::read(&types, args)?;
        Ok(booleans(rows, |row| make(&values.get(row))))
    })
}

/// Equal as elements of an array are: numbers by value, all else with its type.
fn same(a: &DynValue, b: &DynValue) -> bool {
    match (a, b) {
        (DynValue::Long(x), DynValue::Long(y)) => x == y,
        (DynValue::Long(_) | DynValue::Real(_), DynValue::Long(_) | DynValue::Real(_)) => a.as_real() == b.as_real(),
        _ => a.total_cmp(b).is_eq(),
    }
}

/// Whether all arguments from one on are dynamic.
fn all_dynamic(call: &Call) -> bool {
    call.args.iter().all(|a| a.kql_type == KqlType::Dynamic)
}

#[cfg(test)]
mod tests;
