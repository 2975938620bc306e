//! Exports as CSV.

mod cut;
mod records;

use super::fill::{Cell, Ended, Ending, Layout, NoLayout, Writer};
use super::header::FileColumn;
use super::identify::Sample;
use crate::{Chunks, Dataset, Format, Head, Input, Job, ReadContext, Sniff};
use cut::{Cutter, Piece};
use model::{KqlType, TableSchema};
use records::Records;
use std::sync::Arc;

pub(crate) const NAME: &str = "csv";

/// Records of the head that are looked at.
const SAMPLE: usize = 200;

pub(crate) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        NAME
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        let extension = head.name.rsplit_once('.').map(|(_, e)| e).unwrap_or_default();
        let named = matches!(extension, "csv" | "tsv");
        let (preamble, bytes) = preamble(head.bytes);
        let Some(delimiter) = delimiter(bytes, named && head.options.table.is_some()) else { return Sniff::No };
        let Some((columns, sample)) = sample(bytes, head.complete, delimiter, named) else { return Sniff::No };
        match Layout::new(columns, &sample, &head.input.file.name, head.options, false) {
            Ok(layout) => Sniff::Read(Arc::new(File { layout: Arc::new(layout), fields: sample.columns.len(), preamble, delimiter })),
            Err(NoLayout::Unknown) => Sniff::No,
            Err(NoLayout::Ambiguous(reason)) if named => Sniff::Skip { reason, evidence: true },
            Err(NoLayout::Ambiguous(_)) => Sniff::No,
        }
    }
}

/// Lines that some programs write before the header (PowerShell a type, spreadsheets the delimiter): how many, and what follows.
fn preamble(bytes: &[u8]) -> (usize, &[u8]) {
    match memchr::memchr(b'\n', bytes) {
        Some(end) if bytes.starts_with(b"#TYPE ") || bytes.starts_with(b"sep=") => (1, bytes.get(end + 1..).unwrap_or_default()),
        _ => (0, bytes),
    }
}

/// The delimiter that gives the first record most fields; `None` where the file cannot be CSV with a header.
fn delimiter(bytes: &[u8], single: bool) -> Option<u8> {
    let start = bytes.trim_ascii_start().first()?;
    if matches!(start, b'{' | b'[' | b'<' | b'#') || memchr::memchr(0, bytes.get(..8192).unwrap_or(bytes)).is_some() {
        return None;
    }
    let fields = |delimiter: u8| {
        let mut records = Records::new(bytes, delimiter);
        let record = records.next()?;
        let count = record.ends.len();
        record.fields().all(is_header).then_some(count)
    };
    let (count, best) =
        [b',', b';', b'\t', b'|'].into_iter().filter_map(|d| Some((fields(d)?, d))).rev().max_by_key(|(count, _)| *count)?;
    (count > 1 || single).then_some(best)
}

/// Whether a cell can be a column's name: short, printable, not a number.
fn is_header(cell: &[u8]) -> bool {
    std::str::from_utf8(cell).is_ok_and(|name| {
        let name = name.trim();
        name.len() <= 128
            && !name.chars().any(char::is_control)
            && name.chars().next().is_none_or(|c| c.is_alphabetic() || matches!(c, '_' | '$' | '@'))
    })
}

/// The columns and first records of a file whose header is sound.
fn sample(bytes: &[u8], complete: bool, delimiter: u8, named: bool) -> Option<(Vec<FileColumn>, Sample)> {
    let mut records = Records::new(bytes, delimiter);
    let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
    let columns: Vec<String> = records.next()?.fields().map(text).map(|name| name.trim().to_owned()).collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut odd = 0;
    while let Some(record) = records.next() {
        if rows.len() >= SAMPLE {
            break;
        }
        if record.ends.len() == columns.len() {
            rows.push(record.fields().map(text).collect());
        } else {
            odd += 1;
        }
    }
    // The head may end within a record; a file that is not named CSV must look like it throughout.
    if !complete && rows.len() > 1 {
        rows.pop();
        odd -= i32::from(odd > 0);
    }
    if !named && (rows.is_empty() || odd > 0) {
        return None;
    }
    let file = columns.iter().enumerate().map(|(index, name)| {
        let mut column = FileColumn::new(name.as_str(), KqlType::String);
        column.day_first = day_first(rows.iter().filter_map(|row| row.get(index)));
        column
    });
    Some((file.collect(), Sample { columns: columns.clone(), rows }))
}

