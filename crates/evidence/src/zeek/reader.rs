//! Reads one log of Zeek's.

use super::certificates::{Certificate, Certificates};
use super::header::Header;
use super::kind::Kind;
use super::{READER, conn, dns, http, ssl};
use crate::format::{Chunks, Dataset};
use crate::json::{Keys, Scanner};
use crate::lines::{Block, Line, LineChunks, LineParser, Split};
use crate::row::{Fields, Mapping, Plan, Row, Syntax};
use crate::{Input, ReadContext, TableBuilder};
use model::{Schema, TableSchema};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A file that was found to be a log of Zeek's.
pub(super) struct ZeekLog {
    /// What its records are of; more than one only where each says its own.
    kinds: Vec<Kind>,
    /// Whether records say their kind, as `_path`.
    paths: bool,
    /// Of tab-separated values; `None` for JSON.
    header: Option<Header>,
}

impl ZeekLog {
    pub(super) fn tsv(kind: Kind, header: Header) -> Self {
        Self { kinds: vec![kind], paths: false, header: Some(header) }
    }

    pub(super) fn json(kind: Kind) -> Self {
        Self { kinds: vec![kind], paths: false, header: None }
    }

    pub(super) fn several(kinds: Vec<Kind>) -> Self {
        Self { kinds, paths: true, header: None }
    }

    fn is(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }
}

fn mapping(kind: Kind) -> Option<(&'static str, Mapping)> {
    Some(match kind {
        Kind::Conn => (conn::TABLE, conn::MAPPING),
        Kind::Dns => (dns::TABLE, dns::MAPPING),
        Kind::Http => (http::TABLE, http::MAPPING),
        Kind::Ssl => (ssl::TABLE, ssl::MAPPING),
        // Joined into the rows of ssl.log.
        Kind::X509 => return None,
    })
}

const SSL_FAMILY: &str = "zeek ssl";
const X509_FAMILY: &str = "zeek x509";

impl Dataset for ZeekLog {
    fn reader(&self) -> &'static str {
        READER
    }

    fn tables(&self) -> Vec<TableSchema> {
        let tables = self.kinds.iter().filter_map(|kind| mapping(*kind));
        tables.filter_map(|(name, _)| model::tables::builtin(name).cloned()).collect()
    }

    fn family(&self) -> Option<&'static str> {
        match self.kinds.as_slice() {
            [Kind::X509] => Some(X509_FAMILY),
            _ if self.is(Kind::Ssl) => Some(SSL_FAMILY),
            _ => None,
        }
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let certificates = self.family().map(|_| certificates(input, cx));
        if self.kinds == [Kind::X509] {
            return None;
        }
        let mut fields = Fields::default();
        let time = fields.slot("ts");
        let path = self.paths.then(|| fields.slot("_path"));
        let kinds = self.kinds.iter().filter_map(|kind| Some((*kind, mapping(*kind)?)));
        let records: Vec<_> = kinds
            .map(|(kind, (table, mapping))| {
                let plan = cx.columns(table).map(|schema| (Plan::new(&schema, mapping, &mut fields), schema));
                Records { kind, table: table.into(), plan }
            })
            .collect();
        let parser = ZeekParser {
            input: Arc::clone(input),
            records,
            path,
            time,
            lines: Lines::new(&fields, self.header.as_ref()),
            certificates: certificates.filter(|c| !c.is_empty()),
            others: Mutex::default(),
        };
        LineChunks::open(input, READER, Split::Lines, Arc::new(parser), cx)
    }
}

