//! Files of syslog lines, and Squid's access log, as the table `Syslog`; what devices among them say of connections is read by
//! [`crate::device_log`], too.
//!
//! A line of Squid's native log becomes a row of process `squid` whose message is the line: what Sentinel's Squid parsers read.
//! A time without a zone is unknown until the zone is said; a time without a year then takes the year in which the file was last
//! written, or the one before where that would be later than the file.

mod line;

use crate::device_log::{self, Tables};
use crate::exports::fill::{Ended, Ending, Layout, Report};
use crate::exports::header::Target;
use crate::exports::time::in_zone;
use crate::notes::AllNotes;
use crate::{
    Block, Chunks, ColumnBuilder, Dataset, Format, Head, Input, LineChunks, LineParser, Options, ReadContext, Sniff, Split, TableBuilder,
};
use chrono_tz::Tz;
use line::{FACILITIES, SEVERITIES};
// What the logs of name servers have in common with these.
pub(crate) use line::{Parsed, Stamp, common_time, parse};
use model::ticks::{self, DAY};
use model::{Schema, TableSchema};
use std::sync::Arc;

const NAME: &str = "syslog";
const TABLE: &str = "Syslog";

/// Lines looked at; nine in ten must have a header.
const SAMPLE: usize = 100;

pub(crate) struct Syslog;

impl Format for Syslog {
    fn name(&self) -> &'static str {
        NAME
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        if memchr::memchr(0, head.bytes.get(..8192).unwrap_or(head.bytes)).is_some() {
            return Sniff::No;
        }
        let (mut lines, mut headed, mut resolver, mut devices) = (0, 0, 0, 0);
        for line in head.lines().filter(|line| !line.is_empty()).take(SAMPLE) {
            lines += 1;
            let Ok(text) = std::str::from_utf8(line) else { continue };
            match parse(text) {
                Some(parsed) => {
                    headed += 1;
                    resolver += usize::from(parsed.process == "dnsmasq");
                }
                // Devices among others may leave the header out.
                None => devices += usize::from(device_log::is_bare(text)),
            }
        }
        // A log of queries only is no syslog that the hunts could read.
        if headed == 0 || (headed + devices) * 10 < lines * 9 || resolver == lines {
            return Sniff::No;
        }
        Sniff::Read(Arc::new(File))
    }
}

struct File;

impl Dataset for File {
    fn reader(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> Vec<TableSchema> {
        std::iter::once(TABLE).chain(device_log::TABLES).filter_map(|table| model::tables::builtin(table).cloned()).collect()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let layout = Layout::of(Vec::new(), &[Target::named(TABLE)], None, cx.options(), false);
        let ending = Ending::new(input, &layout, cx);
        let work = Work {
            input: Arc::clone(input),
            ending: Arc::clone(&ending),
            table: TABLE.into(),
            clock: Clock::new(input, cx.options()),
            devices: Tables::new(cx),
            notes: AllNotes::default(),
        };
        let chunks = LineChunks::open(input, NAME, Split::Lines, Arc::new(work), cx)?;
        Some(Box::new(Ended::new(chunks, ending)))
    }
}

/// Makes times of what lines say.
pub(crate) struct Clock {
    zone: Option<Tz>,
    /// When the file was last written; unknown in an archive.
    written: Option<i64>,
}

impl Clock {
    pub(crate) fn new(input: &Input, options: &Options) -> Self {
        let written = options.timezone.and(input.path()).and_then(|path| path.metadata().ok()?.modified().ok());
        let seconds = written.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok()).map(|d| d.as_secs());
        let ticks = seconds.and_then(|s| i64::try_from(s).ok()).map(|s| ticks::UNIX_EPOCH + s * ticks::SECOND);
        Self { zone: options.timezone, written: ticks }
    }

