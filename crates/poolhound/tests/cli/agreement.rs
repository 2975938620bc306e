//! The compiled policy and the judge say the same of made-up rows, and no mutant of an approved row is explained.
//!
//! Each policy judges its rows in one query, by the program itself, over evidence that makes the stored function see what the judge sees. `POOLHOUND_CASES` is the number of
//! rows a policy.

use crate::support::{poolhound, root};
use content::exclusions::{Judge, Mutant, Peer, Policy, Subject, approved, cases, compile, explained_rows, mutants, stage_at};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

/// Where nothing else is asked for.
const CASES: usize = 10_000;
const SEED: u64 = 2026;

const EXAMPLES: &str = "examples/exclusions";
/// They ask for every fact of the language.
const WHOLE: &str = "crates/poolhound/tests/data/policies";

fn policies(folder: &str) -> Vec<Policy> {
    let mut files: Vec<_> = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| Policy::parse(&file.display().to_string(), &fs::read_to_string(file).unwrap()).unwrap()).collect()
}

/// What the program says of each row: the verdict, and the facts where it tells them.
fn judged(policy: &Policy, rows: &[Subject]) -> HashMap<usize, (bool, BTreeMap<String, i8>)> {
    let folder = tempfile::tempdir().unwrap();
    let (evidence, lists) = (folder.path().join("evidence"), folder.path().join("lists"));
    fs::create_dir(&evidence).unwrap();
    fs::create_dir(&lists).unwrap();
    let (compiled, errors) = compile(&[(policy.id.clone(), policy.clone())]);
    assert!(errors.is_empty(), "{errors:?}");
    for list in compiled {
        fs::write(lists.join(format!("{}.csv", list.alias)), list.to_csv()).unwrap();
    }
    lay_out(policy, rows, &evidence);
    let query = format!("{} | project HuntId, Verdict, ExclusionFacts", explained_rows());
    let args = ["query", "--quiet", "--format", "jsonl", "--watchlists"].map(std::ffi::OsString::from);
    let run = poolhound(args.into_iter().chain([lists.into(), query.into(), evidence.into()]));
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", policy.id);
    let mut all = HashMap::new();
    for line in run.stdout.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| line[name].as_str().unwrap();
        let Some(n) = text("HuntId").strip_prefix("row-") else { continue };
        let fact = |pair: &str| pair.split_once('=').map(|(name, held)| (name.to_owned(), held.parse().unwrap()));
        let facts = text("ExclusionFacts").split(';').filter_map(fact).collect();
        let twice = all.insert(n.parse().unwrap(), (text("Verdict") == "explained", facts));
        assert!(twice.is_none(), "{}: {line}", policy.id);
    }
    assert_eq!(all.len(), rows.len(), "{}: a row leaves for each that came", policy.id);
    all
}

fn lay_out(policy: &Policy, rows: &[Subject], folder: &Path) {
    let judge = Judge::new(policy);
    let home = approved(policy).unwrap().path;
    let mut files: BTreeMap<&str, BufWriter<File>> = BTreeMap::new();
    for (n, row) in rows.iter().enumerate() {
        let there = policy.must.path.is_none() || judge.facts(row).contains(&("path", 1));
        for (table, record) in stage_at(n, row, if there { &row.path } else { &home }) {
            let file = files.entry(table).or_insert_with(|| BufWriter::new(File::create(folder.join(format!("{table}.ndjson"))).unwrap()));
            writeln!(file, "{record}").unwrap();
        }
    }
}

/// Whether the function says which facts held: of the policies that come near a row it tells the nearest.
fn told(policy: &Policy, row: &Subject, facts: &BTreeMap<&str, i8>) -> bool {
    let held = |name: &str| facts.get(name) == Some(&1);
    let places = policy.must.path.iter().flatten().filter(|path| !path.ends_with('*'));
    let whole = places
        .map(|path| (path, path.contains('\\')))
        .any(|(path, windows)| *path == row.path || (windows && path.to_lowercase() == row.path.to_lowercase()));
    let candidate = held("host_group") || policy.must.host_group.is_none() || whole;
    let near = ["path", "sha256", "signer", "package", "host_group"].into_iter().any(held);
    policy.explains.contains(&row.evidence_class) && candidate && near
}

/// Whether the other rows about the process, of each of its classes, are explained as well: one that is open opens them all.
fn whole(judge: &Judge, row: &Subject) -> bool {
    row.classes.iter().all(|class| {
        let rules = if class == "yara_file" && row.evidence_class == *class { row.rules.clone() } else { Vec::new() };
        judge.explains(&Subject { evidence_class: class.clone(), rules, ..row.clone() })
    })
}