/// The certificates of the input's folder. Read once, for all logs of the folder; kept for as long as one is to be opened yet.
fn certificates(input: &Input, cx: &ReadContext<'_>) -> Arc<Certificates> {
    let files = cx.family(input, X509_FAMILY);
    let users = files.len() + cx.family(input, SSL_FAMILY).len();
    let joined = cx.columns(ssl::TABLE).is_some_and(|schema| ssl::JOINED.iter().any(|name| schema.index_of(name).is_some()));
    cx.shared(&format!("{X509_FAMILY} {}", crate::context::folder(&input.file.name)), users, || {
        let store = Arc::new(Mutex::new(Certificates::default()));
        for file in files {
            let mut fields = Fields::default();
            for name in CERTIFICATE_FIELDS {
                fields.slot(name);
            }
            let parser = CertificateParser { lines: Lines::new(&fields, None), keep: joined.then(|| Arc::clone(&store)) };
            if let Some(mut chunks) = LineChunks::open(file, READER, Split::Lines, Arc::new(parser), cx) {
                while let Some(job) = chunks.next(cx) {
                    job(cx);
                }
            }
            cx.progress(file.take_progress());
        }
        let certificates = std::mem::take(&mut *store.lock().unwrap_or_else(PoisonError::into_inner));
        if certificates.left_out > 0 {
            let text =
                format!("{} certificates of x509.log are not joined into ssl.log: too many to hold in memory", certificates.left_out);
            cx.warning(input, text);
        }
        certificates
    })
}

const CERTIFICATE_FIELDS: [&str; 5] = ["id", "fingerprint", "certificate.subject", "certificate.issuer", "san.dns"];
/// Other names of a certificate that are kept; shared hosts have hundreds.
const NAMES: usize = 100;

/// The records of one kind.
struct Records {
    kind: Kind,
    table: Arc<str>,
    /// `None` when they are only to be counted.
    plan: Option<(Plan, Arc<Schema>)>,
}

struct ZeekParser {
    input: Arc<Input>,
    records: Vec<Records>,
    /// The slot of `_path`, where records say their kind.
    path: Option<u16>,
    /// The slot of `ts`.
    time: u16,
    lines: Lines,
    certificates: Option<Arc<Certificates>>,
    /// Records of kinds that no table is made of.
    others: Mutex<BTreeMap<String, u64>>,
}

impl LineParser for ZeekParser {
    fn in_order(&self, block: &mut Block, _cx: &ReadContext<'_>) {
        self.lines.in_order(block);
    }

    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        if let (None, [Records { plan: None, table, .. }]) = (self.path, self.records.as_slice()) {
            let count = block.lines().filter(|line| !line.bytes.is_empty() && !line.bytes.starts_with(b"#")).count();
            return cx.records(table, count as u64);
        }
        let builder = |records: &Records| records.plan.as_ref().map(|(_, schema)| TableBuilder::new(schema, &block.input));
        let mut builders: Vec<_> = self.records.iter().map(|records| (builder(records), 0u64)).collect();
        self.lines.each(block, cx, |values, syntax, line| {
            let mut row = Row::new(values, syntax, &block.input, line.offset).timed(self.time);
            row.certificates = self.certificates.as_deref();
            let Some(index) = self.kind_of(&row) else { return };
            let Some(((builder, count), records)) = builders.get_mut(index).zip(self.records.get(index)) else { return };
            if !self.has_time(&row, line, cx) {
                return;
            }
            *count += 1;
            if let (Some(builder), Some((plan, _))) = (builder, &records.plan) {
                plan.fill(&row, &mut builder.columns);
                builder.end_row(line.record, Some(line.offset));
            }
        });
        for (records, (builder, count)) in self.records.iter().zip(builders) {
            cx.records(&records.table, count);
            if let Some(mut builder) = builder {
                cx.emit(&block.input, &records.table, builder.finish());
            }
        }
    }

    fn finish(&self, cx: &ReadContext<'_>) {
        let others = std::mem::take(&mut *self.others.lock().unwrap_or_else(PoisonError::into_inner));
        if !others.is_empty() {
            let list: Vec<_> = others.iter().map(|(name, count)| format!("{count} {name}")).collect();
            cx.warning(&self.input, format!("records without a table: {}", list.join(", ")));
        }
    }
}

