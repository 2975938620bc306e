//! Takes batches of evidence, in the reader's threads: filters them, keeps what is wanted, counts.

use super::stats::{self, TableStats};
use super::store::{self, Keeping, Kept};
use super::wants::TablePlan;
use crate::error::EngineError;
use crate::observer::Observer;
use crate::stop::Stop;
use arrow::array::{Array, AsArray, BooleanArray, BooleanBufferBuilder, UInt32Array};
use arrow::compute;
use arrow::datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef, UInt32Type};
use arrow::record_batch::RecordBatch;
use datafusion::common::DFSchema;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};
use model::{Batch, FileRef, OFFSET_COLUMN, RECORD_COLUMN, ReadError, Sink};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Read errors that are kept; more are counted.
const MAX_ERRORS: usize = 100_000;
/// Of this many rows one is left: then the rest of a filter looks at those alone.
const FEW: usize = 8;

/// The pass at work.
pub struct PassSink<'a> {
    tables: BTreeMap<Arc<str>, Table>,
    counts: Mutex<BTreeMap<Arc<str>, u64>>,
    errors: Mutex<(Vec<ReadError>, u64)>,
    warnings: Mutex<Vec<(FileRef, String)>>,
    failure: Mutex<Option<EngineError>>,
    believable: i64,
    budget: usize,
    held: AtomicUsize,
    temp_dir: Option<PathBuf>,
    stop: &'a Stop,
    stopped: AtomicBool,
    observer: &'a dyn Observer,
}

struct Table {
    schema: SchemaRef,
    /// Of the kept batches: the kept columns, then the two hidden ones.
    kept_schema: SchemaRef,
    kept: Vec<usize>,
    conjuncts: Vec<Arc<dyn PhysicalExpr>>,
    groups: Vec<Vec<usize>>,
    time: Option<usize>,
    host: Option<usize>,
    keeping: Mutex<Keeping>,
    stats: Mutex<TableStats>,
}

/// What the pass leaves behind.
#[derive(Debug, Default)]
pub struct Passed {
    pub kept: BTreeMap<Arc<str>, Arc<Kept>>,
    pub stats: BTreeMap<Arc<str>, TableStats>,
    /// In order of file and place.
    pub errors: Vec<ReadError>,
    /// Read errors, those beyond the cap included.
    pub error_count: u64,
    pub warnings: Vec<(FileRef, String)>,
    /// Whether reading ended before the evidence did.
    pub stopped: bool,
}

impl<'a> PassSink<'a> {
    pub(crate) fn new(
        plans: &BTreeMap<Arc<str>, TablePlan>,
        believable: i64,
        budget: usize,
        temp_dir: Option<PathBuf>,
        stop: &'a Stop,
        observer: &'a dyn Observer,
    ) -> Result<Self, EngineError> {
        let tables = plans.iter().map(|(name, plan)| Ok((Arc::clone(name), Table::new(plan)?))).collect::<Result<_, EngineError>>()?;
        Ok(Self {
            tables,
            counts: Mutex::default(),
            errors: Mutex::default(),
            warnings: Mutex::default(),
            failure: Mutex::default(),
            believable,
            budget,
            held: AtomicUsize::new(0),
            temp_dir,
            stop,
            stopped: AtomicBool::new(false),
            observer,
        })
    }

    fn take(&self, batch: &Batch) -> Result<(), EngineError> {
        let Some(table) = self.tables.get(&batch.table) else { return Ok(()) };
        let rows = table.checked(&batch.rows)?;
        let stats =
            stats::of_batch(table.time.map(|n| rows.column(n)), table.host.map(|n| rows.column(n)), rows.num_rows(), self.believable);
        let kept = table.wanted(&rows)?;
        let mut all = table.stats.lock().unwrap_or_else(PoisonError::into_inner);
        all.merge(&stats);
        all.kept += kept.as_ref().map_or(0, |k| k.num_rows() as u64);
        drop(all);
        if let Some(kept) = kept {
            self.keep(table, kept)?;
        }
        Ok(())
    }

