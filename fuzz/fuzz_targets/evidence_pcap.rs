//! Any bytes as a packet capture: read to the end without a panic, every record within the file, the same whatever the number of threads.

// Words of: evidence/src/mining evidence/src/pcap
#![no_main]

#[path = "support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::read("x.pcap", bytes));
