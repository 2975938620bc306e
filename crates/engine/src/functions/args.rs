//! Typed access to arguments, and kernels made of closures.

use super::{Arg, Call, FunctionError, Kernel, Resolved};
use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, Float64Array, Int32Array, Int64Array, PrimitiveArray, StringViewArray,
    StringViewBuilder, UInt32Array,
};
use arrow::compute;
use arrow::datatypes::{DataType, Int32Type};
use model::{KqlType, Value};
use std::fmt;
use std::sync::Arc;

impl Arg {
    /// The values as they are: one for a constant.
    pub fn array(&self) -> &ArrayRef {
        match self {
            Self::Column(array) | Self::Constant(array) => array,
        }
    }

    pub fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }

    /// As many values as the batch has rows.
    pub fn expanded(&self, rows: usize) -> Result<ArrayRef, FunctionError> {
        match self {
            Self::Column(array) => Ok(Arc::clone(array)),
            Self::Constant(array) => repeat(array, rows),
        }
    }
}

/// The one value of `array`, `rows` times.
pub fn repeat(array: &ArrayRef, rows: usize) -> Result<ArrayRef, FunctionError> {
    if array.len() == rows {
        return Ok(Arc::clone(array));
    }
    compute::take(array, &UInt32Array::from_value(0, rows), None).map_err(|e| error("a constant", e))
}

/// A [`FunctionError`].
pub fn error(function: &str, reason: impl fmt::Display) -> FunctionError {
    FunctionError { function: function.to_owned(), reason: reason.to_string() }
}

/// An argument's values by row, a constant's for each row.
#[derive(Clone, Debug)]
pub struct Cells<A> {
    pub array: A,
    /// 0 for a constant, else 1.
    step: usize,
}

impl<A: Array + Clone + 'static> Cells<A> {
    fn new(arg: &Arg) -> Result<Self, FunctionError> {
        let array = arg.array();
        match array.as_any().downcast_ref::<A>() {
            Some(typed) => Ok(Self { array: typed.clone(), step: usize::from(!arg.is_constant()) }),
            None => Err(error("an argument", format!("a column is laid out as {}", array.data_type()))),
        }
    }

    fn cast(arg: &Arg, to: &DataType) -> Result<Self, FunctionError> {
        let cast = compute::cast(arg.array(), to).map_err(|e| error("an argument", e))?;
        Self::new(&if arg.is_constant() { Arg::Constant(cast) } else { Arg::Column(cast) })
    }

    pub fn is_constant(&self) -> bool {
        self.step == 0
    }

    /// 0 for a constant, else 1: the factor from a row to the place of its value.
    pub fn step(&self) -> usize {
        self.step
    }

    pub fn is_null(&self, row: usize) -> bool {
        self.array.is_null(row * self.step)
    }
}

impl<T: ArrowPrimitiveType> Cells<PrimitiveArray<T>> {
    pub fn get(&self, row: usize) -> Option<T::Native> {
        let at = row * self.step;
        self.array.is_valid(at).then(|| self.array.value(at))
    }
}

impl Cells<BooleanArray> {
    pub fn get(&self, row: usize) -> Option<bool> {
        let at = row * self.step;
        self.array.is_valid(at).then(|| self.array.value(at))
    }
}

impl Cells<StringViewArray> {
    /// The text; empty where there is none.
    pub fn text(&self, row: usize) -> &str {
        self.get(row).unwrap_or("")
    }

    pub fn get(&self, row: usize) -> Option<&str> {
        let at = row * self.step;
        self.array.is_valid(at).then(|| self.array.value(at))
    }
}

/// `long`, `int`, `datetime`, `timespan` (and `bool` as 0 or 1).
pub fn longs(arg: &Arg) -> Result<Cells<Int64Array>, FunctionError> {
    match arg.array().data_type() {
        DataType::Int64 => Cells::new(arg),
        _ => Cells::cast(arg, &DataType::Int64),
    }
}

pub fn ints(arg: &Arg) -> Result<Cells<Int32Array>, FunctionError> {
    Cells::new(arg)
}

/// `real`, and `int` and `long` widened.
pub fn reals(arg: &Arg) -> Result<Cells<Float64Array>, FunctionError> {
    match arg.array().data_type() {
        DataType::Float64 => Cells::new(arg),
        _ => Cells::cast(arg, &DataType::Float64),
    }
}

pub fn bools(arg: &Arg) -> Result<Cells<BooleanArray>, FunctionError> {
    Cells::new(arg)
}

/// `string`, `guid`, `decimal`, `dynamic`: what is laid out as text.
pub fn texts(arg: &Arg) -> Result<Cells<StringViewArray>, FunctionError> {
    match arg.array().data_type() {
        DataType::Utf8View => Cells::new(arg),
        _ => Cells::cast(arg, &DataType::Utf8View),
    }
}

