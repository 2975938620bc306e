//! Writes what lines of devices say as rows, for a file of them and for those in syslog.

use super::{Found, READER, Told, parsed, told};
use crate::dns_log::{self, Lookup};
use crate::format::{Chunks, Dataset};
use crate::frame::{Places, Rows, each_line};
use crate::lines::{Block, Line, LineChunks, LineParser, Split};
use crate::notes::{AllNotes, Notes};
use crate::proxy_log;
use crate::session::{self, Sessions};
use crate::syslog::{Clock, Parsed, Stamp};
use crate::{Input, ReadContext};
use model::{TableSchema, ticks};
use std::sync::Arc;

/// What lines of devices become.
pub(crate) const TABLES: [&str; 3] = [session::TABLE, proxy_log::TABLE, dns_log::TABLE];

/// A file that was found to be of devices' lines.
pub(super) struct Log;

impl Dataset for Log {
    fn reader(&self) -> &'static str {
        READER
    }

    fn tables(&self) -> Vec<TableSchema> {
        TABLES.iter().filter_map(|table| model::tables::builtin(table).cloned()).collect()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let parser = Parser {
            input: Arc::clone(input),
            tables: Tables::new(cx),
            clock: Clock::new(input, cx.options()),
            notes: AllNotes::default(),
        };
        LineChunks::open(input, READER, Split::Lines, Arc::new(parser), cx)
    }
}

struct Parser {
    input: Arc<Input>,
    tables: Tables,
    clock: Clock,
    notes: AllNotes,
}

impl LineParser for Parser {
    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let mut writer = self.tables.writer(false, &block.input, cx);
        each_line(block, READER, cx, |line, text| {
            let parsed = parsed(text);
            match told(&parsed) {
                Some(told) => writer.take(told, &parsed, line, &self.clock, &block.input, cx),
                None => Err("no line of a device that is known".to_owned()),
            }
        });
        self.notes.add(writer.end(&block.input, cx));
    }

    fn finish(&self, cx: &ReadContext<'_>) {
        self.notes.tell(&self.input, cx);
    }
}

/// Where what is wanted of the tables goes.
pub(crate) struct Tables {
    requests: Places<proxy_log::Put>,
    lookups: Places<dns_log::Put>,
}

impl Tables {
    pub(crate) fn new(cx: &ReadContext<'_>) -> Self {
        Self {
            requests: Places::named(proxy_log::TABLE, cx, proxy_log::COLUMNS),
            lookups: Places::named(dns_log::TABLE, cx, dns_log::COLUMNS),
        }
    }

    /// For a piece of a file; `headed` where what the headers of syslog lack is told by another.
    pub(crate) fn writer(&self, headed: bool, input: &Input, cx: &ReadContext<'_>) -> Writer<'_> {
        Writer {
            sessions: Sessions::new(input, cx),
            requests: self.requests.rows(input, cx),
            lookups: self.lookups.rows(input, cx),
            headed,
            notes: Notes::default(),
        }
    }
}

/// The rows of a piece.
pub(crate) struct Writer<'t> {
    sessions: Sessions,
    requests: Rows<'t, proxy_log::Put>,
    lookups: Rows<'t, dns_log::Put>,
    headed: bool,
    notes: Notes,
}

impl Writer<'_> {
    /// Takes in a line; what is not understood of it is given back.
    pub(crate) fn take(
        &mut self,
        told: Told<'_>,
        parsed: &Parsed<'_>,
        line: Line<'_>,
        clock: &Clock,
        input: &Input,
        cx: &ReadContext<'_>,
    ) -> Result<(), String> {
        let (vendor, product) = told.names;
        let host = if told.host.is_empty() { parsed.host } else { told.host };
        let own = told.stamp != Stamp::None;
        let time = match if own { told.stamp } else { parsed.stamp } {
            Stamp::None => Err("lines have no time that is understood"),
            stamp => clock.read(stamp),
        };
        let notes = &mut self.notes;
        let mut time = || if own || !self.headed { notes.known(time) } else { time.unwrap_or_default() };
        match told.found {
            Found::Session(mut session) => {
                let time = time();
                let length = session.duration.map(|millis| millis.saturating_mul(ticks::SECOND / 1_000));
                // A line is written when the connection begins or when it is over.
                (session.start, session.end) = match session.sub_type {
                    "End" if length.is_some() => (time.map(|time| time.saturating_sub(length.unwrap_or(0))), time),
                    _ => (time, time.zip(length).map(|(time, length)| time.saturating_add(length))),
                };
                (session.vendor, session.product, session.device) = (vendor, product, host);
                session.device_name = if host.parse::<std::net::IpAddr>().is_ok() { "" } else { host };
                if session.destination.is_empty() && session.destination_name.is_empty() {
                    self.notes.note("connections are to a server that the line does not name by its address");
                }
                self.sessions.add(&session, line.record, line.offset, input, cx);
            }
            Found::Request(mut request) => {
                let time = time();
                if self.requests.count() {
                    request.device = host;
                    let entry = proxy_log::Entry { request: &request, time, vendor, product };
                    self.requests.put(line, |put, column| put(&entry, column));
                }
            }
            Found::Lookup(lookup) => {
                let time = time();
                if self.lookups.count() {
                    let lookup = Lookup { host, ..lookup };
                    let entry = dns_log::Entry { lookup: &lookup, time, vendor, product };
                    self.lookups.put(line, |put, column| put(&entry, column));
                }
            }
            Found::Other => {}
            Found::Broken(reason) => return Err(reason.to_owned()),
        }
        Ok(())
    }

    /// Hands over the rows, and what is to be told.
    pub(crate) fn end(mut self, input: &Input, cx: &ReadContext<'_>) -> Notes {
        self.sessions.flush(input, cx);
        self.requests.end(input, cx);
        self.lookups.end(input, cx);
        self.notes
    }
}
