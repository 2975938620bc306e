//! `poolhound query`: any KQL over the same tables.

use super::{catalog, embedded};
use crate::cli::{QueryArgs, QueryFormat};
use crate::error::Error;
use crate::input::{Combined, open};
use crate::local::{cancel_on_interrupt, engine, outcome};
use crate::output;
use crate::progress::{Progress, complain};
use engine::{LocalBackend, RunOutcome, json};
use model::{Answer, Backend, Query, QueryError, exit, ticks};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Queries are answered in groups of that many, each over one pass.
const GROUP: usize = 256;

pub(crate) fn run(args: &QueryArgs, quiet: bool) -> Result<u8, Error> {
    let (text, mut paths) = (&args.query, args.evidence.paths.clone());
    let read = |path: &PathBuf| fs::read_to_string(path).map_err(|e| Error::Usage(format!("{}: {e}", path.display())));
    // With the KQL in a file, the first word after the flags is evidence.
    let from_file = args.file.as_ref().or(args.batch.as_ref());
    if let (Some(_), Some(first)) = (from_file, text) {
        paths.insert(0, PathBuf::from(first));
    }
    let queries = match (&args.batch, &args.file, text) {
        (Some(path), _, _) => batch(&read(path)?)?,
        (None, Some(path), _) => vec![Query { id: "query".to_owned(), text: read(path)?, lineage: false }],
        (None, None, Some(text)) => vec![Query { id: "query".to_owned(), text: text.clone(), lineage: false }],
        (None, None, None) => {
            return Err(Error::Usage("query needs KQL: poolhound query 'KQL' PATH... (see poolhound query --help)".to_owned()));
        }
    };
    let mut library = embedded()?;
    let (catalog, faulty) = catalog(&mut library, &args.library)?;
    let evidence_args = crate::cli::EvidenceArgs { paths, table: args.evidence.table.clone(), ..args.evidence };
    let evidence = if evidence_args.paths.is_empty() { None } else { Some(open(&evidence_args)?) };
    let source = evidence.as_ref().map(|evidence| Combined { evidence, sensor: None });
    let progress = Progress::new(quiet);
    let source: Option<&dyn model::Source> = source.as_ref().map(|s| s as _);
    let backend = LocalBackend::new(engine(&args.engine, cancel_on_interrupt()), &catalog, source, &progress);
    let mut out = output::open(args.output.as_deref())?;
    let mut code = if faulty { exit::USAGE } else { exit::CLEAN };
    for group in queries.chunks(GROUP) {
        let answers = backend.run(group);
        let told = outcome(&backend);
        for (query, answer) in group.iter().zip(answers) {
            if args.batch.is_some() {
                writeln!(out, "{}", json::batch_line(&query.id, &answer))?;
                continue;
            }
            match answer {
                Ok(answer) => print(args, &answer, &mut out)?,
                Err(error) => {
                    complain(&located(&query.text, &error));
                    code = exit::USAGE;
                }
            }
        }
        if let Some(told) = &told {
            code = code.max(tell(told, quiet, source.is_some()));
        }
    }
    out.flush()?;
    Ok(code)
}

/// Lines of `id` and `query`.
fn batch(text: &str) -> Result<Vec<Query>, Error> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parsed = lines.map(|(n, line)| {
        let value: Value = serde_json::from_str(line).map_err(|e| Error::Usage(format!("line {}: {e}", n + 1)))?;
        let field = |name: &str| match &value[name] {
            Value::String(text) => Ok(text.clone()),
            Value::Null => Err(Error::Usage(format!("line {} has no `{name}`", n + 1))),
            other => Ok(other.to_string()),
        };
        Ok(Query { id: field("id")?, text: field("query")?, lineage: false })
    });
    parsed.collect()
}

