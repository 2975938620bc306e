//! KQL names and types resolved against a catalog: from the tree of `kql-syntax` to the checked form.
//!
//! Knows the signature of every Kusto function, built or not. Knows no engine.

mod binder;
mod catalogue;
pub mod checked;
mod coerce;
mod expr;
mod functions;
mod naming;
mod operators;
mod rewrite;
mod scope;
mod share;
mod suggest;
mod types;

pub use binder::{Bound, bind};
pub use catalogue::{function_names, plugin_names};
pub use checked::{Rel, RelKind, Scalar, ScalarKind};
