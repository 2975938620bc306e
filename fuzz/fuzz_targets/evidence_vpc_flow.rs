//! Any bytes as a VPC flow log of AWS's, and as its lines: read to the end without a panic, every record within the file, the same
//! whatever the number of threads.

#![no_main]

#[path = "support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    support::read("flows.log", bytes);
    support::read("flows.log", &[&b"srcaddr dstaddr dstport bytes start log-status\n"[..], bytes].concat());
});
