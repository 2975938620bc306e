//! Reads a list of flows: lines are taken apart by many threads, and put together into connections in the order of the file.

use super::READER;
use super::columns::{Layout, Program};
use super::flow::{Cells, NoFlow};
use crate::connection::{Connections, Flow};
use crate::exports::time::{Time, TimeStyle, Zone};
use crate::format::{Chunks, Dataset};
use crate::lines::{Block, Line, LineChunks, LineParser, Split};
use crate::notes::{AllNotes, Notes};
use crate::ordered::InOrder;
use crate::session::{Sessions, TABLE};
use crate::{Input, ReadContext};
use model::TableSchema;
use std::sync::{Arc, Mutex, PoisonError};

/// A file that was found to be a list of flows.
pub(super) struct FlowList {
    pub(super) layout: Arc<Layout>,
}

impl Dataset for FlowList {
    fn reader(&self) -> &'static str {
        READER
    }

    fn tables(&self) -> Vec<TableSchema> {
        model::tables::builtin(TABLE).cloned().into_iter().collect()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let zone = cx.options().timezone.map_or(Zone::Unknown, Zone::Named);
        let parser = Parser {
            input: Arc::clone(input),
            state: Mutex::new(State { layout: Arc::clone(&self.layout), over: false }),
            style: TimeStyle { zone, day_first: false },
            notes: AllNotes::default(),
            merge: Mutex::new(Merge { pieces: InOrder::default(), connections: Connections::default(), rows: Sessions::new(input, cx) }),
        };
        LineChunks::open(input, READER, Split::Lines, Arc::new(parser), cx)
    }
}

/// Whether a line is the header of a list that is aligned for the eye.
pub(super) fn is_header_of_text(line: &[u8]) -> bool {
    Layout::of(line).is_some_and(|layout| matches!(layout.program, Program::NfdumpText | Program::ArgusText))
}

/// What holds at the start of a block.
#[derive(Clone)]
struct State {
    layout: Arc<Layout>,
    /// nfdump's summary has begun, which is no flow.
    over: bool,
}

impl State {
    /// Whether a line is a header or of a summary; what it says then holds for those that follow.
    fn takes(&mut self, line: &[u8]) -> bool {
        let line = line.trim_ascii_start();
        let first = line.first().copied().unwrap_or_default();
        if first.is_ascii_alphabetic() {
            if let Some(layout) = Layout::of(line) {
                if layout != *self.layout {
                    self.layout = Arc::new(layout);
                }
                self.over = false;
                return true;
            }
            if matches!(self.layout.program, Program::Nfdump | Program::NfdumpText) {
                if line.starts_with(b"Summary") {
                    self.over = true;
                }
                if [&b"Aggregated"[..], b"Top ", b"Byte limit", b"No matching"].iter().any(|said| line.starts_with(said)) {
                    return true;
                }
            }
        }
        self.over
    }
}

struct Parser {
    input: Arc<Input>,
    state: Mutex<State>,
    style: TimeStyle,
    notes: AllNotes,
    merge: Mutex<Merge>,
}

/// Puts the pieces back in order, and their records together.
struct Merge {
    pieces: InOrder<Vec<Flow>>,
    connections: Connections,
    rows: Sessions,
}

impl Merge {
    fn add(&mut self, piece: Vec<Flow>, input: &Input, cx: &ReadContext<'_>) {
        for flow in piece {
            let rows = &mut self.rows;
            self.connections.add(flow, |over| write(rows, &over, input, cx));
        }
        self.rows.flush(input, cx);
    }
}

fn write(rows: &mut Sessions, flow: &Flow, input: &Input, cx: &ReadContext<'_>) {
    flow.show(|session| rows.add(session, flow.record, flow.offset, input, cx));
}

/// What a block is given: its number, and what holds at its start.
struct Start(u64, State);

impl LineParser for Parser {
    fn in_order(&self, block: &mut Block, _cx: &ReadContext<'_>) {
        let mut held = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.merge.lock().unwrap_or_else(PoisonError::into_inner).pieces.hand_out();
        block.state = Some(Arc::new(Start(number, held.clone())));
        // Flows begin with a time, headers and summaries with a letter.
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', &block.bytes).chain(std::iter::once(block.bytes.len())) {
            let line = block.bytes.get(start..end).unwrap_or_default();
            if line.trim_ascii_start().first().is_some_and(u8::is_ascii_alphabetic) {
                held.takes(line.strip_suffix(b"\r").unwrap_or(line));
            }
            start = end + 1;
        }
    }

    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let Some(Start(number, state)) = block.state.as_ref().and_then(|state| state.downcast_ref::<Start>()) else { return };
        let (mut state, mut flows) = (state.clone(), Vec::new());
        let mut notes = Notes::default();
        for line in block.lines() {
            let bytes = line.sound(READER, &block.input, cx);
            if bytes.trim_ascii().is_empty() || state.takes(bytes) {
                continue;
            }
            match self.flow(bytes, line, &state.layout, &mut notes, cx) {
                Ok(flow) => flows.push(flow),
                Err(NoFlow::Broken(reason)) => cx.error(&block.input, READER, Some(line.offset), Some(line.record), reason),
                Err(NoFlow::NotIp) => notes.note("records are not of IP and are no sessions"),
            }
        }
        self.notes.add(notes);
        let mut merge = self.merge.lock().unwrap_or_else(PoisonError::into_inner);
        merge.pieces.put(*number, flows);
        while let Some(piece) = merge.pieces.take() {
            merge.add(piece, &self.input, cx);
        }
    }

    fn finish(&self, cx: &ReadContext<'_>) {
        let mut merge = self.merge.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = merge.pieces.rest();
        for piece in rest {
            merge.add(piece, &self.input, cx);
        }
        let Merge { connections, rows, .. } = &mut *merge;
        for flow in connections.rest() {
            write(rows, &flow, &self.input, cx);
        }
        rows.flush(&self.input, cx);
        self.notes.tell(&self.input, cx);
    }
}

impl Parser {
    fn flow(&self, bytes: &[u8], line: Line<'_>, layout: &Layout, notes: &mut Notes, cx: &ReadContext<'_>) -> Result<Flow, NoFlow> {
        let text = String::from_utf8_lossy(bytes);
        if layout.program == Program::NfdumpPipe {
            let mut flow = super::pipe::flow(&text)?;
            (flow.record, flow.offset) = (line.record, line.offset);
            return Ok(flow);
        }
        // SiLK writes times of Greenwich.
        let style = if layout.program == Program::Silk { TimeStyle::UTC } else { self.style };
        let (mut flow, time) = Cells::of(&text, layout)?.flow(layout.program, style)?;
        match time {
            Time::Bad if layout.program == Program::ArgusText && flow.start.is_none() => {
                notes
                    .note("lines have a time without a date, as ra writes it by itself; say the form with -t or in .rarc (RA_TIME_FORMAT)");
            }
            Time::Ticks(_) => {}
            Time::Local => notes.note("lines have a time without a zone, which is unknown; say the zone with --timezone"),
            Time::Bad => {
                let reason = "the time of the flow's start is not understood; the record is kept without one";
                cx.error(&self.input, READER, Some(line.offset), Some(line.record), reason);
            }
        }
        (flow.record, flow.offset) = (line.record, line.offset);
        Ok(flow)
    }
}
