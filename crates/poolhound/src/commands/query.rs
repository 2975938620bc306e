//! `poolhound query`: any KQL over the same tables.

use super::{catalog, embedded};
use crate::cli::{QueryArgs, QueryFormat};
use crate::error::Error;
use crate::input::{Combined, open};
use crate::local::{cancel_on_interrupt, engine, outcome};
use crate::output;
use crate::progress::{Progress, complain};
use engine::error::{ARGUMENT, STOPPED};
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
        (Some(path), _, _) => batch(&read(path)?),
        (None, Some(path), _) => vec![one(read(path)?)],
        (None, None, Some(text)) => vec![one(text.clone())],
        (None, None, None) => {
            return Err(Error::Usage("query needs KQL: poolhound query 'KQL' PATH... (see poolhound query --help)".to_owned()));
        }
    };
    let mut library = embedded()?;
    let (catalog, faulty) = catalog(&mut library, &args.library)?;
    let evidence_args = crate::cli::EvidenceArgs { paths, table: args.evidence.table.clone(), host: None, ..args.evidence };
    let evidence = if evidence_args.paths.is_empty() { None } else { Some(open(&evidence_args)?) };
    let source = evidence.as_ref().map(|evidence| Combined { evidence, sensor: None });
    let progress = Progress::new(quiet);
    let source: Option<&dyn model::Source> = source.as_ref().map(|s| s as _);
    let backend = LocalBackend::new(engine(&args.engine, cancel_on_interrupt()), &catalog, source, &progress);
    let mut out = output::open(args.output.as_deref())?;
    let mut code = if faulty { exit::USAGE } else { exit::CLEAN };
    for group in queries.chunks(GROUP) {
        let sound: Vec<Query> = group.iter().filter_map(|q| q.as_ref().ok().cloned()).collect();
        let mut answers = backend.run(&sound).into_iter().zip(&sound);
        let told = outcome(&backend);
        for query in group {
            let (id, answer) = match query {
                Ok(_) => match answers.next() {
                    Some((answer, query)) => (query.id.as_str(), answer.and_then(whole)),
                    None => return Err(Error::Usage("a query was left without an answer; please report it".to_owned())),
                },
                Err((id, error)) => {
                    code = exit::USAGE;
                    (id.as_str(), Err(error.clone()))
                }
            };
            if args.batch.is_some() {
                writeln!(out, "{}", json::batch_line(id, &answer))?;
                continue;
            }
            match answer {
                Ok(answer) => print(args, &answer, &mut out)?,
                Err(error) => {
                    complain(&located(query.as_ref().map_or("", |q| &q.text), &error));
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

/// A query, or the id and the error of a line that is none.
type Line = Result<Query, (String, QueryError)>;

fn one(text: String) -> Line {
    Ok(Query { id: "query".to_owned(), text, lineage: false })
}

/// Lines of `id` and `query`.
fn batch(text: &str) -> Vec<Line> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parsed = lines.map(|(n, line)| {
        let fault = |id: &str, why: String| {
            let error = QueryError { code: ARGUMENT.to_owned(), message: format!("line {}{why}", n + 1), start: 0, length: 0 };
            (id.to_owned(), error)
        };
        let value: Value = serde_json::from_str(line).map_err(|e| fault("", format!(": {e}")))?;
        let field = |name: &str| match &value[name] {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        };
        let id = field("id").ok_or_else(|| fault("", " has no `id`".to_owned()))?;
        match field("query") {
            Some(text) => Ok(Query { id, text, lineage: false }),
            None => Err(fault(&id, " has no `query`".to_owned())),
        }
    });
    parsed.collect()
}

/// Rows of a run that was stopped are not an answer.
fn whole(answer: Answer) -> Result<Answer, QueryError> {
    if !answer.incomplete {
        return Ok(answer);
    }
    let rows: usize = answer.batches.iter().map(arrow::record_batch::RecordBatch::num_rows).sum();
    let message = format!("the run was stopped (--timeout, or Ctrl-C) before the answer was whole; {rows} rows had come");
    Err(QueryError { code: STOPPED.to_owned(), message, start: 0, length: 0 })
}

fn print(args: &QueryArgs, answer: &Answer, out: &mut dyn Write) -> Result<(), Error> {
    let names: Vec<String> = answer.schema.columns.iter().map(|c| c.name.to_string()).collect();
    match args.format {
        QueryFormat::Json => {
            let typed: Vec<Value> = answer.schema.columns.iter().map(|c| serde_json::json!([&*c.name, c.kql_type.name()])).collect();
            write!(out, "{{\"columns\":{},\"rows\":[", Value::Array(typed))?;
            for (n, row) in json::rows(answer).enumerate() {
                write!(out, "{}{row}", if n > 0 { "," } else { "" })?;
            }
            writeln!(out, "]}}")?;
        }
        QueryFormat::Jsonl => objects(answer, out)?,
        QueryFormat::Csv => report::table::csv(&names, &|| cells(answer), out)?,
        QueryFormat::Table => report::table::write(&names, &|| cells(answer), output::style(args.color, args.output.as_deref()), out)?,
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

/// The rows as text, made one at a time.
fn cells(answer: &Answer) -> Box<dyn Iterator<Item = Vec<String>> + '_> {
    let columns = &answer.schema.columns;
    let of = move |batch: &arrow::record_batch::RecordBatch, row| {
        batch.columns().iter().zip(columns).map(|(a, c)| json::plain(a, c.kql_type, row)).collect()
    };
    Box::new(answer.batches.iter().flat_map(move |batch| (0..batch.num_rows()).map(move |row| of(batch, row))))
}

/// Characters of a long line that are shown on each side of what is wrong with it.
const AROUND: usize = 60;

/// The error with the line it is about, and a mark below.
fn located(text: &str, error: &QueryError) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let start = error.start.min(units.len());
    let newline = u16::from(b'\n');
    let line_start = units[..start].iter().rposition(|u| *u == newline).map_or(0, |n| n + 1);
    let line_end = units[start..].iter().position(|u| *u == newline).map_or(units.len(), |n| start + n);
    let number = units[..start].iter().filter(|u| **u == newline).count() + 1;
    let length = error.length.clamp(1, (line_end - start).max(1)).min(AROUND);
    let from = if start - line_start > AROUND { start - AROUND } else { line_start };
    let to = if line_end - start > length + AROUND { start + length + AROUND } else { line_end };
    let (before, after) = (if from > line_start { "…" } else { "" }, if to < line_end { "…" } else { "" });
    let line = String::from_utf16_lossy(&units[from..to]).replace(['\t', '\r'], " ");
    let lead = format!("line {number}: {before}");
    format!("{error}\n  {lead}{line}{after}\n  {}{}", " ".repeat(start - from + lead.chars().count()), "^".repeat(length))
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
        let lines = batch("{\"id\": 1, \"query\": \"print 1\"}\n{\"id\": 2}\n{");
        assert_eq!(lines[0].as_ref().map(|q| q.text.as_str()), Ok("print 1"));
        let errors: Vec<_> = lines[1..].iter().filter_map(|l| l.as_ref().err()).map(|(id, e)| (id.as_str(), e.message.as_str())).collect();
        assert_eq!(errors[0], ("2", "line 2 has no `query`"));
        assert!(errors[1].1.starts_with("line 3: "), "{errors:?}");
    }
}
