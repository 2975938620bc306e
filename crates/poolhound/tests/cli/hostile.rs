//! Damaged and hostile evidence: each fault is told, and the rest is hunted.

use crate::support::{Hunt, hunt};
use std::fs;
use std::io::Write;
use std::path::Path;

const POOL: &str = "{\"TimeGenerated\":\"2026-11-18T02:05:00Z\",\"Computer\":\"ns\",\"ClientIP\":\"10.0.0.7\",\"Name\":\"pool.supportxmr.com\",\"SubType\":\"LookupQuery\",\"ResultCode\":0}\n";

/// Hunts a folder that `fill` fills, beside a good file: the good file's pool is always found.
fn beside(fill: impl FnOnce(&Path)) -> Hunt {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("DnsEvents.ndjson"), POOL).unwrap();
    fill(folder.path());
    let run = hunt([folder.path()]);
    assert!(run.of("finding").any(|f| f["hunt"] == "pool-dns"), "{:?}", run.lines);
    run
}

/// Whether a read error or a skipped file names that file and reason.
fn told(run: &Hunt, file: &str, reason: &str) {
    let errors = run.of("read_error").map(|e| (e["file"].clone(), e["reason"].clone()));
    let skipped = run.summary()["skipped"].as_array().unwrap().iter().map(|s| (s["file"].clone(), s["reason"].clone()));
    let all: Vec<_> = errors.chain(skipped).collect();
    let found = all.iter().any(|(f, r)| f.as_str().unwrap().contains(file) && r.as_str().unwrap().to_lowercase().contains(reason));
    assert!(found, "{file}: {reason} is not among {all:?}");
}

#[test]
fn a_truncated_gzip() {
    let run = beside(|folder| {
        let mut lines = String::new();
        for n in 0..2_000 {
            lines.push_str(&POOL.replace("10.0.0.7", &format!("10.0.{}.{}", n / 250, n % 250)));
        }
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(lines.as_bytes()).unwrap();
        let bytes = packed.finish().unwrap();
        fs::write(folder.join("DnsEvents_2.ndjson.gz"), &bytes[..bytes.len() / 2]).unwrap();
    });
    told(&run, "DnsEvents_2.ndjson.gz", "");
    assert!(run.summary()["records"].as_u64().unwrap() > 100, "what came before the cut is read: {}", run.summary());
}

#[test]
fn a_binary_file_named_as_a_log_and_a_damaged_parquet() {
    let run = beside(|folder| {
        fs::write(folder.join("dns.log"), [0u8, 1, 2, 255, 254, 7].repeat(500)).unwrap();
        fs::write(folder.join("DnsEvents.parquet"), b"PAR1 this is not parquet PAR1").unwrap();
    });
    told(&run, "DnsEvents.parquet", "");
    // No format knows it, so the rules look at it; it must not count as read evidence.
    assert_eq!(run.summary()["tables"]["DnsEvents"], 1);
}

#[test]
fn csv_with_a_wrong_column_count() {
    let run = beside(|folder| {
        fs::write(folder.join("DnsEvents_3.csv"), "TimeGenerated,Computer,ClientIP,Name\n2026-11-18T02:05:00Z,ns,10.0.0.8,a.example\nbroken,row\n2026-11-18T02:05:00Z,ns,10.0.0.9,b.example\n").unwrap();
    });
    told(&run, "DnsEvents_3.csv", "");
    assert_eq!(run.summary()["tables"]["DnsEvents"], 3);
    assert_eq!(run.summary()["read_errors"], 1);
}

#[test]
fn json_nested_a_hundred_thousand_deep() {
    let run = beside(|folder| {
        let deep = format!("{{\"Name\":{}1{}}}\n{POOL}", "[".repeat(100_000), "]".repeat(100_000));
        fs::write(folder.join("DnsEvents_4.ndjson"), deep).unwrap();
    });
    told(&run, "DnsEvents_4.ndjson", "");
    assert_eq!(run.summary()["tables"]["DnsEvents"], 2);
}

