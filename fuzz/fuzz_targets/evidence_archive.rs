//! Any bytes as a file on disk: an archive, a compressed file, a format of evidence or none.

#![no_main]

#[path = "support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    support::read("x", bytes);
    let Ok(dir) = tempfile::tempdir() else { return };
    let path = dir.path().join("x");
    if std::fs::write(&path, bytes).is_ok()
        && let Ok(evidence) = evidence::open(&[path], support::options())
    {
        support::read_all(&evidence, None);
        for other in evidence.other_files() {
            let _ = other.bytes(1 << 20);
        }
    }
});
