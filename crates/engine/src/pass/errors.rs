//! Read errors as rows of their own table.

use super::stats::TableStats;
use super::store::{Keeping, Kept};
use crate::error::EngineError;
use crate::value;
use arrow::array::{ArrayRef, Int64Array};
use arrow::datatypes::{DataType, Field, Schema as ArrowSchema};
use arrow::record_batch::RecordBatch;
use model::{FileRef, KqlType, OFFSET_COLUMN, RECORD_COLUMN, ReadError, RecordId, TableSchema, Value, tables};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Its name; rows come from the pass itself.
pub const TABLE: &str = "PoolhoundReadError_CL";

pub(crate) fn schema() -> Option<&'static TableSchema> {
    tables::builtin(TABLE)
}

/// The errors as kept rows.
pub(crate) fn rows(errors: &[ReadError], files: &[FileRef]) -> Result<(Kept, TableStats), EngineError> {
    let mut keeping = Keeping::default();
    let mut stats = TableStats::default();
    if let (Some(table), false) = (schema(), errors.is_empty()) {
        let numbers: BTreeMap<&FileRef, u32> = files.iter().zip(0..).collect();
        let mut fields: Vec<Field> =
            table.schema.columns.iter().map(|c| Field::new(&*c.name, c.kql_type.arrow(), c.kql_type.nullable())).collect();
        let mut columns: Vec<ArrayRef> = Vec::new();
        for column in &table.schema.columns {
            let whole = |n: Option<u64>| n.and_then(|n| i64::try_from(n).ok()).map_or(Value::Null(KqlType::Long), Value::Long);
            let values: Vec<Value> = errors
                .iter()
                .map(|e| match &*column.name {
                    "SourceFile" => Value::String(e.file.name.to_string()),
                    "Reader" => Value::String(e.reader.to_owned()),
                    "Reason" => Value::String(e.reason.clone()),
                    "SourceOffset" => whole(e.offset),
                    "Record" => whole(e.record),
                    _ => Value::Null(column.kql_type),
                })
                .collect();
            columns.push(value::array(values.iter(), column.kql_type));
        }
        let place = |e: &ReadError| RecordId::new(numbers.get(&e.file).copied().unwrap_or(0), e.record.unwrap_or(0)).0;
        for (name, values) in [
            (RECORD_COLUMN, Int64Array::from_iter_values(errors.iter().map(place))),
            (
                OFFSET_COLUMN,
                Int64Array::from_iter_values(errors.iter().map(|e| e.offset.and_then(|o| i64::try_from(o).ok()).unwrap_or(-1))),
            ),
        ] {
            fields.push(Field::new(name, DataType::Int64, false));
            columns.push(Arc::new(values));
        }
        keeping.push(RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)?)?;
        let rows = errors.len() as u64;
        stats.all.add(rows, None, None);
        (stats.records, stats.kept) = (rows, rows);
    }
    Ok((keeping.finish()?, stats))
}
