//! Records as JSON objects: one a line, in an array, or one after another.

use super::array::{Cutter, Piece, Scan};
use super::fill::{Cell, Ended, Ending, Layout, NoLayout, Writer};
use super::header::FileColumn;
use super::identify::{self, Sample};
use super::json::{self, Kind};
use super::scan::{self, Flaw};
use super::{answer, envelope};
use crate::view::Shape;
use crate::{Block, Chunks, Dataset, Format, Head, Input, Job, LineChunks, LineParser, ReadContext, Sniff, Split};
use model::{KqlType, TableSchema};
use rustc_hash::FxHashMap;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

pub(crate) const NAME: &str = "json";

/// Records and columns of the start of a file that are looked at.
const SAMPLE: usize = 500;
const COLUMNS: usize = 2_000;
/// Bytes of a large file that are looked at for columns which not every record has.
const LOOK: u64 = 4 << 20;

pub(crate) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        NAME
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        let text = utf8_start(head.bytes).trim_start();
        if !text.starts_with(['{', '[']) {
            return Sniff::No;
        }
        if answer::is_answer(text) {
            return answer::sniff(head);
        }
        if answer::is_workspace_schema(text) {
            return Sniff::Skip { reason: "the list of a workspace's tables, without records".to_owned(), evidence: false };
        }
        let depth = head.options.caps.depth;
        let first = if text.starts_with('[') { text.get(1..).unwrap_or_default().trim_start() } else { text };
        let lines = !text.starts_with('[') && is_whole_line(head, text);
        if scan::members(first, depth).any(|member| member == Err(scan::TOO_DEEP))
            || (first.starts_with('[') && !json::depth_within(first.as_bytes(), depth))
        {
            return by_name(head, text);
        }
        let (columns, sample) = sample(text, lines, depth);
        if sample.columns.is_empty() {
            return by_name(head, text);
        }
        let name = &head.input.file.name;
        let layout = match Layout::new(columns, &sample, name, head.options, true) {
            Ok(layout) => layout,
            Err(NoLayout::Unknown) => return Sniff::No,
            Err(NoLayout::Ambiguous(reason)) => return Sniff::Skip { reason, evidence: true },
        };
        let layout = more(head, lines).unwrap_or(layout);
        Sniff::Read(Arc::new(File { layout: Arc::new(layout), lines }))
    }
}

/// Records one a line of the table that the name says, where the first of them cannot be looked into: too deep, or longer than the head. It is an
/// error of its own when it is read, and the others are not lost.
fn by_name(head: &Head<'_>, text: &str) -> Sniff {
    let flaw = scan::members(text, head.options.caps.depth).find_map(Result::err);
    let longer = !head.complete && !text.trim_end().contains('\n') && matches!(flaw, Some(scan::ENDS | scan::OPEN_STRING));
    if !text.starts_with('{') || !(longer || flaw == Some(scan::TOO_DEEP)) || holds_records(text) {
        return Sniff::No;
    }
    match identify::by_name(&head.input.file.name, head.options.table.as_deref()) {
        Some(target) => {
            let layout = Layout::of(Vec::new(), &[target], None, head.options, true);
            Sniff::Read(Arc::new(File { layout: Arc::new(layout), lines: true }))
        }
        None => Sniff::No,
    }
}

/// Whether the start of a text is the wrapping of records, so that it is no record itself.
fn holds_records(text: &str) -> bool {
    let (mut scan, mut objects) = (Scan::of(Shape::Wrapped), Vec::new());
    scan.run(text.as_bytes(), &mut objects);
    !objects.is_empty() || scan.open().is_some()
}

