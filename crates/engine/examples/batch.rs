//! Reads lines of `id` and `query` from the file named last and writes an answer a line.

use engine::catalog::Nothing;
use engine::{Engine, EngineOptions, json};
use model::Query;
use std::io::Write;

#[expect(clippy::unwrap_used, reason = "a tool for developers")]
fn main() {
    let path = std::env::args().next_back().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let queries: Vec<Query> = text
        .lines()
        .map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let field = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
            Query { id: field("id"), text: field("query"), lineage: false }
        })
        .collect();
    let outcome = Engine::new(EngineOptions::default()).run(&queries, &Nothing, None, &());
    let mut out = std::io::stdout().lock();
    for (query, answer) in queries.iter().zip(&outcome.answers) {
        writeln!(out, "{}", json::batch_line(&query.id, answer)).unwrap();
    }
}