impl ZeekParser {
    /// Which of the records a line is; `None` where no table is made of it.
    fn kind_of(&self, row: &Row<'_, '_>) -> Option<usize> {
        let Some(path) = self.path.and_then(|slot| row.text(slot)) else { return Some(0) };
        let kind = Kind::of_path(&path);
        let index = self.records.iter().position(|records| Some(records.kind) == kind);
        if index.is_none() {
            let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
            // Kinds are few; what a hostile file invents is counted together.
            let known = others.contains_key(path.as_ref()) || (others.len() < 40 && path.len() <= 40);
            *others.entry(if known { path.into_owned() } else { "of other kinds".to_owned() }).or_default() += 1;
        }
        index
    }

    /// Tells of a record without a time; one whose time is not understood is kept.
    fn has_time(&self, row: &Row<'_, '_>, line: Line<'_>, cx: &ReadContext<'_>) -> bool {
        if row.time(self.time).is_some() {
            return true;
        }
        let text = row.text(self.time);
        let reason = match &text {
            None => "no time (ts)".to_owned(),
            Some(text) => {
                let start: String = text.chars().take(40).collect();
                format!("the time {start:?} is not understood; the record is kept without one")
            }
        };
        cx.error(&self.input, READER, Some(line.offset), Some(line.record), reason);
        text.is_some()
    }
}

struct CertificateParser {
    lines: Lines,
    keep: Option<Arc<Mutex<Certificates>>>,
}

impl LineParser for CertificateParser {
    fn in_order(&self, block: &mut Block, _cx: &ReadContext<'_>) {
        self.lines.in_order(block);
    }

    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        self.lines.each(block, cx, |values, syntax, line| {
            let row = Row::new(values, syntax, &block.input, line.offset);
            let text = |slot| row.text(slot).map(|t| t.into_owned()).unwrap_or_default();
            let fingerprint = text(1);
            // Older Zeek knows a certificate by the file it came in, newer by its fingerprint.
            let id = row.text(0).map(|t| t.into_owned()).unwrap_or_else(|| fingerprint.clone());
            if let Some(store) = self.keep.as_ref().filter(|_| !id.is_empty()) {
                let mut names: Vec<String> = Vec::new();
                row.elements(4, |name| {
                    if names.len() < NAMES && !name.is_empty() {
                        names.push(format!("DNS:{name}"));
                    }
                });
                let certificate = Certificate { subject: text(2), issuer: text(3), fingerprint, names: names.join(", ") };
                store.lock().unwrap_or_else(PoisonError::into_inner).add(id, certificate);
            }
        });
    }
}

/// Lines of either kind, cut into the values of the fields.
struct Lines {
    keys: Keys,
    names: Vec<String>,
    /// The header in force at the start of the next block; of tab-separated values.
    header: Mutex<Option<Arc<Layout>>>,
}

/// A header, and which column goes to which slot.
struct Layout {
    header: Header,
    slots: Vec<Option<u16>>,
}

impl Lines {
    fn new(fields: &Fields, header: Option<&Header>) -> Self {
        let lines = Self { keys: fields.keys(), names: fields.names().to_vec(), header: Mutex::new(None) };
        let layout = header.map(|header| Arc::new(lines.layout(header.clone())));
        *lines.header.lock().unwrap_or_else(PoisonError::into_inner) = layout;
        lines
    }

    fn layout(&self, header: Header) -> Layout {
        let slots = header.fields.iter().map(|field| self.names.iter().position(|name| name == field).map(|slot| slot as u16)).collect();
        Layout { header, slots }
    }

