//! The binder against answers of the real engine, and against what it must say itself.

#[path = "kql_bind/catalog.rs"]
mod catalog;
#[path = "kql_bind/conformance.rs"]
mod conformance;
#[path = "kql_bind/queries.rs"]
mod queries;
