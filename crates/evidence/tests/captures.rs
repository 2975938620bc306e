//! Packet captures.

use crate::support::{corpora, read, wants_all};
use evidence::Options;
use model::Source;

#[test]
fn every_sample_capture_is_read_to_its_end() {
    let Some(corpora) = corpora() else {
        println!("left out: no samples");
        return;
    };
    let evidence = evidence::open(&[corpora.join("evidence/pcap")], Options::default()).unwrap();
    let offer = evidence.offer();
    let start = std::time::Instant::now();
    let seen = read(&evidence, &wants_all(&offer), 2);
    println!("{:?}", start.elapsed());
    for skipped in &offer.skipped {
        println!("skipped {} ({}): {}", skipped.file.name, skipped.evidence, skipped.reason);
    }
    for error in &seen.errors {
        println!("{error:?}");
    }
    for (file, text) in &seen.warnings {
        println!("warning {file}: {text}");
    }
    println!("{:?}", seen.records);
}
