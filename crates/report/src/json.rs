//! Machine output: one JSON object a line, `type` first, or all of them in one array.

use model::finding::Report;
use serde::Serialize;
use serde_json::Value;
use std::io::{self, Write};

/// One object a line: findings, cases, campaigns, read errors, coverage, and the summary last.
pub fn lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    each(report, &mut |line| {
        out.write_all(line.as_bytes())?;
        out.write_all(b"\n")
    })
}

/// The same objects in one array.
pub fn array(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut separator = "[\n";
    each(report, &mut |line| {
        out.write_all(separator.as_bytes())?;
        separator = ",\n";
        out.write_all(line.as_bytes())
    })?;
    out.write_all(b"\n]\n")
}

fn each(report: &Report, write: &mut dyn FnMut(String) -> io::Result<()>) -> io::Result<()> {
    for finding in &report.findings {
        write(typed("finding", finding)?)?;
    }
    for case in &report.cases {
        write(typed("case", case)?)?;
    }
    for campaign in &report.campaigns {
        write(typed("campaign", campaign)?)?;
    }
    for error in &report.read_errors {
        write(typed("read_error", error)?)?;
    }
    for coverage in &report.coverage {
        write(typed("coverage", coverage)?)?;
    }
    write(typed("summary", &report.summary)?)
}

fn typed(kind: &str, value: &impl Serialize) -> io::Result<String> {
    let mut object = serde_json::Map::from_iter([("type".to_owned(), Value::from(kind))]);
    if let Value::Object(fields) = serde_json::to_value(value)? {
        object.extend(fields);
    }
    Ok(serde_json::to_string(&object)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::finding::{ReadErrorRow, Report};

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
