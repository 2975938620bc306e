//! Machine output: one JSON object a line, `type` first, or all of them in one array.

use model::finding::Report;
use rayon::prelude::*;
use serde::Serialize;
use std::io::{self, Write};

/// Objects that are put into words together, in order, by all threads.
const BLOCK: usize = 1 << 14;

/// One object a line: findings, cases, campaigns, read errors, coverage, and the summary last.
pub fn lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    Objects { before: b"", after: b"\n", skip: 0, out }.write(report)
}

/// The same objects in one array.
pub fn array(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"[\n")?;
    Objects { before: b",\n", after: b"", skip: 2, out }.write(report)?;
    out.write_all(b"\n]\n")
}

struct Objects<'a> {
    /// Before each object, and after it.
    before: &'static [u8],
    after: &'static [u8],
    /// Bytes of the next object to leave out: what stands before the first.
    skip: usize,
    out: &'a mut dyn Write,
}

#[derive(Serialize)]
struct Typed<'a, T> {
    r#type: &'a str,
    #[serde(flatten)]
    value: &'a T,
}

impl Objects<'_> {
    fn write(&mut self, report: &Report) -> io::Result<()> {
        self.all("finding", &report.findings)?;
        self.all("case", &report.cases)?;
        self.all("campaign", &report.campaigns)?;
        self.all("read_error", &report.read_errors)?;
        self.all("coverage", &report.coverage)?;
        self.all("summary", std::slice::from_ref(&report.summary))
    }

    fn all<T: Serialize + Sync>(&mut self, kind: &str, values: &[T]) -> io::Result<()> {
        let (before, after) = (self.before, self.after);
        let text = |values: &[T]| {
            let mut text = Vec::new();
            for value in values {
                text.extend_from_slice(before);
                serde_json::to_writer(&mut text, &Typed { r#type: kind, value })?;
                text.extend_from_slice(after);
            }
            Ok(text)
        };
        for block in values.chunks(BLOCK) {
            let texts: Vec<io::Result<Vec<u8>>> = block.par_chunks(BLOCK / 32).map(text).collect();
            for text in texts {
                self.out.write_all(text?.get(self.skip..).unwrap_or_default())?;
                self.skip = 0;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::finding::{ReadErrorRow, Report};
    use serde_json::Value;

    #[test]
    fn type_comes_first_and_the_summary_last() {
        let error = ReadErrorRow { file: "a.log".into(), offset: Some(7), record: None, reason: "cut".into() };
        let report = Report { read_errors: vec![error], ..Report::default() };
        let mut out = Vec::new();
        lines(&report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let all: Vec<_> = text.lines().collect();
        assert_eq!(all[0], r#"{"type":"read_error","file":"a.log","offset":7,"reason":"cut"}"#);
        assert!(all.last().unwrap().starts_with(r#"{"type":"summary","now":"#));
        let mut out = Vec::new();
        array(&report, &mut out).unwrap();
        assert_eq!(serde_json::from_slice::<Vec<Value>>(&out).unwrap().len(), all.len());
    }
}
