//! The one pass over the evidence: what all plans want of it, read once.

pub mod errors;
mod merge;
pub mod sink;
pub mod stats;
pub mod store;
pub mod wants;
