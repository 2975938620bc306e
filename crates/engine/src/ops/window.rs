//! Functions of a row and its neighbours: `row_number`, `prev`, `next`, `row_cumsum`, `row_rank_…`, `row_window_session`.

use super::held::Held;
use super::sort::rows_of;
use super::{OpArg, column};
use crate::error::{ARGUMENT, EngineError};
use crate::node::{Operator, Run};
use crate::value;
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, UInt32Array};
use arrow::compute;
use arrow::datatypes::{DataType, Field, Float64Type, Int32Type, Int64Type, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use model::{KqlType, Value};
use std::collections::VecDeque;
use std::sync::Arc;

/// One function call.
#[derive(Clone, Debug)]
pub(crate) struct WindowCall {
    pub function: &'static str,
    pub args: Vec<OpArg>,
    pub returns: KqlType,
    /// The output column.
    pub output: String,
}

/// Whether a name is a function of this module.
pub(crate) fn is_window(name: &str) -> bool {
    matches!(name, "row_number" | "prev" | "next" | "row_cumsum" | "row_rank_dense" | "row_rank_min" | "row_window_session")
}

/// Appends one column a call. All calls start anew where a value of `partition` changes.
#[derive(Debug)]
pub(crate) struct Window {
    pub calls: Vec<WindowCall>,
    pub partition: Vec<String>,
}

impl Operator for Window {
    fn name(&self) -> &'static str {
        "KqlWindow"
    }

    fn key(&self) -> String {
        format!("{:?} {:?}", self.calls, self.partition)
    }

    fn output(&self, input: &ArrowSchema) -> Result<Vec<Field>, EngineError> {
        let mut fields: Vec<Field> = input.fields().iter().map(|f| f.as_ref().clone()).collect();
        fields.extend(self.calls.iter().map(|c| Field::new(&c.output, c.returns.arrow(), c.returns.nullable())));
        Ok(fields)
    }

    fn start(&self, input: &SchemaRef, output: SchemaRef) -> Result<Box<dyn Run>, EngineError> {
        if self.partition.is_empty() && self.calls.iter().all(|call| call.function == "row_number" && call.args.len() < 2) {
            let next = self.calls.iter().map(|call| number(call, 0, 1)).collect::<Result<_, _>>()?;
            return Ok(Box::new(Numbered { next, output }));
        }
        Ok(Box::new(WindowRun { calls: self.calls.clone(), partition: self.partition.clone(), output, held: Held::new(input) }))
    }
}

/// Row numbers alone need no neighbours: rows go through as they come.
struct Numbered {
    next: Vec<i64>,
    output: SchemaRef,
}

impl Run for Numbered {
    fn push(&mut self, batch: RecordBatch, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        let mut columns = batch.columns().to_vec();
        for next in &mut self.next {
            let first = *next;
            *next = first.wrapping_add(batch.num_rows() as i64);
            columns.push(Arc::new(Int64Array::from_iter_values((0..batch.num_rows() as i64).map(|n| first.wrapping_add(n)))));
        }
        out.push_back(super::batch(&self.output, columns, batch.num_rows())?);
        Ok(())
    }
}

struct WindowRun {
    calls: Vec<WindowCall>,
    partition: Vec<String>,
    output: SchemaRef,
    held: Held,
}

impl Run for WindowRun {
    fn push(&mut self, batch: RecordBatch, _out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        self.held.push(batch);
        Ok(())
    }

    fn finish(&mut self, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        if self.held.rows() == 0 {
            return Ok(());
        }
        let all = self.held.all()?;
        let starts = starts(&all, &self.partition)?;
        let mut columns = all.columns().to_vec();
        for call in &self.calls {
            columns.push(compute(call, &all, &starts)?);
        }
        out.push_back(super::batch(&self.output, columns, all.num_rows())?);
        Ok(())
    }

    fn size(&self) -> usize {
        self.held.size() * 2
    }
}