/// Judges made-up rows of each policy in both ways.
fn compare(folder: &str) {
    let count = std::env::var("POOLHOUND_CASES").map_or(CASES, |n| n.parse().unwrap());
    let mut faults = Vec::new();
    for policy in &policies(folder) {
        let judge = Judge::new(policy);
        let rows = cases(policy, count, SEED);
        let all = judged(policy, &rows);
        let (mut explained, mut told_of) = (0, 0);
        for (n, row) in rows.iter().enumerate() {
            let mut expected: BTreeMap<&str, i8> = judge.facts(row).into_iter().collect();
            let sound = judge.explains(row);
            let whole = sound && whole(&judge, row);
            if sound && !whole {
                expected.insert("claimed", -1);
            }
            let (verdict, facts) = &all[&n];
            explained += usize::from(*verdict);
            told_of += usize::from(!facts.is_empty());
            let owned: BTreeMap<String, i8> = expected.iter().map(|(name, held)| ((*name).to_owned(), *held)).collect();
            let facts_agree = if told(policy, row, &expected) { *facts == owned } else { facts.is_empty() };
            if *verdict != whole || !facts_agree {
                let differ: Vec<_> = owned.iter().filter(|(name, held)| facts.get(*name) != Some(*held)).collect();
                faults.push(format!(
                    "{}: row {n}: explained: {verdict}; the judge says otherwise of {differ:?}: {facts:?} {row:?}",
                    policy.id
                ));
            }
        }
        println!("{}: {} rows, {explained} explained, facts told of {told_of}", policy.id, rows.len());
        assert!(explained > count / 50, "{}: {explained} explained", policy.id);
    }
    assert!(faults.is_empty(), "{} differences\n{}", faults.len(), faults.iter().take(20).cloned().collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_examples_and_the_judge_agree() {
    compare(EXAMPLES);
}

#[test]
fn policies_of_every_fact_and_the_judge_agree() {
    compare(WHOLE);
}

/// That these rows are explained, and none of their mutants is; how many mutants there were.
fn mutants_are_open(policy: &Policy, approved: &[Subject]) -> usize {
    let made: Vec<Vec<Mutant>> = approved.iter().map(|row| mutants(policy, row)).collect();
    let changed = made.iter().flatten().map(|mutant| mutant.subject.clone());
    let rows: Vec<Subject> = approved.iter().cloned().chain(changed).collect();
    let judged = judged(policy, &rows);
    for (n, row) in approved.iter().enumerate() {
        assert!(judged[&n].0, "{}: the approved row is open: {:?} {row:?}", policy.id, judged[&n].1);
    }
    for (n, mutant) in made.iter().flatten().enumerate() {
        assert!(!judged[&(approved.len() + n)].0, "{}: explained: {mutant:?}", policy.id);
    }
    rows.len() - approved.len()
}

#[test]
fn every_mutant_of_what_a_policy_was_written_for_is_open() {
    for policy in policies(EXAMPLES).iter().chain(&policies(WHOLE)) {
        assert!(mutants_are_open(policy, &[approved(policy).unwrap()]) > 20, "{}", policy.id);
    }
}

/// The rows of `data/scenario_rows.json` that some example explains, as what is known of them.
#[test]
fn every_mutant_of_an_approved_activity_is_open() {
    let rows: Vec<Value> = serde_json::from_str(include_str!("../data/scenario_rows.json")).unwrap();
    let legit: Vec<&Value> = rows.iter().filter(|row| row["label"] == "legit").collect();
    let (mut explained, mut count) = (0, 0);
    // Of none of the five scenarios is the browser's runtime: its rows are files.
    for policy in policies(EXAMPLES).iter().filter(|policy| policy.scenario.is_some()) {
        let judge = Judge::new(policy);
        let own: Vec<Subject> = legit.iter().map(|row| subject(policy, row)).filter(|row| judge.explains(row)).collect();
        assert!(!own.is_empty(), "{} explains no row", policy.id);
        explained += own.len();
        count += mutants_are_open(policy, &own);
    }
    println!("{count} mutants of {explained} rows");
    assert_eq!(explained, legit.len(), "each approved row is explained by one policy");
}

fn subject(policy: &Policy, row: &Value) -> Subject {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let some = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let (name, ip) = (text("RemoteUrl"), text("RemoteIP"));
    let port = row["RemotePort"].as_u64().and_then(|port| u16::try_from(port).ok());
    let online = !name.is_empty() || !ip.is_empty();
    Subject {
        evidence_class: policy.explains[0].clone(),
        first: model::ticks::parse_iso(&text("TimeGenerated")),
        process_known: true,
        groups: some("DeviceGroup").map(|group| vec![group]),
        path: text("FolderPath"),
        sha256: text("SHA256"),
        signers: some("Signer").map(|signer| vec![signer]),
        account: text("AccountName"),
        command_line: text("ProcessCommandLine"),
        parent: text("InitiatingProcessFolderPath"),
        parent_command_line: text("InitiatingProcessCommandLine"),
        grandparent: text("InitiatingProcessParentFileName"),
        peers: online.then(|| Peer { name, ip, port, pool: String::new() }).into_iter().collect(),
        logins: if row["Stratum"] == true { vec![text("Login")] } else { Vec::new() },
        classes: vec![policy.explains[0].clone()],
        ..Subject::default()
    }
}
