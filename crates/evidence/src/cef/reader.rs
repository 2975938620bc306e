//! Reads a log of events.

use super::READER;
use super::event::{Event, start};
use super::fields::{FIELDS, is_known};
use crate::exports::time::{Time, TimeStyle, Zone};
use crate::format::{Chunks, Dataset};
use crate::frame::{Places, each_line};
use crate::lines::{Block, LineChunks, LineParser, Split};
use crate::notes::{AllNotes, Notes};
use crate::syslog::{self, Clock, Stamp};
use crate::{ColumnBuilder, Input, ReadContext};
use model::{KqlType, TableSchema};
use std::sync::Arc;

pub(super) const TABLE: &str = "CommonSecurityLog";

/// A file that was found to be a log of events.
pub(super) struct Log;

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
            places: Places::new(TABLE, cx, |column| Some((Source::of(&column.name)?, column.kql_type))),
            clock: Clock::new(input, cx.options()),
            style: TimeStyle { zone: cx.options().timezone.map_or(Zone::Unknown, Zone::Named), day_first: false },
            notes: AllNotes::default(),
        };
        LineChunks::open(input, READER, Split::Lines, Arc::new(parser), cx)
    }
}

/// What fills a column.
#[derive(Clone, Copy)]
enum Source {
    Time,
    Computer,
    /// A part of the head.
    Head(usize),
    /// Pairs that have no column of their own.
    Others,
    Type,
    Field(&'static str),
}

impl Source {
    fn of(column: &str) -> Option<Self> {
        Some(match column {
            "TimeGenerated" => Self::Time,
            "Computer" | "CollectorHostName" => Self::Computer,
            "DeviceVendor" => Self::Head(0),
            "DeviceProduct" => Self::Head(1),
            "DeviceVersion" => Self::Head(2),
            "DeviceEventClassID" => Self::Head(3),
            "Activity" => Self::Head(4),
            "LogSeverity" | "OriginalLogSeverity" => Self::Head(5),
            "AdditionalExtensions" => Self::Others,
            "Type" => Self::Type,
            column => FIELDS.iter().find(|(_, known)| *known == column).map(|(field, _)| Self::Field(field))?,
        })
    }
}

struct Parser {
    input: Arc<Input>,
    places: Places<(Source, KqlType)>,
    clock: Clock,
    /// Of times within events.
    style: TimeStyle,
    notes: AllNotes,
}

impl LineParser for Parser {
    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let (mut rows, mut notes) = (self.places.rows(&block.input, cx), Notes::default());
        each_line(block, READER, cx, |line, text| {
            let found = start(text).and_then(|at| Some((text.get(..at)?, Event::parse(text.get(at..)?)?)));
            let (before, event) = found.ok_or("no event of the Common Event Format")?;
            if !rows.count() {
                return Ok(());
            }
            // The header of syslog, with what stands for its message.
            let header = format!("{} x: -", before.trim_end().trim_end_matches(':').trim_end());
            let parsed = syslog::parse(&header);
            let time = notes.known(self.time(&event, parsed.map_or(Stamp::None, |parsed| parsed.stamp)));
            let host = parsed.map_or("", |parsed| parsed.host);
            rows.put(line, |(source, kind), column| match source {
                Source::Time => column.long_option(time),
                Source::Computer => column.text(host),
                Source::Head(part) => column.text(event.head.get(part).map_or("", |text| text)),
                Source::Others => column.text(&others(&event)),
                Source::Type => column.text(TABLE),
                Source::Field(name) => self.put(event.get(name), kind, column),
            });
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
    /// The event's own time where it has a zone, else that of syslog.
    fn time(&self, event: &Event<'_>, stamp: Stamp) -> Result<Option<i64>, &'static str> {
        let own = ["rt", "end", "start"].iter().map(|name| event.get(name)).find(|text| !text.is_empty()).unwrap_or_default();
        match self.style.parse(own) {
            Time::Ticks(at) if !own.is_empty() => Ok(Some(at)),
            Time::Local => Err("lines have a time without a zone, which is unknown; say the zone with --timezone"),
            _ if stamp == Stamp::None => Err("lines have no time that is understood"),
            _ => self.clock.read(stamp),
        }
    }

    fn put(&self, text: &str, kind: KqlType, column: &mut ColumnBuilder) {
        match kind {
            KqlType::Int | KqlType::Long => column.long_option(text.trim().parse().ok()),
            KqlType::Real => match text.trim().parse::<f64>() {
                Ok(number) => column.real(number),
                Err(_) => column.missing(),
            },
            KqlType::DateTime => match self.style.parse(text) {
                Time::Ticks(at) if !text.is_empty() => column.long(at),
                _ => column.missing(),
            },
            _ => column.text(text),
        }
    }
}

/// `name=value;name=value`, as the collector writes them.
fn others(event: &Event<'_>) -> String {
    let mut out = String::new();
    for (name, value) in event.pairs.iter().filter(|(name, _)| !is_known(name)) {
        if !out.is_empty() {
            out.push(';');
        }
        out.push_str(name);
        out.push('=');
        out.push_str(value);
    }
    out
}
