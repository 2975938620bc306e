//! Column names and types of answers that the real engine gave.

use crate::catalog::Tables;
use kql_bind::bind;
use model::KqlType;
use serde_json::Value;
use std::path::PathBuf;

fn corpora() -> Option<PathBuf> {
    let root = std::env::var_os("POOLHOUND_CORPORA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"), PathBuf::from);
    root.is_dir().then_some(root)
}

/// Whether the recorded type is ours. The fuzz file has `Int` for int and long alike, and `Real` for decimal too.
fn same_type(recorded: &str, ours: KqlType) -> bool {
    match recorded {
        "Int" => matches!(ours, KqlType::Int | KqlType::Long),
        "Real" => matches!(ours, KqlType::Real | KqlType::Decimal),
        other => other.eq_ignore_ascii_case(ours.name()),
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    bound: usize,
    refused: usize,
    mismatched: usize,
    rightly_refused: usize,
    accepted: usize,
}

fn check(file: &str) -> Option<Count> {
    let path = corpora()?.join("kql").join(file);
    let text = std::fs::read_to_string(path).ok()?;
    let show = std::env::var("SHOW").unwrap_or_default();
    let mut count = Count::default();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let query = case["query"].as_str().unwrap();
        let fails = case["expect_error"].as_bool() == Some(true);
        if !fails && case["error"].is_string() {
            continue;
        }
        match (bind(query, &Tables), fails) {
            (Err(_), true) => count.rightly_refused += 1,
            (Ok(_), true) => {
                count.accepted += 1;
                if show.contains('a') {
                    println!("ACCEPTED {}: {}", case["id"], query.replace('\n', " "));
                }
            }
            (Err(errors), false) => {
                count.refused += 1;
                if show.contains('r') {
                    println!("REFUSED {} {}: {} | {}", case["id"], errors[0].code, errors[0].message, query.replace('\n', " "));
                }
            }
            (Ok(bound), false) => {
                let wrong =
                    case["columns"].as_array().unwrap().iter().zip(&bound.rel.schema.columns).find(|(recorded, ours)| match recorded {
                        Value::Array(pair) => pair[0] != *ours.name || !same_type(pair[1].as_str().unwrap(), ours.kql_type),
                        name => **name != *ours.name,
                    });
                if wrong.is_some() || case["columns"].as_array().unwrap().len() != bound.rel.schema.columns.len() {
                    count.mismatched += 1;
                    let ours: Vec<String> = bound.rel.schema.columns.iter().map(|c| format!("{}:{}", c.name, c.kql_type)).collect();
                    println!("MISMATCH {}: {}\n   ours {ours:?}\n   real {}", case["id"], query.replace('\n', " "), case["columns"]);
                } else {
                    count.bound += 1;
                }
            }
        }
    }
    Some(count)
}

#[test]
fn answers_of_the_real_engine() {
    for (file, least) in [("emulator_docs.jsonl", 480), ("emulator_fuzz.jsonl", 1_090)] {
        match check(file) {
            None => println!("{file}: left out, the corpora are not here"),
            Some(count) => {
                println!("{file}: {count:?}");
                assert_eq!(count.mismatched, 0, "{file}");
                assert!(count.bound >= least, "{file}: {count:?}");
            }
        }
    }
}
