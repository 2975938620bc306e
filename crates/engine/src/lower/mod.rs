//! From the checked form to DataFusion's logical plans.
//!
//! Inside plans a column is `c` and its position in the relation's schema; a plan has at least the columns that are needed above it,
//! and the hidden ones. A query is lowered twice: before the pass, to learn what its scans want, with unknowns (now, what `toscalar`
//! yields over evidence) as placeholders; and after it, with their values.

mod aggregate;
mod expand;
mod join;
mod leaf;
mod refs;
mod scalar;
mod series;
mod shape;
mod text;

pub(crate) use refs::{tables, uses_now};

use crate::env::{Env, Phase};
use crate::error::{EngineError, INTERNAL, Result};
use crate::lineage;
use crate::value;
use arrow::record_batch::RecordBatch;
use datafusion::common::Column;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use kql_bind::checked::{Rel, RelKind};
use model::{Schema, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Columns by position.
pub(crate) type Need = BTreeSet<usize>;

/// Nesting of relations and scalars beyond this is refused.
pub(crate) const MAX_DEPTH: usize = 400;

/// A relation as a plan.
#[derive(Clone, Debug)]
pub(crate) struct Lowered {
    pub plan: LogicalPlan,
    /// Hidden columns of the plan, by name: lineage, and the row numbers of `mv-apply`.
    pub hidden: Vec<String>,
    /// Known to have no rows.
    pub empty: bool,
}

/// Rows that were computed while lowering.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub batches: Vec<RecordBatch>,
}

/// What of a query was computed in either phase; by the address of its relation in the checked form.
#[derive(Debug, Default)]
pub(crate) struct Computed {
    scalars: BTreeMap<usize, Value>,
    lists: BTreeMap<usize, Value>,
    constants: BTreeMap<usize, Rows>,
    /// By id, and whether lineage comes with it.
    shared: BTreeMap<(usize, bool), Rows>,
    /// The columns of a shared relation that its uses need, by id.
    needs: BTreeMap<usize, Need>,
}

/// A shared relation that was met before the pass.
#[derive(Clone, Debug)]
struct Pending {
    input: Arc<Rel>,
    lineage: bool,
    /// The columns it was lowered with.
    lowered: Option<Need>,
}

/// Lowers the relations of one query in one phase.
pub(crate) struct Lowerer<'e> {
    pub env: &'e Env,
    pub computed: &'e mut Computed,
    pub lineage: bool,
    /// Before the pass: plans beside the main one whose scans count too.
    roots: Vec<LogicalPlan>,
    pending: BTreeMap<usize, Pending>,
    /// Shared relations that are among the roots already.
    rooted: BTreeSet<usize>,
    /// Row ids of the `mv-apply` bodies that are being lowered, outermost first, with their rows.
    applies: Vec<Lowered>,
    fresh: usize,
    depth: usize,
}

/// A column of a plan by its name, without parsing it.
pub(crate) fn named(name: impl Into<String>) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

/// A relation's column.
pub(crate) fn nth(index: usize) -> Expr {
    named(value::column_name(index))
}

pub(crate) fn all(schema: &Schema) -> Need {
    (0..schema.columns.len()).collect()
}

impl<'e> Lowerer<'e> {
    pub(crate) fn new(env: &'e Env, computed: &'e mut Computed, lineage: bool) -> Self {
        Self {
            env,
            computed,
            lineage,
            roots: Vec::new(),
            pending: BTreeMap::new(),
            rooted: BTreeSet::new(),
            applies: Vec::new(),
            fresh: 0,
            depth: 0,
        }
    }

    /// The plan of a query: all columns of its relation in order, then the lineage.
    pub(crate) fn query(&mut self, rel: &Rel) -> Result<LogicalPlan> {
        let need = all(&rel.schema);
        let lowered = self.lower(rel, &need)?;
        let plan = self.exactly(lowered, &need)?.plan;
        check(&plan, &rel.schema)?;
        Ok(plan)
    }

    /// Whether what is not built was refused in an earlier lowering, so that what has no rows need not be looked at.
    fn refused_already(&self) -> bool {
        matches!(self.env.phase, Phase::After { .. })
    }

    /// A name that no other column has.
    fn fresh(&mut self, what: &str) -> String {
        self.fresh += 1;
        format!("__{what}{}", self.fresh)
    }

