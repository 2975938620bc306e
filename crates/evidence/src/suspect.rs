//! Files that no reader knows and that may be evidence all the same: by their name, or by content that is like a log's. Told, so that
//! "no findings" is not believed; documents, programs and settings are not among them.

use crate::exports::array::Scan;
use crate::exports::identify::table_in_name;
use crate::view::Shape;
use crate::{Head, device_log, json, stream};
use model::ticks;
use std::io::Read;

/// Endings of logs and exports as text.
const LOGS: [&str; 9] = ["log", "csv", "tsv", "jsonl", "ndjson", "labeled", "binetflow", "parquet", "eve"];

/// Endings that promise a format; the content has been found to be another.
const PROMISED: [(&str, &str); 14] = [
    ("evtx", "a Windows event log"),
    ("evt", "a Windows event log"),
    ("etl", "a trace of Windows events"),
    ("pcap", "a packet capture"),
    ("pcapng", "a packet capture"),
    ("ipfix", "a file of IPFIX"),
    ("netflow", "a file of NetFlow"),
    ("avro", "an Avro file"),
    ("orc", "an ORC file"),
    ("zip", "a ZIP archive"),
    ("tar", "a TAR archive"),
    ("tgz", "a TAR archive"),
    ("7z", "a 7-Zip archive"),
    ("rar", "a RAR archive"),
];

/// Endings of files whose content says what they are: logs, exports and documents alike have them.
const OPEN: [&str; 12] = ["", "txt", "text", "dat", "data", "out", "err", "msg", "old", "bak", "events", "dump"];

/// Lines that are looked at.
const LINES: usize = 50;

const UNKNOWN: &str = "no reader recognises it";

/// Why a file is to be told as skipped evidence; `None` for what is no evidence.
pub(crate) fn doubtful(head: &Head<'_>) -> Option<String> {
    let bytes = head.bytes;
    let binary = memchr::memchr(0, bytes.get(..8192).unwrap_or(bytes)).is_some();
    let extension = extension(head.name);
    if nested_too_deep(head) {
        return Some("JSON nested deeper than any evidence is: not read".to_owned());
    }
    if LOGS.contains(&extension) || head.name.contains(".log.") {
        return Some(if binary { "named like a log, but its content is binary".to_owned() } else { told(head, UNKNOWN) });
    }
    if let Some((_, what)) = PROMISED.iter().find(|(known, _)| *known == extension) {
        return Some(format!("named like {what}, but its content is none"));
    }
    if is_unpacked(head) {
        return Some("named like a compressed file, but its content is none".to_owned());
    }
    if matches!(extension, "json" | "xml" | "txt" | "dat") && table_in_name(head.name).is_some() {
        return Some(told(head, "named after a table, but no reader recognises it"));
    }
    let eve = head.name.strip_prefix("eve").is_some_and(|rest| rest.starts_with(|c: char| !c.is_ascii_alphanumeric()));
    if extension == "json" && eve {
        return Some("named like Suricata's log, but no reader recognises it".to_owned());
    }
    if matches!(extension, "json" | "xml") && !begins_as_named(bytes, extension) {
        return Some(format!("named like {}, but its content is none", extension.to_ascii_uppercase()));
    }
    if binary {
        return None;
    }
    if is_records(head) {
        return Some(told(head, "JSON records that no reader recognises"));
    }
    // What rotation puts behind a name is a number.
    if OPEN.contains(&extension) || extension.bytes().all(|b| b.is_ascii_digit()) {
        if has_times(head) {
            return Some("lines that begin with a time, as in a log: no reader recognises them".to_owned());
        }
        if has_connections(head) {
            return Some("lines that seem to be of connections: no reader recognises them".to_owned());
        }
        if is_table(head) {
            return Some(told(head, "a table as text that no reader recognises"));
        }
    }
    None
}

/// With what the user can do.
fn told(head: &Head<'_>, what: &str) -> String {
    match &head.options.table {
        Some(table) => format!("{what}, nor a column of {table}, which --table names"),
        None => format!("{what}; if it is an export, name its table with --table"),
    }
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default()
}

/// Whether a name promises compression that the bytes do not have.
fn is_unpacked(head: &Head<'_>) -> bool {
    let name = head.input.file.name.to_ascii_lowercase();
    if !["gz", "zst"].contains(&extension(&name)) {
        return false;
    }
    let mut magic = Vec::new();
    let read = head.input.raw().and_then(|raw| raw.into_reader().take(4).read_to_end(&mut magic));
    read.is_ok() && !stream::is_compressed(&magic)
}

/// Whether text begins as JSON or XML does; settings in JSON may begin with a comment, and be one value.
fn begins_as_named(bytes: &[u8], extension: &str) -> bool {
    let text = bytes.trim_ascii();
    if extension == "xml" {
        return text.is_empty() || text.starts_with(b"<");
    }
    text.is_empty()
        || matches!(text.first(), Some(b'{' | b'['))
        || text.starts_with(b"//")
        || text.starts_with(b"/*")
        || serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

/// Records as JSON: one a line, or in an array, each with a time; settings and lists of packages have none.
fn is_records(head: &Head<'_>) -> bool {
    let depth = head.options.caps.depth;
    let text = head.bytes.trim_ascii_start();
    if !matches!(text.first(), Some(b'{' | b'[')) {
        return false;
    }
    let whole = |line: &[u8]| line.starts_with(b"{") && json::members(line, depth, |_, _| {}).is_ok();
    let (mut lines, mut objects) = (0, 0);
    for line in head.lines().map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).take(LINES) {
        lines += 1;
        objects += usize::from(whole(line));
    }
    if objects > 1 && objects * 10 >= lines * 8 {
        return true;
    }
    let first = |shape: Shape| {
        let (mut scan, mut found) = (Scan::of(shape), Vec::new());
        scan.run(text, &mut found);
        let cut = scan.open().map(|start| start..text.len());
        let several = found.len() + usize::from(cut.is_some()) > 1;
        found.into_iter().next().or(cut).and_then(|range| text.get(range)).map(|object| (object, several))
    };
    let several = first(Shape::Plain).is_some_and(|(object, several)| {
        let signs = signs(object, depth);
        signs.time && (several || text.starts_with(b"[") || signs.event)
    });
    several || first(Shape::Wrapped).is_some_and(|(object, _)| signs(object, depth).time)
}

