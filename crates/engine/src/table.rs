//! Tables of evidence in plans: markers before the pass, what was kept after it.

use crate::pass::store::Kept;
use crate::stop::Stop;
use arrow::datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use model::{RECORD_COLUMN, Schema};
use std::sync::Arc;

/// A table under its KQL columns and the hidden record id.
#[derive(Debug)]
pub(crate) struct EvidenceTable {
    pub name: Arc<str>,
    schema: SchemaRef,
    /// `None` before the pass.
    kept: Option<Arc<Kept>>,
    stop: Stop,
}

impl EvidenceTable {
    pub(crate) fn new(name: Arc<str>, schema: &Schema, kept: Option<Arc<Kept>>, stop: Stop) -> Self {
        let mut fields: Vec<Field> =
            schema.columns.iter().map(|c| Field::new(&*c.name, c.kql_type.arrow(), c.kql_type.nullable())).collect();
        fields.push(Field::new(RECORD_COLUMN, DataType::Int64, false));
        Self { name, schema: Arc::new(ArrowSchema::new(fields)), kept, stop }
    }
}

#[async_trait]
impl TableProvider for EvidenceTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// The pass keeps a row that any scan of the table wants, so that each scan filters once more.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(p) => Arc::new(self.schema.project(p)?),
            None => Arc::clone(&self.schema),
        };
        let stream = KeptStream { schema: Arc::clone(&schema), kept: self.kept.clone(), stop: self.stop.clone() };
        Ok(Arc::new(StreamingTableExec::try_new(schema, vec![Arc::new(stream)], None, None, false, None)?))
    }
}

#[derive(Debug)]
struct KeptStream {
    schema: SchemaRef,
    kept: Option<Arc<Kept>>,
    stop: Stop,
}

impl PartitionStream for KeptStream {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _ctx: Arc<TaskContext>) -> SendableRecordBatchStream {
        let schema = Arc::clone(&self.schema);
        let stop = self.stop.clone();
        let batches = self.kept.as_ref().map(|k| Kept::read(k, Arc::clone(&schema))).into_iter().flatten();
        let batches = batches.map(move |batch| {
            stop.check()?;
            batch
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), futures::stream::iter(batches)))
    }
}
