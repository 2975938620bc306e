//! `== != < <= > >=`. Equality is total but for two nulls: `null == 5` is false, `null != 5` is true, `null == null` is null. The
//! others are null where either side is.

use super::dynamic_comparison;
use crate::functions::args::{Cells, bools, ints, kernel, longs, reals, texts};
use crate::functions::{Arg, Call, FunctionError, Resolved};
use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::kernels::cmp;
use model::KqlType;
use std::cmp::Ordering;
use std::sync::Arc;

/// One of the six.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Op {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "==" => Self::Eq,
            "!=" => Self::Ne,
            "<" => Self::Lt,
            "<=" => Self::Le,
            ">" => Self::Gt,
            ">=" => Self::Ge,
            _ => return None,
        })
    }

    /// Whether it holds of two values in that order; `None`: they have none (NaN).
    pub(super) fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Eq => order == Some(Ordering::Equal),
            Self::Ne => order != Some(Ordering::Equal),
            Self::Lt => order == Some(Ordering::Less),
            Self::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::Gt => order == Some(Ordering::Greater),
            Self::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

pub(super) fn resolve(call: &Call) -> Resolved {
    use KqlType::{Bool, DateTime, Dynamic, Guid, Int, Long, Real, String, TimeSpan};
    let op = Op::named(call.name)?;
    match *call.types().as_slice() {
        [Int, Int] => kernel(call, move |args, rows| Ok(primitive(op, &ints(&args[0])?, &ints(&args[1])?, rows))),
        [Int | Long, Int | Long] | [DateTime, DateTime] | [TimeSpan, TimeSpan] => {
            kernel(call, move |args, rows| Ok(primitive(op, &longs(&args[0])?, &longs(&args[1])?, rows)))
        }
        [Int | Long | Real, Int | Long | Real] => {
            kernel(call, move |args, rows| Ok(primitive(op, &reals(&args[0])?, &reals(&args[1])?, rows)))
        }
        [Bool, Bool] => kernel(call, move |args, rows| {
            let (a, b) = (bools(&args[0])?, bools(&args[1])?);
            Ok(by_row(op, rows, |row| a.get(row), |row| b.get(row)))
        }),
        [String, String] => kernel(call, move |args, rows| strings(op, args, rows)),
        [Guid, Guid] => kernel(call, move |args, rows| {
            let (a, b) = (texts(&args[0])?, texts(&args[1])?);
            Ok(by_row(op, rows, |row| a.get(row), |row| b.get(row)))
        }),
        [Dynamic, _] | [_, Dynamic] => dynamic_comparison::resolve(call, op),
        _ => None,
    }
}

/// Which of `rows` values are there; `None`: all.
fn validity<A: Array + Clone + 'static>(cells: &Cells<A>, rows: usize) -> Option<BooleanBuffer> {
    match (cells.is_constant(), cells.array.logical_nulls()) {
        (_, None) => None,
        (false, Some(nulls)) => (nulls.null_count() > 0).then(|| nulls.inner().clone()),
        (true, Some(nulls)) => nulls.is_null(0).then(|| BooleanBuffer::new_unset(rows)),
    }
}

/// The answer from the comparison of the values and from where the two sides have one.
pub(super) fn with_nulls(op: Op, bits: BooleanBuffer, a: Option<BooleanBuffer>, b: Option<BooleanBuffer>) -> ArrayRef {
    if a.is_none() && b.is_none() {
        return Arc::new(BooleanArray::new(bits, None));
    }
    let full = BooleanBuffer::new_set(bits.len());
    let (a, b) = (a.unwrap_or_else(|| full.clone()), b.unwrap_or(full));
    let both = &a & &b;
    Arc::new(match op {
        Op::Eq => BooleanArray::new(&bits & &both, Some(NullBuffer::new(&a | &b))),
        Op::Ne => BooleanArray::new(&bits | &!&both, Some(NullBuffer::new(&a | &b))),
        _ => BooleanArray::new(bits, Some(NullBuffer::new(both))),
    })
}