/// What speaks for an event.
#[derive(Default)]
struct Signs {
    /// A key named like a time whose value is one.
    time: bool,
    /// A key that says where or to whom it happened.
    event: bool,
}

fn signs(object: &[u8], depth: usize) -> Signs {
    const EVENT: [&str; 14] = [
        "@timestamp",
        "timegenerated",
        "src_ip",
        "dst_ip",
        "dest_ip",
        "source_ip",
        "sourceip",
        "host",
        "hostname",
        "computer",
        "devicename",
        "event",
        "eventid",
        "event_id",
    ];
    let (mut found, mut keys) = (Signs::default(), 0);
    // A record may be longer than the head.
    let _ = json::members(object, depth, |key, value| {
        keys += 1;
        let key = key.to_ascii_lowercase();
        let named = key == "ts" || key == "datetime" || key.ends_with("time") || key.ends_with("timestamp") || key == "timegenerated";
        found.time |= named && is_time(&json::text(value));
        found.event |= EVENT.contains(&key.as_str());
    });
    if keys < 2 { Signs::default() } else { found }
}

/// A date with a clock, or seconds and their parts since 1970.
fn is_time(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default();
    let counted = matches!(whole.len(), 10 | 13 | 16 | 19) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    counted || text.len() >= 16 && (ticks::parse_iso(text).is_some() || is_stamped(text.as_bytes()))
}

/// Whether most lines begin with a time, as in logs.
fn has_times(head: &Head<'_>) -> bool {
    let (mut lines, mut stamped) = (0, 0);
    for line in head.lines().map(<[u8]>::trim_ascii_start).filter(|line| !line.is_empty()).take(LINES) {
        lines += 1;
        stamped += usize::from(is_stamped(line));
    }
    stamped > 1 && stamped * 10 >= lines * 8
}

/// `2026-11-10T10:00:00`, `2026/11/10 10:00:00`, `10/Nov/2026:10:00:00`, `Nov 10 10:00:00`, `1794304800.123`, in brackets or not, behind `<13>` or not.
fn is_stamped(line: &[u8]) -> bool {
    const SHAPES: [&[u8]; 6] =
        [b"9999-99-99?99:99", b"9999/99/99?99:99", b"99/AAA/9999?99:99", b"AAA 99 99:99:99", b"AAA  9 99:99:99", b"9999999999.9"];
    let line = match line.first() {
        Some(b'<') => line.iter().take(6).position(|b| *b == b'>').and_then(|end| line.get(end + 1..)).unwrap_or(line),
        Some(b'[' | b'"') => line.get(1..).unwrap_or_default(),
        _ => line,
    };
    let fits = |shape: &[u8]| {
        line.len() >= shape.len()
            && line.iter().zip(shape).all(|(byte, wanted)| match wanted {
                b'9' => byte.is_ascii_digit(),
                b'A' => byte.is_ascii_alphabetic(),
                b'?' => true,
                wanted => byte == wanted,
            })
    };
    SHAPES.iter().any(|shape| fits(shape))
}

/// Whether most lines are of connections: they name a source and a destination, or have two addresses and numbers of them.
fn has_connections(head: &Head<'_>) -> bool {
    let (mut lines, mut like) = (0, 0);
    for line in head.lines().map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).take(LINES) {
        lines += 1;
        let text = String::from_utf8_lossy(line);
        like += usize::from(
            device_log::is_like(&text) || {
                let words = || text.split([' ', '\t', ',', ';', '|', '"']).filter(|word| !word.is_empty());
                let addresses = words().filter(|word| word.parse::<std::net::IpAddr>().is_ok()).count();
                let numbers = words().filter(|word| word.bytes().all(|b| b.is_ascii_digit())).count();
                addresses >= 2 && numbers >= 4
            },
        );
    }
    like > 1 && like * 10 >= lines * 8
}

/// Whether text is columns under a header that names a time.
fn is_table(head: &Head<'_>) -> bool {
    let mut lines = head.lines().filter(|line| !line.is_empty());
    let header = lines.next().unwrap_or_default();
    [b',', b'\t', b';', b'|'].iter().any(|delimiter| {
        let cells = |line: &[u8]| memchr::memchr_iter(*delimiter, line).count() + 1;
        let columns = cells(header);
        let rows = head.lines().filter(|line| !line.is_empty()).skip(1).take(LINES);
        let (even, all) = rows.fold((0, 0), |(even, all), line| (even + usize::from(cells(line) >= columns), all + 1));
        let named = |cell: &[u8]| {
            let name = String::from_utf8_lossy(cell).trim_matches(['"', ' ', '\r']).to_ascii_lowercase();
            ["ts", "time", "date", "datetime", "timestamp", "timegenerated"].contains(&name.as_str()) || name.ends_with("time")
        };
        columns >= 3 && all >= 2 && even * 10 >= all * 9 && header.split(|b| b == delimiter).any(named)
    })
}
/// JSON whose head alone opens more brackets than the cap allows.
fn nested_too_deep(head: &Head<'_>) -> bool {
    if !matches!(head.bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return false;
    }
    let mut depth = 0usize;
    head.bytes.iter().any(|byte| {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > head.options.caps.depth * 4
    })
}
