//! Values as Kusto's own JSON writes them.

use crate::dynamic::DynValue;
use crate::dynamic::json_string;
use crate::functions::format;
use crate::value;
use arrow::array::ArrayRef;
use arrow::record_batch::RecordBatch;
use model::{Answer, KqlType, Value};
use std::fmt::Write;

/// Appends the value in a row of a column: datetime as ISO 8601 with seven digits, timespan as `d.hh:mm:ss.fffffff`, decimal and guid as
/// text, NaN and infinities as those words, dynamic as nested JSON, a null as `null`.
pub fn write_cell(out: &mut String, array: &ArrayRef, kql_type: KqlType, row: usize) {
    write_value(out, &value::from_array(array, kql_type, row));
}

/// Appends a value: see [`write_cell`].
pub fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null(_) => out.push_str("null"),
        Value::Bool(v) => out.push_str(if *v { "true" } else { "false" }),
        Value::Int(v) => {
            let _ = write!(out, "{v}");
        }
        Value::Long(v) => {
            let _ = write!(out, "{v}");
        }
        Value::Real(v) if v.is_finite() => out.push_str(&format::real(*v)),
        Value::Real(v) => json_string(out, &format::real(*v)),
        Value::DateTime(v) => json_string(out, &format::datetime(*v)),
        Value::TimeSpan(v) => json_string(out, &format::timespan(*v)),
        Value::Decimal(v) | Value::Guid(v) | Value::String(v) => json_string(out, v),
        Value::Dynamic(v) => out.push_str(&DynValue::parse(v).to_json_text()),
    }
}

/// A column's value as text for a table or CSV: [`write_cell`] without quotes around text, nothing for null.
pub fn plain(array: &ArrayRef, kql_type: KqlType, row: usize) -> String {
    match value::from_array(array, kql_type, row) {
        Value::Null(_) => String::new(),
        Value::DateTime(v) => format::datetime(v),
        Value::TimeSpan(v) => format::timespan(v),
        Value::Decimal(v) | Value::Guid(v) | Value::String(v) => v,
        Value::Real(v) => format::real(v),
        other => {
            let mut out = String::new();
            write_value(&mut out, &other);
            out
        }
    }
}

/// All rows, each as a JSON array in a line of its own text, made one at a time.
pub fn rows(answer: &Answer) -> impl Iterator<Item = String> + '_ {
    let row_of = |batch: &RecordBatch, row| {
        let mut out = String::from("[");
        for (n, (array, column)) in batch.columns().iter().zip(&answer.schema.columns).enumerate() {
            if n > 0 {
                out.push(',');
            }
            write_cell(&mut out, array, column.kql_type, row);
        }
        out.push(']');
        out
    };
    answer.batches.iter().flat_map(move |batch| (0..batch.num_rows()).map(move |row| row_of(batch, row)))
}

/// The line of `query --batch`: `id`, `columns`, `rows` and `error`.
pub fn batch_line(id: &str, answer: &Result<Answer, model::QueryError>) -> String {
    let mut out = String::from("{\"id\":");
    json_string(&mut out, id);
    match answer {
        Ok(answer) => {
            out.push_str(",\"columns\":[");
            for (n, column) in answer.schema.columns.iter().enumerate() {
                out.push_str(if n > 0 { ",[" } else { "[" });
                json_string(&mut out, &column.name);
                out.push(',');
                json_string(&mut out, column.kql_type.name());
                out.push(']');
            }
            out.push_str("],\"rows\":[");
            for (n, row) in rows(answer).enumerate() {
                out.push_str(if n > 0 { "," } else { "" });
                out.push_str(&row);
            }
            out.push_str("],\"error\":null}");
        }
        Err(error) => {
            out.push_str(",\"columns\":[],\"rows\":[],\"error\":{\"code\":");
            json_string(&mut out, &error.code);
            out.push_str(",\"message\":");
            json_string(&mut out, &error.message);
            let _ = write!(out, ",\"start\":{},\"length\":{}}}}}", error.start, error.length);
        }
    }
    out
}
