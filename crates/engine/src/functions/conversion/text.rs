//! Conversions to text, and `gettype`.

use super::parse_guid;
use crate::dynamic::{self, DynValue};
use crate::functions::args::{bools, kernel, longs, nullable_texts, reals, strings, texts};
use crate::functions::{Arg, Call, FunctionError, Resolved, format};
use arrow::array::{Array, ArrayRef, StringViewBuilder};
use model::KqlType;
use std::fmt::Write;
use std::sync::Arc;

/// `tostring`: a null is the empty string.
pub(super) fn to_string(call: &Call) -> Resolved {
    let [arg] = call.args else { return None };
    match arg.kql_type {
        KqlType::String => kernel(call, |args, _| Ok(Arc::clone(args[0].array()))),
        KqlType::Guid | KqlType::Decimal => kernel(call, |args, rows| {
            let text = texts(&args[0])?;
            if text.array.null_count() == 0 {
                return Ok(Arc::clone(args[0].array()));
            }
            Ok(strings(rows, |row, out| out.push_str(text.text(row))))
        }),
        KqlType::Bool => kernel(call, |args, rows| {
            let value = bools(&args[0])?;
            Ok(strings(rows, |row, out| out.push_str(value.get(row).map_or("", format::bool_text))))
        }),
        KqlType::Int | KqlType::Long => written(call, |out, n| {
            let _ = write!(out, "{n}");
        }),
        KqlType::DateTime => written(call, format::write_datetime),
        KqlType::TimeSpan => written(call, format::write_timespan),
        KqlType::Real => kernel(call, |args, rows| {
            let value = reals(&args[0])?;
            Ok(strings(rows, |row, out| {
                if let Some(x) = value.get(row) {
                    format::write_real(out, x);
                }
            }))
        }),
        KqlType::Dynamic => kernel(call, |args, rows| {
            let text = texts(&args[0])?;
            let mut builder = StringViewBuilder::with_capacity(rows);
            for row in 0..rows {
                builder.append_value(dynamic::to_kusto_string(text.text(row)));
            }
            Ok(Arc::new(builder.finish()) as ArrayRef)
        }),
    }
}

fn written(call: &Call, write: fn(&mut String, i64)) -> Resolved {
    kernel(call, move |args, rows| {
        let value = longs(&args[0])?;
        Ok(strings(rows, |row, out| {
            if let Some(n) = value.get(row) {
                write(out, n);
            }
        }))
    })
}

pub(super) fn to_guid(call: &Call) -> Resolved {
    let [arg] = call.args else { return None };
    fn parsed(args: &[Arg], rows: usize, guid: impl Fn(&str) -> Option<String>) -> Result<ArrayRef, FunctionError> {
        let text = texts(&args[0])?;
        Ok(nullable_texts(rows, |row, out| match text.get(row).and_then(&guid) {
            Some(guid) => {
                out.push_str(&guid);
                true
            }
            None => false,
        }))
    }
    match arg.kql_type {
        KqlType::Guid => kernel(call, |args, _| Ok(Arc::clone(args[0].array()))),
        KqlType::String => kernel(call, |args, rows| parsed(args, rows, parse_guid)),
        KqlType::Dynamic => kernel(call, |args, rows| parsed(args, rows, |text| parse_guid(&dynamic::to_kusto_string(text)))),
        _ => None,
    }
}

/// `tohex(number[, least length])`: two's complement of the number's own width.
pub(super) fn to_hex(call: &Call) -> Resolved {
    let int = match *call.types().as_slice() {
        [KqlType::Int] | [KqlType::Int, KqlType::Int | KqlType::Long] => true,
        [KqlType::Long] | [KqlType::Long, KqlType::Int | KqlType::Long] => false,
        _ => return None,
    };
    kernel(call, move |args, rows| {
        let value = longs(&args[0])?;
        let width = args.get(1).map(longs).transpose()?;
        Ok(strings(rows, |row, out| {
            let Some(n) = value.get(row) else { return };
            let width = width.as_ref().and_then(|w| w.get(row)).unwrap_or(0).clamp(0, 16) as usize;
            let _ = if int { write!(out, "{:0width$x}", n as i32) } else { write!(out, "{n:0width$x}") };
        }))
    })
}

/// The type's name; of a dynamic, that of its value.
pub(super) fn get_type(call: &Call) -> Resolved {
    let [arg] = call.args else { return None };
    let kql_type = arg.kql_type;
    if kql_type == KqlType::Dynamic {
        return kernel(call, |args, rows| {
            let text = texts(&args[0])?;
            Ok(strings(rows, |row, out| out.push_str(text.get(row).map_or("null", |text| DynValue::parse(text).type_name()))))
        });
    }
    kernel(call, move |_, rows| Ok(strings(rows, |_, out| out.push_str(kql_type.name()))))
}
