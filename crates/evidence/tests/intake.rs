//! Evidence that does not begin with its records, that wraps them, or that no reader knows.

use crate::support::{Folder, Seen, gzip, read, record, wants_all};
use model::Source;

const EVE: &str = r#"{"timestamp":"2026-11-10T10:00:00.000000+0000","src_ip":"10.0.0.5","src_port":5,"dest_ip":"10.0.0.1","dest_port":53,"proto":"UDP","event_type":"dns","dns":{"type":"query","rrname":"pool.example"}}"#;
const ZEEK: &str =
    r#"{"ts":1794304800.0,"uid":"C","id.orig_h":"10.0.0.5","id.resp_h":"10.0.0.1","query":"pool.example","rcode_name":"NOERROR"}"#;
const EXPORT: &str = r#"{"TimeGenerated":"2026-11-10T10:00:00Z","Computer":"d","ClientIP":"10.0.0.5","Name":"pool.example"}"#;
const SQUID: &str = "1794304800.123  60000 10.0.0.5 TCP_CF_MISS/200 5000 CONNECT pool.example:14433 - ROUNDROBIN_PARENT/198.51.100.99 -";
const TSV: &str =
    "#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.resp_h\tquery\n1794304800.0\tC\t10.0.0.5\t10.0.0.1\tpool.example";
const CSV: &str = "TimeGenerated,Computer,ClientIP,Name\n2026-11-10T10:00:00Z,d,10.0.0.5,pool.example";

const DNS: &str = "ASimDnsActivityLogs";

fn read_all(folder: &Folder) -> Seen {
    let evidence = folder.open();
    read(&evidence, &wants_all(&evidence.offer()), 2)
}

/// Offset and record of each row.
fn places(seen: &Seen, table: &str) -> Vec<(i64, u64)> {
    seen.rows.get(table).into_iter().flatten().map(|(id, offset, _)| (*offset, record(*id))).collect()
}

fn reasons(seen: &Seen) -> Vec<&str> {
    seen.errors.iter().map(|error| error.reason.as_str()).collect()
}

/// The object over many lines.
fn pretty(object: &str) -> String {
    serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(object).unwrap()).unwrap()
}

#[test]
fn a_damaged_start_costs_itself_and_no_more() {
    let zeros = "\0".repeat(4096);
    for damage in
        ["\":5,\"proto\":\"TCP\"}\n", "# log started\n", "\u{1}\u{2}\u{3}\n", "{\"a\":\n", "\0\0\0\0\n", "one\ntwo\n\nthree\n", &zeros]
    {
        for (name, text, table, header) in [
            ("eve.json", EVE, DNS, ""),
            ("dns.log", ZEEK, DNS, ""),
            ("dns.log", TSV, DNS, "1794304800.0"),
            ("DnsEvents.ndjson", EXPORT, "DnsEvents", ""),
            ("DnsEvents.csv", CSV, "DnsEvents", "2026"),
            ("access.log", SQUID, "Syslog", ""),
        ] {
            let bytes = format!("{damage}{text}\n{}\n", text.lines().last().unwrap());
            let seen = read_all(&Folder::new(&[(name, bytes.as_bytes())]));
            let told = format!("{damage:?} {name}: {:?}", seen.errors);
            let first = damage.len() + text.find(header).unwrap();
            let lines = bytes.bytes().take(first).filter(|b| *b == b'\n').count() as u64;
            let next = first + text.lines().last().unwrap().len() + 1;
            assert_eq!(places(&seen, table), [(first as i64, lines), (next as i64, lines + 1)], "{told}");
            assert_eq!(seen.errors.len(), 1, "{told}");
            assert_eq!((seen.errors[0].offset, seen.errors[0].record), (Some(0), Some(0)), "{told}");
        }
    }
}

