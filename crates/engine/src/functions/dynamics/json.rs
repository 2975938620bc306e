//! `parse_json` and its other names, `dynamic_to_json`, `extract_json`.

use super::json_path::JsonPath;
use crate::dynamic::{self, DynValue, MARK};
use crate::functions::args::{error, kernel, nullable_texts, strings, texts};
use crate::functions::operand::Column;
use crate::functions::strings::conversion;
use crate::functions::{Arg, ArgInfo, Call, Kernel, Resolved};
use arrow::array::{Array, ArrayRef, StringViewArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use model::KqlType;
use std::sync::Arc;

pub(super) fn resolve(call: &Call) -> Resolved {
    match (call.name, call.args) {
        ("parse_json" | "parsejson" | "todynamic" | "toobject", [arg]) => parse(call, arg.kql_type),
        ("dynamic_to_json", [arg]) if arg.kql_type == KqlType::Dynamic => kernel(call, |args: &[Arg], rows| {
            let cells = texts(&args[0])?;
            Ok(strings(rows, |row, out| {
                if let Some(text) = cells.get(row) {
                    out.push_str(&DynValue::parse(text).to_sorted_json());
                }
            }))
        }),
        ("extract_json" | "extractjson", [_, _] | [_, _, _]) => extract(call),
        _ => None,
    }
}

/// Text stays as it is: it is parsed when it is looked into. A dynamic is passed on, any other value is packed.
fn parse(call: &Call, from: KqlType) -> Resolved {
    if from == KqlType::Dynamic {
        return kernel(call, |args: &[Arg], rows| args[0].expanded(rows));
    }
    if from == KqlType::String {
        return kernel(call, |args: &[Arg], rows| {
            let column = args[0].expanded(rows)?;
            let texts = texts(&Arg::Column(column))?.array;
            if texts.iter().flatten().any(|text| text.starts_with(MARK)) {
                return Ok(escaped(&texts));
            }
            // The same texts; what is empty or `null` is null.
            let there = BooleanBuffer::collect_bool(rows, |row| texts.is_valid(row) && is_there(texts.value(row)));
            let (views, buffers, _) = texts.into_parts();
            let column = StringViewArray::try_new(views, buffers, Some(NullBuffer::new(there))).map_err(|e| error("parse_json", e))?;
            Ok(Arc::new(column) as ArrayRef)
        });
    }
    kernel(call, move |args: &[Arg], rows| {
        let column = Column::read(from, &args[0])?;
        Ok(nullable_texts(rows, |row, out| match column.get(row).to_cell() {
            Some(text) => {
                out.push_str(&text);
                true
            }
            None => false,
        }))
    })
}

fn is_there(text: &str) -> bool {
    !matches!(text.trim_matches([' ', '\t', '\r', '\n']), "" | "null")
}

/// Text that begins as the engine's own form does is a string, and no more than that.
fn escaped(texts: &StringViewArray) -> ArrayRef {
    nullable_texts(texts.len(), |row, out| {
        let text = if texts.is_valid(row) { texts.value(row) } else { "" };
        if text.starts_with(MARK) {
            dynamic::json_string(out, text);
        } else {
            out.push_str(text);
        }
        is_there(text)
    })
}

/// `extract_json(path, text [, typeof(…)])`: what is not there is empty, or null of a type.
fn extract(call: &Call) -> Resolved {
    let path = match JsonPath::parse(call.text(0)?) {
        Some(path) => path,
        None => return Some(Err(error(call.name, "the path must be a constant of names and indices, such as $.a.b[0]"))),
    };
    let source = call.args[1].kql_type;
    if !matches!(source, KqlType::String | KqlType::Dynamic) {
        return None;
    }
    let convert: Option<Arc<dyn Kernel>> = match call.returns {
        KqlType::String => None,
        KqlType::Dynamic => return None,
        other => {
            let info = ArgInfo { kql_type: KqlType::String, constant: None };
            Some(crate::functions::resolve(&Call { name: conversion(other)?, args: &[info], returns: other })?.ok()?)
        }
    };
    kernel(call, move |args: &[Arg], rows| {
        let cells = texts(&args[1])?;
        let out = strings(rows, |row, out| {
            if let Some(part) = cells.get(row).and_then(|text| path.find(text)) {
                out.push_str(&dynamic::to_kusto_string(&part));
            }
        });
        match &convert {
            Some(kernel) => kernel.call(&[Arg::Column(out)], rows),
            None => Ok(out),
        }
    })
}
