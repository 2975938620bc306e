//! The larger corpora: benign logs raise nothing of weight, mining ones do, approved rows are told from impostors.

use crate::support::{corpora, hunt, root};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// Files that do hold mining: captures of miners, alerts about it, and a host where somebody tried `suchost.exe -a cryptonight -o bcn …`.
const MINING: [&str; 5] =
    ["suricata/eve-", "AWSGuardDuty_cryptocurrency", "SecurityAlert_VM_DigitalCurrencyMining", "msticpy_alertlist", "processes_on_host"];

const LOW: [&str; 2] = ["Low", "Informational"];

#[test]
fn benign_logs_open_no_case_of_weight() {
    let Some(evidence) = corpora("evidence") else { return };
    let run = hunt(["logs", "sentinel", "endpoint"].map(|folder| evidence.join(folder)));
    let mining: Vec<&str> = run
        .of("finding")
        .filter(|f| f["provenance"].as_array().unwrap().iter().any(|p| MINING.iter().any(|m| p["file"].as_str().unwrap().contains(m))))
        .map(|f| f["id"].as_str().unwrap())
        .collect();
    for case in run.of("case").filter(|c| !LOW.contains(&c["severity"].as_str().unwrap())) {
        let own = case["findings"].as_array().unwrap().iter().all(|id| mining.contains(&id.as_str().unwrap()));
        assert!(own, "{case}");
    }
    let records = run.summary()["records"].as_u64().unwrap();
    let low = run
        .of("finding")
        .filter(|f| f["verdict"] == "open" && f["severity"] == "Low" && !mining.contains(&f["id"].as_str().unwrap()))
        .count() as u64;
    assert!(low * 10_000 <= records, "{low} open Low findings in {records} records");
}

#[test]
fn mining_is_found_in_the_logs_of_mining_captures() {
    let Some(suricata) = corpora("evidence/logs/suricata") else { return };
    for entry in fs::read_dir(&suricata).unwrap().flatten().filter(|e| e.file_name().to_string_lossy().starts_with("eve-")) {
        let run = hunt([entry.path()]);
        assert!(run.of("finding").any(|f| f["verdict"] == "open" && f["severity"] != "Informational"), "{}", entry.path().display());
    }
}

#[test]
fn approved_rows_are_told_from_impostors() {
    let Some(rows) = corpora("exclusions/scenario_rows.json") else { return };
    let script = rows.parent().unwrap().join("../../tools/scenario-tables");
    let folder = tempfile::tempdir().unwrap();
    if !Command::new("python3").arg(script).arg(&rows).arg(folder.path()).status().is_ok_and(|s| s.success()) {
        println!("left out: no Python to lay out the rows");
        return;
    }
    let labels = fs::read_to_string(folder.path().join("labels.tsv")).unwrap();
    let labels: BTreeMap<&str, &str> = labels
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            (cells[0], cells[2])
        })
        .collect();
    let mut faults = Vec::new();
    for (id, label) in labels {
        let run = hunt([folder.path().join(id), "--exclusions".into(), root().join("examples/exclusions")]);
        if run.of("finding").next().is_none() {
            faults.push(format!("{id}: nothing is found"));
        }
        let open: Vec<String> = run
            .of("finding")
            .filter(|f| f["verdict"] == "open")
            .map(|f| format!("{} {} {}", f["hunt"], f["exclusion"], f["facts"]))
            .collect();
        if (label == "legit") != open.is_empty() {
            faults.push(format!("{id} ({label}): open with exclusions: {open:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
