//! Reads a proxy's log.

use super::columns::Layout;
use super::request::{COLUMNS, Entry, Put, TABLE};
use super::tinyproxy::Clients;
use super::{Dialect, Found, READER, bare};
use crate::format::{Chunks, Dataset};
use crate::frame::{Places, each_line};
use crate::lines::{Block, LineChunks, LineParser, Split};
use crate::notes::{AllNotes, Notes};
use crate::syslog::{Clock, Stamp};
use crate::{Input, ReadContext};
use model::TableSchema;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A file that was found to be a proxy's log.
pub(super) struct Log {
    pub(super) dialect: Dialect,
}

impl Dataset for Log {
    fn reader(&self) -> &'static str {
        READER
    }

    fn tables(&self) -> Vec<TableSchema> {
        model::tables::builtin(TABLE).cloned().into_iter().collect()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let parser = Parser {
            input: Arc::clone(input),
            dialect: self.dialect,
            places: Places::named(TABLE, cx, COLUMNS),
            clock: Clock::new(input, cx.options()),
            state: Mutex::default(),
            notes: AllNotes::default(),
        };
        LineChunks::open(input, READER, Split::Lines, Arc::new(parser), cx)
    }
}

/// What lines before may say of those that follow.
#[derive(Default)]
struct State {
    layout: Layout,
    clients: Clients,
}

/// What a block is given: the header that holds at its start, and who asks, by the record of the request.
struct Start {
    layout: Layout,
    clients: BTreeMap<u64, String>,
}

struct Parser {
    input: Arc<Input>,
    dialect: Dialect,
    places: Places<Put>,
    clock: Clock,
    state: Mutex<State>,
    notes: AllNotes,
}

impl LineParser for Parser {
    fn in_order(&self, block: &mut Block, _cx: &ReadContext<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut start = Start { layout: state.layout.clone(), clients: BTreeMap::new() };
        for line in block.lines() {
            match self.dialect {
                Dialect::Columns if line.bytes.first() == Some(&b'#') => state.layout.header(&String::from_utf8_lossy(line.bytes)),
                Dialect::Tinyproxy => {
                    if let Some(client) = state.clients.take(&String::from_utf8_lossy(line.bytes)) {
                        start.clients.insert(line.record, client);
                    }
                }
                _ => {}
            }
        }
        block.state = Some(Arc::new(start));
    }

    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let Some(start) = block.state.as_ref().and_then(|state| state.downcast_ref::<Start>()) else { return };
        let mut layout = start.layout.clone();
        let (mut rows, mut notes) = (self.places.rows(&block.input, cx), Notes::default());
        each_line(block, READER, cx, |line, text| {
            if text.starts_with('#') && self.dialect == Dialect::Columns {
                layout.header(text);
                return Ok(());
            }
            // The header of columns tells where a line begins.
            let (message, host) = if self.dialect == Dialect::Columns { (text, "") } else { bare(text) };
            let client = start.clients.get(&line.record).map_or("", String::as_str);
            let (stamp, found) = self.dialect.parse(message, &layout, client);
            let mut request = match found {
                Found::Request(request) => request,
                Found::Own => {
                    notes.note("requests are for no other host, and are no sessions through the proxy");
                    return Ok(());
                }
                Found::Other => return Ok(()),
                Found::Broken(there, named) => return Err(format!("{there} columns where the header names {named}")),
                Found::Unknown => return Err("no line of the proxy's log".to_owned()),
            };
            let time = notes.known(match stamp {
                Stamp::None => Err("lines have no time that is understood"),
                stamp => self.clock.read(stamp),
            });
            if rows.count() {
                if request.device.is_empty() {
                    request.device = host;
                }
                let (vendor, product) = self.dialect.names(message, &layout);
                let entry = Entry { request: &request, time, vendor, product };
                rows.put(line, |put, column| put(&entry, column));
            }
            Ok(())
        });
        rows.end(&block.input, cx);
        self.notes.add(notes);
    }

    fn finish(&self, cx: &ReadContext<'_>) {
        self.notes.tell(&self.input, cx);
    }
}
