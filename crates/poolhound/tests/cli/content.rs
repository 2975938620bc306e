//! Every hunt on its own evidence; other people's hunts; broken content.

use crate::support::{Hunt, hunt, poolhound, root};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

fn hunts() -> Vec<(String, PathBuf)> {
    let mut all: Vec<(String, PathBuf)> = fs::read_dir(root().join("content/hunts"))
        .unwrap()
        .flatten()
        .filter(|e| e.path().is_dir())
        .map(|e| (e.file_name().to_string_lossy().into_owned(), e.path()))
        .collect();
    all.sort();
    all
}

fn found(run: &Hunt, id: &str) -> Vec<String> {
    run.of("finding").filter(|f| f["hunt"] == id).map(Value::to_string).collect()
}

#[test]
fn each_hunt_finds_its_positive_evidence_and_leaves_its_negative() {
    let mut faults = Vec::new();
    for (id, folder) in hunts() {
        let yaml = folder.join("hunt.yaml");
        for (kind, wanted) in [("positive", true), ("negative", false)] {
            let evidence = folder.join("evidence").join(kind);
            let run = hunt([evidence.as_os_str(), "--hunts".as_ref(), yaml.as_os_str()]);
            assert!(!run.stderr.contains("cannot run"), "{}", run.stderr);
            let found = found(&run, &id);
            if found.is_empty() == wanted {
                faults.push(format!("{id}: {kind}: {found:?} {}", run.summary()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_broken_hunt_is_named_and_the_others_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good.yaml"), "name: good\nquery: DnsEvents | where Name has 'supportxmr.com'\n").unwrap();
    fs::write(folder.path().join("typo.yaml"), "name: typo\nquery: |\n  DnsEvents\n  | where Nmae has 'x'\n").unwrap();
    fs::write(folder.path().join("bad.yaml"), "name: [\n").unwrap();
    let evidence = root().join("content/hunts/pool-dns/evidence/positive");
    let run = hunt([evidence.as_os_str(), "--hunts".as_ref(), folder.path().as_os_str()]);
    assert!(run.stderr.contains("bad.yaml") && run.stderr.contains("typo.yaml") && run.stderr.contains("Nmae"), "{}", run.stderr);
    assert_eq!(run.code, 2);
}

#[test]
fn content_is_exported_and_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("content");
    assert_eq!(poolhound(["content", "export", target.to_str().unwrap()]).code, 0);
    assert_eq!(poolhound(["content", "export", target.to_str().unwrap()]).code, 2, "nothing is overwritten");
    let list = poolhound(["content", "list"]);
    assert_eq!(list.stdout.lines().count(), hunts().len());
    let evidence = root().join("content/hunts/pool-dns/evidence/positive");
    let own = hunt([evidence.as_os_str()]);
    let exported = hunt([evidence.as_os_str(), "--hunts".as_ref(), target.join("hunts").as_os_str()]);
    let ids = |run: &Hunt| run.of("finding").map(|f| f["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&own), ids(&exported));
}

#[test]
fn a_weak_policy_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("weak.yaml"),
        "id: weak\nowner: a@example.com\napprover: b@example.com\nticket: T\nvalid: {from: 2026-01-01, until: 2026-12-31}\nexplains: [process_name]\nmust: {path: [/usr/bin/rsync]}\n",
    )
    .unwrap();
    let evidence = root().join("content/hunts/pool-dns/evidence/negative");
    let run = poolhound(["hunt".as_ref(), evidence.as_os_str(), "--exclusions".as_ref(), folder.path().as_os_str()]);
    assert!(run.stderr.contains("weak.yaml") && run.stderr.contains("supply chain"), "{}", run.stderr);
    assert_eq!(run.code, 2);
}