/// Whether a partition starts at each row.
fn starts(all: &RecordBatch, partition: &[String]) -> Result<Vec<bool>, EngineError> {
    let mut starts = vec![false; all.num_rows()];
    if let Some(first) = starts.first_mut() {
        *first = true;
    }
    if !partition.is_empty() {
        let columns = partition.iter().map(|p| column(all, p)).collect::<Result<Vec<_>, _>>()?;
        let rows = rows_of(&columns)?;
        for (row, start) in starts.iter_mut().enumerate().skip(1) {
            *start = rows.row(row) != rows.row(row - 1);
        }
    }
    Ok(starts)
}

fn values(call: &WindowCall, n: usize, all: &RecordBatch) -> Result<Option<ArrayRef>, EngineError> {
    Ok(match call.args.get(n) {
        None => None,
        Some(OpArg::Column(name)) => Some(column(all, name)?),
        Some(OpArg::Constant(v)) => {
            let one = value::array(std::iter::once(v), v.kql_type());
            Some(compute::take(&one, &UInt32Array::from_value(0, all.num_rows()), None)?)
        }
    })
}

fn constant(call: &WindowCall, n: usize) -> Result<Option<Value>, EngineError> {
    match call.args.get(n) {
        None => Ok(None),
        Some(OpArg::Constant(v)) => Ok(Some(v.clone())),
        Some(OpArg::Column(..)) => Err(EngineError::new(ARGUMENT, format!("{}: argument {} must be a constant", call.function, n + 1))),
    }
}

fn number(call: &WindowCall, n: usize, default: i64) -> Result<i64, EngineError> {
    Ok(match constant(call, n)? {
        Some(Value::Long(v) | Value::TimeSpan(v) | Value::DateTime(v)) => v,
        Some(Value::Int(v)) => i64::from(v),
        _ => default,
    })
}

/// Where the calculation starts anew: a partition's start, or the restart argument at `n`.
fn restarts(call: &WindowCall, n: usize, all: &RecordBatch, starts: &[bool]) -> Result<Vec<bool>, EngineError> {
    let Some(flags) = values(call, n, all)? else { return Ok(starts.to_vec()) };
    let flags =
        flags.as_boolean_opt().ok_or_else(|| EngineError::new(ARGUMENT, format!("{}: the restart must be a bool", call.function)))?;
    Ok(starts.iter().enumerate().map(|(row, start)| *start || (flags.is_valid(row) && flags.value(row))).collect())
}

fn compute(call: &WindowCall, all: &RecordBatch, starts: &[bool]) -> Result<ArrayRef, EngineError> {
    let rows = all.num_rows();
    match call.function {
        "row_number" => {
            let first = number(call, 0, 1)?;
            let restarts = restarts(call, 1, all, starts)?;
            let mut next = first;
            Ok(Arc::new(Int64Array::from_iter_values(restarts.iter().map(|restart| {
                let at = if *restart { first } else { next };
                next = at.wrapping_add(1);
                at
            }))))
        }
        "prev" | "next" => shift(call, all, starts),
        "row_cumsum" => cumsum(call, all, &restarts(call, 1, all, starts)?),
        "row_rank_dense" | "row_rank_min" => {
            let term = needed(call, 0, all)?;
            let terms = rows_of(&[term])?;
            let restarts = restarts(call, 1, all, starts)?;
            let (mut rank, mut position) = (0i64, 0i64);
            Ok(Arc::new(Int64Array::from_iter_values((0..rows).map(|row| {
                if restarts[row] {
                    (rank, position) = (1, 1);
                } else {
                    position += 1;
                    if terms.row(row) != terms.row(row - 1) {
                        rank = if call.function == "row_rank_dense" { rank + 1 } else { position };
                    }
                }
                rank
            }))))
        }
        "row_window_session" => session(call, all, starts),
        other => Err(EngineError::internal(format!("no window function {other}"))),
    }
}

fn needed(call: &WindowCall, n: usize, all: &RecordBatch) -> Result<ArrayRef, EngineError> {
    values(call, n, all)?.ok_or_else(|| EngineError::internal(format!("{} lacks argument {n}", call.function)))
}

