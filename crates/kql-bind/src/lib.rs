//! KQL names and types resolved against a catalog: from the tree of `kql-syntax` to the checked form.
//!
//! Knows the signature of every Kusto function, built or not. Knows no engine.

pub mod checked;

pub use checked::{Rel, RelKind, Scalar, ScalarKind};
