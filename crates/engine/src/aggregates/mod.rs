//! Kusto's aggregates: one file a family.
//!
//! An aggregate keeps one state a group. `…if` forms are their base with a filter (see [`base`]); null inputs are skipped where Kusto does.

mod bits;
mod bounds;
mod collect;
mod count;
mod distinct;
mod moments;
mod percentile;
mod pick;
mod sum;
mod udaf;

pub(crate) use udaf::{aggregate, lineage_aggregate, lineage_of_row};

use crate::error::EngineError;
use arrow::array::ArrayRef;
use model::{KqlType, Value};
use std::fmt::Debug;

/// An aggregate that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spec {
    /// A base name.
    pub name: &'static str,
    pub args: Vec<SpecArg>,
    pub returns: KqlType,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SpecArg {
    pub kql_type: KqlType,
    pub constant: Option<Value>,
}

/// The states of all groups.
pub(crate) trait Aggregator: Debug + Send + Sync {
    /// `groups` has the group of each row; all are below `total`.
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError>;
    /// The results of groups `0..total`; the states are gone after it.
    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError>;
    /// Bytes held, roughly.
    fn size(&self) -> usize;
}

/// The base name, and the position of the predicate for an `…if` form.
pub(crate) fn base(name: &'static str, args: usize) -> (&'static str, Option<usize>) {
    match name {
        "countif" => ("count", Some(0)),
        "sumif" => ("sum", Some(1)),
        "avgif" => ("avg", Some(1)),
        "minif" => ("min", Some(1)),
        "maxif" => ("max", Some(1)),
        "dcountif" => ("dcount", Some(1)),
        "count_distinctif" => ("count_distinct", Some(args.saturating_sub(1))),
        "stdevif" => ("stdev", Some(1)),
        "varianceif" => ("variance", Some(1)),
        "variancepif" => ("variancep", Some(1)),
        "covarianceif" => ("covariance", Some(2)),
        "covariancepif" => ("covariancep", Some(2)),
        "make_list_if" => ("make_list", Some(1)),
        "make_set_if" => ("make_set", Some(1)),
        "make_bag_if" => ("make_bag", Some(1)),
        "take_anyif" | "anyif" => ("take_any", Some(args.saturating_sub(1))),
        "any" => ("take_any", None),
        "argmax" => ("arg_max", None),
        "argmin" => ("arg_min", None),
        "makelist" => ("make_list", None),
        "makeset" => ("make_set", None),
        other => (other, None),
    }
}

/// The aggregate at work; `None` where it is not built.
pub(crate) fn start(spec: &Spec) -> Option<Box<dyn Aggregator>> {
    let first = spec.args.first().map(|a| a.kql_type);
    match (spec.name, first) {
        ("count", _) => Some(Box::new(count::Count::default())),
        ("sum", Some(t)) => sum::sum(t),
        ("avg", Some(t)) => sum::avg(t),
        ("min" | "max", Some(t)) => bounds::bounds(t, spec.name == "max"),
        ("dcount" | "count_distinct", Some(_)) => Some(Box::new(distinct::Distinct::new(spec))),
        ("arg_max" | "arg_min" | "take_any", Some(_)) => pick::pick(spec),
        ("make_list" | "make_list_with_nulls" | "make_set" | "make_bag", Some(_)) => Some(Box::new(collect::Collect::new(spec))),
        ("percentile" | "percentiles_array" | "percentilew" | "percentilesw_array", Some(_)) => percentile::percentile(spec),
        ("stdev" | "stdevp" | "variance" | "variancep" | "covariance" | "covariancep", Some(_)) => moments::moments(spec),
        ("binary_all_and" | "binary_all_or" | "binary_all_xor", Some(_)) => Some(Box::new(bits::Bits::new(spec.name))),
        _ => None,
    }
}

/// Grows the states to `total` groups.
fn grow<T: Default>(states: &mut Vec<T>, total: usize) {
    if states.len() < total {
        states.resize_with(total, T::default);
    }
}

/// All numbers as reals.
fn reals(array: &ArrayRef) -> Result<arrow::array::Float64Array, EngineError> {
    use arrow::array::AsArray;
    use arrow::datatypes::{DataType, Float64Type};
    let cast = match array.data_type() {
        DataType::Float64 => std::sync::Arc::clone(array),
        DataType::Utf8View => arrow::compute::cast(array, &DataType::Float64)?,
        _ => arrow::compute::cast(array, &DataType::Float64)?,
    };
    Ok(cast.as_primitive::<Float64Type>().clone())
}
