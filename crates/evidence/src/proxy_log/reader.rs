//! Reads a proxy's log.

use super::columns::Layout;
use super::request::{COLUMNS, Entry, Put, TABLE};
use super::tinyproxy::Clients;
use super::{Dialect, Found, READER, bare};
use crate::format::{Chunks, Dataset};
use crate::lines::{Block, LineChunks, LineParser, Split};
use crate::notes::{AllNotes, Notes};
use crate::syslog::{Clock, Stamp};
use crate::{Input, ReadContext, TableBuilder};
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
        let columns = cx.columns(TABLE).map(|schema| {
            let put = |name: &str| COLUMNS.iter().find(|(known, _)| *known == name).map(|(_, put)| *put);
            schema.columns.iter().map(|column| put(&column.name)).collect()
        });
        let parser = Parser {
            input: Arc::clone(input),
            dialect: self.dialect,
            table: TABLE.into(),
            columns: columns.unwrap_or_default(),
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
    table: Arc<str>,
    columns: Vec<Option<Put>>,
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
        let mut builder = cx.columns(TABLE).map(|schema| TableBuilder::new(&schema, &block.input));
        let (mut rows, mut notes) = (0, Notes::default());
        for line in block.lines() {
            let bytes = line.sound(READER, &block.input, cx);
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let text = String::from_utf8_lossy(bytes);
            if bytes.first() == Some(&b'#') && self.dialect == Dialect::Columns {
                layout.header(&text);
                continue;
            }
            // The header of columns tells where a line begins.
            let (message, host) = if self.dialect == Dialect::Columns { (&*text, "") } else { bare(&text) };
            let client = start.clients.get(&line.record).map_or("", String::as_str);
            let (stamp, found) = self.dialect.parse(message, &layout, client);
            let error = |reason: String| cx.error(&block.input, READER, Some(line.offset), Some(line.record), reason);
            let mut request = match found {
                Found::Request(request) => request,
                Found::Own => {
                    notes.note("requests are for no other host, and are no sessions through the proxy");
                    continue;
                }
                Found::Other => continue,
                Found::Broken(there, named) => {
                    error(format!("{there} columns where the header names {named}"));
                    continue;
                }
                Found::Unknown => {
                    error("no line of the proxy's log".to_owned());
                    continue;
                }
            };
            rows += 1;
            let time = match stamp {
                Stamp::None => Err("lines have no time that is understood"),
                stamp => self.clock.read(stamp),
            };
            let time = time.unwrap_or_else(|why| {
                notes.note(why);
                None
            });
            let Some(builder) = &mut builder else { continue };
            if request.device.is_empty() {
                request.device = host;
            }
            let (vendor, product) = self.dialect.names(message, &layout);
            let entry = Entry { request: &request, time, vendor, product };
            for (put, column) in self.columns.iter().zip(&mut builder.columns) {
                match put {
                    Some(put) => put(&entry, column),
                    None => column.missing(),
                }
            }
            builder.end_row(line.record, Some(line.offset));
        }
        cx.records(&self.table, rows);
        if let Some(mut builder) = builder.filter(|builder| !builder.is_empty()) {
            cx.emit(&block.input, &self.table, builder.finish());
        }
        self.notes.add(notes);
    }

    fn finish(&self, cx: &ReadContext<'_>) {
        self.notes.tell(&self.input, cx);
    }
}