/// The text up to the first byte that is no UTF-8.
pub(crate) fn utf8_start(bytes: &[u8]) -> &str {
    bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

/// Whether lines are objects of their own; the first may be broken.
fn is_whole_line(head: &Head<'_>, text: &str) -> bool {
    let whole = |line: &str| line.starts_with('{') && scan::members(line, usize::MAX).all(|m| m.is_ok());
    match text.split_once('\n') {
        Some(_) => text.lines().filter(|line| !line.trim().is_empty()).take(5).any(whole),
        // One line, perhaps longer than the head.
        None => !head.complete || whole(text),
    }
}

/// The layout by a longer look at a large file.
fn more(head: &Head<'_>, lines: bool) -> Option<Layout> {
    if head.complete || !head.input.view.is_plain() {
        return None;
    }
    let mut bytes = Vec::new();
    head.input.open(&head.options.caps).ok()?.take(LOOK).read_to_end(&mut bytes).ok()?;
    let text = utf8_start(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
    let (columns, sample) = sample(text, lines, head.options.caps.depth);
    Layout::new(columns, &sample, &head.input.file.name, head.options, true).ok()
}

/// The columns and first records of a text.
fn sample(text: &str, lines: bool, depth: usize) -> (Vec<FileColumn>, Sample) {
    if lines {
        return sample_of(text.lines(), depth);
    }
    let (mut scan, mut objects) = (Scan::default(), Vec::new());
    scan.run(text.as_bytes(), &mut objects);
    if objects.is_empty() {
        // A first record that is longer than the head.
        let start = text.find('{').and_then(|at| text.get(at..));
        return sample_of(start.into_iter(), depth);
    }
    sample_of(objects.into_iter().filter_map(|object| text.get(object)), depth)
}

/// The columns and first records of objects.
pub(crate) fn sample_of<'t>(objects: impl Iterator<Item = &'t str>, depth: usize) -> (Vec<FileColumn>, Sample) {
    let mut sampler = Sampler::default();
    for object in objects.take(SAMPLE) {
        sampler.add(&envelope::open(object, depth), depth);
    }
    sampler.finish()
}

#[derive(Default)]
struct Sampler {
    index: FxHashMap<String, usize>,
    kinds: Vec<Option<KqlType>>,
    sample: Sample,
}

impl Sampler {
    fn add(&mut self, object: &str, depth: usize) {
        let mut row = Vec::new();
        let mut scratch = String::new();
        for (key, value) in scan::members(object, depth).map_while(Result::ok) {
            let key = json::unescape(object.get(key).unwrap_or_default(), &mut scratch).to_owned();
            let raw = object.get(value).unwrap_or_default();
            let column = match self.index.get(&key) {
                Some(column) => *column,
                None if self.kinds.len() >= COLUMNS => continue,
                None => {
                    self.sample.columns.push(key.clone());
                    self.kinds.push(None);
                    self.index.insert(key, self.kinds.len() - 1);
                    self.kinds.len() - 1
                }
            };
            let (kind, text) = match json::kind(raw) {
                Kind::Null => (None, ""),
                Kind::Bool(_) => (Some(KqlType::Bool), raw),
                Kind::Number(text) if text.bytes().all(|b| b.is_ascii_digit() || b == b'-') => (Some(KqlType::Long), text),
                Kind::Number(text) => (Some(KqlType::Real), text),
                Kind::Text(text) => (Some(KqlType::String), text),
                Kind::Nested(text) => (Some(KqlType::Dynamic), text),
            };
            self.kinds[column] = match (self.kinds[column], kind) {
                (None, kind) | (kind, None) => kind,
                (Some(a), Some(b)) if a == b => Some(a),
                (Some(KqlType::Long | KqlType::Real), Some(KqlType::Long | KqlType::Real)) => Some(KqlType::Real),
                _ => Some(KqlType::Dynamic),
            };
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            row[column] = text.chars().take(256).collect();
        }
        if !row.is_empty() {
            self.sample.rows.push(row);
        }
    }

    fn finish(self) -> (Vec<FileColumn>, Sample) {
        let columns =
            self.sample.columns.iter().zip(self.kinds).map(|(name, kind)| FileColumn::new(name.as_str(), kind.unwrap_or(KqlType::String)));
        (columns.collect(), self.sample)
    }
}

/// A file of JSON objects.
struct File {
    layout: Arc<Layout>,
    /// One a line.
    lines: bool,
}

impl Dataset for File {
    fn reader(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> Vec<TableSchema> {
        self.layout.tables()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let ending = Ending::new(input, &self.layout, cx);
        let work = Arc::new(Work { input: Arc::clone(input), layout: Arc::clone(&self.layout), ending: Arc::clone(&ending) });
        if self.lines {
            let chunks = LineChunks::open(input, NAME, Split::Lines, work, cx)?;
            return Some(Box::new(Ended::new(chunks, ending)));
        }
        let caps = cx.options().caps;
        match input.open(&caps) {
            Ok(stream) => Some(Box::new(Ended::new(Pieces { cutter: Cutter::new(input, stream, NAME, caps.line), work }, ending))),
            Err(error) => {
                cx.error(input, NAME, None, None, error.to_string());
                None
            }
        }
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
        Some(Box::new(move |cx| work.objects(&piece, cx)))
    }
}

struct Work {
    input: Arc<Input>,
    layout: Arc<Layout>,
    ending: Arc<Ending>,
}

impl LineParser for Work {
    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let mut rows = Rows::new(&self.layout, &self.input, cx);
        for line in block.lines() {
            let bytes = line.sound(NAME, &self.input, cx).trim_ascii();
            if !bytes.is_empty() {
                rows.add(bytes, line.record, line.offset, cx);
            }
        }
        rows.writer.finish(cx, &self.ending);
    }
}

impl Work {
    fn objects(&self, piece: &Piece, cx: &ReadContext<'_>) {
        let mut rows = Rows::new(&self.layout, &self.input, cx);
        for (object, record) in piece.objects.iter().zip(piece.record..) {
            let offset = piece.offset + object.start as u64;
            rows.add(piece.bytes.get(object.clone()).unwrap_or_default(), record, offset, cx);
        }
        rows.writer.finish(cx, &self.ending);
    }
}

/// Puts objects into batches.
pub(crate) struct Rows<'a> {
    pub(crate) writer: Writer<'a>,
    input: &'a Input,
    keys: Keys<'a>,
    depth: usize,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(layout: &'a Layout, input: &'a Input, cx: &ReadContext<'_>) -> Self {
        Self { writer: Writer::new(layout, input, cx), input, keys: Keys::new(layout), depth: cx.options().caps.depth }
    }

    pub(crate) fn add(&mut self, bytes: &[u8], record: u64, offset: u64, cx: &ReadContext<'_>) {
        let lossy;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => {
                self.writer.not_utf8();
                lossy = String::from_utf8_lossy(bytes).into_owned();
                &lossy
            }
        };
        let text = &*envelope::open(text, self.depth);
        if let Err(flaw) = self.keys.read(text, self.depth, &mut self.writer) {
            cx.error(self.input, NAME, Some(offset), Some(record), format!("not a JSON record: {flaw}"));
            return;
        }
        let cells = &self.keys.cells;
        self.writer.row(|index| cells.get(index)?.clone().and_then(|range| text.get(range)).map(Cell::Json), record, offset);
    }
}

