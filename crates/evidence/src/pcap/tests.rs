//! Splits and bounds, below the rows that leave the crate; these are tested in `tests/captures`.

use super::*;
use crate::Options;
use arrow::record_batch::RecordBatch;
use model::{Batch, FileRef, ReadError, Sink, Wants};
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;

#[path = "../../tests/support/packets.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod packets;
#[path = "../../tests/support/wire/mod.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod wire;

#[derive(Default)]
struct Collect {
    rows: Mutex<Vec<RecordBatch>>,
    errors: Mutex<Vec<ReadError>>,
}

impl Sink for Collect {
    fn batch(&self, batch: Batch) -> ControlFlow<()> {
        self.rows.lock().unwrap().push(batch.rows);
        ControlFlow::Continue(())
    }
    fn error(&self, error: ReadError) {
        self.errors.lock().unwrap().push(error);
    }
    fn warning(&self, _: &FileRef, _: String) {}
    fn records(&self, _: &Arc<str>, _: u64) {}
    fn progress(&self, _: u64) {}
}

/// Hands out as many bytes at a time as it likes.
struct Dribble(std::io::Cursor<Vec<u8>>, usize);

impl Read for Dribble {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = self.1.min(buffer.len());
        self.0.read(&mut buffer[..most])
    }
}

/// What is read of a file in pieces of a size under limits, and the tally.
fn read(bytes: &[u8], size: usize, limits: Limits) -> (Vec<RecordBatch>, Vec<ReadError>, tracker::Tally) {
    let (sink, options) = (Collect::default(), Options::default());
    let offered: BTreeMap<Arc<str>, model::Schema> = rows::tables().into_iter().map(|table| (table.name, table.schema)).collect();
    let wants = Wants { tables: offered.clone() };
    let cx = ReadContext::new(&wants, &offered, &[], &options, &sink);
    let input = Arc::new(Input::in_memory("x", 0));
    let packets = Packets::new(Box::new(Dribble(std::io::Cursor::new(bytes.to_vec()), size)));
    let mut reader = Reader::new(&input, packets, limits, &cx);
    while let Some(job) = reader.next(&cx) {
        job(&cx);
    }
    reader.finish(&cx);
    cx.finish();
    (sink.rows.into_inner().unwrap(), sink.errors.into_inner().unwrap(), reader.tracker.tally)
}

fn samples() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let root = std::env::var_os("POOLHOUND_CORPORA").map_or(root, Into::into).join("evidence/pcap");
    let mut files: Vec<_> = ["mining", "benign"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(root.join(folder)).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension.to_string_lossy().contains("cap")))
        .collect();
    files.sort();
    if files.is_empty() {
        println!("left out: no samples");
    }
    files.into_iter().map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

/// Counts packets and knows nothing else of the formats; stops at damage.
fn count(file: &[u8]) -> u64 {
    let little = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let number = |at: usize, swap: bool| if swap { little(at).swap_bytes() } else { little(at) } as usize;
    let (mut at, mut packets) = (0, 0);
    if file.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) {
        let mut swap = false;
        while at + 12 <= file.len() {
            if little(at) == 0x0a0d_0d0a {
                swap = little(at + 8) != 0x1a2b_3c4d;
            }
            packets += u64::from(matches!(number(at, swap), 2 | 3 | 6));
            at += number(at + 4, swap).max(12);
        }
        return packets;
    }
    let swap = matches!(file.first(), Some(0xa1));
    at = 24;
    while at + 16 <= file.len() && at + 16 + number(at + 8, swap) <= file.len() {
        packets += 1;
        at += 16 + number(at + 8, swap);
    }
    packets
}

#[test]
fn every_packet_of_the_samples_is_of_a_flow_or_counted_as_left_out() {
    for (name, bytes) in samples() {
        let (rows, _, tally) = read(&bytes, usize::MAX, Limits::default());
        assert_eq!(tally.packets, count(&bytes), "{name}");
        assert_eq!(tally.in_flows + tally.left_out(), tally.packets, "{name}: {tally:?}");
        assert!(!rows.is_empty() || tally.in_flows == 0, "{name}");
    }
}

