//! Any bytes as a saved answer of a query API: read to the end without a panic, every record within the file, the same whatever the number of threads.

// Words of: evidence/src/exports
#![no_main]

#[path = "support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::read("answer.json", bytes));