    pub(crate) fn lower(&mut self, rel: &Rel, need: &Need) -> Result<Lowered> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(EngineError::at(crate::error::LIMIT, rel.span, format!("the query nests deeper than {MAX_DEPTH} operators")));
        }
        let lowered = self.dispatch(rel, need).map_err(|e| e.or_at(rel.span));
        self.depth -= 1;
        lowered
    }

    fn dispatch(&mut self, rel: &Rel, need: &Need) -> Result<Lowered> {
        match &rel.kind {
            RelKind::Scan { table } => self.scan(rel, table, need),
            RelKind::Table(table) => self.table(rel, table),
            RelKind::Values { rows } => self.values(rel, rows),
            RelKind::Unit => self.unit(),
            RelKind::Empty => self.nothing(&rel.schema),
            RelKind::Range { from, to, step } => self.range(rel, from, to, step),
            RelKind::Filter { input, predicate } => self.filter(input, predicate, need),
            RelKind::Project { input, exprs } => self.project(rel, input, exprs, need),
            RelKind::Aggregate { input, keys, aggregates } => self.aggregate(rel, input, keys, aggregates, need),
            RelKind::Distinct { input } => self.distinct(input),
            RelKind::Sort { input, keys, limit } => self.sort(input, keys, limit.as_ref(), need),
            RelKind::Take { input, count } => self.take(input, count, need),
            RelKind::Join { left, right, kind, on } => self.join(rel, left, right, *kind, on, need),
            RelKind::Union { inputs } => self.union(rel, inputs, need),
            RelKind::MvExpand(expand) => self.mv_expand(rel, expand, need),
            RelKind::MvApply { expand, body, outer } => self.mv_apply(rel, expand, body, outer, need),
            RelKind::ApplyInput => self.apply_input(rel),
            RelKind::Parse { input, operand, pattern, outputs } => self.parse(rel, input, operand, pattern, outputs, need),
            RelKind::ParseKv { input, operand, pattern, outputs } => self.parse_kv(rel, input, operand, pattern, outputs, need),
            RelKind::MakeSeries(series) => self.make_series(rel, series),
            RelKind::Serialize { input } => self.lower(input, need),
            RelKind::Shared { id, input } => self.shared(*id, input, need),
            RelKind::Plugin { name, input, args } => self.plugin(rel, name, input, args),
        }
    }

    /// The same rows with the needed columns in order and the hidden ones.
    fn exactly(&mut self, lowered: Lowered, need: &Need) -> Result<Lowered> {
        let exprs = need.iter().map(|&n| (value::column_name(n), nth(n))).collect();
        self.select(lowered, exprs)
    }

    /// A projection that keeps the hidden columns.
    fn select(&mut self, lowered: Lowered, mut exprs: Vec<(String, Expr)>) -> Result<Lowered> {
        exprs.extend(lowered.hidden.iter().map(|h| (h.clone(), named(h))));
        if exprs.is_empty() {
            // Plans without columns lose their row count in places.
            exprs.push((self.fresh("row"), value::literal(&Value::Bool(true))));
        }
        let exprs: Vec<Expr> = exprs
            .into_iter()
            .map(|(name, e)| if matches!(&e, Expr::Column(c) if c.name == name && c.relation.is_none()) { e } else { e.alias(name) })
            .collect();
        let plan = LogicalPlanBuilder::from(lowered.plan).project(exprs)?.build()?;
        Ok(Lowered { plan, ..lowered })
    }

    /// No rows, under all columns of a schema.
    fn nothing(&mut self, schema: &Schema) -> Result<Lowered> {
        let lowered = self.memory(schema, Vec::new())?;
        Ok(Lowered { empty: true, ..lowered })
    }

    /// The hidden columns of rows that no record stands behind.
    fn without_record(&self) -> Vec<(String, Expr)> {
        if self.lineage { vec![(lineage::COLUMN.to_owned(), lineage::none())] } else { Vec::new() }
    }
}

/// A plan's columns against the schema that the binder gave: types, and no string that may be null.
fn check(plan: &LogicalPlan, schema: &Schema) -> Result<()> {
    for (column, field) in schema.columns.iter().zip(plan.schema().fields()) {
        if *field.data_type() != column.kql_type.arrow() {
            let message = format!("column {} is {} in the plan and {} in the query", column.name, field.data_type(), column.kql_type);
            return Err(EngineError::new(INTERNAL, message));
        }
        if !column.kql_type.nullable() && field.is_nullable() {
            return Err(EngineError::new(INTERNAL, format!("the string column {} may be null in the plan", column.name)));
        }
    }
    Ok(())
}

/// Shared ownership is the checked form's; a relation is known by where it lies.
fn address(rel: &Arc<Rel>) -> usize {
    Arc::as_ptr(rel) as usize
}
