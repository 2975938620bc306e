//! Checked KQL on DataFusion
pub mod dynamic;
pub mod functions;
