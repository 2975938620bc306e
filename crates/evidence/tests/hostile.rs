//! Evidence that is damaged, or that wants to do damage.

use crate::support::{Folder, Seen, gzip, read, wants_all};
use model::Source;

const LINE: &str = r#"{"ts":1677024003.7,"uid":"C1","id.orig_h":"10.0.0.1","id.orig_p":50000,"id.resp_h":"1.2.3.4","id.resp_p":3333,"proto":"tcp","conn_state":"SF"}"#;

fn read_all(folder: &Folder) -> Seen {
    let evidence = folder.open();
    read(&evidence, &wants_all(&evidence.offer()), 2)
}

fn sessions(seen: &Seen) -> usize {
    seen.rows.get("ASimNetworkSessionLogs").map_or(0, Vec::len)
}

#[test]
fn a_truncated_gzip_gives_its_records_and_an_error() {
    let mut text = String::new();
    for n in 0..20_000 {
        text.push_str(&LINE.replace("50000", &n.to_string()));
        text.push('\n');
    }
    let packed = gzip(text.as_bytes());
    let folder = Folder::new(&[("conn.log.gz", &packed[..packed.len() / 2]), ("b/conn.log", LINE.as_bytes())]);
    let seen = read_all(&folder);
    assert!((5_000..20_000).contains(&sessions(&seen)), "{}", sessions(&seen));
    assert_eq!(seen.errors.len(), 1, "{:?}", seen.errors);
    let error = &seen.errors[0];
    assert!(error.reason.starts_with("the file is cut off"), "{}", error.reason);
    assert!(error.offset.unwrap() > 0);
}

#[test]
fn a_line_of_200_megabytes_is_told_and_passed_over() {
    let mut text = format!("{LINE}\n{{\"ts\":1,\"uid\":\"").into_bytes();
    text.resize(text.len() + (200 << 20), b'A');
    text.extend_from_slice(format!("\"}}\n{LINE}\n").as_bytes());
    let offset = LINE.len() as u64 + 1;
    let folder = Folder::new(&[("conn.log", &text)]);
    let seen = read_all(&folder);
    assert_eq!(sessions(&seen), 2);
    assert_eq!(seen.errors.len(), 1);
    assert_eq!((seen.errors[0].offset, seen.errors[0].record), (Some(offset), Some(1)));
    assert!(seen.errors[0].reason.contains("line of 2097"), "{}", seen.errors[0].reason);
    let ids: Vec<_> = seen.rows["ASimNetworkSessionLogs"].iter().map(|(id, ..)| crate::support::record(*id)).collect();
    assert_eq!(ids, [0, 2]);
}

#[test]
fn errors_beyond_the_first_thousand_are_counted() {
    let text = format!("{LINE}\n{}", "{broken\n".repeat(2_500));
    let mut folder = Folder::new(&[("conn.log", text.as_bytes())]);
    folder.options.caps.errors = 10;
    let seen = read_all(&folder);
    assert_eq!(sessions(&seen), 1);
    assert_eq!(seen.errors.len(), 11);
    assert!(seen.errors.iter().any(|e| e.reason == "and 2490 more records of this file that could not be read"));
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    let mut line = LINE.replace("C1", "C\\u00001").into_bytes();
    line.extend_from_slice(b"\n");
    line.extend_from_slice(&LINE.replace("C1", "X").into_bytes());
    let at = memchr::memchr(b'X', &line).unwrap();
    line[at] = 0xff;
    let folder = Folder::new(&[("conn.log", &line)]);
    let (rows, seen) = folder.table("ASimNetworkSessionLogs", &["NetworkSessionId"]);
    assert_eq!(rows, ["C\u{0}1", "\u{fffd}"]);
    assert_eq!(seen.errors, []);
}

