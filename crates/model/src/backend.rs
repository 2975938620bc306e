//! Running queries: the local engine and a Sentinel workspace look the same to the hunts.

use crate::{RecordId, Schema, TableSchema};
use arrow::record_batch::RecordBatch;
use std::sync::Arc;

/// A query to run.
#[derive(Clone, Debug)]
pub struct Query {
    /// The caller's name for it, as a hunt's id.
    pub id: String,
    pub text: String,
    /// Whether the answer should say which records each row came from.
    pub lineage: bool,
}

/// Where the rows of an answer came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage {
    /// Up to sixteen records, in order.
    pub records: Vec<RecordId>,
    /// How many there were in all.
    pub count: u64,
}

/// The answer to a query.
#[derive(Clone, Debug)]
pub struct Answer {
    pub schema: Schema,
    /// Columns as [`Schema::arrow`] lays them out.
    pub batches: Vec<RecordBatch>,
    /// The tables that the plan reads, by name, with rows in the evidence or without.
    pub scans: Vec<Arc<str>>,
    /// Whether the run was stopped before all rows came, or before all evidence was read.
    pub incomplete: bool,
    /// One entry a row over all batches; `None` where the plan lost it, or it was not asked for.
    pub lineage: Option<Vec<Lineage>>,
}

/// Why a query was not answered, in the terms of its text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct QueryError {
    /// A stable code: `KS…` where Kusto has one, `PH…` for what only Poolhound refuses.
    pub code: String,
    pub message: String,
    /// In UTF-16 units from the start of the query's text, as Kusto counts.
    pub start: usize,
    pub length: usize,
}

/// Runs queries.
pub trait Backend: Send + Sync {
    /// The tables that a query reads, or why it cannot run. Reads no evidence.
    fn check(&self, query: &str) -> Result<Vec<Arc<str>>, QueryError>;
    /// Answers all queries, in their order, over one pass of the evidence.
    fn run(&self, queries: &[Query]) -> Vec<Result<Answer, QueryError>>;
}

/// A function of the workspace.
#[derive(Clone, Debug)]
pub struct StoredFunction {
    pub name: Arc<str>,
    /// As in Sentinel: `T:(*), pack:bool=false`, without parentheses around it. Empty for none.
    pub parameters: Arc<str>,
    pub body: Arc<str>,
}

/// A table whose rows are at hand.
#[derive(Clone, Debug)]
pub struct NamedTable {
    pub schema: TableSchema,
    pub batches: Vec<RecordBatch>,
}

/// What names mean in a query.
pub trait Catalog: Send + Sync {
    /// The schema of a table of the workspace, with evidence or without.
    fn table(&self, name: &str) -> Option<TableSchema>;
    /// All tables, sorted by name; for wildcards and suggestions.
    fn tables(&self) -> Vec<Arc<str>>;
    fn function(&self, name: &str) -> Option<StoredFunction>;
    fn functions(&self) -> Vec<Arc<str>>;
    /// A watchlist's rows, under its own columns and `SearchKey`. Aliases are compared without case.
    fn watchlist(&self, alias: &str) -> Option<NamedTable>;
    /// The rows of an `externaldata` address, from a pinned local copy. An error says why there is none.
    fn external(&self, url: &str, columns: &Schema, options: &[(String, String)]) -> Result<NamedTable, String>;
}