#[test]
fn a_line_of_200_megabytes() {
    let run = beside(|folder| {
        let mut file = fs::File::create(folder.join("DnsEvents_5.ndjson")).unwrap();
        file.write_all(b"{\"Name\":\"").unwrap();
        let block = vec![b'a'; 1 << 20];
        for _ in 0..200 {
            file.write_all(&block).unwrap();
        }
        file.write_all(b"\"}\n").unwrap();
        file.write_all(POOL.as_bytes()).unwrap();
    });
    told(&run, "DnsEvents_5.ndjson", "");
    assert_eq!(run.summary()["tables"]["DnsEvents"], 2);
}

#[cfg(unix)]
#[test]
fn pipes_loops_and_closed_doors() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let run = beside(|folder| {
        std::process::Command::new("mkfifo").arg(folder.join("pipe.log")).status().unwrap();
        symlink(folder, folder.join("loop")).unwrap();
        fs::create_dir(folder.join("closed")).unwrap();
        fs::write(folder.join("secret.log"), "x").unwrap();
        for name in ["closed", "secret.log"] {
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o0)).unwrap();
        }
    });
    told(&run, "pipe.log", "");
    told(&run, "loop", "link");
    // The superuser may read everything.
    if fs::read_dir("/root").is_err() {
        told(&run, "secret.log", "");
        told(&run, "closed", "");
    }
}

#[test]
fn nothing_to_look_at_is_not_clean() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("README.md"), "# notes\n").unwrap();
    let run = hunt([folder.path()]);
    assert_eq!(run.code, 3, "{:?}", run.lines);
    fs::write(folder.path().join("DnsEvents.ndjson"), POOL.replace("pool.supportxmr.com", "www.example.com")).unwrap();
    assert_eq!(hunt([folder.path()]).code, 0);
    fs::write(folder.path().join("Security.evtx"), b"ElfFile\0rest").unwrap();
    let run = hunt([folder.path()]);
    told(&run, "Security.evtx", "");
    assert_eq!(run.code, 3);
}

#[test]
fn a_cut_first_line_of_eve() {
    let run = beside(|folder| {
        let line = r#"{"timestamp":"2026-11-18T02:05:00Z","src_ip":"10.0.0.8","dest_ip":"10.0.0.1","event_type":"dns","dns":{"type":"query","rrname":"pool.supportxmr.com"}}"#;
        fs::write(folder.join("eve.json"), format!("\":5,\"proto\":\"TCP\"}}\n{line}\n")).unwrap();
    });
    told(&run, "eve.json", "the first line (19 bytes) is no record");
    assert_eq!(run.summary()["records"], 2);
}

#[test]
fn what_may_be_evidence_and_is_not_read_ends_in_exit_code_3() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("DnsEvents.ndjson"), POOL.replace("pool.supportxmr.com", "a.example")).unwrap();
    assert_eq!(hunt([folder.path()]).code, 0);
    fs::write(folder.path().join("README.txt"), "a text").unwrap();
    fs::write(folder.path().join("config.json"), "{\"name\":\"x\"}").unwrap();
    let run = hunt([folder.path()]);
    assert_eq!((run.code, run.summary()["files"].as_u64()), (0, Some(3)), "each file counts once: {}", run.summary());
    fs::write(folder.path().join("x.evtx"), "no event log").unwrap();
    let run = hunt([folder.path()]);
    told(&run, "x.evtx", "its content is none");
    assert_eq!(run.code, 3);
}

#[test]
fn a_time_range_without_a_record_was_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("DnsEvents.ndjson"), POOL).unwrap();
    let since = |day: &str| hunt([folder.path().as_os_str(), "--since".as_ref(), day.as_ref()]);
    assert_eq!((since("2026-11-18").code, since("2026-11-19").code), (1, 3));
    assert_eq!(since("2026-11-19").summary()["records"], 0);
}
