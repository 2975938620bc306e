//! Aggregates as DataFusion's aggregate functions.

use super::pick::pick_lineage;
use super::{Aggregator, Spec, start};
use crate::error::{EngineError, NOT_BUILT};
use crate::lineage::LineageAggregator;
use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::compute;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, Expr, GroupsAccumulator, Signature, Volatility};
use kql_syntax::Span;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

#[derive(Debug)]
struct KqlUdaf {
    what: What,
    returns: (DataType, bool),
    signature: Signature,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Value(Spec),
    /// Of all rows of the group.
    Lineage,
    /// Of the row that an `arg_max` or its kin takes.
    LineageOf(Spec),
}

impl KqlUdaf {
    fn start(&self) -> Result<Box<dyn Aggregator>> {
        let (spec, found) = match &self.what {
            What::Lineage => return Ok(Box::new(LineageAggregator::default())),
            What::Value(spec) => (spec, start(spec)),
            What::LineageOf(spec) => (spec, pick_lineage(spec)),
        };
        found.map_or_else(|| internal_err!("no aggregate {}", spec.name), Ok)
    }
}

impl PartialEq for KqlUdaf {
    fn eq(&self, other: &Self) -> bool {
        self.what == other.what
    }
}

impl Eq for KqlUdaf {}

impl Hash for KqlUdaf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

/// The call of an aggregate over `args`, of the rows where `filter` is true.
pub(crate) fn aggregate(spec: Spec, args: Vec<Expr>, filter: Option<Expr>, span: Span) -> Result<Expr, EngineError> {
    if start(&spec).is_none() {
        let types: Vec<_> = spec.args.iter().map(|a| a.kql_type.name()).collect();
        let message = format!("`{}({})` is not available in the local engine", spec.name, types.join(", "));
        return Err(EngineError::at(NOT_BUILT, span, message));
    }
    let returns = (spec.returns.arrow(), spec.returns.nullable());
    Ok(build(What::Value(spec), returns, args, filter))
}

/// The lineage of the rows of a group.
pub(crate) fn lineage_aggregate(column: Expr) -> Expr {
    build(What::Lineage, (DataType::Binary, false), vec![column], None)
}

/// The lineage of the row that an aggregate takes its value from; `args` end with the column of lineage.
pub(crate) fn lineage_of_row(spec: Spec, args: Vec<Expr>) -> Expr {
    build(What::LineageOf(spec), (DataType::Binary, false), args, None)
}

fn build(what: What, returns: (DataType, bool), args: Vec<Expr>, filter: Option<Expr>) -> Expr {
    let signature =
        if args.is_empty() { Signature::nullary(Volatility::Immutable) } else { Signature::user_defined(Volatility::Immutable) };
    let udaf = AggregateUDF::new_from_impl(KqlUdaf { what, returns, signature });
    Expr::AggregateFunction(AggregateFunction::new_udf(Arc::new(udaf), args, false, filter.map(Box::new), Vec::new(), None))
}

impl AggregateUDFImpl for KqlUdaf {
    fn name(&self) -> &str {
        match &self.what {
            What::Value(spec) => spec.name,
            What::Lineage | What::LineageOf(_) => "__lineage",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(arg_types.to_vec())
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(self.returns.0.clone())
    }

    fn return_field(&self, _arg_fields: &[FieldRef]) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(self.name(), self.returns.0.clone(), self.returns.1)))
    }

    fn is_nullable(&self) -> bool {
        self.returns.1
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        // One partition in order: what depends on order sees it without being asked to sort.
        AggregateOrderSensitivity::Insensitive
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Single { inner: self.start()?, returns: args.return_field.data_type().clone() }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[state]", args.name), self.returns.0.clone(), true))])
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups { inner: self.start()?, total: 0 }))
    }
}

fn spilled<T>() -> Result<T> {
    Err(EngineError::limit("the memory limit was reached while grouping; raise --memory or group fewer rows").into())
}

/// All rows are one group.
#[derive(Debug)]
struct Single {
    inner: Box<dyn Aggregator>,
    returns: DataType,
}

impl Accumulator for Single {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = values.first().map_or(0, |v| v.len());
        Ok(self.inner.update(values, &vec![0; rows], 1)?)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let out = self.inner.finish(1)?;
        if *out.data_type() != self.returns {
            return internal_err!("an aggregate gave {} for {}", out.data_type(), self.returns);
        }
        ScalarValue::try_from_array(&out, 0)
    }

    fn size(&self) -> usize {
        self.inner.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        spilled()
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> Result<()> {
        spilled()
    }
}

struct Groups {
    inner: Box<dyn Aggregator>,
    total: usize,
}

impl GroupsAccumulator for Groups {
    fn update_batch(&mut self, values: &[ArrayRef], groups: &[usize], filter: Option<&BooleanArray>, total: usize) -> Result<()> {
        self.total = total;
        let Some(filter) = filter else { return Ok(self.inner.update(values, groups, total)?) };
        let kept = values.iter().map(|v| compute::filter(v, filter)).collect::<Result<Vec<_>, _>>()?;
        let groups: Vec<usize> =
            groups.iter().enumerate().filter(|(n, _)| filter.is_valid(*n) && filter.value(*n)).map(|(_, g)| *g).collect();
        Ok(self.inner.update(&kept, &groups, total)?)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        match emit_to {
            EmitTo::All => Ok(self.inner.finish(self.total)?),
            EmitTo::First(_) => spilled(),
        }
    }

    fn state(&mut self, _emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        spilled()
    }

    fn merge_batch(&mut self, _values: &[ArrayRef], _groups: &[usize], _total: usize) -> Result<()> {
        spilled()
    }

    fn convert_to_state(&self, _values: &[ArrayRef], _filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        spilled()
    }

    fn size(&self) -> usize {
        self.inner.size()
    }
}
