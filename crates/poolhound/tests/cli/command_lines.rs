//! Command lines of miners under other names, and those that look like them: `data/command_lines.tsv`.

use crate::support::hunt;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;

const LINES: &str = include_str!("../data/command_lines.tsv");

/// The program that a line starts: its path, and the name in it.
fn program(line: &str) -> (String, &str) {
    let whole = line.strip_prefix('"').map_or_else(|| line.split(' ').next(), |rest| rest.split('"').next()).unwrap_or_default();
    let name = whole.rsplit(['/', '\\']).next().unwrap_or_default();
    let relative = whole == name || whole.starts_with("./");
    (if relative { format!("/opt/x/{name}") } else { whole.to_owned() }, name)
}

#[test]
fn miners_are_told_from_what_looks_like_them() {
    let rows: Vec<(&str, &str)> = LINES.lines().filter(|l| !l.starts_with('#')).map(|l| l.split_once('\t').unwrap()).collect();
    let (miners, others): (Vec<&(&str, &str)>, Vec<_>) =
        rows.iter().partition(|(severity, _)| *severity == "High" || *severity == "Medium");
    assert!(miners.len() >= 150 && others.len() >= 150);
    let folder = tempfile::tempdir().unwrap();
    let mut records = String::new();
    for (n, (_, line)) in rows.iter().enumerate() {
        let (path, name) = program(line);
        let record = json!({"TimeGenerated": "2026-11-18T02:00:00Z", "DeviceName": format!("h{n}"), "ActionType": "ProcessCreated", "FileName": name, "FolderPath": path,
            "ProcessCommandLine": line, "AccountName": "u", "ProcessId": n, "ProcessUniqueId": n.to_string()});
        records.push_str(&record.to_string());
        records.push('\n');
    }
    fs::write(folder.path().join("DeviceProcessEvents.ndjson"), records).unwrap();
    let run = hunt([folder.path()]);
    let mut own = BTreeMap::new();
    let mut high = BTreeMap::new();
    for finding in run.of("finding") {
        let host = finding["entities"]["host"].as_str().unwrap();
        if finding["hunt"] == "miner-command-line" {
            own.insert(host, finding["severity"].as_str().unwrap());
        }
        if finding["severity"] == "High" {
            high.insert(host, finding["hunt"].as_str().unwrap());
        }
    }
    let mut faults = Vec::new();
    for (n, (expected, line)) in rows.iter().enumerate() {
        let host = format!("h{n}");
        let found = own.get(host.as_str()).copied().unwrap_or("-");
        if found != *expected {
            faults.push(format!("{found} instead of {expected}: {line}"));
        }
        if let Some(hunt) = high.get(host.as_str()).filter(|_| *expected == "-" || *expected == "Low") {
            faults.push(format!("High in {hunt}: {line}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