#[test]
fn the_samples_are_read_the_same_in_pieces_of_any_size() {
    for (name, bytes) in samples().iter().step_by(7) {
        let whole = read(bytes, usize::MAX, Limits::default());
        for size in [1, 13, 4_096] {
            let pieces = read(bytes, size, Limits::default());
            assert!((&pieces.0, &pieces.1) == (&whole.0, &whole.1), "{name} in pieces of {size}");
        }
    }
}

#[test]
fn captures_of_miners_are_read_the_same_in_pieces_of_any_size() {
    for case in wire::mining().chain(wire::near_misses().step_by(11)).step_by(4) {
        let case = case.unwrap();
        // Packed files are unpacked before.
        if case.suffix.ends_with("gz") || case.suffix.ends_with("zst") {
            continue;
        }
        let whole = read(&case.bytes, usize::MAX, Limits::default());
        for size in [1, 7, 1_460] {
            let pieces = read(&case.bytes, size, Limits::default());
            assert!((&pieces.0, &pieces.1) == (&whole.0, &whole.1), "{}/{} in pieces of {size}", case.script, case.variant);
        }
    }
}

/// Nothing is lost where little may be kept: flows are told in parts.
#[test]
fn under_small_limits_every_packet_is_still_told() {
    let limits = Limits { flows: 3, streams: 2, waiting: 1_000, held: 500, talk: 9_000 };
    for (name, bytes) in samples().iter().step_by(3) {
        let (_, _, tally) = read(bytes, usize::MAX, limits);
        assert_eq!(tally.in_flows + tally.left_out(), tally.packets, "{name}: {tally:?}");
    }
}

/// Messages without an end take no more room than there is, and hide no miner behind them.
#[test]
fn messages_without_an_end_use_up_no_more_than_their_room() {
    let mut all = Vec::new();
    for port in 0..20 {
        let mut connection = packets::Connection::open(packets::end("10.0.0.5", 40_000 + port), packets::end("203.0.113.9", 3_333));
        connection.say(packets::Who::Client, format!("{{\"pad\":[\"{}", "a\",\"".repeat(10_000)));
        all.push(connection);
    }
    let begun = all.iter_mut().flat_map(|connection| connection.take()).collect::<Vec<_>>();
    let login = b"\n{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"cgminer/4.10\"]}\n\
        {\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"user.rig\",\"x\"]}\n";
    let said = all.iter_mut().flat_map(|connection| connection.say(packets::Who::Client, login).take());
    let every: Vec<_> = begun.into_iter().chain(said).collect();
    let bytes = packets::pcap(&every, packets::Form::default());
    for (talk, given_up) in [(Limits::default().talk, false), (60_000, true)] {
        let (rows, _, tally) = read(&bytes, usize::MAX, Limits { talk, ..Limits::default() });
        let miners: usize =
            rows.iter().filter(|rows| rows.schema().column_with_name("SharesSubmitted").is_some()).map(RecordBatch::num_rows).sum();
        assert_eq!((miners, tally.given_up > 0), (20, given_up), "{talk}");
    }
}

/// Packets that a switch sampled are read as those that were captured.
#[test]
fn packets_in_samples_are_read() {
    let mut connection = packets::Connection::open(packets::end("10.0.0.5", 40_000), packets::end("203.0.113.9", 3_333));
    let login = b"{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"cgminer/4.10\"]}\n";
    connection.say(packets::Who::Client, login);
    let frames = connection.take();
    let bytes: Vec<&[u8]> = frames.iter().map(|packet| packet.bytes.as_slice()).collect();
    for port in [6_343, 16_343] {
        let datagram = |bytes: &[&[u8]]| {
            packets::datagram(packets::end("192.0.2.1", 50_000), packets::end("192.0.2.2", port), &sflow::datagram(bytes, 256))
        };
        let sent: Vec<_> =
            bytes.chunks(2).map(|pair| packets::Packet { time: packets::Connection::START, bytes: datagram(pair) }).collect();
        let (rows, _, tally) = read(&packets::pcap(&sent, packets::Form::default()), usize::MAX, Limits::default());
        let of = |column: &str| -> usize {
            rows.iter().filter(|rows| rows.schema().column_with_name(column).is_some()).map(RecordBatch::num_rows).sum()
        };
        assert_eq!((of("SharesSubmitted"), of("NetworkDuration")), (1, 2), "{port}");
        assert_eq!((tally.sampled, tally.in_flows + tally.left_out()), (bytes.len() as u64, tally.packets));
    }
}
