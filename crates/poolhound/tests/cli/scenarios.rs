//! Approved activities and who borrows their names: `data/scenario_rows.json`, each row one process with its connection on a host of its own,
//! so that one run judges them all.

use crate::support::{hunt, root};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Rows of those with records beside them: of the process, its host, its log-on.
const RECORDS: &str = include_str!("../data/scenario_records.json");
pub(crate) const ROWS: &str = include_str!("../data/scenario_rows.json");

/// The rows as Sentinel's tables, a file a table.
pub(crate) fn lay_out<'a>(rows: &'a [Value], folder: &Path) {
    let mut tables: BTreeMap<&'a str, String> = BTreeMap::new();
    let mut write = |table: &'a str, record: Value| {
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
                "FolderPath": row["FolderPath"], "SHA256": row["SHA256"], "SHA1": sha1, "ProcessId": 4000 + n, "ProcessUniqueId": unique, "ProcessCreationTime": row.get("Started").unwrap_or(&json!(time)), "LogonId": row["LogonId"],
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
        for beside in row["beside"].as_array().into_iter().flatten() {
            let table = beside[0].as_str().unwrap();
            write(table, completed(row, &unique, table, &beside[1]));
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

/// A record beside a row, with what it does not say itself: host, time, process.
fn completed(row: &Value, unique: &str, table: &str, record: &Value) -> Value {
    let host = row["DeviceName"].as_str().unwrap();
    let short = host.split('.').next().unwrap();
    let mut all = json!({"TimeGenerated": format!("{}Z", row["TimeGenerated"].as_str().unwrap())});
    all[if table.starts_with("Device") { "DeviceName" } else { "Computer" }] = host.into();
    if table == "DeviceNetworkEvents" {
        for (name, value) in [
            ("ActionType", "ConnectionSuccess".into()),
            ("RemoteUrl", row["RemoteUrl"].clone()),
            ("RemoteIP", row["RemoteIP"].clone()),
            ("RemotePort", row["RemotePort"].clone()),
            ("InitiatingProcessFolderPath", row["FolderPath"].clone()),
            ("InitiatingProcessUniqueId", unique.into()),
        ] {
            all[name] = value;
        }
    }
    if table == "PoolhoundStratum_CL" {
        all["ProcessUniqueId"] = unique.into();
        all["SrcIpAddr"] = "".into();
    }
    for (name, value) in record.as_object().unwrap() {
        all[name] = value.as_str().map_or_else(
            || value.clone(),
            |text| text.replace("{short}", short).replace("{unique}", unique).replace("{sha256}", row["SHA256"].as_str().unwrap()).into(),
        );
    }
    all
}

#[test]
fn records_beside_a_row_decide() {
    let rows: Vec<Value> = serde_json::from_str(ROWS).unwrap();
    let mut made: Vec<Value> = serde_json::from_str(RECORDS).unwrap();
    for (n, made) in made.iter_mut().enumerate() {
        let mut row = rows.iter().find(|row| row["id"] == made["base"]).unwrap().clone();
        row["DeviceName"] = format!("beside-{n}").into();
        for (name, value) in made["change"].as_object().unwrap() {
            row[name] = value.clone();
        }
        for name in ["beside", "label", "test"] {
            row[name] = made[name].take();
        }
        *made = row;
    }
    let folder = tempfile::tempdir().unwrap();
    lay_out(&made, folder.path());
    let policies = tempfile::tempdir().unwrap();
    for file in fs::read_dir(root().join("examples/exclusions")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), policies.path().join(file.file_name())).unwrap();
    }
    let benchmark = fs::read_to_string(root().join("examples/exclusions/2-benchmark-linux.yaml")).unwrap();
    let (before, after) = (benchmark.split("  parent:").next().unwrap(), benchmark.split("  window:").nth(1).unwrap());
    let by_session = format!("{before}  session: [remote_interactive]\n  window:{after}")
        .replace("id: benchmark-linux", "id: benchmark-session")
        .replace("/opt/bench/", "/opt/bench2/")
        .replace("account: [root, Administrator]", "account: [root, bench]");
    fs::write(policies.path().join("2-benchmark-session.yaml"), by_session).unwrap();
    let judged = hunt([folder.path(), "--exclusions".as_ref(), policies.path()]);
    let mut faults = Vec::new();
    for row in &made {
        let open = judged.open_on(row["DeviceName"].as_str().unwrap());
        if (row["label"] == "legit") != open.is_empty() {
            let facts = judged.of("finding").find(|f| f["entities"]["host"] == row["DeviceName"]).map(|f| &f["facts"]);
            faults.push(format!("{}: open with exclusions: {open:?}; {facts:?}", row["test"]));
        }
    }
    assert!(faults.is_empty(), "{}\n{}", faults.join("\n"), judged.stderr);
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
