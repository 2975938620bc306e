//! Relations without inputs.

use super::{Lowered, Lowerer, Need, Pending, Rows, named, refs};
use crate::env::Phase;
use crate::error::{ARGUMENT, EngineError, LIMIT, Result};
use crate::node;
use crate::ops::compact::Compact;
use crate::table::EvidenceTable;
use crate::{lineage, value};
use arrow::array::{ArrayRef, Float64Array, Int64Array};
use arrow::datatypes::{DataType, Field, Schema as ArrowSchema};
use arrow::record_batch::RecordBatch;
use datafusion::common::DFSchema;
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::{EmptyRelation, LogicalPlan, LogicalPlanBuilder};
use kql_bind::checked::{Rel, Scalar};
use model::{KqlType, RECORD_COLUMN, Schema, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows that `range` may make.
const MAX_RANGE: usize = 20_000_000;

impl Lowerer<'_> {
    pub(super) fn scan(&mut self, rel: &Rel, table: &Arc<str>, need: &Need) -> Result<Lowered> {
        if !self.env.offered(table) {
            return self.nothing(&rel.schema);
        }
        let kept = match &self.env.phase {
            Phase::Before => None,
            Phase::After { kept, .. } => kept.get(table).cloned(),
        };
        let provider = Arc::new(EvidenceTable::new(Arc::clone(table), &rel.schema, kept, self.env.stop.clone()));
        let mut exprs = Vec::new();
        let cheapest = rel.schema.columns.iter().position(|c| c.kql_type == KqlType::DateTime).unwrap_or(0);
        let only = Need::from([cheapest]);
        let mut projection = Vec::new();
        for &n in if need.is_empty() { &only } else { need } {
            projection.push(n);
            exprs.push(named(&*rel.schema.columns[n].name).alias(value::column_name(n)));
        }
        if self.lineage {
            projection.push(rel.schema.columns.len());
            exprs.push(lineage::of_record(named(RECORD_COLUMN)).alias(lineage::COLUMN));
        }
        let reference = datafusion::common::TableReference::bare(&**table);
        let plan = LogicalPlanBuilder::scan(reference, provider_as_source(provider), Some(projection))?.project(exprs)?.build()?;
        Ok(Lowered { plan, hidden: self.leaf_hidden(), empty: false })
    }

    fn leaf_hidden(&self) -> Vec<String> {
        if self.lineage { vec![lineage::COLUMN.to_owned()] } else { Vec::new() }
    }

    /// Rows at hand under a schema.
    pub(super) fn memory(&mut self, schema: &Schema, batches: Vec<RecordBatch>) -> Result<Lowered> {
        let layout = value::plan_schema(schema);
        if batches.iter().all(|b| b.num_rows() == 0) {
            let mut fields: Vec<Field> = layout.fields().iter().map(|f| f.as_ref().clone()).collect();
            if self.lineage {
                fields.push(Field::new(lineage::COLUMN, DataType::Binary, false));
            }
            let schema = Arc::new(DFSchema::try_from(ArrowSchema::new(fields))?);
            let plan = LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema });
            return Ok(Lowered { plan, hidden: self.leaf_hidden(), empty: true });
        }
        self.at_hand(schema, &super::all(schema), batches)
    }

    /// Stands for rows that are not known before the pass. Unlike [`Self::nothing`] it is no empty relation to the optimiser, which would
    /// take away what is joined to it, scans of evidence included.
    fn unknown_rows(&mut self, schema: &Schema) -> Result<Lowered> {
        self.at_hand(schema, &super::all(schema), Vec::new())
    }

    /// Rows with the columns of a schema that are in `held`, in order.
    fn at_hand(&mut self, schema: &Schema, held: &Need, batches: Vec<RecordBatch>) -> Result<Lowered> {
        let fields: Vec<Field> = held.iter().map(|&n| value::plan_field(n, schema.columns[n].kql_type)).collect();
        let layout = Arc::new(ArrowSchema::new(fields));
        // Rows of a shared relation bring their lineage with them.
        let width = held.len();
        let with_lineage = self.lineage && !batches.is_empty() && batches.iter().all(|b| b.num_columns() > width);
        let layout = if with_lineage {
            let mut fields: Vec<Field> = layout.fields().iter().map(|f| f.as_ref().clone()).collect();
            fields.push(Field::new(lineage::COLUMN, DataType::Binary, false));
            Arc::new(ArrowSchema::new(fields))
        } else {
            layout
        };
        let batches = batches
            .into_iter()
            .map(|b| {
                if b.num_columns() < layout.fields().len() {
                    return Err(EngineError::internal("rows at hand lack a column"));
                }
                crate::ops::batch(&layout, b.columns()[..layout.fields().len()].to_vec(), b.num_rows())
            })
            .collect::<Result<Vec<_>>>()?;
        let table = MemTable::try_new(layout, vec![batches])?;
        let mut exprs: Vec<_> = held.iter().map(|&n| super::nth(n).alias(value::column_name(n))).collect();
        if with_lineage {
            exprs.push(named(lineage::COLUMN).alias(lineage::COLUMN));
        } else {
            exprs.extend(self.without_record().into_iter().map(|(name, e)| e.alias(name)));
        }
        // Each place has a name of its own, so that two uses of the same rows are told apart.
        let name = self.fresh("rows");
        let reference = datafusion::common::TableReference::bare(name);
        let plan = LogicalPlanBuilder::scan(reference, provider_as_source(Arc::new(table)), None)?.project(exprs)?;
        Ok(Lowered { plan: plan.build()?, hidden: self.leaf_hidden(), empty: false })
    }

    pub(super) fn table(&mut self, rel: &Rel, table: &model::NamedTable) -> Result<Lowered> {
        let batches = table
            .batches
            .iter()
            .map(|batch| {
                // By name where the relation has other columns than the batch, by position elsewhere.
                let columns: Vec<ArrayRef> = rel
                    .schema
                    .columns
                    .iter()
                    .enumerate()
                    .map(|(n, c)| {
                        let at = batch.schema().index_of(&c.name).unwrap_or(n);
                        batch
                            .columns()
                            .get(at)
                            .cloned()
                            .ok_or_else(|| EngineError::internal(format!("a table lacks the column {}", c.name)))
                    })
                    .collect::<Result<_>>()?;
                crate::ops::batch(&value::plan_schema(&rel.schema), columns, batch.num_rows())
            })
            .collect::<Result<Vec<_>>>()?;
        self.memory(&rel.schema, batches)
    }

    pub(super) fn values(&mut self, rel: &Rel, rows: &[Vec<Value>]) -> Result<Lowered> {
        let columns = rel
            .schema
            .columns
            .iter()
            .enumerate()
            .map(|(n, c)| value::array(rows.iter().map(|r| r.get(n).unwrap_or(&Value::Null(KqlType::Dynamic))), c.kql_type))
            .collect();
        let batch = crate::ops::batch(&value::plan_schema(&rel.schema), columns, rows.len())?;
        self.memory(&rel.schema, vec![batch])
    }

    pub(super) fn unit(&mut self) -> Result<Lowered> {
        let plan = LogicalPlanBuilder::empty(true).build()?;
        let lowered = Lowered { plan, hidden: Vec::new(), empty: false };
        if !self.lineage {
            return Ok(lowered);
        }
        let lowered = self.select(lowered, vec![(lineage::COLUMN.to_owned(), lineage::none())])?;
        Ok(Lowered { hidden: self.leaf_hidden(), ..lowered })
    }

    pub(super) fn range(&mut self, rel: &Rel, from: &Scalar, to: &Scalar, step: &Scalar) -> Result<Lowered> {
        let kql_type = rel.schema.columns.first().map_or(KqlType::Long, |c| c.kql_type);
        let (Some(from_v), Some(to_v), Some(step_v)) = (self.constant(from)?, self.constant(to)?, self.constant(step)?) else {
            // Known after the pass; no scan stands on it.
            return self.unknown_rows(&rel.schema);
        };
        let too_many = || EngineError::at(LIMIT, rel.span, format!("`range` would make more than {MAX_RANGE} rows"));
        let values: ArrayRef = if kql_type == KqlType::Real {
            let (Some(a), Some(b), Some(s)) = (real(&from_v), real(&to_v), real(&step_v)) else { return self.nothing(&rel.schema) };
            let count = if s == 0.0 || (b - a) / s < 0.0 { 0.0 } else { ((b - a) / s + 1e-9).floor() + 1.0 };
            if count.is_nan() || count > MAX_RANGE as f64 {
                return Err(too_many());
            }
            Arc::new(Float64Array::from_iter_values((0..count as usize).map(|n| a + n as f64 * s)))
        } else {
            let (Some(a), Some(b), Some(s)) = (integer(&from_v), integer(&to_v), integer(&step_v)) else {
                return self.nothing(&rel.schema);
            };
            if s == 0 {
                return Err(EngineError::at(ARGUMENT, step.span, "the step of `range` must not be 0"));
            }
            let span = (i128::from(b) - i128::from(a)) / i128::from(s);
            let goes = if s > 0 { a <= b } else { a >= b };
            let count = if goes { span + 1 } else { 0 };
            if count > MAX_RANGE as i128 {
                return Err(too_many());
            }
            let values: Int64Array = Int64Array::from_iter_values((0..count as i64).map(|n| a + n * s));
            if kql_type == KqlType::Int { arrow::compute::cast(&values, &DataType::Int32)? } else { Arc::new(values) }
        };
        let rows = values.len();
        let batch = crate::ops::batch(&value::plan_schema(&rel.schema), vec![values], rows)?;
        self.memory(&rel.schema, vec![batch])
    }

    /// Computed once where that saves work or keeps it the same; else lowered in each place, so that filters reach its scans.
    pub(super) fn shared(&mut self, id: usize, input: &Arc<Rel>, need: &Need) -> Result<Lowered> {
        let rests = refs::rests(input, &|t| self.env.offered(t));
        if rests.apply || !(rests.costly || rests.volatile) {
            return self.lower(input, need);
        }
        let waits = rests.evidence || rests.now || rests.volatile;
        if matches!(self.env.phase, Phase::Before) && waits {
            // What all uses need is known when all are lowered: see `finish`.
            let pending = self.pending.entry(id).or_insert_with(|| Pending { input: Arc::clone(input), lineage: false, lowered: None });
            pending.lineage |= self.lineage;
            self.computed.needs.entry(id).or_default().extend(need);
            return self.unknown_rows(&input.schema);
        }
        let mut held = match self.computed.needs.get(&id) {
            Some(held) if waits && need.is_subset(held) => held.clone(),
            _ => super::all(&input.schema),
        };
        if held.is_empty() && !input.schema.columns.is_empty() {
            held.insert(0);
        }
        let rows = match self.computed.shared.get(&(id, self.lineage)) {
            Some(rows) => rows.clone(),
            None => {
                let plan = self.shared_plan(input, &held)?;
                let rows = Rows { batches: self.env.execute(&plan, None)? };
                self.computed.shared.insert((id, self.lineage), rows.clone());
                rows
            }
        };
        if rows.batches.is_empty() {
            return self.nothing(&input.schema);
        }
        self.at_hand(&input.schema, &held, rows.batches)
    }

    fn shared_plan(&mut self, input: &Arc<Rel>, held: &Need) -> Result<LogicalPlan> {
        self.outside(|inner| {
            let lowered = inner.lower(input, held)?;
            node::apply(Arc::new(Compact), inner.exactly(lowered, held)?.plan)
        })
    }

    /// The plans of all that is computed beside the main plan before the pass; shared relations with the columns that their uses need.
    pub(crate) fn finish(mut self) -> Result<Vec<LogicalPlan>> {
        let mut plans: BTreeMap<usize, LogicalPlan> = BTreeMap::new();
        loop {
            // Lowering one may make another needed, or more of it.
            let next =
                self.pending.iter().find(|(id, p)| p.lowered.as_ref() != self.computed.needs.get(id)).map(|(id, p)| (*id, p.clone()));
            let Some((id, pending)) = next else { break };
            let need = self.computed.needs.get(&id).cloned().unwrap_or_default();
            if let Some(p) = self.pending.get_mut(&id) {
                p.lowered = Some(need.clone());
            }
            let mut held = need;
            if held.is_empty() && !pending.input.schema.columns.is_empty() {
                held.insert(0);
            }
            let lineage = std::mem::replace(&mut self.lineage, pending.lineage);
            let plan = self.shared_plan(&pending.input, &held);
            self.lineage = lineage;
            plans.insert(id, plan?);
        }
        let mut all = self.roots;
        all.extend(plans.into_values());
        Ok(all)
    }
}

fn real(v: &Value) -> Option<f64> {
    match v {
        Value::Real(v) => Some(*v),
        Value::Long(v) => Some(*v as f64),
        Value::Int(v) => Some(f64::from(*v)),
        _ => None,
    }
}

fn integer(v: &Value) -> Option<i64> {
    match v {
        Value::Long(v) | Value::DateTime(v) | Value::TimeSpan(v) => Some(*v),
        Value::Int(v) => Some(i64::from(*v)),
        _ => None,
    }
}
