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