    fn keep(&self, table: &Table, batch: RecordBatch) -> Result<(), EngineError> {
        let mut keeping = table.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        let before = keeping.bytes();
        keeping.push(batch)?;
        let grown = keeping.bytes() - before;
        let held = self.held.fetch_add(grown, Ordering::Relaxed) + grown;
        // The table that meets the limit gives way where it holds a fair part, so that no small file is written for each batch.
        if held > self.budget && keeping.bytes() * (self.tables.len() + 1) >= self.budget {
            let freed = keeping.bytes();
            keeping.spill(self.temp_dir.as_ref())?;
            self.held.fetch_sub(freed, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Ends the pass.
    pub fn finish(self) -> Result<Passed, EngineError> {
        if let Some(error) = self.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let mut passed = Passed { stopped: self.stopped.into_inner(), ..Passed::default() };
        for (name, table) in self.tables {
            let keeping = table.keeping.into_inner().unwrap_or_else(PoisonError::into_inner);
            tracing::debug!(table = %name, rows = keeping.rows(), bytes = keeping.bytes(), "kept");
            passed.kept.insert(Arc::clone(&name), Arc::new(keeping.finish()?));
            passed.stats.insert(name, table.stats.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
        for (name, count) in self.counts.into_inner().unwrap_or_else(PoisonError::into_inner) {
            passed.stats.entry(name).or_default().records += count;
        }
        let (mut errors, count) = self.errors.into_inner().unwrap_or_else(PoisonError::into_inner);
        errors.sort_by(|a, b| (&a.file, a.record, a.offset, &a.reason).cmp(&(&b.file, b.record, b.offset, &b.reason)));
        (passed.errors, passed.error_count) = (errors, count);
        let mut warnings = self.warnings.into_inner().unwrap_or_else(PoisonError::into_inner);
        warnings.sort();
        passed.warnings = warnings;
        Ok(passed)
    }
}

impl Table {
    fn new(plan: &TablePlan) -> Result<Self, EngineError> {
        let mut fields: Vec<Field> =
            plan.columns.columns.iter().map(|c| Field::new(&*c.name, c.kql_type.arrow(), c.kql_type.nullable())).collect();
        fields.push(Field::new(RECORD_COLUMN, DataType::Int64, false));
        fields.push(Field::new(OFFSET_COLUMN, DataType::Int64, false));
        let schema = Arc::new(ArrowSchema::new(fields));
        let mut kept = plan.kept.clone();
        kept.extend([plan.columns.columns.len(), plan.columns.columns.len() + 1]);
        let df_schema = DFSchema::try_from(schema.as_ref().clone())?;
        let conjuncts = plan
            .conjuncts
            .iter()
            .map(|c| create_physical_expr(c, &df_schema, &ExecutionProps::new(), &PhysicalPlanningContext::default()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            kept_schema: Arc::new(schema.project(&kept)?),
            schema,
            kept,
            conjuncts,
            groups: plan
                .groups
                .iter()
                .map(|g| {
                    let mut group: Vec<usize> = g.iter().copied().collect();
                    group.sort_by_key(|n| cost(&plan.conjuncts[*n]));
                    group
                })
                .collect(),
            time: plan.time,
            host: plan.host,
            keeping: Mutex::default(),
            stats: Mutex::default(),
        })
    }

    /// The batch under our schema. A reader that broke its word is an error here, not wrong rows later.
    fn checked(&self, batch: &RecordBatch) -> Result<RecordBatch, EngineError> {
        let fits = batch.num_columns() == self.schema.fields().len()
            && self.schema.fields().iter().zip(batch.schema().fields()).all(|(ours, theirs)| ours.name() == theirs.name());
        if !fits {
            let names = |s: &SchemaRef| s.fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>().join(", ");
            return Err(EngineError::internal(format!("a reader gave the columns {} for {}", names(&batch.schema()), names(&self.schema))));
        }
        crate::ops::batch(&self.schema, batch.columns().to_vec(), batch.num_rows())
    }

    /// The rows that some scan wants, under the kept columns.
    fn wanted(&self, rows: &RecordBatch) -> Result<Option<RecordBatch>, EngineError> {
        if self.groups.is_empty() || rows.num_rows() == 0 {
            return Ok(None);
        }
        let mut known: Vec<Option<BooleanArray>> = vec![None; self.conjuncts.len()];
        let mut wanted: Option<BooleanArray> = None;
        for group in &self.groups {
            if group.is_empty() {
                return Ok(Some(self.keep_all(rows)?));
            }
            if let Some(mask) = self.group(group, rows, &mut known)? {
                wanted = Some(match wanted {
                    Some(wanted) => compute::or(&wanted, &mask)?,
                    None => mask,
                });
            }
        }
        let Some(wanted) = wanted.filter(|w| w.true_count() > 0) else { return Ok(None) };
        let columns = self.kept.iter().map(|&n| Arc::clone(rows.column(n))).collect();
        let batch = crate::ops::batch(&self.kept_schema, columns, rows.num_rows())?;
        Ok(Some(store::filter(&batch, &wanted)?))
    }

    /// Which rows satisfy all conjuncts of a group; `None` for none. What is known of all rows is shared between groups; once few rows are
    /// left, only those are looked at.
    fn group(&self, group: &[usize], rows: &RecordBatch, known: &mut [Option<BooleanArray>]) -> Result<Option<BooleanArray>, EngineError> {
        let mut mask: Option<BooleanArray> = None;
        let mut left: Option<(RecordBatch, UInt32Array)> = None;
        for &conjunct in group {
            if let Some((batch, at)) = &left {
                let values = self.evaluate(conjunct, batch)?;
                if values.true_count() == 0 {
                    return Ok(None);
                }
                if values.true_count() < values.len() {
                    let at = compute::filter(at, &values)?;
                    left = Some((compute::filter_record_batch(batch, &values)?, at.as_primitive::<UInt32Type>().clone()));
                }
                continue;
            }
            let values = match &known[conjunct] {
                Some(values) => values.clone(),
                None => {
                    let values = self.evaluate(conjunct, rows)?;
                    known[conjunct] = Some(values.clone());
                    values
                }
            };
            let next = match mask {
                Some(mask) => compute::and(&mask, &values)?,
                None => values,
            };
            let count = next.true_count();
            if count == 0 {
                return Ok(None);
            }
            if count * FEW <= rows.num_rows() {
                let at = UInt32Array::from_iter_values(next.values().set_indices().map(crate::ops::index));
                left = Some((compute::filter_record_batch(rows, &next)?, at));
            }
            mask = Some(next);
        }
        let Some((_, at)) = left else { return Ok(mask) };
        let mut found = BooleanBufferBuilder::new(rows.num_rows());
        found.append_n(rows.num_rows(), false);
        at.values().iter().for_each(|&n| found.set_bit(n as usize, true));
        Ok(Some(BooleanArray::new(found.finish(), None)))
    }

    /// Whether each row satisfies a conjunct; null is no.
    fn evaluate(&self, conjunct: usize, rows: &RecordBatch) -> Result<BooleanArray, EngineError> {
        let values = self.conjuncts[conjunct].evaluate(rows)?.into_array(rows.num_rows())?;
        let values = values.as_boolean();
        Ok(if values.null_count() == 0 { values.clone() } else { compute::prep_null_mask_filter(values) })
    }

    fn keep_all(&self, rows: &RecordBatch) -> Result<RecordBatch, EngineError> {
        let columns = self.kept.iter().map(|&n| Arc::clone(rows.column(n))).collect();
        Ok(store::compact(&crate::ops::batch(&self.kept_schema, columns, rows.num_rows())?))
    }
}

/// What a conjunct costs, roughly: the texts that it compares, its calls, those of regular expressions more. Numbers come first.
fn cost(expr: &Expr) -> usize {
    let mut cost = 0;
    let walked = expr.apply(|e| {
        cost += match e {
            Expr::Literal(text, _) if text.data_type().is_string() => 4,
            Expr::ScalarFunction(f) => match f.func.name() {
                "extract" | "extract_all" | "matches regex" | "replace_regex" | "parse_json" | "parse_url" | "split" => 100,
                "==" | "!=" | "<" | "<=" | ">" | ">=" | "isnull" | "isnotnull" | "isempty" | "isnotempty" | "not" => 1,
                _ => 5,
            },
            _ => 0,
        };
        Ok(TreeNodeRecursion::Continue)
    });
    walked.map_or(usize::MAX, |_| cost)
}

impl Sink for PassSink<'_> {
    fn batch(&self, batch: Batch) -> ControlFlow<()> {
        // What was read before the stop is taken all the same.
        let due = self.stop.due();
        if due {
            self.stopped.store(true, Ordering::Relaxed);
        }
        match self.take(&batch) {
            Ok(()) if due => ControlFlow::Break(()),
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                ControlFlow::Break(())
            }
        }
    }

    fn error(&self, error: ReadError) {
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        errors.1 += 1;
        if errors.0.len() < MAX_ERRORS {
            errors.0.push(error);
        }
    }

    fn warning(&self, file: &FileRef, text: String) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push((file.clone(), text));
    }

    fn records(&self, table: &Arc<str>, count: u64) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(Arc::clone(table)).or_default() += count;
    }

    fn progress(&self, bytes: u64) {
        self.observer.progress(bytes);
    }
}
