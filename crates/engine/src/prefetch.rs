//! Work ahead: what feeds a join, an aggregate or an operator of ours runs as a task of its own, a few batches ahead of who reads it, so
//! that a long plan keeps several cores busy. Rows keep their order, so answers are the same for any number of threads.

use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{Column, Literal};
use datafusion::physical_plan::execution_plan::replace_children_if_necessary;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::StreamExt;
use std::fmt;
use std::sync::Arc;

/// Batches that a task may be ahead.
const AHEAD: usize = 2;

/// The plan with tasks put in where there is work on both sides.
pub(crate) fn ahead(plan: &Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    Ok(divided(plan)?.0)
}

/// What a task must at least do to be worth one: expressions to work out, or their like.
const WORTH: usize = 4;

/// The plan, and how much it does from the last task upwards.
fn divided(plan: &Arc<dyn ExecutionPlan>) -> Result<(Arc<dyn ExecutionPlan>, usize)> {
    let own = weight(plan.as_ref());
    let (mut inputs, mut beneath) = (Vec::new(), 0);
    for input in plan.children() {
        let (input, weight) = divided(input)?;
        if own > 0 && weight >= WORTH {
            inputs.push(Arc::new(PrefetchExec { input }) as Arc<dyn ExecutionPlan>);
        } else {
            inputs.push(input);
            beneath = beneath.max(weight);
        }
    }
    Ok((replace_children_if_necessary(Arc::clone(plan), inputs)?, own + beneath))
}

fn weight(plan: &dyn ExecutionPlan) -> usize {
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        return projection.expr().iter().filter(|e| !e.expr.is::<Column>() && !e.expr.is::<Literal>()).count();
    }
    // Unions hand on what they read.
    if plan.children().is_empty() || plan.is::<UnionExec>() { 0 } else { WORTH }
}

#[derive(Debug)]
struct PrefetchExec {
    input: Arc<dyn ExecutionPlan>,
}

impl DisplayAs for PrefetchExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Prefetch: {AHEAD} batches")
    }
}

impl ExecutionPlan for PrefetchExec {
    fn name(&self) -> &str {
        "Prefetch"
    }

    fn schema(&self) -> SchemaRef {
        self.input.schema()
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn apply_expressions(&self, _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        match children.pop() {
            Some(input) => Ok(Arc::new(Self { input })),
            None => internal_err!("Prefetch takes one input"),
        }
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let mut builder = RecordBatchReceiverStream::builder(self.schema(), AHEAD);
        let ahead = builder.tx();
        let mut input = self.input.execute(partition, context)?;
        builder.spawn(async move {
            while let Some(batch) = input.next().await {
                let failed = batch.is_err();
                // Whoever reads may have seen enough.
                if ahead.send(batch).await.is_err() || failed {
                    break;
                }
            }
            Ok(())
        });
        Ok(builder.build())
    }
}
