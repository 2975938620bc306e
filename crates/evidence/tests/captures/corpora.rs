//! All public samples are read to their ends.

use crate::support::{corpora, read, wants_all};
use evidence::Options;
use model::Source;

/// Files that are damaged by design, and how often.
const DAMAGED: [(&str, usize); 2] = [("ndpi_fuzz-2021-10-13.pcap", 1), ("sv_pgsql-5000-query-results.pcap", 1)];

#[test]
fn every_sample_capture_is_read_to_its_end() {
    let Some(corpora) = corpora() else {
        println!("left out: no samples");
        return;
    };
    let evidence = evidence::open(&[corpora.join("evidence/pcap")], Options::default()).unwrap();
    let offer = evidence.offer();
    let seen = read(&evidence, &wants_all(&offer), 2);
    for (file, text) in &seen.warnings {
        println!("warning {file}: {text}");
    }
    println!("{:?}", seen.records);
    assert!(offer.skipped.iter().all(|skipped| !skipped.evidence), "{:?}", offer.skipped);
    for error in &seen.errors {
        assert!(DAMAGED.iter().any(|(file, _)| error.file.name.ends_with(file)), "{error:?}");
    }
    for (file, count) in DAMAGED {
        assert_eq!(seen.errors.iter().filter(|error| error.file.name.ends_with(file)).count(), count, "{file}");
    }
    for (table, least) in
        [("ASimNetworkSessionLogs", 7_000), ("ASimDnsActivityLogs", 1_300), ("ASimWebSessionLogs", 900), ("PoolhoundTls_CL", 750)]
    {
        let rows = seen.rows.get(table).map_or(0, Vec::len);
        assert!(rows > least, "{table}: {rows}");
        assert_eq!(rows as u64, seen.records[table], "{table}");
    }
    assert_eq!(seen.progress, offer.bytes);
}
