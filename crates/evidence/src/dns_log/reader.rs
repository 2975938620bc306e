//! Reads a name server's log.

use super::askers::Askers;
use super::heading::heading;
use super::lookup::{COLUMNS, Entry, Put, TABLE};
use super::{Found, READER, Server, adguard, dates, windows};
use crate::exports::time::{Time, TimeStyle, Zone};
use crate::format::{Chunks, Dataset};
use crate::frame::{Places, each_line};
use crate::lines::{Block, LineChunks, LineParser, Split};
use crate::notes::{AllNotes, Notes};
use crate::syslog::{Clock, Stamp};
use crate::{Input, ReadContext};
use model::TableSchema;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

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
        let dates = (self.server == Server::Windows).then(|| dates::of(input, cx));
        if let Some(dates) = dates.filter(|dates| dates.guessed) {
            let read = if dates.day_first { "the day first" } else { "the month first" };
            cx.warning(input, format!("nothing in the log tells day from month in its dates; they are read with {read}"));
        }
        let parser = Parser {
            input: Arc::clone(input),
            server: self.server,
            places: Places::named(TABLE, cx, COLUMNS),
            clock: Clock::new(input, cx.options()),
            style: TimeStyle {
                zone: cx.options().timezone.map_or(Zone::Unknown, Zone::Named),
                day_first: dates.is_some_and(|dates| dates.day_first),
            },
            askers: Mutex::default(),
            notes: AllNotes::default(),
        };
        LineChunks::open(input, READER, Split::Lines, Arc::new(parser), cx)
    }
}

struct Parser {
    input: Arc<Input>,
    server: Server,
    places: Places<Put>,
    clock: Clock,
    /// Of Windows' times.
    style: TimeStyle,
    askers: Mutex<Askers>,
    notes: AllNotes,
}

/// Who asked, by the record of the answer that does not say it.
struct Asked(BTreeMap<u64, String>);

const NO_ZONE: &str = "lines have a time without a zone, which is unknown; say the zone with --timezone";

impl LineParser for Parser {
    fn in_order(&self, block: &mut Block, _cx: &ReadContext<'_>) {
        if self.server != Server::Dnsmasq {
            return;
        }
        let mut askers = self.askers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut asked = BTreeMap::new();
        for line in block.lines() {
            if let (_, Found::Lookup(lookup)) = self.line(&String::from_utf8_lossy(line.bytes))
                && let Some(client) = askers.take(&lookup)
            {
                asked.insert(line.record, client);
            }
        }
        block.state = Some(Arc::new(Asked(asked)));
    }

    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let (vendor, product) = self.server.names();
        let asked = block.state.as_ref().and_then(|state| state.downcast_ref::<Asked>());
        let (mut rows, mut notes) = (self.places.rows(&block.input, cx), Notes::default());
        each_line(block, READER, cx, |line, text| {
            let (time, found) = self.line(text);
            let mut lookup = match found {
                Found::Lookup(lookup) => lookup,
                Found::Other => return Ok(()),
                Found::Foreign => {
                    notes.note("lines of other programs are not read");
                    return Ok(());
                }
                Found::Unknown => return Err(format!("no line of a log of {product}")),
            };
            if let Some(client) = asked.and_then(|asked| asked.0.get(&line.record)) {
                lookup.client = client;
            }
            let time = notes.known(time);
            if rows.count() {
                let entry = Entry { lookup: &lookup, time, vendor, product };
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

impl Parser {
    /// The time of a line, or why it is unknown, and what the line says.
    fn line<'a>(&self, text: &'a str) -> (Result<Option<i64>, &'static str>, Found<'a>) {
        if self.server == Server::Windows {
            let (time, found) = windows::parse(text);
            let time = match self.style.parse(&windows::usual(time)) {
                Time::Ticks(at) => Ok(Some(at)),
                Time::Local => Err(NO_ZONE),
                Time::Bad => Err("lines have a time that is not understood"),
            };
            return (time, found);
        }
        if self.server == Server::AdGuard {
            let (stamp, found) = adguard::parse(text);
            return (self.clock.read(stamp), found);
        }
        let heading = heading(text);
        let time = match heading.stamp {
            Stamp::None => Err("lines have no time"),
            stamp => self.clock.read(stamp),
        };
        (time, self.server.parse(&heading))
    }
}
