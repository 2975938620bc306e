//! One helper for tests of kernels: it runs a call with its arguments as columns, as constants, and mixed, and wants one answer.

use super::args::constant;
use super::{Arg, ArgInfo, Call, resolve};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};
use model::{KqlType, Value};

fn value_at(array: &ArrayRef, row: usize, kql_type: KqlType) -> Value {
    if array.is_null(row) {
        return Value::Null(kql_type);
    }
    let text = || array.as_string_view().value(row).to_owned();
    match kql_type {
        KqlType::Bool => Value::Bool(array.as_boolean().value(row)),
        KqlType::Int => Value::Int(array.as_primitive::<Int32Type>().value(row)),
        KqlType::Long => Value::Long(array.as_primitive::<Int64Type>().value(row)),
        KqlType::Real => Value::Real(array.as_primitive::<Float64Type>().value(row)),
        KqlType::DateTime => Value::DateTime(array.as_primitive::<Int64Type>().value(row)),
        KqlType::TimeSpan => Value::TimeSpan(array.as_primitive::<Int64Type>().value(row)),
        KqlType::Decimal => Value::Decimal(text()),
        KqlType::Guid => Value::Guid(text()),
        KqlType::String => Value::String(text()),
        KqlType::Dynamic => Value::Dynamic(text()),
    }
}

/// The answer, or the reason why the call is refused; `None`: not built.
pub(crate) fn eval(name: &str, args: &[Value], returns: KqlType) -> Option<Result<Value, String>> {
    const ROWS: usize = 3;
    let mut answer: Option<Value> = None;
    for known in 0..1_u32 << args.len().min(4) {
        let is_constant = |at: usize| known >> at & 1 == 1;
        let infos: Vec<_> = args
            .iter()
            .enumerate()
            .map(|(at, value)| ArgInfo { kql_type: value.kql_type(), constant: is_constant(at).then(|| value.clone()) })
            .collect();
        let kernel = match resolve(&Call { name, args: &infos, returns }) {
            // Some forms want constants.
            None | Some(Err(_)) if known + 1 < 1 << args.len().min(4) => continue,
            None => return None,
            Some(Err(e)) => return Some(Err(e.reason)),
            Some(Ok(kernel)) => kernel,
        };
        let arrays: Vec<_> = args
            .iter()
            .enumerate()
            .map(|(at, value)| {
                let one = constant(value);
                if is_constant(at) { Arg::Constant(one) } else { Arg::Column(super::args::repeat(&one, ROWS).unwrap()) }
            })
            .collect();
        let array = match kernel.call(&arrays, ROWS) {
            Ok(array) => array,
            Err(e) => return Some(Err(e.reason)),
        };
        assert_eq!(array.len(), ROWS, "{name}{args:?}");
        assert_eq!(array.data_type(), &returns.arrow(), "{name}{args:?}");
        for row in 0..ROWS {
            let found = value_at(&array, row, returns);
            match &answer {
                None => answer = Some(found),
                Some(before) => assert_eq!(format!("{before:?}"), format!("{found:?}"), "{name}{args:?}, constants {known:b}"),
            }
        }
    }
    answer.map(Ok)
}

/// Runs rows of (name, arguments, answer); the type of the answer is the call's.
pub(crate) fn check(table: &[(&str, &[Value], Value)]) {
    for (name, args, expected) in table {
        let found = eval(name, args, expected.kql_type());
        let found = found.unwrap_or_else(|| panic!("{name}{args:?} is not built"));
        assert_eq!(format!("{found:?}"), format!("{:?}", Ok::<_, String>(expected.clone())), "{name}{args:?}");
    }
}
