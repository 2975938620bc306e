//! The one plan node of our own: an operator that sees its input as batches in order.

use crate::error::EngineError;
use crate::stop::Stop;
use arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DFSchema, DFSchemaRef, Result, internal_err};
use datafusion::execution::context::QueryPlanner;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNode, UserDefinedLogicalNodeCore};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};
use futures::StreamExt;
use std::collections::{HashSet, VecDeque};
use std::fmt::{self, Debug};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Rows of a batch that an operator hands on.
pub(crate) const BATCH_ROWS: usize = 8192;

/// What an operator is. Refers to columns by their names in the plan.
pub(crate) trait Operator: Debug + Send + Sync {
    fn name(&self) -> &'static str;
    /// All that tells it from another operator of the same name.
    fn key(&self) -> String;
    /// The output columns, given the input's.
    fn output(&self, input: &ArrowSchema) -> Result<Vec<Field>, EngineError>;
    /// Columns that a filter beneath the operator could not see or must not touch; `None` for all.
    fn keeps_filters(&self) -> Option<Vec<String>> {
        None
    }
    fn start(&self, input: &SchemaRef, output: SchemaRef) -> Result<Box<dyn Run>, EngineError>;
}

/// An operator at work.
pub(crate) trait Run: Send {
    fn push(&mut self, batch: RecordBatch, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError>;
    fn finish(&mut self, _out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        Ok(())
    }
    /// Whether no more input is needed.
    fn done(&self) -> bool {
        false
    }
    /// Bytes held.
    fn size(&self) -> usize {
        0
    }
}

/// A plan with the operator on top.
pub(crate) fn apply(operator: Arc<dyn Operator>, input: LogicalPlan) -> Result<LogicalPlan, EngineError> {
    let node = OperatorNode::new(operator, input)?;
    Ok(LogicalPlan::Extension(Extension { node: Arc::new(node) }))
}

#[derive(Debug)]
struct OperatorNode {
    operator: Arc<dyn Operator>,
    key: String,
    input: LogicalPlan,
    schema: DFSchemaRef,
}

impl OperatorNode {
    fn new(operator: Arc<dyn Operator>, input: LogicalPlan) -> Result<Self, EngineError> {
        let fields = operator.output(input.schema().as_arrow())?;
        let schema = Arc::new(DFSchema::try_from(ArrowSchema::new(fields))?);
        Ok(Self { key: operator.key(), operator, input, schema })
    }
}

impl PartialEq for OperatorNode {
    fn eq(&self, other: &Self) -> bool {
        self.operator.name() == other.operator.name() && self.key == other.key && self.input == other.input
    }
}

impl Eq for OperatorNode {}

impl PartialOrd for OperatorNode {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        (self.operator.name(), &self.key).partial_cmp(&(other.operator.name(), &other.key))
    }
}

impl Hash for OperatorNode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.operator.name().hash(state);
        self.key.hash(state);
        self.input.hash(state);
    }
}

impl UserDefinedLogicalNodeCore for OperatorNode {
    fn name(&self) -> &str {
        self.operator.name()
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        match self.operator.keeps_filters() {
            Some(columns) => columns.into_iter().collect(),
            None => self.schema.fields().iter().map(|f| f.name().clone()).collect(),
        }
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.operator.name(), self.key)
    }

    fn with_exprs_and_inputs(&self, _exprs: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        match inputs.pop() {
            Some(input) if inputs.is_empty() => Ok(Self::new(Arc::clone(&self.operator), input)?),
            _ => internal_err!("{} takes one input", self.operator.name()),
        }
    }
}

#[derive(Debug)]
struct OperatorExec {
    operator: Arc<dyn Operator>,
    key: String,
    input: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
    stop: Stop,
}

impl OperatorExec {
    fn new(operator: Arc<dyn Operator>, key: String, input: Arc<dyn ExecutionPlan>, schema: SchemaRef, stop: Stop) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        Self { operator, key, input, properties: Arc::new(properties), stop }
    }
}

impl DisplayAs for OperatorExec {
    fn fmt_as(&self, _t: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.operator.name(), self.key)
    }
}

impl ExecutionPlan for OperatorExec {
    fn name(&self) -> &str {
        self.operator.name()
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(&self, _f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        match children.pop() {
            Some(input) => Ok(Arc::new(Self::new(
                Arc::clone(&self.operator),
                self.key.clone(),
                input,
                Arc::clone(self.properties.eq_properties.schema()),
                self.stop.clone(),
            ))),
            None => internal_err!("{} takes one input", self.operator.name()),
        }
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let _ = partition;
        // A union has a partition for each input: they are read one after the other.
        let partitions = self.input.properties().partitioning.partition_count();
        let inputs = (0..partitions).map(|p| self.input.execute(p, Arc::clone(&context))).collect::<Result<VecDeque<_>>>()?;
        let input_schema = self.input.schema();
        let schema = Arc::clone(self.properties.eq_properties.schema());
        let reservation = MemoryConsumer::new(self.operator.name()).register(context.memory_pool());
        let state = State {
            run: self.operator.start(&input_schema, Arc::clone(&schema))?,
            inputs,
            ready: VecDeque::new(),
            ended: false,
            reservation,
            stop: self.stop.clone(),
        };
        let stream = futures::stream::try_unfold(state, |mut state| async move { Ok(state.next().await?.map(|batch| (batch, state))) });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream)))
    }
}

struct State {
    run: Box<dyn Run>,
    inputs: VecDeque<SendableRecordBatchStream>,
    ready: VecDeque<RecordBatch>,
    ended: bool,
    reservation: datafusion::execution::memory_pool::MemoryReservation,
    stop: Stop,
}

impl State {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                if batch.num_rows() > BATCH_ROWS {
                    self.ready.push_front(batch.slice(BATCH_ROWS, batch.num_rows() - BATCH_ROWS));
                    return Ok(Some(batch.slice(0, BATCH_ROWS)));
                }
                if batch.num_rows() == 0 {
                    continue;
                }
                return Ok(Some(batch));
            }
            if self.ended {
                return Ok(None);
            }
            self.stop.check()?;
            let next = match self.inputs.front_mut() {
                Some(input) if !self.run.done() => input.next().await,
                _ => None,
            };
            if next.is_none() && self.inputs.pop_front().is_some() && !self.run.done() {
                continue;
            }
            match next {
                Some(batch) => {
                    self.run.push(batch?, &mut self.ready)?;
                    self.reservation.try_resize(self.run.size())?;
                }
                None => {
                    self.ended = true;
                    self.run.finish(&mut self.ready)?;
                    self.reservation.free();
                }
            }
        }
    }
}

/// Plans the node.
#[derive(Debug)]
pub(crate) struct Planner {
    pub stop: Stop,
}

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        logical_plan: &LogicalPlan,
        session: &dyn datafusion::catalog::Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(Self { stop: self.stop.clone() })])
            .create_physical_plan(logical_plan, session)
            .await
    }
}

#[async_trait]
impl ExtensionPlanner for Planner {
    async fn plan_extension(
        &self,
        _planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        _session: &dyn datafusion::catalog::Session,
        _planning_ctx: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let (Some(node), [input]) = (node.as_any().downcast_ref::<OperatorNode>(), physical_inputs) else { return Ok(None) };
        // Nullability may have been narrowed beneath; the operator says what comes out.
        let fields = node.operator.output(&input.schema())?;
        Ok(Some(Arc::new(OperatorExec::new(
            Arc::clone(&node.operator),
            node.key.clone(),
            Arc::clone(input),
            Arc::new(ArrowSchema::new(fields)),
            self.stop.clone(),
        ))))
    }
}