/// `rows` numbers.
pub fn numbers<T: ArrowPrimitiveType>(rows: usize, value: impl FnMut(usize) -> Option<T::Native>) -> ArrayRef {
    Arc::new((0..rows).map(value).collect::<PrimitiveArray<T>>())
}

/// `rows` Booleans that may be null.
pub fn booleans(rows: usize, value: impl FnMut(usize) -> Option<bool>) -> ArrayRef {
    Arc::new((0..rows).map(value).collect::<BooleanArray>())
}

/// `rows` strings, written into one buffer; none is null.
pub fn strings(rows: usize, mut write: impl FnMut(usize, &mut String)) -> ArrayRef {
    let mut builder = StringViewBuilder::with_capacity(rows);
    let mut text = String::new();
    for row in 0..rows {
        text.clear();
        write(row, &mut text);
        builder.append_value(&text);
    }
    Arc::new(builder.finish())
}

/// `rows` texts that may be null (`guid`, `decimal`, `dynamic`): `write` returns whether there is a value.
pub fn nullable_texts(rows: usize, mut write: impl FnMut(usize, &mut String) -> bool) -> ArrayRef {
    let mut builder = StringViewBuilder::with_capacity(rows);
    let mut text = String::new();
    for row in 0..rows {
        text.clear();
        if write(row, &mut text) {
            builder.append_value(&text);
        } else {
            builder.append_null();
        }
    }
    Arc::new(builder.finish())
}

/// `rows` nulls of a type; empty strings for `string`.
pub fn nulls(kql_type: KqlType, rows: usize) -> ArrayRef {
    match kql_type {
        KqlType::String => strings(rows, |_, _| {}),
        other => arrow::array::new_null_array(&other.arrow(), rows),
    }
}

/// A constant as an array of one value.
pub fn constant(value: &Value) -> ArrayRef {
    match value {
        Value::Null(kql_type) => nulls(*kql_type, 1),
        Value::Bool(b) => Arc::new(BooleanArray::from(vec![*b])),
        Value::Int(n) => Arc::new(Int32Array::from(vec![*n])),
        Value::Long(n) | Value::DateTime(n) | Value::TimeSpan(n) => Arc::new(Int64Array::from(vec![*n])),
        Value::Real(x) => Arc::new(Float64Array::from(vec![*x])),
        Value::Decimal(text) | Value::Guid(text) | Value::String(text) | Value::Dynamic(text) => {
            Arc::new(StringViewArray::from(vec![text.as_str()]))
        }
    }
}

/// Numbers of `kql_type` (`int` is narrowed with wrap-around) from longs.
pub fn integers(kql_type: KqlType, rows: usize, mut value: impl FnMut(usize) -> Option<i64>) -> ArrayRef {
    match kql_type {
        KqlType::Int => numbers::<Int32Type>(rows, |row| value(row).map(|n| n as i32)),
        _ => numbers::<arrow::datatypes::Int64Type>(rows, value),
    }
}

struct Closure<F> {
    name: String,
    run: F,
}

impl<F> fmt::Debug for Closure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl<F: Fn(&[Arg], usize) -> Result<ArrayRef, FunctionError> + Send + Sync> Kernel for Closure<F> {
    fn call(&self, args: &[Arg], rows: usize) -> Result<ArrayRef, FunctionError> {
        if rows != 1 && !args.is_empty() && args.iter().all(Arg::is_constant) {
            return repeat(&(self.run)(args, 1)?, rows);
        }
        (self.run)(args, rows)
    }
}

/// A kernel from a closure. A call whose arguments are all constant runs once for all rows.
pub fn kernel<F>(call: &Call, run: F) -> Resolved
where
    F: Fn(&[Arg], usize) -> Result<ArrayRef, FunctionError> + Send + Sync + 'static,
{
    Some(Ok(Arc::new(Closure { name: call.name.to_owned(), run })))
}

/// Refuses a call whose argument can never be good.
pub fn refuse(call: &Call, reason: impl fmt::Display) -> Resolved {
    Some(Err(error(call.name, reason)))
}

impl Call<'_> {
    /// The types of the arguments.
    pub fn types(&self) -> Vec<KqlType> {
        self.args.iter().map(|arg| arg.kql_type).collect()
    }

    /// The constant at a position, if there is one.
    pub fn constant(&self, position: usize) -> Option<&Value> {
        self.args.get(position)?.constant.as_ref()
    }

    /// A constant string.
    pub fn text(&self, position: usize) -> Option<&str> {
        match self.constant(position)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}