    /// The time in UTC, or what it lacks.
    pub(crate) fn read(&self, stamp: Stamp) -> Result<Option<i64>, &'static str> {
        let local = match stamp {
            Stamp::Ticks(at) => return Ok(Some(at)),
            Stamp::None => return Ok(None),
            Stamp::Local(at) => Some(at),
            Stamp::NoYear(month, day, clock) => {
                self.year(month, day).and_then(|year| ticks::from_parts(year, month, day, 0, 0, 0, 0)).map(|midnight| midnight + clock)
            }
        };
        match (self.zone, local) {
            (None, _) => Err("lines have a time without a zone, which is unknown; say the zone with --timezone"),
            (Some(_), None) => Err("lines have a time without a year, which is unknown in an archive; unpack it"),
            (Some(zone), Some(local)) => in_zone(local, zone).map(Some).ok_or("lines have a time that the zone never had"),
        }
    }

    fn year(&self, month: u32, day: u32) -> Option<i64> {
        let written = self.written? + DAY;
        let (year, ..) = ticks::civil(written);
        let that_year = ticks::from_parts(year, month, day, 0, 0, 0, 0);
        Some(if that_year.is_some_and(|at| at <= written) { year } else { year - 1 })
    }
}

struct Work {
    input: Arc<Input>,
    ending: Arc<Ending>,
    table: Arc<str>,
    clock: Clock,
    /// For connections that devices write down.
    devices: Tables,
    notes: AllNotes,
}

impl LineParser for Work {
    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let schema = cx.columns(&self.table);
        let mut builder = schema.as_ref().map(|schema| TableBuilder::new(schema, &self.input));
        let columns: Vec<Field> = schema.as_deref().map(fields).unwrap_or_default();
        let mut report = Report::default();
        let mut rows = 0;
        let mut devices = self.devices.writer(true, &self.input, cx);
        for line in block.lines().filter(|line| !line.bytes.trim_ascii().is_empty()) {
            rows += 1;
            let text = String::from_utf8_lossy(line.bytes);
            let headed = parse(&text);
            let bare = Parsed::bare(&text);
            let parsed = headed.as_ref().unwrap_or(&bare);
            let of_device = headed.unwrap_or_else(|| device_log::parsed(&text));
            match device_log::told(&of_device) {
                Some(told) => {
                    if let Err(reason) = devices.take(told, &of_device, line, &self.clock, &self.input, cx) {
                        cx.error(&self.input, NAME, Some(line.offset), Some(line.record), reason);
                    }
                }
                None if device_log::is_like(of_device.message) => {
                    report.note("lines seem to be of connections in a form that is not known; the hunts see their words only");
                }
                None => {}
            }
            let Some(builder) = &mut builder else { continue };
            if crate::cef::start(&text).is_some() {
                report.note("lines are events in the Common Event Format among others, which the hunts read from a file of their own only");
            }
            if headed.is_none() {
                report.note("lines have no syslog header; they are read as messages without time and host");
            }
            let time = self.clock.read(parsed.stamp).unwrap_or_else(|why| {
                report.note(why);
                None
            });
            for (field, column) in columns.iter().zip(&mut builder.columns) {
                field.fill(parsed, time, column);
            }
            builder.end_row(line.record, Some(line.offset));
        }
        cx.records(&self.table, rows);
        if let Some(mut builder) = builder.filter(|b| !b.is_empty()) {
            cx.emit(&self.input, &self.table, builder.finish());
        }
        self.notes.add(devices.end(&self.input, cx));
        self.ending.add(report);
    }

    fn finish(&self, cx: &ReadContext<'_>) {
        self.notes.tell(&self.input, cx);
    }
}

