//! Any bytes behind one good event of EVE: read to the end without a panic, every record within the file.

// Words of: evidence/src/eve
#![no_main]

#[path = "support/mod.rs"]
mod support;

const EVENT: &[u8] = b"{\"timestamp\":\"2026-01-01T00:00:00Z\",\"event_type\":\"dns\",\"dns\":{}}\n";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::read("eve.json", &[EVENT, bytes].concat()));
