//! Reads a log of events.

use super::READER;
use super::event::{Event, start};
use super::fields::{FIELDS, is_known};
use crate::exports::time::{Time, TimeStyle, Zone};
use crate::format::{Chunks, Dataset};
use crate::lines::{Block, LineChunks, LineParser, Split};
use crate::notes::{AllNotes, Notes};
use crate::syslog::{self, Clock, Stamp};
use crate::{ColumnBuilder, Input, ReadContext, TableBuilder};
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
        let columns = cx.columns(TABLE).map(|schema| schema.columns.iter().map(|c| (Source::of(&c.name), c.kql_type)).collect());
        let parser = Parser {
            input: Arc::clone(input),
            table: TABLE.into(),
            columns: columns.unwrap_or_default(),
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
    Missing,
}

impl Source {
    fn of(column: &str) -> Self {
        match column {
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
            column => FIELDS.iter().find(|(_, known)| *known == column).map_or(Self::Missing, |(field, _)| Self::Field(field)),
        }
    }
}

struct Parser {
    input: Arc<Input>,
    table: Arc<str>,
    columns: Vec<(Source, KqlType)>,
    clock: Clock,
    /// Of times within events.
    style: TimeStyle,
    notes: AllNotes,
}

impl LineParser for Parser {
    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let mut builder = cx.columns(TABLE).map(|schema| TableBuilder::new(&schema, &block.input));
        let (mut rows, mut notes) = (0, Notes::default());
        for line in block.lines() {
            let bytes = line.sound(READER, &block.input, cx);
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let text = String::from_utf8_lossy(bytes);
            let found = start(&text).and_then(|at| Some((text.get(..at)?, Event::parse(text.get(at..)?)?)));
            let Some((before, event)) = found else {
                cx.error(&block.input, READER, Some(line.offset), Some(line.record), "no event of the Common Event Format");
                continue;
            };
            rows += 1;
            let Some(builder) = &mut builder else { continue };
            // The header of syslog, with what stands for its message.
            let header = format!("{} x: -", before.trim_end().trim_end_matches(':').trim_end());
            let parsed = syslog::parse(&header);
            let time = self.time(&event, parsed.map_or(Stamp::None, |parsed| parsed.stamp)).unwrap_or_else(|why| {
                notes.note(why);
                None
            });
            let host = parsed.map_or("", |parsed| parsed.host);
            for ((source, kind), column) in self.columns.iter().zip(&mut builder.columns) {
                match source {
                    Source::Time => column.long_option(time),
                    Source::Computer => column.text(host),
                    Source::Head(part) => column.text(event.head.get(*part).map_or("", |text| text)),
                    Source::Others => column.text(&others(&event)),
                    Source::Type => column.text(TABLE),
                    Source::Field(name) => self.put(event.get(name), *kind, column),
                    Source::Missing => column.missing(),
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
