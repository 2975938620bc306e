//! From the fields of a log line to the columns of a table, by a plan that is made once.

use crate::json::{self, Keys};
use crate::zeek::Certificates;
use crate::{ColumnBuilder, Input};
use model::{Schema, ticks};
use std::borrow::Cow;

/// How a column gets its value. Fields are named as in the log, with dots.
#[derive(Clone, Copy)]
pub(crate) enum Fill {
    Const(&'static str),
    Number(i64),
    Text(&'static str),
    /// In upper case.
    Upper(&'static str),
    Long(&'static str),
    Bool(&'static str),
    Time(&'static str),
    /// Seconds in the log, milliseconds in the table.
    Millis(&'static str),
    /// A list as the text of a JSON array.
    List(&'static str),
    /// The first element of a list.
    First(&'static str),
    /// A JSON object of the fields that are there.
    Object(&'static [&'static str]),
    SourceFile,
    SourceOffset,
    /// Whatever the function makes of the fields.
    With(&'static [&'static str], fn(&Row<'_, '_>, &[u16], &mut ColumnBuilder)),
}

/// A table's columns and how they are filled; a column that is not named is missing.
pub(crate) type Mapping = &'static [(&'static str, Fill)];

/// The fields that a plan reads; each has a slot.
#[derive(Default)]
pub(crate) struct Fields {
    names: Vec<String>,
}

impl Fields {
    pub(crate) fn slot(&mut self, name: &str) -> u16 {
        let found = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        found as u16
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn keys(&self) -> Keys {
        Keys::new(&self.names.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// How the wanted columns of one table are filled.
pub(crate) struct Plan {
    steps: Vec<Step>,
}

enum Step {
    Missing,
    One(Fill, u16),
    Many(Fill, Vec<u16>),
}

impl Plan {
    pub(crate) fn new(schema: &Schema, mapping: Mapping, fields: &mut Fields) -> Self {
        let steps = schema.columns.iter().map(|column| {
            let Some((_, fill)) = mapping.iter().find(|(name, _)| *name == &*column.name) else { return Step::Missing };
            match *fill {
                Fill::Const(_) | Fill::Number(_) | Fill::SourceFile | Fill::SourceOffset => Step::One(*fill, 0),
                Fill::Text(f)
                | Fill::Upper(f)
                | Fill::Long(f)
                | Fill::Bool(f)
                | Fill::Time(f)
                | Fill::Millis(f)
                | Fill::List(f)
                | Fill::First(f) => Step::One(*fill, fields.slot(f)),
                Fill::Object(names) | Fill::With(names, _) => Step::Many(*fill, names.iter().map(|f| fields.slot(f)).collect()),
            }
        });
        Self { steps: steps.collect() }
    }

    /// Gives every column one value.
    pub(crate) fn fill(&self, row: &Row<'_, '_>, columns: &mut [ColumnBuilder]) {
        for (step, column) in self.steps.iter().zip(columns) {
            match step {
                Step::Missing => column.missing(),
                Step::One(fill, slot) => one(fill, *slot, row, column),
                Step::Many(Fill::With(_, make), slots) => make(row, slots, column),
                Step::Many(Fill::Object(names), slots) => row.object(names, slots, column),
                Step::Many(..) => column.missing(),
            }
        }
    }
}

fn one(fill: &Fill, slot: u16, row: &Row<'_, '_>, column: &mut ColumnBuilder) {
    match fill {
        Fill::Const(text) => column.text(text),
        Fill::Number(number) => column.long(*number),
        Fill::Text(_) => row.put_text(slot, column),
        Fill::Upper(_) => match row.text(slot) {
            Some(text) if text.bytes().any(|b| b.is_ascii_lowercase()) => column.text(&text.to_ascii_uppercase()),
            Some(text) => column.text(&text),
            None => column.missing(),
        },
        Fill::Long(_) => column.long_option(row.long(slot)),
        Fill::Bool(_) => row.put_bool(slot, column),
        Fill::Time(_) => column.long_option(row.time(slot)),
        Fill::Millis(_) => column.long_option(row.real(slot).map(|seconds| (seconds * 1e3).round() as i64)),
        Fill::List(_) => row.list(slot, column),
        Fill::First(_) => match row.first(slot) {
            Some(text) => column.text(&text),
            None => column.missing(),
        },
        Fill::SourceFile => column.text(&row.input.file.name),
        Fill::SourceOffset => column.long(row.offset as i64),
        Fill::Object(_) | Fill::With(..) => column.missing(),
    }
}

/// The fields of one line. A slot is empty where the line does not have the field.
pub(crate) struct Row<'r, 'a> {
    pub(crate) values: &'r [&'a [u8]],
    pub(crate) syntax: Syntax,
    pub(crate) input: &'r Input,
    pub(crate) offset: u64,
    /// Of the same folder, by identifier; for TLS.
    pub(crate) certificates: Option<&'r Certificates>,
    /// The slot of the record's own time, and what it says: looked at for every record, and wanted by most queries.
    pub(crate) own_time: (u16, Option<i64>),
}

/// How values are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Syntax {
    Json,
    /// Zeek's columns; lists are separated by the byte.
    Tsv(u8),
}

impl<'r, 'a> Row<'r, 'a> {
    pub(crate) fn new(values: &'r [&'a [u8]], syntax: Syntax, input: &'r Input, offset: u64) -> Self {
        Self { values, syntax, input, offset, certificates: None, own_time: (u16::MAX, None) }
    }

    pub(crate) fn raw(&self, slot: u16) -> &'a [u8] {
        self.values.get(slot as usize).copied().unwrap_or_default()
    }

    pub(crate) fn is_missing(&self, slot: u16) -> bool {
        self.raw(slot).is_empty()
    }

    pub(crate) fn text(&self, slot: u16) -> Option<Cow<'a, str>> {
        let raw = self.raw(slot);
        if raw.is_empty() {
            return None;
        }
        Some(match self.syntax {
            Syntax::Json => json::text(raw),
            Syntax::Tsv(_) => tsv_text(raw),
        })
    }

    fn put_text(&self, slot: u16, column: &mut ColumnBuilder) {
        match self.text(slot) {
            Some(text) => column.text(&text),
            None => column.missing(),
        }
    }

    /// A number's or a quoted number's bytes.
    fn bare(&self, slot: u16) -> &'a [u8] {
        let raw = self.raw(slot);
        raw.strip_prefix(b"\"").and_then(|r| r.strip_suffix(b"\"")).unwrap_or(raw)
    }

    pub(crate) fn long(&self, slot: u16) -> Option<i64> {
        let bare = self.bare(slot);
        parse_long(bare).or_else(|| parse_real(bare).filter(|r| r.abs() < 9e18).map(|r| r as i64))
    }

    pub(crate) fn real(&self, slot: u16) -> Option<f64> {
        parse_real(self.bare(slot))
    }

    pub(crate) fn bool(&self, slot: u16) -> Option<bool> {
        match self.bare(slot) {
            b"true" | b"T" => Some(true),
            b"false" | b"F" => Some(false),
            _ => None,
        }
    }

    fn put_bool(&self, slot: u16, column: &mut ColumnBuilder) {
        match self.bool(slot) {
            Some(value) => column.bool(value),
            None => column.missing(),
        }
    }

    /// Ticks of a time in seconds, milliseconds or microseconds since 1970, or in ISO 8601.
    pub(crate) fn time(&self, slot: u16) -> Option<i64> {
        if slot == self.own_time.0 { self.own_time.1 } else { parse_time(self.bare(slot)) }
    }

    /// With the record's own time in the slot parsed, once.
    pub(crate) fn timed(mut self, slot: u16) -> Self {
        self.own_time = (slot, parse_time(self.bare(slot)));
        self
    }

    /// The elements of a list.
    pub(crate) fn elements(&self, slot: u16, mut each: impl FnMut(Cow<'a, str>)) {
        let raw = self.raw(slot);
        match self.syntax {
            Syntax::Json if raw.first() == Some(&b'[') => json::elements(raw, 64).for_each(|e| each(json::text(e))),
            Syntax::Json if raw.is_empty() => {}
            Syntax::Json => each(json::text(raw)),
            Syntax::Tsv(_) if raw.is_empty() => {}
            Syntax::Tsv(separator) => raw.split(|b| *b == separator).for_each(|e| each(tsv_text(e))),
        }
    }

    pub(crate) fn first(&self, slot: u16) -> Option<Cow<'a, str>> {
        let mut first = None;
        self.elements(slot, |element| {
            if first.is_none() {
                first = Some(element);
            }
        });
        first
    }

    fn list(&self, slot: u16, column: &mut ColumnBuilder) {
        if self.is_missing(slot) {
            return column.missing();
        }
        let mut out = String::from("[");
        self.elements(slot, |element| {
            if out.len() > 1 {
                out.push(',');
            }
            quote(&element, &mut out);
        });
        out.push(']');
        column.text(&out);
    }

    fn object(&self, names: &[&str], slots: &[u16], column: &mut ColumnBuilder) {
        let mut out = String::new();
        for (name, slot) in names.iter().zip(slots) {
            if self.is_missing(*slot) {
                continue;
            }
            out.push(if out.is_empty() { '{' } else { ',' });
            quote(name, &mut out);
            out.push(':');
            let raw = self.raw(*slot);
            if self.syntax == Syntax::Json && !raw.starts_with(b"\"") {
                out.push_str(&String::from_utf8_lossy(raw));
            } else if let Some(text) = self.text(*slot) {
                quote(&text, &mut out);
            }
        }
        if out.is_empty() {
            column.missing();
        } else {
            out.push('}');
            column.text(&out);
        }
    }
}

/// Text as a JSON string.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => {
                use std::fmt::Write;
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A cell of Zeek's: `\xNN` is a byte.
fn tsv_text(raw: &[u8]) -> Cow<'_, str> {
    if raw == b"(empty)" {
        return Cow::Borrowed("");
    }
    if memchr::memmem::find(raw, b"\\x").is_none() {
        return json::lossy(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        let hex = raw.get(at..at + 4).filter(|e| e.starts_with(b"\\x")).and_then(|e| std::str::from_utf8(&e[2..]).ok());
        match hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 4;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8(out).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

fn parse_long(bare: &[u8]) -> Option<i64> {
    let (negative, digits) = match bare {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bare),
    };
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0'));
    Some(if negative { -value } else { value })
}

fn parse_real(bare: &[u8]) -> Option<f64> {
    std::str::from_utf8(bare).ok()?.parse().ok().filter(|r: &f64| r.is_finite())
}

pub(crate) fn parse_time(bare: &[u8]) -> Option<i64> {
    if bare.get(4) == Some(&b'-') {
        return ticks::parse_iso(std::str::from_utf8(bare).ok()?);
    }
    let (whole, fraction) = match memchr::memchr(b'.', bare) {
        Some(dot) => (&bare[..dot], &bare[dot + 1..]),
        None => (bare, &[][..]),
    };
    let (Some(whole), true) = (parse_long(whole), fraction.iter().all(u8::is_ascii_digit)) else {
        return ticks::from_unix_seconds(parse_real(bare)?);
    };
    // No log is of the year 5138, so a number that large counts something shorter than seconds.
    let unit = match whole {
        0..100_000_000_000 => ticks::SECOND,
        100_000_000_000..100_000_000_000_000 => ticks::SECOND / 1_000,
        100_000_000_000_000.. => ticks::SECOND / 1_000_000,
        _ => return ticks::from_unix_seconds(parse_real(bare)?),
    };
    let mut part = 0;
    let mut scale = unit / 10;
    for digit in fraction {
        part += i64::from(digit - b'0') * scale;
        scale /= 10;
    }
    whole.checked_mul(unit)?.checked_add(part)?.checked_add(ticks::UNIX_EPOCH).filter(|t| (0..=ticks::MAX).contains(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_kinds() {
        for (text, iso) in [
            ("1677024003.714845", "2023-02-22T00:00:03.7148450Z"),
            ("1677024003", "2023-02-22T00:00:03.0000000Z"),
            ("1677024003714", "2023-02-22T00:00:03.7140000Z"),
            ("1.677024003e9", "2023-02-22T00:00:03.0000000Z"),
            ("2023-02-22T00:00:03.714845Z", "2023-02-22T00:00:03.7148450Z"),
            ("2017-12-25T10:03:08.430950+0100", "2017-12-25T09:03:08.4309500Z"),
            ("147.026993", "1970-01-01T00:02:27.0269930Z"),
            ("-1.5", "1969-12-31T23:59:58.5000000Z"),
        ] {
            assert_eq!(parse_time(text.as_bytes()).map(ticks::iso).as_deref(), Some(iso), "{text}");
        }
        for bad in ["", "-", "x", "1e400", "99999999999999999999", "2023-99-01T00:00:00Z"] {
            assert_eq!(parse_time(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn zeek_cells() {
        for (raw, text) in [("a\\x09b", "a\tb"), ("(empty)", ""), ("\\xc3\\xa9", "é"), ("C:\\x", "C:\\x"), ("\\xzz", "\\xzz")] {
            assert_eq!(tsv_text(raw.as_bytes()), text, "{raw}");
        }
    }
}
