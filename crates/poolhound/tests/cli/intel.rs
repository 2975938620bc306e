//! `poolhound intel`: what it prints, how it exits, and hunting with what was imported.

use crate::support::{Run, hunt, poolhound, root};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

fn data(name: &str) -> PathBuf {
    root().join("crates/content/tests/data/intel").join(name)
}

fn intel<const N: usize>(args: [&str; N]) -> Run {
    poolhound(["intel"].into_iter().chain(args))
}

fn lines(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn a_rule_is_linted_for_people_and_for_machines() {
    let rule = data("sigma.yml");
    let run = intel(["lint", rule.to_str().unwrap(), "--missing"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stdout.contains("notmonero.net") && run.stdout.contains("zpool.cache") && run.stdout.contains("  missing  supportxmr.com"),
        "{}",
        run.stdout
    );
    let run = intel(["lint", rule.to_str().unwrap(), "--format", "jsonl"]);
    let all = lines(&run);
    let kinds: Vec<_> = all.iter().map(|l| l["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["list", "remark", "remark", "remark", "summary"]);
    assert_eq!((all[0]["names"].as_u64(), all[1]["line"].as_u64(), all[1]["kind"].as_str()), (Some(4), Some(6), Some("wrong_match")));
    let array = intel(["lint", rule.to_str().unwrap(), "--format", "json"]);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&array.stdout).unwrap(), all);
}

#[test]
fn exit_codes_tell_faults_from_what_could_not_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let sound = file("sound.txt", "||supportxmr.com^\n");
    assert_eq!(intel(["lint", &sound]).code, 0);
    let unread = intel(["lint", &sound, &file("unread.txt", "two words here\n")]);
    assert_eq!(unread.code, 3);
    assert!(unread.stdout.contains("line 1: two words here") && unread.stdout.contains("knows 1 of"), "{}", unread.stdout);
    let gone = intel(["lint", &sound, "not-there.txt"]);
    assert!(gone.code == 2 && gone.stderr.contains("not-there.txt") && gone.stdout.contains("sound.txt"), "{}", gone.stderr);
    assert_eq!(intel(["lint"]).code, 2);
    let deep = file("deep.json", &format!("{}{}", "[".repeat(200_000), "]".repeat(200_000)));
    let run = intel(["import", &deep, &sound]);
    assert!(run.code == 3 && run.stderr.contains("deep.json") && run.stderr.contains("recursion"), "{}", run.stderr);
}

#[test]
fn coverage_is_a_table_of_pools_and_lists() {
    let run = intel(["coverage", data("blocklist.txt").to_str().unwrap(), data("pools.rules").to_str().unwrap(), "--format", "csv"]);
    let row = |pool: &str| run.stdout.lines().find(|l| l.starts_with(pool)).unwrap().to_owned();
    assert!(run.stdout.starts_with("Pool,Operator,Role,Coins,LastSeen,blocklist.txt,pools.rules"), "{}", run.stdout);
    assert!(row("nanopool.org,").ends_with(",partly,yes") && row("zpool.ca,").ends_with(",no,no"), "{}", run.stdout);
    assert_eq!(run.code, 3, "a line of the list could not be read");
    assert!(poolhound(["intel", "coverage"]).stdout.contains("Pools in use"));
}

#[test]
fn what_is_imported_is_hunted_for() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("MiningPools.csv");
    let (path, now) = (list.to_str().unwrap(), "2026-11-24");
    let run = intel(["import", data("misp.json").to_str().unwrap(), "--output", path, "--now", now]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(run.stderr.contains("duckdns.org") && run.stderr.contains("5 new rows, 5 left out"), "{}", run.stderr);
    let again = folder.path().join("again.csv");
    let run = intel(["import", path, "--output", again.to_str().unwrap(), "--now", now, "--quiet"]);
    assert_eq!((run.code, fs::read(&list).unwrap()), (0, fs::read(&again).unwrap()), "what is imported twice changes nothing");
    let evidence = folder.path().join("evidence");
    fs::create_dir(&evidence).unwrap();
    fs::write(
        evidence.join("DnsEvents.csv"),
        "TimeGenerated,Computer,SubType,Name,ClientIP,QueryType,ResultCode,IPAddresses\n\
         2026-06-01T10:00:00Z,dns-01,LookupQuery,misp-one.example.com,10.0.0.5,A,0,198.51.100.9\n\
         2026-06-01T10:00:00Z,dns-01,LookupQuery,pool.supportxmr.com,10.0.0.6,A,0,198.51.100.8\n",
    )
    .unwrap();
    let flow = |host: &str, port: u16| {
        format!("2026-06-01T10:00:00Z,{host},id-{host},ConnectionSuccess,198.51.100.30,{port},,Tcp,10.0.0.7,50000\n")
    };
    let head = "TimeGenerated,DeviceName,DeviceId,ActionType,RemoteIP,RemotePort,RemoteUrl,Protocol,LocalIP,LocalPort\n";
    fs::write(evidence.join("DeviceNetworkEvents.csv"), format!("{head}{}{}", flow("mined", 5555), flow("other", 7777))).unwrap();
    let before = hunt([evidence.as_os_str()]);
    assert_eq!(before.of("finding").count(), 1, "{:?}", before.lines);
    let after = hunt([evidence.as_os_str(), "--watchlists".as_ref(), list.as_os_str()]);
    let found: Vec<_> = after.of("finding").map(|f| (f["hunt"].as_str().unwrap(), f["entities"]["domain"].as_str().unwrap())).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    for expected in [("pool-dns", "misp-one.example.com"), ("pool-dns", "pool.supportxmr.com"), ("pool-address", "198.51.100.30")] {
        assert!(found.contains(&expected), "{found:?}");
    }
    assert_eq!(after.open_on("mined"), ["pool-address"], "only at the port of its row");
}
