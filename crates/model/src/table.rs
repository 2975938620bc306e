//! Columns and tables.

use crate::KqlType;
use arrow::datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef};
use std::sync::Arc;

/// A named, typed column. Names are case-sensitive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Column {
    pub name: Arc<str>,
    pub kql_type: KqlType,
}

impl Column {
    pub fn new(name: impl Into<Arc<str>>, kql_type: KqlType) -> Self {
        Self { name: name.into(), kql_type }
    }
}

/// The columns of a table or of a query's answer, in order; names are unique.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    pub columns: Vec<Column>,
}

impl Schema {
    pub fn new(columns: Vec<Column>) -> Self {
        Self { columns }
    }

    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| &*c.name == name)
    }

    /// The Arrow schema of batches with these columns and no other.
    pub fn arrow(&self) -> SchemaRef {
        Arc::new(ArrowSchema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }
}

/// The Arrow field of a column: its layout, and `kql.type` in its metadata.
pub fn field(column: &Column) -> Field {
    Field::new(&*column.name, column.kql_type.arrow(), column.kql_type.nullable())
        .with_metadata([("kql.type".to_owned(), column.kql_type.name().to_owned())].into())
}

/// The Arrow type of the two hidden columns that every batch of evidence ends with.
pub const HIDDEN_TYPE: DataType = DataType::Int64;

/// A table's name and columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSchema {
    pub name: Arc<str>,
    pub schema: Schema,
}

impl TableSchema {
    pub fn new(name: impl Into<Arc<str>>, schema: Schema) -> Self {
        Self { name: name.into(), schema }
    }
}
