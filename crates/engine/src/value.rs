//! Constant values to Arrow and back.

use arrow::array::{Array, ArrayRef, AsArray, BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, StringViewBuilder};
use arrow::datatypes::{Field, Float64Type, Int32Type, Int64Type, Schema as ArrowSchema, SchemaRef};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use model::{KqlType, Schema, Value};
use std::sync::Arc;

/// The value as DataFusion writes it in a plan.
pub(crate) fn scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Null(t) => null(*t),
        Value::Bool(v) => ScalarValue::Boolean(Some(*v)),
        Value::Int(v) => ScalarValue::Int32(Some(*v)),
        Value::Long(v) | Value::DateTime(v) | Value::TimeSpan(v) => ScalarValue::Int64(Some(*v)),
        Value::Real(v) => ScalarValue::Float64(Some(*v)),
        Value::Decimal(v) | Value::Guid(v) | Value::String(v) | Value::Dynamic(v) => ScalarValue::Utf8View(Some(v.clone())),
    }
}

/// The null of a type; the empty string for strings.
pub(crate) fn null(kql_type: KqlType) -> ScalarValue {
    match kql_type {
        KqlType::Bool => ScalarValue::Boolean(None),
        KqlType::Int => ScalarValue::Int32(None),
        KqlType::Long | KqlType::DateTime | KqlType::TimeSpan => ScalarValue::Int64(None),
        KqlType::Real => ScalarValue::Float64(None),
        KqlType::String => ScalarValue::Utf8View(Some(String::new())),
        KqlType::Decimal | KqlType::Guid | KqlType::Dynamic => ScalarValue::Utf8View(None),
    }
}

pub(crate) fn literal(value: &Value) -> Expr {
    Expr::Literal(scalar(value), None)
}

/// The KQL value of a plan's constant; `None` where the layouts differ.
pub(crate) fn from_scalar(value: &ScalarValue, kql_type: KqlType) -> Option<Value> {
    if value.data_type() != kql_type.arrow() {
        return None;
    }
    let array = value.to_array().ok()?;
    Some(from_array(&array, kql_type, 0))
}

/// The value in a row of a column.
pub(crate) fn from_array(array: &ArrayRef, kql_type: KqlType, row: usize) -> Value {
    if array.is_null(row) {
        return if kql_type == KqlType::String { Value::String(String::new()) } else { Value::Null(kql_type) };
    }
    match kql_type {
        KqlType::Bool => Value::Bool(array.as_boolean().value(row)),
        KqlType::Int => Value::Int(array.as_primitive::<Int32Type>().value(row)),
        KqlType::Long => Value::Long(array.as_primitive::<Int64Type>().value(row)),
        KqlType::DateTime => Value::DateTime(array.as_primitive::<Int64Type>().value(row)),
        KqlType::TimeSpan => Value::TimeSpan(array.as_primitive::<Int64Type>().value(row)),
        KqlType::Real => Value::Real(array.as_primitive::<Float64Type>().value(row)),
        KqlType::Decimal => Value::Decimal(text(array, row)),
        KqlType::Guid => Value::Guid(text(array, row)),
        KqlType::String => Value::String(text(array, row)),
        KqlType::Dynamic => Value::Dynamic(text(array, row)),
    }
}

fn text(array: &ArrayRef, row: usize) -> String {
    array.as_string_view().value(row).to_owned()
}

/// A column of constant values; a value of another type counts as null.
pub(crate) fn array<'a>(values: impl Iterator<Item = &'a Value>, kql_type: KqlType) -> ArrayRef {
    match kql_type {
        KqlType::Bool => {
            let mut b = BooleanBuilder::new();
            values.for_each(|v| b.append_option(if let Value::Bool(v) = v { Some(*v) } else { None }));
            Arc::new(b.finish())
        }
        KqlType::Int => {
            let mut b = Int32Builder::new();
            values.for_each(|v| b.append_option(if let Value::Int(v) = v { Some(*v) } else { None }));
            Arc::new(b.finish())
        }
        KqlType::Long | KqlType::DateTime | KqlType::TimeSpan => {
            let mut b = Int64Builder::new();
            values.for_each(|v| {
                b.append_option(match v {
                    Value::Long(v) | Value::DateTime(v) | Value::TimeSpan(v) => Some(*v),
                    Value::Int(v) => Some(i64::from(*v)),
                    _ => None,
                });
            });
            Arc::new(b.finish())
        }
        KqlType::Real => {
            let mut b = Float64Builder::new();
            values.for_each(|v| b.append_option(if let Value::Real(v) = v { Some(*v) } else { None }));
            Arc::new(b.finish())
        }
        KqlType::Decimal | KqlType::Guid | KqlType::String | KqlType::Dynamic => {
            let mut b = StringViewBuilder::new();
            values.for_each(|v| match v {
                Value::Decimal(v) | Value::Guid(v) | Value::String(v) | Value::Dynamic(v) => b.append_value(v),
                _ if kql_type == KqlType::String => b.append_value(""),
                _ => b.append_null(),
            });
            Arc::new(b.finish())
        }
    }
}

/// The name that a column has inside plans: by position, so that KQL's own names need no quoting there.
pub(crate) fn column_name(index: usize) -> String {
    format!("c{index}")
}

/// The plan's field of a column.
pub(crate) fn plan_field(index: usize, kql_type: KqlType) -> Field {
    Field::new(column_name(index), kql_type.arrow(), kql_type.nullable())
}

/// The plan's schema of all columns.
pub(crate) fn plan_schema(schema: &Schema) -> SchemaRef {
    Arc::new(ArrowSchema::new(schema.columns.iter().enumerate().map(|(n, c)| plan_field(n, c.kql_type)).collect::<Vec<_>>()))
}