fn print(args: &QueryArgs, answer: &Answer, out: &mut dyn Write) -> Result<(), Error> {
    let names: Vec<String> = answer.schema.columns.iter().map(|c| c.name.to_string()).collect();
    match args.format {
        QueryFormat::Json => {
            let typed: Vec<Value> = answer.schema.columns.iter().map(|c| serde_json::json!([&*c.name, c.kql_type.name()])).collect();
            writeln!(out, "{{\"columns\":{},\"rows\":[{}]}}", Value::Array(typed), json::rows(answer).join(","))?;
        }
        QueryFormat::Jsonl => objects(answer, out)?,
        QueryFormat::Csv => report::table::csv(&names, &cells(answer), out)?,
        QueryFormat::Table => report::table::write(&names, &cells(answer), output::style(args.color, args.output.as_deref()), out)?,
    }
    Ok(())
}

/// One object a line, in the order of the columns.
fn objects(answer: &Answer, out: &mut dyn Write) -> Result<(), Error> {
    let names: Vec<String> = answer.schema.columns.iter().map(|c| Value::from(&*c.name).to_string()).collect();
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            let mut line = String::new();
            for ((name, array), column) in names.iter().zip(batch.columns()).zip(&answer.schema.columns) {
                line.push(if line.is_empty() { '{' } else { ',' });
                line.push_str(name);
                line.push(':');
                json::write_cell(&mut line, array, column.kql_type, row);
            }
            writeln!(out, "{}}}", if line.is_empty() { "{" } else { &line })?;
        }
    }
    Ok(())
}

fn cells(answer: &Answer) -> Vec<Vec<String>> {
    let columns = &answer.schema.columns;
    let of = |batch: &arrow::record_batch::RecordBatch, row| {
        batch.columns().iter().zip(columns).map(|(a, c)| json::plain(a, c.kql_type, row)).collect()
    };
    answer.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| of(batch, row))).collect()
}

/// The error with the line it is about, and a mark below.
fn located(text: &str, error: &QueryError) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let start = error.start.min(units.len());
    let newline = u16::from(b'\n');
    let line_start = units[..start].iter().rposition(|u| *u == newline).map_or(0, |n| n + 1);
    let line_end = units[start..].iter().position(|u| *u == newline).map_or(units.len(), |n| start + n);
    let number = units[..start].iter().filter(|u| **u == newline).count() + 1;
    let line = String::from_utf16_lossy(&units[line_start..line_end]);
    let mark = "^".repeat(error.length.clamp(1, (line_end - start).max(1)));
    format!(
        "{error}\n  line {number}: {}\n  {}{mark}",
        line.replace('\t', " "),
        " ".repeat(start - line_start + format!("line {number}: ").len())
    )
}

/// What could not be read, and what now() was; the exit code that it calls for.
fn tell(outcome: &RunOutcome, quiet: bool, over_evidence: bool) -> u8 {
    if !quiet {
        if over_evidence {
            tracing::info!("now() is {}", ticks::iso_short(outcome.now));
        }
        for error in outcome.read_errors.iter().take(20) {
            complain(&format!("{}: {}", error.file.name, error.reason));
        }
        for skipped in outcome.offer.skipped.iter().filter(|s| s.evidence) {
            complain(&format!("skipped {}: {}", skipped.file.name, skipped.reason));
        }
        for (file, text) in &outcome.warnings {
            complain(&format!("{}: {text}", file.name));
        }
    }
    if outcome.incomplete {
        exit::INTERRUPTED
    } else if outcome.read_error_count > 0 || outcome.offer.skipped.iter().any(|s| s.evidence) {
        exit::INCOMPLETE
    } else {
        exit::CLEAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_its_line_and_place() {
        let error = QueryError { code: "KS142".to_owned(), message: "no column `x`".to_owned(), start: 10, length: 1 };
        let shown = located("T\n| where x > 1", &error);
        assert!(shown.ends_with("  line 2: | where x > 1\n                  ^"), "{shown}");
    }

    #[test]
    fn a_batch_line_without_a_query_is_named() {
        let error = batch("{\"id\": 1, \"query\": \"print 1\"}\n{\"id\": 2}\n").unwrap_err().to_string();
        assert_eq!(error, "line 2 has no `query`");
    }
}
