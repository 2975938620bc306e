//! Any bytes as a flow log of Azure's, or as flows within a record: read to the end without a panic, every record within the file, the
//! same whatever the number of threads.

// Words of: evidence/src/azure_flow
#![no_main]

#[path = "support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let start = br#"{"flowLogVersion":4,"macAddress":"A","flowRecords":{"flows":[{"flowGroups":[{"rule":"r","flowTuples":["#;
    match bytes.split_first() {
        Some((0, tuples)) => support::read("PT1H.json", &[&start[..], tuples, b"]}]}]}}"].concat()),
        _ => support::read("PT1H.json", bytes),
    }
});
