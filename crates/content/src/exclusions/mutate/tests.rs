use super::*;
use crate::exclusions::{Judge, approved};
use std::path::Path;

/// The examples, and those that ask for every fact of the language.
pub(in super::super) fn policies() -> Vec<Policy> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = [root.join("examples/exclusions"), root.join("crates/poolhound/tests/data/policies")];
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| Policy::parse(&file.display().to_string(), &std::fs::read_to_string(file).unwrap()).unwrap()).collect()
}

#[test]
fn no_mutant_of_an_approved_row_is_explained() {
    for policy in &policies() {
        let judge = Judge::new(policy);
        let row = approved(policy).unwrap();
        assert!(judge.explains(&row), "{}: {:?}", policy.id, judge.facts(&row));
        let all = mutants(policy, &row);
        for Mutant { fact, what, subject } in &all {
            assert!(!judge.explains(subject), "{}: {fact}: {what} is explained: {subject:?}", policy.id);
            let facts = judge.facts(subject);
            assert!(facts.iter().any(|(name, held)| name == fact && *held != 1), "{}: {what} does not break {fact}: {facts:?}", policy.id);
        }
        // Each fact that is asked for is broken in some way.
        let open: Vec<&str> = asked(policy).into_iter().filter(|fact| !all.iter().any(|mutant| mutant.fact == *fact)).collect();
        assert!(open.is_empty() && all.len() > 20, "{}: {} mutants, none of {open:?}", policy.id, all.len());
    }
}

#[test]
fn both_changes_of_the_clock_are_tried() {
    let policies = policies();
    let policy = policies.iter().find(|p| p.id == "scheduled-pool-job-linux").unwrap();
    let all = mutants(policy, &approved(policy).unwrap());
    for day in ["2026-03-29", "2026-10-25"] {
        assert!(all.iter().filter(|m| m.fact == "window" && m.what.contains(day)).count() >= 4, "{day}");
    }
    // The window of 03:00 in summer is at 01:00 UTC, in winter at 02:00.
    let summer = crate::exclusions::approved::at("2026-03-30T02:59:59Z".parse().unwrap());
    assert!(Judge::new(policy).explains(&Subject { first: Some(summer), ..approved(policy).unwrap() }));
    assert!(all.iter().any(|m| m.subject.first == Some(summer + 10_000_000)));
}

/// What is written otherwise and is the same.
#[test]
fn another_spelling_of_the_same_is_explained() {
    for policy in &policies() {
        let judge = Judge::new(policy);
        let mut row = approved(policy).unwrap();
        row.sha256 = row.sha256.to_uppercase();
        row.account = format!(r"CORP\{}", row.account);
        if row.path.starts_with("C:") {
            row.path = row.path.to_uppercase();
        }
        for peer in &mut row.peers {
            peer.name = if peer.name.is_empty() { String::new() } else { format!("{}.", peer.name.to_uppercase()) };
            peer.ip = format!("::ffff:{}", peer.ip);
        }
        assert!(judge.explains(&row), "{}: {:?}", policy.id, judge.facts(&row));
    }
}

#[test]
fn what_a_policy_does_not_ask_for_is_told() {
    let policies = policies();
    let of = |id: &str| unasked(policies.iter().find(|p| p.id == id).unwrap());
    assert_eq!(of("wallet-node"), ["signer", "package", "session", "wallet", "command_line", "rule", "window"]);
    assert_eq!(unasked(&Policy::default()).len(), WEIGHTS.len() - 1);
}
