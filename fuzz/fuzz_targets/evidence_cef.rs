//! Any bytes as a log of events, or behind events: read to the end without a panic, every record within the file, the same whatever the
//! number of threads.

// Words of: evidence/src/cef
#![no_main]

#[path = "support/mod.rs"]
mod support;

const EVENT: &str = "Nov 18 00:00:01 fw CEF:0|v|p\\|q|1|id|n|3|act=x src=10.0.0.5 dpt=3333 request=p:443/?a\\=b rt=1763424001000 msg=a b\n";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::read("fw.log", &support::behind(&[EVENT.repeat(20).as_bytes()], bytes)));
