//! Checked KQL on DataFusion: plans, the one pass over evidence, answers.

mod aggregates;
pub mod catalog;
pub mod dynamic;
pub mod engine;
mod env;
pub mod error;
pub mod functions;
mod inset;
pub mod json;
pub mod lineage;
mod lower;
mod node;
pub mod observer;
mod ops;
pub mod options;
pub mod pass;
mod prefetch;
mod stop;
mod table;
mod udf;
mod value;

pub use engine::{Engine, LocalBackend, RunOutcome};
pub use error::EngineError;
pub use observer::Observer;
pub use options::{EngineOptions, NowPolicy};