fn collect<T: ArrowPrimitiveType>(
    a: &Cells<PrimitiveArray<T>>,
    b: &Cells<PrimitiveArray<T>>,
    rows: usize,
    f: impl Fn(&T::Native, &T::Native) -> bool,
) -> BooleanBuffer {
    let (left, right) = (a.array.values(), b.array.values());
    match (a.is_constant(), b.is_constant()) {
        (false, false) => BooleanBuffer::collect_bool(rows, |row| f(&left[row], &right[row])),
        (false, true) => {
            let right = right[0];
            BooleanBuffer::collect_bool(rows, |row| f(&left[row], &right))
        }
        (true, false) => {
            let left = left[0];
            BooleanBuffer::collect_bool(rows, |row| f(&left, &right[row]))
        }
        (true, true) => BooleanBuffer::collect_bool(rows, |_| f(&left[0], &right[0])),
    }
}

fn primitive<T: ArrowPrimitiveType>(op: Op, a: &Cells<PrimitiveArray<T>>, b: &Cells<PrimitiveArray<T>>, rows: usize) -> ArrayRef
where
    T::Native: PartialOrd,
{
    let bits = match op {
        Op::Eq => collect(a, b, rows, |x, y| x == y),
        Op::Ne => collect(a, b, rows, |x, y| x != y),
        Op::Lt => collect(a, b, rows, |x, y| x < y),
        Op::Le => collect(a, b, rows, |x, y| x <= y),
        Op::Gt => collect(a, b, rows, |x, y| x > y),
        Op::Ge => collect(a, b, rows, |x, y| x >= y),
    };
    with_nulls(op, bits, validity(a, rows), validity(b, rows))
}

/// For what is compared a row at a time.
pub(super) fn by_row<T: PartialOrd>(
    op: Op,
    rows: usize,
    left: impl Fn(usize) -> Option<T>,
    right: impl Fn(usize) -> Option<T>,
) -> ArrayRef {
    crate::functions::args::booleans(rows, |row| one(op, left(row), right(row)))
}

/// The answer for one pair of values.
pub(super) fn one<T: PartialOrd>(op: Op, left: Option<T>, right: Option<T>) -> Option<bool> {
    match (left, right) {
        (Some(a), Some(b)) => Some(op.holds(a.partial_cmp(&b))),
        (None, None) => None,
        _ => match op {
            Op::Eq => Some(false),
            Op::Ne => Some(true),
            _ => None,
        },
    }
}

/// Strings, by ordinal; none is null.
fn strings(op: Op, args: &[Arg], rows: usize) -> Result<ArrayRef, FunctionError> {
    let (a, b) = (texts(&args[0])?, texts(&args[1])?);
    if a.array.null_count() > 0 || b.array.null_count() > 0 {
        return Ok(by_row(op, rows, |row| Some(a.text(row)), |row| Some(b.text(row))));
    }
    let (left, right);
    let (left, right): (&dyn arrow::array::Datum, &dyn arrow::array::Datum) = match (a.is_constant(), b.is_constant()) {
        (false, false) | (true, true) => (&a.array, &b.array),
        (false, true) => {
            right = arrow::array::Scalar::new(&b.array);
            (&a.array, &right)
        }
        (true, false) => {
            left = arrow::array::Scalar::new(&a.array);
            (&left, &b.array)
        }
    };
    let compare = match op {
        Op::Eq => cmp::eq,
        Op::Ne => cmp::neq,
        Op::Lt => cmp::lt,
        Op::Le => cmp::lt_eq,
        Op::Gt => cmp::gt,
        Op::Ge => cmp::gt_eq,
    };
    Ok(Arc::new(compare(left, right).map_err(|e| crate::functions::args::error("a comparison", e))?))
}
