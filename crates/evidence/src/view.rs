//! The part of a file that its reader sees, where the file does not begin with its records or wraps each of them.

use crate::lines::{Block, Part};
use crate::{ReadContext, json};
use std::ops::Range;

/// What lies between a file's bytes and its reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// Bytes of the decompressed file that are passed over, and the lines that end in them.
    pub(crate) start: u64,
    pub(crate) lines: u64,
    pub(crate) shape: Shape,
    pub(crate) within: Option<Within>,
}

/// How records follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As the format itself has it: mostly one a line.
    #[default]
    Plain,
    /// JSON objects over several lines, or in an array.
    Objects,
    /// JSON objects in an array that an object holds: `{"value":[…]}`.
    Wrapped,
}

/// The field of a JSON object that holds the record: the record itself, or its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Within(pub(crate) &'static [&'static str]);

impl View {
    /// Whether records stand in the file as they are.
    pub(crate) fn is_plain(&self) -> bool {
        self.shape == Shape::Plain && self.within.is_none()
    }
}

impl Within {
    /// What shippers of logs and stores of them put around a record: Filebeat, Elasticsearch, Splunk, containers, Google's logging.
    pub(crate) const KNOWN: [Self; 12] = [
        Self(&["suricata", "eve"]),
        Self(&["_source", "suricata", "eve"]),
        Self(&["_source", "event", "original"]),
        Self(&["_source", "message"]),
        Self(&["_source"]),
        Self(&["event", "original"]),
        Self(&["message"]),
        Self(&["result", "_raw"]),
        Self(&["result"]),
        Self(&["_raw"]),
        Self(&["log"]),
        Self(&["jsonPayload"]),
    ];

    /// The raw value of the field; `None` where the object lacks it.
    pub(crate) fn value(self, object: &[u8], depth: usize) -> Option<&[u8]> {
        self.0.iter().try_fold(object, |object, name| {
            let mut found = None;
            // What can be read of a damaged object counts.
            let _ = json::members(object, depth, |key, value| {
                if key == *name && !value.is_empty() && value != b"null" {
                    found = Some(value);
                }
            });
            found
        })
    }

    /// The block as its reader is to see it.
    pub(crate) fn open(self, block: Block, reader: &'static str, cx: &ReadContext<'_>) -> Block {
        let depth = cx.options().caps.depth;
        let mut parts = Vec::new();
        // Texts, which are no part of the block as they stand.
        let mut texts: Vec<u8> = Vec::new();
        let mut in_texts: Vec<Part> = Vec::new();
        for line in block.lines().filter(|line| !line.bytes.trim_ascii().is_empty()) {
            let Some(value) = self.value(line.bytes, depth) else {
                let reason = format!("a record without the field {:?} that the others are in", self.0.join("."));
                cx.error(&block.input, reader, Some(line.offset), Some(line.record), reason);
                continue;
            };
            let place = |range: Range<usize>| Part { range, record: line.record, offset: line.offset };
            if value.starts_with(b"\"") {
                let start = texts.len();
                texts.extend_from_slice(json::text(value).trim_end_matches(['\n', '\r']).as_bytes());
                in_texts.push(place(start..texts.len()));
            } else if let Some(start) = (value.as_ptr() as usize).checked_sub(block.bytes.as_ptr() as usize) {
                parts.push(place(start..start + value.len()));
            }
        }
        let mut bytes = block.bytes;
        let before = bytes.len();
        bytes.extend_from_slice(&texts);
        parts.extend(in_texts.into_iter().map(|part| Part { range: part.range.start + before..part.range.end + before, ..part }));
        parts.sort_by_key(|part| (part.record, part.offset));
        Block { bytes, parts: Some(parts), ..block }
    }
}
