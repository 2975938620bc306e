//! Reads a name server's log.

use super::heading::heading;
use super::lookup::{COLUMNS, Entry, Put, TABLE};
use super::{Found, READER, Server, windows};
use crate::exports::time::{Time, TimeStyle, Zone};
use crate::format::{Chunks, Dataset};
use crate::lines::{Block, LineChunks, LineParser, Split};
use crate::notes::{AllNotes, Notes};
use crate::syslog::{Clock, Stamp};
use crate::{Input, ReadContext, TableBuilder};
use model::TableSchema;
use std::sync::Arc;

/// A file that was found to be a name server's log.
pub(super) struct Log {
    pub(super) server: Server,
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
            server: self.server,
            table: TABLE.into(),
            columns: columns.unwrap_or_default(),
            clock: Clock::new(input, cx.options()),
            style: TimeStyle {
                zone: cx.options().timezone.map_or(Zone::Unknown, Zone::Named),
                day_first: self.server == Server::Windows && day_first(input, cx),
            },
            notes: AllNotes::default(),
        };
        LineChunks::open(input, READER, Split::Lines, Arc::new(parser), cx)
    }
}

/// Bytes at the start of a log in which its way of writing dates is looked for.
const DATES: u64 = 1 << 20;

/// Whether dates with strokes have the day first. Windows writes them as the server's region does, which the log does not name: the day
/// is first where a first number is no month; where none is, twelve hours and AM or PM are America's.
fn day_first(input: &Input, cx: &ReadContext<'_>) -> bool {
    use std::io::Read;
    let mut bytes = Vec::new();
    let Ok(stream) = input.open(&cx.options().caps) else { return false };
    // What can be read counts; the file is read again, and its errors told, from its start.
    let _ = stream.take(DATES).read_to_end(&mut bytes);
    input.take_progress();
    let text = String::from_utf8_lossy(&bytes);
    text.lines().any(|line| {
        let (time, _) = windows::parse(line);
        let first = time.split_once('/').and_then(|(first, _)| first.parse::<u32>().ok());
        first.is_some_and(|first| (13..32).contains(&first))
    })
}

struct Parser {
    input: Arc<Input>,
    server: Server,
    table: Arc<str>,
    columns: Vec<Option<Put>>,
    clock: Clock,
    /// Of Windows' times.
    style: TimeStyle,
    notes: AllNotes,
}

const NO_ZONE: &str = "lines have a time without a zone, which is unknown; say the zone with --timezone";

impl LineParser for Parser {
    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let mut builder = cx.columns(TABLE).map(|schema| TableBuilder::new(&schema, &block.input));
        let (vendor, product) = self.server.names();
        let (mut rows, mut notes) = (0, Notes::default());
        for line in block.lines() {
            let bytes = line.sound(READER, &block.input, cx);
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let text = String::from_utf8_lossy(bytes);
            let (time, found) = self.line(&text);
            let lookup = match found {
                Found::Lookup(lookup) => lookup,
                Found::Other => continue,
                Found::Foreign => {
                    notes.note("lines of other programs are not read");
                    continue;
                }
                Found::Unknown => {
                    cx.error(&block.input, READER, Some(line.offset), Some(line.record), format!("no line of a log of {product}"));
                    continue;
                }
            };
            rows += 1;
            let time = time.unwrap_or_else(|why| {
                notes.note(why);
                None
            });
            let Some(builder) = &mut builder else { continue };
            let entry = Entry { lookup: &lookup, time, vendor, product };
            for (put, column) in self.columns.iter().zip(&mut builder.columns) {
                match put {
                    Some(put) => put(&entry, column),
                    None => column.missing(),
                }
            }
            builder.end_row(line.record, Some(line.offset));
        }
        cx.records(&self.table, rows);
        if let Some(mut builder) = builder {
            cx.emit(&block.input, &self.table, builder.finish());
        }
        self.notes.add(notes);
    }

    fn finish(&self, cx: &ReadContext<'_>) {
        self.notes.tell(&self.input, cx);
    }
}

impl Parser {
    /// The time of a line, or why it is unknown, and what the line says.
    fn line<'a>(&self, text: &'a str) -> (Result<Option<i64>, &'static str>, Found<'a>) {
        if self.server == Server::Windows {
            let (time, found) = windows::parse(text);
            let time = match self.style.parse(time) {
                Time::Ticks(at) => Ok(Some(at)),
                Time::Local => Err(NO_ZONE),
                Time::Bad => Err("lines have a time that is not understood"),
            };
            return (time, found);
        }
        let heading = heading(text);
        let time = match heading.stamp {
            Stamp::None => Err("lines have no time"),
            stamp => self.clock.read(stamp),
        };
        (time, self.server.parse(&heading))
    }
}
