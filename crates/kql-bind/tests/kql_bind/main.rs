//! The binder against answers of the real engine, and against what it must say itself.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests, which may fail and may tell")]

mod catalog;
mod conformance;
mod queries;
