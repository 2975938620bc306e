//! Sensors on the network name no process: what the endpoint saw of the same connection decides whether a policy explains it.

use crate::support::{Hunt, hunt, root};
use serde_json::json;
use std::fs;
use std::path::Path;

const WALLET: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";
const JOB: &str = "/opt/minex/bin/minexd";
const ADDRESS: &str = "10.0.0.5";
const POOL: (&str, &str, u16) = ("pool.supportxmr.com", "104.243.33.118", 3333);

/// A night of the approved job: its process, what the endpoint saw it connect to, and a sensor that saw the lookup, the connection and the login.
struct Night {
    files: tempfile::TempDir,
}

impl Night {
    fn new() -> Self {
        let night = Self { files: tempfile::tempdir().unwrap() };
        night.process("77", JOB);
        night.connects("77", JOB, "2026-11-18T02:05:03Z", POOL.2);
        night.sensor("2026-11-18T02:05:02Z", ADDRESS, WALLET);
        night
    }

    fn write(&self, name: &str, line: &serde_json::Value) {
        let path = self.files.path().join(name);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, format!("{before}{line}\n")).unwrap();
    }

    fn process(&self, unique: &str, path: &str) {
        let name = path.rsplit('/').next().unwrap();
        self.write(
            "DeviceProcessEvents.ndjson",
            &json!({"TimeGenerated": "2026-11-18T02:05:00Z", "DeviceName": "lab-mine-07", "MachineGroup": "approved-mining", "ActionType": "ProcessCreated",
                "FileName": name, "FolderPath": path, "SHA256": "a1".repeat(32), "SHA1": "a1".repeat(20), "ProcessId": 4000, "ProcessUniqueId": unique,
                "ProcessCommandLine": path, "AccountName": "svc-minex", "InitiatingProcessFileName": "cron",
                "InitiatingProcessFolderPath": "/usr/sbin/cron", "InitiatingProcessParentFileName": "systemd"}),
        );
    }

    fn connects(&self, unique: &str, path: &str, time: &str, port: u16) {
        self.write(
            "DeviceNetworkEvents.ndjson",
            &json!({"TimeGenerated": time, "DeviceName": "lab-mine-07", "ActionType": "ConnectionSuccess", "LocalIP": ADDRESS, "LocalPort": 50000,
                "RemoteUrl": POOL.0, "RemoteIP": POOL.1, "RemotePort": port, "Protocol": "Tcp", "InitiatingProcessFolderPath": path,
                "InitiatingProcessUniqueId": unique}),
        );
    }

    /// What Zeek and a dissector of mining protocols log.
    fn sensor(&self, time: &str, client: &str, login: &str) {
        let ts = model::ticks::parse_iso(time).map(|t| (t - model::ticks::UNIX_EPOCH) / model::ticks::SECOND).unwrap();
        let connection = |port: u16| json!({"ts": ts, "uid": "C1", "id.orig_h": client, "id.orig_p": 50000, "id.resp_h": POOL.1, "id.resp_p": port, "proto": "tcp"});
        let with = |mut record: serde_json::Value, more: serde_json::Value| {
            record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            record
        };
        self.write("dns.log", &with(connection(53), json!({"id.resp_h": "10.0.0.1", "proto": "udp", "query": POOL.0, "qtype_name": "A", "rcode_name": "NOERROR", "answers": [POOL.1]})));
        self.write("ssl.log", &with(connection(POOL.2), json!({"server_name": POOL.0, "established": true})));
        self.write(
            "conn.log",
            &with(connection(POOL.2), json!({"duration": 5000.0, "orig_bytes": 20000, "resp_bytes": 90000, "conn_state": "SF"})),
        );
        self.write(
            "PoolhoundStratum_CL.ndjson",
            &json!({"TimeGenerated": time, "SrcIpAddr": client, "DstIpAddr": POOL.1, "DstPortNumber": POOL.2, "DstHostname": POOL.0, "Role": "miner", "Login": login}),
        );
    }

    fn hunt(&self) -> Hunt {
        hunt([self.files.path().to_owned(), "--exclusions".into(), root().join("examples/exclusions")])
    }
}

fn hunts_of<'a>(run: &'a Hunt, verdict: &'a str) -> Vec<&'a str> {
    let mut hunts: Vec<&str> = run.of("finding").filter(|f| f["verdict"] == verdict).map(|f| f["hunt"].as_str().unwrap()).collect();
    hunts.sort_unstable();
    hunts
}

const ON_THE_NETWORK: [&str; 6] = ["hidden-mining", "long-thin-flow", "mining-session", "pool-address", "pool-dns", "pool-tls"];

#[test]
fn what_the_endpoint_saw_of_a_connection_explains_it() {
    let run = Night::new().hunt();
    assert_eq!(hunts_of(&run, "open"), [""; 0], "{:?}", run.lines);
    let explained = hunts_of(&run, "explained");
    for hunt in ON_THE_NETWORK {
        assert!(explained.contains(&hunt), "{hunt} is not among {explained:?}");
    }
}

/// What is different that night, and how.
type Change = (&'static str, fn(&Night));

/// Each change leaves what the sensor saw open.
#[test]
fn a_connection_that_the_endpoint_does_not_vouch_for_stays_open() {
    let changes: [Change; 5] = [
        ("another process connects there, too", |night| {
            night.process("78", "/tmp/.x/minexd");
            night.connects("78", "/tmp/.x/minexd", "2026-11-18T02:05:30Z", POOL.2);
        }),
        ("a process that the endpoint does not name connects there, too", |night| {
            night.connects("", "", "2026-11-18T02:05:30Z", POOL.2);
        }),
        ("from another address", |night| night.sensor("2026-11-18T02:05:02Z", "10.0.0.6", WALLET)),
        ("for another wallet", |night| night.sensor("2026-11-18T02:05:02Z", ADDRESS, "47xWALLETofSomebodyElse")),
        ("the job connects elsewhere, too", |night| night.connects("77", JOB, "2026-11-18T02:06:00Z", 14444)),
    ];
    for (name, change) in changes {
        let night = Night::new();
        change(&night);
        let run = night.hunt();
        let open = hunts_of(&run, "open");
        for hunt in ON_THE_NETWORK {
            assert!(open.contains(&hunt), "{name}: {hunt} is explained, open are {open:?}");
        }
    }
}

/// Each connection is judged for itself, its flow as well.
#[test]
fn a_connection_at_another_time_stays_open() {
    let night = Night::new();
    night.sensor("2026-11-18T02:15:00Z", ADDRESS, WALLET);
    assert_eq!(
        hunts_of(&night.hunt(), "open"),
        ["hidden-mining", "long-thin-flow", "mining-session", "pool-address", "pool-dns", "pool-tls"]
    );
}

/// Without the endpoint's records nothing is known of who connected.
#[test]
fn without_an_endpoint_all_stays_open() {
    let night = Night::new();
    for table in ["DeviceProcessEvents.ndjson", "DeviceNetworkEvents.ndjson"] {
        fs::remove_file(Path::new(night.files.path()).join(table)).unwrap();
    }
    assert_eq!(hunts_of(&night.hunt(), "explained"), [""; 0]);
}
