//! Matches as rows of `PoolhoundYara_CL`.

use crate::scan::Target;
use arrow::array::{ArrayRef, Int64Builder, StringViewBuilder};
use arrow::datatypes::{Field, Schema as ArrowSchema};
use arrow::record_batch::RecordBatch;
use model::{KqlType, OFFSET_COLUMN, RECORD_COLUMN, RecordId, Schema, table};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use yara_x::{MetaValue, Rule};

/// A rule that matched a file.
pub(crate) struct Hit {
    pub(crate) rule: String,
    pub(crate) namespace: String,
    pub(crate) meta: Map<String, Value>,
    pub(crate) strings: Value,
    /// Of the first match.
    pub(crate) offset: i64,
}

/// No more matches of one pattern are kept than that, and no more bytes of one.
const MAX_MATCHES: usize = 4;
const MAX_DATA: usize = 128;

impl Hit {
    pub(crate) fn new(rule: &Rule<'_, '_>) -> Self {
        let mut strings = Vec::new();
        for pattern in rule.patterns() {
            for found in pattern.matches().take(MAX_MATCHES) {
                let data: String =
                    found.data().iter().take(MAX_DATA).flat_map(|b| std::ascii::escape_default(*b)).map(char::from).collect();
                strings
                    .push((found.range().start, json!({"identifier": pattern.identifier(), "offset": found.range().start, "data": data})));
            }
        }
        let offset = strings.iter().map(|(at, _)| *at as i64).min().unwrap_or(-1);
        Self {
            rule: rule.identifier().to_owned(),
            namespace: rule.namespace().to_owned(),
            meta: rule.metadata().map(|(name, value)| (name.to_owned(), meta(&value))).collect(),
            strings: strings.into_iter().map(|(_, value)| value).collect(),
            offset,
        }
    }
}

fn meta(value: &MetaValue<'_>) -> Value {
    match value {
        MetaValue::Integer(n) => json!(n),
        MetaValue::Float(n) => json!(n),
        MetaValue::Bool(b) => json!(b),
        MetaValue::String(s) => json!(s),
        MetaValue::Bytes(b) => json!(b.to_string()),
    }
}

/// The wanted columns of the hits of one file, then the hidden ones. `None` for no hits, or if Arrow refuses (it does not).
pub(crate) fn batch(target: &Target, hits: &[Hit], file_type: &str, sha256: &str, wanted: &Schema) -> Option<RecordBatch> {
    if hits.is_empty() {
        return None;
    }
    let mut fields: Vec<Field> = wanted.columns.iter().map(table::field).collect();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for column in &wanted.columns {
        columns.push(match column.kql_type {
            KqlType::String | KqlType::Dynamic => text(hits.iter().map(|hit| field(target, hit, &column.name, file_type, sha256))),
            KqlType::DateTime if &*column.name == "TimeGenerated" => numbers(hits.iter().map(|_| target.time)),
            KqlType::Long if &*column.name == "FileSize" => numbers(hits.iter().map(|_| Some(target.size as i64))),
            other => arrow::array::new_null_array(&other.arrow(), hits.len()),
        });
    }
    for (name, values) in [
        (RECORD_COLUMN, numbers((0..hits.len()).map(|n| Some(RecordId::new(target.number, n as u64).0)))),
        (OFFSET_COLUMN, numbers(hits.iter().map(|hit| Some(hit.offset)))),
    ] {
        fields.push(Field::new(name, table::HIDDEN_TYPE, false));
        columns.push(values);
    }
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns).ok()
}

fn field(target: &Target, hit: &Hit, column: &str, file_type: &str, sha256: &str) -> String {
    let author = || hit.meta.get("author").and_then(Value::as_str).unwrap_or_default().to_owned();
    match column {
        "Computer" => target.host.to_string(),
        "FilePath" => target.file.name.to_string(),
        "FileType" => file_type.to_owned(),
        "SHA256" => sha256.to_owned(),
        "RuleName" => hit.rule.clone(),
        "RuleNamespace" => hit.namespace.clone(),
        "RuleAuthor" => author(),
        "RuleSource" => hit.meta.get("reference").and_then(Value::as_str).unwrap_or(&hit.namespace).to_owned(),
        "Strings" => hit.strings.to_string(),
        "Meta" => Value::Object(hit.meta.clone()).to_string(),
        _ => String::new(),
    }
}

fn text(values: impl Iterator<Item = String>) -> ArrayRef {
    let mut builder = StringViewBuilder::new();
    values.for_each(|v| builder.append_value(v));
    Arc::new(builder.finish())
}

fn numbers(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    let mut builder = Int64Builder::new();
    values.for_each(|v| builder.append_option(v));
    Arc::new(builder.finish())
}
