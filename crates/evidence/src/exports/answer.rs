//! Answers of query APIs, saved to a file: Log Analytics (`tables`), Kusto version 1 (`Tables`) and 2 (frames), the SDKs' form of them,
//! and Defender's advanced hunting (`Schema` and `Results`).
//!
//! An answer may be partial and say so beside its rows; that is a read error, for the rest of the rows is missing.

use super::fill::{Cell, Ended, Ending, Layout, NoLayout};
use super::header::FileColumn;
use super::identify::Sample;
use super::json::{self, Kind};
use super::objects::{self, Rows, utf8_start};
use super::scan;
use crate::{Chunks, Dataset, Head, Input, Job, ReadContext, Sniff};
use model::{KqlType, TableSchema};
use std::ops::Range;
use std::sync::Arc;

pub(crate) const NAME: &str = "answer";

/// Levels of an answer around a row's values.
const WRAPPING: usize = 8;
/// Rows of one piece of work.
const ROWS: usize = 8_192;
/// Bytes at which the query API cuts an answer.
const API_BYTES: u64 = 100 << 20;

/// Whether the first key of a text is one that only answers have.
pub(crate) fn is_answer(start: &str) -> bool {
    if let Some(first) = start.strip_prefix('[') {
        return scan::members(first.trim_start(), WRAPPING)
            .next()
            .and_then(Result::ok)
            .is_some_and(|(key, _)| first.trim_start().get(key) == Some("FrameType"));
    }
    let mut walk = scan::members(start, usize::MAX);
    let mut keys = Vec::new();
    // The last member may be cut by the end of the head.
    for member in walk.by_ref() {
        match member {
            Ok((key, _)) => keys.push(start.get(key).unwrap_or_default().to_owned()),
            Err(_) => break,
        }
        if keys.len() > 16 {
            return false;
        }
    }
    let next = ["tables", "Tables", "Results", "results"].iter().find(|key| {
        let needle = format!("\"{key}\"");
        memchr::memmem::find(start.as_bytes().get(..4096).unwrap_or(start.as_bytes()), needle.as_bytes()).is_some()
    });
    let has = |name: &str| keys.iter().any(|key| key == name);
    match next {
        Some(&"tables" | &"Tables") => {
            // What the key holds: an array of objects with columns.
            memchr::memmem::find(start.as_bytes(), b"olumns\"").is_some() && keys.iter().all(|k| is_answer_key(k))
        }
        Some(_) => has("Schema") || has("schema") || (has("Stats") && keys.len() < 4),
        None => has("error") && keys.len() == 1,
    }
}

/// Whether a text starts as the management API's answer about a workspace's tables.
pub(crate) fn is_workspace_schema(start: &str) -> bool {
    let has = |needle: &str| memchr::memmem::find(start.as_bytes(), needle.as_bytes()).is_some();
    start.get(1..).is_some_and(|rest| rest.trim_start().starts_with("\"value\"")) && has("\"tableSubType\"") && has("\"standardColumns\"")
}

fn is_answer_key(key: &str) -> bool {
    matches!(
        key,
        "tables"
            | "Tables"
            | "statistics"
            | "render"
            | "error"
            | "Exceptions"
            | "visualization"
            | "partial_data"
            | "partial_error"
            | "status"
            | "@odata.context"
            | "id"
    )
}

/// A table of an answer.
#[derive(Debug)]
struct Part {
    name: String,
    columns: Vec<FileColumn>,
    /// Arrays in the order of the columns, or objects.
    rows: Vec<Range<usize>>,
}

/// What an answer holds.
#[derive(Debug, Default)]
struct Answer {
    parts: Vec<Part>,
    errors: Vec<String>,
}

pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let skip = |reason: String| Sniff::Skip { reason, evidence: true };
    let bytes = match head.input.read_whole(&head.options.caps) {
        Ok(bytes) => bytes,
        Err(error) => return skip(format!("an answer of a query API that cannot be read: {error}")),
    };
    let text = text_of(&bytes);
    let answer = parse(text, head.options.caps.depth);
    let mut layouts = Vec::new();
    let mut reason = None;
    for part in &answer.parts {
        let depth = head.options.caps.depth;
        let (columns, sample) = if part.columns.is_empty() {
            objects::sample_of(part.rows.iter().filter_map(|row| text.get(row.clone())), depth)
        } else {
            (part.columns.clone(), sample(part, text, depth))
        };
        match Layout::new(columns, &sample, &head.input.file.name, head.options, true) {
            Ok(layout) => layouts.push(Some(Arc::new(layout))),
            Err(NoLayout::Unknown) => layouts.push(None),
            Err(NoLayout::Ambiguous(told)) => {
                layouts.push(None);
                reason = Some(told);
            }
        }
    }
    if layouts.iter().any(Option::is_some) {
        return Sniff::Read(Arc::new(File { layouts }));
    }
    let why = match (answer.errors.first(), reason) {
        (Some(error), _) => format!("it holds an error: {error}"),
        (None, Some(reason)) => reason,
        (None, None) if answer.parts.is_empty() => "it holds no table".to_owned(),
        (None, None) => "its columns belong to no known table; name one with --table".to_owned(),
    };
    skip(format!("an answer of a query API: {why}"))
}

