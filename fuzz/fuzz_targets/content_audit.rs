//! Any text as an audit trail of exclusions, as it is and with a sound chain of hashes: broken, or read to its end and told.

// Words of: content/src/audit
#![no_main]

use content::audit::Audit;
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

/// 18 November 2026.
const NOW: Duration = Duration::from_secs(1_794_960_000);

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder for the trail"));

fuzz_target!(|text: &str| {
    read(text);
    read(&chained(text));
});

fn read(text: &str) {
    let file = FOLDER.path().join("trail.jsonl");
    std::fs::write(&file, text).expect("the folder is ours");
    let Ok(trail) = Audit::open(&file) else { return };
    assert_eq!(trail.head().map_or(0, |(lines, _)| lines), text.lines().count() as u64);
    trail.status(&[], (UNIX_EPOCH + NOW).into(), &[]);
}

/// Puts the hash of the line before and of its own into each line.
fn chained(text: &str) -> String {
    let mut hash = "0".repeat(64);
    let mut all = String::new();
    for line in text.lines() {
        let line = line.replacen("PREVIOUS", &hash, 1);
        hash = Sha256::digest(line.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let body = line.strip_suffix('}').unwrap_or(&line);
        all += &format!("{body},\"hash\":\"{hash}\"}}\n");
    }
    all
}
