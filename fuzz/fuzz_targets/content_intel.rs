//! Any bytes as a list, a rule or a feed of any form: read to the end without a panic, judged and imported, every entry a row or left out.

// Words of: content/src/intel
#![no_main]

use content::intel::{Gate, ImportOptions, Pools, import, lint, read};
use libfuzzer_sys::fuzz_target;

const STARTS: [(&str, &[u8]); 8] = [
    ("a.txt", b""),
    ("a.json", b"{\"type\":\"bundle\",\"objects\":[{\"type\":\"indicator\",\"pattern\":\""),
    ("a.json", b"{\"Event\":{\"Attribute\":[{\"type\":\"domain\",\"value\":\""),
    ("a.csv", b"ObservableKey,ObservableValue,Pattern\n"),
    ("a.yml", b"detection:\n  s:\n    q|endswith: "),
    ("a.kql", b"T | where N has_any ("),
    ("a.rules", b"alert dns any any -> any any (dns.query; content:\""),
    ("a.dat", b"#fields\tindicator\tindicator_type\n"),
];

fuzz_target!(|bytes: &[u8]| {
    let Some((which, rest)) = bytes.split_first() else { return };
    let (name, start) = STARTS[usize::from(*which) % STARTS.len()];
    let listing = read(name, &[start, rest].concat());
    let (pools, gate) = (Pools::default(), Gate::default());
    let linted = lint(&listing, &pools, &gate, "");
    assert_eq!(linted.entries, listing.entries.len());
    let options = ImportOptions { today: "2026-01-01".to_owned(), any_threat: true };
    let imported = import(std::slice::from_ref(&listing), &pools, &gate, &options);
    assert!(imported.rows.len() <= listing.entries.len());
    // What is read is an entry, unreadable, or passed over, and all of it is counted.
    assert_eq!(imported.entries, listing.entries.len() as u64 + listing.fault_count + listing.ignored_count);
    assert!(imported.left_out.iter().all(|l| !l.reason.is_empty()));
});
