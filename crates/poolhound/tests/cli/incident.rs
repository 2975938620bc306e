//! `examples/incident/`, as README hunts it.

use crate::support::{hunt, poolhound, root};
use std::collections::BTreeSet;

fn args(exclusions: bool) -> Vec<String> {
    let mut args = vec![root().join("examples/incident").display().to_string()];
    if exclusions {
        args.extend(["--exclusions".to_owned(), root().join("examples/exclusions").display().to_string()]);
    }
    args
}

/// An approved activity and its impostor, by host.
const PAIRS: [(&str, &str); 5] =
    [("lab-mine01", "lab-mine02"), ("perf-03", "perf-04"), ("fin-node1", "fin-node2"), ("bkp-02", "bkp-03"), ("class-12", "class-13")];

#[test]
fn miners_are_told_from_approved_activities() {
    let run = hunt(args(true));
    assert_eq!(run.code, 1, "{}", run.stderr);
    for (approved, impostor) in PAIRS {
        assert_eq!(run.open_on(approved), Vec::<&str>::new(), "{approved}");
        assert!(!run.open_on(impostor).is_empty(), "{impostor}");
    }
    let cases = run.cases();
    assert!(cases.contains(&("web-01".to_owned(), "High".to_owned())), "{cases:?}");
    let quiet: BTreeSet<&str> = ["app-02", "dev-laptop", "db-01", "10.1.0.40", "10.1.0.99"].into();
    assert!(!cases.iter().any(|(host, _)| quiet.contains(host.as_str())), "{cases:?}");
    assert!(cases.iter().all(|(host, severity)| !(host == "ns-01" || host == "10.1.0.53") || severity == "Low"), "{cases:?}");
    assert!(run.summary()["explained"].as_u64().unwrap() >= 5);
}

#[test]
fn without_exclusions_every_approved_activity_raises_something() {
    let run = hunt(args(false));
    for (approved, impostor) in PAIRS {
        assert!(!run.open_on(approved).is_empty() && !run.open_on(impostor).is_empty(), "{approved}, {impostor}");
    }
    assert_eq!(run.summary()["explained"], 0);
}

#[test]
fn the_takeover_is_told_with_its_proof() {
    let run = hunt(args(true));
    let case = run.of("case").find(|c| c["host"] == "web-01").unwrap();
    let ids: BTreeSet<&str> = case["findings"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    let findings: Vec<_> = run.of("finding").filter(|f| ids.contains(f["id"].as_str().unwrap())).collect();
    let classes: BTreeSet<&str> = findings.iter().map(|f| f["evidence_class"].as_str().unwrap()).collect();
    for class in ["pool_dns", "pool_connection", "process_command", "stratum_payload", "wallet", "ids_alert"] {
        assert!(classes.contains(class), "{class} is not in {classes:?}");
    }
    for finding in findings {
        let places = finding["provenance"].as_array().unwrap();
        assert!(!places.is_empty() && places[0]["file"].as_str().unwrap().contains("incident"), "{finding}");
    }
    assert!(case["story"].as_str().unwrap().contains("gulf.moneroocean.stream"), "{case}");
    assert!(case["next_steps"].as_array().unwrap().len() >= 3);
}

#[test]
fn what_was_stopped_is_informational() {
    let run = hunt(args(true));
    let stopped: Vec<_> = run.of("finding").filter(|f| f["entities"]["ip"] == "10.1.0.77" && f["outcome"] == "nxdomain").collect();
    assert!(!stopped.is_empty());
    assert!(stopped.iter().all(|f| f["severity"] == "Informational"), "{stopped:?}");
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let lines = |threads: &str| {
        let mut all = args(true);
        all.extend(["--threads".to_owned(), threads.to_owned()]);
        let mut lines = hunt(all).lines;
        let summary = lines.last_mut().unwrap();
        summary["elapsed_ms"] = 0.into();
        lines
    };
    assert_eq!(lines("1"), lines("4"));
}

#[test]
fn a_person_reads_cases_first() {
    let mut all = vec!["hunt".to_owned()];
    all.extend(args(true));
    let run = poolhound(&all);
    assert!(run.stdout.starts_with("High  "), "{}", run.stdout);
    for part in ["What to do", "Explained by exclusions", "now() was 2026-11-18T"] {
        let unwrapped = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(unwrapped.contains(part), "{part} is not in\n{}", run.stdout);
    }
    assert!(!run.stdout.contains('\u{1b}'), "colours in a pipe");
}

/// Two copies of all hunts are more than one query with exclusions can hold: they are judged in parts, over the same pass.
#[test]
fn many_hunts_are_judged_as_few_are() {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(root().join("content/hunts")).unwrap().flatten().filter(|e| e.path().is_dir()) {
        for copy in ["a", "b"] {
            let to = folder.path().join(format!("{}-{copy}.yaml", entry.file_name().to_string_lossy()));
            std::fs::copy(entry.path().join("hunt.yaml"), to).unwrap();
        }
    }
    let mut many = args(true);
    many.extend(["--hunts".to_owned(), folder.path().display().to_string()]);
    let (few, many) = (hunt(args(true)), hunt(many));
    assert!(!many.stderr.contains("cannot run"), "{}", many.stderr);
    for count in ["open", "explained"] {
        assert_eq!(many.summary()[count].as_u64(), few.summary()[count].as_u64().map(|n| 2 * n), "{count}");
    }
}
