//! The records of a piece of CSV.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Fields that a record may have.
const FIELDS_CAP: usize = 1 << 16;

/// Walks over the records of whole lines of CSV.
pub(crate) struct Records<'a> {
    reader: Reader,
    input: &'a [u8],
    at: usize,
    line: u64,
    fields: Vec<u8>,
    ends: Vec<usize>,
}

/// One record.
pub(crate) struct Record<'r> {
    /// Of its first byte, in the input.
    pub(crate) start: usize,
    /// Line feeds outside quotes before it.
    pub(crate) line: u64,
    /// All fields, one after another.
    pub(crate) bytes: &'r [u8],
    /// Where each field ends.
    pub(crate) ends: &'r [usize],
}

impl<'r> Record<'r> {
    pub(crate) fn field(&self, index: usize) -> Option<&'r [u8]> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.bytes.get(start..end)
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &'r [u8]> {
        (0..self.ends.len()).filter_map(|index| self.field(index))
    }
}

impl<'a> Records<'a> {
    pub(crate) fn new(input: &'a [u8], delimiter: u8) -> Self {
        let input_start = if input.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            input,
            at: input_start,
            line: 0,
            fields: vec![0; 4096],
            ends: vec![0; 64],
        }
    }

    /// The next record; blank lines are none.
    pub(crate) fn next(&mut self) -> Option<Record<'_>> {
        while let Some(b @ (b'\n' | b'\r')) = self.input.get(self.at) {
            self.line += u64::from(*b == b'\n');
            self.at += 1;
        }
        let (start, line) = (self.at, self.line);
        if start >= self.input.len() {
            return None;
        }
        let (mut bytes, mut count) = (0, 0);
        loop {
            let rest = self.input.get(self.at..).unwrap_or_default();
            let output = self.fields.get_mut(bytes..).unwrap_or_default();
            let ends = self.ends.get_mut(count..).unwrap_or_default();
            let (result, read, written, ended) = self.reader.read_record(rest, output, ends);
            self.at += read;
            bytes += written;
            count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() < FIELDS_CAP => self.ends.resize(self.ends.len() * 2, 0),
                // The rest of an absurd record is passed over as one of its own.
                ReadRecordResult::OutputEndsFull => {
                    self.at = self.input.len();
                    break;
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End if count == 0 => return None,
                ReadRecordResult::End => break,
            }
        }
        if self.input.get(self.at.wrapping_sub(1)) == Some(&b'\r') && self.input.get(self.at) == Some(&b'\n') {
            self.at += 1;
        }
        self.line += u64::from(self.input.get(self.at.wrapping_sub(1)) == Some(&b'\n'));
        Some(Record { start, line, bytes: self.fields.get(..bytes)?, ends: self.ends.get(..count)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_with_their_places() {
        let text = b"\xef\xbb\xbfa,b\r\n\r\n\"x\"\"\n y\",2\n,\n\"open";
        let mut records = Records::new(text, b',');
        let mut seen = Vec::new();
        while let Some(record) = records.next() {
            let fields: Vec<_> = record.fields().map(|f| String::from_utf8_lossy(f).into_owned()).collect();
            seen.push((record.start, record.line, fields.join("|")));
        }
        let expected = [(3, 0, "a|b"), (10, 2, "x\"\n y|2"), (21, 3, "|"), (23, 4, "open")];
        assert_eq!(seen, expected.map(|(start, line, fields)| (start, line, fields.to_owned())));
    }

    #[test]
    fn long_fields_and_many_fields() {
        let text = format!("{}\n{}\n", "x".repeat(100_000), ",".repeat(1000));
        let mut records = Records::new(text.as_bytes(), b',');
        assert_eq!(records.next().unwrap().bytes.len(), 100_000);
        assert_eq!(records.next().unwrap().ends.len(), 1001);
        assert!(records.next().is_none());
    }
}
