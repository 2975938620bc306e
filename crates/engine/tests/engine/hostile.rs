//! Stops, limits and refusals.

use crate::evidence::{Rows, many, query, run};
use engine::EngineOptions;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

#[test]
fn a_query_that_cannot_be_run_is_refused_at_its_place() {
    let source = Rows::new("DnsEvents", many(10), 10);
    let bad = "DnsEvents | where geo_point_to_geohash(1.0, 2.0) == 'x'";
    let outcome = run(EngineOptions::default(), &source, &[query(bad, false), query("DnsEvents | count", false)]);
    let error = outcome.answers[0].as_ref().unwrap_err();
    assert_eq!((error.code.as_str(), error.start, error.length), ("PH001", 18, 30), "{error:?}");
    assert!(error.message.contains("geo_point_to_geohash(real, real)"), "{error}");
    assert!(outcome.answers[1].is_ok());
}

#[test]
fn a_stopped_run_says_that_it_is_not_whole() {
    let source = Rows::new("DnsEvents", many(1000), 10);
    let cancelled = EngineOptions { cancel: Arc::new(AtomicBool::new(true)), ..EngineOptions::default() };
    let late = EngineOptions { timeout: Some(Duration::ZERO), ..EngineOptions::default() };
    for options in [cancelled, late] {
        let outcome = run(options, &source, &[query("DnsEvents | count", false)]);
        assert!(outcome.incomplete);
        assert!(outcome.answers[0].is_ok(), "{:?}", outcome.answers[0]);
    }
}

#[test]
fn what_needs_too_much_is_refused() {
    let source = Rows::new("DnsEvents", many(10), 10);
    let options = EngineOptions { memory: Some(4 << 20), ..EngineOptions::default() };
    let outcome = run(
        options,
        &source,
        &[query("range x from 1 to 2000000 step 1 | extend s = strcat('abcdefghij', tostring(x)) | summarize make_list(s)", false)],
    );
    assert_eq!(outcome.answers[0].as_ref().unwrap_err().code, "PH002");
    let outcome = run(EngineOptions::default(), &source, &[query("range x from 1 to 1000000000 step 1 | count", false)]);
    assert_eq!(outcome.answers[0].as_ref().unwrap_err().code, "PH002");
}
