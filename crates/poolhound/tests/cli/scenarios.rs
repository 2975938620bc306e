//! Approved activities and who borrows their names: `data/scenario_rows.json`, each row one process with its connection on a host of its own,
//! so that one run judges them all.

use crate::support::{hunt, root};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

pub(crate) const ROWS: &str = include_str!("../data/scenario_rows.json");

/// The rows as Sentinel's tables, a file a table.
pub(crate) fn lay_out(rows: &[Value], folder: &Path) {
    let mut tables: BTreeMap<&str, String> = BTreeMap::new();
    let mut write = |table: &'static str, record: Value| {
        let lines = tables.entry(table).or_default();
        lines.push_str(&record.to_string());
        lines.push('\n');
    };
    for (n, row) in rows.iter().enumerate() {
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        let (time, unique) = (format!("{}Z", text("TimeGenerated")), format!("{}", 1000 + n));
        let sha1 = text("SHA256").to_lowercase().get(..40).unwrap_or_default().to_owned();
        write(
            "DeviceProcessEvents",
            json!({"TimeGenerated": time, "DeviceName": row["DeviceName"], "MachineGroup": row["DeviceGroup"], "ActionType": "ProcessCreated", "FileName": row["FileName"],
                "FolderPath": row["FolderPath"], "SHA256": row["SHA256"], "SHA1": sha1, "ProcessId": 4000 + n, "ProcessUniqueId": unique, "ProcessCreationTime": time,
                "ProcessCommandLine": row["ProcessCommandLine"], "AccountName": row["AccountName"], "InitiatingProcessFileName": row["InitiatingProcessFileName"],
                "InitiatingProcessFolderPath": row["InitiatingProcessFolderPath"], "InitiatingProcessParentFileName": row["InitiatingProcessParentFileName"],
                "InitiatingProcessCommandLine": row["InitiatingProcessCommandLine"]}),
        );
        if !text("Signer").is_empty() {
            write(
                "DeviceFileCertificateInfo",
                json!({"TimeGenerated": time, "DeviceName": row["DeviceName"], "SHA1": sha1, "IsSigned": true, "IsTrusted": true, "Signer": row["Signer"]}),
            );
        }
        if !(text("RemoteUrl").is_empty() && text("RemoteIP").is_empty()) {
            write(
                "DeviceNetworkEvents",
                json!({"TimeGenerated": time, "DeviceName": row["DeviceName"], "MachineGroup": row["DeviceGroup"], "ActionType": "ConnectionSuccess", "RemoteUrl": row["RemoteUrl"],
                    "RemoteIP": row["RemoteIP"], "RemotePort": row["RemotePort"], "Protocol": row["Protocol"], "InitiatingProcessFileName": row["FileName"],
                    "InitiatingProcessFolderPath": row["FolderPath"], "InitiatingProcessSHA256": row["SHA256"], "InitiatingProcessSHA1": sha1,
                    "InitiatingProcessAccountName": row["AccountName"], "InitiatingProcessCommandLine": row["ProcessCommandLine"], "InitiatingProcessUniqueId": unique,
                    "InitiatingProcessParentFileName": row["InitiatingProcessFileName"]}),
            );
        }
        if row["Stratum"] == true {
            write(
                "PoolhoundStratum_CL",
                json!({"TimeGenerated": time, "Computer": row["DeviceName"], "ProcessUniqueId": unique, "DstHostname": row["RemoteUrl"], "DstIpAddr": row["RemoteIP"],
                    "DstPortNumber": row["RemotePort"], "Role": "miner", "Login": row["Login"]}),
            );
        }
    }
    for (table, lines) in tables {
        fs::write(folder.join(format!("{table}.ndjson")), lines).unwrap();
    }
}

#[test]
fn approved_activities_are_explained_and_their_impostors_are_not() {
    let rows: Vec<Value> = serde_json::from_str(ROWS).unwrap();
    let folder = tempfile::tempdir().unwrap();
    lay_out(&rows, folder.path());
    let plain = hunt([folder.path()]);
    let judged = hunt([folder.path().to_owned(), "--exclusions".into(), root().join("examples/exclusions")]);
    let mut faults = Vec::new();
    for row in &rows {
        let host = row["DeviceName"].as_str().unwrap();
        let name = format!("{} ({}): {}", row["id"], row["label"], row["test"]);
        if plain.open_on(host).is_empty() {
            faults.push(format!("{name}: nothing is found without exclusions"));
        }
        let open = judged.open_on(host);
        if (row["label"] == "legit") != open.is_empty() {
            faults.push(format!("{name}: open with exclusions: {open:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
