//! Any text as an exclusion policy: refused with a reason, or compiled to rows as wide as their columns.

// Words of: content/src/exclusions
#![no_main]

use content::exclusions::{Policy, compile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(policy) = Policy::parse("policy.yaml", text) else { return };
    let (lists, errors) = compile(&[("policy.yaml".to_owned(), policy)]);
    assert!(!lists[0].rows.is_empty() || !errors.is_empty());
    for list in &lists {
        assert!(list.rows.iter().all(|row| row.len() == list.columns.len()));
        list.table();
    }
});
