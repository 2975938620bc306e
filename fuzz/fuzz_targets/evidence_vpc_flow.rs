//! Any bytes as a VPC flow log of AWS's, or as its lines: read to the end without a panic, every record within the file, the same
//! whatever the number of threads.

// Words of: evidence/src/vpc_flow
#![no_main]

#[path = "support/mod.rs"]
mod support;

const HEADS: [&[u8]; 1] = [b"srcaddr dstaddr dstport bytes start log-status\n"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::read("flows.log", &support::behind(&HEADS, bytes)));