#[test]
fn what_cannot_be_read_is_skipped_with_a_reason() {
    let zeros = vec![0u8; 5_000];
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    let folder = Folder::new(&[
        ("README.md", b"# hello"),
        ("SOURCES.tsv", b"file\trepo\n"),
        ("app.log", b"hello world\n"),
        ("binary.log", &zeros),
        ("capture.pcap", b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00"),
        ("deep.json", deep.as_bytes()),
        ("empty.log", b""),
        ("miner", b"\x7fELF\x02\x01\x01"),
        ("run.sh", b"#!/bin/sh\n./xmrig\n"),
        ("security.evtx", b"ElfFile\0\0\0"),
        (".hidden/conn.log", LINE.as_bytes()),
    ]);
    let skipped: Vec<_> = folder.skipped().into_iter().map(|(file, _, evidence)| (file, evidence)).collect();
    let expected = [
        ("README.md", false),
        ("SOURCES.tsv", false),
        ("app.log", true),
        ("binary.log", true),
        ("deep.json", true),
        ("empty.log", false),
        ("security.evtx", true),
    ];
    assert_eq!(skipped, expected.map(|(file, evidence)| (file.to_owned(), evidence)));
    let evidence = folder.open();
    let other: Vec<_> =
        evidence.other_files().iter().map(|f| f.path.as_ref().unwrap().file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(other, ["app.log", "binary.log", "deep.json", "miner", "run.sh"]);
    assert_eq!(sessions(&read_all(&folder)), 1);
}

#[cfg(unix)]
#[test]
fn links_fifos_and_locked_folders() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let outside = Folder::new(&[("conn.log", LINE.as_bytes())]);
    let folder = Folder::new(&[("a/conn.log", LINE.as_bytes()), ("locked/conn.log", LINE.as_bytes())]);
    symlink(outside.path(), folder.path().join("out")).unwrap();
    symlink(folder.path(), folder.path().join("a/up")).unwrap();
    symlink("loop2", folder.path().join("loop1")).unwrap();
    symlink("loop1", folder.path().join("loop2")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.log")).status().is_ok_and(|s| s.success());
    std::fs::set_permissions(folder.path().join("locked"), std::fs::Permissions::from_mode(0o0)).unwrap();
    let skipped = folder.skipped();
    std::fs::set_permissions(folder.path().join("locked"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let reason = |name: &str| skipped.iter().find(|(file, ..)| file == name).map(|(_, reason, evidence)| (reason.as_str(), *evidence));
    assert_eq!(reason("out"), Some(("a link that leads out of the evidence is not followed", true)));
    assert_eq!(reason("a/up"), Some(("a link to a folder of the evidence, read there", false)));
    assert_eq!(reason("loop1"), Some(("a loop of links", true)));
    if made {
        assert_eq!(reason("pipe.log"), Some(("a FIFO is not opened", true)));
    }
    // The superuser may read everything.
    if let Some(locked) = reason("locked") {
        assert_eq!(locked, ("cannot be listed: Permission denied", true));
    }
}

#[test]
fn members_of_archives_are_read_in_place() {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in
        [("logs/conn.log", LINE.as_bytes().to_vec()), ("logs/conn.1.log.gz", gzip(LINE.as_bytes())), ("xmrig", b"\x7fELF".to_vec())]
    {
        zip.start_file(name, options).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in [("z/conn.log", LINE.as_bytes()), ("a/conn.log", LINE.as_bytes()), ("a/miner", b"\x7fELF")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, name, bytes).unwrap();
    }
    let tar = tar.into_inner().unwrap();
    let mut damaged = zip.clone();
    let at = memchr::memmem::find(&damaged, b"logs/conn.log").unwrap() + 20;
    damaged[at] ^= 0xff;
    let folder = Folder::new(&[("a.zip", &zip), ("b.tar", &tar), ("c.tgz", &gzip(&tar)), ("d.zip", &damaged), ("e.zip", b"PK\x03\x04 no")]);
    let evidence = folder.open();
    let names: Vec<_> = evidence.offer().files.iter().map(|f| f.name.rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(names.iter().filter(|n| n.contains("conn")).count(), 8, "{names:?}");
    let seen = read(&evidence, &wants_all(&evidence.offer()), 2);
    assert_eq!(sessions(&seen), 7, "{:?}", seen.errors);
    assert_eq!(seen.errors.len(), 2, "{:?}", seen.errors);
    for other in evidence.other_files().iter().filter(|f| !f.file.name.contains("d.zip")) {
        assert_eq!(other.bytes(1_000).unwrap(), b"\x7fELF", "{}", other.file.name);
        assert!(other.bytes(3).is_err());
    }
    assert_eq!(evidence.other_files().len(), 4);
}

#[test]
fn a_bomb_in_an_archive_is_an_error() {
    let mut text = format!("{LINE}\n").into_bytes();
    text.resize(12 << 20, b' ');
    let mut folder = Folder::new(&[("conn.log.gz", &gzip(&text)), ("b/conn.log", LINE.as_bytes())]);
    folder.options.caps.ratio = 50;
    folder.options.caps.bomb_floor = 6 << 20;
    let seen = read_all(&folder);
    assert_eq!(sessions(&seen), 2);
    assert!(seen.errors[0].reason.contains("bomb"), "{:?}", seen.errors);
}

#[test]
fn a_path_that_is_not_there_is_an_error_of_the_user() {
    assert!(evidence::open(&["no/such/path".into()], evidence::Options::default()).is_err());
    assert!(evidence::open(&[], evidence::Options::default()).is_err());
}

/// A generator of numbers (xorshift): mutations are the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

#[test]
fn mutated_logs_are_read_without_a_panic() {
    const PIECES: [&[u8]; 16] = [
        b"\"",
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b"\n",
        b"\t",
        b",",
        b":",
        b"\0",
        b"\xff",
        b"#fields\tts\n",
        b"\\u",
        b"-",
        b"99999999999999999999",
    ];
    let tsv = "#separator \\x09\n#set_separator\t,\n#path\tdns\n#fields\tts\tuid\tquery\tanswers\n1.5\tD\tpool.example\t1.2.3.4,5.6.7.8\n#close\n2\tE\t-\t-\n";
    let eve = r#"{"timestamp":"2026-01-01T00:00:00Z","event_type":"dns","src_port":53,"dns":{"type":"answer","queries":[{"rrname":"a"}],"answers":[{"rdata":"b"}]}}
{"timestamp":"2026-01-01T00:00:00Z","event_type":"flow","flow":{"start":"2026-01-01T00:00:00Z","pkts_toclient":0}}
"#;
    let azure = r#"{"records":[{"flowLogVersion":4,"macAddress":"A","flowRecords":{"flows":[{"flowGroups":[{"rule":"r","flowTuples":["1772355600000,10.0.0.6,203.0.113.9,50000,3333,6,O,B,NX,0,0,0,0","1772355600000,10.0.0.6,203.0.113.9,50000,3333,6,O,E,NX,1,2,3,4"]}]}]}}]}"#;
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let text = serde_json::to_string(LINE).unwrap();
    let seeds = [
        ("conn.log", format!("{LINE}\n{LINE}\n")),
        ("dns.log", tsv.to_owned()),
        ("eve.json", eve.to_owned()),
        ("PT1H.json", azure.to_owned()),
        ("dnsmasq.log", "Feb 13 10:15:27 gw dnsmasq[9]: 1 10.0.0.6/4 query[A] a from 10.0.0.5\nFeb 13 10:15:27 gw dnsmasq[9]: config a is ::\n".to_owned()),
        ("named.log", "18-May-2021 16:34:13.003 queries: info: client @0x5 10.0.0.5#5 (p): view v: query: p IN A +E(0) (10.0.0.53)\n18-May-2021 16:34:15.003 client @0x7f 10.0.0.5#5 (p): rpz QNAME NXDOMAIN rewrite p/A/IN via p.z\n18-May-2021 16:34:16.003 client 10.0.0.9#5: query (cache) 'p/A/IN' denied\n".to_owned()),
        ("unbound.log", "[1614763224] unbound[1:0] info: 10.0.0.5 p. A IN NXDOMAIN 0.020315 0 63\n[1614763225] unbound[1:1] info: e. always_nxdomain 10.0.0.5@1 p. A IN\n".to_owned()),
        ("dns.log", "3/1/2026 7:52:03 AM 06B0 PACKET  0028 UDP Snd 10.0.0.5 6590 R Q [8381   DR NXDOMAIN] A      (4)pool(7)example(3)com(0)\n".repeat(2)),
        ("a.binetflow", "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,TotPkts,TotBytes,SrcBytes\n2019/04/04 16:23:00.325010,0.027947,udp,10.8.0.69,0x0303,  <-,8.8.8.8,53,CON,2,142,63\n".to_owned()),
        ("nf.csv", "ts,te,td,sa,da,sp,dp,pr,ipkt,ibyt,opkt,obyt\n2026-03-01 09:00:00,2026-03-01 09:10:00,600.1,10.0.0.5,203.0.113.9,5,3333,TCP,15,1500,0,0\nSummary\n1,2\n".to_owned()),
        ("vpc.log", "srcaddr dstaddr start log-status\n10.0.0.5 1.2.3.4 1772355600 OK\n- - 1772355600 NODATA\n".to_owned()),
        ("wrapped.json", format!("{{\"value\":[{LINE},{LINE}],\"a\":[1,{{}}]}}\n")),
        ("hits.json", format!("{{\"hits\":{{\"hits\":[{{\"_source\":{LINE}}}]}}}}\n")),
        ("shipped.json", format!("{{\"message\":{text}}}\n{{\"message\":{text}}}\n")),
    ];
    for (name, seed) in seeds {
        for _ in 0..200 {
            let mut bytes = seed.clone().into_bytes();
            for _ in 0..=numbers.below(4) {
                let (at, piece) = (numbers.below(bytes.len()), PIECES[numbers.below(PIECES.len())]);
                let end = (at + numbers.below(6)).min(bytes.len());
                bytes.splice(at..end, piece.iter().copied());
            }
            let evidence = evidence::open_bytes(&[(name, &bytes)], evidence::Options::default());
            let seen = read(&evidence, &wants_all(&evidence.offer()), 1);
            let lost = seen.errors.iter().find(|e| e.reason.contains("please report"));
            assert!(lost.is_none(), "{:?}", String::from_utf8_lossy(&bytes));
        }
    }
}