/// Whether some date has a first number that is no month, and none a second one.
fn day_first<'a>(values: impl Iterator<Item = &'a String>) -> bool {
    let (mut first, mut second) = (false, false);
    for value in values {
        let mut parts = value.split(['/', ' ', ',']);
        let mut part = || parts.next().filter(|p| p.len() <= 2).and_then(|p| p.parse::<u32>().ok());
        let (Some(a), Some(b)) = (part(), part()) else { continue };
        if value.contains('/') {
            first |= a > 12;
            second |= b > 12;
        }
    }
    first && !second
}

/// A file of CSV.
struct File {
    layout: Arc<Layout>,
    /// Fields of the header.
    fields: usize,
    /// Records before the header.
    preamble: usize,
    delimiter: u8,
}

impl Dataset for File {
    fn reader(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> Vec<TableSchema> {
        self.layout.tables()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let caps = cx.options().caps;
        let stream = match input.open(&caps) {
            Ok(stream) => stream,
            Err(error) => {
                cx.error(input, NAME, None, None, error.to_string());
                return None;
            }
        };
        let ending = Ending::new(input, &self.layout, cx);
        let pieces = Pieces {
            cutter: Cutter::new(input, stream, self.delimiter, caps.line),
            work: Arc::new(Work {
                input: Arc::clone(input),
                layout: Arc::clone(&self.layout),
                ending: Arc::clone(&ending),
                fields: self.fields,
                preamble: self.preamble,
                delimiter: self.delimiter,
            }),
        };
        Some(Box::new(Ended::new(pieces, ending)))
    }
}

struct Pieces {
    cutter: Cutter,
    work: Arc<Work>,
}

impl Chunks for Pieces {
    fn next(&mut self, cx: &ReadContext<'_>) -> Option<Job> {
        let piece = self.cutter.next(cx)?;
        let work = Arc::clone(&self.work);
        Some(Box::new(move |cx| work.parse(&piece, cx)))
    }
}

struct Work {
    input: Arc<Input>,
    layout: Arc<Layout>,
    ending: Arc<Ending>,
    fields: usize,
    preamble: usize,
    delimiter: u8,
}

impl Work {
    fn parse(&self, piece: &Piece, cx: &ReadContext<'_>) {
        let mut writer = Writer::new(&self.layout, &self.input, cx);
        let mut records = Records::new(&piece.bytes, self.delimiter);
        if piece.offset == self.input.view.start {
            for _ in 0..=self.preamble {
                records.next();
            }
        }
        while let Some(record) = records.next() {
            let (line, offset) = (piece.line + record.line, piece.offset + record.start as u64);
            let count = record.ends.len();
            if count != self.fields && (count < self.fields || (self.fields..count).any(|i| record.field(i).is_some_and(|f| !f.is_empty())))
            {
                let reason = format!("the record has {count} fields, the header {}", self.fields);
                cx.error(&self.input, NAME, Some(offset), Some(line), reason);
                continue;
            }
            if writer.counts_only() {
                writer.count(1);
                continue;
            }
            match std::str::from_utf8(record.bytes) {
                Ok(text) => {
                    let cell = |index: usize| {
                        let end = *record.ends.get(index)?;
                        let start = index.checked_sub(1).map_or(Some(0), |before| record.ends.get(before).copied())?;
                        text.get(start..end).map(Cell::Text)
                    };
                    writer.row(cell, line, offset);
                }
                Err(_) => {
                    let cells: Vec<String> = record.fields().map(|f| String::from_utf8_lossy(f).into_owned()).collect();
                    writer.row(|index| cells.get(index).map(|c| Cell::Text(c)), line, offset);
                    writer.not_utf8();
                }
            }
        }
        writer.finish(cx, &self.ending);
    }
}
