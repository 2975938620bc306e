//! Packet captures.

mod corpora;
mod evasions;
mod hostile;
mod roles;
mod sessions;
mod spoken;
mod wire;

use crate::support::packets::{Form, Packet, pcap};
use crate::support::{Seen, read, wants, wants_all};
use evidence::Options;
use model::Source;

/// The wanted cells of each row, with `|` between them, in the order of the packets that began them.
fn rows(file: &[u8], table: &str, columns: &[&str]) -> Vec<String> {
    let evidence = evidence::open_bytes(&[("x.pcap", file)], Options::default());
    let mut seen = read(&evidence, &wants(&evidence.offer(), &[(table, columns)]), 1);
    assert_eq!(seen.errors, []);
    let rows = seen.rows.remove(table).unwrap_or_default();
    rows.into_iter().map(|(_, _, cells)| cells.join("|")).collect()
}

fn rows_of(packets: &[Packet], table: &str, columns: &[&str]) -> Vec<String> {
    rows(&pcap(packets, Form::default()), table, columns)
}

/// Everything that is read of a file.
fn all(file: &[u8], threads: usize) -> Seen {
    let evidence = evidence::open_bytes(&[("x.pcap", file)], Options::default());
    read(&evidence, &wants_all(&evidence.offer()), threads)
}
