//! Cases in Markdown: a heading, a query in a `kql` block, a table of what comes out; or a line `Error: CODE`.

use engine::catalog::Nothing;
use engine::{Engine, EngineOptions, json};
use model::{Answer, Query, QueryError};
use std::path::Path;

struct Case {
    name: String,
    query: String,
    expected: Vec<String>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            cases.push(Case { name: name.to_owned(), query: String::new(), expected: Vec::new() });
        } else if line.starts_with("```") {
            inside = line == "```kql";
        } else if let Some(case) = cases.last_mut() {
            if inside {
                case.query.push_str(line);
                case.query.push('\n');
            } else if (line.starts_with('|') && !line.starts_with("|--")) || line.starts_with("Error: ") {
                case.expected.push(line.trim().to_owned());
            }
        }
    }
    cases
}

fn rendered(answer: &Result<Answer, QueryError>) -> Vec<String> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return vec![format!("Error: {} {}", error.code, error.message)],
    };
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let mut lines = vec![row(answer.schema.columns.iter().map(|c| format!("{}:{}", c.name, c.kql_type)).collect())];
    for batch in &answer.batches {
        for n in 0..batch.num_rows() {
            lines.push(row(batch.columns().iter().zip(&answer.schema.columns).map(|(a, c)| json::plain(a, c.kql_type, n)).collect()));
        }
    }
    lines
}

#[test]
fn every_case_in_markdown() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kql");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let cases = cases(&text);
        let queries: Vec<Query> = cases.iter().map(|c| Query { id: c.name.clone(), text: c.query.clone(), lineage: false }).collect();
        let outcome = Engine::new(EngineOptions::default()).run(&queries, &Nothing, None, &());
        for (case, answer) in cases.iter().zip(&outcome.answers) {
            count += 1;
            let got = rendered(answer);
            let same = match case.expected.as_slice() {
                [one] if one.starts_with("Error: ") => got.len() == 1 && got[0].starts_with(one.as_str()),
                rows => rows.len() == got.len() && rows.iter().zip(&got).all(|(a, b)| a.split_whitespace().eq(b.split_whitespace())),
            };
            if !same {
                wrong.push(format!("{}: {}\n  expected {:#?}\n  got {:#?}", file.display(), case.name, case.expected, got));
            }
        }
    }
    assert!(count > 20, "{count} cases were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
