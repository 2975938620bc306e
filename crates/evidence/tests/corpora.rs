//! All public samples of logs are read, or skipped with a reason; none of their lines is broken.

use crate::support::{corpora, read, wants_all};
use evidence::Options;
use model::Source;

#[test]
fn every_sample_log_is_read_or_skipped_with_a_reason() {
    let Some(corpora) = corpora() else {
        println!("left out: no samples");
        return;
    };
    let evidence = evidence::open(&[corpora.join("evidence/logs")], Options::default()).unwrap();
    let offer = evidence.offer();
    let seen = read(&evidence, &wants_all(&offer), 2);
    for skipped in &offer.skipped {
        println!("skipped {} ({}): {}", skipped.file.name, skipped.evidence, skipped.reason);
    }
    for (file, text) in &seen.warnings {
        println!("warning {file}: {text}");
    }
    println!("{:?}", seen.records);
    assert_eq!(seen.errors, []);
    assert_eq!(evidence.other_files().iter().map(|f| f.file.name.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
    for (table, least) in [
        ("ASimNetworkSessionLogs", 4_000),
        ("ASimDnsActivityLogs", 900),
        ("ASimWebSessionLogs", 500),
        ("PoolhoundTls_CL", 300),
        ("PoolhoundIdsAlert_CL", 700),
    ] {
        let rows = seen.rows.get(table).map_or(0, Vec::len);
        assert!(rows > least, "{table}: {rows}");
        assert_eq!(rows as u64, seen.records[table], "{table}");
    }
    assert!(seen.progress > 0 && seen.progress <= offer.bytes, "{} of {}", seen.progress, offer.bytes);
}
