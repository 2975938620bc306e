//! Reads evidence and checks what must hold of any.

#![allow(dead_code, reason = "no target uses all of it")]

use evidence::{Evidence, Options};
use model::{Batch, FileRef, ReadError, RecordId, Sink, Source, Wants};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct Check {
    /// The size of the one file, where it is read as it is.
    size: Option<u64>,
    rows: Mutex<u64>,
}

impl Sink for Check {
    fn batch(&self, batch: Batch) -> ControlFlow<()> {
        let columns = batch.rows.num_columns();
        let hidden = batch.rows.column(columns - 2).to_data();
        for id in hidden.buffers()[0].typed_data::<i64>().iter().skip(hidden.offset()).take(hidden.len()) {
            assert!(*id >= 0);
            if let Some(size) = self.size {
                assert!(RecordId(*id).record() <= size);
            }
        }
        *self.rows.lock().expect("no panic before") += batch.rows.num_rows() as u64;
        ControlFlow::Continue(())
    }

    fn error(&self, error: ReadError) {
        assert_ne!(error.reason, "the reader failed on a piece of this file, which is lost; please report it");
        if let (Some(size), Some(offset)) = (self.size, error.offset) {
            assert!(offset <= size);
        }
    }

    fn warning(&self, _file: &FileRef, _text: String) {}

    fn records(&self, _table: &Arc<str>, _count: u64) {}

    fn progress(&self, _bytes: u64) {}
}

pub fn options() -> Options {
    let mut options = Options::default();
    options.caps.line = 1 << 20;
    options.caps.bomb_floor = 1 << 20;
    options.caps.whole = 8 << 20;
    options
}

/// What follows one of the heads, which the first byte chooses if it is small; no text begins with such a byte, which is read as it is.
pub fn behind(heads: &[&[u8]], bytes: &[u8]) -> Vec<u8> {
    let head = bytes.split_first().and_then(|(first, rest)| Some((heads.get(usize::from(*first))?, rest)));
    head.map_or_else(|| bytes.to_vec(), |(head, rest)| [head, rest].concat())
}

/// Reads a file of the bytes.
pub fn read(name: &str, bytes: &[u8]) {
    let compressed = bytes.starts_with(b"\x1f\x8b") || bytes.starts_with(b"\x28\xb5\x2f\xfd");
    let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    read_within(name, bytes, (!compressed && !utf16).then_some(bytes.len() as u64));
}

/// Reads a file of the bytes; no record lies behind the given size. Every fourth length is read with two threads as well, which is slow.
pub fn read_within(name: &str, bytes: &[u8], size: Option<u64>) {
    let evidence = evidence::open_bytes(&[(name, bytes)], options());
    let one = read_all(&evidence, size);
    if !bytes.len().is_multiple_of(4) {
        return;
    }
    let two = {
        let sink = Check { size, ..Check::default() };
        evidence.read(&wants(&evidence), 2, &sink);
        sink.rows.into_inner().expect("no panic before")
    };
    assert_eq!(one, two);
}

pub fn read_all(evidence: &Evidence, size: Option<u64>) -> u64 {
    let sink = Check { size, ..Check::default() };
    evidence.read(&wants(evidence), 1, &sink);
    sink.rows.into_inner().expect("no panic before")
}

fn wants(evidence: &Evidence) -> Wants {
    Wants { tables: evidence.offer().tables.into_iter().map(|t| (t.name, t.schema)).collect() }
}
