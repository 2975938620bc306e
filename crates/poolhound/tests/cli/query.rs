//! `query`, `query --batch` and `tables`.

use crate::support::{poolhound, root};
use serde_json::Value;
use std::fs;

#[test]
fn values_are_written_as_kusto_writes_them() {
    let query = "print a = 1, b = 1.5, c = datetime(2026-11-18T02:05:00Z), d = 1d + 2h, e = 'x', f = dynamic({\"k\": [1, \"t\"]}), g = long(null), h = real(nan)";
    let run = poolhound(["query", query, "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let expected = serde_json::json!([[1, 1.5, "2026-11-18T02:05:00.0000000Z", "1.02:00:00", "x", {"k": [1, "t"]}, null, "NaN"]]);
    assert_eq!(answer["rows"], expected);
    assert_eq!(answer["columns"][2], serde_json::json!(["c", "datetime"]));
}

#[test]
fn formats_of_an_answer() {
    let query = "range x from 1 to 2 step 1 | extend y = strcat('a,', x)";
    for (format, expected) in [
        ("csv", "x,y\r\n1,\"a,1\"\r\n2,\"a,2\"\r\n"),
        ("jsonl", "{\"x\":1,\"y\":\"a,1\"}\n{\"x\":2,\"y\":\"a,2\"}\n"),
        ("table", "x  y\n1  a,1\n2  a,2\n"),
    ] {
        assert_eq!(poolhound(["query", query, "--format", format]).stdout, expected, "{format}");
    }
}

#[test]
fn an_error_points_at_its_place() {
    let run = poolhound(["query", "print x = 1 | where nosuch > 1"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("KS142") && run.stderr.contains("nosuch") && run.stderr.contains("^^^^^^"), "{}", run.stderr);
}

#[test]
fn a_batch_answers_each_line_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batch.jsonl");
    fs::write(&file, "{\"id\":\"a\",\"query\":\"print x = 1\"}\n{\"id\":\"b\",\"query\":\"print y = nosuch()\"}\n{\"id\":\"c\",\"query\":\"print 'z'\"}\n").unwrap();
    let run = poolhound(["query", "--batch", file.to_str().unwrap()]);
    let lines: Vec<Value> = run.stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.iter().map(|l| l["id"].as_str().unwrap()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!((&lines[0]["rows"], &lines[0]["error"]), (&serde_json::json!([[1]]), &Value::Null));
    assert_eq!(lines[1]["error"]["start"], 10);
    assert!(lines[1]["error"]["message"].as_str().unwrap().contains("nosuch"));
}

#[test]
fn evidence_is_queried_and_now_is_its_end() {
    let incident = root().join("examples/incident");
    let query = "DnsEvents | where TimeGenerated > ago(2h) | summarize n = count() by Computer, now = now()";
    let run = poolhound(["query", query, incident.join("dns-server").to_str().unwrap(), "--format", "jsonl"]);
    let row: Value = serde_json::from_str(run.stdout.trim()).unwrap_or_else(|e| panic!("{e}: {}{}", run.stdout, run.stderr));
    assert_eq!(row, serde_json::json!({"Computer": "ns-01", "now": "2026-11-18T10:15:02.5000000Z", "n": 2}));
}

#[test]
fn tables_lists_what_is_there() {
    let incident = root().join("examples/incident");
    let run = poolhound(["tables", "--json", incident.to_str().unwrap()]);
    let tables: Vec<Value> = run.stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let rows = |name: &str| tables.iter().find(|t| t["table"] == name).map(|t| t["rows"].clone());
    assert_eq!(rows("DnsEvents"), Some(3.into()));
    assert_eq!(rows("ASimDnsActivityLogs"), Some(6.into()));
    assert_eq!(rows("DeviceFileCertificateInfo"), Some(1.into()));
}
