//! What all queries of a run share: the session, the tables, the phase.

use crate::error::{EngineError, Result};
use crate::node::Planner;
use crate::pass::store::Kept;
use crate::prefetch;
use crate::stop::Stop;
use arrow::record_batch::RecordBatch;
use datafusion::execution::SessionState;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryPool, UnboundedMemoryPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::OptimizerRule;
use datafusion::optimizer::common_subexpr_eliminate::CommonSubexprEliminate;
use datafusion::optimizer::eliminate_filter::EliminateFilter;
use datafusion::optimizer::optimize_unions::OptimizeUnions;
use datafusion::optimizer::propagate_empty_relation::PropagateEmptyRelation;
use datafusion::optimizer::push_down_filter::PushDownFilter;
use datafusion::optimizer::simplify_expressions::SimplifyExpressions;
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionConfig;
use futures::StreamExt;
use model::Schema;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Which of the two times a query is lowered.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    /// To learn what the scans want.
    Before,
    /// To run over what was kept.
    After { now: i64, kept: Arc<BTreeMap<Arc<str>, Arc<Kept>>> },
}

#[derive(Debug)]
pub(crate) struct Env {
    pub phase: Phase,
    pub session: SessionState,
    pub tables: BTreeMap<Arc<str>, Schema>,
    pub stop: Stop,
    pub runtime: tokio::runtime::Handle,
}

impl Env {
    /// Whether there is evidence for a table.
    pub(crate) fn offered(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    pub(crate) fn optimise(&self, plan: &LogicalPlan) -> Result<LogicalPlan> {
        Ok(self.session.optimize(plan)?)
    }

    /// Runs a plan to its end. `columns` cuts the batches to the first so many.
    pub(crate) fn execute(&self, plan: &LogicalPlan, columns: Option<usize>) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        self.execute_into(plan, &mut batches)?;
        if let Some(columns) = columns {
            for batch in &mut batches {
                let kept: Vec<usize> = (0..columns.min(batch.num_columns())).collect();
                *batch = batch.project(&kept)?;
            }
        }
        Ok(batches)
    }

    /// [`Self::execute`]; what came before an error is in `batches`.
    pub(crate) fn execute_into(&self, plan: &LogicalPlan, batches: &mut Vec<RecordBatch>) -> Result<()> {
        let optimised = self.optimise(plan)?;
        self.runtime.block_on(async {
            let mut physical = self.session.query_planner().create_physical_plan(&optimised, &self.session).await?;
            if self.runtime.metrics().num_workers() > 1 {
                physical = prefetch::ahead(&physical)?;
            }
            tracing::debug!(plan = %datafusion::physical_plan::displayable(physical.as_ref()).indent(false), "running");
            let mut stream = execute_stream(physical, self.session.task_ctx())?;
            while let Some(batch) = stream.next().await {
                self.stop.check()?;
                let batch = batch?;
                if batch.num_rows() > 0 {
                    batches.push(batch);
                }
            }
            Ok::<(), EngineError>(())
        })
    }
}

/// A session with our node, the rules that we rely on, and the limits.
pub(crate) fn session(memory: Option<u64>, temp_dir: Option<&PathBuf>, stop: &Stop) -> Result<SessionState> {
    let mut config = SessionConfig::new().with_target_partitions(1).with_batch_size(crate::node::BATCH_ROWS).with_information_schema(false);
    let options = config.options_mut();
    options.optimizer.enable_dynamic_filter_pushdown = false;
    options.optimizer.skip_failed_rules = false;
    options.optimizer.prefer_hash_join = true;
    options.optimizer.max_passes = 3;
    let pool: Arc<dyn MemoryPool> = match memory {
        Some(bytes) => Arc::new(GreedyMemoryPool::new(usize::try_from(bytes).unwrap_or(usize::MAX))),
        None => Arc::new(UnboundedMemoryPool::default()),
    };
    let disk = DiskManagerBuilder::default().with_mode(match temp_dir {
        Some(dir) => DiskManagerMode::Directories(vec![dir.clone()]),
        None => DiskManagerMode::OsTmpDirectory,
    });
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(pool).with_disk_manager_builder(disk).build_arc()?;
    // Rules that know SQL's three-valued logic or reorder rows are left out; so is the one that merges projections, which takes `x+1 AS x`
    // over `x+1 AS x` for one of them. Plans are made with the columns that are needed.
    let rules: Vec<Arc<dyn OptimizerRule + Send + Sync>> = vec![
        Arc::new(OptimizeUnions::new()),
        Arc::new(SimplifyExpressions::new()),
        Arc::new(EliminateFilter::new()),
        Arc::new(PropagateEmptyRelation::new()),
        Arc::new(PushDownFilter::new()),
        Arc::new(CommonSubexprEliminate::new()),
    ];
    Ok(SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_analyzer_rules(Vec::new())
        .with_optimizer_rules(rules)
        .with_query_planner(Arc::new(Planner { stop: stop.clone() }))
        .build())
}
