//! Any bytes as Parquet: read to the end without a panic that is not caught, the same whatever the number of threads.

#![no_main]

#[path = "support/mod.rs"]
mod support;

// Rows are packed, so that their numbers may be above the file's size.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::read_within("DnsEvents.parquet", bytes, None));