#[test]
fn a_start_behind_a_byte_order_mark_or_in_utf16_may_be_damaged() {
    let marked = format!("\u{feff}cut\"}}\n{EVE}\n");
    let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // The mark of UTF-16 goes with it.
    for (bytes, mark) in [(marked.as_bytes(), 3), (&utf16, 0), (&gzip(marked.as_bytes()), 3)] {
        let seen = read_all(&Folder::new(&[("eve.json", bytes)]));
        assert_eq!(places(&seen, DNS), [(mark + 6, 1)], "{:?}", seen.errors);
        assert_eq!(seen.errors[0].offset, Some(mark as u64));
        assert_eq!(reasons(&seen), ["the first line (6 bytes) is no record; reading begins behind it"]);
    }
}

#[test]
fn zeros_within_a_file_are_told_and_the_record_behind_them_is_read() {
    for (name, text, table) in [("eve.json", EVE, DNS), ("dns.log", ZEEK, DNS), ("DnsEvents.ndjson", EXPORT, "DnsEvents")] {
        let seen = read_all(&Folder::new(&[(name, format!("{text}\n\0\0\0{text}\n").as_bytes())]));
        assert_eq!(seen.rows[table].len(), 2, "{name}");
        assert_eq!(reasons(&seen), ["3 zero bytes before the record"], "{name}");
    }
}

#[test]
fn a_document_is_not_read_from_its_middle() {
    let readme = format!("# Log\nWhat a record is like:\n\n    {EVE}\n\nA, list, of, words\nand more\n");
    let code = "#include <a.h>\nint a, b, c;\nint main() { return 0; }\n";
    let seen = read_all(&Folder::new(&[("notes", readme.as_bytes()), ("a.c", code.as_bytes())]));
    assert!(seen.rows.is_empty() && seen.errors.is_empty(), "{:?} {:?}", seen.rows, seen.errors);
}

#[test]
fn records_over_several_lines_and_in_wrappings_are_those_of_lines() {
    for (name, object, table) in [("eve.json", EVE, DNS), ("dns.json", ZEEK, DNS), ("DnsEvents.json", EXPORT, "DnsEvents")] {
        let long = pretty(object);
        for text in [
            format!("{long}\n{long}\n"),
            format!("[\n{long},\n{long}\n]\n"),
            format!("[{object},{object}]"),
            format!("{{\"value\":[{object},{object}],\"nextLink\":\"x\"}}"),
            format!("{{\"records\":[{object}]}}\n{{\"records\":[{long}]}}\n"),
            format!("{{ \"Records\" : [ {long} , {long} ] }}"),
            format!("{{\"count\":2,\"results\":[{object},{object}]}}"),
            format!("{{\"Results\":[{object},{object}]}}"),
            format!(
                "{{\"took\":1,\"hits\":{{\"total\":2,\"hits\":[{{\"_id\":1,\"_source\":{object}}},{{\"_id\":2,\"_source\":{long}}}]}}}}"
            ),
        ] {
            let seen = read_all(&Folder::new(&[(name, text.as_bytes())]));
            assert_eq!(reasons(&seen), [] as [&str; 0], "{text}");
            let rows = &seen.rows.get(table).unwrap_or_else(|| panic!("nothing of {text}"));
            assert_eq!(rows.len(), 2, "{text}");
            for ((_, offset, cells), number) in rows.iter().zip(0..) {
                assert_eq!(record(rows[number].0), number as u64, "{text}");
                assert_eq!(text.as_bytes()[*offset as usize], b'{', "{text}");
                assert!(cells.iter().any(|cell| cell == "pool.example"), "{cells:?}");
            }
        }
    }
}

