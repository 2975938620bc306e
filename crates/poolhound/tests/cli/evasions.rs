//! What an approved process does beside its job, told by half or by another sensor, opens all that is known of it.

use crate::support::{poolhound, root};
use serde_json::{Value, json};
use std::fs;

fn copy() -> Value {
    json!({"TimeGenerated": "2026-11-18T01:10:00Z", "DeviceName": "bkp-02", "MachineGroup": "backup-servers", "ActionType": "ProcessCreated", "FileName": "rsync",
        "FolderPath": "/usr/bin/rsync", "SHA256": "d4".repeat(32), "ProcessId": 4001, "ProcessUniqueId": "1001", "ProcessCreationTime": "2026-11-18T01:10:00Z",
        "ProcessCommandLine": "rsync -a --delete /srv/miners/ backup@bkp-01:/vault/miners/", "AccountName": "backup", "InitiatingProcessFileName": "cron",
        "InitiatingProcessFolderPath": "/usr/sbin/cron", "InitiatingProcessParentFileName": "systemd", "InitiatingProcessUniqueId": "501"})
}

fn connection(changes: &Value) -> Value {
    changed(
        json!({"TimeGenerated": "2026-11-18T01:10:05Z", "DeviceName": "bkp-02", "ActionType": "ConnectionSuccess", "RemoteIP": "10.20.0.11", "RemotePort": 22,
            "LocalPort": 40022, "Protocol": "Tcp", "InitiatingProcessFileName": "rsync", "InitiatingProcessFolderPath": "/usr/bin/rsync", "InitiatingProcessId": 4001,
            "InitiatingProcessUniqueId": "1001", "InitiatingProcessCreationTime": "2026-11-18T01:10:00Z"}),
        changes,
    )
}

fn benchmark(changes: &Value) -> Value {
    changed(
        json!({"TimeGenerated": "2026-11-21T23:30:00Z", "DeviceName": "perf-03", "MachineGroup": "perf-lab", "ActionType": "ProcessCreated", "FileName": "mining-bench",
            "FolderPath": "/opt/bench/mining-bench", "SHA256": "b2".repeat(32), "ProcessId": 7, "ProcessUniqueId": "7",
            "ProcessCommandLine": "/opt/bench/mining-bench --bench=10M --offline", "AccountName": "root", "InitiatingProcessFileName": "bash",
            "InitiatingProcessFolderPath": "/usr/bin/bash", "InitiatingProcessParentFileName": "sshd", "InitiatingProcessUniqueId": "6"}),
        changes,
    )
}

fn changed(mut record: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        record[name] = value.clone();
    }
    record
}