/// What a column of the table is filled with.
#[derive(Clone, Copy)]
enum Field {
    Time,
    Host,
    HostIp,
    Facility,
    Severity,
    Process,
    Pid,
    Message,
    Const(&'static str),
    Missing,
}

fn fields(schema: &Schema) -> Vec<Field> {
    let field = |name: &str| match name {
        "TimeGenerated" | "EventTime" => Field::Time,
        "Computer" | "HostName" => Field::Host,
        "HostIP" => Field::HostIp,
        "Facility" => Field::Facility,
        "SeverityLevel" => Field::Severity,
        "ProcessName" => Field::Process,
        "ProcessID" => Field::Pid,
        "SyslogMessage" => Field::Message,
        "SourceSystem" => Field::Const("Linux"),
        "Type" => Field::Const(TABLE),
        _ => Field::Missing,
    };
    schema.columns.iter().map(|column| field(&column.name)).collect()
}

impl Field {
    fn fill(self, parsed: &Parsed<'_>, time: Option<i64>, column: &mut ColumnBuilder) {
        let named = |names: &[&'static str], index: Option<u16>| index.and_then(|i| names.get(usize::from(i)).copied()).unwrap_or_default();
        match self {
            Self::Time => column.long_option(time),
            Self::Host => column.text(parsed.host),
            Self::HostIp => column.text(if parsed.host.parse::<std::net::IpAddr>().is_ok() { parsed.host } else { "" }),
            Self::Facility => column.text(named(&FACILITIES, parsed.priority.map(|p| p / 8))),
            Self::Severity => column.text(named(&SEVERITIES, parsed.priority.map(|p| p % 8))),
            Self::Process => column.text(parsed.process),
            Self::Pid => column.long_option(parsed.pid.map(i64::from)),
            Self::Message => column.text(parsed.message),
            Self::Const(text) => column.text(text),
            Self::Missing => column.missing(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exports::tests::Seen;

    const LINES: &str = "<86>Feb  3 10:15:27 10.0.0.5 sshd[211]: Accepted key\n\
        2023-02-13T10:15:27Z web1 kernel: x\n\n\
        1551426905.123    199 10.0.0.9 TCP_TUNNEL/200 16807 CONNECT pool.example:443 - HIER_DIRECT/1.2.3.4 -\n\
        Feb  3 10:15:27 web1 squid[7]: 1551426905.123 199 10.0.0.9 TCP_MISS/200 1 GET http://a/ - HIER_DIRECT/1.2.3.4 -\n";
    const SHOWN: &str = "TimeGenerated,Computer,HostIP,Facility,SeverityLevel,ProcessName,ProcessID";

    #[test]
    fn lines_become_rows() {
        let seen = Seen::file("messages", LINES.as_bytes(), Options::default());
        let rows = seen.rows("Syslog", SHOWN);
        assert_eq!(
            rows,
            [
                "null|10.0.0.5|10.0.0.5|authpriv|info|sshd|211",
                "2023-02-13T10:15:27Z|web1||||kernel|null",
                "2019-03-01T07:55:05.123Z|||||squid|null",
                "null|web1||||squid|7",
            ]
        );
        assert!(seen.rows("Syslog", "SyslogMessage")[3].starts_with("1551426905.123 199"));
        assert_eq!(seen.told(), ["2 lines have a time without a zone, which is unknown; say the zone with --timezone"]);
    }

    #[test]
    fn a_time_without_a_year_takes_that_of_the_file() {
        let zone = Options { timezone: Some(Tz::Europe__Berlin), ..Options::default() };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("messages");
        std::fs::write(&path, "Feb  3 10:15:27 web1 a: x\nDec 30 10:15:27 web1 a: x\n").unwrap();
        let written = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_675_500_000);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(written).unwrap();
        let seen = Seen::path(folder.path(), zone);
        assert_eq!(seen.rows("Syslog", "TimeGenerated"), ["2023-02-03T09:15:27Z", "2022-12-30T09:15:27Z"]);
    }

    #[test]
    fn other_logs_are_left_alone() {
        for text in ["Feb 3 10:15:27 dnsmasq[1]: started, version 2.90\n", "2023-02-13T10:15:27Z INFO a: b\n", "text\n"] {
            let seen = Seen::file("x.log", text.as_bytes(), Options::default());
            assert!(seen.tables.is_empty(), "{text}");
        }
    }
}
