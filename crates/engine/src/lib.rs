//! Checked KQL on DataFusion
pub mod functions;
