//! Any bytes as Parquet: read to the end without a panic that is not caught.

#![no_main]

#[path = "support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let evidence = evidence::open_bytes(&[("DnsEvents.parquet", bytes)], support::options());
    support::read_all(&evidence, None);
});
