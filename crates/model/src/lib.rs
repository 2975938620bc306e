//! The words that every part of Poolhound shares: KQL types and values, table schemas, records on their
//! way from a [`Source`] to a [`Backend`], findings and cases, exit codes.
//!
//! Knows Arrow and nothing else: no file, no clock, no engine, no thread.

pub mod backend;
pub mod campaign;
pub mod exit;
pub mod finding;
pub mod kql;
pub mod records;
pub mod source;
pub mod table;
pub mod tables;
pub mod ticks;

pub use backend::{Answer, Backend, Catalog, Lineage, NamedTable, Query, QueryError, StoredFunction};
pub use finding::{Case, Coverage, Entities, EvidenceClass, Fact, FactState, Finding, Outcome, Provenance, Severity, Summary, Verdict};
pub use kql::{KqlType, Value};
pub use records::{FileRef, OFFSET_COLUMN, RECORD_COLUMN, RecordId};
pub use source::{Batch, Offer, ReadError, Sink, Skipped, Source, Wants};
pub use table::{Column, Schema, TableSchema};