    /// Gives the block the header that holds at its start. Logs that were put together have headers in the middle.
    fn in_order(&self, block: &mut Block) {
        let mut held = self.header.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() && block.bytes.first() == Some(&b'{') {
            return;
        }
        if let Some(layout) = &*held {
            block.state = Some(Arc::clone(layout) as _);
        }
        let headers = memchr::memmem::find_iter(&block.bytes, b"\n#fields");
        if let Some(last) = headers.last() {
            // All lines of that header: from the first of the lines with # that lead up to it.
            let mut header = held.as_ref().map(|layout| layout.header.clone()).unwrap_or_default();
            let mut start = last + 1;
            while let Some(before) = start.checked_sub(1) {
                let line = memchr::memrchr(b'\n', &block.bytes[..before]).map_or(0, |at| at + 1);
                if !block.bytes[line..before].starts_with(b"#") || line == start {
                    break;
                }
                start = line;
                if start == 0 {
                    break;
                }
            }
            for line in block.bytes[start..].split(|b| *b == b'\n').take_while(|line| line.starts_with(b"#")) {
                header.line(line);
            }
            *held = Some(Arc::new(self.layout(header)));
        }
    }

    /// Calls `each` with the values of every line that can be read; tells of the others.
    fn each<'b>(&self, block: &'b Block, cx: &ReadContext<'_>, mut each: impl FnMut(&[&'b [u8]], Syntax, Line<'b>)) {
        let mut layout = block.state.clone().and_then(|state| state.downcast::<Layout>().ok());
        let mut header: Option<Header> = None;
        let mut scanner = Scanner::new(&self.keys, cx.options().caps.depth);
        let mut values = vec![&[][..]; self.keys.slots];
        for line in block.lines() {
            if line.bytes.is_empty() {
                continue;
            }
            let line = Line { bytes: line.sound(READER, &block.input, cx), ..line };
            if let Some(b'#') = line.bytes.trim_ascii_start().first() {
                header
                    .get_or_insert_with(|| layout.as_ref().map(|l| l.header.clone()).unwrap_or_default())
                    .line(line.bytes.trim_ascii_start());
                continue;
            }
            if let Some(changed) = header.take()
                && layout.as_ref().is_none_or(|l| l.header != changed)
            {
                layout = Some(Arc::new(self.layout(changed)));
            }
            let result = match &layout {
                Some(layout) => cells(line.bytes, layout, &mut values).map(|()| Syntax::Tsv(layout.header.set_separator)),
                None => scanner.scan(line.bytes, &mut values).map(|()| Syntax::Json).map_err(|error| error.reason()),
            };
            match result {
                Ok(syntax) => each(&values, syntax, line),
                Err(_) if line.bytes.trim_ascii().is_empty() => {}
                Err(reason) => cx.error(&block.input, READER, Some(line.offset), Some(line.record), reason),
            }
        }
    }
}

/// Puts the cells of a line into their slots.
fn cells<'a>(line: &'a [u8], layout: &Layout, values: &mut [&'a [u8]]) -> Result<(), String> {
    values.fill(&[]);
    let unset = layout.header.unset.as_slice();
    let mut count = 0;
    let mut start = 0;
    let ends = memchr::memchr_iter(layout.header.separator, line).chain(std::iter::once(line.len()));
    for end in ends {
        if let Some(Some(slot)) = layout.slots.get(count)
            && let Some(place) = values.get_mut(*slot as usize)
        {
            let cell = line.get(start..end).unwrap_or_default();
            *place = if cell == unset { &[] } else { cell };
        }
        count += 1;
        start = end + 1;
    }
    let expected = layout.slots.len();
    if count == expected { Ok(()) } else { Err(format!("{count} columns where the header names {expected}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mapped_column_is_in_its_table_once() {
        for kind in [Kind::Conn, Kind::Dns, Kind::Http, Kind::Ssl] {
            let (table, mapping) = mapping(kind).unwrap();
            let schema = &model::tables::builtin(table).unwrap().schema;
            for (at, (column, _)) in mapping.iter().enumerate() {
                assert!(schema.index_of(column).is_some(), "{table}.{column}");
                assert!(!mapping[..at].iter().any(|(other, _)| other == column), "{table}.{column} twice");
            }
        }
    }
}