#[test]
fn long_wrappings_are_read_in_pieces() {
    let count = 30_000;
    for (name, object, table) in [("eve.json", EVE, DNS), ("DnsEvents.json", EXPORT, "DnsEvents")] {
        let list = vec![object; count].join(",");
        let long = vec![pretty(object); count].join("\n");
        // The first record is longer than what is looked at; an export is known by its name.
        let pad = format!("\"pad\":\"{}\"", "x".repeat(100_000));
        let wide = match name {
            "eve.json" => object.strip_suffix('}').map(|start| format!("{start},{pad}}}")),
            _ => object.strip_prefix('{').map(|rest| format!("{{{pad},{rest}")),
        };
        let wide = wide.unwrap();
        for (text, count) in [
            (format!("{{\"@odata.context\":\"x\",\"value\":[{list}]}}"), count),
            (long, count),
            (format!("{{\"value\":[{wide},{object}]}}"), 2),
            (format!("{}\n{object}\n", pretty(&wide)), 2),
        ] {
            let seen = read_all(&Folder::new(&[(name, text.as_bytes())]));
            let start: String = text.chars().take(60).collect();
            assert_eq!(seen.rows.get(table).map_or(0, Vec::len), count, "{name} {start} {:?}", seen.errors);
            assert_eq!(seen.records[table], count as u64);
            assert_eq!(reasons(&seen), [] as [&str; 0], "{start}");
        }
    }
}

#[test]
fn a_wrapping_that_is_cut_off_is_told() {
    for (text, rows) in [
        (format!("{{\"value\":[{EXPORT},"), 1),
        (format!("{{\"value\":[{EXPORT},{}", EXPORT.split_at(50).0), 1),
        (format!("{{\"value\":[{EXPORT},{EXPORT}]"), 2),
    ] {
        let seen = read_all(&Folder::new(&[("DnsEvents.json", text.as_bytes())]));
        assert_eq!(seen.rows["DnsEvents"].len(), rows, "{text}");
        assert!(reasons(&seen)[0].starts_with("the file ends "), "{:?}", seen.errors);
    }
}

#[test]
fn lines_of_shippers_hold_the_lines_that_they_shipped() {
    let quoted = |text: &str| serde_json::to_string(&format!("{text}\n")).unwrap();
    for (name, line, table) in [
        ("filebeat.ndjson", format!("{{\"@timestamp\":\"2026-11-10T10:00:00Z\",\"message\":{}}}", quoted(ZEEK)), DNS),
        ("filebeat.ndjson", format!("{{\"@timestamp\":\"2026-11-10T10:00:00Z\",\"message\":{}}}", quoted(EVE)), DNS),
        ("filebeat.ndjson", format!("{{\"@timestamp\":\"2026-11-10T10:00:00Z\",\"suricata\":{{\"eve\":{EVE}}}}}"), DNS),
        ("out.json", format!("{{\"_index\":\"x\",\"_source\":{EVE}}}"), DNS),
        ("out.json", format!("{{\"_index\":\"x\",\"_source\":{{\"message\":{}}}}}", quoted(EVE)), DNS),
        ("c-json.log", format!("{{\"log\":{},\"stream\":\"stdout\",\"time\":\"2026-11-10T10:00:00Z\"}}", quoted(SQUID)), "Syslog"),
        ("splunk.json", format!("{{\"preview\":false,\"result\":{{\"_raw\":{}}}}}", quoted(ZEEK)), DNS),
        ("DnsEvents.json", format!("{{\"preview\":false,\"result\":{EXPORT}}}"), "DnsEvents"),
    ] {
        let text = format!("{line}\n\n{{\"other\":1}}\n{line}\n");
        let seen = read_all(&Folder::new(&[(name, text.as_bytes())]));
        let last = text.rfind(&line).unwrap();
        assert_eq!(seen.errors.len(), 1, "{line}: {:?}", seen.errors);
        assert!(reasons(&seen)[0].starts_with("a record without the field"), "{:?}", seen.errors);
        assert_eq!(seen.errors[0].record, Some(2));
        let found = places(&seen, table);
        assert_eq!(found.iter().map(|(_, record)| *record).collect::<Vec<_>>(), [0, 3], "{line}");
        assert!((last..text.len()).contains(&(found[1].0 as usize)), "{line}: {found:?}");
    }
}

#[test]
fn an_event_without_a_time_is_kept() {
    let text = EVE.replace("\"timestamp\":\"2026-11-10T10:00:00.000000+0000\",", "");
    let folder = Folder::new(&[("eve.json", text.as_bytes())]);
    let (rows, seen) = folder.table(DNS, &["TimeGenerated", "DnsQuery"]);
    assert_eq!(rows, ["null|pool.example"]);
    assert_eq!(seen.errors.len(), 1);
}