/// Finds the columns of an object's keys. Objects of one file repeat the order of their keys, with gaps: the columns behind the last
/// one found are tried first.
struct Keys<'a> {
    names: Vec<&'a str>,
    columns: FxHashMap<&'a str, usize>,
    cells: Vec<Option<Range<usize>>>,
    filled: Vec<usize>,
}

/// Columns that a gap may span before the table of all names is asked.
const GAP: usize = 6;

impl<'a> Keys<'a> {
    fn new(layout: &'a Layout) -> Self {
        let names: Vec<&str> = layout.columns.iter().map(|c| c.name.as_str()).collect();
        let columns = names.iter().enumerate().map(|(index, name)| (*name, index)).collect();
        Self { cells: vec![None; names.len()], names, columns, filled: Vec::new() }
    }

    fn read(&mut self, text: &str, depth: usize, writer: &mut Writer<'_>) -> Result<(), Flaw> {
        for column in self.filled.drain(..) {
            if let Some(cell) = self.cells.get_mut(column) {
                *cell = None;
            }
        }
        let mut next = 0;
        for member in scan::members(text, depth) {
            let (key, value) = member?;
            let key = text.get(key).unwrap_or_default();
            let ahead = self.names.get(next..).unwrap_or_default();
            let found = match ahead.iter().take(GAP).position(|name| *name == key) {
                Some(gap) => Some(next + gap),
                None => self.find(key, writer),
            };
            if let Some(column) = found
                && let Some(cell) = self.cells.get_mut(column)
            {
                *cell = Some(value);
                self.filled.push(column);
                next = column + 1;
            }
        }
        Ok(())
    }

    fn find(&self, key: &str, writer: &mut Writer<'_>) -> Option<usize> {
        if let Some(column) = self.columns.get(key) {
            return Some(*column);
        }
        let mut scratch = String::new();
        let name = json::unescape(key, &mut scratch);
        let found = self.columns.get(name).copied();
        if found.is_none() {
            writer.unseen(name);
        }
        found
    }
}
