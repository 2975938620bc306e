//! `make-series`: aggregates over even steps of an axis, as arrays.

use super::column;
use super::held::Held;
use crate::aggregates::{Spec, start};
use crate::dynamic::DynValue;
use crate::error::{ARGUMENT, EngineError, LIMIT};
use crate::node::{Operator, Run};
use crate::value;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringViewBuilder, UInt32Array};
use arrow::compute;
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use arrow::row::{RowConverter, SortField};
use model::{KqlType, Value};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Points of one series.
const MAX_POINTS: i64 = 1_048_576;

#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub spec: Spec,
    /// `None`: any column will do.
    pub args: Vec<Option<String>>,
    pub filter: Option<String>,
    /// Where a step has no row; 0 unless said.
    pub default: Option<Value>,
    pub output: String,
}

/// One row a combination of keys; the input is columns named here and the hidden ones, which count as keys.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub keys: Vec<String>,
    pub axis: String,
    pub axis_type: KqlType,
    pub from: Option<Value>,
    pub to: Option<Value>,
    pub step: Value,
    pub made: Vec<Made>,
    pub axis_output: String,
}

impl Operator for Series {
    fn name(&self) -> &'static str {
        "KqlSeries"
    }

    fn key(&self) -> String {
        format!("{self:?}")
    }

    fn output(&self, input: &ArrowSchema) -> Result<Vec<Field>, EngineError> {
        let mut fields = self.keys.iter().map(|k| Ok(input.field_with_name(k)?.clone())).collect::<Result<Vec<_>, EngineError>>()?;
        fields.extend(self.made.iter().map(|m| Field::new(&m.output, DataType::Utf8View, true)));
        fields.push(Field::new(&self.axis_output, DataType::Utf8View, true));
        Ok(fields)
    }

    fn start(&self, input: &SchemaRef, output: SchemaRef) -> Result<Box<dyn Run>, EngineError> {
        Ok(Box::new(SeriesRun { series: self.clone(), output, held: Held::new(input) }))
    }
}

struct SeriesRun {
    series: Series,
    output: SchemaRef,
    held: Held,
}

/// Where the axis starts, how far a step goes, how many steps there are.
enum Axis {
    Whole { from: i64, step: i64, points: i64 },
    Real { from: f64, step: f64, points: i64 },
}

impl Axis {
    fn points(&self) -> usize {
        match self {
            Self::Whole { points, .. } | Self::Real { points, .. } => *points as usize,
        }
    }

    /// The step that a row belongs to.
    fn at(&self, axis: &ArrayRef, row: usize) -> Option<usize> {
        if axis.is_null(row) {
            return None;
        }
        let n = match self {
            Self::Whole { from, step, points } => {
                let n = axis.as_primitive::<Int64Type>().value(row).checked_sub(*from)?.div_euclid(*step);
                (0..*points).contains(&n).then_some(n)?
            }
            Self::Real { from, step, points } => {
                let n = ((axis.as_primitive::<Float64Type>().value(row) - from) / step).floor() as i64;
                (0..*points).contains(&n).then_some(n)?
            }
        };
        usize::try_from(n).ok()
    }

    fn value(&self, n: usize, kql_type: KqlType) -> DynValue {
        match self {
            Self::Whole { from, step, .. } => {
                let v = from.wrapping_add(step.wrapping_mul(n as i64));
                match kql_type {
                    KqlType::DateTime => DynValue::DateTime(v),
                    KqlType::TimeSpan => DynValue::TimeSpan(v),
                    _ => DynValue::Long(v),
                }
            }
            Self::Real { from, step, .. } => DynValue::Real(from + step * n as f64),
        }
    }
}

fn whole(v: &Value) -> Option<i64> {
    match v {
        Value::Long(v) | Value::DateTime(v) | Value::TimeSpan(v) => Some(*v),
        Value::Int(v) => Some(i64::from(*v)),
        Value::Real(v) => Some(*v as i64),
        _ => None,
    }
}

fn real(v: &Value) -> Option<f64> {
    match v {
        Value::Real(v) => Some(*v),
        other => whole(other).map(|v| v as f64),
    }
}

impl SeriesRun {
    fn axis(&self, axis: &ArrayRef) -> Result<Option<Axis>, EngineError> {
        let s = &self.series;
        let bad = || EngineError::new(ARGUMENT, "make-series: the step must be above 0");
        let built = if *axis.data_type() == DataType::Float64 {
            let values = axis.as_primitive::<Float64Type>();
            let step = real(&s.step).filter(|v| *v > 0.0).ok_or_else(bad)?;
            let Some(from) = s.from.as_ref().map_or_else(|| compute::min(values).map(|m| (m / step).floor() * step), real) else {
                return Ok(None);
            };
            let points = match &s.to {
                Some(to) => real(to).map(|t| ((t - from) / step).ceil() as i64),
                None => compute::max(values).map(|m| ((m - from) / step).floor() as i64 + 1),
            };
            Axis::Real { from, step, points: points.unwrap_or(0).max(0) }
        } else {
            let values = axis.as_primitive::<Int64Type>();
            let step = whole(&s.step).filter(|v| *v > 0).ok_or_else(bad)?;
            let Some(from) = s.from.as_ref().map_or_else(|| compute::min(values).map(|m| m.div_euclid(step) * step), whole) else {
                return Ok(None);
            };
            let points = match &s.to {
                Some(to) => whole(to).map(|t| (i128::from(t) - i128::from(from) + i128::from(step) - 1).div_euclid(i128::from(step))),
                None => compute::max(values).map(|m| (i128::from(m) - i128::from(from)).div_euclid(i128::from(step)) + 1),
            };
            Axis::Whole { from, step, points: i64::try_from(points.unwrap_or(0).max(0)).unwrap_or(i64::MAX) }
        };
        if let Axis::Whole { points, .. } | Axis::Real { points, .. } = built
            && points > MAX_POINTS
        {
            return Err(EngineError::new(LIMIT, format!("make-series would make more than {MAX_POINTS} points")));
        }
        Ok(Some(built))
    }
}

