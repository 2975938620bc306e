//! Reads a file of messages.

use super::message::{LONGEST, Length, length, parse};
use super::{At, Collector, READER};
use crate::connection::Flow;
use crate::format::{Chunks, Dataset, Job};
use crate::session::{Sessions, TABLE};
use crate::{Input, ReadContext};
use model::TableSchema;
use std::io::Read;
use std::sync::Arc;

/// Connections that are given on at a time.
const ROWS: usize = 4_096;
/// Bytes that are read at once; more than two messages.
const BLOCK: usize = 1 << 20;

/// A file that was found to be of messages.
pub(super) struct Messages;

impl Dataset for Messages {
    fn reader(&self) -> &'static str {
        READER
    }

    fn tables(&self) -> Vec<TableSchema> {
        model::tables::builtin(TABLE).cloned().into_iter().collect()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        match input.open(&cx.options().caps) {
            Ok(stream) => Some(Box::new(Reader {
                input: Arc::clone(input),
                stream: Some(stream),
                bytes: Vec::new(),
                at: 0,
                offset: input.view.start,
                record: 0,
                version: 0,
                collector: Collector::default(),
                ended: false,
            })),
            Err(error) => {
                cx.error(input, READER, None, None, format!("cannot be read: {error}"));
                None
            }
        }
    }
}

struct Reader {
    input: Arc<Input>,
    stream: Option<Box<dyn Read + Send>>,
    bytes: Vec<u8>,
    /// What of `bytes` was read.
    at: usize,
    /// Of the first of `bytes`, in the file.
    offset: u64,
    /// Records so far.
    record: u64,
    /// Of the last message, as it stands in its header.
    version: u8,
    collector: Collector,
    ended: bool,
}

impl Reader {
    /// Reads on where less than a message is left.
    fn fill(&mut self, cx: &ReadContext<'_>) {
        if self.bytes.len() - self.at >= 2 * LONGEST {
            return;
        }
        let Some(stream) = &mut self.stream else { return };
        self.bytes.drain(..self.at);
        self.offset += self.at as u64;
        self.at = 0;
        let want = BLOCK - self.bytes.len();
        match stream.take(want as u64).read_to_end(&mut self.bytes) {
            Ok(count) if count == want => {}
            Ok(_) => self.stream = None,
            Err(error) => {
                self.stream = None;
                let end = self.offset + self.bytes.len() as u64;
                cx.error(&self.input, READER, Some(end), None, format!("{error}: nothing after this place could be read"));
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The length of the next message, or passes over what is none; `None` at the end.
    fn next_message(&mut self, cx: &ReadContext<'_>) -> Option<usize> {
        let (start, mut lost) = (self.offset + self.at as u64, 0_u64);
        loop {
            self.fill(cx);
            // Where the file is damaged, only what is like the messages before is one.
            let other = lost > 0 && self.version != 0 && self.rest().get(1).is_some_and(|version| *version != self.version);
            let found = if other { Length::No } else { length(self.rest()) };
            if self.rest().is_empty() || matches!(found, Length::Of(_)) {
                if lost > 0 {
                    let reason = format!("{lost} bytes are no message of NetFlow or IPFIX: the file is damaged or cut off here");
                    cx.error(&self.input, READER, Some(start), Some(self.record), reason);
                }
                return if let Length::Of(size) = found { Some(size) } else { None };
            }
            // To where the next may begin: with a zero and a version.
            let behind = self.rest().get(1..).unwrap_or_default();
            let step = 1 + memchr::memchr(0, behind).unwrap_or(behind.len());
            self.at += step;
            lost += step as u64;
            if cx.stopped() {
                return None;
            }
        }
    }
}

impl Chunks for Reader {
    fn next(&mut self, cx: &ReadContext<'_>) -> Option<Job> {
        let mut over: Vec<Flow> = Vec::new();
        let mut read = 0;
        while !self.ended && over.len() < ROWS && read < BLOCK {
            let Some(size) = self.next_message(cx) else {
                self.ended = !self.collector.finish(ROWS, &mut |flow| over.push(flow));
                if cx.stopped() {
                    self.ended = true;
                }
                break;
            };
            read += size;
            let at = At { record: self.record, offset: self.offset + self.at as u64, each: true };
            let bytes = self.bytes.get(self.at..self.at + size).unwrap_or_default();
            self.version = bytes.get(1).copied().unwrap_or_default();
            if let Some(message) = parse(bytes, 0) {
                self.record += self.collector.message([0; 16], &message, at, &mut |flow| over.push(flow));
            }
            self.at += size;
        }
        if over.is_empty() && self.ended {
            return None;
        }
        let input = Arc::clone(&self.input);
        Some(Box::new(move |cx| {
            let mut rows = Sessions::new(&input, cx);
            for flow in &over {
                flow.show(|session| rows.add(session, flow.record, flow.offset, &input, cx));
            }
            rows.flush(&input, cx);
        }))
    }

    fn finish(&mut self, cx: &ReadContext<'_>) {
        if let Some(reason) = self.collector.nothing_read() {
            cx.error(&self.input, READER, None, None, reason);
        }
        for warning in self.collector.warnings() {
            cx.warning(&self.input, warning);
        }
    }
}
