//! Every query of the corpora: tokens give back the text, and what the real engine takes has no error here.

use std::path::PathBuf;

/// A query with what the real engine said of it.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) query: String,
    pub(crate) fails: bool,
}

/// The cases of the corpora, or nothing (said aloud) where they are absent.
pub(crate) fn cases() -> Vec<Case> {
    let root = std::env::var_os("POOLHOUND_CORPORA").map(PathBuf::from);
    let root = root.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"));
    let mut cases = Vec::new();
    let mut files: Vec<PathBuf> = ["emulator_docs.jsonl", "emulator_fuzz.jsonl"].iter().map(|file| root.join("kql").join(file)).collect();
    // Further queries of which nothing is known, one `{"id", "query"}` a line.
    let more = std::env::var_os("POOLHOUND_QUERIES").map(PathBuf::from);
    files.extend(more.clone());
    for path in files {
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("left out: {} is not there", path.display());
            continue;
        };
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            cases.push(Case {
                id: value["id"].as_str().unwrap().to_owned(),
                query: value["query"].as_str().unwrap().to_owned(),
                fails: value["expect_error"].as_bool().unwrap_or(more.as_ref() == Some(&path)),
            });
        }
    }
    cases
}

/// Valid for the real engine, refused here, with the reason.
const REFUSED: [(&str, &str); 0] = [];

#[test]
fn tokens_give_back_the_text() {
    for case in cases() {
        let parse = kql_syntax::parse(&case.query);
        let back: String = parse.tokens.iter().map(|t| t.span.text(&case.query)).collect();
        assert_eq!(back, case.query, "{}", case.id);
    }
}

#[test]
fn valid_queries_have_no_errors() {
    let mut wrong = Vec::new();
    for case in cases().iter().filter(|c| !c.fails && !REFUSED.iter().any(|(id, _)| *id == c.id)) {
        let parse = kql_syntax::parse(&case.query);
        if let Some(first) = parse.diagnostics.first() {
            let at = first.span.text(&case.query);
            wrong.push(format!("{}: {} {} at `{at}`\n    {}", case.id, first.code, first.message, case.query.replace('\n', "\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn refused_queries_are_refused() {
    let cases = cases();
    for (id, reason) in REFUSED {
        if let Some(case) = cases.iter().find(|c| c.id == id) {
            assert!(kql_syntax::parse(&case.query).has_errors(), "{id} parses now; it was refused as {reason}");
        }
    }
}

/// Refused by the real engine, and for their syntax: keywords as names, signs, values that are no literals.
const WRONG_SYNTAX: [&str; 28] = [
    "agent-aggregation-0008-90764e",
    "agent-aggregation-0025-b21cdb",
    "agent-datetime-timespan-0021-9f5536",
    "agent-datetime-timespan-0038-8b8405",
    "agent-dynamic-json-0007-857970",
    "agent-dynamic-json-0013-2abd22",
    "agent-dynamic-json-0025-fcf8da",
    "agent-nested-pipelines-let-cte-0019-6d946d",
    "agent-nested-pipelines-let-cte-0034-1fdd0d",
    "agent-null-and-edge-0024-9a94f9",
    "agent-parse-search-0006-e7cbd2",
    "agent-parse-search-0017-3e1f88",
    "agent-parse-search-0033-80b1bb",
    "agent-probe-0002-d721e1",
    "agent-probe2-0001-b56d0a",
    "agent-string-ops-0000-071655",
    "agent-string-ops-0000-571d42",
    "agent-string-ops-0013-f04f74",
    "agent-string-ops-0025-990989",
    "agent-string-ops-0033-d73bd0",
    "agent-string-ops-0040-44bb38",
    "agent-string-ops-0040-8768b2",
    "agent-string-ops-0041-2376e2",
    "agent-type-casts-coercion-0013-42742e",
    "agent-type-casts-coercion-0052-af42e0",
    "agent-window-series-scan-0024-3057ac",
    "agent-window-series-scan-0037-1e7b08",
    "l-negidx-d78277",
];

#[test]
fn wrong_syntax_is_found() {
    let cases = cases();
    let found: Vec<&str> = cases
        .iter()
        .filter(|c| c.fails && WRONG_SYNTAX.contains(&c.id.as_str()))
        .filter(|c| !kql_syntax::parse(&c.query).has_errors())
        .map(|c| c.id.as_str())
        .collect();
    assert_eq!(found, Vec::<&str>::new(), "these parse");
}
