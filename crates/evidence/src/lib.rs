//! Recorded bytes to tables
