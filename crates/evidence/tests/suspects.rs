//! Which of the files that no reader knows are told as skipped evidence, and which are left to the file scanner without a word.

use crate::support::{Folder, gzip};
use model::Source;

fn told(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = Folder::new(&files);
    let scanned: Vec<String> = folder.open().other_files().iter().map(|file| file.file.name.to_string()).collect();
    let skipped = folder.skipped();
    for (name, _) in &files {
        assert!(scanned.contains(&folder.name(name)), "{name} is not scanned");
    }
    skipped.into_iter().filter(|(.., evidence)| *evidence).map(|(name, ..)| name).collect()
}

#[test]
fn what_is_named_or_shaped_like_evidence_is_told() {
    const GARBAGE: &str = "\":5,\"proto\":\"TCP\"}\nhello garbage line\n";
    let mut files = Vec::new();
    let endings = "csv eve evt evtx gz ipfix json jsonl log ndjson netflow parquet pcap pcapng tar tgz tsv xml zip zst";
    let named: Vec<String> = endings.split(' ').map(|ending| format!("x.{ending}")).collect();
    files.extend(named.iter().map(|name| (name.as_str(), GARBAGE)));
    files.extend([
        ("DnsEvents.json", r#"{"value":[{"nothing":"known"}]}"#),
        ("DnsEvents.txt", "nothing known\n"),
        ("eve.json", "{\"a\":1}\n"),
        ("events.txt", "2026-11-10 10:00:00 started\n2026-11-10 10:00:01 a connection to pool.example:3333\n"),
        ("cloudtrail.json", r#"{"Records":[{"eventTime":"2026-11-10T10:00:00Z","sourceIPAddress":"10.0.0.5"}]}"#),
        ("cowrie.json", "{\"eventid\":\"a\",\"timestamp\":\"2026-11-10T10:00:00Z\",\"src_ip\":\"10.0.0.5\"}"),
        ("flows.txt", "ts,src,dst\n1,10.0.0.5,10.0.0.1\n2,10.0.0.5,10.0.0.1\n"),
        ("list.json", r#"[{"time":"2026-11-10T10:00:00Z","a":1},{"time":"2026-11-10T10:00:01Z","a":2}]"#),
        ("lines", "{\"msg\":\"a\",\"n\":1}\n{\"msg\":\"b\",\"n\":2}\n{\"msg\":\"c\",\"n\":3}\n"),
        ("messages", "Nov 10 10:00:00 text\n\nNov 10 10:00:01 text\nand a line\n<13>Nov 10 10:00:02 text\n[2026-11-10T10:00:03] text\n1794304800.12 x\n"),
    ]);
    let mut expected: Vec<String> = files.iter().map(|(name, _)| (*name).to_owned()).collect();
    expected.sort();
    let mut told = told(&files);
    told.sort();
    assert_eq!(told, expected);
}

#[test]
fn documents_programs_and_settings_are_not_told() {
    let none: [String; 0] = [];
    assert_eq!(
        told(&[
            (
                "config.json",
                "{\n  \"autosave\": true,\n  \"donate-level\": 1,\n  \"pools\": [{\"url\": \"pool.example:3333\", \"user\": \"w\", \"keepalive\": true}]\n}\n"
            ),
            ("package.json", "{\"name\":\"x\",\"version\":\"1.0.0\",\"dependencies\":{\"a\":\"1\"}}"),
            ("package-lock.json", "{\"packages\":{\"\":{\"name\":\"x\"}},\"time\":\"1\"}"),
            ("tsconfig.json", "// the compiler\n{\"compilerOptions\":{}}"),
            ("version.json", "\"1.2.3\""),
            ("languages.json", "[{\"name\":\"German\",\"code\":\"de\"},{\"name\":\"French\",\"code\":\"fr\"}]"),
            ("build.json", "{\"version\":\"1\",\"buildTime\":\"2026-11-10T10:00:00Z\"}"),
            ("events.json", "{\"type\":\"module\",\"name\":\"events\"}"),
            ("pom.xml", "<?xml version=\"1.0\"?>\n<project><name>x</name></project>"),
            ("read.txt", "A text.\nIt has, some, commas\nand no times, at all.\n"),
            ("words.txt", "one\ntwo\nthree\n"),
            ("names.txt", "Name, Town, Street\na, b, c\nd, e, f\n"),
            ("script.py", "import os\nprint(os.name)\n"),
            ("run.sh", "#!/bin/sh\n./xmrig -o pool.example:3333\n"),
            ("page.html", "<html><body>2026-11-10</body></html>"),
            ("hosts", "127.0.0.1 localhost\n10.0.0.1 a\n"),
            ("routes", "10.0.0.0/24 via 10.0.0.1 dev eth0\n10.0.1.0/24 via 10.0.0.2 dev eth0\n"),
            ("pairs.txt", "10.0.0.1 10.0.0.2\n10.0.0.3 10.0.0.4\n"),
            ("passwd", "root:x:0:0:root:/root:/bin/sh\nbin:x:1:1:bin:/bin:/bin/false\n"),
            ("settings.conf", "a = 1\nb = 2\n"),
            ("syslog.conf", "*.info /var/log/messages\n"),
            ("miner", "\u{7f}ELF\u{2}\u{1}\u{1}\0\0"),
            ("picture.png", "\u{89}PNG\r\n\u{1a}\n\0\0"),
            ("data.bin", "\u{1}\u{2}\0\0\n{\"a\":1}\n"),
        ]),
        none
    );
}

/// What is packed beyond all proportion is told, whatever is in it; what packs well and is small is not.
#[test]
fn a_bomb_of_no_format_is_told() {
    use std::io::Write;
    let pack = |bytes: usize| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&vec![0; bytes]).unwrap();
        packed.finish().unwrap()
    };
    let (bomb, small) = (pack(8 << 20), pack(1 << 18));
    let mut folder = Folder::new(&[("bomb.gz", &bomb), ("small.gz", &small)]);
    folder.options.caps.ratio = 50;
    folder.options.caps.bomb_floor = 1 << 20;
    let skipped: Vec<_> = folder.open().offer().skipped.iter().map(|s| (s.file.name.to_string(), s.reason.clone(), s.evidence)).collect();
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert!(skipped[0].0.ends_with("bomb.gz") && skipped[0].1.contains("decompression bomb") && skipped[0].2, "{skipped:?}");
}

/// What is in a compressed file of no format is for the file scanner, beside the file as it lies.
#[test]
fn a_packed_file_of_no_format_is_scanned_unpacked() {
    let program = [&b"\x7fELF\x02\x01\x01\0"[..], &[7; 4_000]].concat();
    let (packed, cut) = (gzip(&program), gzip(&program)[..40].to_vec());
    let zip = gzip(b"PK\x03\x04 and so on");
    let mut folder =
        Folder::new(&[("miner.gz", &packed), ("twice.gz", &gzip(&packed)), ("cut.gz", &cut), ("zip.gz", &zip), ("plain", &program)]);
    let seen = |folder: &Folder| -> Vec<(String, Result<usize, String>)> {
        let prefix = format!("{}/", model::FileRef::path(folder.path()).name);
        let files = folder.open().other_files();
        let name = |name: &str| name.strip_prefix(&prefix).unwrap_or(name).to_owned();
        files.iter().map(|f| (name(&f.file.name), f.bytes(1 << 20).map(|b| b.len()).map_err(|e| e.to_string()))).collect()
    };
    let found = seen(&folder);
    let size = |wanted: &str| found.iter().find(|(name, _)| name == wanted).and_then(|(_, size)| size.clone().ok());
    assert_eq!(size("miner.gz!miner"), Some(4_008));
    assert_eq!(size("miner.gz"), Some(packed.len()));
    assert_eq!(size("twice.gz!twice"), Some(4_008));
    assert_eq!(found.iter().filter(|(name, _)| name.starts_with("plain")).count(), 1);
    // What is damaged is told by whoever asks for it.
    assert!(found.iter().any(|(name, bytes)| name == "cut.gz!cut" && bytes.is_err()), "{found:?}");
    assert!(folder.skipped().contains(&("zip.gz".to_owned(), "an archive within an archive: unpack it".to_owned(), true)));
    // No more than the caps allow.
    folder.options.caps.ratio = 2;
    folder.options.caps.bomb_floor = 100;
    assert!(
        seen(&folder).iter().any(|(name, bytes)| name == "miner.gz!miner" && bytes.as_ref().is_err_and(|e| e.contains("bomb")))
            || folder.skipped().iter().any(|(name, reason, _)| name == "miner.gz" && reason.contains("bomb"))
    );
}

#[test]
fn lines_of_connections_are_told() {
    let silk = "10.0.0.5|203.0.113.9|41000|3333|6|60|7000|S PA|\n";
    let pairs = "id=firewall sn=1 src=10.0.0.5:41000:X0 dst=203.0.113.9:3333:X1 proto=tcp/3333\n";
    assert_eq!(
        told(&[("a.txt", &silk.repeat(3)), ("b", &pairs.repeat(3)), ("c.txt", &format!("{silk}{}", "a line of words\n".repeat(5)))]),
        ["a.txt", "b"]
    );
}