fn shift(call: &WindowCall, all: &RecordBatch, starts: &[bool]) -> Result<ArrayRef, EngineError> {
    let rows = all.num_rows();
    let column = needed(call, 0, all)?;
    let offset = number(call, 1, 1)?;
    if offset < 1 {
        return Err(EngineError::new(ARGUMENT, format!("{}: the offset must be at least 1", call.function)));
    }
    let default = match constant(call, 2)? {
        Some(v) => value::array(std::iter::once(&v), call.returns),
        None => value::array(std::iter::once(&Value::Null(call.returns)), call.returns),
    };
    if default.data_type() != column.data_type() {
        return Err(EngineError::internal(format!("{}: the default is {}", call.function, default.data_type())));
    }
    // The partition that each row is in.
    let mut part = 0u32;
    let parts: Vec<u32> = starts
        .iter()
        .map(|s| {
            part += u32::from(*s);
            part
        })
        .collect();
    let indices: Vec<(usize, usize)> = (0..rows)
        .map(|row| {
            let at = if call.function == "prev" { (row as i64).checked_sub(offset) } else { (row as i64).checked_add(offset) };
            let at = at.and_then(|a| usize::try_from(a).ok()).filter(|a| *a < rows && parts[*a] == parts[row]);
            at.map_or((1, 0), |a| (0, a))
        })
        .collect();
    Ok(compute::interleave(&[&column, &default], &indices)?)
}

fn cumsum(call: &WindowCall, all: &RecordBatch, restarts: &[bool]) -> Result<ArrayRef, EngineError> {
    let term = needed(call, 0, all)?;
    Ok(match (term.data_type(), call.returns.arrow()) {
        (DataType::Float64, _) => {
            let term = term.as_primitive::<Float64Type>();
            let mut sum = 0.0;
            Arc::new(Float64Array::from_iter_values(restarts.iter().enumerate().map(|(row, restart)| {
                sum = if *restart { 0.0 } else { sum } + if term.is_valid(row) { term.value(row) } else { 0.0 };
                sum
            })))
        }
        (DataType::Int64 | DataType::Int32, returned) => {
            let get = |row: usize| match term.data_type() {
                _ if term.is_null(row) => 0,
                DataType::Int32 => i64::from(term.as_primitive::<Int32Type>().value(row)),
                _ => term.as_primitive::<Int64Type>().value(row),
            };
            let mut sum = 0i64;
            let sums: ArrayRef = Arc::new(Int64Array::from_iter_values(restarts.iter().enumerate().map(|(row, restart)| {
                sum = if *restart { 0 } else { sum }.wrapping_add(get(row));
                sum
            })));
            if returned == DataType::Int64 { sums } else { compute::cast(&sums, &returned)? }
        }
        (other, _) => {
            return Err(EngineError::new(
                crate::error::NOT_BUILT,
                format!("`row_cumsum` over {other} is not available in the local engine"),
            ));
        }
    })
}

fn session(call: &WindowCall, all: &RecordBatch, starts: &[bool]) -> Result<ArrayRef, EngineError> {
    let times = needed(call, 0, all)?;
    let times = times
        .as_primitive_opt::<Int64Type>()
        .ok_or_else(|| EngineError::new(ARGUMENT, "row_window_session: the first argument must be a datetime"))?;
    let (from_first, between) = (number(call, 1, i64::MAX)?, number(call, 2, i64::MAX)?);
    let restarts = restarts(call, 3, all, starts)?;
    let (mut first, mut last): (Option<i64>, Option<i64>) = (None, None);
    Ok(Arc::new(Int64Array::from_iter((0..times.len()).map(|row| {
        if times.is_null(row) {
            (first, last) = (None, None);
            return None;
        }
        let at = times.value(row);
        let goes_on = !restarts[row]
            && first.is_some_and(|f| at.saturating_sub(f) <= from_first)
            && last.is_some_and(|l| at.saturating_sub(l) <= between);
        if !goes_on {
            first = Some(at);
        }
        last = Some(at);
        first
    }))))
}
