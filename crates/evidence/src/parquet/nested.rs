//! A nested value of Parquet as JSON.

use crate::exports::json;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};

/// Levels that are written; what is deeper is null. The depth is the schema's.
const DEPTH: usize = 64;

/// Writes the value of a row.
pub(super) fn write(array: &ArrayRef, row: usize, depth: usize, out: &mut String) {
    if depth > DEPTH || array.is_null(row) {
        out.push_str("null");
        return;
    }
    match array.data_type() {
        DataType::Struct(fields) => {
            let values = array.as_struct();
            out.push('{');
            let mut first = true;
            for (field, column) in fields.iter().zip(values.columns()) {
                if column.is_null(row) {
                    continue;
                }
                comma(&mut first, out);
                json::quote(field.name(), out);
                out.push(':');
                write(column, row, depth + 1, out);
            }
            out.push('}');
        }
        DataType::List(_) => list(&array.as_list::<i32>().value(row), depth, out),
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row), depth, out),
        DataType::FixedSizeList(..) => list(&array.as_fixed_size_list().value(row), depth, out),
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            out.push('{');
            let mut first = true;
            for entry in 0..entries.len() {
                comma(&mut first, out);
                json::quote(&key(keys, entry), out);
                out.push(':');
                write(values, entry, depth + 1, out);
            }
            out.push('}');
        }
        DataType::Boolean => out.push_str(&plain(array, row)),
        data_type if data_type.is_numeric() => out.push_str(&plain(array, row)),
        DataType::Binary => json::quote(&String::from_utf8_lossy(array.as_binary::<i32>().value(row)), out),
        _ => json::quote(&plain(array, row), out),
    }
}

fn list(values: &ArrayRef, depth: usize, out: &mut String) {
    out.push('[');
    let mut first = true;
    for row in 0..values.len() {
        comma(&mut first, out);
        write(values, row, depth + 1, out);
    }
    out.push(']');
}

fn comma(first: &mut bool, out: &mut String) {
    if !std::mem::replace(first, false) {
        out.push(',');
    }
}

fn key(keys: &ArrayRef, entry: usize) -> String {
    match keys.data_type() {
        DataType::Binary => String::from_utf8_lossy(keys.as_binary::<i32>().value(entry)).into_owned(),
        _ => plain(keys, entry),
    }
}

fn plain(array: &ArrayRef, row: usize) -> String {
    let format = FormatOptions::default();
    ArrayFormatter::try_new(array, &format).map(|f| f.value(row).to_string()).unwrap_or_default()
}
