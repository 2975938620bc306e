//! Our hunts and functions before Microsoft's own parser: it must accept them, with the columns and types that our binder gives.

use content::{Externals, Library, LibraryCatalog};
use model::tables;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, io};

/// Columns of an answer: name and type.
type Columns = Vec<(String, String)>;

/// Asks `judge` (a script for node: cases in, verdicts out, a JSON object a line). Fails with all that differs.
pub(crate) fn hold(judge: &Path, policies: &Path) -> io::Result<()> {
    let mut library = Library::embedded().map_err(|errors| io::Error::other(format!("{errors:?}")))?;
    // What policies compile to is a watchlist that functions read.
    if let Some(error) = library.add_exclusions(policies).first() {
        return Err(io::Error::other(error.to_string()));
    }
    let catalog = LibraryCatalog::new(&library, Externals::default());
    let queries = queries(&library);
    let folder = judge.parent().unwrap_or(Path::new("."));
    let (schemas, functions) = (folder.join("our-tables.json"), folder.join("our-functions.json"));
    fs::write(&schemas, our_tables().to_string())?;
    fs::write(&functions, our_functions(&library).to_string())?;
    let verdicts = ask(judge, &schemas, &functions, &queries)?;
    let mut faults = Vec::new();
    for (id, query) in &queries {
        let ours = match kql_bind::bind(query, &catalog) {
            Ok(bound) => bound.rel.schema.columns.iter().map(|c| (c.name.to_string(), c.kql_type.name().to_owned())).collect::<Columns>(),
            Err(errors) => {
                faults.push(format!("{id}: our binder: {errors:?}"));
                continue;
            }
        };
        match verdicts.iter().find(|v| v["id"] == id.as_str()) {
            None => faults.push(format!("{id}: no verdict")),
            Some(verdict) if verdict["ok"] != true => faults.push(format!("{id}: {}", verdict["diagnostics"])),
            Some(verdict) if columns(verdict) != ours => faults.push(format!("{id}: {:?} instead of our {ours:?}", columns(verdict))),
            Some(_) => {}
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(io::Error::other(faults.join("\n"))) }
}

/// Each hunt, and each function that can be called without arguments; others are judged where those call them.
fn queries(library: &Library) -> Vec<(String, String)> {
    let mut queries: Vec<(String, String)> = library.hunts.iter().map(|h| (h.id.clone(), h.query.clone())).collect();
    for function in &library.functions {
        let query = match function.parameters.strip_prefix("T:") {
            Some(rest) => format!("datatable{}[] | invoke {}()", rest.split_inclusive(')').next().unwrap_or_default(), function.name),
            None if function.parameters.is_empty() || function.parameters.contains('=') => format!("{}()", function.name),
            None => continue,
        };
        queries.push((function.name.to_string(), query));
    }
    queries
}

fn our_tables() -> Value {
    let table = |t: &model::TableSchema| {
        let columns: Map<String, Value> = t.schema.columns.iter().map(|c| (c.name.to_string(), c.kql_type.name().into())).collect();
        (t.name.to_string(), json!({ "columns": columns }))
    };
    Value::Object(tables::all().map(table).collect())
}

fn our_functions(library: &Library) -> Value {
    library.functions.iter().map(|f| json!([&*f.name, format!("({})", f.parameters), format!("{{ {}\n}}", f.body)])).collect()
}

fn ask(judge: &Path, schemas: &Path, functions: &Path, queries: &[(String, String)]) -> io::Result<Vec<Value>> {
    let mut child = Command::new("node")
        .args([judge.as_os_str(), "--schemas".as_ref(), schemas.as_os_str(), "--functions".as_ref(), functions.as_os_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        for (id, query) in queries {
            writeln!(input, "{}", json!({ "id": id, "query": query }))?;
        }
    }
    let output = child.wait_with_output()?;
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).map_err(io::Error::from)).collect()
}

fn columns(verdict: &Value) -> Columns {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    verdict["columns"].as_array().into_iter().flatten().map(|c| (text(&c[0]), text(&c[1]))).collect()
}
