//! Files that are recognised but not read: evidence that has no reader yet, and what lies beside evidence.

use crate::suspect::doubtful;
use crate::{Head, stream};

/// What a file is that no format reads.
pub(crate) enum Unread {
    /// Evidence without a reader: makes "no findings" doubtful.
    Evidence(String),
    /// A README, a licence, a list of sources.
    Document(&'static str),
    /// Named or shaped like evidence, but nothing recognises it; the file scanner looks at it as well.
    Doubtful(String),
    /// No evidence format: for the file scanner.
    Other,
}

/// By content, then by name.
pub(crate) fn unread(head: &Head<'_>) -> Unread {
    let bytes = head.bytes;
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Unread::Evidence(format!("{what}: no reader yet"));
    }
    if nfdump(bytes) {
        return Unread::Evidence("nfdump's own file, which only nfdump reads: write it as text with `nfdump -r FILE -o csv`".into());
    }
    if stream::is_compressed(bytes) {
        return Unread::Evidence("compressed over and over: unpack it".into());
    }
    if let Some(what) = text_evidence(head) {
        return Unread::Evidence(format!("{what}: no reader yet"));
    }
    if let Some(what) = document(head.name) {
        return Unread::Document(what);
    }
    match doubtful(head) {
        Some(reason) => Unread::Doubtful(reason),
        None => bomb(head).map_or(Unread::Other, Unread::Doubtful),
    }
}

/// A compressed file that grows out of all proportion, which the file scanner sees as it is packed: nobody knows what is in it.
fn bomb(head: &Head<'_>) -> Option<String> {
    let caps = &head.options.caps;
    // Few files pack so well that all of them need to be read.
    let least = caps.bomb_floor / (caps.ratio * 4).max(1);
    if head.complete || head.input.size < least || !packs_well(head.bytes, caps.ratio / 4) {
        return None;
    }
    let read = head.input.open(caps).and_then(|mut stream| std::io::copy(&mut stream, &mut std::io::sink()));
    head.input.take_progress();
    read.err().map(|error| format!("cannot be read: {error}")).filter(|reason| reason.contains("bomb"))
}

fn packs_well(bytes: &[u8], ratio: u64) -> bool {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    let done = std::io::copy(&mut &*bytes, &mut packed).and_then(|_| packed.finish());
    done.is_ok_and(|packed| (packed.len() as u64).saturating_mul(ratio) < bytes.len() as u64)
}

const MAGIC: [(&[u8], &str); 11] = [
    (b"ElfFile\0", "Windows event log (EVTX)"),
    (b"BZh", "bzip2 file"),
    (b"\xfd7zXZ\0", "xz file"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"Obj\x01", "Avro file"),
    (b"ORC", "ORC file"),
    (b"SQLite format 3\0", "SQLite database"),
    (b"regf", "Windows registry hive"),
    (b"LPKSHHRH", "systemd journal"),
    (b"LfLe", "Windows event log (EVT)"),
];

/// An nfdump file starts with the magic 0xA50C in either byte order and a small version.
fn nfdump(bytes: &[u8]) -> bool {
    matches!(bytes, [0x0c, 0xa5, 1 | 2, 0, ..] | [0xa5, 0x0c, 0, 1 | 2, ..])
}

/// Logs of text that are known by their first line.
fn text_evidence(head: &Head<'_>) -> Option<&'static str> {
    let first = head.lines().next().unwrap_or_default();
    let has = |needle: &str| memchr::memmem::find(first, needle.as_bytes()).is_some();
    let in_head = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    if (first.starts_with(b"type=") || has(" type=")) && has("msg=audit(") {
        return Some("Linux audit log");
    }
    if has("\"@timestamp\"") && has("\"zeek\"") {
        return Some("Zeek's records as Filebeat rewrites them (Zeek's own logs are read)");
    }
    if in_head("<Event") && in_head("http://schemas.microsoft.com/win/2004/08/events/event") {
        return Some("Windows events as XML");
    }
    if has("\"hostIdentifier\"") && has("\"calendarTime\"") {
        return Some("osquery results");
    }
    if first.starts_with(b"#Software: Microsoft Internet Information Services") || first.starts_with(b"#Software: IIS") {
        return Some("IIS log (W3C)");
    }
    if head.name.starts_with("velociraptor") {
        return Some("Velociraptor artifact");
    }
    None
}

fn document(name: &str) -> Option<&'static str> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    Some(match extension {
        "md" | "markdown" | "rst" | "adoc" => "documentation",
        "yaml" | "yml" | "toml" => "configuration or content in YAML or TOML",
        "kql" | "csl" => "a query",
        "yar" | "yara" => "YARA rules",
        _ => {
            let stem = stem.to_ascii_lowercase();
            match stem.as_str() {
                "readme" | "changelog" | "notes" => "documentation",
                "license" | "licence" | "copying" | "notice" => "a licence",
                "sources" if extension == "tsv" || extension == "txt" => "a list of sources",
                ".gitignore" | ".gitattributes" | ".gitkeep" => "a file of git",
                _ => return None,
            }
        }
    })
}
