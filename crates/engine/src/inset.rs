//! Kernels of the engine's own: a set of constants, and text that is never null.

use crate::functions::{Arg, FunctionError, Kernel};
use crate::udf;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringViewArray};
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use datafusion::logical_expr::Expr;
use model::KqlType;
use rustc_hash::{FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Whether keys of a type can be looked up in a set.
pub(crate) fn can_match(kql_type: KqlType) -> bool {
    matches!(kql_type, KqlType::String | KqlType::Guid | KqlType::Long | KqlType::Int | KqlType::DateTime | KqlType::TimeSpan)
}

#[derive(Debug)]
enum Set {
    Texts(FxHashSet<Box<str>>),
    Integers(FxHashSet<i64>),
}

/// Whether a key is among the values of some columns of its layout; null is a value like others. `None` where there is nothing to match.
pub(crate) fn matcher(key: Expr, columns: &[ArrayRef]) -> Option<Expr> {
    let layout = columns.first()?.data_type().clone();
    let mut null = false;
    let set = match layout {
        DataType::Utf8View => {
            let mut set = FxHashSet::default();
            for column in columns {
                for v in column.as_string_view() {
                    match v {
                        Some(v) => {
                            set.insert(v.into());
                        }
                        None => null = true,
                    }
                }
            }
            Set::Texts(set)
        }
        DataType::Int64 | DataType::Int32 => {
            let mut set = FxHashSet::default();
            for column in columns {
                null |= column.null_count() > 0;
                match layout {
                    DataType::Int32 => set.extend(column.as_primitive::<Int32Type>().iter().flatten().map(i64::from)),
                    _ => set.extend(column.as_primitive::<Int64Type>().iter().flatten()),
                }
            }
            Set::Integers(set)
        }
        _ => return None,
    };
    let name = format!("__in_{:016x}_{}", digest(&set), columns.iter().map(|c| c.len()).sum::<usize>());
    Some(udf::own(name, Arc::new(InSet { set, null }), (DataType::Boolean, false), vec![key]))
}

/// Tells sets apart: the same for the same members in any order.
fn digest(set: &Set) -> u64 {
    fn one(v: &impl Hash) -> u64 {
        let mut h = FxHasher::default();
        v.hash(&mut h);
        h.finish()
    }
    let mut members: Vec<u64> = match set {
        Set::Texts(set) => {
            let mut members = Vec::with_capacity(set.len());
            members.extend(sorted(set).iter().map(one));
            members
        }
        Set::Integers(set) => sorted(set).iter().map(one).collect(),
    };
    members.sort_unstable();
    one(&members)
}

fn sorted<T: Ord>(set: &FxHashSet<T>) -> Vec<&T> {
    let mut members: Vec<&T> = set.iter().collect();
    members.sort_unstable();
    members
}

#[derive(Debug)]
struct InSet {
    set: Set,
    null: bool,
}

impl Kernel for InSet {
    fn call(&self, args: &[Arg], _rows: usize) -> Result<ArrayRef, FunctionError> {
        let (Some(Arg::Column(keys)) | Some(Arg::Constant(keys))) = args.first() else {
            return Err(FunctionError { function: "in".into(), reason: "no key".into() });
        };
        let out: BooleanArray = match (&self.set, keys.data_type()) {
            (Set::Texts(set), DataType::Utf8View) => {
                keys.as_string_view().iter().map(|v| Some(v.map_or(self.null, |v| set.contains(v)))).collect()
            }
            (Set::Integers(set), DataType::Int32) => {
                keys.as_primitive::<Int32Type>().iter().map(|v| Some(v.map_or(self.null, |v| set.contains(&i64::from(v))))).collect()
            }
            (Set::Integers(set), DataType::Int64) => {
                keys.as_primitive::<Int64Type>().iter().map(|v| Some(v.map_or(self.null, |v| set.contains(&v)))).collect()
            }
            (_, other) => return Err(FunctionError { function: "in".into(), reason: format!("a key of {other}") }),
        };
        Ok(Arc::new(out))
    }
}

/// The text, '' for null.
pub(crate) fn never_null(text: Expr) -> Expr {
    udf::own("__text".into(), Arc::new(NeverNull), (DataType::Utf8View, false), vec![text])
}

#[derive(Debug)]
struct NeverNull;

impl Kernel for NeverNull {
    fn call(&self, args: &[Arg], _rows: usize) -> Result<ArrayRef, FunctionError> {
        let (Some(Arg::Column(texts)) | Some(Arg::Constant(texts))) = args.first() else {
            return Err(FunctionError { function: "text".into(), reason: "no text".into() });
        };
        if texts.null_count() == 0 {
            return Ok(Arc::clone(texts));
        }
        Ok(Arc::new(StringViewArray::from_iter_values(texts.as_string_view().iter().map(Option::unwrap_or_default))))
    }
}
