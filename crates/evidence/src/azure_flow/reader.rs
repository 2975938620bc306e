//! Reads a flow log: records are taken apart by many threads, and their flows joined in the order of the file.

use super::READER;
use super::join::Table;
use super::record::{Entry, entries};
use super::tuple::State;
use crate::format::{Chunks, Dataset};
use crate::lines::{Block, LineChunks, LineParser, Split};
use crate::notes::{AllNotes, Notes};
use crate::ordered::InOrder;
use crate::session::{Sessions, TABLE};
use crate::{Input, ReadContext};
use model::TableSchema;
use std::sync::{Arc, Mutex, PoisonError};

/// A file that was found to be a flow log.
pub(super) struct FlowLog;

impl Dataset for FlowLog {
    fn reader(&self) -> &'static str {
        READER
    }

    fn tables(&self) -> Vec<TableSchema> {
        model::tables::builtin(TABLE).cloned().into_iter().collect()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let merge = Merge {
            pieces: InOrder::default(),
            record: 0,
            table: Table::default(),
            rows: Sessions::new(input, cx),
            notes: Notes::default(),
        };
        let parser = Parser { input: Arc::clone(input), merge: Mutex::new(merge) };
        LineChunks::open(input, READER, Split::Lines, Arc::new(parser), cx)
    }
}

struct Parser {
    input: Arc<Input>,
    merge: Mutex<Merge>,
}

/// Puts the pieces back in order.
struct Merge {
    pieces: InOrder<Vec<Entry>>,
    /// Flows so far, which are the records of the file.
    record: u64,
    table: Table,
    rows: Sessions,
    notes: Notes,
}

/// The number of a piece.
struct Number(u64);

impl LineParser for Parser {
    fn in_order(&self, block: &mut Block, _cx: &ReadContext<'_>) {
        let mut merge = self.merge.lock().unwrap_or_else(PoisonError::into_inner);
        block.state = Some(Arc::new(Number(merge.pieces.hand_out())));
    }

    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let depth = cx.options().caps.depth;
        // Within texts, places of the file are not those of the record.
        let exact = block.input.view.within.is_none();
        let mut found = Vec::new();
        for line in block.lines() {
            let bytes = line.sound(READER, &block.input, cx);
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let from = found.len();
            entries(bytes, depth, &mut found, |reason| cx.error(&block.input, READER, Some(line.offset), Some(line.record), reason));
            let skipped = line.bytes.len() - bytes.len();
            for entry in found.iter_mut().skip(from) {
                entry.at = line.offset as usize + if exact { skipped + entry.at } else { 0 };
            }
        }
        let number = block.state.as_ref().and_then(|state| state.downcast_ref::<Number>()).map_or(u64::MAX, |number| number.0);
        let mut merge = self.merge.lock().unwrap_or_else(PoisonError::into_inner);
        merge.pieces.put(number, found);
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
        merge.end(&self.input, cx);
    }
}

impl Merge {
    fn add(&mut self, piece: Vec<Entry>, input: &Input, cx: &ReadContext<'_>) {
        for entry in piece {
            let (record, offset) = (self.record, entry.at as u64);
            self.record += 1;
            match entry.found {
                Ok((tuple, group)) => {
                    if tuple.state == State::Only {
                        self.notes.note("flows are of version 1, which tells no bytes: how much a connection moved is not known");
                    }
                    self.table.add(tuple, group, record, offset, |session| {
                        session.show(|row| self.rows.add(row, session.record, session.offset, input, cx));
                    });
                }
                Err(reason) => cx.error(input, READER, Some(offset), Some(record), reason),
            }
        }
        self.rows.flush(input, cx);
    }

    fn end(&mut self, input: &Input, cx: &ReadContext<'_>) {
        for session in self.table.rest() {
            session.show(|row| self.rows.add(row, session.record, session.offset, input, cx));
        }
        self.rows.flush(input, cx);
        let notes = AllNotes::default();
        notes.add(std::mem::take(&mut self.notes));
        notes.tell(input, cx);
    }
}