#[test]
fn names_of_a_certificate_stand_behind_its_subject() {
    let ssl = "#path\tssl\n#fields\tts\tuid\tversion\tserver_name\tcert_chain_fps\tsubject\n1.0\tA\tTLSv12\t-\tf1\t-\n1.0\tB\tTLSv12\t-\tf2\tCN=own\n1.0\tC\tTLSv12\t-\tf3\t-\n";
    let x509 = "#path\tx509\n#fields\tts\tfingerprint\tcertificate.subject\tcertificate.issuer\tsan.dns\n\
        1.0\tf1\t-\tCN=y\tpool.example,www.pool.example\n1.0\tf2\tCN=x\tCN=y\tpool.example\n1.0\tf3\tCN=z\tCN=z\t-\n";
    let folder = Folder::new(&[("ssl.log", ssl.as_bytes()), ("x509.log", x509.as_bytes())]);
    let (rows, _) = folder.table("PoolhoundTls_CL", &["Subject", "SelfSigned"]);
    assert_eq!(rows, ["DNS:pool.example, DNS:www.pool.example|null", "CN=own, DNS:pool.example|false", "CN=z|true"]);
}

#[test]
fn what_is_packed_over_and_over_is_unpacked_or_told() {
    let twice = gzip(&gzip(EXPORT.as_bytes()));
    let often = (0..6).fold(EXPORT.as_bytes().to_vec(), |bytes, _| gzip(&bytes));
    let folder = Folder::new(&[("DnsEvents.ndjson.gz.gz", &twice), ("often.gz", &often)]);
    assert_eq!(read_all(&folder).rows["DnsEvents"].len(), 1);
    assert_eq!(folder.skipped(), [("often.gz".to_owned(), "compressed over and over: unpack it".to_owned(), true)]);
}

#[test]
fn an_archive_behind_other_bytes_is_looked_into_and_scanned() {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["a/DnsEvents.ndjson", "miner"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(EXPORT.as_bytes()).unwrap();
    }
    let bytes = [&b"MZ a program\n"[..], &zip.finish().unwrap().into_inner()].concat();
    let folder = Folder::new(&[("x.zip", &bytes)]);
    let seen = read_all(&folder);
    assert_eq!((seen.rows["DnsEvents"].len(), seen.errors.len()), (2, 0));
    assert_eq!(folder.skipped(), []);
    let other: Vec<String> = folder.open().other_files().iter().map(|f| f.file.name.rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(other, ["x.zip"]);
}

#[test]
fn records_outside_of_the_time_range_do_not_count() {
    let mut folder = Folder::new(&[("DnsEvents.ndjson", EXPORT.as_bytes()), ("eve.json", EVE.as_bytes()), ("dns.log", TSV.as_bytes())]);
    for (since, counted) in [("2026-11-10T09:00:00Z", 3), ("2026-11-11T00:00:00Z", 0)] {
        folder.options.since = model::ticks::parse_iso(since);
        let evidence = folder.open();
        for wants in [wants_all(&evidence.offer()), model::Wants::default()] {
            let seen = read(&evidence, &wants, 2);
            assert_eq!(seen.records.values().sum::<u64>(), counted, "{since}");
        }
    }
}

#[test]
fn a_table_that_shares_no_column_is_not_believed() {
    let mut folder = Folder::new(&[("x.csv", b"a,b\n1,2\n"), ("y.csv", b"Name,b\npool.example,2\n")]);
    folder.options.table = Some("DnsEvents".to_owned());
    assert_eq!(read_all(&folder).rows["DnsEvents"].len(), 1);
    let reason = "no reader recognises it, nor a column of DnsEvents, which --table names";
    assert_eq!(folder.skipped(), [("x.csv".to_owned(), reason.to_owned(), true)]);
}
