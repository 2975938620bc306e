//! KQL text to tokens, a tree and diagnostics. Parsing never fails: what is wrong is said and stepped over.
//!
//! Knows the grammar, no table, no function, no engine.

pub mod ast;
pub mod diagnostic;
pub mod span;

pub use ast::Script;
pub use diagnostic::{Diagnostic, Level};
pub use span::Span;