impl Run for SeriesRun {
    fn push(&mut self, batch: RecordBatch, _out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        self.held.push(batch);
        Ok(())
    }

    fn finish(&mut self, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        let all = self.held.all()?;
        let s = &self.series;
        let mut axis_values = column(&all, &s.axis)?;
        if *axis_values.data_type() == DataType::Int32 {
            axis_values = compute::cast(&axis_values, &DataType::Int64)?;
        }
        let Some(axis) = self.axis(&axis_values)? else { return Ok(()) };
        let points = axis.points();
        if points == 0 {
            return Ok(());
        }

        let keys = s.keys.iter().map(|k| column(&all, k)).collect::<Result<Vec<_>, _>>()?;
        // Rows outside of the axis make no series.
        let mut series_of: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        let mut firsts: Vec<u32> = Vec::new();
        let (mut inside, mut groups) = (Vec::new(), Vec::new());
        let rows = if keys.is_empty() {
            None
        } else {
            Some(RowConverter::new(keys.iter().map(|k| SortField::new(k.data_type().clone())).collect())?.convert_columns(&keys)?)
        };
        if keys.is_empty() {
            series_of.insert(Vec::new(), 0);
        }
        for row in 0..all.num_rows() {
            let at = axis.at(&axis_values, row);
            inside.push(at.is_some());
            if let Some(at) = at {
                let key = rows.as_ref().map_or_else(Vec::new, |r| r.row(row).as_ref().to_vec());
                let next = series_of.len();
                let series = *series_of.entry(key).or_insert_with(|| {
                    firsts.push(super::index(row));
                    next
                });
                groups.push(series * points + at);
            }
        }
        let series_count = series_of.len();
        let inside = BooleanArray::from(inside);
        let mut filled = vec![false; series_count * points];
        groups.iter().for_each(|g| filled[*g] = true);

        let first_rows = UInt32Array::from(firsts);
        let mut columns = keys.iter().map(|k| compute::take(k, &first_rows, None)).collect::<Result<Vec<ArrayRef>, _>>()?;
        for made in &s.made {
            columns.push(self.values(made, &all, &inside, &groups, &filled, series_count, points)?);
        }
        let times = DynValue::Array((0..points).map(|n| axis.value(n, s.axis_type)).collect()).encode();
        let mut builder = StringViewBuilder::new();
        (0..series_count).for_each(|_| builder.append_value(&times));
        columns.push(Arc::new(builder.finish()));
        out.push_back(super::batch(&self.output, columns, series_count)?);
        Ok(())
    }

    fn size(&self) -> usize {
        self.held.size() * 2
    }
}

impl SeriesRun {
    #[expect(clippy::too_many_arguments, reason = "the shape of one grouping")]
    fn values(
        &self,
        made: &Made,
        all: &RecordBatch,
        inside: &BooleanArray,
        groups: &[usize],
        filled: &[bool],
        series: usize,
        points: usize,
    ) -> Result<ArrayRef, EngineError> {
        let total = series * points;
        let mut aggregator = start(&made.spec).ok_or_else(|| EngineError::internal("an aggregate is gone"))?;
        let any: ArrayRef = Arc::new(BooleanArray::from(vec![true; all.num_rows()]));
        let mut args = Vec::new();
        for arg in &made.args {
            let values = match arg {
                Some(name) => column(all, name)?,
                None => Arc::clone(&any),
            };
            args.push(compute::filter(&values, inside)?);
        }
        let mut groups = groups.to_vec();
        if let Some(filter) = &made.filter {
            let mask = compute::filter(&column(all, filter)?, inside)?;
            let mask = mask.as_boolean();
            let mask = if mask.null_count() == 0 { mask.clone() } else { compute::prep_null_mask_filter(mask) };
            args = args.iter().map(|a| compute::filter(a, &mask)).collect::<Result<_, _>>()?;
            groups = groups.iter().enumerate().filter(|(n, _)| mask.value(*n)).map(|(_, g)| *g).collect();
        }
        aggregator.update(&args, &groups, total)?;
        let results = aggregator.finish(total)?;
        let default = made.default.as_ref().map_or(DynValue::Long(0), DynValue::from);
        let mut builder = StringViewBuilder::new();
        for n in 0..series {
            let items = (n * points..(n + 1) * points)
                .map(|at| if filled[at] { DynValue::from(&value::from_array(&results, made.spec.returns, at)) } else { default.clone() })
                .collect();
            builder.append_value(DynValue::Array(items).encode());
        }
        Ok(Arc::new(builder.finish()))
    }
}
