//! Builders of batches in the layout that the model prescribes.

use crate::Input;
use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, Int64Array, Int64Builder, StringViewBuilder};
use arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use model::{KqlType, OFFSET_COLUMN, RECORD_COLUMN, RecordId, Schema};
use std::sync::Arc;

/// A column under construction.
pub enum ColumnBuilder {
    Bool(BooleanBuilder),
    Int(Int32Builder),
    /// `long`, `datetime` (ticks), `timespan` (ticks).
    Long(Int64Builder),
    Real(Float64Builder),
    /// `string`: never null.
    Text(StringViewBuilder),
    /// `decimal`, `guid`, `dynamic`: null where missing.
    Nullable(StringViewBuilder),
}

impl ColumnBuilder {
    pub fn new(kind: KqlType, capacity: usize) -> Self {
        match kind {
            KqlType::Bool => Self::Bool(BooleanBuilder::with_capacity(capacity)),
            KqlType::Int => Self::Int(Int32Builder::with_capacity(capacity)),
            KqlType::Long | KqlType::DateTime | KqlType::TimeSpan => Self::Long(Int64Builder::with_capacity(capacity)),
            KqlType::Real => Self::Real(Float64Builder::with_capacity(capacity)),
            KqlType::String => Self::Text(text(capacity)),
            KqlType::Decimal | KqlType::Guid | KqlType::Dynamic => Self::Nullable(text(capacity)),
        }
    }

    /// A missing value: null, or the empty string.
    pub fn missing(&mut self) {
        match self {
            Self::Bool(b) => b.append_null(),
            Self::Int(b) => b.append_null(),
            Self::Long(b) => b.append_null(),
            Self::Real(b) => b.append_null(),
            Self::Text(b) => b.append_value(""),
            Self::Nullable(b) => b.append_null(),
        }
    }

    /// Text into a text column; missing in a column of another type.
    pub fn text(&mut self, value: &str) {
        match self {
            Self::Text(b) | Self::Nullable(b) => b.append_value(value),
            _ => self.missing(),
        }
    }

    /// A whole number into a numeric column (missing where it does not fit); as text into a text column.
    pub fn long(&mut self, value: i64) {
        match self {
            Self::Int(b) => b.append_option(i32::try_from(value).ok()),
            Self::Long(b) => b.append_value(value),
            Self::Real(b) => b.append_value(value as f64),
            Self::Text(b) | Self::Nullable(b) => b.append_value(value.to_string()),
            Self::Bool(b) => b.append_value(value != 0),
        }
    }

    pub fn long_option(&mut self, value: Option<i64>) {
        match value {
            Some(value) => self.long(value),
            None => self.missing(),
        }
    }

    pub fn real(&mut self, value: f64) {
        match self {
            Self::Real(b) => b.append_value(value),
            _ => self.missing(),
        }
    }

    pub fn bool(&mut self, value: bool) {
        match self {
            Self::Bool(b) => b.append_value(value),
            Self::Text(b) | Self::Nullable(b) => b.append_value(if value { "true" } else { "false" }),
            _ => self.missing(),
        }
    }

    pub(crate) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Bool(b) => Arc::new(b.finish()),
            Self::Int(b) => Arc::new(b.finish()),
            Self::Long(b) => Arc::new(b.finish()),
            Self::Real(b) => Arc::new(b.finish()),
            Self::Text(b) | Self::Nullable(b) => Arc::new(b.finish()),
        }
    }
}

fn text(capacity: usize) -> StringViewBuilder {
    StringViewBuilder::with_capacity(capacity).with_fixed_block_size(64 << 10)
}

/// The wanted columns of one table, and the two hidden ones, under construction.
pub struct TableBuilder {
    schema: SchemaRef,
    /// In the order of the wanted columns.
    pub columns: Vec<ColumnBuilder>,
    file: u32,
    records: Vec<i64>,
    offsets: Vec<i64>,
}

impl TableBuilder {
    pub fn new(schema: &Schema, input: &Input) -> Self {
        Self::for_file(schema, input.number)
    }

    pub(crate) fn for_file(schema: &Schema, file: u32) -> Self {
        Self {
            schema: arrow_schema(schema),
            columns: schema.columns.iter().map(|c| ColumnBuilder::new(c.kql_type, 0)).collect(),
            file,
            records: Vec::new(),
            offsets: Vec::new(),
        }
    }

    /// Ends a row: every column must have been given one value. `record` is the number of the record in the file from 0 (in a file
    /// of lines, the line's), `offset` its first byte in the decompressed file.
    pub fn end_row(&mut self, record: u64, offset: Option<u64>) {
        self.records.push(RecordId::new(self.file, record).0);
        self.offsets.push(offset.map_or(-1, |offset| offset as i64));
    }

    pub(crate) fn end_row_as(&mut self, record: i64, offset: i64) {
        self.records.push(record);
        self.offsets.push(offset);
    }

    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The rows so far as a batch; the builder starts anew.
    ///
    /// # Panics
    /// When a reader ended a row without filling every column: a mistake in the reader, not in the evidence.
    pub fn finish(&mut self) -> RecordBatch {
        let hidden = [std::mem::take(&mut self.records), std::mem::take(&mut self.offsets)];
        let arrays = self.columns.iter_mut().map(ColumnBuilder::finish);
        let arrays: Vec<ArrayRef> = arrays.chain(hidden.map(|values| Arc::new(Int64Array::from(values)) as ArrayRef)).collect();
        match RecordBatch::try_new(Arc::clone(&self.schema), arrays) {
            Ok(batch) => batch,
            Err(error) => unreachable!("a reader filled its columns unevenly: {error}"),
        }
    }
}

/// The schema of batches: the given columns, then the hidden ones.
pub(crate) fn arrow_schema(schema: &Schema) -> SchemaRef {
    let hidden = [RECORD_COLUMN, OFFSET_COLUMN].map(|name| Field::new(name, model::table::HIDDEN_TYPE, false));
    Arc::new(ArrowSchema::new(schema.columns.iter().map(model::table::field).chain(hidden).collect::<Vec<_>>()))
}