/// How many findings are open, and how many are explained, by the examples.
fn judged(tables: &[(&str, Vec<Value>)]) -> (usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    for (table, records) in tables {
        let text: String = records.iter().map(|record| format!("{record}\n")).collect();
        fs::write(folder.path().join(format!("{table}.ndjson")), text).unwrap();
    }
    let (evidence, policies) = (folder.path().to_str().unwrap().to_owned(), root().join("examples/exclusions"));
    let run = poolhound(["hunt", &evidence, "--exclusions", policies.to_str().unwrap(), "--format", "jsonl", "--quiet"]);
    let verdicts = |verdict: &str| run.stdout.lines().filter(|l| l.contains(r#""type":"finding""#) && l.contains(verdict)).count();
    (verdicts(r#""verdict":"open""#), verdicts(r#""verdict":"explained""#))
}

#[test]
fn what_the_process_does_beside_its_job_opens_it() {
    let with = |connections: Vec<Value>, files: Vec<Value>| {
        judged(&[("DeviceProcessEvents", vec![copy()]), ("DeviceNetworkEvents", connections), ("PoolhoundYara_CL", files)])
    };
    let vault = connection(&json!({}));
    assert_eq!(with(vec![vault.clone()], vec![]), (0, 1));
    let elsewhere = json!({"RemoteIP": "198.51.100.7", "RemotePort": 5555});
    for (what, more) in [
        ("another peer", json!({})),
        ("a record without the unique id", json!({"InitiatingProcessUniqueId": ""})),
        ("neither id nor time of start", json!({"InitiatingProcessUniqueId": "", "InitiatingProcessCreationTime": null})),
        ("a connection from outside", json!({"ActionType": "InboundConnectionAccepted", "LocalPort": 5555, "RemotePort": 40000})),
    ] {
        let beside = changed(connection(&elsewhere), &more);
        assert_eq!(with(vec![vault.clone(), beside], vec![]), (1, 0), "{what}");
    }
    // Another process that has the number now says nothing of this one.
    let other = json!({"InitiatingProcessUniqueId": "", "InitiatingProcessCreationTime": "2026-11-19T01:10:00Z"});
    assert_eq!(with(vec![vault.clone(), changed(connection(&elsewhere), &other)], vec![]), (0, 1));
    let matched = json!({"TimeGenerated": "2026-11-18T03:00:00Z", "Computer": "bkp-02", "FilePath": "/usr/bin/rsync", "RuleName": "xmrig", "SHA256": "d4".repeat(32)});
    assert_eq!(with(vec![vault], vec![matched]), (2, 0));
}

#[test]
fn a_process_that_runs_into_another_window_is_open() {
    let hunted = |records: Vec<Value>| judged(&[("DeviceProcessEvents", records)]);
    let once = benchmark(&json!({}));
    assert_eq!(hunted(vec![once.clone()]).0, 0);
    let (week_before, anew) = (json!({"TimeGenerated": "2026-11-14T23:30:00Z"}), json!({"ProcessUniqueId": "8"}));
    assert_eq!(hunted(vec![once.clone(), changed(benchmark(&week_before), &anew)]).0, 0);
    assert_eq!(hunted(vec![once, benchmark(&week_before)]).1, 0);
}

#[test]
fn a_name_above_the_parent_lies_where_only_administrators_write() {
    let shell = |path: &str| {
        changed(
            benchmark(&json!({"FileName": "bash", "FolderPath": "/usr/bin/bash", "SHA256": "00", "ProcessUniqueId": "6", "ProcessId": 6})),
            &json!({"ProcessCommandLine": "-bash", "InitiatingProcessFileName": "sshd", "InitiatingProcessFolderPath": path, "InitiatingProcessUniqueId": "5"}),
        )
    };
    for (path, open) in [("/usr/sbin/sshd", false), ("/tmp/sshd", true), ("/usr/sbin/apache2", true)] {
        let (found_open, explained) = judged(&[("DeviceProcessEvents", vec![benchmark(&json!({})), shell(path)])]);
        assert_eq!((found_open > 0, explained > 0), (open, !open), "{path}");
    }
}

#[test]
fn what_others_write_is_in_no_list_of_paths() {
    let with = |files: Vec<Value>| {
        judged(&[("DeviceProcessEvents", vec![copy()]), ("DeviceNetworkEvents", vec![connection(&json!({}))]), ("PoolhoundFile_CL", files)])
    };
    let file = |computer: &str, path: &str, by: &str| json!({"TimeGenerated": "2026-11-18T00:00:00Z", "Computer": computer, "FilePath": path, "Kind": "file", "WritableBy": by});
    assert_eq!(with(vec![file("bkp-02", "/usr/bin/rsync", ""), file("bkp-02", "/usr/bin", "")]), (0, 1));
    for (computer, path) in [("bkp-02", "/usr/bin/rsync"), ("BKP-02", "/usr/bin/"), ("", "/usr")] {
        assert_eq!(with(vec![file(computer, path, "everybody (/usr)")]), (1, 0), "{computer} {path}");
    }
    for (computer, path) in [("bkp-03", "/usr/bin/rsync"), ("bkp-02", "/usr/bin/rsync2"), ("bkp-02", "/usr/bi"), ("bkp-02", "/opt")] {
        assert_eq!(with(vec![file(computer, path, "everybody (/usr)")]), (0, 1), "{computer} {path}");
    }
}

#[test]
fn a_course_pays_nobody() {
    let simulation = json!({"TimeGenerated": "2026-11-18T10:00:00Z", "DeviceName": "class-12", "MachineGroup": "training-lab", "ActionType": "ProcessCreated",
        "FileName": "mining-sim", "FolderPath": "/opt/course/mining-sim", "SHA256": "e5".repeat(32), "ProcessId": 9, "ProcessUniqueId": "9",
        "ProcessCommandLine": "mining-sim --pool 10.99.0.5:3333", "AccountName": "student04", "InitiatingProcessFileName": "bash",
        "InitiatingProcessFolderPath": "/usr/bin/bash"});
    let peer = json!({"TimeGenerated": "2026-11-18T10:00:01Z", "DeviceName": "class-12", "ActionType": "ConnectionSuccess", "RemoteIP": "10.99.0.5", "RemotePort": 3333,
        "InitiatingProcessFolderPath": "/opt/course/mining-sim", "InitiatingProcessUniqueId": "9"});
    let mining = |login: &str, wallet: &str| {
        let session = json!({"TimeGenerated": "2026-11-18T10:00:02Z", "LastSeen": "2026-11-18T10:05:00Z", "Computer": "class-12", "DstIpAddr": "10.99.0.5",
            "DstPortNumber": 3333, "ProcessUniqueId": "9", "Protocol": "stratum", "Role": "miner", "Login": login, "Wallet": wallet});
        judged(&[
            ("DeviceProcessEvents", vec![simulation.clone()]),
            ("DeviceNetworkEvents", vec![peer.clone()]),
            ("PoolhoundStratum_CL", vec![session]),
        ])
    };
    let (open, explained) = mining("student04", "");
    assert!(open == 0 && explained > 0, "{open} {explained}");
    let real = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";
    assert_eq!(mining(real, real).1, 0);
}