fn text_of(bytes: &[u8]) -> &str {
    utf8_start(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// Never fails: what cannot be understood is among the errors.
fn parse(text: &str, depth: usize) -> Answer {
    let mut answer = Answer::default();
    let depth = depth.saturating_add(WRAPPING);
    if text.trim_start().starts_with('[') {
        for frame in scan::elements(text, depth) {
            match frame {
                Ok(frame) => answer.frame(text, frame, depth),
                Err(flaw) => answer.errors.push(format!("the answer is damaged: {flaw}")),
            }
        }
        return answer;
    }
    let mut schema = Vec::new();
    for member in scan::members(text, depth) {
        let (key, value) = match member {
            Ok(member) => member,
            Err(flaw) => {
                answer.errors.push(format!("the answer is damaged: {flaw}"));
                break;
            }
        };
        let raw = text.get(value.clone()).unwrap_or_default();
        match text.get(key).unwrap_or_default() {
            "tables" | "Tables" => {
                for table in scan::elements(raw, depth).map_while(Result::ok) {
                    let part = part(text, shift(table, value.start), depth, &mut answer.errors);
                    answer.parts.extend(part);
                }
            }
            "Schema" | "schema" => schema = columns_of(raw),
            "Results" | "results" => {
                let rows = scan::elements(raw, depth).map_while(Result::ok).map(|row| shift(row, value.start)).collect();
                answer.parts.push(Part { name: String::new(), columns: Vec::new(), rows });
            }
            "error" | "partial_error" | "Exceptions" if raw != "null" && raw != "[]" => {
                answer.errors.push(format!("the answer is partial or failed: {}", deepest(raw)));
            }
            _ => {}
        }
    }
    if let Some(part) = answer.parts.iter_mut().find(|part| part.columns.is_empty() && part.name.is_empty()) {
        part.columns = schema;
    }
    answer
}

impl Answer {
    /// A frame of Kusto version 2.
    fn frame(&mut self, text: &str, frame: Range<usize>, depth: usize) {
        let raw = text.get(frame.clone()).unwrap_or_default();
        let value = |name: &str| {
            scan::members(raw, depth)
                .map_while(Result::ok)
                .find(|(key, _)| raw.get(key.clone()) == Some(name))
                .and_then(|(_, value)| raw.get(value))
                .unwrap_or_default()
        };
        match value("FrameType").trim_matches('"') {
            "DataTable" | "TableHeader" if value("TableKind") == "\"PrimaryResult\"" => {
                let part = part(text, frame, depth, &mut self.errors);
                self.parts.extend(part);
            }
            "TableFragment" => {
                if let Some(more) = part(text, frame, depth, &mut self.errors)
                    && let Some(open) = self.parts.last_mut()
                {
                    open.rows.extend(more.rows);
                }
            }
            "DataSetCompletion" if value("HasErrors") == "true" || value("Cancelled") == "true" => {
                self.errors.push(format!("the answer is partial: {}", deepest(value("OneApiErrors"))));
            }
            _ => {}
        }
    }
}

/// A table with its columns and rows.
fn part(text: &str, place: Range<usize>, depth: usize, errors: &mut Vec<String>) -> Option<Part> {
    let raw = text.get(place.clone())?;
    let mut part = Part { name: String::new(), columns: Vec::new(), rows: Vec::new() };
    let mut types = Vec::new();
    for member in scan::members(raw, depth) {
        let Ok((key, value)) = member else {
            errors.push("a table of the answer is damaged".to_owned());
            break;
        };
        let inner = raw.get(value.clone()).unwrap_or_default();
        match raw.get(key).unwrap_or_default() {
            "name" | "TableName" | "Name" => part.name = inner.trim_matches('"').to_owned(),
            "columns" | "Columns" => part.columns = columns_of(inner),
            "columns_types" | "column_types" => types = serde_json::from_str::<Vec<String>>(inner).unwrap_or_default(),
            "rows" | "Rows" => {
                let start = place.start + value.start;
                for row in scan::elements(inner, depth) {
                    match row {
                        Ok(row) if inner.get(row.clone()).is_some_and(|r| r.contains("\"OneApiErrors\"") && r.starts_with('{')) => {
                            errors.push(format!("the answer is partial: {}", deepest(inner.get(row).unwrap_or_default())));
                        }
                        Ok(row) => part.rows.push(shift(row, start)),
                        Err(flaw) => {
                            errors.push(format!("the rows end with damage: {flaw}"));
                            break;
                        }
                    }
                }
            }
            _ => {}
        }
    }
    for (column, kind) in part.columns.iter_mut().zip(types) {
        column.kind = kind_of(&kind);
    }
    Some(part)
}

fn shift(range: Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// `[{"name","type"}]`, `[{"ColumnName","DataType","ColumnType"}]`, or plain names.
fn columns_of(raw: &str) -> Vec<FileColumn> {
    let Ok(columns) = serde_json::from_str::<Vec<serde_json::Value>>(raw) else { return Vec::new() };
    columns
        .iter()
        .map(|column| {
            let of = |keys: &[&str]| keys.iter().find_map(|key| column.get(key)?.as_str()).unwrap_or_default().to_owned();
            match column.as_str() {
                Some(name) => FileColumn::new(name, KqlType::Dynamic),
                None => FileColumn::new(of(&["name", "ColumnName", "Name"]), kind_of(&of(&["type", "ColumnType", "DataType", "Type"]))),
            }
        })
        .collect()
}

/// KQL's names, .NET's, and those of Defender's API.
fn kind_of(name: &str) -> KqlType {
    let lower = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    KqlType::from_name(&lower).unwrap_or(match lower.as_str() {
        "sbyte" => KqlType::Bool,
        "object" => KqlType::Dynamic,
        "sqldecimal" => KqlType::Decimal,
        _ => KqlType::String,
    })
}

/// The message of the innermost error.
fn deepest(raw: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<serde_json::Value>(raw) else { return raw.chars().take(300).collect() };
    let mut told = String::new();
    for _ in 0..16 {
        let message = ["message", "@message"].iter().find_map(|key| value.get(key)?.as_str());
        let code = value.get("code").and_then(|code| code.as_str());
        if let Some(text) = message.or(code) {
            told = match (code, message) {
                (Some(code), Some(message)) => format!("{code}: {message}"),
                _ => text.to_owned(),
            };
        }
        let inner = ["innererror", "error", "details", "OneApiErrors"].iter().find_map(|key| value.get(key)).cloned();
        value = match (inner, value) {
            (Some(inner), _) => inner,
            (None, serde_json::Value::Array(list)) if !list.is_empty() => list.into_iter().next().unwrap_or_default(),
            _ => break,
        };
    }
    if told.is_empty() { raw.chars().take(300).collect() } else { told.chars().take(500).collect() }
}

fn sample(part: &Part, text: &str, depth: usize) -> Sample {
    let mut sample = Sample { columns: part.columns.iter().map(|c| c.name.clone()).collect(), rows: Vec::new() };
    for row in part.rows.iter().take(200) {
        let raw = text.get(row.clone()).unwrap_or_default();
        let plain = |value: &str| match json::kind(value) {
            Kind::Text(text) => text.chars().take(256).collect(),
            Kind::Null => String::new(),
            _ => value.chars().take(256).collect(),
        };
        let mut cells = vec![String::new(); sample.columns.len()];
        if raw.starts_with('{') {
            for (key, value) in scan::members(raw, depth).map_while(Result::ok) {
                if let Some(index) = raw.get(key).and_then(|key| sample.columns.iter().position(|c| c == key)) {
                    cells[index] = plain(raw.get(value).unwrap_or_default());
                }
            }
        } else {
            for (cell, value) in cells.iter_mut().zip(scan::elements(raw, depth).map_while(Result::ok)) {
                *cell = plain(raw.get(value).unwrap_or_default());
            }
        }
        sample.rows.push(cells);
    }
    sample
}

/// An answer that will be read: a layout for each of its tables that has one.
struct File {
    layouts: Vec<Option<Arc<Layout>>>,
}

impl Dataset for File {
    fn reader(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> Vec<TableSchema> {
        self.layouts.iter().flatten().flat_map(|layout| layout.tables()).collect()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let bytes = match input.read_whole(&cx.options().caps) {
            Ok(bytes) => bytes,
            Err(error) => {
                cx.error(input, NAME, None, None, super::broken_stream(&error));
                return None;
            }
        };
        if bytes.len() as u64 >= API_BYTES / 100 * 99 {
            cx.warning(
                input,
                "the answer is about as large as the query API allows (100 MiB): it is probably cut; query shorter time ranges",
            );
        }
        let text = text_of(&bytes);
        let mark = text.as_ptr() as usize - bytes.as_ptr() as usize;
        let answer = parse(text, cx.options().caps.depth);
        for error in answer.errors {
            cx.error(input, NAME, None, None, error);
        }
        let mut pieces = Vec::new();
        let mut record = 0;
        for (part, layout) in answer.parts.into_iter().zip(&self.layouts) {
            let count = part.rows.len() as u64;
            if let Some(layout) = layout {
                let mut rows = part.rows;
                while !rows.is_empty() {
                    let rest = rows.split_off(rows.len().min(ROWS));
                    let first = record + (count - (rows.len() + rest.len()) as u64);
                    pieces.push((Arc::clone(layout), std::mem::replace(&mut rows, rest), first));
                }
            } else {
                cx.warning(input, format!("{count} rows of table {:?} of the answer belong to no known table", part.name));
            }
            record += count;
        }
        pieces.reverse();
        let first = self.layouts.iter().flatten().next()?;
        let ending = Ending::new(input, first, cx);
        let document = Arc::new(Document { input: Arc::clone(input), bytes, mark, ending: Arc::clone(&ending) });
        Some(Box::new(Ended::new(Pieces { pieces, document }, ending)))
    }
}

struct Document {
    input: Arc<Input>,
    bytes: Vec<u8>,
    /// Bytes before the text.
    mark: usize,
    ending: Arc<Ending>,
}

struct Pieces {
    /// The last first.
    pieces: Vec<(Arc<Layout>, Vec<Range<usize>>, u64)>,
    document: Arc<Document>,
}

impl Chunks for Pieces {
    fn next(&mut self, _cx: &ReadContext<'_>) -> Option<Job> {
        let (layout, rows, record) = self.pieces.pop()?;
        let document = Arc::clone(&self.document);
        Some(Box::new(move |cx| document.rows(&layout, &rows, record, cx)))
    }
}

impl Document {
    fn rows(&self, layout: &Layout, rows: &[Range<usize>], first: u64, cx: &ReadContext<'_>) {
        let text = text_of(&self.bytes);
        let depth = cx.options().caps.depth;
        let mut out = Rows::new(layout, &self.input, cx);
        let mut cells: Vec<&str> = Vec::new();
        for (row, record) in rows.iter().zip(first..) {
            let raw = text.get(row.clone()).unwrap_or_default();
            let offset = self.input.view.start + (self.mark + row.start) as u64;
            if raw.starts_with('{') {
                out.add(raw.as_bytes(), record, offset, cx);
                continue;
            }
            cells.clear();
            let mut flaw = None;
            for value in scan::elements(raw, depth) {
                match value {
                    Ok(value) => cells.push(raw.get(value).unwrap_or_default()),
                    Err(found) => flaw = Some(found),
                }
            }
            match flaw {
                Some(flaw) => cx.error(&self.input, NAME, Some(offset), Some(record), format!("not a row: {flaw}")),
                None => out.writer.row(|index| cells.get(index).map(|raw| Cell::Json(raw)), record, offset),
            }
        }
        out.writer.finish(cx, &self.ending);
    }
}
