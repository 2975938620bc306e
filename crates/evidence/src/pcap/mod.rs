//! Packet captures: flows, and what is said in them.
//!
//! A capture is read in one pass. [`file`] gives packets and their places; [`link`], [`ip`], [`fragments`] and [`tunnel`] find the IP
//! packet in each; [`tracker`] keeps the [`flow`]s in a bounded table; [`stream`] puts TCP in order and hands the bytes to those who
//! understand them; [`rows`] are what is left. All state is the file's and changes in its order, so the rows do not depend on how the
//! file is read; only the building of batches is left to other threads.

pub(crate) mod bytes;
pub(crate) mod dns;
mod file;
mod flow;
mod fragments;
mod http;
mod ip;
mod link;
mod names;
mod rows;
mod served;
mod sflow;
mod stream;
mod tls;
mod tracker;
mod tunnel;

use crate::format::{Chunks, Dataset, Format, Head, Job, Sniff};
use crate::{Input, ReadContext};
use file::{Packets, Trouble};
use model::TableSchema;
use rows::Plans;
use std::sync::Arc;
use tracker::{Limits, Tracker};

/// As in read errors.
const READER: &str = "pcap";

/// Rows that are built at a time, and bytes of packets that are read in between at most.
const ROWS: usize = 4_096;
const BYTES: usize = 8 << 20;

pub(crate) struct Capture;

impl Format for Capture {
    fn name(&self) -> &'static str {
        READER
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        if file::is_capture(head.bytes) { Sniff::Read(Arc::new(Self)) } else { Sniff::No }
    }
}

impl Dataset for Capture {
    fn reader(&self) -> &'static str {
        READER
    }

    fn tables(&self) -> Vec<TableSchema> {
        rows::tables()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        match input.open(&cx.options().caps) {
            Ok(stream) => Some(Box::new(Reader::new(input, Packets::new(stream), Limits::default(), cx))),
            Err(error) => {
                cx.error(input, READER, None, None, format!("cannot be read: {error}"));
                None
            }
        }
    }
}

struct Reader {
    input: Arc<Input>,
    packets: Packets,
    tracker: Tracker,
    plans: Arc<Plans>,
    troubles: Vec<Trouble>,
    progress: Progress,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Packets,
    /// No packets are left, but flows.
    Flows,
    Ended,
}

impl Reader {
    fn new(input: &Arc<Input>, packets: Packets, limits: Limits, cx: &ReadContext<'_>) -> Self {
        let plans = Plans::new(cx);
        let tracker = Tracker::new(plans.rows(), limits);
        Self { input: Arc::clone(input), packets, tracker, plans: Arc::new(plans), troubles: Vec::new(), progress: Progress::Packets }
    }

    /// Reads on until there are rows enough for a batch.
    fn fill(&mut self, cx: &ReadContext<'_>) {
        let mut bytes = 0;
        while self.tracker.rows.len() < ROWS && bytes < BYTES {
            match self.progress {
                Progress::Packets => match self.packets.next(&mut self.troubles) {
                    Some(packet) => {
                        bytes += packet.bytes.len() + 16;
                        self.tracker.packet(&packet);
                    }
                    None => self.progress = Progress::Flows,
                },
                Progress::Flows if self.tracker.finish() => {}
                Progress::Flows => self.progress = Progress::Ended,
                Progress::Ended => break,
            }
            for Trouble { place, reason } in self.troubles.drain(..) {
                cx.error(&self.input, READER, Some(place.offset), Some(place.record), reason);
            }
        }
    }
}

impl Chunks for Reader {
    fn next(&mut self, cx: &ReadContext<'_>) -> Option<Job> {
        if self.progress == Progress::Ended {
            return None;
        }
        self.fill(cx);
        let rows = self.tracker.rows.take();
        let (plans, input) = (Arc::clone(&self.plans), Arc::clone(&self.input));
        Some(Box::new(move |cx| plans.build(&rows, &input, cx)))
    }

    fn finish(&mut self, cx: &ReadContext<'_>) {
        // A run that is stopped tells of the miners that waited for the rest of the capture.
        self.tracker.tell_waiting();
        self.plans.build(&self.tracker.rows.take(), &self.input, cx);
        for (place, reason) in self.tracker.tally.errors() {
            cx.error(&self.input, READER, Some(place.offset), Some(place.record), reason);
        }
        if let Some(reason) = self.tracker.collector.nothing_read() {
            cx.error(&self.input, READER, None, None, reason);
        }
        for warning in self.tracker.tally.warnings().into_iter().chain(self.tracker.collector.warnings()) {
            cx.warning(&self.input, warning);
        }
    }
}

#[cfg(test)]
mod tests;
