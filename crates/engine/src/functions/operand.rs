//! Arguments read as text: a string as it is, a dynamic without its quotes, anything else as `tostring` writes it.

use super::args::{self, Cells, longs, reals, texts};
use super::{Arg, ArgInfo, Call, FunctionError, Kernel};
use crate::dynamic::{self, DynValue};
use arrow::array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, StringViewArray};
use model::{KqlType, Value};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::{Arc, Mutex};

/// How an argument becomes text.
#[derive(Clone, Debug)]
pub(crate) enum ToText {
    Text,
    Dynamic,
    Convert(Arc<dyn Kernel>),
}

impl ToText {
    /// `None` where there is no `tostring` of the type.
    pub(crate) fn new(info: &ArgInfo) -> Option<Self> {
        Some(match info.kql_type {
            KqlType::String | KqlType::Guid => Self::Text,
            KqlType::Dynamic => Self::Dynamic,
            _ => {
                let call = Call { name: "tostring", args: std::slice::from_ref(info), returns: KqlType::String };
                Self::Convert(super::resolve(&call)?.ok()?)
            }
        })
    }

    /// For each of the arguments.
    pub(crate) fn all(infos: &[ArgInfo]) -> Option<Vec<Self>> {
        infos.iter().map(Self::new).collect()
    }

    pub(crate) fn read(&self, arg: &Arg, rows: usize) -> Result<Operand, FunctionError> {
        let cells = match self {
            Self::Text | Self::Dynamic => args::texts(arg)?,
            Self::Convert(kernel) => {
                let rows = if arg.is_constant() { 1 } else { rows };
                let text = kernel.call(std::slice::from_ref(arg), rows)?;
                args::texts(&if arg.is_constant() { Arg::Constant(text) } else { Arg::Column(text) })?
            }
        };
        Ok(Operand { cells, dynamic: matches!(self, Self::Dynamic) })
    }
}

/// An argument's text by row.
#[derive(Debug)]
pub(crate) struct Operand {
    cells: Cells<StringViewArray>,
    dynamic: bool,
}

impl Operand {
    /// A string argument.
    pub(crate) fn strings(arg: &Arg) -> Result<Self, FunctionError> {
        Ok(Self { cells: args::texts(arg)?, dynamic: false })
    }

    pub(crate) fn get(&self, row: usize) -> Cow<'_, str> {
        let text = self.cells.text(row);
        if self.dynamic { dynamic::to_kusto_string(text) } else { Cow::Borrowed(text) }
    }

    /// The texts as `write` has them; those of a batch in which none `changed` are the column itself.
    pub(crate) fn rewritten(&self, rows: usize, changed: impl Fn(&str) -> bool, write: impl Fn(&str, &mut String)) -> ArrayRef {
        if let Some(column) = self.column()
            && column.null_count() == 0
            && !column.iter().flatten().any(&changed)
        {
            return Arc::new(column.clone());
        }
        args::strings(rows, |row, out| write(&self.get(row), out))
    }

    /// Whether there is one value for all rows.
    pub(crate) fn is_constant(&self) -> bool {
        self.cells.is_constant()
    }

    /// The column, where rows are texts as they stand.
    pub(crate) fn column(&self) -> Option<&StringViewArray> {
        (!self.dynamic && !self.cells.is_constant()).then_some(&self.cells.array)
    }
}

/// A constant as text, where the type is a string or a dynamic.
pub(crate) fn constant_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(s) | Value::Guid(s) => Some(Cow::Borrowed(s)),
        Value::Dynamic(d) => Some(dynamic::to_kusto_string(d)),
        Value::Null(KqlType::Dynamic | KqlType::String) => Some(Cow::Borrowed("")),
        _ => None,
    }
}

/// What was built from an argument that was not known when the query was planned: the same for a whole batch, or one of a few (the
/// patterns of policies). When there are too many all are forgotten, so that memory stays bounded.
#[derive(Debug)]
pub(crate) struct Built<T>(Mutex<(FxHashMap<String, Arc<T>>, usize)>);

/// A compiled expression takes some tens of kilobytes.
const MAX_BUILT: usize = 1_000;
/// What is built grows with its argument.
const MAX_KEY_BYTES: usize = 1 << 20;

impl<T> Default for Built<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Built<T> {
    /// What `build` makes of `key`, built once.
    pub(crate) fn get<E>(&self, key: &str, build: impl FnOnce(&str) -> Result<T, E>) -> Result<Arc<T>, E> {
        let mut built = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (values, bytes) = &mut *built;
        if let Some(value) = values.get(key) {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(build(key)?);
        if values.len() >= MAX_BUILT || *bytes + key.len() > MAX_KEY_BYTES {
            values.clear();
            *bytes = 0;
        }
        *bytes += key.len();
        values.insert(key.to_owned(), Arc::clone(&value));
        Ok(value)
    }
}

/// A column of any type, read as dynamics.
#[derive(Debug)]
pub(crate) enum Column {
    Bool(Cells<BooleanArray>),
    Long(Cells<Int64Array>),
    Real(Cells<Float64Array>),
    DateTime(Cells<Int64Array>),
    TimeSpan(Cells<Int64Array>),
    Text(KqlType, Cells<StringViewArray>),
}

impl Column {
    pub(crate) fn read(kql_type: KqlType, arg: &Arg) -> Result<Self, FunctionError> {
        Ok(match kql_type {
            KqlType::Bool => Self::Bool(args::bools(arg)?),
            KqlType::Int | KqlType::Long => Self::Long(longs(arg)?),
            KqlType::Real => Self::Real(reals(arg)?),
            KqlType::DateTime => Self::DateTime(longs(arg)?),
            KqlType::TimeSpan => Self::TimeSpan(longs(arg)?),
            KqlType::String | KqlType::Dynamic | KqlType::Guid | KqlType::Decimal => Self::Text(kql_type, texts(arg)?),
        })
    }

    /// A row's value; a dynamic is parsed.
    pub(crate) fn get(&self, row: usize) -> DynValue {
        match self {
            Self::Bool(cells) => cells.get(row).map(DynValue::Bool),
            Self::Long(cells) => cells.get(row).map(DynValue::Long),
            Self::Real(cells) => cells.get(row).map(DynValue::Real),
            Self::DateTime(cells) => cells.get(row).map(DynValue::DateTime),
            Self::TimeSpan(cells) => cells.get(row).map(DynValue::TimeSpan),
            Self::Text(KqlType::Dynamic, cells) => cells.get(row).map(DynValue::parse),
            Self::Text(KqlType::Guid, cells) => cells.get(row).map(|text| DynValue::Guid(text.to_owned())),
            Self::Text(KqlType::Decimal, cells) => cells.get(row).map(|text| DynValue::Decimal(text.to_owned())),
            Self::Text(_, cells) => Some(DynValue::String(cells.text(row).to_owned())),
        }
        .unwrap_or(DynValue::Null)
    }
}
