//! Any text as an exclusion policy, and as a query with exclusions in it: judged, and refused with a reason or compiled to rows as wide as
//! their columns. What is refused is refused by the lint as well.

// Words of: content/src/exclusions
#![no_main]

use content::exclusions::{Judge, Policy, Subject, compile, lint, lint_query};
use libfuzzer_sys::fuzz_target;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// 18 November 2026.
const NOW: Duration = Duration::from_secs(1_794_960_000);

fuzz_target!(|text: &str| {
    lint_query("query.kql", text);
    let linted = lint(Path::new("policy.yaml"), text, (UNIX_EPOCH + NOW).into());
    let policy = match Policy::parse("policy.yaml", text) {
        Ok(policy) => policy,
        Err(errors) => {
            assert!(!errors.is_empty() && !linted.refusals.is_empty());
            return;
        }
    };
    // Nothing is known of such a row, so nothing explains it.
    assert!(!Judge::new(&policy).explains(&Subject::default()));
    let (lists, errors) = compile(&[("policy.yaml".to_owned(), policy)]);
    assert!(!lists[0].rows.is_empty() || !errors.is_empty());
    for list in &lists {
        assert!(list.rows.iter().all(|row| row.len() == list.columns.len()));
        list.table();
    }
});
