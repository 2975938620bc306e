//! Arrow columns as Parquet has them, in the layout of KQL's types.

use super::nested;
use crate::ColumnBuilder;
use crate::exports::fill::{Bound, Report};
use crate::exports::time::TimeStyle;
use crate::exports::values::{Fit, Values};
use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringViewArray};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use model::KqlType;
use model::ticks::{DAY, UNIX_EPOCH};
use std::borrow::Cow;
use std::sync::Arc;

/// The KQL type that a column's values suggest.
pub(super) fn kind_of(data_type: &DataType) -> KqlType {
    match data_type {
        DataType::Boolean => KqlType::Bool,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => KqlType::Int,
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => KqlType::Long,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => KqlType::Real,
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => KqlType::Decimal,
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => KqlType::DateTime,
        DataType::Duration(_) | DataType::Time32(_) | DataType::Time64(_) => KqlType::TimeSpan,
        DataType::Dictionary(_, value) => kind_of(value),
        data_type if data_type.is_nested() => KqlType::Dynamic,
        _ => KqlType::String,
    }
}

/// A column that the file lacks.
pub(super) fn fixed(column: &Bound, rows: usize) -> ArrayRef {
    match (&column.constant, column.kind) {
        (Some(text), KqlType::String) => Arc::new(StringViewArray::from_iter_values(std::iter::repeat_n(text, rows))),
        (None, KqlType::String) => Arc::new(StringViewArray::from_iter_values(std::iter::repeat_n("", rows))),
        (_, kind) => super::nulls(kind, rows),
    }
}

/// A column in the layout of its KQL type; what does not fit becomes null and is reported. `first` is the first row's number.
pub(super) fn convert(array: &ArrayRef, column: &Bound, first: u64, report: &mut Report) -> ArrayRef {
    let array = match array.data_type() {
        DataType::Dictionary(_, value) => cast(array, value).unwrap_or_else(|_| Arc::clone(array)),
        _ => Arc::clone(array),
    };
    let (array, lossy) = text_of_bytes(array);
    report.not_utf8(lossy);
    fast(&array, column.kind).unwrap_or_else(|| by_value(&array, column, first, report))
}

/// Bytes without a note that they are text, as Hive, Impala and old Spark write strings: the text that they are, and how many of them
/// are no UTF-8 and were shown with U+FFFD. Any other array as it is.
pub(super) fn text_of_bytes(array: ArrayRef) -> (ArrayRef, u64) {
    let bytes = match array.data_type() {
        DataType::Binary | DataType::LargeBinary => cast(&array, &DataType::BinaryView),
        DataType::BinaryView => Ok(Arc::clone(&array)),
        _ => return (array, 0),
    };
    let Ok(bytes) = bytes else { return (array, 0) };
    let mut lossy = 0;
    let text = bytes.as_binary_view().iter().map(|value| {
        value.map(|value| {
            let text = String::from_utf8_lossy(value);
            lossy += u64::from(matches!(text, Cow::Owned(_)));
            text
        })
    });
    let text: StringViewArray = text.collect();
    (Arc::new(text), lossy)
}

/// What needs no look at each value.
fn fast(array: &ArrayRef, kind: KqlType) -> Option<ArrayRef> {
    let from = array.data_type();
    match kind {
        KqlType::DateTime => moments(array),
        KqlType::Bool if *from == DataType::Boolean => Some(Arc::clone(array)),
        KqlType::Int | KqlType::Long | KqlType::Real if from.is_numeric() && !matches!(kind_of(from), KqlType::Decimal) => {
            let lossless = matches!((kind_of(from), kind), (KqlType::Int, _) | (_, KqlType::Real) | (KqlType::Long, KqlType::Long));
            // A number that does not fit is told of.
            let options = CastOptions { safe: !lossless, ..CastOptions::default() };
            cast_with_options(array, &kind.arrow(), &options).ok().filter(|cast| lossless || cast.null_count() == array.null_count())
        }
        KqlType::String if matches!(from, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => {
            let text = cast(array, &DataType::Utf8View).ok()?;
            if text.null_count() == 0 {
                return Some(text);
            }
            let text = text.as_string_view();
            Some(Arc::new(StringViewArray::from_iter_values(text.iter().map(Option::unwrap_or_default))))
        }
        _ => None,
    }
}

/// Ticks of timestamps and dates.
fn moments(array: &ArrayRef) -> Option<ArrayRef> {
    let (raw, multiply, divide) = match array.data_type() {
        DataType::Timestamp(unit, _) => {
            let (multiply, divide) = match unit {
                TimeUnit::Second => (10_000_000, 1),
                TimeUnit::Millisecond => (10_000, 1),
                TimeUnit::Microsecond => (10, 1),
                TimeUnit::Nanosecond => (1, 100),
            };
            (cast(array, &DataType::Int64).ok()?, multiply, divide)
        }
        DataType::Date32 => (cast(&cast(array, &DataType::Int32).ok()?, &DataType::Int64).ok()?, DAY, 1),
        DataType::Date64 => (cast(array, &DataType::Int64).ok()?, 10_000, 1),
        _ => return None,
    };
    let ticks = raw.as_primitive::<Int64Type>().iter().map(|value| {
        let ticks = value?.checked_mul(multiply)?.div_euclid(divide).checked_add(UNIX_EPOCH)?;
        (0..=model::ticks::MAX).contains(&ticks).then_some(ticks)
    });
    Some(Arc::new(ticks.collect::<Int64Array>()))
}

fn by_value(array: &ArrayRef, column: &Bound, first: u64, report: &mut Report) -> ArrayRef {
    let mut builder = ColumnBuilder::new(column.kind, array.len());
    let mut values = Values::default();
    let mut json = String::new();
    let from = array.data_type();
    let format = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(array, &format).ok();
    let moments = moments(array);
    for (row, record) in (0..array.len()).zip(first..) {
        if array.is_null(row) {
            builder.missing();
            continue;
        }
        let text = match (&moments, &formatter) {
            _ if from.is_nested() => {
                json.clear();
                nested::write(array, row, 0, &mut json);
                std::mem::take(&mut json)
            }
            (Some(ticks), _) => model::ticks::iso(ticks.as_primitive::<Int64Type>().value(row)),
            (None, Some(formatter)) => formatter.value(row).to_string(),
            (None, None) => String::new(),
        };
        let fit = if from.is_nested() && matches!(column.kind, KqlType::Dynamic | KqlType::String) {
            builder.text(&text);
            Fit::Good
        } else {
            values.text(&mut builder, column.kind, &text, TimeStyle { ..column.style })
        };
        if fit != Fit::Good {
            report.misfit(&column.name, column.kind, fit, &text, record);
        }
    }
    builder.finish()
}
